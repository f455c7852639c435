"""From a fitted result and its checks to the plain numbers that the rules see."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan
from typing import Any

import numpy as np

from evaluate.checks.dilution import normal_variation
from evaluate.checks.empirical_calibration import calibrated_by
from evaluate.checks.minimum_detectable_effect import likelihood_error
from evaluate.checks.placebo_in_space import PlaceboInSpace
from evaluate.checks.result import CheckResults
from evaluate.checks.target import Target
from evaluate.checks.triangulation import Triangulation
from evaluate.claims.claim import Claim
from evaluate.claims.facts import HUGE, MATERIAL, Facts, Generation
from evaluate.claims.grade import FEWEST_PLACEBOS
from evaluate.claims.rules import HIGHLY_LIKELY
from evaluate.claims.wording import Setting
from evaluate.data.periods import days_in, period_name, periods_per_year
from evaluate.design.window import Window
from evaluate.effects.effect import Effect, RatioDistribution
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean
from evaluate.numerics.detectable import smallest_detectable

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


SPECIFICATIONS = ("specification curve", "listed sensitivities")
"""Checks that ask the same question under other choices."""


def facts_from(
    claim: Claim,
    result: Result,
    checks: CheckResults | None = None,
    *,
    generation: Generation = "public-reported",
    plan_before_data: bool = False,
    dilution: float | None = None,
    boundary_break: bool = False,
) -> Facts:
    """Gather the facts of a claim; the grade is still to be given.

    Parameters
    ----------
    claim : Claim
        What was claimed.
    result : Result
        The headline fit, of the claim's outcome.
    checks : CheckResults, optional
        Made on that result.
    generation, plan_before_data, dilution, boundary_break
        What nobody can read off the counts: as in ``judge``.

    Returns
    -------
    Facts
        With ``grade`` left at "E".

    Raises
    ------
    DesignError
        If the claim names an outcome, operation or window that the result has not.
    """
    checks = CheckResults([]) if checks is None else checks
    window = claimed_window(claim, result)
    effect = result.effect(*window.key)
    target = Target(result, effect, window)
    days = 1.0 if window.name == "after" else target.share
    place = _share_of_area(checks, dilution)
    return Facts(
        **_probabilities(claim, effect.ratio, reach=days * place),
        rate_ratio=effect.rate_ratio,
        lower=effect.lower,
        upper=effect.upper,
        level=effect.level,
        observed=effect.observed,
        expected=effect.expected,
        direction=claim.direction,
        claimed_size=claim.size,
        generation=generation,
        plan_before_data=plan_before_data,
        boundary_break=boundary_break,
        share_of_days=days,
        share_of_area=place,
        smallest_detectable=_smallest_detectable(target, checks),
        month_to_month=_variation(target),
        sustained_months=_months_after(window),
        late_ratio=_late_ratio(result, window, effect),
        triggered=bool(target.trigger.any()),
        **_design_facts(result, window),
        **_check_facts(claim, checks, effect),
        **_calibrated_facts(result, checks, effect),
        **_specification_facts(checks, effect),
        **_source_facts(claim, checks, effect),
    )


def claimed_window(claim: Claim, result: Result) -> Window:
    """Find the window a claim is about.

    Raises
    ------
    DesignError
        If the claim leaves open which one, or names one that the result has not.
    """
    design = result.design
    if claim.outcome is not None and claim.outcome != design.outcome:
        raise DesignError(
            f'The claim is about "{claim.outcome}" and the result about "{design.outcome}". Judge it by a result '
            f'of the same outcome: estimator.fit(design.for_outcome("{claim.outcome}"), seed=...).'
        )
    operations = [operation.name for operation in design.operations]
    if claim.operation and claim.operation not in operations:
        raise DesignError(
            f'The claim names the operation "{claim.operation}", which the design has not. '
            f"{did_you_mean(claim.operation, operations)}"
        )
    fitting = [
        window
        for window in design.windows
        if claim.operation in ("", window.operation) and claim.window in ("", window.name)
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = [f"{window.operation}, {window.name}" for window in fitting or design.windows]
    if not fitting:
        return design.window(claim.operation or operations[0], claim.window)
    raise DesignError(
        f"The claim could mean {len(fitting)} windows: {'; '.join(names)}. Give it operation=... and window=...."
    )


def setting_of(claim: Claim, result: Result) -> Setting:
    """Gather the names the verdict is told with."""
    design = result.design
    window = claimed_window(claim, result)
    operation = next(o for o in design.operations if o.name == window.operation)
    labels = [design.panel.label(area) for area in design.treated]
    area = ", ".join(labels[:-1]) + (" and " if len(labels) > 1 else "") + labels[-1]
    period = period_name(design.periods)
    return Setting(
        outcome=design.outcome,
        area=area if len(labels) <= 3 else f"{len(labels)} areas",
        operation=operation.name,
        window=window.name,
        start=_period_text(window, first=True),
        end=_period_text(window, first=False),
        period=period if period in ("day", "week", "month") else "month",
        operation_days=operation.days,
        window_days=int(days_in(window.periods).sum()),
        window_periods=len(window.periods),
    )


def _period_text(window: Window, *, first: bool) -> str:
    """Write a window's first or last period as a reader would: "July 2017", "22 May 2018"."""
    if window.periods.freqstr == "M":
        period = window.periods[0 if first else -1]
        return f"{MONTHS[period.month - 1]} {period.year}"
    day = window.periods[0].start_time if first else window.periods[-1].end_time
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# ---- probabilities -------------------------------------------------------------------------------------------------


