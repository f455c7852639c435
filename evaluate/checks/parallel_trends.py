"""Whether the treated area moved with its controls before, and how far trends would have to bend to be the effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any, ClassVar

from evaluate.checks.result import CheckResult
from evaluate.checks.target import find_target
from evaluate.checks.wording import percent
from evaluate.effects.result import Result
from evaluate.errors import FitError
from evaluate.estimators.event_study import event_study


@dataclass(frozen=True, kw_only=True)
class ParallelTrends:
    """Compare the treated area with its controls bin by bin, before and after the first operation.

    *Question.* Did the treated area move with its controls before the operation?

    *Formula.* That of ``event_study``: the joint p-value of the bins before, the slope of the difference in trend, the
    slope that the bins before would have shown with a chance of 80%, and the breakdown, the largest bend of the
    difference in trend at which the average effect is still distinguishable from none.

    *Threshold.* None, and it neither passes nor fails: a difference that was not found is not one that was ruled out,
    and to report only what passed would bias what is reported (Roth 2022). The number is the breakdown; 0 where a
    straight-line difference in trend is enough to explain the effect.

    *Source.* Roth (2022), American Economic Review: Insights 4:305; Rambachan and Roth (2023), Review of Economic
    Studies 90:2555.

    Parameters
    ----------
    operation, window : str, optional
        Which effect is checked; only the first operation's can be.
    every : str
        Length of a bin.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, rate_ratio_after=0.5, seed=1)
    >>> result = ev.DifferenceInDifferences().fit(ev.simulated_design(panel), seed=1)
    >>> check = ev.ParallelTrends(every="6 months").run(result, seed=1)
    >>> check.passed is None, check.number > 0
    (True, True)
    """

    operation: str | None = None
    window: str | None = None
    every: str = "3 months"

    name: ClassVar[str] = "parallel trends"
    question: ClassVar[str] = "Did the treated area move with its controls before the operation?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Compare.

        Raises
        ------
        FitError
            If the effect is not the first operation's, or there are too few controls or bins.
        """
        target = find_target(result, self.operation, self.window)
        first = target.design.operations[0].name
        if target.window.operation != first:
            raise FitError(
                f'This check looks at the time before the first operation, "{first}"; after it the treated area is no '
                f'longer untreated, so it cannot be asked of "{target.window.operation}".'
            )
        study = event_study(target.design, every=self.every, level=target.effect.level, seed=seed)
        low, high = study.interval()
        facts: dict[str, Any] = target.facts | {
            "p_value": study.p_value,
            "slope": study.line.slope,
            "slope_error": study.line.error,
            "detectable_slope": study.line.detectable,
            "bias_missed": study.bias_missed,
            "lower": low,
            "upper": high,
        }
        bins = int((study.table["part"] == "before").sum())
        end = (
            "a straight-line difference in trend is enough to explain the effect"
            if isnan(study.breakdown)
            else f"the trend would have to bend by more than {percent(study.breakdown)} from one stretch to the next "
            "to explain the effect"
        )
        answer = (
            f"In {bins} stretches of {self.every} before, the largest difference from the controls has a p-value of "
            f"{study.p_value:.2f}. They would have shown a slope of {percent(study.line.detectable)} a stretch with a "
            f"chance of 80%, which could move the ratio by a factor of {study.bias_missed:.2f}. With any straight line "
            f"taken out, the {study.level:.0%} interval of the average ratio after is {low:.2f} to {high:.2f}; {end}."
        )
        number = 0.0 if isnan(study.breakdown) else study.breakdown
        table = study.table.reset_index()
        return CheckResult(self.name, self.question, answer, number, float("nan"), None, table, facts)
