"""How much of the counts, and of the days, the operation could have touched at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.minimum_detectable_effect import planned_reduction
from evaluate.checks.result import CheckResult
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import counted, percent
from evaluate.data.periods import days_in, period_name
from evaluate.effects.result import Result
from evaluate.errors import DesignError

HALVED = 0.5


def diluted(ratio: float, share: float) -> float:
    """Rate ratio of a whole of which a share changes: ``1 - f + f RR``.

    Examples
    --------
    >>> round(diluted(0.5, 5 / 31), 4)
    0.9194
    """
    return 1.0 - share + share * ratio


def undiluted(ratio: float, share: float) -> float:
    """Rate ratio of the part that changed, from that of the whole: ``1 - (1 - RR) / f``; below 0 it cannot be.

    Examples
    --------
    >>> round(undiluted(0.9194, 5 / 31), 2)
    0.5
    """
    return 1.0 - (1.0 - ratio) / share


@dataclass(frozen=True, kw_only=True)
class Dilution:
    """Work out the largest change the counts could show if the operation had stopped everything it touched.

    *Question.* Could these counts have shown what the operation did where and when it took place?

    *Formula.* With f the share of the window's days in force (1 for "after") and s the share of the area's counts
    from the place meant, a rate ratio RR there is one of ``1 - f s + f s RR`` in the counts; stopping everything
    changes them by f s, the number. The reverse, ``1 - (1 - RR) / (f s)``, turns the estimate and its interval into
    what they would mean there. An end below 0 means that the counts do not rule out a complete stop.

    *Threshold.* The smallest reduction that counts with this mean, dispersion and autocorrelation show 4 times in 5
    (``MinimumDetectableEffect``'s ``facts["planned"]``): where f s is smaller, not even a complete stop would show.

    *Source.* Arithmetic; the shortcut ``RR ** f`` overstates the change.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    street_share : float, optional
        Share of the area's counts from the place of the operation, s; 1 where None.
    source : str
        Where that share comes from; printed with it.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=20, periods=60, seed=1)
    >>> design = ev.Design(panel, outcome="crime", treated=["A01"], before="36 months", after="12 months",
    ...                    operations=[ev.Operation("May", "2013-05-22", "2013-05-26")])
    >>> check = ev.Dilution(window="during").run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> round(check.number, 3), round(check.facts["ratio_if_halved"], 4), check.passed
    (0.161, 0.9194, False)
    """

    operation: str | None = None
    window: str | None = None
    street_share: float | None = None
    source: str = ""

    name: ClassVar[str] = "dilution"
    question: ClassVar[str] = (
        "Could these counts have shown what the operation did where and when it took place?"
    )

    def __post_init__(self) -> None:
        if self.street_share is not None and not 0 < self.street_share <= 1:
            raise DesignError(
                f"street_share is a share of the area's counts, above 0 and at most 1; it is {self.street_share}. "
                "Write 0.08 for 8%."
            )

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Work out the shares; nothing is fitted and no seed used."""
        target = find_target(result, self.operation, self.window)
        place = 1.0 if self.street_share is None else self.street_share
        share = target.share * place
        detectable = planned_reduction(target)
        effect = target.effect
        facts: dict[str, Any] = target.facts | {
            "share_of_days": target.share,
            "share_of_area": place,
            "max_share": share,
            "ratio_if_halved": diluted(HALVED, share),
            "implied_ratio": undiluted(effect.rate_ratio, share),
            "implied_lower": undiluted(effect.lower, share),
            "implied_upper": undiluted(effect.upper, share),
            "normal_variation": normal_variation(target),
            "smallest_detectable": detectable,
            "source": self.source,
        }
        passed = bool(share >= detectable)
        answer = _answer(target, facts, passed=passed)
        return CheckResult(self.name, self.question, answer, share, detectable, passed, _table(share), facts)


def normal_variation(target: Target) -> float:
    """Half width of the range in which 19 in 20 counts of one period lie, as a fraction of their mean."""
    moments = target.moments
    return float(1.959964 * np.sqrt(moments.dispersion / moments.mean))


def _table(share: float) -> pd.DataFrame:
    """What reductions where the operation took place amount to in the counts."""
    sizes = np.array([0.1, 0.25, 0.5, 0.75, 1.0])
    return pd.DataFrame({"reduction_there": sizes, "reduction_in_counts": sizes * share})


def _answer(target: Target, facts: dict[str, Any], *, passed: bool) -> str:
    """The answer in sentences."""
    unit = period_name(target.design.periods)
    share, parts = facts["max_share"], []
    if facts["share_of_days"] < 1:
        days = round(float(days_in(target.design.periods)[target.inside].sum()))
        touched = target.operation.days
        span = f"a {unit}" if target.inside.sum() == 1 else f"{int(target.inside.sum())} {unit}s"
        parts.append(
            f"{counted(touched, 'day').capitalize()} in {span} of {days} can change a count by at most "
            f"{percent(facts['share_of_days'])}."
        )
    if facts["share_of_area"] < 1:
        source = f" ({facts['source']})" if facts["source"] else ""
        parts.append(f"The place makes up {percent(facts['share_of_area'])} of the area's counts{source}.")
        parts.append(f"Stopping everything there would change the counts by {percent(share)}.")
    if not parts:
        parts.append(
            "The whole area is meant and the operation covers every day, so the counts are not diluted."
        )
    parts.append(
        f"The normal variation from {unit} to {unit} is +/-{percent(facts['normal_variation'])}, and the smallest "
        f"reduction the window's counts would show 4 times in 5 is {percent(facts['smallest_detectable'])}."
    )
    if share < 1:
        parts.append(_implied(facts))
    if not passed:
        what = "on the days it ran" if facts["share_of_days"] < 1 else "there"
        parts.append(f"These counts therefore cannot show whether the operation reduced anything {what}.")
    return " ".join(parts)


def _implied(facts: dict[str, Any]) -> str:
    """What the estimate's interval means where the operation took place."""
    low, high = facts["implied_lower"], facts["implied_upper"]
    if np.isnan(low):
        return "The method gives no interval, so no change there can be worked out."
    floor = "a complete stop" if low <= 0 else f"a rate ratio of {low:.2f}"
    if high <= 0:
        return "The interval asks for more than a complete stop there, so something else lowered the counts as well."
    return f"The interval of the estimate is compatible with anything from {floor} to a rate ratio of {high:.2f} there."