def _probabilities(claim: Claim, ratio: RatioDistribution | None, *, reach: float) -> dict[str, Any]:
    """Probability of each size, and of the claim as it would show in counts of which ``reach`` could change."""
    claimed = 1.0 + (claim.ratio - 1.0) * reach

    def at_most(size: float) -> float:
        return nan if ratio is None else ratio.probability_at_most(size)

    return {
        "p_any": at_most(1.0),
        "p10": at_most(1.0 - MATERIAL),
        "p25": at_most(0.75),
        "p40": at_most(0.60),
        "p50": at_most(0.50),
        "p60": at_most(0.40),
        "p_up": 1.0 - at_most(1.0 + MATERIAL),
        "p_rope": at_most(1.0 + MATERIAL) - at_most(1.0 - MATERIAL),
        "p_claim": at_most(claimed) if claim.direction == "reduction" else 1.0 - at_most(claimed),
        "claimed_ratio": claimed,
    }


def _smallest_detectable(target: Target, checks: CheckResults) -> float:
    """From the check for this window, or else from the standard error by the usual formula."""
    check = checks.get("minimum detectable effect")
    if check is not None and check.facts and _facts(checks, check.name, target.effect):
        return float(check.number)
    try:
        error, freedom, _ = likelihood_error(target)
    except FitError:
        return nan  # a method without a standard error cannot say what it could have shown
    return smallest_detectable(error, degrees_of_freedom=freedom)


def _variation(target: Target) -> float:
    """How far 19 in 20 counts of one period lie from their mean, as a fraction; NaN where there are too few."""
    try:
        return normal_variation(target)
    except FitError:
        return nan


# ---- the design ----------------------------------------------------------------------------------------------------


def _design_facts(result: Result, window: Window) -> dict[str, Any]:
    """Size of the design, as the method used it."""
    design = result.design
    ceiling = result.diagnostics.get("design_grade_ceiling", "A")
    controls = int(result.diagnostics.get("control_areas", len(design.control)))
    own = [w for w in design.windows if w.operation == window.operation]
    counts = design.treated_counts
    return {
        "grade_ceiling": ceiling,
        "n_control": 0 if ceiling in ("D", "E") else controls,
        "n_before": int((design.baseline & ~np.isnan(counts)).sum()),
        "n_after": sum(len(w.periods) for w in own),
        "fine_periods": period_name(design.periods) in ("day", "week"),
    }


def _share_of_area(checks: CheckResults, dilution: float | None) -> float:
    """Share of the area's counts from the place the claim is about."""
    if dilution is not None:
        if not 0 < dilution <= 1:
            raise DesignError(
                "dilution is the share of the area's counts from the place the claim is about, above 0 and at most 1; "
                f"it is {dilution}. Write 17 / 209 for 17 incidents of 209."
            )
        return float(dilution)
    check = checks.get("dilution")
    return float(check.facts.get("share_of_area", 1.0)) if check is not None else 1.0


def _months_after(window: Window) -> float:
    """Months of an "after" window; a "during" sustains nothing."""
    if window.name != "after":
        return 0.0
    return len(window.periods) * 12.0 / periods_per_year(window.periods)


