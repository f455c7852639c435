"""Read cells that say a period: ``2018-05``, ``201805``, ``2018``, ``2018Q2``, or the date a period begins on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluate.data.dates import days_of
from evaluate.data.periods import FREQUENCIES
from evaluate.data.tables import Table
from evaluate.errors import did_you_mean

_WRITTEN = {
    "month": (r"^(\d{4})-?(0[1-9]|1[0-2])$", r"\1-\2"),
    "quarter": (r"^(\d{4}) ?-?[Qq]([1-4])$", r"\1Q\2"),
    "year": (r"^(\d{4})(?:\.0)?$", r"\1"),
}
_FIX = "Write a month as 2018-05 and a day as 2018-05-22."


def periods_in(table: Table, head: str, *, every: str | None = None) -> pd.PeriodIndex:
    """Read a column of periods.

    Parameters
    ----------
    table : Table
        Where the column is.
    head : str
        Its head.
    every : str, optional
        Length of a period where the column holds dates: "day", "week", "4 weeks", "month", "quarter" or
        "year". Not needed where all dates are firsts of months, or all Mondays, and two follow each other.

    Returns
    -------
    pandas.PeriodIndex
        One period for each row.

    Raises
    ------
    DataError
        If a cell is empty or no period, or the length of the periods cannot be told.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> periods_in(table_of(pd.DataFrame({"month": ["2018-05", "201806"]})), "month")
    PeriodIndex(['2018-05', '2018-06'], dtype='period[M]')
    """
    if every is not None and every not in FREQUENCIES:
        near = did_you_mean(every, FREQUENCIES)
        raise table.refusal(f'every="{every}" is no length of a period.', near)
    column = table.rows[head]
    if isinstance(column.dtype, pd.PeriodDtype):
        return pd.PeriodIndex(_without_gaps(table, head, column).array)
    text = _without_gaps(table, head, column)
    if not pd.api.types.is_datetime64_any_dtype(column):
        for word, (form, plain) in _WRITTEN.items():
            found = text.str.fullmatch(form)
            if found.all():
                periods = as_periods(text.str.replace(form, plain, regex=True), word)
                return _as_asked(table, head, periods, word, every)
            if found.any():
                row = int(np.flatnonzero(~found)[0])
                first = text[found].iloc[0]
                raise table.refusal(
                    f'"{text.iloc[row]}" is no {word}, as "{first}" is.', _FIX, row=row, head=head
                )
        if text.str.fullmatch(r"\d{1,3}").all():
            raise table.refusal(
                f'the periods are numbered ("{text.iloc[0]}") and say no date.',
                f"Add a column of months or dates: an operation has a date. {_FIX}",
                head=head,
            )
    days, _ = days_of(table, head, fix=_FIX)
    return _from_days(table, head, days, every)


def as_periods(text: pd.Series, every: str) -> pd.PeriodIndex:
    """Turn text into periods, reading each distinct text once.

    Examples
    --------
    >>> import pandas as pd
    >>> as_periods(pd.Series(["2018-05", "2018-06", "2018-05"]), "month")
    PeriodIndex(['2018-05', '2018-06', '2018-05'], dtype='period[M]')
    """
    codes, once = pd.factorize(text)
    return pd.PeriodIndex(pd.PeriodIndex(once.to_numpy(), freq=FREQUENCIES[every]).take(codes))


def _without_gaps(table: Table, head: str, column: pd.Series) -> pd.Series:
    """The column as it is (periods) or as text; no cell may be empty."""
    values = column if isinstance(column.dtype, pd.PeriodDtype) else table.text(head)
    empty = np.flatnonzero(values.isna() | (values.astype("str") == ""))
    if len(empty):
        raise table.refusal("the period is empty.", "Fill it in, or remove the row.", row=empty[0], head=head)
    return values


def _as_asked(
    table: Table, head: str, periods: pd.PeriodIndex, word: str, every: str | None
) -> pd.PeriodIndex:
    """Refuse a column of months that is said to hold weeks."""
    if every is not None and every != word:
        raise table.refusal(
            f'the column holds {word}s ("{periods[0]}") and every="{every}" was given.',
            "Leave every= out.",
            head=head,
        )
    return periods


def _length(index: pd.DatetimeIndex) -> str | None:
    """Tell months and weeks from the dates they begin on; None where it could be something else."""
    once = index.unique().sort_values()
    for word, begins in (("month", once.day == 1), ("week", once.day_of_week == 0)):
        periods = pd.PeriodIndex(once, freq=FREQUENCIES[word])
        if begins.all() and len(once) > 1 and np.diff(periods.asi8).min() == 1:
            return word
    return None


def _from_days(table: Table, head: str, days: pd.Series, every: str | None) -> pd.PeriodIndex:
    """Turn the dates that periods begin on into periods."""
    index = pd.DatetimeIndex(days.to_numpy())
    if every is None:
        every = _length(index)
        if every is None:
            raise table.refusal(
                f"the dates ({index[0]:%Y-%m-%d} and others) could begin periods of several lengths.",
                'Say it: every="day", "week", "4 weeks" or "month".',
                head=head,
            )
    if every != "4 weeks":
        return pd.PeriodIndex(index, freq=FREQUENCIES[every])
    off = np.flatnonzero((index - index.min()).days % 28)
    if len(off):
        raise table.refusal(
            f"{index[off[0]]:%Y-%m-%d} is not a whole number of 28 days after {index.min():%Y-%m-%d}.",
            "Periods of 4 weeks follow each other without gaps; correct the date.",
            row=int(off[0]),
            head=head,
        )
    return pd.PeriodIndex(index, freq=FREQUENCIES[every])
