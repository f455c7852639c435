"""Log density of the whitened states and its gradient, compiled: what the No-U-Turn sampler asks for at every step.

The density is that of ``laplace``, log p(y, C, z | hyperparameters), with z = z(e) carried by ``whitening`` and the
log volume of that map added. Both it and its derivatives by e and by the hyperparameters cost a time linear in the
number of periods.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from evaluate.numerics.bordered_band import REORDERED, STATES, workspace
from evaluate.numerics.laplace import (
    POISSON_BELOW,
    Data,
    Hyper,
    Prior,
    log_constants,
    log_means,
    negative_binomial_kernel,
    prior_derivatives,
)
from evaluate.numerics.whitening import Readings, pull_back, unwhiten

ASYMPTOTIC_FROM = 8.0
"""Digamma's series is exact to 1e-12 from here; smaller arguments are raised first."""


@njit(cache=True)
def log_density(
    standard: np.ndarray, hyper: Hyper, data: Data, prior: Prior, readings: Readings
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log density of the standard coordinates and its gradient.

    Parameters
    ----------
    standard : numpy.ndarray
        Shape (size of z,).
    hyper : tuple
        rho, sd, alpha, drift, slow.
    data, prior : tuple
        As in ``laplace.log_kernel``.
    readings : tuple
        As in ``whitening``.

    Returns
    -------
    (float, numpy.ndarray, numpy.ndarray)
        The log density, and its derivatives by the standard coordinates and by the five hyperparameters.
    """
    states, volume, work = unwhiten(standard, readings, prior, hyper)
    value, states_bar, hyper_bar = log_joint(states, data, prior, hyper)
    standard_bar, through = pull_back(states, work, readings, hyper, states_bar, 1.0)
    return value + volume, standard_bar, hyper_bar + through


@njit(cache=True)
def unwhiten_draws(
    standard: np.ndarray, hyper: np.ndarray, data: Data, prior: Prior, readings: Readings
) -> tuple[np.ndarray, np.ndarray]:
    """Effects, shape (draws, effects), and treated log means, shape (draws, T), of rows of standard coordinates.

    ``hyper`` has the rows (rho, sd, alpha, drift, slow) of the same draws.
    """
    _, _, offset, own, season, shares, fading, _ = data
    effects = np.empty((len(standard), shares.shape[1]))
    log_mean = np.empty((len(standard), offset.size))
    for s in range(len(standard)):
        five = (hyper[s, 0], hyper[s, 1], hyper[s, 2], hyper[s, 3], hyper[s, 4])
        states, _, _ = unwhiten(standard[s], readings, prior, five)
        effects[s] = states[states.size - shares.shape[1] :]
        log_mean[s] = log_means(states, offset, own, season, shares, fading)[0]
    return effects, log_mean


@njit(cache=True)
def log_joint(
    states: np.ndarray, data: Data, prior: Prior, hyper: Hyper
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log p(y, C, z | hyperparameters), and its derivatives by z and by the five hyperparameters."""
    length = data[2].size
    work = workspace(length, prior[1].size)
    value = prior_derivatives(states, prior, hyper, length, work) + log_constants(data, prior, hyper)
    states_bar = work[0]
    hyper_bar = _prior_bars(states, length, hyper)
    likelihood, hyper_bar[2] = _add_likelihood(states, data, hyper, states_bar)
    return value + likelihood, states_bar, hyper_bar


@njit(cache=True, fastmath=REORDERED)
def _prior_bars(states: np.ndarray, length: int, hyper: Hyper) -> np.ndarray:
    """Derivatives of the states' log prior by rho, sd, drift and slow."""
    rho, sd, _, drift, slow = hyper
    within = 1.0 - rho * rho
    walked = moved = lagged = crept = 0.0
    for now in range(STATES, STATES * length, STATES):
        away = states[now + 1] - rho * states[now - 2]
        walked += (states[now] - states[now - 3]) ** 2
        moved += away * away
        lagged += away * states[now - 2]
        crept += (states[now + 2] - states[now - 1]) ** 2
    steps = length - 1
    found = np.zeros(5)
    found[0] = lagged / (sd * sd * within) - rho * moved / (sd * within) ** 2 + steps * rho / within
    found[1] = (moved / within + states[1] ** 2) / sd**3 - length / sd
    found[3] = walked / drift**3 - steps / drift
    found[4] = crept / slow**3 - steps / slow
    return found


@njit(cache=True, fastmath=REORDERED)
def _add_likelihood(
    states: np.ndarray, data: Data, hyper: Hyper, states_bar: np.ndarray
) -> tuple[float, float]:
    """Add the counts' scores to the gradient; return their log kernel and its derivative by the overdispersion."""
    y, pool, offset, own, season, shares, fading, pool_ratio = data
    length, levels, waves, effects = offset.size, own.shape[1], season.shape[1], shares.shape[1]
    at, shared = STATES * length, levels + waves
    alpha, alpha_pool = hyper[2], hyper[2] * pool_ratio
    digamma_own, digamma_pool = digamma(1.0 / alpha), digamma(1.0 / alpha_pool) if pool_ratio > 0 else 0.0
    treated, pooled = log_means(states, offset, own, season, shares, fading)
    value, alpha_bar = 0.0, 0.0
    for t in range(length):
        score = seasonal = 0.0
        if not math.isnan(y[t]):
            mean = math.exp(treated[t])
            value += negative_binomial_kernel(y[t], treated[t], mean, alpha)
            score = y[t] - mean * (1.0 + alpha * y[t]) / (1.0 + alpha * mean)
            alpha_bar += _overdispersion_bar(y[t], mean, alpha, digamma_own)
        if not math.isnan(pool[t]):
            mean = math.exp(pooled[t])
            value += negative_binomial_kernel(pool[t], pooled[t], mean, alpha_pool)
            seasonal = pool[t] - mean * (1.0 + alpha_pool * pool[t]) / (1.0 + alpha_pool * mean)
            alpha_bar += pool_ratio * _overdispersion_bar(pool[t], mean, alpha_pool, digamma_pool)
        states_bar[STATES * t] += score + seasonal
        states_bar[STATES * t + 1] += score
        states_bar[STATES * t + 2] += score
        for i in range(levels):
            states_bar[at + i] += score * own[t, i]
        for i in range(waves):
            states_bar[at + levels + i] += (score + seasonal) * season[t, i]
        for j in range(effects):
            f = shares[t, j]
            if f > 0.0:
                touched = f * math.exp(fading[t, j] * states[at + shared + j])
                states_bar[at + shared + j] += score * fading[t, j] * touched / (1.0 - f + touched)
    return value, alpha_bar


@njit(cache=True)
def _overdispersion_bar(count: float, mean: float, alpha: float, digamma_size: float) -> float:
    """Derivative of a count's log probability by its overdispersion; ``digamma_size`` is that of 1 / alpha."""
    if alpha < POISSON_BELOW:
        return 0.0
    size = 1.0 / alpha
    gained = size * size * (math.log1p(alpha * mean) - digamma(count + size) + digamma_size)
    return gained + (count - mean) * size / (1.0 + alpha * mean)


@njit(cache=True)
def digamma(x: float) -> float:
    """Derivative of log gamma for positive x (Abramowitz and Stegun 1972, 6.3.5 and 6.3.18).

    Examples
    --------
    >>> round(digamma(1.0), 9)  # less Euler's constant
    -0.577215665
    """
    raised = 0.0
    while x < ASYMPTOTIC_FROM:
        raised -= 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    series = square * (
        1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square * (1 / 132))))
    )
    return raised + math.log(x) - 0.5 / x - series


