"""What a reader who wants to know a hidden count can work out from everything that is published beside it.

Hidden counts are unknown whole numbers, published totals are equations, and a count is pinned where they leave it one
value. Tables by area and period with windows that overlap are no networks: their linear programs can have answers in
halves that no count has. So whole numbers are asked for, and a count is free only when two answers in whole numbers
differ in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

GUESSES = 6
SECONDS = 20.0
"""Time for one program; a count about which nothing was found by then is taken as pinned."""


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


@dataclass(frozen=True, eq=False)
class Limits:
    """What an intruder takes each count to be at least and at most, whatever the totals say.

    Parameters
    ----------
    least, most : numpy.ndarray
        Shape (counts,); infinity in ``most`` where nothing is known.
    """

    least: np.ndarray
    most: np.ndarray


class Intruder:
    """Works hidden counts out of a table.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (counts,): the true counts, totals among them; NaN where nothing was recorded, which adds nothing.
    sums : sequence of Sum
        Every total a reader can know.

    Examples
    --------
    Beside a total of 31 and counts of 8 and 20 there is one value for the count that is hidden.

    >>> intruder = Intruder(np.array([3.0, 8.0, 20.0, 31.0]), [Sum(3, (0, 1, 2))])
    >>> intruder.span(np.array([True, False, False, False]), 0, intruder.careful(np.ones(4)))
    (3, 3)
    """

    def __init__(self, values: np.ndarray, sums: Sequence[Sum]) -> None:
        from scipy.sparse import csr_array

        self.values = np.asarray(values, dtype=float)
        self.sums = [one for one in sums if not np.isnan(self.values[one.total])]
        rows = np.repeat(np.arange(len(self.sums)), [len(one.members) for one in self.sums])
        columns = np.array([at for one in self.sums for at in one.members], dtype=int)
        signs = np.array([sign for one in self.sums for sign in (-1.0, *(1.0,) * len(one.parts))])
        shape = (len(self.sums), len(self.values))
        self._answers = [self.values]
        self._equations: Any = csr_array((signs, (rows, columns)), shape=shape)

    def careful(self, least: np.ndarray, most: np.ndarray | None = None) -> Limits:
        """Limits of an intruder who presumes nothing but what he was told.

        Parameters
        ----------
        least : numpy.ndarray
            Shape (counts,): 1 where it is known that a hidden count is no nought.
        most : numpy.ndarray, optional
            Known upper ends.

        Returns
        -------
        Limits
        """
        anything = np.full(len(self.values), 2 * np.nansum(self.values) + 10)
        return Limits(least, anything if most is None else np.minimum(most, anything))

    def span(self, hidden: np.ndarray, position: int, limits: Limits) -> tuple[int, int] | None:
        """Smallest and largest whole number that a hidden count can be.

        Parameters
        ----------
        hidden : numpy.ndarray
            Shape (counts,), True where the count is not published.
        position : int
            The count asked for.
        limits : Limits
            What the intruder presumes.

        Returns
        -------
        (int, int) or None
            None where what he presumes contradicts what is published.
        """
        program = _Program(self, hidden, limits)
        least, most = program.end(position, 1.0), program.end(position, -1.0)
        return None if least is None or most is None else (int(least[position]), int(most[position]))

    def pinned(self, hidden: np.ndarray, asked: np.ndarray, limits: Limits) -> np.ndarray:
        """Find the hidden counts that have one value only.

        Parameters
        ----------
        hidden : numpy.ndarray
            Shape (counts,), True where the count is not published.
        asked : numpy.ndarray
            Shape (counts,), the hidden counts that matter.
        limits : Limits
            What the intruder presumes; where that contradicts what is published nothing is pinned.

        Returns
        -------
        numpy.ndarray
            Shape (counts,).
        """
        found = np.zeros(len(self.values), dtype=bool)
        program = _Program(self, hidden, limits)
        waiting = asked & hidden & ~np.isnan(self.values)
        found |= waiting & (limits.least == limits.most)
        waiting &= program.touched & ~found
        if not waiting.any():
            return found
        # The more is hidden, the more answers there are: earlier ones still agree with what is published.
        self._answers = [one for one in self._answers if _agree(one, self.values, ~hidden)]
        known = [one for one in self._answers if _lie_within(one, hidden, limits)]
        first = known[0] if known else self._keep(program.corner(np.ones(len(self.values))))
        if first is None:
            return found
        for other in known[1:]:
            waiting &= ~_differs(other, first)
        # A few arbitrary corners show most counts to be free, and spare two programs for each of them.
        random = np.random.default_rng(0)
        for _ in range(GUESSES if waiting.sum() > GUESSES else 0):
            waiting &= ~_differs(self._keep(program.corner(random.normal(size=len(self.values)))), first)
        while waiting.any():
            position = int(np.flatnonzero(waiting)[0])
            waiting[position] = False
            found[position] = True
            for sign in (1.0, -1.0):
                differs = _differs(self._keep(program.end(position, sign)), first)
                waiting &= ~differs
                if differs[position]:
                    found[position] = False
                    break
        return found

    def _keep(self, answer: np.ndarray | None) -> np.ndarray | None:
        """Remember an answer."""
        if answer is not None:
            self._answers.append(answer)
        return answer


class _Program:
    """The equations that hold something hidden, for one choice of what is hidden and what is presumed."""

    def __init__(self, intruder: Intruder, hidden: np.ndarray, limits: Limits) -> None:
        from scipy.optimize import Bounds, LinearConstraint

        values = intruder.values
        self._hidden, self._size = hidden & ~np.isnan(values), len(values)
        equations = intruder._equations
        kept = np.flatnonzero(abs(equations) @ self._hidden.astype(float) > 0)
        known = np.where(self._hidden | np.isnan(values), 0.0, values)
        self.touched = np.zeros(self._size, dtype=bool)
        self._constraints: tuple[LinearConstraint, ...] = ()
        if len(kept):
            open_ones = equations[kept]
            self.touched = (abs(open_ones).sum(axis=0) > 0) & self._hidden
        self._unknown = np.flatnonzero(self.touched)
        if len(self._unknown):
            right = np.asarray(-(open_ones @ known))
            self._constraints = (LinearConstraint(open_ones[:, self._unknown], right, right),)
            self._bounds = Bounds(limits.least[self._unknown], limits.most[self._unknown])
        self._values = values

    def corner(self, objective: np.ndarray) -> np.ndarray | None:
        """Counts, shape (counts,), that agree with everything published and make the objective least."""
        from scipy.optimize import milp

        if not len(self._unknown):
            return None
        answer = milp(
            objective[self._unknown],
            integrality=np.ones(len(self._unknown), dtype=int),
            bounds=self._bounds,
            constraints=self._constraints,
            options={"time_limit": SECONDS},
        )
        if answer.x is None:
            return None
        found = self._values.copy()
        found[self._unknown] = np.round(answer.x)
        return found

    def end(self, position: int, sign: float) -> np.ndarray | None:
        """Counts that make one of them least (sign 1) or most (sign -1)."""
        objective = np.zeros(self._size)
        objective[position] = sign
        return self.corner(objective)


def _agree(one: np.ndarray, other: np.ndarray, where: np.ndarray) -> bool:
    return np.array_equal(one[where], other[where], equal_nan=True)


def _lie_within(answer: np.ndarray, hidden: np.ndarray, limits: Limits) -> bool:
    """Whether the hidden counts of an answer keep to the limits."""
    counts = answer[hidden]
    return bool(((counts >= limits.least[hidden]) & (counts <= limits.most[hidden]) | np.isnan(counts)).all())


def _differs(one: np.ndarray | None, other: np.ndarray) -> np.ndarray:
    """Where two answers differ; nowhere if there is only one."""
    return np.zeros(len(other), dtype=bool) if one is None else one != other
