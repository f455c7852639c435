"""What the two synthetic methods share: the series they fit, placebos, ratios of totals, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect
from evaluate.effects.inversion import InvertedRatio
from evaluate.effects.result import Estimator, Result
from evaluate.errors import FitError
from evaluate.estimators.terms import (
    Comparison,
    comparisons,
    in_trigger,
    known_periods,
    require_controls,
    treated_areas,
    window_name,
    with_spike,
)
from evaluate.numerics.randomisation import RandomisationTest, placebo_test
from evaluate.numerics.simplex import Method, SyntheticFit, synthetic_fit

Scale = Literal["rate", "log rate"]
FEWEST_BEFORE = 12
FEWEST_CONTROLS = 2
FEWEST_A_PERIOD = 10.0
LARGEST_MISFIT = 0.20


@dataclass(frozen=True, eq=False)
class Series:
    """The areas' series on the scale they are fitted on.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (1 + controls, periods): the treated areas' mean count, then each control's.
    days : numpy.ndarray
        Shape (periods,).
    before, after : numpy.ndarray
        Shape (periods,), bool: the baseline, and every later period outside the triggers; both without periods that
        the treated count is missing in.
    logs : bool
        Whether log rates are fitted.
    """

    counts: np.ndarray
    days: np.ndarray
    before: np.ndarray
    after: np.ndarray
    logs: bool

    def expected(self, row: int, donors: np.ndarray, method: Method) -> tuple[np.ndarray, SyntheticFit]:
        """Fit one area by others: the counts expected in every period, shape (periods,), and the weights.

        The exponential of a mean of logs is less than the mean, so expected counts from log rates are multiplied by
        what that makes of the baseline's total, apart from the gap between the means of the logs.
        """
        rates = self.counts / self.days
        values = np.log(rates) if self.logs else rates
        fit = synthetic_fit(values[row], values[donors], self.before, self.after, method)
        if not self.logs:
            return fit.synthetic * self.days, fit
        expected = np.exp(fit.synthetic) * self.days
        gap = float(np.mean((values[row] - fit.synthetic)[self.before]))
        met = np.exp(gap) * expected[self.before].sum()
        return expected * self.counts[row, self.before].sum() / met, fit

    def misfit(self, row: int, expected: np.ndarray) -> float:
        """Root mean square gap in the baseline, as a share of the baseline's mean count."""
        gap = (self.counts[row] - expected)[self.before]
        return float(np.sqrt(np.mean(gap**2)) / self.counts[row, self.before].mean())


def fit_synthetic(
    estimator: Estimator,
    design: Design,
    method: Method,
    *,
    settings: tuple[Scale, bool, int, float],
    seed: int,
) -> Result:
    """Fit a synthetic method and put placebo areas beside it.

    Parameters
    ----------
    estimator : Estimator
        Whose settings they are.
    design : Design
        The design.
    method : str
        Of ``evaluate.numerics.simplex``.
    settings : tuple
        Scale, whether a poor fit is allowed, most placebos, level of the intervals.
    seed : int
        Draws the placebos where there are more control areas than asked for.

    Returns
    -------
    Result
    """
    scale, allow_poor_fit, most, level = settings
    series = _series(design, estimator.name, scale)
    donors = np.arange(1, len(series.counts))
    expected, fit = series.expected(0, donors, method)
    misfit = series.misfit(0, expected)
    if misfit > LARGEST_MISFIT and not allow_poor_fit:
        noise = 1 / np.sqrt(series.counts[0, series.before].mean() * len(design.treated))
        raise FitError(
            f"The {estimator.name} misses the treated area's baseline by {misfit:.0%} of its mean; above "
            f"{LARGEST_MISFIT:.0%} what it expects afterwards means little. The noise of counts alone is {noise:.0%}: "
            "use longer periods, other controls or StructuralModel, or allow_poor_fit=True to see it all the same."
        )
    paths = _placebos(series, method, None if allow_poor_fit else LARGEST_MISFIT, most, seed)
    pairs = comparisons(design, estimator.name)
    judged = [_judge(design, series, pair, expected, paths) for pair in pairs]
    effects = [
        _effect(design, pair, test, total, level, len(paths))
        for pair, (test, total) in zip(pairs, judged, strict=True)
    ]
    return Result(
        estimator,
        design,
        tuple(effects),
        _counterfactual(design, series, expected, paths, level),
        seed=seed,
        diagnostics={
            **_weights(design, series, fit),
            "baseline_misfit": misfit,
            "placebo_areas": len(paths),
            "p_value": {
                window_name(pair.window.key): test.p_value
                for pair, (test, _) in zip(pairs, judged, strict=True)
            },
            "rmspe_ratio_p_value": _misfit_ratio_p_value(series, expected, paths),
        },
    )


