"""How often each method calls nothing an effect, by kind of panel: the table that ``applicability`` reads.

Panels in which nothing was done are simulated for each kind, and each method is fitted to all of them. ``rejected`` is
the share of 95% intervals without 1 among those that have an interval, ``error`` its Monte Carlo standard error, and
``answered`` the share of panels for which the method gives an interval at all (it may refuse, or have too few
placebos).

Run ``python benchmarks/method_reliability.py``; it takes about a quarter of an hour. ``--write`` keeps the
table in ``evaluate/estimators/reliability.csv``, which ships with the package.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import evaluate as ev
from evaluate.effects.result import Estimator
from evaluate.errors import FitError

TABLE = Path(__file__).resolve().parents[1] / "evaluate" / "estimators" / "reliability.csv"
SEED = 20261123
METHODS: list[Estimator] = [
    ev.StructuralModel(draws=500),
    ev.DifferenceInDifferences(),
    ev.InterruptedTimeSeries(),
    ev.SyntheticControl(),
    ev.SyntheticControl(inference="conformal", placebos=0),
    ev.RidgeAugmentedSyntheticControl(),
    ev.SyntheticDifferenceInDifferences(),
    ev.RelativeRateRatio(),
    ev.WeightedDisplacementDifference(),
    ev.ExactRateRatio(),
    ev.BeforeAfter(),
]


@dataclass(frozen=True)
class Kind:
    """One kind of panel: counts a month, months before and after, control areas, and how counts vary."""

    name: str
    mean: float = 40.0
    before: int = 48
    after: int = 12
    controls: int = 40
    dispersion: float = 1.5
    autocorrelation: float = 0.4


KINDS = (
    Kind("usual"),
    Kind("few controls", controls=8),
    Kind("small counts", mean=4.0, dispersion=1.2),
    Kind("short", before=18, after=6),
    Kind("strongly autocorrelated", autocorrelation=0.8, dispersion=2.5),
)


def reliability(kind: Kind, panels: int) -> list[dict[str, object]]:
    """Fit every method to null panels of one kind."""
    process = ev.Process(
        mean=kind.mean, dispersion=kind.dispersion, autocorrelation=kind.autocorrelation, spread=0.3
    )
    hits: dict[str, list[bool]] = {method.name: [] for method in METHODS}
    for seed in range(SEED, SEED + panels):
        panel = ev.simulate_panel(
            areas=1 + kind.controls, periods=kind.before + kind.after, process=process,
            operation_at=kind.before, seed=seed,
        )  # fmt: skip
        design = ev.simulated_design(panel)
        for method in METHODS:
            try:
                effect = method.fit(design, seed=seed).effect("operation", "after")
            except FitError:
                continue
            if np.isfinite(effect.upper):
                hits[method.name].append(not effect.lower <= 1 <= effect.upper)
    rows = []
    for name, found in hits.items():
        rate = float(np.mean(found)) if found else float("nan")
        error = float(np.sqrt(rate * (1 - rate) / len(found))) if found else float("nan")
        rows.append({"method": name, "kind": kind.name, "panels": panels, "answered": len(found) / panels,
                     "rejected": rate, "error": error})  # fmt: skip
    return rows


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--panels", type=int, default=200)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    table = pd.DataFrame([row for kind in KINDS for row in reliability(kind, asked.panels)]).round(4)
    print(table.to_string())
    if asked.write:
        table.to_csv(TABLE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
