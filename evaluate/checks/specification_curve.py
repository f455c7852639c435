"""The same question under every combination of reasonable choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd

from evaluate.checks.control_sets import possible_sets, with_control_set
from evaluate.checks.curve_inference import curve_test
from evaluate.checks.refit import Preparable, Refit, fit_one
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import finding
from evaluate.checks.side_by_side import side_by_side
from evaluate.checks.stand_ins import Group, stand_in_groups, with_stand_in
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import counted, percent
from evaluate.design.design import Design
from evaluate.effects.kept import ABSENT, Kept
from evaluate.effects.result import Estimator, Result
from evaluate.errors import EvaluateError, FitError
from evaluate.numerics.seeds import child_seed

AGREEMENT: Final = 0.75
APART, INSIDE, NO_SPIKE = "spike apart", "spike in the baseline", "no spike"
CHOICES: Final = ("estimator", "outcome", "controls", "before", "after", "trigger")
NUMBERS: Final = ("rate_ratio", "lower", "upper", "p_reduction")


@dataclass(frozen=True)
class Specification:
    """One combination of choices, in the words of the table."""

    estimator: str
    outcome: str
    controls: str
    before: str
    after: str
    trigger: str

    @property
    def label(self) -> str:
        """All choices in one line, which decides the seed of the fit."""
        return " / ".join(getattr(self, choice) for choice in CHOICES)


@dataclass(frozen=True, kw_only=True)
class SpecificationCurve:
    """Refit under every combination of estimator, outcome, controls, windows, and with or without the trigger's term.

    *Question.* Would other reasonable choices have led to another answer?

    *Formula.* Every combination of the choices is fitted; the number is the share of specifications whose rate ratio
    lies on the headline's side of 1. Specifications share their data, so the share is a description and no
    probability. For a probability the whole curve is drawn for untreated areas too (``curve_inference``): with b of n
    stand-ins whose mean z is at least as far from 0, ``p = (1 + b) / (1 + n)``. Stand-ins are drawn at random, with
    or without a spike.

    *Threshold.* 0.75: where more than a quarter of the specifications point the other way, confidence is lowered.

    *Source.* Simonsohn, Simmons and Nelson (2020), "Specification curve analysis", Nature Human Behaviour 4.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    estimators : sequence of Estimator
        Methods beside that of the result, one of each name.
    outcomes : sequence of str
        Outcomes that answer the same question, beside that of the design.
    controls : sequence of str
        Sets of controls beside the plan's: the rules of ``control_sets.with_control_set``. A rule that keeps fewer
        than five areas, or all, is left out.
    before, after : sequence of str
        Lengths beside those of the design; those the data do not cover are listed as refused. With another "after"
        later operations leave the design; a "during" has one length.
    without_trigger : bool
        Also without the trigger's own term, so that the spike is part of the baseline.
    reduction : float, optional
        Fall claimed, as a fraction: how many specifications show one as large, how many rule it out.
    stand_ins : int
        Untreated areas to draw the curve for; 0 for no test of the curve.
    n_jobs : int, optional
        Processes to fit in.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1))
    >>> check = ev.SpecificationCurve(before=["24 months"], stand_ins=5)
    >>> answer = check.run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> answer.facts["n_specifications"], answer.number, round(answer.facts["curve_p"], 3)
    (2, 1.0, 0.167)
    """

    operation: str | None = None
    window: str | None = None
    estimators: Sequence[Estimator] = ()
    outcomes: Sequence[str] = ()
    controls: Sequence[str] = ("alike in size", "same larger area", "every other")
    before: Sequence[str] = ("24 months", "36 months", "48 months")
    after: Sequence[str] = ()
    without_trigger: bool = True
    reduction: float | None = None
    stand_ins: int = 19
    n_jobs: int | None = None

    name: ClassVar[str] = "specification curve"
    question: ClassVar[str] = "Would other reasonable choices have led to another answer?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit every specification to the treated area, and to stand-ins.

        Raises
        ------
        DesignError
            If an outcome is not in the panel, or there is no such rule for controls.
        FitError
            If none can be fitted.
        """
        target = find_target(result, self.operation, self.window)
        design = self._design(target)
        specifications = self._specifications(design, target)
        groups = stand_in_groups(design, most=self.stand_ins, random=np.random.default_rng(seed))
        methods = self._methods(target, design)
        pieces = [
            (design, group, specifications, methods, target.window.key, seed) for group in [(), *groups]
        ]
        curves = _drawn(pieces, target.result.kept, self.n_jobs)
        own, others = curves[0], curves[1:]
        table = _table(specifications, own)
        fitted = table[table["problem"] == ""]
        if not len(fitted):
            raise FitError(f"No specification could be fitted; the first: {table['problem'].iloc[0]}")
        facts = _facts(target, fitted, refused=len(table) - len(fitted), reduction=self.reduction)
        if groups:
            facts |= curve_test(own, others)
        share = facts["share_same_direction"]
        return CheckResult(
            self.name, self.question, _answer(facts), share, AGREEMENT, bool(share >= AGREEMENT), table, facts
        )

    def _design(self, target: Target) -> Design:
        """The target's design on a panel with the outcomes of the curve alone."""
        design = target.design
        for outcome in self.outcomes:
            design.for_outcome(outcome)  # says which outcomes there are
        wanted = [one for one in map(str, design.panel.outcomes) if one in {design.outcome, *self.outcomes}]
        if len(wanted) == len(design.panel.outcomes):
            return design
        return replace(design, panel=design.panel.select(outcomes=wanted))

    def _methods(self, target: Target, design: Design) -> dict[tuple[str, str], Estimator]:
        """The estimator of each name and outcome; what it can learn of an outcome it learns once."""
        headline = target.result.estimator
        named = {headline.name: headline} | {
            one.name: one for one in self.estimators if one.name != headline.name
        }
        return {
            (name, outcome): method.prepared(design.for_outcome(outcome))
            if isinstance(method, Preparable)
            else method
            for name, method in named.items()
            for outcome in dict.fromkeys([design.outcome, *self.outcomes])
        }

    def _specifications(self, design: Design, target: Target) -> list[Specification]:
        """Every combination, the headline's first."""
        has_trigger = bool(len(design.trigger_periods))
        triggers = (
            [APART, INSIDE] if self.without_trigger and has_trigger else [APART if has_trigger else NO_SPIKE]
        )
        afters = [design.after, *(self.after if target.window.name == "after" else ())]
        return [
            Specification(*choices)
            for choices in product(
                dict.fromkeys([target.result.estimator.name, *(one.name for one in self.estimators)]),
                dict.fromkeys([design.outcome, *self.outcomes]),
                possible_sets(design, tuple(self.controls)),
                dict.fromkeys([design.before, *self.before]),
                dict.fromkeys(afters),
                triggers,
            )
        ]


