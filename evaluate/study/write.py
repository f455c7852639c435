"""Write a report whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluate.errors import EvaluateError

MARKER = "manifest.json"
"""A file every report has: a folder that holds others but not this one is not ours to replace."""


def write_whole(folder: str | Path, write: Callable[[Path], object]) -> Path:
    """Let ``write`` fill a new folder, and put it in its place only when it is complete.

    An earlier report in that place is replaced whole. Whatever stops the writing, the earlier report stays and no
    half of the new one is left.

    Parameters
    ----------
    folder : str or path
        Where the report shall be.
    write : callable
        Takes the folder to write into.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    EvaluateError
        If the place is a file, or a folder that holds something other than a report.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "report"
    >>> sorted(path.name for path in write_whole(place, lambda f: (f / "manifest.json").write_text("{}")).iterdir())
    ['manifest.json']
    """
    place = Path(folder)
    _require_ours(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _beside(place) as unfinished:
            write(unfinished)
            _put(unfinished, place)
    except OSError as error:
        raise EvaluateError(
            f'The report cannot be written to "{folder}": {error.strerror or error}.'
        ) from error
    return place


def _require_ours(place: Path) -> None:
    """Refuse a place that holds something a report would destroy."""
    if place.is_file():
        raise EvaluateError(f'"{place}" is a file; name a folder for the report.')
    if place.is_dir() and any(place.iterdir()) and not (place / MARKER).is_file():
        raise EvaluateError(
            f'The folder "{place}" holds files that are not an earlier report; name another one, or empty it first.'
        )


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A new folder on the same disk, gone afterwards unless it was moved into its place."""
    holder = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        unfinished = holder / place.name
        unfinished.mkdir()
        yield unfinished
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _put(unfinished: Path, place: Path) -> None:
    """Move the finished folder into its place; the earlier one comes back if that fails."""
    earlier = unfinished.parent / "earlier"
    if place.exists():
        place.rename(earlier)
    try:
        unfinished.rename(place)
    except BaseException:
        if earlier.exists() and not place.exists():
            earlier.rename(place)
        raise
