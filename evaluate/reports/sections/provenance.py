"""What the report was made from, so that somebody else can make it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluate.reports.blocks import Block, Bullets, Heading, Paragraph, TableBlock
from evaluate.reports.protection import Protected
from evaluate.reports.tables import Column, Table

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
        (file.name, file.sha256, file.rows_read, file.rows_used, _reasons(file.not_used))
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
