"""The same question asked of areas where nothing was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.refit import Move, Refit, comparable, excludes_one, log_effect, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.stand_ins import (
    Group,
    SpikeMatches,
    group_label,
    spike_matches,
    stand_in_groups,
    with_stand_in,
)
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import counted, percent
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import FitError

THRESHOLD = 0.05
FEWEST = 19
"""Stand-ins needed before (1 + b) / (1 + n) can be as small as 0.05."""


@dataclass(frozen=True, kw_only=True)
class PlaceboInSpace:
    """Pretend that the operation took place in untreated areas, one after the other.

    *Question.* Would untreated areas have shown an effect as strong?

    *Formula.* Every control area (or group of as many control areas as were treated) takes the place of the treated
    one, and the same estimator is fitted; the really treated areas and the buffers leave the design. The statistic is
    studentised, ``t = log rate ratio / its standard error``, because areas differ in size; with b stand-ins of n whose
    ``|t|`` is at least the treated area's, ``p = (1 + b) / (1 + n)``. One-sided for a reduction, b counts the stand-ins
    whose t is at most the treated area's.

    The stand-ins also measure the method: nothing was done in them, so the share whose interval leaves out 1 is the
    rate at which it finds effects that are not there. It should be near 5% for a 95% interval, with a standard error
    of ``sqrt(r (1 - r) / (n + 4))``, r = (x + 2) / (n + 4), for x of n (stand-ins share months and controls, so the
    error is a lower bound). The standard deviation of t should be near 1.

    An operation is not launched anywhere at random: it follows a spike. Where the design has a trigger, stand-ins that
    had a spike at least as high before a pretend start, in any month with room for the design, are shown beside.

    *Threshold.* 0.05, the convention; with fewer than 19 stand-ins p cannot be that small and nothing passes or fails.

    *Source.* MacKinnon and Webb (2020), "Randomization inference for difference-in-differences with few treated
    clusters", Journal of Econometrics 218, for t rather than coefficients; Phipson and Smyth (2010), Statistical
    Applications in Genetics and Molecular Biology 9, for the 1 in numerator and denominator; Agresti and Coull (1998),
    American Statistician 52, for the standard error.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    placebos : int, optional
        At most so many stand-ins of each kind, drawn at random; every control area otherwise.
    spike_matched : bool
        Also use stand-ins with a spike as high.
    n_jobs : int, optional
        Processes to fit in.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=24, periods=60, rate_ratio_after=0.4, seed=1))
    >>> check = ev.PlaceboInSpace().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> round(check.number, 3), check.passed
    (0.042, True)
    """

    operation: str | None = None
    window: str | None = None
    placebos: int | None = None
    spike_matched: bool = True
    n_jobs: int | None = None

    name: ClassVar[str] = "placebo in space"
    question: ClassVar[str] = "Would untreated areas have shown an effect as strong?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to the stand-ins.

        Raises
        ------
        FitError
            If the effect has no standard error, or no stand-in can be fitted.
        """
        target = find_target(result, self.operation, self.window)
        statistic = np.divide(*log_effect(target.effect))
        random = np.random.default_rng(seed)
        everyone = stand_in_groups(target.design, most=None, random=np.random.default_rng([seed, 1]))
        groups = stand_in_groups(target.design, most=self.placebos, random=random)
        if not groups:
            raise FitError(
                f"{counted(len(target.design.control), 'control area')} cannot stand in for "
                f"{len(target.design.treated)} treated. Name more controls."
            )
        moves = [Move("+".join(group), partial(with_stand_in, group=group)) for group in groups]
        refits = comparable(refit(target, moves, seed=seed, n_jobs=self.n_jobs))
        facts = target.facts | {"statistic": float(statistic)} | _standing(float(statistic), refits)
        if not facts["n_placebos"]:
            raise FitError(f"No stand-in could be fitted; for {refits[0].label}: {refits[0].problem}")
        rows = [_row("treated", target.design.treated, target, target.effect)]
        rows += _rows("untreated area", groups, refits, target)
        matches = None
        if self.spike_matched and target.trigger.any():
            matches = spike_matches(target, everyone, most=self.placebos, random=random)
            matched = comparable(refit(target, matches.moves, seed=seed, n_jobs=self.n_jobs))
            facts |= {
                f"spike_matched_{key}": value for key, value in _standing(float(statistic), matched).items()
            }
            facts |= {"spike_score": matches.score, "spike_matched_available": matches.available}
            rows += _rows("after a spike as high", matches.groups, matched, target)
        enough = facts["n_placebos"] >= FEWEST
        return CheckResult(
            self.name,
            self.question,
            _answer(facts, matches),
            facts["placebo_p"],
            THRESHOLD,
            bool(facts["placebo_p"] <= THRESHOLD) if enough else None,
            pd.DataFrame(rows),
            facts,
        )


