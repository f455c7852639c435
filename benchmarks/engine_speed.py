"""Time the fast engine beside a peer on the same panels in the same run, and see how its cost grows.

    python benchmarks/engine_speed.py --panels 30 --out benchmarks/engine_speed.csv

The peer is bsts-causalimpact (Rust), where it is installed: the treated area's log counts on the log counts of its
controls, its own defaults. Ours is timed whole (learning how areas wander included) and prepared (learned before, as in
placebos of one city). Panels: 96 months, 12 controls; then more areas, and more periods.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

import evaluate as ev

DRAWS = 1000


def milliseconds(work: Callable[[int], object], panels: int) -> list[float]:
    """Time of ``work`` on each panel, after one that warms it up."""
    work(0)
    times = []
    for number in range(panels):
        began = time.perf_counter()
        work(number)
        times.append(1000 * (time.perf_counter() - began))
    return times


def design_of(areas: int, periods: int, seed: int) -> ev.Design:
    """A simulated panel with the operation three quarters through."""
    panel = ev.simulate_panel(areas=areas, periods=periods, operation_at=periods * 3 // 4, seed=seed)
    return ev.simulated_design(panel)


def peer(design: ev.Design) -> object:
    """bsts-causalimpact on log counts."""
    from causal_impact import CausalImpact

    columns = np.column_stack([design.treated_counts, design.control_counts.T])
    frame = pd.DataFrame(np.log(columns + 0.5))
    start = int(np.flatnonzero(design.periods == design.windows[0].periods[0])[0])
    fitted = CausalImpact(frame, [0, start - 1], [start, len(frame) - 1], model_args={"niter": DRAWS})
    return fitted.inferences


def main() -> None:
    """Time, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--panels", type=int, default=30)
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    model = ev.StructuralModel(draws=DRAWS)
    rows = []

    def timed(what: str, areas: int, periods: int, work: Callable[[int], object], panels: int) -> None:
        times = milliseconds(work, panels)
        rows.append(
            {"what": what, "areas": areas, "periods": periods, "panels": panels}
            | {"least": min(times), "median": float(np.median(times)), "most": max(times)}
        )
        print(rows[-1], flush=True)

    designs = [design_of(13, 96, seed) for seed in range(chosen.panels)]
    ready = [model.prepared(design) for design in designs]
    timed("whole", 13, 96, lambda n: model.fit(designs[n], seed=n), chosen.panels)
    timed("prepared", 13, 96, lambda n: ready[n].fit(designs[n], seed=n), chosen.panels)
    if importlib.util.find_spec("causal_impact"):
        timed("bsts-causalimpact", 13, 96, lambda n: peer(designs[n]), chosen.panels)
    for areas, periods in ((25, 96), (49, 96), (97, 96), (13, 240), (13, 600), (13, 2000)):
        design = design_of(areas, periods, 1)
        prepared = model.prepared(design)
        timed("prepared", areas, periods, lambda n, d=design, m=prepared: m.fit(d, seed=n), 3)
    table = pd.DataFrame(rows)
    peers = table[table["what"] == "bsts-causalimpact"]["median"]
    if len(peers):
        table["times_the_peer"] = (table["median"] / peers.iloc[0]).round(2)
    table["date"], table["python"] = str(date.today()), platform.python_version()
    table["versions"] = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba"))
    if chosen.out:
        table.round(2).to_csv(chosen.out, index=False)


if __name__ == "__main__":
    main()
