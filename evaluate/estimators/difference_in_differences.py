"""Difference in differences of counts: how much more the treated area changed than the control areas, as a ratio.

Equation, for area i and period t::

    log E y_it = area_i + period_t + sum_j theta_j 1{i treated, t in window j}

The Poisson estimate of theta with one treated area is, in closed form, the log ratio of totals
``log(T_w / T_r) - log(C_w / C_r)``, window over reference; it needs no Poisson variance. What part of a period an
operation filled does not matter, because totals are compared.

Source: Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88:641; Wooldridge (2023), Econometrics
Journal 26:C31. Inference: MacKinnon and Webb (2020), Journal of Econometrics 218:435.

When not to use it: the treated area followed another course than the controls before the operation already (look with
``event_study``), or it was chosen for a spike (name the trigger, and see the regression-to-the-mean check). Operations
that began in different areas at different times are not pooled in one regression; ``cohort_effects`` adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect, StudentRatio
from evaluate.effects.inversion import InvertedRatio
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean
from evaluate.estimators.terms import (
    Comparison,
    comparisons,
    known_periods,
    require_controls,
    treated_areas,
    window_name,
    with_spike,
)
from evaluate.numerics.randomisation import RandomisationTest, cluster_robust_error, randomisation_test
from evaluate.numerics.rate_ratio import two_way_dispersion
from evaluate.numerics.wild_bootstrap import wild_bootstrap

Inference = Literal["randomisation", "cluster robust", "wild bootstrap"]
FEWEST_CLUSTERS = 5
BOOTSTRAP_DRAWS = 1_999


@dataclass(frozen=True)
class DifferenceInDifferences:
    """Poisson difference in differences with randomisation inference.

    Parameters
    ----------
    inference : {"randomisation", "cluster robust", "wild bootstrap"}
        "randomisation": each control area takes the treated one's place, and t ratios are compared; the interval holds
        every ratio that is not rejected. With N control areas no p-value is below 1 / (N + 1), so a 95% interval needs
        19. "cluster robust" and "wild bootstrap" are for many treated areas, and refused with fewer than five treated
        or control areas: with one treated area the first rejects a true null more than half of the time, and the second
        never or always. The wild bootstrap turns the signs of whole areas' scores with the null imposed.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If ``inference`` is none of these.

    Notes
    -----
    The treated areas are added together, and so is the control group. Control areas with a missing period, or with
    nothing recorded, are left out (``diagnostics["control_areas_left_out"]``). The test is exact where the treated
    area was picked like any other and areas differ only in size; one picked for its spike was not.

    t is the log ratio over a standard error that grows with the smallness of an area as the control areas' own ratios
    do (``numerics.randomisation.spread_by_size``). With Poisson standard errors, in placebo operations in 679 London
    wards (five outcomes, seven starts, 36 months before and 12 after) the fifth of wards with the most crime rejected
    true nulls in 7 to 13 of 100 and the fifth with the least in 1 to 4; so both reject in 3 to 6
    (``benchmarks/did_area_size.py``).

    Counts prevented: the interval is where the treated count would lie if it had strayed from its expectation like a
    control area, measured in the same standard errors.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, rate_ratio_after=0.5, seed=1)
    >>> result = ev.DifferenceInDifferences().fit(ev.simulated_design(panel), seed=1)
    >>> effect = result.effect("operation", "after")
    >>> effect.lower < 0.5 < effect.upper < 1
    True
    """

    inference: Inference = "randomisation"
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.inference not in get_args(Inference):
            raise DesignError(
                f'There is no inference "{self.inference}". {did_you_mean(self.inference, get_args(Inference))}'
            )

    @property
    def name(self) -> str:
        """Name for tables."""
        return "difference in differences"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Compare the treated area's change with the control areas'.

        Parameters
        ----------
        design : Design
            With at least one control area.
        seed : int
            Of the wild bootstrap; nothing else here is random.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If there is no control area without missing periods, nothing to compare with was recorded, or cluster-robust
            errors are asked for with too few areas.
        """
        controls = require_controls(design, self.name)
        if self.inference != "randomisation":
            self._require_clusters(design, controls)
        effects, p_values = [], {}
        for pair in comparisons(design, self.name):
            effect, p_value = self._effect(design, controls, pair, seed)
            effects.append(effect)
            p_values[window_name(pair.window.key)] = p_value
        plain = design.baseline & known_periods(design)
        dispersion, freedom = two_way_dispersion(controls[:, plain])
        diagnostics = {
            "control_areas": len(controls),
            "control_areas_left_out": len(design.control) - len(controls),
            "dispersion": dispersion,
            "dispersion_degrees_of_freedom": freedom,
            "p_value": p_values,
            "smallest_p_value": {
                "randomisation": 1 / (len(controls) + 1),
                "wild bootstrap": 1 / (BOOTSTRAP_DRAWS + 1),
                "cluster robust": 0.0,
            }[self.inference],
        }
        table = self._counterfactual(design, controls, plain)
        return Result(self, design, tuple(effects), table, seed=seed, diagnostics=diagnostics)

    def _effect(
        self, design: Design, controls: np.ndarray, pair: Comparison, seed: int
    ) -> tuple[Effect, float]:
        """One window, and the p-value of no effect in it."""
        counts = np.vstack([design.treated_counts, controls])
        before, after = counts[:, pair.reference].sum(axis=1), counts[:, pair.judged].sum(axis=1)
        if not before[0] > 0 or not before[1:].sum() > 0 or not after[1:].sum() > 0:
            raise FitError(
                f"The difference in differences divides by totals, and for the window "
                f'"{window_name(pair.window.key)}" one of them is nought: {before[0]:.0f} in the treated area before, '
                f"{before[1:].sum():.0f} and {after[1:].sum():.0f} in the controls. Use a longer before, or more "
                "controls."
            )
        parts = np.nansum(treated_areas(design), axis=1)
        concentration = float(np.sum((parts / parts.sum()) ** 2))
        test = randomisation_test(before, after, concentration=concentration)
        plain_expected = before[0] * after[1:].sum() / before[1:].sum()
        ratio: StudentRatio | InvertedRatio
        if self.inference == "cluster robust":
            ratio, p_value = self._clustered(design, controls, pair)
            half = float(np.log(ratio.quantile((1 + self.level) / 2)) - ratio.log_ratio)
            interval = "cluster-robust t interval"
        elif self.inference == "wild bootstrap":
            ratio, p_value = self._bootstrapped(design, controls, pair, seed)
            half = float(np.log(ratio.quantile((1 + self.level) / 2)) - ratio.log_ratio)
            interval = "score wild cluster bootstrap interval, null imposed"
        else:
            ratio = InvertedRatio(float(test.log_ratios[0]), test.nulls, test.p_values)
            p_value, half = test.p_value, self._reach(test, before, plain_expected)
            interval = self._words(len(controls), test.added)
        expected = with_spike(design, pair, plain_expected, ratio.log_ratio)
        effect = effect_from_estimate(
            design,
            pair.window,
            ratio=ratio,
            expected=expected,
            predicted_interval=(float(expected * np.exp(-half)), float(expected * np.exp(half))),
            level=self.level,
            interval=interval,
        )
        return effect, p_value

    def _reach(self, test: RandomisationTest, before: np.ndarray, expected: float) -> float:
        """How far, on the log scale, the treated count could stray from its expectation without an operation."""
        strayed = np.sort(np.abs(test.t_ratios[1:]))
        place = int(np.ceil(self.level * (len(strayed) + 1) - 1e-9))
        if place > len(strayed):
            return float("nan")
        poisson = 1 / (expected + test.added) + 1 / (before[0] + test.added)
        return float(strayed[place - 1] * np.sqrt(test.between + test.within * poisson))

    def _words(self, controls: int, added: float) -> str:
        """What kind of interval it is, or why there is none."""
        needed = int(np.ceil(1 / (1 - self.level) - 1e-9)) - 1
        if controls < needed:
            return (
                f"none: {controls} control areas cannot reject at {1 - self.level:.0%}, which needs {needed}"
            )
        return "randomisation interval on t" + ("; half a count added to noughts" if added else "")

    def _clustered(
        self, design: Design, controls: np.ndarray, pair: Comparison
    ) -> tuple[StudentRatio, float]:
        """The pooled ratio with cluster-robust standard error."""
        before, after = _by_area(design, controls, pair)
        totals = [(float(b.sum()), float(a.sum())) for b, a in zip(before, after, strict=True)]
        estimate = np.log(totals[0][1] / totals[0][0]) - np.log(totals[1][1] / totals[1][0])
        fewest = min(map(len, before))
        ratio = StudentRatio(float(estimate), cluster_robust_error(before, after), float(fewest - 1))
        return ratio, 2 * min(ratio.probability_at_most(1.0), 1 - ratio.probability_at_most(1.0))

    def _bootstrapped(
        self, design: Design, controls: np.ndarray, pair: Comparison, seed: int
    ) -> tuple[InvertedRatio, float]:
        """The pooled ratio with the wild bootstrap's test of every other."""
        found = wild_bootstrap(*_by_area(design, controls, pair), draws=BOOTSTRAP_DRAWS, seed=seed)
        return InvertedRatio(found.log_ratio, found.nulls, found.p_values), found.p_value

    def _require_clusters(self, design: Design, controls: np.ndarray) -> None:
        """Refuse cluster-robust errors with too few areas on either side."""
        fewest = min(len(design.treated), len(controls))
        if fewest < FEWEST_CLUSTERS:
            raise FitError(
                f'inference="{self.inference}" needs {FEWEST_CLUSTERS} treated and {FEWEST_CLUSTERS} control areas; '
                f"there are {len(design.treated)} and {len(controls)}. With one treated area a true null is rejected "
                'half of the time or never. Use inference="randomisation".'
            )

    def _counterfactual(self, design: Design, controls: np.ndarray, plain: np.ndarray) -> pd.DataFrame:
        """The controls' course at the treated area's level, and how far control areas stray from it in a period."""
        total = controls.sum(axis=0)
        treated = np.nansum(design.treated_counts[plain])
        expected = treated * total / total[plain].sum()
        if len(controls) < 2:
            return counterfactual_table(design, expected)
        own = controls[:, plain].sum(axis=1, keepdims=True) / total[plain].sum() * total
        strayed = ((controls - own) / np.sqrt(np.maximum(own, 1e-9)))[:, plain]
        low, high = np.quantile(strayed, [(1 - self.level) / 2, (1 + self.level) / 2])
        width = np.sqrt(expected * (1 + expected / max(treated, 1.0)))
        return counterfactual_table(
            design,
            expected,
            predicted_interval=(np.maximum(expected + low * width, 0.0), expected + high * width),
        )


def _by_area(
    design: Design, controls: np.ndarray, pair: Comparison
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Totals before and after, of each treated and of each control area."""
    treated = treated_areas(design)
    before = treated[:, pair.reference].sum(axis=1), controls[:, pair.reference].sum(axis=1)
    after = treated[:, pair.judged].sum(axis=1), controls[:, pair.judged].sum(axis=1)
    if not after[0].sum() > 0:
        raise FitError(
            f'Nothing was recorded in the treated areas in the window "{window_name(pair.window.key)}", so a pooled '
            'ratio has no standard error. Use inference="randomisation".'
        )
    return before, after
