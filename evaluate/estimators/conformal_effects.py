"""One window's effect with an interval from the treated area's own series: conformal inference by inversion."""

from __future__ import annotations

import numpy as np

from evaluate.design.design import Design
from evaluate.effects.contrasts import effect_from_estimate
from evaluate.effects.effect import Effect
from evaluate.effects.inversion import InvertedRatio
from evaluate.errors import FitError
from evaluate.estimators.terms import Comparison, window_name, with_spike
from evaluate.numerics.conformal import conformal_nulls, conformal_p_values
from evaluate.numerics.simplex import simplex_weights


def conformal_effect(
    design: Design,
    pair: Comparison,
    values: np.ndarray,
    fitted: tuple[np.ndarray, bool],
    due: float,
    level: float,
) -> Effect:
    """Invert the conformal test of every ratio in one window.

    Parameters
    ----------
    design : Design
        With one operation.
    pair : Comparison
        The window.
    values : numpy.ndarray
        Shape (1 + controls, periods): rates or log rates of the treated area and the controls.
    fitted : (numpy.ndarray, bool)
        Baseline, shape (periods,), and whether the values are logarithms.
    due : float
        Count expected in the window by weights found in the baseline.
    level : float
        Of the interval.

    Returns
    -------
    Effect
        The interval of counts prevented is what the ratios not rejected make of the count recorded.

    Raises
    ------
    FitError
        If the window belongs to a second operation, whose baseline is not free of the first.
    """
    before, logs = fitted
    if pair.window.operation != design.windows[0].operation:
        raise FitError(
            "Conformal inference takes the time before an operation to be free of others, and "
            f'"{pair.window.operation}" follows another. Use inference="placebo", or a design for each.'
        )
    used = before | pair.judged
    series, after = values[:, used], pair.judged[used]
    observed = float(design.treated_counts[pair.judged].sum())
    log_ratio = float(np.log(max(observed, 0.5) / due))
    levels = np.exp(series) if logs else series
    weights = simplex_weights(levels[1:, ~after].T, levels[0, ~after])
    nulls = conformal_nulls(log_ratio, levels[0, ~after], weights @ levels[1:, ~after])
    ratio = InvertedRatio(
        log_ratio, nulls, conformal_p_values(series[0], series[1:], after, nulls, logs=logs)
    )
    periods = int(used.sum())
    least = 1 / periods
    words = (
        f"conformal interval: {periods} stretches of the treated area's own series"
        if least <= 1 - level
        else f"none: {periods} periods cannot reject at {1 - level:.0%}"
    )
    low, high = ratio.quantile((1 - level) / 2), ratio.quantile((1 + level) / 2)
    expected = with_spike(design, pair, due, log_ratio)
    return effect_from_estimate(
        design,
        pair.window,
        ratio=ratio,
        expected=expected,
        predicted_interval=(expected * np.exp(log_ratio) / high, expected * np.exp(log_ratio) / low),
        level=level,
        interval=words + f' of "{window_name(pair.window.key)}"',
    )
