"""Partial pooling of several estimates of one kind.

    estimate_u ~ N(theta_u, error_u^2),   theta_u ~ N(mu, tau^2),   mu ~ N(0, 0.5^2),   tau ~ half-normal(0.3)

mu and theta are integrated exactly given tau; tau is integrated over a grid.

References
----------
Gelman, Hill and Yajima (2012), "Why we (usually) don't have to worry about multiple comparisons", Journal of Research
on Educational Effectiveness 5; Gelman et al., Bayesian Data Analysis (third edition), section 5.4 for the algebra.
"""

from __future__ import annotations

import numpy as np

MEAN_SD, BETWEEN_SCALE = 0.5, 0.3
GRID = np.linspace(0.002, 1.5, 400)


def pooled_draws(
    estimates: np.ndarray, errors: np.ndarray, *, draws: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the pooled effects, their mean and how much they differ.

    Parameters
    ----------
    estimates, errors : numpy.ndarray
        Shape (units,): log rate ratios and their standard errors.
    draws : int
        Number of draws.
    random : numpy.random.Generator
        Source of random numbers.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray, numpy.ndarray)
        Effects, shape (draws, units); mean, shape (draws,); standard deviation between units, shape (draws,).
    """
    variance = errors**2 + GRID[:, None] ** 2
    precision = (1 / variance).sum(axis=1) + 1 / MEAN_SD**2
    centre = (estimates / variance).sum(axis=1) / precision
    log_weight = (
        -0.5 * np.log(variance).sum(axis=1)
        - 0.5 * np.log(precision)
        - 0.5 * ((estimates**2 / variance).sum(axis=1) - precision * centre**2)
        - 0.5 * (GRID / BETWEEN_SCALE) ** 2
    )
    weight = np.exp(log_weight - log_weight.max())
    node = random.choice(len(GRID), size=draws, p=weight / weight.sum())
    between = GRID[node]
    mean = centre[node] + random.standard_normal(draws) / np.sqrt(precision[node])
    inner = 1 / errors**2 + 1 / between[:, None] ** 2
    expected = (estimates / errors**2 + mean[:, None] / between[:, None] ** 2) / inner
    effects = expected + random.standard_normal((draws, len(estimates))) / np.sqrt(inner)
    return effects, mean, between
