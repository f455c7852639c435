"""All claims in one table, and a section for each."""

from __future__ import annotations

from collections.abc import Sequence

from evaluate.claims.grade import SMALL_COUNT
from evaluate.effects.result import Result
from evaluate.reports.blocks import Block, Bullets, FigureBlock, Heading, Paragraph, TableBlock
from evaluate.reports.figures import Figures
from evaluate.reports.findings import Finding
from evaluate.reports.protection import Protected
from evaluate.reports.sections.calibrated import calibrated_blocks
from evaluate.reports.sections.first_screen import claim_and_answer, key_facts
from evaluate.reports.sections.words import (
    FINDINGS,
    about,
    claimed_window,
    detectable_text,
    effect_key,
    probability_text,
    shortened_quote,
)
from evaluate.reports.tables import CONFIDENTIAL, NOT_APPLICABLE, Column, Table, interval
from evaluate.reports.withholding import NO_ESTIMATE


def all_claims(report: Protected, figures: Sequence[FigureBlock]) -> tuple[Block, ...]:
    """Put every claim with its verdict into one table, with figures where there are several."""
    rows = [
        (
            f"{number}. “{finding.claim.text}”",
            about(finding, report.findings.design),
            FINDINGS.get(finding.verdict.finding, finding.verdict.finding),
            probability_text(finding.verdict),
            finding.verdict.confidence,
            finding.verdict.grade,
            detectable_text(finding.verdict),
            ", ".join(part for part in (finding.claim.speaker, finding.claim.source) if part),
        )
        for number, finding in enumerate(report.findings.findings, start=1)
    ]
    headings = (
        "Claim", "About", "Verdict", "Probability of the size claimed",
        "Analytical confidence", "Design grade", "Smallest detectable fall", "Who said it, and where",
    )  # fmt: skip
    table = Table(
        "claims",
        "Every claim and its verdict",
        tuple(Column(heading) for heading in headings),
        rows,
        (
            "The first claim is the primary one, fixed in the plan; the others are secondary, so that a chance "
            "finding among several deserves less weight.",
        ),
    )
    heading = Heading("All claims at a glance", anchor="claims")
    return (heading, TableBlock(table), *figures)


def claim_section(report: Protected, number: int, finding: Finding, figures: Figures) -> tuple[Block, ...]:
    """Compose one claim's section.

    Parameters
    ----------
    report : Protected
        The study.
    number : int
        Position of the claim, from 1.
    finding : Finding
        The claim with its verdict.
    figures : Figures
        Draws those of this claim.

    Returns
    -------
    tuple of Block
    """
    blocks: list[Block] = [
        Heading(f"Claim {number}: “{shortened_quote(finding.claim.text)}”", anchor=f"claim-{number}"),
        *claim_and_answer(finding),
        key_facts(finding),
        Paragraph(finding.verdict.paragraph),
    ]
    if finding.verdict.reasons:
        blocks += [Heading("Reasons", 3), Bullets(finding.verdict.reasons)]
    if finding.result is None:
        return (*blocks, Paragraph("This claim was not put to the data, so there is no estimate to show."))
    blocks.append(Heading("Recorded against expected", 3))
    if number == 1:
        blocks.append(Paragraph("The figure at the top of this report shows this claim's counts."))
    blocks += [*figures.estimate(number), TableBlock(_effects_table(report, number, finding))]
    blocks += calibrated_blocks(number, finding)
    if finding.checks:
        blocks += [
            Heading("Checks", 3),
            TableBlock(_checks_table(number, finding)),
            *figures.placebos(number),
        ]
    if finding.comparisons:
        blocks += [Heading("The same question put to other methods", 3), *figures.methods(number)]
        blocks.append(TableBlock(_comparison_table(report, number, finding)))
    return tuple(blocks)


