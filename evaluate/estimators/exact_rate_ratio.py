"""The exact rate ratio of a few counts, given what they sum to: for totals too small for any approximation.

Equation, for totals before and after of the treated area T and of its controls together C, with Poisson counts::

    T1 given T0 + T1, C0 + C1 and T1 + C1  ~  Fisher's noncentral hypergeometric, odds ratio = relative rate ratio

and without controls, D being days::

    T1 given T0 + T1  ~  Binomial(T0 + T1, r D1 / (r D1 + D0)),   r = rate ratio

Source: Przyborowski and Wilenski (1940), Biometrika 31:313; Fisher (1935), Journal of the Royal Statistical Society
98:39; Lancaster (1961), Journal of the American Statistical Association 56:223 (mid-p).

When not to use it: counts that vary more than a Poisson, as counts of crime do. The dispersion of the baseline is in
``diagnostics`` and, where it is above 1.2, in the words of the interval; RelativeRateRatio and StructuralModel allow
for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect
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
from evaluate.numerics.conditional_ratio import ConditionalRatio, four_totals, two_totals
from evaluate.numerics.overdispersion import pearson_dispersion
from evaluate.numerics.rate_ratio import e_test, overdispersed_e_test

DRAWS = 4_000
LARGEST_TOTAL = 5_000
OVERDISPERSED = 1.2
Total = tuple[int, int]


@dataclass(frozen=True)
class ExactRateRatio:
    """Conditional rate ratio of small totals.

    Parameters
    ----------
    controls : {"pooled", "none"}
        Compare with the control areas' totals, or with the treated area's own time before only, which is grade E
        evidence.
    mid_p : bool
        Less conservative intervals, whose coverage is near the level on average and no longer guaranteed.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If a setting is not one of those listed.

    Notes
    -----
    A window in which nothing was recorded has a rate ratio of 0 and an interval from 0. Predictive intervals draw the
    means from gamma distributions (Jeffreys' prior) and then Poisson counts.

    Without controls ``diagnostics["e_test"]`` has the p-value of Krishnamoorthy and Thomson's test of equal rates, and
    ``diagnostics["overdispersed_e_test"]`` that with counts as dispersed as the baseline's.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=9, periods=60, process=ev.Process(mean=2, dispersion=1), seed=1)
    >>> effect = ev.ExactRateRatio().fit(ev.simulated_design(panel), seed=1).effect("operation", "after")
    >>> effect.lower < 1 < effect.upper
    True
    """

    controls: Literal["pooled", "none"] = "pooled"
    mid_p: bool = False
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.controls not in ("pooled", "none"):
            raise DesignError(f'controls is "pooled" or "none"; it is "{self.controls}".')

    @property
    def name(self) -> str:
        """Name for tables."""
        return "exact rate ratio" if self.controls == "pooled" else "exact rate ratio without controls"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Condition on the sums.

        Parameters
        ----------
        design : Design
            With at least one control area, unless ``controls="none"``.
        seed : int
            For the predictive intervals and the overdispersed test.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If nothing was recorded before, or totals are too large to need an exact method.
        """
        known = known_periods(design)
        plain, days = design.baseline & known, design.exposure_days
        pooled = require_controls(design, self.name).sum(axis=0) if self.controls == "pooled" else days
        rate = design.treated_counts[plain].sum() / pooled[plain].sum()
        dispersion = pearson_dispersion(design.treated_counts[plain], rate * pooled[plain], 1)
        random = np.random.default_rng(seed)
        effects = []
        diagnostics: dict[str, Any] = {"dispersion": dispersion, "p_value": {}}
        if self.controls == "none":
            diagnostics |= {"e_test": {}, "overdispersed_e_test": {}, "design_grade_ceiling": "E"}
        for pair in comparisons(design, self.name):
            own, other = _totals(design.treated_counts, pair), (
                float(pooled[pair.reference].sum()), float(pooled[pair.judged].sum()),
            )  # fmt: skip
            self._refuse(design, pair, own, other)
            ratio = self._ratio(own, other)
            key = window_name(pair.window.key)
            diagnostics["p_value"][key] = ratio.p_value(1.0)
            if self.controls == "none":
                late, early = (own[1], other[1]), (own[0], other[0])
                diagnostics["e_test"][key] = e_test(late, early)
                diagnostics["overdispersed_e_test"][key] = overdispersed_e_test(
                    late, early, dispersion=dispersion, draws=DRAWS, seed=seed
                )
            effects.append(self._effect(design, pair, ratio, self._due(own, other, random), dispersion))
        table = counterfactual_table(design, rate * pooled)
        return Result(self, design, tuple(effects), table, seed=seed, diagnostics=diagnostics)

    def _refuse(self, design: Design, pair: Comparison, own: Total, other: tuple[float, float]) -> None:
        """Say why totals cannot be used."""
        if not (own[0] > 0 and other[0] > 0 and other[1] > 0):
            raise FitError(
                f"The {self.name} needs something recorded to compare with, and for the window "
                f'"{window_name(pair.window.key)}" the treated area or the controls have no {design.outcome}. Use a '
                "longer before or more control areas."
            )
        if sum(own) > LARGEST_TOTAL:
            raise FitError(
                f"The {self.name} is for small counts; the treated area has {sum(own):,} in the window "
                f'"{window_name(pair.window.key)}" and before (at most {LARGEST_TOTAL:,}). Use RelativeRateRatio.'
            )

    def _ratio(self, own: Total, other: tuple[float, float]) -> ConditionalRatio:
        """The confidence distribution of one window's ratio."""
        if self.controls == "none":
            listed = two_totals(own[1], own[0], (other[1], other[0]))
        else:
            listed = four_totals(own, (round(other[0]), round(other[1])))
        return ConditionalRatio(*listed, own[1], self.mid_p)

    def _due(
        self, own: Total, other: tuple[float, float], random: np.random.Generator
    ) -> tuple[float, tuple[float, float]]:
        """Count expected in the window, and the interval of a count that could have been recorded."""
        growth = np.full(DRAWS, other[1] / other[0])
        if self.controls == "pooled":
            growth = random.gamma(other[1] + 0.5, size=DRAWS) / random.gamma(other[0] + 0.5, size=DRAWS)
        drawn = random.poisson(random.gamma(own[0] + 0.5, size=DRAWS) * growth)
        low, high = np.quantile(drawn, [(1 - self.level) / 2, (1 + self.level) / 2])
        return own[0] * other[1] / other[0], (float(low), float(high))

    def _effect(
        self,
        design: Design,
        pair: Comparison,
        ratio: ConditionalRatio,
        due: tuple[float, tuple[float, float]],
        dispersion: float,
    ) -> Effect:
        """One window."""
        expected, predicted = due
        observed = float(design.treated_counts[pair.judged].sum())
        total = with_spike(design, pair, expected, float(np.log((observed + 0.5) / (expected + 0.5))))
        words = "mid-p conditional interval of Poisson counts" if self.mid_p else (
            "exact conditional interval of Poisson counts"
        )  # fmt: skip
        if dispersion > OVERDISPERSED:
            words += f"; too narrow, as the baseline's counts vary {dispersion:.1f} times as much"
        return effect_from_estimate(
            design,
            pair.window,
            ratio=ratio,
            expected=total,
            predicted_interval=(predicted[0] + total - expected, predicted[1] + total - expected),
            level=self.level,
            interval=words,
        )


def _totals(counts: np.ndarray, pair: Comparison) -> Total:
    """Total of the reference and of the window."""
    return round(counts[pair.reference].sum()), round(counts[pair.judged].sum())
