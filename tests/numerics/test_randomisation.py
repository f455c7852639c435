"""Randomisation inference: identity with the regression, size, inversion, cluster-robust errors."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.effects.inversion import InvertedRatio
from evaluate.numerics.randomisation import cluster_robust_error, log_ratios, randomisation_test


def test_ratio_is_the_coefficient_of_the_two_way_poisson_regression():
    """One treated area, area and period effects: the estimate equals the relative rate ratio of the totals."""
    import statsmodels.api as sm

    random = np.random.default_rng(1)
    counts = random.poisson(20, size=(5, 8)).astype(float)
    after = np.arange(8) >= 5
    rows = [
        np.concatenate([np.eye(5)[i], np.eye(8)[t][1:], [float(i == 0 and after[t])]])
        for i in range(5)
        for t in range(8)
    ]
    theirs = sm.GLM(counts.ravel(), np.array(rows), family=sm.families.Poisson()).fit()
    ours, _ = log_ratios(counts[:, ~after].sum(axis=1), counts[:, after].sum(axis=1))
    assert ours[0] == pytest.approx(theirs.params[-1], abs=1e-8)


def test_rejects_five_per_cent_of_overdispersed_autocorrelated_nulls():
    """One treated of 21 alike, 24 + 6 months, mean 60, extra variance autocorrelated at .5; 1,500 sets."""
    random = np.random.default_rng(2)
    deviation = random.normal(size=(1500, 21, 30)) * 0.13
    for t in range(1, 30):
        deviation[..., t] = 0.5 * deviation[..., t - 1] + np.sqrt(0.75) * deviation[..., t]
    counts = random.poisson(60 * np.exp(deviation))
    rejected = [
        randomisation_test(one[:, :24].sum(axis=1), one[:, 24:].sum(axis=1)).p_value <= 0.05 for one in counts
    ]
    assert 0.03 <= np.mean(rejected) <= 0.065  # exact size 1/21 = .0476, Monte Carlo error .0055


def test_large_areas_are_not_found_to_have_changed_more_often():
    """Areas of very different size that stray alike: the largest fifth rejects as often as the rest, about 5%."""
    random = np.random.default_rng(12)
    means = np.exp(np.linspace(np.log(100), np.log(10_000), 50))
    among_large = []
    for _ in range(300):
        before = random.poisson(means)
        after = random.poisson(means * np.exp(random.normal(0, 0.1, 50)))
        order = np.roll(np.arange(50), -int(40 + random.integers(10)))  # one of the ten largest is treated
        among_large.append(randomisation_test(before[order], after[order]).p_value <= 0.05)
    assert 0.02 <= np.mean(among_large) <= 0.09  # Monte Carlo error .013


def test_several_areas_added_together_stray_less():
    random = np.random.default_rng(13)
    means = np.exp(np.linspace(np.log(100), np.log(10_000), 60))
    before, after = random.poisson(means), random.poisson(means * np.exp(random.normal(0, 0.1, 60)))
    one = randomisation_test(before, after)
    four = randomisation_test(before, after, concentration=0.25)
    assert four.between == pytest.approx(one.between / 4)
    assert four.standard_errors[0] < one.standard_errors[0]
    assert four.standard_errors[1:] == pytest.approx(one.standard_errors[1:])


def test_smallest_p_value_is_one_in_the_number_of_areas():
    before, after = np.full(10, 100.0), np.full(10, 100.0) + np.arange(10)
    after[0] = 1
    assert randomisation_test(before, after).p_value == pytest.approx(0.1)


def test_interval_holds_what_is_not_rejected():
    random = np.random.default_rng(3)
    before, after = random.poisson(200, 40), random.poisson(200, 40)
    test = randomisation_test(before, after)
    ratio = InvertedRatio(test.log_ratios[0], test.nulls, test.p_values)
    low, high = ratio.quantile(0.025), ratio.quantile(0.975)
    assert low < np.exp(test.log_ratios[0]) < high
    moved = after.astype(float)
    moved[0] /= high * 1.02
    assert randomisation_test(before, moved).p_value <= 0.1
    assert ratio.probability_at_most(high) == pytest.approx(0.975, abs=0.02)


def test_too_few_areas_give_no_end_to_the_interval():
    random = np.random.default_rng(4)
    test = randomisation_test(random.poisson(200, 8), random.poisson(200, 8))
    ratio = InvertedRatio(test.log_ratios[0], test.nulls, test.p_values)
    assert np.isnan([ratio.quantile(0.025), ratio.quantile(0.975)]).all()
    assert np.isfinite(ratio.log_standard_error)


def test_estimate_does_not_depend_on_the_order_of_controls():
    random = np.random.default_rng(5)
    before, after = random.poisson(50, 25), random.poisson(50, 25)
    order = np.concatenate([[0], 1 + random.permutation(24)])
    one, other = randomisation_test(before, after), randomisation_test(before[order], after[order])
    assert one.p_value == other.p_value
    assert one.p_values == pytest.approx(other.p_values)


def test_cluster_robust_error_is_that_of_the_regression():
    """Poisson regression with area and period effects, clustered by area, up to the small-sample factor."""
    import statsmodels.api as sm

    random = np.random.default_rng(6)
    counts = random.poisson(
        30 * np.exp(random.normal(0, 0.3, (12, 1)) + random.normal(0, 0.1, (12, 6)))
    ).astype(float)
    treated, after = np.arange(12) < 5, np.arange(6) >= 4
    rows = [
        np.concatenate([np.eye(12)[i], np.eye(6)[t][1:], [float(treated[i] and after[t])]])
        for i in range(12)
        for t in range(6)
    ]
    areas = np.repeat(np.arange(12), 6)
    theirs = sm.GLM(counts.ravel(), np.array(rows), family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": areas, "use_correction": False}
    )
    before, later = counts[:, ~after].sum(axis=1), counts[:, after].sum(axis=1)
    ours = cluster_robust_error((before[treated], before[~treated]), (later[treated], later[~treated]))
    assert ours == pytest.approx(theirs.bse[-1] * np.sqrt(12 / 11), rel=1e-6)
