"""The same question without each control area in turn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from evaluate.checks.refit import Move, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import ONE_ERROR, sensitivity_table, shift_facts
from evaluate.checks.target import find_target
from evaluate.checks.wording import counted
from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.errors import DesignError


@dataclass(frozen=True, kw_only=True)
class LeaveOneOut:
    """Refit without each control area.

    *Question.* Does the finding hang on one control area?

    *Formula.* The same estimator on the design without one control; the number is the largest shift of the log rate
    ratio, over the headline's standard error.

    *Threshold.* 1: a control that moves the estimate by more than its own standard error matters as much as chance.

    *Source.* Abadie, Diamond and Hainmueller (2015), American Journal of Political Science 59.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    most : int
        Leave out at most so many controls, drawn at random.
    n_jobs : int, optional
        Processes to fit in.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> check = ev.LeaveOneOut().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> check.number, check.passed  # before-after uses no controls
    (0.0, True)
    """

    operation: str | None = None
    window: str | None = None
    most: int = 20
    n_jobs: int | None = None

    name: ClassVar[str] = "leave one out"
    question: ClassVar[str] = "Does the finding hang on one control area?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator without each control.

        Raises
        ------
        DesignError
            If there are fewer than two controls.
        FitError
            If no fit is possible.
        """
        target = find_target(result, self.operation, self.window)
        control = target.design.control
        if len(control) < 2:
            raise DesignError(f"Leaving one control out needs two or more; this design has {len(control)}.")
        drawn = np.sort(np.random.default_rng(seed).permutation(len(control))[: self.most])
        left_out = [str(control[number]) for number in drawn]
        labels = [f"without {target.design.panel.label(area)}" for area in left_out]
        moves = [Move(f"without {area}", partial(_without, area=area)) for area in left_out]
        table = sensitivity_table(target, labels, refit(target, moves, seed=seed, n_jobs=self.n_jobs))
        facts: dict[str, Any] = target.facts | shift_facts(table)
        answer = (
            f"Leaving out {counted(facts['n_alternatives'], 'control area')} one at a time, of {len(control)}, the "
            f"rate ratio stays between {facts['lowest_rate_ratio']:.2f} and {facts['highest_rate_ratio']:.2f}; the "
            f"largest shift is {facts['largest_shift']:.1f} standard errors ({facts['furthest']})."
        )
        number = facts["largest_shift"]
        return CheckResult(
            self.name, self.question, answer, number, ONE_ERROR, bool(number <= ONE_ERROR), table, facts
        )


def _without(design: Design, *, area: str) -> Design:
    """Leave one area out."""
    return design.without([area])
