"""Find categories that were not counted for part of a file, so that their zeros are not read as zero.

Fraud moved to a national body in 2013, domestic burglary was renamed in 2023: the published table goes on
with zeros, or with a stray record now and then. Taken as counts they show a fall of 100%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.errors import many

BUSIEST = 12
"""Number of a category's busiest periods whose mean is called its usual level."""

NEGLIGIBLE = 0.01
"""Share of the usual level below which the file's total says that nobody counted."""

LEAST_LEVEL = 20.0
"""Usual level from which the rule applies. A rarer category may be at nought for a year by chance."""

LEAST_RUN = 12
"""Periods in a row from which the cells are set missing."""

LEAST_NOTED = 3
"""Periods in a row from which the reader of the provenance is told."""


@dataclass(frozen=True)
class Stop:
    """A run of periods in which a category was next to absent from the whole file.

    Parameters
    ----------
    outcome : int
        Position of the category.
    first, last : int
        Positions of the first and last period of the run.
    recorded : int
        Incidents the file gives in these periods all the same.

    Examples
    --------
    >>> Stop(0, 35, 166, recorded=45).length
    132
    """

    outcome: int
    first: int
    last: int
    recorded: int

    @property
    def length(self) -> int:
        """Number of periods in the run."""
        return self.last - self.first + 1


def find_stops(totals: np.ndarray) -> list[Stop]:
    """Find runs of periods in which a category's total is below 1% of its usual level.

    Parameters
    ----------
    totals : numpy.ndarray
        Shape (periods, outcomes): totals over all areas, NaN for a period that is missing.

    Returns
    -------
    list of Stop
        Runs of at least ``LEAST_NOTED`` periods of categories whose usual level is at least ``LEAST_LEVEL``.

    Examples
    --------
    >>> import numpy as np
    >>> totals = np.r_[np.full(24, 200.0), np.zeros(15)][:, None]
    >>> find_stops(totals)
    [Stop(outcome=0, first=24, last=38, recorded=0)]
    """
    stops: list[Stop] = []
    for outcome, series in enumerate(totals.T):
        known = np.sort(series[~np.isnan(series)])
        if len(known) <= BUSIEST:
            continue
        level = known[-BUSIEST:].mean()
        if level < LEAST_LEVEL:
            continue
        absent = np.r_[False, series < NEGLIGIBLE * level, False]
        begins, ends = np.flatnonzero(np.diff(absent.astype(int))).reshape(-1, 2).T
        for first, last in zip(begins, ends - 1, strict=True):
            if last - first + 1 >= LEAST_NOTED:
                recorded = int(np.nansum(series[first : last + 1]))
                stops.append(Stop(outcome, int(first), int(last), recorded))
    return stops


def set_missing(counts: np.ndarray, stops: Sequence[Stop]) -> np.ndarray:
    """Return counts with the cells of the longer runs missing.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (areas, periods, outcomes).
    stops : sequence of Stop
        From ``find_stops``; runs shorter than ``LEAST_RUN`` stay as published.

    Examples
    --------
    >>> import numpy as np
    >>> set_missing(np.zeros((1, 13, 1)), [Stop(0, 1, 12, recorded=0)]).ravel()[:3]
    array([ 0., nan, nan])
    """
    changed = counts.copy()
    for stop in stops:
        if stop.length >= LEAST_RUN:
            changed[:, stop.first : stop.last + 1, stop.outcome] = np.nan
    return changed


def describe_stops(
    stops: Sequence[Stop], outcomes: Sequence[str], periods: pd.PeriodIndex
) -> tuple[str, ...]:
    """Say in a sentence each what was found and what was done.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.period_range("2013-01", periods=24, freq="M")
    >>> print(*describe_stops([Stop(0, 3, 23, recorded=2)], ["FRAUD"], months))
    FRAUD is below 1% of its usual level in the whole file from 2013-04 to 2014-12 (21 periods), so it was not
    counted under this name then: these cells are missing, not zero, and the 2 incidents in them are left out.
    """
    sentences = []
    for stop in stops:
        found = (
            f"{outcomes[stop.outcome]} is below 1% of its usual level in the whole file from "
            f"{periods[stop.first]} to {periods[stop.last]} ({stop.length} periods)"
        )
        if stop.length >= LEAST_RUN:
            verb = "is" if stop.recorded == 1 else "are"
            left = (
                f", and the {many(stop.recorded, 'incident')} in them {verb} left out"
                if stop.recorded
                else ""
            )
            done = f", so it was not counted under this name then: these cells are missing, not zero{left}."
        else:
            done = (
                f": fewer than {LEAST_RUN}, so the counts are kept as published. It may have been renamed or "
                "moved; do not judge an operation by it there."
            )
        sentences.append(found + done)
    return tuple(sentences)
