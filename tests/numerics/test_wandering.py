"""What is learned of the areas' own course: near the truth, smooth, and indifferent to their order."""

import numpy as np
import pytest
from scipy.special import expit

import evaluate as ev
from evaluate.estimators.structural import _count_series
from evaluate.numerics import nested, wandering


def learned(process, *, areas=40, seed=1, order=None):
    panel = ev.simulate_panel(areas=areas, periods=96, process=process, seed=seed)
    series = _count_series(ev.simulated_design(panel), ev.StructuralModel())
    if order is not None:
        series = nested.CountSeries(**{**series.__dict__, "controls": series.controls[order]})
    return nested.learn(series)


def test_it_finds_strong_autocorrelation_and_its_size():
    process = ev.Process(mean=60, dispersion=4.0, autocorrelation=0.8, persistent_share=1.0, spread=0.3)
    found = learned(process)
    rho, sd = expit(found.mean[0]), np.exp(found.mean[1])
    assert 0.6 < rho < 0.95
    # The slow drift may take part of so persistent a deviation; together they must be of the planted size.
    assert 0.6 * process.deviation_sd < sd < 1.3 * process.deviation_sd


def test_calm_areas_are_learned_to_be_calm():
    calm = learned(ev.Process(mean=60, dispersion=1.0001, autocorrelation=0.0, spread=0.3))
    wild = learned(ev.Process(mean=60, dispersion=6.0, autocorrelation=0.5, spread=0.3))
    assert np.exp(calm.mean[1:3]).max() < 0.5 * np.exp(wild.mean[1:3]).max()


def test_order_of_the_areas_does_not_matter():
    process = ev.Process()
    order = np.random.default_rng(0).permutation(12)
    one, two = learned(process, areas=13), learned(process, areas=13, order=order)
    np.testing.assert_allclose(one.mean, two.mean, atol=0.02)


def test_without_controls_the_prior_stands():
    assert wandering.unlearned(12.0).areas == 0
    counts = np.ones((1, 30))
    found = wandering.learn_wandering(
        counts, np.zeros(30), np.zeros((30, 2)), drift=0.05, years=2.5, near=1.0
    )
    np.testing.assert_array_equal(found.mean, wandering.PRIOR_MEAN)


def test_more_areas_make_the_prior_surer():
    few, many = (learned(ev.Process(), areas=areas) for areas in (4, 40))
    assert np.trace(many.covariance) < np.trace(few.covariance)


def test_points_are_evenly_spread_normal_points():
    points = wandering.normal_points(4096, 4)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(np.cov(points.T), np.eye(4), atol=0.03)


def test_density_is_scipys():
    from scipy import stats

    random = np.random.default_rng(1)
    root = random.normal(size=(3, 3))
    covariance, mean, x = root @ root.T + np.eye(3), random.normal(size=3), random.normal(size=(5, 3))
    expected = stats.multivariate_normal(mean, covariance).logpdf(x)
    assert wandering.gaussian_log_density(x, mean, covariance) == pytest.approx(expected)
