"""A dated police operation, as it was announced or recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from evaluate.data.periods import Span
from evaluate.errors import DesignError

DateLike = str | date | pd.Timestamp


@dataclass(frozen=True)
class Operation:
    """One operation with its first and last day.

    Parameters
    ----------
    name : str
        What the operation is called in tables and figures.
    start, end : str or date
        First and last day, both included. A missing ``end`` means one day.
    trigger : str, optional
        How long before ``start`` the spike lasted that prompted this operation, such as "3 months"; those
        periods get a term of their own and are kept out of the baseline. Only needed for a second or later
        operation: the first one takes the design's ``trigger``.
    note : str
        Where the dates come from.

    Raises
    ------
    DesignError
        If a date cannot be read, or the end lies before the start.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.Operation("May 2018", "2018-05-22", "2018-05-26").days
    5
    """

    name: str
    start: DateLike
    end: DateLike | None = None
    trigger: str | None = None
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        start = day_of(self.start, f'Operation "{self.name}"')
        end = start if self.end is None else day_of(self.end, f'Operation "{self.name}"')
        if end < start:
            raise DesignError(
                f'Operation "{self.name}" ends on {end:%Y-%m-%d}, before it starts on {start:%Y-%m-%d}. '
                "Swap the two dates, or correct one."
            )
        if self.trigger is not None:
            Span.parse(self.trigger)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)

    @property
    def first_day(self) -> pd.Timestamp:
        """First day of the operation, at midnight."""
        return pd.Timestamp(self.start)

    @property
    def last_day(self) -> pd.Timestamp:
        """Last day of the operation, at midnight."""
        return pd.Timestamp(self.end or self.start)

    @property
    def days(self) -> int:
        """Number of days it ran, both ends included."""
        return (self.last_day - self.first_day).days + 1

    def __repr__(self) -> str:
        return f"Operation({self.name!r}, {self.first_day:%Y-%m-%d} to {self.last_day:%Y-%m-%d})"


def day_of(value: DateLike, whose: str) -> pd.Timestamp:
    """Read one date; text must be year-month-day so that day and month cannot be confused.

    Raises
    ------
    DesignError
        If it is no date. The message begins with whose date it is.

    Examples
    --------
    >>> str(day_of("2018-05-22", "The operation").date())
    '2018-05-22'
    """
    try:
        if not isinstance(value, str | date):
            raise TypeError(value)
        stamp = (
            pd.Timestamp(value) if not isinstance(value, str) else pd.to_datetime(value, format="%Y-%m-%d")
        )
        if pd.isna(stamp):
            raise ValueError(value)
    except (ValueError, TypeError) as error:
        raise DesignError(
            f'{whose} has the date "{value}", which cannot be read. Write it as year-month-day: 2018-05-22.'
        ) from error
    return pd.Timestamp(stamp).normalize()
