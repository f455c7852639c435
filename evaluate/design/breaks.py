"""Refuse periods over which an outcome does not count the same offences throughout."""

from __future__ import annotations

import pandas as pd

from evaluate.data.panel import Panel
from evaluate.errors import DesignError, listed


def refuse_crossed_breaks(panel: Panel, outcome: str, periods: pd.PeriodIndex) -> None:
    """Refuse periods on both sides of a registered break at which offences moved into or out of an outcome.

    What a break is, and when an outcome is broken by it, is said in :mod:`evaluate.data.outcome_breaks`.

    Parameters
    ----------
    panel : Panel
        The counts, with the breaks of their outcomes.
    outcome : str
        The outcome to judge.
    periods : pandas.PeriodIndex
        Every period the design uses.

    Raises
    ------
    DesignError
        If there is such a break; the message gives its reason and source, and what to do.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    >>> refuse_crossed_breaks(panel, "crime", panel.periods)
    """
    for one in panel.provenance.breaks:
        if one.outcome != outcome or not one.is_refused or not one.is_crossed_by(periods):
            continue
        others = [name for name in one.moved_among if name not in one.held]
        if one.closed:
            fix = (
                f", or an outcome that holds {listed(others)} as well "
                '(read_mps with detail="common" joins what was renamed or split)'
            )
        else:
            fix = f", or an outcome without {listed(one.held)}" if one.share < 1 else ""
        raise DesignError(
            f'"{outcome}" does not count the same offences from {periods[0]} to {periods[-1]}: {one.reason} '
            f"({one.source}). Choose windows on one side of {one.month}{fix}."
        )
