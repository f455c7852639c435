"""Whether counts began to change before the first day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import pandas as pd

from evaluate.checks.lengths import as_span
from evaluate.checks.refit import Move, Refit, comparable, log_effect, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import counted, with_interval
from evaluate.data.periods import period_name
from evaluate.design.design import Design
from evaluate.design.operation import Operation
from evaluate.design.window import touched
from evaluate.effects.effect import Effect
from evaluate.effects.multiplicity import two_sided_tail
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError

LEVEL = 0.05
LEAD = "lead"


@dataclass(frozen=True, kw_only=True)
class Anticipation:
    """Plant an effect in the periods just before the operation.

    *Question.* Did counts change before the first day, as they would if the operation was known of?

    *Formula.* The same estimator on the design with another operation in the last one, two and three periods before
    the real one, each in a fit of its own. For each, twice the probability on the less likely side of no change; the
    number is the smallest by Bonferroni's adjustment, times the number of fits. Periods of the trigger get the lead
    instead of a term of the spike; there a rise is the spike itself and is not counted, only a fall. The table says
    too how far the real effect moves once the leads are out of what it is measured against.

    *Threshold.* 0.05. On simulated panels without any effect it failed 3 of 100 interrupted time series (standard error
    1.7%) and 1 of 60 structural models.

    *Source.* Smith, Clarke and Pease (2002), Crime Prevention Studies 13:71, for anticipatory benefits; leads as in
    Granger's test, Angrist and Pischke (2009), "Mostly Harmless Econometrics", section 5.2.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    periods : int
        The longest lead, from 1 to 12 periods.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=2))
    >>> check = ev.Anticipation().run(ev.InterruptedTimeSeries().fit(design, seed=1), seed=1)
    >>> check.table["lead"].tolist(), check.passed
    ([1, 2, 3], True)
    """

    operation: str | None = None
    window: str | None = None
    periods: int = 3

    name: ClassVar[str] = "anticipation"
    question: ClassVar[str] = (
        "Did counts change before the first day, as they would if the operation was known of?"
    )

    def __post_init__(self) -> None:
        if not 1 <= self.periods <= 12:
            raise DesignError(f"The longest lead is from 1 to 12 periods; it is {self.periods}.")

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator with each lead.

        Raises
        ------
        FitError
            If no lead can be fitted, or the effect has no standard error.
        """
        target = find_target(result, self.operation, self.window)
        log_effect(target.effect)
        lengths = range(1, self.periods + 1)
        name = _free_name(target.design)
        planted = [partial(_with_lead, target=target, length=length, name=name) for length in lengths]
        leads = [
            Move(f"lead of {length}", make, (name, "during"))
            for length, make in zip(lengths, planted, strict=True)
        ]
        washed = [Move(f"without {length}", make) for length, make in zip(lengths, planted, strict=True)]
        refits = comparable(refit(target, [*leads, *washed], seed=seed))
        table = _table(target, list(lengths), refits[: len(leads)], refits[len(leads) :])
        fitted = table[table["problem"] == ""]
        if fitted.empty:
            raise FitError(f"No lead could be fitted; for the first: {refits[0].problem}")
        number = float(min(1.0, len(fitted) * fitted["p_value"].min()))
        facts: dict[str, Any] = target.facts | {
            "n_leads": len(fitted),
            "in_trigger": bool(fitted["in_trigger"].any()),
            "furthest_lead": int(fitted["lead"].iloc[int(fitted["p_value"].argmin())]),
            "largest_shift": float(fitted["shift"].abs().max()),
        }
        answer = _answer(target, fitted, facts, number)
        return CheckResult(
            self.name, self.question, answer, number, LEVEL, bool(number >= LEVEL), table, facts
        )


def _free_name(design: Design) -> str:
    """A name for the lead that no operation has."""
    taken = {one.name for one in design.operations}
    name = LEAD
    while name in taken:
        name += "'"
    return name


def _with_lead(design: Design, *, target: Target, length: int, name: str) -> Design:
    """Put an operation into the periods just before the real one; what is left of a trigger goes before it."""
    operation = target.operation
    everything = design.panel.periods
    first = touched(everything, operation)[0]
    position = int((everything < first).sum())
    if position < length:
        raise DesignError(f"The data begin {counted(position, 'period')} before {operation.name}.")
    start, end = everything[position - length].start_time, everything[position - 1].end_time.normalize()
    remaining = int(target.trigger.sum()) - length
    trigger = as_span(everything, remaining) if remaining > 0 else None
    is_first = operation.name == design.operations[0].name
    lead = Operation(name, start, end, trigger=None if is_first else trigger)
    operations: list[Operation] = []
    for one in design.operations:
        operations += [lead, replace(one, trigger=None)] if one.name == operation.name else [one]
    if not is_first:
        return design.with_operations(operations)
    before = int((design.periods < first).sum()) - length
    return replace(design, operations=operations, before=as_span(everything, before), trigger=trigger)


def _table(target: Target, lengths: list[int], leads: list[Refit], washed: list[Refit]) -> pd.DataFrame:
    """One row a lead."""
    own, error = log_effect(target.effect)
    rows = []
    for length, lead, real in zip(lengths, leads, washed, strict=True):
        row: dict[str, Any] = {"lead": length, "problem": lead.problem or real.problem}
        if lead.effect is not None and real.effect is not None:
            keys = ("observed", "expected", "rate_ratio", "lower", "upper")
            row |= {key: getattr(lead.effect, key) for key in keys}
            row["in_trigger"] = bool(target.trigger.any())
            row["p_value"] = _p_value(lead.effect, in_trigger=row["in_trigger"])
            row |= {"real_rate_ratio": real.effect.rate_ratio}
            row["shift"] = (log_effect(real.effect)[0] - own) / error
        rows.append(row)
    columns = [
        "lead",
        "observed",
        "expected",
        "rate_ratio",
        "lower",
        "upper",
        "in_trigger",
        "p_value",
        "real_rate_ratio",
        "shift",
        "problem",
    ]
    return pd.DataFrame(rows, columns=columns)


def _p_value(effect: Effect, *, in_trigger: bool) -> float:
    """Two-sided; a rise inside the trigger is the spike and counts as nothing."""
    return 1.0 if in_trigger and effect.p_reduction < 0.5 else two_sided_tail(effect)


def _answer(target: Target, fitted: pd.DataFrame, facts: dict[str, Any], number: float) -> str:
    """The answer in sentences."""
    unit = period_name(target.design.periods)
    each = "; ".join(
        f"{counted(row['lead'], unit)}: {row['rate_ratio']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
        for row in fitted.to_dict("records")
    )
    text = (
        f"Rate ratios just before {target.window.operation} by length of the lead: {each}; the smallest p-value is "
        f"{number:.3f} with allowance for there being {facts['n_leads']}."
    )
    if facts["in_trigger"]:
        text += " These periods are the spike before the operation, so a rise in them is not counted."
    return (
        f"{text} Without them the rate ratio of {target.label} moves from {with_interval(target.effect)} by up to "
        f"{facts['largest_shift']:.1f} standard errors."
    )
