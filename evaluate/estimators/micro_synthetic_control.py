"""The micro synthetic control: thousands of small areas weighted so that they add up to the treated ones exactly.

Equation, for the treated areas' total counts y and the control areas' y_j, over every period t of the baseline, every
matched outcome and every covariate::

    w = argmin sum_j w_j log(w_j)    such that    sum_j w_j y_jt = y_t,   sum_j w_j x_j = x,   sum_j w_j = areas treated
    expected_t = sum_j w_j y_jt

Effects are totals over totals. Many other weights meet the same conditions; ``diagnostics["feasible_ratio"]`` is the
range of rate ratios that they give, and so what the choice of raking decides.

Source: Robbins, Saunders and Kilmer (2017), Journal of the American Statistical Association 112:109 (the method of the
R package microsynth).

When not to use it: a few large areas (the totals cannot be met exactly; use SyntheticDifferenceInDifferences), fewer
than five treated areas, or control areas that are not several times as many as the totals matched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean
from evaluate.estimators.placebo_effects import Path, PlaceboComparison
from evaluate.estimators.terms import (
    Comparison,
    comparisons,
    in_trigger,
    known_periods,
    window_name,
)
from evaluate.numerics.raking import feasible_range, raking_placebos, raking_weights

AREAS_A_TOTAL = 3
"""Control areas asked for, for each total matched."""


@dataclass(frozen=True)
class MicroSyntheticControl:
    """Raking weights for many small areas, with placebo groups.

    Parameters
    ----------
    matched : sequence of str
        Further outcomes of the panel that must match in every period of the baseline.
    covariates : pandas.DataFrame, optional
        Index: area codes; columns: numbers that must match, such as population.
    every : int
        Baseline periods added together to one matched total: 3 matches quarters of a monthly panel.
    placebos : int
        Random groups of as many control areas put in the treated ones' place.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If a setting is not one of those listed.

    Notes
    -----
    Placebo groups are weighted in the same way from the other controls. Log ratios are compared in standard errors that
    grow with the smallness of a group's counts, as in ``SyntheticControl``.

    Examples
    --------
    >>> import evaluate as ev
    >>> process = ev.Process(mean=5, dispersion=1.2)
    >>> panel = ev.simulate_panel(areas=400, periods=30, process=process, operation_at=24, seed=2)
    >>> result = ev.MicroSyntheticControl(every=6, placebos=39).fit(ev.simulated_design(panel), seed=1)
    >>> bool(result.diagnostics["largest_gap"] < 1e-6)
    True
    """

    matched: Sequence[str] = ()
    covariates: pd.DataFrame | None = field(default=None, compare=False)
    every: int = 1
    placebos: int = 250
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.every < 1 or self.placebos < 0 or not 0.5 <= self.level < 1:
            raise DesignError(
                "every is 1 or more, placebos 0 or more and level from 0.5 to below 1; these are "
                f"{self.every}, {self.placebos} and {self.level}."
            )

    @property
    def name(self) -> str:
        """Name for tables."""
        return "micro synthetic control"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Find the weights and compare.

        Parameters
        ----------
        design : Design
            With many small control areas.
        seed : int
            Draws the placebo groups.

        Returns
        -------
        Result
            ``diagnostics`` holds how unevenly the weights fall, the range of feasible ratios and p-values.

        Raises
        ------
        FitError
            If control areas are too few for what is matched, or no weights meet the totals.
        DesignError
            If a matched outcome or a covariate's area is not in the data.
        """
        names, controls = _complete(design)
        known = known_periods(design)
        before = design.baseline & known
        first = np.flatnonzero(design.periods == design.windows[0].periods[0])[0]
        after = (np.arange(len(known)) >= first) & known & ~in_trigger(design)
        columns, totals = self._matched_columns(design, names, controls, before)
        if len(controls) < AREAS_A_TOTAL * len(totals):
            raise FitError(
                f"The micro synthetic control meets {len(totals)} totals, which needs {AREAS_A_TOTAL * len(totals)} "
                f"control areas; there are {len(controls)}. Match fewer (every=...), or use "
                "SyntheticDifferenceInDifferences."
            )
        raking = raking_weights(columns, totals)
        placebos = raking_placebos(columns, controls, len(design.treated), groups=self.placebos, seed=seed)
        comparison = PlaceboComparison(
            design,
            Path(design.treated_counts, raking.weights @ controls),
            [Path(*pair) for pair in zip(placebos.recorded, placebos.expected, strict=True)],
            before, after, 1.0, "random groups of control areas in the treated ones' place",
        )  # fmt: skip
        pairs = comparisons(design, self.name)
        judged = [comparison.judge(pair) for pair in pairs]
        keys = [window_name(pair.window.key) for pair in pairs]
        diagnostics: dict[str, Any] = {
            "control_areas": len(controls),
            "control_areas_left_out": len(design.control) - len(controls),
            "matched_totals": len(totals),
            "largest_gap": raking.gap,
            "effective_areas": raking.effective_areas,
            "largest_weight": float(raking.weights.max()),
            "placebo_groups": len(comparison.placebos),
            "placebo_groups_failed": placebos.failed,
            "p_value": dict(zip(keys, (test.p_value for test, _ in judged), strict=True)),
            "feasible_ratio": {
                key: _feasible_ratio(design, pair, (columns, totals), controls)
                for key, pair in zip(keys, pairs, strict=True)
            },
        }
        return Result(
            self,
            design,
            tuple(
                comparison.effect(pair, test, self.level) for pair, test in zip(pairs, judged, strict=True)
            ),
            comparison.counterfactual(self.level),
            seed=seed,
            diagnostics=diagnostics,
        )

    def _matched_columns(
        self, design: Design, names: Sequence[str], controls: np.ndarray, before: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is matched: the controls' columns, shape (areas, k), and the treated areas' totals, shape (k,)."""
        starts = np.arange(0, int(before.sum()), self.every)
        columns = [np.ones((len(controls), 1)), np.add.reduceat(controls[:, before], starts, axis=1)]
        totals = [
            np.array([float(len(design.treated))]),
            np.add.reduceat(design.treated_counts[before], starts),
        ]
        for outcome in self.matched:
            counts = _outcome_counts(design, outcome)
            mine, theirs = (counts.sel(area=list(areas)).values for areas in (design.treated, names))
            columns.append(np.add.reduceat(theirs[:, before], starts, axis=1))
            totals.append(np.add.reduceat(mine[:, before].sum(axis=0), starts))
        if self.covariates is not None:
            wanted = [*design.treated, *names]
            lost = [area for area in wanted if area not in self.covariates.index]
            if lost:
                raise DesignError(
                    f'covariates has no row for {len(lost)} areas of the design, among them "{lost[0]}". Add them, or '
                    "leave the areas out with design.without([...])."
                )
            values = self.covariates.loc[wanted].to_numpy(dtype=float)
            columns.append(values[len(design.treated) :])
            totals.append(values[: len(design.treated)].sum(axis=0))
        found = np.hstack(columns), np.concatenate(totals)
        if np.isnan(found[0]).any() or np.isnan(found[1]).any():
            raise FitError(
                "A matched outcome or covariate is missing for an area of the design. Leave it out of matched or "
                "covariates, or the area out with design.without([...])."
            )
        return found


def _complete(design: Design) -> tuple[list[str], np.ndarray]:
    """Codes and counts of the control areas without a missing period; nought throughout is a count like any other."""
    kept = ~np.isnan(design.control_counts).any(axis=1)
    return [
        str(area) for area, whole in zip(design.control, kept, strict=True) if whole
    ], design.control_counts[kept]


def _outcome_counts(design: Design, outcome: str) -> Any:
    """Another outcome's counts over the design's periods, area x period."""
    known = [str(name) for name in design.panel.outcomes]
    if outcome not in known:
        raise DesignError(
            f'matched names the outcome "{outcome}", which is not in the data. {did_you_mean(outcome, known)}'
        )
    chosen = design.panel.periods.get_indexer(design.periods)
    return design.panel.counts.sel(outcome=outcome).transpose("area", "period").isel(period=chosen)


def _feasible_ratio(
    design: Design, pair: Comparison, conditions: tuple[np.ndarray, np.ndarray], controls: np.ndarray
) -> tuple[float, float]:
    """Rate ratios that other weights meeting the same totals give, without what an earlier operation left."""
    low, high = feasible_range(*conditions, controls[:, pair.judged].sum(axis=1))
    observed = float(design.treated_counts[pair.judged].sum())
    return observed / high, observed / low if low > 0 else float("inf")
