"""How often each check passes where nothing is wrong, and where what it looks for was planted.

Each situation is simulated as often as ``panels`` says; the truth is known. ``passed`` is the share of checks that
passed among those that could be made, ``error`` its Monte Carlo standard error. For the smallest detectable reduction
it is the share of second panels, with just that reduction planted, in which the interval lies below 1: four in five is
right.

Run ``python benchmarks/check_rates.py`` (some minutes; ``--panels 10`` for a look); ``--write`` keeps the table in
``benchmarks/check_rates.csv``, which the pages of the checks show.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

import evaluate as ev
from evaluate.checks.result import Check
from evaluate.data.simulator import with_outcomes
from evaluate.effects.result import Estimator

TABLE = Path(__file__).with_suffix(".csv")
SEED = 20261124
PROCESS = ev.Process(mean=40, dispersion=1.5, autocorrelation=0.4)


def simulated(seed: int, **traits: Any) -> ev.Design:
    """A design of 60 months before and after in 24 areas; ``traits`` are those of ``simulate_panel``."""
    trigger = "3 months" if traits.get("triggered") else None
    chosen: dict[str, Any] = {
        "areas": 24,
        "periods": 60,
        "operation_at": 45,
        "process": PROCESS,
        "seed": seed,
    }
    return ev.simulated_design(ev.simulate_panel(**(chosen | traits)), trigger=trigger)


def begun_early(seed: int) -> ev.Design:
    """Counts halved three months before the day the plan gives."""
    design = simulated(seed, operation_at=42, rate_ratio_during=0.5, rate_ratio_after=0.5)
    late = ev.Operation("operation", "2013-10-01", "2013-10-31")
    return replace(design, operations=(late,), before="45 months", after="14 months")


def with_harmless(seed: int, ratio: float) -> ev.Design:
    """An outcome that fell by half, and beside it one, "other", that changed by a ratio."""
    one = simulated(seed, rate_ratio_after=0.5)
    other = simulated(seed + 1_000_000, rate_ratio_after=ratio)
    return replace(one, panel=with_outcomes({"crime": one.panel, "other": other.panel}))  # type: ignore[dict-item]


def one_large_control(seed: int) -> ev.Design:
    """Six controls of which one is ten times as large and halved when the operation began."""
    design = simulated(seed, areas=7)
    counts = design.panel.counts.copy()
    last = {"area": design.control[-1], "outcome": "crime"}
    after = design.panel.periods >= "2013-10"
    counts.loc[last] = (counts.loc[last] * 10).where(~after, (counts.loc[last] * 5).round())
    return replace(design, panel=replace(design.panel, counts=counts))


@dataclass(frozen=True)
class Situation:
    """One row: a check, the method it checks, and the panels it is made on.

    Parameters
    ----------
    words : str
        What was simulated.
    check : Check
        What is made.
    estimator : Estimator
        What is checked.
    traits : dict
        As in ``simulated``; or
    make : callable
        From a seed to a design.
    right : str
        What a good check would do.
    """

    words: str
    check: Check
    estimator: Estimator
    right: str
    traits: dict[str, Any] = field(default_factory=dict)
    make: Callable[[int], ev.Design] | None = None

    def design(self, seed: int) -> ev.Design:
        """The panel of one seed."""
        return self.make(seed) if self.make is not None else simulated(seed, **self.traits)


SERIES, BEFORE_AFTER = ev.InterruptedTimeSeries(), ev.BeforeAfter()
RANKED, RATIOS = ev.DifferenceInDifferences(), ev.RelativeRateRatio()
MODEL = ev.StructuralModel(draws=400)
HALVED = {"rate_ratio_after": 0.5}
WILD = {"process": ev.Process(mean=40, dispersion=4, autocorrelation=0.9, persistent_share=1.0)}
LARGE = {"process": ev.Process(mean=400, dispersion=1.5)}
SMALL = {"process": ev.Process(mean=1, dispersion=1.2)}
SEASON = {"process": ev.Process(mean=400, dispersion=1.2, season=0.5)}
FADING = {"process": ev.Process(mean=40, dispersion=2.5, autocorrelation=0.8)}
DATES = [ev.Operation("another date", "2013-08-01", "2013-08-31")]
LENGTHS = ev.WindowSensitivity(lengths=range(3, 13))

SITUATIONS = (
    Situation("no effect", ev.Anticipation(), SERIES, "pass in 95%"),
    Situation("a halving that began three months early", ev.Anticipation(), SERIES, "fail", make=begun_early),
    Situation(
        "a halving; nothing moved next door", ev.Displacement(), RATIOS, "pass", HALVED | {"buffers": 2}
    ),
    Situation(
        "a halving; all of it moved next door",
        ev.Displacement(),
        RATIOS,
        "fail in 97.5%",
        HALVED | {"buffers": 2, "displaced": 1.0},
    ),
    Situation("no effect, 23 alike controls", ev.LeaveOneOut(), RATIOS, "pass"),
    Situation(
        "one of six controls large, and halved", ev.LeaveOneOut(), RATIOS, "fail", make=one_large_control
    ),
    Situation(
        "a reduction of the size the check gives", ev.MinimumDetectableEffect(), SERIES, "found in 80%"
    ),
    Situation("a reduction of the size the check gives", ev.MinimumDetectableEffect(), MODEL, "found in 80%"),
    Situation(
        "the other outcome did not change",
        ev.NegativeControlOutcome(outcomes=["other"]),
        SERIES,
        "pass in 95%",
        make=lambda seed: with_harmless(seed, 1.0),
    ),
    Situation(
        "the other outcome fell by 30%",
        ev.NegativeControlOutcome(outcomes=["other"]),
        SERIES,
        "fail",
        make=lambda seed: with_harmless(seed, 0.7),
    ),
    Situation("no effect", ev.PlaceboInSpace(), RATIOS, "pass in 5%"),
    Situation("a halving", ev.PlaceboInSpace(), RATIOS, "pass", HALVED),
    Situation("no effect", ev.PlaceboInTime(), SERIES, "pass"),
    Situation("no effect, counts that wander", ev.PlaceboInTime(), BEFORE_AFTER, "fail", WILD),
    Situation("no effect", ev.PreperiodFit(), SERIES, "pass"),
    Situation(
        "no effect, a season the method does not know", ev.PreperiodFit(), BEFORE_AFTER, "fail", SEASON
    ),
    Situation("a halving, 40 a month", ev.PriorSensitivity(), MODEL, "pass", HALVED),
    Situation("a halving, 1 a month", ev.PriorSensitivity(), MODEL, "no rule", HALVED | SMALL),
    Situation("a halving", ev.RecordingChange(), SERIES, "pass", HALVED),
    Situation(
        "recording of 400 a month fell by 9%",
        ev.RecordingChange(),
        SERIES,
        "fail",
        LARGE | {"rate_ratio_after": 0.91},
    ),
    Situation(
        "no effect, spike named as the trigger",
        ev.RegressionToTheMean(),
        BEFORE_AFTER,
        "fail in 97.5%",
        {"triggered": True},
    ),
    Situation(
        "a halving, spike named as the trigger",
        ev.RegressionToTheMean(),
        BEFORE_AFTER,
        "pass",
        HALVED | {"triggered": True},
    ),
    Situation("counts of the model's own kind", ev.ResidualChecks(), MODEL, "pass in 95% or more"),
    Situation(
        "no effect; another source has two months earlier",
        ev.StartDateSensitivity(alternatives=DATES),
        SERIES,
        "pass",
    ),
    Situation(
        "a halving; another source has two months earlier",
        ev.StartDateSensitivity(alternatives=DATES),
        SERIES,
        "fail",
        HALVED,
    ),
    Situation("a halving", LENGTHS, SERIES, "pass", HALVED),
    Situation("no effect, counts that wander", LENGTHS, BEFORE_AFTER, "no rule", FADING),
)


def rate(situation: Situation, panels: int) -> dict[str, object]:
    """Make the check on every panel of a situation."""
    answers: list[bool] = []
    for seed in range(SEED, SEED + panels):
        result = situation.estimator.fit(situation.design(seed), seed=seed)
        checked = situation.check.run(result, seed=seed)
        if isinstance(situation.check, ev.MinimumDetectableEffect):
            second = simulated(seed + 2_000_000, rate_ratio_after=1 - checked.number)
            effect = situation.estimator.fit(second, seed=seed).effect("operation", "after")
            answers.append(effect.upper < 1)
        elif checked.passed is not None:
            answers.append(bool(checked.passed))
    made = len(answers)
    share = sum(answers) / made if made else float("nan")
    corrected = (sum(answers) + 2) / (made + 4)  # so that none or all of them still have an error
    return {
        "check": type(situation.check).__name__,
        "method": situation.estimator.name,
        "situation": situation.words,
        "right": situation.right,
        "panels": panels,
        "made": made,
        "passed": round(share, 4),
        "error": round((corrected * (1 - corrected) / (made + 4)) ** 0.5, 4),
    }


def main() -> None:
    """Print the table, and keep it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--panels", type=int, default=100)
    parser.add_argument("--only", nargs="+", metavar="CHECK", help="some checks, such as PlaceboInSpace")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    for situation in SITUATIONS:
        if asked.only is None or type(situation.check).__name__ in asked.only:
            row = rate(situation, asked.panels)
            print(row, flush=True)
            if asked.write:
                keep(row)


def keep(row: dict[str, object]) -> None:
    """Put a row into the table, in place of the one before it of the same situation."""
    keys = ["check", "method", "situation"]
    before = pd.read_csv(TABLE) if TABLE.exists() else pd.DataFrame()
    after = pd.concat([before, pd.DataFrame([row])]).drop_duplicates(keys, keep="last")
    after.sort_values("check", kind="stable").to_csv(TABLE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
