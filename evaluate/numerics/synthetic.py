"""Synthetic areas: one estimate made of weighted control areas and weighted earlier periods, by four methods.

One estimate, four methods. With weights w over control areas and l over the periods before (each summing to 1) the
effect is::

    (mean after - l' before) of the treated area - w' (the same of each control area)

=============================  ==============================  =================================
method                         w                               l
=============================  ==============================  =================================
difference in differences      equal                           equal
synthetic control              fits the periods before         none: levels are compared
ridge augmented synthetic      the same, moved beyond 0 and 1  none
control                        by a ridge regression
synthetic difference in        fits the periods before up to   fits the controls' mean after up
differences                    a constant, and is spread out   to a constant
=============================  ==============================  =================================

References
----------
Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111:4088; Abadie, Diamond and
Hainmueller (2010), Journal of the American Statistical Association 105:493; Ben-Michael, Feller and Rothstein (2021),
Journal of the American Statistical Association 116:1789 (ridge augmented).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluate.numerics.ridge_augmented import augmented_weights, chosen_penalty
from evaluate.numerics.simplex import noise_level, simplex_weights

Method = Literal[
    "difference in differences",
    "synthetic control",
    "ridge augmented synthetic control",
    "synthetic difference in differences",
]
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
        zeta of the area weights; the penalty of the ridge regression where the method has one.
    """

    effect: float
    area_weights: np.ndarray
    period_weights: np.ndarray
    synthetic: np.ndarray
    ridge: float


def synthetic_fit(
    treated: np.ndarray,
    controls: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    method: Method,
    *,
    areas: int = 1,
    penalty: float | None = None,
) -> SyntheticFit:
    """Weight control areas and earlier periods, and compare.

    Parameters
    ----------
    treated : numpy.ndarray
        Shape (periods,); NaN allowed outside ``before`` and ``after``. The mean of the areas where there are several.
    controls : numpy.ndarray
        Shape (control areas, periods).
    before, after : numpy.ndarray
        Shape (periods,), bool.
    method : str
        As in the table above.
    areas : int
        Number of treated areas.
    penalty : float, optional
        Of the ridge regression; by leaving periods out otherwise.

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
    weights = np.full(len(controls), 1 / len(controls))
    periods = np.full(early.shape[1], 1 / early.shape[1])
    if method in ("synthetic control", "ridge augmented synthetic control"):
        weights = simplex_weights(early.T, treated[before], ridge=ridge)
        periods = np.zeros(early.shape[1])
        if method == "ridge augmented synthetic control":
            ridge = chosen_penalty(early, treated[before]) if penalty is None else penalty
            weights = augmented_weights(early, treated[before], weights, ridge)
    elif method == "synthetic difference in differences":
        ridge = float(areas * after.sum()) ** 0.25 * noise
        weights = simplex_weights(early.T, treated[before], ridge=ridge, intercept=True)
        periods = simplex_weights(early, late, ridge=NEGLIGIBLE * noise, intercept=True)
    weighted = weights @ controls
    synthetic = weighted + float(periods @ (treated[before] - weighted[before]))
    return SyntheticFit(float(np.mean(treated[after] - synthetic[after])), weights, periods, synthetic, ridge)


def fit_of_weights(
    treated: np.ndarray, controls: np.ndarray, before: np.ndarray, after: np.ndarray, weights: np.ndarray
) -> SyntheticFit:
    """Compare levels by area weights that were found otherwise, such as by predictors.

    Parameters
    ----------
    treated, controls, before, after
        As in ``synthetic_fit``.
    weights : numpy.ndarray
        Shape (control areas,), summing to 1.

    Returns
    -------
    SyntheticFit

    Examples
    --------
    >>> import numpy as np
    >>> controls, before = np.array([[1.0, 3.0], [3.0, 5.0]]), np.array([True, False])
    >>> fit_of_weights(np.array([2.0, 2.0]), controls, before, ~before, np.array([0.5, 0.5])).effect
    -2.0
    """
    synthetic = weights @ controls
    effect = float(np.mean(treated[after] - synthetic[after]))
    return SyntheticFit(effect, weights, np.zeros(int(before.sum())), synthetic, 0.0)
