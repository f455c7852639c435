"""What a reader read, so that a report can prove it: files, hashes, rows used and rows not used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SourceFile:
    """One file that was read.

    Parameters
    ----------
    name : str
        File name without its folder, so that a report does not show where it was kept.
    sha256 : str
        Hash of the file's bytes.
    rows_read, rows_used : int
        Data rows in the file, and those that went into the panel.
    not_used : mapping of str to int
        For the rows not used, how many for each reason.

    Examples
    --------
    >>> SourceFile("wards.csv", "ab12", rows_read=10, rows_used=9, not_used={"blank area": 1}).rows_used
    9
    """

    name: str
    sha256: str
    rows_read: int
    rows_used: int
    not_used: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Provenance:
    """Where a panel came from and what happened on the way.

    Parameters
    ----------
    files : tuple of SourceFile
        Every file read.
    layout : str
        The published layout that was recognised.
    extracted : str
        The date the publisher extracted the data, where the file says so.
    notes : tuple of str
        Sentences for the reader of a report: duplicates added together, categories that stop, and so on.
    simulated : bool
        True where the counts were made by this package; every page of a report then says so.

    Examples
    --------
    >>> Provenance(layout="simulated", simulated=True).simulated
    True
    """

    files: tuple[SourceFile, ...] = ()
    layout: str = ""
    extracted: str = ""
    notes: tuple[str, ...] = ()
    simulated: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain dictionaries and lists, for a manifest."""
        return asdict(self)


def sha256_of(path: Path) -> str:
    """Hash a file's bytes without holding it all in memory.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = path.write_text("x")
    >>> sha256_of(path)[:8]
    '2d711642'
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
