"""The same question with other expectations of the effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd

from evaluate.checks.refit import Move, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import ONE_ERROR, sensitivity_table, shift_facts
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import probability
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError
from evaluate.estimators.priors import FLAT, HOT_SPOTS, SCEPTICAL, EffectPrior
from evaluate.estimators.structural import StructuralModel

SIZES = {"p_any": 0.0, "p10": 0.10, "p25": 0.25, "p50": 0.50}
"""Columns of the table, and the reduction that each is the probability of at least."""


@dataclass(frozen=True, kw_only=True)
class PriorSensitivity:
    """Refit with other priors of the effect.

    *Question.* Would a reader with other expectations come to another answer?

    *Formula.* The same model with each prior of the log rate ratio: one that doubts any effect, one that expects what
    trials of hot-spots policing found, and one that expects next to nothing. The number is the largest shift of the
    log rate ratio, over the headline's standard error. The probability that the verdict gives the claim, and those of
    a reduction of any size, 10, 25 and 50% or more, stand beside each other in the table.

    *Threshold.* 1: an expectation that moves the estimate by more than its standard error matters as much as chance.

    *Source.* Spiegelhalter, Freedman and Parmar (1994), Journal of the Royal Statistical Society A 157, "a community
    of priors"; the hot-spots prior is from Braga and Weisburd (2022).

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    reduction, increase : float, optional
        The claimed size as a fraction, one of the two; a reduction of any size where neither is given.
    street_share : float
        Share of the area's counts from the place that the claim is about; the claim is judged as the change it makes
        in the area's counts.
    priors : sequence of EffectPrior
        The expectations tried.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=9, periods=60, rate_ratio_after=0.6, seed=3))
    >>> result = ev.StructuralModel(draws=300).fit(design, seed=1)
    >>> check = ev.PriorSensitivity(reduction=0.5).run(result, seed=1)
    >>> check.table["choice"].tolist()
    ['sceptical, as planned', 'hot-spots evidence', 'flat']
    """

    operation: str | None = None
    window: str | None = None
    reduction: float | None = None
    increase: float | None = None
    street_share: float = 1.0
    priors: Sequence[EffectPrior] = (SCEPTICAL, HOT_SPOTS, FLAT)

    name: ClassVar[str] = "prior sensitivity"
    question: ClassVar[str] = "Would a reader with other expectations come to another answer?"

    def __post_init__(self) -> None:
        sizes = [size for size in (self.reduction, self.increase) if size is not None]
        if len(sizes) > 1 or any(not 0 <= size <= 1 for size in sizes):
            raise DesignError(
                "reduction or increase is a fraction from 0 to 1 (0.21 for 21%), and one of them at most is given; "
                f"they are {self.reduction} and {self.increase}."
            )
        if not 0 < self.street_share <= 1:
            raise DesignError(
                f"street_share is a share of the area's counts, above 0 and at most 1; it is {self.street_share}."
            )

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's model with each prior that is not its own.

        Raises
        ------
        DesignError
            If the method has no prior of the effect.
        FitError
            If no fit is possible.
        """
        target = find_target(result, self.operation, self.window)
        model = _model_with_prior(result)
        others = [prior for prior in self.priors if prior != model.prior]
        if not others:
            raise DesignError(f"No prior but the fitted one ({model.prior.name}) is given. Name another.")
        learned = model.prepared(target.design)
        moves = [
            Move(f"prior {prior.name}", _unmoved, estimator=replace(learned, prior=prior)) for prior in others
        ]
        refits = refit(target, moves, seed=seed, learned=False)
        table = sensitivity_table(target, [prior.name for prior in others], refits)
        table.loc[0, "choice"] = f"{model.prior.name}, as planned"
        effects = [target.effect, *(one.effect for one in refits)]
        table = _with_probabilities(table, effects, self._claimed_ratio(target), self.increase is not None)
        facts: dict[str, Any] = target.facts | shift_facts(table)
        facts["lowest_p_claim"], facts["highest_p_claim"] = table["p_claim"].min(), table["p_claim"].max()
        number = facts["largest_shift"]
        return CheckResult(
            self.name,
            self.question,
            self._answer(table),
            number,
            ONE_ERROR,
            bool(number <= ONE_ERROR),
            table,
            facts,
        )

    def _claimed_ratio(self, target: Target) -> float:
        """The claim as a rate ratio of the area's counts in the whole window, as the verdict takes it."""
        reach = (1.0 if target.window.name == "after" else target.share) * self.street_share
        change = self.increase if self.increase is not None else -(self.reduction or 0.0)
        return 1.0 + change * reach

    def _answer(self, table: pd.DataFrame) -> str:
        """The answer in sentences: the claim's probability and the rate ratio under each prior."""
        size = self.increase if self.increase is not None else self.reduction
        kind = "an increase" if self.increase is not None else "a reduction"
        what = f"{kind} {f'of {size:.0%} or more, as claimed,' if size else 'of any size'}"
        fitted = table[table["problem"] == ""]
        each = "; ".join(
            f"{row['choice']}: {probability(row['p_claim'])}, rate ratio {row['rate_ratio']:.2f} "
            f"({row['lower']:.2f} to {row['upper']:.2f})"
            for row in fitted.to_dict("records")
        )
        worst = fitted.loc[~fitted["headline"], "shift"].abs().max()
        return (
            f"The probability of {what} by the expectation one starts from: {each}. "
            f"The largest shift is {worst:.1f} standard errors."
        )


def _model_with_prior(result: Result) -> StructuralModel:
    """The structural model behind a result; other methods state no expectation of the effect."""
    if isinstance(result.estimator, StructuralModel) and result.estimator.form == "joint":
        return result.estimator
    raise DesignError(
        f"The {result.estimator.name} fitted here starts from no expectation of the effect, so there is none to vary. "
        'This check is for StructuralModel in its form="joint".'
    )


def _unmoved(design: Design) -> Design:
    """The design as it is: only the expectation changes."""
    return design


def _with_probabilities(
    table: pd.DataFrame, effects: Sequence[Effect | None], claimed: float, increase: bool
) -> pd.DataFrame:
    """Add the probability of each size and of the claim."""
    nan = float("nan")
    columns = {
        name: [nan if one is None else one.probability_of_reduction(size) for one in effects]
        for name, size in SIZES.items()
    }
    at_most = [nan if one is None else one.probability_of_reduction(1.0 - claimed) for one in effects]
    claim = [1.0 - value for value in at_most] if increase else at_most
    return table.assign(**columns, p_claim=claim)
