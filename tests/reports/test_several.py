"""The section on several questions: raw beside adjusted or pooled, and no way to a hidden count."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from evaluate.reports.blocks import Paragraph, TableBlock
from evaluate.reports.protection import Protected, protect_findings
from evaluate.reports.sections.several import several_section

ADJUSTED = pd.DataFrame(
    {
        "method": ["before-after"] * 3,
        "outcome": ["crime", "crime", "soliciting"],
        "operation": ["June 2014", "May 2015", "June 2014"],
        "window": ["after", "during", "after"],
        "primary": [True, False, False],
        "p_value": [0.0004, 0.02, 0.3],
        "adjusted": [float("nan"), 0.04, 0.3],
    }
)
POOLED = pd.DataFrame(
    {
        "outcome": ["soliciting"],
        "operation": ["June 2014"],
        "window": ["after"],
        "raw": [0.7],
        "raw_lower": [0.4],
        "raw_upper": [1.2],
        "pooled": [0.8],
        "pooled_lower": [0.55],
        "pooled_upper": [1.1],
        "problem": [""],
    }
)


@pytest.fixture
def report(findings):
    return Protected(replace(findings, adjusted=ADJUSTED, pooled=POOLED))


def tables(blocks):
    return [block.table for block in blocks if isinstance(block, TableBlock)]


def test_nothing_is_said_where_there_is_nothing(findings):
    assert several_section(Protected(findings)) == ()


def test_raw_and_adjusted_stand_side_by_side(report):
    adjusted, _ = tables(several_section(report))
    assert adjusted.cells == (
        ("before-after", "crime; June 2014, after (primary)", "<0.001", "[z]"),
        ("before-after", "crime; May 2015, during", "0.020", "0.040"),
        ("before-after", "soliciting; June 2014, after", "0.30", "0.30"),
    )
    assert "by Holm's adjustment" in " ".join(adjusted.notes)


def test_the_adjustment_of_the_plan_is_named(report):
    manifest = {**report.findings.manifest, "adjustment": "false discovery"}
    changed = replace(report, findings=replace(report.findings, manifest=manifest))
    assert "Benjamini and Hochberg" in " ".join(tables(several_section(changed))[0].notes)


def test_raw_and_pooled_stand_side_by_side(report):
    _, pooled = tables(several_section(report))
    assert pooled.cells == (
        ("soliciting", "June 2014, after", "0.70", "0.40 to 1.20", "0.80", "0.55 to 1.10"),
    )


def test_a_ratio_of_a_hidden_count_is_hidden(report):
    design = report.findings.findings[2].result.design
    hidden = protect_findings(report.findings)
    assert hidden.window_total(design, "June 2014", "during") == "[c]"
    adjusted, pooled = tables(several_section(hidden))
    assert pooled.cells == (("soliciting", "June 2014, after", "[c]", "[c]", "[c]", "[c]"),)
    assert [row[2:] for row in adjusted.cells if "soliciting" in row[1]] == [("[c]", "[c]")]


def test_a_pool_that_could_not_be_fitted_says_why(report):
    failed = POOLED.assign(problem="Too few counts.")
    blocks = several_section(replace(report, findings=replace(report.findings, pooled=failed)))
    assert len(tables(blocks)) == 1
    assert any(
        isinstance(block, Paragraph) and block.text == "Outcomes could not be pooled: Too few counts."
        for block in blocks
    )
