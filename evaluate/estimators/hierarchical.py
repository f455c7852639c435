"""Several treated areas, or several outcomes, of one operation: each effect drawn towards what they share.

Each unit (an outcome in an area) is fitted by the structural model with a flat prior; the log rate ratios of one window
are then pooled (``evaluate.numerics.pooling``). Raw and pooled effects stand side by side in ``diagnostics["units"]``.

Counts of enforcement (arrests, cautions, soliciting) measure what officers did, not what crime did: named as such, they
are fitted and shown raw, and stay out of the pool. Operations on different designs are pooled by ``pool_effects``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.design.window import Window
from evaluate.effects.contrasts import counterfactual_table, effect_from_draws, in_window
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError
from evaluate.estimators.priors import FLAT
from evaluate.estimators.structural import StructuralModel


@dataclass(frozen=True)
class HierarchicalModel:
    """Structural models of several treated areas or outcomes, with partially pooled effects.

    Parameters
    ----------
    outcomes : sequence of str
        Outcomes to pool with the design's own; none means the design's alone.
    enforcement : sequence of str
        Those of the outcomes that count enforcement: shown raw, not pooled.
    model : StructuralModel
        The model of one unit; its prior is replaced by a flat one, since the pool is the prior.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=10, periods=60, seed=2)
    >>> design = ev.simulated_design(panel).with_treated(["A01", "A02"])
    >>> result = ev.HierarchicalModel(model=ev.StructuralModel(draws=300)).fit(design, seed=1)
    >>> result.diagnostics["units"].columns.tolist()
    ['raw', 'raw_lower', 'raw_upper', 'pooled', 'pooled_lower', 'pooled_upper']
    """

    outcomes: Sequence[str] = ()
    enforcement: Sequence[str] = ()
    model: StructuralModel = StructuralModel()

    @property
    def name(self) -> str:
        """Name for tables."""
        return "hierarchical model"

    def fit(self, design: Design, *, seed: int) -> Result:
        """Fit every unit and pool their effects window by window.

        Parameters
        ----------
        design : Design
            Its effects are those of its own outcome over all its treated areas together, total over total.
        seed : int
            Same seed, same draws.

        Returns
        -------
        Result
            ``diagnostics["units"]`` is a table by (outcome, area, operation, window) of raw and pooled rate ratios;
            ``diagnostics["between"]`` the median standard deviation between units, by window.

        Raises
        ------
        DesignError
            If there are not two units to pool, or the design's own outcome counts enforcement.
        FitError
            If a unit cannot be fitted.
        """
        outcomes = [design.outcome, *(outcome for outcome in self.outcomes if outcome != design.outcome)]
        if design.outcome in self.enforcement:
            raise DesignError(
                f'"{design.outcome}" counts enforcement, which is no measure of crime, so no effect on it is pooled. '
                "Make an outcome that the public reports the design's own."
            )
        units = [(outcome, area) for outcome in outcomes for area in design.treated]
        if sum(outcome not in self.enforcement for outcome, _ in units) < 2:
            raise DesignError(
                "A hierarchical model pools several treated areas or outcomes; this design has one of each. Name more "
                "outcomes, or use StructuralModel."
            )
        model = replace(self.model, prior=FLAT)
        fits = [
            model.fit(_of_one_area(design, area).for_outcome(outcome), seed=seed + number)
            for number, (outcome, area) in enumerate(units)
        ]
        return _pooled_result(self, design, units, fits, seed)


def _of_one_area(design: Design, area: str) -> Design:
    """The same design with one of its treated areas; the others are no controls for it."""
    others = tuple(other for other in design.treated if other != area)
    return replace(design, treated=(area,), excluded=(*design.excluded, *others))


def _pooled_result(
    model: HierarchicalModel, design: Design, units: list[tuple[str, str]], fits: list[Result], seed: int
) -> Result:
    """Pool the units' effects and add the design's own outcome up over its areas."""
    from evaluate.numerics.pooling import pooled_draws

    random = np.random.default_rng([seed, 2])
    own = [number for number, (outcome, _) in enumerate(units) if outcome == design.outcome]
    apart = [number for number, (outcome, _) in enumerate(units) if outcome in model.enforcement]
    together = [number for number in range(len(units)) if number not in apart]
    expected = [_draws(fits[number], "expected") for number in own]
    noise = [_draws(fits[number], "overdispersion") for number in own]
    effects: list[Effect] = []
    tables: list[pd.DataFrame] = []
    between: dict[str, float] = {}
    for position, window in enumerate(design.windows):
        raw = np.column_stack([_draws(fit, "log_rate_ratio")[:, position] for fit in fits])
        pooled = np.full_like(raw, np.nan)
        centre, error = raw[:, together].mean(axis=0), raw[:, together].std(axis=0)
        pooled[:, together], _, spread = pooled_draws(centre, error, draws=len(raw), random=random)
        between[f"{window.operation}, {window.name}"] = float(np.median(spread))
        tables.append(_side_by_side(units, window, raw, pooled, model.model.level))
        effects.append(_total(design, window, expected, noise, raw[:, own], pooled[:, own], random))
    return Result(
        estimator=model,
        design=design,
        effect_list=effects,
        counterfactual=_table(design, expected, noise, model.model.level, random),
        seed=seed,
        diagnostics={"units": pd.concat(tables), "between": between, "control_areas": len(design.control)},
    )


def _draws(fit: Result, name: str) -> np.ndarray:
    """Posterior draws of one variable, shape (draws, ...)."""
    assert fit.draws is not None  # the structural model always has draws
    values = fit.draws["posterior"].to_dataset()[name].values
    return np.asarray(values.reshape(-1, *values.shape[2:]))


def _side_by_side(
    units: list[tuple[str, str]], window: Window, raw: np.ndarray, pooled: np.ndarray, level: float
) -> pd.DataFrame:
    """Rate ratios of every unit in one window, raw and pooled, with their intervals."""
    ends = [0.5, (1 - level) / 2, (1 + level) / 2]
    columns = ["raw", "raw_lower", "raw_upper", "pooled", "pooled_lower", "pooled_upper"]
    values = np.exp(np.vstack([np.quantile(raw, ends, axis=0), np.quantile(pooled, ends, axis=0)]).T)
    index = pd.MultiIndex.from_tuples(
        [(outcome, area, window.operation, window.name) for outcome, area in units],
        names=["outcome", "area", "operation", "window"],
    )
    return pd.DataFrame(values, index=index, columns=columns)


def _total(
    design: Design,
    window: Window,
    expected: list[np.ndarray],
    noise: list[np.ndarray],
    raw: np.ndarray,
    pooled: np.ndarray,
    random: np.random.Generator,
) -> Effect:
    """Add the areas up: what was expected moves with the pooled effect as it did with the raw one."""
    from evaluate.numerics.predictive import negative_binomial_counts

    inside = in_window(design, window)
    quiet, fitted, counts = (np.zeros((len(raw), int(inside.sum()))) for _ in range(3))
    for column, means in enumerate(one[:, inside] for one in expected):
        level = np.log(means.sum(axis=1))
        slope = np.cov(raw[:, column], level)[0, 1] / raw[:, column].var()
        moved = means * np.exp(slope * (pooled[:, column] - raw[:, column]))[:, None]
        quiet += moved
        counts += negative_binomial_counts(moved, noise[column], random)
        fitted += moved * (1 + window.share[inside] * np.expm1(pooled[:, column])[:, None])
    return effect_from_draws(
        design, window, expected_draws=quiet, fitted_draws=fitted, predicted_draws=counts
    )


def _table(
    design: Design,
    expected: list[np.ndarray],
    noise: list[np.ndarray],
    level: float,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Observed and expected counts by period, all treated areas together."""
    from evaluate.numerics.predictive import negative_binomial_counts

    ends = [(1 - level) / 2, (1 + level) / 2]
    total = np.sum(expected, axis=0)
    drawn = [
        negative_binomial_counts(means, alpha, random) for means, alpha in zip(expected, noise, strict=True)
    ]
    mean_low, mean_high = np.quantile(total, ends, axis=0)
    low, high = np.quantile(np.sum(drawn, axis=0), ends, axis=0)
    return counterfactual_table(
        design, total.mean(axis=0), expected_interval=(mean_low, mean_high), predicted_interval=(low, high)
    )
