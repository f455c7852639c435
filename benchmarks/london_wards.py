"""Every London ward, every feasible start: placebo operations of the structural model over a whole city.

Wards with at least one crime every two months and no missing month, April 2010 to December 2019, the study area of
Ilford Lane (Loxford and its neighbours) left out; all crime and six categories.
Every ward in turn is the treated one, with a start every year that leaves 36 months before it and 12 from it, so that
the months after never overlap. Its controls are the wards of its size: those of a category are put in order of their
count and cut into groups of about 40. How areas wander is learned once for each half of a group from the other half,
so that no ward teaches its own prior.

Run ``python benchmarks/london_wards.py --data FOLDER --write`` with the folder that holds ``mps_ward/``, or set
EVALUATE_DATA (some 27,000 fits); ``--every 48`` takes two starts, for a quick look. Errors are by bootstrap of whole
wards, since a ward's placebos share its months.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from london_placebos import CATEGORIES, SEED, london

import evaluate as ev
from evaluate.numerics.seeds import child_seed
from evaluate.study.calibration_placebos import eligible, placebo_table
from evaluate.study.calibration_run import fit_rows

BEFORE, AFTER = 36, 12
GROUP = 40
DRAWS = 1000
TABLE = Path(__file__).with_suffix(".csv")
DURING = "during"


def groups_of(panel: ev.Panel, outcome: str) -> list[list[str]]:
    """Wards in groups of about ``GROUP``, alike in size; each in a random order, so that its halves are alike."""
    areas = eligible(panel, outcome, needed=2 * GROUP)
    sizes = panel.counts.sel(area=areas, outcome=outcome).mean("period").values
    ordered = np.array(areas)[np.argsort(sizes, kind="stable")]
    random = np.random.default_rng(child_seed(SEED, "groups", outcome))
    return [
        [str(a) for a in random.permutation(part)] for part in np.array_split(ordered, len(areas) // GROUP)
    ]


def placebo(panel: ev.Panel, treated: str, others: list[str]) -> ev.Design:
    """A placebo operation in one ward, from the month after the first ``BEFORE`` to the end of the panel."""
    start, end = panel.periods[BEFORE].start_time, panel.periods[-1].end_time.normalize()
    return ev.Design(
        panel,
        outcome=str(panel.outcomes[0]),
        treated=[treated],
        control=others,
        operations=[ev.Operation("placebo", start, end)],
        before=f"{BEFORE} months",
        after="0 months",
    )


def rows_of(panel: ev.Panel, group: list[str]) -> Iterator[dict[str, Any]]:
    """Fit every ward of a group against the others, its prior learned from the half it is not in."""
    outcome, start = str(panel.outcomes[0]), str(panel.periods[BEFORE])
    middle = len(group) // 2
    for here, teachers in ((group[:middle], group[middle:]), (group[middle:], group[:middle])):
        learned = ev.StructuralModel(draws=DRAWS).prepared(placebo(panel, here[0], teachers))
        for area in here:
            design = placebo(panel, area, [other for other in group if other != area])
            seed = child_seed(SEED, "fit", f"{outcome} {start} {area}")
            for row in fit_rows(learned, {1.0: design}, window=DURING, seed=seed):
                common = {"outcome": outcome, "estimator": learned.name, "area": area, "start": start}
                yield common | {"placebo": f"{area} {start}"} | row


def sweep(panel: ev.Panel, outcome: str, every: int) -> pd.DataFrame:
    """All placebos of a category."""
    began = time.perf_counter()
    small = panel.select(outcomes=[outcome])
    groups = groups_of(small, outcome)
    rows = []
    for first in range(BEFORE, len(panel.periods) - AFTER + 1, every):
        periods = small.periods[first - BEFORE : first + AFTER]
        for group in groups:
            part = small.select(areas=group, start=periods[0], end=periods[-1])
            rows += list(rows_of(part, group))
    table = pd.DataFrame(rows)
    line = placebo_table(table).iloc[0]
    took = time.perf_counter() - began
    print(
        f"{outcome:9s} {len(table)} placebos, rejected {line['rejection']:.3f} ({line['rejection_error']:.3f}), "
        f"sd of z {line['z_sd']:.2f}, width {line['median_width']:.3f}, {1000 * took / len(table):.0f} ms each",
        flush=True,
    )
    return table


def main() -> None:
    """Sweep, print, and keep the table where that is asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("EVALUATE_DATA"))
    parser.add_argument("--every", type=int, default=12)
    parser.add_argument("--outcomes", nargs="*", default=["all", *CATEGORIES])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.data is None:
        parser.error("say where the published files are: --data FOLDER, or the variable EVALUATE_DATA")
    panel = london(Path(asked.data))
    began = time.perf_counter()
    table = placebo_table(pd.concat([sweep(panel, outcome, asked.every) for outcome in asked.outcomes]))
    took = time.perf_counter() - began
    print(table.to_string(index=False, float_format="{:.3f}".format))
    if asked.write:
        table = table.assign(every=asked.every, seed=SEED, seconds=round(took), date=str(date.today()))
        table.assign(version=ev.__version__).to_csv(
            TABLE, index=False, float_format="%.4g", lineterminator="\n"
        )


if __name__ == "__main__":
    main()
