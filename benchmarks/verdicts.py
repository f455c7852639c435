"""The whole chain on panels whose truth is known: simulate, fit, check, judge, and count which verdicts come out.

Every row of the table is a kind of panel with a true effect and a claim. The panels are the cells of
``evaluate.study.calibration_cells`` (36 months before the operation and 12 after, ten control areas, unless the row
says otherwise), some with three neighbouring areas that a share of the crime moves to. Each panel is fitted by the fast
structural model and judged as a user would judge it, with the checks that the rules of a verdict look at: the smallest
detectable effect, by its formula, and displacement where there are neighbours. What the check for regression to the
mean finds is told beside a verdict and does not decide it. Placebo operations in the control areas can only lower the
grade, and are left out unless the row says otherwise, being as many fits as there are controls.

Beside each stands what a comparison of the months after with the month before, or with the three before, by a Poisson
interval, would have called a fall.

Run ``python benchmarks/verdicts.py`` for a quick look (20 panels a row: a minute on one quiet core), ``--panels 500
--write`` for the table in ``benchmarks/verdicts.csv`` (half an hour), and ``python benchmarks/verdicts_page.py`` to put
the kept table into docs/verdicts_measured.md.

``--row NAME`` (again for more) runs these rows only, and ``--write`` then replaces these only.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import pandas as pd

import evaluate as ev
from evaluate.checks.measured import rate_interval
from evaluate.claims.facts import Finding, Generation
from evaluate.claims.rules import LIKELY, shortfalls_of_huge
from evaluate.data.simulator import SimulatedPanel
from evaluate.effects.result import Result
from evaluate.study.calibration_cells import Cell, cells_named

SEED: Final = 20261124
TABLE: Final = Path(__file__).with_suffix(".csv")
FINDINGS: Final[tuple[str, ...]] = get_args(Finding)
POSITIVE: Final = ("supported", "probably supported", "smaller than claimed")
BUFFERS: Final = 3


@dataclass(frozen=True)
class NextDoor(Cell):
    """A cell with neighbouring areas, to which a share of what is prevented moves."""

    displaced: float = 0.0

    def panel(self, rate_ratio: float, *, seed: int) -> SimulatedPanel:
        """Simulate one panel; the neighbours come on top of the controls."""
        return ev.simulate_panel(
            areas=1 + BUFFERS + self.controls,
            periods=self.before + self.after,
            process=self.process,
            operation_at=self.before,
            rate_ratio_during=rate_ratio,
            rate_ratio_after=rate_ratio,
            buffers=BUFFERS,
            displaced=self.displaced,
            contaminated=self.contaminated,
            triggered=self.triggered,
            seed=seed,
        )


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Parameters
    ----------
    name : str
        What was simulated, and what was claimed.
    cell : Cell
        Kind of panel.
    ratio : float
        True rate ratio.
    claim : float
        Reduction claimed; a rise of any size where negative.
    asked : tuple of (str, str, float)
        Measure, "at most" or "at least", and the rate asked for.
    generation : str
        How the counts come about, as told to ``judge``.
    placebos : bool
        Also make placebo operations in the control areas, which the design's grade rests on.
    """

    name: str
    cell: Cell
    ratio: float
    claim: float = 0.5
    asked: tuple[tuple[str, str, float], ...] = ()
    generation: Generation = "public-reported"
    placebos: bool = False

    @property
    def net_ratio(self) -> float:
        """True rate ratio net of the neighbours."""
        return 1.0 - (1.0 - self.ratio) * (1.0 - getattr(self.cell, "displaced", 0.0))

    def stated(self) -> ev.Claim:
        """The claim."""
        if self.claim < 0:
            return ev.Claim("it rose", source="simulated", window="after", increase=0.0)
        return ev.Claim("it fell", source="simulated", window="after", reduction=self.claim)


