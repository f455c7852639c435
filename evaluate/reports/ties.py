"""What outcomes made of the same categories tell of each other, such as all crime with and without one offence.

A person-related count is no more secret than the difference of two counts that are published. What the other outcomes
leave it, period by period, is a smallest and a largest value; where these are one, an outcome is not published at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from evaluate.design.design import Design
from evaluate.errors import DataError
from evaluate.reports.counts import series
from evaluate.reports.findings import OutcomeInfo
from evaluate.reports.intruder import Intruder, Sum
from evaluate.reports.suppression import Bounds, Suppression, groups_of, suppress


def suppress_all(
    outcomes: Sequence[OutcomeInfo],
    designs: Mapping[str, Sequence[Design]],
    *,
    claimed: Sequence[str] = (),
    threshold: int = 5,
) -> dict[str, Suppression]:
    """Decide what is hidden of every person-related outcome, and which outcome is not published for its sake.

    Parameters
    ----------
    outcomes : sequence of OutcomeInfo
        Every outcome that is published.
    designs : mapping of str to sequence of Design
        Outcome to every design whose counts of it are published; none for one the data do not have.
    claimed : sequence of str
        Outcomes that claims are about, the primary one first: the first is never left out for another's sake, and
        the rest only where leaving out the others is not enough.
    threshold : int
        The smallest count above 0 that may be shown.

    Returns
    -------
    dict of str to Suppression
        For the person-related outcomes and those left out.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> found = suppress_all([OutcomeInfo("crime", "mixed", person_related=True)], {"crime": [design]})
    >>> found["crime"].secret
    False
    """
    known = [outcome for outcome in outcomes if designs.get(outcome.name)]
    found: dict[str, Suppression] = {}
    for outcome in known:
        if not outcome.person_related or outcome.name in found:
            continue
        relatives = _relatives(outcome, known)
        while True:
            shown = [one for one in relatives if one.name not in found or not found[one.name].refused]
            try:
                bounds = known_from_others(outcome, shown, designs)
                found[outcome.name] = suppress(designs[outcome.name], threshold=threshold, bounds=bounds)
                break
            except DataError:
                left_out = _least_important(shown, claimed)
                if left_out is None:
                    why = f"small counts of it follow from {' and '.join(one.name for one in shown)}"
                    found[outcome.name] = Suppression(outcome.name, refused=why)
                    break
                why = f"small counts of {outcome.name} follow from it"
                found[left_out.name] = Suppression(left_out.name, refused=why)
    return found


def known_from_others(
    outcome: OutcomeInfo, others: Sequence[OutcomeInfo], designs: Mapping[str, Sequence[Design]]
) -> Bounds:
    """Work out what the counts of other outcomes leave for one, by group of areas and period.

    Parameters
    ----------
    outcome : OutcomeInfo
        The person-related one.
    others : sequence of OutcomeInfo
        Those that share categories with it or with each other; their counts of every period are taken as known.
    designs : mapping
        As for ``suppress_all``.

    Returns
    -------
    mapping
        (areas, period) to the smallest and largest count.
    """
    if not others:
        return {}
    overlap = _Overlap(outcome, others)
    bounds = {}
    for areas, own in groups_of(designs[outcome.name]).items():
        for design in own:
            known = [series(design.for_outcome(one.name), sorted(areas)).to_numpy() for one in others]
            for period, counts in zip(design.periods, np.transpose(known), strict=True):
                bounds[areas, period] = overlap.ends(tuple(counts.tolist()))
    return bounds


class _Overlap:
    """An outcome and others as sums of the categories that they share or do not share."""

    def __init__(self, outcome: OutcomeInfo, others: Sequence[OutcomeInfo]) -> None:
        together = [outcome, *others]
        pieces = dict.fromkeys(
            frozenset(at for at, one in enumerate(together) if category in one.parts)
            for one in together
            for category in one.parts
        )
        self._sums = [
            Sum(at, tuple(len(together) + number for number, piece in enumerate(pieces) if at in piece))
            for at in range(len(together))
        ]
        self._pieces = len(pieces)
        self._known: dict[tuple[float, ...], tuple[float, float]] = {}

    def ends(self, counts: tuple[float, ...]) -> tuple[float, float]:
        """Smallest and largest count of the outcome beside these of the others; NaN tells nothing."""
        if counts not in self._known:
            values = np.nan_to_num(np.array([0.0, *counts, *np.zeros(self._pieces)]))
            hidden = np.ones(len(values), dtype=bool)
            hidden[1 : len(counts) + 1] = np.isnan(counts)
            intruder = Intruder(values, self._sums)
            limits = intruder.careful(np.zeros(len(values)))
            span = intruder.span(hidden, 0, limits)
            ceiling = limits.most[0]
            least, highest = span if span is not None else (0, ceiling)
            self._known[counts] = (float(least), np.inf if highest >= ceiling else float(highest))
        return self._known[counts]


def _relatives(outcome: OutcomeInfo, outcomes: Iterable[OutcomeInfo]) -> list[OutcomeInfo]:
    """Other outcomes that share a category with this one, or with one that does."""
    found, waiting = [], [one for one in outcomes if one.name != outcome.name]
    reached = set(outcome.parts)
    while near := [one for one in waiting if reached & set(one.parts)]:
        found += near
        waiting = [one for one in waiting if one not in near]
        reached |= {category for one in near for category in one.parts}
    return found


def _least_important(outcomes: Sequence[OutcomeInfo], claimed: Sequence[str]) -> OutcomeInfo | None:
    """The outcome to leave out: not the primary one; one without a claim before one with; the last before the first."""
    candidates = [one for one in outcomes if one.name not in claimed[:1]]
    return max(
        candidates,
        key=lambda one: (one.name not in claimed, outcomes.index(one)),
        default=None,
    )
