"""Count loaded street files by area, month and type inside the working database, so that no row reaches pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluate.data.archive import PublishedFile
from evaluate.data.provenance import SourceFile, sha256_of
from evaluate.errors import DataError

if TYPE_CHECKING:
    import duckdb

REPEATED, NOWHERE, OUTSIDE = "repeated Crime ID", "nowhere", "outside"

# What comes again is the same crime with another last outcome; the row with a place and the earliest month is kept.
_SURPLUS = """
    CREATE TABLE surplus AS SELECT row, file FROM (
        SELECT street.rowid AS row, file,
               row_number() OVER (PARTITION BY id ORDER BY place = '', month, file, place, type, force) AS nth
        FROM street SEMI JOIN (SELECT id FROM street WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1) USING (id))
    WHERE nth > 1
"""
_CODED = """
    FROM street JOIN places ON street.place = places.place JOIN months ON street.month = months.month
    JOIN types ON street.type = types.type JOIN forces ON street.force = forces.force
"""


@dataclass(frozen=True, eq=False)
class StreetCounts:
    """Crimes of street files, counted.

    Parameters
    ----------
    areas, types, forces : list of str
        In the order of their names; the months are all from the first to the last.
    months : pandas.PeriodIndex
        Without gaps.
    counts : numpy.ndarray
        Shape (areas, months, types).
    by_force : numpy.ndarray
        Shape (forces, months, types): crimes with or without a place.
    reported : numpy.ndarray
        Shape (areas, forces): crimes of an area that a force reports.
    names : mapping of str to str
        Published name of each place.
    placed : mapping of str to int
        Crimes of each place with a code, whether or not it is in an area.
    read : mapping of int to int
        Rows of each file.
    left_out : mapping of (int, str) to int
        Rows of each file that are not counted, by the reason.
    """

    areas: list[str]
    months: pd.PeriodIndex
    types: list[str]
    forces: list[str]
    counts: np.ndarray
    by_force: np.ndarray
    reported: np.ndarray
    names: Mapping[str, str]
    placed: Mapping[str, int]
    read: Mapping[int, int]
    left_out: Mapping[tuple[int, str], int]

    @property
    def shares(self) -> np.ndarray:
        """Who reports an area's crimes, shape (areas, forces), adding up to 1."""
        return self.reported / self.reported.sum(axis=1, keepdims=True)

    def sources(
        self, files: Sequence[PublishedFile], *, nowhere: str, outside: str
    ) -> tuple[SourceFile, ...]:
        """Say how many rows were read and used of each file the user has, the files of a zip together.

        Parameters
        ----------
        files : sequence of PublishedFile
            The files loaded.
        nowhere, outside : str
            What to call a row without a place, and one whose place is in no area.
        """
        reasons = {REPEATED: REPEATED, NOWHERE: nowhere, OUTSIDE: outside}
        tallies: dict[Path, dict[str, int]] = {}
        for number, file in enumerate(files):
            tally = tallies.setdefault(file.source, {"read": 0, **dict.fromkeys(reasons, 0)})
            tally["read"] += self.read.get(number, 0)
            for reason in reasons:
                tally[reason] += self.left_out.get((number, reason), 0)
        return tuple(
            SourceFile(
                source.name,
                sha256_of(source),
                rows_read=(rows := tally.pop("read")),
                rows_used=rows - sum(tally.values()),
                not_used={reasons[reason]: number for reason, number in tally.items() if number},
            )
            for source, tally in tallies.items()
        )


