"""Read the months of a table, at the head of its columns or in its cells: ``201004``, ``2010-04``, ``Apr-10``."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from evaluate.data.tables import Table

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS = re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})")
_WORDS = re.compile(r"(?P<month>[A-Za-z]{3,9})[- ](?P<year>\d{2}|\d{4})")


def heads_a_month(head: str) -> bool:
    """Tell whether a head has the form of a month, be it a month of the calendar or not.

    Examples
    --------
    >>> heads_a_month("201813"), heads_a_month("Apr-10"), heads_a_month("WardCode")
    (True, True, False)
    """
    words = _WORDS.fullmatch(head.strip())
    return bool(_DIGITS.fullmatch(head.strip())) or bool(words and words["month"][:3].lower() in _MONTHS)


def months_of(table: Table) -> dict[str, pd.Period]:
    """Read the months of a wide table.

    Parameters
    ----------
    table : Table
        The open file.

    Returns
    -------
    dict
        Head to month, in order of time.

    Raises
    ------
    DataError
        If no column is headed by a month, a head is a month that does not exist, or two columns are of one
        month.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> months_of(table_of(pd.DataFrame({"ward": ["A"], "201805": [1], "Apr-18": [2]})))
    {'Apr-18': Period('2018-04', 'M'), '201805': Period('2018-05', 'M')}
    """
    months: dict[str, pd.Period] = {}
    seen: dict[pd.Period, str] = {}
    for head in table.heads:
        if not heads_a_month(head):
            continue
        month = _month(table, head, head=head)
        if month in seen:
            raise table.refusal(
                f'"{seen[month]}" and "{head}" are the same month, {month}.',
                "Keep the right column and remove the other.",
                head=head,
            )
        seen[month] = head
        months[head] = month
    if not months:
        raise table.refusal(
            "no column is headed by a month such as 201805 or May-18.",
            "Read a table with one row for each month with ev.read_counts.",
        )
    return dict(sorted(months.items(), key=lambda item: item[1]))


def months_in(table: Table, head: str) -> pd.Series:
    """Read the months that stand in the cells of a column.

    Parameters
    ----------
    table : Table
        The open file.
    head : str
        Head of the column.

    Returns
    -------
    pandas.Series
        Shape (rows,): a month for each row.

    Raises
    ------
    DataError
        If a cell is empty or is no month.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> months_in(table_of(pd.DataFrame({"Month": ["201104", "May-11"]})), "Month").astype(str).tolist()
    ['2011-04', '2011-05']
    """
    cells = table.text(head)
    meant: dict[str, pd.Period] = {}
    for place in map(int, np.flatnonzero(~cells.duplicated().to_numpy())):
        cell = cells.iloc[place]
        if not heads_a_month(cell):
            raise table.refusal(
                f'"{cell}" is no month such as 201805 or May-18.', "Correct the cell.", row=place, head=head
            )
        meant[cell] = _month(table, cell, row=place, head=head)
    return cells.map(meant)


def _month(table: Table, text: str, *, row: int | None = None, head: str) -> pd.Period:
    """Read one month, which stands at a head or in a cell."""
    text = text.strip()
    digits = _DIGITS.fullmatch(text)
    if digits:
        year, month = int(digits["year"]), int(digits["month"])
    else:
        words = _WORDS.fullmatch(text)
        assert words is not None, text
        year, month = int(words["year"]), _MONTHS.index(words["month"][:3].lower()) + 1
        year += 2000 if year < 100 else 0
    if not 1 <= month <= 12 or not 1900 <= year <= 2100:
        fix = "Correct the head of the column." if row is None else "Correct the cell."
        raise table.refusal(f"{month:02d} of {year} is no month of the calendar.", fix, row=row, head=head)
    return pd.Period(year=year, month=month, freq="M")
