"""Load street and outcomes files of data.police.uk into a working database on disk, each column by its head."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaluate.data.archive import OUTCOMES, STREET, Kind, PublishedFile, no_room, unpacked
from evaluate.data.tables import open_table
from evaluate.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import duckdb

MEMORY = "800MB"
"""Memory the working database may take; what is more lies in the temporary folder."""

LARGEST_EXAMINED = 1_000_000_000
"""Bytes of a file, unpacked, up to which it is taken into memory to find the line that is at fault."""

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
LSOA = re.compile(r"[A-Z]\d{8}|95[A-Z]{2}\d{2}[A-Z]\d|")
"""Codes of small areas in England, Wales and Scotland, and the older ones of Northern Ireland; or none."""

TYPE = re.compile(r"[A-Za-z][A-Za-z ,;/'()&-]*")
"""Crime types and types of outcome are names in letters."""

POINT = "point"
"""Key of a place that is a point, longitude and latitude as published."""

SPOT = "spot"
"""Key of a place that is an LSOA, the street as published, longitude and latitude, with ``BETWEEN`` between them."""

BETWEEN = "\x1f"


@dataclass(frozen=True)
class Layout:
    """Which columns of a file are read, and when two of its rows are the same.

    Parameters
    ----------
    kind : Kind
        The kind of file.
    outcome : str
        Head of the column that becomes the outcomes of the panel.
    repeats : str
        SQL for what two rows have in common that count once; null where a row always counts.
    """

    kind: Kind
    outcome: str
    repeats: str

    def needed(self, key: str) -> tuple[str, ...]:
        """Heads of the columns that are read, for a key of places."""
        places = ("Longitude", "Latitude") if key == POINT else ("LSOA code", "LSOA name")
        more = ("Location", "Longitude", "Latitude") if key == SPOT else ()
        return ("Crime ID", "Month", "Reported by", *places, self.outcome, *more)


CRIMES = Layout(STREET, "Crime type", "crime")
CRIME_OUTCOMES = Layout(OUTCOMES, "Outcome type", "crime || chr(31) || type")

_COLUMNS = "id UBIGINT, month VARCHAR, force VARCHAR, place VARCHAR, name VARCHAR, type VARCHAR, file INTEGER"
# DuckDB passes over an empty field too many at the end of a row; the form of what it shifted there shows it.
# 64 bits: two different IDs among 15 million share a number once in 160,000 archives.
_ROWS = """
    SELECT CASE WHEN crime = '' THEN NULL ELSE hash({repeats}) END AS id, month, force, place, name, type, file FROM (
        SELECT {crime} AS crime, {month} AS month, {force} AS force, {place} AS place, {name} AS name, {type} AS type,
        opened.number AS file FROM {source} AS raw JOIN opened ON raw.filename = opened.path)
"""
# Trimming every cell takes a quarter of the loading; hardly any needs it.
_TEXT = "CASE WHEN starts_with({0}, ' ') OR ends_with({0}, ' ') THEN trim({0}) ELSE coalesce({0}, '') END"


@contextmanager
def working_database(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty table ``street`` in a database that keeps to ``MEMORY`` and lies in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        A temporary folder; the caller deletes it.

    Yields
    ------
    duckdb.DuckDBPyConnection
        With a table of the columns ``id`` (a number for what counts once, null where nothing is a repeat),
        ``month``, ``force``, ``place``, ``name`` (of the place), ``type`` and ``file`` (a number).

    Raises
    ------
    DataError
        If the disk is full.
    """
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": min(4, os.cpu_count() or 1),
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
    }
    try:
        with duckdb.connect(folder / "rows.duckdb", config=settings) as connection:
            connection.execute(f"CREATE TABLE street ({_COLUMNS})")
            yield connection
    except duckdb.OutOfMemoryException as error:
        raise no_room(folder.parent) from error
    except duckdb.IOException as error:
        if "space" not in str(error):
            raise
        raise no_room(folder.parent) from error


