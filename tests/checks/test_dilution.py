"""How much a count could change at all."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.checks.dilution import diluted, undiluted


@pytest.fixture
def five_days(design_with):
    """Five days in May, as monthly counts see them."""
    design = design_with(process=ev.Process(mean=30), after="6 months")
    return design.with_operations([ev.Operation("May", "2015-05-22", "2015-05-26")])


def test_half_on_five_days_of_thirty_one():
    assert diluted(0.5, 5 / 31) == pytest.approx(0.9194, abs=5e-5)
    assert np.log(diluted(0.5, 5 / 31)) == pytest.approx(-0.0841, abs=5e-5)
    shortcut = 0.5 ** (5 / 31)  # which is not what is used
    assert shortcut == pytest.approx(0.8942, abs=5e-5)


@pytest.mark.parametrize(("drop", "percent"), [(0.2, 3.2), (0.5, 8.1), (0.9, 14.5), (1.0, 16.1)])
def test_published_drops(drop, percent):
    assert 100 * (1 - diluted(1 - drop, 5 / 31)) == pytest.approx(percent, abs=0.05)


def test_undiluted_is_the_reverse():
    assert undiluted(diluted(0.3, 0.2), 0.2) == pytest.approx(0.3)


def test_five_days_cannot_show_in_a_month(estimator, five_days):
    check = ev.Dilution(window="during").run(estimator.fit(five_days, seed=1), seed=1)
    assert check.number == pytest.approx(5 / 31)
    assert check.facts["ratio_if_halved"] == pytest.approx(0.9194, abs=5e-5)
    assert check.passed is False
    assert check.number < check.threshold == check.facts["smallest_detectable"]
    assert check.answer.startswith("5 days in a month of 31 can change a count by at most 16%.")
    assert check.answer.endswith(
        "These counts therefore cannot show whether the operation reduced anything on the days it ran."
    )


def test_the_street_is_a_share_of_the_ward(estimator, five_days):
    check = ev.Dilution(street_share=17 / 209, source="street-level data of January 2017").run(
        estimator.fit(five_days, seed=1), seed=1
    )
    assert check.facts["share_of_days"] == 1
    assert check.number == check.facts["share_of_area"] == pytest.approx(17 / 209)
    assert "The place makes up 8.1% of the area's counts (street-level data of January 2017)." in check.answer
    both = ev.Dilution(window="during", street_share=0.5).run(estimator.fit(five_days, seed=1), seed=1)
    assert both.number == pytest.approx(0.5 * 5 / 31)


def test_the_interval_is_carried_to_the_street(estimator, five_days):
    result = estimator.fit(five_days, seed=1)
    effect = result.effect("May", "after")
    facts = ev.Dilution(street_share=0.25).run(result, seed=1).facts
    assert facts["implied_ratio"] == pytest.approx(1 - (1 - effect.rate_ratio) / 0.25)
    assert facts["implied_lower"] == pytest.approx(1 - (1 - effect.lower) / 0.25)
    assert facts["implied_upper"] == pytest.approx(1 - (1 - effect.upper) / 0.25)


def test_more_than_a_complete_stop_is_said(estimator, design_with):
    design = design_with(rate_ratio_after=0.4)
    check = ev.Dilution(street_share=0.1).run(estimator.fit(design, seed=1), seed=1)
    assert check.facts["implied_upper"] < 0
    assert "more than a complete stop there" in check.answer


def test_nothing_is_diluted_where_all_days_and_the_whole_area_are_meant(estimator, design_with):
    check = ev.Dilution().run(estimator.fit(design_with(process=ev.Process(mean=200)), seed=1), seed=1)
    assert check.number == 1.0
    assert check.passed is True
    assert check.answer.startswith("The whole area is meant")


def test_normal_variation(estimator, design_with):
    design = design_with(process=ev.Process(mean=100, dispersion=1.0, autocorrelation=0.0, season=0, shock=0))
    check = ev.Dilution().run(estimator.fit(design, seed=1), seed=1)
    assert check.facts["normal_variation"] == pytest.approx(1.96 * 0.1, rel=0.25)


@pytest.mark.parametrize("share", [0.0, 1.5, -0.1])
def test_a_share_that_cannot_be(share):
    with pytest.raises(ev.DesignError, match=r"above 0 and at most 1; it is .*Write 0.08 for 8%"):
        ev.Dilution(street_share=share)
