"""What a reader read, so that a report can prove it: files, hashes, rows used and rows not used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from evaluate.data.outcome_breaks import OutcomeBreak


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
    """Where a panel came from, what happened on the way, and what is in it.

    A panel keeps the fields from ``areas`` on in step with its counts; a reader fills in the others.

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
    breaks : tuple of OutcomeBreak
        Months at which an outcome of the panel stops counting what it counted before.
    areas, periods : int
        Number of each.
    first, last : str
        The first and the last period.
    totals : mapping of str to int
        Outcome to its total over all areas and periods.
    missing : mapping of str to int
        Outcome to its number of missing cells.

    Examples
    --------
    >>> import evaluate as ev
    >>> provenance = ev.simulate_panel(areas=3, periods=24, seed=1).provenance
    >>> provenance.areas, provenance.periods, provenance.first, provenance.last, provenance.missing
    (3, 24, '2010-01', '2011-12', {'crime': 0})
    """

    files: tuple[SourceFile, ...] = ()
    layout: str = ""
    extracted: str = ""
    notes: tuple[str, ...] = ()
    simulated: bool = False
    breaks: tuple[OutcomeBreak, ...] = ()
    areas: int = 0
    periods: int = 0
    first: str = ""
    last: str = ""
    totals: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)

    def describing(self, counts: xr.DataArray) -> Provenance:
        """Return the same provenance with the contents of an array of counts.

        Parameters
        ----------
        counts : xarray.DataArray
            Dimensions area, period, outcome, as a panel has them.
        """
        areas, periods, outcomes = (counts.indexes[name] for name in ("area", "period", "outcome"))
        values = counts.values
        nowhere = np.isnan(values)
        totals, missing = values.sum(axis=(0, 1), where=~nowhere), nowhere.sum(axis=(0, 1))
        return replace(
            self,
            breaks=tuple(one for one in self.breaks if one.outcome in outcomes),
            areas=len(areas),
            periods=len(periods),
            first=str(periods[0]) if len(periods) else "",
            last=str(periods[-1]) if len(periods) else "",
            totals={str(name): int(total) for name, total in zip(outcomes, totals, strict=True)},
            missing={str(name): int(number) for name, number in zip(outcomes, missing, strict=True)},
        )

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
