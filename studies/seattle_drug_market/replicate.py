"""The Seattle drug market intervention by raking weights: 39 blocks against 9,603."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import evaluate as ev

FILES = ("studies/seattle_dmi/seattledmi.csv.gz",)

OUTCOMES = {
    "i_felony": "felony",
    "i_misdemea": "misdemeanour",
    "i_drugs": "drugs",
    "any_crime": "any crime",
}
COVARIATES = [
    "TotalPop", "BLACK", "HISPANIC", "Males_1521", "HOUSEHOLDS", "FAMILYHOUS", "FEMALE_HOU", "RENTER_HOU", "VACANT_HOU",
]  # fmt: skip
# The file numbers its quarters 1 to 16. The method uses their order only, so any dates will do.
QUARTERS = pd.period_range("2001Q1", periods=16, freq="Q")


def replicate(data: Path) -> dict[str, float]:
    """Compute every number of ``expected.csv``."""
    table = pd.read_csv(data / FILES[0], dtype={"ID": str})
    design = design_of(table)
    found: dict[str, float] = {}
    for outcome, name in OUTCOMES.items():
        result = estimator(table, outcome, placebos=0).fit(design.for_outcome(outcome), seed=1)
        effect = result.effect("intervention", "during")
        found[f"{name}: recorded"] = effect.observed
        found[f"{name}: expected"] = effect.expected
        found[f"{name}: change %"] = effect.percent_change
    return found


def design_of(table: pd.DataFrame) -> ev.Design:
    """Twelve quarters before, four of the intervention."""
    long = table.melt(["ID", "time"], list(OUTCOMES), "outcome", "count")
    long["period"] = QUARTERS[long["time"] - 1].astype(str)
    panel = ev.read_counts(long, area="ID", period="period", outcome="outcome", count="count")
    treated = table.loc[table["Intervention"] == 1, "ID"].unique()
    return ev.Design(
        panel,
        outcome="any_crime",
        treated=list(treated),
        operations=[ev.Operation("intervention", "2004-01-01", "2004-12-31")],
        before="36 months",
        after="0 months",
    )


def estimator(table: pd.DataFrame, outcome: str, *, placebos: int) -> ev.MicroSyntheticControl:
    """Match every quarter of all four outcomes, and nine counts of the census."""
    return ev.MicroSyntheticControl(
        matched=[other for other in OUTCOMES if other != outcome],
        covariates=table.drop_duplicates("ID").set_index("ID")[COVARIATES],
        placebos=placebos,
    )
