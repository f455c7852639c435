"""Laplace approximation of a count state-space model with two observed series, compiled.

The model, for periods t = 1..T::

    y_t ~ NegBin(exp(o_t + a + s_t + w_t + d_t + v_t + h_t), alpha)    the treated series
    C_t ~ NegBin(exp(o_t + s_t + w_t), alpha_pool)                     the pooled control series (may be missing)
    w_t = w_{t-1} + N(0, drift^2)                                      what the areas share
    d_t = rho d_{t-1} + N(0, (1 - rho^2) sd^2)                         the treated area's own deviation
    v_t = v_{t-1} + N(0, slow^2)                                       the treated area's own slow drift, from nought
    s_t = S_t b                                                        season
    h_t = sum_j log((1 - f_jt) + f_jt exp(theta_j))                    effects; f_jt = share of the period

Given the hyperparameters (rho, sd, alpha, drift, slow) everything else is z = (w_1, d_1, v_1, ..., w_T, d_T, v_T, a, b,
theta). The Hessian of log p(y, C, z) is a band of width three bordered by the few static parameters, so one Newton
step costs a time linear in T.

References
----------
Rue, Martino and Chopin (2009), "Approximate Bayesian inference for latent Gaussian models by using integrated nested
Laplace approximations", JRSS B 71: the approximation of p(y | hyperparameters) used here.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

STATES = 3
"""States of one period: common path, own deviation, own slow drift. The band of the Hessian is as wide."""
SLOW_START = 0.01
"""Standard deviation of the slow drift in the first period: the level says where it starts."""
MOST_STEPS = 60
LOG_2PI = math.log(2 * math.pi)

type Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]
"""Treated counts, pooled counts, offset, season, shares of the effects, alpha_pool / alpha."""
type Prior = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(mean, precision) of the path's start; means and precisions of the static parameters."""
type Hyper = tuple[float, float, float, float, float]
"""rho, sd, alpha, drift, slow."""


@njit(cache=True)
def negative_binomial_log_density(count: float, log_mean: float, alpha: float) -> float:
    """Log probability of a count with variance ``mean + alpha mean^2``; Poisson below alpha = 1e-9."""
    mean = math.exp(log_mean)
    if alpha < 1e-9:
        return count * log_mean - mean - math.lgamma(count + 1.0)
    size = 1.0 / alpha
    return (
        math.lgamma(count + size)
        - math.lgamma(size)
        - math.lgamma(count + 1.0)
        + count * (log_mean + math.log(alpha))
        - (count + size) * math.log1p(alpha * mean)
    )


