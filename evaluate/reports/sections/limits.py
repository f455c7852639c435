"""What these data cannot show, and why."""

from __future__ import annotations

from evaluate.claims.wording import counted_in_words
from evaluate.data.periods import days_in, period_name
from evaluate.reports.blocks import Block, Bullets, Heading, Paragraph
from evaluate.reports.findings import Findings
from evaluate.reports.protection import Protected
from evaluate.reports.sections.words import adverb, capital
from evaluate.reports.tables import shown


def limits_section(report: Protected) -> tuple[Block, ...]:
    """List the limits: those the study found, and those that all police recorded crime has."""
    findings = report.findings
    sentences = [
        *findings.notes,
        *_part_periods(findings),
        *_enforcement(findings),
        *_untested(findings),
    ]
    general = (
        "Police recorded crime is not an accredited official statistic. It counts what was reported and recorded, "
        "which is less than what happened, and more where the public trusts the police or officers look for it.",
        "Comparison areas were not chosen by lot. No design of this kind can rule out that something else happened in "
        "the treated area alone at the same time.",
        "An operation's cost, and what it meant for those who live or work there, are not in these counts.",
    )
    return (
        Heading("What these data cannot show", anchor="limits"),
        Bullets(list(dict.fromkeys((*sentences, *general)))),
        Paragraph(
            "That these data do not show a change does not mean that there was none; that is why the smallest "
            "detectable fall is given with every verdict."
        ),
    )


def _part_periods(findings: Findings) -> list[str]:
    """The arithmetic of a few days inside a longer period, where the study's own notes do not give it."""
    design, found = findings.design, []
    unit = period_name(design.periods)
    for window in design.windows:
        inside = design.periods.isin(window.periods)
        days = days_in(window.periods)
        ran = float((window.share[inside] * days).sum())
        noted = any(note.startswith(f"{window.operation}:") for note in findings.notes)
        if window.name != "during" or ran >= days.sum() or noted:
            continue
        stretch = f"a {unit}" if len(days) == 1 else f"{counted_in_words(len(days), unit)}"
        count = "count" if len(days) == 1 else "counts"
        found.append(
            f"{window.operation}: {counted_in_words(round(ran), 'day')} in {stretch} of {days.sum():.0f} days can "
            f"change the {adverb(design)} {count} by at most {shown(ran / days.sum(), 'share')}, even had nothing at "
            f"all happened on those days ({round(ran)} / {days.sum():.0f})."
        )
    return found


def _enforcement(findings: Findings) -> list[str]:
    names = [outcome for outcome in findings.outcomes if outcome.generation == "enforcement"]
    return [
        f"{capital(outcome.name)} counts what officers did, not how much of it there was. {outcome.note}".strip()
        for outcome in names
    ]


def _untested(findings: Findings) -> list[str]:
    return [
        f"The claim “{finding.claim.text}” was not put to the data. {' '.join(finding.verdict.reasons)}".strip()
        for finding in findings.findings
        if finding.result is None
    ]
