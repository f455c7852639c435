"""The fitting of a study: every headline, its checks, the other methods and the sensitivities, as tasks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from evaluate.checks.placebo_in_space import PlaceboInSpace
from evaluate.checks.result import Check, CheckResult, CheckResults
from evaluate.checks.run import run_checks
from evaluate.design.design import Design
from evaluate.effects.kept import Kept
from evaluate.effects.result import Estimator, Result
from evaluate.estimators.structural import StructuralModel
from evaluate.numerics.seeds import child_seed
from evaluate.study.check import CheckedStudy
from evaluate.study.methods import Engine, make_checks, make_estimator
from evaluate.study.multiplicity import pool_tasks, pooled_table, pools_of
from evaluate.study.plan import Plan
from evaluate.study.questions import Question, stated
from evaluate.study.sensitivities import HEADLINE, Attempt, attempt, moved_designs
from evaluate.study.tasks import Progress, Task, run_tasks

LONGEST = PlaceboInSpace.name
CHECK_DRAWS = 500
"""Draws of each of the many refits of a check; their Monte Carlo error is small beside what placebos differ by."""

SHARE_OF_HEADLINES = 0.15
"""Roughly the share of the time that the headline fits take, for the progress bar."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What was fitted.

    Parameters
    ----------
    key_of : mapping
        Claim's id to its question's key.
    headlines : mapping
        Question's key to the headline fit.
    attempts : mapping
        Question's key to the other methods, then the moved designs.
    checks : mapping
        Claim's id to the checks made for it.
    methods : int
        How many of the attempts are other methods.
    pooled : pandas.DataFrame
        Effects on secondary outcomes, raw and pooled; see ``evaluate.study.multiplicity``.
    """

    key_of: Mapping[str, str]
    headlines: Mapping[str, Result]
    attempts: Mapping[str, Sequence[Attempt]]
    checks: Mapping[str, CheckResults]
    methods: int
    pooled: pd.DataFrame

    def headline(self, claim: str) -> Result:
        """Return the headline fit that a claim is judged by."""
        return self.headlines[self.key_of[claim]]

    def comparisons(self, claim: str) -> tuple[Result, ...]:
        """Return the other methods' fits of a claim's question; one that refused is left out."""
        found = self.attempts[self.key_of[claim]][: self.methods]
        return tuple(one.result for one in found if one.result is not None)


def answer_all(
    checked: CheckedStudy,
    *,
    engine: Engine,
    quick: bool = False,
    progress: Progress | None = None,
    kept: Kept | None = None,
) -> Answers:
    """Fit everything a study asks for.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data.
    engine : {"fast", "nuts"}
        Of the structural model, for the headlines. Sensitivities and checks, which are many, use the fast engine.
    quick : bool
        Fewer placebos and draws.
    progress : callable, optional
        Called with the share done and what was done last.
    kept : Kept, optional
        Where finished work is kept and looked for.

    Returns
    -------
    Answers

    Raises
    ------
    FitError
        If a headline cannot be fitted.
    """
    plan, seed = checked.plan, checked.seed
    estimator = make_estimator(plan.headline.estimator, engine=engine, quick=quick)
    if progress is not None:
        progress(0.0, "plan and data are sound")
    headlines = run_tasks(
        [_headline(question, estimator, seed) for question in checked.questions],
        progress=progress,
        until=SHARE_OF_HEADLINES,
        kept=kept,
    )
    swift = make_estimator(plan.headline.estimator, engine="fast", quick=quick)
    tasks = [
        task
        for question in checked.questions
        for task in _checks(question, plan, replace(headlines[question.key], kept=kept), seed, quick=quick)
    ]
    tasks.sort(
        key=lambda task: not task.label.endswith(LONGEST)
    )  # so that no core idles while the last one runs
    tasks += [task for question in checked.questions for task in _attempts(question, plan, swift, seed)]
    pools = pools_of(checked.questions, plan)
    tasks += pool_tasks(pools, _few_draws(swift), seed)
    found = run_tasks(tasks, progress=progress, done=SHARE_OF_HEADLINES, kept=kept)
    return Answers(
        key_of={claim.id: question.key for question in checked.questions for claim in question.claims},
        headlines={question.key: headlines[question.key] for question in checked.questions},
        attempts={
            question.key: [found[task.key] for task in _attempts(question, plan, swift, seed)]
            for question in checked.questions
        },
        checks=_gathered(checked.questions, plan, found, quick=quick),
        methods=len(plan.sensitivity.estimators),
        pooled=pooled_table(pools, found),
    )


def _headline(question: Question, estimator: Estimator, seed: int) -> Task:
    """The fit that answers a question."""
    child = child_seed(seed, HEADLINE, question.key)
    return Task(question.key, f"{question.key}: {estimator.name}", _fit, (estimator, question.design, child))


def _fit(estimator: Estimator, design: Design, seed: int) -> Result:
    return estimator.fit(design, seed=seed)


def _attempts(question: Question, plan: Plan, estimator: Estimator, seed: int) -> list[Task]:
    """The other methods on the same design, then the same method on moved designs."""
    tasks = []
    for name in plan.sensitivity.estimators:
        arguments = (name, make_estimator(name), question.design, child_seed(seed, name, question.key))
        tasks.append(Task((question.key, name), f"{question.key}: {name}", attempt, arguments))
    for label, design in moved_designs(question, plan).items():
        child = child_seed(seed, label, question.key)
        if isinstance(design, Design):
            task = Task(
                (question.key, label), f"{question.key}: {label}", attempt, (label, estimator, design, child)
            )
        else:
            task = Task((question.key, label), f"{question.key}: {label}", Attempt, (label, None, design))
        tasks.append(task)
    return tasks


def _checks(question: Question, plan: Plan, headline: Result, seed: int, *, quick: bool) -> list[Task]:
    """Every check of every claim; a check that two claims ask for alike is made once."""
    swift = replace(headline, estimator=_swift(headline.estimator, question.design))
    tasks: dict[Hashable, Task] = {}
    for claim in question.claims:
        proposition = stated(claim)
        about = (question.key, proposition.operation, proposition.window)
        child = child_seed(seed, "checks", *about)
        for check in make_checks(plan, claim, quick=quick):
            label = f"{', '.join(dict.fromkeys(about))}: {check.name}"
            key = (question.key, repr(check))
            tasks.setdefault(key, Task(key, label, _check, (swift, check, child), keeps_itself=True))
    return list(tasks.values())


def _check(result: Result, check: Check, seed: int) -> CheckResult:
    return run_checks(result, [check], seed=seed)[0]


def _swift(estimator: Estimator, design: Design) -> Estimator:
    """The estimator as checks refit it, many times: on the fast engine, what all refits share learned once."""
    estimator = _few_draws(estimator)
    return estimator.prepared(design) if isinstance(estimator, StructuralModel) else estimator


def _few_draws(estimator: Estimator) -> Estimator:
    """The estimator as it is fitted again: on the fast engine, with fewer draws than the headline."""
    if isinstance(estimator, StructuralModel):
        return replace(estimator, engine="fast", draws=min(CHECK_DRAWS, estimator.draws))
    return estimator


def _gathered(
    questions: Sequence[Question], plan: Plan, found: Mapping[Hashable, Any], *, quick: bool
) -> dict[str, CheckResults]:
    """The answers of the checks by claim, in the plan's order."""
    return {
        claim.id: CheckResults(
            [found[question.key, repr(check)] for check in make_checks(plan, claim, quick=quick)]
        )
        for question in questions
        for claim in question.claims
    }
