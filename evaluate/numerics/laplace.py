"""Laplace approximation of a count state-space model with two observed series, compiled.

The model, for periods t = 1..T::

    y_t ~ NegBin(exp(o_t + a_t + s_t + w_t + d_t + v_t + h_t), alpha)  the treated series
    C_t ~ NegBin(exp(o_t + s_t + w_t), alpha_pool)                     the pooled control series (may be missing)
    w_t = w_{t-1} + N(0, drift^2)                                      what the areas share
    d_t = rho d_{t-1} + N(0, (1 - rho^2) sd^2)                         the treated area's own deviation
    v_t = v_{t-1} + N(0, slow^2)                                       the treated area's own slow drift, from nought
    a_t = A_t a                                                        own level, own loading on the common pattern
    s_t = S_t b                                                        season
    h_t = sum_j log((1 - f_jt) + f_jt exp(g_jt theta_j))               effects; f_jt = share of the period touched,
                                                                       g_jt = what is left of a fading effect

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

from evaluate.numerics.bordered_band import (
    REORDERED,
    STATES,
    Workspace,
    factorise,
    half_log_determinant,
    solve,
    solve_transposed,
    workspace,
)

SLOW_START = 0.01
"""Standard deviation of the slow drift in the first period: the level says where it starts."""
MOST_STEPS = 60
CLOSE_ENOUGH = 4.0
"""Newton's decrement below which the parabola is trusted for the evidence: its error is then below 0.02 for counts of
3 a period, below 0.001 for counts of 30 (measured against a climb to the very top)."""
POISSON_BELOW = 1e-9
"""Overdispersion below which a count is taken for Poisson."""
LOG_2PI = math.log(2 * math.pi)

type Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]
"""Treated counts, pooled counts, offset, own regressors, season, effects' shares and fading, alpha_pool / alpha."""
type Prior = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(mean, precision) of the path's start; means and precisions of the static parameters."""
type Hyper = tuple[float, float, float, float, float]
"""rho, sd, alpha, drift, slow."""


@njit(cache=True)
def negative_binomial_constant(count: float, alpha: float) -> float:
    """The part of the log probability of a count that does not depend on its mean."""
    if alpha < POISSON_BELOW:
        return -math.lgamma(count + 1.0)
    size = 1.0 / alpha
    return math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1.0) + count * math.log(alpha)


@njit(cache=True)
def negative_binomial_kernel(count: float, log_mean: float, mean: float, alpha: float) -> float:
    """The part of the log probability of a count that depends on its mean; variance ``mean + alpha mean^2``."""
    if alpha < POISSON_BELOW:
        return count * log_mean - mean
    return count * log_mean - (count + 1.0 / alpha) * math.log1p(alpha * mean)


@njit(cache=True)
def log_constants(data: Data, prior: Prior, hyper: Hyper) -> float:
    """Terms of the log joint that do not depend on z."""
    y, pool, _, _, _, _, _, pool_ratio = data
    start, centre, precision = prior
    rho, sd, alpha, drift, slow = hyper
    length = y.size
    total = 0.0
    for t in range(length):
        if not math.isnan(y[t]):
            total += negative_binomial_constant(y[t], alpha)
        if not math.isnan(pool[t]):
            total += negative_binomial_constant(pool[t], alpha * pool_ratio)
    total += 0.5 * math.log(start[1]) - math.log(sd) - math.log(SLOW_START)
    innovation = sd * math.sqrt(1 - rho * rho)
    total -= (length - 1) * (math.log(drift) + math.log(innovation) + math.log(slow))
    for k in range(centre.size):
        total += 0.5 * math.log(precision[k])
    return total - 0.5 * (STATES * length + centre.size) * LOG_2PI