def _series(design: Design, method: str, scale: Scale) -> Series:
    """Lay out the counts, or say why the method cannot use them."""
    controls = require_controls(design, method, FEWEST_CONTROLS)
    known = known_periods(design)
    before = design.baseline & known
    first = np.flatnonzero(design.periods == design.windows[0].periods[0])[0]
    after = (np.arange(len(known)) >= first) & known & ~in_trigger(design)
    if before.sum() < FEWEST_BEFORE:
        raise FitError(
            f"The {method} needs {FEWEST_BEFORE} periods with counts before the operation to find its weights; "
            f"{design.outcome} has {before.sum()}. Use a longer before, or DifferenceInDifferences."
        )
    treated = design.treated_counts / len(design.treated)
    if scale == "log rate":
        if (treated[before | after] == 0).any():
            raise FitError(
                f'A log rate has no place for nought, and {design.outcome} is nought in a period. Use scale="rate", '
                "or StructuralModel."
            )
        controls = controls[(controls > 0).all(axis=1)]
        if len(controls) < FEWEST_CONTROLS:
            raise FitError(
                f"A log rate has no place for nought, and {len(controls)} control areas are without one. Use "
                'scale="rate", or StructuralModel.'
            )
    if treated[before].mean() * len(design.treated) < FEWEST_A_PERIOD:
        raise FitError(
            f"The {method} needs a mean of {FEWEST_A_PERIOD:.0f} a period; {design.outcome} has "
            f"{design.treated_counts[before].mean():.1f}. Use longer periods, or StructuralModel."
        )
    return Series(np.vstack([treated, controls]), design.exposure_days, before, after, scale == "log rate")


def _placebos(
    series: Series, method: Method, worst: float | None, most: int, seed: int
) -> list[tuple[int, np.ndarray]]:
    """Each control area in the treated one's place, the treated area left out: (row, expected counts).

    Placebo areas are held to the same rule of fit as the treated area.
    """
    donors = np.arange(1, len(series.counts))
    if len(donors) <= FEWEST_CONTROLS:
        return []
    chosen = np.random.default_rng(seed).choice(donors, min(most, len(donors)), replace=False)
    found = []
    for row in np.sort(chosen):
        if not series.counts[row, series.before].sum() > 0:
            continue
        expected, _ = series.expected(int(row), donors[donors != row], method)
        if worst is None or series.misfit(int(row), expected) <= worst:
            found.append((int(row), expected))
    return found


def _judge(
    design: Design,
    series: Series,
    pair: Comparison,
    expected: np.ndarray,
    paths: list[tuple[int, np.ndarray]],
) -> tuple[RandomisationTest, float]:
    """One window's ratio among those of the placebo areas, and the count expected in it."""
    first = design.windows[0].periods[0]
    later = bool((design.periods[pair.reference] >= first).any())

    def totals(row: int, path: np.ndarray) -> tuple[float, float, float]:
        """Recorded and expected in the window, the latter after what an earlier operation left, and before."""
        counts = series.counts[row]
        carried = counts[pair.reference].sum() / path[pair.reference].sum() if later else 1.0
        before = counts[pair.reference if later else series.before].sum()
        return float(counts[pair.judged].sum()), float(carried * path[pair.judged].sum()), float(before)

    scale = len(design.treated)
    observed, due, before = (scale * total for total in totals(0, expected))
    if not due > 0:
        raise FitError(
            f'Less than nothing is expected in the window "{window_name(pair.window.key)}". Use scale="log rate".'
        )
    others = np.array([totals(row, path) for row, path in paths]).reshape(-1, 3)
    others = others[(others > 0).all(axis=1)]
    added = 0.5 if observed == 0 else 0.0
    parts = np.nansum(treated_areas(design), axis=1)
    test = placebo_test(
        float(np.log((observed + added) / (due + added))),
        np.log(others[:, 0] / others[:, 1]),
        1 / (observed + added) + 1 / before,
        1 / others[:, 0] + 1 / others[:, 2],
        concentration=float(np.sum((parts / parts.sum()) ** 2)),
    )
    return test, due