def named(name: str, **changes: Any) -> Cell:
    """A published cell that departs from three years before and one after."""
    return replace(cells_named([f"36 + 12: {name}" if name else "36 + 12"])[0], **changes)


def next_door(name: str, displaced: float, **changes: Any) -> NextDoor:
    """The same with neighbours."""
    cell = named(name, **changes)
    return NextDoor(**{key: getattr(cell, key) for key in Cell.__dataclass_fields__}, displaced=displaced)


NULL: Final = (("positive", "at most", 0.05), ("half", "at most", 0.01))
BLIND: Final = (("cannot tell", "at least", 0.95),)
NOT_TESTED: Final = (("not tested", "at least", 1.0),)
NET: Final = (
    ("net_covered", "at least", 0.93),
    ("net_covered", "at most", 0.97),
    ("huge", "at most", 0.01),
)
SPIKE: Final = named("spike, handled")
HUNDRED: Final = next_door("100 a month", 0.0)
ROWS: Final = (
    Row("no effect, no spike", named(""), 1.0, asked=NULL),
    Row("no effect, spike handled", SPIKE, 1.0, asked=NULL),
    Row("no effect, spike handled, 10 a month", named("10 a month, spike, handled"), 1.0, asked=NULL),
    Row("no effect, spike handled, 100 a month", replace(SPIKE, mean=100.0), 1.0, asked=NULL),
    Row("no effect, spike handled, wandering", named("wandering, spike, handled"), 1.0, asked=NULL),
    Row("no effect, spike not handled", named("spike, not handled"), 1.0),
    Row("no effect, spike not handled, 10 a month", named("10 a month, spike, not handled"), 1.0),
    Row("−50% at 100 a month, claimed 50%", HUNDRED, 0.5, asked=(("real", "at least", 0.8),)),
    Row("−50% at 100 a month, claimed 25%", HUNDRED, 0.5, 0.25, asked=(("real", "at least", 0.8),)),
    Row("−60% at 100 a month, claimed 50%", HUNDRED, 0.4, asked=(("half", "at least", 0.8),)),
    Row("−25% at 100 a month, claimed 50%", HUNDRED, 0.75, asked=(("half", "at most", 0.05),)),
    Row("−25% at 100 a month, claimed 25%", HUNDRED, 0.75, 0.25),
    Row("−10% at 10 a month, claimed 10%", named("10 a month"), 0.9, 0.1, asked=BLIND),
    Row(
        "−15% at 30 a month, 3 months after, claimed 15%", named("3 months after"), 0.85, 0.15, asked=BLIND
    ),
    Row("−20% at 5 a month, claimed 20%", named("24 months before, 5 a month"), 0.8, 0.2, asked=BLIND),
    Row("no effect at 10 a month, claimed 10%", named("10 a month"), 1.0, 0.1, asked=BLIND),
    Row("−50% at 100 a month, 30% of it next door", next_door("100 a month", 0.3), 0.5, asked=NET),
    Row("−60% at 100 a month, 30% of it next door", next_door("100 a month", 0.3), 0.4, asked=NET),
    Row("−50% at 100 a month, 3 controls in 10 reached", next_door("100 a month", 0.0, contaminated=0.3), 0.5),
    Row("−25% at 100 a month, 3 controls in 10 reached", next_door("100 a month", 0.0, contaminated=0.3), 0.75, 0.25),
    Row("arrests doubled, claimed that they rose", named("") , 2.0, -1.0, NOT_TESTED, "enforcement"),
    Row("arrests doubled, claimed 50% fewer", named(""), 2.0, 0.5, NOT_TESTED, "enforcement"),
    Row("arrests doubled, read as the public's reports", named(""), 2.0, 0.5),
)  # fmt: skip
"""In the order of the table; rows of one cell and ratio share their panels and fits."""


