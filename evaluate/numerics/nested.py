"""The fast engine: nested Laplace over the hyperparameters, then importance weights that make it exact.

1. The log posterior of the hyperparameters h = (logit rho, log sd, log overdispersion sd, log slow, log drift) is
   climbed to its mode, with the states integrated out by ``laplace.log_evidence``.
2. Nodes are spread over it: half around the mode, half over the prior of the areas' wandering, weighted as a mixture.
3. Draws of all states and effects are made around each node's mode and weighted by exact joint density over Gaussian
   density, smoothed by a Pareto tail. The tail's shape k says whether the approximation could be trusted (below 0.7).

References
----------
Rue, Martino and Chopin (2009), JRSS B 71 (nested Laplace); Vehtari, Simpson, Gelman, Yao and Gabry (2024), "Pareto
smoothed importance sampling", JMLR 25.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from evaluate.numerics.climb import climb
from evaluate.numerics.laplace import (
    LOG_2PI,
    Data,
    Prior,
    draw_around_modes,
    log_evidence_at_nodes,
)
from evaluate.numerics.wandering import (
    EffectTerms,
    Wandering,
    gaussian_log_density,
    learn_wandering,
    normal_points,
    series,
    to_hyper,
    unlearned,
)

DRIFT_SCALE = 0.1
"""Scale of the half-normal prior of the common path's steps."""
NODES_AROUND_MODE, NODES_OVER_PRIOR = 40, 20
MODE_SPREAD = 1.2
PRIOR_DRIFT_SD = 0.5
TAIL_FREEDOM = 4.0
"""Degrees of freedom of the Student draws of the effects."""


@dataclass(frozen=True, eq=False)
class CountSeries:
    """What the engine is given: arrays only.

    Parameters
    ----------
    treated : numpy.ndarray
        Shape (periods,), counts of the treated areas together, NaN where missing.
    controls : numpy.ndarray
        Shape (areas, periods), no missing values; (0, periods) without controls.
    offset : numpy.ndarray
        Shape (periods,): log of the period's length over the mean length.
    season : numpy.ndarray
        Shape (periods, waves): seasonal regressors.
    effects : EffectTerms
        Where each effect applies, and its prior.
    years : float
        Length of the series in years.
    covariates : numpy.ndarray
        Shape (periods, covariates): what else moves the treated series alone.
    treated_share : float
        Sum of squared shares of the areas within the treated series (1 for one area).
    """

    treated: np.ndarray
    controls: np.ndarray
    offset: np.ndarray
    season: np.ndarray
    effects: EffectTerms
    years: float
    covariates: np.ndarray
    treated_share: float = 1.0

    @property
    def pool(self) -> np.ndarray:
        """Shape (periods,): the controls' counts together; NaN without controls."""
        return self.controls.sum(axis=0) if len(self.controls) else np.full(len(self.treated), np.nan)

    @property
    def pool_share(self) -> float:
        """Sum of squared shares of the control areas in the pool: 1 / N for N equal areas, 0 without any."""
        totals = self.controls.sum(axis=1)
        return float(((totals / totals.sum()) ** 2).sum()) if len(totals) and totals.sum() else 0.0

    @property
    def sd_factor(self) -> float:
        """An area's standard deviation times this is that of treated less pool."""
        return float(np.sqrt(self.treated_share + self.pool_share))

    def laid_out(self) -> tuple[Data, Prior, np.ndarray]:
        """Return data, prior and start of ``laplace``."""
        return series(
            self.treated,
            self.pool,
            self.offset,
            self.season,
            self.effects,
            self.pool_share / self.treated_share,
            self.covariates,
        )

    def hyper(self, h: np.ndarray) -> np.ndarray:
        """Rows (rho, sd, alpha, drift, slow) of the engine from rows of h, the last of which is log drift."""
        return to_hyper(
            h[:, :-1], sd_factor=self.sd_factor, noise_factor=self.treated_share, drift=np.exp(h[:, -1])
        )


@dataclass(frozen=True, eq=False)
class PosteriorDraws:
    """Draws from the posterior of one count series.

    Parameters
    ----------
    effects : numpy.ndarray
        Shape (draws, effects): log rate ratios.
    log_mean : numpy.ndarray
        Shape (draws, periods): log mean of the treated series with every effect in it.
    log_effect : numpy.ndarray
        Shape (draws, periods, effects): what each effect adds to it.
    hyper : numpy.ndarray
        Shape (draws, 5): rho, sd of treated less pool, alpha, drift, slow.
    diagnostics : dict
        Of the engine.
    """

    effects: np.ndarray
    log_mean: np.ndarray
    log_effect: np.ndarray
    hyper: np.ndarray
    diagnostics: dict[str, float]