def _late_ratio(result: Result, window: Window, effect: Effect) -> float:
    """Recorded over expected in the second half of an "after" window.

    Its ratio to that of the whole window is taken from the counterfactual and laid on the effect's own estimate, so
    that a later operation is still judged against what the one before it left behind.
    """
    if window.name != "after" or len(window.periods) < 2:
        return nan
    table = result.counterfactual.loc[result.counterfactual.index.isin(window.periods)].dropna(
        subset=["observed", "expected"]
    )
    late = table.iloc[len(table) // 2 :]
    if not (len(table) and table["observed"].sum() > 0 and late["expected"].sum() > 0):
        return nan
    whole = table["observed"].sum() / table["expected"].sum()
    return float(effect.rate_ratio * late["observed"].sum() / late["expected"].sum() / whole)


# ---- the checks ----------------------------------------------------------------------------------------------------


def _check_facts(claim: Claim, checks: CheckResults, effect: Effect) -> dict[str, Any]:
    """What the checks measured on this effect, by the names the checks give it."""
    placebo = _facts(checks, PlaceboInSpace.name, effect)
    displaced = _facts(checks, "displacement", effect)
    spike = _facts(checks, "regression to the mean", effect)
    # Where enough untreated areas had a spike as high, they are the fairer comparison.
    matched = _number(placebo, "spike_matched_n_placebos", 0.0) >= FEWEST_PLACEBOS
    kind = "spike_matched_" if matched else ""
    net = _number(displaced, "net_p50")
    if claim.size > HUGE:
        net = _number(displaced, "net_p_claim", net)
    return {
        "placebo_p": _number(placebo, f"{kind}placebo_p"),
        "placebo_rate": _number(placebo, f"{kind}placebo_rejection"),
        "n_placebos": int(_number(placebo, f"{kind}n_placebos", 0.0)),
        "net_of_buffers": None if isnan(net) else net >= HIGHLY_LIKELY,
        "p_net": net,
        "net_rate_ratio": _number(displaced, "net_rate_ratio"),
        "buffer_rate_ratio": _number(displaced, "buffer_rate_ratio"),
        "expected_fall": _number(spike, "expected_fall"),
        "raw_fall": _number(spike, "raw_fall"),
    }


def _calibrated_facts(result: Result, checks: CheckResults, effect: Effect) -> dict[str, Any]:
    """The interval widened by the placebos' error, where they are of this effect and enough."""
    calibrated = calibrated_by(result, checks) if _facts(checks, PlaceboInSpace.name, effect) else None
    ends = (nan, nan) if calibrated is None else (calibrated.lower, calibrated.upper)
    return {"calibrated_lower": ends[0], "calibrated_upper": ends[1]}


def _specification_facts(checks: CheckResults, effect: Effect) -> dict[str, Any]:
    """How many other choices were tried in all, and the share that points the other way."""
    number, against = 0, 0.0
    for name in SPECIFICATIONS:
        facts = _facts(checks, name, effect)
        tried = int(_number(facts, "n_specifications", 0.0))
        number += tried
        against += tried * (1.0 - _number(facts, "share_same_direction", 1.0))
    return {"n_specifications": number, "conflicting": against / number if number else nan}


def _source_facts(claim: Claim, checks: CheckResults, effect: Effect) -> dict[str, Any]:
    """How many sources that enforcement does not make were looked at, and how many show what the claim says."""
    facts = _facts(checks, Triangulation.name, effect)
    agreeing = "n_fell" if claim.direction == "reduction" else "n_rose"
    return {
        "claims_activity": claim.activity,
        "n_sources": int(_number(facts, "n_sources", 0.0)),
        "agreeing_sources": int(_number(facts, agreeing, 0.0)),
    }


def _facts(checks: CheckResults, name: str, effect: Effect) -> Mapping[str, Any]:
    """The facts of a check, where it was made on this effect and not on another one."""
    check = checks.get(name)
    if check is None:
        return {}
    about = (check.facts.get("operation", effect.operation), check.facts.get("window", effect.window))
    return check.facts if about == (effect.operation, effect.window) else {}


def _number(facts: Mapping[str, Any], name: str, missing: float = nan) -> float:
    value = facts.get(name)
    return missing if value is None else float(value)
