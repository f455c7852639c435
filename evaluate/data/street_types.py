"""The crime types of data.police.uk were redrawn twice: what ends, what begins, what stays with other offences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from evaluate.data.outcome_breaks import OutcomeBreak
from evaluate.errors import listed

LEAST_EXPECTED: Final = 20.0
"""Crimes of types that begin later, expected before from their share after, from which having none is no chance."""


@dataclass(frozen=True)
class Redrawing:
    """One redrawing of the crime types.

    Parameters
    ----------
    name : str
        Short name.
    ends, begins, stays : tuple of str
        Types that are published before it only, after it only, and on both sides with other offences in them.
    """

    name: str
    ends: tuple[str, ...]
    begins: tuple[str, ...]
    stays: tuple[str, ...]


REDRAWINGS: Final = (
    Redrawing(
        "types of 2011",
        (),
        ("Criminal damage and arson", "Drugs", "Other theft", "Public disorder and weapons", "Shoplifting"),
        ("Other crime", "Violent crime"),
    ),
    Redrawing(
        "types of 2013",
        ("Public disorder and weapons", "Violent crime"),
        (
            "Bicycle theft",
            "Possession of weapons",
            "Public order",
            "Theft from the person",
            "Violence and sexual offences",
        ),
        ("Other crime", "Other theft"),
    ),
)
"""Six types became eleven (September 2011) and then fourteen (May 2013); the files themselves show the month. Names:
ukcrimestats.com, What do the crime categories mean."""


def set_redrawn(
    counts: np.ndarray, by_force: np.ndarray, *, periods: pd.PeriodIndex, types: Sequence[str]
) -> tuple[tuple[OutcomeBreak, ...], list[str]]:
    """Set types missing, in place, in the months in which they were not published, and name the breaks.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (areas, months, types), changed in place.
    by_force : numpy.ndarray
        Shape (forces, months, types), changed in place.
    periods : pandas.PeriodIndex
        The months.
    types : sequence of str
        Names on the last axis.

    Returns
    -------
    tuple of OutcomeBreak
        Of every type that a redrawing is about.
    list of str
        A sentence for each redrawing inside the months.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> counts = np.array([[[5.0, 0.0], [6.0, 0.0], [0.0, 7.0]]])
    >>> months = pd.period_range("2013-03", periods=3, freq="M")
    >>> types = ["Violent crime", "Violence and sexual offences"]
    >>> breaks, notes = set_redrawn(counts, counts.copy(), periods=months, types=types)
    >>> [(one.outcome, one.month) for one in breaks]
    [('Violent crime', '2013-05'), ('Violence and sexual offences', '2013-05')]
    >>> counts[0]
    array([[ 5., nan],
           [ 6., nan],
           [nan,  7.]])
    """
    breaks: list[OutcomeBreak] = []
    notes: list[str] = []
    totals = np.nansum(by_force, axis=0)
    places = {name: place for place, name in enumerate(types)}
    for one in REDRAWINGS:
        ends, begins, stays = (
            [places[name] for name in names if name in places] for names in (one.ends, one.begins, one.stays)
        )
        month = _month_of(totals, ends, begins)
        if month is None:
            continue
        for array in (counts, by_force):
            array[:, month:, ends] = np.nan
            array[:, :month, begins] = np.nan
        among = tuple(types[place] for place in sorted([*ends, *begins, *stays]))
        reason = f"the crime types were redrawn: {listed([types[place] for place in begins])} begin"
        breaks += [_break(name, one.name, str(periods[month]), among, reason) for name in among]
        notes.append(
            f"{periods[month]}: {reason}{_ending([types[place] for place in ends])}. A type is missing where it was "
            f"not published, and no series of {listed(among, 'or')} runs across this month."
        )
    return tuple(breaks), notes


def _month_of(totals: np.ndarray, ends: list[int], begins: list[int]) -> int | None:
    """Position of the first month of the new types; None where the months lie on one side."""
    new = np.flatnonzero(totals[:, begins].sum(axis=1))
    old = np.flatnonzero(totals[:, ends].sum(axis=1))
    if not len(new) or new[0] == 0:
        return None
    if len(old):
        # A force may be a month late with the new types: the old ones end where the last was published.
        return int(new[0]) if old[-1] < new[0] else None
    before, after = totals[: new[0]].sum(), totals[new[0] :].sum()
    share = totals[new[0] :, begins].sum() / after
    return int(new[0]) if share * before >= LEAST_EXPECTED else None


def _break(outcome: str, name: str, month: str, among: tuple[str, ...], reason: str) -> OutcomeBreak:
    """The break as it falls on one type, all of which it is about."""
    return OutcomeBreak(
        outcome=outcome,
        name=name,
        month=month,
        held=(outcome,),
        moved_among=among,
        closed=False,
        recording=False,
        share_before=1.0,
        share_after=1.0,
        reason=reason,
        source="names of the crime types in the files of data.police.uk",
    )


def _ending(names: Sequence[str]) -> str:
    """What ends, as the rest of a sentence."""
    return f", {listed(list(names))} {'ends' if len(names) == 1 else 'end'}" if names else ""
