"""Attack disclosure control: what follows from tables and reports that were passed for publication.

The intruder here shares no code with the package. He writes every published number as an equation in the counts of
single areas, periods and offences, knows that zeros are shown and so that a hidden number is at least 1, and asks a
mixed-integer solver for the smallest and largest value of each hidden number. One value only: the number is recovered.

``tables``: counts by area, period and offence with all margins, the treated area with and without its buffer, windows
that overlap, and the cumulative series; in a fifth of them the single counts are not published, only their totals.

``studies``: whole studies of overlapping outcomes, judged by before-and-after comparisons with and without the buffer.
The intruder reads the finished report: its tables, its figures' data, expected counts and rate ratios.

Run ``python benchmarks/disclosure_attack.py`` (a minute) or ``--tables 1000 --studies 100 --write`` to keep
disclosure_attack.csv beside this file.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

import evaluate as ev
from evaluate.claims.judge import judge
from evaluate.reports.blocks import Document
from evaluate.reports.compose import compose
from evaluate.reports.counts import stretches
from evaluate.reports.disclosure import hidden_cells
from evaluate.reports.findings import Finding, Findings, OutcomeInfo
from evaluate.reports.intruder import Sum

SEED = 20261124
THRESHOLD = 5
MARKER = "[c]"


@dataclass
class Reading:
    """Everything an intruder reads, as statements on the counts behind it."""

    counts: np.ndarray
    rows: list[np.ndarray] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    hidden: list[np.ndarray] = field(default_factory=list)

    def learn(self, weights: np.ndarray, least: float, most: float) -> None:
        """Take note of a number and how exactly it is given."""
        self.rows.append(weights.ravel().astype(float))
        self.least.append(least)
        self.most.append(most)

    def read(self, weights: np.ndarray, cell: object, *, secret: bool = True) -> None:
        """Read a recorded count: a number, the marker, or nothing; an outcome left out for another's is no secret."""
        text = str(cell).replace(",", "")
        if text == MARKER and secret:
            self.hidden.append(weights.ravel().astype(float))
            self.learn(weights, 1.0, np.inf)
        elif text.replace(".", "", 1).isdigit():
            self.learn(weights, float(text) - 1e-6, float(text) + 1e-6)

    def attack(self) -> dict[str, int]:
        """Try every hidden number."""
        hidden = list({one.tobytes(): one for one in self.hidden}.values())
        truth = np.array([one @ self.counts.ravel() for one in hidden])
        careful = self._answers(hidden, np.inf)
        assert all(np.isfinite(ends).all() for ends in careful), "the truth contradicts what is published"
        guessed = self._answers(hidden, THRESHOLD - 1)
        return {
            "hidden": len(hidden),
            "recovered": sum(low == high for low, high in careful),
            "recovered_by_guess": sum(low == high for low, high in guessed),
            "within_1": sum(
                bool(true - low <= 1 and high - true <= 1)
                for (low, high), true in zip(careful, truth, strict=True)
            ),
        }

    def _answers(self, hidden: list[np.ndarray], most: float) -> list[tuple[float, float]]:
        """Smallest and largest value of each hidden number in all the answers tried.

        Every number is asked for its ends unless it was seen to lie in a range of more than 2 already.
        """
        rows = np.array(self.rows) if self.rows else np.zeros((1, self.counts.size))
        single = [int(np.flatnonzero(one)[0]) for one in hidden if np.count_nonzero(one) == 1]
        highest = np.full(self.counts.size, 1e4)
        highest[single] = min(most, 1e4)
        statements = LinearConstraint(csr_array(rows), self.least or [0.0], self.most or [0.0])
        asked = np.array(hidden).reshape(-1, self.counts.size)
        low, high = np.full(len(hidden), np.inf), np.full(len(hidden), -np.inf)
        if np.isinf(most):  # the truth is an answer too
            low, high = (asked @ self.counts.ravel() for _ in range(2))
        for at, weights in enumerate(asked):
            for sign in (1.0, -1.0) if not high[at] - low[at] > 2 else ():
                answer = milp(
                    sign * weights,
                    integrality=np.ones(self.counts.size),
                    bounds=Bounds(np.zeros(self.counts.size), highest),
                    constraints=statements,
                )
                if answer.x is None:
                    assert answer.status == 2, answer.message
                    return [(-np.inf, np.inf)] * len(hidden)  # the guess contradicts what is published
                values = asked @ np.round(answer.x)
                low, high = np.minimum(low, values), np.maximum(high, values)
        return list(zip(low.tolist(), high.tolist(), strict=True))


