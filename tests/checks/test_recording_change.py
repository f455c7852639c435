"""The change of recording that would make an effect, and the E-value."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

import evaluate as ev
from evaluate.checks.recording_change import e_value, nearest_to_one


def with_effect(estimator, design, ratio: float, lower: float, upper: float) -> ev.Result:
    """A result whose "after" has just that rate ratio and interval."""
    result = estimator.fit(design, seed=1)
    effects = [
        replace(one, rate_ratio=ratio, lower=lower, upper=upper) if one.window == "after" else one
        for one in result.effect_list
    ]
    return replace(result, effect_list=effects)


def test_e_values_of_the_paper():
    # VanderWeele and Ding (2017), p. 270: risk ratio 3.9 (1.8 to 8.7) has E-values 7.2 and 3.0
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value(1.8) == pytest.approx(3.0, abs=0.005)
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value(1.0) == 1.0


@pytest.mark.parametrize(
    ("lower", "upper", "near", "passed"),
    [
        (0.5, 0.8, 0.8, True),
        (0.5, 0.95, 0.95, False),
        (1.05, 1.5, 1.05, False),
        (1.2, 1.5, 1.2, True),
        (0.8, 1.1, 1.0, None),
    ],
)
def test_the_end_nearest_to_one_decides(estimator, design_with, lower, upper, near, passed):
    result = with_effect(estimator, design_with(), (lower * upper) ** 0.5, lower, upper)
    check = ev.RecordingChange().run(result, seed=1)
    assert check.facts["explains_interval"] == nearest_to_one(lower, upper) == near
    assert check.number == pytest.approx(max(near, 1 / near))
    assert check.threshold == 1.10
    assert check.passed is passed


def test_recording_that_changed_so_much_leaves_no_effect(estimator, design_with):
    check = ev.RecordingChange().run(with_effect(estimator, design_with(), 0.7, 0.6, 0.85), seed=1)
    table = check.table.set_index("recording_ratio")
    assert table.loc[0.7, "rate_ratio"] == pytest.approx(1.0)
    assert not table.loc[0.8, "excludes_one"]
    assert table.loc[0.9, "excludes_one"]
    assert check.answer.startswith(
        "The rate ratio is 0.70 (0.60 to 0.85). A fall of 30% in the share of reports that are recorded, here and not "
        "in the controls, would explain all of it; a fall of 15% would bring the interval to no change."
    )


def test_an_estimate_made_by_recording_alone_is_undone_by_that_ratio(estimator, design_with):
    """Counts of the treated area after the operation thinned to 60%: k = 0.6 explains what is found."""
    design = design_with(process=ev.Process(mean=400, dispersion=1.0, autocorrelation=0, shock=0.0))
    counts = design.panel.counts.copy()
    after = design.window("patrols", "after").periods
    counts.loc[{"area": design.treated[0], "period": after}] *= 0.6
    thinned = replace(design, panel=replace(design.panel, counts=counts.round()))
    check = ev.RecordingChange().run(estimator.fit(thinned, seed=1), seed=1)
    assert check.facts["explains_estimate"] == pytest.approx(0.6, abs=0.02)


def test_no_interval_no_tipping_point(estimator, design_with):
    result = with_effect(estimator, design_with(), 0.7, nan, nan)
    with pytest.raises(ev.FitError, match=r"rate ratio of 0\.70 without an interval"):
        ev.RecordingChange().run(result, seed=1)


def test_a_factor_of_one_is_no_change():
    with pytest.raises(ev.DesignError, match="a factor above 1"):
        ev.RecordingChange(plausible=1.0)
