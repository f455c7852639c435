"""Interrupted time series: the treated area's own level, trend and season, and one effect a window.

Equation, for periods t of counts y::

    log E y_t = log days_t + b0 + b1 t + season_t + triggers_t + sum_j log((1 - f_jt) + f_jt exp(theta_j))

Families: ``"negative binomial"`` (variance ``mu + alpha mu^2``) and ``"quasi-poisson"`` (variance ``phi mu``) by
maximum likelihood with Student's t on n - p degrees of freedom, and ``"log rate"``, a linear regression of
log(y / days) with first-order autoregressive errors by restricted maximum likelihood and Satterthwaite's degrees of
freedom.

Source: Lopez Bernal, Cummins and Gasparrini (2017), International Journal of Epidemiology 46:348; for the log rate
Turner et al. (2021), BMC Medical Research Methodology 21:134.

When not to use it: where control areas exist (StructuralModel uses them), and the count families where periods are
autocorrelated: ``diagnostics["residual_autocorrelation"]`` above 0.2 means intervals that are too narrow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from evaluate.data.periods import period_name, periods_per_year
from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean
from evaluate.estimators.summary import SeriesFit, result_of
from evaluate.estimators.terms import Terms, complete_controls, known_periods, terms_of, window_name
from evaluate.numerics.count_regression import fit_counts, sandwich, scores
from evaluate.numerics.least_squares import (
    LinearFit,
    long_run_variance,
    newey_west,
    newey_west_lags,
    ordinary,
    prais_winsten,
)
from evaluate.numerics.overdispersion import draw_counts, draw_counts_quadratic
from evaluate.numerics.reml import AutoregressiveFit, fit_autoregressive
from evaluate.numerics.segmented import require_full_rank

Family = Literal["negative binomial", "quasi-poisson", "log rate"]
Inference = Literal["model", "newey-west", "prais-winsten", "ols"]
FEWEST_BEFORE = 12
FEWEST_DESCRIPTIVE = 6


@dataclass(frozen=True)
class InterruptedTimeSeries:
    """Segmented regression of the treated area's series.

    Parameters
    ----------
    family : {"negative binomial", "quasi-poisson", "log rate"}
        How counts vary around their mean.
    inference : {"model", "newey-west", "prais-winsten", "ols"}
        Where standard errors come from. "model" is the family's own: t for counts, REML with Satterthwaite's degrees
        of freedom for log rates. The others are there to reproduce studies that used them; "prais-winsten" and "ols"
        need the log rate. Measured coverage of their 95% intervals for a change of level in the middle of 48
        periods with an autocorrelation of 0, 0.4 and 0.8 (``benchmarks/its_coverage.py``, Monte Carlo error 0.7 or
        less): REML 96, 93, 92%; Prais-Winsten 93, 89, 86%; Newey-West 88, 81, 67%; OLS 96, 81, 55%.
    season : int or None
        Pairs of yearly waves.
    trend : bool
        A straight line on the log scale.
    slope_change : bool
        Let the slope change in each "after" as well as the level.
    controls : {"offset"} or None
        "offset" divides by the control areas' total in each period, so that what the areas share drops out. The
        control total is taken as known, so it should be much larger than the treated count.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If a setting is not one of those listed, or two do not go together.

    Notes
    -----
    The negative binomial's standard errors are multiplied by the root of Pearson's dispersion where that is above 1,
    because maximum likelihood takes short series for less noisy than they are. A 5% test in 24 + 12 months then rejects
    a true null in 3 to 5 of 100 without autocorrelation and in 13 to 16 with one of 0.5, as the quasi-Poisson does;
    the log rate with REML in 4 to 5 and in 8 (``benchmarks/its_count_size.py``, Monte Carlo error 1.2 or less).

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=2, periods=72, rate_ratio_after=0.6, seed=1)
    >>> result = ev.InterruptedTimeSeries().fit(ev.simulated_design(panel), seed=1)
    >>> effect = result.effect("operation", "after")
    >>> effect.lower < 0.6 < effect.upper
    True
    """

    family: Family = "negative binomial"
    inference: Inference = "model"
    season: int | None = 2
    trend: bool = True
    slope_change: bool = False
    controls: Literal["offset"] | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        for name, allowed in (("family", get_args(Family)), ("inference", get_args(Inference))):
            value = getattr(self, name)
            if value not in allowed:
                raise DesignError(f'There is no {name} "{value}". {did_you_mean(value, allowed)}')
        if self.controls not in (None, "offset"):
            raise DesignError(f'controls is "offset" or None; it is "{self.controls}".')
        if self.inference in ("prais-winsten", "ols") and self.family != "log rate":
            raise DesignError(
                f'inference="{self.inference}" is a method for linear regression, and the family is '
                f'"{self.family}". Use family="log rate", or inference="model".'
            )
        if not 0.5 <= self.level < 1:
            raise DesignError(f"level lies from 0.5 to below 1; it is {self.level}.")

    @property
    def name(self) -> str:
        """Name for tables."""
        return "interrupted time series"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Fit the regression.

        Parameters
        ----------
        design : Design
            Its controls are used only with ``controls="offset"``.
        seed : int
            For the predictive intervals.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If the baseline is too short for the terms asked for, a window has no count above nought, a log rate
            meets a nought, or the terms cannot be told apart.
        """
        terms = terms_of(design, trend=self.trend, season=self.season, slope_change=self.slope_change)
        offset = self._offset(design)
        known = known_periods(design)
        self._require_enough(design)
        require_full_rank(np.hstack([terms.columns, terms.weights])[known], list(terms.names))
        fitter = self._fit_log_rate if self.family == "log rate" else self._fit_counts
        fit, diagnostics = fitter(design, terms, offset, known)
        return result_of(self, design, fit, level=self.level, seed=seed, diagnostics=diagnostics)

    def _offset(self, design: Design) -> np.ndarray:
        """Log exposure: days, or the control areas' total."""
        if self.controls is None:
            return np.asarray(np.log(design.exposure_days))
        counts = complete_controls(design)
        if not len(counts):
            raise FitError(
                'controls="offset" needs a control area without missing periods, and this design has '
                f"{'none' if design.control else 'no controls'}. Name some, or use controls=None."
            )
        total = counts.sum(axis=0)
        if (total == 0).any():
            empty = design.periods[total == 0][0]
            raise FitError(
                f'controls="offset" divides by the control total, which is nought in {empty}. Use more control '
                "areas, longer periods, or StructuralModel."
            )
        return np.asarray(np.log(total))

    def _require_enough(self, design: Design) -> None:
        """Refuse a baseline too short for the terms, and windows in which nothing was recorded."""
        before = int((design.baseline & known_periods(design)).sum())
        unit = period_name(design.periods)
        fewest = FEWEST_DESCRIPTIVE if self.inference == "ols" else FEWEST_BEFORE
        if self.season:
            fewest = max(fewest, int(np.ceil(2 * periods_per_year(design.periods))))
        if before < fewest:
            fix = "season=None, " if self.season else 'inference="ols" (a description, no more), '
            raise FitError(
                f"The interrupted time series needs {fewest} {unit}s with counts before the operation"
                f"{' for its season' if self.season else ''}; {design.outcome} has {before}. Use {fix}"
                "a longer before, or BeforeAfter."
            )
        for window in design.windows:
            inside = design.treated_counts[design.periods.isin(window.periods)]
            if not np.nansum(inside) > 0:
                what = "no published count" if np.isnan(inside).all() else "nothing recorded"
                raise FitError(
                    f'There is {what} of {design.outcome} in the window "{window_name(window.key)}", so its rate '
                    "ratio has no standard error. Use StructuralModel, or leave that window out."
                )

    def _fit_counts(
        self, design: Design, terms: Terms, offset: np.ndarray, known: np.ndarray
    ) -> tuple[SeriesFit, dict[str, Any]]:
        """Negative binomial or quasi-Poisson by maximum likelihood."""
        counts = design.treated_counts[known]
        columns, weights = terms.columns[known], terms.weights[known]
        binomial = self.family == "negative binomial"
        fit = fit_counts(counts, columns, weights, offset[known], negative_binomial=binomial)
        covariance, interval = fit.covariance, f"{self.family} t interval"
        if self.inference == "newey-west":
            self._require_no_gaps(design, known)
            lags = newey_west_lags(len(counts))
            meat = long_run_variance(scores(fit, counts, columns, weights), lags)
            covariance, interval = sandwich(fit, counts, columns, weights, meat), "Newey-West t interval"
        residuals = (counts - fit.means) / np.sqrt(fit.means + fit.alpha * fit.means**2)

        def draw(log_means: np.ndarray, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
            means = np.exp(np.minimum(log_means, 40))
            if binomial:
                return draw_counts_quadratic(means, fit.alpha, random)
            return draw_counts(means, fit.dispersion, random)

        series = SeriesFit(
            terms, offset, fit.parameters, covariance, lambda contrast: float(fit.freedom), draw, interval
        )
        return series, {
            "dispersion": fit.dispersion,
            "alpha": fit.alpha,
            "log_likelihood": fit.log_likelihood,
            "residual_autocorrelation": float(residuals[1:] @ residuals[:-1] / (residuals @ residuals)),
            "periods": int(known.sum()),
            **self._grade(design),
        }

    def _fit_log_rate(
        self, design: Design, terms: Terms, offset: np.ndarray, known: np.ndarray
    ) -> tuple[SeriesFit, dict[str, Any]]:
        """Linear regression of the log rate, linearised around the partial periods until it stands still."""
        counts = design.treated_counts[known]
        if (counts == 0).any():
            raise FitError(
                f"A log rate has no place for nought, and {design.outcome} is nought in "
                f'{int((counts == 0).sum())} {period_name(design.periods)}s. Use family="negative binomial".'
            )
        if self.inference in ("newey-west", "prais-winsten"):
            self._require_no_gaps(design, known)
        values, times = np.log(counts) - offset[known], np.flatnonzero(known)
        fit, parameters = _iterate(terms, known, values, self._linear_method(times))
        residuals = values - terms.linear(parameters)[known]
        rho, sd = fit.autocorrelation, float(np.sqrt(fit.variance))
        carried = rho if self.inference in ("model", "prais-winsten") else 0.0
        means = np.exp(offset[known] + terms.linear(parameters)[known])
        interval = {
            "model": "REML interval with Satterthwaite degrees of freedom",
            "newey-west": "Newey-West t interval",
            "prais-winsten": "Prais-Winsten t interval",
            "ols": "ordinary least squares t interval (descriptive)",
        }[self.inference]

        def draw(log_means: np.ndarray, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
            noise = _autoregressive_noise((len(log_means), len(chosen)), carried, sd, random)
            return np.asarray(np.exp(log_means + noise[:, chosen]))

        series = SeriesFit(
            terms, offset, parameters, fit.covariance, fit.degrees_of_freedom, draw, interval,
            retransformation=float(counts.sum() / means.sum()),
        )  # fmt: skip
        return series, {
            "autocorrelation": rho,
            "residual_sd": sd,
            "durbin_watson": float(np.sum(np.diff(residuals) ** 2) / np.sum(residuals**2)),
            "log_likelihood": getattr(fit, "log_likelihood", float("nan")),
            "periods": int(known.sum()),
            **self._grade(design),
        }

    def _linear_method(
        self, times: np.ndarray
    ) -> Callable[[np.ndarray, np.ndarray], LinearFit | AutoregressiveFit]:
        """The linear regression that the inference asks for."""
        if self.inference == "model":
            return lambda values, design: fit_autoregressive(values, design, times)
        return {"newey-west": newey_west, "prais-winsten": prais_winsten, "ols": ordinary}[self.inference]

    def _grade(self, design: Design) -> dict[str, Any]:
        """How many controls were used, and the highest design grade there is without any."""
        if self.controls is None:
            return {"control_areas": 0, "design_grade_ceiling": "D"}
        return {"control_areas": len(complete_controls(design))}

    def _require_no_gaps(self, design: Design, known: np.ndarray) -> None:
        """Refuse methods that take neighbouring rows for neighbouring periods."""
        if not known.all():
            raise FitError(
                f'inference="{self.inference}" takes each period to follow the one before, and '
                f'{design.periods[~known][0]} is missing. Use inference="model".'
            )


def _iterate(
    terms: Terms,
    known: np.ndarray,
    values: np.ndarray,
    method: Callable[[np.ndarray, np.ndarray], LinearFit | AutoregressiveFit],
) -> tuple[LinearFit | AutoregressiveFit, np.ndarray]:
    """Gauss-Newton steps: exact after one where every share is 0 or 1."""
    parameters = np.zeros(terms.columns.shape[1] + terms.weights.shape[1])
    for _ in range(50):
        derivative = terms.jacobian(parameters)[known]
        working = values - terms.linear(parameters)[known] + derivative @ parameters
        fit = method(working, derivative)
        moved = float(np.abs(fit.coefficients - parameters).max())
        parameters = fit.coefficients
        if moved < 1e-6 * (1 + float(np.abs(parameters).max())):
            return fit, parameters
    raise FitError(
        "The log-rate regression did not settle: an operation that touches parts of several periods does not explain "
        'how they differ. Use family="negative binomial", or count by a shorter period.'
    )


def _autoregressive_noise(
    shape: tuple[int, ...], rho: float, sd: float, random: np.random.Generator
) -> np.ndarray:
    """Stationary first-order autoregressions along the last axis."""
    noise = random.normal(0, sd, shape)
    for t in range(1, shape[-1]):
        noise[..., t] = rho * noise[..., t - 1] + np.sqrt(1 - rho**2) * noise[..., t]
    return noise
