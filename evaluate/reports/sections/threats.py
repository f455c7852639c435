"""One row for each thing that could fool the reader: how the study deals with it, and which way what is left points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from evaluate.claims.grade import SMALL_COUNT
from evaluate.data.calendar import PANDEMIC
from evaluate.data.periods import period_name
from evaluate.design.design import Design
from evaluate.reports.blocks import Block, Heading, Paragraph, TableBlock
from evaluate.reports.findings import Finding, Findings
from evaluate.reports.protection import Protected
from evaluate.reports.sections.words import day_text, plural, span_text
from evaluate.reports.tables import Column, Table, shown

LARGER: Final = "Makes a fall look larger"
SMALLER: Final = "Makes a fall look smaller"
EITHER: Final = "Could go either way"


@dataclass(frozen=True)
class Threat:
    """One row of the table.

    Parameters
    ----------
    number : str
        Its number in the list of threats the package keeps.
    name, addressed, remaining, direction : str
        What it is; what the study does about it; what is left; which way that points.
    """

    number: str
    name: str
    addressed: str
    remaining: str
    direction: str


def threats_section(report: Protected) -> tuple[Block, ...]:
    """Compose the table of threats."""
    findings = report.findings
    threats = [threat(findings, findings.findings[0]) for threat in THREATS]
    rows = [(f"{t.number} {t.name}", t.addressed, t.remaining, t.direction) for t in threats if t is not None]
    table = Table(
        "threats",
        "What could fool us, what was done about it, and what is left",
        (
            Column("Threat"),
            Column("Addressed by"),
            Column("What is left"),
            Column("Which way that points"),
        ),
        rows,
    )
    return (
        Heading("What could fool us", anchor="threats"),
        Paragraph(
            "Counts can fall without an operation having done anything, and an operation can work without the counts "
            "showing it. Each row is one way to be fooled. The last column says which way the remaining error points."
        ),
        TableBlock(table),
    )


def check_answer(finding: Finding, name: str) -> str:
    """Return what a check found, or the empty string where it was not made."""
    found = finding.checks.get(name) if finding.checks else None
    return "" if found is None else found.answer


def _with_answers(what: str, finding: Finding, *checks: str) -> str:
    """What the study does about a threat, then what each check that was made of it found."""
    return " ".join(text for text in (what, *(check_answer(finding, name) for name in checks)) if text)


def _diagnostic(finding: Finding, *names: str) -> float | None:
    """The first of some numbers that the headline method says about itself."""
    for name in names if finding.result else ():
        value = finding.result.diagnostics.get(name) if finding.result else None
        if isinstance(value, int | float):
            return float(value)
    return None


def _spike(findings: Findings, finding: Finding) -> Threat:
    periods = findings.design.trigger_periods
    if len(periods):
        what = f"The spike ({span_text(periods)}) has a term of its own and is not part of what is taken as usual."
    else:
        what = "The plan names no spike before the operation, so none was kept out."
    left = "What goes up by chance comes down by itself; a part of that can remain where spikes last."
    what = _with_answers(what, finding, "regression to the mean")
    return Threat("T1", "The spike that prompted the operation", what, left, LARGER)


def _enforcement(findings: Findings, finding: Finding) -> Threat:
    names = [outcome.name for outcome in findings.outcomes if outcome.generation == "enforcement"]
    mixed = [outcome.name for outcome in findings.outcomes if outcome.generation == "mixed"]
    what = "No outcome used here counts what officers did."
    if names:
        what = f"Counted as activity only, never as crime falling or rising: {', '.join(names)}."
    left = (
        f"In part from officers' activity: {', '.join(mixed)}."
        if mixed
        else "More officers also take more reports."
    )
    what = _with_answers(what, finding, "enforcement-generated counts")
    return Threat("T2", "Offences recorded because officers were there", what, left, SMALLER)


def _recording(findings: Findings, finding: Finding) -> Threat:
    what = "Control areas are recorded by the same rules, so a change that affects all of them cancels out."
    if not findings.design.control:
        what = "There are no control areas, so a change in recording cannot be told from a change in crime."
    left = "A change in recording in the treated area alone."
    what = _with_answers(what, finding, "recording change", "negative control outcome")
    return Threat("T3", "Changes in how crime is recorded", what, left, EITHER)


def _small_counts(findings: Findings, finding: Finding) -> Threat:
    what = (
        f"Methods for counts; no percentage change where fewer than {SMALL_COUNT} were expected; the smallest "
        "detectable fall is stated."
    )
    return Threat("T4", "Small numbers", what, "Wide intervals, which are shown.", EITHER)


def _part_of_period(findings: Findings, finding: Finding) -> Threat | None:
    design = findings.design
    parts = [
        window for window in design.windows if window.name == "during" and _mean_share(design, window) < 1
    ]
    if not parts:
        return None
    shares = ", ".join(
        f"{window.operation} {shown(_mean_share(design, window), 'share')}" for window in parts
    )
    what = f"The effect is applied to the days the operation ran only (share of the days: {shares})."
    left = "What happened on those days cannot be told from the rest of the period."
    return Threat("T5", "An operation shorter than the period counted", what, left, SMALLER)


def _mean_share(design: Design, window: object) -> float:
    periods = design.periods.isin(window.periods)  # type: ignore[attr-defined]
    days = design.exposure_days[periods]
    return float((window.share[periods] * days).sum() / days.sum())  # type: ignore[attr-defined]


def _displacement(findings: Findings, finding: Finding) -> Threat:
    buffers = len(findings.design.buffer)
    what = f"{plural(buffers, 'neighbouring area')} watched separately and kept out of the controls."
    if not buffers:
        what = "No neighbouring area was watched."
    left = "Crime that moved further away, indoors or to other days is not seen."
    return Threat(
        "T6", "Crime that moved elsewhere", _with_answers(what, finding, "displacement"), left, LARGER
    )


def _contaminated_controls(findings: Findings, finding: Finding) -> Threat | None:
    design = findings.design
    if not design.control:
        return None
    left_out = len(design.excluded)
    what = f"{plural(len(design.control), 'control area')}; neighbours are not among them"
    what += f", and {plural(left_out, 'area')} with a reason against them were left out." if left_out else "."
    left = "Controls that had operations of their own, or gained from this one."
    what = _with_answers(what, finding, "control contamination", "leave one out")
    return Threat("T7", "Controls that were touched too", what, left, SMALLER)


def _many_questions(findings: Findings, finding: Finding) -> Threat:
    claims = len(findings.findings)
    fits = len(findings.sensitivities)
    what = (
        f"One primary claim fixed in the plan; all {plural(claims, 'claim')} and every sensitivity are shown."
    )
    if not fits:
        what = f"One primary claim fixed in the plan; all {plural(claims, 'claim')} shown."
    if not findings.adjusted.empty or not findings.pooled.empty:
        what += " Secondary effects are shown adjusted or pooled beside what they are alone."
    left = "One striking result among several can be chance."
    what = _with_answers(what, finding, "listed sensitivities", "specification curve")
    return Threat("T8", "Asking many questions", what, left, LARGER)


def _anticipation(findings: Findings, finding: Finding) -> Threat:
    table = findings.sensitivities
    tried = not table.empty and table["sensitivity"].astype(str).str.contains("taken as|start").any()
    what = (
        "Other dates given for the start are tried under sensitivity." if tried else "Only the plan's dates."
    )
    left = "Change that began when the operation was announced, before its first day."
    what = _with_answers(what, finding, "anticipation", "start date")
    return Threat("T9", "Change before the first day", what, left, SMALLER)


def _season(findings: Findings, finding: Finding) -> Threat:
    design = findings.design
    by = "the control areas and yearly waves" if design.control else "yearly waves fitted to the past"
    what = f"The season is taken from {by}; each {period_name(design.periods)} counts by its number of days."
    return Threat("T10", "Season, weekdays, holidays", what, "Movable holidays and local events.", EITHER)


def _autocorrelation(findings: Findings, finding: Finding) -> Threat:
    value = _diagnostic(finding, "autocorrelation", "rho")
    what = "The method allows one period to resemble the one before it."
    if value is not None:
        what = f"{what[:-1]} (estimated correlation {shown(value, 'ratio')})."
    left = "Slow drifts that look like the start of an effect."
    what = _with_answers(what, finding, "placebo in time")
    return Threat("T11", "Good and bad spells that last", what, left, EITHER)


def _overdispersion(findings: Findings, finding: Finding) -> Threat:
    what = "Counts may vary more than chance alone would have it, and the intervals allow for it."
    what = _with_answers(what, finding, "residuals")
    return Threat("T12", "Counts that vary more than chance", what, "Rare bursts of incidents.", EITHER)


def _boundary(findings: Findings, finding: Finding) -> Threat:
    named = [event.name for event in findings.events if "boundar" in event.name.lower()]
    what = "Areas are matched by their codes only, never by their names."
    if named:
        what += f" The plan notes: {', '.join(named)}."
    facts = finding.verdict.facts
    left = "A boundary that moved under an unchanged code."
    if facts is not None and facts.boundary_break:
        left = "A boundary moved inside the data and was bridged, which lowers confidence."
    return Threat("T13", "Boundaries that moved", what, left, EITHER)


def _pandemic(findings: Findings, finding: Finding) -> Threat | None:
    began = pd.Timestamp(min(first for first, _ in PANDEMIC.values()))
    if findings.design.periods[-1].end_time < began:
        return None
    what = f"The data run past {day_text(began)}; only a comparison with control areas can allow for the pandemic."
    return Threat("T14", "The pandemic and later shocks", what, "Areas were not affected alike.", EITHER)


def _co_interventions(findings: Findings, finding: Finding) -> Threat:
    number = len(findings.events)
    what = (
        f"{plural(number, 'other event')} named in the plan and drawn on the timeline."
        if number
        else "None named."
    )
    if len(findings.design.operations) > 1:
        what += " Each operation has an effect of its own, the later one judged against what the earlier one left."
    left = "Whatever else was done in the area at the time is credited to the operation."
    return Threat("T15", "Other things done at the same time", what, left, LARGER)


def _location(findings: Findings, finding: Finding) -> Threat:
    snapped = (
        "police" in findings.panel.provenance.layout.lower()
        and "uk" in findings.panel.provenance.layout.lower()
    )
    what = "Counts are by area as published by the force."
    if snapped:
        what = (
            "Published points are moved to hide addresses; counts are by area, which few of the moves cross."
        )
    left = "Incidents put into the wrong area, which blurs any effect."
    name = "Places recorded inexactly, or a street inside an area"
    return Threat("T16", name, _with_answers(what, finding, "dilution"), left, SMALLER)


def _chosen_window(findings: Findings, finding: Finding) -> Threat:
    what = "Windows are those of the claim or fixed in the plan; every window is shown, not only the claim's."
    left = "A speaker can choose the months that look best."
    what = _with_answers(what, finding, "window length")
    return Threat("T17", "A window chosen after the event", what, left, LARGER)


def _late_records(findings: Findings, finding: Finding) -> Threat:
    extracted = findings.panel.provenance.extracted
    when = (
        f"The publisher's extract is dated {extracted}."
        if extracted
        else "The file does not say when it was made."
    )
    left = "Records added or reclassified later, mostly in the latest months."
    return Threat("T18", "Records that arrive late", when, left, LARGER)


THREATS: Final[tuple[Callable[[Findings, Finding], Threat | None], ...]] = (
    _spike,
    _enforcement,
    _recording,
    _small_counts,
    _part_of_period,
    _displacement,
    _contaminated_controls,
    _many_questions,
    _anticipation,
    _season,
    _autocorrelation,
    _overdispersion,
    _boundary,
    _pandemic,
    _co_interventions,
    _location,
    _chosen_window,
    _late_records,
)
"""In the order of the package's list of threats; one that does not apply to the study gives no row."""
