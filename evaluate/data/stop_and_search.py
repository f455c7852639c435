"""Read stops and searches as data.police.uk publishes them: one row each, times in UTC, points and no areas."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from evaluate.data.archive import STOPS, PublishedFile, find_files, unpacked
from evaluate.data.boundaries import Boundaries
from evaluate.data.dates import days_of
from evaluate.data.incidents import Incidents
from evaluate.data.panel import Panel
from evaluate.data.periods import FREQUENCIES, period_bounds
from evaluate.data.placing import MOVED
from evaluate.data.provenance import Provenance, SourceFile, sha256_of
from evaluate.data.tables import PathLike, Table, open_table
from evaluate.errors import DataError, did_you_mean, shortened

CATEGORIES: Final = ("Type", "Object of search", "Outcome", "Legislation")
"""Heads of the columns that can become the outcomes of the panel."""

NOT_STATED: Final = "not stated"
ELSEWHEN: Final = "not in the file's month"
NOWHERE, OUTSIDE = "no point", "outside the outlines"

LEAST_PLACED: Final = 0.5
"""Share of a file's stops with a point, below which the month is missing in every area that is found by points."""

LEAST_SHARE: Final = 0.1
"""Share of an area's stops from which the area is missing in a month that the force making them did not publish."""

_NAME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-(.+)-stop-and-search\.csv(?:\.gz)?")
_STAMP = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})"


@dataclass
class _Stops:
    """What the files hold."""

    rows: list[pd.DataFrame] = field(default_factory=list)  # area, day, outcome, force
    months: set[tuple[str, str]] = field(default_factory=set)  # force and month that were published
    read: dict[Path, dict[str, int]] = field(default_factory=dict)  # rows read, and left out by reason
    notes: list[str] = field(default_factory=list)
    alike: int = 0


def read_stop_and_search(
    path: PathLike, *, areas: Boundaries | None = None, outcome: str = "Type", every: str = "month"
) -> Panel:
    r"""Read stop-and-search files of data.police.uk and count the stops by area, period and category.

    Parameters
    ----------
    path : path
        A folder (searched with its subfolders), a pattern with ``*``, a zip as downloaded, or one file
        (``.csv``, ``.csv.gz``). Its name must be the published one, ``2018-05-kent-stop-and-search.csv``: only
        there stand the month and the force.
    areas : Boundaries, optional
        Outlines, ``ev.read_boundaries(...)``, in which the published points are looked for. Without them the areas
        are the forces, as their names stand in the files' names.
    outcome : {"Type", "Object of search", "Outcome", "Legislation"}
        The column whose categories become the outcomes; an empty cell is "not stated". The publisher renamed
        many objects and outcomes between 2017 and 2018; types have stayed.
    every : {"day", "week", "4 weeks", "month", "quarter", "year"}
        Length of a period.

    Returns
    -------
    Panel
        By area, period and category. A period of which a month was not published is missing, and so is, by
        outlines, a month of which more than half the stops have no point.

    Raises
    ------
    DataError
        If there is no such file, or one is not what it should be. The message names file, place, rule and fix.

    Notes
    -----
    * Times are published in UTC and a file is a local month: a stop at 23:30 UTC on 31 May is one of June.
    * Rows have no ID. Those that agree in every cell are counted, since two people stopped together may well
      agree; ``panel.provenance`` says how many there are.
    * Stops are what officers did: more of them is not more crime.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "2018-06-kent-stop-and-search.csv"
    >>> _ = path.write_text("Type,Date\nPerson search,2018-05-31T23:30:00+00:00\n")
    >>> ev.read_stop_and_search(path)
    Panel: 1 area x 1 month (2018-06 to 2018-06) x 1 outcome; 0 cells missing
    """
    if outcome not in CATEGORIES:
        raise DataError(f'Stops cannot be counted by "{outcome}". {did_you_mean(outcome, CATEGORIES)}')
    if every not in FREQUENCIES:
        raise DataError(f'Stops cannot be counted by "{every}". {did_you_mean(every, FREQUENCIES)}')
    files = find_files(path, STOPS)
    stops = _Stops()
    _refuse_twice(files)
    with tempfile.TemporaryDirectory(prefix="evaluate-") as folder:
        for batch in unpacked(files, Path(folder)):
            for file, opened in batch:
                _read_file(stops, file, opened, outcome, areas)
    if not stops.rows:
        raise DataError(f"{shortened([file.name for file in files])}: there are no rows below the head.")
    return _panel(stops, every, areas)


def _refuse_twice(files: Sequence[PublishedFile]) -> None:
    """A force's month is published in one file; stops have no ID that would show a repeat."""
    seen: dict[tuple[str, str], PublishedFile] = {}
    for file in files:
        key = _month_and_force(file)
        if key in seen:
            pair = [
                f"{one.source.name}: {one.member}" if one.member else str(one.source)
                for one in (seen[key], file)
            ]
            raise DataError(
                f"{key[0]} of {key[1]} is in two files, {pair[0]} and {pair[1]}; its stops would count twice. Keep one."
            )
        seen[key] = file


def _month_and_force(file: PublishedFile) -> tuple[str, str]:
    """Month and force in the name of a file."""
    found = _NAME.fullmatch(file.name)
    if found is None:
        raise DataError(
            f"{file.name}: only its name says the month and the force of a stop-and-search file, and this one does "
            "not. Give it the published name, such as 2018-05-kent-stop-and-search.csv."
        )
    return found[1], found[2]


