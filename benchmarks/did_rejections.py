"""How often methods for one treated area find an operation that did nothing, by the number of control areas.

Simulates counts of a mean of 60 a month with dispersion 2 and autocorrelation 0.5, 24 months before and 6 after, in one
treated and N control areas, and tests the Poisson difference in differences at 5%: with its own Poisson standard error,
with cluster-robust errors and Student's t on N degrees of freedom, and by randomisation of t ratios. With ten controls
randomisation cannot reject at 5% (its smallest p-value is 1 in 11).

Run ``python benchmarks/did_rejections.py`` (a quarter of a minute); ``--write`` keeps the table in
``benchmarks/did_rejections.csv``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evaluate.numerics.randomisation import cluster_robust_error, log_ratios, randomisation_test

MEAN, DISPERSION, RHO, BEFORE, AFTER = 60.0, 2.0, 0.5, 24, 6
CONTROLS = (10, 20, 40)


def simulate(areas: int, sets: int, random: np.random.Generator) -> np.ndarray:
    """Counts whose extra variance is autocorrelated, shape (sets, areas, periods)."""
    sd = np.sqrt(np.log1p((DISPERSION - 1) / MEAN))
    noise = random.normal(0, sd, (sets, areas, BEFORE + AFTER))
    for t in range(1, BEFORE + AFTER):
        noise[..., t] = RHO * noise[..., t - 1] + np.sqrt(1 - RHO**2) * noise[..., t]
    return random.poisson(MEAN * np.exp(noise - sd**2 / 2)).astype(float)


def rejected(before: np.ndarray, after: np.ndarray) -> dict[str, bool]:
    """Whether each method finds an effect, from totals of the treated area and then of the controls."""
    ratios, poisson = log_ratios(before, after)
    clustered = cluster_robust_error((before[:1], before[1:]), (after[:1], after[1:]))
    return {
        "poisson": bool(abs(ratios[0]) > stats.norm.ppf(0.975) * poisson[0]),
        "cluster robust": bool(abs(ratios[0]) > stats.t.ppf(0.975, len(before) - 1) * clustered),
        "randomisation": randomisation_test(before, after).p_value <= 0.05,
    }


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=20213)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows = []
    for controls in CONTROLS:
        counts = simulate(1 + controls, asked.sets, np.random.default_rng([asked.seed, controls]))
        before, after = counts[..., :BEFORE].sum(axis=-1), counts[..., BEFORE:].sum(axis=-1)
        found = pd.DataFrame([rejected(b, a) for b, a in zip(before, after, strict=True)])
        for method, share in found.mean().items():
            error = 100 * np.sqrt(share * (1 - share) / asked.sets)
            rows.append((controls, method, round(100 * share, 1), round(float(error), 1), asked.sets))
    table = pd.DataFrame(rows, columns=["controls", "method", "rejected", "monte_carlo_error", "sets"])
    print(table.to_string(index=False))
    if asked.write:
        table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
