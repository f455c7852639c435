"""Placebo operations in real London wards: how often a method finds an effect where nothing was done.

The draw: wards with at least one crime every two months and no missing month, April 2010 to December 2019, the study
area of Ilford Lane (Loxford and its neighbours) left out; 36 months before a random start and 12 from it, 20 random
control wards; seven categories. The counts after the start are also thinned at random by 10, 25 and 50%, which gives
power and bias on real counts. Errors come from a bootstrap of whole wards, since placebos share them.

Run ``python benchmarks/london_placebos.py --data FOLDER`` with the folder that holds ``mps_ward/``, or set
EVALUATE_DATA (200 placebos a category: a quarter of an hour on one core); ``--placebos 20`` for a quick look;
``--null`` leaves the thinned panels out, which takes half the time; ``--method before-after`` for another method;
``--write`` keeps the table in ``benchmarks/london_placebos.csv``, replacing that method's rows.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import pandas as pd

import evaluate as ev
from evaluate.effects.result import Estimator
from evaluate.study.calibration_command import methods_named
from evaluate.study.calibration_placebos import Draw, placebo_effects, placebo_table

FILE = "mps_ward/mps_ward_level_crime_london_201004_202402.csv.gz"
STUDY_AREA = ("E05011247", "E05011240", "E05011246", "E05011248")
CATEGORIES = {
    "violence": ["VIOLENCE AGAINST THE PERSON"],
    "robbery": ["ROBBERY"],
    "theft": ["THEFT"],
    "burglary": ["BURGLARY"],
    "vehicle": ["VEHICLE OFFENCES"],
    "damage": ["ARSON AND CRIMINAL DAMAGE"],
}
SEED = 20261123
TABLE = Path(__file__).with_suffix(".csv")


def london(folder: Path) -> ev.Panel:
    """Read the wards' counts in the seven categories; "all" leaves fraud out, which moved to another register."""
    wards = ev.read_mps(folder / FILE)
    everything = [str(one) for one in wards.outcomes if "FRAUD" not in str(one)]
    panel = wards.combine_outcomes({"all": everything, **CATEGORIES})
    kept = [str(area) for area in panel.areas if area not in STUDY_AREA]
    return panel.select(areas=kept, start="2010-04", end="2019-12")


def measure(panel: ev.Panel, method: Estimator, placebos: int, *, null: bool) -> pd.DataFrame:
    """Fit the method to the placebos of every category; the rows of all fits."""
    draw = Draw(kept=(1.0,)) if null else Draw()
    rows = []
    for outcome in ("all", *CATEGORIES):
        start = time.perf_counter()
        done = list(
            placebo_effects(panel, outcome=outcome, estimator=method, placebos=placebos, seed=SEED, draw=draw)
        )
        rows.append(pd.concat(done, ignore_index=True))
        took = (time.perf_counter() - start) / placebos
        line = placebo_table(rows[-1]).iloc[0]
        print(
            f"{outcome:9s} rejected {line['rejection']:.3f} ({line['rejection_error']:.3f}), "
            f"sd of z {line['z_sd']:.2f}, width {line['median_width']:.3f}, "
            f"failed {line['failed']}, {took:.2f} s a placebo",
            flush=True,
        )
    return pd.concat(rows, ignore_index=True)


def main() -> None:
    """Measure, print, and keep the table where that is asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("EVALUATE_DATA"))
    parser.add_argument("--placebos", type=int, default=200)
    parser.add_argument("--method", default="structural")
    parser.add_argument("--null", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.data is None:
        parser.error("say where the published files are: --data FOLDER, or the variable EVALUATE_DATA")
    method = methods_named([asked.method])[-1]
    table = placebo_table(measure(london(Path(asked.data)), method, asked.placebos, null=asked.null))
    print(table.to_string(index=False, float_format="{:.3f}".format))
    if asked.write:
        table = table.assign(seed=SEED, version=ev.__version__)
        if TABLE.is_file():
            others = pd.read_csv(TABLE)
            table = pd.concat([others[others["estimator"] != method.name], table], ignore_index=True)
        table.to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")


if __name__ == "__main__":
    main()
