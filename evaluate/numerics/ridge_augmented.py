"""Weights of a synthetic control moved by a ridge regression, so that what they miss of the baseline is made up for.

With the controls' baseline centred at its mean over the controls, x_j, the treated area's in the same units, x_1, and
weights w of the synthetic control::

    w_j + (x_1 - sum_k w_k x_k)' (sum_k x_k x_k' + lambda I)^-1 x_j

The weights still sum to 1 and may be negative: where no average of the controls follows the treated area they
extrapolate, the less so the larger lambda is. lambda is the largest whose error in a period left out is within one
standard error of the least.

Reference: Ben-Michael, Feller and Rothstein (2021), Journal of the American Statistical Association 116:1789, sections
3 and 5.3.
"""

from __future__ import annotations

import numpy as np

from evaluate.numerics.simplex import simplex_weights

PENALTIES, SMALLEST = 20, 1e-8
"""Penalties tried, and the least as a share of the largest."""


def augmented_weights(
    early: np.ndarray, target: np.ndarray, weights: np.ndarray, penalty: float
) -> np.ndarray:
    """Move a synthetic control's weights by a ridge regression.

    Parameters
    ----------
    early : numpy.ndarray
        Shape (control areas, periods before).
    target : numpy.ndarray
        Shape (periods before,): the treated area.
    weights : numpy.ndarray
        Shape (control areas,), summing to 1.
    penalty : float
        lambda, above 0.

    Returns
    -------
    numpy.ndarray
        Shape (control areas,), summing to 1.

    Examples
    --------
    >>> import numpy as np
    >>> early = np.array([[1.0, 2.0, 1.0], [3.0, 3.0, 5.0], [2.0, 4.0, 4.0]])
    >>> augmented_weights(early, np.array([4.0, 4.0, 6.0]), np.array([0.0, 1.0, 0.0]), 0.01).sum().round(9)
    np.float64(1.0)
    """
    centred = early - early.mean(axis=0)
    gap = target - weights @ early
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    return np.asarray(weights + left @ (sizes / (sizes**2 + penalty) * (right @ gap)))


def chosen_penalty(early: np.ndarray, target: np.ndarray) -> float:
    """Choose the ridge penalty by leaving out each period of the baseline in turn.

    Parameters
    ----------
    early, target
        As in ``augmented_weights``.

    Returns
    -------
    float

    Examples
    --------
    >>> import numpy as np
    >>> early = np.random.default_rng(1).normal(size=(8, 12)).cumsum(axis=1)
    >>> chosen_penalty(early, early[:3].mean(axis=0) + 0.5) > 0
    True
    """
    largest = float(np.linalg.svd(early - early.mean(axis=0), compute_uv=False)[0] ** 2)
    penalties = np.geomspace(largest, SMALLEST * largest, PENALTIES)
    errors = np.empty((early.shape[1], PENALTIES))
    for period in range(early.shape[1]):
        kept = np.arange(early.shape[1]) != period
        weights = simplex_weights(early[:, kept].T, target[kept])
        for number, penalty in enumerate(penalties):
            moved = augmented_weights(early[:, kept], target[kept], weights, float(penalty))
            errors[period, number] = (target[period] - moved @ early[:, period]) ** 2
    mean = errors.mean(axis=0)
    allowed = mean.min() + errors[:, mean.argmin()].std(ddof=1) / np.sqrt(len(errors))
    return float(penalties[np.flatnonzero(mean <= allowed)[0]])
