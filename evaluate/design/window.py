"""The stretches of time that an operation divides a series into, and how much of each period lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.data.periods import Span, period_bounds, share_of_days
from evaluate.design.operation import Operation
from evaluate.errors import DesignError


@dataclass(frozen=True, eq=False)
class Window:
    """One operation's "during" or "after".

    Parameters
    ----------
    operation : str
        Name of the operation.
    name : str
        "during" or "after".
    periods : pandas.PeriodIndex
        The periods the effect is judged over: those with any day in the operation for "during"; for "after" the
        whole periods that follow, up to the length asked for or to the next operation, whichever comes first.
    share : numpy.ndarray
        Shape (periods of the design,): share of each period's days to which the effect applies, f in
        ``(1 - f) + f exp(theta)``. An "after" that is followed by another operation carries on at 1 to the end,
        so that the next operation is judged against what this one left behind.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> [(w.operation, w.name, len(w.periods)) for w in design.windows]
    [('operation', 'during', 1), ('operation', 'after', 14)]
    """

    operation: str
    name: str
    periods: pd.PeriodIndex
    share: np.ndarray

    @property
    def key(self) -> tuple[str, str]:
        """(operation, window), the index of the effects table."""
        return (self.operation, self.name)

    def __repr__(self) -> str:
        return f"Window({self.operation!r}, {self.name!r}, {self.periods[0]} to {self.periods[-1]})"


def touched(periods: pd.PeriodIndex, operation: Operation) -> pd.PeriodIndex:
    """Periods with at least one day inside the operation."""
    return periods[share_of_days(periods, operation.first_day, operation.last_day) > 0]


def following(periods: pd.PeriodIndex, last: pd.Period, span: Span) -> pd.PeriodIndex:
    """Whole periods after ``last`` that fit into the span."""
    starts, ends = period_bounds(periods)
    horizon = last.end_time.normalize() + pd.Timedelta(days=1) + span.offset
    return periods[np.asarray((periods > last) & (ends < horizon) & (starts < horizon))]


def preceding(periods: pd.PeriodIndex, first: pd.Period, span: Span) -> pd.PeriodIndex:
    """Whole periods before ``first`` that fit into the span."""
    starts, _ = period_bounds(periods)
    return periods[np.asarray((periods < first) & (starts >= first.start_time.normalize() - span.offset))]


def lay_out(periods: pd.PeriodIndex, operations: Sequence[Operation], after: Span) -> list[Window]:
    """Divide the periods of a design among its operations' windows.

    Parameters
    ----------
    periods : pandas.PeriodIndex
        The periods of the design.
    operations : sequence of Operation
        In order of time.
    after : Span
        Length of the after window asked for.

    Returns
    -------
    list of Window
        In order of time; an operation followed at once by another has no "after".

    Raises
    ------
    DesignError
        If two operations share a period.
    """
    windows: list[Window] = []
    for number, operation in enumerate(operations):
        during = touched(periods, operation)
        upcoming = operations[number + 1] if number + 1 < len(operations) else None
        if upcoming is not None and touched(periods, upcoming)[0] <= during[-1]:
            raise DesignError(
                f'Operations "{operation.name}" and "{upcoming.name}" both have days in {during[-1]}, so their windows '
                "overlap and cannot be told apart. Join them into one operation, or count by a shorter period."
            )
        share = share_of_days(periods, operation.first_day, operation.last_day)
        windows.append(Window(operation.name, "during", during, share))
        later = following(periods, during[-1], after)
        carried = np.asarray(periods > during[-1])
        if upcoming is not None:
            later = later[later < touched(periods, upcoming)[0]]
        else:
            carried = np.isin(periods.asi8, later.asi8)
        if len(later):
            windows.append(Window(operation.name, "after", later, carried.astype(float)))
    return windows
