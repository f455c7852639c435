"""Lengths of time as people write them ("36 months", "4 weeks") and the periods that counts are kept in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from evaluate.errors import DataError, DesignError

FREQUENCIES = {"day": "D", "week": "W-SUN", "4 weeks": "28D", "month": "M", "quarter": "Q", "year": "Y"}
"""The words a user writes for the length of a period, and pandas' code for each."""

PER_YEAR = {"D": 365.25, "W-SUN": 365.25 / 7, "28D": 365.25 / 28, "M": 12.0, "Q-DEC": 4.0, "Y-DEC": 1.0}
"""Periods in a year, for seasonal terms."""

_WRITTEN = re.compile(r"\d{4}(-\d{2}(-\d{2}(/\d{4}-\d{2}-\d{2})?)?)?|\d{4}-?Q[1-4]")


@dataclass(frozen=True)
class Span:
    """A length of calendar time such as "36 months", kept as number and unit.

    Parameters
    ----------
    number : int
        How many.
    unit : str
        "day", "week", "month" or "year".

    Examples
    --------
    >>> from evaluate.data.periods import Span
    >>> Span.parse("36 months")
    Span(number=36, unit='month')
    """

    number: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "36 months", "1 year" or "10 weeks".

        Raises
        ------
        DesignError
            If the text is not a whole number and a unit.
        """
        found = re.fullmatch(r"\s*(\d+)\s*(day|week|month|year)s?\s*", str(text).lower())
        if not found:
            raise DesignError(
                f'A length of time is a whole number and a unit; "{text}" is not. '
                'Write for instance "36 months", "10 weeks" or "14 days".'
            )
        return cls(int(found.group(1)), found.group(2))

    @property
    def offset(self) -> pd.DateOffset:
        """The span as a pandas offset, to be added to a date."""
        return {
            "day": pd.DateOffset(days=self.number),
            "week": pd.DateOffset(weeks=self.number),
            "month": pd.DateOffset(months=self.number),
            "year": pd.DateOffset(years=self.number),
        }[self.unit]

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}"


def period_name(periods: pd.PeriodIndex) -> str:
    """Name the length of one period: "day", "week", "4 weeks" or "month".

    Examples
    --------
    >>> import pandas as pd
    >>> period_name(pd.period_range("2018-01", periods=3, freq="M"))
    'month'
    """
    code = periods.freqstr
    for name, known in FREQUENCIES.items():
        if code == known or code.startswith(f"{known}-"):
            return name
    return "week" if code.startswith("W") else code


def periods_per_year(periods: pd.PeriodIndex) -> float:
    """Count the periods in a year, for seasonal terms.

    Raises
    ------
    DataError
        If the frequency is none of those the package knows.
    """
    code = "W-SUN" if periods.freqstr.startswith("W") else periods.freqstr
    if code not in PER_YEAR:
        raise DataError(
            f'Periods of frequency "{periods.freqstr}" are not supported. '
            f"Count by {', '.join(FREQUENCIES)} instead."
        )
    return PER_YEAR[code]


def days_in(periods: pd.PeriodIndex) -> np.ndarray:
    """Count the days of each period.

    Returns
    -------
    numpy.ndarray
        Shape (periods,), days as float.

    Examples
    --------
    >>> import pandas as pd
    >>> days_in(pd.period_range("2018-01", periods=2, freq="M"))
    array([31., 28.])
    """
    starts, ends = period_bounds(periods)
    return np.asarray((ends - starts).days, dtype=float) + 1.0


def period_bounds(periods: pd.PeriodIndex) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """First and last day of each period, both at midnight."""
    return _bounds(periods.freqstr, periods.asi8.tobytes())


@lru_cache(maxsize=64)
def _bounds(frequency: str, ordinals: bytes) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """``period_bounds`` by frequency and ordinals: a check makes hundreds of designs of the same periods."""
    numbers = np.frombuffer(ordinals, dtype=np.int64)
    periods = pd.PeriodIndex.from_ordinals(numbers, freq=frequency)  # type: ignore[attr-defined]
    # Through day numbers: start_time and normalize() look for a frequency each time, which costs eight times as much.
    first = periods.asfreq("D", how="S").asi8.astype("datetime64[D]")
    last = periods.asfreq("D", how="E").asi8.astype("datetime64[D]")
    return pd.DatetimeIndex(first.astype("datetime64[us]")), pd.DatetimeIndex(last.astype("datetime64[us]"))


def periods_between(periods: pd.PeriodIndex, one: pd.Period, other: pd.Period) -> int:
    """Count the steps from one period of a grid to another, negative where the other is earlier.

    Examples
    --------
    >>> import pandas as pd
    >>> fours = pd.period_range("2018-01-01", periods=3, freq="28D")
    >>> periods_between(fours, fours[0], fours[2])
    2
    """
    return (other.ordinal - one.ordinal) // (28 if periods.freqstr == "28D" else 1)


def period_holding(periods: pd.PeriodIndex, day: pd.Timestamp) -> pd.Period:
    """The period that holds a day, on the grid of ``periods`` but not only within it.

    Periods of four weeks have no place of their own in the calendar: they are counted from the first of ``periods``.

    Examples
    --------
    >>> import pandas as pd
    >>> fours = pd.period_range("2018-01-01", periods=3, freq="28D")
    >>> str(period_holding(fours, pd.Timestamp("2018-02-10")))
    '2018-01-29'
    """
    if periods.freqstr != "28D":
        return pd.Period(day, freq=periods.freqstr)
    return periods[0] + (day - periods[0].start_time).days // 28


def share_of_days(periods: pd.PeriodIndex, start: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    """Share of each period's days from ``start`` to ``end``, both days included.

    Returns
    -------
    numpy.ndarray
        Shape (periods,), between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> may = pd.period_range("2018-05", periods=1, freq="M")
    >>> share_of_days(may, pd.Timestamp("2018-05-22"), pd.Timestamp("2018-05-26")).round(4)
    array([0.1613])
    """
    first, last = period_bounds(periods)
    low = np.maximum(first.to_numpy(), np.datetime64(start.normalize()))
    high = np.minimum(last.to_numpy(), np.datetime64(end.normalize()))
    days = (high - low) / np.timedelta64(1, "D") + 1.0
    return np.clip(days, 0.0, None) / days_in(periods)


def days_meant(value: str | date | pd.Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day that a date, month, quarter or year stands for: "2018-05" is 1 to 31 May.

    Raises
    ------
    DataError
        If it is none of these, or could be read in two ways.

    Examples
    --------
    >>> first, last = days_meant("2018-05")
    >>> str(last.date())
    '2018-05-31'
    """
    try:
        if isinstance(value, str) and not _WRITTEN.fullmatch(value.strip()):
            raise ValueError(value)
        if isinstance(value, pd.Period):
            period = value
        else:
            period = pd.Period(value) if isinstance(value, str) else pd.Period(value, freq="D")
    except ValueError as error:
        raise DataError(
            f'"{value}" is no date, month or year. Write for instance "2018-05-22", "2018-05" or "2018".'
        ) from error
    return period.start_time.normalize(), period.end_time.normalize()
