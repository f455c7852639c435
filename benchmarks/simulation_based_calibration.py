"""Check an engine against its own prior: simulation-based calibration of the structural model.

    python benchmarks/simulation_based_calibration.py --draws 500 --engine fast --out docs
    python benchmarks/simulation_based_calibration.py --draws 500 --engine nuts --out docs

Parameters are drawn from the prior, 60 months of counts from the parameters, and the model is fitted to them; the rank
of the true value among 199 draws of the posterior must then be uniform (Talts et al. 2018). The common path's start and
the treated area's level, whose priors in the model are centred on the data and very wide, are drawn about 300 and 25 a
month; everything else comes from the prior itself, the wandering being that of ``PROCESS``.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evaluate.numerics.nested import DRIFT_SCALE, CountSeries, PosteriorDraws, sample_fast
from evaluate.numerics.wandering import (
    LOADING_SD,
    SEASON_SD,
    EffectTerms,
    Wandering,
    shared_pattern,
    to_hyper,
)

MONTHS, START, CONTROLS = 60, 48, 12
RANKED, BINS = 199, 20
PRIOR = Wandering(
    np.array([-0.2, np.log(0.10), np.log(0.10), np.log(0.004)]), np.diag([0.8, 0.5, 0.5, 0.8]) ** 2, 0
)
QUANTITIES = ("during", "after", "autocorrelation", "deviation sd", "overdispersion", "common drift")


def counts_of(mean: np.ndarray, alpha: float, random: np.random.Generator) -> np.ndarray:
    """Negative binomial counts of variance ``mean + alpha mean^2``."""
    return random.poisson(mean * random.gamma(1 / alpha, alpha, mean.shape)).astype(float)


def drawn(random: np.random.Generator) -> tuple[CountSeries, np.ndarray]:
    """One series from the prior, and the true values of ``QUANTITIES``."""
    turns = 2 * np.pi * np.arange(MONTHS) / 12
    season = np.column_stack([wave(n * turns) for n in (1, 2) for wave in (np.sin, np.cos)])
    shares = np.zeros((MONTHS, 2))
    shares[START, 0], shares[START + 1 :, 1] = 1.0, 1.0
    effects = EffectTerms(shares, np.ones_like(shares), np.zeros(2), np.full(2, 0.5))
    pool_share = 1 / CONTROLS
    h = random.multivariate_normal(PRIOR.mean, PRIOR.covariance)
    drift = abs(random.normal(0, DRIFT_SCALE))
    factor = np.sqrt(1 + pool_share)
    rho, sd, alpha, drift, slow = to_hyper(
        h[None, :], sd_factor=factor, noise_factor=1.0, drift=np.array([drift])
    )[0]
    path = np.log(300) + random.normal(0, 0.3) + np.append(0, np.cumsum(random.normal(0, drift, MONTHS - 1)))
    common = path + season @ random.normal(0, SEASON_SD, season.shape[1])
    pool = counts_of(np.exp(common), alpha * pool_share, random)
    deviation = np.empty(MONTHS)
    deviation[0] = random.normal(0, sd)
    for t in range(1, MONTHS):
        deviation[t] = rho * deviation[t - 1] + random.normal(0, sd * np.sqrt(1 - rho**2))
    creep = random.normal(0, 0.01) + np.append(0, np.cumsum(random.normal(0, slow, MONTHS - 1)))
    theta = random.normal(0, 0.5, 2)
    level = np.log(1 / CONTROLS) + random.normal(0, 0.3)
    own = level + random.normal(0, LOADING_SD) * shared_pattern(pool, np.zeros(MONTHS))
    treated = counts_of(np.exp(common + own + deviation + creep + shares @ theta), alpha, random)
    # The engine is told of the pool through equal controls; only their sum and shares enter a fit.
    controls = np.tile(pool / CONTROLS, (CONTROLS, 1))
    series = CountSeries(
        treated=treated,
        controls=controls,
        offset=np.zeros(MONTHS),
        season=season,
        effects=effects,
        years=MONTHS / 12,
        covariates=np.zeros((MONTHS, 0)),
    )
    return series, np.array([*theta, rho, sd, alpha, drift])


def ranks(engine: str, numbers: Iterable[int], seed: int) -> pd.DataFrame:
    """Rank of every true value among ``RANKED`` draws of its posterior, one row a series of these numbers."""
    rows = []
    for number in numbers:
        random = np.random.default_rng([seed, number])
        series, truth = drawn(random)
        posterior = fitted(engine, series, number)
        known = np.column_stack([posterior.effects, posterior.hyper[:, :4]])
        thinned = known[np.linspace(0, len(known) - 1, RANKED).astype(int)]
        rows.append((thinned < truth).sum(axis=0))
    return pd.DataFrame(rows, columns=list(QUANTITIES))


def fitted(engine: str, series: CountSeries, seed: int) -> PosteriorDraws:
    """Fit one series by the engine of that name."""
    if engine == "fast":
        return sample_fast(series, PRIOR, draws=RANKED * 5, seed=seed)
    from evaluate.numerics.nuts import sample_nuts

    return sample_nuts(series, PRIOR, draws=250, seed=seed)


def summarised(table: pd.DataFrame) -> pd.DataFrame:
    """Chi-square of 20 bins, and the largest distance of the ranks' distribution from the uniform one."""
    rows = []
    for name in table:
        values = (table[name] + 0.5) / (RANKED + 1)
        found = np.histogram(values, bins=min(BINS, len(values) // 5), range=(0, 1))[0]
        rows.append(
            {
                "quantity": name,
                "chi_square_p": stats.chisquare(found).pvalue,
                "distance_p": stats.kstest(values, "uniform").pvalue,
                "mean_rank": values.mean(),
                "error": np.sqrt(1 / 12 / len(values)),
                "inside_95": np.mean((values > 0.025) & (values < 0.975)),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Run and write ranks, summary and picture."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=500)
    options.add_argument("--engine", choices=("fast", "nuts"), default="fast")
    options.add_argument("--seed", type=int, default=20261123)
    options.add_argument("--out", type=Path, default=Path("docs"))
    chosen = options.parse_args()
    table = ranks(chosen.engine, range(chosen.draws), chosen.seed)
    write(table, chosen.engine, chosen.seed, chosen.out)


def write(table: pd.DataFrame, engine: str, seed: int, out: Path) -> None:
    """Write the ranks, their summary and their picture."""
    summary = summarised(table)
    name = f"simulation_based_calibration_{engine}"
    table.to_csv(out / f"{name}.csv", index=False)
    versions = ", ".join(f"{package} {version(package)}" for package in ("numpy", "numba", "pymc", "nutpie"))
    lines = [
        f"# Simulation-based calibration, engine {engine}",
        "",
        f"`python benchmarks/simulation_based_calibration.py --draws {len(table)} --engine {engine}`, seed "
        f"{seed}, {date.today()}, Python {platform.python_version()}, {versions}. {len(table)} series of "
        f"{MONTHS} months drawn from the prior; ranks among {RANKED} draws. Right: p-values above .01 and mean ranks "
        "within two errors of .5. Ranks of every series: the CSV file beside this page.",
        "",
        "| quantity | chi-square p | distance p | mean rank | its error | inside 95% |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.quantity} | {row.chi_square_p:.3f} | {row.distance_p:.3f} | {row.mean_rank:.3f} | {row.error:.3f} "
        f"| {row.inside_95:.1%} |"
        for row in summary.itertuples()
    ]
    lines += ["", f"![Rank histograms of six quantities against the band of uniform ranks.]({name}.svg)"]
    (out / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw_histograms(table, out / f"{name}.svg")
    print(summary.to_string())


def draw_histograms(table: pd.DataFrame, path: Path) -> None:
    """Rank histograms, one panel a quantity, with the band in which 95% of the bars of uniform ranks lie."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    bins = min(BINS, len(table) // 5)
    low, high = stats.binom.ppf([0.025, 0.975], len(table), 1 / bins)
    figure, panels = plt.subplots(2, 3, figsize=(7, 4), sharey=True, layout="constrained")
    for axes, name in zip(panels.flat, table, strict=True):
        axes.axhspan(low, high, color="#D9D9D9", zorder=0)
        axes.hist(
            (table[name] + 0.5) / (RANKED + 1), bins=bins, range=(0, 1), color="#12436D", edgecolor="white"
        )
        axes.set_title(name, fontsize=9, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    figure.supxlabel("rank of the true value (0 to 1)", fontsize=9)
    figure.supylabel("series", fontsize=9)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
