"""Whether the crime went next door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import isnan
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd

from evaluate.checks.refit import Move, Refit, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.target import Target, complete, find_target
from evaluate.checks.wording import probability, signed, with_interval
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, shortened
from evaluate.numerics.overdispersion import pearson_dispersion
from evaluate.numerics.wdd import Arm, weighted_displacement_difference, weighted_displacement_quotient

AS_IF_TREATED: Final = "the buffer areas as if treated"
"""What a table of sensitivities calls the estimate for the buffers: displacement, and no other choice."""

HALF = 0.5
NORMAL = 1.959964
COLUMNS = (
    "observed", "expected", "rate_ratio", "lower", "upper", "prevented", "prevented_lower", "prevented_upper",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Displacement:
    """Put the same question to the buffer areas, and to the treated and buffer areas together.

    *Question.* Is a reduction left when the change in the buffer areas is counted?

    *Formula.* The estimator is fitted with the buffers in place of the treated area: counts moved are those recorded
    there beyond what was expected (below nought where benefits spread). It is fitted once more with treated and
    buffer areas added together, rate ratio R and expected count E; the net effect is what is left of the reduction,
    measured against the count E_t expected in the treated area alone::

        net rate ratio = 1 - (1 - R) E / E_t

    A net rate ratio of 1 means that as much was recorded next door as was prevented; below the treated area's own
    ratio, benefits spread. Fitting the sum carries over what the errors of the two areas have in common. The noise of
    large buffers makes the net effect uncertain, as it is.

    Beside it stand two traditional measures on totals: the weighted displacement difference per window (controls
    weighted by number of areas, time by days, variance multiplied by the controls' dispersion) and the weighted
    displacement quotient (not shown where the success measure may be nought).

    *Threshold.* 1: the whole interval of the net rate ratio has to lie below it.

    *Source.* Wheeler and Ratcliffe (2018), Crime Science 7; Bowers and Johnson (2003), Journal of Quantitative
    Criminology 19; Weisburd et al. (2006), Criminology 44, for diffusion of benefits in place of displacement.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    reduction : float, optional
        A size of which ``facts["net_p_claim"]`` gives the probability, net of buffers.
    rings : mapping of str to sequence of str
        Parts of the buffer to be asked one by one as well, by name: "first ring", "second ring".

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=14, periods=60, buffers=2, rate_ratio_after=0.5, displaced=0.3, seed=1)
    >>> check = ev.Displacement().run(ev.BeforeAfter().fit(ev.simulated_design(panel), seed=1), seed=1)
    >>> check.facts["net_lower"] < 0.65 < check.facts["net_upper"]
    True
    """

    operation: str | None = None
    window: str | None = None
    reduction: float | None = None
    rings: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)

    name: ClassVar[str] = "displacement"
    question: ClassVar[str] = "Is a reduction left when the change in the buffer areas is counted?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to the buffers, and to treated and buffers together.

        Raises
        ------
        DesignError
            If the design has no buffers, or a ring holds other areas.
        FitError
            If the buffers cannot be fitted.
        """
        target = find_target(result, self.operation, self.window)
        if not target.design.buffer:
            target.design.buffer_as_treated()  # raises the design's own message
        moves = [Move("buffers", Design.buffer_as_treated), Move("treated and buffers", _together)]
        _require_buffers(target.design, self.rings)
        moves += [
            Move(name, partial(Design.with_treated, treated=areas)) for name, areas in self.rings.items()
        ]
        alone, together, *rings = refit(target, moves, seed=seed)
        if alone.effect is None or together.effect is None:
            raise FitError(f"The buffer areas could not be fitted: {alone.problem or together.problem}")
        facts: dict[str, Any] = target.facts | _buffer_facts(alone.effect)
        facts |= _net_facts(target.effect, together.effect, self.reduction)
        facts |= _arithmetic(target, seed)
        by_ring = {one.label: one for one in rings}
        outside = {"buffers": alone.effect, "treated and buffers": together.effect}
        effects = {"treated": target.effect}
        effects |= {name: one.effect for name, one in by_ring.items() if one.effect is not None} | outside
        upper = facts["net_upper"]
        return CheckResult(
            self.name,
            self.question,
            _answer(target, facts, alone.effect) + _ring_sentence(by_ring),
            facts["net_rate_ratio"],
            1.0,
            None if isnan(upper) else bool(upper < 1),
            _table(effects),
            facts,
        )


def _together(design: Design) -> Design:
    """Treat the buffers as part of the treated area."""
    return design.with_treated([*design.treated, *design.buffer])


def _require_buffers(design: Design, rings: Mapping[str, Sequence[str]]) -> None:
    """Refuse a ring that is not part of the buffer: its areas would be controls as well."""
    for name, areas in rings.items():
        strangers = [area for area in areas if area not in design.buffer]
        if strangers or not areas:
            wrong = f"holds {shortened(strangers)}, not among the buffers" if strangers else "has no areas"
            raise DesignError(
                f'The ring "{name}" {wrong}. A ring is a part of the buffer, so that it is no control either: name its '
                "areas in Design(buffer=[...]) too."
            )


def _ring_sentence(rings: Mapping[str, Refit]) -> str:
    """What each ring recorded, in a sentence; empty where none was asked for."""
    said = [f"{name} {_moved_to(one)}" for name, one in rings.items()]
    return f" Recorded less expected, ring by ring: {'; '.join(said)}." if said else ""


