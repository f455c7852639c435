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

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, ndtri

from evaluate.numerics.bordered_band import STATES
from evaluate.numerics.climb import climb
from evaluate.numerics.laplace import Data, Prior, log_evidence_at_nodes

PRIOR_MEAN = np.array([-0.2, np.log(0.10), np.log(0.10), np.log(0.004)])
"""Typical area: autocorrelation 0.45, deviation 10%, extra count noise 10%, a drift of 0.4% a period."""
PRIOR_MEAN_PER_YEAR = 12.0
"""``PRIOR_MEAN`` is of months."""
PRIOR_MEAN_SD = np.array([1.2, 0.7, 0.9, 1.2])
"""How little is known of that typical area before the controls are seen."""
BETWEEN_SD = np.array([0.5, 0.3, 0.4, 0.4])
"""How much areas are expected to differ."""
BETWEEN_WEIGHT = 4.0
"""The expectation of ``BETWEEN_SD`` counts as much as this many areas."""
RHO_CEILING = 0.995
"""Largest autocorrelation, so that a deviation always has a level to return to."""
SMALLEST_STEP = 1e-4
"""Floor of the random walks' steps, for the arithmetic's sake."""
LOADING_SD = 0.15
"""How much more or less than the controls an area follows their pattern (methods of the package, section 2.9)."""
COVARIATE_SD = 1.0
"""Of the coefficient of each covariate, whose logs are given."""
SEASON_SD = 0.3
"""Of each seasonal term, on the log scale."""
NODES = 48
NODE_SPREAD = 1.3
"""Nodes are spread this many times as wide as areas are expected to differ, around what fits all of them best."""
FURTHEST_TOP = 2.0
ROUNDS = 300


@dataclass(frozen=True, eq=False)
class EffectTerms:
    """Where each effect applies, and its prior.

    Parameters
    ----------
    shares : numpy.ndarray
        Shape (periods, effects): share of each period to which each effect applies.
    fading : numpy.ndarray
        Shape (periods, effects): what is left of the log rate ratio in each period; 1 for an effect that lasts.
    mean, sd : numpy.ndarray
        Shape (effects,): normal prior of each log rate ratio.
    """

    shares: np.ndarray
    fading: np.ndarray
    mean: np.ndarray
    sd: np.ndarray

    @classmethod
    def none(cls, length: int) -> EffectTerms:
        """No effects in a series of that length."""
        nothing = np.zeros((length, 0))
        return cls(nothing, nothing, np.zeros(0), np.zeros(0))

    def log_ratio(self, effects: np.ndarray) -> np.ndarray:
        """What each effect adds to the log mean, shape (draws, periods, effects), from draws (draws, effects)."""
        found = np.zeros((len(effects), *self.shares.shape))
        for number in range(self.shares.shape[1]):
            touched = self.shares[:, number] > 0
            faded = self.fading[touched, number] * effects[:, number, None]
            found[:, touched, number] = np.log1p(self.shares[touched, number] * np.expm1(faded))
        return found


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


def prior_mean(periods_per_year: float) -> np.ndarray:
    """``PRIOR_MEAN`` for periods of another length: a random walk's steps shrink with their square root."""
    shift = 0.5 * np.log(PRIOR_MEAN_PER_YEAR / periods_per_year)
    return PRIOR_MEAN + np.array([0.0, 0.0, 0.0, shift])


