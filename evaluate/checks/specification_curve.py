"""The same question under every combination of reasonable choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any, ClassVar

import pandas as pd

from evaluate.checks.refit import Move, Refit, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import finding
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import counted, percent
from evaluate.design.design import Design
from evaluate.effects.result import Estimator, Result
from evaluate.errors import FitError

AGREEMENT = 0.75


@dataclass(frozen=True, kw_only=True)
class SpecificationCurve:
    """Refit under every combination of estimator, length of "before", and with or without the trigger's own term.

    *Question.* Would other reasonable choices have led to another answer?

    *Formula.* Every estimator on every design; the number is the share of specifications whose rate ratio lies on the
    headline's side of 1. Specifications share their data, so the share is a description and no probability.

    *Threshold.* 0.75: where more than a quarter of the specifications point the other way, confidence is lowered.

    *Source.* Simonsohn, Simmons and Nelson (2020), "Specification curve analysis", Nature Human Behaviour 4.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    estimators : sequence of Estimator
        Methods beside that of the result.
    before : sequence of str
        Lengths of "before" beside that of the design; those the data do not cover are listed as refused.
    without_trigger : bool
        Also without the trigger's own term, so that the spike is part of the baseline.
    n_jobs : int, optional
        Processes to fit in.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1))
    >>> check = ev.SpecificationCurve(before=["24 months"]).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> check.facts["n_specifications"], check.number
    (2, 1.0)
    """

    operation: str | None = None
    window: str | None = None
    estimators: Sequence[Estimator] = ()
    before: Sequence[str] = ("24 months", "36 months", "48 months")
    without_trigger: bool = True
    n_jobs: int | None = None

    name: ClassVar[str] = "specification curve"
    question: ClassVar[str] = "Would other reasonable choices have led to another answer?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit every specification.

        Raises
        ------
        FitError
            If none can be fitted.
        """
        target = find_target(result, self.operation, self.window)
        specifications = self._specifications(target)
        moves = [
            Move(
                " / ".join(map(str, key)),
                partial(_chosen, before=key[1], trigger=key[2]),
                estimator=estimator,
            )
            for key, estimator in specifications
        ]
        table = _table(
            target, [key for key, _ in specifications], refit(target, moves, seed=seed, n_jobs=self.n_jobs)
        )
        fitted = table[table["problem"] == ""]
        if not len(fitted):
            raise FitError(f"No specification could be fitted; the first: {table['problem'].iloc[0]}")
        facts = _facts(target, fitted, refused=len(table) - len(fitted))
        share = facts["share_same_direction"]
        return CheckResult(
            self.name, self.question, _answer(facts), share, AGREEMENT, bool(share >= AGREEMENT), table, facts
        )

    def _specifications(self, target: Target) -> list[tuple[tuple[str, str, bool], Estimator]]:
        """Every combination, the headline among them."""
        headline = target.result.estimator
        estimators = {headline.name: headline} | {
            one.name: one for one in self.estimators if one.name != headline.name
        }
        befores = list(dict.fromkeys([target.design.before, *self.before]))
        has_trigger = bool(len(target.design.trigger_periods))
        triggers = [True, False] if self.without_trigger and has_trigger else [has_trigger]
        return [(key, estimators[key[0]]) for key in product(estimators, befores, triggers)]


def _chosen(design: Design, *, before: str, trigger: bool) -> Design:
    """Make one specification's design."""
    if not trigger:
        operations = [replace(one, trigger=None) for one in design.operations]
        design = replace(design, operations=operations, trigger=None)
    return design.with_windows(before=before)


def _table(target: Target, keys: list[tuple[str, str, bool]], refits: list[Refit]) -> pd.DataFrame:
    """One row a specification, those that fitted in order of rate ratio."""
    headline = (target.result.estimator.name, target.design.before, bool(len(target.design.trigger_periods)))
    rows = []
    for key, one in zip(keys, refits, strict=True):
        row: dict[str, Any] = dict(zip(("estimator", "before", "trigger"), key, strict=True))
        row |= {"headline": key == headline, "problem": one.problem}
        if one.effect is not None:
            row |= {
                name: getattr(one.effect, name) for name in ("rate_ratio", "lower", "upper", "p_reduction")
            }
            row |= {"finding": finding(one.effect)}
        rows.append(row)
    columns = [
        "estimator",
        "before",
        "trigger",
        "headline",
        "rate_ratio",
        "lower",
        "upper",
        "p_reduction",
        "finding",
    ]
    return pd.DataFrame(rows, columns=[*columns, "problem"]).sort_values(
        "rate_ratio", kind="stable", ignore_index=True
    )


def _facts(target: Target, fitted: pd.DataFrame, *, refused: int) -> dict[str, Any]:
    """Shares by direction and by finding."""
    ratios = fitted["rate_ratio"].astype(float)
    same = (ratios < 1) == (target.effect.rate_ratio < 1)
    return target.facts | {
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


def _answer(facts: dict[str, Any]) -> str:
    """The answer in sentences."""
    refused = (
        f" {counted(facts['refused'], 'specification')} could not be fitted." if facts["refused"] else ""
    )
    return (
        f"Of {counted(facts['n_specifications'], 'specification')}, {percent(facts['share_reduction'])} show fewer "
        f"than expected, {percent(facts['share_clear_reduction'])} with an interval below 1 and "
        f"{percent(facts['share_clear_rise'])} with one above. The rate ratio goes from "
        f"{facts['lowest_rate_ratio']:.2f} to {facts['highest_rate_ratio']:.2f} (median "
        f"{facts['median_rate_ratio']:.2f}; headline {facts['headline_rate_ratio']:.2f}).{refused}"
    )
