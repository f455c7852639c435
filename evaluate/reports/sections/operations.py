"""What was done, where and when, and what else was going on."""

from __future__ import annotations

import pandas as pd

from evaluate.data.periods import days_in, period_name
from evaluate.design.design import Design
from evaluate.design.window import Window
from evaluate.reports.blocks import Block, Definitions, FigureBlock, Heading, Paragraph, TableBlock
from evaluate.reports.findings import Findings
from evaluate.reports.protection import Protected
from evaluate.reports.sections.words import area_names, dates_text, plural, span_text
from evaluate.reports.tables import NOT_APPLICABLE, Column, Table, shown


def operations_section(report: Protected, timeline: FigureBlock) -> tuple[Block, ...]:
    """Compose the timeline and the tables of operations, windows and other events."""
    findings, design = report.findings, report.findings.design
    return (
        Heading("What was done, and when", anchor="operations"),
        timeline,
        TableBlock(_operations_table(design)),
        TableBlock(_windows_table(design)),
        Paragraph(
            "A share below 100% means that the operation ran on only part of the days counted. The rest of the "
            "period goes on as usual, so the count of the whole period can change by no more than that share.",
        ),
        TableBlock(_events_table(findings)) if findings.events else Paragraph(NO_EVENTS),
        Heading("Where", 3),
        Definitions(
            (
                ("Treated", area_names(design, list(design.treated))),
                ("Neighbours (buffers)", area_names(design, list(design.buffer))),
                (
                    "Controls",
                    f"{plural(len(design.control), 'area')}: {area_names(design, list(design.control), 6)}",
                ),
                ("Left out", area_names(design, list(design.excluded), 6)),
            )
        ),
        Paragraph(
            "Neighbours are kept apart because crime may have moved there; controls show what happened where the "
            "operation did not take place.",
        ),
    )


NO_EVENTS = "The plan names nothing else that was going on in the area at the time."


def _operations_table(design: Design) -> Table:
    rows = []
    for number, operation in enumerate(design.operations):
        trigger = operation.trigger or (design.trigger if number == 0 else None)
        rows.append(
            (
                operation.name,
                dates_text(operation.first_day, operation.last_day),
                operation.days,
                f"{trigger} before" if trigger else None,
                operation.note or None,
            )
        )
    return Table(
        "operations",
        "The operations",
        (
            Column("Operation"),
            Column("Dates"),
            Column("Days", "count"),
            Column("Spike that prompted it", "text", "none named"),
            Column("Where the dates come from", "text", "not said in the plan"),
        ),
        rows,
    )


def _windows_table(design: Design) -> Table:
    unit = period_name(design.periods)
    rows = [
        (
            f"{window.operation}, {window.name}",
            span_text(window.periods),
            len(window.periods),
            _days_inside(design, window),
            _share(design, window),
        )
        for window in design.windows
    ]
    before = pd.PeriodIndex(design.periods[design.baseline])
    rows.insert(0, ("before", span_text(before), len(before), None, None))
    if len(design.trigger_periods):
        rows.insert(
            1, ("trigger", span_text(design.trigger_periods), len(design.trigger_periods), None, None)
        )
    return Table(
        "windows",
        "The windows the counts are divided into",
        (
            Column("Window"),
            Column("From and to"),
            Column(f"{unit.capitalize()}s", "count"),
            Column("Days it was in force", "text", NOT_APPLICABLE),
            Column("Share of the days", "share", NOT_APPLICABLE),
        ),
        rows,
        ("The trigger is the spike before the operation; it is kept out of what is taken as usual.",)
        if len(design.trigger_periods)
        else (),
    )


def _days_inside(design: Design, window: Window) -> str | None:
    """Days of the operation in the window, of all its days."""
    if window.name != "during":
        return None
    days = days_in(window.periods)
    inside = window.share[design.periods.isin(window.periods)] * days
    return f"{shown(inside.sum(), 'count')} of {shown(days.sum(), 'count')}"


def _share(design: Design, window: Window) -> float | None:
    if window.name != "during":
        return None
    days = days_in(window.periods)
    return float((window.share[design.periods.isin(window.periods)] * days).sum() / days.sum())


def _events_table(findings: Findings) -> Table:
    rows = []
    for event in findings.events:
        dates = dates_text(pd.Timestamp(event.start), pd.Timestamp(event.end or event.start))
        rows.append((event.name, dates, event.source or None))
    return Table(
        "events",
        "What else was going on",
        (Column("Event"), Column("Dates"), Column("Source", "text", "not said in the plan")),
        rows,
        (
            "What else was done at the same time cannot be told apart from the operation by counts alone; whatever it "
            "achieved is credited to the operation.",
        ),
    )
