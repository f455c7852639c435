"""What was fitted before, kept in a folder: a run that was stopped goes on from there.

Every entry is filed under a digest of all it depends on: the estimator with its settings, the design with its counts,
the seed, this package's source and the versions of what it computes with. Where any of them differs there is no entry,
so nothing old is ever taken for an answer to something new.

An entry is a pickle, like all files of joblib and scikit-learn: read no folder that others can write to.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluate.effects.fingerprint import fingerprint

ABSENT: Final = object()
"""What ``Kept.get`` returns where nothing is kept, since None can be an answer."""

SUFFIX: Final = ".fit"


@dataclass(frozen=True)
class Kept:
    """A folder of finished fits.

    Parameters
    ----------
    folder : pathlib.Path
        Made when the first is kept.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept = Kept(Path(folder))
    ...     kept.put(kept.key("a fit", 1), 0.8)
    ...     kept.get(kept.key("a fit", 1)), kept.get(kept.key("a fit", 2)) is ABSENT
    (0.8, True)
    """

    folder: Path

    def key(self, *parts: Any) -> str:
        """Return the name that what depends on ``parts`` is filed under; "" where that cannot be known."""
        try:
            return fingerprint(*parts)
        except TypeError:
            return ""

    def get(self, key: str) -> Any:
        """Return what is filed under a key, or ``ABSENT``."""
        if not key:
            return ABSENT
        try:
            return pickle.loads((self.folder / f"{key}{SUFFIX}").read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
            return ABSENT

    def put(self, key: str, value: Any) -> None:
        """File an answer; the file is whole at every moment, so that a run can be killed at any."""
        if not key:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, begun = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
            Path(begun).replace(self.folder / f"{key}{SUFFIX}")
        except BaseException:
            Path(begun).unlink(missing_ok=True)
            raise

    def clear(self) -> None:
        """Take everything out, and the folder away if nothing else is in it."""
        for pattern in (f"*{SUFFIX}", "*.part"):
            for file in self.folder.glob(pattern):
                file.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def __len__(self) -> int:
        return sum(1 for _ in self.folder.glob(f"*{SUFFIX}"))


def kept_or_made(kept: Kept | None, key: str, make: Callable[[], Any]) -> Any:
    """Return what is kept under a key; otherwise make it and keep it."""
    found = ABSENT if kept is None else kept.get(key)
    if found is ABSENT:
        found = make()
        if kept is not None:
            kept.put(key, found)
    return found