@njit(cache=True, fastmath=REORDERED)
def log_means(
    z: np.ndarray,
    offset: np.ndarray,
    own: np.ndarray,
    season: np.ndarray,
    shares: np.ndarray,
    fading: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Log means of the treated and of the pooled counts at z, each of shape (T,)."""
    length, levels, waves, effects = offset.size, own.shape[1], season.shape[1], shares.shape[1]
    static = z[STATES * length :]
    treated, pooled = np.empty(length), np.empty(length)
    for t in range(length):
        common = offset[t] + z[STATES * t]
        for k in range(waves):
            common += season[t, k] * static[levels + k]
        pooled[t] = common
        value = common + z[STATES * t + 1] + z[STATES * t + 2]
        for k in range(levels):
            value += own[t, k] * static[k]
        for j in range(effects):
            f = shares[t, j]
            if f > 0.0:
                value += math.log(1.0 - f + f * math.exp(fading[t, j] * static[levels + waves + j]))
        treated[t] = value
    return treated, pooled


@njit(cache=True, fastmath=REORDERED)
def log_kernel(z: np.ndarray, data: Data, prior: Prior, hyper: Hyper) -> tuple[float, np.ndarray]:
    """Log of p(y, C, z | hyperparameters) less ``log_constants``, and the treated log means, shape (T,)."""
    y, pool, offset, own_terms, season, shares, fading, pool_ratio = data
    start, centre, precision = prior
    rho, sd, alpha, drift, slow = hyper
    length = offset.size
    walk, own, creep = 1.0 / drift**2, 1.0 / (sd * sd * (1 - rho * rho)), 1.0 / slow**2
    squares = (z[0] - start[0]) ** 2 * start[1] + (z[1] / sd) ** 2 + (z[2] / SLOW_START) ** 2
    for now in range(STATES, STATES * length, STATES):
        step = z[now] - z[now - 3]
        moved = z[now + 1] - rho * z[now - 2]
        crept = z[now + 2] - z[now - 1]
        squares += walk * step * step + own * moved * moved + creep * crept * crept
    for k in range(centre.size):
        squares += precision[k] * (z[STATES * length + k] - centre[k]) ** 2
    total = -0.5 * squares
    treated, pooled = log_means(z, offset, own_terms, season, shares, fading)
    for t in range(length):
        if not math.isnan(y[t]):
            total += negative_binomial_kernel(y[t], treated[t], math.exp(treated[t]), alpha)
        if not math.isnan(pool[t]):
            total += negative_binomial_kernel(pool[t], pooled[t], math.exp(pooled[t]), alpha * pool_ratio)
    return total, treated


@njit(cache=True, fastmath=REORDERED)
def prior_derivatives(z: np.ndarray, prior: Prior, hyper: Hyper, length: int, work: Workspace) -> float:
    """Start the gradient and the band of the negative Hessian with the prior's part; return its log kernel."""
    gradient, band, border, corner = work
    start, centre, precision = prior
    rho, sd, _, drift, slow = hyper
    walk, own, creep = 1.0 / drift**2, 1.0 / (sd * sd * (1 - rho * rho)), 1.0 / slow**2
    gradient[:] = 0.0
    band[:] = 0.0
    border[:] = 0.0
    corner[:] = 0.0
    first = (start[1], 1.0 / (sd * sd), 1.0 / SLOW_START**2)
    centres = (start[0], 0.0, 0.0)
    squares = 0.0
    for state in range(STATES):
        away = z[state] - centres[state]
        band[state, 0] = first[state]
        gradient[state] = -first[state] * away
        squares += first[state] * away * away
    for now in range(STATES, STATES * length):
        state = now % STATES
        held = walk if state == 0 else (own if state == 1 else creep)
        carried = rho if state == 1 else 1.0
        then = now - STATES
        moved = z[now] - carried * z[then]
        band[now, 0] = held
        band[then, 0] += held * carried * carried
        band[now, STATES] = -held * carried
        gradient[now] = -held * moved
        gradient[then] += carried * held * moved
        squares += held * moved * moved
    for k in range(centre.size):
        away = z[STATES * length + k] - centre[k]
        corner[k, k] = precision[k]
        gradient[STATES * length + k] = -precision[k] * away
        squares += precision[k] * away * away
    return -0.5 * squares


@njit(cache=True, fastmath=REORDERED)
def derivatives(z: np.ndarray, data: Data, prior: Prior, hyper: Hyper, exact: bool, work: Workspace) -> float:
    """Fill ``work`` with the gradient of the log joint at z and its negative Hessian; return ``log_kernel`` there.

    With ``exact`` the curvature of log(1 - f + f exp(g theta)) is kept; without it the Hessian is always positive
    definite.
    """
    y, pool, offset, own, season, shares, fading, pool_ratio = data
    gradient, band, border, corner = work
    alpha = hyper[2]
    length, levels, waves, effects = offset.size, own.shape[1], season.shape[1], shares.shape[1]
    shared = levels + waves
    static = shared + effects
    at = STATES * length
    total = prior_derivatives(z, prior, hyper, length, work)
    treated, pooled = log_means(z, offset, own, season, shares, fading)
    loading = np.empty(static)
    for t in range(length):
        if not math.isnan(y[t]):
            mean = math.exp(treated[t])
            shrink = (1 + alpha * y[t]) / (1 + alpha * mean)
            score = y[t] - mean * shrink
            weight = mean * shrink / (1 + alpha * mean)
            total += negative_binomial_kernel(y[t], treated[t], mean, alpha)
            loading[:levels] = own[t]
            loading[levels:shared] = season[t]
            for j in range(effects):
                factor = (
                    shares[t, j] * math.exp(fading[t, j] * z[at + shared + j]) if shares[t, j] > 0.0 else 0.0
                )
                loading[shared + j] = (
                    fading[t, j] * factor / (1.0 - shares[t, j] + factor) if factor > 0.0 else 0.0
                )
            for row in range(STATES * t, STATES * t + STATES):
                gradient[row] += score
                for k in range(row - STATES * t + 1):
                    band[row, k] += weight
                for i in range(static):
                    border[row, i] = weight * loading[i]
            for i in range(static):
                gradient[at + i] += score * loading[i]
                for j in range(i + 1):
                    corner[i, j] += weight * loading[i] * loading[j]
            if exact:
                for j in range(shared, static):
                    corner[j, j] -= score * loading[j] * (fading[t, j - shared] - loading[j])
        if not math.isnan(pool[t]):
            mean = math.exp(pooled[t])
            shrink = (1 + alpha * pool_ratio * pool[t]) / (1 + alpha * pool_ratio * mean)
            score = pool[t] - mean * shrink
            weight = mean * shrink / (1 + alpha * pool_ratio * mean)
            total += negative_binomial_kernel(pool[t], pooled[t], mean, alpha * pool_ratio)
            gradient[STATES * t] += score
            band[STATES * t, 0] += weight
            for i in range(waves):
                gradient[at + levels + i] += score * season[t, i]
                border[STATES * t, levels + i] += weight * season[t, i]
                for j in range(i + 1):
                    corner[levels + i, levels + j] += weight * season[t, i] * season[t, j]
    return total


@njit(cache=True)
def factor_at(z: np.ndarray, data: Data, prior: Prior, hyper: Hyper, work: Workspace) -> float:
    """Leave the gradient at z and the factor of the negative Hessian in ``work``; return ``log_kernel`` there."""
    value = derivatives(z, data, prior, hyper, True, work)
    if not factorise(work):
        derivatives(z, data, prior, hyper, False, work)
        factorise(work)
    return value


@njit(cache=True)
def find_mode(
    z: np.ndarray, data: Data, prior: Prior, hyper: Hyper, work: Workspace, close: float = CLOSE_ENOUGH
) -> tuple[np.ndarray, float, int]:
    """Climb to the mode of log p(z | y, C, hyperparameters) by damped Newton steps.

    A step whose decrement is below ``close`` is the last and is taken on trust: ``work`` holds the factor at the point
    before it, and the log kernel returned is that of the parabola's top.

    Returns
    -------
    (numpy.ndarray, float, int)
        The mode, the log kernel there, and the number of steps (``MOST_STEPS`` when it did not converge).
    """
    here = z
    value = factor_at(here, data, prior, hyper, work)
    move = np.empty_like(z)
    for step in range(1, MOST_STEPS):
        move[:] = work[0]
        solve(work, move)
        decrement = np.dot(move, work[0])
        if decrement < close:
            return here + move, value + 0.5 * decrement, step
        size = min(1.0, 4.0 / np.abs(move).max())
        for _ in range(30):
            candidate = here + size * move
            new = factor_at(candidate, data, prior, hyper, work)
            if new >= value - 1e-10:
                break
            size *= 0.5
        here, value = candidate, new
    return here, value, MOST_STEPS


@njit(cache=True)
def log_evidence(
    z: np.ndarray, data: Data, prior: Prior, hyper: Hyper, work: Workspace
) -> tuple[float, np.ndarray]:
    """Laplace approximation of log p(y, C | hyperparameters), and the mode it was made at."""
    mode, value, _ = find_mode(z, data, prior, hyper, work)
    value += log_constants(data, prior, hyper)
    return value + 0.5 * mode.size * LOG_2PI - half_log_determinant(work), mode


@njit(cache=True)
def log_evidence_at_nodes(
    z: np.ndarray, data: Data, prior: Prior, nodes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """``log_evidence`` at each row (rho, sd, alpha, drift, slow) of ``nodes``, and the modes."""
    evidence = np.empty(len(nodes))
    modes = np.empty((len(nodes), z.size))
    work = workspace(data[2].size, prior[1].size)
    for k in range(len(nodes)):
        hyper = (nodes[k, 0], nodes[k, 1], nodes[k, 2], nodes[k, 3], nodes[k, 4])
        evidence[k], modes[k] = log_evidence(z, data, prior, hyper, work)
    return evidence, modes


@njit(cache=True)
def draw_around_modes(
    modes: np.ndarray, data: Data, prior: Prior, nodes: np.ndarray, counts: np.ndarray, standard: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry standard draws to z around the mode at each node, with log p(y, C, z) plus the log volume of the carrying.

    Parameters
    ----------
    modes : numpy.ndarray
        Shape (nodes, size of z).
    nodes : numpy.ndarray
        Shape (nodes, 5): rows (rho, sd, alpha, drift, slow).
    counts : numpy.ndarray
        Shape (nodes,): how many of the draws are made around each mode, in the order of the nodes.
    standard : numpy.ndarray
        Shape (draws, size of z), independent draws of mean nought and scale 1, replaced by draws of z. The last ones,
        of the effects, are carried to the effects alone, so that they may have heavier tails than the rest.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray, numpy.ndarray)
        Draws of z, shape (draws, size of z); treated log means, shape (draws, T); log weights, shape (draws,): less the
        log density of the standard draws they are log importance weights.
    """
    work = workspace(data[2].size, prior[1].size)
    log_mean = np.empty((len(standard), data[2].size))
    weights = np.empty(len(standard))
    first = 0
    for k in range(len(modes)):
        if counts[k] == 0:
            continue
        hyper = (nodes[k, 0], nodes[k, 1], nodes[k, 2], nodes[k, 3], nodes[k, 4])
        factor_at(modes[k], data, prior, hyper, work)
        constant = log_constants(data, prior, hyper) - half_log_determinant(work)
        for s in range(first, first + counts[k]):
            z = standard[s]
            solve_transposed(work, z)
            z += modes[k]
            kernel, log_mean[s] = log_kernel(z, data, prior, hyper)
            weights[s] = constant + kernel
        first += counts[k]
    return standard, log_mean, weights


@njit(cache=True)
def log_likelihood(counts: np.ndarray, log_mean: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Log probability of every count under every draw, shape (draws, periods); NaN where a count is missing.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (periods,).
    log_mean : numpy.ndarray
        Shape (draws, periods).
    alpha : numpy.ndarray
        Shape (draws,).
    """
    found = np.full(log_mean.shape, math.nan)
    for s in range(len(alpha)):
        for t in range(counts.size):
            if not math.isnan(counts[t]):
                mean = math.exp(log_mean[s, t])
                found[s, t] = negative_binomial_constant(counts[t], alpha[s])
                found[s, t] += negative_binomial_kernel(counts[t], log_mean[s, t], mean, alpha[s])
    return found
