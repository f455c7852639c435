"""Mean, dispersion and autocorrelation of count series by the method of moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STRONGEST = 0.9
"""Largest autocorrelation reported: a few dozen counts cannot tell 0.9 from a trend."""
ROUNDS = 20


@dataclass(frozen=True)
class CountMoments:
    """How counts vary around an expected course.

    The model has the mean ``level * shape_t * exp(u_t)``, u autoregressive of first order, and Poisson counts
    around it, so that the variance of a count with mean m is ``m + v m^2``.

    Parameters
    ----------
    level : float
        Count per unit of shape.
    mean : float
        Mean count in a period.
    relative_variance : float
        v, the variance of exp(u) for a mean of one; 0 for Poisson.
    autocorrelation : float
        Correlation of u with that of the period before, from 0 to 0.9.
    periods : int
        Number of counts used.
    pooled_variance : float
        v averaged over this series and those it was compared with; that of this series where there are none.
    """

    level: float
    mean: float
    relative_variance: float
    autocorrelation: float
    periods: int = 0
    pooled_variance: float = float("nan")

    @property
    def dispersion(self) -> float:
        """Variance over mean at the mean count, 1 or more."""
        return 1.0 + self.relative_variance * self.mean

    @property
    def deviation_sd(self) -> float:
        """Standard deviation of u, on the log scale."""
        return float(np.sqrt(np.log1p(self.relative_variance)))


def count_moments(
    counts: np.ndarray, shape: np.ndarray, *, others: Sequence[tuple[np.ndarray, np.ndarray]] = ()
) -> CountMoments:
    """Estimate level, dispersion and autocorrelation of one series.

    With residuals ``r_t = y_t - m_t``, ``m_t = level * shape_t``::

        v = sum(r_t^2 - m_t) / sum(m_t^2) + e         c_1 = sum(r_t r_{t+1}) / sum(m_t m_{t+1}) + e
        rho = c_1 / v

    where e, the relative variance of the estimated level, gives back what subtracting an estimated mean takes away.

    A few dozen counts say little of an autocorrelation, so v is taken from the series alone but rho from v and c_1
    averaged over this series and the ``others``, weighted by their mean counts.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (periods,), NaN where missing.
    shape : numpy.ndarray
        Shape (periods,), above 0: the expected course up to a factor.
    others : sequence of (numpy.ndarray, numpy.ndarray)
        Counts and shapes of comparison series.

    Returns
    -------
    CountMoments
        All NaN but ``periods`` where fewer than three counts are known or their sum is nought.

    Examples
    --------
    >>> import numpy as np
    >>> moments = count_moments(np.array([30.0, 41, 22, 35, 27, 44, 19, 30]), np.ones(8))
    >>> moments.mean, round(moments.dispersion, 1)
    (31.0, 2.4)
    """
    own = _residuals(counts, shape)
    if own is None:
        nan = float("nan")
        return CountMoments(nan, nan, nan, nan, int(np.sum(~np.isnan(counts))))
    level, mean, _, _, periods = own
    found = [series for series in (own, *(_residuals(*pair) for pair in others)) if series is not None]
    variance, pooled, rho = own[2], own[2], 0.0
    weights = np.array([series[1] for series in found])
    for _ in range(ROUNDS):
        errors = np.array([_level_error(series[1], series[2], rho, series[4]) for series in found])
        pooled = np.average([series[2] for series in found] + errors, weights=weights)
        lagged = np.average([series[3] for series in found] + errors, weights=weights)
        rho = float(np.clip(lagged / pooled, 0.0, STRONGEST)) if pooled > 0 else 0.0
        variance = max(0.0, own[2] + _level_error(mean, max(0.0, variance), rho, periods))
    return CountMoments(level, mean, float(variance), rho, periods, max(0.0, float(pooled)))


def _residuals(counts: np.ndarray, shape: np.ndarray) -> tuple[float, float, float, float, int] | None:
    """Level, mean, raw relative variance, raw lagged covariance and number of counts of one series."""
    known = ~np.isnan(counts)
    if known.sum() < 3 or not counts[known].sum() > 0:
        return None
    level = float(counts[known].sum() / shape[known].sum())
    means = level * shape
    residuals = counts - means
    pairs = known[1:] & known[:-1]
    variance = (residuals[known] ** 2 - means[known]).sum() / (means[known] ** 2).sum()
    products = (residuals[1:] * residuals[:-1])[pairs].sum()
    lagged = products / (means[1:] * means[:-1])[pairs].sum() if pairs.any() else 0.0
    return level, float(means[known].mean()), float(variance), float(lagged), int(known.sum())


def _level_error(mean: float, variance: float, rho: float, periods: int) -> float:
    """Relative variance of an estimated level."""
    lags = np.arange(1, periods)
    inflation = 1.0 + 2.0 * float(((1 - lags / periods) * rho**lags).sum()) if rho > 0 else 1.0
    return (1.0 / mean + max(0.0, variance) * inflation) / periods


def simulate_counts(
    moments: CountMoments, shape: np.ndarray, *, sets: int, random: np.random.Generator
) -> np.ndarray:
    """Simulate series that vary as these moments say.

    Parameters
    ----------
    moments : CountMoments
        From ``count_moments``.
    shape : numpy.ndarray
        Shape (periods,): the expected course up to the level.
    sets : int
        Number of series.
    random : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    numpy.ndarray
        Shape (sets, periods), whole numbers as float.

    Examples
    --------
    >>> import numpy as np
    >>> moments = CountMoments(level=30.0, mean=30.0, relative_variance=0.05, autocorrelation=0.4)
    >>> simulate_counts(moments, np.ones(24), sets=5, random=np.random.default_rng(1)).shape
    (5, 24)
    """
    sd, rho = moments.deviation_sd, moments.autocorrelation
    path = np.empty((sets, len(shape)))
    state = sd * random.standard_normal(sets)
    step = sd * np.sqrt(1 - rho**2)
    for period in range(len(shape)):
        path[:, period] = state
        state = rho * state + step * random.standard_normal(sets)
    return random.poisson(moments.level * shape * np.exp(path - sd**2 / 2)).astype(float)
