"""Draca, Machin and Witt (2011): six weeks of extra police in central London after July 2005, and crime."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import evaluate as ev

FILES = ("studies/draca_machin_witt_2011/london_crime.csv",)
TREATED = ("1", "2", "3", "6", "14")
"""The five central boroughs, by the numbers the file gives them."""
FIRST_WEEK, LAST_WEEK, YEAR = 80, 85, 52


def six_weeks(file: Path, outcome: str) -> ev.Design:
    """The operation's six weeks of 2005 against the same six weeks of 2004, by borough."""
    table = pd.read_csv(file)
    parts = []
    for year, back in ((2004, YEAR), (2005, 0)):
        weeks = table["week"].between(FIRST_WEEK - back, LAST_WEEK - back)
        totals = table[weeks].groupby("borough")[["police", "crime"]].sum().round()
        parts.append(totals.assign(year=year).reset_index())
    tidy = pd.concat(parts).melt(id_vars=["borough", "year"], var_name="outcome", value_name="n")
    panel = ev.read_counts(
        tidy.assign(borough=tidy["borough"].astype(str), year=tidy["year"].astype(str)),
        area="borough", period="year", outcome="outcome", count="n",
    )  # fmt: skip
    return ev.Design(
        panel,
        outcome=outcome,
        treated=TREATED,
        operations=[ev.Operation("Operation Theseus", "2005-01-01", "2005-12-31")],
        before="1 year",
        after="0 days",
    )


def replicate(data: Path) -> dict[str, float]:
    """How much more the five boroughs changed than the other 27, in police hours and in crime."""
    found = {}
    estimator = ev.DifferenceInDifferences(inference="cluster robust")
    for outcome in ("police", "crime"):
        effect = estimator.fit(six_weeks(data / FILES[0], outcome)).effect("Operation Theseus", "during")
        assert effect.ratio is not None
        found[f"{outcome}/log_ratio"] = effect.ratio.log_ratio  # type: ignore[attr-defined]
        found[f"{outcome}/standard error"] = effect.ratio.log_standard_error
    found["elasticity"] = found["crime/log_ratio"] / found["police/log_ratio"]
    return found