def _standing(statistic: float, refits: Sequence[Refit]) -> dict[str, Any]:
    """Where the treated area stands among the stand-ins, and what they say of the method."""
    effects = [one.effect for one in refits if one.effect is not None]
    scores = np.array([np.divide(*log_effect(effect)) for effect in effects])
    n, found = len(scores), sum(excludes_one(effect) for effect in effects)
    guess = (found + 2) / (n + 4)
    return {
        "n_placebos": n,
        "failed": len(refits) - n,
        "at_least_as_strong": int((np.abs(scores) >= abs(statistic)).sum()),
        "placebo_p": permutation_p(np.abs(scores) >= abs(statistic)),
        "placebo_p_reduction": permutation_p(scores <= statistic),
        "smallest_p": 1.0 / (1 + n),
        "placebo_rejection": found / n if n else float("nan"),
        "placebo_rejection_se": float(np.sqrt(guess * (1 - guess) / (n + 4))),
        "placebo_z_sd": float(scores.std(ddof=1)) if n > 1 else float("nan"),
        "median_rate_ratio": float(np.median([effect.rate_ratio for effect in effects]))
        if n
        else float("nan"),
    }


def permutation_p(as_extreme: np.ndarray) -> float:
    """``(1 + b) / (1 + n)`` for b of n as extreme; never 0.

    Examples
    --------
    >>> import numpy as np
    >>> permutation_p(np.array([False] * 19))
    0.05
    """
    return float((1 + np.sum(as_extreme)) / (1 + len(as_extreme)))


def _row(
    kind: str, group: Sequence[str], target: Target, effect: Effect, start: Any = None
) -> dict[str, Any]:
    """One line of the table."""
    log_ratio, error = log_effect(effect)
    return {
        "kind": kind,
        "areas": "+".join(group),
        "label": group_label(target.design, tuple(group)),
        "start": str(
            target.design.window(target.window.operation, "during").periods[0] if start is None else start
        ),
        "rate_ratio": effect.rate_ratio,
        "lower": effect.lower,
        "upper": effect.upper,
        "standard_error": error,
        "statistic": log_ratio / error,
        "excludes_one": excludes_one(effect),
    }


def _rows(
    kind: str, groups: Sequence[Group], refits: Sequence[Refit], target: Target
) -> list[dict[str, Any]]:
    """One line for each stand-in that could be fitted."""
    lines = []
    for group, one in zip(groups, refits, strict=True):
        if one.effect is not None and one.design is not None:
            start = one.design.window(target.window.operation, "during").periods[0]
            lines.append(_row(kind, group, target, one.effect, start))
    return lines


def _answer(facts: dict[str, Any], matches: SpikeMatches | None) -> str:
    """The answer in sentences."""
    n = facts["n_placebos"]
    text = (
        f"{facts['at_least_as_strong']} of {counted(n, 'untreated stand-in')} showed an effect at least as strong: "
        f"p = {facts['placebo_p']:.3f} (the smallest possible with {n} is {facts['smallest_p']:.3f})."
    )
    if n < FEWEST:
        text += f" With fewer than {FEWEST} stand-ins p cannot reach {THRESHOLD}, so this cannot decide."
    text += (
        f" The method found an effect that is not there in {percent(facts['placebo_rejection'])} of them "
        f"(standard error {100 * facts['placebo_rejection_se']:.1f} points)."
    )
    if facts["failed"]:
        text += f" {counted(facts['failed'], 'stand-in')} could not be fitted."
    if matches is None:
        return text
    m = facts["spike_matched_n_placebos"]
    if not m:
        return f"{text} No untreated area had a spike as high (z = {matches.score:.1f}) with room for the design."
    few = f", fewer than the {FEWEST} needed to decide" if m < FEWEST else ""
    return (
        f"{text} Of {counted(m, 'stand-in')} with a spike as high before (z of {matches.score:.1f} or more){few}, "
        f"{facts['spike_matched_at_least_as_strong']} showed one as strong: p = {facts['spike_matched_placebo_p']:.3f}."
    )