def count_streets(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[PublishedFile],
    areas_of: Callable[[list[str]], Sequence[str]],
) -> StreetCounts:
    """Count the rows of the table ``street``, each crime once.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the table that ``load_files`` fills; repeats are deleted from it.
    files : sequence of PublishedFile
        The files loaded, for messages.
    areas_of : callable
        From places as published to the codes of their areas, ``""`` where a place is in none.

    Returns
    -------
    StreetCounts

    Raises
    ------
    DataError
        If there is no row, or no row has an area.
    """
    read = dict(connection.execute("SELECT file, count(*) FROM street GROUP BY ALL").fetchall())
    names = "one file" if len(files) == 1 else f"{len(files)} files"
    if not read:
        shown = files[0].name if len(files) == 1 else f"{files[0].name} and {len(files) - 1} more"
        raise DataError(f"{shown}: there are no rows below the head.")
    connection.execute(_SURPLUS)
    left_out = {
        (file, REPEATED): rows
        for file, rows in connection.execute("SELECT file, count(*) FROM surplus GROUP BY ALL").fetchall()
    }
    connection.execute("DELETE FROM street WHERE rowid IN (SELECT row FROM surplus)")
    found = connection.execute(
        "SELECT place, max(name), count(*) FROM street GROUP BY ALL ORDER BY place"
    ).fetchall()
    places = [place for place, _, _ in found]
    given = [str(area) for area in areas_of(places)]
    areas = sorted(set(given) - {""})
    if not areas:
        raise DataError(f"No row of {names} lies in an area.")
    months, types, forces = (_distinct(connection, column) for column in ("month", "type", "force"))
    periods = pd.period_range(months[0], months[-1], freq="M")
    _index(connection, "places", "place", places, pd.Index(areas).get_indexer(pd.Index(given)))
    _index(connection, "months", "month", months, periods.get_indexer(pd.PeriodIndex(months, freq="M")))
    _index(connection, "types", "type", types, np.arange(len(types)))
    _index(connection, "forces", "force", forces, np.arange(len(forces)))
    for file, nowhere, rows in connection.execute(
        f"SELECT file, street.place = '', count(*) {_CODED} WHERE places.at < 0 GROUP BY ALL"
    ).fetchall():
        left_out[file, NOWHERE if nowhere else OUTSIDE] = rows
    return StreetCounts(
        areas=areas,
        months=periods,
        types=types,
        forces=forces,
        counts=_counted(
            connection,
            "places.at, months.at, types.at",
            (len(areas), len(periods), len(types)),
            "WHERE places.at >= 0",
        ),
        by_force=_counted(
            connection, "forces.at, months.at, types.at", (len(forces), len(periods), len(types))
        ),
        reported=_counted(
            connection, "places.at, forces.at", (len(areas), len(forces)), "WHERE places.at >= 0"
        ),
        names={place: name for place, name, _ in found if place},
        placed={place: rows for place, _, rows in found if place},
        read=read,
        left_out=left_out,
    )


def refuse_twice(connection: duckdb.DuckDBPyConnection, files: Sequence[PublishedFile]) -> None:
    """Refuse two files with the same month of one force: rows without a Crime ID would count twice.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With the table that ``load_files`` fills.
    files : sequence of PublishedFile
        The files loaded, for messages.

    Raises
    ------
    DataError
        If two files hold the same month and type of one force.
    """
    twice = connection.execute(
        "SELECT force, month, min(file), max(file) FROM street GROUP BY force, month, type "
        "HAVING min(file) < max(file) ORDER BY ALL LIMIT 1"
    ).fetchone()
    if twice is not None:
        force, month, *numbers = twice
        first, second = (files[number] for number in numbers)
        where = [
            f"{file.source.name}: {file.member}" if file.member else str(file.source)
            for file in (first, second)
        ]
        raise DataError(
            f"{month} of {force} is in two files, {where[0]} and {where[1]}; rows without a Crime ID would count "
            "twice. Keep one of them: the later download, which has the corrections."
        )


def _distinct(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    """The values of a column, in order."""
    return [
        value
        for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM street ORDER BY 1").fetchall()
    ]


def _index(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, values: Sequence[str], at: np.ndarray
) -> None:
    """Make a table of the values of a column and their positions."""
    connection.register(
        "given", pd.DataFrame({column: pd.Series(values, dtype="str"), "at": at.astype("int32")})
    )
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM given")
    connection.unregister("given")


def _counted(
    connection: duckdb.DuckDBPyConnection, axes: str, shape: tuple[int, ...], where: str = ""
) -> np.ndarray:
    """Count rows by positions, as a dense array."""
    cells = connection.execute(f"SELECT {axes}, count(*) {_CODED} {where} GROUP BY ALL").fetchnumpy()
    *positions, rows = (np.asarray(column) for column in cells.values())
    counts = np.zeros(shape)
    counts[tuple(positions)] = rows
    return counts
