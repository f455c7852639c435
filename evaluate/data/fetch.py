"""Get public files: from a folder of one's own, from the cache, or by download, always with a hash."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluate.data.provenance import sha256_of
from evaluate.data.public_files import PublicFile, public_file
from evaluate.data.tables import PathLike
from evaluate.errors import DataError, listed

MIRROR = "EVALUATE_DATA"
"""Variable that names a folder of files one has already; it is looked into first."""

TIMEOUT = 60
"""Seconds without an answer after which a download is given up."""

_PAGES = (b"<!doctype html", b"<html", b"<?xml", b"<head")


def fetch(name: str, *, cache: PathLike | None = None, again: bool = False) -> Path:
    """Get a registered public file and return where it is.

    Parameters
    ----------
    name : str
        As ``evaluate samples`` lists it, such as "mps_ward_recent" or "police_uk_archive/2018-06".
    cache : path, optional
        Folder for downloads; by default the one that the system keeps for caches of programs.
    again : bool
        Download anew though the cache has the file: publishers replace some every month.

    Returns
    -------
    pathlib.Path
        The file. The folder that the variable EVALUATE_DATA names is looked into first, and nothing is
        downloaded if the file is there or in one of its folders.

    Raises
    ------
    DataError
        If no file has that name, it cannot be downloaded, is a web page, or its hash is not the registered
        one, or not the one recorded when it was downloaded.

    Notes
    -----
    Beside a download stands a record, ``<file>.json``, with the address, the day, the size and the SHA-256.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.fetch("mps_wards_recent")
    Traceback (most recent call last):
    evaluate.errors.DataError: No public file is registered as "mps_wards_recent". Did you mean "mps_ward_recent" ...
    """
    return fetch_file(public_file(name), cache=cache, again=again)


def fetch_file(file: PublicFile, *, cache: PathLike | None = None, again: bool = False) -> Path:
    """Get a public file, registered or not.

    Parameters
    ----------
    file : PublicFile
        What it is called and where it is.
    cache, again
        See ``fetch``.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DataError
        See ``fetch``.

    Examples
    --------
    >>> fetch_file(PublicFile("wards", "wards.csv", "ftp://example.org/wards.csv"))
    Traceback (most recent call last):
    evaluate.errors.DataError: wards: its address ftp://example.org/wards.csv is not one of the web (https://...).
    """
    if not file.url.startswith(("https://", "http://")):
        raise DataError(f"{file.name}: its address {file.url} is not one of the web (https://...).")
    own = _in_mirror(file)
    if own is not None:
        return own
    folder = Path(cache).expanduser() if cache is not None else cache_folder()
    kept = folder / file.file
    if kept.is_file() and not again:
        _check_kept(file, kept)
        return kept
    return _download(file, folder)


def where_is(file: PublicFile) -> Path | None:
    """Return where a public file is already, or None; nothing is downloaded or checked.

    Examples
    --------
    >>> where_is(PublicFile("none", "no such file.csv", "https://example.org/none.csv"))
    """
    own = _in_mirror(file)
    kept = cache_folder() / file.file
    return own if own is not None else kept if kept.is_file() else None


def named_folder() -> Path | None:
    """Return the folder that the variable EVALUATE_DATA names, or None where it names none.

    Raises
    ------
    DataError
        If there is no such folder.
    """
    named = os.environ.get(MIRROR)
    if not named:
        return None
    if not Path(named).is_dir():
        raise DataError(f'{MIRROR} names the folder "{named}", which does not exist. Correct or unset it.')
    return Path(named)


def cache_folder() -> Path:
    """The system's folder for caches of programs."""
    import pooch

    return Path(pooch.os_cache("evaluate-operations"))