def _drawn(pieces: list[tuple[Any, ...]], kept: Kept | None, n_jobs: int | None) -> list[list[Refit]]:
    """Draw a curve for each area, or find it where it was kept."""
    keys = ["" if kept is None else kept.key("curve", *piece) for piece in pieces]
    found: list[Any] = [ABSENT if kept is None else kept.get(key) for key in keys]
    missing = [place for place, one in enumerate(found) if one is ABSENT]
    for number, curve in side_by_side(_curve, [pieces[place] for place in missing], n_jobs=n_jobs):
        found[missing[number]] = curve
        if kept is not None:
            kept.put(keys[missing[number]], curve)
    return found


def _curve(
    design: Design,
    group: Group,
    specifications: Sequence[Specification],
    methods: dict[tuple[str, str], Estimator],
    key: tuple[str, str],
    seed: int,
) -> list[Refit]:
    """Fit every specification to one group of areas, or to the treated ones where it is empty."""
    base = with_stand_in(design, group=group) if group else design
    designs: dict[tuple[str, ...], Design | EvaluateError] = {}
    refits = []
    for one in specifications:
        choices = (one.outcome, one.controls, one.before, one.after, one.trigger)
        if choices not in designs:
            designs[choices] = _made(base, one, key[0], designs)
        child = child_seed(seed, one.label, "+".join(group))
        fitted = fit_one(one.label, designs[choices], methods[one.estimator, one.outcome], key, child)
        refits.append(Refit(fitted.label, fitted.effect, problem=fitted.problem))
    return refits


