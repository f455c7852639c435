"""What the synthetic methods for a few large areas share: the series they fit, placebos, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.result import Estimator, Result
from evaluate.errors import DesignError, FitError
from evaluate.estimators.conformal_effects import conformal_effect
from evaluate.estimators.placebo_effects import Path, PlaceboComparison
from evaluate.estimators.terms import (
    comparisons,
    in_trigger,
    known_periods,
    require_controls,
    treated_areas,
    window_name,
)
from evaluate.numerics.predictor_weights import predictor_weights
from evaluate.numerics.rate_ratio import two_way_dispersion
from evaluate.numerics.synthetic import Method, SyntheticFit, fit_of_weights, synthetic_fit

Scale = Literal["rate", "log rate"]
FEWEST_BEFORE = 12
FEWEST_CONTROLS = 2
FEWEST_A_PERIOD = 10.0
LARGEST_MISFIT = 0.20
LARGEST_SHARE_OUTSIDE = 0.50
Inference = Literal["placebo", "conformal"]


@dataclass(frozen=True)
class Settings:
    """What the synthetic methods let their users choose.

    Parameters
    ----------
    scale : str
        "rate" or "log rate".
    allow_poor_fit : bool
        Give a result where the baseline cannot be followed.
    placebos : int
        Most control areas put in the treated one's place.
    level : float
        Of the intervals.
    inference : str
        "placebo" or "conformal".
    predictors : pandas.DataFrame or None
        By area code: what the weights are to match instead of every period.

    Raises
    ------
    DesignError
        If a setting is not one of those.
    """

    scale: Scale
    allow_poor_fit: bool
    placebos: int
    level: float
    inference: Inference = "placebo"
    predictors: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.scale not in ("rate", "log rate"):
            raise DesignError(f'scale is "rate" or "log rate"; it is "{self.scale}".')
        if self.inference not in ("placebo", "conformal"):
            raise DesignError(f'inference is "placebo" or "conformal"; it is "{self.inference}".')
        if self.inference == "conformal" and self.predictors is not None:
            raise DesignError(
                'Conformal inference matches every period, before and after. Use inference="placebo" with predictors.'
            )
        if self.placebos < 0 or not 0.5 <= self.level < 1:
            raise DesignError(
                f"placebos is 0 or more and level from 0.5 to below 1; these are {self.placebos} and {self.level}."
            )


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
    areas : int
        Number of treated areas.
    predictors : numpy.ndarray or None
        Shape (1 + controls, predictors).
    """

    counts: np.ndarray
    days: np.ndarray
    before: np.ndarray
    after: np.ndarray
    logs: bool
    areas: int
    predictors: np.ndarray | None = None

    @property
    def values(self) -> np.ndarray:
        """Shape (1 + controls, periods): what is fitted."""
        rates = self.counts / self.days
        return np.asarray(np.log(rates) if self.logs else rates)

    def expected(
        self, row: int, donors: np.ndarray, method: Method, *, penalty: float | None = None
    ) -> tuple[np.ndarray, SyntheticFit]:
        """Fit one area by others: the counts expected in every period, shape (periods,), and the weights.

        The exponential of a mean of logs is less than the mean, so expected counts from log rates are multiplied by
        what that makes of the baseline's total, apart from the gap between the means of the logs.
        """
        values, order = self.values, [row, *donors]
        if self.predictors is not None:
            found = predictor_weights(self.predictors[order], values[order][:, self.before]).area_weights
            fit = fit_of_weights(values[row], values[donors], self.before, self.after, found)
            return self._counts_expected(row, fit), fit
        fit = synthetic_fit(
            values[row], values[donors], self.before, self.after, method,
            areas=self.areas if row == 0 else 1, penalty=penalty,
        )  # fmt: skip
        return self._counts_expected(row, fit), fit

    def _counts_expected(self, row: int, fit: SyntheticFit) -> np.ndarray:
        """From what was fitted to counts, shape (periods,)."""
        if not self.logs:
            return np.asarray(fit.synthetic * self.days)
        expected = np.exp(fit.synthetic) * self.days
        gap = float(np.mean((self.values[row] - fit.synthetic)[self.before]))
        met = np.exp(gap) * expected[self.before].sum()
        return np.asarray(expected * self.counts[row, self.before].sum() / met)

    def misfit(self, row: int, expected: np.ndarray) -> float:
        """Root mean square gap in the baseline, as a share of the baseline's mean count."""
        gap = (self.counts[row] - expected)[self.before]
        return float(np.sqrt(np.mean(gap**2)) / self.counts[row, self.before].mean())

    def outside_hull(self, row: int, donors: np.ndarray) -> float:
        """Share of the baseline's periods in which an area lies above all the others or below all of them."""
        own, others = self.counts[row, self.before], self.counts[donors][:, self.before]
        return float(np.mean((own > others.max(axis=0)) | (own < others.min(axis=0))))

    def noise_floor(self) -> float:
        """What counts alone make of the misfit: the square root of their dispersion over their mean."""
        dispersion, freedom = two_way_dispersion(self.counts[1:, self.before])
        return float(
            np.sqrt((dispersion if freedom else 1.0) / (self.areas * self.counts[0, self.before].mean()))
        )


