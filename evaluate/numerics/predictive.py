"""Counts that could have been recorded: a draw of a count for every draw of its mean."""

from __future__ import annotations

import numpy as np


def negative_binomial_counts(means: np.ndarray, alpha: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw counts with variance ``mean + alpha mean^2``.

    Parameters
    ----------
    means : numpy.ndarray
        Shape (draws, periods).
    alpha : numpy.ndarray
        Shape (draws,): overdispersion of each draw; 0 for Poisson counts.
    random : numpy.random.Generator
        Source of random numbers.

    Returns
    -------
    numpy.ndarray
        Shape (draws, periods), whole numbers.
    """
    shape = 1 / np.maximum(alpha, 1e-9)[:, None]
    return random.poisson(means * random.gamma(shape, 1 / shape, size=means.shape))
