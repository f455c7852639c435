"""Cholesky factor of a band matrix bordered by a few full rows, compiled.

The negative Hessian of a state-space model's log density is such a matrix: a band over the states in order of time, a
border for the static parameters that touch every period, and a small corner of those alone. Factor and solution cost a
time linear in the number of periods.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

STATES = 3
"""States of one period: common path, own deviation, own slow drift. The band of the Hessian is as wide."""
REORDERED = {"reassoc", "contract", "arcp", "nsz"}
"""Sums may be taken in another order; what is not a number stays so."""
type Workspace = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Gradient, and the negative Hessian as band, border and corner: ``band[i, k]`` is its entry (i, i - k)."""


@njit(cache=True)
def workspace(length: int, static: int) -> Workspace:
    """Room for a gradient and a matrix of so many periods and static parameters, made once and filled at every step."""
    size = STATES * length
    return (
        np.empty(size + static),
        np.empty((size, STATES + 1)),
        np.empty((size, static)),
        np.empty((static, static)),
    )


@njit(cache=True, fastmath=REORDERED)
def factorise(work: Workspace) -> bool:
    """Cholesky factor of the bordered band matrix, in place; False where the matrix is not positive definite.

    Afterwards ``band`` holds L, ``border`` holds L^-1 B and ``corner`` the lower factor of the Schur complement.
    """
    _, band, border, corner = work
    size, static = border.shape
    for i in range(size):
        for k in range(min(STATES, i), 0, -1):
            value = band[i, k]
            for m in range(k + 1, min(STATES, i) + 1):
                value -= band[i, m] * band[i - k, m - k]
            band[i, k] = value / band[i - k, 0]
        value = band[i, 0]
        for k in range(1, min(STATES, i) + 1):
            value -= band[i, k] * band[i, k]
            for c in range(static):
                border[i, c] -= band[i, k] * border[i - k, c]
        if value <= 0:
            return False
        band[i, 0] = math.sqrt(value)
        inverse = 1.0 / band[i, 0]
        for c in range(static):
            border[i, c] *= inverse
    corner -= border.T @ border
    for i in range(static):
        for j in range(i + 1):
            value = corner[i, j]
            for k in range(j):
                value -= corner[i, k] * corner[j, k]
            if i > j:
                corner[i, j] = value / corner[j, j]
            elif value <= 0:
                return False
            else:
                corner[i, i] = math.sqrt(value)
    return True


@njit(cache=True, fastmath=REORDERED)
def half_log_determinant(work: Workspace) -> float:
    """Half the log determinant of the matrix factorised in ``work``."""
    _, band, _, corner = work
    half = 0.0
    for i in range(len(band)):
        half += math.log(band[i, 0])
    for i in range(len(corner)):
        half += math.log(corner[i, i])
    return half


@njit(cache=True, fastmath=REORDERED)
def solve_transposed(work: Workspace, x: np.ndarray) -> None:
    """Solve M' x = right for the factor M of ``factorise``; ``x`` holds right, then the solution."""
    _, band, border, corner = work
    size, static = border.shape
    for i in range(static - 1, -1, -1):
        value = x[size + i]
        for j in range(i + 1, static):
            value -= corner[j, i] * x[size + j]
        x[size + i] = value / corner[i, i]
    for i in range(size - 1, -1, -1):
        value = x[i]
        for c in range(static):
            value -= border[i, c] * x[size + c]
        for k in range(1, min(STATES, size - 1 - i) + 1):
            value -= band[i + k, k] * x[i + k]
        x[i] = value / band[i, 0]


@njit(cache=True, fastmath=REORDERED)
def solve_lower(work: Workspace, x: np.ndarray) -> None:
    """Solve M x = right for the factor M of ``factorise``; ``x`` holds right, then the solution."""
    _, band, border, corner = work
    size, static = border.shape
    for i in range(size):
        value = x[i]
        for k in range(1, min(STATES, i) + 1):
            value -= band[i, k] * x[i - k]
        x[i] = value / band[i, 0]
        for c in range(static):
            x[size + c] -= border[i, c] * x[i]
    for i in range(static):
        value = x[size + i]
        for j in range(i):
            value -= corner[i, j] * x[size + j]
        x[size + i] = value / corner[i, i]


@njit(cache=True, fastmath=REORDERED)
def solve(work: Workspace, x: np.ndarray) -> None:
    """Solve M M' x = right for the factor M of ``factorise``; ``x`` holds right, then the solution."""
    solve_lower(work, x)
    solve_transposed(work, x)
