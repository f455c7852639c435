"""What the effect would be if the operation had reached the control areas too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.refit import log_effect
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import ONE_ERROR
from evaluate.checks.target import complete, find_target
from evaluate.checks.wording import percent
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError

SMALLEST = 1e-3


def seen_with_spillover(ratio: float, *, share: float, fraction: float) -> float:
    """Rate ratio seen where a share q of control counts receives a fraction c of the log effect.

    ``RR / ((1 - q) + q RR^c)``

    Examples
    --------
    >>> round(seen_with_spillover(0.5, share=0.3, fraction=0.5), 3)
    0.548
    """
    return ratio / ((1 - share) + share * ratio**fraction)


def seen_with_displacement(ratio: float, *, prevented: float, displaced: float, control: float) -> float:
    """Rate ratio seen where a share d of the prevented counts P lands in controls that would count C.

    ``RR C / (C + d P)``

    Examples
    --------
    >>> round(seen_with_displacement(0.5, prevented=50, displaced=0.3, control=500), 3)
    0.485
    """
    return ratio * control / (control + displaced * prevented)


@dataclass(frozen=True, kw_only=True)
class ControlContamination:
    """Work back from the estimate to what it would be had the controls not been clean.

    *Question.* How far could an operation that reached the control areas have moved the estimate?

    *Formula.* (a) Spillover: a share q of the control counts received a fraction c of the log effect, so that
    ``RR / ((1 - q) + q RR^c)`` was seen, a bias against the operation. (b) Displacement: a share d of the P counts
    prevented landed in the controls, which would have counted C, so that ``RR C / (C + d P)`` was seen, a bias in its
    favour. Both are solved for RR; the number is the larger shift of the log rate ratio, over its standard error.

    *Threshold.* 1: contamination that moves the estimate by more than its own standard error matters as much as chance.

    *Source.* Arithmetic; the shares are assumptions, to be argued for in the plan.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    share : float
        Share of control counts reached, q.
    fraction : float
        Fraction of the log effect they received, c.
    displaced : float
        Share of prevented counts that moved to the controls, d.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=12, periods=60, rate_ratio_after=0.5, seed=1))
    >>> check = ev.ControlContamination().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> check.table["assumption"].tolist()
    ['as estimated', 'spillover', 'displacement']
    """

    operation: str | None = None
    window: str | None = None
    share: float = 0.3
    fraction: float = 0.5
    displaced: float = 0.3

    name: ClassVar[str] = "control contamination"
    question: ClassVar[str] = (
        "How far could an operation that reached the control areas have moved the estimate?"
    )

    def __post_init__(self) -> None:
        for label in ("share", "fraction", "displaced"):
            if not 0 <= getattr(self, label) <= 1:
                raise DesignError(f"{label} is a fraction from 0 to 1; it is {getattr(self, label)}.")

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Work back; nothing is fitted and no seed used.

        Raises
        ------
        FitError
            If there are no controls, or no effect seen could come from these assumptions.
        """
        target = find_target(result, self.operation, self.window)
        effect, control = target.effect, float(complete(target.design.control_counts)[:, target.inside].sum())
        if not control > 0:
            raise FitError(
                "Nothing was recorded in control areas in this window, so they cannot have been contaminated."
            )
        seen = {"estimate": effect.rate_ratio, "lower": effect.lower, "upper": effect.upper}
        corrected = {
            "spillover": {key: self._without_spillover(value) for key, value in seen.items()},
            "displacement": {
                key: self._without_displacement(value, effect.observed, control)
                for key, value in seen.items()
            },
        }
        log_ratio, error = log_effect(effect)
        shifts = {key: (np.log(ends["estimate"]) - log_ratio) / error for key, ends in corrected.items()}
        number = float(max(abs(shift) for shift in shifts.values()))
        table = pd.DataFrame(
            [
                {
                    "assumption": label,
                    "rate_ratio": ends["estimate"],
                    "lower": ends["lower"],
                    "upper": ends["upper"],
                }
                for label, ends in ({"as estimated": seen} | corrected).items()
            ]
        )
        facts: dict[str, Any] = target.facts | {
            "spillover_rate_ratio": corrected["spillover"]["estimate"],
            "displacement_rate_ratio": corrected["displacement"]["estimate"],
            "largest_shift": number,
        }
        answer = (
            f"Had {percent(self.share)} of the control counts received {percent(self.fraction)} of the effect, the "
            f"rate ratio would be {facts['spillover_rate_ratio']:.2f}; had {percent(self.displaced)} of what was "
            f"prevented moved into the controls, {facts['displacement_rate_ratio']:.2f}; estimated is "
            f"{effect.rate_ratio:.2f}."
        )
        return CheckResult(
            self.name, self.question, answer, number, ONE_ERROR, bool(number <= ONE_ERROR), table, facts
        )

    def _without_spillover(self, seen: float) -> float:
        """Solve for the rate ratio that looks like this one."""

        def gap(log_ratio: float) -> float:
            return float(
                seen_with_spillover(np.exp(log_ratio), share=self.share, fraction=self.fraction) - seen
            )

        return _solved(gap, np.log(SMALLEST), np.log(1 / SMALLEST), seen)

    def _without_displacement(self, seen: float, observed: float, control: float) -> float:
        """Solve for the rate ratio that looks like this one: what moved is part of the control count as recorded."""

        def gap(log_ratio: float) -> float:
            ratio = float(np.exp(log_ratio))
            prevented = observed / ratio - observed
            clean = control - self.displaced * prevented
            if clean <= 0:
                return -seen
            return (
                seen_with_displacement(ratio, prevented=prevented, displaced=self.displaced, control=clean)
                - seen
            )

        return _solved(gap, np.log(SMALLEST), np.log(1 / SMALLEST), seen)


def _solved(gap: Any, low: float, high: float, seen: float) -> float:
    """Rate ratio at which the gap closes; NaN for NaN."""
    from scipy.optimize import brentq

    if np.isnan(seen):
        return float("nan")
    if gap(low) * gap(high) > 0:
        raise FitError(f"No rate ratio looks like {seen:.2f} under these assumptions; lower the shares.")
    return float(np.exp(brentq(gap, low, high)))
