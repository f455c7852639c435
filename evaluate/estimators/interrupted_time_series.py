"""Interrupted time series: the treated area's own level, trend and season, and one effect a window.

Equation, for periods t of counts y::

    log E y_t = log exposure_t + b0 + b1 t + season_t + triggers_t + sum_j log((1 - f_jt) + f_jt exp(theta_j))

The exposure is days, another outcome of the panel, or the control areas' total C_t. Families: ``"poisson"`` (variance
``mu``), ``"quasi-poisson"`` (``phi mu``) and ``"negative binomial"`` (``mu + alpha mu^2``) by maximum likelihood with
Student's t on n - p degrees of freedom; ``"beta-binomial"``, the treated count given the total y_t + C_t, which leaves
of a controlled series what no common cause explains; and ``"log rate"``, a linear regression of log(y / exposure) with
first-order autoregressive errors by restricted maximum likelihood and Satterthwaite's degrees of freedom.

Source: Lopez Bernal, Cummins and Gasparrini (2017), International Journal of Epidemiology 46:348; for the controlled
forms Bottomley, Scott and Isham (2019), Epidemiologic Methods 8:20180010; for the log rate Turner et al. (2021), BMC
Medical Research Methodology 21:134.

When not to use it: where control areas exist (StructuralModel uses them), and the count families where periods are
autocorrelated: ``diagnostics["residual_autocorrelation"]`` above 0.2 means intervals that are too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from evaluate.data.periods import Span, period_name, periods_per_year
from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean
from evaluate.estimators.count_series import count_series, share_series, yearly_slope
from evaluate.estimators.log_rate_series import log_rate_series
from evaluate.estimators.summary import SeriesFit, result_of
from evaluate.estimators.terms import (
    Season,
    Terms,
    complete_controls,
    known_periods,
    positive_series,
    terms_of,
    window_name,
    with_washout,
)
from evaluate.estimators.transfer import Change, likeliest_shape
from evaluate.numerics.segmented import require_full_rank

Family = Literal["negative binomial", "quasi-poisson", "poisson", "beta-binomial", "log rate"]
Inference = Literal["model", "sandwich", "newey-west", "prais-winsten", "ols"]
LINEAR, COUNTS = ("model", "newey-west", "prais-winsten", "ols"), ("model", "sandwich", "newey-west")
FEWEST_BEFORE = 12
FEWEST_DESCRIPTIVE = 6


@dataclass(frozen=True)
class InterruptedTimeSeries:
    """Segmented regression of the treated area's series.

    Parameters
    ----------
    family : {"negative binomial", "quasi-poisson", "poisson", "beta-binomial", "log rate"}
        How counts vary around their mean. "poisson" is there to reproduce studies that used it: recorded crime varies
        more, and its intervals are then too narrow. "beta-binomial" needs ``controls="conditional"``.
    inference : {"model", "sandwich", "newey-west", "prais-winsten", "ols"}
        Where standard errors come from. "model" is the family's own: t for counts, REML with Satterthwaite's degrees
        of freedom for log rates. The others are there to check, and to reproduce studies that used them: "sandwich"
        (HC3) for counts; "prais-winsten" and "ols" for the log rate; "newey-west" for both. Measured coverage of their
        95% intervals for a change of level in the middle of 48
        periods with an autocorrelation of 0, 0.4 and 0.8 (``benchmarks/its_coverage.py``, Monte Carlo error 0.7 or
        less): REML 96, 93, 92%; Prais-Winsten 93, 89, 86%; Newey-West 88, 81, 67%; OLS 96, 81, 55%.
    season : int, "months" or None
        Pairs of yearly waves, or a level for each calendar month.
    trend : bool
        A straight line on the log scale.
    slope_change : bool
        Let the slope change in each window of three periods or more as well as the level.
    change : {"step", "pulse", "gradual"}
        Shape of the effect after an operation: constant, dying away as delta^k, or growing as 1 - delta^(k + 1), k
        periods in; delta is the likeliest of 0.1, 0.3, 0.5, 0.7 and 0.9, with its uncertainty in the standard errors.
    controls : {"offset", "conditional"} or None
        "offset" divides by the control areas' total in each period, so that what the areas share drops out; the
        control total is taken as known, so it should be much larger than the treated count. "conditional" takes the
        total of treated and control areas as given, which is right for small control totals as well. Both give
        ``diagnostics["baseline_slope"]``, how the ratio to the controls moved in a year of the baseline.
    exposure : str, optional
        Outcome of the panel, such as a population, that the treated count is divided by instead of by days.
    covariates : sequence of str
        Outcomes of the panel whose logarithm in the treated areas is a regressor. The operation must not move them.
    washout : str, optional
        Length, such as "2 months", of the start of each "after" that is left out, as if it were missing. Phasing-in
        that has dates of its own is better named as the operation: its "during" is then estimated by itself.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If a setting is not one of those listed, or two do not go together.

    Notes
    -----
    The negative binomial's standard errors are multiplied by the root of Pearson's dispersion where that is above 1,
    because maximum likelihood takes short series for less noisy than they are; so are the beta-binomial's. A 5% test in
    24 + 12 months then rejects a true null in 3 to 5 of 100 without autocorrelation and in 13 to 15 with one of 0.5, as
    the quasi-Poisson does; the HC3 sandwich in 3 to 4 and in 10, the log rate with REML in 4 to 5 and in 7 to 8, and
    the Poisson in up to 29 (``benchmarks/its_count_size.py``, Monte Carlo error 1.2 or less).

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
    season: Season = 2
    trend: bool = True
    slope_change: bool = False
    change: Change = "step"
    controls: Literal["offset", "conditional"] | None = None
    exposure: str | None = None
    covariates: tuple[str, ...] = ()
    washout: str | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        kinds = (("family", Family), ("inference", Inference), ("change", Change))
        for name, allowed in kinds:
            value = getattr(self, name)
            if value not in get_args(allowed):
                raise DesignError(f'There is no {name} "{value}". {did_you_mean(value, get_args(allowed))}')
        if isinstance(self.season, str) and self.season != "months":
            raise DesignError(f'season is a number of yearly waves, "months" or None; it is "{self.season}".')
        if self.controls not in (None, "offset", "conditional"):
            raise DesignError(f'controls is "offset", "conditional" or None; it is "{self.controls}".')
        if isinstance(self.covariates, str):
            raise DesignError(f'covariates is a list of outcomes; write ["{self.covariates}"].')
        object.__setattr__(self, "covariates", tuple(self.covariates))
        if self.washout is not None:
            Span.parse(self.washout)
        if not 0.5 <= self.level < 1:
            raise DesignError(f"level lies from 0.5 to below 1; it is {self.level}.")
        self._refuse_what_does_not_go_together()

    def _refuse_what_does_not_go_together(self) -> None:
        """Settings that are each in order but not together."""
        if self.inference not in (LINEAR if self.family == "log rate" else COUNTS):
            kind, other = ("counts", '"negative binomial"')
            if self.inference in LINEAR:
                kind, other = "linear regression", '"log rate"'
            raise DesignError(
                f'inference="{self.inference}" is a method for {kind}, and the family is '
                f'"{self.family}". Use family={other}, or inference="model".'
            )
        if (self.family == "beta-binomial") != (self.controls == "conditional"):
            raise DesignError(
                f'family="beta-binomial" and controls="conditional" are one method: the treated count given the total. '
                f'The family is "{self.family}" and controls is {self.controls!r}. Set both, or neither.'
            )
        if self.family == "beta-binomial" and self.inference != "model":
            raise DesignError(
                f'family="beta-binomial" has standard errors of its own only; inference is "{self.inference}". Use '
                'inference="model".'
            )
        if self.exposure is not None and self.controls is not None:
            raise DesignError(
                f'The treated count is divided by one thing: exposure="{self.exposure}" or '
                f'controls="{self.controls}". Drop one of them.'
            )

    @property
    def name(self) -> str:
        """Name for tables."""
        return "interrupted time series"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Fit the regression.

        Parameters
        ----------
        design : Design
            Its controls are used only where ``controls`` says so.
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
        design = with_washout(design, self.washout)
        terms = terms_of(
            design,
            trend=self.trend,
            season=self.season,
            slope_change=self.slope_change,
            covariates=self.covariates,
        )
        offset = self._offset(design)
        known = known_periods(design)
        self._require_enough(design)
        terms, decay = likeliest_shape(
            design, terms, self.change, lambda shaped: self._likelihood(design, shaped, offset)
        )
        require_full_rank(np.hstack([terms.columns, terms.weights])[known], list(terms.names))
        fit, diagnostics = self._fit(design, terms, offset)
        diagnostics |= self._grade(design)
        if self.controls is not None:
            diagnostics["baseline_slope"] = yearly_slope(
                design.treated_counts[design.baseline],
                np.exp(offset)[design.baseline],
                cycle=periods_per_year(design.periods),
                conditional=self.controls == "conditional",
                level=self.level,
            )
        if self.change != "step":
            diagnostics["decay"] = decay
        return result_of(self, design, fit, level=self.level, seed=seed, diagnostics=diagnostics)

    def _fit(self, design: Design, terms: Terms, offset: np.ndarray) -> tuple[SeriesFit, dict[str, Any]]:
        """The regression of the family asked for."""
        counts = design.treated_counts
        if self.family == "log rate":
            self._require_no_noughts(design)
            if self.inference in ("newey-west", "prais-winsten"):
                self._require_no_gaps(design)
            return log_rate_series(counts, terms, offset, inference=self.inference)
        if self.family == "beta-binomial":
            return share_series(counts, np.exp(offset), terms)
        if self.inference == "newey-west":
            self._require_no_gaps(design)
        return count_series(counts, terms, offset, family=self.family, inference=self.inference)

    def _likelihood(self, design: Design, terms: Terms, offset: np.ndarray) -> tuple[float, np.ndarray]:
        """Log likelihood and parameters, to compare shapes; of the log rate by its residual variance."""
        fit, diagnostics = self._fit(design, terms, offset)
        value = diagnostics["log_likelihood"]
        if np.isnan(value):
            value = -diagnostics["periods"] * np.log(diagnostics["residual_sd"])
        return float(value), fit.parameters

    def _offset(self, design: Design) -> np.ndarray:
        """Log exposure: days, another outcome, or the control areas' total."""
        if self.exposure is not None:
            return np.log(positive_series(design, self.exposure, "exposure"))
        if self.controls is None:
            return np.asarray(np.log(design.exposure_days))
        counts = complete_controls(design)
        if not len(counts):
            raise FitError(
                f'controls="{self.controls}" needs a control area without missing periods, and this design has '
                f"{'none' if design.control else 'no controls'}. Name some, or use controls=None."
            )
        total = counts.sum(axis=0)
        if (total == 0).any():
            empty = design.periods[total == 0][0]
            raise FitError(
                f'controls="{self.controls}" divides by the control total, which is nought in {empty}. Use more '
                "control areas, longer periods, or StructuralModel."
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

    def _grade(self, design: Design) -> dict[str, Any]:
        """How many controls were used, and the highest design grade there is without any."""
        if self.controls is None:
            return {"control_areas": 0, "design_grade_ceiling": "D"}
        return {"control_areas": len(complete_controls(design))}

    def _require_no_noughts(self, design: Design) -> None:
        """Refuse the logarithm of nought."""
        noughts = int((design.treated_counts == 0).sum())
        if noughts:
            raise FitError(
                f"A log rate has no place for nought, and {design.outcome} is nought in "
                f'{noughts} {period_name(design.periods)}s. Use family="negative binomial".'
            )

    def _require_no_gaps(self, design: Design) -> None:
        """Refuse methods that take neighbouring rows for neighbouring periods."""
        known = known_periods(design)
        if not known.all():
            raise FitError(
                f'inference="{self.inference}" takes each period to follow the one before, and '
                f"{design.periods[~known][0]} is {'left out by washout' if self.washout else 'missing'}. Use "
                'inference="model".'
            )
