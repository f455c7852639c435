"""How much a comparison before an operation says about trends that were not parallel, and how much it would take.

Bins are counted from the reference bin (0): those before it are -P to -1, those after it 1 to K. delta_e is how far the
treated area would have strayed from the controls without an operation, with delta_0 = 0.

References
----------
Rambachan and Roth (2023), Review of Economic Studies 90:2555 (robust intervals, breakdown); Armstrong and Kolesar
(2018), Econometrica 86:655 (fixed-length intervals); Roth (2022), American Economic Review: Insights 4:305 (what a test
of the leads can detect).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

FAR = 8.0
"""Standard errors beyond which one tail is all there is."""
DRAWS = 10_000
TRADE_OFFS, STEPS = 24, 12
"""Estimators between the one of least variance and the one that curvature moves least."""


@dataclass(frozen=True, eq=False)
class RobustEstimate:
    """Estimators of the average effect whose worst bias over trends of bounded curvature is as small as can be.

    Parameters
    ----------
    estimates, errors, biases : numpy.ndarray
        Shape (estimators,): estimate, standard error, and worst bias for every unit of the bound on the second
        differences of delta. The first has the least bias, the last the least variance.
    """

    estimates: np.ndarray
    errors: np.ndarray
    biases: np.ndarray

    def interval(self, bound: float, level: float) -> tuple[float, float]:
        """Shortest of the estimators' intervals if no second difference of delta exceeds the bound.

        Parameters
        ----------
        bound : float
            Largest second difference of delta on the log scale, a bin; 0 for a straight line.
        level : float
            Of the interval.
        """
        halves = [
            error * folded_quantile(bound * bias / error, level)
            for error, bias in zip(self.errors, self.biases, strict=True)
        ]
        best = int(np.argmin(halves))
        return float(self.estimates[best] - halves[best]), float(self.estimates[best] + halves[best])

    def breakdown(self, level: float) -> float:
        """Largest bound at which the interval leaves out no effect; NaN where it holds it even for a straight line."""

        def clear(bound: float) -> bool:
            low, high = self.interval(bound, level)
            return low > 0 or high < 0

        if not clear(0.0):
            return float("nan")
        high = 1e-3
        while clear(high):
            high *= 2
        low = 0.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if clear(middle) else (low, middle)
        return low


def folded_quantile(bias: float, level: float) -> float:
    """Quantile of the size of a normal variable with that mean and variance 1.

    Examples
    --------
    >>> round(folded_quantile(0.0, 0.95), 3), round(folded_quantile(3.0, 0.95), 3)
    (1.96, 4.645)
    """
    if bias > FAR:  # the other side has no more weight
        return float(bias + special.ndtri(level))
    low, high = 0.0, FAR + 10.0
    for _ in range(50):
        middle = (low + high) / 2
        inside = special.ndtr(middle - bias) - special.ndtr(-middle - bias)
        low, high = (middle, high) if inside < level else (low, middle)
    return float(low)


def robust_estimate(
    before: np.ndarray, after: np.ndarray, covariance: np.ndarray, *, gap: int = 0
) -> RobustEstimate:
    """Weigh the bins before so that any straight line in delta drops out of the average effect after.

    Parameters
    ----------
    before : numpy.ndarray
        Shape (P,): log ratios of bins -P to -1 to the reference bin.
    after : numpy.ndarray
        Shape (K,): log ratios of bins gap + 1 to gap + K.
    covariance : numpy.ndarray
        Shape (P + K, P + K): of both together.
    gap : int
        Bins between the reference and the first after it that are not used.

    Returns
    -------
    RobustEstimate
        At least one bin before is needed to learn a line from; with one alone there is one estimator.

    Examples
    --------
    >>> import numpy as np
    >>> line = 0.1 * np.arange(-4, 4)
    >>> found = robust_estimate(line[:4], line[5:], 0.01 * np.eye(7))
    >>> bool(abs(found.estimates).max() < 1e-6)
    True
    """
    p, k = len(before), len(after)
    place = np.concatenate([np.arange(-p, 0), gap + np.arange(1, k + 1)]).astype(float)
    bends = np.delete(second_differences(p, gap + k), p + np.arange(gap), axis=0)

    # Weights: the mean of the bins after, less that of a line through the bins before, plus any combination of the
    # bins before in which a line comes to nought.
    line = np.concatenate([place[:p], np.zeros(k)])
    base = np.concatenate([np.zeros(p), np.full(k, 1 / k)])
    base = base - line * (base @ place) / (line @ line)
    free = np.vstack([np.linalg.svd(place[None, :p])[2][1:].T, np.zeros((k, p - 1))])
    scale = np.trace(covariance) / np.trace(bends @ bends.T)
    found = []
    for penalty in (0.0, *np.geomspace(1e-3, 1e4, TRADE_OFFS)):
        weights = base
        for _ in range(STEPS if penalty else 1):
            # Squares over sizes are sizes: reweighted, the penalty is one on the worst bias itself.
            size = np.abs(bends.T @ weights)
            size = np.maximum(size, 1e-6 * size.max()) / size.sum()
            cost = covariance + penalty * scale * (bends / size) @ bends.T
            weights = base - free @ np.linalg.solve(free.T @ cost @ free, free.T @ cost @ base)
        found.append(weights)
    errors = np.array([np.sqrt(one @ covariance @ one) for one in found])
    biases = np.array([np.abs(bends.T @ one).sum() for one in found])
    return RobustEstimate(np.array([one @ np.concatenate([before, after]) for one in found]), errors, biases)


def second_differences(before: int, after: int) -> np.ndarray:
    """What each second difference of delta adds to each bin, the first step after the reference taken as level.

    Parameters
    ----------
    before, after : int
        Bins before and after the reference.

    Returns
    -------
    numpy.ndarray
        Shape (before + after, before + after - 1): knots from 1 - before to after - 1.

    Examples
    --------
    >>> second_differences(2, 2)
    array([[1., 2., 0.],
           [0., 1., 0.],
           [0., 0., 0.],
           [0., 0., 1.]])
    """
    knots = np.arange(1 - before, after)
    backward = np.arange(-before, 0)[:, None]
    forward = np.arange(1, after + 1)[:, None]
    past = np.where(knots <= 0, np.maximum(-backward + knots, 0), 0)
    future = np.where(knots > 0, np.maximum(forward - knots, 0), 0)
    return np.vstack([past, future]).astype(float)


@dataclass(frozen=True)
class LineBefore:
    """A straight line through the bins before the operation, and what a test of them could have seen.

    Parameters
    ----------
    slope, error : float
        Of the log ratio, a bin, by generalised least squares through the reference bin.
    detectable : float
        Slope that would make at least one bin before differ from the reference at the level with the power asked for.
    """

    slope: float
    error: float
    detectable: float


def line_before(
    before: np.ndarray, covariance: np.ndarray, *, level: float, power: float, seed: int
) -> LineBefore:
    """Fit a line to the bins before, and find the slope that the usual look at them would notice.

    Parameters
    ----------
    before : numpy.ndarray
        Shape (P,): log ratios of bins -P to -1 to the reference bin.
    covariance : numpy.ndarray
        Shape (P, P).
    level : float
        Of each bin's interval; a bin is noticed if its interval leaves out no difference.
    power : float
        Chance that some bin is noticed.
    seed : int
        Of the normal draws that the chance is found from.

    Returns
    -------
    LineBefore

    Examples
    --------
    >>> import numpy as np
    >>> found = line_before(np.array([0.05]), np.array([[0.01]]), level=0.95, power=0.8, seed=1)
    >>> round(found.slope, 3), round(found.detectable, 2)
    (-0.05, 0.28)
    """
    from scipy import optimize

    place = np.arange(-len(before), 0).astype(float)
    inverse = np.linalg.inv(covariance)
    information = float(place @ inverse @ place)
    errors = np.sqrt(np.diag(covariance))
    root = np.linalg.cholesky(covariance)
    noise = np.random.default_rng(seed).standard_normal((DRAWS, len(before))) @ root.T
    cut = special.ndtri((1 + level) / 2)

    def short_of(slope: float) -> float:
        seen = (np.abs(noise + slope * place) > cut * errors).any(axis=1)
        return float(seen.mean()) - power

    high = float(errors.max())
    while short_of(high) < 0:
        high *= 2
    detectable = 0.0 if short_of(0.0) >= 0 else float(optimize.brentq(short_of, 0.0, high, xtol=1e-6))
    return LineBefore(float(place @ inverse @ before) / information, information**-0.5, detectable)
