"""How far counts would have fallen after such a spike if nothing had been done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.checks.target import Target, complete, find_target
from evaluate.checks.wording import change
from evaluate.data.periods import period_name, periods_per_year
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError
from evaluate.numerics.count_forecast import forecast_means
from evaluate.numerics.detectable import summed_dispersion
from evaluate.numerics.regression_to_the_mean import empirical_bayes_rate, gamma_of_rates, spurious_change
from evaluate.numerics.spikes import spike_scores

ENDS = (0.025, 0.975)
FEWEST_FOR_PERCENT = 20
"""Below this count a percentage says more than the numbers do, and the answer gives counts only."""
TEXT = ("baseline", "from", "to")
SPIKE, LAST_QUARTER, LAST_YEAR, WHOLE = "trigger", "last 3 months", "last 12 months", "whole baseline"


@dataclass(frozen=True, kw_only=True)
class RegressionToTheMean:
    """Forecast the counts after the spike as if nothing had been done, and compare the fall that was seen.

    *Question.* Is the fall larger than such a spike leads one to expect with no operation?

    *Formula.* The raw change is the daily rate in the window over that of a baseline, less 1; three baselines stand
    side by side (the trigger periods, the last 3 and 12 months, the whole baseline), because the choice makes the
    change. With no operation one would expect

    (a) by empirical Bayes, ``E[rate] = w m + (1 - w) y / n``, ``w = 1 / (1 + n m / k)``, carried on by the controls'
        course, with gamma moments m and k of the control areas' rates: a small correction where areas truly differ;
    (b) by simulation, the counts that follow under the area's own level, dispersion and autocorrelation, the controls'
        course and all counts up to and including the spike (``numerics.count_forecast``), with the noise of a count:
        autocorrelation lets a spike fade, not vanish;
    (c) by the method checked, its expected count.

    ``facts`` also hold what operations launched on the highest month of twelve would see with counts that vary like
    these and no effect at all (``rule_since_trigger`` and so on).

    *Threshold.* The upper end of the 95% predictive interval of (b), against the trigger periods (the last 3 months
    where the design has no trigger): a larger fall is one that such a spike does not explain.

    *Measured.* For 200 simulated operations that did nothing, launched on the highest month of twelve, the interval
    held the change seen in 92 to 97% (four processes, Monte Carlo error 1.5 points), and the check passed in 7% at ten
    a month and 2.5 to 3.5% at thirty and more: ``benchmarks/regression_to_the_mean.py``.

    *Source.* Hauer (1997), "Observational Before-After Studies in Road Safety", for (a); Barnett, van der Pols and
    Dobson (2005), International Journal of Epidemiology 34, for the problem.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    simulations : int
        Number of simulated courses.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=20, periods=60, triggered=True, seed=2)
    >>> result = ev.BeforeAfter().fit(ev.simulated_design(panel, trigger="1 month"), seed=1)
    >>> check = ev.RegressionToTheMean().run(result, seed=1)
    >>> check.passed, round(check.facts["raw_fall"], 2), 0.1 < check.facts["expected_fall"] < 0.3
    (False, 0.24, True)
    """

    operation: str | None = None
    window: str | None = None
    simulations: int = 2000

    name: ClassVar[str] = "regression to the mean"
    question: ClassVar[str] = "Is the fall larger than such a spike leads one to expect with no operation?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Forecast from the spike on.

        Raises
        ------
        DesignError
            If ``simulations`` is too small, or a count in the window or before it is missing throughout.
        FitError
            If too little was recorded before.
        """
        if self.simulations < 200:
            raise DesignError(
                f"Ends of a 95% interval need 200 simulations or more; there are {self.simulations}."
            )
        target = find_target(result, self.operation, self.window)
        random = np.random.default_rng(seed)
        totals = _forecast_totals(target, self.simulations, random)
        table = _table(target, _baselines(target), totals)
        main = {key: value if key in TEXT else float(value) for key, value in table.iloc[0].items()}
        moments = target.moments
        rule = spurious_change(
            moments.mean,
            moments.dispersion,
            moments.autocorrelation,
            after=int(target.inside.sum()),
            sets=self.simulations,
            random=random,
        )
        facts: dict[str, Any] = target.facts | {
            "baseline": main["baseline"],
            "raw_fall": -main["raw_change"],
            "raw_fall_lower": -main["raw_upper"],
            "raw_fall_upper": -main["raw_lower"],
            "expected_fall": -main["expected_change"],
            "expected_fall_lower": -main["expected_upper"],
            "expected_fall_upper": -main["expected_lower"],
            "expected_fall_empirical_bayes": -main["empirical_bayes_change"],
            "expected_count": float(totals.mean()),
            "expected_count_lower": float(np.quantile(totals, ENDS[0])),
            "expected_count_upper": float(np.quantile(totals, ENDS[1])),
            "observed": _known(target, target.inside)[0],
            "p_as_low": float((1 + (totals <= _known(target, target.inside)[0]).sum()) / (1 + len(totals))),
            "dispersion": moments.dispersion,
            "autocorrelation": moments.autocorrelation,
            "spike_score": _spike_score(target),
            "rule_since_trigger": rule.since_trigger,
            "rule_since_quarter": rule.since_quarter,
            "rule_since_year": rule.since_year,
        }
        number, threshold = facts["raw_fall"], facts["expected_fall_upper"]
        answer = _answer(target, facts)
        return CheckResult(
            self.name, self.question, answer, number, threshold, bool(number > threshold), table, facts
        )


