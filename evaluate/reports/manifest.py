"""The manifest of a report as a file: the same entries, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

MANIFEST = "manifest.json"


def manifest_json(entries: Mapping[str, Any]) -> str:
    """Write entries as JSON in order of name, whatever the order they came in.

    Parameters
    ----------
    entries : mapping
        Plain values, NumPy numbers, paths, dates, lists and mappings.

    Returns
    -------
    str
        Ends with a line end. What JSON has no word for (NaN, infinity) becomes null.

    Examples
    --------
    >>> print(manifest_json({"seed": 1, "plan_sha256": "ab"}), end="")
    {
      "plan_sha256": "ab",
      "seed": 1
    }
    """
    return json.dumps(_plain(entries), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def write_manifest(entries: Mapping[str, Any], folder: Path) -> Path:
    """Write ``manifest.json`` into a folder.

    Parameters
    ----------
    entries : mapping
        As in ``manifest_json``.
    folder : pathlib.Path
        An existing folder.

    Returns
    -------
    pathlib.Path
        The file.
    """
    path = folder / MANIFEST
    path.write_text(manifest_json(entries), encoding="utf-8", newline="")
    return path


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Sequence | set | frozenset | np.ndarray):
        entries = sorted(value) if isinstance(value, set | frozenset) else value
        return [_plain(entry) for entry in entries]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if isinstance(value, int) else str(value)
