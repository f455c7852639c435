"""Several outcomes and windows in one study: p-values adjusted for there being several, posteriors pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.multiplicity import benjamini_hochberg, has_p_value, holm, two_sided_tail
from evaluate.effects.result import Estimator, Result
from evaluate.errors import DesignError
from evaluate.estimators.hierarchical import HierarchicalModel
from evaluate.estimators.structural import StructuralModel
from evaluate.numerics.seeds import child_seed
from evaluate.reports.findings import Finding
from evaluate.study.plan import OutcomePlan, Plan
from evaluate.study.questions import Question, stated
from evaluate.study.sensitivities import Attempt, attempt
from evaluate.study.tasks import Task

POOLED = "pooled outcomes"
ADJUSTMENTS = {"holm": holm, "false discovery": benjamini_hochberg}
"""Name in a plan to the adjustment."""

ADJUSTED_COLUMNS = ("method", "outcome", "operation", "window", "primary", "p_value", "adjusted")
POOLED_COLUMNS = (
    "outcome", "operation", "window", "raw", "raw_lower", "raw_upper", "pooled", "pooled_lower", "pooled_upper",
    "problem",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pool:
    """Outcomes of one stretch of time whose effects are drawn towards what they share.

    Parameters
    ----------
    outcomes : tuple of str
        Two or more, none made of parts of another, in the plan's order.
    design : Design
        Of the first of them.
    effects : tuple of (str, str, str)
        Outcome, operation and window of each effect that a claim is about.
    """

    outcomes: tuple[str, ...]
    design: Design
    effects: tuple[tuple[str, str, str], ...]

    @property
    def label(self) -> str:
        """For the progress bar and the seed."""
        names = dict.fromkeys(operation for _, operation, _ in self.effects)
        return f"{', '.join(names)}: {POOLED}"


def pools_of(questions: Sequence[Question], plan: Plan) -> list[Pool]:
    """Find the secondary outcomes that can be pooled: recorded crimes, not of enforcement, none part of another.

    Parameters
    ----------
    questions : sequence of Question
        The designs that are fitted; those of the same operations and periods are pooled together.
    plan : Plan
        Says what each outcome is made of.

    Returns
    -------
    list of Pool
        None where the plan's claims are on fewer than two such outcomes in any stretch of time.
    """
    primary = plan.claims_primary_first[0].outcome
    groups: dict[object, list[Question]] = {}
    for question in questions:
        design = question.design
        if design.outcome != primary and _can_be_pooled(plan.outcome(design.outcome)):
            when = (design.operations, design.periods[0], design.periods[-1])
            groups.setdefault(when, []).append(question)
    pools = []
    for group in groups.values():
        kept: list[Question] = []
        for question in group:
            own = plan.outcome(question.design.outcome)
            if not any(overlap(own, plan.outcome(one.design.outcome)) for one in kept):
                kept.append(question)
        if len(kept) > 1:
            effects = dict.fromkeys(
                (one.design.outcome, stated(claim).operation, stated(claim).window)
                for one in kept
                for claim in one.claims
            )
            outcomes = tuple(one.design.outcome for one in kept)
            pools.append(Pool(outcomes, kept[0].design, tuple(effects)))
    return pools


def overlap(one: OutcomePlan, other: OutcomePlan) -> bool:
    """Whether two outcomes may count the same incident, by the names of their parts.

    Examples
    --------
    >>> crime = OutcomePlan(name="crime", generation="mixed", parts=["*"])
    >>> theft = OutcomePlan(name="theft", generation="mixed", parts=["THEFT"])
    >>> bicycles = OutcomePlan(name="bicycles", generation="mixed", parts=["Theft: bicycle"])
    >>> robbery = OutcomePlan(name="robbery", generation="mixed", parts=["ROBBERY"])
    >>> overlap(crime, theft), overlap(theft, bicycles), overlap(bicycles, robbery)
    (True, True, False)
    """
    return any(
        "*" in (mine, theirs)
        or mine == theirs
        or mine.startswith(f"{theirs}:")
        or theirs.startswith(f"{mine}:")
        for mine in (part.casefold() for part in one.parts)
        for theirs in (part.casefold() for part in other.parts)
    )


def _can_be_pooled(outcome: OutcomePlan) -> bool:
    """Crimes that the public reports, wholly or in part: reports to a council share no effect with them."""
    return outcome.generation != "enforcement" and outcome.source == "data" and bool(outcome.parts)


def pool_tasks(pools: Sequence[Pool], estimator: Estimator, seed: int) -> list[Task]:
    """The pooled fits of a study, where its headline is the structural model.

    Parameters
    ----------
    pools : sequence of Pool
        From ``pools_of``.
    estimator : Estimator
        The headline's, as the checks refit it.
    seed : int
        Root seed of the run.

    Returns
    -------
    list of Task
    """
    if not isinstance(estimator, StructuralModel):
        return []
    return [
        Task(
            (POOLED, pool.label),
            pool.label,
            attempt,
            (
                POOLED,
                HierarchicalModel(outcomes=pool.outcomes[1:], model=estimator),
                pool.design,
                child_seed(seed, pool.label),
            ),
        )
        for pool in pools
    ]


def pooled_table(pools: Sequence[Pool], attempts: Mapping[object, Attempt]) -> pd.DataFrame:
    """Lay out the effects that claims are about, as each outcome gives them and as the pool does.

    Parameters
    ----------
    pools : sequence of Pool
        What was pooled.
    attempts : mapping
        Key of the task to what came of it; a pool that was not tried is left out.

    Returns
    -------
    pandas.DataFrame
        Rate ratios: ``outcome``, ``operation``, ``window``, ``raw``, ``pooled``, the ends of their intervals, and the
        ``problem`` where the pool could not be fitted. Of several treated areas each has a row.
    """
    rows: list[dict[str, object]] = []
    for pool in pools:
        found = attempts.get((POOLED, pool.label))
        for outcome, operation, window in pool.effects if found is not None else ():
            row: dict[str, object] = {"outcome": outcome, "operation": operation, "window": window}
            if found is None or found.result is None:
                rows.append(row | {"problem": found.problem if found else ""})
                continue
            units = found.result.diagnostics["units"]
            for area in pool.design.treated:
                rows.append(row | units.loc[(outcome, area, operation, window)].to_dict() | {"problem": ""})
    return pd.DataFrame(rows, columns=list(POOLED_COLUMNS))


def adjusted_table(by_claim: Mapping[str, Finding], plan: Plan) -> pd.DataFrame:
    """Adjust the p-values of everything but the primary effect, method by method.

    Two claims about one effect are one question. Counts of enforcement test nothing and are left out.

    Parameters
    ----------
    by_claim : mapping
        Claim's id to its finding, the primary one first.
    plan : Plan
        Names the adjustment and how each outcome comes about.

    Returns
    -------
    pandas.DataFrame
        ``method``, ``outcome``, ``operation``, ``window``, ``primary``, ``p_value`` (two-sided, raw) and ``adjusted``
        (NaN for the primary effect, which is not adjusted). Methods without p-values, and those with p-values for
        fewer than two secondary effects, are left out: there is nothing to adjust.
    """
    adjust = ADJUSTMENTS[plan.checks.adjustment]
    p_values: dict[str, dict[tuple[str, str, str], float]] = {}
    first = stated(plan.claims_primary_first[0])
    primary = (first.outcome, first.operation, first.window)
    for finding in by_claim.values():
        outcome = str(finding.claim.outcome)
        if finding.result is None or plan.outcome(outcome).generation == "enforcement":
            continue
        about = (outcome, finding.claim.operation, finding.claim.window)
        for result in (finding.result, *finding.comparisons):
            effect = _effect(result, finding)
            if effect is not None and has_p_value(effect):
                p_values.setdefault(result.estimator.name, {})[about] = two_sided_tail(effect)
    rows: list[tuple[object, ...]] = []
    for method, found in p_values.items():
        secondary = [about for about in found if about != primary]
        if len(secondary) < 2:
            continue
        adjusted = dict(zip(secondary, adjust([found[about] for about in secondary]), strict=True))
        rows += [
            (method, *about, about == primary, p_value, adjusted.get(about, float("nan")))
            for about, p_value in found.items()
        ]
    return pd.DataFrame(rows, columns=list(ADJUSTED_COLUMNS))


def _effect(result: Result, finding: Finding) -> Effect | None:
    """The effect a claim is about; None where the method has no such window."""
    try:
        return result.effect(finding.claim.operation, finding.claim.window)
    except DesignError:
        return None
