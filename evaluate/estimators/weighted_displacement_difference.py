"""The weighted displacement difference: how many crimes fewer, from totals before and after alone.

Equation, for totals of the treated area T, its controls C and the buffers D::

    WDD = (T1 - T0) + (D1 - D0) - (C1 - C0) / a          variance = phi (sum of counts over squared weights)

Times of unequal length are weighted by their days, the controls by a, the number of control areas over the number of
areas they stand for.

Source: Wheeler and Ratcliffe (2018), Crime Science 7:11; the dispersion phi is this package's addition.

When not to use it: a series is at hand (StructuralModel, DifferenceInDifferences), or the controls are of another size
than the treated area, because it takes areas to change by the same count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect, StudentRatio
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean
from evaluate.estimators.terms import (
    Comparison,
    comparisons,
    known_periods,
    require_controls,
    window_name,
    with_spike,
)
from evaluate.numerics.rate_ratio import two_way_dispersion
from evaluate.numerics.wdd import (
    Arm,
    Difference,
    harm_weighted,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)


@dataclass(frozen=True)
class WeightedDisplacementDifference:
    """Difference of totals, treated less control, and net of buffers.

    Parameters
    ----------
    control_weight : float, optional
        What the controls' counts are divided by to be comparable with the treated area's; the number of control areas
        over the number of treated areas otherwise.
    harms : mapping of str to float, optional
        Outcome of the panel to the harm of one crime of its kind; the differences of these outcomes are then added up
        in ``diagnostics["harm"]``.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If a weight is not above nought.

    Notes
    -----
    ``effects`` are those of the treated area alone, as in every other method. The displacement difference itself, net
    of the buffers, is in ``diagnostics["net"]`` by window: ``estimate``, ``standard_error``, ``lower``, ``upper`` and
    the two parts ``local`` and ``displacement``. ``diagnostics["quotient"]`` has the displacement quotient and the
    total net effect, with parametric bootstrap intervals; the quotient's are NaN where success could be nought.

    phi is the dispersion of the control areas' baseline counts around what each area and each period contribute (at
    least 1), or that of the treated and the control area together where there is one control. Periods are taken as
    independent, so the interval is too narrow where crime is autocorrelated.

    Examples
    --------
    >>> import evaluate as ev
    >>> process = ev.Process(mean=40, spread=0)
    >>> panel = ev.simulate_panel(areas=9, periods=60, process=process, rate_ratio_after=0.5, buffers=1, seed=1)
    >>> result = ev.WeightedDisplacementDifference().fit(ev.simulated_design(panel), seed=1)
    >>> result.effect("operation", "after").upper < 1
    True
    >>> sorted(result.diagnostics["net"]["operation, after"])
    ['displacement', 'estimate', 'local', 'lower', 'standard_error', 'upper']
    """

    control_weight: float | None = None
    harms: Mapping[str, float] | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.control_weight is not None and not self.control_weight > 0:
            raise DesignError(f"control_weight is above 0; it is {self.control_weight}.")
        for outcome, harm in (self.harms or {}).items():
            if not harm > 0:
                raise DesignError(f'The harm of a crime is above 0; that of "{outcome}" is {harm}.')

    @property
    def name(self) -> str:
        """Name for tables."""
        return "weighted displacement difference"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Compare totals.

        Parameters
        ----------
        design : Design
            With at least one control area; buffers are used where there are any.
        seed : int
            For the bootstrap intervals of the quotient; the rest is not random.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If there is no control area without missing periods, or less than nothing would be expected.
        DesignError
            If the panel has no outcome that ``harms`` names.
        """
        controls = require_controls(design, self.name)
        plain = design.baseline & known_periods(design)
        dispersion, freedom = _spread(design, controls, plain)
        effects, net, quotient = [], {}, {}
        for pair in comparisons(design, self.name):
            effects.append(self._effect(design, controls, pair, (dispersion, freedom)))
            if design.buffer:
                key = window_name(pair.window.key)
                net[key] = self._net(design, controls, pair, (dispersion, freedom))
                quotient[key] = _quotient(design, controls, pair, dispersion, seed)
        weight = self._weight(design, controls, len(design.treated))
        days = design.exposure_days
        rate = (design.treated_counts[plain].sum() - controls[:, plain].sum() / weight) / days[plain].sum()
        diagnostics: dict[str, Any] = {
            "control_areas": len(controls),
            "control_areas_left_out": len(design.control) - len(controls),
            "control_weight": weight,
            "dispersion": dispersion,
            "degrees_of_freedom": freedom,
            "design_grade_ceiling": "C",
        }
        if net:
            diagnostics |= {"net": net, "quotient": quotient}
        if self.harms:
            diagnostics["harm"] = self._harm(design, self.harms)
        table = counterfactual_table(design, np.maximum(controls.sum(axis=0) / weight + rate * days, 0.0))
        return Result(self, design, tuple(effects), table, seed=seed, diagnostics=diagnostics)

    def _weight(self, design: Design, controls: np.ndarray, areas: int) -> float:
        """What the control total is divided by to stand for some number of areas."""
        treated = len(design.treated)
        own = len(controls) / treated if self.control_weight is None else self.control_weight
        return float(own * treated / areas)

    def _effect(
        self, design: Design, controls: np.ndarray, pair: Comparison, spread: tuple[float, int]
    ) -> Effect:
        """The treated area alone: what was expected is the total before plus the controls' change."""
        dispersion, freedom = spread
        weight = self._weight(design, controls, len(design.treated))
        treated = _arm(design.treated_counts, pair)
        control = _arm(controls.sum(axis=0), pair, weight)
        length = _length(design, pair)
        local = weighted_displacement_difference(
            treated, control, lengths=(length, 1.0), dispersion=dispersion
        ).local
        expected = treated.after - local.estimate
        if not expected > 0:
            raise FitError(
                f'For the window "{window_name(pair.window.key)}" the controls fell by more than the treated area '
                f"had, so the weighted displacement difference expects {expected:.0f} crimes. The controls are too "
                "large for it: give control_weight, or use DifferenceInDifferences."
            )
        added = 0.5 if treated.after == 0 else 0.0
        noise = local.standard_error**2 - dispersion * treated.after  # of what was expected
        error = float(np.sqrt(dispersion / (treated.after + added) + noise / expected**2))
        ratio = StudentRatio(float(np.log((treated.after + added) / (expected + added))), error, freedom)
        reach = self._score(freedom) * float(np.sqrt(dispersion * expected + noise))
        total = with_spike(design, pair, expected, ratio.log_ratio)
        return effect_from_estimate(
            design,
            pair.window,
            ratio=ratio,
            expected=total,
            predicted_interval=(max(total - reach, 0.0), total + reach),
            level=self.level,
            interval="overdispersed t interval of totals"
            + ("; half a count added to a nought" if added else ""),
        )

    def _net(
        self, design: Design, controls: np.ndarray, pair: Comparison, spread: tuple[float, int]
    ) -> dict[str, float]:
        """The displacement difference: treated area and buffers together against the controls."""
        dispersion, freedom = spread
        total = self._total(design, controls, pair, dispersion)
        treated, pooled = _arm(design.treated_counts, pair), controls.sum(axis=0)
        alone = _arm(pooled, pair, self._weight(design, controls, len(design.treated)))
        lengths = (_length(design, pair), 1.0)
        local = weighted_displacement_difference(treated, alone, lengths=lengths).local.estimate
        return {
            **self._interval(total, freedom),
            "local": local,
            "displacement": total.estimate - local,
        }

    def _total(self, design: Design, controls: np.ndarray, pair: Comparison, dispersion: float) -> Difference:
        """Treated area and buffers, where there are any, against the controls."""
        treated, pooled = _arm(design.treated_counts, pair), controls.sum(axis=0)
        lengths = (_length(design, pair), 1.0)
        areas = len(design.treated) + len(design.buffer)
        weighted = _arm(pooled, pair, self._weight(design, controls, areas))
        if not design.buffer:
            return weighted_displacement_difference(
                treated, weighted, lengths=lengths, dispersion=dispersion
            ).total
        near = design.buffer_counts
        if np.isnan(near[pair.judged | pair.reference]).any():
            raise FitError(
                "The weighted displacement difference adds the buffers' counts, and a period of them is missing. Leave "
                "that buffer area out with design.without([...])."
            )
        return weighted_displacement_difference(
            treated, weighted, displacement=_arm(near, pair), lengths=lengths, dispersion=dispersion
        ).total

    def _harm(self, design: Design, harms: Mapping[str, float]) -> dict[str, dict[str, float]]:
        """By window, the differences of several outcomes added up by the harm that one crime of each does."""
        known = [str(outcome) for outcome in design.panel.outcomes]
        for outcome in harms:
            if outcome not in known:
                raise DesignError(
                    f'harms names the outcome "{outcome}", which is not in the data. {did_you_mean(outcome, known)}'
                )
        found: dict[str, list[tuple[Difference, int]]] = {}
        for outcome in harms:
            one = design.for_outcome(outcome)
            controls = require_controls(one, self.name)
            dispersion, freedom = _spread(one, controls, one.baseline & known_periods(one))
            for pair in comparisons(one, self.name):
                total = self._total(one, controls, pair, dispersion)
                found.setdefault(window_name(pair.window.key), []).append((total, freedom))
        return {
            key: self._interval(
                harm_weighted([total for total, _ in parts], list(harms.values())),
                min(freedom for _, freedom in parts),
            )
            for key, parts in found.items()
        }

    def _interval(self, difference: Difference, freedom: int) -> dict[str, float]:
        """A difference with its interval."""
        reach = self._score(freedom) * difference.standard_error
        return {
            "estimate": difference.estimate,
            "standard_error": difference.standard_error,
            "lower": difference.estimate - reach,
            "upper": difference.estimate + reach,
        }

    def _score(self, freedom: int) -> float:
        """Student's t for the interval."""
        from scipy import stats

        return float(stats.t.ppf((1 + self.level) / 2, freedom))


