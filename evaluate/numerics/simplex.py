"""Synthetic areas: control areas and earlier periods weighted so that they stand for the treated area.

One estimate, three methods. With weights w over control areas and l over the periods before (both 0 or more, summing
to 1) the effect is::

    (mean after - l' before) of the treated area - w' (the same of each control area)

=============================  ==============================  =================================
method                         w                               l
=============================  ==============================  =================================
difference in differences      equal                           equal
synthetic control              fits the periods before         none: levels are compared
synthetic difference in        fits the periods before up to   fits the controls' mean after up
differences                    a constant, and is spread out   to a constant
=============================  ==============================  =================================

References
----------
Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111:4088; Abadie, Diamond and
Hainmueller (2010), Journal of the American Statistical Association 105:493.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize

Method = Literal["difference in differences", "synthetic control", "synthetic difference in differences"]
NEGLIGIBLE = 1e-6
"""Ridge, in units of the noise, where the method has none: it only makes the weights unique."""


@dataclass(frozen=True, eq=False)
class SyntheticFit:
    """Weights and what they say.

    Parameters
    ----------
    effect : float
        Mean over the periods after of treated less synthetic.
    area_weights : numpy.ndarray
        Shape (control areas,).
    period_weights : numpy.ndarray
        Shape (periods before,); noughts where levels are compared.
    synthetic : numpy.ndarray
        Shape (periods,): what the treated area is expected to show in every period, after the shift that the period
        weights ask for.
    ridge : float
        zeta of the area weights.
    """

    effect: float
    area_weights: np.ndarray
    period_weights: np.ndarray
    synthetic: np.ndarray
    ridge: float


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
    ridge_rows = np.sqrt(n) * ridge * np.eye(k)
    heavy = 1e4 * max(float(np.abs(matrix).max()), float(np.abs(target).max()), 1e-12) * np.sqrt(n)
    stacked = np.vstack([matrix, ridge_rows, np.full((1, k), heavy)])
    weights, _ = optimize.nnls(stacked, np.concatenate([target, np.zeros(k), [heavy]]), maxiter=50 * k)
    return _polished(
        matrix.T @ matrix / n + ridge**2 * np.eye(k), matrix.T @ target / n, weights / weights.sum()
    )


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


def synthetic_fit(
    treated: np.ndarray, controls: np.ndarray, before: np.ndarray, after: np.ndarray, method: Method
) -> SyntheticFit:
    """Weight control areas and earlier periods, and compare.

    Parameters
    ----------
    treated : numpy.ndarray
        Shape (periods,); NaN allowed outside ``before`` and ``after``.
    controls : numpy.ndarray
        Shape (control areas, periods).
    before, after : numpy.ndarray
        Shape (periods,), bool.
    method : str
        As in the table above.

    Returns
    -------
    SyntheticFit

    Examples
    --------
    >>> import numpy as np
    >>> controls = np.array([[1.0, 2, 3, 4], [2.0, 2, 2, 2]])
    >>> before = np.array([True, True, True, False])
    >>> fit = synthetic_fit(np.array([1.5, 2, 2.5, 5.0]), controls, before, ~before, "synthetic control")
    >>> round(fit.effect, 3), fit.area_weights.round(3)
    (2.0, array([0.5, 0.5]))
    """
    early, late = controls[:, before], controls[:, after].mean(axis=1)
    noise = noise_level(early)
    ridge = NEGLIGIBLE * noise
    areas = np.full(len(controls), 1 / len(controls))
    periods = np.full(early.shape[1], 1 / early.shape[1])
    if method == "synthetic control":
        areas = simplex_weights(early.T, treated[before], ridge=ridge)
        periods = np.zeros(early.shape[1])
    elif method == "synthetic difference in differences":
        ridge = float(after.sum()) ** 0.25 * noise
        areas = simplex_weights(early.T, treated[before], ridge=ridge, intercept=True)
        periods = simplex_weights(early, late, ridge=NEGLIGIBLE * noise, intercept=True)
    weighted = areas @ controls
    shift = float(periods @ (treated[before] - weighted[before]))
    synthetic = weighted + shift
    return SyntheticFit(float(np.mean(treated[after] - synthetic[after])), areas, periods, synthetic, ridge)
