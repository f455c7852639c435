"""Latent states written as nearly independent standard normals, whatever the hyperparameters, compiled.

Given the hyperparameters, each count is replaced by a Gaussian reading of its log mean: mean ``working``, variance
``1 / mean + alpha``, with means and readings taken where the fast engine found the counts most probable. The states
would then be Gaussian with a precision P that is a bordered band, and

    z = P^-1 b + L^-T e,    L L' = P,

makes them of standard normals e. The map is only a change of coordinates: the sampler corrects what the Gaussian
readings get wrong. Since P follows the hyperparameters, no scale is left for a funnel to form on.

References
----------
Osmundsen, Kleppe and Liesenfeld (2021), "Importance sampling-based transport map Hamiltonian Monte Carlo for Bayesian
hierarchical models", JCGS 30: states carried by their Gaussian approximation given the parameters.
Murray (2016), "Differentiation of the Cholesky decomposition", arXiv:1602.07527: the backward sweep.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from evaluate.numerics.bordered_band import (
    REORDERED,
    STATES,
    Workspace,
    factorise,
    half_log_determinant,
    solve_lower,
    solve_transposed,
    workspace,
)
from evaluate.numerics.laplace import Hyper, Prior, prior_derivatives

type Readings = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]
"""Means and working log means, each of shape (2, T): treated, pooled; a mean of nought where nothing was counted.
Loadings of both on the static parameters, each of shape (T, static); alpha_pool / alpha."""


@njit(cache=True, fastmath=REORDERED)
def _weight(mean: float, alpha: float) -> float:
    """Precision of a count's reading of its log mean; nought where nothing was counted."""
    return mean / (1.0 + alpha * mean)


@njit(cache=True, fastmath=REORDERED)
def _gaussian_posterior(readings: Readings, prior: Prior, hyper: Hyper) -> Workspace:
    """Linear term b, and precision P, of the states given the readings."""
    means, working, own, shared, pool_ratio = readings
    length, static = own.shape
    at = STATES * length
    work = workspace(length, static)
    linear, band, border, corner = work
    prior_derivatives(np.zeros(at + static), prior, hyper, length, work)
    for t in range(length):
        first = STATES * t
        treated = _weight(means[0, t], hyper[2])
        for row in range(STATES):
            linear[first + row] += treated * working[0, t]
            for k in range(row + 1):
                band[first + row, k] += treated
            for i in range(static):
                border[first + row, i] += treated * own[t, i]
        pooled = _weight(means[1, t], hyper[2] * pool_ratio)
        linear[first] += pooled * working[1, t]
        band[first, 0] += pooled
        for i in range(static):
            border[first, i] += pooled * shared[t, i]
            linear[at + i] += treated * own[t, i] * working[0, t] + pooled * shared[t, i] * working[1, t]
            for j in range(i + 1):
                corner[i, j] += treated * own[t, i] * own[t, j] + pooled * shared[t, i] * shared[t, j]
    return work


@njit(cache=True)
def unwhiten(
    standard: np.ndarray, readings: Readings, prior: Prior, hyper: Hyper
) -> tuple[np.ndarray, float, Workspace]:
    """Carry standard coordinates to the states.

    Parameters
    ----------
    standard : numpy.ndarray
        Shape (size of z,).
    readings : tuple
        Gaussian readings of the counts.
    prior : tuple
        As in ``laplace``.
    hyper : tuple
        rho, sd, alpha, drift, slow.

    Returns
    -------
    (numpy.ndarray, float, tuple)
        The states z, the log volume of the map, and (L^-1 b, the factor of P) for ``pull_back``.
    """
    work = _gaussian_posterior(readings, prior, hyper)
    factorise(work)
    solve_lower(work, work[0])
    states = work[0] + standard
    solve_transposed(work, states)
    return states, -half_log_determinant(work), work


