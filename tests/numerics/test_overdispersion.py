"""Dispersion and draws of overdispersed counts."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.overdispersion import draw_counts, draw_counts_quadratic, pearson_dispersion


def test_dispersion_by_hand_and_its_floor():
    assert pearson_dispersion(np.array([2.0, 18.0, 10.0]), np.full(3, 10.0), 1) == pytest.approx(6.4)
    assert pearson_dispersion(np.full(3, 10.0), np.full(3, 10.0), 1) == 1.0


def test_dispersion_leaves_missing_counts_out():
    counts = np.array([2.0, np.nan, 18.0, 10.0])
    assert pearson_dispersion(counts, np.full(4, 10.0), 1) == pytest.approx(6.4)


def test_dispersion_needs_a_degree_of_freedom():
    assert np.isnan(pearson_dispersion(np.array([3.0]), np.array([4.0]), 1))


@pytest.mark.parametrize("dispersion", [1.0, 1.5, 4.0])
def test_linear_draws_have_their_moments(dispersion):
    draws = draw_counts(np.full(200_000, 7.0), dispersion, np.random.default_rng(3))
    assert draws.mean() == pytest.approx(7.0, rel=0.01)
    assert draws.var() / draws.mean() == pytest.approx(dispersion, rel=0.03)


@pytest.mark.parametrize("alpha", [0.0, 0.05, 0.5])
def test_quadratic_draws_have_their_moments(alpha):
    draws = draw_counts_quadratic(np.full(200_000, 7.0), alpha, np.random.default_rng(3))
    assert draws.var() == pytest.approx(7 + alpha * 49, rel=0.03)


def test_a_mean_of_nought_explains_a_count_of_nought():
    means, counts = np.array([0.0, 1e-320, 5.0, 5.0]), np.array([0.0, 0.0, 3.0, 9.0])
    assert pearson_dispersion(counts, means, 1) == pytest.approx(20 / 5 / 3)


@pytest.mark.filterwarnings("error")
def test_means_beyond_counting_are_drawn_from_the_normal_limit():
    random = np.random.default_rng(1)
    for draws in (
        draw_counts(np.full(2_000, 1e20), 1.0, random),
        draw_counts(np.full(2_000, 1e20), 3.0, random),
        draw_counts_quadratic(np.full(2_000, 1e20), 1e-12, random),
    ):
        assert draws.mean() == pytest.approx(1e20, rel=1e-8)
    assert draws.std() == pytest.approx(1e10, rel=0.06)
