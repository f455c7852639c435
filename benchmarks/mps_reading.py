"""Time of reading London's wards, 21,118 rows and 167 months, beside pandas alone on the same file.

Run ``python benchmarks/mps_reading.py FILE`` with the historical ward file as downloaded (gzipped or not, or a Parquet
copy); ``--write`` keeps the table in ``benchmarks/mps_reading.csv``. Each way of reading runs five times; the table
gives the best and the median, in seconds on the clock and of the processor. ``read_mps`` does what pandas does and
proves the shape of every row, adds wards up, finds part months, stops and breaks, and hashes the file.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

import evaluate as ev

TABLE = Path(__file__).with_suffix(".csv")
TIMES = 5
LIMIT = 2.0
"""Seconds that read_mps may take."""


def by_pandas(path: Path) -> int:
    """Read the file with pandas alone; the sum of its months."""
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    return int(frame[[head for head in frame.columns if head.isdigit()]].to_numpy().sum())


def by_read_mps(path: Path, detail: str) -> int:
    """Read the file to a panel; the sum of its counts."""
    panel = ev.read_mps(path, detail=detail, structural_zeros="zero")  # type: ignore[arg-type]
    return int(panel.counts.sum())


def timed(read: Callable[[], int]) -> tuple[list[float], list[float], int]:
    """Seconds on the clock and of the processor, each time, and what was read."""
    clock, processor, found = [], [], 0
    for _ in range(TIMES):
        begin, used = time.perf_counter(), time.process_time()
        found = read()
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - used)
    return clock, processor, found


def measured(path: Path) -> list[dict[str, object]]:
    """One row for each way of reading."""
    ways: dict[str, Callable[[], int]] = {"pandas alone": lambda: by_pandas(path)}
    for detail in ("major", "minor", "common"):
        ways[f"read_mps, {detail}"] = lambda detail=detail: by_read_mps(path, detail)
    versions = f"Python {platform.python_version()}, pandas {importlib.metadata.version('pandas')}"
    rows = []
    for way, read in ways.items():
        clock, processor, offences = timed(read)
        rows.append(
            {
                "way": way,
                "best_seconds": round(min(clock), 3),
                "median_seconds": round(statistics.median(clock), 3),
                "best_processor_seconds": round(min(processor), 3),
                "offences": offences,
                "versions": versions,
            }
        )
    assert len({row["offences"] for row in rows}) == 1, "the ways of reading do not agree"
    return rows


def main() -> None:
    """Measure, print, keep the table if asked, and fail where the limit is passed."""
    parser = argparse.ArgumentParser(description="Time the reading of a ward file.")
    parser.add_argument("file", type=Path, help="the historical ward file")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {TABLE.name}")
    arguments = parser.parse_args()
    rows = measured(arguments.file)
    print(pd.DataFrame(rows).to_string(index=False))
    if arguments.write:
        with TABLE.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    slow = [row["way"] for row in rows if float(str(row["best_seconds"])) > LIMIT]
    if slow:
        raise SystemExit(f"Over {LIMIT} seconds: {slow}")


if __name__ == "__main__":
    main()
