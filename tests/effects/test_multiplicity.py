"""Adjusted p-values against an implementation of others, and what holds of any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.stats.multitest import multipletests

import evaluate as ev
from evaluate.effects.effect import DrawnRatio, Effect, StudentRatio
from evaluate.effects.multiplicity import benjamini_hochberg, has_p_value, holm, two_sided_tail


@given(some.lists(some.floats(0, 1), min_size=1, max_size=12))
def test_as_statsmodels_has_them(p_values):
    assert np.allclose(holm(p_values), multipletests(p_values, method="holm")[1])
    assert np.allclose(benjamini_hochberg(p_values), multipletests(p_values, method="fdr_bh")[1])


@given(some.lists(some.floats(0, 1), min_size=2, max_size=8), some.randoms())
def test_order_does_not_matter(p_values, random):
    order = list(range(len(p_values)))
    random.shuffle(order)
    shuffled = [p_values[number] for number in order]
    assert np.allclose(holm(shuffled), holm(p_values)[order])
    assert np.allclose(benjamini_hochberg(shuffled), benjamini_hochberg(p_values)[order])


def test_unknown_ones_count_for_nothing():
    assert np.allclose(holm([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04], equal_nan=True)
    assert np.allclose(benjamini_hochberg([np.nan, 0.04]), [np.nan, 0.04], equal_nan=True)
    assert holm([]).size == 0


def test_no_p_value_lies_outside_0_to_1():
    with pytest.raises(ev.DesignError, match=r"A p-value is from 0 to 1; one of these is 1\.5"):
        holm([0.2, 1.5])


def effect(p_reduction: float, ratio=None) -> Effect:
    return Effect("June", "after", 8, 10, 0.8, 0.6, 0.9, 2, 0, 6, p_reduction, 0.95, "t", ratio)


def test_tails_are_two_sided():
    assert two_sided_tail(effect(0.99)) == pytest.approx(0.02)
    assert two_sided_tail(effect(0.01)) == pytest.approx(0.02)
    assert two_sided_tail(effect(0.5)) == 1.0
    assert np.isnan(two_sided_tail(effect(float("nan"))))


def test_a_posterior_has_no_p_value():
    assert has_p_value(effect(0.9, StudentRatio(-0.2, 0.1, 20)))
    assert not has_p_value(effect(0.9, DrawnRatio(np.zeros(5))))
    assert not has_p_value(effect(0.9))
