"""Find the street files of data.police.uk in a folder, behind a pattern or in a zip, and load them into DuckDB."""

from __future__ import annotations

import csv
import glob
import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from evaluate.data.tables import PathLike, existing_file, open_table
from evaluate.errors import DataError, did_you_mean

if TYPE_CHECKING:
    import duckdb

STREET = ("-street.csv", "-street.csv.gz")
"""How the names of street files end in a folder or a zip; outcomes and stop-and-search files end otherwise."""

NEEDED = ("Crime ID", "Month", "Reported by", "LSOA code", "LSOA name", "Crime type")
"""Heads of the columns that are read."""


@dataclass(frozen=True)
class StreetFile:
    """One street file on disk.

    Parameters
    ----------
    path : pathlib.Path
        Where it can be read.
    source : pathlib.Path
        The file the user has: itself, or the zip it was taken out of.

    Examples
    --------
    >>> from pathlib import Path
    >>> StreetFile(Path("2018-05-kent-street.csv"), Path("2018-05.zip")).source.name
    '2018-05.zip'
    """

    path: Path
    source: Path


@contextmanager
def street_files(path: PathLike) -> Iterator[list[StreetFile]]:
    """Find street files; those of a zip are unpacked for as long as the context lasts.

    Parameters
    ----------
    path : path
        A folder (searched with its subfolders), a pattern with ``*``, a zip, or one file (``.csv``,
        ``.csv.gz``).

    Yields
    ------
    list of StreetFile
        At least one, in the order of their names.

    Raises
    ------
    DataError
        If there is none, or the zip is damaged.

    Examples
    --------
    >>> with street_files("nowhere/*.csv") as files:
    ...     pass
    Traceback (most recent call last):
    evaluate.errors.DataError: No file matches "nowhere/*.csv". Correct the pattern.
    """
    given = Path(path).expanduser()
    if any(mark in str(path) for mark in "*?") and not given.exists():
        found = [Path(name) for name in sorted(glob.glob(str(given), recursive=True))]
        if not found:
            raise DataError(f'No file matches "{path}". Correct the pattern.')
        yield [StreetFile(file, file) for file in found if file.is_file()]
    elif given.is_dir():
        found = sorted(file for file in given.rglob("*") if file.name.endswith(STREET))
        if not found:
            raise DataError(
                f'The folder "{given}" holds no street file of data.police.uk; their names end in -street.csv. '
                "Name the folder the archive was unpacked into."
            )
        yield [StreetFile(file, file) for file in found]
    elif zipfile.is_zipfile(existing_file(given)):
        with TemporaryDirectory(prefix="evaluate-") as folder:
            yield [StreetFile(file, given) for file in _unpacked(given, Path(folder))]
    else:
        yield [StreetFile(given, given)]


def load_streets(connection: duckdb.DuckDBPyConnection, files: Sequence[StreetFile]) -> None:
    """Load the rows of street files into the table ``street``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Gets a table with the columns ``id`` (a number for each Crime ID, null where there is none),
        ``month``, ``force``, ``lsoa``, ``name``, ``type`` (text without blanks around it) and ``file``.
    files : sequence of StreetFile
        From ``street_files``.

    Raises
    ------
    DataError
        If a file is no street file, or its rows cannot be told apart.
    """
    import duckdb

    groups: dict[tuple[str, ...], list[Path]] = {}
    for file in files:
        groups.setdefault(_head(file.path), []).append(file.path)
    parts = [_select(head, paths) for head, paths in groups.items()]
    try:
        connection.execute(f"CREATE TEMP TABLE street AS {' UNION ALL '.join(parts)}")
    except duckdb.Error as error:
        for file in files:
            open_table(file.path)  # says which line of which file, where its shape is at fault
        raise DataError(f"The street files cannot be read: {str(error).splitlines()[0]}") from error


def _unpacked(archive: Path, folder: Path) -> list[Path]:
    """Take the street files out of a zip, into one folder."""
    taken = []
    try:
        with zipfile.ZipFile(archive) as packed:
            names = sorted(name for name in packed.namelist() if name.endswith(STREET))
            for number, name in enumerate(names):
                target = folder / f"{number:05d}-{Path(name).name}"
                with packed.open(name) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                taken.append(target)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{archive.name}: the zip is cut short or damaged. Download it again.") from error
    if not taken:
        raise DataError(
            f"{archive.name}: the zip holds no street file of data.police.uk; their names end in -street.csv. "
            "Download an archive with street-level crime in it."
        )
    return taken


def _head(path: Path) -> tuple[str, ...]:
    """Read the head of a street file and check that the columns are there."""
    opened: Any = gzip.open if path.name.endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            head = tuple(name.strip() for name in next(csv.reader(stream), []))
    except (UnicodeDecodeError, OSError, EOFError, zlib.error, csv.Error):
        head = ()
    lacking = [name for name in NEEDED if name not in head]
    if lacking:
        table = open_table(path)  # a web page, an empty file and the like are told apart there
        raise table.refusal(
            f'a street file of data.police.uk has a column "{lacking[0]}".',
            f"{did_you_mean(lacking[0], table.heads)} Outcomes and stop-and-search files are other files.",
        )
    if len(set(head)) < len(head):
        open_table(path)
    return head


def _select(head: Sequence[str], paths: Sequence[Path]) -> str:
    """SQL that reads files with one head. Every column is text: nothing is guessed from the first rows."""
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in head)
    # DuckDB takes brackets in a path for a pattern.
    listed = ", ".join(_quoted(str(path).replace("[", "[[]")) for path in paths)
    crime, month, force, lsoa, name, kind = (f"trim(coalesce(\"{column}\", ''))" for column in NEEDED)
    return (
        f"SELECT CASE WHEN {crime} = '' THEN NULL ELSE md5_number({crime}) END AS id, {month} AS month, "
        f"{force} AS force, {lsoa} AS lsoa, {name} AS name, {kind} AS type, filename AS file "
        f"FROM read_csv([{listed}], columns = {{{columns}}}, header = true, delim = ',', quote = '\"', "
        "escape = '\"', auto_detect = false, strict_mode = true, filename = true)"
    )


def _quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
