"""Event study: the treated area against its controls bin by bin, before and after an operation.

It shows whether the two moved together before, says what a difference in trend could have been missed, and how far
trends would have to bend for the effect to go away. It is a look at an assumption, not a gate: an insignificant
difference before is no proof of parallel trends, and reporting only what passed would itself bias the effect.

Equation, for area i and bin e counted from the last one before the operation (0)::

    log E y_ie = area_i + bin_e + sum_{e != 0} theta_e 1{i treated}

Source: Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88:641 (the regression); Roth (2022),
American Economic Review: Insights 4:305 (detectable slope); Rambachan and Roth (2023), Review of Economic Studies
90:2555 (breakdown).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.data.periods import Span
from evaluate.design.design import Design
from evaluate.design.window import following
from evaluate.errors import FitError
from evaluate.estimators.terms import in_trigger, known_periods, require_controls, treated_areas
from evaluate.numerics.event_paths import EventPaths, event_paths
from evaluate.numerics.parallel_trends import LineBefore, RobustEstimate, line_before, robust_estimate

FEWEST_CONTROLS = 5
FEWEST_BINS = 2
POWER = 0.8


@dataclass(frozen=True, eq=False)
class EventStudy:
    """The treated area's path around the first operation, and what it says about parallel trends.

    Parameters
    ----------
    design : Design
        What was compared.
    table : pandas.DataFrame
        Indexed by bin (0 the reference; a trigger has the number of its first bin): ``first`` and ``last`` period,
        ``part`` ("before", "reference", "trigger" or "after"), ``rate_ratio`` to the reference bin net of the controls,
        ``lower`` and ``upper``: how far that of an area without an operation strays, around the estimate.
    p_value : float
        Of no difference in any bin before: share of areas, each in the treated one's place, whose largest t ratio is at
        least as large.
    line : LineBefore
        Slope a bin of the log ratio before, its standard error, and the slope that the bins before would have shown
        with a chance of 80%.
    robust : RobustEstimate
        Of the average log ratio after, straight-line differences in trend removed.
    breakdown : float
        Largest change of the differential trend from one bin to the next, on the log scale, at which the average effect
        is still distinguishable from none; NaN where it is not even for a straight line.
    level : float
        Of the intervals.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, rate_ratio_after=0.5, seed=1)
    >>> study = ev.event_study(ev.simulated_design(panel), every="6 months", seed=1)
    >>> study.table["part"].tolist()[-2:]
    ['after', 'after']
    """

    design: Design
    table: pd.DataFrame
    p_value: float
    line: LineBefore
    robust: RobustEstimate
    breakdown: float
    level: float

    @property
    def bias_missed(self) -> float:
        """Ratio by which the average effect would be off if the trend had the slope that could have been missed."""
        after = self.table.index[self.table["part"] == "after"]
        return float(np.exp(self.line.detectable * np.mean(after)))

    def interval(self, bound: float = 0.0) -> tuple[float, float]:
        """Interval of the average rate ratio after if the differential trend bends by no more than a bound.

        Parameters
        ----------
        bound : float
            Largest change of the log slope from one bin to the next; 0 allows any straight line.

        Returns
        -------
        (float, float)
        """
        low, high = self.robust.interval(bound, self.level)
        return float(np.exp(low)), float(np.exp(high))

    def __repr__(self) -> str:
        low, high = self.interval()
        return (
            f"Event study of {self.design.outcome}: {int((self.table['part'] == 'before').sum())} bins before, no "
            f"difference in any of them p = {self.p_value:.2f};\n  average ratio after, any straight line removed, "
            f"{low:.2f} to {high:.2f} ({self.level:.0%}); breakdown at a bend of {self.breakdown:.3f} a bin"
        )


def event_study(design: Design, *, every: str = "3 months", level: float = 0.95, seed: int = 0) -> EventStudy:
    """Compare the treated area with its controls bin by bin around the first operation.

    Parameters
    ----------
    design : Design
        With at least five control areas. Where there are several operations, the path ends before the second.
    every : str
        Length of a bin, such as "3 months"; bins are counted back from the trigger or the operation and on from the
        operation, and what does not fill one at either end is left out.
    level : float
        Of the intervals.
    seed : int
        For the slope that could have been seen.

    Returns
    -------
    EventStudy
        A trigger is shown as a bin of its own and used for nothing.

    Raises
    ------
    FitError
        If there are too few control areas, or fewer than two bins before or one after.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, rate_ratio_after=0.5, seed=1)
    >>> study = ev.event_study(ev.simulated_design(panel), seed=1)
    >>> study.table["part"].value_counts()["reference"]
    np.int64(1)
    >>> study.interval()[1] < 1
    True
    """
    controls = require_controls(design, "event study", FEWEST_CONTROLS)
    bins = _bins(design, every)
    rows = np.vstack([np.nan_to_num(design.treated_counts), controls])
    totals = np.array([rows[:, inside].sum(axis=1) for inside, _ in bins])
    parts = np.array([part for _, part in bins])
    reference = totals[parts == "reference"][0]
    if not reference[0] > 0:
        raise FitError(
            f"The event study divides by the bin before the operation, and {design.outcome} has only noughts there. "
            "Use longer bins."
        )
    own = np.nansum(treated_areas(design), axis=1)
    concentration = float(np.sum((own / own.sum()) ** 2))
    others = np.flatnonzero(parts != "reference")
    paths = event_paths(totals[others], reference, concentration=concentration)
    before, after = (np.flatnonzero(parts[others] == part) for part in ("before", "after"))
    chosen = np.concatenate([before, after])
    robust = robust_estimate(
        paths.ratios[before, 0],
        paths.ratios[after, 0],
        paths.covariance[np.ix_(chosen, chosen)],
        gap=_gap(bins),
    )
    line = line_before(
        paths.ratios[before, 0],
        paths.covariance[np.ix_(before, before)],
        level=level,
        power=POWER,
        seed=seed,
    )
    table = _table(design, bins, paths, level)
    return EventStudy(design, table, paths.p_value(before), line, robust, robust.breakdown(level), level)


def _bins(design: Design, every: str) -> list[tuple[np.ndarray, str]]:
    """Periods of each bin in order of time, shape (periods,) bool, and the part it plays."""
    periods, span = design.periods, Span.parse(every)
    size = len(following(periods, periods[0] - 1, span))
    first = int(np.flatnonzero(periods == design.windows[0].periods[0])[0])
    later = [window for window in design.windows if window.operation != design.windows[0].operation]
    end = int(np.flatnonzero(periods == later[0].periods[0])[0]) if later else len(periods)
    spike = in_trigger(design)
    quiet = int(np.flatnonzero(design.baseline)[-1]) + 1
    if later:
        starts = np.flatnonzero(spike & (np.arange(len(periods)) >= first))
        end = min(end, int(starts[0])) if len(starts) else end

    def bin_of(begin: int, stop: int) -> np.ndarray:
        inside = np.zeros(len(periods), dtype=bool)
        inside[begin:stop] = True
        if not (inside & known_periods(design)).any():
            raise FitError(
                f"No count of {design.outcome} is published from {periods[begin]} to {periods[stop - 1]}, which is a "
                "bin of the event study. Use longer bins, or a shorter before or after."
            )
        return inside & known_periods(design)

    before = [(begin, begin + size) for begin in range(quiet - size, -1, -size)][::-1] if size else []
    after = [(begin, begin + size) for begin in range(first, end - size + 1, size)] if size else []
    if len(before) < FEWEST_BINS + 1 or not after:
        raise FitError(
            f'The event study needs {FEWEST_BINS + 1} bins of every="{every}" before the operation and one after it; '
            f"this design has {len(before)} and {len(after)}. Use shorter bins, or a longer before or after."
        )
    found = [(bin_of(*ends), "before") for ends in before[:-1]] + [(bin_of(*before[-1]), "reference")]
    if spike[quiet:first].any():
        found.append((bin_of(quiet, first), "trigger"))
    return found + [(bin_of(*ends), "after") for ends in after]


def _gap(bins: list[tuple[np.ndarray, str]]) -> int:
    """Bins that the trigger fills between the reference and the operation."""
    size = {part: int(inside.size and np.ptp(np.flatnonzero(inside))) + 1 for inside, part in bins}
    return int(np.ceil(size["trigger"] / size["reference"])) if "trigger" in size else 0


def _table(
    design: Design, bins: list[tuple[np.ndarray, str]], paths: EventPaths, level: float
) -> pd.DataFrame:
    """Lay the bins out."""
    half = paths.half_widths(level)
    rows, other, place, gap = [], 0, -sum(part == "before" for _, part in bins), _gap(bins)
    for inside, part in bins:
        chosen = design.periods[inside]
        row = {"first": chosen[0], "last": chosen[-1], "part": part, "rate_ratio": 1.0}
        row |= {"lower": np.nan, "upper": np.nan}
        if part != "reference":
            ratio = paths.ratios[other, 0]
            ends = (ratio - half[other], ratio + half[other])
            row |= {"rate_ratio": np.exp(ratio), "lower": np.exp(ends[0]), "upper": np.exp(ends[1])}
            other += 1
        rows.append((place, row))
        place += gap if part == "trigger" else 1
    index = pd.Index([place for place, _ in rows], name="bin")
    return pd.DataFrame([row for _, row in rows], index=index)
