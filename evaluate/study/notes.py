"""Sentences a report must carry that only the plan and the run can know; what counts show, the report works out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaluate.claims.judge import judge
from evaluate.errors import listed
from evaluate.reports.findings import Finding
from evaluate.study.check import CheckedStudy

QUICK = (
    "This was a quick run, with fewer placebo areas and draws than the plan asks for: a first look, not the "
    "study's answer."
)
EXPLORATORY = (
    "The plan was written after the data could be read: the study is exploratory, and nothing in it "
    "was settled blind."
)


def notes_of(
    checked: CheckedStudy,
    by_claim: Mapping[str, Finding],
    *,
    quick: bool,
    departures: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write the notes of a report.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data.
    by_claim : mapping
        Claim's id to its finding.
    quick : bool
        True where fewer placebos and draws were made.
    departures : sequence of str
        How the run departs from the frozen plan.

    Returns
    -------
    tuple of str
        Sentences; the first ones matter most.
    """
    notes = [checked.blind.sentence] if checked.blind is not None else []
    notes += [QUICK] if quick else []
    if checked.exploratory:
        notes.append(EXPLORATORY)
    return (*notes, *_frozen(checked, departures), *_as_of_the_area(checked, by_claim), *checked.notes)


def _frozen(checked: CheckedStudy, departures: Sequence[str]) -> Iterator[str]:
    """When the plan was frozen, and each way in which the run departs from it."""
    if checked.freeze is None:
        return
    kept = "departs from it as follows." if departures else "keeps to it."
    yield f"The plan is bound. {checked.freeze!r} This run {kept}"
    for departure in departures:
        yield f"Departure from the frozen plan: {departure}"


def _as_of_the_area(checked: CheckedStudy, by_claim: Mapping[str, Finding]) -> Iterator[str]:
    """Judge the claims about a place once more, as if they had been about the whole area."""
    plan = checked.plan
    if plan.dilution is None:
        return
    areas = listed([checked.panel.label(area) for area in checked.roles.treated])
    for claim in plan.claims_primary_first:
        finding = by_claim[claim.id]
        if claim.is_about_the_place and finding.result is not None:
            verdict = judge(
                finding.claim,
                finding.result,
                finding.checks,
                generation=plan.outcome(claim.outcome).generation,
                plan_before_data=not checked.exploratory,
                dilution=1.0,
            )
            yield (
                f"Read as a claim about the whole of {areas} and not about {plan.dilution.place}, “{claim.text}” would "
                f"be judged so: {verdict.words}"
            )
