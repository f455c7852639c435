"""Read cells that say a period: ``2018-05``, ``Apr-18``, ``2018Q2``, a date it begins on, a running number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluate.data.date_forms import month_number
from evaluate.data.dates import days_of
from evaluate.data.periods import FREQUENCIES, days_meant, period_name
from evaluate.data.tables import Table
from evaluate.errors import DataError, did_you_mean

_WRITTEN = {
    "month": (r"^(\d{4})-?(0[1-9]|1[0-2])$", r"\1-\2"),
    "quarter": (r"^(\d{4}) ?-?[Qq]([1-4])$", r"\1Q\2"),
    "year": (r"^(\d{4})(?:\.0)?$", r"\1"),
    "week": (r"^(\d{4})-?W(0[1-9]|[1-4]\d|5[0-3])$", r"\1W\2"),
}
_MONTH_IN_WORDS = r"^(?P<word>[A-Za-z]{3,9})\.?[- ](?P<year>\d{4}|\d{2})$"
_NUMBERED = r"^\d{1,6}$"
_FIX = "Write a month as 2018-05 and a day as 2018-05-22."
MOST_PERIODS = 100_000
"""Length of a span beyond which a number is no running number: 270 years of days."""


def periods_in(
    table: Table,
    head: str | Sequence[str],
    *,
    every: str | None = None,
    first: str | None = None,
) -> pd.PeriodIndex:
    """Read a column of periods, or the year and the month in two columns.

    Parameters
    ----------
    table : Table
        Where the column is.
    head : str or sequence of two str
        Its head; or the heads of a column of years and one of months (of quarters or weeks, where ``every``
        says so).
    every : str, optional
        Length of a period where the column holds dates: "day", "week", "4 weeks", "month", "quarter" or
        "year". Not needed where all dates are firsts of months, or all Mondays, and two follow each other.
    first : str, optional
        The period or date that the lowest of running numbers 1, 2, 3, ... stands for.

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
    >>> periods_in(table_of(pd.DataFrame({"t": [1, 2]})), "t", first="2006Q3")
    PeriodIndex(['2006Q3', '2006Q4'], dtype='period[Q-DEC]')
    """
    if every is not None and every not in FREQUENCIES:
        near = did_you_mean(every, FREQUENCIES)
        raise table.refusal(f'every="{every}" is no length of a period.', near)
    if not isinstance(head, str):
        return _from_two_columns(table, *head, every=every)
    column = table.rows[head]
    if isinstance(column.dtype, pd.PeriodDtype):
        return pd.PeriodIndex(_without_gaps(table, head, column).array)
    text = _without_gaps(table, head, column)
    if first is not None:
        return _from_numbers(table, head, text, every, first)
    if not pd.api.types.is_datetime64_any_dtype(column):
        written = _as_written(table, head, text, every)
        if written is not None:
            return written
        if text.str.fullmatch(_NUMBERED).all():
            raise table.refusal(
                f'the periods are numbered ("{text.iloc[0]}") and say no date.',
                'Say which period the lowest number stands for, such as first="2018-01", every="month": an operation '
                "has a date.",
                head=head,
            )
    days, _ = days_of(table, head, fix=_FIX)
    return _from_days(table, head, days, every)


def _as_written(table: Table, head: str, text: pd.Series, every: str | None) -> pd.PeriodIndex | None:
    """Read months, quarters, weeks or years that are written as such; None where the cells are of no such form."""
    text = _months_in_figures(text)
    for word, (form, plain) in _WRITTEN.items():
        found = text.str.fullmatch(form)
        if found.all():
            figures = text.str.replace(form, plain, regex=True)
            periods = as_weeks(table, head, figures) if word == "week" else as_periods(figures, word)
            return _as_asked(table, head, periods, word, every)
        if found.any():
            row = int(np.flatnonzero(~found)[0])
            example = text[found].iloc[0]
            raise table.refusal(
                f'"{text.iloc[row]}" is no {word}, as "{example}" is.', _FIX, row=row, head=head
            )
    return None


def _months_in_figures(text: pd.Series) -> pd.Series:
    """Write Apr-18 and April 2018 as 2018-04; everything else stays as it is."""
    parts = text.str.extract(_MONTH_IN_WORDS)
    number = parts["word"].map(month_number, na_action="ignore").astype(float)
    named = number.notna()
    if not named.any():
        return text
    year = pd.to_numeric(parts["year"]).where(named)
    year = year.mask(parts["year"].str.len() == 2, year + 2000)
    figures = [f"{y:04.0f}-{m:02.0f}" for y, m in zip(year[named], number[named], strict=True)]
    changed = text.copy()
    changed[named] = figures
    return changed


def _from_two_columns(table: Table, years: str, parts: str, *, every: str | None) -> pd.PeriodIndex:
    """Read a year and the number, or the name, of a month in it."""
    word = every or "month"
    most = {"month": 12, "quarter": 4, "week": 53}.get(word)
    if most is None:
        raise table.refusal(
            f"a year and a number in it say no {word}.",
            'Pass every="month", "quarter" or "week".',
            head=parts,
        )
    year = _without_gaps(table, years, table.rows[years])
    part = _without_gaps(table, parts, table.rows[parts])
    wrong = np.flatnonzero(~year.str.fullmatch(r"(19|20)\d{2}(\.0)?"))
    if len(wrong):
        raise table.refusal(
            f'"{year.iloc[wrong[0]]}" is no year.', "Write it in four digits.", row=wrong[0], head=years
        )
    number = pd.to_numeric(part, errors="coerce")
    number = number.fillna(part.str.lower().str.removeprefix("q").pipe(pd.to_numeric, errors="coerce"))
    number = number.fillna(part.map(month_number)) if word == "month" else number
    wrong = np.flatnonzero(~number.isin(range(1, most + 1)))
    if len(wrong):
        raise table.refusal(
            f'"{part.iloc[wrong[0]]}" is no {word} of a year.',
            f"Write it as a number from 1 to {most}.",
            row=wrong[0],
            head=parts,
        )
    marks = {"month": "-", "quarter": "Q", "week": "W"}[word]
    digits = 1 if word == "quarter" else 2
    figures = pd.Series(
        [f"{y[:4]}{marks}{n:0{digits}.0f}" for y, n in zip(year, number, strict=True)], dtype="str"
    )
    return as_weeks(table, parts, figures) if word == "week" else as_periods(figures, word)


def _from_numbers(table: Table, head: str, text: pd.Series, every: str | None, first: str) -> pd.PeriodIndex:
    """Turn running numbers into periods, the lowest being ``first``."""
    wrong = np.flatnonzero(~text.str.fullmatch(r"\d{1,6}(\.0)?"))
    if len(wrong):
        raise table.refusal(
            f'first="{first}" was given, and "{text.iloc[wrong[0]]}" is no running number.',
            "Leave first= out where the periods say their date.",
            row=wrong[0],
            head=head,
        )
    begin = _first_period(table, head, every, first)
    numbers = pd.to_numeric(text).to_numpy(dtype=int)
    steps = numbers - numbers.min()
    if steps.max() > MOST_PERIODS:
        row = int(steps.argmax())
        raise table.refusal(
            f"{numbers[row]} is {steps[row]:,} periods after the first, {numbers.min()}.",
            "Running numbers follow each other; name another column.",
            row=row,
            head=head,
        )
    return pd.PeriodIndex(
        pd.period_range(begin, periods=int(steps.max()) + 1, freq=begin.freqstr).take(steps)
    )


def _first_period(table: Table, head: str, every: str | None, first: str) -> pd.Period:
    """The period that the lowest number stands for."""
    try:
        day, _ = days_meant(first)
        own = period_name(pd.PeriodIndex([pd.Period(first)]))
    except (DataError, ValueError) as error:
        raise table.refusal(
            f'first="{first}" is no period.',
            'Write for instance "2018-01", "2018Q1" or "2018-01-01".',
            head=head,
        ) from error
    if every is None and own == "day":
        raise table.refusal(
            f'first="{first}" could begin periods of several lengths.',
            'Say it: every="day", "week", "4 weeks" or "month".',
            head=head,
        )
    return pd.Period(day, freq=FREQUENCIES[every or own])


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


def as_weeks(table: Table, head: str, text: pd.Series) -> pd.PeriodIndex:
    """Turn weeks of ISO 8601, such as 2018W22, into periods that begin on Monday.

    Raises
    ------
    DataError
        If a year has no week 53.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> as_weeks(table_of(pd.DataFrame({"week": ["2018W22"]})), "week", pd.Series(["2018W22"]))
    PeriodIndex(['2018-05-28/2018-06-03'], dtype='period[W-SUN]')
    """
    mondays = pd.to_datetime(text + "-1", format="%GW%V-%u", errors="coerce")
    wrong = np.flatnonzero(mondays.isna())
    if len(wrong):
        raise table.refusal(
            f"{text.iloc[wrong[0]][:4]} has no week {text.iloc[wrong[0]][-2:]}.",
            "Weeks are numbered as ISO 8601 has it; correct the cell.",
            row=wrong[0],
            head=head,
        )
    return pd.PeriodIndex(mondays, freq=FREQUENCIES["week"])


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
