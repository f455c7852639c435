"""Take out of a study's findings every person-related count that must not be published, before anything is written.

The totals of every window of every design asked of an outcome are protected together with the periods they add up, so
that no difference between two of them gives a hidden count away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult, CheckResults
from evaluate.data.panel import Panel
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.reports.counts import Stretch, series, stretches, total
from evaluate.reports.disclosure import Sum, hidden_cells
from evaluate.reports.findings import Finding, Findings
from evaluate.reports.tables import CONFIDENTIAL

THRESHOLD = "disclosure_threshold"
"""Entry of the manifest that holds the smallest count above 0 that may be shown; 5 where there is none."""

NO_ANSWER = "Not published: it is made of counts some of which are too small."
WITHHELD = "The counts behind this are too small to be published, because they could point to a person."

Key = tuple[str, frozenset[str], tuple[pd.Period, ...]]
"""Outcome, areas and periods of a total."""


@dataclass(frozen=True, eq=False)
class Protected:
    """Findings that hold nothing confidential, and the totals that may be shown.

    Parameters
    ----------
    findings : Findings
        With every hidden count missing from the panel, and every number it could be worked out from.
    hidden : frozenset
        Outcome, areas and periods of each hidden total.
    totals : mapping
        Totals of person-related outcomes that may be shown, which the panel no longer adds up to.
    secret : frozenset of str
        Outcomes with a hidden count.
    """

    findings: Findings
    hidden: frozenset[Key] = frozenset()
    totals: dict[Key, float] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()

    def total(self, design: Design, areas: Sequence[str], stretch: Stretch) -> float | str:
        """Return a stretch's total, or the marker "[c]"."""
        key = _key(design.outcome, areas, stretch.periods)
        if key in self.hidden:
            return CONFIDENTIAL
        return self.totals[key] if key in self.totals else total(series(design, areas), stretch)

    def is_hidden(self, design: Design, operation: str, window: str) -> bool:
        """Say whether the treated count of a window is hidden."""
        return _key(design.outcome, design.treated, design.window(operation, window).periods) in self.hidden

    def holds_secret(self, outcome: str) -> bool:
        """Say whether any count of the outcome is hidden, of a period or a stretch."""
        return outcome in self.secret

    def hides_a_total(self, design: Design) -> bool:
        """Say whether any treated or buffer total of a design is hidden."""
        return any(
            _key(design.outcome, areas, stretch.periods) in self.hidden
            for areas in (design.treated, design.buffer)
            for stretch in stretches(design)
        )


def protect_findings(findings: Findings) -> Protected:
    """Hide what must be hidden, by the outcomes' registry and the manifest's threshold.

    Parameters
    ----------
    findings : Findings
        As the study found them.

    Returns
    -------
    Protected
        The same findings where no outcome is person-related.
    """
    people = [outcome.name for outcome in findings.outcomes if outcome.person_related]
    people = [outcome for outcome in people if outcome in findings.panel.outcomes]
    threshold = int(findings.manifest.get(THRESHOLD, 5))
    panel, hidden, totals, secret = findings.panel, set[Key](), dict[Key, float](), set[str]()
    for outcome in people:
        arms = _arms(findings, outcome)
        for areas, designs in arms.items():
            mask, totals_hidden, totals_shown = _protect_arm(designs, areas, threshold)
            panel = _without(panel, outcome, areas, mask)
            hidden |= totals_hidden
            totals |= totals_shown
            if mask or totals_hidden:
                secret.add(outcome)
    if not people:
        return Protected(findings)
    protected = Protected(findings, frozenset(hidden), totals, frozenset(secret))
    cleaned = replace(
        findings,
        panel=panel,
        design=replace(findings.design, panel=panel),
        findings=[_clean_finding(finding, panel, protected) for finding in findings.findings],
        sensitivities=_clean_sensitivities(findings, protected),
    )
    return replace(protected, findings=cleaned)


def hidden_stretches(
    designs: Sequence[Design], areas: Iterable[str], *, threshold: int = 5
) -> frozenset[str]:
    """Name the stretches of the first design whose totals must not be published.

    Parameters
    ----------
    designs : sequence of Design
        Every design whose totals of these areas are published, all of one person-related outcome.
    areas : iterable of str
        Codes of the areas that are added together.
    threshold : int
        The smallest count above 0 that may be shown.

    Returns
    -------
    frozenset of str
        Names as ``counts.stretches`` gives them.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.data.simulator import Process
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, process=Process(mean=4.0), seed=2))
    >>> sorted(hidden_stretches([design], design.treated))
    ['operation, during']
    """
    members = frozenset(areas)
    _, hidden, _ = _protect_arm(designs, members, threshold)
    first = designs[0]
    return frozenset(
        stretch.name
        for stretch in stretches(first)
        if _key(first.outcome, members, stretch.periods) in hidden
    )


