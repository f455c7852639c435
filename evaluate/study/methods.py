"""The names a plan may use for estimators and checks, and what stands behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from evaluate.checks.control_sets import RULES
from evaluate.checks.dilution import Dilution
from evaluate.checks.displacement import Displacement
from evaluate.checks.enforcement_generated import EnforcementGenerated
from evaluate.checks.negative_control import NegativeControlOutcome
from evaluate.checks.placebo_in_space import PlaceboInSpace
from evaluate.checks.placebo_in_time import PlaceboInTime
from evaluate.checks.prior_sensitivity import PriorSensitivity
from evaluate.checks.result import Check
from evaluate.checks.run import CHECKS
from evaluate.checks.specification_curve import SpecificationCurve
from evaluate.checks.triangulation import ActivitySource, Triangulation
from evaluate.checks.window_sensitivity import WindowSensitivity
from evaluate.effects.result import Estimator
from evaluate.errors import did_you_mean
from evaluate.estimators.before_after import BeforeAfter
from evaluate.estimators.difference_in_differences import DifferenceInDifferences
from evaluate.estimators.exact_rate_ratio import ExactRateRatio
from evaluate.estimators.interrupted_time_series import InterruptedTimeSeries
from evaluate.estimators.micro_synthetic_control import MicroSyntheticControl
from evaluate.estimators.relative_rate_ratio import RelativeRateRatio
from evaluate.estimators.ridge_augmented_synthetic_control import RidgeAugmentedSyntheticControl
from evaluate.estimators.structural import StructuralModel
from evaluate.estimators.synthetic_control import SyntheticControl
from evaluate.estimators.synthetic_difference_in_differences import SyntheticDifferenceInDifferences
from evaluate.estimators.weighted_displacement_difference import WeightedDisplacementDifference
from evaluate.study.plan import ClaimPlan, OutcomePlan, Plan
from evaluate.study.questions import stated

Engine = Literal["fast", "nuts"]

STRUCTURAL = "structural"
ESTIMATORS: dict[str, Callable[[], Estimator]] = {
    STRUCTURAL: StructuralModel,
    "interrupted time series": InterruptedTimeSeries,
    "before-after": BeforeAfter,
    "difference in differences": DifferenceInDifferences,
    "relative rate ratio": RelativeRateRatio,
    "exact rate ratio": ExactRateRatio,
    "synthetic control": SyntheticControl,
    "ridge augmented synthetic control": RidgeAugmentedSyntheticControl,
    "synthetic difference in differences": SyntheticDifferenceInDifferences,
    "micro synthetic control": MicroSyntheticControl,
    "weighted displacement difference": WeightedDisplacementDifference,
}
"""Name in a plan to the estimator with its usual settings."""

QUICK_DRAWS = 500


def make_estimator(name: str, *, engine: Engine = "fast", quick: bool = False) -> Estimator:
    """Make the estimator a plan names.

    Parameters
    ----------
    name : str
        One of ``ESTIMATORS``.
    engine : {"fast", "nuts"}
        Of the structural model.
    quick : bool
        Fewer draws.

    Returns
    -------
    Estimator

    Examples
    --------
    >>> make_estimator("before-after").name
    'before-after'
    """
    if name == STRUCTURAL:
        return StructuralModel(engine=engine, draws=QUICK_DRAWS) if quick else StructuralModel(engine=engine)
    return ESTIMATORS[name]()


def problem_with_estimator(name: str) -> str:
    """Say what is wrong with the name of an estimator; empty where it is known.

    Examples
    --------
    >>> problem_with_estimator("structral")
    'There is no estimator "structral". Did you mean "structural"?'
    """
    return "" if name in ESTIMATORS else f'There is no estimator "{name}". {did_you_mean(name, ESTIMATORS)}'


PLACEBOS = (PlaceboInSpace.name, PlaceboInTime.name)
QUICK_PLACEBOS, QUICK_SHIFTS = 10, 3


def make_checks(plan: Plan, claim: ClaimPlan, *, quick: bool = False) -> list[Check]:
    """Make the checks a plan names, of the window and the size that a claim is about.

    Negative controls that the plan names ask for their check, and a claim about activity for "triangulation".
    Stand-ins with a spike as high, which double the fits of "placebo in space", are looked for on the study's first
    claim only. Placebos are left out for counts of what officers did: no verdict is drawn from those.

    Parameters
    ----------
    plan : Plan
        Names the checks, the most placebos, and how much of the area the claim's place is.
    claim : ClaimPlan
        One of its testable claims.
    quick : bool
        Fewer placebos.

    Returns
    -------
    list of Check
        In the plan's order. Equal checks of one design give equal answers, so that claims can share them.
    """
    enforced = plan.outcome(claim.outcome).generation == "enforcement"
    implied = {
        NegativeControlOutcome.name: plan.checks.negative_controls,
        PlaceboInTime.name: plan.checks.negative_control_dates,
        Triangulation.name: claim.activity,
    }
    asked = dict.fromkeys((*plan.checks.run, *(name for name, given in implied.items() if given)))
    names = [name for name in asked if not (enforced and name in PLACEBOS)]
    return [_make_check(name, plan, claim, quick) for name in names]


def _make_check(name: str, plan: Plan, planned: ClaimPlan, quick: bool) -> Check:
    """One check by its name, with what the plan says that it needs."""
    claim = stated(planned)
    operation, window = claim.operation, claim.window
    if name == PlaceboInSpace.name:
        first = stated(plan.claims_primary_first[0])
        return PlaceboInSpace(
            operation=operation,
            window=window,
            placebos=min(QUICK_PLACEBOS, plan.checks.placebos) if quick else plan.checks.placebos,
            spike_matched=(claim.outcome, operation, window)
            == (first.outcome, first.operation, first.window),
        )
    if name == PlaceboInTime.name:
        shifts = QUICK_SHIFTS if quick else PlaceboInTime.shifts
        named = tuple(plan.checks.negative_control_dates)
        return PlaceboInTime(operation=operation, window=window, shifts=shifts, starts=named)
    if name == Displacement.name and claim.direction == "reduction" and claim.size:
        return Displacement(operation=operation, window=window, reduction=claim.size)
    if name == Dilution.name and plan.dilution is not None and planned.is_about_the_place:
        return Dilution(
            operation=operation, window=window, street_share=plan.dilution.share, source=plan.dilution.source
        )
    if name == WindowSensitivity.name:
        return WindowSensitivity(operation=operation, window=window, looking_back=planned.start is not None)
    if name == SpecificationCurve.name:
        return _specification_curve(plan, planned, quick)
    if name == EnforcementGenerated.name:
        enforced = [one.name for one in plan.outcomes if one.generation == "enforcement" and one.parts]
        return EnforcementGenerated(operation=operation, window=window, outcomes=tuple(enforced))
    if name == PriorSensitivity.name:
        place = plan.dilution.share if plan.dilution is not None and planned.is_about_the_place else 1.0
        return PriorSensitivity(
            operation=operation,
            window=window,
            reduction=planned.reduction,
            increase=planned.increase,
            street_share=place,
        )
    if name == NegativeControlOutcome.name:
        unmoved = tuple(one for one in plan.checks.negative_controls if one != planned.outcome)
        return NegativeControlOutcome(operation=operation, window=window, outcomes=unmoved)
    if name == Triangulation.name:
        return Triangulation(operation=operation, window=window, sources=sources_for(planned, plan))
    return CHECKS[name](operation=operation, window=window)


def sources_for(claim: ClaimPlan, plan: Plan) -> tuple[ActivitySource, ...]:
    """List the sources of what went on: the claim's outcome, one outcome for each other origin, and enforcement.

    Of an origin that the public's reports make up wholly, the primary outcome stands for it, or the first; outcomes
    that officers make in part are listed where nothing else has their origin.
    """
    outcomes = [one for one in plan.outcomes if one.parts]
    ranked = sorted(outcomes, key=lambda one: (one.name != claim.outcome, not one.primary))
    chosen: dict[str, ActivitySource] = {}
    for generation in ("public-reported", "mixed"):
        for one in ranked:
            if one.generation == generation:
                chosen.setdefault(one.came_from, _source(one))
    enforcement = [_source(one) for one in outcomes if one.generation == "enforcement"]
    return (*chosen.values(), *enforcement)


def _source(outcome: OutcomePlan) -> ActivitySource:
    return ActivitySource(outcome.name, outcome.came_from, outcome.generation, outcome.person_related)


def _specification_curve(plan: Plan, planned: ClaimPlan, quick: bool) -> SpecificationCurve:
    """The curve of a claim's choices; that of the study's first claim is tested as a whole."""
    claim, first, choices = stated(planned), plan.claims_primary_first[0], plan.specifications
    alike = choices.outcomes if planned.outcome == first.outcome else []
    tested = (
        0 if planned is not first else min(QUICK_PLACEBOS, choices.stand_ins) if quick else choices.stand_ins
    )
    return SpecificationCurve(
        operation=claim.operation,
        window=claim.window,
        estimators=tuple(make_estimator(name) for name in choices.estimators),
        outcomes=tuple(name for name in alike if name != planned.outcome),
        controls=tuple(choices.controls),
        before=tuple(choices.before),
        after=tuple(choices.after),
        reduction=claim.size if claim.direction == "reduction" else None,
        stand_ins=tested,
    )


def problem_with_controls(rule: str) -> str:
    """Say what is wrong with the name of a set of controls; empty where it is known.

    Examples
    --------
    >>> problem_with_controls("every othr")
    'There is no set of controls "every othr". Did you mean "every other"?'
    """
    return "" if rule in RULES else f'There is no set of controls "{rule}". {did_you_mean(rule, RULES)}'


def problem_with_check(name: str) -> str:
    """Say what is wrong with the name of a check; empty where it is known.

    Examples
    --------
    >>> problem_with_check("placebo in spase")
    'There is no check "placebo in spase". Did you mean "placebo in space" or "placebo in time"?'
    """
    return "" if name in CHECKS else f'There is no check "{name}". {did_you_mean(name, CHECKS)}'
