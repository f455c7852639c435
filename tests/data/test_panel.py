"""A panel is whole numbers on a grid without gaps; missing stays missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev


def array(
    values, *, periods=None, areas=None, outcomes=None, dims=("area", "period", "outcome")
) -> xr.DataArray:
    values = np.asarray(values, dtype=float)
    coords = {
        "area": areas or [f"A{number}" for number in range(values.shape[0])],
        "period": pd.period_range("2018-01", periods=values.shape[1], freq="M")
        if periods is None
        else periods,
        "outcome": outcomes or [f"o{number}" for number in range(values.shape[2])],
    }
    return xr.DataArray(values, dims=("area", "period", "outcome"), coords=coords).transpose(*dims)


@pytest.fixture
def panel():
    """Two areas, four months, two outcomes: 0 to 15, one cell missing."""
    values = np.arange(16.0).reshape(2, 4, 2)
    values[1, 2, 0] = np.nan
    return ev.Panel(
        array(values, areas=["E1", "E2"], outcomes=["robbery", "theft"]),
        labels={"E1": "Loxford", "E2": "Abbey"},
        groups={"E1": "Redbridge"},
    )


MONTHS_APART = pd.PeriodIndex(["2018-01", "2018-03", "2018-05"], freq="M")
REFUSALS = {
    "dimensions": (
        lambda: array(np.zeros((1, 2, 1)), dims=("period", "area", "outcome")),
        "A panel has the dimensions ('area', 'period', 'outcome'), in this order; these are "
        "('period', 'area', 'outcome').",
    ),
    "dates": (
        lambda: array(np.zeros((1, 2, 1)), periods=pd.date_range("2018-01-01", periods=2)),
        "The period coordinate of a panel is a pandas PeriodIndex; convert the dates first.",
    ),
    "area twice": (
        lambda: array(np.zeros((2, 1, 1)), areas=["E1", "E1"]),
        'Each area stands once in a panel; "E1" is there twice.',
    ),
    "period twice": (
        lambda: array(np.zeros((1, 2, 1)), periods=pd.PeriodIndex(["2018-01", "2018-01"], freq="M")),
        'Each period stands once in a panel; "2018-01" is there twice.',
    ),
    "outcome twice": (
        lambda: array(np.zeros((1, 1, 2)), outcomes=["theft", "theft"]),
        'Each outcome stands once in a panel; "theft" is there twice.',
    ),
    "gap": (
        lambda: array(
            np.zeros((1, 3, 1)), periods=pd.PeriodIndex(["2018-01", "2018-02", "2018-04"], freq="M")
        ),
        "The periods of a panel follow each other without gaps; mark a missing one with NaN.",
    ),
    "every other month": (
        lambda: array(np.zeros((1, 3, 1)), periods=MONTHS_APART),
        "The periods of a panel follow each other without gaps; mark a missing one with NaN.",
    ),
    "backwards": (
        lambda: array(np.zeros((1, 2, 1)), periods=pd.PeriodIndex(["2018-02", "2018-01"], freq="M")),
        "The periods of a panel follow each other without gaps; mark a missing one with NaN.",
    ),
    "negative": (
        lambda: array([[[1], [-1]]]),
        "Counts are whole numbers of 0 or more; this panel holds others. Check the column read.",
    ),
    "fraction": (
        lambda: array([[[1], [0.5]]]),
        "Counts are whole numbers of 0 or more; this panel holds others. Check the column read.",
    ),
    "infinite": (
        lambda: array([[[1], [np.inf]]]),
        "Counts are whole numbers of 0 or more; this panel holds others. Check the column read.",
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case):
    make, message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        ev.Panel(make())
    assert str(refused.value) == message


def test_it_prints_what_it_holds(panel):
    assert repr(panel) == "Panel: 2 areas x 4 months (2018-01 to 2018-04) x 2 outcomes; 1 cell missing"
    fours = pd.period_range("2018-01-01", periods=3, freq="28D")
    one = ev.Panel(array(np.zeros((1, 3, 1)), periods=fours))
    assert repr(one) == (
        "Panel: 1 area x 3 periods of 4 weeks (2018-01-01 to 2018-02-26) x 1 outcome; 0 cells missing"
    )


def test_periods_of_four_weeks_have_no_gaps():
    fours = pd.period_range("2018-01-01", periods=3, freq="28D")
    assert ev.Panel(array(np.zeros((1, 3, 1)), periods=fours)).exposure_days.tolist() == [28, 28, 28]


def test_exposure_is_the_days_of_each_period(panel):
    assert panel.exposure_days.tolist() == [31, 28, 31, 30]


def test_names_are_for_reading(panel):
    assert (panel.label("E1"), panel.label("E9")) == ("Loxford", "E9")
    assert panel.require_area("E1") == "E1"
    with pytest.raises(ev.DataError) as refused:
        panel.require_area("Loxfrd")
    assert str(refused.value) == (
        'There is no area "Loxfrd" in the data. Did you mean "E1" (Loxford, Redbridge)?'
    )
    with pytest.raises(
        ev.DataError, match=r'There is no outcome "thefts" in the data\. Did you mean "theft"\?'
    ):
        panel.require_outcome("thefts")


def test_select_keeps_what_is_named_in_that_order(panel):
    chosen = panel.select(areas=["E2", "E1"], outcomes=["theft"], start="2018-02", end="2018-03")
    assert list(chosen.areas) == ["E2", "E1"]
    assert chosen.counts.values[:, :, 0].tolist() == [[11, 13], [3, 5]]
    assert chosen.labels == panel.labels


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2018-02-28", None, 3),
        (None, "2018-02-01", 2),
        ("2018", "2018", 4),
        ("2018-01", "2018-01-31", 1),
        (pd.Period("2018-03", freq="M"), None, 2),
        ("2018Q1", "2018Q1", 3),
    ],
)
def test_select_by_date_month_or_year(panel, start, end, expected):
    assert len(panel.select(start=start, end=end).periods) == expected


def test_select_of_weeks_to_the_end_of_a_month():
    weeks = pd.period_range("2018-01-01", periods=10, freq="W-SUN")
    chosen = ev.Panel(array(np.zeros((1, 10, 1)), periods=weeks)).select(start="2018-01", end="2018-01")
    assert (str(chosen.periods[0]), str(chosen.periods[-1])) == (
        "2018-01-01/2018-01-07",
        "2018-01-29/2018-02-04",
    )


def test_select_refuses_what_is_not_there(panel):
    with pytest.raises(ev.DataError) as refused:
        panel.select(start="2019")
    assert str(refused.value) == (
        "No period from 2019 to the last is in the data, which run from 2018-01 to 2018-04."
    )
    with pytest.raises(ev.DataError, match=r'"05/06/2018" is no date, month or year'):
        panel.select(start="05/06/2018")
    with pytest.raises(ev.DataError, match="There is no area"):
        panel.select(areas=["E3"])
    with pytest.raises(ev.DataError, match="There is no outcome"):
        panel.select(outcomes=["arson"])


def test_a_sum_with_a_missing_part_is_missing(panel):
    total = panel.combine_outcomes({"all": ["robbery", "theft"]})
    assert list(total.outcomes) == ["all"]
    assert total.counts.values[0, :, 0].tolist() == [1, 5, 9, 13]
    assert np.isnan(total.counts.values[1, 2, 0])
    kept = panel.combine_outcomes({"all": ["robbery", "theft"], "theft": ["theft"]}, keep=True)
    assert list(kept.outcomes) == ["robbery", "all", "theft"]
    with pytest.raises(ev.DataError, match='Did you mean "robbery"'):
        panel.combine_outcomes({"all": ["robery"]})


def test_the_tidy_table_is_the_grid(panel):
    frame = panel.to_frame()
    assert len(frame) == 16
    for area, period, outcome, count, days in frame.itertuples(index=False):
        cell = float(panel.counts.sel(area=area, period=period, outcome=outcome))
        assert count == cell or (np.isnan(count) and np.isnan(cell))
        assert days == period.days_in_month
    np.testing.assert_array_equal(frame["count"].to_numpy().reshape(2, 4, 2), panel.counts.values)


def test_the_tidy_table_reads_back_as_the_panel(panel):
    read = ev.read_counts(panel.to_frame(), area="area", period="period", outcome="outcome", count="count")
    xr.testing.assert_equal(read.counts, panel.counts)
