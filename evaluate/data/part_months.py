"""Find months that a file holds only in part, so that what was not sent is not read as crime that fell.

A force that does not send its records, or a file cut in the middle of a month, leaves a month with a handful
of rows. The rule compares the whole file's total of a month with the months around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluate.errors import listed

AROUND = 12
"""Number of nearest other months whose median a month is held against."""

PART = 0.1
"""Share of that median below which a month is set missing: no real event removes nine tenths of a force's crime."""

DOUBTFUL = 0.5
"""Share below which the reader of the provenance is told; the first lockdown reached it in a city centre."""

LEAST_MEDIAN = 200.0
"""Median from which the rule applies; smaller totals vary too much by chance."""


@dataclass(frozen=True)
class PartMonths:
    """Positions of the months that are held only in part.

    Parameters
    ----------
    missing : tuple of int
        Months to set missing.
    doubtful : tuple of int
        Months to tell the reader of.
    least_share : float
        Share of the months around below which a month is missing.

    Examples
    --------
    >>> PartMonths(missing=(0,), doubtful=()).missing
    (0,)
    """

    missing: tuple[int, ...]
    doubtful: tuple[int, ...]
    least_share: float = field(default=PART, repr=False)

    def describe(self, periods: pd.PeriodIndex, whose: str = "the whole file") -> list[str]:
        """Say in a sentence each what was found and what was done.

        Parameters
        ----------
        periods : pandas.PeriodIndex
            The months that the positions point to.
        whose : str
            Whose totals they are.
        """
        notes = []
        if self.missing:
            months = listed([str(periods[month]) for month in self.missing])
            notes.append(
                f"{months}: {whose} records under {self.least_share:.0%} of the months around, so it was not published "
                "in full; it is missing, not low."
            )
        if self.doubtful:
            months = listed([str(periods[month]) for month in self.doubtful])
            notes.append(f"{months}: {whose} records under {DOUBTFUL:.0%} of the months around; it is kept.")
        return notes


def find_part_months(totals: np.ndarray, *, least_share: float = PART) -> PartMonths:
    """Hold each month's total against the median of the twelve nearest other months.

    Parameters
    ----------
    totals : numpy.ndarray
        Shape (months,): incidents of all areas and outcomes, NaN for a month that is missing anyway.
    least_share : float
        Share of that median below which a month is missing.

    Returns
    -------
    PartMonths
        Positions in ``totals``.

    Examples
    --------
    >>> import numpy as np
    >>> find_part_months(np.r_[40.0, np.full(12, 70_000.0)])
    PartMonths(missing=(0,), doubtful=())
    """
    known = np.flatnonzero(~np.isnan(totals))
    missing: list[int] = []
    doubtful: list[int] = []
    for month in known:
        others = known[known != month]
        near = others[np.argsort(np.abs(others - month), kind="stable")[:AROUND]]
        if len(near) < AROUND // 2 or (median := float(np.median(totals[near]))) < LEAST_MEDIAN:
            continue
        if totals[month] < least_share * median:
            missing.append(int(month))
        elif totals[month] < DOUBTFUL * median:
            doubtful.append(int(month))
    return PartMonths(tuple(missing), tuple(doubtful), least_share)
