"""What a report says of its data: totals by outcome, missing cells, breaks; nothing that points to a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evaluate.data.outcome_breaks import OutcomeBreak
from evaluate.reports.blocks import TableBlock
from evaluate.reports.protection import protect_findings
from evaluate.reports.sections.provenance import provenance_section

BREAK = OutcomeBreak(
    outcome="crime",
    name="fraud leaves, 2013",
    month="2013-02",
    held=("FRAUD",),
    moved_among=("FRAUD",),
    closed=False,
    recording=False,
    share_before=0.038,
    share_after=0.0,
    reason="fraud left",
    source="the Mayor",
)


def tables(findings):
    blocks = provenance_section(protect_findings(findings))
    return {block.table.name: block.table for block in blocks if isinstance(block, TableBlock)}


def test_totals_and_missing_cells_by_outcome(findings):
    table = tables(findings)["reading"]
    said = findings.panel.provenance
    rows = {row[0]: tuple(row[1:]) for row in table.rows}
    assert rows["crime"] == (said.totals["crime"], 0)
    assert table.caption == f"What was read: 14 areas and 72 periods, {said.first} to {said.last}"


def test_person_related_totals_are_confidential(findings):
    people = {one.name for one in findings.outcomes if one.person_related}
    rows = {row[0]: tuple(row[1:]) for row in tables(findings)["reading"].rows}
    assert people
    assert all(rows[name] == ("[c]", "[c]") for name in people if name in rows)


def test_breaks_are_listed_where_there_are_any(findings):
    assert "breaks" not in tables(findings)
    provenance = replace(findings.panel.provenance, breaks=(BREAK,))
    panel = replace(findings.panel, provenance=provenance)
    assert tables(replace(findings, panel=panel))["breaks"].rows == [
        ("crime", "2013-02", "Fraud left", "3.8%", "the Mayor")
    ]


@pytest.mark.parametrize("date", ["", "05/03/2024"])
def test_the_date_of_extraction_is_said(findings, date):
    panel = replace(findings.panel, provenance=replace(findings.panel.provenance, extracted=date))
    title = tables(replace(findings, panel=panel))["reading"].caption
    assert title.endswith(f", extracted {date}" if date else "2015-12")
