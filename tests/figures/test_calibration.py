"""The picture of where a method holds draws the measured rates, their intervals, and what lies outside the band."""

import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.measured import rate_interval
from evaluate.figures.calibration import calibration_bundle, calibration_data, plot_calibration
from evaluate.figures.save import render_svg

TABLE = pd.DataFrame(
    {
        "name": ["standard", "wandering", "standard", "wandering"],
        "estimator": ["structural model"] * 2 + ["before-after"] * 2,
        "panels": 200,
        "false_positive_rate": [0.05, 0.2, 0.1, float("nan")],
        "coverage": [0.95, 0.8, 0.9, 0.9],
    }
)


def test_intervals_and_what_holds():
    data = calibration_data(TABLE)
    assert data["rate"].tolist() == [0.05, 0.2, 0.1]
    assert data["holds"].tolist() == [True, False, True]
    assert (data.loc[0, "lower"], data.loc[0, "upper"]) == pytest.approx(rate_interval(0.05, 200))
    assert calibration_data(TABLE, rate="coverage")["holds"].tolist() == [True, False, True, True]


def test_the_title_counts_the_first_method():
    bundle = calibration_bundle(TABLE)
    assert bundle.title == "1 of 2 kinds of panel agree with 3–7%"
    assert "structural model, before-after" in bundle.alt
    assert calibration_bundle(TABLE, rate="coverage").name == "calibration_coverage"


def test_an_unknown_rate_is_refused():
    with pytest.raises(ev.DesignError, match=r'rate is "covrage". Did you mean "coverage"'):
        calibration_data(TABLE, rate="covrage")


@pytest.mark.parametrize("rate", ["false_positive_rate", "coverage"])
def test_it_is_drawn_the_same_every_time(rate):
    bundle = calibration_bundle(TABLE, rate=rate)
    assert render_svg(bundle) == render_svg(bundle)


def test_marks_stand_at_their_rates():
    ax = plot_calibration(TABLE)
    shown = {
        float(line.get_xdata()[0])
        for line in ax.get_lines()
        if line.get_marker() not in ("None", "") and len(line.get_xdata())
    }
    assert shown == {5.0, 20.0, 10.0}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["standard", "wandering"]
