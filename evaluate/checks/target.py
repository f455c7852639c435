"""The effect a check is about, and the parts of the series it is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.design.operation import Operation
from evaluate.design.window import Window
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import FitError
from evaluate.numerics.count_moments import CountMoments, count_moments

FEWEST = 3
"""Periods between two operations that can serve as a reference."""


@dataclass(frozen=True, eq=False)
class Target:
    """One effect of a result, with what the checks need to know of its surroundings.

    Parameters
    ----------
    result : Result
        The fit that is checked.
    effect : Effect
        The effect.
    window : Window
        Where it was measured.
    """

    result: Result
    effect: Effect
    window: Window

    @property
    def design(self) -> Design:
        """The design fitted."""
        return self.result.design

    @property
    def label(self) -> str:
        """Operation and window, as in "June 2017, after"."""
        return f"{self.window.operation}, {self.window.name}"

    @property
    def operation(self) -> Operation:
        """The operation meant."""
        return next(one for one in self.design.operations if one.name == self.window.operation)

    @property
    def facts(self) -> dict[str, str]:
        """Which effect it is, for ``CheckResult.facts``."""
        return {"operation": self.window.operation, "window": self.window.name}

    @cached_property
    def inside(self) -> np.ndarray:
        """Shape (periods,), True in the window."""
        return np.asarray(self.design.periods.isin(self.window.periods))

    @cached_property
    def trigger(self) -> np.ndarray:
        """Shape (periods,), True in the spike that prompted this operation."""
        spikes = np.asarray(self.design.periods.isin(self.design.trigger_periods))
        return spikes & self._since_the_last & np.asarray(self.design.periods < self._first)

    @cached_property
    def reference(self) -> np.ndarray:
        """Shape (periods,), True in what the effect is measured against, the spike left out.

        The baseline; for a later operation all that lies between the one before and itself, which is what that one
        left behind, if it is three periods or more.
        """
        since = self._since_the_last & np.asarray(self.design.periods < self._first) & ~self.trigger
        return since if since.sum() >= FEWEST else self.design.baseline

    @cached_property
    def share(self) -> float:
        """Share of the window's days to which the effect applies, f."""
        days = self.design.exposure_days[self.inside]
        return float((self.window.share[self.inside] * days).sum() / days.sum())

    @cached_property
    def shape(self) -> np.ndarray:
        """Shape (periods,): expected course of the treated area up to a factor."""
        return expected_course(self.design.control_counts, self.design.exposure_days)

    @cached_property
    def moments(self) -> CountMoments:
        """Level, dispersion and autocorrelation of the treated counts in the reference periods.

        The autocorrelation is pooled with that of the control areas, each held against the others.
        """
        chosen = self.reference
        controls = complete(self.design.control_counts)
        total = controls.sum(axis=0)
        others = [
            (own[chosen], (total - own)[chosen])
            for own in controls
            if ((total - own) > 0).all() and len(controls) > 2
        ]
        found = count_moments(self.design.treated_counts[chosen], self.shape[chosen], others=others)
        if np.isnan(found.mean):
            raise FitError(
                f"{self.design.outcome} has too few counts before {self.window.operation} to say how much it varies: "
                f"{int(chosen.sum())} periods, of which fewer than three are known or all are nought. Use a longer "
                "before."
            )
        return found

    @property
    def _first(self) -> pd.Period:
        """First period of the operation."""
        return self.design.window(self.window.operation, "during").periods[0]

    @cached_property
    def _since_the_last(self) -> np.ndarray:
        """Shape (periods,), True after the operation before this one; everywhere for the first."""
        ends = [
            w.periods[-1] for w in self.design.windows if w.name == "during" and w.periods[-1] < self._first
        ]
        return (
            np.asarray(self.design.periods > ends[-1])
            if ends
            else np.ones(len(self.design.periods), dtype=bool)
        )


def find_target(result: Result, operation: str | None, window: str | None) -> Target:
    """Find the effect a check is about.

    Parameters
    ----------
    result : Result
        The fit that is checked.
    operation : str or None
        Its name; the first one where None.
    window : str or None
        "during" or "after"; where None the "after" if the operation has one, else the "during".

    Returns
    -------
    Target

    Raises
    ------
    DesignError
        If the design has no such operation or window.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> find_target(ev.BeforeAfter().fit(design, seed=1), None, None).label
    'operation, after'
    """
    design = result.design
    name = design.operations[0].name if operation is None else operation
    if window is None:
        window = "after" if any(one.key == (name, "after") for one in design.windows) else "during"
    return Target(result, result.effect(name, window), design.window(name, window))


def complete(counts: np.ndarray) -> np.ndarray:
    """Areas with no missing count, of an array of shape (areas, periods)."""
    return counts[~np.isnan(counts).any(axis=1)]


def expected_course(controls: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Course that counts would take if they moved with the controls, scaled to a mean of one.

    Parameters
    ----------
    controls : numpy.ndarray
        Shape (areas, periods); areas with a missing count are left out.
    days : numpy.ndarray
        Shape (periods,): lengths of the periods, used where the controls together have a period of nought.

    Returns
    -------
    numpy.ndarray
        Shape (periods,).

    Examples
    --------
    >>> import numpy as np
    >>> expected_course(np.array([[10.0, 30.0]]), np.array([31.0, 28.0]))
    array([0.5, 1.5])
    """
    total = complete(controls).sum(axis=0)
    course = total if len(total) and (total > 0).all() else days
    return np.asarray(course / course.mean())
