"""Poisson regressions with area and month effects by pyfixest, to compare the difference in differences with.

Usage: python tests/reference/panel_regressions.py   (writes panel_regressions.csv)
Needs pyfixest, which the project does not.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest

BEFORE, AFTER = 24, 9


def panel_of_counts() -> np.ndarray:
    """Thirty areas of very different size over 34 months; the first seven lose a third from month 25 on."""
    random = np.random.default_rng(20214)
    means = random.lognormal(4, 0.6, (30, 1)) * random.lognormal(0, 0.1, (1, BEFORE + 1 + AFTER))
    means[:7, BEFORE + 1 :] *= 2 / 3
    return random.poisson(random.gamma(20, means / 20)).astype(float)


def long_table(counts: np.ndarray) -> pd.DataFrame:
    """One row an area and month."""
    area, month = np.indices(counts.shape)
    table = pd.DataFrame({"count": counts.ravel(), "area": area.ravel(), "month": month.ravel()})
    table["treated"] = (table["area"] < 7).astype(float)
    table["during"] = table["treated"] * (table["month"] == BEFORE)
    table["after"] = table["treated"] * (table["month"] > BEFORE)
    return table


def main() -> None:
    """Fit and write."""
    table = long_table(panel_of_counts())
    rows: list[tuple[str, str, float, str]] = []
    version = f"pyfixest {pyfixest.__version__}"

    def poisson(formula: str, data: pd.DataFrame) -> pd.DataFrame:
        found = pyfixest.fepois(
            formula,
            data=data,
            vcov={"CRV1": "area"},
            iwls_tol=1e-13,
            fixef_tol=1e-13,
            ssc=pyfixest.ssc(k_adj=False, G_adj=True),
        )
        return pd.DataFrame({"coefficient": found.coef(), "error": found.se()})

    windows = poisson("count ~ after | area + month", table[table["month"] != BEFORE])
    rows += [("several areas", name, float(windows.loc["after", name]), version) for name in windows]
    one = poisson("count ~ during + after | area + month", table[(table["area"] == 0) | (table["area"] > 6)])
    rows += [("one area", name, float(one.loc[name, "coefficient"]), version) for name in one.index]

    table["bin"] = np.where(table["month"] < BEFORE, table["month"] // 3, 8 + (table["month"] - BEFORE) // 3)
    binned = (
        table[table["month"] < BEFORE + 9]
        .groupby(["area", "bin"], as_index=False)[["count", "treated"]]
        .agg({"count": "sum", "treated": "first"})
    )
    for number in (*range(7), *range(8, 11)):
        binned[f"bin{number}"] = binned["treated"] * (binned["bin"] == number)
    terms = " + ".join(f"bin{number}" for number in (*range(7), *range(8, 11)))
    events = poisson(f"count ~ {terms} | area + bin", binned)
    rows += [("event study", name, float(events.loc[name, "coefficient"]), version) for name in events.index]

    found = pd.DataFrame(rows, columns=["model", "quantity", "value", "software"])
    found["value"] = found["value"].map("{:.12g}".format)
    found.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
