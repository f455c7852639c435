"""NUTS: the model in PyMC against the densities it is made of, and its draws against those of the fast engine."""

from dataclasses import replace

import numpy as np
import pymc as pm
import pytest
from scipy import stats

import evaluate as ev
from evaluate.estimators.structural import _count_series
from evaluate.numerics import nested, nuts
from evaluate.numerics.nested import DRIFT_SCALE, hyper_mode, learn, sample_fast
from evaluate.numerics.state_density import log_density


def series(*, seed=3, process=None):
    """48 months of seven areas, an operation after three years."""
    panel = ev.simulate_panel(
        areas=7, periods=48, operation_at=36, process=process, rate_ratio_after=0.7, seed=seed
    )
    return _count_series(ev.simulated_design(panel), ev.StructuralModel())


@pytest.fixture(scope="module")
def fitted():
    data = series()
    wandering = learn(data)
    return data, wandering, nuts.sample_nuts(data, wandering, draws=500, seed=1)


def test_the_model_in_pymc_is_prior_times_density():
    """Differences of the log posterior between points are those of the prior, written out here, and the counts."""
    data = series()
    wandering = learn(data)
    layout, prior, start = data.laid_out()
    top = hyper_mode(data, wandering)
    readings = nuts._readings(layout, top.states)
    model = nuts._model(*(array.shape[1] for array in layout[3:6]), len(data.offset))
    with model:
        pm.set_data(nuts._given(data, wandering, top, readings))
    compiled = model.compile_logp(mode="FAST_COMPILE")
    random = np.random.default_rng(0)
    found, expected = [], []
    for _ in range(3):
        raw, standard = random.normal(0, 1, 5), random.normal(0, 1, len(start))
        h = top.mean + np.linalg.cholesky(top.covariance) @ raw
        value, _, _ = log_density(standard, tuple(data.hyper(h[None, :])[0]), layout, prior, readings)
        drift = np.exp(h[4])
        expected.append(
            value
            + stats.multivariate_normal.logpdf(h[:4], wandering.mean, wandering.covariance)
            + stats.halfnorm.logpdf(drift, scale=DRIFT_SCALE)
            + h[4]
        )
        found.append(float(compiled({"hyper_raw": raw, "standard": standard})))
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-9)


def test_chains_agree_and_none_diverges(fitted):
    _, _, posterior = fitted
    assert posterior.diagnostics["divergences"] == 0
    assert posterior.diagnostics["r_hat"] < 1.01
    assert posterior.diagnostics["ess_bulk"] > 400
    assert posterior.diagnostics["ess_tail"] > 400


def test_effects_are_those_of_the_fast_engine(fitted):
    """With effective samples above 1,000 a mean is known to 0.03 standard deviations, and a spread to 3%."""
    data, wandering, posterior = fitted
    fast = sample_fast(data, wandering, draws=8000, seed=2)
    spread = fast.effects.std(axis=0)
    apart = (posterior.effects.mean(axis=0) - fast.effects.mean(axis=0)) / spread
    np.testing.assert_allclose(apart, 0.0, atol=0.1)
    np.testing.assert_allclose(posterior.effects.std(axis=0), spread, rtol=0.1)
    apart = (posterior.log_mean - fast.log_mean.mean(axis=0)).mean(axis=0) / fast.log_mean.std(axis=0)
    np.testing.assert_allclose(apart, 0.0, atol=0.2)


def test_hyperparameters_are_those_of_the_evidence_at_thousands_of_nodes(fitted, monkeypatch):
    """The fast engine's own nodes are too few for more than the effects; 3,000 give each mean to 0.05 deviations."""
    data, wandering, posterior = fitted
    monkeypatch.setattr(nested, "NODES_AROUND_MODE", 1500)
    monkeypatch.setattr(nested, "NODES_OVER_PRIOR", 1500)
    monkeypatch.setattr(nested, "PRIOR_DRIFT_SD", 1.5)
    nodes = nested._spread_nodes(data, wandering)
    values = np.log(nodes.hyper)
    mean = nodes.weights @ values
    spread = np.sqrt(nodes.weights @ (values - mean) ** 2)
    ours = np.log(posterior.hyper)
    np.testing.assert_allclose((ours.mean(axis=0) - mean) / spread, 0.0, atol=0.2)
    np.testing.assert_allclose(ours.std(axis=0), spread, rtol=0.15)


def test_same_seed_same_draws(fitted):
    data, wandering, posterior = fitted
    again = nuts.sample_nuts(data, wandering, draws=500, seed=1)
    np.testing.assert_array_equal(again.effects, posterior.effects)


@pytest.mark.parametrize("what", ["steady", "rare", "alone"])
def test_no_chain_sticks_where_a_scale_is_nearly_nought(what):
    """Nothing but Poisson noise; almost no counts; no controls to say what the areas share."""
    still = ev.Process(
        mean=1.0 if what == "rare" else 30.0, dispersion=1.0, autocorrelation=0.0, shock=0.0, season=0.0
    )
    data = series(seed=5, process=still)
    if what == "alone":
        data = replace(data, controls=np.empty((0, len(data.offset))))
    posterior = nuts.sample_nuts(data, learn(data), draws=500, seed=2)
    assert posterior.diagnostics["divergences"] == 0
    assert posterior.diagnostics["r_hat"] < 1.02