def unlearned(periods_per_year: float) -> Wandering:
    """Return the prior where there are no controls to learn from."""
    return Wandering(prior_mean(periods_per_year), np.diag(PRIOR_MEAN_SD**2 + BETWEEN_SD**2), 0)


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
    years: float,
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
    years : float
        Length of the series in years.
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
        return unlearned(counts.shape[1] / years)
    expected = prior_mean(counts.shape[1] / years)
    distance = np.abs(np.log(totals[alive] / counts.shape[1]) - np.log(max(near, 0.1)))
    chosen = alive[np.argsort(distance, kind="stable")[:most_areas]]
    placebos = [
        _held_against_others(counts, area, offset, season).started_at(expected, drift) for area in chosen
    ]
    centre, told = _best_for_all(placebos, drift, expected)
    placebos = [placebo.started_at(centre, drift) for placebo in placebos]
    spread = NODE_SPREAD * np.sqrt(BETWEEN_SD**2 + told)
    nodes = centre + spread * normal_points(NODES, len(centre))
    parabolas = [_parabola((nodes - centre) / spread, placebo.evidence(nodes, drift)) for placebo in placebos]
    slopes = np.array([slope for slope, _ in parabolas]) / spread
    curvatures = np.array([curvature for _, curvature in parabolas]) / np.outer(spread, spread)
    return _expectation_maximisation(centre, slopes, curvatures, expected)


@dataclass(frozen=True, eq=False)
class _Placebo:
    """One control area held against the others: an untreated area seen as the treated one will be."""

    data: Data
    prior: Prior
    start: np.ndarray
    sd_factor: float

    def evidence(self, nodes: np.ndarray, drift: float) -> np.ndarray:
        """Log evidence at every row of ``nodes``."""
        return self._laplace(nodes, drift)[0]

    def started_at(self, h: np.ndarray, drift: float) -> _Placebo:
        """Begin the climb to every mode from the mode at h, which is close to those nearby."""
        return replace(self, start=self._laplace(h[None, :], drift)[1][0])

    def _laplace(self, nodes: np.ndarray, drift: float) -> tuple[np.ndarray, np.ndarray]:
        steps = np.full(len(nodes), drift)
        hyper = to_hyper(nodes, sd_factor=self.sd_factor, noise_factor=1.0, drift=steps)
        return log_evidence_at_nodes(self.start, self.data, self.prior, hyper)


def _held_against_others(counts: np.ndarray, area: int, offset: np.ndarray, season: np.ndarray) -> _Placebo:
    """Lay one control area out against the pool of the others."""
    totals = counts.sum(axis=1)
    others = np.delete(totals, area)
    pool_share = float(((others / others.sum()) ** 2).sum())
    own, pool = counts[area], counts.sum(axis=0) - counts[area]
    nothing = np.zeros((len(own), 0))
    data, prior, start = series(own, pool, offset, season, EffectTerms.none(len(own)), pool_share, nothing)
    return _Placebo(data, prior, start, float(np.sqrt(1 + pool_share)))


