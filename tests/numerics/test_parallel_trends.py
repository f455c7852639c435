"""Robustness to trends that bend: known cases, the two-bin formula, detectable slopes."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluate.numerics.parallel_trends import (
    folded_quantile,
    line_before,
    robust_estimate,
    second_differences,
)


def delta_of(bends: np.ndarray, slope: float, before: int, after: int) -> np.ndarray:
    """Rebuild delta from -before to after out of its second differences at the inner points and its first step."""
    whole = np.zeros(before + after + 1)
    whole[before + 1] = slope
    for place in range(before + 1, before + after):
        whole[place + 1] = 2 * whole[place] - whole[place - 1] + bends[place - 1]
    for place in range(before, 0, -1):
        whole[place - 1] = 2 * whole[place] - whole[place + 1] + bends[place - 1]
    return whole


def test_second_differences_rebuild_any_path():
    random = np.random.default_rng(1)
    before, after = 5, 4
    bends = random.normal(size=before + after - 1)
    whole = delta_of(bends, 0.0, before, after)
    kept = np.delete(whole, before)
    assert second_differences(before, after) @ bends == pytest.approx(kept, abs=1e-12)


def test_worst_bias_is_reached_and_not_passed():
    random = np.random.default_rng(2)
    found = robust_estimate(np.zeros(5), np.zeros(4), np.diag(random.uniform(0.5, 2, 9)))
    for number in (0, 10, -1):
        largest = 0.0
        for _ in range(400):
            whole = delta_of(random.choice([-1.0, 1.0], 8), random.normal(), 5, 4)
            at = np.delete(whole, 5)
            here = robust_estimate(at[:5], at[5:], np.diag(np.random.default_rng(2).uniform(0.5, 2, 9)))
            largest = max(largest, abs(here.estimates[number]))
        assert largest <= found.biases[number] + 1e-9
        assert largest > 0.8 * found.biases[number]


def test_one_bin_on_either_side_by_hand():
    """The line through the bin before and the reference is carried on: estimate a1 + b1, bias one bend."""
    covariance = np.array([[0.04, 0.01], [0.01, 0.09]])
    found = robust_estimate(np.array([0.2]), np.array([-0.5]), covariance)
    assert found.estimates == pytest.approx(np.full(25, -0.3))
    assert found.errors == pytest.approx(np.full(25, np.sqrt(0.04 + 0.09 + 0.02)))
    assert found.biases == pytest.approx(np.full(25, 1.0))


def test_breakdown_by_hand():
    """With hardly any noise the effect of -0.3 goes away when one bend can be 0.3."""
    found = robust_estimate(np.array([0.2]), np.array([-0.5]), 1e-10 * np.eye(2))
    assert found.breakdown(0.95) == pytest.approx(0.3, abs=1e-3)


def test_a_gap_is_bridged_by_the_line():
    line = 0.1 * np.arange(-6, 6)
    found = robust_estimate(line[:6], line[9:], np.eye(9), gap=2)
    assert found.estimates == pytest.approx(np.zeros(25), abs=1e-9)
    assert found.biases[0] > robust_estimate(line[:6], line[7:10], np.eye(9)).biases[0]


def test_folded_quantile_is_that_of_draws():
    draws = np.abs(np.random.default_rng(3).normal(1.3, 1, 400_000))
    assert folded_quantile(1.3, 0.95) == pytest.approx(np.quantile(draws, 0.95), abs=0.01)


def test_detectable_slope_of_one_bin_is_the_textbook_one():
    """z(.975) + z(.8) standard errors, but for the other tail."""
    found = line_before(np.array([0.0]), np.array([[0.25]]), level=0.95, power=0.8, seed=1)
    assert found.detectable == pytest.approx(0.5 * (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)), abs=0.01)
    assert found.slope == 0
    assert found.error == pytest.approx(0.5)


def test_slope_is_that_of_generalised_least_squares():
    random = np.random.default_rng(4)
    root = random.normal(size=(6, 6))
    covariance = root @ root.T
    before = random.normal(size=6)
    place = np.arange(-6, 0)
    white = np.linalg.solve(np.linalg.cholesky(covariance), np.column_stack([before, place]))
    found = line_before(before, covariance, level=0.95, power=0.5, seed=1)
    assert found.slope == pytest.approx(np.linalg.lstsq(white[:, 1:], white[:, 0])[0][0])


def test_intervals_are_as_short_as_the_optimal_ones(monkeypatch):
    """Rambachan and Roth's by diff-diff, outputs and version in tests/reference/robust_intervals.csv."""
    reference = Path(__file__).resolve().parents[1] / "reference"
    for name in ("diff_diff", "diff_diff.honest_did"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules["diff_diff.honest_did"]._compute_optimal_flci = None
    paths = runpy.run_path(str(reference / "robust_intervals.py"))["paths"]
    for row in pd.read_csv(reference / "robust_intervals.csv").itertuples():
        low, high = robust_estimate(*paths(row.before, row.after)).interval(row.bound, 0.95)
        assert (high - low) / (row.upper - row.lower) == pytest.approx(1, abs=0.005)
        if row.bound == 0:
            assert (low, high) == pytest.approx((row.lower, row.upper), abs=1e-4)
