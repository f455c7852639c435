"""The method section says how often the method was wrong on series like the one in hand."""

from dataclasses import replace

import evaluate as ev
from evaluate.reports.blocks import Paragraph
from evaluate.reports.protection import Protected
from evaluate.reports.sections.method import method_section


def paragraphs(findings):
    return [block.text for block in method_section(Protected(findings)) if isinstance(block, Paragraph)]


def test_the_measured_rate_of_the_primary_claims_method_is_said(findings):
    result = findings.findings[0].result
    measured = ev.measured_like(result, operation="June 2014", window="after")
    assert measured.sentence in paragraphs(findings)
    assert f'of the kind "{measured.cell}"' in measured.sentence


def test_a_claim_that_was_not_tested_has_no_rate(findings):
    untested = replace(findings, findings=findings.findings[::-1])
    assert untested.findings[0].result is None
    assert not any("false-positive rate" in text for text in paragraphs(untested))
