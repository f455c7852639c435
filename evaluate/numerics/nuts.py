"""The other engine: the same model in PyMC, sampled by nutpie's No-U-Turn sampler.

The model is built and compiled once for each shape (periods, regressors, waves, effects) and then reused with new
series. The hyperparameters are written about the mode the fast engine climbs to, the states in the coordinates of
``whitening``: both are then nearly independent standard normals, and no scale makes a funnel.

References
----------
Hoffman and Gelman (2014), "The No-U-Turn sampler", JMLR 15.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from evaluate.numerics.bordered_band import STATES
from evaluate.numerics.laplace import Data, log_means
from evaluate.numerics.nested import DRIFT_SCALE, CountSeries, HyperMode, PosteriorDraws, hyper_mode
from evaluate.numerics.state_density import pack, unwhiten_draws
from evaluate.numerics.wandering import RHO_CEILING, SMALLEST_STEP, Wandering
from evaluate.numerics.whitening import Readings

CHAINS, TUNE = 4, 400
TARGET_ACCEPT = 0.8


def sample_nuts(data: CountSeries, wandering: Wandering, *, draws: int, seed: int) -> PosteriorDraws:
    """Draw from the posterior by NUTS, four chains.

    Parameters
    ----------
    data : CountSeries
        What was counted.
    wandering : Wandering
        Prior of the hyperparameters.
    draws : int
        Draws of each chain after 400 of warm-up.
    seed : int
        Same seed, same draws.

    Returns
    -------
    PosteriorDraws
        With ``divergences``, the largest ``r_hat`` and the smallest bulk and tail effective sample sizes of the
        effects among its diagnostics.
    """
    import nutpie

    layout, prior, _ = data.laid_out()
    top = hyper_mode(data, wandering)
    readings = _readings(layout, top.states)
    factor = np.linalg.cholesky(top.covariance)
    shape = (*(array.shape[1] for array in layout[3:6]), len(data.offset))
    compiled = _compiled(*shape).with_data(**_given(data, wandering, top, readings))
    drawn = nutpie.sample(
        compiled,
        draws=draws,
        tune=TUNE,
        chains=CHAINS,
        cores=2,
        seed=seed,
        save_warmup=False,
        progress_bar=False,
        target_accept=TARGET_ACCEPT,
    )
    posterior = drawn["posterior"]
    raw, standard = (_stacked(posterior[name]) for name in ("hyper_raw", "standard"))
    hyper = data.hyper(top.mean + raw @ factor.T)
    effects, log_mean = unwhiten_draws(standard, hyper, layout, prior, readings)
    diagnostics = {
        "chains": float(CHAINS),
        "divergences": float(drawn["sample_stats"]["diverging"].values.sum()),
        **_convergence(effects if effects.shape[1] else log_mean),
    }
    return PosteriorDraws(effects, log_mean, data.effects.log_ratio(effects), hyper, diagnostics)


def _given(
    data: CountSeries, wandering: Wandering, top: HyperMode, readings: Readings
) -> dict[str, np.ndarray]:
    """One series as the compiled model's data."""
    layout, prior, _ = data.laid_out()
    factor = np.linalg.cholesky(top.covariance)
    believed = np.zeros_like(factor)  # the drift, which comes last, has a prior of its own
    believed[:4, :4] = np.linalg.cholesky(np.linalg.inv(wandering.covariance)).T
    return {
        "series": pack(layout, prior, readings),
        "factors": np.array([data.sd_factor, data.treated_share]),
        "hyper_centre": np.array([top.mean, np.append(wandering.mean, 0.0)]),
        "hyper_factor": np.array([factor, believed]),
    }


def _stacked(values: Any) -> np.ndarray:
    """Draws of all chains one after another, shape (draws, size), of an xarray variable."""
    by_chain = values.transpose("chain", "draw", ...).values
    return np.asarray(by_chain.reshape(-1, by_chain.shape[2]))


def _convergence(draws: np.ndarray) -> dict[str, float]:
    """Largest R-hat and smallest effective sample sizes over the columns of draws, all chains one after another."""
    from arviz_stats.base import array_stats

    by_chain = draws.reshape(CHAINS, -1, draws.shape[1])
    axes = {"chain_axis": 0, "draw_axis": 1}
    return {
        "r_hat": float(np.max(array_stats.rhat(by_chain, **axes))),
        "ess_bulk": float(np.min(array_stats.ess(by_chain, method="bulk", **axes))),
        "ess_tail": float(np.min(array_stats.ess(by_chain, method="tail", prob=(0.05, 0.95), **axes))),
    }


def _readings(layout: Data, states: np.ndarray) -> Readings:
    """Gaussian readings of the counts around the states given: means, working log means and loadings."""
    own, pool, offset, regressors, season, shares, fading, pool_ratio = layout
    length, shared = len(offset), regressors.shape[1] + season.shape[1]
    by_period, static = states[: STATES * length].reshape(length, STATES), states[STATES * length :]
    touched = shares * np.exp(fading * static[shared:])
    slopes = fading * touched / (1 - shares + touched)
    own_loading = np.column_stack([regressors, season, slopes])
    pool_loading = np.column_stack([np.zeros_like(regressors), season, np.zeros_like(slopes)])
    means = np.exp(np.array(log_means(states, offset, regressors, season, shares, fading)))
    linear = np.array([by_period.sum(axis=1) + own_loading @ static, by_period[:, 0] + pool_loading @ static])
    counts = np.array([own, pool])
    known = ~np.isnan(counts)
    working = linear + np.where(known, np.nan_to_num(counts) / means - 1, 0.0)
    return np.where(known, means, 0.0), working, own_loading, pool_loading, pool_ratio


@lru_cache(maxsize=8)
def _compiled(levels: int, waves: int, effects: int, length: int) -> Any:
    """Build and compile the model for one shape."""
    import nutpie

    return nutpie.compile_pymc_model(_model(levels, waves, effects, length), freeze_model=False)


def _model(levels: int, waves: int, effects: int, length: int) -> Any:
    """Write the model in PyMC: hyperparameters and their prior here, states and counts in one operation.

    The values of its data do not matter; every series of the shape brings its own.
    """
    import pymc as pm
    import pytensor.tensor as pt

    from evaluate.numerics.state_density_op import StateDensity

    with pm.Model() as model:
        series = pm.Data("series", np.zeros(1))
        factors = pm.Data("factors", np.ones(2))
        centre = pm.Data("hyper_centre", np.zeros((2, 5)))
        factor = pm.Data("hyper_factor", np.zeros((2, 5, 5)))

        h = centre[0] + factor[0] @ pm.Flat("hyper_raw", shape=5)
        rho = RHO_CEILING * pm.math.sigmoid(h[0])
        sd = pm.math.exp(h[1]) * factors[0]
        alpha = pm.math.exp(2 * h[2]) * factors[1]
        slow = pt.maximum(pm.math.exp(h[3]) * factors[0], SMALLEST_STEP)
        drift = pt.maximum(pm.math.exp(h[4]), SMALLEST_STEP)
        scores = factor[1] @ (h - centre[1])
        pm.Potential("wandering_prior", -0.5 * (scores**2).sum())
        pm.Potential("drift_prior", -0.5 * (pm.math.exp(h[4]) / DRIFT_SCALE) ** 2 + h[4])

        standard = pm.Flat("standard", shape=STATES * length + levels + waves + effects)
        density = StateDensity()(standard, pt.stack([rho, sd, alpha, drift, slow]), series)
        pm.Potential("states_and_counts", density)
    return model
