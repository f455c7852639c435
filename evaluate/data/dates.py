"""Read dates as people write them, and refuse to guess which number is the day."""

from __future__ import annotations

import datetime
import re
import zoneinfo

import numpy as np
import pandas as pd

from evaluate.data.date_forms import clock_of, numbers_of, parts_of
from evaluate.data.swapped_dates import all_in_first_days, examples, mend
from evaluate.data.tables import Table
from evaluate.errors import did_you_mean, many

LOCAL = "Europe/London"
"""Time zone whose midnight divides days; a time stamp with a zone of its own is turned into it."""

_DAY_0 = pd.Timestamp("1899-12-30")
"""Day 0 of a spreadsheet, from the first of March 1900 on (before it, spreadsheets count a day that never was)."""

_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")
"""A spreadsheet's day number of 1954 to 2091."""

_FIX = "Write dates as year-month-day: 2018-05-22."
SAY_ORDER = "Pass day_first=True for day/month/year, day_first=False for month/day/year."
"""What to do where no date tells the order and the reader can be told."""


def days_of(
    table: Table, head: str, *, day_first: bool | None = None, zone: str | None = None, fix: str = SAY_ORDER
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
        date in the column tells, and where years have two digits.
    zone : str, optional
        Time zone of the times of day that do not give one, such as "UTC". By default they are local.
    fix : str
        What the message says to do where day and month cannot be told apart.

    Returns
    -------
    pandas.Series
        One midnight for each row, NaT where the cell is empty.
    str
        Sentences on how the dates were read, empty where there was no choice.

    Raises
    ------
    DataError
        If a cell is no date, or day and month cannot be told apart.

    Notes
    -----
    Read are 2018-05-22, 20180522, 22/05/2018 (also with points or dashes), 22 May 2018, 22nd May 2018,
    22-May-18 and May 22, 2018, each also with a weekday before it or a time of day after it, dates as a
    spreadsheet stores them, and its day numbers (43242). A column with one date such as 22/05/2018 shows the
    order of all; a column that shows both orders is refused. A time stamp that gives its zone (``Z``,
    ``+00:00``) is turned into local time, so that a late evening stays in its day. In a column where a
    spreadsheet stored some dates and left others as text, those it swapped are put right where that can be
    proved (``swapped_dates``).

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
    _refuse_unknown_zone(table, zone)
    column = table.rows[head]
    if pd.api.types.is_datetime64_any_dtype(column):
        return _local(column, zone).dt.normalize(), ""
    stored = np.zeros(len(column), dtype=bool)
    if column.dtype == object:
        stored = column.map(_is_stored).to_numpy(dtype=bool) & column.notna().to_numpy()
    if stored.any() and (stored | column.isna().to_numpy()).all():
        stamps = pd.to_datetime(column)
        _refuse_first_days_only(table, head, stamps)
        return _local(stamps, zone).dt.normalize(), ""
    if stored.any():
        return _mended(table, head, stored, day_first=day_first, fix=fix)
    text = table.text(head)
    filled = text[text != ""]
    if len(filled) and filled.str.fullmatch(_SERIAL.pattern).all():
        return _from_day_numbers(table, head, text)
    return _days_in_text(table, head, text, day_first=day_first, zone=zone, fix=fix)


def _is_stored(value: object) -> bool:
    """Tell whether a cell holds a date and no text."""
    return isinstance(value, datetime.date | np.datetime64)


def _refuse_unknown_zone(table: Table, zone: str | None) -> None:
    """A zone has a name of the time zone database."""
    if zone is None:
        return
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = did_you_mean(zone, ["UTC", "Europe/London"])
        raise table.refusal(f'zone="{zone}" is no time zone.', near) from error


def _days_in_text(
    table: Table, head: str, text: pd.Series, *, day_first: bool | None, zone: str | None, fix: str
) -> tuple[pd.Series, str]:
    """Read dates that are text."""
    parts = parts_of(text)
    wrong = np.flatnonzero((text != "") & (parts["form"] == ""))
    if len(wrong):
        cell = text.iloc[wrong[0]]
        serial = " It looks like a spreadsheet's day number." if _SERIAL.fullmatch(cell) else ""
        raise table.refusal(f'"{cell}" cannot be read as a date.{serial}', _FIX, row=wrong[0], head=head)
    day_first, note = _order(table, head, text, parts, day_first, fix)
    days = pd.to_datetime(numbers_of(parts, day_first=bool(day_first)), errors="coerce")
    wrong = np.flatnonzero(days.isna() & (text != ""))
    if len(wrong):
        raise table.refusal(
            f'"{text.iloc[wrong[0]]}" is no day of the calendar{" with the day first" if day_first else ""}.',
            "Correct the cell.",
            row=wrong[0],
            head=head,
        )
    _refuse_far_years(table, head, days)
    clock = clock_of(parts)
    wrong = np.flatnonzero(clock < 0)
    if len(wrong):
        raise table.refusal(f'"{text.iloc[wrong[0]]}" has no time of the day.', _FIX, row=wrong[0], head=head)
    given = parts["zone"].str.strip()
    if zone is not None or (given != "").any():
        days = _local_days(days, clock, given.mask(given == "", zone or ""))
        if (parts["zone"] != "").any():
            note = f'{note} Times in "{head}" that give their zone were turned into local time.'.strip()
    return days, note


def _local(stamps: pd.Series, zone: str | None) -> pd.Series:
    """Turn time stamps with a zone, or of a zone, into local ones without."""
    if stamps.dt.tz is None:
        if zone is None:
            return stamps
        early = np.ones(len(stamps), dtype=bool)  # an hour that comes twice is taken to be the first
        stamps = stamps.dt.tz_localize(zone, ambiguous=early, nonexistent="shift_forward")
    return stamps.dt.tz_convert(LOCAL).dt.tz_localize(None)


def _local_days(days: pd.Series, clock: pd.Series, zoned: pd.Series) -> pd.Series:
    """Local days of dates with a time of day; a date without one stays as it is."""
    stamps = days + pd.to_timedelta(clock, unit="m")
    for zone in zoned[clock.notna()].unique():
        rows = np.flatnonzero((zoned == zone) & clock.notna())
        if zone == "":
            continue
        if zone[0] in "+-":
            digits = f"{zone[1:].replace(':', '')}00"[:4]
            shift = pd.Timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            local = _local(stamps.iloc[rows] - (shift if zone[0] == "+" else -shift), "UTC")
        else:
            local = _local(stamps.iloc[rows], "UTC" if zone == "Z" else zone)
        days = days.copy()
        days.iloc[rows] = local.dt.normalize().array
    return days


def _from_day_numbers(table: Table, head: str, text: pd.Series) -> tuple[pd.Series, str]:
    """Days of a spreadsheet's day numbers; 43242.9 is the evening of day 43242."""
    whole = np.floor(pd.to_numeric(text.where(text != "")))
    days = (_DAY_0 + pd.to_timedelta(whole, unit="D")).astype("datetime64[us]")
    first = int(np.flatnonzero(text != "")[0])
    note = (
        f'Dates in "{head}" are a spreadsheet\'s day numbers, counted from 1900: {text.iloc[first]} is '
        f"{days.iloc[first]:%Y-%m-%d}."
    )
    return days, note


def _mended(
    table: Table, head: str, stored: np.ndarray, *, day_first: bool | None, fix: str
) -> tuple[pd.Series, str]:
    """Read a column of which a spreadsheet took some cells for dates and left others as text."""
    column = table.rows[head]
    text = table.text(head).mask(stored, "")
    written, note = _days_in_text(table, head, text, day_first=day_first, zone=None, fix=fix)
    held = pd.to_datetime(column.where(stored)).astype(written.dtype).dt.normalize()
    if not (
        parts_of(text)["form"] == "numbers"
    ).any():  # 22 May 2018 is text whatever order a spreadsheet has
        _refuse_first_days_only(table, head, held)
        return written.fillna(held), note
    mended = mend(written, held)
    if mended.undecided:
        row = mended.undecided[0]
        raise table.refusal(
            f"the spreadsheet took this cell for a date, {held.iloc[row]:%Y-%m-%d}, and left others as text, such as "
            f'"{text[text != ""].iloc[0]}"; whether it swapped day and month cannot be told.',
            f"{_FIX} ({many(len(mended.undecided), 'such cell')})",
            row=row,
            head=head,
        )
    if mended.swapped:
        note = (
            f'{note} In "{head}" a spreadsheet had swapped day and month of {many(len(mended.swapped), "date")}; they '
            f"are put right, as {mended.by} shows ({examples(mended.days, held, mended.swapped)})."
        ).strip()
    return mended.days, note


def _refuse_first_days_only(table: Table, head: str, stamps: pd.Series) -> None:
    """Dates of many months without one after the 12th were swapped, and those that could not be were dropped."""
    if all_in_first_days(stamps):
        raise table.refusal(
            f"all of {many(int(stamps.notna().sum()), 'date')} fall on the first to the twelfth of a month, as they do "
            "where a spreadsheet swapped day and month and lost the others.",
            f"Go back to the list it was made from. If they are right: {_FIX[0].lower()}{_FIX[1:]}",
            head=head,
        )


def _order(
    table: Table, head: str, text: pd.Series, parts: pd.DataFrame, day_first: bool | None, fix: str
) -> tuple[bool | None, str]:
    """Find out from the column whether the day comes first."""
    first, other = (pd.to_numeric(parts[name], errors="coerce") for name in ("first", "other"))
    if first.isna().all() or day_first is not None:
        return day_first, ""
    short = np.flatnonzero((parts["form"] == "numbers") & (parts["year"].str.len() == 2))
    if len(short):
        raise table.refusal(
            f'"{text.iloc[short[0]]}" has a year of two digits, so that any of its numbers could be the year.',
            fix,
            row=short[0],
            head=head,
        )
    day, month = np.flatnonzero(first > 12), np.flatnonzero(other > 12)
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
