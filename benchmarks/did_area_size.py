"""False positives of difference in differences in real wards, by how much crime a ward has.

Every ward takes the treated one's place, at seven starts and for five outcomes; the share of true nulls among the 5%
largest t ratios should be 5 in each fifth of wards. Two t ratios are compared: with Poisson standard errors, and with
standard errors that grow with the smallness of an area as the areas' own ratios do.

Run ``python benchmarks/did_area_size.py FILE``, FILE being the Metropolitan Police's ward file with the months from
2010-04 to 2019 or later; it takes a minute. ``--write`` keeps the table in ``benchmarks/did_area_size.csv``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import evaluate as ev
from evaluate.numerics.randomisation import log_ratios, spread_by_size

OUTCOMES = ("BURGLARY", "ROBBERY", "THEFT", "VEHICLE OFFENCES", "VIOLENCE AGAINST THE PERSON")
BEFORE, AFTER, STARTS = 36, 12, range(36, 115, 12)


def rejections(before: np.ndarray, after: np.ndarray) -> pd.DataFrame:
    """Whether each ward is among the 5% largest t ratios, by either standard error, and its fifth by size."""
    ratios, poisson = log_ratios(before, after)
    a, b = spread_by_size(ratios, poisson**2)
    sizes = {"poisson": np.abs(ratios / poisson), "by size": np.abs(ratios) / np.sqrt(a + b * poisson**2)}
    fifth = 1 + np.argsort(np.argsort(before)) * 5 // len(before)
    return pd.DataFrame({name: t > np.quantile(t, 0.95) for name, t in sizes.items()}).assign(fifth=fifth)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    panel = ev.read_mps(asked.file)
    found = []
    for outcome in OUTCOMES:
        counts = panel.counts.sel(outcome=outcome).values
        for start in STARTS:
            before = counts[:, start - BEFORE : start].sum(axis=1)
            after = counts[:, start + 1 : start + 1 + AFTER].sum(axis=1)
            kept = (before > 0) & (after > 0)
            found.append(rejections(before[kept], after[kept]).assign(outcome=outcome))
    table = (100 * pd.concat(found).groupby(["outcome", "fifth"])[["poisson", "by size"]].mean()).round(1)
    print(table.to_string())
    if asked.write:
        table.to_csv(Path(__file__).with_suffix(".csv"), lineterminator="\n")


if __name__ == "__main__":
    main()
