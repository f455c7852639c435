"""Falls that nothing makes: how large they are, and whether the check's forecast of them covers what happens.

Table 1 simulates operations that do nothing, each started because a month was the highest of the last twelve, and
compares the three months that follow with the trigger month, the last three and the last twelve; beside it stand the
figures of an independent simulation (200,000 sets a cell, rounded to whole per cent) as a reference.

Table 2 makes panels with such an operation and counts how often the 95% interval of ``RegressionToTheMean`` holds the
change that is seen in the half year after, and how often the check passes (it should not).

Run ``python benchmarks/regression_to_the_mean.py`` (half a minute), ``--full`` for 200,000 sets a cell and 200 panels a
process (four minutes), ``--write`` to keep the tables beside this file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import evaluate as ev
from evaluate.numerics.regression_to_the_mean import spurious_change

SEED = 1
REFERENCE = {
    (3, 1, 0.0): (-48, -20, 0), (3, 2, 0.0): (-60, -29, 1), (3, 2, 0.5): (-50, -18, 22),
    (10, 1, 0.0): (-34, -12, 0), (10, 2, 0.0): (-44, -18, 0), (10, 2, 0.5): (-37, -12, 12),
    (30, 1, 0.0): (-23, -7, 0), (30, 2, 0.0): (-31, -11, 0), (30, 2, 0.5): (-25, -7, 7),
    (100, 1, 0.0): (-14, -4, 0), (100, 2, 0.0): (-19, -6, 0), (100, 2, 0.5): (-16, -4, 4),
    (300, 1, 0.0): (-9, -3, 0), (300, 2, 0.0): (-12, -4, 0), (300, 2, 0.5): (-10, -3, 2),
}  # fmt: skip
PROCESSES = (
    ev.Process(mean=10, dispersion=2.0, autocorrelation=0.5),
    ev.Process(mean=30, dispersion=1.5, autocorrelation=0.4),
    ev.Process(mean=30, dispersion=2.0, autocorrelation=0.0),
    ev.Process(mean=100, dispersion=4.0, autocorrelation=0.6),
)


def falls(sets: int) -> pd.DataFrame:
    """Table 1, in per cent."""
    rows = []
    for (mean, dispersion, rho), reference in REFERENCE.items():
        change = spurious_change(mean, dispersion, rho, sets=sets, random=np.random.default_rng(SEED))
        row: dict[str, float] = {"mean": mean, "dispersion": dispersion, "autocorrelation": rho}
        found = (change.since_trigger, change.since_quarter, change.since_year)
        for name, value, error, published in zip(
            ("trigger", "quarter", "year"), found, change.errors, reference, strict=True
        ):
            row |= {
                f"since_{name}": round(100 * value, 2),
                f"error_{name}": round(100 * error, 2),
                f"reference_{name}": published,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def coverage(panels: int) -> pd.DataFrame:
    """Table 2: shares of panels, with the Monte Carlo error of the first."""
    rows = []
    for process in PROCESSES:
        facts = [_one(process, seed) for seed in range(panels)]
        known = [one for one in facts if one is not None]
        held = float(np.mean([one["held"] for one in known]))
        rows.append(
            {
                "mean": process.mean,
                "dispersion": process.dispersion,
                "autocorrelation": process.autocorrelation,
                "panels": len(known),
                "covered": round(held, 3),
                "error": round(float(np.sqrt(held * (1 - held) / len(known))), 3),
                "passed": round(float(np.mean([one["passed"] for one in known])), 3),
                "mean_raw_fall": round(float(np.mean([one["raw"] for one in known])), 3),
                "mean_expected_fall": round(float(np.mean([one["expected"] for one in known])), 3),
            }
        )
    return pd.DataFrame(rows)


def _one(process: ev.Process, seed: int) -> dict[str, float] | None:
    """One panel with an operation that does nothing; None where no spike came up."""
    try:
        panel = ev.simulate_panel(
            areas=21, periods=56, operation_at=48, process=process, triggered=True, seed=seed
        )
    except ev.DataError:
        return None
    start, end = panel.truth.start.start_time, panel.truth.end.end_time.normalize()
    operation = ev.Operation("nothing", start, end)
    design = ev.Design(
        panel, outcome="crime", treated=["A01"], operations=[operation], after="6 months", trigger="1 month"
    )
    check = ev.RegressionToTheMean(simulations=1000).run(ev.BeforeAfter().fit(design, seed=SEED), seed=seed)
    facts = check.facts
    return {
        "held": facts["expected_fall_lower"] <= facts["raw_fall"] <= facts["expected_fall_upper"],
        "passed": bool(check.passed),
        "raw": facts["raw_fall"],
        "expected": facts["expected_fall"],
    }


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    tables = {
        "": falls(200_000 if asked.full else 20_000),
        "_coverage": coverage(200 if asked.full else 25),
    }
    for suffix, table in tables.items():
        print(table.to_string(index=False))
        if asked.write:
            path = Path(__file__).with_name(f"regression_to_the_mean{suffix}.csv")
            table.to_csv(path, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
