"""Many operations, each with its own design: their effects drawn towards what they share.

    estimate_k ~ N(theta_k, error_k^2),   theta_k ~ N(mu, tau^2)

``mu`` is the effect of a typical operation, ``tau`` how much operations differ. A single small operation can hardly be
judged on its own; many together can.

When not to use it: for operations of different kinds, or picked because of what happened after them.

Source: Gelman, Hill and Yajima (2012), Journal of Research on Educational Effectiveness 5; the priors of
``evaluate.numerics.pooling``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.effects.result import Result
from evaluate.errors import DesignError
from evaluate.estimators.priors import FLAT
from evaluate.estimators.structural import StructuralModel

COLUMNS = ("raw", "raw_lower", "raw_upper", "pooled", "pooled_lower", "pooled_upper")


@dataclass(frozen=True, eq=False)
class PooledEffects:
    """Effects of many operations, raw and pooled.

    Parameters
    ----------
    table : pandas.DataFrame
        Rate ratios by (operation, treated): ``raw``, ``pooled`` and the ends of their intervals.
    typical : pandas.Series
        Rate ratio of a typical operation: ``rate_ratio``, ``lower``, ``upper``, ``p_reduction``.
    another : pandas.Series
        The same of one more operation of this kind, not yet run.
    between : float
        Median standard deviation between operations, on the log scale.
    level : float
        Of the intervals.

    Examples
    --------
    >>> import evaluate as ev
    >>> model = ev.StructuralModel(prior=ev.FLAT, draws=300)
    >>> panels = [ev.simulate_panel(areas=8, periods=48, seed=seed) for seed in (1, 2)]
    >>> pooled = ev.pool_effects([model.fit(ev.simulated_design(panel), seed=1) for panel in panels], seed=1)
    >>> pooled.table.index.get_level_values("treated").tolist()
    ['A01', 'A01']
    """

    table: pd.DataFrame
    typical: pd.Series
    another: pd.Series
    between: float
    level: float

    def __repr__(self) -> str:
        low, high = self.typical["lower"], self.typical["upper"]
        return (
            f"{len(self.table)} operations pooled: typical rate ratio {self.typical['rate_ratio']:.2f} "
            f"({self.level:.0%} interval {low:.2f} to {high:.2f})"
        )


def pool_effects(
    results: Sequence[Result], *, window: str = "after", level: float = 0.95, draws: int = 4000, seed: int
) -> PooledEffects:
    """Pool the effects of many operations in windows of one name.

    Parameters
    ----------
    results : sequence of Result
        Of structural models with the flat prior, since the pool is the prior. Every operation of a result that has a
        window of that name counts as one.
    window : str
        "during" or "after".
    level : float
        Of the credible intervals.
    draws : int
        Draws of the pooled effects.
    seed : int
        Same seed, same answer.

    Returns
    -------
    PooledEffects

    Raises
    ------
    DesignError
        If fewer than two operations have such a window, or a result's prior is not flat.

    Examples
    --------
    >>> import evaluate as ev
    >>> panels = [ev.simulate_panel(areas=8, periods=48, rate_ratio_after=0.8, seed=seed) for seed in (1, 2, 3)]
    >>> model = ev.StructuralModel(prior=ev.FLAT, draws=300)
    >>> pooled = ev.pool_effects([model.fit(ev.simulated_design(panel), seed=1) for panel in panels], seed=1)
    >>> len(pooled.table)
    3
    """
    from evaluate.numerics.pooling import pooled_draws

    names, raw = _raw_draws(results, window)
    random = np.random.default_rng([seed, 3])
    centre = np.array([values.mean() for values in raw])
    error = np.array([values.std() for values in raw])
    pooled, mean, between = pooled_draws(centre, error, draws=draws, random=random)
    ends = [0.5, (1 - level) / 2, (1 + level) / 2]
    rows = np.column_stack(
        [[np.quantile(values, ends) for values in raw], np.quantile(pooled, ends, axis=0).T]
    )
    index = pd.MultiIndex.from_tuples(names, names=["operation", "treated"])
    return PooledEffects(
        table=pd.DataFrame(np.exp(rows), index=index, columns=list(COLUMNS)),
        typical=_summary(mean, ends),
        another=_summary(mean + between * random.standard_normal(draws), ends),
        between=float(np.median(between)),
        level=level,
    )


def _raw_draws(results: Sequence[Result], window: str) -> tuple[list[tuple[str, str]], list[np.ndarray]]:
    """Names and draws of the log rate ratio of every operation that has the window."""
    names: list[tuple[str, str]] = []
    raw: list[np.ndarray] = []
    for result in results:
        estimator = result.estimator
        if not isinstance(estimator, StructuralModel) or estimator.form != "joint" or estimator.prior != FLAT:
            raise DesignError(
                "Effects are pooled from structural models with the flat prior, since the pool is the prior; this "
                f"result is of the {estimator.name}. Fit StructuralModel(prior=FLAT) to each operation."
            )
        assert result.draws is not None  # the structural model always has draws
        drawn = result.draws["posterior"].to_dataset()["log_rate_ratio"].values
        for position, one in enumerate(result.design.windows):
            if one.name == window:
                names.append((one.operation, ", ".join(result.design.treated)))
                raw.append(drawn[..., position].ravel())
    if len(raw) < 2:
        raise DesignError(
            f'Pooling needs two operations or more with a window "{window}"; there are {len(raw)}. Give more '
            "results, or judge the one on its own."
        )
    return names, raw


def _summary(log_ratio: np.ndarray, ends: list[float]) -> pd.Series:
    """Rate ratio, interval and probability of a reduction from draws of the log rate ratio."""
    middle, low, high = np.exp(np.quantile(log_ratio, ends))
    return pd.Series(
        {"rate_ratio": middle, "lower": low, "upper": high, "p_reduction": float((log_ratio < 0).mean())}
    )
