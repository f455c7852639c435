"""What published standards ask of such a study: a checklist for interrupted time series, and the EMMIE boxes."""

from __future__ import annotations

from typing import Final

from evaluate.data.periods import period_name
from evaluate.reports.blocks import Block, Heading, Paragraph, TableBlock
from evaluate.reports.findings import Findings
from evaluate.reports.protection import Protected
from evaluate.reports.sections.words import plural, span_text
from evaluate.reports.tables import Column, Table, shown

NOT_ASSESSED: Final = "Not assessed."


def checklist_section(report: Protected) -> tuple[Block, ...]:
    """Compose the checklist; no formal one exists, so the items are those that reviews found missing most often."""
    rows = [(item, answer) for item, answer in _items(report.findings) if answer]
    table = Table(
        "checklist",
        "Checklist for interrupted time series",
        (Column("Item"), Column("In this study")),
        rows,
        ("Items after Hudson and others (2019), BMC Medical Research Methodology 19.",),
    )
    return (Heading("Checklist for interrupted time series", anchor="checklist"), TableBlock(table))


def _items(findings: Findings) -> list[tuple[str, str]]:
    design, primary = findings.design, findings.findings[0]
    unit = period_name(design.periods)
    diagnostics = primary.result.diagnostics if primary.result else {}
    dispersion = next(
        (diagnostics[key] for key in ("overdispersion", "dispersion") if key in diagnostics), None
    )
    correlation = diagnostics.get("autocorrelation")
    sources = "; ".join(f"{o.name}: {o.note or 'source not given'}" for o in design.operations)
    plan_first = bool(findings.manifest.get("plan_before_data", False))
    controls = plural(len(design.control), "control area")
    return [
        ("Why this design", "One place and dated operations; areas could not be assigned by lot."),
        ("Date of the intervention, and how it is known", f"{sources}."),
        (
            "Number and spacing of points",
            f"{plural(len(design.periods), unit)}, {span_text(design.periods)}; "
            f"{plural(int(design.baseline.sum()), unit)} before, outside the trigger.",
        ),
        ("Shape of the effect, fixed beforehand", "One constant change in each window of each operation."),
        ("Plan fixed before the data were read", "Yes." if plan_first else "No: planned with hindsight."),
        (
            "Spike before the operation",
            f"{span_text(design.trigger_periods)}, kept apart."
            if len(design.trigger_periods)
            else "None named.",
        ),
        ("Season", "Yearly waves and control areas." if design.control else "Yearly waves."),
        (
            "Autocorrelation",
            f"Modelled; estimated at {shown(correlation, 'ratio')}."
            if isinstance(correlation, float)
            else "See the method's description.",
        ),
        (
            "Overdispersion",
            f"Allowed for; estimated at {shown(dispersion, 'number')}."
            if isinstance(dispersion, float)
            else "See the method's description.",
        ),
        (
            "Other events",
            f"{plural(len(findings.events), 'event')} named." if findings.events else "None named.",
        ),
        ("Choice of controls", f"{controls}; neighbours and areas with operations of their own left out."),
        (
            "Power",
            f"Smallest detectable fall {shown(primary.verdict.smallest_detectable, 'share', missing='not known')} "
            "(primary claim).",
        ),
        ("Effect with its interval", "For every window, under each claim."),
        ("Recorded and expected drawn together", "Under each claim, with every point."),
        (
            "Sensitivity",
            f"{plural(len(findings.sensitivities), 'other choice')} tried."
            if len(findings.sensitivities)
            else "None.",
        ),
        ("Data and code", "Named with their hashes and versions at the end of this report."),
    ]


def emmie_section(report: Protected) -> tuple[Block, ...]:
    """Compose the EMMIE boxes: counts fill the first, an author has to fill the others."""
    verdict = report.findings.findings[0].verdict
    rows = (
        ("Effect", "Did it work, and by how much?", verdict.words),
        ("Mechanism", "How does it work?", NOT_ASSESSED),
        ("Moderators", "Where and for whom does it work?", NOT_ASSESSED),
        ("Implementation", "What does it take to do it?", NOT_ASSESSED),
        ("Economic cost", "What does it cost, and what is it worth?", NOT_ASSESSED),
    )
    table = Table("emmie", "EMMIE", (Column("Dimension"), Column("Question"), Column("This study")), rows)
    return (
        Heading("EMMIE: what else an evaluation should say", anchor="emmie"),
        Paragraph(
            "EMMIE is the College of Policing's framework for what is known about an intervention. Counts can speak "
            f"to the first row only. On the Maryland scale of designs this study is at level {verdict.maryland} of 5."
        ),
        TableBlock(table),
    )
