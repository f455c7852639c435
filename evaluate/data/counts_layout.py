"""Lay a table of counts out as one row for each count, be it tidy or spread over columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.data.cells import counts_in
from evaluate.data.date_forms import parts_of
from evaluate.data.period_cells import periods_in
from evaluate.data.tables import Table
from evaluate.errors import DataError, listed

ONLY_AREA = "all"
"""Code of the area where a table has no column of areas."""

Spread = Sequence[str] | Mapping[str, str]
"""Heads over which counts are spread, with what each stands for where it is not the head itself."""

_HEADS = "(heads of columns)"
_PERIOD_HEAD = (
    r"\d{4}-?\d{2}|\d{4} ?-?[Qq]\d|(?:19|20)\d{2}|\d{4}-?W\d{2}|[A-Za-z]{3,9}\.?[- ](?:\d{4}|\d{2})"
)


@dataclass(frozen=True)
class Columns:
    """Which columns of a table say what; the arguments of ``read_counts``.

    Parameters
    ----------
    area, period, outcome : str, sequence, mapping or None
        See ``read_counts``.
    count : str, optional
        Head of the counts, where they are in one column.

    Examples
    --------
    >>> Columns(area="ward", period=None, outcome="category", count=None).spread
    'period'
    """

    area: str | Spread | None
    period: str | Sequence[str] | Mapping[str, str] | None
    outcome: str | Spread | None
    count: str | None

    @property
    def spread(self) -> str | None:
        """The role whose values are heads of columns; None in a tidy table."""
        roles = [
            role
            for role, given in (("area", self.area), ("outcome", self.outcome))
            if given is not None and not isinstance(given, str)
        ]
        if self.period is None or isinstance(self.period, Mapping):
            roles.append("period")
        if len(roles) > 1:
            raise DataError(
                f"Counts can be spread over columns by one thing, and here they are by {listed(roles)}. Name one "
                "column for the others."
            )
        if bool(roles) == (self.count is not None):
            raise DataError(
                f"The counts are spread over columns by {roles[0]}, so there is no one column of counts; leave count= "
                "out."
                if roles
                else "Say in which column the counts are: count=."
            )
        return roles[0] if roles else None

    @property
    def heads(self) -> dict[str, str]:
        """Argument for each head that was named."""
        named: dict[str, str] = {}
        for role in ("area", "period", "outcome", "count"):
            given = getattr(self, role)
            for head in [given] if isinstance(given, str) else given or ():
                named[str(head).strip()] = role
        return named


def lay_out(
    table: Table, columns: Columns, *, every: str | None = None, first: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Make one row for each count.

    Parameters
    ----------
    table : Table
        The open table.
    columns : Columns
        Which columns say what.
    every, first : str, optional
        See ``periods_in``.

    Returns
    -------
    pandas.DataFrame
        Columns ``area``, ``period``, ``outcome``, ``count`` and ``row``, the position in the table.
    list of str
        Sentences on how it was read.

    Raises
    ------
    DataError
        If a column is not there, or a cell is empty that must not be, or is no count or no period.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> wide = table_of(pd.DataFrame({"ward": ["A"], "201805": [3], "201806": [0]}))
    >>> lay_out(wide, Columns(area="ward", period=None, outcome=None, count=None))[0]["count"].tolist()
    [3.0, 0.0]
    """
    for head, role in columns.heads.items():
        table.require(head, role)
    spread = columns.spread
    heads, values = _spread_heads(table, columns, every)
    counts = counts_in(table, heads)
    row = np.repeat(np.arange(len(table.rows)), len(heads))
    made: dict[str, object] = {"row": row, "count": counts.ravel()}
    for role in ("area", "outcome"):
        given = getattr(columns, role)
        if role == spread:
            made[role] = pd.Series(np.tile(np.asarray(values, dtype=object), len(table.rows)), dtype="str")
        elif given is None:
            constant = ONLY_AREA if role == "area" else columns.count or "count"
            made[role] = pd.Series([constant], dtype="str").repeat(len(row)).reset_index(drop=True)
        else:
            made[role] = _filled(table, given.strip(), role).take(row).reset_index(drop=True)
    if isinstance(values, pd.PeriodIndex):
        made["period"] = values.take(np.tile(np.arange(len(heads)), len(table.rows)))
    else:
        given = columns.period
        wanted = given.strip() if isinstance(given, str) else [str(head).strip() for head in given or ()]
        made["period"] = periods_in(table, wanted, every=every, first=first).take(row)
    return pd.DataFrame(made), list(_sentences(table, columns, spread, heads, first))