@njit(cache=True)
def predictors(
    z: np.ndarray, offset: np.ndarray, season: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log means of both series, and the derivative of each effect, at z.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray, numpy.ndarray)
        Treated and pooled log means, shape (T,), and dh/dtheta, shape (T, effects).
    """
    length, waves, effects = offset.size, season.shape[1], shares.shape[1]
    static = z[STATES * length :]
    treated = np.empty(length)
    pooled = np.empty(length)
    slope = np.zeros((length, effects))
    for t in range(length):
        common = offset[t] + z[STATES * t]
        for k in range(waves):
            common += season[t, k] * static[1 + k]
        pooled[t] = common
        value = common + static[0] + z[STATES * t + 1] + z[STATES * t + 2]
        for j in range(effects):
            f = shares[t, j]
            if f > 0.0:
                factor = math.exp(static[1 + waves + j])
                mixed = 1.0 - f + f * factor
                value += math.log(mixed)
                slope[t, j] = f * factor / mixed
        treated[t] = value
    return treated, pooled, slope


@njit(cache=True)
def log_joint(z: np.ndarray, data: Data, prior: Prior, hyper: Hyper) -> float:
    """Log of p(y, C, z | hyperparameters), every constant included."""
    y, pool, offset, season, shares, pool_share = data
    start, centre, precision = prior
    rho, sd, alpha, drift, slow = hyper
    length = offset.size
    treated, pooled, _ = predictors(z, offset, season, shares)
    total = 0.0
    for t in range(length):
        if not math.isnan(y[t]):
            total += negative_binomial_log_density(y[t], treated[t], alpha)
        if not math.isnan(pool[t]):
            total += negative_binomial_log_density(pool[t], pooled[t], alpha * pool_share)
    gap = z[0] - start[0]
    total -= 0.5 * (gap * gap * start[1] - math.log(start[1]) + LOG_2PI)
    total -= 0.5 * ((z[1] / sd) ** 2 + 2 * math.log(sd) + LOG_2PI)
    total -= 0.5 * ((z[2] / SLOW_START) ** 2 + 2 * math.log(SLOW_START) + LOG_2PI)
    innovation = sd * math.sqrt(1 - rho * rho)
    for t in range(1, length):
        now, then = STATES * t, STATES * (t - 1)
        walk = (z[now] - z[then]) / drift
        own = (z[now + 1] - rho * z[then + 1]) / innovation
        creep = (z[now + 2] - z[then + 2]) / slow
        total -= 0.5 * (walk * walk + own * own + creep * creep + 3 * LOG_2PI)
        total -= math.log(drift) + math.log(innovation) + math.log(slow)
    for k in range(centre.size):
        gap = z[STATES * length + k] - centre[k]
        total -= 0.5 * (gap * gap * precision[k] - math.log(precision[k]) + LOG_2PI)
    return total


@njit(cache=True)
def _prior_terms(
    z: np.ndarray, band: np.ndarray, gradient: np.ndarray, prior: Prior, hyper: Hyper, length: int
) -> None:
    """Add the prior's part of the gradient and of the band of the negative Hessian."""
    start, centre, precision = prior
    rho, sd, _, drift, slow = hyper
    walk = 1.0 / (drift * drift)
    own = 1.0 / (sd * sd * (1 - rho * rho))
    creep = 1.0 / (slow * slow)
    band[0, 0] += start[1]
    gradient[0] -= start[1] * (z[0] - start[0])
    band[1, 0] += 1.0 / (sd * sd)
    gradient[1] -= z[1] / (sd * sd)
    band[2, 0] += 1.0 / SLOW_START**2
    gradient[2] -= z[2] / SLOW_START**2
    for t in range(1, length):
        for state in range(STATES):
            precision_here = (walk, own, creep)[state]
            carried = rho if state == 1 else 1.0
            now = STATES * t + state
            then = now - STATES
            step = z[now] - carried * z[then]
            band[now, 0] += precision_here
            band[then, 0] += precision_here * carried * carried
            band[now, STATES] -= precision_here * carried
            gradient[now] -= precision_here * step
            gradient[then] += precision_here * carried * step
    for k in range(centre.size):
        gradient[STATES * length + k] -= precision[k] * (z[STATES * length + k] - centre[k])


