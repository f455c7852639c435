"""Other expectations of the effect: what moves, and by how much."""

from __future__ import annotations

import pytest

import evaluate as ev


@pytest.fixture(scope="module")
def result():
    design = ev.simulated_design(ev.simulate_panel(areas=9, periods=60, rate_ratio_after=0.6, seed=3))
    return ev.StructuralModel(draws=400).fit(design, seed=1)


def test_each_prior_stands_beside_the_planned_one(result):
    check = ev.PriorSensitivity(reduction=0.5).run(result, seed=1)
    assert check.table["choice"].tolist() == ["sceptical, as planned", "hot-spots evidence", "flat"]
    effect = result.effect("operation", "after")
    assert check.table.loc[0, "rate_ratio"] == effect.rate_ratio
    assert check.table.loc[0, "p_claim"] == effect.probability_of_reduction(0.5) == check.table.loc[0, "p50"]
    assert check.number == check.facts["largest_shift"] == check.table["shift"].abs().max()
    assert check.passed is (check.number <= 1)
    # a prior centred on a fall of 16% with a small spread draws a fall of 40% towards no change
    hot_spots, flat = check.table.loc[1], check.table.loc[2]
    assert hot_spots["rate_ratio"] > check.table.loc[0, "rate_ratio"] > flat["rate_ratio"] - 0.02


def test_the_verdicts_probability_is_that_of_the_claim_in_the_areas_counts(result):
    claim = ev.Claim("halved", source="a leaflet", operation="operation", window="after", reduction=0.5)
    verdict = ev.judge(claim, result, dilution=0.4)
    check = ev.PriorSensitivity(reduction=0.5, street_share=0.4).run(result, seed=1)
    assert check.table.loc[0, "p_claim"] == verdict.facts.p_claim


def test_an_increase_is_judged_from_the_other_side(result):
    check = ev.PriorSensitivity(increase=0.1).run(result, seed=1)
    effect = result.effect("operation", "after")
    assert check.table.loc[0, "p_claim"] == 1 - effect.ratio.probability_at_most(1.1)
    assert "an increase of 10% or more" in check.answer


def test_a_dogmatic_prior_fails(result):
    stubborn = ev.EffectPrior("stubborn", 0.3, 0.05)
    check = ev.PriorSensitivity(priors=[stubborn]).run(result, seed=1)
    assert check.passed is False
    assert check.facts["furthest"] == "stubborn"


def test_a_method_without_a_prior_is_refused(result):
    fitted = ev.InterruptedTimeSeries().fit(result.design, seed=1)
    answer = ev.run_checks(fitted, [ev.PriorSensitivity()])[0]
    assert answer.passed is None
    assert answer.answer == (
        "Not checked: The interrupted time series fitted here starts from no expectation of the effect, so there is "
        'none to vary. This check is for StructuralModel in its form="joint".'
    )


def test_priors_and_sizes_that_say_nothing_are_refused(result):
    with pytest.raises(ev.DesignError, match="No prior but the fitted one"):
        ev.PriorSensitivity(priors=[ev.SCEPTICAL]).run(result, seed=1)
    with pytest.raises(ev.DesignError, match="one of them at most is given"):
        ev.PriorSensitivity(reduction=0.2, increase=0.2)
    with pytest.raises(ev.DesignError, match="a fraction from 0 to 1"):
        ev.PriorSensitivity(reduction=21)
    with pytest.raises(ev.DesignError, match="street_share"):
        ev.PriorSensitivity(street_share=0)
