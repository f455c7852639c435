"""How it was done in plain words, the scales used, and a glossary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evaluate.checks.measured import measured_like
from evaluate.claims.gather import claimed_window
from evaluate.data.periods import period_name
from evaluate.reports.blocks import Block, Definitions, Heading, Paragraph, TableBlock
from evaluate.reports.findings import Findings
from evaluate.reports.protection import Protected
from evaluate.reports.sections.provenance import flat_entries
from evaluate.reports.sections.words import CONFIDENCES, GRADES, capital, plural, span_text, treated_name
from evaluate.reports.tables import ROUNDING, Column, Table

METHODS: Final[Mapping[str, str]] = {
    "structural model": "A statistical model learns, from the time before the operation, how the treated area's counts "
    "move with those of the control areas, how they change with the season, and how far and for how long the area "
    "strays on its own. From that it works out what the counts would have been without the operation, and how "
    "uncertain that is. It is fitted to all periods at once, with one effect for each window of each operation, so "
    "that a later operation is judged against what the earlier one left behind.",
    "interrupted time series": "A line with a season is fitted to the counts, with a step where the operation begins. "
    "It uses the treated area's own past, and allows for one period resembling the one before.",
    "before-after": "The count in a window is compared with the count before, for as many days. It uses no controls, "
    "season or trend, and shows what the usual press figure amounts to.",
}
"""Each method in words a reader without statistics can follow, by its name."""

YARDSTICK: Final = (
    ("remote chance", "below 7.5%"),
    ("highly unlikely", "7.5% to 22.5%"),
    ("unlikely", "22.5% to 37.5%"),
    ("realistic possibility", "37.5% to 52.5%"),
    ("likely", "52.5% to 77.5%"),
    ("highly likely", "77.5% to 92.5%"),
    ("almost certain", "92.5% and more"),
)

SCALES: Final = (
    Table("yardstick", "Words for probabilities", (Column("Words"), Column("Probability")), YARDSTICK),
    Table("grades", "Design grades", (Column("Grade"), Column("What it means")), tuple(GRADES.items())),
    Table(
        "confidence",
        "Analytical confidence",
        (Column("Rating"), Column("What it means")),
        tuple((capital(rating), meaning) for rating, meaning in CONFIDENCES.items()),
    ),
)

GLOSSARY: Final = (
    ("Analytical confidence", "How far the analysis can be relied on: high, moderate or low. It stands beside every "
     "probability, because a probability from a weak design is worth less."),
    ("Autocorrelation", "The resemblance of one period's count to the one before it. A method that ignores it "
     "sees effects where there are none."),
    ("Buffer area", "An area next to the treated one, watched because crime may have moved there."),
    ("Control area", "An area where the operation did not take place, which shows what happened anyway."),
    ("Design grade", "How strong the comparison is, from A (best) to E, by what it is and not by what it found."),
    ("Expected count", "The count there would have been without the operation, as far as the method can tell."),
    ("Interval", "The range that holds the true value with the stated probability, if the method's assumptions hold."),
    ("Maryland scale", "A scale of research designs from 1 to 5. Comparing one area with others before and after is at "
     "most level 3."),
    ("Overdispersion", "Counts varying more than chance alone would make them."),
    ("Placebo", "The same method put to areas or dates where nothing was done, to see what it finds there."),
    ("Rate ratio", "Recorded over expected. 1 is no change, 0.5 half as many, 2 twice as many."),
    ("Regression to the mean", "What is unusually high tends to be lower next time, whatever is done."),
    ("Sensitivity", "The same question with one choice made differently."),
    ("Smallest detectable fall", "The smallest lasting fall that would be found at least four times in five."),
    ("Trigger", "The spike in counts that prompted the operation."),
)  # fmt: skip


def method_section(report: Protected) -> tuple[Block, ...]:
    """Describe the data, the comparison and the headline method."""
    findings = report.findings
    design, unit = findings.design, period_name(findings.design.periods)
    layout, controls = findings.panel.provenance.layout, plural(len(design.control), "control area")
    source = f" ({layout})" if layout else ""
    used = dict.fromkeys(
        result.estimator.name
        for finding in findings.findings
        for result in (finding.result, *finding.comparisons)
        if result is not None
    )
    blocks: list[Block] = [
        Heading("How it was done", anchor="method"),
        Paragraph(
            f"Recorded counts{source} for {treated_name(design)} and {controls} were followed {unit} by {unit} over "
            f"{plural(len(design.periods), unit)}, {span_text(design.periods)}. The question is always the same: how "
            "do the counts recorded compare with those to be expected had there been no operation?"
        ),
        Definitions([(capital(name), METHODS.get(name, NO_DESCRIPTION)) for name in used]),
        *_measured(findings),
        *_diagnostics(findings),
        Heading("The words and grades used", 3),
        Paragraph(
            "Words for probabilities are those of the yardstick of the Professional Head of Intelligence Assessment, "
            "with its gaps cut in the middle. A word never stands without its number and an analytical confidence."
        ),
        *(TableBlock(table, saved=False) for table in SCALES),
        Paragraph(ROUNDING, "small"),
        Heading("Glossary", 3),
        Definitions(GLOSSARY),
    ]
    return tuple(blocks)


NO_DESCRIPTION = "See the documentation of the package."


def _measured(findings: Findings) -> tuple[Block, ...]:
    """How often the headline method was wrong on simulated series like the primary claim's, where that is known."""
    first = findings.findings[0]
    if first.result is None:
        return ()
    window = claimed_window(first.claim, first.result)
    found = measured_like(first.result, operation=window.operation, window=window.name)
    return () if found is None else (Paragraph(found.sentence),)


def _diagnostics(findings: Findings) -> tuple[Block, ...]:
    """What the headline method says about itself, for the primary claim."""
    result = findings.findings[0].result
    if result is None or not result.diagnostics:
        return ()
    rows = [
        (capital(name.replace("_", " ")), _plain(value)) for name, value in flat_entries(result.diagnostics)
    ]
    table = Table(
        "diagnostics",
        f"What the {result.estimator.name} says about its own fit (primary claim)",
        (Column("Quantity"), Column("Value", "number")),
        rows,
    )
    return (TableBlock(table),)


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return "none" if value is None else ("yes" if value else "no")
    return value if isinstance(value, int | float | str) else str(value)
