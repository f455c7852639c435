"""Tell which layout of the Metropolitan Police's files a table has: wide or long, by ward, LSOA or borough."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from evaluate.data.month_heads import months_in, months_of
from evaluate.data.tables import Table
from evaluate.errors import DataError, listed, shortened

# What a head is called in one layout or another, in lower case and without blanks and underscores.
_HEADS = {
    "code": ("wardcode", "lsoacode"),
    "name": ("wardname", "lsoaname"),
    "borough": ("lookupboroughname", "boroughname", "borough"),
    "major": ("majortext", "majorcategory", "group", "crimetype"),
    "minor": ("minortext", "minorcategory", "subgroup", "crimedetails"),
    "extracted": ("refresheddate",),
}
_LONG_HEADS = {"month": ("month",), "count": ("crimecount",)}
_NEEDED = {"borough": "LookUp_BoroughName", "major": "MajorText", "minor": "MinorText"}
_MOST_HEADS_SHOWN = 6
_CUT_CODE = re.compile(r"(?i)(E0[15])(?!\d{6}$)[\d ]*")
_LEVELS = {"ward": "ward", "lsoa": "Lower-layer Super Output Area", "borough": "borough"}


Level = Literal["ward", "lsoa", "borough"]


@dataclass(frozen=True)
class Layout:
    """The heads of one file: which column plays which part.

    Parameters
    ----------
    level : {"ward", "lsoa", "borough"}
        What the areas of the file are; only a borough has no code.
    parts : mapping
        Part ("code", "name", "borough", "major", "minor", "extracted", and in a long file "month" and
        "count") to head.
    months : mapping
        Head of a column to its month, in order of time; empty in a long file.
    unread : tuple of str
        Heads of columns that play no part.

    Examples
    --------
    >>> parts = {"borough": "Borough", "month": "Month", "count": "CrimeCount"}
    >>> Layout("borough", parts, {}, ()).is_long
    True
    """

    level: Level
    parts: Mapping[str, str]
    months: Mapping[str, pd.Period]
    unread: tuple[str, ...]

    @property
    def is_long(self) -> bool:
        """Whether the file has one row for each month, instead of one column."""
        return "month" in self.parts

    @property
    def area_head(self) -> str:
        """Head of the column that says the area."""
        return self.parts.get("code", self.parts["borough"])

    @property
    def words(self) -> str:
        """The layout in words, for the provenance."""
        shape = "long" if self.is_long else "wide"
        return f"Metropolitan Police recorded crime by {_LEVELS[self.level]} and month, {shape}"


def recognise(table: Table) -> Layout:
    """Find the columns of a ward, LSOA or borough file by their heads, never by the file's name.

    Parameters
    ----------
    table : Table
        The open file.

    Returns
    -------
    Layout

    Raises
    ------
    DataError
        If a column is missing, stands twice, or is headed by a month that does not exist.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> heads = ["WardCode", "MajorText", "MinorText", "LookUp_BoroughName", "201805"]
    >>> table = table_of(pd.DataFrame([["E05011247", "Theft", "Shoplifting", "Redbridge", 3]], columns=heads))
    >>> recognise(table).months
    {'201805': Period('2018-05', 'M')}
    """
    parts = _parts(table, _HEADS)
    long_parts = _parts(table, _LONG_HEADS)
    is_long = len(long_parts) == len(_LONG_HEADS)
    months = {} if is_long else months_of(table)
    if is_long:
        parts |= long_parts
    wrong = [head for head in table.heads if head.isdigit() and head not in months]
    if wrong and not is_long:
        raise table.refusal(
            f'a column is headed "{wrong[0]}", which is no month.', "Write it as 201805.", head=wrong[0]
        )
    if "code" not in parts and "name" in parts:
        raise table.refusal(
            f'there is a ward name ("{parts["name"]}") and no ward code. Names repeat across boroughs and are '
            "never joined on.",
            "Download the file that has a WardCode column.",
        )
    lacking = [shown for part, shown in _NEEDED.items() if part not in parts]
    if lacking:
        others = shortened([head for head in table.heads if head not in months], _MOST_HEADS_SHOWN)
        raise table.refusal(
            f"this is no ward or borough file of recorded crime, it has no column {listed(lacking)} (the "
            f"columns are {others}).",
            "Read other tables with ev.read_counts.",
        )
    unread = tuple(head for head in table.heads if head not in months and head not in parts.values())
    level: Level = "borough"
    if "code" in parts:
        level = "lsoa" if parts["code"].lower().startswith("lsoa") else "ward"
    return Layout(level, parts, months, unread)


def refuse_cut_codes(table: Table, head: str) -> None:
    """Refuse an area's code that has lost or gained a figure, so that it does not become an area of its own.

    Parameters
    ----------
    table : Table
        The open file.
    head : str
        Head of the column of codes.

    Raises
    ------
    DataError
        If a code begins with E05 or E01, as every ward and LSOA of England does, and goes on otherwise than with six
        digits.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> refuse_cut_codes(table_of(pd.DataFrame({"WardCode": ["E0501124"]})), "WardCode")
    Traceback (most recent call last):
    evaluate.errors.DataError: the DataFrame, row 1, column "WardCode": "E0501124" is no code of an area, which is
    E05 and six digits. Correct the cell.
    """
    codes = table.text(head)
    cut = {code: bool(_CUT_CODE.fullmatch(code)) for code in codes.unique()}
    wrong = np.flatnonzero(codes.map(cut).to_numpy(dtype=bool))
    if len(wrong):
        raise table.refusal(
            f'"{codes.iloc[wrong[0]]}" is no code of an area, which is {codes.iloc[wrong[0]][:3]} and six digits.',
            "Correct the cell.",
            row=wrong[0],
            head=head,
        )


def refuse_second_head(table: Table, layout: Layout) -> None:
    """Refuse a row that repeats the head, as files pasted together have it: its months would be read as counts.

    Parameters
    ----------
    table : Table
        The open file.
    layout : Layout
        Its layout.

    Raises
    ------
    DataError
        If a row holds the head of the column of areas.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> table = table_of(pd.DataFrame({"Borough": ["Camden", "Borough"]}))
    >>> refuse_second_head(table, Layout("borough", {"borough": "Borough"}, {}, ()))
    Traceback (most recent call last):
    evaluate.errors.DataError: the DataFrame, row 2: this row repeats the head of the table. Remove it; if two files
    were pasted together, read them one by one.
    """
    again = np.flatnonzero((table.text(layout.area_head) == layout.area_head).to_numpy())
    if len(again):
        raise table.refusal(
            "this row repeats the head of the table.",
            "Remove it; if two files were pasted together, read them one by one.",
            row=again[0],
        )


def months_of_rows(table: Table, layout: Layout) -> tuple[pd.PeriodIndex, np.ndarray]:
    """Read the months of a long file.

    Parameters
    ----------
    table : Table
        The open file.
    layout : Layout
        A long one.

    Returns
    -------
    periods : pandas.PeriodIndex
        The months that stand in the file, in order of time.
    places : numpy.ndarray
        Shape (rows,): position of each row's month in ``periods``.

    Raises
    ------
    DataError
        If a cell is no month.
    """
    each = months_in(table, layout.parts["month"])
    periods = pd.PeriodIndex(sorted(each.unique()), freq="M")
    return periods, periods.get_indexer(pd.PeriodIndex(each))


def _parts(table: Table, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Find the head of every part that the table has."""
    plain = {head: head.lower().replace(" ", "").replace("_", "") for head in table.heads}
    parts: dict[str, str] = {}
    for part, known in wanted.items():
        found = [head for head in table.heads if plain[head] in known]
        if len(found) > 1:
            raise _twice(table, found)
        if found:
            parts[part] = found[0]
    return parts


def _twice(table: Table, found: list[str]) -> DataError:
    return table.refusal(f"the columns {listed(found)} say the same thing.", "Keep one of them.")
