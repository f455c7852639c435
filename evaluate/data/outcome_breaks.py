"""What the breaks of the register are to the outcomes of a panel: which are broken, and how much of them.

An outcome that adds up all the categories that offences moved between is whole. One that holds some of them is broken,
and a design whose periods cross the break is refused. A sum of which those categories make less than 5% of the counts
within a year of the break ("all crime" without fraud, 3.8%) may cross it, and the report says so: control areas of the
same force share the step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.data.breaks import breaks_in_files
from evaluate.errors import listed

LEAST_SHARE = 0.05
"""Share of an outcome's counts within a year of the break, from which a moved part breaks the outcome."""

AROUND = 12
"""Months on each side of a break over which that share is taken."""

NEGLIGIBLE = 0.01
"""Share of all that moved in these months, below which a category had no part in it: stray records."""


@dataclass(frozen=True)
class OutcomeBreak:
    """A break of the register as it falls on one outcome of a panel.

    Parameters
    ----------
    outcome : str
        The outcome.
    name : str
        Name of the break in the register.
    month : str
        First month on the other side, such as "2013-02".
    held : tuple of str
        Published categories of the outcome that the break is about.
    moved_among : tuple of str
        All published categories of the file that it is about.
    closed : bool
        Whether the sum of ``moved_among`` is whole.
    recording : bool
        Whether it is a step in recording that all areas share, and not a move.
    share_before, share_after : float
        Share of ``held`` in the outcome's counts in the twelve months before and from the break.
    reason, source : str
        What happened, and where that is said.

    Examples
    --------
    >>> import pandas as pd
    >>> one = OutcomeBreak(
    ...     "all crime", "fraud leaves, 2013", "2013-02", ("FRAUD",), ("FRAUD",), closed=False, recording=False,
    ...     share_before=0.038, share_after=0.0, reason="fraud left", source="the Mayor")
    >>> one.is_refused, one.is_crossed_by(pd.period_range("2012-01", "2013-12", freq="M"))
    (False, True)
    """

    outcome: str
    name: str
    month: str
    held: tuple[str, ...]
    moved_among: tuple[str, ...]
    closed: bool
    recording: bool
    share_before: float
    share_after: float
    reason: str
    source: str

    @property
    def share(self) -> float:
        """The larger of the two shares."""
        return max(self.share_before, self.share_after)

    @property
    def is_refused(self) -> bool:
        """Whether a design may not cross it: offences moved, and they are 5% of the outcome or more."""
        return not self.recording and self.share >= LEAST_SHARE

    def is_crossed_by(self, periods: pd.PeriodIndex) -> bool:
        """Tell whether periods lie on both sides of the break."""
        begin = pd.Period(self.month, "M").start_time
        return bool(len(periods)) and periods[0].start_time < begin <= periods[-1].start_time


def describe_breaks(breaks: Sequence[OutcomeBreak]) -> list[str]:
    """Say in a sentence for each break of the register on which outcomes it falls, and why.

    Examples
    --------
    >>> one = OutcomeBreak(
    ...     "all crime", "fraud leaves, 2013", "2013-02", ("FRAUD",), ("FRAUD",), closed=False, recording=False,
    ...     share_before=0.038, share_after=0.0, reason="fraud left", source="the Mayor")
    >>> describe_breaks([one])
    ['2013-02: fraud left (the Mayor). It is 3.8% of all crime.']
    """
    sentences = []
    for name in dict.fromkeys(one.name for one in breaks):
        same = [one for one in breaks if one.name == name]
        shares = listed([f"{one.share:.1%} of {one.outcome}" for one in same])
        sentences.append(f"{same[0].month}: {same[0].reason} ({same[0].source}). It is {shares}.")
    return sentences


