"""Harvey and Durbin (1986): British road casualties and the seat belt law of 31 January 1983."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import evaluate as ev

FILES = ()
SERIES = {"drivers": "car drivers", "front": "front passengers", "rear": "rear passengers"}
WHOLE = 10**9
"""Petrol prices are read in units of a thousand millionth, so that they are whole numbers."""


def casualties(outcome: str) -> ev.Design:
    """Killed or seriously injured in Great Britain by month, with kilometres driven and the price of petrol."""
    table = pd.read_csv(Path(__file__).parent / "seatbelts.csv")
    table["PetrolPrice"] = (WHOLE * table["PetrolPrice"]).round().astype(int)
    table["month"] = 1
    tidy = table.drop(columns="law").melt(id_vars="date", var_name="outcome", value_name="n")
    panel = ev.read_counts(tidy.assign(area="GB"), area="area", period="date", outcome="outcome", count="n")
    return ev.Design(
        panel,
        outcome=outcome,
        treated=["GB"],
        control=[],
        operations=[ev.Operation("law", "1983-02-01", "1984-12-31")],
        before="169 months",
        after="0 months",
    )


def replicate(data: Path) -> dict[str, float]:
    """A level that wanders, fixed calendar months, traffic and petrol: their model, in its ARIMA form."""
    wandering = ev.ArimaIntervention(
        order=(0, 1, 1), season="months", exposure="month", covariates=("kms", "PetrolPrice")
    )
    found = {}
    for outcome, name in SERIES.items():
        effect = wandering.fit(casualties(outcome), seed=1).effect("law", "during")
        found[f"{name}/percent change"] = effect.percent_change
    poisson = ev.InterruptedTimeSeries(
        family="poisson", season="months", exposure="month", covariates=("kms",), trend=True
    )
    found["van drivers killed/rate_ratio"] = (
        poisson.fit(casualties("VanKilled")).effect("law", "during").rate_ratio
    )
    return found
