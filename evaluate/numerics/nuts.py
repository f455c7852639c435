"""The other engine: the same model in PyMC, sampled by nutpie's No-U-Turn sampler.

The model is built and compiled once for each shape (periods, waves, effects, with or without controls) and then
reused with new arrays. The deviation and the slow drift are standardised, so that their scale does not make a funnel;
the common path is written around the pooled counts, which all but fix it.

References
----------
Hoffman and Gelman (2014), "The No-U-Turn sampler", JMLR 15.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from evaluate.numerics.bordered_band import STATES
from evaluate.numerics.laplace import SLOW_START
from evaluate.numerics.nested import DRIFT_SCALE, CountSeries, PosteriorDraws
from evaluate.numerics.wandering import RHO_CEILING, SMALLEST_STEP, Wandering

CHAINS, TUNE = 4, 1000
TARGET_ACCEPT = 0.9


def sample_nuts(data: CountSeries, wandering: Wandering, *, draws: int, seed: int) -> PosteriorDraws:
    """Draw from the posterior by NUTS, four chains.

    Parameters
    ----------
    data : CountSeries
        What was counted.
    wandering : Wandering
        Prior of the hyperparameters.
    draws : int
        Draws of each chain after 1,000 of warm-up.
    seed : int
        Same seed, same draws.

    Returns
    -------
    PosteriorDraws
        With ``divergences``, the largest ``r_hat`` and the smallest bulk and tail effective sample sizes of the
        effects among its diagnostics.
    """
    import nutpie

    arrays = _arrays(data, wandering)
    shape = data.season.shape[1], data.effects.shares.shape[1], arrays["regressors"].shape[1]
    compiled = _compiled(len(data.offset), *shape, bool(len(data.controls))).with_data(**arrays)
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

    def together(name: str) -> np.ndarray:
        values = posterior[name].transpose("chain", "draw", ...).values
        return values.reshape(-1, *values.shape[2:])

    effects = together("theta")
    log_effect = data.effects.log_ratio(effects)
    hyper = np.column_stack([together(name) for name in ("rho", "sd", "alpha", "drift", "slow")])
    diagnostics = {
        "chains": float(CHAINS),
        "divergences": float(drawn["sample_stats"]["diverging"].values.sum()),
        **_convergence(posterior["theta"].values),
    }
    return PosteriorDraws(
        effects, together("log_quiet") + log_effect.sum(axis=2), log_effect, hyper, diagnostics
    )


def _convergence(effects: np.ndarray) -> dict[str, float]:
    """Largest R-hat and smallest effective sample sizes over the effects, from draws (chain, draw, effect)."""
    from arviz_stats.base import array_stats

    axes = {"chain_axis": 0, "draw_axis": 1}
    return {
        "r_hat": float(np.max(array_stats.rhat(effects, **axes))),
        "ess_bulk": float(np.min(array_stats.ess(effects, method="bulk", **axes))),
        "ess_tail": float(np.min(array_stats.ess(effects, method="tail", prob=(0.05, 0.95), **axes))),
    }


def _arrays(data: CountSeries, wandering: Wandering) -> dict[str, Any]:
    """The arrays of one series under the names the compiled model has for them."""
    layout, prior, start = data.laid_out()
    own, pool, offset, regressors, season, shares, fading, pool_ratio = layout
    length = len(own)
    arrays: dict[str, Any] = {
        "own": np.nan_to_num(own),
        "own_known": (~np.isnan(own)).astype(float),
        "offset": offset,
        "regressors": regressors,
        "season": season,
        "shares": shares,
        "fading": fading,
        "static_mean": prior[1],
        "static_sd": 1 / np.sqrt(prior[2]),
        "rate": prior[0][0],
        "sd_factor": data.sd_factor,
        "noise_factor": data.treated_share,
        "wandering_mean": wandering.mean,
        "wandering_factor": np.linalg.cholesky(wandering.covariance),
        "path_start": start[0 : STATES * length : STATES],
    }
    if len(data.controls):
        arrays |= {
            "pool": np.nan_to_num(pool),
            "pool_known": (~np.isnan(pool)).astype(float),
            "pool_ratio": pool_ratio,
        }
    return arrays


@lru_cache(maxsize=8)
def _compiled(length: int, waves: int, effects: int, levels: int, pooled: bool) -> Any:
    """Build and compile the model for one shape; the values of the arrays here do not matter."""
    import nutpie

    static = levels + waves + effects
    blank: dict[str, Any] = {
        "own": np.ones(length),
        "own_known": np.ones(length),
        "offset": np.zeros(length),
        "regressors": np.ones((length, levels)),
        "season": np.zeros((length, waves)),
        "shares": np.zeros((length, effects)),
        "fading": np.ones((length, effects)),
        "static_mean": np.zeros(static),
        "static_sd": np.ones(static),
        "rate": 0.0,
        "sd_factor": 1.0,
        "noise_factor": 1.0,
        "wandering_mean": np.zeros(4),
        "wandering_factor": np.eye(4),
        "path_start": np.zeros(length),
    }
    if pooled:
        blank |= {"pool": np.ones(length), "pool_known": np.ones(length), "pool_ratio": 1.0}
    model = _model(blank, pooled)
    # Only the hyperparameters start apart: a path jittered month by month starts where the sampler's first steps,
    # and with them its step size, collapse.
    return nutpie.compile_pymc_model(model, freeze_model=False, jitter_rvs={model["h_raw"]})


def _model(arrays: dict[str, Any], pooled: bool) -> Any:
    """Write the model of ``laplace`` in PyMC."""
    import pymc as pm
    import pytensor.tensor as pt

    with pm.Model() as model:
        d = {name: pm.Data(name, value) for name, value in arrays.items()}
        length, levels = d["regressors"].shape
        shared = levels + d["season"].shape[1]
        h = d["wandering_mean"] + d["wandering_factor"] @ pm.Normal("h_raw", 0, 1, shape=4)
        rho = pm.Deterministic("rho", RHO_CEILING * pm.math.sigmoid(h[0]))
        sd = pm.Deterministic("sd", pm.math.exp(h[1]) * d["sd_factor"])
        alpha = pm.Deterministic("alpha", pm.math.exp(2 * h[2]) * d["noise_factor"])
        slow = pm.Deterministic("slow", pt.maximum(pm.math.exp(h[3]) * d["sd_factor"], SMALLEST_STEP))
        drift = pm.HalfNormal("drift", DRIFT_SCALE)

        shift = pm.Flat("shift", shape=length)
        path = d["path_start"] + 0.1 * shift
        pm.Potential("path_begins", pm.logp(pm.Normal.dist(d["rate"], 3.0), path[0]))
        pm.Potential("path_walks", pm.logp(pm.Normal.dist(path[:-1], drift), path[1:]).sum())

        deviation = pm.Flat("deviation", shape=length)
        pm.Potential("deviation_begins", pm.logp(pm.Normal.dist(0, 1), deviation[0]))
        steps = pm.Normal.dist(rho * deviation[:-1], pt.sqrt(1 - rho**2))
        pm.Potential("deviation_moves", pm.logp(steps, deviation[1:]).sum())

        begins = SLOW_START * pm.Normal("slow_begins", 0, 1)
        creep = begins + pt.concatenate(
            [[0.0], slow * pt.cumsum(pm.Normal("slow_steps", 0, 1, shape=length - 1))]
        )

        static = d["static_mean"] + d["static_sd"] * pm.Normal(
            "static_raw", 0, 1, shape=d["static_mean"].shape
        )
        level = d["regressors"] @ static[:levels]
        theta = pm.Deterministic("theta", static[shared:])
        common = d["offset"] + path + d["season"] @ static[levels:shared]
        quiet = pm.Deterministic("log_quiet", common + level + sd * deviation + creep)
        log_mean = quiet + pt.log1p(d["shares"] * pt.expm1(d["fading"] * theta)).sum(axis=1)
        own = pm.NegativeBinomial.dist(mu=pt.exp(log_mean), alpha=1 / alpha)
        pm.Potential("own_likelihood", (d["own_known"] * pm.logp(own, d["own"])).sum())
        if pooled:
            pool = pm.NegativeBinomial.dist(mu=pt.exp(common), alpha=1 / (alpha * d["pool_ratio"]))
            pm.Potential("pool_likelihood", (d["pool_known"] * pm.logp(pool, d["pool"])).sum())
    return model
