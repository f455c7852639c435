"""The fast engine against integrals that can be done another way."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import evaluate as ev
from evaluate.estimators.structural import _count_series
from evaluate.numerics import nested


@pytest.fixture(scope="module")
def five_days():
    """A window of five days in a month: the posterior of its effect is skewed and close to its prior."""
    panel = ev.simulate_panel(areas=13, periods=96, seed=3)
    design = ev.Design(
        panel, outcome="crime", treated=["A01"], before="60 months", after="6 months",
        operations=[ev.Operation("five days", "2016-05-22", "2016-05-26")],
    )  # fmt: skip
    data = _count_series(design, ev.StructuralModel())
    return data, nested.learn(data)


def on_a_grid(data, wandering, *, effect):
    """Mean and standard deviation of one effect by evidence on a grid, hyperparameters at their mode."""
    top = nested.hyper_mode(data, wandering)
    grid = np.linspace(-2.5, 2.5, 101)
    log_posterior = np.empty(len(grid))
    for number, value in enumerate(grid):
        mean, sd = data.effects.mean.copy(), data.effects.sd.copy()
        mean[effect], sd[effect] = value, 1e-3
        layout, prior, start = replace(data, effects=replace(data.effects, mean=mean, sd=sd)).laid_out()
        evidence, _ = nested.log_evidence_at_nodes(start, layout, prior, data.hyper(top.mean[None, :]))
        log_posterior[number] = evidence[0] + stats.norm.logpdf(
            value, data.effects.mean[effect], data.effects.sd[effect]
        )
    weights = np.exp(log_posterior - log_posterior.max())
    weights /= weights.sum()
    mean = weights @ grid
    return mean, np.sqrt(weights @ grid**2 - mean**2)


def test_a_skewed_posterior_is_weighted_right(five_days):
    """Importance weights the wrong way round left the mean 0.08 too high here."""
    data, wandering = five_days
    mean, sd = on_a_grid(data, wandering, effect=0)
    draws = nested.sample_fast(data, wandering, draws=10_000, seed=1).effects[:, 0]
    # 10,000 draws: the mean is known to 0.005; the grid has the hyperparameters fixed at their mode.
    assert draws.mean() == pytest.approx(mean, abs=0.02)
    assert draws.std() == pytest.approx(sd, abs=0.02)


def test_the_tail_of_the_weights_is_short(five_days):
    data, wandering = five_days
    diagnostics = nested.sample_fast(data, wandering, draws=4000, seed=2).diagnostics
    assert diagnostics["pareto_k"] < 0.5
    assert diagnostics["importance_efficiency"] > 0.5


def test_student_draws_have_their_density():
    values = np.linspace(-6, 6, 25)
    np.testing.assert_allclose(
        nested.student_log_density(values, 4.0), stats.t.logpdf(values, 4.0), rtol=1e-12
    )


def test_standard_draws_are_weighted_to_the_normal():
    """Importance weights to a normal have mean 1, and carry the variance of the effects back to 1."""
    draws, log_density = nested._standard_draws(200_000, 5, 2, np.random.default_rng(0))
    weights = np.exp(stats.norm.logpdf(draws).sum(axis=1) - log_density)
    assert weights.mean() == pytest.approx(1.0, abs=0.01)
    np.testing.assert_allclose((weights[:, None] * draws**2).mean(axis=0), 1.0, atol=0.03)
