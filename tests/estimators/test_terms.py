"""What windows are compared with, and the regressors a design asks for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev
from evaluate.estimators.terms import (
    BACKGROUND,
    TRIGGER,
    comparisons,
    complete_controls,
    spikes,
    terms_of,
    treated_areas,
    with_spike,
)


def design_of(rows, *, operations=None, **keywords) -> ev.Design:
    """Areas W01, W02, ... from January 2010; by default two operations in 2013 and 2014, each after a spike."""
    rows = np.asarray(rows, dtype=float)
    periods = pd.period_range("2010-01", periods=rows.shape[1], freq="M")
    codes = [f"W{number:02d}" for number in range(1, len(rows) + 1)]
    data = xr.DataArray(
        rows[:, :, None],
        dims=("area", "period", "outcome"),
        coords={"area": codes, "period": periods, "outcome": ["crime"]},
    )
    operations = operations or [
        ev.Operation("first", "2013-01-16", "2013-02-28"),
        ev.Operation("second", "2014-01-01", "2014-01-31", trigger="2 months"),
    ]
    settings = {"before": "36 months", "after": "6 months", "trigger": "3 months", **keywords}
    return ev.Design(ev.Panel(data), outcome="crime", treated=["W01"], operations=operations, **settings)


@pytest.fixture(scope="module")
def design() -> ev.Design:
    return design_of(np.random.default_rng(1).poisson(40, (5, 56)))


def months(design: ev.Design, mask: np.ndarray) -> tuple[str, str, int]:
    chosen = design.periods[mask]
    return str(chosen[0]), str(chosen[-1]), len(chosen)


def test_each_window_and_what_it_is_compared_with(design):
    found = {pair.window.key: pair for pair in comparisons(design, "method")}
    assert months(design, found["first", "during"].reference) == ("2010-01", "2012-09", 33)
    assert months(design, found["first", "after"].judged) == ("2013-03", "2013-08", 6)
    # All that follows the first operation, but for the second's trigger: November and December 2013.
    assert months(design, found["second", "during"].reference) == ("2013-03", "2013-10", 8)
    assert months(design, found["second", "after"].reference) == ("2013-03", "2013-10", 8)


def test_an_operation_at_once_after_another_goes_back_to_the_baseline():
    operations = [
        ev.Operation("first", "2013-01-01", "2013-01-31"),
        ev.Operation("second", "2013-02-01", "2013-02-28"),
    ]
    design = design_of(np.full((3, 50), 40.0), operations=operations)
    found = {pair.window.key: pair for pair in comparisons(design, "method")}
    assert months(design, found["second", "during"].reference) == ("2010-01", "2012-09", 33)


def test_a_window_inside_a_trigger_is_refused():
    operations = [
        ev.Operation("first", "2013-01-01", "2013-01-31"),
        ev.Operation("second", "2013-04-01", "2013-04-30", trigger="2 months"),
    ]
    design = design_of(np.full((3, 50), 40.0), operations=operations)
    with pytest.raises(ev.FitError) as caught:
        comparisons(design, "difference in differences")
    assert str(caught.value) == (
        'The difference in differences compares totals, and the window "first, after" has no published count of crime '
        "outside the trigger periods. Change the windows or the trigger."
    )


def test_trigger_counts_are_expected_in_proportion():
    operations = [
        ev.Operation("first", "2013-01-01", "2013-01-31"),
        ev.Operation("second", "2013-08-01", "2013-08-31", trigger="1 month"),
    ]
    rows = np.full((3, 50), 40.0)
    rows[0, 42] = 100.0  # July 2013, the trigger
    design = design_of(rows, operations=operations)
    pair = comparisons(design, "method")[1]
    assert months(design, pair.judged) == ("2013-02", "2013-06", 5)
    assert with_spike(design, pair, 200.0, float(np.log(0.5))) == pytest.approx(200 + 100 / 0.5)


def test_columns_and_their_owners(design):
    terms = terms_of(design, season=1, slope_change=True)
    assert terms.names[:6] == ("level", "trend", "season sine 1", "season cosine 1", "trigger", "trigger 2")
    assert terms.names[6:8] == ("slope of first, after", "slope of second, after")
    assert terms.names[8:] == ("first, during", "first, after", "second, during", "second, after")
    assert terms.owner.tolist() == [BACKGROUND] * 4 + [TRIGGER] * 2 + [1, 3]
    assert terms.columns.shape == (len(design.periods), 8)
    slope = terms.columns[:, 6]
    assert slope[design.periods == "2013-03"] == 0
    assert slope[design.periods == "2013-05"] == 2
    assert slope[-1] == 16  # it runs on, so that the second operation is judged against it


def test_shares_of_a_partial_operation_are_relative_to_its_average(design):
    weights = terms_of(design).weights[:, 0]
    inside = np.asarray(design.periods.isin(design.windows[0].periods))
    share = np.array([16 / 31, 1.0])
    average = (share * [31, 28]).sum() / 59
    assert weights[inside] == pytest.approx(share / average)
    assert (weights[~inside] == 0).all()


def test_each_run_of_trigger_months_has_its_own_term(design):
    found = spikes(design)
    assert [int(spike.sum()) for spike in found] == [3, 2]


@pytest.mark.parametrize("shaped", [frozenset(), frozenset({1})])
def test_effect_and_jacobian_are_consistent(design, shaped):
    from dataclasses import replace

    terms = replace(terms_of(design, slope_change=True), shaped=shaped)
    parameters = np.random.default_rng(2).normal(0, 0.1, len(terms.names))

    def numeric(function) -> np.ndarray:
        steps = 1e-6 * np.eye(len(parameters))
        return np.column_stack([(function(parameters + s) - function(parameters - s)) / 2e-6 for s in steps])

    assert terms.jacobian(parameters) == pytest.approx(numeric(terms.linear), abs=1e-6)
    for window in range(4):
        expected = numeric(lambda at, window=window: terms.effect(at, window))
        assert terms.effect_derivative(parameters, window) == pytest.approx(expected, abs=1e-6)
    draws = np.stack([parameters, 2 * parameters])
    assert terms.linear(draws)[1] == pytest.approx(terms.linear(2 * parameters))


def test_only_complete_controls_with_something_recorded_are_used():
    rows = np.full((5, 56), 3.0)
    rows[2, 10] = np.nan
    rows[3] = 0
    design = design_of(rows)
    assert complete_controls(design).shape == (2, len(design.periods))
    assert treated_areas(design).shape == (1, len(design.periods))
