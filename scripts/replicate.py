#!/usr/bin/env python3
"""Compute the published numbers of the replications in studies/ and compare them.

Usage: python scripts/replicate.py [--write] [STUDY ...]

Without a name every study that holds a replicate.py is computed; one whose data are not here is skipped, with the
reason. ``--write`` puts the table between the two results marks of the study's README.md. The exit status is 1 where a
number lies outside its tolerance. studies/README.md says what a replication consists of.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from pathlib import Path

import pandas as pd

CHECKOUT = Path(__file__).resolve().parents[1]
STUDIES = CHECKOUT / "studies"
OURS = "this project"
START, END = "<!-- results -->\n", "<!-- end of results -->\n"


def replications() -> list[str]:
    """Names of the studies that reproduce a publication."""
    return sorted(path.parent.name for path in STUDIES.glob("*/replicate.py"))


def published_data() -> Path:
    """The folder of published files kept outside the project."""
    named = os.environ.get("EVALUATE_DATA")
    return Path(named) if named else CHECKOUT.parent / "shared" / "data"


def missing_files(study: str, data: Path) -> list[str]:
    """Files that a replication needs and that are not in the folder of published files."""
    files = runpy.run_path(str(STUDIES / study / "replicate.py"))["FILES"]
    return [file for file in files if not (data / file).exists()]


def compare(study: str, data: Path) -> pd.DataFrame:
    """Put ours beside what was published.

    Parameters
    ----------
    study : str
        Name of the folder.
    data : pathlib.Path
        The folder of published files.

    Returns
    -------
    pandas.DataFrame
        The rows of expected.csv with the columns ``ours`` and ``within`` (bool) added.

    Raises
    ------
    ValueError
        If the quantities computed are not those expected.
    """
    expected = pd.read_csv(STUDIES / study / "expected.csv")
    ours = runpy.run_path(str(STUDIES / study / "replicate.py"))["replicate"](data)
    if set(ours) != set(expected["quantity"]):
        difference = sorted(set(ours) ^ set(expected["quantity"]))
        raise ValueError(f"{study}: only computed or only expected: {', '.join(difference)}.")
    table = expected.assign(ours=expected["quantity"].map(ours))
    return table.assign(within=(table["ours"] - table["value"]).abs() <= table["tolerance"])


def results_of(table: pd.DataFrame) -> str:
    """Lay the comparison out for a README."""
    value = "expected" if table["where"].str.startswith(OURS).all() else "published"
    lines = [f"| quantity | {value} | ours | tolerance | where |", "|---|---|---|---|---|"]
    for row in table.itertuples():
        ours = f"{row.ours:.6g}" if row.within else f"**{row.ours:.6g}**"
        lines.append(f"| {row.quantity} | {row.value:.10g} | {ours} | {row.tolerance:.6g} | {row.where} |")
    return "\n".join(lines) + "\n"


def write_results(study: str, table: pd.DataFrame) -> None:
    """Put the comparison between the marks of the study's page."""
    page = STUDIES / study / "README.md"
    before, rest = page.read_text("utf-8").split(START)
    after = rest.split(END)[1]
    page.write_text(before + START + results_of(table) + END + after, "utf-8", newline="\n")


def main() -> int:
    """Compare the studies asked for; 0 where every number is within its tolerance."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="all of them by default")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    data, good = published_data(), True
    for study in asked.studies or replications():
        missing = missing_files(study, data)
        if missing:
            print(f"{study}: skipped, {', '.join(missing)} not in {data} (EVALUATE_DATA names the folder)")
            continue
        table = compare(study, data)
        good = good and bool(table["within"].all())
        print(f"{study}: {int(table['within'].sum())} of {len(table)} within tolerance")
        print(table[["quantity", "value", "ours", "tolerance", "within"]].to_string(index=False))
        if asked.write:
            write_results(study, table)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
