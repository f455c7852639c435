"""Several outcomes and windows: what is primary, and what the rest look like with allowance for there being several."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any, Final

from evaluate.reports.blocks import Block, Heading, Paragraph, TableBlock
from evaluate.reports.protection import Protected
from evaluate.reports.tables import CONFIDENTIAL, NOT_APPLICABLE, Column, Table, interval
from evaluate.reports.withholding import NO_ESTIMATE

ADJUSTMENT_WORDS: Final = {
    "holm": "Holm's adjustment, which keeps the chance of any false finding among them at the level",
    "false discovery": "Benjamini and Hochberg's, which keeps the expected share of false ones among the findings at "
    "the level",
}


def several_section(report: Protected) -> tuple[Block, ...]:
    """Show raw beside adjusted p-values, and raw beside pooled posteriors; nothing where there is neither.

    Parameters
    ----------
    report : Protected
        The study.

    Returns
    -------
    tuple of Block
    """
    findings = report.findings
    if findings.adjusted.empty and findings.pooled.empty:
        return ()
    primary = findings.findings[0].claim
    blocks: list[Block] = [
        Heading("Several questions at once", anchor="several"),
        Paragraph(
            f"One effect is primary, fixed in the plan: {primary.outcome}, {primary.operation}, {primary.window}. "
            "The others are secondary. Of several questions, some look like findings by chance alone; the tables "
            "show them as they are and with allowance for that."
        ),
    ]
    if not findings.adjusted.empty:
        blocks.append(TableBlock(_adjusted(report)))
    if not findings.pooled.empty:
        blocks += _pooled(report)
    return tuple(blocks)


def _adjusted(report: Protected) -> Table:
    """Raw and adjusted p-values, method by method."""
    findings = report.findings
    rows = [
        (
            row["method"],
            f"{row['outcome']}; {row['operation']}, {row['window']}{' (primary)' if row['primary'] else ''}",
            CONFIDENTIAL if isnan(row["p_value"]) else row["p_value"],
            _adjusted_cell(row),
        )
        for row in findings.adjusted.to_dict("records")
    ]
    how = ADJUSTMENT_WORDS[str(findings.manifest.get("adjustment", "holm"))]
    return Table(
        "several_p_values",
        "P-values of the methods that have them, raw and adjusted",
        (
            Column("Method"),
            Column("Effect"),
            Column("P-value, raw", "p value"),
            Column("P-value, adjusted", "p value", NOT_APPLICABLE),
        ),
        rows,
        (
            f"Two-sided. The secondary effects of each method are adjusted together, by {how}. The primary effect is "
            "not adjusted.",
        ),
    )


def _pooled(report: Protected) -> list[Block]:
    """Raw and pooled rate ratios of the structural model."""
    records = report.findings.pooled.to_dict("records")
    problems = dict.fromkeys(str(row["problem"]) for row in records if row["problem"])
    rows = [
        (
            row["outcome"],
            f"{row['operation']}, {row['window']}",
            *_cells(row, "raw"),
            *_cells(row, "pooled"),
        )
        for row in records
        if not row["problem"]
    ]
    blocks: list[Block] = [Paragraph(f"Outcomes could not be pooled: {problem}") for problem in problems]
    if not rows:
        return blocks
    notes = [
        "Secondary outcomes of recorded crime that count no incident twice, each by the structural model without an "
        "expectation of its own (raw), and drawn towards what they share as far as they are uncertain (pooled)."
    ]
    if any(CONFIDENTIAL in row for row in rows):
        notes.append(NO_ESTIMATE)
    table = Table(
        "several_pooled",
        "Rate ratios of secondary outcomes, raw and pooled",
        (
            Column("Outcome"),
            Column("Window"),
            Column("Raw", "ratio"),
            Column("Interval, raw"),
            Column("Pooled", "ratio"),
            Column("Interval, pooled"),
        ),
        rows,
        tuple(notes),
    )
    return [*blocks, TableBlock(table)]


def _adjusted_cell(row: Mapping[Hashable, Any]) -> object:
    """An adjusted p-value; the primary effect has none, and some may not be published."""
    if not isnan(row["adjusted"]):
        return row["adjusted"]
    return None if row["primary"] else CONFIDENTIAL


def _cells(row: Mapping[Hashable, Any], which: str) -> tuple[object, object]:
    """A ratio with its interval; the marker where disclosure control took it out."""
    if isnan(row[which]):
        return CONFIDENTIAL, CONFIDENTIAL
    return row[which], interval(row[f"{which}_lower"], row[f"{which}_upper"])
