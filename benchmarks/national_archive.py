"""Time and memory of reading a national archive of street files, beside pandas on one month of it.

Make the archive first, ``python scripts/make_national_archive.py national.zip`` (18 million rows, 1.1 GB, a few
minutes), then run ``python benchmarks/national_archive.py national.zip`` (a minute or two); ``--write`` keeps the
table in ``benchmarks/national_archive.csv``. Each reading runs in a process of its own, whose peak memory the operating
system reports (Linux and macOS), and must find exactly what the truth beside the archive says was written. The load of
the machine before is in the table: on a busy one a reading waits for its turn.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import importlib.metadata
import io
import json
import multiprocessing
import os
import platform
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

TABLE = Path(__file__).with_suffix(".csv")
LIMITS = {"seconds": 120.0, "peak_gb": 2.0}
"""What reading 18 million rows may take on two cores."""


def read_archive(path: Path) -> dict[str, float]:
    """Read the archive to a panel; what it counts must be the truth."""
    import evaluate as ev

    panel = ev.read_police_uk(path)
    truth = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))
    source = panel.provenance.files[0]
    assert source.rows_read == truth["rows"]
    assert dict(source.not_used) == {"repeated Crime ID": truth["repeated"], "no LSOA": truth["no_place"]}
    whole = [month for month in panel.periods if str(month) not in truth["partly_silent"]]
    totals = panel.counts.sel(period=whole).sum(("area", "period"), skipna=False)
    assert {str(name): int(totals.sel(outcome=name)) for name in panel.outcomes} == truth["by_type"]
    areas, periods, outcomes = panel.counts.shape
    return {"rows": source.rows_read, "areas": areas, "periods": periods, "outcomes": outcomes}


def read_month(path: Path) -> dict[str, float]:
    """Read one month, in a zip of its own, with this package."""
    import evaluate as ev

    panel = ev.read_police_uk(path)
    areas, periods, outcomes = panel.counts.shape
    return {
        "rows": panel.provenance.files[0].rows_read,
        "areas": areas,
        "periods": periods,
        "outcomes": outcomes,
    }


def read_month_with_pandas(path: Path) -> dict[str, float]:
    """Read one month with pandas alone, as one would write it at first; no check of anything, no missing month."""
    import pandas as pd

    with zipfile.ZipFile(path) as archive:
        frames = [pd.read_csv(archive.open(name)) for name in archive.namelist()]
    rows = pd.concat(frames)
    crimes = rows[rows["Crime ID"].isna() | ~rows["Crime ID"].duplicated()]
    counts = crimes.groupby(["LSOA code", "Month", "Crime type"]).size().unstack(fill_value=0)
    return {"rows": len(rows), "areas": len(counts), "periods": 1, "outcomes": counts.shape[1]}


def one_month(archive: Path, folder: Path) -> Path:
    """Copy the last month of the archive into a zip."""
    with zipfile.ZipFile(archive) as packed:
        last = max(name.partition("/")[0] for name in packed.namelist())
        path = folder / f"{last}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name in packed.namelist():
                if name.startswith(f"{last}/"):
                    copy.writestr(name, packed.read(name))
    return path


def measured(reading: Callable[[Path], dict[str, float]], path: Path) -> dict[str, float]:
    """Run a reading in a process of its own; seconds with all imports, peak memory in GB."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(reading, path, sender))
    process.start()
    sender.close()
    found = receiver.recv()
    process.join()
    return found


def _report(reading: Callable[[Path], dict[str, float]], path: Path, sender) -> None:
    """In the new process: read, and send what it took."""
    begin = time.perf_counter()
    found = reading(path)
    seconds = time.perf_counter() - begin
    unit = 1 if sys.platform == "darwin" else 1024
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss * unit / 1e9
    processor = used.ru_utime + used.ru_stime
    sender.send(
        {
            **found,
            "seconds": round(seconds, 1),
            "processor_seconds": round(processor, 1),
            "peak_gb": round(peak, 2),
        }
    )


def table_of(archive: Path) -> list[dict[str, object]]:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        month = one_month(archive, Path(folder))
        readings = {
            "whole archive, read_police_uk": (read_archive, archive),
            "one month, read_police_uk": (read_month, month),
            "one month, pandas alone": (read_month_with_pandas, month),
        }
        machine = {
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "python": platform.python_version(),
            "duckdb": importlib.metadata.version("duckdb"),
            "pandas": importlib.metadata.version("pandas"),
            "load_before": round(os.getloadavg()[0], 1),
            "date": datetime.date.today().isoformat(),
            "command": "python benchmarks/national_archive.py national.zip --write",
        }
        return [
            {"reading": name, **measured(reading, path), **machine}
            for name, (reading, path) in readings.items()
        ]


def main() -> None:
    """Read the command line, measure, print and keep the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, help="from scripts/make_national_archive.py")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {TABLE.name}")
    given = parser.parse_args()
    rows = table_of(given.archive)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    print(text.getvalue(), end="")
    over = [name for name, limit in LIMITS.items() if float(str(rows[0][name])) > limit]
    if over:
        raise SystemExit(f"over the limit: {', '.join(over)}")
    if given.write:
        TABLE.write_text(text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
