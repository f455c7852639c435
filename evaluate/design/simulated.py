"""The design that a simulated panel was made for."""

from __future__ import annotations

from evaluate.data.simulator import SimulatedPanel
from evaluate.design.design import ALL_OTHERS, Design
from evaluate.design.operation import Operation
from evaluate.design.window import touched
from evaluate.errors import DesignError


def simulated_design(panel: SimulatedPanel, *, trigger: str | None = None) -> Design:
    """State the design of a simulated panel: all of it is used, from the first period to the last.

    Parameters
    ----------
    panel : SimulatedPanel
        From ``simulate_panel``.
    trigger : str, optional
        As in ``Design``.

    Returns
    -------
    Design
        With one operation called "operation".

    Raises
    ------
    DesignError
        If the panel carries no truth.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    Design: crime in A01 against 5 control areas; operation (2013-10-01 to 2013-10-31)
      before 2010-01 to 2013-09; after 2013-11 to 2014-12
    """
    truth = panel.truth
    if truth is None:
        raise DesignError("This panel carries no truth; pass one that simulate_panel made.")
    operation = Operation("operation", truth.start.start_time, truth.end.end_time.normalize())
    first, last = touched(panel.periods, operation)[[0, -1]]
    days_before = (first.start_time - panel.periods[0].start_time).days
    days_after = (panel.periods[-1].end_time.normalize() - last.end_time.normalize()).days
    unit = "month" if panel.periods.freqstr == "M" else "day"
    before = int((panel.periods < first).sum()) if unit == "month" else days_before
    after = int((panel.periods > last).sum()) if unit == "month" else days_after
    return Design(
        panel,
        outcome="crime",
        treated=truth.treated,
        control=ALL_OTHERS if len(panel.areas) > 1 + len(truth.buffer) else (),
        buffer=truth.buffer,
        operations=[operation],
        before=f"{before} {unit}s",
        after=f"{after} {unit}s",
        trigger=trigger,
    )
