"""Regression with ARIMA errors: a published fit, forecasts, standard errors, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.numerics.arima import choose_order, fit_arima, forecast_noise, portmanteau_p_value

# Box and Jenkins (1976), "Time Series Analysis", series G: airline passengers in thousands, 1949 to 1960.
AIRLINE = """
112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201 204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278 284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606 508 461 390 432
"""


def autoregression(periods: int, rho: float, random: np.random.Generator) -> np.ndarray:
    noise = random.normal(size=periods)
    for t in range(1, periods):
        noise[t] = rho * noise[t - 1] + np.sqrt(1 - rho**2) * noise[t]
    return noise


def test_airline_model():
    """R's arima() of the logs, order (0, 1, 1)(0, 1, 1): ma1 -.4018, sma1 -.5569, variance .001348."""
    values = np.log(np.array(AIRLINE.split(), dtype=float))
    fit = fit_arima(values, np.zeros((144, 0)), (0, 1, 1), (0, 1, 1), 12)
    assert fit.parameters[:2] == pytest.approx([-0.4018, -0.5569], abs=1e-3)
    assert fit.parameters[2] == pytest.approx(0.001348, rel=0.01)


def test_a_step_in_the_airline_series_is_found():
    values = np.log(np.array(AIRLINE.split(), dtype=float))
    step = (np.arange(144) >= 100).astype(float)[:, None]
    plain = fit_arima(values, step, (0, 1, 1), (0, 1, 1), 12)
    moved = fit_arima(values - 0.3 * step[:, 0], step, (0, 1, 1), (0, 1, 1), 12)
    assert moved.coefficients[0] - plain.coefficients[0] == pytest.approx(-0.3, abs=1e-4)
    assert moved.covariance == pytest.approx(plain.covariance, rel=1e-2)


@pytest.mark.parametrize(
    ("order", "seasonal"), [((2, 0, 1), (0, 0, 0)), ((0, 1, 1), (0, 1, 1)), ((1, 0, 0), (1, 0, 1))]
)
def test_paths_stray_as_the_forecast_errors_do(order, seasonal):
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    values = np.log(np.array(AIRLINE.split(), dtype=float))
    values = values - np.polyval(np.polyfit(np.arange(144), values, 1), np.arange(144))
    fit = fit_arima(values, np.zeros((144, 0)), order, seasonal, 12)
    mean, strayed = forecast_noise(
        fit, values, (order, seasonal, 12), known=120, draws=20_000, random=np.random.default_rng(1)
    )
    model = SARIMAX(
        values[:120], order=order, seasonal_order=(*seasonal, 12 if any(seasonal) else 0), trend="n"
    )
    theirs = model.filter(fit.parameters).get_forecast(24)
    assert mean[120:] == pytest.approx(theirs.predicted_mean)
    assert strayed[:, 120:].std(axis=0) == pytest.approx(theirs.se_mean, rel=0.03)
    assert np.abs(strayed.mean(axis=0)).max() < 0.05 * strayed.std()


def test_standard_error_of_a_step_is_that_of_generalised_least_squares():
    random = np.random.default_rng(2)
    X = np.column_stack([np.ones(80), np.arange(80) >= 50]).astype(float)
    fit = fit_arima(autoregression(80, 0.6, random), X, (1, 0, 0), (0, 0, 0), 12)
    rho, variance = fit.parameters[2:]
    correlation = rho ** np.abs(np.arange(80)[:, None] - np.arange(80))
    exact = variance / (1 - rho**2) * np.linalg.inv(X.T @ np.linalg.solve(correlation, X))
    assert fit.covariance == pytest.approx(exact * 80 / 77, rel=1e-3)  # three coefficients in 80 values


def test_missing_values_are_skipped():
    random = np.random.default_rng(3)
    X = np.column_stack([np.ones(80), np.arange(80) >= 50]).astype(float)
    values = autoregression(80, 0.4, random) + 3 * X[:, 1]
    values[[5, 6, 60]] = np.nan
    fit = fit_arima(values, X, (1, 0, 0), (0, 0, 0), 12)
    assert fit.coefficients[1] == pytest.approx(3, abs=1.2)
    assert fit.freedom == 77 - 2 - 1


def test_order_is_chosen_by_the_criterion():
    values = autoregression(150, 0.8, np.random.default_rng(4))
    order, seasonal = choose_order(values, np.ones((150, 1)), (0, 0), False, 12)
    assert seasonal == (0, 0, 0)
    assert order != (0, 0, 0)
    chosen = fit_arima(values, np.ones((150, 1)), order, seasonal, 12).corrected_criterion
    assert chosen <= fit_arima(values, np.ones((150, 1)), (1, 0, 0), seasonal, 12).corrected_criterion + 1e-9


def test_portmanteau_agrees_with_statsmodels():
    from statsmodels.stats.diagnostic import acorr_ljungbox

    values = autoregression(100, 0.2, np.random.default_rng(5))
    theirs = acorr_ljungbox(values, lags=[8])["lb_pvalue"].iloc[0]
    assert portmanteau_p_value(values, 8) == pytest.approx(theirs)


def test_refuses_a_model_larger_than_the_series():
    with pytest.raises(ev.FitError, match="leaves -1 degrees of freedom of 16 periods"):
        fit_arima(np.arange(16.0), np.ones((16, 1)), (2, 1, 0), (0, 1, 1), 12)