def random_counts(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Counts of areas, periods and offences: some offences rare, some areas busy, more spread than Poisson."""
    rate = random.choice([0.3, 2.0, 8.0, 30.0, 100.0], size=(1, 1, shape[2])) * random.uniform(
        0.4, 2.5, size=(shape[0], 1, 1)
    )
    return random.poisson(random.gamma(2.0, rate / 2.0, size=shape)).astype(float)


def table(random: np.random.Generator) -> Reading:
    """One random table with its margins, protected and read."""
    shape = (int(random.integers(2, 4)), int(random.integers(3, 7)), int(random.integers(1, 3)))
    counts = random_counts(random, shape)
    areas, periods, offences = (_subsets(random, size, kind) for size, kind in zip(shape, "apo", strict=True))
    cells = [np.einsum("a,p,o->apo", a, p, o) for a in areas for p in periods for o in offences]
    cells = list({cell.tobytes(): cell for cell in cells}.values())
    single = np.array([cell.sum() == 1 for cell in cells])
    order = np.argsort(~single, kind="stable")
    cells, single = [cells[at] for at in order], single[order]
    where = {int(cell.argmax()): at for at, cell in enumerate(cells) if single[at]}
    sums = [
        Sum(at, tuple(where[int(one)] for one in np.flatnonzero(cell)))
        for at, cell in enumerate(cells)
        if not single[at]
    ]
    values = np.array([float((cell * counts).sum()) for cell in cells])
    unpublished = single if random.random() < 0.2 and not single.all() else np.zeros(len(cells), dtype=bool)
    hidden = hidden_cells(values, sums, threshold=THRESHOLD, unpublished=unpublished)
    reading = Reading(counts)
    for at, cell in enumerate(cells):
        if not unpublished[at]:
            assert hidden[at] or not 1 <= values[at] < THRESHOLD, "a small count is published"
            reading.read(cell, MARKER if hidden[at] else int(values[at]))
    return reading


def _subsets(random: np.random.Generator, size: int, kind: str) -> list[np.ndarray]:
    """Which areas, periods or offences are added together: each alone, all, and what the kind asks for."""
    chosen = [np.arange(size) == at for at in range(size)] + [np.ones(size, dtype=bool)]
    if kind == "a":  # the treated area with its buffer
        chosen.append(np.arange(size) < 2)
    if kind == "p":
        for _ in range(2):  # windows that may overlap
            first = int(random.integers(size))
            chosen.append((np.arange(size) >= first) & (np.arange(size) < first + random.integers(2, 5)))
        if random.random() < 0.5:  # a cumulative series
            chosen += [np.arange(size) <= at for at in range(size)]
    return [one.astype(float) for one in chosen]


OUTCOMES = {
    "everything": ("theft", "drugs", "arrests"),
    "without arrests": ("theft", "drugs"),
    "drugs and arrests": ("drugs", "arrests"),
    "arrests": ("arrests",),
}
OFFENCES = ("theft", "drugs", "arrests")


def study(random: np.random.Generator) -> Reading:
    """One random study, its report composed and read."""
    findings, counts = _study(random)
    document = compose(findings)
    reading = Reading(counts)
    for outcome in findings.outcomes:
        _read_counts(reading, document, findings, outcome.name)
    for number, finding in enumerate(findings.findings, start=1):
        _read_claim(reading, document, number, finding)
    return reading


def _study(random: np.random.Generator) -> tuple[Findings, np.ndarray]:
    counts = random_counts(random, (6, 24, 3))
    names = [f"A{number}" for number in range(6)]
    others = [name for name in OUTCOMES if name != "arrests" and random.random() < 0.6]
    outcomes = [*(others or ["everything"]), "arrests"]
    frame = pd.DataFrame(
        [
            (area, str(month), outcome, sum(counts[a, t, OFFENCES.index(one)] for one in OUTCOMES[outcome]))
            for a, area in enumerate(names)
            for t, month in enumerate(pd.period_range("2020-01", periods=24, freq="M"))
            for outcome in outcomes
        ],
        columns=["area", "period", "outcome", "n"],
    )
    panel = ev.read_counts(frame, area="area", period="period", outcome="outcome", count="n")
    start = int(random.integers(13, 19))
    months = pd.period_range("2020-01", periods=24, freq="M")
    design = ev.Design(
        panel,
        outcome=outcomes[0],
        treated=names[: random.integers(1, 3)],
        buffer=names[2 : 2 + random.integers(0, 3)],
        operations=[
            ev.Operation("patrols", str(months[start].start_time.date()), str(months[start].end_time.date()))
        ],
        before=f"{random.integers(6, 13)} months",
        after=f"{random.integers(2, 5)} months",
        trigger="2 months" if random.random() < 0.5 else None,
    )
    findings = [
        found
        for outcome in {outcomes[0], "arrests"}
        if (found := _finding(random, design.for_outcome(outcome))) is not None
    ]
    registry = [
        OutcomeInfo(one, "mixed", person_related=one == "arrests", parts=OUTCOMES[one]) for one in outcomes
    ]
    order = sorted(findings, key=lambda one: one.claim.outcome == "arrests")
    return Findings(
        "s", "A study", "Did it?", order, panel, design, registry, manifest={"disclosure_threshold": 5}
    ), counts


def _finding(random: np.random.Generator, design: ev.Design) -> Finding | None:
    claim = ev.Claim(
        "it fell",
        source="a leaflet",
        operation="patrols",
        window="after",
        reduction=0.2,
        outcome=design.outcome,
    )
    try:
        result = ev.BeforeAfter().fit(design, seed=1)
        wide = design.with_treated([*design.treated, *design.buffer]) if design.buffer else None
        more = [ev.BeforeAfter().fit(wide, seed=1)] if wide is not None and random.random() < 0.7 else []
    except ev.FitError:  # only noughts before
        return None
    return Finding(claim, judge(claim, result), result, None, more)


def _weights(design: ev.Design, areas: object, periods: pd.PeriodIndex, outcome: str) -> np.ndarray:
    panel = design.panel
    return np.einsum(
        "a,p,o->apo",
        panel.areas.isin(list(areas)).astype(float),
        panel.periods.isin(periods).astype(float),
        np.isin(OFFENCES, OUTCOMES[outcome]).astype(float),
    )


def _read_counts(reading: Reading, document: Document, findings: Findings, outcome: str) -> None:
    """The table of recorded counts and the figure of the series."""
    design = findings.design.for_outcome(outcome)
    stem = "".join(letter if letter.isalnum() else "_" for letter in outcome)
    table = next(one for one in document.tables if one.name == f"counts_{stem}")
    groups = [areas for areas in (design.treated, design.buffer, tuple(design.control)) if areas]
    for stretch, row in zip(stretches(design), table.cells, strict=True):
        for areas, cell in zip(groups, row[2::2], strict=True):
            weights = _weights(design, areas, stretch.periods, outcome)
            reading.read(weights, cell, secret=outcome == "arrests")
    for figure in document.figures:
        if figure.bundle.name == f"series_{stem}":
            for period, row in zip(design.periods, figure.bundle.data.to_dict("records"), strict=False):
                for column, areas in (("treated", design.treated), ("controls", tuple(design.control))):
                    one = pd.PeriodIndex([period])
                    reading.read(_weights(design, areas, one, outcome), row.get(column))
    if outcome == "arrests" and not any(one.bundle.name == f"series_{stem}" for one in document.figures):
        for period in design.periods:  # a count by period that is in no figure is hidden
            for areas in groups:
                weights = _weights(design, areas, pd.PeriodIndex([period]), outcome)
                if 1 <= float((weights * reading.counts).sum()) < THRESHOLD:
                    reading.hidden.append(weights.ravel())


def _read_claim(reading: Reading, document: Document, number: int, finding: Finding) -> None:
    """Recorded and expected counts, rate ratios, and the figure of the counterfactual."""
    results = {
        f"claim_{number}_effects": [finding.result] * 9,
        f"claim_{number}_methods": [finding.result, *finding.comparisons],
    }
    for table in document.tables:
        for at, row in enumerate(table.cells if table.name in results else ()):
            design = results[table.name][min(at, len(results[table.name]) - 1)].design
            window = design.window("patrols", "during" if "during" in row[0] else "after")
            recorded = _weights(design, design.treated, window.periods, design.outcome)
            reading.read(recorded, row[1], secret=design.outcome == "arrests")
            if row[2] != MARKER and not design.trigger_periods.isin(window.periods).any():
                before = pd.PeriodIndex(design.periods[design.baseline])
                days = [sum(period.days_in_month for period in one) for one in (window.periods, before)]
                value, half = (
                    float(row[2].replace(",", "")),
                    0.5 if float(row[2].replace(",", "")) >= 99.95 else 0.05,
                )
                weights = _weights(design, design.treated, before, design.outcome) * days[0] / days[1]
                reading.learn(weights, value - half - 1e-6, value + half + 1e-6)
                if row[4] != MARKER and row[1] == MARKER:
                    ratio = float(row[4])
                    reading.learn(
                        recorded, (ratio - 0.005) * (value - half), (ratio + 0.005) * (value + half)
                    )
    for figure in document.figures:
        if figure.bundle.name in ("counterfactual" if number == 1 else "", f"claim_{number}_counterfactual"):
            design = finding.result.design
            for period, row in zip(design.periods, figure.bundle.data.to_dict("records"), strict=False):
                weights = _weights(design, design.treated, pd.PeriodIndex([period]), design.outcome)
                reading.read(weights, row.get("observed"), secret=design.outcome == "arrests")


def attacked(kind: str, number: int, *, seed: int = SEED) -> dict[str, object]:
    """Attack some tables or studies.

    Parameters
    ----------
    kind : {"tables", "studies"}
        What is attacked.
    number : int
        How many.
    seed : int
        Root seed.

    Returns
    -------
    dict
        ``attacked``, with something ``hidden`` in them, ``hidden`` numbers, those ``recovered`` (by an intruder who
        guesses besides that single counts are below the threshold, ``recovered_by_guess``), those known ``within_1``.
    """
    make = {"tables": table, "studies": study}[kind]
    found = [make(np.random.default_rng([seed, at])).attack() for at in range(number)]
    total = {name: sum(int(one[name]) for one in found) for name in found[0]}
    return {"kind": kind, "attacked": number, "with_hidden": sum(one["hidden"] > 0 for one in found), **total}


def main() -> None:
    """Print the table of both attacks, and keep it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tables", type=int, default=20)
    parser.add_argument("--studies", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    result = pd.DataFrame([attacked("tables", asked.tables), attacked("studies", asked.studies)])
    print(result.to_string(index=False))
    if asked.write:
        result.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
