"""Read a register of operations, such as a force's list of deployments, as operations with their areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
import pandas as pd

from evaluate.data.dates import days_of
from evaluate.data.opening import Source, open_any
from evaluate.data.periods import Span
from evaluate.data.provenance import Provenance
from evaluate.data.swapped_dates import steps_back
from evaluate.data.tables import Table
from evaluate.design.operation import Operation
from evaluate.errors import DataError, did_you_mean, many, shortened


@dataclass(frozen=True, eq=False)
class OperationsRegister(Sequence[Operation]):
    """A list of operations, in the order of the register. ``read_operations`` makes it.

    Parameters
    ----------
    operations : tuple of Operation
        Each with a name of its own.
    areas : tuple of str
        Code of the area of each, "" where the register gives none.
    provenance : Provenance
        What was read, what was put right and what was left out.

    Examples
    --------
    >>> import evaluate as ev
    >>> register = ev.OperationsRegister((ev.Operation("patrols", "2018-05-22"),), ("E05011247",))
    >>> len(register), register[0].days
    (1, 1)
    """

    operations: tuple[Operation, ...]
    areas: tuple[str, ...]
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if len(self.operations) != len(self.areas):
            raise DataError(
                f"A register has an area for each operation; these are {many(len(self.operations), 'operation')} and "
                f"{many(len(self.areas), 'area')}."
            )

    def __len__(self) -> int:
        return len(self.operations)

    @overload
    def __getitem__(self, place: int) -> Operation: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Operation]: ...
    def __getitem__(self, place: int | slice) -> Operation | Sequence[Operation]:
        return self.operations[place]

    def in_area(self, area: str, *, join_within: str | None = None) -> list[Operation]:
        """Operations of one area, in order of time, ready for a ``Design``.

        Parameters
        ----------
        area : str
            Its code.
        join_within : str, optional
            Join operations that begin no later than so long after the one before ended, such as "28 days": a
            design cannot tell apart operations of one period. By default only those whose days overlap.

        Returns
        -------
        list of Operation

        Raises
        ------
        DataError
            If the register has no operation in that area.

        Examples
        --------
        >>> import evaluate as ev
        >>> days = ("2018-05-22", "2018-05-24", "2018-08-01")
        >>> register = ev.OperationsRegister(tuple(ev.Operation(day, day) for day in days), ("A", "A", "A"))
        >>> register.in_area("A", join_within="7 days")
        [Operation('2018-05-22 to 2018-05-24', 2018-05-22 to 2018-05-24),
         Operation('2018-08-01', 2018-08-01 to 2018-08-01)]
        """
        found = [one for one, where in zip(self.operations, self.areas, strict=True) if where == area]
        if not found:
            codes = sorted({where for where in self.areas if where})
            raise DataError(f'The register has no operation in "{area}". {did_you_mean(area, codes)}')
        ordered = sorted(found, key=lambda operation: operation.first_day)
        return list(
            _joined(ordered, Span.parse(join_within).offset if join_within else pd.DateOffset(days=0))
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each operation.

        Returns
        -------
        pandas.DataFrame
            Columns ``name``, ``start``, ``end``, ``days`` and ``area``.

        Examples
        --------
        >>> import evaluate as ev
        >>> register = ev.OperationsRegister((ev.Operation("patrols", "2018-05-22"),), ("E05011247",))
        >>> register.to_frame()[["name", "days", "area"]].values.tolist()
        [['patrols', 1, 'E05011247']]
        """
        return pd.DataFrame(
            {
                "name": [one.name for one in self.operations],
                "start": [one.first_day for one in self.operations],
                "end": [one.last_day for one in self.operations],
                "days": [one.days for one in self.operations],
                "area": list(self.areas),
            }
        )

    def __repr__(self) -> str:
        if not self.operations:
            return "OperationsRegister: no operations"
        first = min(one.first_day for one in self.operations)
        last = max(one.last_day for one in self.operations)
        places = len({area for area in self.areas if area})
        return (
            f"OperationsRegister: {many(len(self), 'operation')} in {many(places, 'area')}, "
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
        )


