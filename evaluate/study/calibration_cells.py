"""The kinds of simulated panel on which methods are measured, listed before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from evaluate.data.simulator import Process, SimulatedPanel, simulate_panel
from evaluate.design.design import Design
from evaluate.design.simulated import simulated_design
from evaluate.errors import DataError, did_you_mean, many

SPIKE = "3 months"
"""The trigger of a design where the operation followed a spike."""


@dataclass(frozen=True)
class Cell:
    """One kind of panel.

    Parameters
    ----------
    name : str
        For the table.
    mean, dispersion, autocorrelation, persistent_share, trend : float
        As in ``Process``.
    before, after : int
        Months before the operation, and in all from its start; the operation itself lasts one.
    controls : int
        Number of control areas.
    triggered : bool
        The operation starts because of a spike, in the month after the highest of twelve.
    handled : bool
        The three months before such a start are given as the design's trigger.
    contaminated : float
        Share of the controls that receive half of the effect.

    Examples
    --------
    >>> Cell("small counts", mean=5).controls
    12
    """

    name: str
    mean: float = 30.0
    dispersion: float = 1.5
    autocorrelation: float = 0.4
    persistent_share: float = 0.5
    trend: float = 0.0
    before: int = 72
    after: int = 24
    controls: int = 12
    triggered: bool = False
    handled: bool = True
    contaminated: float = 0.0

    @property
    def process(self) -> Process:
        """How its counts vary when nothing is done."""
        return Process(
            mean=self.mean,
            dispersion=self.dispersion,
            autocorrelation=self.autocorrelation,
            persistent_share=self.persistent_share,
            trend=self.trend,
        )

    @property
    def is_judged(self) -> bool:
        """Whether the method promises 3-7% here: 24 months before, 5 a month, 5 controls, all of them clean."""
        clean = not self.trend and not self.contaminated and (self.handled or not self.triggered)
        return clean and self.before >= 24 and self.mean >= 5 and self.controls >= 5

    def panel(self, rate_ratio: float, *, seed: int) -> SimulatedPanel:
        """Simulate one panel with this rate ratio from the start of the operation to the end."""
        return simulate_panel(
            areas=1 + self.controls,
            periods=self.before + self.after,
            process=self.process,
            operation_at=self.before,
            rate_ratio_during=rate_ratio,
            rate_ratio_after=rate_ratio,
            contaminated=self.contaminated,
            triggered=self.triggered,
            seed=seed,
        )

    def design(self, rate_ratio: float, *, seed: int) -> Design:
        """State the design of one such panel."""
        spike = SPIKE if self.triggered and self.handled else None
        return simulated_design(self.panel(rate_ratio, seed=seed), trigger=spike)


LONG: Final = (
    Cell("standard"),
    Cell("all variation persistent", persistent_share=1.0),
    Cell("no autocorrelation", autocorrelation=0.0),
    Cell("strong autocorrelation", autocorrelation=0.8, dispersion=2.5, persistent_share=1.0),
    Cell("5 a month", mean=5.0, dispersion=1.2),
    Cell("100 a month", mean=100.0, dispersion=2.5),
    Cell("24 months before, 6 after", before=24, after=6),
    Cell("5 controls", controls=5),
    Cell("no controls", controls=0),
    Cell("launched after a spike", triggered=True),
)
"""Six years before and two after, and what departs from that; the first is the one that is judged first."""

SHORT: Final = Cell("36 + 12", before=36, after=13, controls=10)
"""The length of most evaluations, from which the grid departs: three years before and one after."""


def _short(name: str, **changes: object) -> Cell:
    """A cell that departs from ``SHORT``."""
    return replace(SHORT, name=f"36 + 12: {name}", **changes)  # type: ignore[arg-type]


ONE_AT_A_TIME: Final = (
    SHORT,
    *(_short(f"{mean} a month", mean=float(mean)) for mean in (1, 3, 5, 10, 100, 300)),
    *(_short(f"dispersion {phi:g}", dispersion=phi) for phi in (1.0, 2.5, 4.0)),
    *(_short(f"autocorrelation {rho:g}", autocorrelation=rho) for rho in (0.0, 0.2, 0.6, 0.8)),
    *(_short(f"{before} months before", before=before) for before in (12, 24, 60)),
    *(_short(f"{many(after, 'month')} after", after=after + 1) for after in (1, 3, 6)),
    *(_short(f"{number} controls", controls=number) for number in (0, 2, 5, 20, 40)),
    _short("all variation persistent", persistent_share=1.0),
    _short("spike, handled", triggered=True),
    _short("spike, not handled", triggered=True, handled=False),
    _short("own trend +1% a month", trend=0.01),
    _short("own trend -1% a month", trend=-0.01),
    _short("3 controls in 10 reached too", contaminated=0.3),
)
"""One trait changed at a time."""

_WANDERING: Final = {"autocorrelation": 0.8, "persistent_share": 1.0}

PAIRED: Final = (
    _short("wandering", dispersion=2.5, **_WANDERING),
    _short("wandering far", dispersion=4.0, **_WANDERING),
    _short("wandering, 24 months before", before=24, dispersion=2.5, **_WANDERING),
    _short("wandering, 60 months before", before=60, dispersion=2.5, **_WANDERING),
    _short("wandering, 5 controls", controls=5, dispersion=2.5, **_WANDERING),
    _short("wandering, 20 controls", controls=20, dispersion=2.5, **_WANDERING),
    _short("wandering, 5 a month", mean=5.0, **_WANDERING),
    _short("wandering, 100 a month", mean=100.0, dispersion=4.0, **_WANDERING),
    _short("wandering, 1 month after", after=2, dispersion=2.5, **_WANDERING),
    _short("wandering, spike, handled", triggered=True, dispersion=2.5, **_WANDERING),
    _short("wandering, spike, not handled", triggered=True, handled=False, dispersion=2.5, **_WANDERING),
    _short("autocorrelation 0.6, dispersion 4", autocorrelation=0.6, dispersion=4.0),
    _short("12 months before, 3 after", before=12, after=4),
    _short("12 months before, no controls", before=12, controls=0),
    _short("24 months before, 5 controls", before=24, controls=5),
    _short("24 months before, 5 a month", before=24, mean=5.0),
    _short("24 months before, 5 a month, 5 controls", before=24, mean=5.0, controls=5),
    _short("corner", before=24, mean=5.0, controls=5, **_WANDERING),
    _short("60 months before, 6 after", before=60, after=7),
    _short("3 a month, 20 controls", mean=3.0, controls=20),
    _short("300 a month, dispersion 4", mean=300.0, dispersion=4.0),
    _short("10 a month, spike, handled", mean=10.0, triggered=True),
    _short("10 a month, spike, not handled", mean=10.0, triggered=True, handled=False),
    _short("24 months before, spike, handled", before=24, triggered=True),
    _short("own trend +1% a month, 3 after", trend=0.01, after=4),
    _short("100 a month, 3 controls in 10 reached too", mean=100.0, contaminated=0.3),
)
"""Two or more traits changed together; "wandering" is all variation persistent with an autocorrelation of 0.8."""

CELLS: Final = (*LONG, *ONE_AT_A_TIME, *PAIRED)
"""Every published cell."""


def cells_named(names: Sequence[str] | None) -> Sequence[Cell]:
    """Pick published cells by name; all of them where no name is given.

    Raises
    ------
    DataError
        If there is no cell of that name.

    Examples
    --------
    >>> [cell.controls for cell in cells_named(["standard", "no controls"])]
    [12, 0]
    """
    known = {cell.name: cell for cell in CELLS}
    for name in names or ():
        if name not in known:
            raise DataError(f'There is no kind of panel "{name}". {did_you_mean(name, list(known))}')
    return [known[name] for name in names] if names else CELLS
