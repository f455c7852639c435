"""Relative rate ratio, E-test and two-way dispersion: published numbers and known truth."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.overdispersion import draw_counts
from evaluate.numerics.rate_ratio import e_test, overdispersed_e_test, relative_rate_ratio, two_way_dispersion


@pytest.mark.parametrize(
    ("treated", "control", "phi", "expected"),
    [
        ((50, 30), (60, 55), 1, (0.6545, 0.37, 1.17)),
        ((207, 110), (308, 318), 1, (0.515, 0.389, 0.681)),
        ((207, 110), (308, 318), 2, (0.515, 0.347, 0.764)),
        ((169, 86), (184, 192), 1, (0.488, 0.351, 0.678)),  # Kansas City gun beat
        ((169, 86), (184, 192), 2, (0.488, 0.306, 0.777)),
    ],
)
def test_published_relative_rate_ratios(treated, control, phi, expected):
    found = relative_rate_ratio(treated, control, dispersion=phi)
    ends = np.exp(found.estimate + np.array([0, -1.96, 1.96]) * found.standard_error)
    assert ends == pytest.approx(expected, abs=6e-3 if expected[0] == 0.6545 else 6e-4)


def test_standard_error_by_hand():
    found = relative_rate_ratio((50, 30), (60, 55))
    assert (found.estimate, found.standard_error) == pytest.approx((-0.4238, 0.297), abs=5e-4)
    assert found.added == 0


def test_quadratic_variance_adds_alpha_over_periods():
    plain = relative_rate_ratio((50, 30), (60, 55)).standard_error ** 2
    wide = relative_rate_ratio((50, 30), (60, 55), alpha=0.1, periods=(24, 6)).standard_error ** 2
    assert wide - plain == pytest.approx(2 * 0.1 * (1 / 24 + 1 / 6))


def test_a_nought_gets_half_a_count_everywhere():
    found = relative_rate_ratio((10, 0), (60, 55))
    assert found.added == 0.5
    assert found.estimate == pytest.approx(np.log(0.5 / 10.5) - np.log(55.5 / 60.5))


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [((0, 1), (3, 1), 0.0884), ((6, 1), (2, 1), 0.1749), ((20, 1), (10, 1), 0.0688)],
)
def test_published_e_tests(first, second, p_value):
    assert e_test(first, second) == pytest.approx(p_value, abs=5e-4)


def test_e_test_of_gu_and_others():
    first, second = (60, 51477.5), (30, 54308.7)
    assert e_test(first, second, alternative="larger") == pytest.approx(0.000298, abs=5e-6)
    assert e_test(first, second) == pytest.approx(0.000643, abs=5e-6)


@pytest.mark.parametrize("phi", [1.0, 2.5])
def test_two_way_dispersion_sees_through_size_and_season(phi):
    random = np.random.default_rng(1)
    means = np.outer(random.uniform(5, 80, 30), 1 + 0.4 * np.sin(np.arange(48)))
    found, freedom = two_way_dispersion(draw_counts(means, phi, random))
    assert freedom == 29 * 47
    assert found == pytest.approx(phi, abs=0.15)


def test_two_way_dispersion_of_one_area_is_unknown():
    phi, freedom = two_way_dispersion(np.ones((1, 5)))
    assert np.isnan(phi)
    assert freedom == 0


def test_overdispersed_e_test_is_the_enumerated_one_for_poisson_counts():
    found = overdispersed_e_test((6, 1), (2, 1), dispersion=1.0, draws=40_000, seed=1)
    assert found == pytest.approx(0.1749, abs=0.006)  # three Monte Carlo errors


def test_overdispersed_e_test_rejects_a_true_null_as_often_as_it_says():
    """Counts of mean 12 and variance 24: the Poisson test rejects far too often, this one 5 times in 100."""
    random = np.random.default_rng(1)
    pairs = draw_counts(np.full((400, 2), 12.0), 2.0, random)
    wide = [overdispersed_e_test((a, 1), (b, 1), dispersion=2.0, draws=399, seed=2) for a, b in pairs]
    plain = [e_test((a, 1), (b, 1)) for a, b in pairs]
    assert np.mean(np.array(wide) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(np.array(plain) <= 0.05) > 0.1
