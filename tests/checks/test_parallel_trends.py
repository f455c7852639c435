"""Parallel trends: what it says of a trend planted and of none, and which operations it can be asked of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import evaluate as ev


@pytest.fixture(scope="module")
def result() -> ev.Result:
    panel = ev.simulate_panel(
        areas=30, periods=60, process=ev.Process(mean=200), rate_ratio_after=0.5, seed=1
    )
    return ev.DifferenceInDifferences().fit(ev.simulated_design(panel), seed=1)


def drifting() -> ev.Result:
    """No effect, but 3% less each month than in the controls, before as after."""
    panel = ev.simulate_panel(areas=30, periods=60, process=ev.Process(mean=2_000), seed=1)
    counts = panel.counts.copy()
    counts.loc[{"area": "A01"}] = np.round(counts.sel(area="A01") * 0.97 ** np.arange(60)[:, None])
    return ev.DifferenceInDifferences().fit(ev.simulated_design(replace(panel, counts=counts)), seed=1)


def test_it_informs_and_neither_passes_nor_fails(result):
    check = ev.ParallelTrends().run(result, seed=1)
    study = ev.event_study(result.design, seed=1)
    assert check.passed is None
    assert np.isnan(check.threshold)
    assert check.number == study.breakdown > 0
    assert check.facts["p_value"] == study.p_value
    assert (check.facts["lower"], check.facts["upper"]) == study.interval()
    assert check.table["part"].tolist() == study.table["part"].tolist()
    assert "the trend would have to bend by more than" in check.answer


def test_a_trend_explains_what_the_plain_comparison_takes_for_an_effect():
    result = drifting()
    check = ev.ParallelTrends().run(result, seed=1)
    assert result.effect("operation", "after").upper < 0.7
    assert check.facts["p_value"] <= 0.05
    assert check.facts["slope"] == pytest.approx(3 * np.log(0.97), abs=0.01)
    assert check.facts["lower"] < 1 < check.facts["upper"]
    assert check.number == 0
    assert check.answer.endswith("a straight-line difference in trend is enough to explain the effect.")


def test_it_is_asked_of_the_first_operation_only():
    panel = ev.simulate_panel(areas=30, periods=72, seed=1)
    design = ev.Design(
        panel, outcome="crime", treated=["A01"], before="36 months", after="6 months",
        operations=[
            ev.Operation("first", "2013-06-01", "2013-06-30"), ev.Operation("second", "2014-06-01", "2014-06-30")
        ],
    )  # fmt: skip
    result = ev.DifferenceInDifferences().fit(design, seed=1)
    with pytest.raises(ev.FitError, match='it cannot be asked of "second"'):
        ev.ParallelTrends(operation="second", window="after").run(result, seed=1)
    assert ev.run_checks(result, [ev.ParallelTrends(operation="first", window="after")])[0].number >= 0