def _made(
    base: Design, one: Specification, operation: str, designs: dict[tuple[str, ...], Design | EvaluateError]
) -> Design | EvaluateError:
    """Make one specification's design; outcome and controls, which take longest to change, are changed once."""
    shared = (one.outcome, one.controls)
    try:
        if shared not in designs:
            designs[shared] = with_control_set(base.for_outcome(one.outcome), one.controls)
        found = designs[shared]
        return _with_windows(found, one, operation) if isinstance(found, Design) else found
    except EvaluateError as error:
        return error


def _with_windows(design: Design, one: Specification, operation: str) -> Design:
    """Change "before", "after" and the trigger; another "after" is judged without the operations that came later."""
    operations = design.operations
    if one.after != design.after:
        start = next(other.first_day for other in operations if other.name == operation)
        operations = tuple(other for other in operations if other.first_day <= start)
    trigger = design.trigger
    if one.trigger == INSIDE:
        operations, trigger = tuple(replace(other, trigger=None) for other in operations), None
    return replace(design, operations=operations, before=one.before, after=one.after, trigger=trigger)


def _table(specifications: Sequence[Specification], refits: Sequence[Refit]) -> pd.DataFrame:
    """One row a specification, those that fitted in order of rate ratio; the first specification is the headline's."""
    rows = []
    for place, (one, fitted) in enumerate(zip(specifications, refits, strict=True)):
        row: dict[str, Any] = {choice: getattr(one, choice) for choice in CHOICES}
        row |= {"headline": place == 0, "problem": fitted.problem}
        if fitted.effect is not None:
            row |= {name: getattr(fitted.effect, name) for name in NUMBERS}
            row |= {"finding": finding(fitted.effect)}
        rows.append(row)
    columns = [*CHOICES, "headline", *NUMBERS, "finding", "problem"]
    return pd.DataFrame(rows, columns=columns).sort_values("rate_ratio", kind="stable", ignore_index=True)


def _facts(target: Target, fitted: pd.DataFrame, *, refused: int, reduction: float | None) -> dict[str, Any]:
    """Shares by direction, by finding and against the size claimed."""
    ratios = fitted["rate_ratio"].astype(float)
    same = (ratios < 1) == (target.effect.rate_ratio < 1)
    facts = target.facts | {
        "n_specifications": len(fitted),
        "refused": refused,
        "share_same_direction": float(same.mean()),
        "share_reduction": float((ratios < 1).mean()),
        "share_clear_reduction": float((fitted["finding"] == "reduction").mean()),
        "share_clear_rise": float((fitted["finding"] == "rise").mean()),
        "median_rate_ratio": float(ratios.median()),
        "lowest_rate_ratio": float(ratios.min()),
        "highest_rate_ratio": float(ratios.max()),
        "headline_rate_ratio": target.effect.rate_ratio,
    }
    if reduction is not None:
        claimed = 1 - reduction
        facts |= {
            "claimed_reduction": reduction,
            "share_as_large": float((ratios <= claimed).mean()),
            "share_ruled_out": float((fitted["lower"].astype(float) > claimed).mean()),
        }
    return facts


def _answer(facts: dict[str, Any]) -> str:
    """The answer in sentences."""
    text = (
        f"Of {counted(facts['n_specifications'], 'specification')}, {percent(facts['share_reduction'])} show fewer "
        f"than expected, {percent(facts['share_clear_reduction'])} with an interval below 1 and "
        f"{percent(facts['share_clear_rise'])} with one above. The rate ratio goes from "
        f"{facts['lowest_rate_ratio']:.2f} to {facts['highest_rate_ratio']:.2f} (median "
        f"{facts['median_rate_ratio']:.2f}; headline {facts['headline_rate_ratio']:.2f})."
    )
    if "claimed_reduction" in facts:
        text += (
            f" {percent(facts['share_as_large'])} show a fall of {percent(facts['claimed_reduction'])} or more, and "
            f"the intervals of {percent(facts['share_ruled_out'])} leave one out."
        )
    if "curve_p" in facts:
        text += (
            f" The same curve drawn for {counted(facts['n_stand_ins'], 'untreated area')} is as far from no change in "
            f"{facts['curve_as_far']}: p = {facts['curve_p']:.3f} for the curve as a whole (the smallest possible is "
            f"{facts['curve_smallest_p']:.3f})."
        )
    if facts["refused"]:
        text += f" {counted(facts['refused'], 'specification')} could not be fitted."
    return text
