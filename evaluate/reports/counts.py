"""Totals of the stretches of time a design divides its series into: before, trigger, during, after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.data.periods import periods_per_year
from evaluate.design.design import Design


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some periods of a design under one name.

    Parameters
    ----------
    name : str
        Such as "before" or "June 2017, after".
    periods : pandas.PeriodIndex
        Its periods.
    """

    name: str
    periods: pd.PeriodIndex


def stretches(design: Design) -> tuple[Stretch, ...]:
    """List a design's stretches in order, each window followed by the same periods a year earlier.

    Parameters
    ----------
    design : Design
        Its baseline, trigger and windows are listed.

    Returns
    -------
    tuple of Stretch
        A stretch a year earlier is left out where it does not lie wholly inside the design's periods.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> for stretch in stretches(design):
    ...     print(stretch.name, len(stretch.periods))
    before 45
    operation, during 1
    operation, during: a year earlier 1
    operation, after 14
    operation, after: a year earlier 14
    """
    found = [Stretch("before", pd.PeriodIndex(design.periods[design.baseline]))]
    if len(design.trigger_periods):
        found.append(Stretch("trigger", design.trigger_periods))
    year = round(periods_per_year(design.periods))
    for window in design.windows:
        found.append(Stretch(f"{window.operation}, {window.name}", window.periods))
        earlier = window.periods - year
        if earlier.isin(design.periods).all():
            found.append(Stretch(f"{window.operation}, {window.name}: a year earlier", earlier))
    return tuple(found)


def series(design: Design, areas: Sequence[str]) -> pd.Series:
    """Add up the counts of some areas, period by period.

    Parameters
    ----------
    design : Design
        For its panel, outcome and periods.
    areas : sequence of str
        Codes.

    Returns
    -------
    pandas.Series
        By period; NaN where a count of any of the areas is missing.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> bool((series(design, design.treated).to_numpy() == design.treated_counts).all())
    True
    """
    panel = design.panel
    rows = np.asarray(panel.areas.isin(list(areas)))
    column = list(panel.outcomes).index(design.outcome)
    together = pd.Series(panel.counts.values[rows, :, column].sum(axis=0), index=panel.periods)
    return together.loc[design.periods[0] : design.periods[-1]]


def total(counts: pd.Series, stretch: Stretch) -> float:
    """Add up a stretch's counts; periods without a count are left out, and NaN if none has one."""
    return float(counts[counts.index.isin(stretch.periods)].sum(min_count=1))


def recorded_periods(counts: pd.Series, stretch: Stretch) -> int:
    """Count the stretch's periods that have a count."""
    return int(np.isfinite(counts[counts.index.isin(stretch.periods)].to_numpy()).sum())
