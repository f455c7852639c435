"""Seeds that depend on what they are for, never on the order in which things are run."""

from __future__ import annotations

import hashlib

import numpy as np


def child_seed(root: int, *purpose: str) -> int:
    """Derive the seed for one purpose from another seed.

    Parameters
    ----------
    root : int
        0 or more.
    purpose : str
        What the seed is for, such as ``"placebo in space", "E05011247"``.

    Returns
    -------
    int
        From 0 to 2**32 - 1, the same on every machine and in every process.

    Examples
    --------
    >>> child_seed(1, "placebo in space") == child_seed(1, "placebo in space")
    True
    >>> child_seed(1, "placebo in space") == child_seed(1, "placebo in time")
    False
    """
    digest = hashlib.sha256("\x1f".join(purpose).encode()).digest()
    key = np.frombuffer(digest[:16], dtype=">u4").astype(int)
    return int(np.random.SeedSequence(root, spawn_key=tuple(int(part) for part in key)).generate_state(1)[0])
