"""Fit the count families of the interrupted time series and say what counts could have been recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from evaluate.estimators.summary import SeriesFit
from evaluate.estimators.terms import Terms
from evaluate.numerics.beta_binomial import ShareFit, fit_shares
from evaluate.numerics.count_regression import (
    CountFit,
    fit_counts,
    leverage_corrected,
    sandwich,
    scores,
)
from evaluate.numerics.least_squares import long_run_variance, newey_west_lags
from evaluate.numerics.overdispersion import draw_counts, draw_counts_quadratic

WORDS = {"model": "t interval", "newey-west": "Newey-West t interval", "sandwich": "HC3 sandwich t interval"}


def count_series(
    counts: np.ndarray, terms: Terms, offset: np.ndarray, *, family: str, inference: str
) -> tuple[SeriesFit, dict[str, Any]]:
    """Poisson, quasi-Poisson or negative binomial regression by maximum likelihood.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (periods,), NaN where missing.
    terms : Terms
        The regressors.
    offset : numpy.ndarray
        Shape (periods,): log exposure.
    family : {"poisson", "quasi-poisson", "negative binomial"}
        How counts vary.
    inference : {"model", "sandwich", "newey-west"}
        Where standard errors come from.

    Returns
    -------
    (SeriesFit, dict)
        The fit and its diagnostics.
    """
    known = ~np.isnan(counts)
    columns, weights, place = terms.for_counts()
    given = (counts[known], columns[known], weights[known])
    binomial = family == "negative binomial"
    fit = fit_counts(*given, offset[known], negative_binomial=binomial)
    covariance = _covariance(fit, given, family, inference)
    residuals = (given[0] - fit.means) / np.sqrt(fit.means + fit.alpha * fit.means**2)

    def draw(log_means: np.ndarray, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
        means = np.exp(np.minimum(log_means, 40))
        if binomial:
            return draw_counts_quadratic(means, fit.alpha, random)
        return draw_counts(means, 1.0 if family == "poisson" else fit.dispersion, random)

    words = f"{family} {WORDS['model']}" if inference == "model" else WORDS[inference]
    parameters, covariance = in_place(fit.parameters, covariance, place)
    series = SeriesFit(
        terms, offset, parameters, covariance, lambda contrast: float(fit.freedom), draw, words
    )
    return series, {
        "dispersion": fit.dispersion,
        "alpha": fit.alpha,
        "log_likelihood": fit.log_likelihood,
        "residual_autocorrelation": lag_one(residuals),
        "periods": int(known.sum()),
    }


def share_series(counts: np.ndarray, controls: np.ndarray, terms: Terms) -> tuple[SeriesFit, dict[str, Any]]:
    """Beta-binomial regression of the treated count given the total of treated and control areas.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (periods,), NaN where missing.
    controls : numpy.ndarray
        Shape (periods,): total of the control areas, above nought.
    terms : Terms
        The regressors of the log ratio of the treated area's mean to the control total.

    Returns
    -------
    (SeriesFit, dict)
        The fit and its diagnostics. Counts that could have been recorded given the control total vary as a negative
        binomial's whose squared coefficient of variation is the control total's plus the odds' own.
    """
    known = ~np.isnan(counts)
    columns, weights, place = terms.for_counts()
    y = counts[known]
    totals = y + controls[known]
    fit = fit_shares(y, totals, columns[known], weights[known])
    expected = totals * fit.shares
    spread = expected * (1 - fit.shares) * (1 + (totals - 1) * fit.rho)
    residuals = (y - expected) / np.sqrt(spread)

    def draw(log_means: np.ndarray, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
        means = np.exp(np.minimum(log_means, 40))
        odds = means / controls[chosen]
        alpha = 1 / controls[chosen] + fit.rho * (1 + odds) ** 2 / odds
        return draw_counts_quadratic(means, fit.dispersion * alpha, random)

    parameters, covariance = in_place(fit.parameters, fit.covariance, place)
    series = SeriesFit(
        terms,
        np.log(controls),
        parameters,
        covariance,
        lambda contrast: float(fit.freedom),
        draw,
        f"beta-binomial {WORDS['model']}",
    )
    return series, {
        "dispersion": fit.dispersion,
        "rho": fit.rho,
        "log_likelihood": fit.log_likelihood,
        "residual_autocorrelation": lag_one(residuals),
        "periods": int(known.sum()),
    }


def yearly_slope(
    counts: np.ndarray, controls: np.ndarray, *, cycle: float, conditional: bool, level: float
) -> dict[str, float]:
    """How the ratio of the treated count to the control total moved in a year before the operation.

    Parameters
    ----------
    counts, controls : numpy.ndarray
        Shape (baseline periods,), NaN where the treated count is missing; the control total is above nought.
    cycle : float
        Periods in a year.
    conditional : bool
        By the beta-binomial regression of shares; by the negative binomial otherwise.
    level : float
        Of the interval.

    Returns
    -------
    dict
        ``ratio`` a year (1 is parallel), ``lower`` and ``upper``: to be read, not to be passed. A slope that is not
        found is not one that is not there.
    """
    known = ~np.isnan(counts)
    years = np.flatnonzero(known) / cycle
    columns, none = np.column_stack([np.ones(len(years)), years - years.mean()]), np.zeros((len(years), 0))
    y, total = counts[known], controls[known]
    fit: ShareFit | CountFit
    if conditional:
        fit = fit_shares(y, y + total, columns, none)
    else:
        fit = fit_counts(y, columns, none, np.log(total), negative_binomial=True)
    half = float(special.stdtrit(fit.freedom, (1 + level) / 2) * np.sqrt(fit.covariance[1, 1]))
    ends = {"ratio": 0.0, "lower": -half, "upper": half}
    return {name: float(np.exp(fit.parameters[1] + reach)) for name, reach in ends.items()}


def in_place(
    parameters: np.ndarray, covariance: np.ndarray, place: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Put the parameters of a count regression where the terms have them."""
    moved, both = np.empty_like(parameters), np.empty_like(covariance)
    moved[place] = parameters
    both[np.ix_(place, place)] = covariance
    return moved, both


def lag_one(residuals: np.ndarray) -> float:
    """First-order autocorrelation of residuals."""
    return float(residuals[1:] @ residuals[:-1] / (residuals @ residuals))


def _covariance(
    fit: CountFit, given: tuple[np.ndarray, np.ndarray, np.ndarray], family: str, inference: str
) -> np.ndarray:
    """Covariance of the parameters by the inference asked for."""
    if inference == "newey-west":
        meat = long_run_variance(scores(fit, *given), newey_west_lags(len(given[0])))
        return sandwich(fit, *given, meat)
    bread = np.linalg.inv(fit.information)
    if inference == "sandwich":
        return np.asarray(bread @ leverage_corrected(fit, *given) @ bread)
    return bread if family == "poisson" else fit.covariance
