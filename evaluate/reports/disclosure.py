"""Hide small counts that could point to a person, and enough others that no hidden one can be worked out.

A count from 1 to ``threshold - 1`` is hidden. Where the totals that are also published would give it away, further
counts are hidden until they do not. What gives a count away is decided as an intruder would: see
:mod:`evaluate.reports.intruder`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluate.errors import DataError
from evaluate.reports.intruder import Intruder, Limits, Sum
from evaluate.reports.tables import CONFIDENTIAL

LEAST_THRESHOLD = 3


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
    counts: Sequence[float] | np.ndarray,
    sums: Sequence[Sum] = (),
    *,
    threshold: int = 5,
    unpublished: np.ndarray | None = None,
    bounds: tuple[np.ndarray, np.ndarray] | None = None,
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
    unpublished : numpy.ndarray, optional
        Shape (counts,), True for counts that stand in no table but follow from differences, such as those of a
        buffer where one table has the treated area with it and another without: small ones are protected too.
    bounds : (numpy.ndarray, numpy.ndarray), optional
        What a reader knows each count to be at least and at most from elsewhere, each of shape (counts,). Counts with
        an upper end are taken to stand in no table, so that a hidden one may be nought for all he knows.

    Returns
    -------
    numpy.ndarray
        Shape (counts,), True where the count must be hidden or is unpublished.

    Raises
    ------
    DataError
        If the threshold is below 3, or the bounds give a small count away whatever is hidden.

    Examples
    --------
    One small count would follow from the total, so a second one is hidden with it.

    >>> hidden_cells([3, 8, 20, 31], [Sum(3, (0, 1, 2))])
    array([ True,  True, False, False])
    """
    problem = problem_with_threshold(threshold)
    if problem:
        raise DataError(problem)
    intruder = Intruder(np.asarray(counts, dtype=float), sums)
    values = intruder.values
    silent = np.zeros(len(values), dtype=bool) if unpublished is None else unpublished
    small = (values >= 1) & (values < threshold)
    hidden = small | silent
    guesses = _guesses(intruder, silent, threshold, bounds)
    asked = small | ~silent
    # Counts that stand alone among hidden ones in a sum are seen without a program.
    while (pinned := _alone(hidden, asked, intruder.sums)).any() or (
        pinned := _pinned(intruder, hidden, asked, guesses)
    ).any():
        if not _cover(values, hidden, pinned, intruder.sums):
            raise DataError(
                f"A count from 1 to {threshold - 1} follows from what is published elsewhere, whatever is hidden here. "
                "Publish less elsewhere, or leave this outcome out."
            )
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


def _guesses(
    intruder: Intruder, silent: np.ndarray, threshold: int, bounds: tuple[np.ndarray, np.ndarray] | None
) -> tuple[Limits, ...]:
    """What two intruders presume.

    One knows that zeros are shown, so that every hidden count is at least 1; the other guesses besides that every
    hidden count but the totals is below the threshold.
    """
    values = intruder.values
    least = np.where(silent, 0.0, 1.0)
    most = np.full(len(values), np.inf)
    if bounds is not None:
        # Nobody sees that such a count is hidden: of an outcome with a hidden count no period is published.
        least = np.where(np.isfinite(bounds[1]), bounds[0], np.maximum(least, bounds[0]))
        most = np.minimum(most, bounds[1])
    small = np.full(len(values), float(threshold - 1))
    small[[one.total for one in intruder.sums]] = np.inf
    small[silent] = np.inf
    # A guess that contradicts what is known of one count is given up for it.
    small = np.maximum(np.minimum(most, small), least)
    return intruder.careful(least, most), intruder.careful(least, small)


def _pinned(
    intruder: Intruder, hidden: np.ndarray, asked: np.ndarray, guesses: Sequence[Limits]
) -> np.ndarray:
    """Shape (counts,): hidden counts of which the published ones leave an intruder only one value."""
    found = np.zeros(len(hidden), dtype=bool)
    for limits in guesses:
        found |= intruder.pinned(hidden, asked, limits)
    return found


def _alone(hidden: np.ndarray, asked: np.ndarray, sums: Sequence[Sum]) -> np.ndarray:
    """Shape (counts,): hidden counts that are the only hidden one of a sum."""
    found = np.zeros(len(hidden), dtype=bool)
    for one in sums:
        members = np.array(one.members)
        unknown = members[hidden[members]]
        if len(unknown) == 1:
            found[unknown] = True
    return found & asked


def _cover(values: np.ndarray, hidden: np.ndarray, pinned: np.ndarray, sums: Sequence[Sum]) -> bool:
    """Hide a count beside each pinned one; False where none is left to hide."""
    totals = {one.total for one in sums}
    sums_of: dict[int, list[Sum]] = {}
    for one in sums:
        for at in one.members:
            sums_of.setdefault(at, []).append(one)
    alone = [one for one in sums if hidden[list(one.members)].sum() == 1]

    def preference(at: int) -> tuple[bool, int, float, int]:
        # One that closes most open equations, and is small; totals last.
        return (at in totals, -sum(at in one.members for one in alone), float(values[at]), at)

    chosen: set[int] = set()
    for position in np.flatnonzero(pinned).tolist():
        beside = {at for one in sums_of.get(position, ()) for at in one.members}
        if chosen & beside:
            continue
        showing = {at for at in range(len(values)) if not hidden[at] and values[at] > 0}
        candidates = beside & showing or showing
        if candidates:
            chosen.add(min(candidates, key=preference))
            hidden[list(chosen)] = True
    return bool(chosen)
