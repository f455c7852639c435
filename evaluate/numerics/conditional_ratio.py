"""Exact tests of ratios of a few Poisson totals, by conditioning on what they sum to.

Two totals with exposures e: given their sum n the first is ``Binomial(n, r e1 / (r e1 + e2))`` whatever the common
rate, r being the rate ratio. Four totals, before and after in two areas: given both areas' sums and that of the time
after, the first area's count after is Fisher's noncentral hypergeometric, whose odds ratio is the relative rate ratio,
so that whatever changed in both areas drops out. A two-sided p-value is twice the smaller tail; with mid-p half the
probability of the count itself is left out of each tail, which is less conservative and no longer guaranteed.

References
----------
Clopper and Pearson (1934), Biometrika 26:404; Przyborowski and Wilenski (1940), Biometrika 31:313; Lancaster (1961),
Journal of the American Statistical Association 56:223 (mid-p); Fisher (1935), Journal of the Royal Statistical Society
98:39.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

FURTHEST = 40.0
"""Largest log ratio looked for, either way."""


@dataclass(frozen=True, eq=False)
class ConditionalRatio:
    """A confidence distribution of a ratio of Poisson totals, given what they sum to.

    Parameters
    ----------
    support : numpy.ndarray
        Shape (k,): what the count could have been, in ascending order.
    log_weights : numpy.ndarray
        Shape (k,): log probability of each where the ratio is 1, up to a constant.
    count : int
        What it was.
    mid_p : bool
        Leave half the probability of the count itself out of each tail.

    Examples
    --------
    >>> ratio = ConditionalRatio(*two_totals(6, 2, (1.0, 1.0)), 6)
    >>> round(ratio.p_value(1.0), 3), round(ratio.quantile(0.025), 3)
    (0.289, 0.536)
    """

    support: np.ndarray
    log_weights: np.ndarray
    count: int
    mid_p: bool = False

    @property
    def log_ratio(self) -> float:
        """Conditional maximum likelihood estimate: the log ratio under which the count is the mean.

        Minus or plus infinity where the count is the least or the most it could have been.
        """
        if self.count <= self.support[0]:
            return float("-inf")
        if self.count >= self.support[-1]:
            return float("inf")
        return _root(lambda log_ratio: float(self.support @ self._chances(log_ratio)) - self.count)

    def p_value(self, ratio: float) -> float:
        """Two-sided p-value of a ratio: twice the smaller tail, at most 1."""
        low, high = self._tails(float(np.log(ratio)))
        return min(1.0, 2 * min(low, high))

    def probability_at_most(self, ratio: float) -> float:
        """Confidence that the ratio is at most this: half the two-sided p-value below the estimate."""
        half = self.p_value(ratio) / 2
        return half if np.log(ratio) <= self.log_ratio else 1 - half

    def quantile(self, probability: float) -> float:
        """End of the one-sided interval; 0 or infinity where the count sets none."""
        side = 0 if probability >= 0.5 else 1
        target = min(probability, 1 - probability)
        if side == 1 and self.count <= self.support[0]:
            return 0.0
        if side == 0 and self.count >= self.support[-1]:
            return float("inf")
        return float(np.exp(_root(lambda log_ratio: self._tails(log_ratio)[side] - target)))

    @property
    def log_standard_error(self) -> float:
        """Half the width of the 68% interval of the log ratio."""
        low = self.quantile(0.16)
        return float(np.log(self.quantile(0.84) / low) / 2) if low > 0 else float("inf")

    def _chances(self, log_ratio: float) -> np.ndarray:
        """Probability of each possible count."""
        return np.asarray(special.softmax(self.log_weights + self.support * log_ratio))

    def _tails(self, log_ratio: float) -> tuple[float, float]:
        """Probability of this count or fewer, and of this count or more."""
        chances = self._chances(log_ratio)
        place = int(self.count - self.support[0])
        own = (0.5 if self.mid_p else 1.0) * chances[place]
        return float(chances[:place].sum() + own), float(chances[place + 1 :].sum() + own)


def two_totals(first: int, second: int, exposures: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """List what the first of two totals could have been given their sum.

    Parameters
    ----------
    first, second : int
        Totals.
    exposures : tuple of float
        Days, or area-days, of each.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Possible counts and their log weights at a rate ratio of 1.

    Examples
    --------
    >>> two_totals(2, 1, (1.0, 1.0))[0]
    array([0, 1, 2, 3])
    """
    support = np.arange(first + second + 1)
    weights = _log_choose(first + second, support) + support * np.log(exposures[0] / exposures[1])
    return support, weights


def four_totals(treated: tuple[int, int], control: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """List what the treated area's total after could have been given the sums of the two-by-two table.

    Parameters
    ----------
    treated, control : tuple of int
        Total before and after.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Possible counts and their log weights at a relative rate ratio of 1.

    Examples
    --------
    >>> four_totals((9, 2), (38, 40))[0]
    array([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11])
    """
    own, other, after = sum(treated), sum(control), treated[1] + control[1]
    support = np.arange(max(0, after - other), min(own, after) + 1)
    return support, _log_choose(own, support) + _log_choose(other, after - support)


def _root(excess: Callable[[float], float]) -> float:
    """Where a function of the log ratio is nought."""
    from scipy import optimize

    return float(optimize.brentq(excess, -FURTHEST, FURTHEST, xtol=1e-12))


def _log_choose(total: int, chosen: np.ndarray) -> np.ndarray:
    """Logarithm of the binomial coefficient."""
    return np.asarray(
        special.gammaln(total + 1.0) - special.gammaln(chosen + 1.0) - special.gammaln(total - chosen + 1.0)
    )
