"""Predictor weights: they find the predictor that matters, and what does not matter to them."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.predictor_weights import predictor_weights, weights_given_importance
from evaluate.numerics.simplex import rough_simplex_weights, simplex_weights


@pytest.fixture(scope="module")
def areas():
    """Outcomes that follow two loadings; two predictors tell the loadings, and a third misleads."""
    random = np.random.default_rng(4)
    loadings = random.uniform(0, 1, (15, 2))
    loadings[0] = loadings[1:3].mean(axis=0)
    outcome = loadings @ random.normal(size=(2, 18)).cumsum(axis=1) + random.normal(0, 0.02, (15, 18))
    predictors = np.column_stack([10 * loadings[:, 0], loadings[:, 1], random.normal(size=15)])
    predictors[0, 2] = 4.0  # no control is like it in this
    return predictors, outcome


def test_what_misleads_gets_little_importance(areas):
    found = predictor_weights(*areas)
    assert found.importance.sum() == pytest.approx(1)
    assert found.importance[2] < 0.05
    assert found.misfit < 0.01


def test_is_no_worse_than_equal_importance(areas):
    predictors, outcome = areas
    scaled = predictors / predictors.std(axis=0, ddof=1)
    equal = weights_given_importance(scaled, np.full(3, 1 / 3))
    assert predictor_weights(*areas).misfit <= np.mean((outcome[0] - equal @ outcome[1:]) ** 2)


def test_units_of_a_predictor_do_not_matter(areas):
    predictors, outcome = areas
    base = predictor_weights(predictors, outcome)
    moved = predictor_weights(predictors * np.array([1.0, 4096.0, 0.5]), outcome)
    assert moved.area_weights == pytest.approx(base.area_weights, abs=1e-6)


def test_the_quick_weights_are_the_exact_ones():
    random = np.random.default_rng(5)
    matrix, target = random.normal(size=(20, 8)), random.normal(size=20)
    assert rough_simplex_weights(matrix, target) == pytest.approx(simplex_weights(matrix, target), abs=1e-6)
