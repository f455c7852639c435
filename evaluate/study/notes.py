"""Sentences a report must carry: what the data cannot show and why, with the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from evaluate.data.periods import period_name, share_of_days
from evaluate.design.design import Design
from evaluate.design.operation import Operation
from evaluate.design.window import touched
from evaluate.reports.findings import Finding
from evaluate.study.check import CheckedStudy
from evaluate.study.plan import Dilution

QUICK = (
    "This was a quick run, with fewer placebo areas and draws than the plan asks for: a first look, not the study's "
    "answer."
)
EXPLORATORY = (
    "The plan was written after the data could be read: the study is exploratory, and nothing in it "
    "was settled blind."
)
BRIEF = 0.5
"""An operation that fills less of every period it touches than this cannot be told from the rest of the period."""


def notes_of(checked: CheckedStudy, by_claim: Mapping[str, Finding], *, quick: bool) -> tuple[str, ...]:
    """Write the notes of a report.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data.
    by_claim : mapping
        Claim's id to its finding.
    quick : bool
        True where fewer placebos and draws were made.

    Returns
    -------
    tuple of str
        Sentences; the first ones matter most.
    """
    notes = [QUICK] if quick else []
    if checked.plan.data_accessed_before_plan:
        notes.append(EXPLORATORY)
    for operation in checked.design.operations:
        notes += _brief(operation, checked.design, by_claim)
    if checked.plan.dilution is not None:
        notes += _diluted(checked.plan.dilution, checked, by_claim)
    notes += checked.notes
    return tuple(notes)


def _brief(operation: Operation, design: Design, by_claim: Mapping[str, Finding]) -> Iterator[str]:
    """An operation that fills a small part of its periods: how much it could show at all."""
    periods = touched(design.periods, operation)
    shares = share_of_days(periods, operation.first_day, operation.last_day)
    if shares.max() >= BRIEF:
        return
    busiest = int(np.argmax(shares))
    unit = period_name(periods)
    length = (periods[busiest].end_time.normalize() - periods[busiest].start_time.normalize()).days + 1
    days = round(shares[busiest] * length)
    yield (
        f"{operation.name}: {days} of the {length} days of {periods[busiest]} is {shares[busiest]:.0%} of the {unit}. "
        f"Had every offence stopped on {'that day' if days == 1 else 'those days'}, the {unit}'s count would have "
        f"fallen by {shares[busiest]:.0%}; had they been halved, by {shares[busiest] / 2:.0%}."
    )
    for finding in by_claim.values():
        known = finding.claim.operation == operation.name and finding.claim.window == "during"
        detectable = finding.verdict.smallest_detectable
        if known and detectable > shares[busiest]:
            yield (
                f"The smallest fall in that {unit} that these counts of {finding.claim.outcome} could be relied on to "
                f"show is {detectable:.0%}, so {unit}ly counts cannot show whether the operation worked on the days it "
                "ran. Records by day could."
            )
            return


def _diluted(dilution: Dilution, checked: CheckedStudy, by_claim: Mapping[str, Finding]) -> Iterator[str]:
    """A claim about a street, held against counts of an area."""
    share = dilution.street_incidents / dilution.area_incidents
    areas = ", ".join(checked.panel.label(area) for area in checked.roles.treated)
    source = f" ({dilution.source})" if dilution.source else ""
    yield (
        f"The claims are about {dilution.place}, the counts about {areas}. In {dilution.month}, "
        f"{dilution.street_incidents:,} of the area's {dilution.area_incidents:,} incidents, {share:.0%}, were there"
        f"{source}. Had every one of them stopped, the area's count would have fallen by {share:.0%}; had they been "
        f"halved, by {share / 2:.0%}."
    )
    for finding in by_claim.values():
        if finding.result is not None:
            detectable = finding.verdict.smallest_detectable
            if detectable > share:
                yield (
                    f"The smallest fall in {finding.claim.outcome} that these counts could be relied on to show is "
                    f"{detectable:.0%} of the area's count, which is more than {dilution.place} has: a change there, "
                    "however large, would be missed more than one time in five."
                )
            return
