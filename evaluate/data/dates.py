"""Read dates as people write them, and refuse to guess which number is the day."""

from __future__ import annotations

import datetime
import re

import numpy as np
import pandas as pd

from evaluate.data.tables import Table

LOCAL = "Europe/London"
"""Time zone whose midnight divides days; a time stamp with a zone of its own is turned into it."""

_TIME = r"[ T]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?"
_CLOCK = rf"(?:{_TIME}(?: ?[AaPp][Mm])?)?"
_FORMS = {
    "iso": rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}})"
    rf"(?:{_TIME}(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?",
    "numbers": rf"(?P<first>\d{{1,2}})[/.-](?P<second>\d{{1,2}})[/.-](?P<year>\d{{4}}){_CLOCK}",
    "words": rf"(?P<day>\d{{1,2}})[ -](?P<word>[A-Za-z]{{3,9}})[ -](?P<year>\d{{4}}){_CLOCK}",
}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_FIX = "Write dates as year-month-day: 2018-05-22."
SAY_ORDER = "Pass day_first=True for day/month/year, day_first=False for month/day/year."
"""What to do where no date tells the order and the reader can be told."""


def days_of(
    table: Table, head: str, *, day_first: bool | None = None, fix: str = SAY_ORDER
) -> tuple[pd.Series, str]:
    """Read a column of dates, with or without a time of day.

    Parameters
    ----------
    table : Table
        Where the column is.
    head : str
        Its head.
    day_first : bool, optional
        Whether 03/04/2018 is the third of April (True) or the fourth of March (False). Needed only where no
        date in the column tells.
    fix : str
        What the message says to do where day and month cannot be told apart.

    Returns
    -------
    pandas.Series
        One midnight for each row, NaT where the cell is empty.
    str
        A sentence on how the dates were read, empty where there was no choice.

    Raises
    ------
    DataError
        If a cell is no date, or day and month cannot be told apart.

    Notes
    -----
    Read are 2018-05-22, 22/05/2018 (also with points or dashes) and 22 May 2018, each also with a time of
    day. A column with one date such as 22/05/2018 shows the order of all; a column that shows both orders is
    refused. A time stamp that gives its zone (``Z``, ``+00:00``) is turned into local time, so that a late
    evening stays in its day.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> table = table_of(pd.DataFrame({"received": ["22/05/2018 23:10", "03/06/2018", ""]}))
    >>> days, note = days_of(table, "received")
    >>> days.dt.strftime("%Y-%m-%d").tolist()
    ['2018-05-22', '2018-06-03', nan]
    >>> note
    'Dates in "received" are read with the day first, as 22/05/2018 23:10 shows.'
    """
    column = table.rows[head]
    if pd.api.types.is_datetime64_any_dtype(column):
        return _local(column).dt.normalize(), ""
    if _holds_days(column):
        return pd.to_datetime(column).dt.normalize(), ""
    text = table.text(head)
    day_first, note = _order(table, head, text, day_first, fix)
    numbers = _numbers(table, head, text, day_first=bool(day_first))
    days = pd.to_datetime(numbers[["year", "month", "day"]], errors="coerce")
    wrong = np.flatnonzero(days.isna() & (text != ""))
    if len(wrong):
        raise table.refusal(
            f'"{text.iloc[wrong[0]]}" is no day of the calendar{" with the day first" if day_first else ""}.',
            "Correct the cell.",
            row=wrong[0],
            head=head,
        )
    _refuse_far_years(table, head, days)
    zoned = np.flatnonzero(numbers["zone"] != "")
    if len(zoned):
        days = days.copy()
        days.iloc[zoned] = _localised(table, head, text.iloc[zoned]).array
        note = f'{note} Times in "{head}" that give their zone were turned into local time.'.strip()
    return days, note


