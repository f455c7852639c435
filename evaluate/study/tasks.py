"""Run independent pieces of work side by side; what they give does not depend on how many run at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

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

    Examples
    --------
    >>> Task("a", "adding", sum, ([1, 2],)).work([1, 2])
    3
    """

    key: Hashable
    label: str
    work: Callable[..., Any]
    arguments: tuple[Any, ...]


def run_tasks(
    tasks: Sequence[Task], *, progress: Progress | None = None, done: float = 0.0, until: float = 1.0
) -> dict[Hashable, Any]:
    """Do every task and return the answers by key.

    Parameters
    ----------
    tasks : sequence of Task
        Independent of each other.
    progress : callable, optional
        Called after every task.
    done, until : float
        Share of the whole that is done before the first task and after the last.

    Returns
    -------
    dict
        Key to answer, in the order of the tasks.

    Examples
    --------
    >>> run_tasks([Task("a", "adding", sum, ([1, 2],))])
    {'a': 3}
    """
    import joblib

    at_once = min(MOST_AT_ONCE, joblib.cpu_count(), len(tasks))
    found: dict[Hashable, Any] = {}
    if at_once < 2:
        answers = (_do(task) for task in tasks)
    else:
        answers = joblib.Parallel(n_jobs=at_once, return_as="generator_unordered")(
            joblib.delayed(_do_elsewhere)(task) for task in tasks
        )
    for number, (key, label, answer) in enumerate(answers, start=1):
        found[key] = answer
        if progress is not None:
            progress(done + (until - done) * number / len(tasks), label)
    return {task.key: found[task.key] for task in tasks}


def _do_elsewhere(task: Task) -> tuple[Hashable, str, Any]:
    """One task in a process of its own, which leaves Ctrl-C to the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return _do(task)


def _do(task: Task) -> tuple[Hashable, str, Any]:
    """One task with its key, since answers come in any order."""
    return task.key, task.label, task.work(*task.arguments)
