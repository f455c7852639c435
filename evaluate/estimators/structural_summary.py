"""What the structural model's draws say: effects at once, the table by period and ArviZ's layout when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_draws, in_window
from evaluate.effects.effect import Effect

if TYPE_CHECKING:  # the engine brings numba, which loads when a model is first fitted
    from evaluate.numerics.nested import PosteriorDraws

TRIGGER = "trigger"


def expected_and_predicted(posterior: PosteriorDraws, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Means without any operation and counts that could then have been recorded, each (draws, periods)."""
    from evaluate.numerics.predictive import negative_binomial_counts

    expected = np.exp(posterior.log_mean - posterior.log_effect.sum(axis=2))
    return expected, negative_binomial_counts(
        expected, posterior.hyper[:, 2], np.random.default_rng([seed, 1])
    )


def counterfactual(design: Design, posterior: PosteriorDraws, level: float, seed: int) -> pd.DataFrame:
    """Observed and expected counts by period."""
    expected, predicted = expected_and_predicted(posterior, seed)
    ends = [(1 - level) / 2, (1 + level) / 2]
    return counterfactual_table(
        design,
        expected.mean(axis=0),
        expected_interval=tuple(np.quantile(expected, ends, axis=0)),
        predicted_interval=tuple(np.quantile(predicted, ends, axis=0)),
    )


def joint_effects(
    design: Design, posterior: PosteriorDraws, level: float, random: np.random.Generator
) -> list[Effect]:
    """Summarise each window's own effect, the others' left where they are."""
    from evaluate.numerics.predictive import negative_binomial_counts

    effects: list[Effect] = []
    for number, window in enumerate(design.windows):
        inside = in_window(design, window)
        log_mean = posterior.log_mean[:, inside]
        without = np.exp(log_mean - posterior.log_effect[:, inside, number])
        effects.append(
            effect_from_draws(
                design,
                window,
                expected_draws=without,
                fitted_draws=np.exp(log_mean),
                predicted_draws=negative_binomial_counts(without, posterior.hyper[:, 2], random),
                level=level,
            )
        )
    return effects


def forecast_effects(
    design: Design, posterior: PosteriorDraws, level: float, random: np.random.Generator
) -> list[Effect]:
    """Hold the observed count of each window against draws of the count predicted for it.

    Half a count is added to both, so that a prediction of none gives a ratio.
    """
    from evaluate.numerics.predictive import negative_binomial_counts

    effects: list[Effect] = []
    for window in design.windows:
        inside = in_window(design, window)
        expected = np.exp(posterior.log_mean[:, inside] - posterior.log_effect[:, inside].sum(axis=2))
        predicted = negative_binomial_counts(expected, posterior.hyper[:, 2], random)
        ratio = (design.treated_counts[inside].sum() + 0.5) / (predicted.sum(axis=1) + 0.5)
        effects.append(
            effect_from_draws(
                design,
                window,
                expected_draws=expected,
                fitted_draws=expected * ratio[:, None],
                predicted_draws=predicted,
                level=level,
            )
        )
    return effects


def draws_tree(
    design: Design, counts: np.ndarray, posterior: PosteriorDraws, joint: bool, seed: int
) -> xr.DataTree:
    """Draws in ArviZ's layout, chain x draw x what they are of; ``counts`` are those the model has seen."""
    from evaluate.numerics.laplace import log_likelihood

    expected, predicted = expected_and_predicted(posterior, seed)
    chains = int(posterior.diagnostics.get("chains", 1))
    names = [f"{window.operation}, {window.name}" for window in design.windows] if joint else []
    names += [TRIGGER] * (posterior.effects.shape[1] - len(names))
    periods = [str(period) for period in design.periods]

    def by_chain(values: np.ndarray) -> np.ndarray:
        return values.reshape(chains, len(values) // chains, *values.shape[1:])

    coords = {"chain": np.arange(chains), "draw": np.arange(len(expected) // chains), "period": periods}
    posterior_group = xr.Dataset(
        {
            "log_rate_ratio": (("chain", "draw", "window"), by_chain(posterior.effects)),
            "expected": (("chain", "draw", "period"), by_chain(expected)),
            **{
                label: (("chain", "draw"), by_chain(posterior.hyper[:, column]))
                for column, label in enumerate(
                    ("autocorrelation", "deviation_sd", "overdispersion", "drift", "slow_drift")
                )
            },
        },
        coords={**coords, "window": names},
    )
    predictive = xr.Dataset({"count": (("chain", "draw", "period"), by_chain(predicted))}, coords=coords)
    # Only counts the model has seen have a likelihood.
    seen = np.flatnonzero(~np.isnan(counts))
    pointwise = log_likelihood(counts[seen], posterior.log_mean[:, seen], posterior.hyper[:, 2])
    return xr.DataTree.from_dict(
        {
            "posterior": posterior_group,
            "posterior_predictive": predictive,
            "log_likelihood": xr.Dataset(
                {"count": (("chain", "draw", "period"), by_chain(pointwise))},
                coords={**coords, "period": [periods[number] for number in seen]},
            ),
            "observed_data": xr.Dataset(
                {"count": (("period",), counts[seen])},
                coords={"period": [periods[number] for number in seen]},
            ),
        }
    )
