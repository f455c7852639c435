"""A confidence distribution made of a test of every rate ratio: randomisation and placebo inference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class InvertedRatio:
    """What a two-sided test leaves of the possible rate ratios.

    Parameters
    ----------
    log_ratio : float
        Estimate of the log rate ratio.
    nulls : numpy.ndarray
        Shape (points,): log rate ratios in ascending order, the estimate among them.
    p_values : numpy.ndarray
        Shape (points,): two-sided p-value of each as the null hypothesis. With n areas none is below 1 / n, so an
        interval whose level needs less has no end, and NaN is given.

    Examples
    --------
    >>> import numpy as np
    >>> nulls = np.linspace(-1, 1, 201)
    >>> ratio = InvertedRatio(0.0, nulls, 1 - np.abs(nulls))
    >>> round(ratio.quantile(0.975), 2), round(ratio.probability_at_most(1.0), 2)
    (2.56, 0.5)
    """

    log_ratio: float
    nulls: np.ndarray
    p_values: np.ndarray

    def probability_at_most(self, ratio: float) -> float:
        """Confidence that the rate ratio is at most this: half the two-sided p-value below the estimate."""
        where = float(np.log(ratio))
        half = float(np.interp(where, self.nulls, self._envelope())) / 2
        return half if where <= self.log_ratio else 1 - half

    def quantile(self, probability: float) -> float:
        """The furthest rate ratio on that side that the test does not reject; NaN where it rejects none."""
        allowed = 2 * min(probability, 1 - probability)
        side = self.nulls <= self.log_ratio if probability < 0.5 else self.nulls >= self.log_ratio
        nulls, kept = self.nulls[side], self.p_values[side] > allowed + 1e-12
        edge = kept[0] if probability < 0.5 else kept[-1]
        if edge or not kept.any():
            return float("nan") if edge else float(np.exp(self.log_ratio))
        return float(np.exp(nulls[kept][0] if probability < 0.5 else nulls[kept][-1]))

    def _envelope(self) -> np.ndarray:
        """The p-values made to fall away from the estimate: at each null the largest at or beyond it."""
        below = np.maximum.accumulate(self.p_values)
        above = np.maximum.accumulate(self.p_values[::-1])[::-1]
        return np.where(self.nulls <= self.log_ratio, below, above)

    @property
    def log_standard_error(self) -> float:
        """Half the width of the 68% interval of the log rate ratio."""
        return float(np.log(self.quantile(0.84) / self.quantile(0.16)) / 2)
