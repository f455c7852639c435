"""What a reader must know who reads nothing else: the question, the claim, the answer, how sure and why."""

from __future__ import annotations

from math import isnan

from evaluate.reports.blocks import (
    Answer,
    Block,
    Bullets,
    Fact,
    FigureBlock,
    Heading,
    KeyFacts,
    Paragraph,
    Quote,
    SideBySide,
)
from evaluate.reports.findings import Finding
from evaluate.reports.protection import Protected
from evaluate.reports.sections.words import (
    CONFIDENCES,
    FINDINGS,
    GRADES,
    capital,
    detectable_text,
    probability_text,
)

MOST_REASONS = 6


def first_screen(report: Protected, figure: FigureBlock | None) -> tuple[Block, ...]:
    """Compose the top of the report from the primary claim.

    Parameters
    ----------
    report : Protected
        The study.
    figure : FigureBlock or None
        The one figure that shows the finding; None where the claim could not be put to the data.

    Returns
    -------
    tuple of Block
    """
    primary = report.findings.findings[0]
    left: list[Block] = [*claim_and_answer(primary), key_facts(primary)]
    top: Block = SideBySide(left, [figure]) if figure else SideBySide(left, [])
    more = len(report.findings.findings) - 1
    others = f" {more} more claim{'s are' if more > 1 else ' is'} judged below." if more else ""
    blind = report.findings.blind
    warning = f"{blind}. The claims are judged on the stand-in, and nothing here is said of the operations."
    return (
        *([Paragraph(warning, "lead")] if blind else []),
        Paragraph(report.findings.question, "lead"),
        top,
        Heading("How sure, and why", anchor="why"),
        Bullets(primary.verdict.reasons[:MOST_REASONS] or (primary.verdict.paragraph,)),
        Paragraph(
            f"This is the study's primary claim.{others} Police recorded crime is not an accredited official "
            "statistic: it lost that status in 2014 because recording was not reliable enough.",
            "small",
        ),
    )


def claim_and_answer(finding: Finding) -> tuple[Block, ...]:
    """Quote the claim, and answer it in a sentence."""
    claim, verdict = finding.claim, finding.verdict
    title, words = FINDINGS.get(verdict.finding, capital(verdict.finding)), verdict.words
    if words.startswith(f"{title}. "):  # the sentence begins with its own title, which is not said twice
        title, words = f"{title}.", words.removeprefix(f"{title}. ")
    return Quote(claim.text, claim.speaker, claim.source), Answer(title, words)


def key_facts(finding: Finding) -> KeyFacts:
    """List probability, confidence, grade and smallest detectable effect, each with what it means."""
    verdict, claim = finding.verdict, finding.claim
    if claim.size:
        size = f"that the {claim.direction} was {claim.size:.0%} or more, as claimed"
    else:
        size = f"that there was {'an increase' if claim.direction == 'increase' else 'a reduction'} at all"
    if isnan(verdict.probability):
        published = verdict.finding != "not published"
        size = "the claim was not tested, so none is given" if published else "not published"
    detectable = "A fall smaller than this would be missed more than one time in five."
    if isnan(verdict.smallest_detectable):
        detectable = "It was not worked out for this claim."
    facts = (
        Fact("Probability", probability_text(verdict), capital(size) + "."),
        Fact("Analytical confidence", capital(verdict.confidence), CONFIDENCES[verdict.confidence]),
        Fact("Design grade, A to E", verdict.grade, GRADES[verdict.grade]),
        Fact("Smallest detectable fall", detectable_text(verdict), detectable),
    )
    return KeyFacts(facts)
