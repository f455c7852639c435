"""The published table of smallest detectable reductions."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.detectable import planned_error, smallest_detectable, summed_dispersion

# Per cent, for 1, 3, 6 and 12 months after; 24 before, 20 controls, no autocorrelation. By mean and dispersion.
TABLE = {
    3: {1: (82, 64, 53, 44), 1.5: (87, 71, 60, 51), 2.5: (93, 80, 70, 60)},
    10: {1: (60, 43, 34, 27), 1.5: (68, 49, 40, 33), 2.5: (77, 58, 48, 40)},
    30: {1: (41, 27, 21, 17), 1.5: (48, 33, 25, 20), 2.5: (57, 40, 31, 25)},
    100: {1: (25, 16, 12, 10), 1.5: (30, 19, 15, 12), 2.5: (37, 24, 19, 15)},
    200: {1: (19, 12, 9, 7), 1.5: (22, 14, 11, 8), 2.5: (28, 18, 14, 11)},
    400: {1: (14, 8, 6, 5), 1.5: (16, 10, 8, 6), 2.5: (21, 13, 10, 8)},
}


@pytest.mark.parametrize("mean", TABLE)
def test_the_table_is_reproduced(mean):
    for dispersion, row in TABLE[mean].items():
        for after, percent in zip((1, 3, 6, 12), row, strict=True):
            error = planned_error(mean, after=after, before=24, controls=20, dispersion=dispersion)
            assert round(100 * smallest_detectable(error)) == percent


@pytest.mark.parametrize(
    ("dispersion", "rho", "growth"), [(1.5, 0.2, 0.06), (1.5, 0.5, 0.20), (2.5, 0.2, 0.11), (2.5, 0.5, 0.34)]
)
def test_published_growth_of_the_error_with_autocorrelation(dispersion, rho, growth):
    ratio = np.sqrt(summed_dispersion(dispersion, rho, 6) / dispersion)
    assert ratio - 1 == pytest.approx(growth, abs=0.006)


def test_one_period_has_no_neighbours():
    assert summed_dispersion(2.0, 0.9, 1) == 2.0
    assert summed_dispersion(1.0, 0.9, 12) == 1.0


def test_no_controls_add_no_noise():
    settings = {"after": 6, "before": 24, "dispersion": 1.0}
    alone, one = (planned_error(30, controls=controls, **settings) for controls in (0, 1))
    assert one == pytest.approx(alone * np.sqrt(2))


def test_few_degrees_of_freedom_and_more_power_ask_for_more():
    assert smallest_detectable(0.1) == pytest.approx(1 - np.exp(-0.2801585), abs=1e-6)
    assert smallest_detectable(0.1, degrees_of_freedom=5) > smallest_detectable(0.1)
    assert smallest_detectable(0.1, power=0.9) > smallest_detectable(0.1)
    assert smallest_detectable(0.1, level=0.8) < smallest_detectable(0.1)
