"""How much recording would have to change, in the treated area alone, to make the effect."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.checks.target import Target, find_target
from evaluate.checks.wording import change, with_interval
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError

DOCUMENTED = 1.10
"""A change of recording rates that is on record.

From 81% of reported crime recorded nationally in 2012-13 to 89.5% in the Metropolitan Police in 2017: a factor of 1.10
(HMIC 2014, "Crime-recording: making the victim count"; HMICFRS 2018, crime data integrity inspection).
"""

RATES = (0.70, 0.80, 0.90, 0.95, 1.00, 1.05, 1.10, 1.20, 1.30)
"""Recording after over before, in the treated area against its controls, that the table goes through."""


@dataclass(frozen=True, kw_only=True)
class RecordingChange:
    """Find the change of recording that would explain the effect.

    *Question.* How much would recording have to change, here and not in the controls, to make this effect?

    *Formula.* If a share r of what is reported is recorded, the observed rate ratio is the true one times
    ``k = r_after / r_before`` (over the same ratio in the controls), so ``k = RR`` explains the whole estimate, and k
    equal to the end of the interval nearest to 1 makes the interval reach it. The number is that second k, as a
    factor of 1 or more. Beside it stands the E-value, ``E = R + sqrt(R (R - 1))`` with R = max(RR, 1 / RR): how
    strongly an unmeasured cause would have to go with both the operation and the outcome to explain the effect.

    *Threshold.* 1.10 unless another is given, the change that inspections put on record between 2012-13 and 2017. An
    interval that holds 1 already needs no explanation: then the check neither passes nor fails.

    *Source.* HM Inspectorate of Constabulary (2014), "Crime-recording: making the victim count", for recording rates;
    VanderWeele and Ding (2017), Annals of Internal Medicine 167:268, for the E-value; the tipping point is arithmetic.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    plausible : float
        The largest factor by which recording may have changed; above 1.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.4, seed=1))
    >>> check = ev.RecordingChange().run(ev.InterruptedTimeSeries().fit(design, seed=1), seed=1)
    >>> check.number > check.threshold, check.passed
    (True, True)
    """

    operation: str | None = None
    window: str | None = None
    plausible: float = DOCUMENTED

    name: ClassVar[str] = "recording change"
    question: ClassVar[str] = (
        "How much would recording have to change, here and not in the controls, to make this effect?"
    )

    def __post_init__(self) -> None:
        if not 1 < self.plausible < float("inf"):
            raise DesignError(
                f"plausible is a factor above 1, such as 1.1 for a change by a tenth; it is {self.plausible}."
            )

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Work it out from the effect; nothing is fitted and no seed used.

        Raises
        ------
        FitError
            If the effect has no interval, or nothing was recorded.
        """
        target = find_target(result, self.operation, self.window)
        effect = target.effect
        if not (isfinite(effect.lower) and isfinite(effect.upper) and effect.rate_ratio > 0):
            raise FitError(
                f"The effect on {target.label} has a rate ratio of {effect.rate_ratio:.2f} without an interval, so it "
                "cannot be said what would explain it. Use an estimator that gives one."
            )
        near = nearest_to_one(effect.lower, effect.upper)
        number = max(near, 1 / near)
        facts: dict[str, Any] = target.facts | {
            "explains_estimate": effect.rate_ratio,
            "explains_interval": near,
            "e_value": e_value(effect.rate_ratio),
            "e_value_interval": e_value(near),
        }
        return CheckResult(
            self.name,
            self.question,
            _answer(target, facts, self.plausible),
            number,
            self.plausible,
            None if near == 1 else bool(number > self.plausible),
            _table(target),
            facts,
        )


def e_value(rate_ratio: float) -> float:
    """How strong an unmeasured cause would have to be to explain a rate ratio.

    Parameters
    ----------
    rate_ratio : float
        Above 0.

    Returns
    -------
    float
        1 or more, on the scale of a rate ratio.

    Examples
    --------
    >>> round(e_value(3.9), 2), round(e_value(1.8), 2)  # the worked example of VanderWeele and Ding (2017)
    (7.26, 3.0)
    """
    larger = max(rate_ratio, 1 / rate_ratio)
    return larger + sqrt(larger * (larger - 1))


def nearest_to_one(lower: float, upper: float) -> float:
    """End of an interval nearest to 1; 1 where the interval holds it.

    Examples
    --------
    >>> nearest_to_one(0.4, 0.8), nearest_to_one(0.8, 1.1), nearest_to_one(1.2, 1.5)
    (0.8, 1.0, 1.2)
    """
    return float(np.clip(1.0, lower, upper))


def _table(target: Target) -> pd.DataFrame:
    """The effect that would be left if recording had changed by each of several factors."""
    effect = target.effect
    rates = np.array(RATES)
    table = pd.DataFrame(
        {
            "recording_ratio": rates,
            "rate_ratio": effect.rate_ratio / rates,
            "lower": effect.lower / rates,
            "upper": effect.upper / rates,
        }
    )
    return table.assign(excludes_one=(table["upper"] < 1) | (table["lower"] > 1))


def _answer(target: Target, facts: dict[str, Any], plausible: float) -> str:
    """The answer in sentences."""
    effect = target.effect
    near, whole = facts["explains_interval"], facts["explains_estimate"]
    text = f"The rate ratio is {with_interval(effect)}."
    if near == 1:
        return f"{text} The interval holds no change, so no change of recording is needed to explain it."
    return (
        f"{text} {change(whole - 1).capitalize()} in the share of reports that are recorded, here and not in the "
        f"controls, would explain all of it; {change(near - 1)} would bring the interval to no change. A change by "
        f"a factor of up to {plausible:.2f} is held to be possible. Any other unmeasured cause would have to go with "
        f"both the operation and the outcome by a factor of {facts['e_value']:.2f} "
        f"({facts['e_value_interval']:.2f} for the interval)."
    )
