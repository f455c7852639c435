"""The placebo operations of ``london_placebos.py`` put to another package: bsts-causalimpact, at its own defaults.

It sees the logarithms of the treated ward's counts and of its twenty controls (plus a half, since counts can be 0), 36
months to learn from and 12 to compare, as its documentation shows. The average effect on the log scale is the log rate
ratio; an interval that leaves out 0 finds an effect, where nothing was done.

Run ``python benchmarks/london_peer.py --data FOLDER --placebos 80 --write`` with the folder that holds ``mps_ward/``
(two minutes), after ``pip install bsts-causalimpact``. The errors are by bootstrap of whole wards.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from london_placebos import london, measure

import evaluate as ev
from evaluate.effects.effect import StudentRatio
from evaluate.study.calibration_placebos import placebo_table

TABLE = Path(__file__).with_suffix(".csv")


@dataclass(frozen=True)
class Peer:
    """bsts-causalimpact on log counts, as an estimator of this package."""

    name: str = "bsts-causalimpact"

    def fit(self, design: ev.Design, *, seed: int) -> ev.Result:
        """Fit it to the window "during" of a placebo."""
        from causal_impact import CausalImpact

        columns = np.column_stack([design.treated_counts, design.control_counts.T])
        window = design.window(design.operations[0].name, "during")
        start = int(design.periods.get_loc(window.periods[0]))
        frame = pd.DataFrame(np.log(columns + 0.5))
        fitted = CausalImpact(
            frame, [0, start - 1], [start, len(frame) - 1], model_args={"seed": seed % 2**31}
        )
        found = fitted.summary_stats
        log_ratio, low, high = (found[key] for key in ("point_effect_mean", "ci_lower", "ci_upper"))
        observed = float(design.treated_counts[start:].sum())
        expected = observed / np.exp(log_ratio)
        effect = ev.Effect(
            operation=window.operation, window="during", observed=observed, expected=expected,
            rate_ratio=float(np.exp(log_ratio)), lower=float(np.exp(low)), upper=float(np.exp(high)),
            prevented=expected - observed, prevented_lower=np.nan, prevented_upper=np.nan, p_reduction=np.nan,
            level=0.95, interval="credible interval of the package",
            ratio=StudentRatio(log_ratio, (high - low) / 2 / 1.96, np.inf),
        )  # fmt: skip
        return ev.Result(
            estimator=self, design=design, effect_list=[effect], counterfactual=pd.DataFrame(), seed=seed
        )


def main() -> None:
    """Measure, print, and keep the table where that is asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("EVALUATE_DATA"))
    parser.add_argument("--placebos", type=int, default=80)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.data is None:
        parser.error("say where the published files are: --data FOLDER, or the variable EVALUATE_DATA")
    table = placebo_table(measure(london(Path(asked.data)), Peer(), asked.placebos, null=False))
    table = table.assign(version=version("bsts-causalimpact"))
    print(table.to_string(index=False, float_format="{:.3f}".format))
    if asked.write:
        table.to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")


if __name__ == "__main__":
    main()