def typical_drift(data: CountSeries) -> float:
    """Most probable step of the common path, from the pooled controls alone (or the treated series without any)."""
    pooled = bool(len(data.controls))
    whole = data.pool if pooled else data.treated
    nothing = EffectTerms.none(len(whole))
    layout, prior, start = series(
        whole, data.pool, data.offset, data.season, nothing, 1.0, data.covariates[:, :0]
    )
    if pooled:
        layout = (np.full_like(whole, np.nan), *layout[1:])
    alpha = 0.01 * data.pool_share if pooled else 0.01
    grid = np.exp(np.linspace(np.log(0.004), np.log(0.4), 12))
    nodes = np.column_stack([np.tile([0.4, 0.1, alpha], (12, 1)), grid, np.full(12, 0.005)])
    evidence, _ = log_evidence_at_nodes(start, layout, prior, nodes)
    return float(grid[np.argmax(evidence - 0.5 * (grid / DRIFT_SCALE) ** 2 + np.log(grid))])


def learn(data: CountSeries, *, most_areas: int = 40) -> Wandering:
    """Learn how areas wander from the controls of a series."""
    if len(data.controls) < 2:
        return unlearned(len(data.offset) / data.years)
    near = float(np.nanmean(data.treated))
    drift = typical_drift(data)
    return learn_wandering(
        data.controls,
        data.offset,
        data.season,
        drift=drift,
        years=data.years,
        most_areas=most_areas,
        near=near,
    )


def sample_fast(data: CountSeries, wandering: Wandering, *, draws: int, seed: int) -> PosteriorDraws:
    """Draw from the posterior by nested Laplace with importance weights.

    Parameters
    ----------
    data : CountSeries
        What was counted.
    wandering : Wandering
        Prior of the hyperparameters.
    draws : int
        Number of equally weighted draws to return.
    seed : int
        Same seed, same draws.

    Returns
    -------
    PosteriorDraws
    """
    layout, prior, start = data.laid_out()
    nodes = _spread_nodes(data, wandering)
    random = np.random.default_rng(seed)
    counts = _systematic(nodes.weights, draws, random)
    standard, log_density = _standard_draws(draws, len(start), data.effects.shares.shape[1], random)
    states, log_mean, joint = draw_around_modes(nodes.modes, layout, prior, nodes.hyper, counts, standard)
    ratios = joint - log_density - np.repeat(nodes.evidence, counts)
    smoothed, tail = _pareto_smoothed(ratios)
    # In random order: whoever summarises draws as a chain must not find them sorted by node.
    kept = random.permutation(np.repeat(np.arange(draws), _systematic(smoothed, draws, random)))
    diagnostics = {
        "pareto_k": tail,
        "effective_nodes": float(1 / (nodes.weights**2).sum()),
        "importance_efficiency": float(1 / (smoothed**2).sum() / draws),
    }
    hyper = np.repeat(nodes.hyper, counts, axis=0)
    first = len(start) - data.effects.shares.shape[1]
    effects = states[kept, first:]
    return PosteriorDraws(effects, log_mean[kept], data.effects.log_ratio(effects), hyper[kept], diagnostics)


