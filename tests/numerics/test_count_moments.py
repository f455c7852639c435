"""Dispersion and autocorrelation by moments."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.count_moments import CountMoments, count_moments, simulate_counts


@pytest.mark.parametrize(("mean", "dispersion", "rho"), [(30, 2.0, 0.4), (30, 1.5, 0.0), (100, 3.0, 0.6)])
def test_what_is_simulated_is_found(mean, dispersion, rho):
    truth = CountMoments(mean, mean, (dispersion - 1) / mean, rho)
    shape = np.ones(36)
    found = []
    for seed in range(60):
        counts = simulate_counts(truth, shape, sets=15, random=np.random.default_rng(seed))
        found.append(count_moments(counts[0], shape, others=[(one, shape) for one in counts[1:]]))
    dispersions = [one.dispersion for one in found]
    rhos = [one.autocorrelation for one in found]
    assert np.mean(dispersions) == pytest.approx(dispersion, abs=3 * np.std(dispersions) / np.sqrt(60) + 0.05)
    assert np.mean(rhos) == pytest.approx(rho, abs=3 * np.std(rhos) / np.sqrt(60) + 0.05)  # never below 0
    assert np.mean([one.pooled_variance for one in found]) == pytest.approx((dispersion - 1) / mean, rel=0.1)


def test_a_course_is_no_dispersion():
    shape = np.array([1.0, 2.0, 3.0, 2.0])
    moments = count_moments(100 * shape, shape)
    assert moments.level == pytest.approx(100)
    assert moments.mean == pytest.approx(200)
    assert moments.relative_variance == 0
    assert moments.dispersion == 1
    assert moments.deviation_sd == 0


def test_missing_counts_are_left_out():
    counts = np.array([30.0, np.nan, 22, 35, 27, 44, 19, 30])
    with_gap = count_moments(counts, np.ones(8))
    assert with_gap.periods == 7
    assert with_gap.mean == pytest.approx(np.nanmean(counts))


def test_too_little_is_nan():
    for counts in ([5.0, np.nan, np.nan, 3.0], [0.0, 0.0, 0.0, 0.0]):
        assert np.isnan(count_moments(np.array(counts), np.ones(4)).mean)


def test_simulated_counts_have_the_moments():
    moments = CountMoments(20.0, 20.0, 0.1, 0.5)
    counts = simulate_counts(moments, np.ones(2), sets=60_000, random=np.random.default_rng(1))
    assert counts.mean() == pytest.approx(20, rel=0.01)
    assert counts.var() / 20 == pytest.approx(3.0, rel=0.04)
    rho = (np.exp(0.5 * moments.deviation_sd**2) - 1) / 0.1  # of exp(u), from that of u
    assert np.cov(counts.T)[0, 1] / 400 / 0.1 == pytest.approx(rho, abs=0.03)