def _known(target: Target, chosen: np.ndarray) -> tuple[float, float]:
    """Count and days of the chosen periods that have a treated count."""
    counts, days = target.design.treated_counts, target.design.exposure_days
    there = chosen & ~np.isnan(counts)
    return float(counts[there].sum()), float(days[there].sum())


def _baselines(target: Target) -> dict[str, np.ndarray]:
    """Masks of the baselines, shape (periods,) each; the first is the one the answer is about."""
    before = np.flatnonzero(target.reference | target.trigger)
    a_year = periods_per_year(target.design.periods)
    masks = {}
    if target.trigger.any():
        masks[SPIKE] = target.trigger
    for label, length in ((LAST_QUARTER, a_year / 4), (LAST_YEAR, a_year)):
        chosen = np.zeros(len(target.reference), dtype=bool)
        chosen[before[-max(1, round(length)) :]] = True
        masks[label] = chosen
    return masks | {WHOLE: target.reference}


def _forecast_totals(target: Target, simulations: int, random: np.random.Generator) -> np.ndarray:
    """Counts in the window had nothing been done, shape (simulations,)."""
    before = target.reference | target.trigger
    first = np.flatnonzero(before)[0]
    until = np.flatnonzero(target.inside)[-1] + 1
    counts = np.where(before, target.design.treated_counts, np.nan)[first:until]
    inside = (target.inside & ~np.isnan(target.design.treated_counts))[first:until]
    if not inside.any():
        raise DesignError(
            f"No count of {target.label} was published, so no fall can be seen. Choose another window."
        )
    moments = target.moments
    means = forecast_means(
        counts,
        target.shape[first:until],
        typical_sd=float(np.sqrt(np.log1p(moments.pooled_variance))),
        draws=simulations,
        random=random,
    )
    return np.asarray(random.poisson(means[:, inside]).sum(axis=1), dtype=float)