def _standard_draws(
    draws: int, size: int, effects: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal draws with Student tails for the effects, shape (draws, size), and their log densities.

    A window that touches five days of a month leaves its effect's likelihood flat on one side; normal tails would miss
    what lies there.
    """
    standard = random.standard_normal((draws, size))
    quiet = size - effects
    stretch = np.sqrt(TAIL_FREEDOM / random.chisquare(TAIL_FREEDOM, (draws, effects)))
    standard[:, quiet:] *= stretch
    squares = np.einsum("ij,ij->i", standard[:, :quiet], standard[:, :quiet])
    log_density = -0.5 * (squares + quiet * LOG_2PI)
    log_density += student_log_density(standard[:, quiet:], TAIL_FREEDOM).sum(axis=1)
    return standard, log_density


def student_log_density(values: np.ndarray, freedom: float) -> np.ndarray:
    """Log density of Student's t."""
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    return constant - 0.5 * (freedom + 1) * np.log1p(values**2 / freedom)


@dataclass(frozen=True, eq=False)
class HyperMode:
    """Where the posterior of the hyperparameters is highest, and its shape there.

    Parameters
    ----------
    mean, covariance : numpy.ndarray
        Shapes (5,) and (5, 5), of (logit rho, log sd, log overdispersion sd, log slow, log drift).
    states : numpy.ndarray
        Mode of the engine's z there.
    """

    mean: np.ndarray
    covariance: np.ndarray
    states: np.ndarray


def hyper_mode(data: CountSeries, wandering: Wandering) -> HyperMode:
    """Climb to the mode of the hyperparameters' posterior, the states integrated out by Laplace's approximation."""
    layout, prior, start = data.laid_out()
    first = np.append(wandering.mean, np.log(typical_drift(data)))

    def log_posterior(h: np.ndarray) -> np.ndarray:
        nonlocal start
        evidence, modes = log_evidence_at_nodes(start, layout, prior, data.hyper(h))
        start = modes[0]
        return evidence + _log_prior(h, wandering)

    believed = np.append(np.sqrt(np.diag(wandering.covariance)), PRIOR_DRIFT_SD)
    top = climb(log_posterior, first, believed)
    return HyperMode(top.point, top.covariance, start)


@dataclass(frozen=True, eq=False)
class _Nodes:
    """Points of the hyperparameters with the mode of the states, the log evidence and a weight at each."""

    hyper: np.ndarray
    modes: np.ndarray
    evidence: np.ndarray
    weights: np.ndarray


def _spread_nodes(data: CountSeries, wandering: Wandering) -> _Nodes:
    """Place nodes around the mode and over the prior, and weight them by posterior over placement density."""
    layout, prior, _ = data.laid_out()
    top = hyper_mode(data, wandering)
    size = len(top.mean)
    near = (
        top.mean + MODE_SPREAD * normal_points(NODES_AROUND_MODE, size) @ np.linalg.cholesky(top.covariance).T
    )
    wide_covariance = np.zeros((size, size))
    wide_covariance[:-1, :-1] = wandering.covariance
    wide_covariance[-1, -1] = PRIOR_DRIFT_SD**2
    wide_mean = np.append(wandering.mean, top.mean[-1])
    wide = wide_mean + normal_points(NODES_OVER_PRIOR, size) @ np.linalg.cholesky(wide_covariance).T
    h = np.vstack([near, wide])
    total = NODES_AROUND_MODE + NODES_OVER_PRIOR
    placement = np.logaddexp(
        np.log(NODES_AROUND_MODE / total)
        + gaussian_log_density(h, top.mean, MODE_SPREAD**2 * top.covariance),
        np.log(NODES_OVER_PRIOR / total) + gaussian_log_density(h, wide_mean, wide_covariance),
    )
    hyper = data.hyper(h)
    evidence, modes = log_evidence_at_nodes(top.states, layout, prior, hyper)
    log_weights = evidence + _log_prior(h, wandering) - placement
    weights = np.exp(log_weights - log_weights.max())
    return _Nodes(hyper, modes, evidence, weights / weights.sum())


def _log_prior(h: np.ndarray, wandering: Wandering) -> np.ndarray:
    """Log prior density of rows of h, the last of which is log drift; the drift is half-normal."""
    drift = np.exp(h[:, -1])
    constant = 0.5 * np.log(2 / np.pi) - np.log(DRIFT_SCALE)
    return wandering.log_density(h[:, :-1]) + constant - 0.5 * (drift / DRIFT_SCALE) ** 2 + h[:, -1]


def _systematic(weights: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """How often each item is taken when ``count`` are taken in proportion to the weights, with one random number."""
    edges = np.cumsum(weights) / weights.sum()
    points = (random.random() + np.arange(count)) / count
    return np.bincount(
        np.searchsorted(edges, points, side="right").clip(max=len(weights) - 1), minlength=len(weights)
    )


def _pareto_smoothed(log_ratios: np.ndarray) -> tuple[np.ndarray, float]:
    """Normalised importance weights with a smoothed tail, and the tail's shape."""
    from arviz_stats.base import array_stats

    # ArviZ smooths the weights of leave-one-out, one over the likelihood: it takes the ratios' negatives.
    log_weights, tail = array_stats.psislw(-log_ratios)
    weights = np.exp(log_weights - log_weights.max())
    return weights / weights.sum(), float(tail)
