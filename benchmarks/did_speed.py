"""Time of randomisation inference over 600 areas and 120 months, beside a peer.

Ours is ``DifferenceInDifferences().fit``: every area in the treated one's place, t ratios, the interval by inversion of
801 null hypotheses. The peer is pyfixest's Poisson regression with area and month effects (``fepois``), timed once and
multiplied by the 600 fits that the same test by refitting takes; without pyfixest its row is left out.

Run ``python benchmarks/did_speed.py``; ``--write`` keeps the table in ``benchmarks/did_speed.csv``.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

import evaluate as ev

AREAS, MONTHS, BEFORE = 600, 120, 84


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Shortest of several runs."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def peer(design: ev.Design) -> tuple[str, float, float]:
    """Coefficient and time of one Poisson regression by pyfixest."""
    import pyfixest

    counts = np.vstack([design.treated_counts, design.control_counts])
    area, month = np.indices(counts.shape)
    after = (area == 0) & (month > BEFORE)
    during = (area == 0) & (month == BEFORE)
    table = pd.DataFrame(
        {
            "count": counts.ravel(),
            "area": area.ravel(),
            "month": month.ravel(),
            "during": during.ravel().astype(float),
            "after": after.ravel().astype(float),
        }
    )

    def fit() -> float:
        found = pyfixest.fepois("count ~ during + after | area + month", data=table, vcov="iid")
        return float(found.coef()["after"])

    return f"pyfixest {pyfixest.__version__}", fit(), seconds(fit, 3)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    panel = ev.simulate_panel(areas=AREAS, periods=MONTHS, operation_at=BEFORE, rate_ratio_after=0.7, seed=1)
    design = ev.simulated_design(panel).with_windows(
        before=f"{BEFORE} months", after=f"{MONTHS - BEFORE - 1} months"
    )
    estimator = ev.DifferenceInDifferences()
    ours = float(np.log(estimator.fit(design).effect("operation", "after").rate_ratio))
    took = seconds(lambda: estimator.fit(design), 5)
    rows = [(f"evaluate {ev.__version__}", ours, took, took)]
    if importlib.util.find_spec("pyfixest"):
        name, coefficient, one = peer(design)
        rows.append((name, coefficient, one, one * AREAS))
    table = pd.DataFrame(rows, columns=["software", "log_ratio", "seconds_one_fit", "seconds_with_inference"])
    table = table.assign(areas=AREAS, months=MONTHS, machine=platform.machine())
    print(table.to_string(index=False))
    if asked.write:
        table.round(6).to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
