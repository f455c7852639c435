"""The same work on many pieces, one after the other or side by side, with answers in the order they come."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

A_WORKER: Final = 4
"""Pieces for each worker between two reports where answers do not come one by one."""


def side_by_side(
    work: Callable[..., Any], pieces: Sequence[tuple[Any, ...]], *, n_jobs: int | None = None
) -> Iterator[tuple[int, Any]]:
    """Call a function with each of several sets of arguments.

    Parameters
    ----------
    work : callable
        At the top of a module, so that another process can import it.
    pieces : sequence of tuple
        Its arguments, one tuple a call. Every random draw comes from a seed among them, so that the answers do not
        depend on how many are made at once.
    n_jobs : int, optional
        Processes to use, as joblib counts them: -1 for every core. None for one, or for what surrounds the call:
        under ``joblib.parallel_config(backend="dask")`` the workers of the Dask cluster.

    Yields
    ------
    tuple of int and object
        Place of the piece, and the answer, as soon as it is there.

    Examples
    --------
    >>> list(side_by_side(max, [(1, 2), (5, 3)]))
    [(0, 2), (1, 5)]
    """
    if workers(n_jobs, len(pieces)) < 2:
        yield from ((place, work(*piece)) for place, piece in enumerate(pieces))
        return
    from joblib import Parallel, delayed
    from joblib.parallel import get_active_backend

    tasks = [delayed(_elsewhere)(work, place, piece) for place, piece in enumerate(pieces)]
    if getattr(get_active_backend()[0], "supports_return_generator", False):
        yield from Parallel(n_jobs=n_jobs, return_as="generator_unordered")(tasks)
        return
    at_once = (
        workers(n_jobs, len(pieces)) * A_WORKER
    )  # Dask's answers come all together, so a share at a time
    with Parallel(n_jobs=n_jobs) as pool:
        for first in range(0, len(tasks), at_once):
            yield from pool(tasks[first : first + at_once])


def workers(n_jobs: int | None, pieces: int) -> int:
    """How many pieces would be worked on at once."""
    if pieces < 2 or n_jobs == 1:
        return 1
    from joblib import effective_n_jobs

    return min(int(effective_n_jobs(n_jobs)), pieces)


def joblib_settings(n_jobs: int | None) -> AbstractContextManager[Any]:
    """Say for all that runs inside how many processes to use; nothing where ``n_jobs`` is None."""
    if n_jobs is None:
        return nullcontext()
    from joblib import parallel_config

    return parallel_config(n_jobs=n_jobs)


def _elsewhere(work: Callable[..., Any], place: int, piece: tuple[Any, ...]) -> tuple[int, Any]:
    """One piece in a process of its own, which leaves Ctrl-C to the one that started it and starts no others."""
    from joblib import parallel_config

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with parallel_config(backend="sequential"):
        return place, work(*piece)