def _spread(design: Design, controls: np.ndarray, plain: np.ndarray) -> tuple[float, int]:
    """Dispersion of the baseline's counts and its degrees of freedom."""
    rows = controls if len(controls) > 1 else np.vstack([design.treated_counts, controls])
    dispersion, freedom = two_way_dispersion(rows[:, plain])
    if not freedom:
        raise FitError(
            "The weighted displacement difference takes the dispersion of counts from the baseline, which has one "
            "period or nothing recorded. Use a longer before."
        )
    return dispersion, freedom


def _quotient(
    design: Design, controls: np.ndarray, pair: Comparison, dispersion: float, seed: int
) -> dict[str, float]:
    """The displacement quotient and the total net effect; nothing where the controls have no count to divide by."""
    arms = [
        _arm(counts, pair) for counts in (design.treated_counts, design.buffer_counts, controls.sum(axis=0))
    ]
    if not min(arms[2].before, arms[2].after) > 0:
        return {}
    return asdict(weighted_displacement_quotient(*arms, dispersion=dispersion, seed=seed))


def _arm(counts: np.ndarray, pair: Comparison, weight: float = 1.0) -> Arm:
    """Totals of the reference and of the window."""
    return Arm(float(counts[pair.reference].sum()), float(counts[pair.judged].sum()), weight)


def _length(design: Design, pair: Comparison) -> float:
    """Days of the reference for each day of the window."""
    days = design.exposure_days
    return float(days[pair.reference].sum() / days[pair.judged].sum())
