"""False positives of the interrupted time series' count families in short series, by dispersion and autocorrelation.

Simulates 24 months before and 12 after without any effect, fits level, trend, two yearly waves and a step, and counts
how often a 5% test of the step rejects. Where rho is above 0 all of the extra variance is autocorrelated. The
beta-binomial is given control areas with five times the counts, drawn in the same way.

Run ``python benchmarks/its_count_size.py`` (two minutes); ``--write`` keeps the table in
``benchmarks/its_count_size.csv``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evaluate.errors import FitError
from evaluate.numerics.beta_binomial import fit_shares
from evaluate.numerics.count_regression import fit_counts, leverage_corrected, sandwich, scores
from evaluate.numerics.least_squares import long_run_variance, newey_west_lags
from evaluate.numerics.overdispersion import draw_counts
from evaluate.numerics.reml import fit_autoregressive

BEFORE, AFTER = 24, 12
CELLS = ((10, 1.0, 0.0), (10, 2.0, 0.0), (10, 2.0, 0.5), (100, 2.0, 0.0), (100, 2.0, 0.5))


def simulate(
    mean: float, dispersion: float, rho: float, sets: int, random: np.random.Generator
) -> np.ndarray:
    """Counts of a given dispersion; all of the extra variance is autocorrelated where rho is above 0."""
    periods = BEFORE + AFTER
    if rho == 0:
        return draw_counts(np.full((sets, periods), mean), dispersion, random)
    sd = np.sqrt(np.log1p((dispersion - 1) / mean))
    noise = random.normal(0, sd, (sets, periods))
    for t in range(1, periods):
        noise[:, t] = rho * noise[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return random.poisson(mean * np.exp(noise - sd**2 / 2)).astype(float)


def p_values(
    counts: np.ndarray, controls: np.ndarray, columns: np.ndarray, step: np.ndarray
) -> dict[str, float]:
    """Two-sided p-value of no step, by method; NaN where the method cannot be used."""
    share = fit_shares(counts, counts + controls, columns, step)
    t = abs(share.parameters[-1]) / np.sqrt(share.covariance[-1, -1])
    found = {"beta-binomial": float(2 * stats.t.sf(t, share.freedom))}
    for name, binomial in (("quasi-poisson", False), ("negative binomial", True)):
        fit = fit_counts(counts, columns, step, np.zeros(len(counts)), negative_binomial=binomial)
        errors = {name: fit.covariance}
        if not binomial:
            bread = np.linalg.inv(fit.information)
            meat = long_run_variance(scores(fit, counts, columns, step), newey_west_lags(len(counts)))
            errors["Newey-West"] = sandwich(fit, counts, columns, step, meat)
            errors["Newey-West z"] = errors["Newey-West"]
            errors["HC3"] = bread @ leverage_corrected(fit, counts, columns, step) @ bread
            errors["poisson"] = bread
        for method, covariance in errors.items():
            t = abs(fit.parameters[-1]) / np.sqrt(covariance[-1, -1])
            normal = method in ("poisson", "Newey-West z")
            found[method] = float(2 * stats.t.sf(t, np.inf if normal else fit.freedom))
    if (counts > 0).all():
        contrast = np.zeros(columns.shape[1] + 1)
        contrast[-1] = 1
        fit = fit_autoregressive(np.log(counts), np.hstack([columns, step]))
        t = abs(fit.coefficients[-1]) / np.sqrt(fit.covariance[-1, -1])
        found["log rate, REML"] = float(2 * stats.t.sf(t, fit.degrees_of_freedom(contrast)))
    return found


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=20212)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    time = np.arange(BEFORE + AFTER)
    turn = 2 * np.pi * time / 12
    columns = np.column_stack(
        [np.ones(len(time)), time, np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)]
    )
    step = (time >= BEFORE).astype(float)[:, None]
    rows = []
    for mean, dispersion, rho in CELLS:
        random = np.random.default_rng([asked.seed, mean, round(10 * dispersion), round(10 * rho)])
        found = []
        treated = simulate(mean, dispersion, rho, asked.sets, random)
        controls = simulate(5 * mean, dispersion, rho, asked.sets, random)
        for counts, others in zip(treated, controls, strict=True):
            try:
                found.append(p_values(counts, others, columns, step))
            except FitError:
                found.append({})
        for method, values in pd.DataFrame(found).items():
            known = values.dropna()
            share = float((known <= 0.05).mean())
            error = np.sqrt(share * (1 - share) / len(known))
            rows.append(
                (mean, dispersion, rho, method, round(100 * share, 1), round(100 * error, 1), len(known))
            )
    names = ["mean", "dispersion", "rho", "method", "rejected", "monte_carlo_error", "sets"]
    table = pd.DataFrame(rows, columns=names)
    print(table.to_string(index=False))
    if asked.write:
        table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