def _table(target: Target, baselines: dict[str, np.ndarray], totals: np.ndarray) -> pd.DataFrame:
    """One row a baseline: raw change, and what was to be expected with no operation."""
    observed, days = _known(target, target.inside)
    rows = []
    for label, chosen in baselines.items():
        count, length = _known(target, chosen)
        if not count > 0:
            raise FitError(
                f"Nothing was recorded in the {label} before {target.window.operation}, so a fall from it has no size. "
                "Compare counts instead."
            )
        rate = count / length
        changes = totals / days / rate - 1
        low, high = _raw_interval(target, observed, count, int(chosen.sum()))
        rows.append(
            {
                "baseline": label,
                "from": str(target.design.periods[chosen][0]),
                "to": str(target.design.periods[chosen][-1]),
                "baseline_count": count,
                "observed": observed,
                "raw_change": observed / days / rate - 1,
                "raw_lower": observed / days / rate * low - 1,
                "raw_upper": observed / days / rate * high - 1,
                "expected_change": float(changes.mean()),
                "expected_lower": float(np.quantile(changes, ENDS[0])),
                "expected_upper": float(np.quantile(changes, ENDS[1])),
                "empirical_bayes_change": _empirical_bayes(target, chosen, count) / days / rate - 1,
                "method_change": target.effect.expected / days / rate - 1,
            }
        )
    return pd.DataFrame(rows)


def _raw_interval(target: Target, observed: float, count: float, periods: int) -> tuple[float, float]:
    """Factors that a 95% quasi-Poisson interval puts around a raw ratio of two totals."""
    moments = target.moments
    inside = int(target.inside.sum())
    variance = summed_dispersion(moments.dispersion, moments.autocorrelation, inside) / max(observed, 0.5)
    variance += summed_dispersion(moments.dispersion, moments.autocorrelation, periods) / count
    return float(np.exp(-1.96 * np.sqrt(variance))), float(np.exp(1.96 * np.sqrt(variance)))


def _empirical_bayes(target: Target, chosen: np.ndarray, count: float) -> float:
    """Count expected in the window from the baseline's rate, drawn towards the control areas'; NaN without two."""
    controls = complete(target.design.control_counts)
    if len(controls) < 2:
        return float("nan")
    known = ~np.isnan(target.design.treated_counts)
    usual = target.shape[target.reference].mean()
    mean, shape = gamma_of_rates(controls[:, target.reference].sum(axis=1), int(target.reference.sum()))
    mean *= len(target.design.treated)
    rate = empirical_bayes_rate(
        count, target.shape[chosen & known].sum() / usual, mean=mean, shape=shape
    ).rate
    return float(rate * target.shape[target.inside & known].sum() / usual)


def _spike_score(target: Target) -> float:
    """Standardised height of the spike; NaN without a trigger."""
    if not target.trigger.any():
        return float("nan")
    counts = target.design.treated_counts[None, :]
    return float(spike_scores(counts, target.shape, spike=target.trigger, baseline=target.reference)[0])


def _answer(target: Target, facts: dict[str, Any]) -> str:
    """The answer in sentences."""
    since, after = f"the {facts['baseline']} before", "From counts like those"
    if facts["baseline"] == SPIKE:
        unit = period_name(target.design.periods)
        since, after = f"the trigger {unit}{'' if target.trigger.sum() == 1 else 's'}", "After such a spike"
    counts = (
        f"{facts['observed']:,.0f} were recorded where {facts['expected_count']:,.0f} "
        f"({facts['expected_count_lower']:,.0f} to {facts['expected_count_upper']:,.0f}) would have been with "
        "no operation"
    )
    if min(facts["expected_count"], facts["observed"]) < FEWEST_FOR_PERCENT:
        return f"Counts are too small for percentages: {counts}."
    beyond = facts["raw_fall"] - facts["expected_fall_upper"]
    ending = "The fall seen is no larger than that range allows."
    if facts["raw_fall"] <= 0:
        ending = "There is no fall to explain."
    elif beyond > 0:
        ending = f"The fall seen is {100 * beyond:.0f} percentage points larger than that range allows."
    return (
        f"Against {since} the window shows {change(-facts['raw_fall'])}. {after} "
        f"{change(-facts['expected_fall'])} was to be expected with no operation (between "
        f"{change(-facts['expected_fall_upper'])} and {change(-facts['expected_fall_lower'])}): {counts}. "
        + ending
    )
