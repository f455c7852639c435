"""Which counts of one person-related outcome are hidden: periods and totals of every group of areas, decided together.

The totals of every window of every design asked of the outcome are protected together with the periods they add up,
and groups of areas that overlap together with what follows from their difference, so that no two tables give a hidden
count away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.reports.counts import Stretch, series, stretches, total
from evaluate.reports.disclosure import hidden_cells
from evaluate.reports.intruder import Sum

Areas = frozenset[str]
Key = tuple[str, Areas, tuple[pd.Period, ...]]
"""Outcome, areas and periods of a total."""

Bounds = Mapping[tuple[Areas, pd.Period], tuple[float, float]]
"""What a reader knows a group's count of a period to be at least and at most, from other outcomes."""


def key_of(outcome: str, areas: Iterable[str], periods: Iterable[pd.Period]) -> Key:
    """Name a total by what it adds up."""
    return (outcome, frozenset(areas), tuple(periods))


@dataclass(frozen=True, eq=False)
class Suppression:
    """What must not be published of one outcome.

    Parameters
    ----------
    outcome : str
        Its name.
    periods : mapping
        Group of areas to the periods whose counts are hidden.
    hidden : frozenset
        Totals that are hidden.
    shown : mapping
        The other totals.
    small : mapping of frozenset to (int, int)
        By group of areas, the periods and totals hidden because they are small.
    covering : mapping of frozenset to (int, int)
        The periods and totals hidden because a small one would follow from them.
    refused : str
        Why nothing of the outcome may be published; empty where something may.
    """

    outcome: str
    periods: Mapping[Areas, frozenset[pd.Period]] = field(default_factory=dict)
    hidden: frozenset[Key] = frozenset()
    shown: Mapping[Key, float] = field(default_factory=dict)
    small: Mapping[Areas, tuple[int, int]] = field(default_factory=dict)
    covering: Mapping[Areas, tuple[int, int]] = field(default_factory=dict)
    refused: str = ""

    @property
    def secret(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.refused or self.hidden or any(self.periods.values()))

    def total(self, areas: Iterable[str], periods: Iterable[pd.Period]) -> float:
        """Return a total that may be shown."""
        return self.shown[key_of(self.outcome, areas, periods)]

    def hides(self, areas: Iterable[str], periods: Iterable[pd.Period]) -> bool:
        """Say whether a total is hidden."""
        return bool(self.refused) or key_of(self.outcome, areas, periods) in self.hidden


def suppress(designs: Sequence[Design], *, threshold: int = 5, bounds: Bounds | None = None) -> Suppression:
    """Decide what is hidden of the outcome that some designs have in common.

    Parameters
    ----------
    designs : sequence of Design
        Every design whose counts are published, all of one person-related outcome.
    threshold : int
        The smallest count above 0 that may be shown.
    bounds : mapping, optional
        What other outcomes tell of the counts.

    Returns
    -------
    Suppression

    Raises
    ------
    DataError
        If the bounds give a small count away whatever is hidden.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.data.simulator import Process
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, process=Process(mean=4.0), seed=2))
    >>> found = suppress([design])
    >>> [stretch.name for stretch in stretches(design) if found.hides(design.treated, stretch.periods)]
    ['operation, during']
    """
    periods: dict[Areas, frozenset[pd.Period]] = {}
    hidden: set[Key] = set()
    shown: dict[Key, float] = {}
    small: dict[Areas, tuple[int, int]] = {}
    covering: dict[Areas, tuple[int, int]] = {}
    for groups in _overlapping(groups_of(designs)):
        table = _Table(groups, bounds or {})
        mask = table.hidden(threshold)
        for areas in groups:
            months = {period: at for (one, period), at in table.months.items() if one == areas}
            totals = {key: at for key, at in table.totals.items() if key[1] == areas}
            periods[areas] = frozenset(period for period, at in months.items() if mask[at])
            hidden |= {key for key, at in totals.items() if mask[at]}
            shown |= {key: table.values[at] for key, at in totals.items() if not mask[at]}
            cells = [[at for at in one.values() if mask[at]] for one in (months, totals)]
            few = [sum(table.values[at] < threshold for at in one) for one in cells]
            small[areas] = (few[0], few[1])
            covering[areas] = (len(cells[0]) - few[0], len(cells[1]) - few[1])
    return Suppression(designs[0].outcome, periods, frozenset(hidden), shown, small, covering)


def groups_of(designs: Sequence[Design]) -> dict[Areas, list[Design]]:
    """List every group of areas whose counts are added together, with the designs that do so.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=2))
    >>> [len(areas) for areas in groups_of([design, design])]
    [1, 5]
    """
    groups: dict[Areas, list[Design]] = {}
    for design in designs:
        for areas in (design.treated, design.buffer, tuple(design.control)):
            if areas:
                groups.setdefault(frozenset(areas), []).append(design)
    return groups


