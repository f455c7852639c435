"""Fit the same panels with both engines of the structural model and say how far apart they are.

    python benchmarks/engine_agreement.py --panels 50 --out docs

Simulated panels (13 areas, 96 months, a fall of 30% in every second one), every window of each. The same prior
of the areas' wandering goes to both engines, so that what is compared is the sampling.
"""

from __future__ import annotations

import argparse
import platform
import time
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

import evaluate as ev

PACKAGES = ("numpy", "numba", "pymc", "nutpie")


def compare(panels: int, seed: int) -> pd.DataFrame:
    """One row a panel and window: means, interval ends, R-hat, effective sizes, divergences, seconds."""
    rows = []
    for number in range(panels):
        panel = ev.simulate_panel(
            areas=13,
            periods=96,
            operation_at=72,
            rate_ratio_after=0.7 if number % 2 else 1.0,
            seed=seed + number,
        )
        design = ev.simulated_design(panel)
        fast_model = ev.StructuralModel(draws=4000).prepared(design)
        began = time.perf_counter()
        fast = fast_model.fit(design, seed=number)
        middle = time.perf_counter()
        try:
            nuts = replace(fast_model, engine="nuts", draws=1000).fit(design, seed=number)
        except ev.FitError as refusal:  # its chains disagree; counted on the page as panels without an answer
            print(f"panel {number + 1} of {panels}: {refusal}", flush=True)
            continue
        ended = time.perf_counter()
        for window in design.windows:
            one, other = fast.effect(*window.key), nuts.effect(*window.key)
            means = [float(np.mean(effect.ratio.log_draws)) for effect in (one, other)]
            width = np.log(other.upper / other.lower)
            rows.append(
                {
                    "panel": number,
                    "window": window.name,
                    "mean_fast": means[0],
                    "mean_nuts": means[1],
                    "lower_apart": np.log(one.lower / other.lower) / width,
                    "upper_apart": np.log(one.upper / other.upper) / width,
                    "width": width,
                    "pareto_k": fast.diagnostics["pareto_k"],
                    **{
                        key: nuts.diagnostics[key] for key in ("r_hat", "ess_bulk", "ess_tail", "divergences")
                    },
                    "seconds_fast": middle - began,
                    "seconds_nuts": ended - middle,
                }
            )
        print(f"panel {number + 1} of {panels}", flush=True)
    return pd.DataFrame(rows)


def page(table: pd.DataFrame, panels: int, seed: int) -> str:
    """The table in words."""
    apart = (table["mean_fast"] - table["mean_nuts"]).abs()
    ends = table[["lower_apart", "upper_apart"]].abs().to_numpy()
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    warm = table.loc[table["panel"] > 0]
    lines = [
        "# Do the two engines agree?",
        "",
        f"Made by `python benchmarks/engine_agreement.py --panels {panels} --seed {seed}` on {date.today():%d %B %Y} "
        f"with Python {platform.python_version()}, {packages}. {panels} simulated panels of 13 areas and 96 months; "
        "the fast engine with 4,000 draws, NUTS with four chains of 1,000 draws. Both have Monte Carlo error: "
        "with an effective sample of 2,000 a posterior mean is known to 0.02 and an interval's end to 0.05 standard "
        "deviations.",
        "",
        "| | largest | mean |",
        "|---|---|---|",
        f"| difference of the posterior means of the log rate ratio | {apart.max():.4f} | {apart.mean():.4f} |",
        f"| difference of an interval's end, share of its width | {ends.max():.1%} | {ends.mean():.1%} |",
        f"| Pareto k of the fast engine (to be trusted below 0.7) | {table['pareto_k'].max():.2f} | "
        f"{table['pareto_k'].mean():.2f} |",
        f"| R-hat of NUTS | {table['r_hat'].max():.4f} | {table['r_hat'].mean():.4f} |",
        f"| divergences of NUTS in a panel | {table['divergences'].max():.0f} | {table['divergences'].mean():.2f} |",
        "",
        f"NUTS gave no answer on {panels - table['panel'].nunique()} of {panels} panels, since its chains disagreed; "
        "they are left out above. "
        f"Smallest effective sample sizes of NUTS: bulk {table['ess_bulk'].min():.0f}, tail "
        f"{table['ess_tail'].min():.0f}. Median seconds of one fit after the first: fast "
        f"{warm['seconds_fast'].median():.2f}, NUTS {warm['seconds_nuts'].median():.1f}, a ratio of "
        f"{(warm['seconds_nuts'] / warm['seconds_fast']).median():.0f}.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compare, and write the page and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panels", type=int, default=50)
    parser.add_argument("--seed", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    chosen = parser.parse_args()
    table = compare(chosen.panels, chosen.seed)
    chosen.out.mkdir(exist_ok=True)
    table.to_csv(chosen.out / "engine_agreement.csv", index=False, float_format="%.5g", lineterminator="\n")
    text = page(table, chosen.panels, chosen.seed)
    (chosen.out / "engine_agreement.md").write_text(text, encoding="utf-8", newline="\n")
    print(text)


if __name__ == "__main__":
    main()
