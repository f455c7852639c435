"""How far an area's counts wander on their own, learned from the control areas.

Each control area is a placebo: nothing was done there, so its deviations from what the other controls share show how
autocorrelated, how large and how noisy an area's own course is, and how far it drifts. The hyperparameters of an area,

    h = (logit rho, log sd, log overdispersion sd, log slow),

are taken to vary between areas as N(m, S); m and S are learned by expectation maximisation over the areas' marginal
likelihoods, and the prior for the treated area is N(m, S + Var(m)). With no controls it is the prior of m and S.

References
----------
Robbins (1956), "An empirical Bayes approach to statistics", for learning a prior from parallel problems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from evaluate.numerics.laplace import STATES, Data, Prior, log_evidence_at_nodes

PRIOR_MEAN = np.array([-0.2, np.log(0.10), np.log(0.10), np.log(0.008)])
"""Typical area: autocorrelation 0.45, deviation 10%, extra count noise 10%, a drift of 0.8% a period."""
PRIOR_MEAN_SD = np.array([1.0, 0.7, 0.9, 0.9])
"""How little is known of that typical area before the controls are seen."""
BETWEEN_SD = np.array([0.5, 0.3, 0.4, 0.4])
"""How much areas are expected to differ."""
BETWEEN_WEIGHT = 4.0
"""The expectation of ``BETWEEN_SD`` counts as much as this many areas."""
RHO_CEILING = 0.995
"""Largest autocorrelation, so that a deviation always has a level to return to."""
SMALLEST_STEP = 1e-4
"""Floor of the random walks' steps, for the arithmetic's sake."""
NODES = 192
ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Wandering:
    """Prior of an area's hyperparameters (logit rho, log sd, log overdispersion sd, log slow).

    Parameters
    ----------
    mean : numpy.ndarray
        Shape (4,).
    covariance : numpy.ndarray
        Shape (4, 4).
    areas : int
        Number of control areas it was learned from.
    """

    mean: np.ndarray
    covariance: np.ndarray
    areas: int

    def log_density(self, h: np.ndarray) -> np.ndarray:
        """Log density at each row of ``h``, shape (n, 4)."""
        return gaussian_log_density(h, self.mean, self.covariance)


def unlearned() -> Wandering:
    """Return the prior where there are no controls to learn from."""
    return Wandering(PRIOR_MEAN, np.diag(PRIOR_MEAN_SD**2 + BETWEEN_SD**2), 0)


def gaussian_log_density(x: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Log density of a multivariate normal at each row of ``x``."""
    factor = np.linalg.cholesky(covariance)
    scores = np.linalg.solve(factor, (x - mean).T)
    return (
        -0.5 * (scores**2).sum(axis=0) - np.log(np.diag(factor)).sum() - 0.5 * len(mean) * np.log(2 * np.pi)
    )


def normal_points(count: int, dimensions: int) -> np.ndarray:
    """Fixed, evenly spread points of a standard normal, shape (count, dimensions).

    The golden-ratio (R-sequence) lattice carried through the normal quantile function: the same points every time, so
    that an integral over them has no seed.
    """
    from scipy.special import ndtri

    root = 2.0
    for _ in range(40):  # fixed point of x = (1 + x)^(1 / (d + 1)), the generalised golden ratio
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = (1 / root) ** np.arange(1, dimensions + 1)
    return ndtri((0.5 + np.outer(np.arange(1, count + 1), steps)) % 1.0)


def to_hyper(h: np.ndarray, *, sd_factor: float, noise_factor: float, drift: np.ndarray) -> np.ndarray:
    """Rows (rho, sd, alpha, drift, slow) for the engine from rows (logit rho, log sd, log overdispersion sd, log slow).

    Parameters
    ----------
    h : numpy.ndarray
        Shape (n, 4).
    sd_factor : float
        An area's deviation is measured against the pooled controls, whose own deviations add to it:
        ``sqrt(treated share + pool share)``.
    noise_factor : float
        Sum of squared shares of the areas added together in the treated series (1 for one area).
    drift : numpy.ndarray
        Shape (n,): standard deviation of the common path's steps.
    """
    rho = RHO_CEILING * expit(h[:, 0])
    slow = np.maximum(np.exp(h[:, 3]) * sd_factor, SMALLEST_STEP)
    return np.column_stack(
        [
            rho,
            np.exp(h[:, 1]) * sd_factor,
            np.exp(2 * h[:, 2]) * noise_factor,
            np.maximum(drift, SMALLEST_STEP),
            slow,
        ]
    )