def _best_for_all(
    placebos: Sequence[_Placebo], drift: float, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Hyperparameters that fit all areas best if they were alike, and about how well each is known (variances)."""

    def log_posterior(h: np.ndarray) -> np.ndarray:
        scores = (h - expected) / PRIOR_MEAN_SD
        return sum((placebo.evidence(h, drift) for placebo in placebos), -0.5 * (scores**2).sum(axis=1))

    top = climb(log_posterior, expected, PRIOR_MEAN_SD)
    return top.point, np.diag(top.covariance)


def series(
    own: np.ndarray,
    pool: np.ndarray,
    offset: np.ndarray,
    season: np.ndarray,
    effects: EffectTerms,
    pool_ratio: float,
    covariates: np.ndarray,
) -> tuple[Data, Prior, np.ndarray]:
    """Lay out the engine's data, its prior of the static parameters, and a starting point.

    Returns
    -------
    (tuple, tuple, numpy.ndarray)
        ``data`` and ``prior`` as in ``laplace.log_kernel``, and z to start from. The level of the treated area relative
        to the pool has standard deviation 3; without a pool it is fixed at nought, since the common path is its level.
    """
    length, waves = len(own), season.shape[1]
    pooled = not np.isnan(pool).all()
    path = pool if pooled else own
    rate = np.log(np.nanmean(path / np.exp(offset)) + 0.01)
    level = np.log(np.nanmean(own) + 0.1) - np.log(np.nanmean(path) + 0.1)
    regressors = np.column_stack([np.ones(length), shared_pattern(pool, offset), covariates])
    own_mean = np.append([level if pooled else 0.0, 0.0], np.zeros(covariates.shape[1]))
    own_sd = np.append([3.0 if pooled else 1e-3, LOADING_SD], np.full(covariates.shape[1], COVARIATE_SD))
    centre = np.concatenate([own_mean, np.zeros(waves), effects.mean])
    sd = np.concatenate([own_sd, np.full(waves, SEASON_SD), effects.sd])
    data = (
        np.ascontiguousarray(own, dtype=float),
        np.ascontiguousarray(pool, dtype=float),
        np.ascontiguousarray(offset, dtype=float),
        regressors,
        np.ascontiguousarray(season, dtype=float),
        np.ascontiguousarray(effects.shares, dtype=float),
        np.ascontiguousarray(effects.fading, dtype=float),
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


def shared_pattern(pool: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """What the controls did, smoothed over five periods: log rate of the pool about its mean, shape (periods,).

    Nought throughout where there is no pool, so that the loading on it says nothing.
    """
    known = ~np.isnan(pool)
    if not known.any():
        return np.zeros(len(pool))
    filled = np.where(known, pool, 0.0)
    weights = np.array([1.0, 2.0, 3.0, 2.0, 1.0])
    counts = np.convolve(filled, weights, mode="same")
    lengths = np.convolve(np.where(known, np.exp(offset), 0.0), weights, mode="same")
    pattern = np.log((counts + 0.5) / np.maximum(lengths, 1e-9))
    return pattern - pattern.mean()


def _parabola(away: np.ndarray, evidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit ``b'x - x'Ax / 2`` to an area's log evidence, best where the evidence is high.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Slope b and curvature A. No direction curves upwards, and the top lies within ``FURTHEST_TOP`` of the middle:
        a parabola says nothing of what lies far beyond its nodes.
    """
    size = away.shape[1]
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    columns = [np.ones(len(away)), *away.T, *(away[:, i] * away[:, j] for i, j in pairs)]
    weights = np.exp(0.25 * np.maximum(evidence - evidence.max(), -20.0))
    found = np.linalg.lstsq(np.column_stack(columns) * weights[:, None], evidence * weights, rcond=None)[0]
    curvature = np.zeros((size, size))
    for (i, j), value in zip(pairs, found[1 + size :], strict=True):
        curvature[i, j] -= value
        curvature[j, i] -= value
    slope = found[1 : 1 + size]
    values, vectors = np.linalg.eigh(curvature)
    least = np.abs(vectors.T @ slope) / FURTHEST_TOP
    return slope, (vectors * np.maximum(values, least)) @ vectors.T


def _expectation_maximisation(
    centre: np.ndarray, slopes: np.ndarray, curvatures: np.ndarray, expected: np.ndarray
) -> Wandering:
    """Fit N(m, S) to the areas' hyperparameters from the parabolas of their log evidence around ``centre``."""
    areas = len(slopes)
    mean, between = centre, np.diag(BETWEEN_SD**2)
    prior_precision = np.diag(1 / PRIOR_MEAN_SD**2)
    for _ in range(ROUNDS):
        precision = np.linalg.inv(between)
        within = np.linalg.inv(curvatures + precision)
        means = centre + np.einsum("ipq,iq->ip", within, slopes + precision @ (mean - centre))
        new_mean = np.linalg.solve(
            prior_precision + areas * precision, prior_precision @ expected + precision @ means.sum(axis=0)
        )
        apart = means - new_mean
        scatter = within.sum(axis=0) + apart.T @ apart
        new_between = (BETWEEN_WEIGHT * np.diag(BETWEEN_SD**2) + scatter) / (BETWEEN_WEIGHT + areas)
        moved = max(np.abs(new_mean - mean).max(), np.abs(new_between - between).max())
        mean, between = new_mean, new_between
        if moved < 1e-5:
            break
    precision = np.linalg.inv(between)
    within = np.linalg.inv(curvatures + precision)
    # Missing-information principle: what area i tells of m is S^-1 less what its own uncertainty takes away.
    told = sum(precision @ (between - one) @ precision for one in within)
    return Wandering(mean, between + np.linalg.inv(prior_precision + told), areas)
