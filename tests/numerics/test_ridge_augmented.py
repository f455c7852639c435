"""Ridge augmentation: the published formula, its limits, and that it follows what the hull cannot."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.ridge_augmented import augmented_weights, chosen_penalty
from evaluate.numerics.simplex import simplex_weights


@pytest.fixture(scope="module")
def areas():
    random = np.random.default_rng(1)
    early = 100 + random.normal(size=(12, 20)).cumsum(axis=1) + random.normal(0, 5, (12, 1))
    return early, early[:3].mean(axis=0) + random.normal(0, 0.5, 20)


def test_is_the_published_formula(areas):
    early, target = areas
    weights = simplex_weights(early.T, target)
    centred = early - early.mean(axis=0)
    gap = target - weights @ early
    moved = weights + gap @ np.linalg.inv(centred.T @ centred + 3.0 * np.eye(20)) @ centred.T
    assert augmented_weights(early, target, weights, 3.0) == pytest.approx(moved, abs=1e-10)


def test_a_large_penalty_leaves_the_synthetic_control(areas):
    early, target = areas
    weights = simplex_weights(early.T, target)
    assert augmented_weights(early, target, weights, 1e12) == pytest.approx(weights, abs=1e-8)


def test_a_smaller_penalty_follows_the_baseline_closer(areas):
    early, target = areas
    high = target + 30  # above every control
    weights = simplex_weights(early.T, high)
    gaps = [
        float(np.sum((high - augmented_weights(early, high, weights, penalty) @ early) ** 2))
        for penalty in (1e6, 1e3, 1.0)
    ]
    assert gaps[0] > gaps[1] > gaps[2]


def test_penalty_is_the_largest_within_one_standard_error(areas):
    early, target = areas
    penalty = chosen_penalty(early, target)
    largest = np.linalg.svd(early - early.mean(axis=0), compute_uv=False)[0] ** 2
    assert 1e-8 * largest <= penalty <= largest * (1 + 1e-12)
    assert chosen_penalty(10 * early, 10 * target) == pytest.approx(100 * penalty, rel=1e-6)
    order = np.random.default_rng(2).permutation(12)
    assert chosen_penalty(early[order], target) == pytest.approx(penalty, rel=1e-6)
