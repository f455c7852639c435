"""Counts that the police make themselves, kept apart from counts of crime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import pandas as pd

from evaluate.checks.refit import Move, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.target import find_target
from evaluate.checks.wording import with_interval
from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.errors import DesignError


@dataclass(frozen=True, kw_only=True)
class EnforcementGenerated:
    """Show what happened to counts that enforcement makes, and refuse to read them as crime.

    *Question.* Does the finding rest on counts that police activity makes?

    *Formula.* The same estimator on the design of each enforcement outcome (soliciting, drug possession, weapons found
    by search): more officers make more of them whatever people do. Their change is shown as activity.

    *Threshold.* None. The check fails where the outcome judged is itself one of them; otherwise it informs.

    *Source.* Sherman (1990), "Police crackdowns: initial and residual deterrence", Crime and Justice 12.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    outcomes : sequence of str
        The panel's outcomes that count what officers did.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> check = ev.EnforcementGenerated(outcomes=["crime"]).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> check.passed
    False
    """

    operation: str | None = None
    window: str | None = None
    outcomes: Sequence[str] = ()

    name: ClassVar[str] = "enforcement-generated counts"
    question: ClassVar[str] = "Does the finding rest on counts that police activity makes?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to the enforcement outcomes.

        Raises
        ------
        DesignError
            If no outcome is named.
        """
        if not self.outcomes:
            raise DesignError(
                "No outcome is named as one that enforcement makes; name them, such as soliciting."
            )
        target = find_target(result, self.operation, self.window)
        own = target.design.outcome
        others = [outcome for outcome in self.outcomes if outcome != own]
        moves = [Move(outcome, partial(Design.for_outcome, outcome=outcome)) for outcome in others]
        refits = refit(target, moves, seed=seed, learned=False)
        rows: list[dict[str, Any]] = []
        for one in refits:
            row: dict[str, Any] = {"outcome": one.label, "problem": one.problem}
            if one.effect is not None:
                keys = ("observed", "expected", "rate_ratio", "lower", "upper")
                row |= {key: getattr(one.effect, key) for key in keys}
            rows.append(row)
        columns = ["outcome", "observed", "expected", "rate_ratio", "lower", "upper", "problem"]
        if own in self.outcomes:
            answer = f"{own} counts police activity: its change does not say whether crime fell or rose."
        else:
            answer = f"{own} is not among the counts that enforcement makes."
        for one in refits:
            if one.effect is not None:
                answer += (
                    f" {one.label}: {one.effect.observed:,.0f} recorded, {one.effect.expected:,.0f} expected (rate "
                    f"ratio {with_interval(one.effect)}), a measure of activity."
                )
        facts = target.facts | {"enforcement": own in self.outcomes, "outcomes": tuple(self.outcomes)}
        return CheckResult(
            self.name,
            self.question,
            answer,
            float(own in self.outcomes),
            float("nan"),
            False if own in self.outcomes else None,
            pd.DataFrame(rows, columns=columns),
            facts,
        )