def _moved_to(ring: Refit) -> str:
    if ring.effect is None:
        return f"could not be fitted ({ring.problem.rstrip('.')})"
    moved, low, high = (
        signed(-count)
        for count in (ring.effect.prevented, ring.effect.prevented_upper, ring.effect.prevented_lower)
    )
    return moved if isnan(ring.effect.prevented_upper) else f"{moved} ({low} to {high})"


def _buffer_facts(effect: Effect) -> dict[str, float]:
    """Change in the buffers, as ratio and as counts moved there."""
    return {
        "buffer_rate_ratio": effect.rate_ratio,
        "buffer_lower": effect.lower,
        "buffer_upper": effect.upper,
        "buffer_p_rise": 1.0 - effect.p_reduction,
        "moved": -effect.prevented,
        "moved_lower": -effect.prevented_upper,
        "moved_upper": -effect.prevented_lower,
    }


def _net_facts(treated: Effect, together: Effect, reduction: float | None) -> dict[str, float]:
    """What is left of the treated area's effect, against what was expected in the treated area."""
    if not treated.expected > 0:
        raise FitError(
            f"Nothing was expected in {treated.operation}, {treated.window}, so a net change has no size."
        )
    scale = together.expected / treated.expected

    def net(ratio: float) -> float:
        return 1.0 - (1.0 - ratio) * scale

    def at_least(size: float) -> float:
        return together.probability_of_reduction(size / scale)

    facts = {
        "net_rate_ratio": net(together.rate_ratio),
        "net_lower": net(together.lower),
        "net_upper": net(together.upper),
        "net_p_reduction": together.p_reduction,
        "net_p50": at_least(HALF),
        "net_prevented": together.prevented,
        "net_prevented_lower": together.prevented_lower,
        "net_prevented_upper": together.prevented_upper,
        "combined_rate_ratio": together.rate_ratio,
        "combined_lower": together.lower,
        "combined_upper": together.upper,
    }
    return facts if reduction is None else facts | {"net_p_claim": at_least(reduction)}


def _arithmetic(target: Target, seed: int) -> dict[str, float]:
    """Weighted displacement difference and quotient on the totals of reference and window; none without controls."""
    design = target.design
    controls = complete(design.control_counts)
    reference, inside = (
        mask & ~np.isnan(design.treated_counts) for mask in (target.reference, target.inside)
    )
    reference, inside = reference & ~np.isnan(design.buffer_counts), inside & ~np.isnan(design.buffer_counts)
    if not len(controls) or not (controls[:, reference].sum() > 0 and inside.any()):
        return {}
    treated, control, near = (
        Arm(float(counts[reference].sum()), float(counts[inside].sum()))
        for counts in (design.treated_counts, controls.sum(axis=0), design.buffer_counts)
    )
    phi = _dispersion(controls[:, reference])
    days = design.exposure_days
    wdd = weighted_displacement_difference(
        treated,
        replace(control, weight=len(controls) / (len(design.treated) + len(design.buffer))),
        displacement=near,
        lengths=(float(days[reference].sum() / days[inside].sum()), 1.0),
        dispersion=phi,
    ).total
    wdq = weighted_displacement_quotient(treated, near, control, dispersion=phi, seed=seed)
    return {
        "wdd": wdd.estimate,
        "wdd_se": wdd.standard_error,
        "wdd_lower": wdd.estimate - NORMAL * wdd.standard_error,
        "wdd_upper": wdd.estimate + NORMAL * wdd.standard_error,
        "wdd_dispersion": phi,
        "wdq": wdq.quotient if np.isfinite(wdq.lower) else float("nan"),
        "wdq_lower": wdq.lower,
        "wdq_upper": wdq.upper,
        "total_net_effect": wdq.total_net_effect,
    }


def _dispersion(controls: np.ndarray) -> float:
    """Mean dispersion of control areas around the course they share, weighted by count; at least 1."""
    totals = controls.sum(axis=0)
    shares = controls.sum(axis=1) / totals.sum()
    controls, shares = controls[shares > 0], shares[shares > 0]
    own = [
        pearson_dispersion(counts, share * totals, 1) for counts, share in zip(controls, shares, strict=True)
    ]
    return max(1.0, float(np.average(own, weights=shares)))


def _table(effects: dict[str, Effect]) -> pd.DataFrame:
    """One row an area."""
    rows = [
        {"areas": name} | {key: getattr(effect, key) for key in COLUMNS} for name, effect in effects.items()
    ]
    return pd.DataFrame(rows)


def _answer(target: Target, facts: dict[str, Any], buffers: Effect) -> str:
    """The answer in sentences."""
    more = "more" if facts["moved"] >= 0 else "fewer"
    low, high = sorted((facts["moved_lower"], facts["moved_upper"]))
    text = (
        f"The buffer areas recorded {abs(facts['moved']):,.0f} {more} than expected (difference {signed(low)} to "
        f"{signed(high)}; rate ratio {with_interval(buffers)}). Counting them, the net rate ratio is "
        f"{facts['net_rate_ratio']:.2f} ({facts['net_lower']:.2f} to {facts['net_upper']:.2f}), against "
        f"{target.effect.rate_ratio:.2f} in the treated area alone: the probability that a reduction is left is "
        f"{probability(facts['net_p_reduction'])}, that half or more is {probability(facts['net_p50'])}."
    )
    if isnan(facts["net_upper"]):
        return (
            text.split(" Counting them")[0]
            + " The method gives no interval, so a net effect cannot be judged."
        )
    return text