def fit_synthetic(
    estimator: Estimator, design: Design, method: Method, *, settings: Settings, seed: int
) -> Result:
    """Fit a synthetic method and put placebo areas beside it.

    Parameters
    ----------
    estimator : Estimator
        Whose settings they are.
    design : Design
        The design.
    method : str
        Of ``evaluate.numerics.synthetic``.
    settings : Settings
        Chosen by the user.
    seed : int
        Draws the placebos where there are more control areas than asked for.

    Returns
    -------
    Result

    Raises
    ------
    FitError
        If the series cannot be used, or what is fitted does not follow the baseline.
    """
    series = _series(design, estimator.name, settings)
    donors = np.arange(1, len(series.counts))
    expected, fit = series.expected(0, donors, method)
    if not settings.allow_poor_fit:
        _refuse_poor_fit(series, estimator.name, method, expected)
    parts = np.nansum(treated_areas(design), axis=1)
    comparison = PlaceboComparison(
        design,
        Path(design.treated_counts, len(design.treated) * expected),
        _placebos(series, method, settings, fit, seed),
        series.before,
        series.after,
        float(np.sum((parts / parts.sum()) ** 2)),
        "control areas in the treated one's place",
    )
    pairs = comparisons(design, estimator.name)
    judged = [comparison.judge(pair) for pair in pairs]
    values = series.values
    effects = [
        conformal_effect(design, pair, values, (series.before, series.logs), test[1], settings.level)
        if settings.inference == "conformal"
        else comparison.effect(pair, test, settings.level)
        for pair, test in zip(pairs, judged, strict=True)
    ]
    return Result(
        estimator,
        design,
        tuple(effects),
        comparison.counterfactual(settings.level),
        seed=seed,
        diagnostics={
            **_weights(design, series, fit),
            **_fit_facts(series, expected),
            "placebo_areas": len(comparison.placebos),
            "p_value": {
                window_name(pair.window.key): test.p_value
                for pair, (test, _) in zip(pairs, judged, strict=True)
            },
            "rmspe_ratio_p_value": comparison.misfit_ratio_p_value(),
        },
    )


def _fit_facts(series: Series, expected: np.ndarray) -> dict[str, float]:
    """How well the baseline is followed, and how well counts would allow."""
    misfit, noise = series.misfit(0, expected), series.noise_floor()
    return {
        "baseline_misfit": misfit,
        "noise_floor": noise,
        "misfit_over_noise": misfit / noise,
        "baseline_outside_hull": series.outside_hull(0, np.arange(1, len(series.counts))),
    }


def _follows(series: Series, row: int, donors: np.ndarray, expected: np.ndarray, method: Method) -> str:
    """Say why an area's baseline is not followed; empty where it is.

    Only the plain synthetic control must lie between its controls: the others move its level or extrapolate.
    """
    if series.misfit(row, expected) > LARGEST_MISFIT:
        return "misfit"
    inside = method == "synthetic control"
    return "hull" if inside and series.outside_hull(row, donors) > LARGEST_SHARE_OUTSIDE else ""


