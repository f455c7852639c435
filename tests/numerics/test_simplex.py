"""Simplex weights: optimality, and the published estimates for California's Proposition 99."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from evaluate.numerics.simplex import noise_level, simplex_weights
from evaluate.numerics.synthetic import synthetic_fit


@pytest.fixture(scope="module")
def california(shared_data):
    """Packs a head: California, 38 other states, periods before 1989, years, names."""
    path = shared_data / "studies" / "prop99_smoking" / "california_prop99_synthdid.csv"
    table = pd.read_csv(path, sep=";").pivot(index="State", columns="Year", values="PacksPerCapita")
    others = table.drop("California")
    before = np.asarray(table.columns < 1989)
    return (
        table.loc["California"].to_numpy(),
        others.to_numpy(),
        before,
        list(table.columns),
        list(others.index),
    )


@pytest.mark.parametrize(
    ("method", "published"),
    [
        ("synthetic difference in differences", -15.605),
        ("synthetic control", -19.51),
        ("difference in differences", -27.349),
    ],
)
def test_proposition_99(california, method, published):
    """Arkhangelsky and others (2021), table 1: -15.6, -19.6 and -27.3."""
    treated, controls, before, _, _ = california
    fit = synthetic_fit(treated, controls, before, ~before, method)
    assert fit.effect == pytest.approx(published, abs=0.05)


def test_proposition_99_weights(california):
    treated, controls, before, years, names = california
    fit = synthetic_fit(treated, controls, before, ~before, "synthetic difference in differences")
    periods = dict(zip(np.array(years)[before], fit.period_weights, strict=True))
    assert [periods[year] for year in (1986, 1987, 1988)] == pytest.approx([0.366, 0.206, 0.428], abs=2e-3)
    assert fit.ridge == pytest.approx(10.226, abs=1e-3)
    levels = synthetic_fit(treated, controls, before, ~before, "synthetic control")
    assert treated[-1] - levels.synthetic[-1] == pytest.approx(-26.6, abs=0.05)
    assert max(zip(levels.area_weights, names, strict=True))[1] == "Utah"


@pytest.mark.parametrize("ridge", [0.0, 0.5])
@pytest.mark.parametrize("intercept", [False, True])
def test_weights_are_the_minimum_that_a_general_solver_finds(ridge, intercept):
    random = np.random.default_rng(1)
    matrix, target = random.normal(size=(15, 6)), random.normal(size=15)

    def loss(weights: np.ndarray) -> float:
        gap = matrix @ weights - target
        gap = gap - gap.mean() if intercept else gap
        return float(gap @ gap / 15 + ridge**2 * weights @ weights)

    ours = simplex_weights(matrix, target, ridge=ridge, intercept=intercept)
    theirs = optimize.minimize(
        loss, np.full(6, 1 / 6), method="SLSQP", bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-12, "maxiter": 500},
    )  # fmt: skip
    assert ours.sum() == pytest.approx(1)
    assert (ours >= 0).all()
    assert loss(ours) <= theirs.fun + 1e-9
    assert ours == pytest.approx(theirs.x, abs=1e-4)


def test_more_areas_than_periods_still_sum_to_one():
    random = np.random.default_rng(2)
    weights = simplex_weights(random.normal(size=(12, 300)), random.normal(size=12), ridge=1e-6)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()


@pytest.mark.parametrize(
    "method", ["difference in differences", "synthetic control", "synthetic difference in differences"]
)
def test_invariances(method):
    """A slope that all share moves no effect; multiplying everything multiplies it; order does not matter."""
    random = np.random.default_rng(3)
    controls = 10 + np.cumsum(random.normal(size=(8, 20)), axis=1)
    treated = controls[:3].mean(axis=0) + random.normal(0, 0.1, 20)
    before = np.arange(20) < 15
    after, order = ~before, random.permutation(8)
    base = synthetic_fit(treated, controls, before, after, method).effect

    def effect(treated: np.ndarray, controls: np.ndarray) -> float:
        return synthetic_fit(treated, controls, before, after, method).effect

    slope = 0.7 * np.arange(20)
    assert effect(treated + slope, controls + slope) == pytest.approx(base, abs=1e-6)
    assert effect(7 * treated, 7 * controls) == pytest.approx(7 * base, rel=1e-5)
    assert effect(treated, controls[order]) == pytest.approx(base, abs=1e-7)
    if method != "synthetic control":
        assert effect(treated + 9, controls + random.normal(0, 50, size=(8, 1))) == pytest.approx(
            base, abs=1e-5
        )


def test_noise_is_the_spread_of_first_differences():
    controls = np.random.default_rng(4).normal(size=(30, 40))
    assert noise_level(controls) == pytest.approx(np.sqrt(2), rel=0.05)
