"""Find dates whose day and month a spreadsheet has swapped, and put them right where the column proves it.

A spreadsheet set to the American order that is given 11/02/2020, the eleventh of February, stores the second of
November. Given 21/02/2020 it finds no month 21 and leaves the text as it is. What remains is a column in which every
stored date has a day of 12 or less and every date left as text has a day above 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

LEAST_CHANCE = 0.001
"""Chance of so many stored dates without one after the 12th, below which the spreadsheet swapped them."""

LEAST_MONTHS = 6
"""Months that dates must be spread over; a true extract of a few days in one or two months has no 13th either."""

LEAST_CERTAIN = 7
"""Different certain dates that must run forward before the order of rows decides: by chance 1 time in 7! = 5,040."""

SHARE_BY_THE_12TH = 12 / 30.44
"""Share of the days of a year that are one of the first twelve of a month."""


@dataclass(frozen=True)
class Mended:
    """Days of a column of stored dates and dates left as text.

    Parameters
    ----------
    days : pandas.Series
        One midnight for each row, NaT where the cell is empty or undecided.
    swapped : tuple of int
        Positions of the stored dates whose day and month were swapped back.
    undecided : tuple of int
        Positions of stored dates that could be either.
    by : str
        What decided: "the column", "the order of the rows", "nothing to decide".

    Examples
    --------
    >>> Mended(pd.Series(dtype="datetime64[us]"), (), (), "nothing to decide").swapped
    ()
    """

    days: pd.Series
    swapped: tuple[int, ...]
    undecided: tuple[int, ...]
    by: str


def mend(written: pd.Series, stored: pd.Series) -> Mended:
    """Decide for every stored date whether its day and month were swapped.

    Parameters
    ----------
    written : pandas.Series
        Days of the dates left as text, NaT elsewhere; their order must be known.
    stored : pandas.Series
        Days as the spreadsheet stores them, NaT elsewhere.

    Returns
    -------
    Mended

    Notes
    -----
    The column decides where every stored day is one of the first twelve of a month, every written one is not, and
    so many stored ones without a later day have a chance below 1 in 1,000 if nothing had been swapped:
    (12 / 30.44) ** n for n different dates, so from 8 on. Otherwise the order of the rows decides, if at least
    seven certain dates run forward: a date is swapped if only that puts it between the certain dates around it.

    Examples
    --------
    >>> stored = pd.to_datetime(pd.Series(["2020-11-02", *(f"2020-{month:02d}-03" for month in range(1, 9)), None]))
    >>> text = pd.to_datetime(pd.Series([None] * 9 + ["2020-08-21"]))
    >>> mended = mend(text, stored)
    >>> mended.by, len(mended.swapped), str(mended.days[0].date())
    ('the column', 8, '2020-02-11')
    """
    other = _swapped(stored)
    open_ = other.notna() & (other != stored)
    days = written.fillna(stored)
    if not open_.any():
        return Mended(days, (), (), "nothing to decide")
    all_early = bool((stored.dropna().dt.day <= 12).all()) and bool((written.dropna().dt.day > 12).all())
    chance = SHARE_BY_THE_12TH ** stored.nunique()
    if all_early and written.notna().any() and chance < LEAST_CHANCE:
        return Mended(days.mask(open_, other), tuple(np.flatnonzero(open_)), (), "the column")
    return _by_order(days, other, open_)


def all_in_first_days(stored: pd.Series) -> bool:
    """Tell whether dates look swapped though none was left as text: many days and months, none after the 12th.

    Parameters
    ----------
    stored : pandas.Series
        Days as the spreadsheet stores them. A list of months by their first days is none of these.

    Examples
    --------
    >>> stored = pd.to_datetime(pd.Series([f"2020-{month:02d}-{13 - month:02d}" for month in range(1, 13)]))
    >>> all_in_first_days(stored), all_in_first_days(stored + pd.Timedelta("5 days"))
    (True, False)
    """
    once = stored.dropna().dt.normalize().drop_duplicates()
    days, months = once.dt.day, once.dt.month
    early = len(once) > 0 and bool((days <= 12).all()) and SHARE_BY_THE_12TH ** len(once) < LEAST_CHANCE
    return early and days.nunique() > 1 and months.nunique() >= LEAST_MONTHS


def steps_back(days: pd.Series) -> int:
    """Count the rows whose day is before that of the row above.

    Examples
    --------
    >>> steps_back(pd.to_datetime(pd.Series(["2020-02-11", "2020-02-10", "2020-02-12"])))
    1
    """
    known = days.dropna().to_numpy()
    return int((known[1:] < known[:-1]).sum())


def _swapped(stored: pd.Series) -> pd.Series:
    """The same dates with day and month exchanged; NaT where the day is no month."""
    parts = pd.DataFrame({"year": stored.dt.year, "month": stored.dt.day, "day": stored.dt.month})
    return pd.to_datetime(parts.where(stored.dt.day <= 12), errors="coerce").astype(stored.dtype)


def _by_order(days: pd.Series, other: pd.Series, open_: pd.Series) -> Mended:
    """Decide by the certain dates above and below, where those run forward."""
    certain = days.mask(open_)
    if steps_back(certain) or certain.nunique() < LEAST_CERTAIN:
        return Mended(certain, (), tuple(np.flatnonzero(open_)), "nothing to decide")
    above, below = certain.ffill(), certain.bfill()
    fits = [_between(reading, above, below) for reading in (days, other)]
    decided = open_ & (fits[0] != fits[1])
    swap = decided & fits[1]
    mended = certain.mask(decided & fits[0], days).mask(swap, other)
    return Mended(
        mended, tuple(np.flatnonzero(swap)), tuple(np.flatnonzero(open_ & ~decided)), "the order of the rows"
    )


def _between(reading: pd.Series, above: pd.Series, below: pd.Series) -> pd.Series:
    """Whether a date lies between those above and below it."""
    return ~(reading < above) & ~(reading > below)


def examples(days: pd.Series, stored: pd.Series, positions: Sequence[int]) -> str:
    """The first date that was put right, as it was and as it is: ``2020-11-02 is 2020-02-11``.

    Examples
    --------
    >>> one = pd.to_datetime(pd.Series(["2020-02-11"]))
    >>> examples(one, pd.to_datetime(pd.Series(["2020-11-02"])), [0])
    '2020-11-02 is 2020-02-11'
    """
    first = positions[0]
    return f"{stored.iloc[first]:%Y-%m-%d} is {days.iloc[first]:%Y-%m-%d}"
