"""From a fitted regression of a series to a Result: contrasts by the delta method, predictive counts by simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate, in_window
from evaluate.effects.effect import Effect, StudentRatio
from evaluate.effects.result import Estimator, Result
from evaluate.estimators.terms import Terms, window_name
from evaluate.numerics.segmented import log_total_ratio

DRAWS = 2_000


@dataclass(frozen=True, eq=False)
class SeriesFit:
    """What a regression of a series found, whatever its family.

    Parameters
    ----------
    terms : Terms
        Its regressors.
    offset : numpy.ndarray
        Shape (periods,): log exposure, and what else is known of the log mean.
    parameters : numpy.ndarray
        Shape (p,): coefficients of the columns, then log ratios of the windows.
    covariance : numpy.ndarray
        Shape (p, p).
    freedom : callable
        Degrees of freedom of a contrast of shape (p,).
    draw : callable
        From log means of shape (draws, chosen periods), the chosen periods as a mask of shape (periods,) and a
        generator to counts that could have been recorded.
    retransformation : float
        What exp(log mean) is multiplied by to be a mean count; 1 for count families.
    interval : str
        What kind of interval the method gives, in words.
    """

    terms: Terms
    offset: np.ndarray
    parameters: np.ndarray
    covariance: np.ndarray
    freedom: Callable[[np.ndarray], float]
    draw: Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
    interval: str
    retransformation: float = 1.0


def result_of(
    estimator: Estimator,
    design: Design,
    fit: SeriesFit,
    *,
    level: float,
    seed: int,
    diagnostics: Mapping[str, Any],
) -> Result:
    """Summarise a fitted regression window by window.

    Parameters
    ----------
    estimator : Estimator
        Whose fit it is.
    design : Design
        What was fitted.
    fit : SeriesFit
        The fit.
    level : float
        Of the intervals.
    seed : int
        For the predictive intervals.
    diagnostics : mapping
        The method's own; degrees of freedom of the windows and the coefficients are added.

    Returns
    -------
    Result
        Predictive intervals draw the parameters from a multivariate t around their estimates and then the counts.
    """
    ratios = [_ratio(design, fit, number) for number in range(len(design.windows))]
    random = np.random.default_rng(seed)
    freedom = min(ratio.degrees_of_freedom for ratio in ratios)
    draws = _parameter_draws(fit, freedom, random)
    log_means = fit.offset + fit.terms.linear(draws)
    tails = [(1 - level) / 2, (1 + level) / 2]
    effects = [
        _effect(design, fit, number, ratios[number], (draws, log_means), (level, tails), random)
        for number in range(len(design.windows))
    ]
    without = log_means - _everything(fit, draws)
    point = fit.offset + fit.terms.linear(fit.parameters) - _everything(fit, fit.parameters)
    table = counterfactual_table(
        design,
        fit.retransformation * np.exp(point),
        expected_interval=_ends(fit.retransformation * np.exp(without), tails),
        predicted_interval=_ends(fit.draw(without, np.ones(len(design.periods), dtype=bool), random), tails),
    )
    keys = [window_name(window.key) for window in design.windows]
    return Result(
        estimator,
        design,
        tuple(effects),
        table,
        seed=seed,
        diagnostics={
            **diagnostics,
            "degrees_of_freedom": dict(
                zip(keys, (ratio.degrees_of_freedom for ratio in ratios), strict=True)
            ),
            "coefficients": dict(zip(fit.terms.names, map(float, fit.parameters), strict=True)),
        },
    )


def _ratio(design: Design, fit: SeriesFit, number: int) -> StudentRatio:
    """The window's ratio of totals as an estimate with a standard error."""
    chosen = in_window(design, design.windows[number])
    log_means = fit.offset + fit.terms.linear(fit.parameters)
    log_ratio, gradient = log_total_ratio(
        log_means[chosen],
        fit.terms.jacobian(fit.parameters)[chosen],
        fit.terms.effect(fit.parameters, number)[chosen],
        fit.terms.effect_derivative(fit.parameters, number)[chosen],
    )
    return StudentRatio(
        log_ratio, float(np.sqrt(gradient @ fit.covariance @ gradient)), fit.freedom(gradient)
    )


def _effect(
    design: Design,
    fit: SeriesFit,
    number: int,
    ratio: StudentRatio,
    drawn: tuple[np.ndarray, np.ndarray],
    intervals: tuple[float, list[float]],
    random: np.random.Generator,
) -> Effect:
    """One window: its ratio, what was expected in it, and counts that could have been recorded."""
    window = design.windows[number]
    chosen = in_window(design, window)
    draws, log_means = drawn
    level, tails = intervals
    point = fit.offset + fit.terms.linear(fit.parameters) - fit.terms.effect(fit.parameters, number)
    without = (log_means - fit.terms.effect(draws, number))[:, chosen]
    low, high = np.quantile(fit.draw(without, chosen, random).sum(axis=1), tails)
    return effect_from_estimate(
        design,
        window,
        ratio=ratio,
        expected=float(fit.retransformation * np.exp(point[chosen]).sum()),
        predicted_interval=(float(low), float(high)),
        level=level,
        interval=fit.interval,
    )


def _parameter_draws(fit: SeriesFit, freedom: float, random: np.random.Generator) -> np.ndarray:
    """Multivariate t draws around the estimates, shape (draws, parameters)."""
    values, vectors = np.linalg.eigh(fit.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    normal = random.standard_normal((DRAWS, len(fit.parameters))) @ root.T
    spread = np.ones(DRAWS) if np.isinf(freedom) else random.chisquare(freedom, DRAWS) / freedom
    return np.asarray(fit.parameters + normal / np.sqrt(spread)[:, None])


def _everything(fit: SeriesFit, parameters: np.ndarray) -> np.ndarray:
    """What the windows and the triggers add to the log mean, shape (..., periods)."""
    total = fit.terms.triggers(parameters)
    for number in range(fit.terms.weights.shape[1]):
        total = total + fit.terms.effect(parameters, number)
    return np.asarray(total)


def _ends(draws: np.ndarray, tails: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper quantile by period."""
    low, high = np.quantile(draws, tails, axis=0)
    return low, high