def read_operations(
    source: Source,
    *,
    start: str,
    end: str | None = None,
    name: str | None = None,
    area: str | None = None,
    year: str | None = None,
    day_first: bool | None = None,
) -> OperationsRegister:
    """Read a register of operations.

    Parameters
    ----------
    source : pandas.DataFrame, path or Sheet
        A table, a CSV, Parquet or Excel file, or one sheet of a workbook.
    start, end : str
        Heads of the columns with the first and the last day. Without ``end``, or where its cell is empty, an
        operation ran for one day.
    name, area : str, optional
        Heads of the columns with what the operation is called and with the code of its area.
    year : str, optional
        Head of a column that gives the year too; where it disagrees with the date, that is said.
    day_first : bool, optional
        Whether 03/04/2018 is the third of April. Needed only where no date in the column shows it.

    Returns
    -------
    OperationsRegister
        A sequence of ``Operation``, in the order of the file. An operation whose name is not its own gets its
        date behind it.

    Raises
    ------
    DataError
        If a column is not there, a date cannot be read without guessing (a spreadsheet may have swapped day
        and month), or an operation ends before it starts.

    Notes
    -----
    Day and month that a spreadsheet swapped are put right where the column proves that it did
    (``evaluate.data.swapped_dates``); ``provenance.notes`` counts them. Rows without a date are left out and
    counted in ``provenance.files``.

    Examples
    --------
    >>> import pandas as pd
    >>> import evaluate as ev
    >>> table = pd.DataFrame({
    ...     "Date": ["22/05/2018", "01/06/2018", ""],
    ...     "Place": ["Ilford Lane", "Ilford Lane", "cancelled"],
    ...     "Ward": "E05011247"})
    >>> register = ev.read_operations(table, start="Date", name="Place", area="Ward")
    >>> register
    OperationsRegister: 2 operations in 1 area, 2018-05-22 to 2018-06-01
    >>> register[1]
    Operation('Ilford Lane, 1 June 2018', 2018-06-01 to 2018-06-01)
    >>> register.provenance.files[0].not_used
    {'no date': 1}
    """
    asked = {"start": start, "end": end, "name": name, "area": area, "year": year}
    named = {role: head for role, head in asked.items() if head is not None}
    table = open_any(source, wanted=list(named.values()))
    heads = {role: table.require(head, role) for role, head in named.items()}
    first, note = days_of(table, heads["start"], day_first=day_first)
    last, end_note = days_of(table, heads["end"], day_first=day_first) if end is not None else (first, "")
    used = np.flatnonzero(first.notna())
    if not len(used):
        raise table.refusal("no row has a date.", "Check the column named.", head=heads["start"])
    last = last.fillna(first)
    _refuse_backwards(table, first, last, heads)
    called, renamed = _names(table, heads.get("name"), first, used)
    areas = table.text(heads["area"]) if area is not None else pd.Series("", index=first.index)
    operations = tuple(
        Operation(text, first.iloc[row], last.iloc[row], note=f"{table.name}, {table.place(int(row))}")
        for row, text in zip(used, called, strict=True)
    )
    notes = [*table.notes, note, end_note, *_steps(first.iloc[used]), renamed]
    if year is not None:
        notes += _other_years(table, heads["year"], first, used)
    if area is not None and (without := int((areas.iloc[used] == "").sum())):
        notes.append(f"{many(without, 'operation')} without the code of an area.")
    provenance = Provenance(
        files=(table.source(len(used), {"no date": len(first) - len(used)}),),
        layout="register of operations, one row each",
        notes=tuple(text for text in notes if text),
    )
    return OperationsRegister(operations, tuple(areas.iloc[used]), provenance)


def _joined(ordered: Sequence[Operation], within: pd.DateOffset) -> Iterator[Operation]:
    """Make one operation of those that overlap or follow each other closely."""
    group = [ordered[0]]
    for operation in [*ordered[1:], None]:
        last = max(one.last_day for one in group)
        if operation is not None and operation.first_day <= last + within:
            group.append(operation)
            continue
        yield (
            group[0]
            if len(group) == 1
            else Operation(
                f"{group[0].name} to {group[-1].name}",
                group[0].first_day,
                last,
                note=f"{many(len(group), 'operation')} joined: {shortened([one.name for one in group])}",
            )
        )
        group = [operation] if operation is not None else []


def _refuse_backwards(table: Table, first: pd.Series, last: pd.Series, heads: dict[str, str]) -> None:
    """An operation ends on the day it starts, or later."""
    wrong = np.flatnonzero(last < first)
    if len(wrong):
        row = int(wrong[0])
        raise table.refusal(
            f"the operation ends on {last.iloc[row]:%Y-%m-%d}, before it starts on {first.iloc[row]:%Y-%m-%d}.",
            "Swap the two dates, or correct one.",
            row=row,
            head=heads["end"],
        )


def _names(table: Table, head: str | None, first: pd.Series, used: np.ndarray) -> tuple[list[str], str]:
    """A name of its own for each operation, and a sentence on those that had to be told apart."""
    days = [f"{day.day} {day:%B %Y}" for day in first.iloc[used]]
    plain = list(table.text(head).iloc[used]) if head is not None else [""] * len(used)
    often = Counter(plain)
    dated = [
        text if text and often[text] == 1 else f"{text or 'Operation'}, {day}"
        for text, day in zip(plain, days, strict=True)
    ]
    taken: Counter[str] = Counter()
    own: list[str] = []
    for text in dated:
        taken[text] += 1
        own.append(text if taken[text] == 1 else f"{text} ({taken[text]})")
    changed = sum(bool(text) and text != new for text, new in zip(plain, own, strict=True))
    return (
        own,
        f"{many(changed, 'operation')} share a name; their dates were put behind it." if changed else "",
    )


def _steps(days: pd.Series) -> Iterator[str]:
    """Say whether the register runs forward in time, as most do: a date put right wrongly would stand out."""
    back = steps_back(days)
    if len(days) > 2:
        yield (
            f"From row to row the dates run forward {len(days) - 1 - back:,} times and back {back:,} "
            f"{'time' if back == 1 else 'times'}."
        )


def _other_years(table: Table, head: str, first: pd.Series, used: np.ndarray) -> list[str]:
    """Say which rows give another year than their date."""
    years = pd.to_numeric(table.text(head), errors="coerce")
    other = [
        row for row in used if years.iloc[row] == years.iloc[row] and years.iloc[row] != first.iloc[row].year
    ]
    shown = [f"{table.place(row)}: {years.iloc[row]:.0f}, {first.iloc[row]:%Y-%m-%d}" for row in other]
    return [f'"{head}" gives another year than the date, which is kept: {shortened(shown)}.'] if shown else []
