"""A whole report as blocks: what is said, in which order, independent of the format it is written in."""

from __future__ import annotations

from typing import Final

from evaluate.errors import DesignError
from evaluate.reports.blocks import Block, Document
from evaluate.reports.figures import Figures
from evaluate.reports.findings import Findings
from evaluate.reports.protection import Protected, protect_findings
from evaluate.reports.repeats import without_repeats
from evaluate.reports.sections.activity import activity_section
from evaluate.reports.sections.claims import all_claims, claim_section
from evaluate.reports.sections.counts import counts_section
from evaluate.reports.sections.first_screen import first_screen
from evaluate.reports.sections.limits import limits_section
from evaluate.reports.sections.method import method_section
from evaluate.reports.sections.operations import operations_section
from evaluate.reports.sections.provenance import provenance_section
from evaluate.reports.sections.robustness import displacement_section, sensitivity_section
from evaluate.reports.sections.several import several_section
from evaluate.reports.sections.standards import checklist_section, emmie_section
from evaluate.reports.sections.threats import threats_section

SIMULATED: Final = "Simulated data"
EXPLORATORY: Final = "Exploratory: planned after the data had been read"


def compose(findings: Findings) -> Document:
    """Put a study's findings into words, tables and figures.

    Parameters
    ----------
    findings : Findings
        A study, run. Nothing in them that disclosure control hides reaches the document.

    Returns
    -------
    Document
        The same for the same findings.

    Raises
    ------
    DesignError
        If the study judged no claim.
    """
    return compose_protected(protect_findings(findings))


def compose_protected(report: Protected) -> Document:
    """Put findings that went through disclosure control into words, tables and figures.

    Parameters
    ----------
    report : Protected
        From ``protect_findings``.

    Returns
    -------
    Document

    Raises
    ------
    DesignError
        If the study judged no claim.
    """
    findings = report.findings
    if not findings.findings:
        raise DesignError(
            "A report needs at least one claim; this study judged none. Add a claim to its plan."
        )
    figures = Figures(report)
    blocks: list[Block] = [
        *first_screen(report, figures.first()),
        *all_claims(report, figures.claims()),
        *operations_section(report, figures.timeline()),
        *counts_section(report, figures.counts()),
    ]
    for number, finding in enumerate(report.findings.findings, start=1):
        blocks += claim_section(report, number, finding, figures)
    blocks += [
        *activity_section(report, figures),
        *threats_section(report),
        *displacement_section(report, figures.displacement()),
        *sensitivity_section(report, figures.sensitivity()),
        *several_section(report),
        *limits_section(report),
        *method_section(report),
        *checklist_section(report),
        *emmie_section(report),
        *provenance_section(report),
    ]
    return Document(findings.title, _banner(findings), without_repeats(blocks))


def _banner(findings: Findings) -> str:
    """What every page, figure and table says of the study as a whole; simulated data come first."""
    said = [SIMULATED] if findings.simulated or findings.panel.provenance.simulated else []
    if findings.blind:
        said.append(findings.blind)
    if findings.exploratory:
        said.append(EXPLORATORY)
    return ". ".join(said)
