"""The relative rate ratio of four totals: how many times more the treated area changed than its controls.

Equation, for totals before and after of the treated area T and of its controls together C::

    log ratio = log(T1 / T0) - log(C1 / C0)        variance = phi (1/T0 + 1/T1 + 1/C0 + 1/C1)

phi, the variance of a count over its mean, is that of the control areas' baseline counts around what each area and each
period contribute, at least 1.

Source: Wilson (2022), Journal of Quantitative Criminology 38:347 (relative incident rate ratio).

When not to use it: a series is at hand and the controls are many (DifferenceInDifferences ranks the treated area among
them, StructuralModel allows for autocorrelation). Periods are taken as independent, so the interval is too narrow where
crime is autocorrelated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
from evaluate.numerics.rate_ratio import LogRatio, relative_rate_ratio, two_way_dispersion

SUPPOSED = (1.0, 2.0, 4.0)
"""Dispersions whose intervals are always given, for readers who believe another."""


@dataclass(frozen=True)
class RelativeRateRatio:
    """Ratio of ratios of totals, with overdispersed intervals.

    Parameters
    ----------
    dispersion : float, optional
        Variance of a count over its mean, 1 or more; from the baseline otherwise. Where the baseline is a single period
        nothing shows it, and no interval is given without this.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If the dispersion is below 1.

    Notes
    -----
    ``diagnostics["interval_by_dispersion"]`` has the interval of each window at dispersions of 1, 2 and 4.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=9, periods=60, rate_ratio_after=0.5, seed=1)
    >>> effect = ev.RelativeRateRatio().fit(ev.simulated_design(panel), seed=1).effect("operation", "after")
    >>> effect.lower < 0.5 < effect.upper < 1
    True
    """

    dispersion: float | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.dispersion is not None and not self.dispersion >= 1:
            raise DesignError(f"dispersion is 1 or more; it is {self.dispersion}.")

    @property
    def name(self) -> str:
        """Name for tables."""
        return "relative rate ratio"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Compare totals.

        Parameters
        ----------
        design : Design
            With at least one control area.
        seed : int
            Kept in the result; nothing here is random.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If there is no control area without missing periods, or the controls have nothing before.
        """
        controls = require_controls(design, self.name)
        plain = design.baseline & known_periods(design)
        phi, freedom = self._spread(design, controls, plain)
        pooled = controls.sum(axis=0)
        effects, bounds = [], {}
        for pair in comparisons(design, self.name):
            totals = _totals(design.treated_counts, pair), _totals(pooled, pair)
            if not min(*totals[1], totals[0][0]) > 0:
                raise FitError(
                    f'The relative rate ratio divides by totals, and for the window "{window_name(pair.window.key)}" '
                    f"the treated area or the controls have no {design.outcome} before, or the controls none in it. "
                    "Use a longer before, or ExactRateRatio."
                )
            effects.append(self._effect(design, pair, totals, (phi, freedom)))
            bounds[window_name(pair.window.key)] = {
                supposed: self._ends(relative_rate_ratio(*totals, dispersion=supposed))
                for supposed in SUPPOSED
            }
        growth = design.treated_counts[plain].sum() / pooled[plain].sum()
        return Result(
            self,
            design,
            tuple(effects),
            counterfactual_table(design, pooled * growth),
            seed=seed,
            diagnostics={
                "control_areas": len(controls),
                "control_areas_left_out": len(design.control) - len(controls),
                "dispersion": phi,
                "degrees_of_freedom": freedom,
                "interval_by_dispersion": bounds,
                "design_grade_ceiling": "C",
            },
        )

    def _spread(self, design: Design, controls: np.ndarray, plain: np.ndarray) -> tuple[float, float]:
        """Dispersion and its degrees of freedom; NaN and 0 where nothing shows it."""
        if self.dispersion is not None:
            return self.dispersion, float("inf")
        rows = controls if len(controls) > 1 else np.vstack([design.treated_counts, controls])
        return two_way_dispersion(rows[:, plain])

    def _effect(
        self,
        design: Design,
        pair: Comparison,
        totals: tuple[tuple[float, float], tuple[float, float]],
        spread: tuple[float, float],
    ) -> Effect:
        """One window: recorded against what the controls' change makes of the time before."""
        from scipy import stats

        phi, freedom = spread
        (before, _), (control_before, control_after) = totals
        due = before * control_after / control_before
        if not freedom:
            return effect_from_estimate(
                design, pair.window, ratio=None, expected=due, level=self.level,
                interval="none: one baseline period does not show how much counts vary; give dispersion",
            )  # fmt: skip
        found = relative_rate_ratio(*totals, dispersion=phi)
        ratio = StudentRatio(found.estimate, found.standard_error, freedom)
        expected = with_spike(design, pair, due, ratio.log_ratio)
        noise = phi * (due + due**2 * (1 / before + 1 / control_before + 1 / control_after))
        reach = float(stats.t.ppf((1 + self.level) / 2, freedom) * np.sqrt(noise))
        return effect_from_estimate(
            design,
            pair.window,
            ratio=ratio,
            expected=expected,
            predicted_interval=(max(expected - reach, 0.0), expected + reach),
            level=self.level,
            interval="overdispersed t interval of four totals"
            + ("; half a count added to a nought" if found.added else ""),
        )

    def _ends(self, found: LogRatio) -> tuple[float, float]:
        """Normal interval of the ratio."""
        from scipy import stats

        reach = float(stats.norm.ppf((1 + self.level) / 2)) * found.standard_error
        return float(np.exp(found.estimate - reach)), float(np.exp(found.estimate + reach))


def _totals(counts: np.ndarray, pair: Comparison) -> tuple[float, float]:
    """Total of the reference and of the window."""
    return float(counts[pair.reference].sum()), float(counts[pair.judged].sum())
