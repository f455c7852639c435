#!/usr/bin/env python3
"""Run a study and write what it finds into its folder: our rows of expected.csv, results and figure of README.md.

Usage: python scripts/refresh_study.py STUDY [DATA FILE]

Rows of expected.csv whose "where" begins with "this project" take their value from the run; those planted or
published by others stay as they are. README.md is changed between its two results marks only.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pandas as pd

import evaluate as ev
from evaluate.figures.counterfactual import counterfactual_bundle
from evaluate.figures.save import render_svg
from evaluate.reports.findings import Finding
from evaluate.study.run import Run
from evaluate.study.study import load_study

CHECKOUT = Path(__file__).resolve().parents[1]
OURS = "this project"
START, END = "<!-- results -->\n", "<!-- end of results -->\n"


def rounded(value: float | str) -> str:
    """Write a number with four decimals, or whole where it is; words as they are."""
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value == int(value) and abs(value) > 1 else f"{value:.4f}"


def expected_of(run: Run, table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Fill in our own rows."""
    filled = table.copy()
    ours = filled["where"].str.startswith(OURS)
    filled.loc[ours, "value"] = [rounded(run.value(name)) for name in filled.loc[ours, "quantity"]]
    filled.loc[ours, "where"] = f"{OURS}, seed {seed}, evaluate {ev.__version__}"
    return filled


def results_of(run: Run, table: pd.DataFrame) -> str:
    """Tabulate the verdicts, with the planted truth where there is one."""
    planted = table[table["where"].str.startswith("planted")].set_index("quantity")["value"]
    truth = len(planted) > 0
    heads = ["claim", "claimed", *(["planted"] if truth else []), "found (95% interval)"]
    heads += ["chance of the size claimed", "smallest detectable", "verdict (grade, confidence)"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name, finding in run.by_claim.items():
        claim, verdict = finding.claim, finding.verdict
        size = float("nan") if claim.reduction is None else claim.reduction
        about = f", {claim.operation} {claim.window}" if claim.operation else ""
        cells = [f"*{name}*: {claim.outcome}{about}", change(1 - size)]
        part = share_of_periods(finding)
        if part < 1:
            size *= part
            cells[-1] += f" on its days, {change(1 - size)} in all"
        if truth:
            cells.append(change(float(planted.get(f"{name}/rate_ratio", "nan"))))
        if finding.result is None:
            cells += ["-", "-", "-"]
        else:
            effect = finding.result.effect(claim.operation, claim.window)
            cells.append(f"{change(effect.rate_ratio)} ({change(effect.lower)} to {change(effect.upper)})")
            cells += [percent(effect.probability_of_reduction(size)), percent(verdict.smallest_detectable)]
        graded = "" if finding.result is None else f" ({verdict.grade}, {verdict.confidence})"
        lines.append("| " + " | ".join([*cells, f"**{verdict.finding}**{graded}"]) + " |")
    return "\n".join(lines) + "\n"


def share_of_periods(finding: Finding) -> float:
    """Share of the claim's periods that its operation covers."""
    if finding.result is None:
        return 1.0
    design = finding.result.design
    window = design.window(finding.claim.operation, finding.claim.window)
    return float(window.share[design.periods.isin(window.periods)].mean())


def change(ratio: float) -> str:
    """Write a rate ratio as a change in per cent."""
    return (
        "-" if math.isnan(ratio) else f"{100 * (ratio - 1):+.0f}%".replace("+0%", "0%").replace("-0%", "0%")
    )


def percent(share: float) -> str:
    """Write a share in per cent."""
    if math.isnan(share):
        return "-"
    return "under 1%" if share < 0.01 else "over 99%" if share > 0.99 else f"{100 * share:.0f}%"


def refresh(name: str, data: str | None) -> None:
    """Run one study and write into its folder."""
    folder = CHECKOUT / "studies" / name
    study = load_study(folder)
    run = study.run(data)
    file, page = folder / "expected.csv", folder / "README.md"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    filled = expected_of(run, table, study.plan.seed)
    filled.to_csv(file, index=False, lineterminator="\n")

    headline = next(finding for finding in run.by_claim.values() if finding.result is not None)
    figure = counterfactual_bundle(headline.result)
    (folder / "figure.svg").write_text(render_svg(figure, framed=True) + "\n", "utf-8", newline="\n")
    before, rest = page.read_text("utf-8").split(START)
    results = f"{results_of(run, filled)}\n![{figure.alt}](figure.svg)\n"
    page.write_text(before + START + results + END + rest.split(END)[1], "utf-8", newline="\n")


if __name__ == "__main__":
    refresh(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
