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

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect, StudentRatio
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError
from evaluate.estimators.terms import (
    Comparison,
    comparisons,
    known_periods,
    require_controls,
    window_name,
    with_spike,
)
from evaluate.numerics.rate_ratio import two_way_dispersion
from evaluate.numerics.wdd import Arm, weighted_displacement_difference


@dataclass(frozen=True)
class WeightedDisplacementDifference:
    """Difference of totals, treated less control, and net of buffers.

    Parameters
    ----------
    control_weight : float, optional
        What the controls' counts are divided by to be comparable with the treated area's; the number of control areas
        over the number of treated areas otherwise.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If the weight is not above nought.

    Notes
    -----
    ``effects`` are those of the treated area alone, as in every other method. The displacement difference itself, net
    of the buffers, is in ``diagnostics["net"]`` by window: ``estimate``, ``standard_error``, ``lower``, ``upper`` and
    the two parts ``local`` and ``displacement``.

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
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.control_weight is not None and not self.control_weight > 0:
            raise DesignError(f"control_weight is above 0; it is {self.control_weight}.")

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
            Kept in the result; nothing here is random.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If there is no control area without missing periods, or less than nothing would be expected.
        """
        controls = require_controls(design, self.name)
        plain = design.baseline & known_periods(design)
        rows = controls if len(controls) > 1 else np.vstack([design.treated_counts, controls])
        dispersion, freedom = two_way_dispersion(rows[:, plain])
        if not freedom:
            raise FitError(
                "The weighted displacement difference takes the dispersion of counts from the baseline, which has one "
                "period or nothing recorded. Use a longer before."
            )
        effects, net = [], {}
        for pair in comparisons(design, self.name):
            effects.append(self._effect(design, controls, pair, (dispersion, freedom)))
            if design.buffer:
                net[window_name(pair.window.key)] = self._net(design, controls, pair, (dispersion, freedom))
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
            diagnostics["net"] = net
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
        near = design.buffer_counts
        if np.isnan(near[pair.judged | pair.reference]).any():
            raise FitError(
                "The weighted displacement difference adds the buffers' counts, and a period of them is missing. Leave "
                "that buffer area out with design.without([...])."
            )
        treated, control = _arm(design.treated_counts, pair), controls.sum(axis=0)
        lengths = (_length(design, pair), 1.0)
        both, alone = (
            _arm(control, pair, self._weight(design, controls, areas))
            for areas in (len(design.treated) + len(design.buffer), len(design.treated))
        )
        total = weighted_displacement_difference(
            treated, both, displacement=_arm(near, pair), lengths=lengths, dispersion=dispersion
        ).total
        local = weighted_displacement_difference(treated, alone, lengths=lengths).local.estimate
        reach = self._score(freedom) * total.standard_error
        return {
            "estimate": total.estimate,
            "standard_error": total.standard_error,
            "lower": total.estimate - reach,
            "upper": total.estimate + reach,
            "local": local,
            "displacement": total.estimate - local,
        }

    def _score(self, freedom: int) -> float:
        """Student's t for the interval."""
        return float(stats.t.ppf((1 + self.level) / 2, freedom))


def _arm(counts: np.ndarray, pair: Comparison, weight: float = 1.0) -> Arm:
    """Totals of the reference and of the window."""
    return Arm(float(counts[pair.reference].sum()), float(counts[pair.judged].sum()), weight)


def _length(design: Design, pair: Comparison) -> float:
    """Days of the reference for each day of the window."""
    days = design.exposure_days
    return float(days[pair.reference].sum() / days[pair.judged].sum())
