"""Time synthetic difference in differences with 200 placebo refits on the Proposition 99 panel, beside a peer.

Each refit puts another state in California's place and finds all weights anew. The peer is the augmented synthetic
control of pysyncon, given its penalty and refitted to the same 200 panels; where it is not installed only our own time
is given. Its weights for California are compared with ours, and over 20 states how closely each follows the years
before with its weights made to sum to 1: the peer stops earlier, so ours are never the worse.

Run ``python benchmarks/sdid_placebos.py FILE``, FILE being ``california_prop99.csv`` of the package synthdid (state,
year, packets; semicolons). ``--write`` keeps the numbers in ``benchmarks/sdid_placebos.csv``.
"""

from __future__ import annotations

import argparse
import platform
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.numerics.ridge_augmented import augmented_weights
from evaluate.numerics.simplex import simplex_weights
from evaluate.numerics.synthetic import synthetic_fit

REFITS, COMPARED, PENALTY = 200, 20, 100.0
SYNTHETIC = "synthetic difference in differences"


def ours(packs: pd.DataFrame, chosen: np.ndarray, before: np.ndarray) -> tuple[float, float]:
    """Seconds of one fit and all placebo refits, and the placebo standard error."""
    values = packs.to_numpy()
    began = time.perf_counter()
    synthetic_fit(values[0], values[1:], before, ~before, SYNTHETIC)
    effects = [
        synthetic_fit(values[row], np.delete(values[1:], row - 1, axis=0), before, ~before, SYNTHETIC).effect
        for row in chosen
    ]
    return time.perf_counter() - began, float(np.std(effects))


def theirs(packs: pd.DataFrame, chosen: np.ndarray) -> dict[str, float]:
    """Seconds of pysyncon's refits of an augmented synthetic control, and how far its weights are from ours."""
    from pysyncon import AugSynth, Dataprep

    states, years = list(packs.index), list(packs.columns)
    early = [year for year in years if year < 1989]
    long = packs.T.melt(ignore_index=False, var_name="state", value_name="packs").reset_index(names="year")
    spent, worse = 0.0, 0.0
    found: dict[str, float] = {}
    for number, row in enumerate([0, *chosen]):
        others = [state for state in states[1:] if state != states[row]]
        began = time.perf_counter()
        panel = Dataprep(
            foo=long, predictors=[], predictors_op="mean", dependent="packs", unit_variable="state",
            time_variable="year", treatment_identifier=states[row], controls_identifier=others,
            time_predictors_prior=early, time_optimize_ssr=early,
        )  # fmt: skip
        peer = AugSynth()
        peer.fit(panel, lambda_=PENALTY, use_covariates=False)
        spent += time.perf_counter() - began
        if number > COMPARED:
            continue
        controls, target = packs.loc[others, early].to_numpy(), packs.loc[states[row], early].to_numpy()
        mine, peers = (
            simplex_weights(controls.T, target),
            np.maximum(peer.synw, 0) / np.maximum(peer.synw, 0).sum(),
        )
        misfit = np.mean((target - mine @ controls) ** 2)
        worse = max(worse, float(misfit / np.mean((target - peers @ controls) ** 2) - 1))
        if number == 0:
            moved = augmented_weights(controls, target, mine, PENALTY)
            found["California, synthetic control: largest difference of weights"] = float(
                np.abs(mine - peer.synw).max()
            )
            found["California, augmented: largest difference of weights"] = float(
                np.abs(moved - peer.W).max()
            )
    found[f"largest relative excess of our misfit over theirs, {COMPARED} states"] = worse
    return {
        f"seconds, pysyncon {version('pysyncon')}, 200 refits of an augmented synthetic control": spent
    } | found


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    packs = pd.read_csv(asked.file, sep=";").pivot(index="State", columns="Year", values="PacksPerCapita")
    packs = packs.loc[["California", *packs.index.drop("California")]]
    before = np.asarray(packs.columns < 1989)
    chosen = np.random.default_rng(1).integers(1, len(packs), REFITS)
    seconds, error = ours(packs, chosen, before)
    rows = [("seconds, SDID and 200 placebo refits", seconds), ("placebo standard error of 200 draws", error)]
    if find_spec("pysyncon"):
        rows += theirs(packs, chosen).items()
    table = pd.DataFrame(rows, columns=["quantity", "value"])
    print(f"Python {platform.python_version()}, numpy {version('numpy')}, scipy {version('scipy')}")
    print(table.to_string(index=False))
    if asked.write:
        table.to_csv(
            Path(__file__).with_suffix(".csv"), index=False, float_format="%.6g", lineterminator="\n"
        )


if __name__ == "__main__":
    main()