def _effect(
    design: Design, pair: Comparison, test: RandomisationTest, due: float, level: float, placebos: int
) -> Effect:
    """One window with its placebo interval, or without one where there are too few placebos."""
    needed = int(np.ceil(1 / (1 - level) - 1e-9)) - 1
    enough = placebos >= needed
    ratio = InvertedRatio(float(test.log_ratios[0]), test.nulls, test.p_values)
    expected = with_spike(design, pair, due, ratio.log_ratio)
    observed = float(design.treated_counts[pair.judged].sum())
    strayed = np.sort(np.abs(test.t_ratios[1:]))
    place = int(np.ceil(level * (len(strayed) + 1) - 1e-9))
    error = np.sqrt(test.standard_errors[0] ** 2 + test.within * (1 / due - 1 / max(observed, 0.5)))
    half = float(strayed[place - 1] * error) if place <= len(strayed) else float("nan")
    if enough:
        words = f"placebo interval: {placebos} control areas in the treated one's place"
    else:
        words = f"none: {placebos} placebo areas cannot reject at {1 - level:.0%}, which needs {needed}"
    return effect_from_estimate(
        design,
        pair.window,
        ratio=ratio,
        expected=expected,
        predicted_interval=(float(expected * np.exp(-half)), float(expected * np.exp(half))),
        level=level,
        interval=words,
    )


def _counterfactual(
    design: Design,
    series: Series,
    expected: np.ndarray,
    paths: list[tuple[int, np.ndarray]],
    level: float,
) -> Any:
    """The synthetic area's counts; the band is how far placebo areas strayed from theirs in single later periods."""
    scale = len(design.treated)
    expected = scale * np.maximum(expected, 0.0)
    if len(paths) + 1 < 1 / (1 - level) - 1e-9:
        return counterfactual_table(design, expected)
    strayed = np.concatenate(
        [((series.counts[row] - path) / np.sqrt(np.maximum(path, 1e-9)))[series.after] for row, path in paths]
    )
    low, high = np.quantile(strayed, [(1 - level) / 2, (1 + level) / 2])
    width = np.sqrt(expected)
    return counterfactual_table(
        design,
        expected,
        predicted_interval=(np.maximum(expected + low * width, 0.0), expected + high * width),
    )


def _weights(design: Design, series: Series, fit: SyntheticFit) -> dict[str, Any]:
    """Which areas and periods carry the weight."""
    complete = ~np.isnan(design.control_counts).any(axis=1) & (np.nansum(design.control_counts, axis=1) > 0)
    if series.logs:
        complete &= (np.nan_to_num(design.control_counts) > 0).all(axis=1)
    names = [area for area, kept in zip(design.control, complete, strict=True) if kept]
    periods = design.periods[series.before]
    return {
        "control_areas": len(names),
        "control_areas_left_out": len(design.control) - len(names),
        "area_weights": {
            str(name): float(weight)
            for weight, name in sorted(zip(fit.area_weights, names, strict=True), reverse=True)
            if weight > 1e-3
        },
        "period_weights": {
            str(period): float(weight)
            for weight, period in zip(fit.period_weights, periods, strict=True)
            if weight > 1e-3
        },
        "largest_weight": float(fit.area_weights.max()),
    }


def _misfit_ratio_p_value(series: Series, expected: np.ndarray, paths: list[tuple[int, np.ndarray]]) -> float:
    """Share of areas, the treated one among them, whose gap grew at least as much from before to after."""

    def growth(row: int, path: np.ndarray) -> float:
        gap = series.counts[row] - path
        return float(np.mean(gap[series.after] ** 2) / max(np.mean(gap[series.before] ** 2), 1e-300))

    own = growth(0, expected)
    return (1 + sum(growth(row, path) >= own for row, path in paths)) / (1 + len(paths))
