"""Weighted displacement difference, quotient and net effect: the published worked examples to the digit."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.wdd import (
    Arm,
    Difference,
    harm_weighted,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

TREATED, CONTROL = Arm(207, 110), Arm(308, 318)
NEARBY, NEARBY_CONTROL = Arm(178, 157), Arm(150, 140)


def test_wheeler_and_ratcliffe_2018():
    found = weighted_displacement_difference(
        TREATED, CONTROL, displacement=NEARBY, displacement_control=NEARBY_CONTROL
    )
    assert found.total.estimate == pytest.approx(-118, abs=1e-6)
    assert found.total.standard_error == pytest.approx(np.sqrt(1568), abs=1e-6)
    assert found.total.z == pytest.approx(-2.98, abs=5e-3)
    assert (found.local.estimate, found.local.standard_error) == pytest.approx((-107, 30.71), abs=5e-3)
    assert (found.displacement.estimate, found.displacement.standard_error) == pytest.approx((-11, 25.0))


def test_area_weights_of_the_published_example():
    found = weighted_displacement_difference(
        Arm(207, 110, 1.2), Arm(308, 318, 0.9),
        displacement=Arm(178, 157, 1.5), displacement_control=Arm(150, 140, 1.6),
    ).total  # fmt: skip
    assert found.estimate == pytest.approx(-99.694, abs=5e-4)
    assert found.standard_error == pytest.approx(35.428, abs=5e-4)
    assert found.z == pytest.approx(-2.814, abs=5e-4)


def test_time_weights_of_the_published_example():
    found = weighted_displacement_difference(Arm(80, 20), Arm(100, 50), lengths=(2, 1)).total
    assert found.estimate == pytest.approx(-20)
    assert found.standard_error == pytest.approx(np.sqrt(115), abs=1e-6)


def test_dispersion_widens_by_its_root():
    plain = weighted_displacement_difference(TREATED, CONTROL).total
    wide = weighted_displacement_difference(TREATED, CONTROL, dispersion=4).total
    assert wide.standard_error == pytest.approx(2 * plain.standard_error)
    assert wide.estimate == plain.estimate


def test_without_a_displacement_area_the_total_is_local():
    found = weighted_displacement_difference(TREATED, CONTROL)
    assert found.displacement is None
    assert found.total == found.local


def test_quotient_and_net_effect_of_the_same_numbers():
    found = weighted_displacement_quotient(TREATED, NEARBY, CONTROL)
    assert found.success == pytest.approx(-0.3262, abs=5e-5)
    assert found.change_nearby == pytest.approx(-0.0842, abs=5e-5)
    assert found.quotient == pytest.approx(0.258, abs=5e-4)
    assert found.total_net_effect == pytest.approx(130.5, abs=0.05)
    assert found.lower < 0.258 < found.upper


def test_quotient_has_no_interval_where_success_is_in_doubt():
    found = weighted_displacement_quotient(Arm(20, 19), Arm(20, 22), Arm(20, 20))
    assert np.isnan([found.lower, found.upper]).all()


def test_interval_of_the_difference_covers():
    """No effect, dispersion 2: |z| below 1.96 in about 95% of 4,000 draws (Monte Carlo error 0.3 points)."""
    from evaluate.numerics.overdispersion import draw_counts

    draws = draw_counts(np.broadcast_to([120.0, 60, 300, 150], (4_000, 4)), 2.0, np.random.default_rng(1))
    inside = [
        abs(
            weighted_displacement_difference(
                Arm(t0, t1), Arm(c0, c1, 2.5), lengths=(2, 1), dispersion=2.0
            ).total.z
        )
        < 1.96
        for t0, t1, c0, c1 in draws
    ]
    assert 0.935 <= np.mean(inside) <= 0.965


def test_harm_adds_variances_times_the_square_of_harm():
    found = harm_weighted([Difference(-10, 3.0), Difference(4, 2.0)], [2, 5])
    assert found.estimate == 0
    assert found.standard_error == pytest.approx(np.sqrt(6**2 + 10**2))


def test_net_effect_has_the_interval_that_the_delta_method_gives():
    """(T0 + D0) C1 / C0 - T1 - D1 with Poisson counts."""
    found = weighted_displacement_quotient(TREATED, NEARBY, CONTROL, draws=20_000, seed=1)
    before, growth = 207 + 178, 318 / 308
    error = np.sqrt(110 + 157 + before * growth**2 + (before * growth) ** 2 * (1 / 318 + 1 / 308))
    assert (found.net_upper - found.net_lower) / 2 == pytest.approx(1.96 * error, rel=0.05)
    assert found.net_lower < found.total_net_effect < found.net_upper
