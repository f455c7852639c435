"""Run independent pieces of work side by side; what they give does not depend on how many run at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from evaluate.checks.side_by_side import side_by_side
from evaluate.effects.kept import ABSENT, Kept

MOST_AT_ONCE = 2

Progress = Callable[[float, str], None]
"""Called with the share that is done (0 to 1) and what was done last."""


@dataclass(frozen=True)
class Task:
    """One piece of work.

    Parameters
    ----------
    key : hashable
        What the answer is filed under.
    label : str
        For the progress bar.
    work : callable
        Takes ``arguments``; a function at the top of a module, so that another process can import it.
    arguments : tuple
        Plain values and the package's own; every random draw in ``work`` comes from a seed among them.
    keeps_itself : bool
        True where ``work`` keeps what it has finished, as checks do.

    Examples
    --------
    >>> Task("a", "adding", sum, ([1, 2],)).work([1, 2])
    3
    """

    key: Hashable
    label: str
    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    keeps_itself: bool = False


def run_tasks(
    tasks: Sequence[Task],
    *,
    progress: Progress | None = None,
    done: float = 0.0,
    until: float = 1.0,
    kept: Kept | None = None,
) -> dict[Hashable, Any]:
    """Do every task and return the answers by key.

    Two run at once where there are two cores, or as many as a Dask cluster has workers where the call stands under
    ``joblib.parallel_config(backend="dask")``.

    Parameters
    ----------
    tasks : sequence of Task
        Independent of each other.
    progress : callable, optional
        Called after every task.
    done, until : float
        Share of the whole that is done before the first task and after the last.
    kept : Kept, optional
        Where the answers of finished tasks are kept and looked for.

    Returns
    -------
    dict
        Key to answer, in the order of the tasks.

    Examples
    --------
    >>> run_tasks([Task("a", "adding", sum, ([1, 2],))])
    {'a': 3}
    """
    names = ["" if kept is None or one.keeps_itself else kept.key(one.work, one.arguments) for one in tasks]
    found = [ABSENT if kept is None else kept.get(name) for name in names]
    missing = [place for place, answer in enumerate(found) if answer is ABSENT]
    finished = len(tasks) - len(missing)
    if progress is not None and finished:
        progress(done + (until - done) * finished / len(tasks), "what was finished before")
    pieces = [(tasks[place].work, tasks[place].arguments) for place in missing]
    for number, answer in side_by_side(_do, pieces, n_jobs=_at_once()):
        place, finished = missing[number], finished + 1
        found[place] = answer
        if kept is not None:
            kept.put(names[place], answer)
        if progress is not None:
            progress(done + (until - done) * finished / len(tasks), tasks[place].label)
    return {task.key: answer for task, answer in zip(tasks, found, strict=True)}


def _at_once() -> int | None:
    """How many tasks to run at once; None where ``joblib.parallel_config`` says so."""
    import joblib
    from joblib.parallel import BACKENDS, DEFAULT_BACKEND, get_active_backend

    backend, n_jobs = get_active_backend()
    unasked = n_jobs is None and type(backend) is BACKENDS[DEFAULT_BACKEND]
    return min(MOST_AT_ONCE, joblib.cpu_count()) if unasked else None


def _do(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """One task."""
    return work(*arguments)
