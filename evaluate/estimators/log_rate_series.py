"""Fit the log-rate family of the interrupted time series: linear regression with autocorrelated errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from evaluate.errors import FitError
from evaluate.estimators.summary import SeriesFit
from evaluate.estimators.terms import Terms
from evaluate.numerics.least_squares import LinearFit, newey_west, ordinary, prais_winsten
from evaluate.numerics.reml import AutoregressiveFit, fit_autoregressive

Method = Callable[[np.ndarray, np.ndarray], LinearFit | AutoregressiveFit]
WORDS = {
    "model": "REML interval with Satterthwaite degrees of freedom",
    "newey-west": "Newey-West t interval",
    "prais-winsten": "Prais-Winsten t interval",
    "ols": "ordinary least squares t interval (descriptive)",
}


def log_rate_series(
    counts: np.ndarray, terms: Terms, offset: np.ndarray, *, inference: str
) -> tuple[SeriesFit, dict[str, Any]]:
    """Linear regression of the log rate, linearised around the partial periods until it stands still.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (periods,), above nought, NaN where missing.
    terms : Terms
        The regressors.
    offset : numpy.ndarray
        Shape (periods,): log exposure.
    inference : {"model", "newey-west", "prais-winsten", "ols"}
        The regression.

    Returns
    -------
    (SeriesFit, dict)
        The fit and its diagnostics.

    Raises
    ------
    FitError
        If the regression does not settle.
    """
    known = ~np.isnan(counts)
    values = np.log(counts[known]) - offset[known]
    fit, parameters = _iterate(terms, known, values, _method(inference, np.flatnonzero(known)))
    residuals = values - terms.linear(parameters)[known]
    rho, sd = fit.autocorrelation, float(np.sqrt(fit.variance))
    carried = rho if inference in ("model", "prais-winsten") else 0.0
    means = np.exp(offset[known] + terms.linear(parameters)[known])

    def draw(log_means: np.ndarray, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
        noise = _autoregressive_noise((len(log_means), len(chosen)), carried, sd, random)
        return np.asarray(np.exp(log_means + noise[:, chosen]))

    series = SeriesFit(
        terms, offset, parameters, fit.covariance, fit.degrees_of_freedom, draw, WORDS[inference],
        retransformation=float(counts[known].sum() / means.sum()),
    )  # fmt: skip
    return series, {
        "autocorrelation": rho,
        "residual_sd": sd,
        "durbin_watson": float(np.sum(np.diff(residuals) ** 2) / np.sum(residuals**2)),
        "log_likelihood": getattr(fit, "log_likelihood", float("nan")),
        "periods": int(known.sum()),
    }


def _method(inference: str, times: np.ndarray) -> Method:
    """The linear regression that the inference asks for."""
    methods: dict[str, Method] = {
        "model": lambda values, design: fit_autoregressive(values, design, times),
        "newey-west": newey_west,
        "prais-winsten": prais_winsten,
        "ols": ordinary,
    }
    return methods[inference]


def _iterate(
    terms: Terms,
    known: np.ndarray,
    values: np.ndarray,
    method: Method,
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