def _refuse_poor_fit(series: Series, name: str, method: Method, expected: np.ndarray) -> None:
    """Refuse where what is expected afterwards would mean little."""
    donors = np.arange(1, len(series.counts))
    why = _follows(series, 0, donors, expected, method)
    if why == "misfit":
        raise FitError(
            f"The {name} misses the treated area's baseline by {series.misfit(0, expected):.0%} of its mean; above "
            f"{LARGEST_MISFIT:.0%} what it expects afterwards means little. The noise of counts alone is "
            f"{series.noise_floor():.0%}: use longer periods, other controls or StructuralModel, or "
            "allow_poor_fit=True to see it all the same."
        )
    if why == "hull":
        raise FitError(
            f"The {name} averages its controls, and the treated area lies above or below all of them in "
            f"{series.outside_hull(0, donors):.0%} of the baseline's periods (at most {LARGEST_SHARE_OUTSIDE:.0%} "
            "allowed). Use controls of its size, SyntheticDifferenceInDifferences or RidgeAugmentedSyntheticControl, "
            "or allow_poor_fit=True to see it all the same."
        )


def _series(design: Design, method: str, settings: Settings) -> Series:
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
    logs = settings.scale == "log rate"
    if logs:
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
    counts = np.vstack([treated, controls])
    matched = None if settings.predictors is None else _matched(design, settings.predictors, logs)
    return Series(counts, design.exposure_days, before, after, logs, len(design.treated), matched)


def _matched(design: Design, predictors: pd.DataFrame, logs: bool) -> np.ndarray:
    """Predictors of the treated areas' mean and of the controls that are used, shape (1 + controls, predictors)."""
    wanted = [*design.treated, *_used_controls(design, logs)]
    lost = [area for area in wanted if area not in predictors.index]
    if lost:
        raise DesignError(
            f'predictors has no row for {len(lost)} areas of the design, among them "{lost[0]}". Add them, or leave '
            "the areas out with design.without([...])."
        )
    values = predictors.loc[wanted].to_numpy(dtype=float)
    constant = ~(np.ptp(values, axis=0) > 0)
    if constant.any():
        raise DesignError(
            f'The predictor "{predictors.columns[constant][0]}" is missing somewhere or the same in all areas, so it '
            "cannot be matched. Leave it out."
        )
    split = len(design.treated)
    return np.vstack([values[:split].mean(axis=0), values[split:]])


def _used_controls(design: Design, logs: bool) -> list[str]:
    """Codes of the control areas with a count in every period, above nought where logarithms are taken."""
    counts = design.control_counts
    complete = ~np.isnan(counts).any(axis=1) & (np.nansum(counts, axis=1) > 0)
    if logs:
        complete &= (np.nan_to_num(counts) > 0).all(axis=1)
    return [str(area) for area, kept in zip(design.control, complete, strict=True) if kept]


def _placebos(series: Series, method: Method, settings: Settings, fit: SyntheticFit, seed: int) -> list[Path]:
    """Each control area in the treated one's place, the treated area left out.

    Placebo areas are held to the same rule of fit as the treated area, and take its ridge penalty.
    """
    donors = np.arange(1, len(series.counts))
    if len(donors) <= FEWEST_CONTROLS:
        return []
    most = min(settings.placebos, len(donors))
    chosen = np.random.default_rng(seed).choice(donors, most, replace=False)
    found = []
    for row in np.sort(chosen):
        if not series.counts[row, series.before].sum() > 0:
            continue
        others = donors[donors != row]
        expected, _ = series.expected(int(row), others, method, penalty=fit.ridge)
        if settings.allow_poor_fit or not _follows(series, int(row), others, expected, method):
            found.append(Path(series.counts[row], expected))
    return found


def _weights(design: Design, series: Series, fit: SyntheticFit) -> dict[str, Any]:
    """Which areas and periods carry the weight."""
    names = _used_controls(design, series.logs)
    periods = design.periods[series.before]
    return {
        "control_areas": len(names),
        "control_areas_left_out": len(design.control) - len(names),
        "area_weights": {
            str(name): float(weight)
            for weight, name in sorted(zip(fit.area_weights, names, strict=True), reverse=True)
            if abs(weight) > 1e-3
        },
        "period_weights": {
            str(period): float(weight)
            for weight, period in zip(fit.period_weights, periods, strict=True)
            if weight > 1e-3
        },
        "largest_weight": float(fit.area_weights.max()),
        "negative_weight": float(np.minimum(fit.area_weights, 0.0).sum()),
        "ridge": fit.ridge,
    }
