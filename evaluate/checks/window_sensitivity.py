"""The same question over every length of the window that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import pandas as pd

from evaluate.checks.lengths import as_span
from evaluate.checks.refit import Move, Refit, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import finding
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import counted
from evaluate.data.periods import period_name
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError

MAJORITY = 0.5
WORDS = {
    "reduction": "a clear reduction",
    "rise": "a clear rise",
    "either": "an interval that includes no change",
}


@dataclass(frozen=True, kw_only=True)
class WindowSensitivity:
    """Refit with every length of the window; the one claimed is marked.

    *Question.* Was the window chosen because it shows most?

    *Formula.* The same estimator with "after" of each length; operations that came later leave the design, and no
    window reaches into them. Looking back, as in "the past nine months", a stretch of time keeps its last period and
    begins so many before. A finding is "reduction", "rise" or "either", as the interval lies below, above or on
    both sides of 1; the number is the share of lengths with the finding of the length claimed.

    *Threshold.* One half: a finding that most lengths do not share is the window's, not the operation's. The lengths
    share their data, so this is a description and no test.

    *Source.* Convention of this package; Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, for showing
    all reasonable choices.

    Parameters
    ----------
    operation : str, optional
        Which one; the first otherwise.
    window : str, optional
        "after" or nothing: a "during" has the length the operation had, unless ``looking_back``.
    lengths : sequence of int
        Numbers of periods; those with no data or after the next operation's start are left out.
    looking_back : bool
        True where the operation is a stretch of time that a claim picked: its "during" then has a length to choose.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1))
    >>> check = ev.WindowSensitivity(lengths=range(3, 13)).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> check.facts["claimed_length"], check.passed
    (14, True)
    """

    operation: str | None = None
    window: str | None = None
    lengths: Sequence[int] = range(1, 19)
    looking_back: bool = False

    name: ClassVar[str] = "window length"
    question: ClassVar[str] = "Was the window chosen because it shows most?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to every length.

        Raises
        ------
        DesignError
            If the window has no length to choose, or no length fits the data.
        FitError
            If no length can be fitted.
        """
        target = find_target(result, self.operation, self.window)
        if target.window.name != ("during" if self.looking_back else "after"):
            raise DesignError(
                f"{target.label} is no stretch of time that a claim picked. Leave looking_back out."
                if self.looking_back
                else f'Only an "after" has a length to choose; {target.label} lasted as long as it did.'
            )
        claimed = len(target.window.periods)
        asked = sorted({length for length in (*self.lengths, claimed) if length >= 1})
        lengths = asked if self.looking_back else _fitting(target, asked)
        move = _looking_back if self.looking_back else _lasting
        moves = [Move(f"{length} periods", partial(move, target=target, length=length)) for length in lengths]
        refits = refit(target, moves, seed=seed)
        effects = {
            length: one.effect for length, one in zip(lengths, refits, strict=True) if one.effect is not None
        }
        if claimed not in effects:
            raise FitError(
                f"The window itself could not be fitted alone: {refits[lengths.index(claimed)].problem}"
            )
        table = _table(target, lengths, refits, claimed)
        facts = _facts(target, effects, claimed)
        share = facts["share_same_finding"]
        return CheckResult(
            self.name,
            self.question,
            _answer(target, facts),
            share,
            MAJORITY,
            bool(share >= MAJORITY),
            table,
            facts,
        )


def _fitting(target: Target, lengths: Sequence[int]) -> list[int]:
    """Lengths that end before the next operation and inside the data."""
    design = target.design
    last = design.window(target.window.operation, "during").periods[-1]
    later = [w.periods[0] for w in design.windows if w.name == "during" and w.periods[0] > last]
    everything = design.panel.periods
    room = int(((everything > last) & (everything < later[0]) if later else everything > last).sum())
    return [length for length in lengths if length <= room]


def _lasting(design: Design, *, target: Target, length: int) -> Design:
    """Judge one length of "after", without the operations that came later."""
    kept = [one for one in design.operations if one.first_day <= target.operation.first_day]
    after = as_span(design.periods, length)
    # The shorter of the two lengths first: either move alone has to be possible on these data.
    if length <= len(target.window.periods):
        return design.with_windows(after=after).with_operations(kept)
    return design.with_operations(kept).with_windows(after=after)


def _looking_back(design: Design, *, target: Target, length: int) -> Design:
    """Judge the last so many periods of a stretch of time; operations inside it leave the design."""
    last = target.window.periods[-1]
    first = (last - length + 1).start_time
    operations = [replace(target.operation, start=first, end=last.end_time.normalize())]
    operations += [one for one in design.operations if one.first_day > last.end_time]
    return design.with_operations(operations)


def _table(target: Target, lengths: list[int], refits: list[Refit], claimed: int) -> pd.DataFrame:
    """One row a length."""
    rows = []
    for length, one in zip(lengths, refits, strict=True):
        row: dict[str, Any] = {"length": length, "claimed": length == claimed, "problem": one.problem}
        if one.effect is not None:
            row |= {
                key: getattr(one.effect, key)
                for key in ("observed", "expected", "rate_ratio", "lower", "upper")
            }
            row |= {"p_reduction": one.effect.p_reduction, "finding": finding(one.effect)}
        rows.append(row)
    columns = [
        "length",
        "claimed",
        "observed",
        "expected",
        "rate_ratio",
        "lower",
        "upper",
        "p_reduction",
        "finding",
    ]
    return pd.DataFrame(rows, columns=[*columns, "problem"])


def _facts(target: Target, effects: dict[int, Effect], claimed: int) -> dict[str, Any]:
    """Plain numbers for the report."""
    ratios = {length: effect.rate_ratio for length, effect in effects.items()}
    same = [finding(effect) == finding(effects[claimed]) for effect in effects.values()]
    return target.facts | {
        "claimed_length": claimed,
        "claimed_rate_ratio": ratios[claimed],
        "claimed_finding": finding(effects[claimed]),
        "claimed_rank": 1 + sum(ratio < ratios[claimed] for ratio in ratios.values()),
        "n_lengths": len(ratios),
        "share_same_finding": sum(same) / len(same),
        "most_favourable_length": min(ratios, key=lambda length: ratios[length]),
        "lowest_rate_ratio": min(ratios.values()),
        "highest_rate_ratio": max(ratios.values()),
    }


def _answer(target: Target, facts: dict[str, Any]) -> str:
    """The answer in sentences."""
    unit = period_name(target.design.periods)
    return (
        f"Over {counted(facts['n_lengths'], 'window length')} the rate ratio goes from "
        f"{facts['lowest_rate_ratio']:.2f} to {facts['highest_rate_ratio']:.2f}. The window of "
        f"{counted(facts['claimed_length'], unit)} ({facts['claimed_rate_ratio']:.2f}) is number "
        f"{facts['claimed_rank']} of {facts['n_lengths']} by size of reduction; the most favourable is "
        f"{counted(facts['most_favourable_length'], unit)}. {facts['share_same_finding']:.0%} of the lengths show what "
        f"it shows, {WORDS[facts['claimed_finding']]}."
    )
