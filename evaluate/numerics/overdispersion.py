"""Counts that vary more than a Poisson: how much more, and draws of what could have been recorded."""

from __future__ import annotations

import numpy as np

LEAST_MEAN = 1e-12
"""A mean below it is nought."""
MOST_DRAWN = 1e15
"""A mean above it is drawn as a normal variable: beyond it neighbouring whole numbers are one in floating point."""


def pearson_dispersion(counts: np.ndarray, means: np.ndarray, parameters: int) -> float:
    """Estimate variance over mean by Pearson's statistic, never below 1.

    ``phi = sum (y - mu)^2 / mu / (n - p)``. A value below 1 is chance in a short series far more often than
    it is counts more regular than a Poisson's, so 1 is the floor.

    Parameters
    ----------
    counts, means : numpy.ndarray
        Observed counts and their fitted means, same shape; pairs with a NaN are left out.
    parameters : int
        Number of means' parameters estimated from these counts (p).

    Returns
    -------
    float
        NaN where no degree of freedom is left.

    References
    ----------
    McCullagh and Nelder (1989), "Generalized Linear Models", section 4.5.

    Examples
    --------
    >>> import numpy as np
    >>> round(pearson_dispersion(np.array([2.0, 18.0, 10.0]), np.full(3, 10.0), 1), 2)
    6.4
    """
    known = ~(np.isnan(counts) | np.isnan(means))
    left = int(known.sum()) - parameters
    if left < 1:
        return float("nan")
    # A mean of nought explains a count of nought and no other.
    squares = (counts - means)[known] ** 2 / np.maximum(means[known], LEAST_MEAN)
    return max(1.0, float(squares.sum() / left))


def draw_counts(means: np.ndarray, dispersion: float, random: np.random.Generator) -> np.ndarray:
    """Draw counts whose variance is ``dispersion`` times their mean (negative binomial, linear variance).

    Parameters
    ----------
    means : numpy.ndarray
        Any shape, 0 or more.
    dispersion : float
        Variance over mean; 1 is Poisson.
    random : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    numpy.ndarray
        Whole numbers as float, same shape.

    Examples
    --------
    >>> import numpy as np
    >>> draws = draw_counts(np.full(20_000, 10.0), 2.0, np.random.default_rng(1))
    >>> bool(abs(draws.var() / draws.mean() - 2) < 0.1)
    True
    """
    if dispersion <= 1.0:
        return _poisson(means, random)
    shape = np.maximum(means, LEAST_MEAN) / (dispersion - 1.0)
    return _poisson(random.gamma(shape, dispersion - 1.0), random)


def draw_counts_quadratic(
    means: np.ndarray, alpha: float | np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Draw counts with variance ``mu + alpha mu^2`` (negative binomial, quadratic variance).

    Parameters
    ----------
    means : numpy.ndarray
        Any shape, 0 or more.
    alpha : float or numpy.ndarray
        0 is Poisson; an array is broadcast to the means.
    random : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    numpy.ndarray
        Whole numbers as float, same shape.

    Examples
    --------
    >>> import numpy as np
    >>> draws = draw_counts_quadratic(np.full(20_000, 10.0), 0.1, np.random.default_rng(1))
    >>> bool(abs(draws.var() - 20) < 1)
    True
    """
    alphas = np.broadcast_to(np.asarray(alpha, dtype=float), np.shape(means))
    if not (alphas > 1e-9).any():
        return _poisson(means, random)
    spread = np.maximum(alphas, 1e-9)
    return _poisson(means * random.gamma(1.0 / spread, spread, size=np.shape(means)), random)


def _poisson(means: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Poisson counts as float; a mean that cannot be counted to is drawn from its normal limit."""
    counts = random.poisson(np.minimum(means, MOST_DRAWN)).astype(float)
    large = np.asarray(means) > MOST_DRAWN
    if large.any():
        normal = random.standard_normal(np.shape(means))
        counts = np.where(large, means + np.sqrt(means) * normal, counts)
    return counts
