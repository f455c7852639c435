"""What the report was made from, so that somebody else can make it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluate.errors import many
from evaluate.reports.blocks import Block, Bullets, Heading, Paragraph, TableBlock
from evaluate.reports.protection import Protected
from evaluate.reports.tables import CONFIDENTIAL, Column, Table

DURATION = "duration_seconds"


def provenance_section(report: Protected) -> tuple[Block, ...]:
    """Compose the data files and the manifest."""
    findings = report.findings
    blocks: list[Block] = [
        Heading("What this report was made from", anchor="manifest"),
        Paragraph(
            "The same plan, data, versions and seed give this report again, byte for byte but for the duration. The "
            "same entries are in manifest.json."
        ),
    ]
    if findings.panel.provenance.files:
        blocks.append(TableBlock(_files(report)))
    blocks.append(TableBlock(_contents(report)))
    if findings.panel.provenance.breaks:
        blocks.append(TableBlock(_breaks(report)))
    if findings.panel.provenance.notes:
        blocks.append(Bullets(findings.panel.provenance.notes))
    rows = [
        (name, _text(value))
        for name, value in flat_entries(findings.manifest)
        if not name.startswith("data: ")
    ]
    if rows:
        table = Table(
            "manifest", "Plan, versions, seed and duration", (Column("Entry"), Column("Value")), rows
        )
        blocks.append(TableBlock(table, saved=False))
    return tuple(blocks)


def _files(report: Protected) -> Table:
    provenance = report.findings.panel.provenance
    rows = [
        (file.name, file.sha256, CONFIDENTIAL, CONFIDENTIAL, CONFIDENTIAL)
        if report.hides_rows
        else (file.name, file.sha256, file.rows_read, file.rows_used, _reasons(file.not_used))
        for file in provenance.files
    ]
    return Table(
        "files",
        "The data files",
        (
            Column("File"),
            Column("SHA-256"),
            Column("Rows read", "count"),
            Column("Rows used", "count"),
            Column("Rows not used, and why"),
        ),
        rows,
    )


def _contents(report: Protected) -> Table:
    """What the files hold for each outcome, over all areas and periods read."""
    findings = report.findings
    provenance = findings.panel.provenance
    people = {
        outcome.name
        for outcome in findings.outcomes
        if outcome.person_related or report.holds_secret(outcome.name)
    }
    rows: list[tuple[object, ...]] = []
    for outcome, total in provenance.totals.items():
        counts = (total, provenance.missing[outcome])
        rows.append((outcome, *((CONFIDENTIAL, CONFIDENTIAL) if outcome in people else counts)))
    extracted = f", extracted {provenance.extracted}" if provenance.extracted else ""
    title = (
        f"What was read: {many(provenance.areas, 'area')} and {many(provenance.periods, 'period')}, "
        f"{provenance.first} to {provenance.last}{extracted}"
    )
    heads = (Column("Outcome"), Column("Total", "count"), Column("Missing cells", "count"))
    return Table("reading", title, heads, rows)


def _breaks(report: Protected) -> Table:
    """Where the register has a break in the series of an outcome, and how much of the outcome is in it."""
    rows = [
        (one.outcome, one.month, f"{one.reason[0].upper()}{one.reason[1:]}", f"{one.share:.1%}", one.source)
        for one in report.findings.panel.provenance.breaks
    ]
    heads = ("Outcome", "From", "What happened", "Share of the outcome", "Source")
    title = "Where outcomes stop counting what they counted before"
    return Table("breaks", title, tuple(Column(head) for head in heads), rows)


def _reasons(not_used: Mapping[str, int]) -> str:
    return "; ".join(f"{number:,} {reason}" for reason, number in sorted(not_used.items())) or "none"


def flat_entries(values: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """List the entries of nested mappings in order of name, names joined by colons, the duration last.

    Examples
    --------
    >>> flat_entries({"seed": 1, "duration_seconds": 2.0, "versions": {"numpy": "2.5"}})
    [('seed', 1), ('versions: numpy', '2.5'), ('duration_seconds', 2.0)]
    """
    flat: list[tuple[str, Any]] = []
    for name in sorted(values, key=lambda name: (name == DURATION, name)):
        value = values[name]
        label = f"{before}{name}"
        flat += flat_entries(value, f"{label}: ") if isinstance(value, Mapping) else [(label, value)]
    return flat


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