def _read_file(
    stops: _Stops, file: PublishedFile, opened: Path, outcome: str, areas: Boundaries | None
) -> None:
    """Add the stops of one file."""
    month, force = _month_and_force(file)
    tally = stops.read.setdefault(file.source, {"read": 0, ELSEWHEN: 0, NOWHERE: 0, OUTSIDE: 0})
    table = _opened(opened, outcome, areas)
    if table is None:
        return
    tally["read"] += len(table.rows) + table.blank
    days = days_of(table, "Date")[0]
    inside = (days.dt.strftime("%Y-%m") == month).to_numpy()
    tally[ELSEWHEN] += int((~inside).sum()) + table.blank
    if not inside.any():
        raise table.refusal(
            f"no stop of this file is in {month}, the month in its name; the first is on {days.iloc[0]:%Y-%m-%d}.",
            "Give the file its published name.",
        )
    stops.alike += int(table.rows[inside].duplicated().sum())
    category = table.text(outcome)
    rows = pd.DataFrame(
        {"area": force, "day": days, "outcome": category.where(category != "", NOT_STATED), "force": force}
    )[inside]
    if areas is not None:
        points = table.rows[inside].set_axis(table.heads, axis=1)[["Longitude", "Latitude"]]
        points = points.set_axis(["longitude", "latitude"], axis=1)
        placed = (points != "").all(axis=1)
        if placed.mean() < LEAST_PLACED:
            stops.notes.append(
                f"{1 - placed.mean():.0%} of the stops of {force} in {month} have no point; the month is missing in "
                "its areas, not low."
            )
            tally[NOWHERE] += len(rows)
            return
        rows["area"] = areas.holding(points)
        tally[NOWHERE] += int((~placed).sum())
        tally[OUTSIDE] += int((placed & (rows["area"] == "")).sum())
        rows = rows[rows["area"] != ""]
    stops.rows.append(rows)
    stops.months.add((force, month))


def _opened(path: Path, outcome: str, areas: Boundaries | None) -> Table | None:
    """Open a file and prove its columns; None where it has a head and no row, which a silent force sends."""
    with path.open("rb") as stream:
        begin = stream.read(4096)
    if begin.startswith(b"Type,Date") and len(begin.splitlines()) == 1 and len(begin) < 4096:
        return None
    table = open_table(path)
    for head in ("Date", outcome, *(("Longitude", "Latitude") if areas is not None else ())):
        if head not in table.heads:
            raise table.refusal(
                f'a stop-and-search file of data.police.uk has a column "{head}".',
                did_you_mean(head, table.heads),
            )
    stamps = table.text("Date")
    wrong = np.flatnonzero(~stamps.str.fullmatch(_STAMP))
    if len(wrong):
        raise table.refusal(
            f'a time is written like 2018-05-22T21:30:00+00:00, with its zone; this is "{stamps.iloc[wrong[0]]}".',
            "Download the file again.",
            row=int(wrong[0]),
            head="Date",
        )
    return table


def _panel(stops: _Stops, every: str, outlines: Boundaries | None) -> Panel:
    """Count, and set missing what was not published."""
    rows = pd.concat(stops.rows, ignore_index=True)
    if rows.empty:
        raise DataError(
            "No stop in the data lies in the outlines. Use outlines of the place that the data are about."
        )
    months = pd.PeriodIndex(sorted({month for _, month in stops.months}), freq="M")
    areas, outcomes = (tuple(sorted(rows[name].unique())) for name in ("area", "outcome"))
    covered = months[0].start_time, months[-1].end_time.normalize()
    panel = Incidents(rows[["area", "day", "outcome"]], areas, outcomes, covered).count(every)
    notes = [
        "Times were turned from UTC into local time. Stops are what officers did, not crime.",
        *stops.notes,
    ]
    if stops.alike:
        said = "row agrees" if stops.alike == 1 else "rows agree"
        notes.append(f"{stops.alike:,} {said} with another in every cell; stops have no ID, so they count.")
    begins, ends = (pd.DatetimeIndex(days).to_period("M") for days in period_bounds(panel.periods))
    shares = pd.crosstab(rows["area"], rows["force"], normalize="index").reindex(list(areas))
    values = panel.counts.values.copy()
    for force in shares.columns:
        published = {pd.Period(month, "M") for one, month in stops.months if one == force}
        broken = [
            not all(month in published for month in pd.period_range(begin, end, freq="M"))
            for begin, end in zip(begins, ends, strict=True)
        ]
        values[np.ix_(np.flatnonzero(shares[force] >= LEAST_SHARE), np.flatnonzero(broken))] = np.nan
        absent = [str(month) for month in pd.period_range(months[0], months[-1]) if month not in published]
        if absent:
            notes.append(
                f"{force} has no file with a stop for {shortened(absent)}; it is missing then, not zero."
            )
    if outlines is not None:
        notes += [f"Areas are those of {outlines.file.name}, SHA-256 {outlines.file.sha256}.", MOVED]
    provenance = Provenance(
        files=tuple(_source(path, dict(tally)) for path, tally in stops.read.items()),
        layout=f"data.police.uk stop-and-search files by {'force' if outlines is None else 'outline'} and {every}",
        notes=tuple(notes),
    )
    return Panel(
        panel.counts.copy(data=values),
        labels={}
        if outlines is None
        else {code: outlines.labels[code] for code in areas if code in outlines.labels},
        provenance=provenance,
    )


def _source(path: Path, tally: dict[str, int]) -> SourceFile:
    """Rows read and used of a file the user has."""
    read = tally.pop("read")
    not_used = {reason: number for reason, number in tally.items() if number}
    return SourceFile(
        path.name, sha256_of(path), rows_read=read, rows_used=read - sum(tally.values()), not_used=not_used
    )
