"""What the types of a plan cannot see: names that refer to nothing, dates that run backwards, claims half made."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluate.errors import did_you_mean
from evaluate.study.plan import ClaimPlan, Plan

Location = tuple[str | int, ...]
"""Where in the plan a value stands: keys and positions, such as ("claims", 0, "outcome")."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a plan, and where it stands.

    Parameters
    ----------
    location : tuple
        Keys and positions, such as ("claims", 0, "outcome").
    message : str
        One or two sentences: the rule, the value, the fix.
    """

    location: Location
    message: str


def contradictions(plan: Plan) -> Iterator[Problem]:
    """Yield what the types cannot see: names that refer to nothing, or twice to something, and claims half made."""
    yield from _twice("operations", [operation.name for operation in plan.operations], "name")
    yield from _twice("outcomes", [outcome.name for outcome in plan.outcomes], "name")
    yield from _twice("claims", [claim.id for claim in plan.claims], "id")
    primary = [outcome.name for outcome in plan.outcomes if outcome.primary]
    if len(primary) > 1:
        yield Problem(
            ("outcomes",), f"One outcome at most is primary; {len(primary)} are: {', '.join(primary)}."
        )
    for number, outcome in enumerate(plan.outcomes):
        if outcome.source == "incidents" and plan.data.incidents is None:
            yield Problem(
                ("outcomes", number, "source"),
                f'Outcome "{outcome.name}" is counted from incidents, but the plan has no [data.incidents].',
            )
    for number, operation in enumerate(plan.operations):
        yield from _backwards(operation.start, operation.end, ("operations", number), f'"{operation.name}"')
        for other, dates in enumerate(operation.alternatives):
            where = ("operations", number, "alternatives", other)
            yield from _backwards(dates.start, dates.end, where, f'The alternative of "{operation.name}"')
    for number, event in enumerate(plan.events):
        yield from _backwards(event.start, event.end, ("events", number), f'Event "{event.name}"')
    for number, claim in enumerate(plan.claims):
        yield from _claim(claim, ("claims", number), plan)
    yield from _same_period(plan)
    yield from _negative_controls(plan)
    known = [outcome.name for outcome in plan.outcomes if outcome.parts]
    for number, name in enumerate(plan.specifications.outcomes):
        if name not in known:
            message = f'A specification names the outcome "{name}". {did_you_mean(name, known)}'
            yield Problem(("specifications", "outcomes", number), message)
    if all(claim.untestable for claim in plan.claims):
        yield Problem(
            ("claims",), "Every claim is marked untestable; a study needs one that its data can test."
        )


def _negative_controls(plan: Plan) -> Iterator[Problem]:
    """Outcomes that should not move are outcomes of the plan, made of something; dates, before the operations."""
    outcomes = [outcome.name for outcome in plan.outcomes if outcome.parts]
    for number, name in enumerate(plan.checks.negative_controls):
        if name not in outcomes:
            hint = did_you_mean(name, outcomes)
            message = f'The negative control "{name}" is no outcome of this plan with parts. {hint}'
            yield Problem(("checks", "negative_controls", number), message)
    first = min(operation.start for operation in plan.operations)
    for number, day in enumerate(plan.checks.negative_control_dates):
        if day >= first:
            message = f"The negative control date {day} is not before the first operation, of {first}. Name an earlier."
            yield Problem(("checks", "negative_control_dates", number), message)


def _same_period(plan: Plan) -> Iterator[Problem]:
    """One name of a period means the same dates everywhere."""
    meant: dict[str, tuple[datetime.date | None, datetime.date | None]] = {}
    for number, claim in enumerate(plan.claims):
        dates = (claim.start, claim.end)
        if claim.period is not None and meant.setdefault(claim.period, dates) != dates:
            yield Problem(
                ("claims", number, "period"),
                f'The period "{claim.period}" of claim "{claim.id}" has other dates than an earlier claim gives it; '
                "name it otherwise, or correct the dates.",
            )


def _twice(table: str, names: Sequence[str], key: str) -> Iterator[Problem]:
    """A name that stands twice refers to nothing."""
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Problem(
                (table, number, key), f'Two {table} have the {key} "{name}"; give one of them another.'
            )


def _backwards(
    start: datetime.date, end: datetime.date | None, where: Location, what: str
) -> Iterator[Problem]:
    """An end before its start."""
    if end is not None and end < start:
        message = f"{what} ends on {end}, before it starts on {start}. Swap the two dates, or correct one."
        yield Problem((*where, "end"), message)


def _claim(claim: ClaimPlan, where: Location, plan: Plan) -> Iterator[Problem]:
    """A claim names an outcome, one stretch of time and one size, unless the plan says it cannot be tested."""
    named = f'Claim "{claim.id}"'
    outcomes = [outcome.name for outcome in plan.outcomes]
    if claim.outcome not in outcomes:
        hint = did_you_mean(claim.outcome, outcomes)
        yield Problem(
            (*where, "outcome"), f'{named} is about the outcome "{claim.outcome}", unknown here. {hint}'
        )
    elif claim.untestable is None and not plan.outcome(claim.outcome).parts:
        message = f'{named} is about "{claim.outcome}", which is made of no parts, so it needs untestable: the reason.'
        yield Problem((*where, "outcome"), message)
    operations = [operation.name for operation in plan.operations]
    if claim.operation is not None and claim.operation not in operations:
        hint = did_you_mean(claim.operation, operations)
        yield Problem(
            (*where, "operation"), f'{named} is about the operation "{claim.operation}", unknown here. {hint}'
        )
    if claim.reduction is not None and claim.increase is not None:
        yield Problem((*where, "increase"), f"{named} states a reduction and an increase; keep one.")
    if (claim.start is None) != (claim.end is None):
        yield Problem(where, f"{named} has one of start and end; a claim over its own dates needs both.")
    elif claim.start is not None:
        yield from _backwards(claim.start, claim.end, where, named)
        if claim.operation is not None or claim.window is not None:
            rule = "a claim is about one of the operations, or about dates of its own"
            yield Problem(
                where, f"{named} has start and end as well as operation or window; {rule}. Keep one."
            )
    for number, dates in enumerate(claim.alternatives):
        yield from _backwards(
            dates.start, dates.end, (*where, "alternatives", number), f"An alternative of {named}"
        )
    if claim.alternatives and claim.start is None:
        message = f"{named} has alternatives but no dates of its own; give those of an operation with the operation."
        yield Problem((*where, "alternatives"), message)
    if claim.untestable is not None:
        return
    if claim.operation is None and claim.start is None:
        yield Problem(where, f"{named} says no time: give operation (and window), or start and end.")
    if claim.reduction is None and claim.increase is None:
        yield Problem(
            where,
            f"{named} says no size: give reduction or increase as a fraction (0.5 for half, 0 for no stated size), "
            "or untestable with the reason why the data cannot test it.",
        )