def _holds_days(column: pd.Series) -> bool:
    """Tell whether a column of objects holds dates and nothing else."""
    kinds = {type(value) for value in column.dropna()}
    return bool(kinds) and all(issubclass(kind, (datetime.date, np.datetime64)) for kind in kinds)


def _local(stamps: pd.Series) -> pd.Series:
    """Turn time stamps with a zone into local ones without."""
    if stamps.dt.tz is None:
        return stamps
    return stamps.dt.tz_convert(LOCAL).dt.tz_localize(None)


def _localised(table: Table, head: str, text: pd.Series) -> pd.Series:
    """Local days of ISO time stamps that give their zone."""
    stamps = pd.to_datetime(text.str.replace("/", "-"), utc=True, errors="coerce", format="ISO8601")
    wrong = np.flatnonzero(stamps.isna())
    if len(wrong):
        row = int(text.index[wrong[0]])
        raise table.refusal(f'"{text.iloc[wrong[0]]}" has no time of the day.', _FIX, row=row, head=head)
    return _local(stamps).dt.normalize()


def _order(
    table: Table, head: str, text: pd.Series, day_first: bool | None, fix: str
) -> tuple[bool | None, str]:
    """Find out from the column whether the day comes first."""
    parts = text.str.extract(rf"^{_FORMS['numbers']}$")
    first, second = (pd.to_numeric(parts[name]) for name in ("first", "second"))
    if first.isna().all() or day_first is not None:
        return day_first, ""
    day, month = np.flatnonzero(first > 12), np.flatnonzero(second > 12)
    if len(day) and len(month):
        raise table.refusal(
            f'"{text.iloc[day[0]]}" has the day first and "{text.iloc[month[0]]}" in {table.place(month[0])} has the '
            "month first.",
            f"{_FIX} A spreadsheet may have swapped some of them.",
            row=day[0],
            head=head,
        )
    if not len(day) and not len(month):
        row = int(np.flatnonzero(first.notna())[0])
        raise table.refusal(
            f'"{text.iloc[row]}" could be either day/month or month/day, and no other date in the column tells.',
            fix,
            row=row,
            head=head,
        )
    place, word = (day[0], "day") if len(day) else (month[0], "month")
    return bool(len(day)), f'Dates in "{head}" are read with the {word} first, as {text.iloc[place]} shows.'


def _numbers(table: Table, head: str, text: pd.Series, *, day_first: bool) -> pd.DataFrame:
    """Split dates into year, month, day and zone."""
    iso, numbers, words = (text.str.extract(rf"^{form}$") for form in _FORMS.values())
    wrong = np.flatnonzero((text != "") & iso["year"].isna() & numbers["year"].isna() & words["year"].isna())
    if len(wrong):
        cell = text.iloc[wrong[0]]
        serial = " It looks like a spreadsheet's day number." if re.fullmatch(r"\d{5}(\.\d+)?", cell) else ""
        raise table.refusal(f'"{cell}" cannot be read as a date.{serial}', _FIX, row=wrong[0], head=head)
    day, month = ("first", "second") if day_first else ("second", "first")
    named = words["word"].str[:3].str.lower().map(_MONTHS)
    return pd.DataFrame(
        {
            "year": pd.to_numeric(iso["year"].fillna(numbers["year"]).fillna(words["year"])),
            "month": pd.to_numeric(iso["month"].fillna(numbers[month])).fillna(named),
            "day": pd.to_numeric(iso["day"].fillna(numbers[day]).fillna(words["day"])),
            "zone": iso["zone"].fillna(""),
        }
    )


def _refuse_far_years(table: Table, head: str, days: pd.Series) -> None:
    """A mistyped century would make a span of hundreds of years with nothing in it."""
    wrong = np.flatnonzero((days.dt.year < 1900) | (days.dt.year > 2100))
    if len(wrong):
        raise table.refusal(
            f"the year {days.dt.year.iloc[wrong[0]]:.0f} cannot be meant.",
            "Correct the cell.",
            row=wrong[0],
            head=head,
        )
