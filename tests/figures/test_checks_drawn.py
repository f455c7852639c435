"""Figures of checks: displacement and the length of the window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.figures.displacement import displacement_bundle, displacement_data
from evaluate.figures.power import power_bundle, power_data
from evaluate.figures.window_length import window_length_bundle, window_length_data

from .conftest import POWER


def test_counts_moved_are_counts_prevented_with_the_other_sign(displacement_check):
    data = displacement_data(displacement_check)
    assert data["difference"].tolist() == [-210, 42, -168]
    assert data["lower"].tolist() == [-305, -51, -290]
    assert data["upper"].tolist() == [-120, 130, -40]
    bundle = displacement_bundle(displacement_check)
    assert bundle.title == "42 more next door than expected (−51 to +130)"
    assert "Both together −168 (−290 to −40)" in bundle.alt


def test_a_displacement_without_intervals_claims_none(displacement_check):
    bare = displacement_check.table.assign(prevented_lower=np.nan, prevented_upper=np.nan)
    bundle = displacement_bundle(replace(displacement_check, table=bare))
    assert bundle.title == "42 more next door than expected"
    assert "nan" not in bundle.alt


def test_the_title_counts_the_lengths_that_find_what_the_plan_finds(window_check):
    data = window_length_data(window_check)
    assert 5 not in data["length"].tolist()
    same = int((data["upper"] < 1).sum())
    bundle = window_length_bundle(window_check, period="month")
    assert 0 < same < len(data) == 11
    assert bundle.title == f"{same} of 11 window lengths show a clear reduction"
    assert "the plan's window, 12 months" in bundle.caption


@pytest.mark.parametrize("draw", [ev.plot_displacement, ev.plot_window_length])
def test_another_check_is_refused_by_name(draw, placebo_check):
    with pytest.raises(ev.DesignError, match=r'that of "placebo in space" has no .*Pass checks\["'):
        draw(replace(placebo_check, table=pd.DataFrame()))


def test_a_fitted_displacement_is_drawn_as_the_check_has_it():
    panel = ev.simulate_panel(areas=14, periods=60, buffers=2, rate_ratio_after=0.5, displaced=0.3, seed=1)
    check = ev.Displacement().run(ev.BeforeAfter().fit(ev.simulated_design(panel), seed=1), seed=1)
    near = displacement_data(check).iloc[1]
    facts = [check.facts[name] for name in ("moved", "moved_lower", "moved_upper")]
    assert near[["difference", "lower", "upper"]].tolist() == facts


def test_the_power_curve_leaves_out_what_cannot_be_had_and_names_the_best():
    data = power_data(POWER)
    assert data["outcome"].value_counts(sort=False).to_dict() == {"all crime": 4, "violence": 4, "robbery": 3}
    assert data["months"].tolist() == [1, 3, 6, 12, 1, 3, 6, 12, 3, 6, 12]
    bundle = power_bundle(POWER)
    assert bundle.title == "Detectable at best: 13% of all crime, 12 months"
    assert "robbery 44%" in bundle.alt


def test_a_table_without_lengths_is_refused():
    with pytest.raises(
        ev.DesignError, match=r"this one has outcome, during\. Pass the table of evaluate power"
    ):
        ev.plot_power(POWER[["outcome", "during"]])
    with pytest.raises(ev.DesignError, match="at least one number"):
        ev.plot_power(POWER.assign(**dict.fromkeys(list(POWER)[3:], np.nan)))
