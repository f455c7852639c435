"""Time raking weights with 250 placebo groups on the Seattle blocks, and compare them with R's survey package.

58 totals of 39 blocks are met by weighting 9,603 others; then 250 random groups of 39 blocks each are weighted in the
same way. The R package that the method comes from reports about half an hour for such a run. The peer here is
``calibrate(calfun = "raking")`` of R's survey package, timed on the one fit of the treated blocks; where R or the
package is missing only our own numbers are given.

Run ``python benchmarks/seattle_raking.py FILE``, FILE being ``seattledmi.csv.gz``. ``--write`` keeps the numbers in
``benchmarks/seattle_raking.csv``.
"""

from __future__ import annotations

import argparse
import platform
import runpy
import shutil
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.numerics.raking import raking_weights

GROUPS = 250
STUDY = Path(__file__).resolve().parents[1] / "studies" / "seattle_drug_market" / "replicate.py"
PEER = """
suppressMessages(library(survey))
columns <- as.matrix(read.csv("columns.csv"))[, -1]
totals <- scan("totals.txt", quiet = TRUE)
data <- data.frame(columns)
blocks <- svydesign(ids = ~1, data = data, weights = rep(totals[1] / nrow(data), nrow(data)))
terms <- reformulate(names(data))
names(totals) <- c("(Intercept)", names(data))
spent <- system.time(
  raked <- calibrate(blocks, terms, totals, calfun = "raking", maxit = 500, epsilon = 1e-9))[["elapsed"]]
write(spent, "seconds.txt")
write(format(weights(raked), digits = 15), "weights.txt", ncolumns = 1)
cat(R.version.string, ", survey ", as.character(packageVersion("survey")), sep = "")
"""


def matched(table: pd.DataFrame, study: dict[str, object]) -> tuple[np.ndarray, np.ndarray]:
    """The control blocks' columns and the treated blocks' totals: number, census, four outcomes in twelve quarters."""
    table = table.sort_values(["ID", "time"])
    parts = [table[table["time"] == 1].set_index("ID")[study["COVARIATES"]]]
    parts += [
        table[table["time"] <= 12].pivot(index="ID", columns="time", values=outcome).add_prefix(f"{outcome}_")
        for outcome in study["OUTCOMES"]
    ]
    columns = pd.concat(parts, axis=1)
    treated = table.groupby("ID")["Intervention"].max().reindex(columns.index).to_numpy() > 0
    whole = np.column_stack([np.ones(len(columns)), columns.to_numpy(dtype=float)])
    return whole[~treated], whole[treated].sum(axis=0)


def peer(columns: np.ndarray, totals: np.ndarray) -> tuple[str, float, np.ndarray] | None:
    """R's version, the seconds of its fit and its weights; None where it cannot be run."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pd.DataFrame(columns).add_prefix("x").to_csv(place / "columns.csv", index=False)
        np.savetxt(place / "totals.txt", totals)
        (place / "peer.R").write_text(PEER)
        done = subprocess.run(
            ["Rscript", "peer.R"], cwd=place, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            print(done.stderr)
            return None
        return done.stdout, float(np.loadtxt(place / "seconds.txt")), np.loadtxt(place / "weights.txt")


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    study = runpy.run_path(str(STUDY))
    table = pd.read_csv(asked.file, dtype={"ID": str})
    columns, totals = matched(table, study)
    began = time.perf_counter()
    mine = raking_weights(columns, totals).weights
    rows = [("seconds, one raking", time.perf_counter() - began)]
    design = study["design_of"](table)
    began = time.perf_counter()
    result = study["estimator"](table, "any_crime", placebos=GROUPS).fit(design, seed=1)
    rows += [
        (f"seconds, any crime with {GROUPS} placebo groups", time.perf_counter() - began),
        ("any crime, change in per cent", result.effect("intervention", "during").percent_change),
        ("any crime, two-sided p-value", result.diagnostics["p_value"]["intervention, during"]),
        ("placebo groups that no weights met", result.diagnostics["placebo_groups_failed"]),
    ]
    found = peer(columns, totals)
    if found:
        software, seconds, weights = found
        rows += [
            (f"seconds, one raking, {software}", seconds),
            ("largest difference of weights", float(np.abs(mine - weights).max())),
        ]
    shown = pd.DataFrame(rows, columns=["quantity", "value"])
    print(f"Python {platform.python_version()}, numpy {version('numpy')}, scipy {version('scipy')}")
    print(shown.to_string(index=False))
    if asked.write:
        shown.to_csv(
            Path(__file__).with_suffix(".csv"), index=False, float_format="%.6g", lineterminator="\n"
        )


if __name__ == "__main__":
    main()
