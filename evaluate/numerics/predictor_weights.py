"""The classical synthetic control with predictors: which predictors matter is chosen so that the outcome is followed.

With predictors x (each over its standard deviation) and the outcome's baseline z of the treated area 1 and controls j::

    w(V) = argmin (x_1 - sum_j w_j x_j)' V (x_1 - sum_j w_j x_j)          w_j >= 0, sum w_j = 1
    V    = the diagonal for which sum over the baseline of (z_1 - sum_j w_j(V) z_j)^2 is least

The outer problem has many minima. It is started from equal weights and from those of a regression, and the lower end is
kept: a better minimum than a published one is not a mistake.

Reference: Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105:493.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluate.numerics.simplex import rough_simplex_weights, simplex_weights

MOST_ROUNDS = 300
"""Of the second search, for each predictor."""


@dataclass(frozen=True, eq=False)
class PredictorWeights:
    """Weights of a synthetic control with predictors.

    Parameters
    ----------
    area_weights : numpy.ndarray
        Shape (control areas,).
    importance : numpy.ndarray
        Shape (predictors,): the diagonal of V, summing to 1.
    misfit : float
        Mean squared gap of the outcome in the baseline.
    """

    area_weights: np.ndarray
    importance: np.ndarray
    misfit: float


def weights_given_importance(predictors: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """Find the area weights for given weights of the predictors.

    Parameters
    ----------
    predictors : numpy.ndarray
        Shape (1 + control areas, predictors): the treated area first, on a common scale.
    importance : numpy.ndarray
        Shape (predictors,), 0 or more.

    Returns
    -------
    numpy.ndarray
        Shape (control areas,).

    Examples
    --------
    >>> import numpy as np
    >>> predictors = np.array([[1.0, 5.0], [0.0, 5.0], [2.0, 9.0]])
    >>> weights_given_importance(predictors, np.array([1.0, 0.0])).round(6)
    array([0.5, 0.5])
    """
    scaled = predictors * np.sqrt(importance)
    return simplex_weights(scaled[1:].T, scaled[0])


def predictor_weights(predictors: np.ndarray, outcome: np.ndarray) -> PredictorWeights:
    """Choose the predictors' weights and with them the areas'.

    Parameters
    ----------
    predictors : numpy.ndarray
        Shape (1 + control areas, predictors): the treated area first, in any units.
    outcome : numpy.ndarray
        Shape (1 + control areas, periods before).

    Returns
    -------
    PredictorWeights

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> outcome = random.normal(size=(9, 10)).cumsum(axis=1)
    >>> outcome[0] = outcome[1:3].mean(axis=0)
    >>> predictors = np.column_stack([outcome[:, 3], outcome[:, 9], random.normal(size=9)])
    >>> found = predictor_weights(predictors, outcome)
    >>> bool(found.importance.sum().round(9) == 1)
    True
    """
    scaled = predictors / np.std(predictors, axis=0, ddof=1)

    def misfit(numbers: np.ndarray) -> float:
        fitted = scaled * np.sqrt(_importance(numbers))
        weights = rough_simplex_weights(fitted[1:].T, fitted[0])
        return float(np.mean((outcome[0] - weights @ outcome[1:]) ** 2))

    count = scaled.shape[1]
    found = [
        _search(misfit, start) for start in (np.full(count, 1 / count), _regression_start(scaled, outcome))
    ]
    best = _importance(min(found, key=misfit))
    weights = weights_given_importance(scaled, best)
    return PredictorWeights(weights, best, misfit(best))


def _search(misfit: Callable[[np.ndarray], float], start: np.ndarray) -> np.ndarray:
    """A local minimum: down the slope first, then without one, because the weights move in jumps."""
    from scipy import optimize

    slope = optimize.minimize(misfit, start, method="L-BFGS-B")
    options: Any = {"adaptive": True, "maxiter": MOST_ROUNDS * len(start)}
    return np.asarray(optimize.minimize(misfit, slope.x, method="Nelder-Mead", options=options).x)


def _regression_start(scaled: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Predictors by how much they say of the outcome in a regression over the areas."""
    columns = np.column_stack([np.ones(len(scaled)), scaled])
    slopes = np.linalg.lstsq(columns, outcome, rcond=None)[0][1:]
    return _importance(np.sum(slopes**2, axis=1))


def _importance(numbers: np.ndarray) -> np.ndarray:
    """From numbers without bounds to shares."""
    shares = np.abs(numbers)
    return np.asarray(shares / shares.sum())
