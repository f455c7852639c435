"""Climb a smooth log density of a few variables by parabolas through points laid out around where one stands.

A round asks for the function at all its points in one call: the value, its slope and its curvature by central
differences. It is for functions whose top lies within a few ``scale`` of the start, such as a posterior of
hyperparameters whose prior has that scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

STEP = 0.3
"""Longest distance of the points from the middle, in ``scale``; one standard deviation once that is known."""
LONGEST = 2.0
"""Longest move of a round, in ``scale``."""
NEAR = 0.2
"""The climb ends where the parabola's top is no further above than this."""
ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Top:
    """Where a log density is highest, and its shape there.

    Parameters
    ----------
    point : numpy.ndarray
        Shape (variables,).
    covariance : numpy.ndarray
        Shape (variables, variables): inverse of the negative Hessian, in no direction wider than ``scale``.
    """

    point: np.ndarray
    covariance: np.ndarray


def climb(log_density: Callable[[np.ndarray], np.ndarray], start: np.ndarray, scale: np.ndarray) -> Top:
    """Find the top of a log density.

    Parameters
    ----------
    log_density : callable
        From points, shape (n, variables), to values, shape (n,); the first point is the middle of the others.
    start : numpy.ndarray
        Shape (variables,).
    scale : numpy.ndarray
        Shape (variables,): the widest the density can be along each axis.

    Returns
    -------
    Top

    Examples
    --------
    >>> top = climb(lambda x: -2 * ((x - 1) ** 2).sum(axis=1), np.zeros(2), np.ones(2))
    >>> top.point.round(6), top.covariance.round(6).tolist()
    (array([1., 1.]), [[0.25, 0.0], [0.0, 0.25]])
    """
    layout = _layout(len(start))
    here, best, move = start, -np.inf, np.zeros(len(start))
    steps = STEP * np.ones(len(start))
    for _ in range(ROUNDS):
        values = log_density(here + scale * steps * layout)
        if values[0] < best:
            move = move / 2
            here = here - scale * move
            continue
        best = values[0]
        slope, curvature = _parabola(values, steps)
        eigenvalues, vectors = np.linalg.eigh(curvature)
        inverse = (vectors / np.maximum(eigenvalues, 1.0)) @ vectors.T
        move = inverse @ slope
        rise = 0.5 * slope @ move
        move = move * min(1.0, LONGEST / max(np.linalg.norm(move), 1e-12))
        here = here + scale * move
        if rise < NEAR:
            break
        steps = np.minimum(STEP, 1 / np.sqrt(np.maximum(np.diag(curvature), 1.0)))
    return Top(here, inverse * np.outer(scale, scale))


def _layout(size: int) -> np.ndarray:
    """The middle, one step up and one down each axis, and one up one axis and down another; shape (n, variables)."""
    steps = np.eye(size)
    pairs = [steps[i] - steps[j] for i in range(size) for j in range(i)]
    return np.vstack([np.zeros((1, size)), steps, -steps, *pairs])


def _parabola(values: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and negative Hessian in units of ``scale`` from the values at ``_layout``, steps wide."""
    size = len(steps)
    middle, up, down, both = np.split(values, [1, 1 + size, 1 + 2 * size])
    curvature = np.diag(2 * middle - up - down)
    rows, columns = np.tril_indices(size, -1)
    curvature[rows, columns] = curvature[columns, rows] = both + middle - up[rows] - down[columns]
    return (up - down) / (2 * steps), curvature / np.outer(steps, steps)
