"""The same question put otherwise: other methods, other dates, and the areas next door."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from evaluate.checks.displacement import AS_IF_TREATED
from evaluate.checks.result import CheckResult
from evaluate.checks.specification_curve import AGREEMENT
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Estimator, Result
from evaluate.errors import DesignError, FitError
from evaluate.study.plan import ClaimPlan, Dates, Plan
from evaluate.study.questions import Question, stated

COLUMNS = ("claim", "sensitivity", "rate_ratio", "lower", "upper", "p_reduction")
HEADLINE = "headline"


@dataclass(frozen=True, eq=False)
class Attempt:
    """One fit of a sensitivity: a result, or why there is none.

    Parameters
    ----------
    label : str
        What was changed.
    result : Result or None
        The fit.
    problem : str
        Why it could not be made; empty where it could.
    """

    label: str
    result: Result | None
    problem: str = ""


def attempt(label: str, estimator: Estimator, design: Design, seed: int) -> Attempt:
    """Fit, or say why that was not possible: a method that refuses a design is a finding, not a failure."""
    try:
        return Attempt(label, estimator.fit(design, seed=seed))
    except (FitError, DesignError) as error:
        return Attempt(label, None, str(error))


def moved_designs(question: Question, plan: Plan) -> dict[str, Design | str]:
    """Restate a question: other dates, the outcomes nobody made a claim about, the buffers as if treated.

    Parameters
    ----------
    question : Question
        The headline's.
    plan : Plan
        Says which other dates and outcomes there are.

    Returns
    -------
    dict
        What was changed, to the design; or to the reason why that design cannot be made.
    """
    moved: dict[str, Design | str] = {}
    if plan.sensitivity.start_dates:
        moved |= _other_dates(question, plan)
    if question.claims[0] is plan.claims_primary_first[0]:
        for outcome in _unclaimed(plan):
            moved[f"{outcome} instead of {question.design.outcome}"] = question.design.for_outcome(outcome)
    if question.design.buffer:
        moved[AS_IF_TREATED] = question.design.buffer_as_treated()
    return moved


def _other_dates(question: Question, plan: Plan) -> dict[str, Design | str]:
    """The design with one operation, or the claim's own period, at each of its other dates."""
    dated: dict[str, Sequence[Dates]] = {one.name: one.alternatives for one in plan.operations}
    if question.own_period:
        dated = {
            question.design.operations[0].name: [
                one for claim in question.claims for one in claim.alternatives
            ]
        }
    moved: dict[str, Design | str] = {}
    for name, alternatives in dated.items():
        for dates in alternatives:
            operations = [
                replace(one, start=dates.start, end=dates.end) if one.name == name else one
                for one in question.design.operations
            ]
            label = f"{name} taken as {dates.start} to {dates.end}"
            try:
                moved[label] = question.design.with_operations(operations)
            except DesignError as error:
                moved[label] = str(error)
    return moved


def _unclaimed(plan: Plan) -> list[str]:
    """Outcomes of crime, not of enforcement, that no claim is about."""
    claimed = {claim.outcome for claim in plan.claims}
    return [
        one.name
        for one in plan.outcomes
        if one.parts and one.generation != "enforcement" and one.name not in claimed
    ]


def sensitivity_table(
    questions: Sequence[Question],
    headlines: Mapping[str, Result],
    attempts: Mapping[str, Sequence[Attempt]],
) -> pd.DataFrame:
    """Lay out every claim's effect under the headline and under each sensitivity.

    Parameters
    ----------
    questions : sequence of Question
        With the claims they answer.
    headlines : mapping
        Question's key to the headline fit.
    attempts : mapping
        Question's key to its sensitivities.

    Returns
    -------
    pandas.DataFrame
        Columns ``claim``, ``sensitivity``, ``rate_ratio``, ``lower``, ``upper`` and ``p_reduction``; a row that
        could not be made has no numbers, and says why.
    """
    rows = []
    for question in questions:
        for claim in question.claims:
            rows.append(_row(claim, Attempt(HEADLINE, headlines[question.key])))
            rows += [_row(claim, one) for one in attempts[question.key]]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def listed_check(claim: ClaimPlan, headline: Result, attempts: Sequence[Attempt]) -> CheckResult | None:
    """Ask whether the plan's other methods and dates point the way the headline does.

    Other outcomes and the buffer areas are other questions, and do not count.

    Parameters
    ----------
    claim : ClaimPlan
        Whose effect is looked at.
    headline : Result
        The fit that it is judged by.
    attempts : sequence of Attempt
        The sensitivities of its question.

    Returns
    -------
    CheckResult or None
        The share on the headline's side of no change, against 75%; None where the plan lists none that could be made.
    """
    proposition = stated(claim)
    ratio = headline.effect(proposition.operation, proposition.window).rate_ratio
    rows = []
    for one in attempts:
        same_question = one.result is not None and (
            (one.result.design.outcome, one.result.design.treated)
            == (headline.design.outcome, headline.design.treated)
        )
        row = _row(claim, one)
        if same_question and not math.isnan(row[2]):
            rows.append((one.label, *row[2:], (row[2] < 1) == (ratio < 1)))
    if not rows:
        return None
    columns = ["sensitivity", *COLUMNS[2:], "same_direction"]
    table = pd.DataFrame(rows, columns=columns)
    share = float(table["same_direction"].mean())
    against = int((~table["same_direction"]).sum())
    way = "fewer" if ratio < 1 else "more"
    others = f"{against} of the {len(rows)} point the other way" if against else "they all agree"
    return CheckResult(
        "listed sensitivities",
        "Do the other methods and dates that the plan lists point the same way?",
        f"The headline found {way} than expected. Of other methods and dates the plan lists {len(rows)}; {others}.",
        share,
        AGREEMENT,
        share >= AGREEMENT,
        table,
        {
            "operation": proposition.operation,
            "window": proposition.window,
            "n_specifications": len(rows),
            "share_same_direction": share,
        },
    )


def _row(claim: ClaimPlan, one: Attempt) -> tuple[str, str, float, float, float, float]:
    """One claim under one sensitivity; what could not be made is listed with the reason."""
    proposition = stated(claim)
    problem = one.problem
    if one.result is not None:
        try:
            effect: Effect = one.result.effect(proposition.operation, proposition.window)
        except DesignError:
            problem = "With these dates the operation has no such window."
        else:
            return (claim.id, one.label, effect.rate_ratio, effect.lower, effect.upper, effect.p_reduction)
    return (claim.id, f"{one.label}: not possible. {problem}", math.nan, math.nan, math.nan, math.nan)