def checks_of(row: Row) -> list[Any]:
    """The checks that a verdict on such a panel rests on."""
    checks: list[Any] = [ev.MinimumDetectableEffect()]
    if isinstance(row.cell, NextDoor):
        checks.append(ev.Displacement())
    return [*checks, ev.PlaceboInSpace()] if row.placebos else checks


def measure(rows: Sequence[Row], *, seed: int) -> list[dict[str, Any]]:
    """Simulate, fit and check one panel, and judge it by the claim of every row; rows share cell and ratio."""
    design = rows[0].cell.design(rows[0].ratio, seed=seed)
    try:
        # What is learned of the controls is the same for every fit to one panel, and learned once.
        result = ev.StructuralModel(draws=1000).prepared(design).fit(design, seed=seed)
    except ev.EvaluateError as problem:
        return [{"row": row.name, "problem": str(problem)} for row in rows]
    checks = ev.run_checks(result, checks_of(rows[0]), seed=seed)
    shared = press(design) | net_of(checks)
    return [{"row": row.name, "problem": "", **shared, **judged(row, result, checks)} for row in rows]


def judged(row: Row, result: Result, checks: Any) -> dict[str, Any]:
    """The verdict on one claim, and what a table counts of it."""
    verdict = ev.judge(row.stated(), result, checks, generation=row.generation)
    facts = verdict.facts
    said = verdict.finding in POSITIVE[:2]
    positive = verdict.finding in POSITIVE
    return {
        "finding": verdict.finding,
        "positive": positive,
        "real": positive or (verdict.finding == "not supported" and facts.p10 >= LIKELY),
        "half": said and facts.claims_half,
        "huge": said and facts.claims_half and not shortfalls_of_huge(facts),
        "grade": verdict.grade,
        "detectable": verdict.smallest_detectable,
        "found": facts.upper < 1.0,
        "covered": facts.lower <= row.ratio <= facts.upper,
        "rate_ratio": facts.rate_ratio,
    }


def press(design: ev.Design) -> dict[str, bool | float]:
    """The months after over the last month before, and over the last three: a 95% Poisson interval's word for it."""
    window = design.window("operation", "after")
    inside = np.asarray(design.periods.isin(window.periods))
    first = int(np.flatnonzero(design.periods.isin(design.window("operation", "during").periods))[0])
    counts, days = design.treated_counts, design.exposure_days
    late, after = counts[inside].sum() + 0.5, days[inside].sum()
    said: dict[str, bool | float] = {}
    for name, months in (("press_month", 1), ("press_quarter", 3)):
        early, before = counts[first - months : first].sum() + 0.5, days[first - months : first].sum()
        ratio = float(late / early * before / after)
        said[name] = bool(np.log(ratio) < -1.96 * np.sqrt(1 / late + 1 / early))
        said[f"{name}_ratio"] = ratio
    return said


def net_of(checks: Any) -> dict[str, float]:
    """The net effect's interval, where there are neighbours."""
    check = checks.get("displacement")
    if check is None:
        return {}
    return {key: float(check.facts.get(key, np.nan)) for key in ("net_rate_ratio", "net_lower", "net_upper")}


MEASURES: Final = {
    "positive": "called a reduction",
    "real": "called real",
    "half": "half or more supported",
    "huge": "called huge",
    "net_covered": "net interval holds the truth in",
}
SHARES: Final = (
    "positive",
    "real",
    "half",
    "huge",
    "found",
    "covered",
    "net_covered",
    "press_month",
    "press_quarter",
)