def breaks_in(
    totals: np.ndarray, parts: Mapping[str, Sequence[str]], published: Sequence[str], periods: pd.PeriodIndex
) -> tuple[OutcomeBreak, ...]:
    """Find the breaks that fall on outcomes inside a file.

    Parameters
    ----------
    totals : numpy.ndarray
        Shape (months, published categories): totals over all areas.
    parts : mapping
        Outcome to the published categories it adds up.
    published : sequence of str
        The published categories, "MAJOR: MINOR", in the order of ``totals``.
    periods : pandas.PeriodIndex
        The months.

    Returns
    -------
    tuple of OutcomeBreak
        In order of outcome, then of time. An outcome that holds everything of a closed break has none.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> months = pd.period_range("2022-04", "2024-02", freq="M")
    >>> names = ["BURGLARY: DOMESTIC BURGLARY", "BURGLARY: RES BURGLARY OF A HOME"]
    >>> early = np.asarray(months < pd.Period("2023-04"))
    >>> totals = np.column_stack([100 * early, 100 * ~early])
    >>> parts = {"dwellings": names[:1], "all": names}
    >>> [(found.outcome, found.month) for found in breaks_in(totals, parts, names, months)]
    [('dwellings', '2023-04')]
    """
    found = []
    places = {name: place for place, name in enumerate(published)}
    inside = [one for one in breaks_in_files() if periods[0] < one.month <= periods[-1]]
    for one in inside:
        first = int(periods.get_indexer(pd.PeriodIndex([one.month]))[0])
        around = np.nansum(totals[max(first - AROUND, 0) : first + AROUND], axis=0)
        among = one.among(published)
        least = NEGLIGIBLE * sum(around[places[name]] for name in among)
        all_of_it = [name for name in among if around[places[name]] > least]
        for outcome, names in parts.items():
            held = [name for name in all_of_it if name in names]
            if not held or (one.closed and held == all_of_it):
                continue
            mine, whole = (totals[:, [places[name] for name in some]].sum(axis=1) for some in (held, names))
            before, after = _shares(mine, whole, first)
            found.append(
                OutcomeBreak(
                    outcome=outcome,
                    name=one.name,
                    month=str(one.month),
                    held=tuple(held),
                    moved_among=tuple(all_of_it),
                    closed=one.closed,
                    recording=one.kind == "recording",
                    share_before=before,
                    share_after=after,
                    reason=one.reason,
                    source=one.source,
                )
            )
    return tuple(sorted(found, key=lambda each: (list(parts).index(each.outcome), each.month)))


def combined_breaks(
    breaks: Sequence[OutcomeBreak], groups: Mapping[str, Sequence[str]], totals: pd.DataFrame
) -> tuple[OutcomeBreak, ...]:
    """Work out the breaks of sums from those of their parts.

    Parameters
    ----------
    breaks : sequence of OutcomeBreak
        Of the parts.
    groups : mapping
        Name of the sum to its parts.
    totals : pandas.DataFrame
        Totals over all areas, periods by outcomes; NaN where nothing is known.

    Returns
    -------
    tuple of OutcomeBreak
        A sum that holds everything of a closed break has none.
    """
    found = []
    for outcome, parts in groups.items():
        mine = [one for one in breaks if one.outcome in parts and _inside(one, totals)]
        for name in dict.fromkeys(one.name for one in mine):
            same = [one for one in mine if one.name == name]
            held = tuple(dict.fromkeys(category for one in same for category in one.held))
            if same[0].closed and set(held) == set(same[0].moved_among):
                continue
            first = list(totals.index).index(pd.Period(same[0].month, "M"))
            sides = (slice(max(first - AROUND, 0), first), slice(first, first + AROUND))
            shares = []
            for side, shown in zip(sides, ("share_before", "share_after"), strict=True):
                sums = totals[list(parts)].iloc[side].sum()
                moved = sum(getattr(one, shown) * sums[one.outcome] for one in same)
                shares.append(float(moved / sums.sum()) if sums.sum() else 0.0)
            values = {field: getattr(same[0], field) for field in same[0].__dataclass_fields__}
            values |= {"outcome": outcome, "held": held, "share_before": shares[0], "share_after": shares[1]}
            found.append(OutcomeBreak(**values))
    return tuple(found)


def _shares(part: np.ndarray, whole: np.ndarray, first: int) -> tuple[float, float]:
    """Share of a part in the twelve months before a position, and in the twelve from it."""
    sides = (slice(max(first - AROUND, 0), first), slice(first, first + AROUND))
    sums = [(float(np.nansum(part[side])), float(np.nansum(whole[side]))) for side in sides]
    before, after = (some / everything if everything else 0.0 for some, everything in sums)
    return before, after


def _inside(one: OutcomeBreak, totals: pd.DataFrame) -> bool:
    """Tell whether a break lies inside the months of a table; outside them it can be forgotten."""
    return totals.index[0] < pd.Period(one.month, "M") <= totals.index[-1]