def _spread_heads(
    table: Table, columns: Columns, every: str | None
) -> tuple[list[str], Sequence[str] | pd.PeriodIndex]:
    """Heads of the columns that hold counts, and what each stands for."""
    if columns.spread is None:
        assert columns.count is not None
        return [columns.count.strip()], ["count"]
    given = getattr(columns, columns.spread)
    if given is None:
        named = set(columns.heads)
        heads = _say_periods([head for head in table.heads if head not in named])
        if not heads:
            raise table.refusal(
                "no column is headed by a period such as 201805, May-18 or 2018-05-22.",
                "Name the column of periods: period=.",
            )
        return heads, _periods_of(table, heads, heads, every)
    heads = [str(head).strip() for head in given]
    stands_for = [str(value).strip() for value in given.values()] if isinstance(given, Mapping) else heads
    _refuse_one_name(table, heads, stands_for)
    return heads, _periods_of(table, heads, stands_for, every) if columns.spread == "period" else stands_for


def _say_periods(heads: Sequence[str]) -> list[str]:
    """The heads that have the form of a period, be it one of the calendar or not."""
    cells = pd.Series(list(heads), dtype="str")
    return list(cells[cells.str.fullmatch(_PERIOD_HEAD) | (parts_of(cells)["form"] != "")])


def _periods_of(
    table: Table, heads: Sequence[str], written: Sequence[str], every: str | None
) -> pd.PeriodIndex:
    """Read heads as periods; no two may be the same one."""
    places = np.array([table.heads.index(head) + 1 for head in heads])
    as_column = Table(table.name, pd.DataFrame({_HEADS: list(written)}), places, unit="column")
    try:
        periods = periods_in(as_column, _HEADS, every=every)
    except DataError as error:  # "column 3" says the place already
        raise DataError(str(error).replace(f', column "{_HEADS}"', "")) from None
    twice = np.flatnonzero(periods.duplicated())
    if len(twice):
        again = int(twice[0])
        before = int(np.flatnonzero(periods == periods[again])[0])
        raise table.refusal(
            f'"{heads[before]}" and "{heads[again]}" are the same period, {periods[again]}.',
            "Keep the right column and remove the other.",
            head=heads[again],
        )
    return periods


def _refuse_one_name(table: Table, heads: Sequence[str], names: Sequence[str]) -> None:
    """Two columns may not stand for one thing; they would be added together in silence."""
    seen: dict[str, str] = {}
    for head, name in zip(heads, names, strict=True):
        if name in seen:
            raise table.refusal(
                f'"{seen[name]}" and "{head}" would both be "{name}".',
                "Give each a name of its own.",
                head=head,
            )
        seen[name] = head


def _filled(table: Table, head: str, role: str) -> pd.Series:
    """A column of names in which no cell is empty and none says that it is a total."""
    text = table.text(head)
    empty = np.flatnonzero(text == "")
    if len(empty):
        raise table.refusal(
            f"the {role} is empty.", "Fill it in, or remove the row.", row=empty[0], head=head
        )
    total = np.flatnonzero(text.str.lower().isin(["total", "totals", "grand total"]))
    if role == "area" and len(total):
        raise table.refusal(
            f'the area is "{text.iloc[total[0]]}": a row of totals would count everything twice.',
            "Remove the row.",
            row=total[0],
            head=head,
        )
    return text


def _sentences(
    table: Table, columns: Columns, spread: str | None, heads: Sequence[str], first: str | None
) -> list[str]:
    """Say what the arguments and the layout decided."""
    notes = list(table.notes)
    if columns.area is None:
        notes.append(
            f'The table has no column of areas; its counts are those of one area, called "{ONLY_AREA}".'
        )
    if first is not None and isinstance(columns.period, str):
        lowest = pd.to_numeric(table.text(columns.period.strip())).min()
        notes.append(
            f'The periods of "{columns.period}" are numbered; {lowest:.0f} is taken for {first}, as first= says.'
        )
    if spread == "period" and columns.period is None:
        left = [head for head in table.heads if head not in columns.heads and head not in set(heads)]
        if left:
            notes.append(f"Columns that are not headed by a period and were not read: {listed(left)}.")
    return notes
