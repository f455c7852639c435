"""What each source shows of activity, and why two of them are needed."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final

import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.checks.triangulation import SOURCES_NEEDED, Triangulation
from evaluate.claims.wording import number_word
from evaluate.reports.blocks import Block, Heading, Paragraph, TableBlock
from evaluate.reports.figures import Figures
from evaluate.reports.findings import Finding
from evaluate.reports.protection import Protected
from evaluate.reports.sections.words import capital, shortened_quote
from evaluate.reports.tables import NOT_APPLICABLE, Column, Table, interval

COUNTS: Final = "yes"
WHY_NOT: Final = {
    "enforcement": "no: officers make these counts, so they rise and fall with their work",
    "mixed": "no: officers make a part of these counts",
}


def activity_section(report: Protected, figures: Figures) -> tuple[Block, ...]:
    """Set the sources of activity beside each other; nothing where no claim was put to them.

    Parameters
    ----------
    report : Protected
        The study.
    figures : Figures
        Draws the sources that were fitted.

    Returns
    -------
    tuple of Block
    """
    asked = [
        (number, finding, check)
        for number, finding in enumerate(report.findings.findings, start=1)
        if (check := _check(finding)) is not None
    ]
    if not asked:
        return ()
    needed = number_word(SOURCES_NEEDED)
    blocks: list[Block] = [
        Heading("Did activity change? What each source shows", anchor="activity"),
        Paragraph(
            f"No single count measures what goes on. That activity fell is said only where {needed} sources that "
            "enforcement does not make show fewer than expected, each with an interval wholly below 1. Outcomes that "
            "come from the same place, such as two categories of recorded crime, are one source."
        ),
    ]
    for number, finding, check in asked:
        blocks += [
            *figures.sources(number),
            TableBlock(_table(number, finding, check)),
            Paragraph(check.answer),
        ]
    return tuple(blocks)


def _check(finding: Finding) -> CheckResult | None:
    """The check, where it was made and is published."""
    check = finding.checks.get(Triangulation.name) if finding.checks else None
    return None if check is None or check.table.empty else check


def _table(number: int, finding: Finding, check: CheckResult) -> Table:
    """One claim's sources."""
    rows = [
        (
            capital(str(row["source"])),
            row["outcome"],
            row["says"],
            row["rate_ratio"],
            interval(row["lower"], row["upper"]) if isfinite(row["lower"]) else None,
            COUNTS if row["counts"] else WHY_NOT[str(row["generation"])],
        )
        for row in _records(check.table)
    ]
    claim = finding.claim
    about = f"{claim.operation}, {claim.window}" if claim.operation else claim.window
    return Table(
        f"claim_{number}_sources",
        f"Claim {number}, “{shortened_quote(claim.text)}” ({about}): its sources",
        (
            Column("Source"),
            Column("Outcome"),
            Column("It shows"),
            Column("Rate ratio", "ratio", NOT_APPLICABLE),
            Column("Interval of the ratio", missing=NOT_APPLICABLE),
            Column("Counts towards activity"),
        ),
        rows,
        ("Of counts that could point to a person no number is given here.",)
        if check.table["rate_ratio"].isna().any()
        else (),
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