def _in_mirror(file: PublicFile) -> Path | None:
    """The file in the folder that the variable names, or in one of its folders."""
    folder = named_folder()
    if folder is None:
        return None
    straight = folder / file.file
    found = (
        [straight]
        if straight.is_file()
        else sorted(path for path in folder.rglob(file.file) if path.is_file())
    )
    if len(found) > 1:
        places = [str(path.relative_to(folder)) for path in found]
        raise DataError(
            f"{file.name}: the folder that {MIRROR} names holds {listed(places)}. Keep one of them, or put the right "
            "one at the top of the folder."
        )
    if found and file.sha256 and sha256_of(found[0]) != file.sha256:
        raise DataError(
            f"{file.file}: the file in the folder that {MIRROR} names is another than the registered one (SHA-256 "
            f"{sha256_of(found[0])[:16]}... and not {file.sha256[:16]}...). Remove it, so that it can be downloaded."
        )
    return found[0] if found else None


def _check_kept(file: PublicFile, kept: Path) -> None:
    """A file of the cache is the registered one, or the one that was downloaded."""
    expected, when = file.sha256, ""
    record = _record_of(kept)
    if not expected and record.is_file():
        try:
            written = json.loads(record.read_text("utf-8"))
            expected, when = written["sha256"], f", downloaded on {written['fetched']}"
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"{record.name}: the record of the download is damaged. Fetch with again=True."
            ) from error
    if not expected:
        raise DataError(
            f"{kept.name}: the cache has this file without a record of its hash. Fetch with again=True."
        )
    if sha256_of(kept) != expected:
        raise DataError(
            f"{kept.name}: the file in the cache is no longer the one with SHA-256 {expected[:16]}...{when}. Fetch "
            "with again=True."
        )


def _download(file: PublicFile, folder: Path) -> Path:
    """Download a file under another name, prove it, and put it in its place with its record."""
    part = folder / f"{file.file}.part"
    part.unlink(missing_ok=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _retrieve(file, part)
    except OSError as error:  # of the disk; requests' own errors are OSErrors too
        raise DataError(
            f"{file.name}: {file.url} could not be downloaded ({type(error).__name__}: {error}). "
            f"{_by_hand(file)}"
        ) from error
    except ValueError as error:
        raise DataError(
            f"{file.name}: what {file.url} gives is another file than the registered one, whose SHA-256 is "
            f"{file.sha256[:16]}...; it may have been replaced or cut short. {_by_hand(file)}"
        ) from error
    with part.open("rb") as stream:
        begin = stream.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if begin.startswith(_PAGES) or not begin:
        part.unlink()
        kind = "a web page and not the file" if begin else "nothing"
        raise DataError(f"{file.name}: {file.url} gives {kind}. {_by_hand(file)}")
    kept = folder / file.file
    record = {
        "name": file.name,
        "url": file.url,
        "sha256": sha256_of(part),
        "bytes": part.stat().st_size,
        "fetched": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "licence": file.licence,
    }
    part.replace(kept)
    _record_of(kept).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return kept


def _retrieve(file: PublicFile, part: Path) -> None:
    """Download with pooch, which checks the registered hash and leaves nothing half-written."""
    import pooch

    with _silent(pooch):
        pooch.retrieve(
            file.url,
            known_hash=f"sha256:{file.sha256}" if file.sha256 else None,
            fname=part.name,
            path=part.parent,
            downloader=pooch.HTTPDownloader(timeout=TIMEOUT),
        )


@contextmanager
def _silent(pooch: object) -> Iterator[None]:
    """Keep pooch from writing to stderr; its errors are raised all the same."""
    logger = pooch.get_logger()  # type: ignore[attr-defined]
    before = logger.level
    logger.setLevel("CRITICAL")
    try:
        yield
    finally:
        logger.setLevel(before)


def _by_hand(file: PublicFile) -> str:
    """What to do where the program cannot get the file."""
    page = f" from {file.page}" if file.page else ""
    return f'Download "{file.file}"{page} in a browser, and name the folder you put it into in the variable {MIRROR}.'


def _record_of(kept: Path) -> Path:
    """The record beside a downloaded file."""
    return kept.with_name(f"{kept.name}.json")
