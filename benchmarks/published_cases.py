"""The structural model on three published operations, beside what was published by other methods.

Run ``python benchmarks/published_cases.py --data FOLDER --write`` with the folder of published data that holds
``studies/``, or set EVALUATE_DATA (half a minute). The settings follow what each paper fitted (calendar months, traffic
and petrol for the seat belt law; weeks for London; years for California); nothing was chosen by its result, and where
the two differ the table says so.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

import evaluate as ev

SEED = 1
TABLE = Path(__file__).with_suffix(".csv")
SEAT_BELTS = Path(__file__).resolve().parents[1] / "studies" / "seat_belts" / "seatbelts.csv"
CALIFORNIA = "studies/prop99_smoking/california_prop99_synthdid.csv"
LONDON = "studies/draca_machin_witt_2011/london_crime.csv"
WHOLE = 10**9
"""Petrol prices are read in thousand millionths, so that they are whole numbers."""


def seat_belts() -> Iterator[dict[str, Any]]:
    """Killed or seriously injured in Great Britain by month, a level that wanders, traffic and petrol."""
    table = pd.read_csv(SEAT_BELTS)
    table["PetrolPrice"] = (WHOLE * table["PetrolPrice"]).round().astype(int)
    tidy = (
        table.drop(columns="law").melt(id_vars="date", var_name="outcome", value_name="n").assign(area="GB")
    )
    panel = ev.read_counts(tidy, area="area", period="date", outcome="outcome", count="n")
    model = ev.StructuralModel(prior=ev.FLAT, harmonics=6, covariates=("kms", "PetrolPrice"))
    for outcome, published in (("drivers", -23), ("front", -30), ("rear", 3)):
        design = ev.Design(
            panel, outcome=outcome, treated=["GB"], control=[], before="169 months", after="0 months",
            operations=[ev.Operation("law", "1983-02-01", "1984-12-31")],
        )  # fmt: skip
        case = {"case": "seat belt law", "outcome": outcome, "published": published}
        yield case | {"source": "Harvey and Durbin (1986)"} | found(model, design)


def london(file: Path) -> Iterator[dict[str, Any]]:
    """Crimes by borough and week; six weeks of extra police in five boroughs after July 2005."""
    table = pd.read_csv(file)
    first = pd.Timestamp("2003-12-29")
    weeks = [(first + pd.Timedelta(weeks=int(week) - 1)).date() for week in table["week"]]
    tidy = table.assign(week=weeks, area=table["borough"].astype(str), n=table["crime"].round())
    panel = ev.read_counts(tidy[["area", "week", "n"]], area="area", period="week", count="n", every="week")
    start = first + pd.Timedelta(weeks=79)
    design = ev.Design(
        panel, outcome=str(panel.outcomes[0]), treated=["1", "2", "3", "6", "14"], before="79 weeks", after="18 weeks",
        operations=[ev.Operation("law", start, start + pd.Timedelta(days=6 * 7 - 1))],
    )  # fmt: skip
    case = {"case": "London, July 2005", "outcome": "crime", "published": -11}
    yield case | {"source": "Draca, Machin and Witt (2011)"} | found(ev.StructuralModel(), design)


def california(file: Path) -> Iterator[dict[str, Any]]:
    """Tenths of packs of cigarettes a head by state and year; a tax from 1989, whose effect grew."""
    table = pd.read_csv(file, sep=";")
    tidy = table.assign(n=(10 * table["PacksPerCapita"]).round().astype(int), year=table["Year"].astype(str))
    panel = ev.read_counts(tidy[["State", "year", "n"]], area="State", period="year", count="n")
    design = ev.Design(
        panel, outcome=str(panel.outcomes[0]), treated=["California"], before="19 years", after="0 years",
        operations=[ev.Operation("law", "1989-01-01", "2000-12-31")],
    )  # fmt: skip
    late = table[(table["State"] == "California") & (table["Year"] >= 1989)]["PacksPerCapita"].mean()
    # Arkhangelsky and others, table 1: packs a head below the synthetic California, as a percentage of it.
    case = {"case": "California", "outcome": "packs", "published": round(100 * -19.6 / (late + 19.6))}
    case |= {"source": "synthetic control of Arkhangelsky and others (2021)"}
    for form in ("forecast", "joint"):
        yield case | {"form": form} | found(ev.StructuralModel(form=form), design)


def found(model: ev.StructuralModel, design: ev.Design) -> dict[str, Any]:
    """Percentage change with its interval."""
    effect = model.fit(design, seed=SEED).effect("law", "during")
    ends = {"lower": 100 * (effect.lower - 1), "upper": 100 * (effect.upper - 1)}
    return {"form": model.form, "ours": effect.percent_change} | ends


def main() -> None:
    """Fit, print, and keep the table where that is asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("EVALUATE_DATA"))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.data is None:
        parser.error("say where the published files are: --data FOLDER, or the variable EVALUATE_DATA")
    folder = Path(asked.data)
    rows = [*seat_belts(), *london(folder / LONDON), *california(folder / CALIFORNIA)]
    columns = ["case", "outcome", "form", "published", "ours", "lower", "upper", "source"]
    table = pd.DataFrame(rows)[columns].round(1)
    print(table.to_string(index=False))
    if asked.write:
        table = table.assign(seed=SEED, version=ev.__version__, date=str(date.today()))
        table.to_csv(TABLE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
