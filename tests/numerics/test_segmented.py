"""Partial periods, totals over totals, and terms that cannot be told apart."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.numerics.segmented import (
    jacobian,
    log_effects,
    log_mean,
    log_total_ratio,
    relative_shares,
    require_full_rank,
    slopes,
)


def test_part_of_a_month_by_the_published_arithmetic():
    """Five days of 31 at half the rate: the month's ratio is .9194, not exp(f theta) = .8942."""
    share = np.array([5 / 31])
    weights = relative_shares(share, np.array([31.0]), np.array([True]))
    month = 1 - 5 / 31 + 5 / 31 * 0.5
    assert month == pytest.approx(0.9194, abs=1e-4)
    assert np.exp(log_effects(np.log([month]), weights[:, None]))[0, 0] == pytest.approx(month)


def test_parts_of_several_months_share_one_theta():
    """With f = 1/3, 1 and 1/2 and a daily ratio of .4 each month's ratio is (1 - f) + .4 f."""
    shares, days = np.array([1 / 3, 1.0, 0.5, 0.0]), np.array([30.0, 31, 30, 31])
    judged = np.array([True, True, True, False])
    weights = relative_shares(shares, days, judged)
    overall = np.sum((1 - shares + 0.4 * shares)[judged] * days[judged]) / days[judged].sum()
    months = np.exp(log_effects(np.log([overall]), weights[:, None])[:, 0])
    assert months == pytest.approx(1 - shares + 0.4 * shares)


def test_slopes_and_jacobian_are_derivatives():
    random = np.random.default_rng(1)
    columns, weights = random.normal(size=(6, 2)), random.uniform(0, 1, size=(6, 2))
    at = np.array([0.3, -0.2, -0.4, 0.5])
    numeric = np.column_stack(
        [
            (log_mean(at + step, columns, weights) - log_mean(at - step, columns, weights)) / 2e-6
            for step in 1e-6 * np.eye(4)
        ]
    )
    assert jacobian(at, columns, weights) == pytest.approx(numeric, abs=1e-8)
    assert slopes(at[2:], weights) == pytest.approx(numeric[:, 2:], abs=1e-8)


def test_total_over_total_and_its_gradient():
    columns = np.column_stack([np.ones(3), [0.0, 1, 2]])
    weights = np.array([[0.5], [1.0], [1.5]])

    def ratio(at: np.ndarray) -> tuple[float, np.ndarray]:
        effect = log_effects(at[2:], weights)[:, 0]
        inner = np.zeros((3, 3))
        inner[:, 2] = slopes(at[2:], weights)[:, 0]
        return log_total_ratio(log_mean(at, columns, weights), jacobian(at, columns, weights), effect, inner)

    at = np.array([1.0, 0.4, np.log(0.7)])
    value, gradient = ratio(at)
    means = np.exp(columns @ at[:2])
    assert value == pytest.approx(np.log(np.sum(means * (1 - 0.3 * weights[:, 0])) / means.sum()))
    numeric = [(ratio(at + step)[0] - ratio(at - step)[0]) / 2e-6 for step in 1e-6 * np.eye(3)]
    assert gradient == pytest.approx(numeric, abs=1e-7)


def test_names_the_term_that_cannot_be_told_apart():
    matrix = np.column_stack([np.ones(5), np.arange(5), 2 + 3 * np.arange(5)]).astype(float)
    with pytest.raises(ev.FitError) as caught:
        require_full_rank(matrix, ["level", "trend", "patrols, after"])
    assert str(caught.value) == (
        'The published periods cannot tell the term "patrols, after" from level, trend. Use more periods, longer '
        "windows, or fewer terms."
    )
