"""The published table of falls that nothing makes, and shrinkage by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluate.numerics.regression_to_the_mean import empirical_bayes_rate, gamma_of_rates, spurious_change

# Mean, dispersion, autocorrelation; change in per cent against the trigger month, the last 3 and the last 12.
# Reference figures of 200,000 simulated series a cell, rounded to whole per cent.
TABLE = [
    (3, 1, 0.0, -48, -20, 0), (3, 2, 0.0, -60, -29, 1), (3, 2, 0.5, -50, -18, 22),
    (10, 1, 0.0, -34, -12, 0), (10, 2, 0.0, -44, -18, 0), (10, 2, 0.5, -37, -12, 12),
    (30, 1, 0.0, -23, -7, 0), (30, 2, 0.0, -31, -11, 0), (30, 2, 0.5, -25, -7, 7),
    (100, 1, 0.0, -14, -4, 0), (100, 2, 0.0, -19, -6, 0), (100, 2, 0.5, -16, -4, 4),
    (300, 1, 0.0, -9, -3, 0), (300, 2, 0.0, -12, -4, 0), (300, 2, 0.5, -10, -3, 2),
]  # fmt: skip


@pytest.mark.parametrize(("mean", "dispersion", "autocorrelation", "trigger", "quarter", "year"), TABLE)
def test_the_table_is_reproduced(mean, dispersion, autocorrelation, trigger, quarter, year):
    change = spurious_change(mean, dispersion, autocorrelation, sets=8_000, random=np.random.default_rng(1))
    found = 100 * np.array([change.since_trigger, change.since_quarter, change.since_year])
    # 1.5 points, and twice the Monte Carlo error of this small run (at most 0.8 points, at three a month).
    allowed = 1.5 + 2 * 100 * np.array(change.errors)
    assert (np.abs(found - [trigger, quarter, year]) <= allowed).all(), (found, allowed)
    assert change.sets == 8_000


def test_the_monte_carlo_error_is_that_of_repeated_runs():
    runs = [spurious_change(30, 2, 0.5, sets=1_000, random=np.random.default_rng(seed)) for seed in range(30)]
    spread = np.std([run.since_trigger for run in runs], ddof=1)
    assert runs[0].errors[0] == pytest.approx(spread, rel=0.4)


def test_longer_after_fades_further():
    short, long = (
        spurious_change(30, 2, 0.7, after=after, sets=4_000, random=np.random.default_rng(1))
        for after in (1, 12)
    )
    assert long.since_trigger < short.since_trigger


def test_shrinkage_by_hand():
    shrunken = empirical_bayes_rate(120, 3, mean=30, shape=20)
    assert shrunken.weight == pytest.approx(0.182, abs=5e-4)
    assert shrunken.rate == pytest.approx(38.2, abs=0.05)


def test_shrinkage_ends():
    assert empirical_bayes_rate(120, 3, mean=30, shape=float("inf")).rate == 30
    assert empirical_bayes_rate(120, 3, mean=30, shape=1e-9).rate == pytest.approx(40)


def test_gamma_moments_come_back():
    random = np.random.default_rng(1)
    totals = random.poisson(24 * random.gamma(5.0, 30 / 5.0, size=20_000))
    mean, shape = gamma_of_rates(totals, 24)
    assert mean == pytest.approx(30, rel=0.02)
    assert shape == pytest.approx(5, rel=0.05)


def test_areas_alike_have_an_infinite_shape():
    assert gamma_of_rates(np.full(9, 240.0), 12) == (20.0, float("inf"))


def test_the_kept_tables_are_within_a_point_and_a_half_and_cover(checkout):
    falls = pd.read_csv(checkout / "benchmarks" / "regression_to_the_mean.csv")
    assert len(falls) == len(TABLE)
    for name in ("trigger", "quarter", "year"):
        assert ((falls[f"since_{name}"] - falls[f"reference_{name}"]).abs() <= 1.5).all()
    kept = pd.read_csv(checkout / "benchmarks" / "regression_to_the_mean_coverage.csv")
    together = np.average(kept["covered"], weights=kept["panels"])
    assert together == pytest.approx(0.95, abs=2 * np.sqrt(0.95 * 0.05 / kept["panels"].sum()))
    assert ((kept["covered"] - 0.95).abs() <= 2.6 * np.sqrt(0.95 * 0.05 / kept["panels"])).all()
