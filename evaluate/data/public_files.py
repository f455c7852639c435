"""The register of public files that can be fetched: what each is, where it is, and its hash where it never changes."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

from evaluate.errors import DataError, did_you_mean

REGISTER = Path(__file__).with_name("public_files.csv")
MONTH = "{month}"


@dataclass(frozen=True)
class PublicFile:
    """One public file.

    Parameters
    ----------
    name : str
        What ``evaluate.fetch`` calls it.
    file : str
        Name it is kept under.
    url : str
        Where it is downloaded from.
    sha256 : str
        Hash of its bytes; "" where the publisher replaces the file from time to time, so that the hash of what
        was downloaded is recorded instead.
    page : str
        A page to look at where the address has moved.
    licence : str
        "OGL" is the Open Government Licence v3.0.
    what : str
        What is in it.

    Examples
    --------
    >>> PublicFile("wards", "wards.csv", "https://example.org/wards.csv").sha256
    ''
    """

    name: str
    file: str
    url: str
    sha256: str = ""
    page: str = ""
    licence: str = ""
    what: str = ""


def public_files() -> tuple[PublicFile, ...]:
    """List the files that can be fetched; a name with ``{month}`` stands for one file a month.

    Returns
    -------
    tuple of PublicFile

    Examples
    --------
    >>> from evaluate.data.public_files import public_files
    >>> "mps_ward_recent" in [file.name for file in public_files()]
    True
    """
    with REGISTER.open(encoding="utf-8", newline="") as stream:
        return tuple(PublicFile(**row) for row in csv.DictReader(stream))


def public_file(name: str) -> PublicFile:
    """Find one file of the register.

    Parameters
    ----------
    name : str
        Such as "mps_ward_recent", or "police_uk_archive/2018-06".

    Returns
    -------
    PublicFile

    Raises
    ------
    DataError
        If no file has that name, or the month is none.

    Examples
    --------
    >>> from evaluate.data.public_files import public_file
    >>> public_file("police_uk_archive/2018-06").file
    'police_uk_archive_2018-06.zip'
    """
    known = {file.name: file for file in public_files()}
    if name in known and MONTH not in name:
        return known[name]
    for file in known.values():
        before = file.name.removesuffix(MONTH)
        if MONTH not in file.name or not (str(name).startswith(before) or name == before.rstrip("/")):
            continue
        month = str(name).removeprefix(before)
        if not re.fullmatch(r"20\d{2}-(0[1-9]|1[0-2])", month):
            raise DataError(f'"{name}" names no month. Write for instance "{before}2018-06".')
        filled = {part: getattr(file, part).replace(MONTH, month) for part in ("name", "file", "url")}
        return replace(file, **filled)
    raise DataError(f'No public file is registered as "{name}". {did_you_mean(str(name), known)}')
