"""The same question asked of dates when nothing was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.lengths import as_span
from evaluate.checks.placebo_in_space import permutation_p
from evaluate.checks.refit import Move, Refit, comparable, excludes_one, log_effect, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import counted, percent
from evaluate.data.periods import period_holding, period_name, periods_per_year
from evaluate.design.design import Design
from evaluate.design.operation import DateLike, day_of
from evaluate.design.window import touched
from evaluate.effects.result import Result
from evaluate.errors import DesignError


@dataclass(frozen=True, kw_only=True)
class PlaceboInTime:
    """Pretend that the operation took place earlier, in the same area, when nothing was done.

    *Question.* Does the method find an effect of operations that never were?

    *Formula.* The operation moves to pretend starts inside the baseline, spread evenly; no pretend window reaches the
    real spike or the real operation. Windows keep their lengths where the data have room: "before" may reach back
    beyond the real one where counts were published; otherwise it is shorter (a year and the trigger at least), then
    "after" is, and the answer says so. The effects should be 1; the number is the share whose interval leaves 1
    out. As in ``PlaceboInSpace``, ``p = (1 + b) / (1 + n)`` for b pretend starts of n with ``|t|`` at least the real
    one's.

    *Threshold.* The share that chance alone stays under 19 times in 20 if each pretend start were a separate draw:
    the 95th percentile of Binomial(n, 0.05), over n. Pretend windows overlap in a short baseline, which makes large
    shares likelier than that, so a failure is a warning to look at the pre-period, not a proof.

    *Source.* Abadie, Diamond and Hainmueller (2015), American Journal of Political Science 59, "in-time placebos".

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    shifts : int
        Number of pretend starts, fewer where there is no room.
    starts : sequence of date or str
        Days on which the operation is pretended to begin, such as the same months of earlier years, instead of
        starts spread evenly; named before the counts after the operation are looked at.
    n_jobs : int, optional
        Processes to fit in.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=84, seed=1))
    >>> check = ev.PlaceboInTime(shifts=4).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> check.facts["n_shifts"], check.threshold
    (4, 0.25)
    """

    operation: str | None = None
    window: str | None = None
    shifts: int = 8
    starts: Sequence[DateLike] = ()
    n_jobs: int | None = None

    name: ClassVar[str] = "placebo in time"
    question: ClassVar[str] = "Does the method find an effect of operations that never were?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to the pretend starts.

        Raises
        ------
        DesignError
            If the baseline has no room for a pretend operation with a year before it, or not for one of ``starts``.
        FitError
            If the effect has no standard error.
        """
        from scipy import stats

        target = find_target(result, self.operation, self.window)
        statistic = float(np.divide(*log_effect(target.effect)))
        pretended = _pretended(target, self.shifts, self.starts)
        moves = [
            Move(f"start {one.start}", partial(_moved, pretended=one, operation=target.window.operation))
            for one in pretended
        ]
        refits = comparable(refit(target, moves, seed=seed, n_jobs=self.n_jobs))
        table = _table(target, pretended, refits)
        fitted = table[table["problem"] == ""]
        n = len(fitted)
        if not n:
            raise DesignError(f"No pretend start could be fitted; for the first: {refits[0].problem}")
        share = float(fitted["excludes_one"].astype(bool).mean())
        threshold = float(stats.binom.ppf(0.95, n, 0.05)) / n
        extreme = np.abs(fitted["statistic"].to_numpy(dtype=float)) >= abs(statistic)
        facts: dict[str, Any] = target.facts | {
            "n_shifts": n,
            "failed": len(refits) - n,
            "share_excluding_one": share,
            "placebo_p": permutation_p(extreme),
            "smallest_p": 1 / (1 + n),
            "at_least_as_strong": int(extreme.sum()),
            "shortest_before": min(one.before for one in pretended),
            "after": pretended[0].after,
            "shortened": any(one.shortened for one in pretended),
        }
        answer = _answer(target, facts)
        return CheckResult(
            self.name, self.question, answer, share, threshold, share <= threshold, table, facts
        )


@dataclass(frozen=True)
class _Pretended:
    """A start that never was, with the lengths of its windows in periods."""

    start: pd.Period
    before: int
    after: int
    shortened: bool


