"""What stands beside a verdict: the widened interval with a grade of reliability, and the sources of activity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.empirical_calibration import calibrated_by
from evaluate.checks.result import CheckResult, CheckResults
from evaluate.checks.triangulation import without_outcomes
from evaluate.reports.blocks import Paragraph, TableBlock
from evaluate.reports.figures import Figures
from evaluate.reports.protection import Protected, protect_findings
from evaluate.reports.sections.activity import activity_section
from evaluate.reports.sections.calibrated import calibrated_blocks
from evaluate.reports.sections.first_screen import first_screen


def placebos_of(number: int, spread: float) -> CheckResult:
    """A check whose placebos stray by as much beyond their standard error of 0.1."""
    log_ratios = np.random.default_rng(1).normal(0, np.hypot(0.1, spread), number)
    table = pd.DataFrame({"kind": "untreated area", "rate_ratio": np.exp(log_ratios), "standard_error": 0.1})
    table["excludes_one"] = np.abs(log_ratios) > 0.196
    facts = {"operation": "June 2014", "window": "after"}
    return CheckResult("placebo in space", "?", "An answer.", 0.5, 0.05, None, table, facts)


@pytest.fixture
def calibrated(findings):
    """The primary finding, calibrated by forty placebos that stray."""
    finding = findings.findings[0]
    checks = CheckResults([placebos_of(40, 0.3)])
    return replace(finding, checks=checks, calibrated=calibrated_by(finding.result, checks))


def test_both_intervals_and_the_reliability_stand_beside_each_other(calibrated):
    _, sentence, block = calibrated_blocks(1, calibrated)
    one = calibrated.calibrated
    assert isinstance(sentence, Paragraph)
    assert isinstance(block, TableBlock)
    assert one.reliability == "poor"
    assert "is poor: it finds an effect that is not there too often" in sentence.text
    assert (
        f"{one.lower:.2f} to {one.upper:.2f} instead of {one.fitted.lower:.2f} to {one.fitted.upper:.2f}"
        in sentence.text
    )
    fitted, widened = block.table.cells
    effect = calibrated.result.effect("June 2014", "after")
    assert fitted[1:3] == (f"{effect.rate_ratio:.2f}", f"{effect.lower:.2f} to {effect.upper:.2f}")
    assert widened[1:3] == (f"{one.rate_ratio:.2f}", f"{one.lower:.2f} to {one.upper:.2f}")


def test_too_few_placebos_are_said_and_none_asked_for_is_not(findings):
    finding = findings.findings[0]
    few = replace(finding, checks=CheckResults([placebos_of(10, 0.3)]))
    _, sentence = calibrated_blocks(1, few)
    assert "takes 19 untreated areas or more" in sentence.text
    assert calibrated_blocks(1, finding) == ()


def test_no_widened_interval_of_a_hidden_count(findings, calibrated):
    """The third claim's counts are person-related, and some are hidden."""
    secret = replace(findings.findings[2], calibrated=calibrated.calibrated)
    report = protect_findings(replace(findings, findings=[calibrated, secret]))
    assert report.findings.findings[0].calibrated is not None
    assert report.findings.findings[1].calibrated is None


@pytest.fixture
def triangulated(findings):
    """The primary finding with two sources, of which one is enforcement's and hidden."""
    finding = findings.findings[0]
    sources = (
        ev.ActivitySource("crime", "recorded crime"),
        ev.ActivitySource("soliciting", "what officers did", "enforcement", person_related=True),
    )
    check = ev.Triangulation(operation="June 2014", window="after", sources=sources).run(
        finding.result, seed=1
    )
    return replace(finding, checks=CheckResults([*finding.checks, check]))


def test_sources_stand_in_a_table_with_what_they_show_and_why(findings, triangulated):
    report = Protected(replace(findings, findings=[triangulated]))
    _, rule, block, answer = activity_section(report, Figures(report))
    assert "only where two sources that enforcement does not make" in rule.text
    crime, soliciting = block.table.cells
    effect = triangulated.result.effect("June 2014", "after")
    assert crime[:2] == ("Recorded crime", "crime")
    assert crime[3:] == (f"{effect.rate_ratio:.2f}", f"{effect.lower:.2f} to {effect.upper:.2f}", "yes")
    assert soliciting[3:5] == ("[z]", "[z]")
    assert soliciting[5].startswith("no: officers make these counts")
    assert answer.text == triangulated.checks["triangulation"].answer
    assert activity_section(Protected(findings), Figures(Protected(findings))) == ()


def test_a_source_with_hidden_counts_says_nothing_and_the_others_still_do(findings, triangulated):
    report = protect_findings(replace(findings, findings=[triangulated, *findings.findings[1:]]))
    assert report.holds_secret("soliciting")
    published = report.findings.findings[0].checks["triangulation"]
    assert published.answer == without_outcomes(triangulated.checks["triangulation"], {"soliciting"}).answer
    _, _, block, _ = activity_section(report, Figures(report))
    assert [row[2] for row in block.table.cells][1] == "not published"


def test_a_blind_report_says_so_before_anything_else(findings):
    blind = "Blind: Ward 7, a stand-in for Ward 1"
    first = first_screen(Protected(replace(findings, blind=blind)), None)[0]
    assert first.text.startswith(f"{blind}. The claims are judged on the stand-in")
    assert first_screen(Protected(findings), None)[0].text == findings.question
