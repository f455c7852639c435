"""Whether crime moved next door, and whether other reasonable choices would have given another answer."""

from __future__ import annotations

from collections.abc import Sequence

from evaluate.reports.blocks import Block, FigureBlock, Heading, Paragraph, TableBlock
from evaluate.reports.findings import Finding
from evaluate.reports.protection import Protected
from evaluate.reports.sections.threats import check_answer
from evaluate.reports.sections.words import area_names
from evaluate.reports.tables import CONFIDENTIAL, Column, Table, generic_table, interval

DISPLACEMENT = "displacement"
HEADLINE = "nothing: the headline"


def displacement_section(report: Protected, figure: FigureBlock | None) -> tuple[Block, ...]:
    """Say what happened in the neighbouring areas."""
    findings, primary = report.findings, report.findings.findings[0]
    blocks: list[Block] = [Heading("Did crime move next door?", anchor="displacement")]
    buffers = list(findings.design.buffer)
    if not buffers:
        blocks.append(
            Paragraph(
                "No neighbouring area was named in the plan, so these data say nothing about displacement."
            )
        )
    else:
        blocks.append(
            Paragraph(
                f"The neighbouring areas are {area_names(findings.design, buffers)}. If crime had only moved there, "
                "their counts would have risen against the same controls while those of the treated area fell."
            )
        )
        answer = check_answer(primary, DISPLACEMENT)
        blocks.append(Paragraph(answer or "The displacement check was not made for the primary claim."))
    if figure is not None:
        blocks.append(figure)
    table = _check_table(primary)
    if table is not None:
        blocks.append(TableBlock(table))
    blocks.append(
        Paragraph(
            "Crime that moved further away, indoors, online or to other times of day cannot be seen in these counts."
        )
    )
    return tuple(blocks)


def _check_table(finding: Finding) -> Table | None:
    """The numbers behind the displacement check, as it gives them."""
    check = finding.checks.get(DISPLACEMENT) if finding.checks else None
    if check is None or check.table.empty:
        return None
    return generic_table("displacement", "Treated and neighbouring areas together", check.table)


def sensitivity_section(report: Protected, figures: Sequence[FigureBlock]) -> tuple[Block, ...]:
    """Show every other choice the plan lists, and what it would have given."""
    table = report.findings.sensitivities
    heading = Heading("Would other choices have given another answer?", anchor="sensitivity")
    if table.empty:
        return (heading, Paragraph("The plan lists no sensitivities, so none was tried."))
    names = {
        name: f"Claim {number}"
        for number, finding in enumerate(report.findings.findings, start=1)
        for name in (finding.claim.id, finding.claim.text)
        if name
    }
    hidden = {
        name
        for finding in report.findings.findings
        if finding.result is not None and report.holds_secret(finding.result.design.outcome)
        for name in (finding.claim.id, finding.claim.text)
    }
    rows = [
        (
            names.get(str(row["claim"]), str(row["claim"])),
            HEADLINE if row["sensitivity"] == "headline" else str(row["sensitivity"]),
            *(
                (CONFIDENTIAL,) * 3
                if row["claim"] in hidden
                else (row["rate_ratio"], interval(row["lower"], row["upper"]), row["p_reduction"])
            ),
        )
        for row in table.to_dict("records")
    ]
    return (
        heading,
        Paragraph(
            "Each row changes one thing the analyst could have decided otherwise and asks the same question again. All "
            "of them were listed in the plan before anything was fitted; none was chosen for what it gave."
        ),
        *figures,
        TableBlock(
            Table(
                "sensitivity",
                "The claim's estimate under other choices",
                (
                    Column("Claim"),
                    Column("What is changed"),
                    Column("Rate ratio", "ratio"),
                    Column("Interval of the ratio"),
                    Column("Probability of any fall", "probability"),
                ),
                rows,
                ("A rate ratio is recorded over expected; below 1 means fewer than expected.",),
            )
        ),
    )