def summary(row: Row, panels: pd.DataFrame, *, seed: int) -> dict[str, Any]:
    """One line of the table: how many panels got each finding, and shares with their 95% intervals."""
    fitted = panels[panels["problem"] == ""].copy()
    if "net_lower" in fitted:
        inside = fitted["net_lower"].le(row.net_ratio) & fitted["net_upper"].ge(row.net_ratio)
        fitted["net_covered"] = inside
    line: dict[str, Any] = {
        "row": row.name,
        "true_ratio": row.ratio,
        "true_net_ratio": round(row.net_ratio, 4),
        "claimed": max(row.claim, 0.0),
        "panels": len(fitted),
        "refused": len(panels) - len(fitted),
    }
    line |= {finding: int((fitted["finding"] == finding).sum()) for finding in FINDINGS}
    for share in SHARES:
        rate = float(fitted[share].mean()) if share in fitted else np.nan
        low, high = rate_interval(rate, len(fitted))
        line |= {share: round(rate, 4), f"{share}_low": round(low, 4), f"{share}_high": round(high, 4)}
    line |= {
        "median_rate_ratio": round(float(fitted["rate_ratio"].median()), 3),
        "median_month_ratio": round(float(fitted["press_month_ratio"].median()), 3),
        "median_quarter_ratio": round(float(fitted["press_quarter_ratio"].median()), 3),
        "median_detectable": round(float(fitted["detectable"].median()), 3),
        "grades": " ".join(
            f"{grade}:{n}" for grade, n in fitted["grade"].value_counts().sort_index().items()
        ),
        "seed": seed,
        "version": ev.__version__,
    }
    return line


def groups_of(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that share panels and fits, together."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault((row.cell, row.ratio, row.placebos), []).append(row)
    return list(found.values())


def run(rows: Sequence[Row], *, panels: int, seed: int, write: bool) -> pd.DataFrame:
    """Measure the rows, print each as it is done, and keep it where that is asked."""
    lines = []
    for group in groups_of(rows):
        began = time.perf_counter()
        done = pd.DataFrame([one for number in range(panels) for one in measure(group, seed=seed + number)])
        for row in group:
            line = summary(row, done[done["row"] == row.name], seed=seed)
            lines.append(line)
            print(told(row, line), flush=True)
        print(f"  {(time.perf_counter() - began) / panels:.2f} s a panel", flush=True)
        if write:
            keep(lines)
    return pd.DataFrame(lines)


def told(row: Row, line: dict[str, Any]) -> str:
    """A line of the table for the terminal."""
    findings = ", ".join(f"{line[finding]} {finding}" for finding in FINDINGS if line[finding])
    shares = ", ".join(f"{share} {line[share]:.3f}" for share in SHARES if not np.isnan(line[share]))
    return f"{row.name}: {findings}; {shares}; {asked_of(row, line)}"


def asked_of(row: Row, line: Mapping[str, Any]) -> str:
    """What was asked of the row, and whether it was met, missed, or missed by no more than chance can explain."""
    said = []
    for share, sense, bound in row.asked:
        panels = int(line["panels"])
        rate = float(line[share]) / panels if share in FINDINGS else float(line[share])
        low, high = rate_interval(rate, panels)
        met, possible = (
            (rate <= bound, low <= bound) if sense == "at most" else (rate >= bound, high >= bound)
        )
        answer = "met" if met else "not shown" if possible else "missed"
        said.append(f"{MEASURES.get(share, share)} {sense} {bound:.0%}: {answer} ({rate:.1%} of {panels})")
    return "; ".join(said)


def keep(lines: list[dict[str, Any]]) -> None:
    """Replace these rows of the kept table, which stays in the order of ``ROWS``."""
    new = pd.DataFrame(lines)
    if TABLE.is_file():
        old = pd.read_csv(TABLE)
        new = pd.concat([old[~old["row"].isin(new["row"])], new], ignore_index=True)
    order = {row.name: place for place, row in enumerate(ROWS)}
    new = new[new["row"].isin(order)].sort_values("row", key=lambda names: names.map(order))
    new.to_csv(TABLE, index=False, lineterminator="\n")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--panels", type=int, default=20)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--row", action="append", choices=[row.name for row in ROWS])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows = [row for row in ROWS if not asked.row or row.name in asked.row]
    run(rows, panels=asked.panels, seed=asked.seed, write=asked.write)


if __name__ == "__main__":
    main()