@njit(cache=True)
def pull_back(
    states: np.ndarray,
    work: Workspace,
    readings: Readings,
    hyper: Hyper,
    states_bar: np.ndarray,
    volume_bar: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives by the standard coordinates and by the five hyperparameters from those by states and log volume.

    Parameters
    ----------
    states : numpy.ndarray
        The states, as ``unwhiten`` gave them.
    work : tuple
        As ``unwhiten`` gave it.
    readings, hyper : tuple
        As in ``unwhiten``.
    states_bar : numpy.ndarray
        Derivative of the log density by each state.
    volume_bar : float
        Derivative of the log density by the log volume.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Shapes (size of z,) and (5,).
    """
    standard_bar = states_bar.copy()
    solve_lower(work, standard_bar)
    linear_bar = standard_bar.copy()
    solve_transposed(work, linear_bar)
    bars = _factor_bars(states, standard_bar, linear_bar, work, volume_bar)
    _sweep_back(work, bars)
    found = _prior_bars(bars[0], hyper)
    found[2] = _reading_bar(bars, linear_bar, readings, hyper)
    return standard_bar, found


@njit(cache=True, fastmath=REORDERED)
def _factor_bars(
    states: np.ndarray, standard_bar: np.ndarray, linear_bar: np.ndarray, work: Workspace, volume_bar: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives by the entries of the factor L: ``-(z e_bar' + b_bar u')`` within its pattern, and the volume's."""
    centre, band, border, corner = work
    size, static = border.shape
    band_bar, border_bar, corner_bar = np.zeros_like(band), np.empty_like(border), np.zeros_like(corner)
    for i in range(size):
        for k in range(min(STATES, i) + 1):
            band_bar[i, k] = -states[i] * standard_bar[i - k] - linear_bar[i] * centre[i - k]
        band_bar[i, 0] -= volume_bar / band[i, 0]
        for c in range(static):
            border_bar[i, c] = -states[size + c] * standard_bar[i] - linear_bar[size + c] * centre[i]
    for c in range(static):
        for k in range(c + 1):
            corner_bar[c, k] = (
                -states[size + c] * standard_bar[size + k] - linear_bar[size + c] * centre[size + k]
            )
        corner_bar[c, c] -= volume_bar / corner[c, c]
    return band_bar, border_bar, corner_bar


@njit(cache=True, fastmath=REORDERED)
def _sweep_back(work: Workspace, bars: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Turn derivatives by the factor's entries into those by the matrix's, in place: ``factorise`` backwards."""
    _, band, border, corner = work
    band_bar, border_bar, corner_bar = bars
    size, static = border.shape
    for i in range(static - 1, -1, -1):
        for j in range(i, -1, -1):
            if i == j:
                corner_bar[i, i] /= 2.0 * corner[i, i]
                for k in range(i):
                    corner_bar[i, k] -= 2.0 * corner_bar[i, i] * corner[i, k]
            else:
                corner_bar[i, j] /= corner[j, j]
                corner_bar[j, j] -= corner_bar[i, j] * corner[i, j]
                for k in range(j):
                    corner_bar[i, k] -= corner_bar[i, j] * corner[j, k]
                    corner_bar[j, k] -= corner_bar[i, j] * corner[i, k]
    border_bar -= border @ (corner_bar + corner_bar.T)
    for i in range(size - 1, -1, -1):
        row = border_bar[i]
        row /= band[i, 0]
        for c in range(static):
            band_bar[i, 0] -= row[c] * border[i, c]
        for k in range(1, min(STATES, i) + 1):
            before = border_bar[i - k]
            moved = 0.0
            for c in range(static):
                before[c] -= row[c] * band[i, k]
                moved += row[c] * border[i - k, c]
            band_bar[i, k] -= moved
        band_bar[i, 0] /= 2.0 * band[i, 0]
        for k in range(1, min(STATES, i) + 1):
            band_bar[i, k] -= 2.0 * band_bar[i, 0] * band[i, k]
        for k in range(1, min(STATES, i) + 1):
            band_bar[i, k] /= band[i - k, 0]
            band_bar[i - k, 0] -= band_bar[i, k] * band[i, k]
            for m in range(k + 1, min(STATES, i) + 1):
                band_bar[i, m] -= band_bar[i, k] * band[i - k, m - k]
                band_bar[i - k, m - k] -= band_bar[i, k] * band[i, m]


@njit(cache=True, fastmath=REORDERED)
def _prior_bars(band_bar: np.ndarray, hyper: Hyper) -> np.ndarray:
    """Derivatives by rho, sd, drift and slow from those by the band."""
    rho, sd, _, drift, slow = hyper
    within = 1.0 - rho * rho
    held, carried = np.zeros(STATES), 0.0
    for now in range(STATES, len(band_bar)):
        state = now % STATES
        kept = rho if state == 1 else 1.0
        then, apart = band_bar[now - STATES, 0], band_bar[now, STATES]
        held[state] += band_bar[now, 0] + kept * kept * then - kept * apart
        if state == 1:
            carried += 2.0 * rho * then - apart
    found = np.zeros(5)
    found[0] = carried / (sd * sd * within) + held[1] * 2.0 * rho / (sd * within) ** 2
    found[1] = -2.0 * (held[1] / within + band_bar[1, 0]) / sd**3
    found[3] = -2.0 * held[0] / drift**3
    found[4] = -2.0 * held[2] / slow**3
    return found


@njit(cache=True, fastmath=REORDERED)
def _reading_bar(
    bars: tuple[np.ndarray, np.ndarray, np.ndarray],
    linear_bar: np.ndarray,
    readings: Readings,
    hyper: Hyper,
) -> float:
    """Derivative by the overdispersion, on which the weights of the readings depend."""
    band_bar, border_bar, corner_bar = bars
    means, working, own, shared, pool_ratio = readings
    length, static = own.shape
    at = STATES * length
    found = 0.0
    for t in range(length):
        first = STATES * t
        treated = working[0, t] * (linear_bar[first] + linear_bar[first + 1] + linear_bar[first + 2])
        pooled = working[1, t] * linear_bar[first] + band_bar[first, 0]
        for row in range(STATES):
            for k in range(row + 1):
                treated += band_bar[first + row, k]
        for i in range(static):
            beside = border_bar[first, i] + border_bar[first + 1, i] + border_bar[first + 2, i]
            along_own, along_shared = working[0, t] * linear_bar[at + i], working[1, t] * linear_bar[at + i]
            for j in range(i + 1):
                along_own += corner_bar[i, j] * own[t, j]
                along_shared += corner_bar[i, j] * shared[t, j]
            treated += own[t, i] * (beside + along_own)
            pooled += shared[t, i] * (border_bar[first, i] + along_shared)
        found -= treated * _weight(means[0, t], hyper[2]) ** 2
        found -= pooled * pool_ratio * _weight(means[1, t], hyper[2] * pool_ratio) ** 2
    return found
