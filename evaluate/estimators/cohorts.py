"""Operations that began in different areas at different times: one difference in differences each, and their total.

Each cohort, the areas whose operation began on one date, is compared with areas without an operation until its last
period is over. Areas that were treated earlier are no controls for those treated later, which is what a pooled two-way
regression makes of them and why it goes wrong where effects grow or differ. Cohorts are added up, total over total.

Source: Wooldridge (2023), Econometrics Journal 26:C31 (effects by cohort in nonlinear models); Callaway and Sant'Anna
(2021), Journal of Econometrics 225:200 (clean controls, aggregation); Goodman-Bacon (2021), Journal of Econometrics
225:254 (what the pooled regression estimates). Inference on the total: MacKinnon and Webb (2020), Journal of
Econometrics 218:435.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.inversion import InvertedRatio
from evaluate.effects.result import EFFECT_COLUMNS, Result
from evaluate.errors import DesignError, FitError, shortened
from evaluate.estimators.difference_in_differences import DifferenceInDifferences
from evaluate.estimators.terms import comparisons, complete_controls, in_trigger
from evaluate.numerics.randomisation import RandomisationTest, placebo_test

POOLED = "all cohorts"


@dataclass(frozen=True, eq=False)
class CohortEffects:
    """Effects of each cohort and of all together.

    Parameters
    ----------
    results : tuple of Result
        One a cohort, in order of time.
    pooled : tuple of Effect
        Of all cohorts, one for each window they share: recorded total over expected total.
    p_values : dict
        Of no effect in any cohort, by window.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, seed=1)
    >>> first = ev.Design(panel, outcome="crime", treated=["A01"], operations=[ev.Operation("east", "2013-03-01",
    ...     "2013-03-31")], before="24 months", after="6 months")
    >>> second = ev.Design(panel, outcome="crime", treated=["A05"], operations=[ev.Operation("west", "2013-06-01",
    ...     "2013-06-30")], before="24 months", after="6 months")
    >>> ev.cohort_effects([first, second], seed=1).effects.index.get_level_values("operation").tolist()
    ['east', 'east', 'west', 'west', 'all cohorts', 'all cohorts']
    """

    results: tuple[Result, ...]
    pooled: tuple[Effect, ...]
    p_values: dict[str, float]

    @property
    def effects(self) -> pd.DataFrame:
        """Every effect by (operation, window), the pooled ones last, with the columns of ``Result.effects``."""
        rows = [effect for result in self.results for effect in result.effect_list] + list(self.pooled)
        index = pd.MultiIndex.from_tuples(
            [(row.operation, row.window) for row in rows], names=["operation", "window"]
        )
        return pd.DataFrame(
            [{name: getattr(row, name) for name in EFFECT_COLUMNS} for row in rows], index=index
        )


def cohort_effects(
    designs: Sequence[Design], *, draws: int = 999, level: float = 0.95, seed: int
) -> CohortEffects:
    """Fit each cohort against clean controls and add them up.

    Parameters
    ----------
    designs : sequence of Design
        One a cohort, on the same panel and outcome, with one operation each. Their controls may name areas treated in
        another cohort: they are kept where that operation lies after this design's last period, else left out.
    draws : int
        Most sets of placebo areas for the total; all of them where there are fewer.
    level : float
        Of the intervals.
    seed : int
        Of the sets.

    Returns
    -------
    CohortEffects

    Raises
    ------
    DesignError
        If designs do not go together.
    FitError
        If a cohort has too few clean controls.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, seed=1)
    >>> def cohort(name, first, last, area):
    ...     return ev.Design(panel, outcome="crime", treated=[area], operations=[ev.Operation(name, first, last)],
    ...         before="24 months", after="6 months")
    >>> found = ev.cohort_effects([cohort("east", "2013-03-01", "2013-03-31", "A01"),
    ...     cohort("west", "2013-06-01", "2013-06-30", "A05")], draws=199, seed=1)
    >>> 0 < found.p_values["after"] <= 1
    True
    """
    ordered = sorted(designs, key=lambda design: design.operations[0].first_day)
    _require_together(ordered)
    clean = [design.without(_not_clean(design, ordered)) for design in ordered]
    fitted = tuple(DifferenceInDifferences(level=level).fit(design, seed=seed) for design in clean)
    random = np.random.default_rng(seed)
    names = [name for name in ("during", "after") if all(_has(design, name) for design in clean)]
    pooled, p_values = [], {}
    for name in names:
        cohorts = [_Cohort.of(design, name) for design in clean]
        effect, p_values[name] = _pool(cohorts, fitted, name, (draws, level), random)
        pooled.append(effect)
    return CohortEffects(fitted, tuple(pooled), p_values)


def _require_together(designs: Sequence[Design]) -> None:
    """One panel, one outcome, one operation each, no area twice."""
    if len(designs) < 2:
        raise DesignError(
            f"cohort_effects adds up two cohorts or more; this is {len(designs)}. Fit DifferenceInDifferences to one."
        )
    if any(
        design.panel is not designs[0].panel or design.outcome != designs[0].outcome for design in designs
    ):
        raise DesignError(
            "Cohorts are designs on one panel and one outcome; these differ. Make them from the same panel."
        )
    if any(len(design.operations) > 1 for design in designs):
        raise DesignError("Each cohort has one operation; one of these has several. Give a design for each.")
    names = [design.operations[0].name for design in designs]
    if len(set(names)) < len(names):
        raise DesignError(f"Each cohort's operation needs a name of its own; these are {shortened(names)}.")
    areas = [area for design in designs for area in design.treated]
    twice = sorted({area for area in areas if areas.count(area) > 1})
    if twice:
        raise DesignError(
            f"Each area is treated in one cohort; {shortened(twice)} is in several. An area with two operations is one "
            "design with two operations."
        )


def _not_clean(design: Design, cohorts: Sequence[Design]) -> list[str]:
    """Controls of a design whose own operation, or its trigger, began before the design's last period was over."""
    treated: list[str] = []
    for other in cohorts:
        spike = other.periods[in_trigger(other)]
        starts = min([other.windows[0].periods[0], *spike])
        if other is not design and starts <= design.periods[-1]:
            treated.extend(other.treated)
    return [area for area in treated if area in (*design.control, *design.buffer)]


