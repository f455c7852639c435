"""Live facial recognition in London, April 2023 to March 2025: many small operations pooled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

import evaluate as ev

EARLIER = "mps_ward/mps_ward_level_crime_london_201004_202402.csv.gz"
LATER = "mps_ward/MPS Ward Level Crime (most recent 24 months) [2024-01..2025-12].csv"
REGISTER = "operations_register/LFR_Deployments.xlsx"
FILES = (EARLIER, LATER, REGISTER)

FIRST_DAY = pd.Timestamp("2023-04-01")
"""Earlier deployments are left out: their 24 months before reach into the lockdowns, which emptied town centres."""

SPELL = "92 days"
"""Deployments in a ward that follow each other this closely are one spell, so that no "after" holds the next."""

SEED = 20250313
LARGE = 4
"""Wards with more than four times the median visited ward's crime, or less than a quarter, are no control."""

BY_THE_PUBLIC = [
    "ARSON AND CRIMINAL DAMAGE",
    "BURGLARY",
    "PUBLIC ORDER OFFENCES",
    "ROBBERY",
    "SEXUAL OFFENCES",
    "THEFT",
    "VEHICLE OFFENCES",
    "VIOLENCE AGAINST THE PERSON",
]
"""What is reported, not found by officers: a van with cameras makes arrests, and so recorded offences."""


def wards(data: Path) -> ev.Panel:
    """All crime by ward and month, April 2010 to December 2025: the later download from where it begins."""
    earlier, later = ev.read_mps(data / EARLIER), ev.read_mps(data / LATER)
    parts = [
        panel.combine_outcomes({"all crime": BY_THE_PUBLIC})
        for panel in (earlier.select(end=str(later.periods[0] - 1)), later)
    ]
    counts = xr.concat([part.counts for part in parts], dim="period", join="inner")
    return ev.Panel(counts, labels=later.labels, groups=later.groups)


def shift_between_downloads(data: Path) -> float:
    """Largest change, as a fraction, of London's total in a month that both downloads have."""
    totals = [
        ev.read_mps(data / file)
        .combine_outcomes({"all crime": BY_THE_PUBLIC})
        .counts.sum(["area", "outcome"])
        for file in (EARLIER, LATER)
    ]
    earlier, later = xr.align(*totals, join="inner")
    return float(abs(later / earlier - 1).max())


def spells(register: ev.OperationsRegister) -> dict[str, list[ev.Operation]]:
    """Spells of deployments by the code of the ward, in order of time."""
    recent = [
        (operation, area)
        for operation, area in zip(register.operations, register.areas, strict=True)
        if operation.first_day >= FIRST_DAY
    ]
    kept = ev.OperationsRegister(*(tuple(column) for column in zip(*recent, strict=True)))
    return {area: kept.in_area(area, join_within=SPELL) for area in sorted(set(kept.areas))}


def design_of(
    panel: ev.Panel, ward: str, control: Sequence[str], operations: Sequence[ev.Operation]
) -> ev.Design:
    """One ward's own question: 24 months before its first deployment, three months after every spell."""
    return ev.Design(
        panel,
        outcome="all crime",
        treated=[ward],
        control=[one for one in control if one != ward],
        operations=operations,
        before="24 months",
        after="3 months",
    )


def never_visited(panel: ev.Panel, register: ev.OperationsRegister) -> list[str]:
    """Wards without a deployment in any year, not much larger or smaller than the visited ones."""
    mean = panel.counts.sel(outcome="all crime").mean("period").to_series()
    middle = mean[sorted(set(register.areas))].median()
    return [
        str(ward)
        for ward, size in mean.items()
        if ward not in set(register.areas) and middle / LARGE <= size <= middle * LARGE
    ]


def earlier_by(operation: ev.Operation, months: int) -> ev.Operation:
    """A day on which nothing was done."""
    day = operation.first_day - pd.DateOffset(months=months)
    return ev.Operation(f"{months} months before", day, day)


def pooled(designs: Sequence[ev.Design]) -> ev.PooledEffects:
    """Fit every ward alone, with the flat prior since the pool is the prior, and pool the three months after."""
    model = ev.StructuralModel(prior=ev.FLAT, draws=1000).prepared(designs[0])
    return ev.pool_effects([model.fit(design, seed=SEED) for design in designs], seed=SEED)


def answers(data: Path) -> dict[str, ev.PooledEffects]:
    """The deployments, the same wards half a year to a year earlier, and other wards on the same days."""
    panel = wards(data)
    register = ev.read_operations(
        data / REGISTER, start="Date", name="Deployment", area="Ward Code", year="Year"
    )
    by_ward, control = spells(register), never_visited(panel, register)
    mean = panel.counts.sel(outcome="all crime").mean("period").to_series()
    free, stand_in = list(control), {}
    for (
        ward
    ) in by_ward:  # each ward without deployments stands in once, for the first that it is nearest to in size
        stand_in[ward] = min(free, key=lambda other: abs(mean[other] - mean[ward]))
        free.remove(stand_in[ward])
    found = {"deployments": pooled([design_of(panel, *one) for one in _each(by_ward, control)])}
    for months in (6, 9, 12):
        dated = {ward: [earlier_by(operations[0], months)] for ward, operations in by_ward.items()}
        found[f"{months} months before"] = pooled([design_of(panel, *one) for one in _each(dated, control)])
    elsewhere = {stand_in[ward]: operations for ward, operations in by_ward.items()}
    found["wards never visited"] = pooled([design_of(panel, *one) for one in _each(elsewhere, control)])
    return found


def _each(
    by_ward: dict[str, list[ev.Operation]], control: list[str]
) -> list[tuple[str, list[str], list[ev.Operation]]]:
    return [(ward, control, operations) for ward, operations in by_ward.items()]


def replicate(data: Path) -> dict[str, float]:
    """The typical effect with its interval, the spread between wards, and what placebos give; wards raw and pooled."""
    found, numbers = answers(data), {}
    for name, effects in found.items():
        typical = effects.typical
        numbers |= {f"{name}/{part}": float(typical[part]) for part in ("rate_ratio", "lower", "upper")}
        numbers[f"{name}/spells"] = len(effects.table)
    deployments = found["deployments"]
    numbers["deployments/between wards"] = deployments.between
    numbers["another deployment/lower"] = float(deployments.another["lower"])
    numbers["another deployment/upper"] = float(deployments.another["upper"])
    for kind in ("raw", "pooled"):
        ratios, lower, upper = (deployments.table[f"{kind}{end}"] for end in ("", "_lower", "_upper"))
        numbers[f"single spells, {kind}/lowest"] = float(ratios.min())
        numbers[f"single spells, {kind}/highest"] = float(ratios.max())
        numbers[f"single spells, {kind}/intervals without 1"] = float(((upper < 1) | (lower > 1)).mean())
    numbers["downloads/largest change of a month"] = shift_between_downloads(data)
    return numbers