def load_files(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[PublishedFile],
    layout: Layout,
    folder: Path,
    *,
    key: str = "LSOA code",
) -> None:
    """Load the rows of files into the table ``street``, a batch of files at a time.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        From ``working_database``.
    files : sequence of PublishedFile
        From ``find_files``; the table's column ``file`` counts them from 0.
    layout : Layout
        ``CRIMES`` or ``CRIME_OUTCOMES``.
    folder : pathlib.Path
        Where to unpack.
    key : str
        What tells places apart: the head of a column, ``POINT`` or ``SPOT``.

    Raises
    ------
    DataError
        If a file is not of this layout, its rows cannot be told apart, or a cell holds what it cannot.
    """
    first = 0
    for batch in unpacked(files, folder):
        paths = [path for _, path in batch]
        try:
            _load_batch(connection, paths, layout, key, first)
            _refuse_wrong_cells(connection, paths, layout, key, first)
        except DataError as error:
            archives = {path.name: file.source.name for file, path in batch if file.member}
            name = str(error).partition(":")[0].partition(",")[0]
            if name in archives:
                raise DataError(f"{archives[name]}: {error}") from error
            raise
        first += len(batch)


def _load_batch(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], layout: Layout, key: str, first: int
) -> None:
    """Load files that can be opened; the first has the number ``first``."""
    import duckdb

    opened = pd.DataFrame({"path": [str(path) for path in paths], "number": range(first, first + len(paths))})
    connection.register("opened", opened)
    groups: dict[tuple[tuple[str, ...], bool], list[Path]] = {}
    for path in paths:
        groups.setdefault(_head(path, layout.needed(key), layout), []).append(path)
    for (head, packed), alike in groups.items():
        try:
            connection.execute(f"INSERT INTO street {_select(_reader(head, packed, alike), layout, key)}")
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            for path in alike:
                try:
                    connection.execute(
                        f"INSERT INTO street {_select(_reader(head, packed, [path]), layout, key)}"
                    )
                except duckdb.Error as error:
                    _load_table(connection, path, layout, key, error)
    connection.unregister("opened")


def _load_table(
    connection: duckdb.DuckDBPyConnection, path: Path, layout: Layout, key: str, error: Exception
) -> None:
    """Load one file through ``open_table``, which says what line is at fault, or can read it after all."""
    examined = open_table(_examinable(path, error))
    rows = pd.DataFrame({head: examined.text(head) for head in layout.needed(key)})
    rows["filename"] = str(path)
    connection.register("examined", rows)
    connection.execute(f"INSERT INTO street {_select('examined', layout, key)}")
    connection.unregister("examined")


def _select(source: str, layout: Layout, key: str) -> str:
    """SQL for the rows of the working table."""
    crime, month, force, place, name, kind, *more = (
        _TEXT.format(_identifier(head)) for head in layout.needed(key)
    )
    if key == POINT:
        place, name = f"CASE WHEN {place} = '' OR {name} = '' THEN '' ELSE {place} || ',' || {name} END", "''"
    if more:
        place = f"CASE WHEN {place} = '' THEN '' ELSE concat_ws(chr(31), {place}, {', '.join(more)}) END"
    return _ROWS.format(
        repeats=layout.repeats,
        crime=crime,
        month=month,
        force=force,
        place=place,
        name=name,
        type=kind,
        source=source,
    )


def _reader(head: Sequence[str], packed: bool, paths: Sequence[Path]) -> str:
    """SQL that opens files with one head. Every column is text: nothing is guessed from the first rows."""
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in head)
    # DuckDB takes brackets, stars and question marks in a path for a pattern.
    listed = ", ".join(_quoted(re.sub(r"([\[*?])", r"[\1]", str(path))) for path in paths)
    return (
        f"read_csv([{listed}], columns = {{{columns}}}, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"auto_detect = false, strict_mode = true, filename = true, compression = '{'gzip' if packed else 'none'}')"
    )


def _head(path: Path, needed: Sequence[str], layout: Layout) -> tuple[tuple[str, ...], bool]:
    """Read the head of a file, check that the columns are there, and say whether the file is gzipped."""
    packed = _is_gzip(path)
    opened: Any = gzip.open if packed else open
    try:
        with opened(path, "rb") as stream:
            line = stream.read(1 << 16).splitlines()[0].decode("utf-8-sig")
        head = tuple(name.strip() for name in next(csv.reader(io.StringIO(line)), []))
    except (UnicodeDecodeError, IndexError, OSError, EOFError, zlib.error, csv.Error):
        head = ()
    lacking = [name for name in needed if name not in head]
    if lacking or len(set(head)) < len(head):
        _refuse_head(path, layout, lacking)
    return head, packed


