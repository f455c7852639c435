"""Find the files of data.police.uk in a folder, behind a pattern or in a zip, and unpack a few at a time."""

from __future__ import annotations

import errno
import glob
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from evaluate.data.tables import PathLike, existing_file
from evaluate.errors import DataError

BATCH = 200_000_000
"""Bytes, unpacked, that are taken out of a zip at a time."""

MOST_TIMES_LARGER = 100
"""How many times its packed size a file may have. Published ones unpack to 5 to 12 times theirs."""

SMALL = 20_000_000
"""Bytes, unpacked, below which the ratio is not looked at."""

_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, OverflowError)


@dataclass(frozen=True)
class Kind:
    """One of the three kinds of file that data.police.uk publishes for a force and a month.

    Parameters
    ----------
    ending : str
        What stands after the force in a file's name: ``2018-05-kent-street.csv``.
    noun : str
        What messages call such a file.
    reader : str
        The function that reads it.

    Examples
    --------
    >>> STREET.matches("2018-05-kent-street.csv.gz"), STREET.matches("2018-05-kent-outcomes.csv")
    (True, False)
    """

    ending: str
    noun: str
    reader: str

    def matches(self, name: str) -> bool:
        """Whether a file's name says that it is of this kind."""
        file = name.rpartition("/")[2]
        return file.endswith((f"-{self.ending}.csv", f"-{self.ending}.csv.gz")) and not file.startswith("._")


STREET = Kind("street", "street file", "ev.read_police_uk")
OUTCOMES = Kind("outcomes", "outcomes file", "ev.read_police_uk_outcomes")
STOPS = Kind("stop-and-search", "stop-and-search file", "ev.read_stop_and_search")
KINDS = (STREET, OUTCOMES, STOPS)


@dataclass(frozen=True)
class PublishedFile:
    """One file of a force and a month.

    Parameters
    ----------
    source : pathlib.Path
        The file the user has: itself, or the zip it stands in.
    member : str
        Its name in the zip; empty where it is in none.
    size : int
        Bytes; of a file in a zip, once unpacked.

    Examples
    --------
    >>> from pathlib import Path
    >>> PublishedFile(Path("2018-05.zip"), "2018-05/2018-05-kent-street.csv", 100).name
    '2018-05-kent-street.csv'
    """

    source: Path
    member: str
    size: int

    @property
    def name(self) -> str:
        """File name without folders."""
        return self.member.rpartition("/")[2] or self.source.name


def find_files(path: PathLike, kind: Kind) -> list[PublishedFile]:
    """Find the files of a kind; those in a zip are listed, not unpacked.

    Parameters
    ----------
    path : path
        A folder (searched with its subfolders, and the zips in it), a pattern with ``*`` (files that are named as
        another kind are passed over), a zip, or one file (``.csv``, ``.csv.gz``; of the API, ``.json``).
    kind : Kind
        What to look for. A file that is named itself is taken whatever its name.

    Returns
    -------
    list of PublishedFile
        At least one, in the order of their names.

    Raises
    ------
    DataError
        If there is none, or a zip is damaged or unpacks to more than a published one could.

    Examples
    --------
    >>> find_files("nowhere/*.csv", STREET)
    Traceback (most recent call last):
    evaluate.errors.DataError: No street file matches "nowhere/*.csv". Correct the pattern.
    """
    given = Path(path).expanduser()
    if any(mark in str(path) for mark in "*?") and not given.exists():
        found = sorted(
            file for name in glob.glob(str(given), recursive=True) if (file := Path(name)).is_file()
        )
        others = [other for other in KINDS if other is not kind]
        found = [file for file in found if not any(other.matches(file.name) for other in others)]
        if not found:
            raise DataError(f'No {kind.noun} matches "{path}". Correct the pattern.')
    elif given.is_dir():
        found = _in_folder(given, kind)
    else:
        found = [existing_file(given)]
    files: list[PublishedFile] = []
    for file in found:
        if zipfile.is_zipfile(file):
            files += _in_zip(file, kind)
        elif _begins_as_zip(file):
            raise _damaged(file)
        else:
            files.append(PublishedFile(file, "", file.stat().st_size))
    return files


