"""Counts that vary more than a Poisson: how much more, and draws of what could have been recorded."""

from __future__ import annotations

import numpy as np


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
    return max(1.0, float(((counts - means)[known] ** 2 / means[known]).sum() / left))


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
        return random.poisson(means).astype(float)
    shape = np.maximum(means, 1e-12) / (dispersion - 1.0)
    return random.poisson(random.gamma(shape, dispersion - 1.0)).astype(float)


def draw_counts_quadratic(means: np.ndarray, alpha: float, random: np.random.Generator) -> np.ndarray:
    """Draw counts with variance ``mu + alpha mu^2`` (negative binomial, quadratic variance).

    Parameters
    ----------
    means : numpy.ndarray
        Any shape, 0 or more.
    alpha : float
        0 is Poisson.
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
    if alpha <= 1e-9:
        return random.poisson(means).astype(float)
    return random.poisson(means * random.gamma(1.0 / alpha, alpha, size=np.shape(means))).astype(float)
