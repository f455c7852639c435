"""Coverage of 95% intervals for a change of level in autocorrelated series, by method.

Simulates ``y = 0 + e``, e a stationary first-order autoregression, breaks it in the middle, fits level, trend, change
of level and change of slope, and counts how often the interval for the change of level holds the truth (no change).

Where Prais and Winsten's iteration runs out of (-1, 1), as it does in a tenth of series of eight periods, the
autocorrelation is held at 0.99; the column ``failed`` counts such series.

Run ``python benchmarks/its_coverage.py`` for n = 24 and 48 (half a minute), ``--full --sets 5000`` for n = 8 to 100 as
published (ten minutes), ``--write`` to keep the table in ``benchmarks/its_coverage.csv``. The last column is what an
earlier computation in R found, from ``benchmarks/its_coverage_reference.csv``; tests hold the two within 2 points.
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
"""REML has two more rows: with the same fit, the normal distribution, and Student's t with n - p degrees of freedom."""
HELD_AT = 0.99
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


def covers(fit: LinearFit | AutoregressiveFit, freedom: float) -> bool:
    """Whether the 95% interval for the change of level holds nought."""
    error = np.sqrt(LEVEL_CHANGE @ fit.covariance @ LEVEL_CHANGE)
    return bool(abs(LEVEL_CHANGE @ fit.coefficients) <= stats.t.ppf(0.975, freedom) * error)


def coverage(periods: int, rho: float, sets: int, seed: int) -> list[dict[str, float | str]]:
    """Coverage in per cent of each method in one cell, with its Monte Carlo error and the fits that failed."""
    design = segmented(periods)
    series = autoregression(sets, periods, rho, np.random.default_rng([seed, periods, round(10 * rho)]))
    found: dict[str, list[bool]] = {}
    failed = dict.fromkeys(METHODS, 0)
    for values in series:
        for name, method in METHODS.items():
            try:
                fit = method(values, design)
            except FitError:
                failed[name] += 1
                fit = prais_winsten(values, design, bound=HELD_AT)
            found.setdefault(name, []).append(covers(fit, fit.degrees_of_freedom(LEVEL_CHANGE)))
        found.setdefault("REML z", []).append(covers(fit, np.inf))
        found.setdefault("REML t", []).append(covers(fit, periods - design.shape[1]))
    rows: list[dict[str, float | str]] = []
    for name, inside in found.items():
        share = float(np.mean(inside))
        error = np.sqrt(share * (1 - share) / sets)
        rows.append(
            {
                "n": periods,
                "rho": rho,
                "method": name,
                "coverage": round(100 * share, 2),
                "monte_carlo_error": round(100 * float(error), 2),
                "sets": sets,
                "failed": failed.get(name, 0),
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
    reference = pd.read_csv(Path(__file__).with_name("its_coverage_reference.csv"))
    print(table.merge(reference, how="left").to_string(index=False))
    if asked.write:
        table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