def learn_wandering(
    counts: np.ndarray,
    offset: np.ndarray,
    season: np.ndarray,
    *,
    drift: float,
    most_areas: int = 40,
    near: float,
) -> Wandering:
    """Learn the prior of an area's own course from control areas.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (areas, periods), no missing values.
    offset : numpy.ndarray
        Shape (periods,): log relative length of the periods.
    season : numpy.ndarray
        Shape (periods, waves).
    drift : float
        Standard deviation of the common path's steps.
    most_areas : int
        Learn from at most this many areas, those whose mean count is nearest to ``near``.
    near : float
        Mean count of the treated area.

    Returns
    -------
    Wandering
    """
    totals = counts.sum(axis=1)
    alive = np.flatnonzero(totals > 0)
    if len(alive) < 2:
        return unlearned()
    distance = np.abs(np.log(totals[alive] / counts.shape[1]) - np.log(max(near, 0.1)))
    chosen = alive[np.argsort(distance, kind="stable")[:most_areas]]
    spread = np.sqrt(PRIOR_MEAN_SD**2 + BETWEEN_SD**2)
    nodes = PRIOR_MEAN + 1.2 * spread * normal_points(NODES, 4)
    proposal = gaussian_log_density(nodes, PRIOR_MEAN, np.diag((1.2 * spread) ** 2))
    evidence = np.empty((len(chosen), NODES))
    everything = counts.sum(axis=0)
    shares = totals / totals.sum()
    for row, area in enumerate(chosen):
        others = everything - counts[area]
        other_share = (shares**2).sum() - shares[area] ** 2
        evidence[row] = _area_evidence(
            counts[area], others, offset, season, other_share / (1 - shares[area]) ** 2, nodes, drift
        )
    return _expectation_maximisation(evidence, nodes, proposal)


def _area_evidence(
    own: np.ndarray,
    others: np.ndarray,
    offset: np.ndarray,
    season: np.ndarray,
    pool_share: float,
    nodes: np.ndarray,
    drift: float,
) -> np.ndarray:
    """Log evidence of one control area, held against the others, at every node."""
    data, prior, start = series(
        own, others, offset, season, np.zeros((len(own), 0)), pool_share, np.zeros(0), 1.0
    )
    hyper = to_hyper(
        nodes, sd_factor=np.sqrt(1 + pool_share), noise_factor=1.0, drift=np.full(len(nodes), drift)
    )
    evidence, _ = log_evidence_at_nodes(start, data, prior, hyper)
    return evidence


def series(
    own: np.ndarray,
    pool: np.ndarray,
    offset: np.ndarray,
    season: np.ndarray,
    shares: np.ndarray,
    pool_ratio: float,
    effect_mean: np.ndarray,
    effect_sd: np.ndarray | float,
) -> tuple[Data, Prior, np.ndarray]:
    """Lay out the engine's data, its prior of the static parameters, and a starting point.

    Returns
    -------
    (tuple, tuple, numpy.ndarray)
        ``data`` and ``prior`` as in ``laplace.log_joint``, and z to start from. The level of the treated area relative
        to the pool has standard deviation 3; without a pool it is fixed at nought, since the common path is its level.
    """
    length, waves, effects = len(own), season.shape[1], shares.shape[1]
    pooled = not np.isnan(pool).all()
    path = pool if pooled else own
    rate = np.log(np.nanmean(path / np.exp(offset)) + 0.01)
    level = np.log(np.nanmean(own) + 0.1) - np.log(np.nanmean(path) + 0.1)
    centre = np.concatenate(
        [[level if pooled else 0.0], np.zeros(waves), np.broadcast_to(effect_mean, effects)]
    )
    sd = np.concatenate([[3.0 if pooled else 1e-3], np.full(waves, 0.2), np.broadcast_to(effect_sd, effects)])
    data = (
        np.ascontiguousarray(own, dtype=float),
        np.ascontiguousarray(pool, dtype=float),
        np.ascontiguousarray(offset, dtype=float),
        np.ascontiguousarray(season, dtype=float),
        np.ascontiguousarray(shares, dtype=float),
        float(pool_ratio),
    )
    prior = (np.array([rate, 1 / 9.0]), centre, 1 / sd**2)
    start = np.zeros(STATES * length + len(centre))
    path_at = slice(0, STATES * length, STATES)
    start[path_at] = rate
    if pooled:
        start[path_at] = np.where(np.isnan(pool), rate, np.log(np.nan_to_num(pool) + 0.5) - offset)
    start[STATES * length :] = centre
    return data, prior, start


def _expectation_maximisation(evidence: np.ndarray, nodes: np.ndarray, proposal: np.ndarray) -> Wandering:
    """Fit N(m, S) to the areas' hyperparameters from their evidence at the nodes."""
    areas = len(evidence)
    mean, between = PRIOR_MEAN, np.diag(BETWEEN_SD**2)
    prior_precision = np.diag(1 / PRIOR_MEAN_SD**2)
    for _ in range(ROUNDS):
        log_weights = evidence + gaussian_log_density(nodes, mean, between) - proposal
        weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        means = weights @ nodes
        gaps = nodes[None, :, :] - means[:, None, :]
        within = np.einsum("ik,ikp,ikq->ipq", weights, gaps, gaps)
        precision = np.linalg.inv(between)
        new_mean = np.linalg.solve(
            prior_precision + areas * precision, prior_precision @ PRIOR_MEAN + precision @ means.sum(axis=0)
        )
        apart = means - new_mean
        scatter = within.sum(axis=0) + apart.T @ apart
        between = (BETWEEN_WEIGHT * np.diag(BETWEEN_SD**2) + scatter) / (BETWEEN_WEIGHT + areas)
        moved = np.abs(new_mean - mean).max()
        mean = new_mean
        if moved < 1e-4:
            break
    precision = np.linalg.inv(between)
    # Missing-information principle: what area i tells of m is S^-1 less what its own uncertainty takes away.
    told = sum(precision @ (between - one) @ precision for one in within)
    values, vectors = np.linalg.eigh(told)
    information = prior_precision + (vectors * np.clip(values, 0.0, None)) @ vectors.T
    return Wandering(mean, between + np.linalg.inv(information), areas)