def _overlapping(groups: Mapping[Areas, list[Design]]) -> list[dict[Areas, list[Design]]]:
    """Divide groups of areas so that those with an area in common stay together."""
    found: list[dict[Areas, list[Design]]] = []
    for areas, designs in groups.items():
        touching = [one for one in found if any(areas & other for other in one)]
        together = {other: others for one in touching for other, others in one.items()}
        found = [one for one in found if one not in touching]
        found.append({**together, areas: designs})
    return found


class _Table:
    """Cells and equations of groups of areas that overlap: their periods, their totals, and what lies between."""

    def __init__(self, groups: Mapping[Areas, list[Design]], bounds: Bounds) -> None:
        self.values: list[float] = []
        self.sums: list[Sum] = []
        self.months: dict[tuple[Areas, pd.Period], int] = {}
        self.totals: dict[Key, int] = {}
        self._unpublished: list[bool] = []
        self._bounds: list[tuple[float, float]] = []
        self._known = bounds
        self._parts = _parts(groups)
        self._between: dict[tuple[Areas, tuple[pd.Period, ...]], int] = {}
        for areas in sorted(groups, key=lambda one: one not in self._parts):
            self._add_group(areas, groups[areas])

    def hidden(self, threshold: int) -> np.ndarray:
        """Shape (cells,): what must be hidden, or is unpublished."""
        ends = np.array(self._bounds, dtype=float)
        return hidden_cells(
            self.values,
            self.sums,
            threshold=threshold,
            unpublished=np.array(self._unpublished),
            bounds=(ends[:, 0], ends[:, 1]),
        )

    def _add_group(self, areas: Areas, designs: Sequence[Design]) -> None:
        """The periods and totals of one group, and those of the parts it shares with others."""
        counts = _counts(designs, areas)
        for period, count in _by_period(counts):
            self.months[areas, period] = self._add(count, bounds=self._known.get((areas, period)))
        shared = [] if areas in self._parts else [part for part in self._parts if part <= areas]
        for part in shared:
            for period, count in _by_period(_counts(designs, part)):
                if (part, period) not in self.months:
                    self.months[part, period] = self._add(count, unpublished=True)
        if shared:
            for period in counts.index[counts.notna()]:
                self._add_sum(self.months[areas, period], [self.months[part, period] for part in shared])
        outcome = designs[0].outcome
        for stretch in {key_of(outcome, areas, s.periods): s for d in designs for s in stretches(d)}.values():
            self._add_total(outcome, areas, shared, counts, stretch)

    def _add_total(
        self, outcome: str, areas: Areas, shared: Sequence[Areas], counts: pd.Series, stretch: Stretch
    ) -> None:
        inside = counts[counts.index.isin(stretch.periods)]
        at = self._add(total(counts, stretch))
        self.totals[key_of(outcome, areas, stretch.periods)] = at
        self._add_sum(at, [self.months[areas, period] for period in inside.index])
        if shared and inside.notna().all():
            self._add_sum(at, [self._part_total(outcome, part, inside.index) for part in shared])

    def _part_total(self, outcome: str, part: Areas, periods: pd.Index) -> int:
        """A total that follows from the difference of two that are published, or is published itself."""
        published = self.totals.get(key_of(outcome, part, periods))
        name = (part, tuple(periods))
        if published is not None:
            return published
        if name not in self._between:
            months = [self.months[part, period] for period in periods]
            at = self._add(float(np.nansum([self.values[one] for one in months])), unpublished=True)
            self._add_sum(at, months)
            self._between[name] = at
        return self._between[name]

    def _add(
        self, value: float, *, unpublished: bool = False, bounds: tuple[float, float] | None = None
    ) -> int:
        self.values.append(float(value))
        self._unpublished.append(unpublished)
        self._bounds.append(bounds or (0.0, np.inf))
        return len(self.values) - 1

    def _add_sum(self, at: int, parts: Sequence[int]) -> None:
        self.sums.append(Sum(at, tuple(parts)))


def _parts(groups: Iterable[Areas]) -> set[Areas]:
    """The smallest groups of areas that the groups are made of."""
    members: dict[frozenset[Areas], set[str]] = {}
    for area in frozenset[str]().union(*groups):
        members.setdefault(frozenset(one for one in groups if area in one), set()).add(area)
    return {frozenset(areas) for areas in members.values()}


def _by_period(counts: pd.Series) -> Iterator[tuple[pd.Period, float]]:
    return zip(pd.PeriodIndex(counts.index), counts.to_numpy(), strict=True)


def _counts(designs: Sequence[Design], areas: Areas) -> pd.Series:
    """Counts of a group by period, over the periods of all the designs that add it up."""
    counts: pd.Series = pd.concat([series(design, sorted(areas)) for design in designs])
    return counts[~counts.index.duplicated()].sort_index()
