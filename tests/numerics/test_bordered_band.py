"""The factor of a bordered band matrix against dense algebra."""

import numpy as np
import pytest

from evaluate.numerics import bordered_band
from evaluate.numerics.bordered_band import STATES

PERIODS, STATIC = 7, 3


@pytest.fixture
def dense_and_work():
    """A random positive definite matrix of the right shape, and the same laid out for the factor."""
    random = np.random.default_rng(2)
    size = STATES * PERIODS
    matrix = random.normal(size=(size + STATIC, size + STATIC)) * 0.3
    for row in range(size):
        for column in range(size):
            if abs(row - column) > STATES:
                matrix[row, column] = 0.0
    matrix = np.tril(matrix) + np.tril(matrix, -1).T + 5 * np.eye(size + STATIC)
    band = np.zeros((size, STATES + 1))
    for k in range(STATES + 1):
        band[k:, k] = np.diag(matrix[:size, :size], -k)
    work = (np.zeros(len(matrix)), band, matrix[:size, size:].copy(), matrix[size:, size:].copy())
    return matrix, work


def test_factor_solves_and_has_the_right_determinant(dense_and_work):
    matrix, work = dense_and_work
    assert bordered_band.factorise(work)
    half = bordered_band.half_log_determinant(work)
    assert half == pytest.approx(np.linalg.slogdet(matrix)[1] / 2, rel=1e-10)
    right = np.random.default_rng(3).normal(size=len(matrix))
    found = right.copy()
    bordered_band.solve(work, found)
    np.testing.assert_allclose(matrix @ found, right, atol=1e-9)


def test_transposed_solution_turns_standard_draws_into_the_matrixs_own(dense_and_work):
    """M' x = e for unit vectors e: the solutions' outer products add up to the inverse."""
    matrix, work = dense_and_work
    bordered_band.factorise(work)
    rows = np.eye(len(matrix))
    for row in rows:
        bordered_band.solve_transposed(work, row)
    np.testing.assert_allclose(rows.T @ rows, np.linalg.inv(matrix), atol=1e-10)


def test_a_matrix_that_is_not_positive_definite_is_said_to_be_none(dense_and_work):
    _, work = dense_and_work
    work[1][4, 0] = -1.0
    assert not bordered_band.factorise(work)
