"""Partial pooling: the exact answer in the limits, and coverage on data drawn from its own model."""

import numpy as np
import pytest

from evaluate.numerics.pooling import BETWEEN_SCALE, MEAN_SD, pooled_draws


def test_sharp_estimates_stay_and_vague_ones_follow():
    estimates, errors = np.array([-0.5, -0.5, -0.5, 0.8]), np.array([0.01, 0.05, 0.05, 2.0])
    effects, _, _ = pooled_draws(estimates, errors, draws=20_000, random=np.random.default_rng(1))
    assert effects[:, 0].mean() == pytest.approx(-0.5, abs=0.005)
    assert effects[:, 3].mean() < -0.3


def test_order_of_the_units_does_not_matter():
    estimates, errors = np.array([-0.5, 0.0, 0.3]), np.array([0.2, 0.1, 0.3])
    forth, _, _ = pooled_draws(estimates, errors, draws=40_000, random=np.random.default_rng(1))
    back, _, _ = pooled_draws(estimates[::-1], errors[::-1], draws=40_000, random=np.random.default_rng(2))
    np.testing.assert_allclose(forth.mean(axis=0), back.mean(axis=0)[::-1], atol=0.01)


def test_intervals_cover_what_its_own_model_draws():
    random = np.random.default_rng(3)
    covered = []
    for _ in range(300):
        mean, between = random.normal(0, MEAN_SD), abs(random.normal(0, BETWEEN_SCALE))
        truth = random.normal(mean, between, 6)
        errors = random.uniform(0.05, 0.4, 6)
        effects, _, _ = pooled_draws(random.normal(truth, errors), errors, draws=400, random=random)
        low, high = np.quantile(effects, [0.05, 0.95], axis=0)
        covered.append((low < truth) & (truth < high))
    rate = np.mean(covered)
    # 300 sets of 6 correlated units: between 300 and 1,800 independent trials; four errors of the smaller number.
    assert rate == pytest.approx(0.90, abs=4 * np.sqrt(0.9 * 0.1 / 600))