def _has(design: Design, name: str) -> bool:
    """Whether the design's operation has that window."""
    return any(window.name == name for window in design.windows)


@dataclass(frozen=True, eq=False)
class _Cohort:
    """Totals of one cohort before and in a window: number treated, and each clean control."""

    size: int
    before: np.ndarray
    after: np.ndarray

    @staticmethod
    def of(design: Design, name: str) -> _Cohort:
        """Totals of the cohort's controls and, first, of its treated areas together."""
        pair = next(one for one in comparisons(design, POOLED) if one.window.name == name)
        rows = np.vstack([np.nan_to_num(design.treated_counts), complete_controls(design)])
        before, after = rows[:, pair.reference].sum(axis=1), rows[:, pair.judged].sum(axis=1)
        # By size, so that the order in which areas are named does not move the placebos.
        order = np.concatenate([[0], 1 + np.lexsort((after[1:], before[1:]))])
        before, after = before[order], after[order]
        if len(rows) - 1 < len(design.treated) + 1:
            raise FitError(
                f'The cohort "{design.operations[0].name}" has {len(rows) - 1} clean control areas, and its placebos '
                f"need {len(design.treated) + 1}. Name more controls, or shorten its windows."
            )
        return _Cohort(len(design.treated), before, after)

    def compare(self, treated: np.ndarray | None) -> tuple[float, float, float]:
        """Recorded, expected and Poisson variance of the log ratio, with some controls (None: the areas treated)."""
        controls = np.ones(len(self.before) - 1, dtype=bool)
        own_before, own_after = self.before[0], self.after[0]
        if treated is not None:
            controls[treated] = False
            own_before, own_after = self.before[1:][treated].sum(), self.after[1:][treated].sum()
        before, after = self.before[1:][controls].sum(), self.after[1:][controls].sum()
        added = 0.5 if own_after == 0 or own_before == 0 else 0.0
        variance = 1 / (own_before + added) + 1 / (own_after + added) + 1 / before + 1 / after
        return float(own_after + added), float((own_before + added) * after / before), float(variance)


def _pool(
    cohorts: list[_Cohort],
    fitted: tuple[Result, ...],
    name: str,
    settings: tuple[int, float],
    random: np.random.Generator,
) -> tuple[Effect, float]:
    """Add the cohorts up, and judge the total among those of placebo areas."""
    draws, level = settings
    ratio, variance = _total([cohort.compare(None) for cohort in cohorts])
    placebos = [
        _total([cohort.compare(chosen) for cohort, chosen in zip(cohorts, each, strict=True)])
        for each in _placebo_sets(cohorts, draws, random)
    ]
    drawn, spreads = (np.array(column) for column in zip(*placebos, strict=True))
    test = placebo_test(ratio, drawn, variance, spreads)
    effects = [result.effect(result.design.operations[0].name, name) for result in fitted]
    return _effect(effects, name, test, level), test.p_value


def _total(parts: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """Log of recorded over expected, all cohorts together, and its Poisson variance."""
    recorded, expected, variance = (np.array(column) for column in zip(*parts, strict=True))
    weight = expected / expected.sum()
    return float(np.log(recorded.sum() / expected.sum())), float(np.sum(weight**2 * variance))


def _placebo_sets(
    cohorts: list[_Cohort], draws: int, random: np.random.Generator
) -> list[tuple[np.ndarray, ...]]:
    """Different sets of controls in the place of the treated areas; every one where one cohort could have all."""
    found: dict[tuple[tuple[int, ...], ...], None] = {}
    for _ in range(20 * draws):
        if len(found) == draws:
            break
        each = (random.choice(len(one.before) - 1, one.size, replace=False) for one in cohorts)
        found[tuple(tuple(sorted(map(int, chosen))) for chosen in each)] = None
    return [tuple(np.array(chosen) for chosen in each) for each in found]


def _effect(effects: Sequence[Effect], name: str, test: RandomisationTest, level: float) -> Effect:
    """The total as an effect."""
    observed, expected = sum(one.observed for one in effects), sum(one.expected for one in effects)
    ratio = InvertedRatio(float(test.log_ratios[0]), test.nulls, test.p_values)
    strayed = np.quantile(np.abs(test.t_ratios[1:]), level) * test.standard_errors[0]
    return Effect(
        operation=POOLED,
        window=name,
        observed=observed,
        expected=expected,
        rate_ratio=observed / expected,
        lower=ratio.quantile((1 - level) / 2),
        upper=ratio.quantile((1 + level) / 2),
        prevented=expected - observed,
        prevented_lower=float(expected * np.exp(-strayed) - observed),
        prevented_upper=float(expected * np.exp(strayed) - observed),
        p_reduction=ratio.probability_at_most(1.0),
        level=level,
        interval="randomisation interval on t, placebo cohorts",
        ratio=ratio,
    )
