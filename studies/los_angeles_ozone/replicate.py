"""Box and Tiao (1975): ozone in downtown Los Angeles, a freeway and a law of 1960 and engines of 1966."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.numerics.arima import fit_arima

FILES = ("studies/box_tiao_ozone/ozone.txt",)


def replicate(data: Path) -> dict[str, float]:
    """Yearly differences, moving averages of one month and of one year, a step and two yearly ramps."""
    ozone = np.loadtxt(data / FILES[0])
    months = pd.period_range("1955-01", periods=len(ozone), freq="M")
    step = np.asarray(months >= pd.Period("1960-01", "M"), dtype=float)
    engines = np.asarray(months >= pd.Period("1966-01", "M"))
    summer = np.asarray((months.month >= 6) & (months.month <= 10))
    # Each year brings more of the new engines: the effect is one step more a year, and a step in its yearly difference.
    years = np.asarray(months.year - 1965)
    ramps = [np.where(engines & season, years, 0.0) for season in (summer, ~summer)]
    fit = fit_arima(ozone, np.column_stack([step, *ramps]), (0, 0, 1), (0, 1, 1), 12)
    error = np.sqrt(np.diag(fit.covariance))
    return {
        "step of 1960": float(fit.coefficients[0]),
        "summer, a year": float(fit.coefficients[1]),
        "winter, a year": float(fit.coefficients[2]),
        "step of 1960/standard error": float(error[0]),
        "summer, a year/standard error": float(error[1]),
        "winter, a year/standard error": float(error[2]),
        "moving average": float(fit.parameters[3]),
        "seasonal moving average": float(fit.parameters[4]),
        "innovation variance": float(fit.parameters[5]),
        "log likelihood": fit.log_likelihood,
    }
