"""A study's findings as they may be published: every person-related count that must be hidden is out of them.

What is hidden is decided in :mod:`evaluate.reports.ties` and :mod:`evaluate.reports.suppression`, before anything is
written; the writers only ever see what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from evaluate.data.panel import Panel
from evaluate.design.design import Design
from evaluate.reports.counts import Stretch, series, stretches, total
from evaluate.reports.findings import Findings
from evaluate.reports.suppression import Suppression
from evaluate.reports.tables import CONFIDENTIAL, LOW
from evaluate.reports.ties import suppress_all
from evaluate.reports.withholding import (
    clean_adjusted,
    clean_finding,
    clean_notes,
    clean_pooled,
    clean_sensitivities,
)

THRESHOLD = "disclosure_threshold"
"""Entry of the manifest that holds the smallest count above 0 that may be shown; 5 where there is none."""

ROUNDING = "disclosure_rounding"
"""Entry of the manifest that holds what totals are rounded to a multiple of; 1, which is no rounding, where none."""


@dataclass(frozen=True, eq=False)
class Protected:
    """Findings that hold nothing confidential, and the totals that may be shown.

    Parameters
    ----------
    findings : Findings
        With every hidden count missing from the panel, and every number it could be worked out from.
    suppressions : mapping of str to Suppression
        What is hidden of each outcome that is person-related, or left out for the sake of one that is.
    rounding : int
        What the totals of person-related outcomes are rounded to a multiple of, after what is small is hidden; from
        2 on, their counts by period are not published at all.
    """

    findings: Findings
    suppressions: Mapping[str, Suppression] = field(default_factory=dict)
    rounding: int = 1

    def total(self, design: Design, areas: Sequence[str], stretch: Stretch) -> float | str:
        """Return a stretch's total, rounded where that is asked for, or the marker "[c]"."""
        suppression = self.suppressions.get(design.outcome)
        if suppression is None:
            return total(series(design, areas), stretch)
        if suppression.hides(areas, stretch.periods):
            return CONFIDENTIAL
        return rounded_to(suppression.total(areas, stretch.periods), self.rounding)

    def window_total(self, design: Design, operation: str, window: str) -> float | str:
        """Return the treated count of a window, as ``total`` does."""
        return self.total(design, design.treated, Stretch(window, design.window(operation, window).periods))

    def holds_secret(self, outcome: str) -> bool:
        """Say whether any count of the outcome is hidden, of a period or a stretch.

        Nothing that a method estimated from such counts is published: an expected count is a sum of them with known
        weights.
        """
        suppression = self.suppressions.get(outcome)
        return suppression is not None and (suppression.secret or self.rounding > 1)

    def hides_a_total(self, design: Design) -> bool:
        """Say whether any treated or buffer total of a design is hidden."""
        suppression = self.suppressions.get(design.outcome)
        return suppression is not None and any(
            suppression.hides(areas, stretch.periods)
            for areas in (design.treated, design.buffer)
            if areas
            for stretch in stretches(design)
        )

    @property
    def hides_rows(self) -> bool:
        """Say whether the number of rows read is hidden: where a row is an incident it is a total of them all."""
        periods = self.findings.panel.periods
        covered = periods.isin(self.findings.design.periods).all()
        return bool(covered) and any(self.holds_secret(outcome) for outcome in self.suppressions)


def rounded_to(value: float, base: int) -> float | str:
    """Round a count to a multiple; a count that would read as nought and is none gets the marker "[low]".

    Examples
    --------
    >>> rounded_to(37.0, 5), rounded_to(2.0, 5), rounded_to(0.0, 5), rounded_to(37.0, 1)
    (35.0, '[low]', 0.0, 37.0)
    """
    if np.isnan(value) or base == 1:
        return value
    near = float(base * np.floor(value / base + 0.5))
    return LOW if near == 0 < value else near


def protect_findings(findings: Findings) -> Protected:
    """Hide what must be hidden, by the outcomes' registry and the manifest's threshold and rounding.

    Parameters
    ----------
    findings : Findings
        As the study found them.

    Returns
    -------
    Protected
        The same findings where no outcome is person-related.
    """
    if not any(outcome.person_related for outcome in findings.outcomes):
        return Protected(findings)
    suppressions = suppress_all(
        findings.outcomes,
        {outcome.name: _designs(findings, outcome.name) for outcome in findings.outcomes},
        claimed=_claimed(findings),
        threshold=int(findings.manifest.get(THRESHOLD, 5)),
    )
    protected = Protected(findings, suppressions, int(findings.manifest.get(ROUNDING, 1)))
    panel = _panel(findings.panel, protected)
    secret = frozenset(outcome for outcome in suppressions if protected.holds_secret(outcome))
    people = frozenset(outcome.name for outcome in findings.outcomes if outcome.person_related)
    cleaned = [
        clean_finding(
            finding,
            panel,
            secret,
            people,
            hides_a_total=finding.result is not None and protected.hides_a_total(finding.result.design),
        )
        for finding in findings.findings
    ]
    return replace(
        protected,
        findings=replace(
            findings,
            panel=panel,
            design=replace(findings.design, panel=panel),
            findings=cleaned,
            sensitivities=clean_sensitivities(findings, secret),
            adjusted=clean_adjusted(findings.adjusted, secret),
            pooled=clean_pooled(findings.pooled, secret),
            notes=clean_notes(findings.notes, cleaned),
            manifest=_manifest(findings.manifest, protected, secret),
        ),
    )


def _claimed(findings: Findings) -> list[str]:
    """Outcomes that claims are about, the primary one first."""
    outcomes = [one.claim.outcome for one in findings.findings if one.claim.outcome]
    return list(dict.fromkeys([findings.design.outcome, *outcomes]))


def _designs(findings: Findings, outcome: str) -> list[Design]:
    """Every design whose counts of an outcome are published; none where the data do not have it."""
    if outcome not in findings.panel.outcomes:
        return []
    designs = [findings.design.for_outcome(outcome)]
    for finding in findings.findings:
        for result in (finding.result, *finding.comparisons):
            if result is not None and result.design.outcome == outcome:
                designs.append(result.design)
    return designs


def _panel(panel: Panel, protected: Protected) -> Panel:
    """The panel without the counts of periods that are hidden."""
    counts = panel.counts.copy(deep=True)
    values = counts.values
    for outcome, suppression in protected.suppressions.items():
        column = np.asarray(panel.outcomes == outcome)
        if suppression.refused or protected.rounding > 1:
            values[:, :, column] = np.nan
        for areas, periods in suppression.periods.items():
            rows = np.asarray(panel.areas.isin(list(areas)))
            values[np.ix_(rows, np.asarray(panel.periods.isin(list(periods))), column)] = np.nan
    return replace(panel, counts=counts.copy(data=values))


def _manifest(manifest: Mapping[str, Any], protected: Protected, secret: Iterable[str]) -> Mapping[str, Any]:
    """The manifest without totals of outcomes that are left out, and without rows that are a total."""
    reading = manifest.get("data")
    if not isinstance(reading, Mapping):
        return manifest
    entries = dict(reading)
    for name in ("totals", "missing"):
        if name in entries:
            entries[name] = {outcome: n for outcome, n in entries[name].items() if outcome not in secret}
    if protected.hides_rows and "files" in entries:
        kept = ("name", "sha256")
        entries["files"] = [{name: file[name] for name in kept if name in file} for file in entries["files"]]
    return {**manifest, "data": entries}
