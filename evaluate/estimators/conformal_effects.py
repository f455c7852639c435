"""One window's effect with an interval from the treated area's own series: conformal inference by inversion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.design.design import Design
from evaluate.effects.contrasts import effect_from_estimate
from evaluate.effects.effect import Effect
from evaluate.effects.inversion import InvertedRatio
from evaluate.errors import FitError
from evaluate.estimators.terms import Comparison, window_name, with_spike
from evaluate.numerics.conformal import conformal_nulls, conformal_p_values
from evaluate.numerics.simplex import simplex_weights

LEAST_FIT = 0.05
"""Where no ratio has a p-value above this, none fits the window and there is nothing to give."""


@dataclass(frozen=True, eq=False)
class ConformalRatio(InvertedRatio):
    """A confidence distribution by conformal inference.

    The ratio that fits best may itself have a p-value below a third, so that there is no 68% interval to take a
    standard error from: it is taken from the 95% interval.
    """

    @property
    def log_standard_error(self) -> float:
        """Half the width of the 95% interval of the log rate ratio, over 1.96."""
        from scipy import stats

        return float(np.log(self.quantile(0.975) / self.quantile(0.025)) / (2 * stats.norm.ppf(0.975)))


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
        The estimate is the ratio that fits best, the one with the largest p-value. The interval of counts prevented is
        what the ratios not rejected make of the count recorded.

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
    if not observed > 0:
        return effect_from_estimate(
            design, pair.window, ratio=None, expected=due, level=level,
            interval="none: nothing was recorded in the window, which every ratio fits alike",
        )  # fmt: skip
    log_ratio = float(np.log(observed / due))
    levels = np.exp(series) if logs else series
    weights = simplex_weights(levels[1:, ~after].T, levels[0, ~after])
    nulls = conformal_nulls(log_ratio, levels[0, ~after], weights @ levels[1:, ~after])
    p_values = conformal_p_values(series[0], series[1:], after, nulls, logs=logs)
    if p_values.max() <= max(LEAST_FIT, 1 - level):
        return effect_from_estimate(
            design, pair.window, ratio=None, expected=due, level=level,
            interval=f"none: no single ratio fits the whole window (largest p-value {p_values.max():.2f})",
        )  # fmt: skip
    best = nulls[p_values == p_values.max()]
    ratio = ConformalRatio(float(best[np.argmin(np.abs(best - log_ratio))]), nulls, p_values)
    periods = int(used.sum())
    words = (
        f"conformal interval: {periods} stretches of the treated area's own series"
        if 1 / periods <= 1 - level
        else f"none: {periods} periods cannot reject at {1 - level:.0%}"
    )
    low, high = ratio.quantile((1 - level) / 2), ratio.quantile((1 + level) / 2)
    expected = with_spike(design, pair, observed / np.exp(ratio.log_ratio), ratio.log_ratio)
    whole = expected * np.exp(ratio.log_ratio)
    return effect_from_estimate(
        design,
        pair.window,
        ratio=ratio,
        expected=expected,
        predicted_interval=(whole / high, whole / low),
        level=level,
        interval=words + f' of "{window_name(pair.window.key)}"',
    )
