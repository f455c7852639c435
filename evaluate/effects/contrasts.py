"""From a fitted method to effects: ratios are total over total, counts prevented are predictive."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.design.window import Window
from evaluate.effects.effect import DrawnRatio, Effect, StudentRatio
from evaluate.effects.inversion import InvertedRatio
from evaluate.numerics.conditional_ratio import ConditionalRatio


def in_window(design: Design, window: Window) -> np.ndarray:
    """Shape (periods,): True in the window's periods that have a treated count."""
    return np.asarray(design.periods.isin(window.periods)) & ~np.isnan(design.treated_counts)


def effect_from_draws(
    design: Design,
    window: Window,
    *,
    expected_draws: np.ndarray,
    fitted_draws: np.ndarray,
    predicted_draws: np.ndarray,
    level: float = 0.95,
) -> Effect:
    """Summarise draws of a model that has an effect in it.

    Parameters
    ----------
    design : Design
        The design fitted.
    window : Window
        The window to summarise.
    expected_draws : numpy.ndarray
        Shape (draws, periods of the window with a count): mean count without this window's effect.
    fitted_draws : numpy.ndarray
        Shape as before: mean count with it.
    predicted_draws : numpy.ndarray
        Shape as before: counts that could have been recorded without it.
    level : float
        Of the equal-tailed credible intervals.

    Returns
    -------
    Effect
        Rate ratio: median of the ratio of summed means, draw by draw.
    """
    expected = expected_draws.sum(axis=1)
    log_ratio = np.log(fitted_draws.sum(axis=1)) - np.log(expected)
    observed = float(design.treated_counts[in_window(design, window)].sum())
    low, high = (1 - level) / 2, (1 + level) / 2
    ratio = DrawnRatio(log_ratio)
    prevented = predicted_draws.sum(axis=1) - observed
    return Effect(
        operation=window.operation,
        window=window.name,
        observed=observed,
        expected=float(expected.mean()),
        rate_ratio=ratio.quantile(0.5),
        lower=ratio.quantile(low),
        upper=ratio.quantile(high),
        prevented=float(expected.mean()) - observed,
        prevented_lower=float(np.quantile(prevented, low)),
        prevented_upper=float(np.quantile(prevented, high)),
        p_reduction=ratio.probability_at_most(1.0),
        level=level,
        interval="credible interval (equal tails)",
        ratio=ratio,
    )


def effect_from_estimate(
    design: Design,
    window: Window,
    *,
    ratio: StudentRatio | InvertedRatio | ConditionalRatio | None,
    expected: float,
    predicted_interval: tuple[float, float] = (float("nan"), float("nan")),
    level: float = 0.95,
    interval: str = "none",
) -> Effect:
    """Summarise an estimate with a standard error, or one without (``ratio=None``: no interval is given).

    Parameters
    ----------
    design : Design
        The design fitted.
    window : Window
        The window to summarise.
    ratio : StudentRatio, InvertedRatio, ConditionalRatio or None
        Confidence distribution of the rate ratio.
    expected : float
        Count expected in the window without the operation.
    predicted_interval : tuple of float
        Lower and upper end of a predictive interval of that count; NaN where the method has none.
    level : float
        Of the intervals.
    interval : str
        What kind of interval it is, in words.

    Returns
    -------
    Effect
    """
    observed = float(design.treated_counts[in_window(design, window)].sum())
    nan = float("nan")
    low, high = (1 - level) / 2, (1 + level) / 2
    return Effect(
        operation=window.operation,
        window=window.name,
        observed=observed,
        expected=expected,
        rate_ratio=float(np.exp(ratio.log_ratio)) if ratio else observed / expected,
        lower=ratio.quantile(low) if ratio else nan,
        upper=ratio.quantile(high) if ratio else nan,
        prevented=expected - observed,
        prevented_lower=predicted_interval[0] - observed,
        prevented_upper=predicted_interval[1] - observed,
        p_reduction=ratio.probability_at_most(1.0) if ratio else nan,
        level=level,
        interval=interval,
        ratio=ratio,
    )


def counterfactual_table(
    design: Design,
    expected: np.ndarray,
    *,
    expected_interval: tuple[np.ndarray, np.ndarray] | None = None,
    predicted_interval: tuple[np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Lay observed and expected counts out by period.

    Parameters
    ----------
    design : Design
        The design fitted.
    expected : numpy.ndarray
        Shape (periods,): mean count without any operation.
    expected_interval, predicted_interval : tuple of numpy.ndarray, optional
        Lower and upper ends, each of shape (periods,); NaN columns where the method has none.

    Returns
    -------
    pandas.DataFrame
        Indexed by period, with the columns of ``Result.counterfactual``.
    """
    nothing = np.full(len(expected), np.nan)
    mean_low, mean_high = expected_interval or (nothing, nothing)
    count_low, count_high = predicted_interval or (nothing, nothing)
    return pd.DataFrame(
        {
            "observed": design.treated_counts,
            "expected": expected,
            "expected_lower": mean_low,
            "expected_upper": mean_high,
            "predicted_lower": count_low,
            "predicted_upper": count_high,
        },
        index=pd.PeriodIndex(design.periods, name="period"),
    )
