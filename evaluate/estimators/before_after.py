"""Before against after in the treated area alone: what most press claims are, and the weakest evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect, StudentRatio
from evaluate.effects.result import Result
from evaluate.errors import FitError
from evaluate.estimators.terms import Comparison, comparisons, known_periods, window_name, with_spike
from evaluate.numerics.overdispersion import draw_counts, pearson_dispersion

DRAWS = 2_000


@dataclass(frozen=True)
class BeforeAfter:
    """Compare the total in each window with as many days of the baseline, in the treated area alone.

    This is grade E evidence. It has no controls, so it credits the operation with everything else that
    changed, and it has no season and no trend: use it to see what a quoted before-and-after figure amounts
    to, and how uncertain it is, not to judge an operation.

    Parameters
    ----------
    level : float
        Of the intervals.

    Notes
    -----
    With Y counts in D days of the window and Y0 in D0 days of the reference::

        log ratio = log(Y / D) - log(Y0 / D0)         variance = phi (1 / Y + 1 / Y0)

    phi is the dispersion of the baseline's counts around a constant daily rate (Pearson, at least 1), which
    counts a season as noise; the interval is Student's with the baseline's periods less one. Periods are
    taken as independent, so the interval is too narrow where crime is autocorrelated. A total of nought in
    the window has half a count added to both totals.

    The reference is the baseline (trigger periods left out); for a later operation it is all that followed the
    one before, which is what that one left behind. Trigger periods inside a window have a term of their
    own and so do not move the ratio.

    References
    ----------
    McCullagh and Nelder (1989), "Generalized Linear Models", section 4.5 (quasi-Poisson).

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1))
    >>> ev.BeforeAfter().fit(design, seed=1).effect("operation", "after").rate_ratio < 0.7
    True
    """

    level: float = 0.95

    @property
    def name(self) -> str:
        """Name for tables."""
        return "before-after"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Compare each window with its reference.

        Parameters
        ----------
        design : Design
            Its controls are not used.
        seed : int
            For the predictive intervals.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If a window or what it is compared with holds no published count, or only noughts came before.
        """
        counts, days = design.treated_counts, design.exposure_days
        pairs = comparisons(design, self.name)
        baseline = design.baseline & known_periods(design)
        for pair in pairs:
            if not counts[pair.reference].sum() > 0:
                raise FitError(
                    f"Before-after divides by what came before, and {design.outcome} has only noughts there, for the "
                    f'window "{window_name(pair.window.key)}". Use a longer before, or give the counts without a ratio.'
                )
        rate = counts[baseline].sum() / days[baseline].sum()
        spread = _Spread(
            pearson_dispersion(counts[baseline], rate * days[baseline], 1), int(baseline.sum()) - 1
        )
        random = np.random.default_rng(seed)
        effects = [self._effect(design, pair, spread, random) for pair in pairs]
        diagnostics = {
            "dispersion": spread.dispersion,
            "degrees_of_freedom": spread.freedom,
            "baseline_periods": int(baseline.sum()),
            "baseline_count": float(counts[baseline].sum()),
            "design_grade_ceiling": "E",
        }
        table = self._counterfactual(design, rate, float(counts[baseline].sum()), spread, random)
        return Result(self, design, tuple(effects), table, seed=seed, diagnostics=diagnostics)

    def _effect(
        self, design: Design, pair: Comparison, spread: _Spread, random: np.random.Generator
    ) -> Effect:
        """One window against what it is compared with."""
        counts, days = design.treated_counts, design.exposure_days
        here, there = counts[pair.judged].sum(), counts[pair.reference].sum()
        length = days[pair.judged].sum() / days[pair.reference].sum()
        added = 0.5 if here == 0 else 0.0
        log_ratio = float(np.log((here + added) / (there + added) / length))
        error = float(np.sqrt(spread.dispersion * (1 / (here + added) + 1 / (there + added))))
        expected = with_spike(design, pair, there * length, log_ratio)
        if not spread.freedom:
            why = "none: one baseline period does not show how much counts vary"
            return effect_from_estimate(
                design, pair.window, ratio=None, expected=expected, level=self.level, interval=why
            )
        means = spread.draw_means(np.array([expected]), there, random)
        low, high = np.quantile(draw_counts(means, spread.dispersion, random), self._tails)
        return effect_from_estimate(
            design,
            pair.window,
            ratio=StudentRatio(log_ratio, error, spread.freedom),
            expected=expected,
            predicted_interval=(float(low), float(high)),
            level=self.level,
            interval="quasi-Poisson t interval" + ("; half a count added to a nought" if added else ""),
        )

    def _counterfactual(
        self, design: Design, rate: float, total: float, spread: _Spread, random: np.random.Generator
    ) -> pd.DataFrame:
        """The baseline's rate carried on."""
        expected = rate * design.exposure_days
        if not spread.freedom:
            return counterfactual_table(design, expected)
        means = spread.draw_means(expected, total, random)
        predicted = draw_counts(means, spread.dispersion, random)
        return counterfactual_table(
            design,
            expected,
            expected_interval=tuple(np.quantile(means, self._tails, axis=0)),
            predicted_interval=tuple(np.quantile(predicted, self._tails, axis=0)),
        )

    @property
    def _tails(self) -> list[float]:
        return [(1 - self.level) / 2, (1 + self.level) / 2]


@dataclass(frozen=True)
class _Spread:
    """How much the baseline's counts vary around a constant rate, and on how many degrees of freedom."""

    dispersion: float
    freedom: int

    def draw_means(self, expected: np.ndarray, total: float, random: np.random.Generator) -> np.ndarray:
        """Draw what the mean could be, given the total it was estimated from; shape (draws, means)."""
        scores = random.standard_t(self.freedom, size=(DRAWS, 1))
        return np.asarray(expected * np.exp(scores * np.sqrt(self.dispersion / total)))
