"""Exact conditional ratios: agreement with scipy, coverage by enumeration, noughts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evaluate.numerics.conditional_ratio import ConditionalRatio, four_totals, two_totals

TABLES = [((50, 30), (60, 55)), ((207, 110), (308, 318)), ((9, 2), (38, 40)), ((1, 4), (900, 1100))]


@pytest.mark.parametrize(("treated", "control"), TABLES)
def test_four_totals_agree_with_scipy(treated, control):
    ours = ConditionalRatio(*four_totals(treated, control), treated[1])
    theirs = stats.contingency.odds_ratio([[treated[1], treated[0]], [control[1], control[0]]])
    interval = theirs.confidence_interval(0.95)
    assert np.exp(ours.log_ratio) == pytest.approx(theirs.statistic, rel=1e-6)
    assert (ours.quantile(0.025), ours.quantile(0.975)) == pytest.approx(interval, rel=1e-6)


@pytest.mark.parametrize(("first", "second"), [(6, 2), (0, 3), (40, 25)])
def test_two_totals_agree_with_the_binomial_interval(first, second):
    exposures = (30.0, 90.0)
    ours = ConditionalRatio(*two_totals(first, second, exposures), first)
    ends = stats.binomtest(first, first + second).proportion_ci(0.9)
    expected = [share / (1 - share) * exposures[1] / exposures[0] for share in ends]
    assert [ours.quantile(0.05), ours.quantile(0.95)] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.7])
def test_exact_intervals_cover_and_mid_p_is_nearer_to_what_it_says(ratio):
    """Coverage by enumeration over all splits of 30: at least 95% for the exact one, mid-p closer to 95%."""
    support, weights = two_totals(15, 15, (1.0, 1.0))
    chances = stats.binom.pmf(support, 30, ratio / (1 + ratio))

    def coverage(mid_p: bool) -> float:
        kept = [
            ConditionalRatio(support, weights, int(count), mid_p).p_value(ratio) > 0.05 for count in support
        ]
        return float(chances @ np.array(kept, dtype=float))

    assert coverage(False) >= 0.95
    assert 0.92 <= coverage(True) <= coverage(False)


def test_mid_p_interval_lies_within_the_exact_one():
    exact, mid = (ConditionalRatio(*two_totals(6, 2, (1, 1)), 6, mid_p) for mid_p in (False, True))
    assert exact.quantile(0.025) < mid.quantile(0.025) < np.exp(mid.log_ratio)
    assert np.exp(mid.log_ratio) < mid.quantile(0.975) < exact.quantile(0.975)


def test_interval_and_p_value_are_one_statement():
    ratio = ConditionalRatio(*four_totals((50, 30), (60, 55)), 30)
    assert ratio.p_value(ratio.quantile(0.025)) == pytest.approx(0.05, abs=1e-9)
    assert ratio.probability_at_most(ratio.quantile(0.975)) == pytest.approx(0.975, abs=1e-9)
    assert ratio.log_standard_error == pytest.approx(np.log(ratio.quantile(0.84) / ratio.quantile(0.16)) / 2)
    assert ratio.log_standard_error > 0.297  # exact intervals are wider than Poisson's approximation


def test_noughts_have_one_end():
    none = ConditionalRatio(*two_totals(0, 5, (1, 1)), 0)
    assert none.log_ratio == -np.inf
    assert none.quantile(0.025) == 0
    assert none.quantile(0.975) == pytest.approx((1 - 0.025 ** (1 / 5)) / 0.025 ** (1 / 5))
    assert none.probability_at_most(1.0) == pytest.approx(1 - 0.5**5)
    alone = ConditionalRatio(*two_totals(5, 0, (1, 1)), 5)
    assert (alone.log_ratio, alone.quantile(0.975)) == (np.inf, np.inf)


def test_doubling_an_exposure_halves_the_ratio():
    one = ConditionalRatio(*two_totals(7, 4, (1, 1)), 7)
    two = ConditionalRatio(*two_totals(7, 4, (2, 1)), 7)
    assert two.quantile(0.975) == pytest.approx(one.quantile(0.975) / 2)
