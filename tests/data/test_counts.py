"""Tidy counts: what has no row is missing unless it is said to be zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev

TIDY = pd.DataFrame(
    {
        "ward": ["A", "A", "B", "B"],
        "month": ["2018-05", "2018-06", "2018-05", "2018-08"],
        "category": ["theft", "theft", "theft", "robbery"],
        "n": [3, 0, 2, 1],
    }
)


def read(frame, **options) -> ev.Panel:
    return ev.read_counts(frame, area="ward", period="month", outcome="category", count="n", **options)


def test_a_combination_without_a_row_is_missing():
    panel = read(TIDY)
    assert panel.counts.shape == (2, 4, 2)
    assert panel.counts.sel(area="A", outcome="theft").values[:2].tolist() == [3, 0]
    assert int(np.isnan(panel.counts.values).sum()) == 12
    assert panel.provenance.notes == (
        "12 of 16 combinations of area, period and outcome have no row; they are missing, not zero.",
    )


def test_unless_it_is_said_to_be_zero():
    panel = read(TIDY, missing="zero")
    assert not np.isnan(panel.counts.values).any()
    assert int(panel.counts.sum()) == 6
    assert panel.provenance.notes == (
        '12 of 16 combinations of area, period and outcome have no row; they are zero, as missing="zero" says.',
    )


def test_an_empty_count_is_missing_whatever_is_said():
    frame = TIDY.assign(n=[3, None, 2, 1])
    for missing in (None, "zero"):
        panel = read(frame, missing=missing)
        assert np.isnan(float(panel.counts.sel(area="A", period="2018-06", outcome="theft").squeeze()))
        assert panel.provenance.notes[-1] == "1 count left empty: missing, not zero."


def test_codes_keep_their_zeros(write):
    path = write("ward,month,category,n\n007,2018-05,theft,3\n")
    assert list(read(path).areas) == ["007"]


REFUSALS = {
    "twice": (
        lambda: read(pd.concat([TIDY, TIDY.iloc[[1, 1]]])),
        "the DataFrame, row 5: A, 2018-06, theft stands twice, also in row 2 (2 such rows). Remove the repeats, or add "
        "the rows together first if each is a part.",
    ),
    "column": (
        lambda: ev.read_counts(TIDY, area="ward", period="month", outcome="categories", count="n"),
        'the DataFrame: there is no column "categories", which outcome= names. Did you mean "category"?',
    ),
    "negative": (
        lambda: read(TIDY.assign(n=[3, 0, -2, 1])),
        'the DataFrame, row 3, column "n": a count is a whole number of 0 or more, and this is -2. Check that this '
        "column holds counts and not rates or changes, and correct the cell.",
    ),
    "a rate": (
        lambda: read(TIDY.assign(n=[3, 0, 2.5, 1])),
        'the DataFrame, row 3, column "n": a count is a whole number of 0 or more, and this is 2.5. Check that this '
        "column holds counts and not rates or changes, and correct the cell.",
    ),
    "no area": (
        lambda: read(TIDY.assign(ward=["A", " ", "B", "B"])),
        'the DataFrame, row 2, column "ward": the area is empty. Fill it in, or remove the row.',
    ),
    "no outcome": (
        lambda: read(TIDY.assign(category=["theft", None, "theft", "robbery"])),
        'the DataFrame, row 2, column "category": the outcome is empty. Fill it in, or remove the row.',
    ),
    "missing": (
        lambda: read(TIDY, missing="nought"),
        'read_counts takes missing=None or missing="zero"; this is "nought".',
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case):
    make, message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        make()
    assert str(refused.value) == message


@settings(max_examples=40)
@given(
    every=st.sampled_from(["D", "W-SUN", "M", "Q-DEC", "Y-DEC"]),
    cells=st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=12, max_size=12),
    as_text=st.booleans(),
)
def test_round_trip(tmp_path_factory, every, cells, as_text):
    values = np.array([np.nan if cell is None else cell for cell in cells]).reshape(2, 3, 2)
    periods = pd.period_range("2018-01-01", periods=3, freq=every)
    panel = ev.Panel(
        xr.DataArray(
            values,
            dims=("area", "period", "outcome"),
            coords={"area": ["A", "B"], "period": periods, "outcome": ["x", "y"]},
        )
    )
    frame = panel.to_frame()
    options = {"area": "area", "period": "period", "outcome": "outcome", "count": "count"}
    if as_text:
        path = tmp_path_factory.mktemp("round") / "counts.csv"
        begins = every in ("D", "W-SUN")
        written = (
            frame["period"].dt.start_time.dt.strftime("%Y-%m-%d") if begins else frame["period"].astype(str)
        )
        frame.assign(period=written).to_csv(path, index=False)
        read_back = ev.read_counts(path, **options, every={"D": "day", "W-SUN": "week"}.get(every))
    else:
        read_back = ev.read_counts(frame, **options)
    xr.testing.assert_equal(read_back.counts, panel.counts)


def test_a_published_long_table_adds_up(shared_data):
    """The long borough layout has one row for each minor category; some of its rows name no borough."""
    table = pd.read_csv(shared_data / "mps_borough" / "mps-recordedcrime-borough.csv").dropna(
        subset="Borough"
    )
    table["category"] = table["CrimeType "] + ": " + table["CrimeDetails"]
    panel = ev.read_counts(
        table, area="Borough", period="Month", outcome="category", count="CrimeCount", missing="zero"
    )
    assert int(panel.counts.sum()) == int(table["CrimeCount"].sum())
    assert (str(panel.periods[0]), str(panel.periods[-1])) == (
        f"{str(table['Month'].min())[:4]}-{str(table['Month'].min())[4:]}",
        f"{str(table['Month'].max())[:4]}-{str(table['Month'].max())[4:]}",
    )
