"""Regression with seasonal ARIMA errors by exact maximum likelihood, through statsmodels' state-space form.

References
----------
Box and Tiao (1975), Journal of the American Statistical Association 70:70 (interventions); Hurvich and Tsai (1989),
Biometrika 76:297 (the corrected information criterion that chooses the order).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from evaluate.errors import FitError

Order = tuple[int, int, int]
MOST_LAGS, MOST_SEASONAL_LAGS = 2, 1


@dataclass(frozen=True, eq=False)
class ArimaFit:
    """A regression with ARIMA errors.

    Parameters
    ----------
    coefficients : numpy.ndarray
        Shape (k,), of the regressors.
    covariance : numpy.ndarray
        Shape (k, k); the innovation variance in it is divided by the degrees of freedom, not by the number of values.
    parameters : numpy.ndarray
        All of them: regressors, ARMA coefficients, innovation variance.
    names : tuple of str
        Of the ARMA coefficients and the innovation variance.
    log_likelihood : float
        Exact.
    corrected_criterion : float
        AICc.
    freedom : int
        Known values less regressors and ARMA coefficients.
    innovations : numpy.ndarray
        Shape (n,): one-step prediction errors, standardised; NaN where missing.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    parameters: np.ndarray
    names: tuple[str, ...]
    log_likelihood: float
    corrected_criterion: float
    freedom: int
    innovations: np.ndarray


def fit_arima(
    values: np.ndarray, regressors: np.ndarray, order: Order, seasonal: Order, cycle: int
) -> ArimaFit:
    """Fit a regression with ARIMA errors of a given order.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,), NaN where missing.
    regressors : numpy.ndarray
        Shape (n, k).
    order : tuple of int
        Lags of the autoregression, differences, lags of the moving average.
    seasonal : tuple of int
        The same for the season.
    cycle : int
        Periods in a season.

    Returns
    -------
    ArimaFit

    Raises
    ------
    FitError
        If the likelihood has no maximum that can be reached, or no degree of freedom is left.

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=80)
    >>> step = (np.arange(80) >= 60).astype(float)
    >>> fit = fit_arima(5 + 2 * step + noise, np.column_stack([np.ones(80), step]), (1, 0, 0), (0, 0, 0), 12)
    >>> bool(abs(fit.coefficients[1] - 2) < 1)
    True
    """
    k = regressors.shape[1]
    freedom = int((~np.isnan(values)).sum()) - k - order[0] - order[2] - seasonal[0] - seasonal[2]
    freedom -= order[1] + cycle * seasonal[1]
    if freedom < 3:
        raise FitError(
            f"ARIMA{order}{seasonal} with {k} regressors leaves {freedom} degrees of freedom of "
            f"{len(values)} periods. Use more periods, or a smaller order."
        )
    model = _model(values, regressors, order, seasonal, cycle)
    with warnings.catch_warnings():  # starting values out of bounds and the like
        warnings.simplefilter("ignore")
        found = model.fit(disp=0, maxiter=200, cov_type="none")
        if not found.mle_retvals.get("converged", False):
            # A line search can stop short where the likelihood is flat; a simplex search does not use its slope.
            found = model.fit(found.params, method="nm", disp=0, maxiter=5_000, cov_type="none")
    if not found.mle_retvals.get("converged", False):
        raise FitError(
            f"ARIMA{order}{seasonal} did not converge on these counts. Give another order, or use StructuralModel."
        )
    skipped = order[1] + cycle * seasonal[1]
    covariance = _covariance(np.asarray(found.params), values, regressors, (order, seasonal, cycle))
    covariance *= (freedom + k + order[0] + order[2] + seasonal[0] + seasonal[2]) / freedom
    innovations = np.array(found.standardized_forecasts_error[0], dtype=float)
    innovations[:skipped] = np.nan
    return ArimaFit(
        np.asarray(found.params[:k], dtype=float),
        covariance,
        np.asarray(found.params, dtype=float),
        tuple(model.param_names[k:]),
        float(found.llf),
        float(found.aicc),
        freedom,
        innovations,
    )


def _covariance(
    parameters: np.ndarray, values: np.ndarray, regressors: np.ndarray, form: tuple[Order, Order, int]
) -> np.ndarray:
    """Covariance of the regressors' coefficients by generalised least squares at the estimated ARMA coefficients.

    The one-step errors of each regressor, filtered as if it were the series, are independent with variance one; the
    ARMA coefficients are uncorrelated with the regressors' in large samples.
    """
    k = regressors.shape[1]
    white = np.empty_like(regressors)
    for column in range(k):
        series = np.where(np.isnan(values), np.nan, regressors[:, column])
        found = _model(series, None, *form).filter(parameters[k:])
        white[:, column] = np.nan_to_num(found.standardized_forecasts_error[0])
    try:
        return np.asarray(np.linalg.inv(white.T @ white))
    except np.linalg.LinAlgError as error:
        raise FitError(
            f"ARIMA{form[0]}{form[1]} leaves nothing of some regressor. Give another order, or fewer terms."
        ) from error


