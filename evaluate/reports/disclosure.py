"""Hide small counts that could point to a person, and enough others that no hidden one can be worked out.

A count from 1 to ``threshold - 1`` is hidden. Where the totals that are also published would give it away, further
counts are hidden until they do not. What gives a count away is decided as an intruder would: hidden counts are
unknowns, the published totals are equations, and a count is pinned when the equations leave it one value. Because
tables with margins are networks, the linear programs that find the smallest and largest value have whole-number
solutions, so nothing is missed by solving them without the whole-number condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.errors import DataError
from evaluate.reports.tables import CONFIDENTIAL

GUESSES = 6
LEAST_THRESHOLD = 3


@dataclass(frozen=True)
class Sum:
    """A published total and the cells it adds up, by their positions.

    Parameters
    ----------
    total : int
        Position of the total.
    parts : tuple of int
        Positions of what it adds up.

    Examples
    --------
    >>> Sum(3, (0, 1, 2)).total
    3
    """

    total: int
    parts: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        """All positions in the equation."""
        return (self.total, *self.parts)


def problem_with_threshold(threshold: int) -> str:
    """Say what is wrong with a disclosure threshold; empty where nothing is.

    Examples
    --------
    >>> problem_with_threshold(5)
    ''
    """
    if threshold >= LEAST_THRESHOLD:
        return ""
    return (
        f"A disclosure threshold below {LEAST_THRESHOLD} hides nothing: with 2 a hidden count could only be 1. It is "
        f"{threshold}. Write 5, the usual one, or another whole number of {LEAST_THRESHOLD} or more."
    )


def hidden_cells(
    counts: Sequence[float] | np.ndarray, sums: Sequence[Sum] = (), *, threshold: int = 5
) -> np.ndarray:
    """Decide which counts must not be published.

    Parameters
    ----------
    counts : sequence of float or numpy.ndarray
        Whole numbers of 0 or more, totals among them; NaN where nothing was recorded (nobody can publish it).
    sums : sequence of Sum
        Every total among the counts that a reader could know.
    threshold : int
        The smallest count above 0 that may be shown. Zeros are shown.

    Returns
    -------
    numpy.ndarray
        Shape (counts,), True where the count must be hidden.

    Raises
    ------
    DataError
        If the threshold is below 3.

    Examples
    --------
    One small count would follow from the total, so a second one is hidden with it.

    >>> hidden_cells([3, 8, 20, 31], [Sum(3, (0, 1, 2))])
    array([ True,  True, False, False])
    """
    problem = problem_with_threshold(threshold)
    if problem:
        raise DataError(problem)
    values = np.asarray(counts, dtype=float)
    known_sums = [one for one in sums if not np.isnan(values[one.total])]
    hidden = (values >= 1) & (values < threshold)
    pinned = _pinned(values, hidden, known_sums, threshold)
    while pinned.any():
        hidden[_next_to_hide(values, hidden, pinned, known_sums)] = True
        pinned = _pinned(values, hidden, known_sums, threshold)
    return hidden


def protect(
    table: pd.DataFrame, *, row_total: str | None = None, column_total: str | None = None, threshold: int = 5
) -> pd.DataFrame:
    """Hide the small counts of a table, with its margins if it has any.

    Parameters
    ----------
    table : pandas.DataFrame
        Counts; one row or column of it may be a total.
    row_total : str, optional
        Name of the row that adds up the other rows.
    column_total : str, optional
        Name of the column that adds up the other columns.
    threshold : int
        The smallest count above 0 that may be shown.

    Returns
    -------
    pandas.DataFrame
        The same table with "[c]" in place of each hidden count.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"arrests": [2, 9, 30, 41]}, index=["May", "June", "July", "Total"])
    >>> protect(counts, row_total="Total")["arrests"].tolist()
    ['[c]', '[c]', 30, 41]
    """
    rows, columns = table.shape
    positions = np.arange(rows * columns).reshape(rows, columns)
    sums: list[Sum] = []
    if row_total is not None:
        at = table.index.get_loc(row_total)
        sums += [Sum(int(column[at]), tuple(int(p) for p in np.delete(column, at))) for column in positions.T]
    if column_total is not None:
        at = table.columns.get_loc(column_total)
        sums += [Sum(int(row[at]), tuple(int(p) for p in np.delete(row, at))) for row in positions]
    hidden = hidden_cells(table.to_numpy(dtype=float).ravel(), sums, threshold=threshold)
    return table.astype(object).mask(hidden.reshape(rows, columns), CONFIDENTIAL)


def _pinned(values: np.ndarray, hidden: np.ndarray, sums: Sequence[Sum], threshold: int) -> np.ndarray:
    """Shape (counts,): hidden counts of which the published ones leave only one value.

    Two intruders are tried. One knows that zeros are shown, so that every hidden count is at least 1; the other
    guesses besides that every hidden count is below the threshold, wherever that is possible.
    """
    anything = np.full(len(values), 2 * np.nansum(values) + threshold)
    small = np.full(len(values), float(threshold - 1))
    totals = [one.total for one in sums]
    small[totals] = anything[totals]
    found = np.zeros(len(values), dtype=bool)
    for highest in (anything, small):
        found |= _fixed_by(values, hidden, sums, highest)
    return found


def _fixed_by(values: np.ndarray, hidden: np.ndarray, sums: Sequence[Sum], highest: np.ndarray) -> np.ndarray:
    """Hidden counts that one intruder can pin; none where his assumption contradicts what is published."""
    from scipy.optimize import linprog

    unknown = np.flatnonzero(hidden | np.isnan(values))
    fixed = np.zeros(len(values), dtype=bool)
    equations = [one for one in sums if hidden[list(one.members)].any()]
    if not len(unknown) or not equations:
        return fixed
    signs = np.zeros((len(equations), len(values)))
    for row, one in enumerate(equations):
        signs[row, list(one.parts)] = 1.0
        signs[row, one.total] = -1.0
    known = np.where(hidden | np.isnan(values), 0.0, values)
    # A count nobody recorded adds nothing to the published total; it is unknown only in name.
    bounds = [(1.0, highest[at]) if hidden[at] else (0.0, 0.0) for at in unknown]

    def extreme(objective: np.ndarray) -> np.ndarray | None:
        answer = linprog(
            objective, A_eq=signs[:, unknown], b_eq=-signs @ known, bounds=bounds, method="highs"
        )
        return np.round(np.asarray(answer.x)) if answer.status == 0 else None

    first = extreme(np.ones(len(unknown)))
    if first is None:
        return fixed
    # A few arbitrary corners show most counts to be free, and spare two programs for each of them.
    random = np.random.default_rng(0)
    corners = [extreme(random.normal(size=len(unknown))) for _ in range(GUESSES)]
    free = np.any([corner != first for corner in corners if corner is not None], axis=0)
    for position in np.flatnonzero(~free & hidden[unknown]):
        objective = np.eye(len(unknown))[position]
        least, most = extreme(objective), extreme(-objective)
        fixed[unknown[position]] = least is None or most is None or least[position] == most[position]
    return fixed


def _next_to_hide(values: np.ndarray, hidden: np.ndarray, pinned: np.ndarray, sums: Sequence[Sum]) -> int:
    """The count to hide next: one beside a pinned count, that closes most open equations, and is small."""
    totals = {one.total for one in sums}
    beside = {at for one in sums if pinned[list(one.members)].any() for at in one.members}
    showing = [at for at in range(len(values)) if not hidden[at] and values[at] > 0]
    candidates = [at for at in showing if at in beside] or showing
    lonely = [one for one in sums if hidden[list(one.members)].sum() == 1]

    def preference(at: int) -> tuple[bool, int, float, int]:
        closes = sum(at in one.members for one in lonely)
        return (at in totals, -closes, float(values[at]), at)

    return min(candidates, key=preference)
