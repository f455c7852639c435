"""The published measurement nearest to a series is found by a stated distance, and said with its error."""

from dataclasses import replace

import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.measured import Traits, measured_like, published, rate_interval, standing
from evaluate.study.calibration_cells import CELLS, SHORT
from evaluate.study.calibration_table import RATES

SERIES = Traits(
    mean=30, dispersion=1.5, autocorrelation=0.2, before=36, after=12, controls=10, triggered=False
)


def row(cell, *, rate=0.05, panels=200, estimator="before-after"):
    """A published row with made-up rates."""
    rates = {
        "false_positive_rate": rate,
        "false_positive_rate_error": 0.015,
        "coverage": 0.95,
        "coverage_error": 0.015,
    }
    return {**vars(cell), "estimator": estimator, "panels": panels, "date": "2026-11-23", **rates}


def table(*cells, **changes):
    return pd.DataFrame([row(cell, **changes) for cell in cells])


@pytest.fixture(scope="module")
def fitted():
    """A before-after comparison of a series simulated as the cell "36 + 12"."""
    return ev.BeforeAfter().fit(SHORT.design(1.0, seed=3), seed=3)


@pytest.mark.parametrize(
    ("changes", "distance"),
    [
        ({}, 0.0),
        ({"mean": 90}, 1.0),
        ({"dispersion": 1.5 / 1.6}, 1.0),
        ({"autocorrelation": 0.6}, 2.0),
        ({"before": 60}, 1.0),
        ({"after": 3}, 2.0),
        ({"controls": 21}, 1.0),
        ({"triggered": True}, 2.0),
        ({"mean": 90, "before": 60}, 2**0.5),
    ],
)
def test_distance_counts_steps_of_the_grid(changes, distance):
    other = replace(SERIES, **changes)
    assert SERIES.distance(other) == pytest.approx(distance)
    assert other.distance(SERIES) == pytest.approx(distance)


def test_a_series_finds_the_kind_it_was_simulated_as(fitted):
    far = replace(SHORT, name="far", mean=300.0, controls=40)
    found = measured_like(fitted, table=table(far, SHORT))
    assert (found.cell, found.is_like) == ("36 + 12", True)
    assert found.sentence == (
        "Measured false-positive rate of the before-after in series like this: 5.0% (Monte Carlo error 1.5 points; 5% "
        'is right), in 200 simulated panels of the kind "36 + 12". There its 95% intervals held a true fall of 30% in '
        "95.0% (1.5)."
    )


def test_a_series_like_none_is_said_to_be(fitted):
    found = measured_like(fitted, table=table(replace(SHORT, name="far", mean=300.0, controls=40)))
    assert not found.is_like
    assert found.sentence.startswith("No series like this one was simulated. In the nearest kind")


def test_where_the_method_fails_the_sentence_says_so(fitted):
    found = measured_like(fitted, table=table(SHORT, rate=0.2))
    assert found.sentence.endswith("In such series the method finds effects that are not there too often.")


def test_kinds_that_no_series_shows_itself_to_be_are_left_out(fitted):
    hidden = [
        replace(SHORT, name="trend", trend=0.01),
        replace(SHORT, name="contaminated", contaminated=0.3),
        replace(SHORT, name="unsaid spike", triggered=True, handled=False),
    ]
    assert measured_like(fitted, table=table(*hidden)) is None
    assert measured_like(fitted, table=table(*hidden, SHORT)).cell == "36 + 12"


def test_a_spike_is_held_against_spikes():
    spike = replace(SHORT, name="spike", triggered=True)
    result = ev.BeforeAfter().fit(spike.design(1.0, seed=3), seed=3)
    assert measured_like(result, table=table(SHORT, spike)).cell == "spike"


def test_a_method_that_was_not_measured_has_no_row(fitted):
    assert measured_like(fitted, table=table(SHORT, estimator="another")) is None


def test_a_series_with_nothing_recorded_has_no_row():
    panel = ev.simulate_panel(areas=6, periods=60, seed=1)
    counts = panel.counts.copy(deep=True)
    counts.values[0, :45] = 0
    design = ev.simulated_design(replace(panel, counts=counts))
    result = ev.BeforeAfter().fit(ev.simulated_design(panel), seed=1)
    assert measured_like(replace(result, design=design), table=table(SHORT)) is None


def test_what_is_published_covers_the_cells_with_errors():
    shipped = published()
    own = shipped[shipped["estimator"] == "structural model"]
    assert set(own["name"]) == {cell.name for cell in CELLS}
    assert own["panels"].min() >= 20
    for rate in RATES:
        known = shipped[shipped[rate].notna()]
        assert known[rate].between(0, 1).all(), rate
        assert (known[f"{rate}_error"] > 0).all(), rate
    assert shipped["version"].nunique() == shipped["seed"].nunique() == 1


def test_published_is_a_copy():
    mine = published()
    mine.loc[0, "mean"] = -1.0
    assert published().loc[0, "mean"] > 0


@pytest.mark.parametrize(
    ("rate", "panels", "word"),
    [(0.05, 200, "holds"), (0.08, 200, "not shown"), (0.02, 200, "not shown"), (0.115, 200, "fails"),
     (0.105, 200, "not shown"), (0.0, 20, "not shown"), (0.0, 200, "too cautious")],
)  # fmt: skip
def test_standing_allows_for_chance(rate, panels, word):
    assert standing(rate, panels) == word


def test_the_interval_of_a_rate_is_wilsons():
    # Newcombe 1998, Statistics in Medicine 17, table I, the score method: 81 of 263 and 0 of 20.
    assert rate_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert rate_interval(0.0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
