"""Forecasts of counts with nothing done."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.count_forecast import _fit, autoregressive_precision, forecast_means
from evaluate.numerics.count_moments import CountMoments, simulate_counts


@pytest.mark.parametrize(("mean", "dispersion", "rho"), [(10, 2.0, 0.4), (50, 2.0, 0.6), (30, 1.2, 0.0)])
def test_predictive_intervals_cover(mean, dispersion, rho):
    truth = CountMoments(mean, mean, (dispersion - 1) / mean, rho)
    shape = 1 + 0.2 * np.sin(np.arange(42) / 2)
    series = simulate_counts(truth, shape, sets=120, random=np.random.default_rng(1))
    inside = 0
    for seed, counts in enumerate(series):
        random = np.random.default_rng(seed)
        known = np.where(np.arange(42) < 36, counts, np.nan)
        means = forecast_means(known, shape, typical_sd=truth.deviation_sd, draws=500, random=random)
        low, high = np.quantile(random.poisson(means[:, 36:]).sum(axis=1), [0.025, 0.975])
        inside += low <= counts[36:].sum() <= high
    assert 0.90 <= inside / 120 <= 1.0  # 95%, three standard errors of 2 points below


def test_a_spike_fades_as_far_as_memory_allows():
    counts = np.append(np.full(30, 40.0), [120.0, *[np.nan] * 12])
    counts[:30] += np.tile([-4.0, 4.0], 15)
    means = forecast_means(
        counts, np.ones(43), typical_sd=0.2, draws=3_000, random=np.random.default_rng(1)
    ).mean(axis=0)
    assert 40 < means[31] < 120
    assert (np.diff(means[31:]) < 1.0).all()
    assert means[-1] == pytest.approx(42.6, abs=4)


def test_the_course_is_followed():
    shape = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0])
    counts = np.array([200.0, 204, 197, 201, 199, 202, np.nan])
    means = forecast_means(counts, shape, typical_sd=0.03, draws=2_000, random=np.random.default_rng(1))
    assert means[:, -1].mean() == pytest.approx(600, rel=0.03)


def test_the_gaussian_reproduces_the_counts_on_average():
    counts, shape = np.array([5.0, 9, np.nan, 2, 7]), np.array([1.0, 1.5, 1.0, 0.5, 1.0])
    _, mean, factor = _fit(counts, shape, 0.4, 0.5)
    covariance = np.linalg.inv(factor @ factor.T)
    reading = np.column_stack([np.eye(5), np.ones(5)])
    known = ~np.isnan(counts)
    expected = shape * np.exp(reading @ mean + np.diag(reading @ covariance @ reading.T) / 2)
    gap = np.where(known, counts - expected, 0)
    assert gap - autoregressive_precision(5, 0.4, 0.5) @ mean[:5] == pytest.approx(np.zeros(5), abs=1e-4)
    assert gap.sum() == pytest.approx(0, abs=1e-3)


def test_small_counts_are_not_overstated():
    truth = CountMoments(3.0, 3.0, 0.2, 0.3)
    series = simulate_counts(truth, np.ones(42), sets=60, random=np.random.default_rng(2))
    ratios = []
    for seed, counts in enumerate(series):
        random = np.random.default_rng(seed)
        known = np.where(np.arange(42) < 36, counts, np.nan)
        means = forecast_means(known, np.ones(42), typical_sd=truth.deviation_sd, draws=300, random=random)
        ratios.append(means[:, 36:].mean())
    assert np.mean(ratios) == pytest.approx(3.0, abs=3 * np.std(ratios) / np.sqrt(60))


def test_precision_is_the_inverse_of_the_covariance():
    lags = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    assert np.linalg.inv(autoregressive_precision(6, 0.3, 0.7)) == pytest.approx(0.09 * 0.7**lags)
    assert autoregressive_precision(1, 0.5, 0.3) == pytest.approx(4.0)


def test_same_seed_same_draws():
    counts = np.array([5.0, 9, 4, 2, 7, np.nan])
    one, same = (
        forecast_means(counts, np.ones(6), typical_sd=0.2, draws=50, random=np.random.default_rng(3))
        for _ in range(2)
    )
    assert np.array_equal(one, same)
    assert one.shape == (50, 6)
