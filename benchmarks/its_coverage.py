"""Coverage of 95% intervals for a change of level in autocorrelated series, by method.

Simulates ``y = 0 + e``, e a stationary first-order autoregression, breaks it in the middle, fits level, trend, change
of level and change of slope, and counts how often the interval for the change of level holds the truth (no change).

Run ``python benchmarks/its_coverage.py`` for n = 24 and 48 (half a minute), ``--full`` for n = 8 to 100 as well,
``--write`` to keep the table in ``benchmarks/its_coverage.csv``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evaluate.errors import FitError
from evaluate.numerics.least_squares import LinearFit, newey_west, ordinary, prais_winsten
from evaluate.numerics.reml import AutoregressiveFit, fit_autoregressive

METHODS: dict[str, Callable[[np.ndarray, np.ndarray], LinearFit | AutoregressiveFit]] = {
    "OLS": ordinary,
    "Newey-West": newey_west,
    "Newey-West, one lag": partial(newey_west, lags=1),
    "Prais-Winsten": prais_winsten,
    "REML Satterthwaite": fit_autoregressive,
}
RHOS = (0.0, 0.4, 0.8)
LEVEL_CHANGE = np.array([0.0, 0.0, 1.0, 0.0])


def segmented(periods: int) -> np.ndarray:
    """Level, trend, change of level at the middle and change of slope after it, shape (periods, 4)."""
    time = np.arange(periods, dtype=float)
    after = (time >= periods // 2).astype(float)
    return np.column_stack([np.ones(periods), time, after, after * (time - periods // 2)])


def autoregression(sets: int, periods: int, rho: float, random: np.random.Generator) -> np.ndarray:
    """Stationary series of unit variance, shape (sets, periods)."""
    noise = random.normal(size=(sets, periods))
    series = np.empty_like(noise)
    series[:, 0] = noise[:, 0]
    for t in range(1, periods):
        series[:, t] = rho * series[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return series


def covers(fit: LinearFit | AutoregressiveFit) -> bool:
    """Whether the 95% interval for the change of level holds nought."""
    error = np.sqrt(LEVEL_CHANGE @ fit.covariance @ LEVEL_CHANGE)
    half = stats.t.ppf(0.975, fit.degrees_of_freedom(LEVEL_CHANGE)) * error
    return bool(abs(LEVEL_CHANGE @ fit.coefficients) <= half)


def coverage(periods: int, rho: float, sets: int, seed: int) -> list[dict[str, float | str]]:
    """Coverage in per cent of each method in one cell, with its Monte Carlo error and the fits that failed."""
    design = segmented(periods)
    series = autoregression(sets, periods, rho, np.random.default_rng([seed, periods, round(10 * rho)]))
    rows: list[dict[str, float | str]] = []
    for name, method in METHODS.items():
        found: list[bool] = []
        failed = 0
        for values in series:
            try:
                found.append(covers(method(values, design)))
            except FitError:
                failed += 1
        share = float(np.mean(found))
        error = np.sqrt(share * (1 - share) / len(found))
        rows.append(
            {
                "n": periods,
                "rho": rho,
                "method": name,
                "coverage": round(100 * share, 2),
                "monte_carlo_error": round(100 * float(error), 2),
                "sets": len(found),
                "failed": failed,
            }
        )
    return rows


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=20211)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lengths = (8, 12, 24, 48, 100) if asked.full else (24, 48)
    rows = [row for n in lengths for rho in RHOS for row in coverage(n, rho, asked.sets, asked.seed)]
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    if asked.write:
        table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
