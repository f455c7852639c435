"""The same question asked of outcomes that the operation could not have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import pandas as pd

from evaluate.checks.refit import Move, comparable, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.target import find_target
from evaluate.design.design import Design
from evaluate.effects.multiplicity import two_sided_tail
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean

LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class NegativeControlOutcome:
    """Refit to outcomes that should not have moved.

    *Question.* Does the method find an effect on outcomes that the operation could not have changed?

    *Formula.* The same estimator on the design of each such outcome. For each, twice the probability on the less likely
    side of no change; the number is the smallest by Bonferroni's adjustment, times the number of outcomes.

    *Threshold.* 0.05. A change in what should not move says that something else changed with the operation: recording,
    population, or the controls.

    *Source.* Lipsitch, Tchetgen Tchetgen and Cohen (2010), Epidemiology 21:383.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    outcomes : sequence of str
        The panel's outcomes that should not have moved, named before the counts after the operation are looked at.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1)
    >>> result = ev.InterruptedTimeSeries().fit(ev.simulated_design(panel), seed=1)
    >>> ev.run_checks(result, [ev.NegativeControlOutcome(outcomes=["crime"])])[0].answer
    'Not checked: "crime" is the outcome judged, so it is no negative control. Name one that should not have moved.'
    """

    operation: str | None = None
    window: str | None = None
    outcomes: Sequence[str] = ()

    name: ClassVar[str] = "negative control outcome"
    question: ClassVar[str] = (
        "Does the method find an effect on outcomes that the operation could not have changed?"
    )

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to the outcomes that should not have moved.

        Raises
        ------
        DesignError
            If none is named, or one is unknown or the outcome judged.
        FitError
            If none of them can be fitted.
        """
        target = find_target(result, self.operation, self.window)
        self._require_outcomes(target.design)
        moves = [Move(outcome, partial(Design.for_outcome, outcome=outcome)) for outcome in self.outcomes]
        refits = comparable(refit(target, moves, seed=seed, learned=False))
        rows: list[dict[str, Any]] = []
        for one in refits:
            row: dict[str, Any] = {"outcome": one.label, "problem": one.problem}
            if one.effect is not None:
                keys = ("observed", "expected", "rate_ratio", "lower", "upper")
                row |= {key: getattr(one.effect, key) for key in keys}
                row["p_value"] = two_sided_tail(one.effect)
            rows.append(row)
        columns = ["outcome", "observed", "expected", "rate_ratio", "lower", "upper", "p_value", "problem"]
        table = pd.DataFrame(rows, columns=columns)
        fitted = table[table["problem"] == ""]
        if fitted.empty:
            raise FitError(f"No negative control could be fitted; the first: {refits[0].problem}")
        number = float(min(1.0, len(fitted) * fitted["p_value"].min()))
        moved = fitted.loc[fitted["p_value"] * len(fitted) < LEVEL, "outcome"].tolist()
        facts: dict[str, Any] = target.facts | {
            "n_outcomes": len(fitted),
            "failed": len(table) - len(fitted),
            "moved": tuple(moved),
        }
        return CheckResult(
            self.name,
            self.question,
            _answer(fitted, facts, number),
            number,
            LEVEL,
            bool(number >= LEVEL),
            table,
            facts,
        )

    def _require_outcomes(self, design: Design) -> None:
        """Prove that the outcomes are there and none is the one judged."""
        if not self.outcomes:
            raise DesignError(
                "No outcome is named as one that should not have moved. Name it: "
                'NegativeControlOutcome(outcomes=["fraud"]).'
            )
        known = [str(outcome) for outcome in design.panel.outcomes]
        for outcome in self.outcomes:
            if outcome == design.outcome:
                raise DesignError(
                    f'"{outcome}" is the outcome judged, so it is no negative control. Name one that should not have '
                    "moved."
                )
            if outcome not in known:
                raise DesignError(f'There is no outcome "{outcome}" here. {did_you_mean(outcome, known)}')


def _answer(fitted: pd.DataFrame, facts: dict[str, Any], number: float) -> str:
    """The answer in sentences."""
    each = "; ".join(
        f"{row['outcome']} {row['rate_ratio']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
        for row in fitted.to_dict("records")
    )
    text = f"Rate ratios of outcomes that should not have moved: {each}; the smallest p-value is {number:.3f}"
    if facts["n_outcomes"] > 1:
        text += f" with allowance for there being {facts['n_outcomes']}"
    text += "."
    if facts["failed"]:
        text += f" {facts['failed']} could not be fitted."
    return text