def choose_order(
    values: np.ndarray, regressors: np.ndarray, differences: tuple[int, int], seasonal: bool, cycle: int
) -> tuple[Order, Order]:
    """Choose the lags by the corrected information criterion, up to two, and one of the season if asked.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,): the period before the operation only.
    regressors : numpy.ndarray
        Shape (n, k).
    differences : tuple of int
        Ordinary and seasonal differences, given.
    seasonal : bool
        Whether seasonal lags are tried.
    cycle : int
        Periods in a season.

    Returns
    -------
    (tuple of int, tuple of int)
        Order and seasonal order.

    Raises
    ------
    FitError
        If none of them converges.
    """
    best: tuple[float, Order, Order] | None = None
    lags = range(MOST_LAGS + 1)
    seasonal_lags = range(MOST_SEASONAL_LAGS + 1) if seasonal else range(1)
    for p, q, P, Q in product(lags, lags, seasonal_lags, seasonal_lags):
        order, seasonal_order = (p, differences[0], q), (P, differences[1], Q)
        try:
            criterion = fit_arima(values, regressors, order, seasonal_order, cycle).corrected_criterion
        except FitError:
            continue
        if best is None or criterion < best[0] - 1e-9:
            best = (criterion, order, seasonal_order)
    if best is None:
        raise FitError("No ARIMA order converges on the period before. Give one, or use StructuralModel.")
    return best[1], best[2]


def forecast_noise(
    fit: ArimaFit,
    noise: np.ndarray,
    form: tuple[Order, Order, int],
    *,
    known: int,
    draws: int,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """What the errors of the regression were expected to be, and how far they could have strayed.

    Parameters
    ----------
    fit : ArimaFit
        Its ARMA coefficients are used.
    noise : numpy.ndarray
        Shape (n,): values less the regression, NaN where missing.
    form : tuple
        Order, seasonal order and periods in a season of the fit.
    known : int
        Number of first periods that are known; the rest is forecast from them.
    draws : int
        Number of paths.
    random : numpy.random.Generator
        Of the paths.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Expected errors, shape (n,): one step ahead for the known periods; and paths less what is expected, shape
        (draws, n).
    """
    from scipy import signal

    model = _model(noise[:known], None, *form)
    tail = fit.parameters[len(fit.coefficients) :]
    steps = len(noise) - known
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = model.filter(tail)
        mean = np.concatenate([np.asarray(found.fittedvalues), np.asarray(found.forecast(steps))])
    strayed = random.normal(0, np.sqrt(tail[-1]), size=(draws, len(noise)))
    strayed[:, known:] = signal.lfilter(*_polynomials(tail, *form), strayed[:, known:], axis=1)
    return mean, strayed


def _polynomials(
    parameters: np.ndarray, order: Order, seasonal: Order, cycle: int
) -> tuple[np.ndarray, np.ndarray]:
    """Moving-average and autoregressive polynomials with the differences multiplied out, constant term first."""
    lags = np.cumsum([order[0], order[2], seasonal[0]])
    ar, ma, seasonal_ar, seasonal_ma = np.split(parameters[:-1], lags)

    def spread(coefficients: np.ndarray) -> np.ndarray:
        out = np.zeros(1 + cycle * len(coefficients))
        out[0] = 1.0
        out[cycle::cycle] = coefficients
        return out

    autoregressive = np.polymul(np.concatenate([[1.0], -ar]), spread(-seasonal_ar))
    for _ in range(order[1]):
        autoregressive = np.polymul(autoregressive, [1.0, -1.0])
    for _ in range(seasonal[1]):
        autoregressive = np.polymul(autoregressive, spread(np.array([-1.0])))
    return np.polymul(np.concatenate([[1.0], ma]), spread(seasonal_ma)), autoregressive


def portmanteau_p_value(innovations: np.ndarray, lags: int) -> float:
    """Ljung and Box's p-value that one-step errors are uncorrelated, without a correction for fitted lags."""
    from scipy import stats

    left = innovations[~np.isnan(innovations)]
    left = left - left.mean()
    n = len(left)
    correlations = [float(left[lag:] @ left[:-lag] / (left @ left)) for lag in range(1, lags + 1)]
    statistic = n * (n + 2) * sum(r**2 / (n - lag) for lag, r in enumerate(correlations, start=1))
    return float(stats.chi2.sf(statistic, lags))


def _model(
    values: np.ndarray, regressors: np.ndarray | None, order: Order, seasonal: Order, cycle: int
) -> Any:
    """Build the state-space model; statsmodels is slow to import, so it is imported here."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    used = (*seasonal, cycle if any(seasonal) else 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SARIMAX(
            values,
            exog=regressors if regressors is not None and regressors.size else None,
            order=order,
            seasonal_order=used,
            trend="n",
        )