def pack(data: Data, prior: Prior, readings: Readings) -> np.ndarray:
    """One vector of a whole series: nutpie takes seconds to compile for every array it is given."""
    sizes = (*(array.shape[1] for array in data[3:6]), len(data[2]))
    arrays = (*data[:-1], *prior, *readings[:-1])
    return np.concatenate([np.array([*sizes, data[-1]], dtype=float), *(array.ravel() for array in arrays)])


@njit(cache=True)
def _take(packed: np.ndarray, start: int, rows: int, columns: int) -> tuple[np.ndarray, int]:
    """A matrix out of the vector, and where the next begins."""
    end = start + rows * columns
    return packed[start:end].reshape((rows, columns)), end


@njit(cache=True)
def unpack(packed: np.ndarray) -> tuple[Data, Prior, Readings]:
    """What ``pack`` put together."""
    levels, waves, effects, length = int(packed[0]), int(packed[1]), int(packed[2]), int(packed[3])
    ratio, static = packed[4], levels + waves + effects
    counts, at = _take(packed, 5, 3, length)
    regressors, at = _take(packed, at, length, levels)
    season, at = _take(packed, at, length, waves)
    shares, at = _take(packed, at, length, effects)
    fading, at = _take(packed, at, length, effects)
    start, at = _take(packed, at, 1, 2)
    statics, at = _take(packed, at, 2, static)
    means, at = _take(packed, at, 2, length)
    working, at = _take(packed, at, 2, length)
    own_loading, at = _take(packed, at, length, static)
    pool_loading, at = _take(packed, at, length, static)
    return (
        (counts[0], counts[1], counts[2], regressors, season, shares, fading, ratio),
        (start[0], statics[0], statics[1]),
        (means, working, own_loading, pool_loading, ratio),
    )
