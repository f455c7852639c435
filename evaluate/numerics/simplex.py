"""Weights of 0 or more that sum to 1: control areas, or earlier periods, averaged so that they follow a target."""

from __future__ import annotations

import numpy as np


def simplex_weights(
    matrix: np.ndarray, target: np.ndarray, *, ridge: float = 0.0, intercept: bool = False
) -> np.ndarray:
    """Weights of 0 or more that sum to 1 and bring ``matrix @ weights`` near the target.

    Minimises ``|matrix w - target|^2 / n + ridge^2 |w|^2``, up to a constant with ``intercept``.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (n, k).
    target : numpy.ndarray
        Shape (n,).
    ridge : float
        In the units of the matrix.
    intercept : bool
        Whether a constant may be added.

    Returns
    -------
    numpy.ndarray
        Shape (k,).

    Examples
    --------
    >>> import numpy as np
    >>> simplex_weights(np.array([[1.0, 3.0], [2.0, 6.0]]), np.array([1.5, 3.0])).round(6)
    array([0.75, 0.25])
    """
    if intercept:
        matrix, target = matrix - matrix.mean(axis=0), target - target.mean()
    n, k = matrix.shape
    weights = rough_simplex_weights(
        np.vstack([matrix, np.sqrt(n) * ridge * np.eye(k)]) if ridge else matrix,
        np.concatenate([target, np.zeros(k)]) if ridge else target,
    )
    return _polished(matrix.T @ matrix / n + ridge**2 * np.eye(k), matrix.T @ target / n, weights)


def rough_simplex_weights(matrix: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Find the same weights to about seven digits and several times faster, for searches that need many.

    Parameters
    ----------
    matrix, target
        As in ``simplex_weights``.

    Returns
    -------
    numpy.ndarray
        Shape (k,).

    Examples
    --------
    >>> import numpy as np
    >>> rough_simplex_weights(np.array([[1.0, 3.0], [2.0, 6.0]]), np.array([1.5, 3.0])).round(5)
    array([0.75, 0.25])
    """
    from scipy import optimize

    k = matrix.shape[1]
    largest = max(float(np.abs(matrix).max()), float(np.abs(target).max()), 1e-12)
    heavy = 1e4 * largest * np.sqrt(len(target))
    stacked = np.empty((len(target) + 1, k))
    stacked[:-1], stacked[-1] = matrix, heavy
    weights, _ = optimize.nnls(stacked, np.append(target, heavy), maxiter=50 * k)
    return np.asarray(weights / weights.sum())


def _polished(gram: np.ndarray, cross: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Solve exactly among the areas that have weight; keep the weights where that would make one negative."""
    used = np.flatnonzero(weights > 0)
    ones = np.ones((len(used), 1))
    system = np.block([[gram[np.ix_(used, used)], ones], [ones.T, np.zeros((1, 1))]])
    solved = np.linalg.lstsq(system, np.concatenate([cross[used], [1.0]]), rcond=None)[0][:-1]
    if (solved < 0).any() or not np.isclose(solved.sum(), 1.0):
        return weights
    out = np.zeros_like(weights)
    out[used] = solved
    return out


def noise_level(controls: np.ndarray) -> float:
    """Compute the standard deviation of the control areas' first differences.

    Parameters
    ----------
    controls : numpy.ndarray
        Shape (control areas, periods before).

    Examples
    --------
    >>> import numpy as np
    >>> round(noise_level(np.array([[1.0, 2.0, 1.0], [3.0, 4.0, 3.0]])), 3)
    1.155
    """
    return float(np.std(np.diff(controls, axis=1), ddof=1))
