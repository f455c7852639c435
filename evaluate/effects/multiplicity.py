"""P-values of several questions at once, with allowance for there being several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluate.effects.effect import DrawnRatio, Effect
from evaluate.errors import DesignError


def two_sided_tail(effect: Effect) -> float:
    """Twice the probability, or confidence, on the less likely side of no change.

    For a method with a confidence distribution this is its two-sided p-value; for a posterior it is a tail area, which
    answers another question and is not adjusted.

    Parameters
    ----------
    effect : Effect
        Of any method.

    Returns
    -------
    float
        From 0 to 1; NaN where the method gives no probability of a reduction.

    Examples
    --------
    >>> from evaluate.effects.effect import Effect
    >>> round(two_sided_tail(Effect("June", "after", 8, 10, 0.8, 0.6, 0.9, 2, 0, 6, 0.99, 0.95, "t")), 3)
    0.02
    """
    fall = effect.p_reduction
    return float(min(1.0, 2 * min(fall, 1 - fall))) if np.isfinite(fall) else float("nan")


def has_p_value(effect: Effect) -> bool:
    """Whether a method's two-sided tail is a p-value: it has a confidence distribution, not a posterior.

    Examples
    --------
    >>> from evaluate.effects.effect import Effect
    >>> has_p_value(Effect("June", "after", 8, 10, 0.8, 0.6, 0.9, 2, 0, 6, 0.99, 0.95, "t"))
    False
    """
    return effect.ratio is not None and not isinstance(effect.ratio, DrawnRatio)


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Adjust p-values so that the chance of any false finding stays at the level.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65.

    Parameters
    ----------
    p_values : sequence of float
        From 0 to 1; NaN stays NaN and counts for nothing.

    Returns
    -------
    numpy.ndarray
        In the order given.

    Raises
    ------
    DesignError
        If one is not from 0 to 1.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p, known = _checked(p_values)
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * (len(order) - np.arange(len(order)))
    return _put_back(p, order, np.maximum.accumulate(steps))


def benjamini_hochberg(p_values: Sequence[float]) -> np.ndarray:
    """Adjust p-values so that the expected share of false ones among the findings stays at the level.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289.

    Parameters
    ----------
    p_values : sequence of float
        From 0 to 1; NaN stays NaN and counts for nothing.

    Returns
    -------
    numpy.ndarray
        In the order given.

    Raises
    ------
    DesignError
        If one is not from 0 to 1.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p, known = _checked(p_values)
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * len(order) / (1 + np.arange(len(order)))
    return _put_back(p, order, np.minimum.accumulate(steps[::-1])[::-1])


def _checked(p_values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """The p-values as an array, and the positions of those that are known."""
    p = np.asarray(p_values, dtype=float)
    known = np.flatnonzero(~np.isnan(p))
    wrong = p[known][(p[known] < 0) | (p[known] > 1)]
    if len(wrong):
        raise DesignError(f"A p-value is from 0 to 1; one of these is {wrong[0]:g}.")
    return p, known


def _put_back(p: np.ndarray, order: np.ndarray, adjusted: np.ndarray) -> np.ndarray:
    """Adjusted values in the order of the p-values, none above 1."""
    found = np.full(len(p), np.nan)
    found[order] = np.minimum(adjusted, 1.0)
    return found
