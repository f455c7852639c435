"""A confidence distribution from a test of every ratio."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evaluate.effects.inversion import InvertedRatio


def normal(estimate=-0.3, error=0.1, floor=0.0) -> InvertedRatio:
    """What a normal test would leave, with no p-value below ``floor``."""
    nulls = estimate + error * np.linspace(-6, 6, 4001)
    p_values = np.maximum(2 * stats.norm.sf(np.abs(nulls - estimate) / error), floor)
    return InvertedRatio(estimate, nulls, p_values)


def test_agrees_with_the_normal_it_is_made_of():
    ratio = normal()
    assert ratio.quantile(0.025) == pytest.approx(np.exp(-0.3 - 1.96 * 0.1), rel=1e-3)
    assert ratio.quantile(0.975) == pytest.approx(np.exp(-0.3 + 1.96 * 0.1), rel=1e-3)
    assert ratio.probability_at_most(1.0) == pytest.approx(stats.norm.cdf(3), abs=1e-4)
    assert ratio.probability_at_most(0.75) == pytest.approx(
        stats.norm.cdf((np.log(0.75) + 0.3) / 0.1), abs=1e-3
    )
    assert ratio.log_standard_error == pytest.approx(0.1, rel=0.01)


def test_no_end_where_the_test_cannot_reject():
    """Thirteen areas: no p-value below 1/13, so no 95% interval, but an 80% one."""
    ratio = normal(floor=1 / 13)
    assert np.isnan(ratio.quantile(0.025))
    assert np.isnan(ratio.quantile(0.975))
    assert np.isfinite(ratio.quantile(0.1))
    assert ratio.probability_at_most(100.0) == pytest.approx(1 - 1 / 26)


def test_probabilities_never_fall_as_the_ratio_grows():
    random = np.random.default_rng(1)
    nulls = np.linspace(-1, 1, 201)
    jagged = np.clip(1 - np.abs(nulls) + random.normal(0, 0.1, 201), 0.01, 1)
    jagged[100] = 1.0
    ratio = InvertedRatio(0.0, nulls, jagged)
    found = [ratio.probability_at_most(float(np.exp(null))) for null in nulls]
    assert (np.diff(found) >= -1e-12).all()
