"""From fitted panels to rates of error, each with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from evaluate.claims.rules import POSSIBLE
from evaluate.study.calibration_cells import Cell

RESAMPLES: Final = 400
RATES: Final = ("false_positive_rate", "coverage", "power_15", "power_30", "huge_rate", "press_rate")
NUMBERS: Final = ("bias", "z_sd", "median_width")


def calibration_table(rows: pd.DataFrame, *, cell: Cell, estimator: str) -> dict[str, Any]:
    """Summarise the panels of one cell and method.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a fit, from ``calibration_run.panel_rows``.
    cell : Cell
        Kind of panel.
    estimator : str
        Name of the method.

    Returns
    -------
    dict
        The cell's settings, and over panels that could be fitted: ``false_positive_rate`` (share of 95% intervals that
        leave out 1 where nothing was done), ``coverage`` (share that hold the true fall of 30%), ``power_15`` and
        ``power_30`` (share wholly below 1 at falls of 15 and 30%), ``huge_rate`` (share, where nothing was done, given
        a probability of a fall of half or more that the rules of a verdict call "probably supported" or better),
        ``press_rate`` (false positives of comparing the months after with the three before), ``bias`` of the log rate
        ratio at 30%, ``z_sd`` (spread of log rate ratio over its standard error, nothing done), ``median_width`` (upper
        less lower end of the rate ratio's interval, nothing done); each with ``_error``, its Monte Carlo standard
        error: ``sqrt(r (1 - r) / (n + 4))`` with r = (x + 2) / (n + 4) for a rate (so that 0 of n has one), by
        bootstrap for the others.
    """
    fitted = rows[rows["rate_ratio"].notna()]
    null, small, real = (fitted[np.isclose(fitted["truth"], truth)] for truth in (1.0, 0.85, 0.7))
    summary: dict[str, Any] = {
        **asdict(cell),
        "judged": cell.is_judged,
        "estimator": estimator,
        "panels": int(rows["panel"].nunique()),
        "failed": int(rows["rate_ratio"].isna().sum()),
    }
    # A method without intervals or probabilities has no such rate: what is missing stays missing.
    hits = {
        "false_positive_rate": (null, ~null["lower"].le(1) | ~null["upper"].ge(1), "lower"),
        "coverage": (real, real["lower"].le(0.7) & real["upper"].ge(0.7), "lower"),
        "power_15": (small, small["upper"].lt(1), "upper"),
        "power_30": (real, real["upper"].lt(1), "upper"),
        "huge_rate": (null, null["p_half"].ge(POSSIBLE), "p_half"),
        "press_rate": (null, null["press"].astype(bool), "rate_ratio"),
    }
    for name, (group, hit, needed) in hits.items():
        summary |= rate_with_error(name, hit[group[needed].notna()].to_numpy())
    z = np.log(null["rate_ratio"]) / null["log_standard_error"]
    for name, values, statistic in (
        ("bias", np.log(real["rate_ratio"]) - np.log(0.7), np.mean),
        ("z_sd", z, np.std),
        ("median_width", null["upper"] - null["lower"], np.median),
    ):
        summary |= with_bootstrap_error(name, values.to_numpy(dtype=float), statistic)
    return summary


def rate_with_error(name: str, hits: np.ndarray) -> dict[str, float]:
    """A rate and its Monte Carlo standard error, both missing where there is nothing to count.

    Examples
    --------
    >>> import numpy as np
    >>> {key: round(value, 3) for key, value in rate_with_error("rate", np.array([True] + [False] * 19)).items()}
    {'rate': 0.05, 'rate_error': 0.068}
    """
    n = len(hits)
    guess = (hits.sum() + 2) / (n + 4)
    rate = float(hits.mean()) if n else float("nan")
    return {name: rate, f"{name}_error": float(np.sqrt(guess * (1 - guess) / (n + 4))) if n else float("nan")}


def with_bootstrap_error(name: str, values: np.ndarray, statistic: Callable[..., Any]) -> dict[str, float]:
    """A statistic of a sample and its standard error by bootstrap, both missing for fewer than two values."""
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return {name: float("nan"), f"{name}_error": float("nan")}
    again = np.random.default_rng(1).integers(len(values), size=(RESAMPLES, len(values)))
    return {
        name: float(statistic(values)),
        f"{name}_error": float(np.std(statistic(values[again], axis=1))),
    }
