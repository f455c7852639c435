"""The smallest reduction these counts could have shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.refit import Move, excludes_one, outcomes_used, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.target import Target, complete, find_target
from evaluate.checks.wording import percent
from evaluate.design.design import Design
from evaluate.effects.effect import StudentRatio
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError
from evaluate.numerics.count_moments import simulate_counts
from evaluate.numerics.detectable import planned_error, smallest_detectable

SIZES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
"""Reductions simulated; 0 gives the rate at which the method finds what is not there."""


FLAT = 2.0
"""A standard error of a log rate ratio from which on the counts say nothing of it: 95% within a factor of 50."""


@dataclass(frozen=True, kw_only=True)
class MinimumDetectableEffect:
    """Find the smallest true reduction that these data would have shown.

    *Question.* What is the smallest reduction that these counts would have shown?

    *Formula.* ``1 - exp(-(c_level + c_power) SE)``, SE the standard error of the log rate ratio in the window and c
    quantiles of Student's t with the estimate's degrees of freedom (1.96 + 0.84 where there are none). The SE is that
    of the likelihood: where the method has a prior and says what the SE would be without it
    (``diagnostics["standard_errors"]``, for the share f of the window's days in force, hence times f), that is used,
    because a prior makes a posterior narrow without showing anything; where it exceeds 2, the counts being silent on
    days so few, the planned error below stands in. Otherwise it is that of the effect. ``facts["basis"]`` says which.

    With ``simulations``, the treated counts are simulated with the fitted level, dispersion and autocorrelation and
    the controls' course, reductions of 0 to 90% are put into the window, and the same estimator is fitted to each; the
    number is where the share of intervals that lie below 1 reaches the power, by linear interpolation. At a reduction
    of 0 the share of intervals that leave 1 out, either way, should be near 5%.

    ``facts["planned"]`` is what the fitted mean, dispersion and autocorrelation alone lead to
    (``numerics.detectable.planned_error``); a number far from it deserves a look.

    *Threshold.* None: the number is held against what is claimed.

    *Source.* Bloom (1995), "Minimum detectable effects", Evaluation Review 19.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    power : float
        Probability of finding the reduction.
    simulations : int, optional
        Simulated series for each of seven sizes; the formula is used where None.
    n_jobs : int, optional
        Processes to fit in.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=20, periods=60, seed=1))
    >>> check = ev.MinimumDetectableEffect().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> print(check.answer)
    Smallest lasting reduction these counts would have shown 4 times in 5: 21%.
    """

    operation: str | None = None
    window: str | None = None
    power: float = 0.8
    simulations: int | None = None
    n_jobs: int | None = None

    name: ClassVar[str] = "minimum detectable effect"
    question: ClassVar[str] = "What is the smallest reduction that these counts would have shown?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Work out the smallest detectable reduction.

        Raises
        ------
        DesignError
            If ``power`` or ``simulations`` cannot be.
        FitError
            If the effect has no standard error.
        """
        if not 0.5 <= self.power < 1 or (self.simulations is not None and self.simulations < 20):
            raise DesignError(
                f"power is a probability from 0.5 to below 1 and simulations 20 or more; these are {self.power} and "
                f"{self.simulations}."
            )
        target = find_target(result, self.operation, self.window)
        error, freedom, basis = likelihood_error(target)
        by_formula = smallest_detectable(
            error, power=self.power, degrees_of_freedom=freedom, level=target.effect.level
        )
        facts: dict[str, Any] = target.facts | {
            "standard_error": error,
            "basis": basis,
            "power": self.power,
            "by_formula": by_formula,
            "planned": planned_reduction(target, power=self.power),
            "false_positive_rate": float("nan"),
        }
        number, table = by_formula, _formula_curve(target, error, freedom)
        if self.simulations is not None:
            table = self._simulated_curve(target, self.simulations, seed)
            number = _crossing(table, self.power)
            nothing = table.iloc[0]
            facts |= {
                "by_simulation": number,
                "false_positive_rate": float(nothing["excludes_one"]),
                "false_positive_rate_se": float(nothing["standard_error"]),
                "failed": int(table["failed"].sum()),
            }
        facts["curve"] = tuple(zip(table["reduction"].tolist(), table["found"].tolist(), strict=True))
        return CheckResult(
            self.name, self.question, _answer(target, number, facts), number, float("nan"), None, table, facts
        )

    def _simulated_curve(self, target: Target, simulations: int, seed: int) -> pd.DataFrame:
        """Share of simulated series in which a reduction is found, by its true size."""
        base = _slim(target)
        rows = []
        for size in (one for one in SIZES if one <= target.share):
            moves = [
                Move(
                    f"reduction {size}, series {number}",
                    partial(_simulated, base=base, target=target, size=size, seed=(seed, number)),
                )
                for number in range(simulations)
            ]
            effects = [one.effect for one in refit(target, moves, seed=seed, n_jobs=self.n_jobs)]
            fitted = [effect for effect in effects if effect is not None]
            if not fitted:
                raise FitError("None of the simulated series could be fitted, so their power is unknown.")
            outside = float(np.mean([excludes_one(effect) for effect in fitted]))
            guess = (outside * len(fitted) + 2) / (len(fitted) + 4)
            rows.append(
                {
                    "reduction": size,
                    "found": float(np.mean([effect.upper < 1 for effect in fitted])),
                    "excludes_one": outside,
                    "standard_error": float(np.sqrt(guess * (1 - guess) / (len(fitted) + 4))),
                    "simulations": len(fitted),
                    "failed": simulations - len(fitted),
                }
            )
        return pd.DataFrame(rows)