def _pretended(target: Target, most: int, named: Sequence[DateLike]) -> list[_Pretended]:
    """Lay out the pretend starts, those named or else ``most`` of those there is room for."""
    design = target.design
    everything = design.panel.periods
    first = touched(everything, design.operations[0])[0]

    def position(period: pd.Period) -> int:
        return int((everything < period).sum())

    spike = design.trigger_periods[design.trigger_periods < first]
    end, origin = position(spike[0] if len(spike) else first), position(design.periods[0])
    earliest = _earliest(design, origin)
    during = len(design.window(target.window.operation, "during").periods)
    after = len(target.window.periods) if target.window.name == "after" else 0
    before = position(first) - origin
    least = min(before, int(np.ceil(periods_per_year(everything))) + len(spike))
    room = end - during - max(origin, earliest + least)
    fitting = min(after, max(room, min(after, 1)))
    starts = np.arange(max(origin, earliest + least), end - during - fitting + 1)
    if not len(starts):
        raise DesignError(
            f"The baseline has no room for a pretend operation: it needs {least} "
            f"{period_name(everything)}s before it and {during + fitting} from its start to the real spike or "
            "operation. Ask for a longer before."
        )
    chosen = starts[np.unique(np.linspace(0, len(starts) - 1, most).round().astype(int))]
    if named:
        chosen = np.array([position(_named(one, everything, starts)) for one in named])
    return [
        _Pretended(
            everything[start],
            min(before, int(start) - earliest),
            fitting,
            bool(fitting < after or start - earliest < before),
        )
        for start in chosen
    ]


def _named(day: DateLike, periods: pd.PeriodIndex, possible: np.ndarray) -> pd.Period:
    """The period of a pretend start that somebody named, which must be one there is room for."""
    first, last = periods[possible[0]], periods[possible[-1]]
    period = period_holding(periods, day_of(day, "starts"))
    if not first <= period <= last:
        raise DesignError(
            f"A pretend operation can begin from {first} to {last}, with a year before it and its windows before the "
            f"real spike or operation; {day} is not among them. Name another day, or ask for a longer before."
        )
    return period


def _earliest(design: Design, origin: int) -> int:
    """Position of the first period from which on the treated areas have counts up to the design's first period."""
    counts = design.panel.counts.sel(area=list(design.treated), outcome=design.outcome).transpose(
        "area", "period"
    )
    missing = np.isnan(counts.values[:, :origin]).any(axis=0)
    return int(np.flatnonzero(missing)[-1]) + 1 if missing.any() else 0


def _moved(design: Design, *, pretended: _Pretended, operation: str) -> Design:
    """Keep one operation, with windows that fit, and move it.

    The windows change with the move, because either alone might reach outside the data; ``shifted_to`` needs a design
    that can be laid out where it stands, so "before" and "after" are made as short as can be first.
    """
    kept = [one for one in design.operations if one.name == operation]
    alone = design.with_windows(
        before=as_span(design.periods, pretended.before), after=as_span(design.periods, 0)
    )
    moved = alone.with_operations(kept).shifted_to(pretended.start.start_time)
    return moved.with_windows(after=as_span(design.periods, pretended.after))


def _table(target: Target, pretended: list[_Pretended], refits: list[Refit]) -> pd.DataFrame:
    """One row a pretend start."""
    rows = []
    for one, found in zip(pretended, refits, strict=True):
        row: dict[str, Any] = {"start": str(one.start), "before": one.before, "after": one.after}
        if found.effect is not None:
            effect = found.effect
            row |= {"rate_ratio": effect.rate_ratio, "lower": effect.lower, "upper": effect.upper}
            row |= {"statistic": float(np.divide(*log_effect(effect))), "excludes_one": excludes_one(effect)}
        rows.append(row | {"problem": found.problem})
    columns = [
        "start",
        "before",
        "after",
        "rate_ratio",
        "lower",
        "upper",
        "statistic",
        "excludes_one",
        "problem",
    ]
    return pd.DataFrame(rows, columns=columns)


def _answer(target: Target, facts: dict[str, Any]) -> str:
    """The answer in sentences."""
    n, unit = facts["n_shifts"], period_name(target.design.periods)
    text = (
        f"An effect was found at {percent(facts['share_excluding_one'])} of {counted(n, 'pretend start')} before the "
        f"operation, where there can be none (5% are expected). {facts['at_least_as_strong']} of them showed one at "
        f"least as strong as the real one (p = {facts['placebo_p']:.3f}, at least {facts['smallest_p']:.3f} with {n})."
    )
    if facts["shortened"]:
        after = f", after {counted(facts['after'], unit)}" if facts["after"] else ""
        before = counted(facts["shortest_before"], unit)
        text += f" The data have no room for the real windows: before is as short as {before}{after}."
    if facts["failed"]:
        text += f" {counted(facts['failed'], 'pretend start')} could not be fitted."
    return text