@njit(cache=True)
def _derivatives(
    z: np.ndarray, data: Data, prior: Prior, hyper: Hyper, exact: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gradient of the log joint and its negative Hessian as band, border and corner.

    ``band[i, k]`` is the entry (i, i - k). With ``exact`` the curvature of log(1 - f + f exp(theta)) is kept; without
    it the Hessian is always positive definite.
    """
    y, pool, offset, season, shares, pool_share = data
    alpha = hyper[2]
    length, waves, effects = offset.size, season.shape[1], shares.shape[1]
    static = 1 + waves + effects
    band = np.zeros((STATES * length, STATES + 1))
    border = np.zeros((STATES * length, static))
    corner = np.diag(prior[2])
    gradient = np.zeros(STATES * length + static)
    _prior_terms(z, band, gradient, prior, hyper, length)
    treated, pooled, slope = predictors(z, offset, season, shares)
    loading = np.empty(static)
    for t in range(length):
        if not math.isnan(y[t]):
            mean = math.exp(treated[t])
            score = y[t] - mean * (1 + alpha * y[t]) / (1 + alpha * mean)
            weight = mean * (1 + alpha * y[t]) / (1 + alpha * mean) ** 2
            loading[0] = 1.0
            loading[1 : 1 + waves] = season[t]
            loading[1 + waves :] = slope[t]
            for state in range(STATES):
                row = STATES * t + state
                gradient[row] += score
                for k in range(state + 1):
                    band[row, k] += weight
                for i in range(static):
                    border[row, i] += weight * loading[i]
            for i in range(static):
                gradient[STATES * length + i] += score * loading[i]
                for j in range(static):
                    corner[i, j] += weight * loading[i] * loading[j]
            if exact:
                for j in range(effects):
                    corner[1 + waves + j, 1 + waves + j] -= score * slope[t, j] * (1 - slope[t, j])
        if not math.isnan(pool[t]):
            mean = math.exp(pooled[t])
            shrink = 1 + alpha * pool_share * mean
            score = pool[t] - mean * (1 + alpha * pool_share * pool[t]) / shrink
            weight = mean * (1 + alpha * pool_share * pool[t]) / shrink**2
            gradient[STATES * t] += score
            band[STATES * t, 0] += weight
            for i in range(waves):
                gradient[STATES * length + 1 + i] += score * season[t, i]
                border[STATES * t, 1 + i] += weight * season[t, i]
                for j in range(waves):
                    corner[1 + i, 1 + j] += weight * season[t, i] * season[t, j]
    return gradient, band, border, corner


@njit(cache=True)
def _factorise(band: np.ndarray, border: np.ndarray, corner: np.ndarray) -> float:
    """Cholesky factor of the bordered band matrix, in place; returns half its log determinant, or NaN if it fails.

    Afterwards ``band`` holds L, ``border`` holds L^-1 B and ``corner`` the lower factor of the Schur complement.
    """
    size, static = border.shape
    half = 0.0
    for i in range(size):
        for k in range(min(STATES, i), -1, -1):
            j = i - k
            value = band[i, k]
            for m in range(max(0, i - STATES), j):
                if j - m <= STATES:
                    value -= band[i, i - m] * band[j, j - m]
            if k == 0:
                if value <= 0:
                    return math.nan
                band[i, 0] = math.sqrt(value)
                half += math.log(band[i, 0])
            else:
                band[i, k] = value / band[j, 0]
        for c in range(static):
            value = border[i, c]
            for k in range(1, min(STATES, i) + 1):
                value -= band[i, k] * border[i - k, c]
            border[i, c] = value / band[i, 0]
    for i in range(static):
        for j in range(i + 1):
            value = corner[i, j]
            for t in range(size):
                value -= border[t, i] * border[t, j]
            for k in range(j):
                value -= corner[i, k] * corner[j, k]
            if i == j:
                if value <= 0:
                    return math.nan
                corner[i, i] = math.sqrt(value)
                half += math.log(corner[i, i])
            else:
                corner[i, j] = value / corner[j, j]
    return half


@njit(cache=True)
def _solve_transposed(
    band: np.ndarray, border: np.ndarray, corner: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """Solve M' x = right for the factor M of ``_factorise``."""
    size, static = border.shape
    x = right.copy()
    for i in range(static - 1, -1, -1):
        value = x[size + i]
        for j in range(i + 1, static):
            value -= corner[j, i] * x[size + j]
        x[size + i] = value / corner[i, i]
    for i in range(size - 1, -1, -1):
        value = x[i]
        for c in range(static):
            value -= border[i, c] * x[size + c]
        for k in range(1, STATES + 1):
            if i + k < size:
                value -= band[i + k, k] * x[i + k]
        x[i] = value / band[i, 0]
    return x


@njit(cache=True)
def _solve(band: np.ndarray, border: np.ndarray, corner: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve M M' x = right for the factor M of ``_factorise``."""
    size, static = border.shape
    x = right.copy()
    for i in range(size):
        value = x[i]
        for k in range(1, min(STATES, i) + 1):
            value -= band[i, k] * x[i - k]
        x[i] = value / band[i, 0]
    for i in range(static):
        value = x[size + i]
        for t in range(size):
            value -= border[t, i] * x[t]
        for j in range(i):
            value -= corner[i, j] * x[size + j]
        x[size + i] = value / corner[i, i]
    return _solve_transposed(band, border, corner, x)


@njit(cache=True)
def find_mode(z: np.ndarray, data: Data, prior: Prior, hyper: Hyper) -> tuple[np.ndarray, float, int]:
    """Climb to the mode of log p(z | y, C, hyperparameters) by damped Newton steps.

    Returns
    -------
    (numpy.ndarray, float, int)
        The mode, the log joint there, and the number of steps (``MOST_STEPS`` when it did not converge).
    """
    z = z.copy()
    value = log_joint(z, data, prior, hyper)
    for step in range(MOST_STEPS):
        gradient, band, border, corner = _derivatives(z, data, prior, hyper, False)
        _factorise(band, border, corner)
        move = _solve(band, border, corner, gradient)
        size = 1.0
        largest = np.abs(move).max()
        if largest > 4.0:
            size = 4.0 / largest
        expected = np.dot(move, gradient)
        accepted = False
        for _ in range(30):
            candidate = z + size * move
            new = log_joint(candidate, data, prior, hyper)
            if new >= value - 1e-10:
                accepted = True
                break
            size *= 0.5
        if not accepted:
            return z, value, step
        z = candidate
        value = new
        if expected < 1e-7:
            return z, value, step
    return z, value, MOST_STEPS


@njit(cache=True)
def factor_at(
    z: np.ndarray, data: Data, prior: Prior, hyper: Hyper
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Cholesky factor of the negative Hessian at z, and half its log determinant."""
    _, band, border, corner = _derivatives(z, data, prior, hyper, True)
    half = _factorise(band, border, corner)
    if math.isnan(half):
        _, band, border, corner = _derivatives(z, data, prior, hyper, False)
        half = _factorise(band, border, corner)
    return band, border, corner, half


@njit(cache=True)
def log_evidence(z: np.ndarray, data: Data, prior: Prior, hyper: Hyper) -> tuple[float, np.ndarray]:
    """Laplace approximation of log p(y, C | hyperparameters), and the mode it was made at."""
    mode, value, _ = find_mode(z, data, prior, hyper)
    _, _, _, half = factor_at(mode, data, prior, hyper)
    return value + 0.5 * mode.size * LOG_2PI - half, mode


@njit(cache=True)
def log_evidence_at_nodes(
    z: np.ndarray, data: Data, prior: Prior, nodes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """``log_evidence`` at each row (rho, sd, alpha, drift, slow) of ``nodes``, and the modes."""
    evidence = np.empty(len(nodes))
    modes = np.empty((len(nodes), z.size))
    start = z
    for k in range(len(nodes)):
        hyper = (nodes[k, 0], nodes[k, 1], nodes[k, 2], nodes[k, 3], nodes[k, 4])
        evidence[k], mode = log_evidence(start, data, prior, hyper)
        modes[k] = mode
    return evidence, modes


@njit(cache=True)
def draw_around_mode(
    mode: np.ndarray, data: Data, prior: Prior, hyper: Hyper, normals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw z from the Gaussian at the mode, with log p(y, C, z) less the Gaussian's log density.

    Parameters
    ----------
    normals : numpy.ndarray
        Shape (draws, size of z), independent standard normal numbers.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Draws, shape (draws, size of z), and log importance weights, shape (draws,).
    """
    band, border, corner, half = factor_at(mode, data, prior, hyper)
    draws = np.empty_like(normals)
    weights = np.empty(len(normals))
    for s in range(len(normals)):
        draws[s] = mode + _solve_transposed(band, border, corner, normals[s])
        density = half - 0.5 * np.dot(normals[s], normals[s]) - 0.5 * mode.size * LOG_2PI
        weights[s] = log_joint(draws[s], data, prior, hyper) - density
    return draws, weights