def likelihood_error(target: Target) -> tuple[float, float, str]:
    """Standard error of the log rate ratio in the window without a prior, its degrees of freedom, and what it is.

    Raises
    ------
    FitError
        If the method gives none.
    """
    errors = target.result.diagnostics.get("standard_errors") or {}
    if target.label in errors:
        error = float(errors[target.label])
        if error > FLAT:
            return error_by_planning(target), float("inf"), "planned"
        return error * target.share, float("inf"), "likelihood"
    ratio = target.effect.ratio
    if ratio is None or not np.isfinite(ratio.log_standard_error):
        raise FitError(
            f"The {target.result.estimator.name} gives no standard error for {target.label}, so what it could have "
            "shown is unknown. Ask for simulations of an estimator that gives an interval."
        )
    if isinstance(ratio, StudentRatio):
        return ratio.log_standard_error, ratio.degrees_of_freedom, "standard error"
    return ratio.log_standard_error, float("inf"), "posterior, prior included"


def planned_reduction(target: Target, *, power: float = 0.8) -> float:
    """Smallest detectable reduction from mean, dispersion and autocorrelation alone, with no model fitted."""
    return smallest_detectable(error_by_planning(target), power=power)


def error_by_planning(target: Target) -> float:
    """Standard error of the log rate ratio from mean, dispersion and autocorrelation alone."""
    moments = target.moments
    controls = complete(target.design.control_counts)[:, target.reference].sum()
    return planned_error(
        moments.mean,
        after=int(target.inside.sum()),
        before=int(target.reference.sum()),
        controls=float(controls / (moments.mean * target.reference.sum())),
        dispersion=moments.dispersion,
        autocorrelation=moments.autocorrelation,
    )


def _slim(target: Target) -> Design:
    """The design on a panel with only the areas, periods and outcomes it needs, which is quick to copy."""
    design = target.design
    areas = [*design.treated, *design.control, *design.buffer, *design.excluded]
    panel = design.panel.select(
        areas=areas,
        outcomes=list(outcomes_used(design, target.result.estimator)),
        start=design.periods[0],
        end=design.periods[-1],
    )
    return replace(design, panel=panel)


def _simulated(_: Design, *, base: Design, target: Target, size: float, seed: tuple[int, int]) -> Design:
    """Put a simulated series with a reduction in the window in the place of the treated counts.

    Reductions of one series number share their random numbers, so that the curve over sizes is smooth.
    """
    design = base
    random = np.random.default_rng(seed)
    touched = target.window.share * target.inside
    shape = target.shape * (1.0 - size * touched / max(target.share, 1e-9))
    total = simulate_counts(target.moments, shape, sets=1, random=random)[0]
    treated = list(design.treated)
    panel = design.panel
    counts = panel.counts.copy()
    known = counts.sel(area=treated, outcome=design.outcome).transpose("area", "period")
    own = known.values[:, panel.periods.get_indexer(design.periods)]
    weights = np.nansum(own[:, target.reference], axis=1)
    split = random.multinomial(total.astype(int), weights / weights.sum()).T.astype(float)
    place = {"area": treated, "outcome": design.outcome, "period": design.periods}
    counts.loc[place] = np.where(np.isnan(own), np.nan, split)
    return replace(design, panel=replace(panel, counts=counts))


def _formula_curve(target: Target, error: float, freedom: float) -> pd.DataFrame:
    """Power by size from the standard error."""
    from scipy import stats

    score = stats.t.ppf((1 + target.effect.level) / 2, freedom)
    sizes = np.array(SIZES)
    found = stats.t.cdf(-np.log1p(-sizes) / error - score, freedom)
    return pd.DataFrame({"reduction": sizes, "found": found})


def _crossing(table: pd.DataFrame, power: float) -> float:
    """Size at which the share found reaches the power; 1 where even the largest is missed too often."""
    found = np.maximum.accumulate(table["found"].to_numpy())
    sizes = table["reduction"].to_numpy()
    above = np.flatnonzero(found >= power)
    if not len(above):
        return 1.0
    high = int(above[0])
    if high == 0:
        return float(sizes[0])
    rise = found[high] - found[high - 1]
    return float(sizes[high - 1] + (sizes[high] - sizes[high - 1]) * (power - found[high - 1]) / rise)


def _answer(target: Target, number: float, facts: dict[str, Any]) -> str:
    """The answer in sentences."""
    lasting = "lasting reduction" if target.window.name == "after" else "reduction"
    often = _often(facts["power"])
    if number >= target.share:
        days = f" on the days in force ({percent(target.share)} of the window)" if target.share < 1 else ""
        text = f"Not even a complete stop{days} would have shown in these counts {often}."
    else:
        text = f"Smallest {lasting} these counts would have shown {often}: {percent(number)}."
    if facts["basis"].startswith("posterior"):
        text += " The method's prior is part of this, so without it the number would be larger."
    rate = facts["false_positive_rate"]
    if not np.isnan(rate):
        text += f" With no reduction at all the method found a change in {percent(rate)} of simulated series"
        text += f" (standard error {100 * facts['false_positive_rate_se']:.1f} points)."
    return text


def _often(power: float) -> str:
    """Write a power as a frequency."""
    return "4 times in 5" if power == 0.8 else f"{percent(power)} of the time"