def _arms(findings: Findings, outcome: str) -> dict[frozenset[str], list[Design]]:
    """Every group of areas whose counts of the outcome are added together, with the designs that do so."""
    designs = [findings.design.for_outcome(outcome)]
    for finding in findings.findings:
        for result in (finding.result, *finding.comparisons):
            if result is not None and result.design.outcome == outcome:
                designs.append(result.design)
    arms: dict[frozenset[str], list[Design]] = {}
    for design in designs:
        for areas in (design.treated, design.buffer, tuple(design.control)):
            if areas:
                arms.setdefault(frozenset(areas), []).append(design)
    return arms


def _protect_arm(
    designs: Sequence[Design], areas: frozenset[str], threshold: int
) -> tuple[set[pd.Period], set[Key], dict[Key, float]]:
    """Protect the periods of one group of areas together with every total of them that is published."""
    outcome, members = designs[0].outcome, sorted(areas)
    counts: pd.Series = pd.concat([series(design, members) for design in designs])
    counts = counts[~counts.index.duplicated()].sort_index()
    keys: dict[Key, Stretch] = {}
    for design in designs:
        for stretch in stretches(design):
            keys.setdefault(_key(outcome, members, stretch.periods), stretch)
    values, sums = list(counts.to_numpy(dtype=float)), []
    for stretch in keys.values():
        parts = np.flatnonzero(counts.index.isin(stretch.periods))
        sums.append(Sum(len(values), tuple(int(part) for part in parts)))
        values.append(total(counts, stretch))
    hidden = hidden_cells(values, sums, threshold=threshold)
    periods = {period for period, is_hidden in zip(counts.index, hidden, strict=False) if is_hidden}
    marked = dict(zip(keys, hidden[len(counts) :], strict=True))
    shown = {key: values[len(counts) + at] for at, key in enumerate(keys) if not marked[key]}
    return periods, {key for key, is_hidden in marked.items() if is_hidden}, shown


def _key(outcome: str, areas: Iterable[str], periods: pd.PeriodIndex) -> Key:
    return (outcome, frozenset(areas), tuple(periods))


def _without(panel: Panel, outcome: str, areas: Iterable[str], periods: set[pd.Period]) -> Panel:
    """Blank the areas' counts of an outcome in some periods."""
    if not periods:
        return panel
    counts = panel.counts.copy(deep=True)
    rows = np.asarray(panel.areas.isin(list(areas)))
    columns = np.asarray(panel.periods.isin(list(periods)))
    values = counts.values
    values[np.ix_(rows, columns, np.asarray(panel.outcomes == outcome))] = np.nan
    return replace(panel, counts=counts.copy(data=values))


def _clean_finding(finding: Finding, panel: Panel, protected: Protected) -> Finding:
    """Take hidden counts, and what would give them away, out of one finding."""
    if finding.result is None:
        return finding
    outcome = finding.result.design.outcome
    secret = protected.holds_secret(outcome)
    result = _clean_result(finding.result, panel, protected)
    comparisons = [_clean_result(comparison, panel, protected) for comparison in finding.comparisons]
    cleaned = replace(finding, result=result, comparisons=comparisons)
    if not secret:
        return cleaned
    # Checks add up months as they please, in sums that were not protected: none of their numbers is published.
    checks = finding.checks and CheckResults([_clean_check(check) for check in finding.checks])
    cleaned = replace(cleaned, checks=checks)
    if not protected.hides_a_total(finding.result.design):
        return cleaned
    # Reasons and paragraph are sentences with this design's totals in them.
    paragraph = f"{finding.verdict.words} {WITHHELD}"
    return replace(
        cleaned, verdict=replace(finding.verdict, reasons=(WITHHELD,), paragraph=paragraph, facts=None)
    )


def _clean_result(result: Result, panel: Panel, protected: Protected) -> Result:
    """Blank the hidden periods and windows of a result."""
    design = replace(result.design, panel=panel)
    table = result.counterfactual.assign(observed=design.treated_counts)
    effects = [
        _blank(effect) if protected.is_hidden(result.design, effect.operation, effect.window) else effect
        for effect in result.effect_list
    ]
    draws = None if protected.holds_secret(design.outcome) else result.draws
    return replace(result, design=design, counterfactual=table, effect_list=effects, draws=draws)


def _blank(effect: Effect) -> Effect:
    """Leave of an effect what no count follows from."""
    nan = float("nan")
    return replace(
        effect,
        observed=nan,
        rate_ratio=nan,
        lower=nan,
        upper=nan,
        prevented=nan,
        prevented_lower=nan,
        prevented_upper=nan,
        ratio=None,
    )


def _clean_sensitivities(findings: Findings, protected: Protected) -> pd.DataFrame:
    """Blank the estimates of claims about an outcome with hidden counts."""
    secret = {
        name
        for finding in findings.findings
        if finding.result is not None and protected.holds_secret(finding.result.design.outcome)
        for name in (finding.claim.id, finding.claim.text)
    }
    table = findings.sensitivities
    if table.empty or not secret:
        return table
    columns = [name for name in ("rate_ratio", "lower", "upper") if name in table]
    return table.assign(**{name: table[name].mask(table["claim"].isin(secret)) for name in columns})


def _clean_check(check: CheckResult) -> CheckResult:
    nan = float("nan")
    return replace(check, answer=NO_ANSWER, number=nan, threshold=nan, table=pd.DataFrame(), facts={})