EFFECT_COLUMNS = (
    Column("Recorded", "count"),
    Column("Expected", "mean"),
    Column("Change", "change", NOT_APPLICABLE),
    Column("Rate ratio", "ratio"),
    Column("Interval of the ratio"),
    Column("Prevented", "mean"),
    Column("Interval of prevented"),
    Column("Probability of any fall", "probability"),
)


def effect_cells(report: Protected, result: Result, operation: str, window: str) -> tuple[object, ...]:
    """Write one effect as the cells of ``EFFECT_COLUMNS``, nothing hidden shown."""
    effect = result.effect(operation, window)
    if report.holds_secret(result.design.outcome):
        recorded = report.window_total(result.design, operation, window)
        return (recorded, *(CONFIDENTIAL,) * (len(EFFECT_COLUMNS) - 1))
    return (
        effect.observed,
        effect.expected,
        effect.rate_ratio - 1 if effect.expected >= SMALL_COUNT else None,
        effect.rate_ratio,
        interval(effect.lower, effect.upper),
        effect.prevented,
        interval(effect.prevented_lower, effect.prevented_upper, "count"),
        effect.p_reduction,
    )


def _effects_table(report: Protected, number: int, finding: Finding) -> Table:
    """Every window of the headline fit, the claim's own marked."""
    result, claimed = finding.result, claimed_window(finding)
    assert result is not None
    rows = []
    for effect in result.effect_list:
        mark = " (the claim)" if effect_key(effect) == claimed and len(result.effect_list) > 1 else ""
        name = f"{effect.operation}, {effect.window}{mark}"
        rows.append((name, *effect_cells(report, result, *effect_key(effect))))
    first = result.effect_list[0]
    hidden = (NO_ESTIMATE,) if report.holds_secret(result.design.outcome) else ()
    kinds = sorted({effect.interval for effect in result.effect_list})
    return Table(
        f"claim_{number}_effects",
        f"{about(finding, result.design)}: recorded and expected counts by the {result.estimator.name}",
        (Column("Window"), *EFFECT_COLUMNS),
        rows,
        (
            f"Intervals: {first.level:.0%} {'; '.join(kinds)}. A rate ratio is recorded over expected: 0.80 is a fifth "
            "fewer, 1 no change. Prevented is expected less recorded (negative where more were recorded than "
            "expected); its interval includes the chance variation of a count.",
            f"No percentage change is given where fewer than {SMALL_COUNT} were expected.",
            *hidden,
        ),
    )


def _checks_table(number: int, finding: Finding) -> Table:
    """Every check: what it asks, what it found, what that is held against."""
    passed = {True: "passed", False: "not passed", None: "for information"}
    rows = [
        (check.name, check.question, check.answer, check.number, check.threshold, passed[check.passed])
        for check in finding.checks or ()
    ]
    return Table(
        f"claim_{number}_checks",
        "Checks made on the headline estimate",
        (
            Column("Check"),
            Column("Question"),
            Column("Answer"),
            Column("Number", "number", NOT_APPLICABLE),
            Column("Held against", "number", NOT_APPLICABLE),
            Column("Outcome"),
        ),
        rows,
    )


def _comparison_table(report: Protected, number: int, finding: Finding) -> Table:
    """The claim's window by every method."""
    claimed = claimed_window(finding)
    rows = []
    for result in (finding.result, *finding.comparisons):
        keys = [effect_key(effect) for effect in result.effect_list] if result else []
        key = claimed if claimed in keys else (keys[-1] if len(keys) == 1 else None)
        if result is None or key is None:
            continue
        role = " (headline)" if result is finding.result else ""
        rows.append((f"{result.estimator.name}{role}", *effect_cells(report, result, *key)))
    note = NO_ESTIMATE if any(CONFIDENTIAL in row for row in rows) else ""
    return Table(
        f"claim_{number}_methods",
        "The claim's window by each method",
        (Column("Method"), *EFFECT_COLUMNS),
        rows,
        tuple(
            text
            for text in ("The headline method was chosen in the plan, before anything was fitted.", note)
            if text
        ),
    )