def _refuse_head(path: Path, layout: Layout, lacking: Sequence[str]) -> None:
    """Say what is wrong with a file whose head is another; a web page, an empty file and the like are told apart."""
    table = open_table(_examinable(path))
    others = {
        "Outcome type": OUTCOMES.reader,
        "Object of search": "ev.read_stop_and_search",
        "Crime type": STREET.reader,
    }
    for head, reader in others.items():
        if head in table.heads and head != layout.outcome and layout.outcome in lacking:
            raise table.refusal(
                f'this is no {layout.kind.noun} of data.police.uk: it has a column "{head}" and none called '
                f'"{layout.outcome}".',
                f"Read it with {reader}.",
            )
    raise table.refusal(
        f'{_with_article(layout.kind.noun)} of data.police.uk has a column "{lacking[0]}".',
        did_you_mean(lacking[0], table.heads),
    )


def _examinable(path: Path, error: Exception | None = None) -> Path:
    """Give a path back if the file is small enough to be looked at in memory."""
    size = path.stat().st_size
    if _is_gzip(path):
        packed, size = size, 0
        try:
            with gzip.open(path, "rb") as stream:
                while size <= LARGEST_EXAMINED and (read := len(stream.read(1 << 22))):
                    size += read
        except (OSError, EOFError, zlib.error):
            return path  # open_table says that it is damaged
        if size > LARGEST_EXAMINED:
            raise DataError(
                f"{path.name}: the compressed file of {packed / 1e6:,.1f} MB unpacks to over "
                f"{LARGEST_EXAMINED / 1e9:.0f} GB, and its rows are not those of a published file. Download it again."
            )
    if size > LARGEST_EXAMINED:
        reason = f" ({str(error).splitlines()[0]})" if error else ""
        raise DataError(
            f"{path.name}: its rows are not those of a published file{reason}, and it is too large to find the line. "
            "Download it again, one file for each force and month."
        )
    return path


def _refuse_wrong_cells(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], layout: Layout, key: str, first: int
) -> None:
    """Every row of a batch has a month, a force and a category; an LSOA is a code."""
    where = f"WHERE file BETWEEN {first} AND {first + len(paths) - 1}"
    cells = connection.execute(
        f"SELECT file, month, force, type FROM street {where} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for file, *values in cells:
        for head, value in zip(("Month", "Reported by", layout.outcome), values, strict=True):
            if not value:
                rule = "this cell is empty, and every row has one."
            elif not value.isprintable():
                rule = f"this cell holds characters that are no text: {value!r}."
            elif head == "Month" and not MONTH.fullmatch(value):
                rule = f'a month is written like 2018-05; this is "{value}".'
            elif head == layout.outcome and not TYPE.fullmatch(value):
                rule = f'{_with_article(head.lower())} is a name in letters; this is "{value}".'
            else:
                continue
            raise _wrong_cell(paths[file - first], head, value, rule)
    if key != POINT:
        codes = connection.execute(
            f"SELECT min(file), split_part(place, chr(31), 1) AS code, min(name) FROM street {where} "
            "GROUP BY code ORDER BY ALL"
        ).fetchall()
        for file, code, name in codes:
            if not name.isprintable():
                raise _wrong_cell(paths[file - first], "LSOA name", name, f"{name!r} is no text.")
            if not LSOA.fullmatch(code):
                rule = (
                    f'the code of an LSOA is a letter and eight digits, such as E01003690; this is "{code}".'
                )
                raise _wrong_cell(paths[file - first], "LSOA code", code, rule)


def _wrong_cell(path: Path, head: str, value: str, rule: str) -> DataError:
    """Make the error for a cell, with its line where the file can be looked at."""
    fix = "Download the file again; if it is the publisher's own error, remove the row."
    try:
        _examinable(path)
    except DataError:
        return DataError(f'{path.name}, column "{head}": {rule} {fix}')
    table = open_table(path)  # where the row is longer than the head, that is what is said
    rows = np.flatnonzero(table.text(head) == value)
    # A row with nothing in it but commas is no row to ``open_table``.
    if len(rows) == 0:
        return DataError(f"{path.name}: a row holds nothing but commas. Remove it.")
    return table.refusal(rule, fix, row=int(rows[0]), head=head)


def _is_gzip(path: Path) -> bool:
    """Whether a file's first bytes say that it is gzipped."""
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _with_article(noun: str) -> str:
    """A noun with a or an before it."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _identifier(head: str) -> str:
    """The head of a column as SQL writes it."""
    return '"' + head.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
