"""Set missing what a force did not publish: whole months, months in part, and types it never or no longer counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluate.data.part_months import find_part_months
from evaluate.data.stopped import LEAST_RUN, describe_stops, find_stops
from evaluate.errors import listed, shortened

COMPLETE = 0.5
"""Share of the median of the months around below which a force's month was not published in full."""

LEAST_EXPECTED = 20.0
"""Crimes of a type that a force's total leads one to expect, from which having none means it is not published."""

LEAST_SHARE = 0.1
"""Share of an area's crimes from which the area is missing in a month that the force reporting them did not publish."""

TRANSPORT = "British Transport Police"
"""Reports crimes at stations, in every area; which types an area has never follows from it where others report too."""


def set_unpublished(
    counts: np.ndarray,
    by_force: np.ndarray,
    shares: np.ndarray,
    *,
    forces: Sequence[str],
    periods: pd.PeriodIndex,
    types: Sequence[str],
    least_share: float = COMPLETE,
) -> list[str]:
    """Set cells missing, in place, that were not published.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (areas, months, types), changed in place.
    by_force : numpy.ndarray
        Shape (forces, months, types): all that each force published, NaN for a type not published then.
    shares : numpy.ndarray
        Shape (areas, forces): who reports an area's crimes.
    forces, types : sequence of str
        Names on the axes.
    periods : pandas.PeriodIndex
        The months.
    least_share : float
        Share of the months around below which a force's month is missing.

    Returns
    -------
    list of str
        A sentence for each thing found.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> months = pd.period_range("2018-01", periods=3, freq="M")
    >>> counts = np.array([[[4.0], [0.0], [5.0]]])
    >>> named = {"forces": ["Kent Police"], "periods": months, "types": ["Burglary"]}
    >>> set_unpublished(counts, counts.copy(), np.ones((1, 1)), **named)
    ['Kent Police has no rows for 2018-02; its areas are missing then, not zero.']
    >>> counts.ravel()
    array([ 4., nan,  5.])
    """
    notes: list[str] = []
    mix = np.nansum(by_force, axis=(0, 1)) / np.nansum(by_force)
    territorial = shares * np.array([force != TRANSPORT or len(forces) == 1 for force in forces])
    mainly = np.where(territorial.any(axis=1), territorial.argmax(axis=1), shares.argmax(axis=1))
    for number, force in enumerate(forces):
        totals = by_force[number].astype(float)
        months, said = _months(totals, periods, force, least_share)
        totals[months] = np.nan
        types_missing, more = _types(totals, mix, periods, types, force)
        reported = np.flatnonzero((shares[:, number] >= LEAST_SHARE) | (mainly == number))
        counts[np.ix_(reported, np.flatnonzero(months))] = np.nan
        own = np.flatnonzero(mainly == number)
        for outcome in np.flatnonzero(types_missing.any(axis=0)):
            counts[np.ix_(own, np.flatnonzero(types_missing[:, outcome]), [outcome])] = np.nan
        notes += [*said, *more]
    return notes


def _months(
    totals: np.ndarray, periods: pd.PeriodIndex, force: str, least_share: float
) -> tuple[np.ndarray, list[str]]:
    """Months without a row and months in part, as flags, with a sentence on each."""
    by_month = np.nansum(totals, axis=1)
    by_month[by_month == 0] = np.nan
    missing = np.isnan(by_month)
    notes = []
    if missing.any():
        gone = shortened([str(month) for month in periods[missing]])
        notes.append(f"{force} has no rows for {gone}; its areas are missing then, not zero.")
    parts = find_part_months(by_month, least_share=least_share)
    missing[list(parts.missing)] = True
    return missing, [*notes, *parts.describe(periods, force)]


def _types(
    totals: np.ndarray, mix: np.ndarray, periods: pd.PeriodIndex, types: Sequence[str], force: str
) -> tuple[np.ndarray, list[str]]:
    """Types a force does not publish, never or not for a year: flags (months, types), and a sentence on each."""
    missing = np.zeros(totals.shape, dtype=bool)
    expected = np.nansum(totals) * mix
    never = (np.nansum(totals, axis=0) == 0) & (expected >= LEAST_EXPECTED)
    missing[:, never] = True
    stops = find_stops(totals)
    for stop in stops:
        if stop.length >= LEAST_RUN:
            missing[stop.first : stop.last + 1, stop.outcome] = True
    notes = []
    if never.any():
        named = listed([name for name, absent in zip(types, never, strict=True) if absent])
        notes.append(f"{force} has no row of {named} in any month; these are missing in its areas, not zero.")
    return missing, [*notes, *(f"{force}: {note}" for note in describe_stops(stops, types, periods))]
