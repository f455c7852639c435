"""Figures that set results beside each other: groupings, other choices, outcomes, sources, weights, probabilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.measured import rate_interval
from evaluate.figures.effects import effects_bundle, effects_data
from evaluate.figures.outcomes import outcomes_bundle, outcomes_data
from evaluate.figures.reliability import reliability_bundle, reliability_data
from evaluate.figures.sensitivity import sensitivity_bundle, sensitivity_data
from evaluate.figures.triangulation import triangulation_bundle, triangulation_data
from evaluate.figures.weights import weights_bundle, weights_data

from .conftest import Judged


def test_effects_can_be_grouped_by_window_outcome_estimator_and_claim(
    four_sources, result, remade, design, claim
):
    outcomes = list(four_sources.values())[:2]
    other = remade(design, name="interrupted time series")
    by_outcome = effects_data(outcomes, by="outcome")
    assert by_outcome["label"].tolist() == ["Burglary and theft"] * 4 + ["Anti-social behaviour"] * 4
    assert by_outcome["detail"].tolist()[:2] == ["May 2013, during", "May 2013, after"]
    by_window = effects_data(outcomes)
    assert by_window["detail"].tolist()[:2] == ["Burglary and theft", "Anti-social behaviour"]
    by_method = effects_data([result, other], by="estimator")
    assert by_method["label"].tolist() == ["structural model"] * 4 + ["interrupted time series"] * 4
    judged = effects_data([Judged(claim, result)], by="claim")
    assert judged[["label", "detail", "claimed"]].values.tolist() == [["“a huge reduction”", "", 0.5]]


def test_a_grouping_that_cannot_be_is_refused(result):
    with pytest.raises(ev.DesignError, match=r'by is "outcom". Did you mean "outcome"'):
        effects_data([result], by="outcom")
    with pytest.raises(ev.DesignError, match=r"not everything given is a finding with a claim"):
        effects_data([result], by="claim")


def test_a_mark_without_an_interval_is_explained(result):
    bare = replace(result.effect_list[0], lower=np.nan, upper=np.nan)
    mixed = replace(result, effect_list=[bare, *result.effect_list[1:]])
    assert "A mark without a line has no interval." in effects_bundle([mixed]).caption
    assert "without a line" not in effects_bundle([result]).caption


def test_other_choices_are_counted_by_the_side_their_interval_lies_on(start_dates):
    data = sensitivity_data(start_dates.iloc[::-1])
    assert data["choice"].tolist()[0] == "as planned"
    assert data["agrees"].tolist() == [True, False, True, True]
    assert sensitivity_bundle(start_dates).title == "2 of 3 other choices agree with the plan's"


def test_of_many_choices_the_furthest_are_drawn_and_all_are_counted():
    ratios = np.linspace(0.6, 0.99, 40)
    table = pd.DataFrame({"choice": [f"without A{at:02d}" for at in range(40)], "headline": False,
                          "rate_ratio": ratios, "lower": ratios - 0.1, "upper": ratios + 0.1})  # fmt: skip
    table.loc[20, ["choice", "headline"]] = ["as planned", True]
    bundle = sensitivity_bundle(table)
    assert len(bundle.data) == 15
    assert "25 choices nearer to the plan's estimate not drawn" in bundle.caption
    assert bundle.title.startswith(f"{int((ratios + 0.1 < 1).sum()) - 1} of 39")
    assert {"without A00", "without A39"} <= set(bundle.data["choice"])


def test_a_table_without_a_headline_is_refused(start_dates):
    with pytest.raises(ev.DesignError, match="has no headline"):
        ev.plot_sensitivity(start_dates.assign(headline=False))
    with pytest.raises(ev.DesignError, match="has no choice"):
        ev.plot_sensitivity(start_dates.drop(columns="choice"))


def test_outcomes_say_what_their_totals_say_in_words_that_fit_any_count(four_sources):
    bundle = outcomes_bundle(list(four_sources.values()))
    assert bundle.title == "Fewer than expected in 2 of 4 outcomes"
    effect = four_sources["Burglary and theft"].effect("May 2013", "after")
    said = f"Burglary and theft: fewer than expected: {effect.observed:,.0f} recorded, {effect.expected:,.0f} expected"
    assert said in bundle.alt
    data = outcomes_data(list(four_sources.values()))
    assert data.groupby("outcome")["observed"].sum().nunique() == 4
    with pytest.raises(ev.DesignError, match="two to 8 results, one for each outcome"):
        outcomes_bundle(list(four_sources.values())[:1] * 2)


def test_sources_that_enforcement_makes_are_never_counted_as_a_fall(four_sources):
    bundle = triangulation_bundle(four_sources, enforcement=["Stops and searches"])
    assert bundle.title == "Fewer than expected in 2 of 3 non-enforcement sources"
    assert "Stops and searches count what officers did" in bundle.caption
    assert "fell" not in bundle.alt
    assert "rose" not in bundle.alt
    data = triangulation_data(four_sources, enforcement=["Stops and searches"])
    assert data.groupby("source", sort=False)["says"].first().tolist() == [
        "fewer than expected", "no clear difference", "fewer than expected", "more than expected"
    ]  # fmt: skip
    with pytest.raises(
        ev.DesignError, match=r'enforcement names "Stop and search". Did you mean "Stops and searches"'
    ):
        triangulation_bundle(four_sources, enforcement=["Stop and search"])


def test_hidden_counts_say_nothing(four_sources):
    hidden = four_sources["Burglary and theft"]
    nan = float("nan")
    blank = [
        replace(effect, observed=nan, prevented_lower=nan, prevented_upper=nan)
        for effect in hidden.effect_list
    ]
    table = hidden.counterfactual.assign(observed=np.nan)
    sources = four_sources | {"Burglary and theft": replace(hidden, effect_list=blank, counterfactual=table)}
    bundle = triangulation_bundle(sources)
    assert "Burglary and theft: not shown;" in bundle.alt
    assert "nan" not in bundle.alt


def test_the_smallest_weights_are_added_together(weighted):
    data = weights_data(weighted)
    given = weighted.diagnostics["area_weights"]
    assert len(data) == 13
    assert data["weight"].sum() == pytest.approx(sum(given.values()))
    assert data.iloc[-1][["area", "label"]].tolist() == ["the others", "4 other areas together"]
    assert weights_bundle(weighted).title == "3 of 16 areas carry half of the weight"
    assert "below 0" in weights_bundle(weighted).caption


def test_period_weights_stand_at_every_period_before(weighted, design):
    data = weights_data(weighted, of="periods")
    assert len(data) == design.baseline.sum()
    assert data["weight"].sum() == pytest.approx(1)
    assert weights_bundle(weighted, of="periods").title == "6 of 12 periods carry half of the weight"


def test_a_method_without_weights_is_refused_by_name(result):
    with pytest.raises(ev.DesignError, match="The structural model gives no weights of areas"):
        ev.plot_weights(result)


def test_one_area_that_carries_most_is_named(weighted):
    alone = replace(weighted, diagnostics={"area_weights": {"A04": 0.9, "A05": 0.1}})
    assert weights_bundle(alone).title == "A04 carries 90% of the weight"


def test_words_that_do_not_come_true_are_found(statements):
    data = reliability_data(statements)
    assert data["statements"].tolist() == [60] * 7
    assert data.loc[~data["agrees"], "words"].tolist() == ["unlikely"]
    assert tuple(data.loc[4, ["lower", "upper"]]) == pytest.approx(rate_interval(40 / 60, 60))
    assert reliability_bundle(statements).title == "6 of 7 probability words came true as stated"


def test_a_probability_at_the_edge_belongs_to_the_word_the_verdict_uses():
    from evaluate.claims.rules import phia

    for edge in (0.0, 0.075, 0.525, 0.925, 1.0):
        table = pd.DataFrame({"stated": [edge], "happened": [True]})
        assert reliability_data(table)["words"].tolist() == [phia(edge)]


def test_what_is_no_probability_is_refused():
    with pytest.raises(ev.DesignError, match="stated holds 60; probabilities go from 0 to 1"):
        reliability_data(pd.DataFrame({"stated": [60.0], "happened": [True]}))
    with pytest.raises(ev.DesignError, match="no happened"):
        reliability_data(pd.DataFrame({"stated": [0.6]}))
