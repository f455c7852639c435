"""The sampler's log density against that of the fast engine and against finite differences."""

import numpy as np
import pytest
from scipy import special

from evaluate.numerics import laplace, state_density
from evaluate.numerics.bordered_band import STATES
from evaluate.numerics.wandering import EffectTerms, series
from evaluate.numerics.whitening import unwhiten

HYPER = (0.4, 0.1, 0.02, 0.08, 0.01)


def laid_out(*, controls):
    """A short series with a missing month, five days of an effect and one that fades, and readings of its counts."""
    random = np.random.default_rng(4)
    length = 18
    own = random.poisson(20.0, length).astype(float)
    own[5] = np.nan
    pool = random.poisson(200.0, length).astype(float) if controls else np.full(length, np.nan)
    turns = 2 * np.pi * np.arange(length) / 12
    season = np.column_stack([np.sin(turns), np.cos(turns)])
    shares = np.zeros((length, 2))
    shares[12, 0], shares[13:, 1] = 5 / 31, 1.0
    fading = np.ones_like(shares)
    fading[13:, 1] = 0.5 ** (np.arange(length - 13) / 3)
    effects = EffectTerms(shares, fading, np.zeros(2), np.full(2, 0.5))
    data, prior, start = series(own, pool, np.zeros(length), season, effects, 0.1, np.zeros((length, 0)))
    counts = np.array([own, pool])
    means = np.where(np.isnan(counts), 0.0, np.array([[20.0], [200.0]]))
    own_loading = np.column_stack([data[3], season, shares])
    pool_loading = np.column_stack([np.zeros_like(data[3]), season, np.zeros_like(shares)])
    readings = (means, np.log(means + 1.0), own_loading, pool_loading, 0.1)
    return data, prior, readings, random.normal(0, 0.5, len(start))


@pytest.fixture(scope="module", params=[True, False], ids=["controls", "no controls"])
def laid(request):
    return laid_out(controls=request.param)


def test_density_is_that_of_the_fast_engine(laid):
    """Written out twice: in ``laplace`` for Newton's steps and here for the sampler's."""
    data, prior, readings, point = laid
    states, volume, _ = unwhiten(point, readings, prior, HYPER)
    value, _, _ = state_density.log_density(point, HYPER, data, prior, readings)
    theirs = laplace.log_kernel(states, data, prior, HYPER)[0] + laplace.log_constants(data, prior, HYPER)
    assert value == pytest.approx(theirs + volume, rel=1e-11)


def test_gradient_is_that_of_the_density(laid):
    data, prior, readings, point = laid

    def value(standard, hyper):
        return state_density.log_density(standard, tuple(hyper), data, prior, readings)[0]

    _, standard_bar, hyper_bar = state_density.log_density(point, HYPER, data, prior, readings)
    step = 1e-6
    by_hyper = [
        (value(point, HYPER + move) - value(point, HYPER - move)) / (2 * step) for move in step * np.eye(5)
    ]
    by_point = [
        (value(point + move, HYPER) - value(point - move, HYPER)) / (2 * step)
        for move in step * np.eye(len(point))
    ]
    np.testing.assert_allclose(hyper_bar, by_hyper, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(standard_bar, by_point, rtol=1e-5, atol=1e-6)


def test_digamma_is_scipys():
    values = np.exp(np.random.default_rng(0).normal(0, 4, 500))
    ours = [state_density.digamma(value) for value in values]
    np.testing.assert_allclose(ours, special.digamma(values), rtol=1e-11, atol=1e-11)


def test_a_packed_series_comes_out_as_it_went_in(laid):
    *parts, _ = laid
    for before, after in zip(parts, state_density.unpack(state_density.pack(*parts)), strict=True):
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(one, other)


def test_draws_are_carried_to_effects_and_log_means(laid):
    data, prior, readings, point = laid
    effects, log_mean = state_density.unwhiten_draws(
        np.array([point, -point]), np.array([HYPER, HYPER]), data, prior, readings
    )
    states, _, _ = unwhiten(-point, readings, prior, HYPER)
    np.testing.assert_allclose(effects[1], states[-2:])
    length = len(data[2])
    own = data[3] @ states[STATES * length : STATES * length + data[3].shape[1]]
    season = data[4] @ states[-4:-2]
    by_period = states[: STATES * length].reshape(length, STATES).sum(axis=1)
    touched = np.log(1 - data[5] + data[5] * np.exp(data[6] * effects[1])).sum(axis=1)
    np.testing.assert_allclose(log_mean[1], by_period + own + season + touched, rtol=1e-9)