def unpacked(files: Sequence[PublishedFile], folder: Path) -> Iterator[list[tuple[PublishedFile, Path]]]:
    """Give files that can be opened, a batch at a time; what was taken out of a zip is deleted after its batch.

    Parameters
    ----------
    files : sequence of PublishedFile
        From ``find_files``.
    folder : pathlib.Path
        Where to put what is unpacked. It takes ``BATCH`` bytes at a time, or the largest file.

    Yields
    ------
    list of (PublishedFile, pathlib.Path)
        Each file with the path to open; the name of the path is the file's own.

    Raises
    ------
    DataError
        If a zip is damaged, is encrypted, or the disk is full.
    """
    for number, batch in enumerate(_batches(files)):
        place = folder / f"{number:05d}"
        targets = _targets(batch, place)
        for source in dict.fromkeys(file.source for file in batch if file.member):
            _take_out(
                source,
                {
                    file.member: to
                    for file, to in zip(batch, targets, strict=True)
                    if file.member and file.source == source
                },
            )
        yield list(zip(batch, targets, strict=True))
        shutil.rmtree(place, ignore_errors=True)


def no_room(folder: Path | str = "") -> DataError:
    """Make the error for a full disk."""
    return DataError(
        f'There is no room left in the temporary folder "{folder or gettempdir()}", which holds a part of the '
        "archive and a working copy of its rows (about 40 bytes each) while it is read. Free some, or name another "
        "folder in the environment variable TMPDIR (on Windows TEMP)."
    )


def _in_folder(folder: Path, kind: Kind) -> list[Path]:
    """Files of the kind and zips in a folder; where there are none, answers of the API."""
    inside = sorted(file for file in folder.rglob("*") if file.is_file() and "__MACOSX" not in file.parts)
    found = [
        file
        for file in inside
        if kind.matches(file.name) or (file.suffix.lower() == ".zip" and _members(file, kind))
    ]
    if not found and kind is STREET:
        found = [file for file in inside if file.suffix.lower() == ".json"]
    if not found:
        raise DataError(
            f'The folder "{folder}" holds no {kind.noun} of data.police.uk; their names end in -{kind.ending}.csv. '
            "Name the folder the archive was unpacked into."
        )
    return found


def _members(archive: Path, kind: Kind) -> list[zipfile.ZipInfo]:
    """What a zip says of the files of a kind in it."""
    try:
        with zipfile.ZipFile(archive) as packed:
            return [
                one
                for one in packed.infolist()
                if kind.matches(one.filename) and "__MACOSX/" not in one.filename
            ]
    except (*_DAMAGED, OSError) as error:
        raise _damaged(archive) from error


def _in_zip(archive: Path, kind: Kind) -> list[PublishedFile]:
    """List the files of a kind in a zip."""
    members = _members(archive, kind)
    if not members:
        raise DataError(
            f"{archive.name}: the zip holds no {kind.noun} of data.police.uk; their names end in -{kind.ending}.csv. "
            f"Download an archive with {kind.noun}s in it."
        )
    for one in members:
        if one.file_size > max(SMALL, MOST_TIMES_LARGER * one.compress_size):
            raise DataError(
                f"{archive.name}: {one.filename} would unpack to {one.file_size / 1e6:,.0f} MB, "
                f"{one.file_size // max(1, one.compress_size):,} times its size in the zip; a published file unpacks "
                f"to less than {MOST_TIMES_LARGER} times. Download the archive again from data.police.uk."
            )
    return [
        PublishedFile(archive, one.filename, one.file_size)
        for one in sorted(members, key=lambda one: (one.filename.rpartition("/")[2], one.filename))
    ]


def _batches(files: Iterable[PublishedFile]) -> Iterator[list[PublishedFile]]:
    """Divide files into runs of about ``BATCH`` bytes."""
    batch: list[PublishedFile] = []
    size = 0
    for file in files:
        if batch and size + file.size > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch


def _targets(batch: Sequence[PublishedFile], place: Path) -> list[Path]:
    """Where each file of a batch will be found: itself, or unpacked under its own name."""
    seen: dict[str, int] = {}
    targets = []
    for file in batch:
        if not file.member:
            targets.append(file.source)
            continue
        nth = seen[file.name] = seen.get(file.name, -1) + 1
        targets.append(place / str(nth) / file.name)
    return targets


def _take_out(archive: Path, targets: Mapping[str, Path]) -> None:
    """Unpack files of a zip, each to its path."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for member, target in targets.items():
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
    except _DAMAGED as error:
        raise _damaged(archive) from error
    except (RuntimeError, NotImplementedError) as error:
        raise DataError(
            f"{archive.name}: its files are encrypted or packed in a way that cannot be undone here. Unpack the zip "
            "with another program and name the folder."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise no_room() from error
        if error.errno == errno.EINVAL:  # the zip points to a place before its own beginning
            raise _damaged(archive) from error
        raise


def _begins_as_zip(file: Path) -> bool:
    """Whether a file that has no list of contents begins as a zip does: it was cut short."""
    with file.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def _damaged(archive: Path) -> DataError:
    """Make the error for a zip that cannot be read."""
    return DataError(f"{archive.name}: the zip is cut short or damaged. Download it again.")
