"""Tidy counts: what has no row is missing unless it is said to be zero."""

from __future__ import annotations

import csv
import gzip

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


EVERY = {"D": "day", "W-SUN": "week", "28D": "4 weeks", "M": None, "Q-DEC": None, "Y-DEC": None}


def panels(every: str, cells: list[int | None]) -> ev.Panel:
    values = np.array([np.nan if cell is None else cell for cell in cells]).reshape(2, 3, 2)
    coordinates = {
        "area": ["007", "B, x"],
        "period": pd.period_range("2018-01-01", periods=3, freq=every),
        "outcome": ["x", "y"],
    }
    return ev.Panel(xr.DataArray(values, dims=("area", "period", "outcome"), coords=coordinates))


def as_written(periods: pd.Series | pd.Index, every: str) -> list[str]:
    begins = EVERY[every] is not None
    return [period.start_time.strftime("%Y-%m-%d") if begins else str(period) for period in periods]


@settings(max_examples=60)
@given(
    every=st.sampled_from(list(EVERY)),
    cells=st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=12, max_size=12),
    spread=st.sampled_from([None, "area", "period", "outcome"]),
    kind=st.sampled_from(["frame", "csv", "semicolons", "gz", "xlsx", "parquet"]),
)
def test_round_trip(tmp_path_factory, every, cells, spread, kind):
    """Tidy or spread over columns by any of the three, in every kind of file: what was written is read."""
    panel = panels(every, cells)
    frame = panel.to_frame().drop(columns="exposure_days")
    frame["period"] = as_written(frame["period"], every)
    names: dict[str, object] = {"area": "area", "period": "period", "outcome": "outcome", "count": "count"}
    if spread is not None:
        keys = [name for name in ("area", "period", "outcome") if name != spread]
        frame = frame.pivot(index=keys, columns=spread, values="count").reset_index()
        heads = [head for head in frame.columns if head not in keys]
        names = {**names, "count": None, spread: None if spread == "period" else heads}
    path = tmp_path_factory.mktemp("round") / f"counts.{kind}"
    if kind == "xlsx":
        frame.to_excel(path, index=False, startrow=2)
    elif kind == "parquet":
        frame.columns = frame.columns.astype(str)
        frame.to_parquet(path)
    else:
        options = {"sep": ";"} if kind == "semicolons" else {"compression": "gzip"} if kind == "gz" else {}
        frame.to_csv(path, index=False, **options)
    source = frame if kind == "frame" else path
    if kind == "semicolons" and any("," in str(head) for head in frame.columns):
        source = frame  # a comma in a head is taken for the delimiter
    read_back = ev.read_counts(source, **names, every=EVERY[every])
    xr.testing.assert_equal(read_back.counts, panel.counts)


def test_names_and_larger_areas_are_kept_beside_the_codes():
    frame = TIDY.assign(name=["Abbey", "Abbey", "", "Bridge"], borough="Camden")
    panel = read(frame, area_name="name", area_group="borough")
    assert dict(panel.labels) == {"A": "Abbey", "B": "Bridge"}
    assert dict(panel.groups) == {"A": "Camden", "B": "Camden"}
    with pytest.raises(ev.DataError) as refused:
        read(frame.assign(borough=["Camden", "Camden", "Camden", "Barnet"]), area_group="borough")
    assert str(refused.value) == (
        'the DataFrame, row 4, column "borough": B lies in "Barnet" here and "Camden" in row 3. A code is of one area; '
        "correct the wrong one."
    )


def test_periods_that_are_numbered_are_counted_from_the_first():
    frame = pd.DataFrame({"week": [3, 1, 2], "n": [30, 10, 20]})
    panel = ev.read_counts(frame, period="week", count="n", first="2018-01-03", every="week")
    assert [str(period) for period in panel.periods] == [
        "2018-01-01/2018-01-07",
        "2018-01-08/2018-01-14",
        "2018-01-15/2018-01-21",
    ]
    assert panel.counts.values.ravel().tolist() == [10, 20, 30]
    assert list(panel.areas) == ["all"]
    assert list(panel.outcomes) == ["n"]
    assert panel.provenance.notes == (
        'The table has no column of areas; its counts are those of one area, called "all".',
        'The periods of "week" are numbered; 1 is taken for 2018-01-03, as first= says.',
    )


def test_heads_may_stand_for_something_else():
    frame = pd.DataFrame({"Area": ["A", "B"], "Pre": [207, 308], "Post": [110, 318], "note": "x"})
    panel = ev.read_counts(frame, area="Area", period={"Pre": "2017", "Post": "2018"})
    assert panel.counts.values[:, :, 0].tolist() == [[207, 110], [308, 318]]
    named = ev.read_counts(frame.assign(year=2018), area="Area", period="year", outcome={"Post": "robbery"})
    assert list(named.outcomes) == ["robbery"]


def test_a_total_of_a_wide_table_is_not_read_and_that_is_said():
    frame = pd.DataFrame({"ward": ["A"], "201805": [1], "201806": [2], "Total": [3]})
    panel = ev.read_counts(frame, area="ward")
    assert int(panel.counts.sum()) == 3
    assert panel.provenance.notes == ("Columns that are not headed by a period and were not read: Total.",)


LAYOUTS = {
    "two spreads": (
        lambda: ev.read_counts(TIDY, area="ward", outcome=["n"], count="n"),
        "Counts can be spread over columns by one thing, and here they are by outcome and period. Name one column for "
        "the others.",
    ),
    "count beside a spread": (
        lambda: ev.read_counts(TIDY, area="ward", period="month", outcome=["n"], count="n"),
        "The counts are spread over columns by outcome, so there is no one column of counts; leave count= out.",
    ),
    "no count": (
        lambda: ev.read_counts(TIDY, area="ward", period="month", outcome="category"),
        "Say in which column the counts are: count=.",
    ),
    "no months": (
        lambda: ev.read_counts(TIDY, area="ward"),
        "the DataFrame: no column is headed by a period such as 201805, May-18 or 2018-05-22. Name the column of "
        "periods: period=.",
    ),
    "month 13": (
        lambda: ev.read_counts(pd.DataFrame({"ward": ["A"], "201812": [1], "201813": [1]}), area="ward"),
        'the DataFrame, column 3: "201813" is no month, as "201812" is. Write a month as 2018-05 and '
        "a day as 2018-05-22.",
    ),
    "one month twice": (
        lambda: ev.read_counts(pd.DataFrame({"ward": ["A"], "201805": [1], "May-18": [1]}), area="ward"),
        'the DataFrame, column "May-18": "201805" and "May-18" are the same period, 2018-05. Keep the right column and '
        "remove the other.",
    ),
    "two names": (
        lambda: ev.read_counts(
            pd.DataFrame({"t": ["2018"], "a": [1], "b": [1]}), period="t", area={"a": "A", "b": "A"}
        ),
        'the DataFrame, column "b": "a" and "b" would both be "A". Give each a name of its own.',
    ),
    "a year among months": (
        lambda: ev.read_counts(pd.DataFrame({"ward": ["A"], "201805": [1], "2018": [1]}), area="ward"),
        'the DataFrame, column 3: "2018" is no month, as "201805" is. Write a month as 2018-05 and '
        "a day as 2018-05-22.",
    ),
    "a row of totals": (
        lambda: read(TIDY.assign(ward=["A", "A", "B", "Total"])),
        'the DataFrame, row 4, column "ward": the area is "Total": a row of totals would count everything twice. '
        "Remove the row.",
    ),
    "names without codes": (
        lambda: ev.read_counts(TIDY, period="month", outcome="category", count="n", area_name="ward"),
        "area_name= and area_group= describe the codes of a column; area= names none.",
    ),
    "repeated in a wide table": (
        lambda: ev.read_counts(pd.DataFrame({"ward": ["A", "A"], "201805": [1, 2]}), area="ward"),
        "the DataFrame, row 2: A, 2018-05, count stands twice, also in row 1 (1 such row). Remove the repeats, or add "
        "the rows together first if each is a part.",
    ),
}


@pytest.mark.parametrize("case", LAYOUTS, ids=str)
def test_layouts_that_are_refused(case):
    make, message = LAYOUTS[case]
    with pytest.raises(ev.DataError) as refused:
        make()
    assert str(refused.value) == message


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


STUDIES = {
    "Seatbelts": (
        "seatbelts/Seatbelts.csv",
        {"period": "rownames", "outcome": ["drivers", "front", "rear"], "first": "1969-01"},
        ("1969-01", "1984-12"),
    ),
    "Seattle": (
        "seattle_dmi/seattledmi.csv.gz",
        {"area": "ID", "period": "time", "outcome": ["i_robbery", "i_drugs", "any_crime"], "first": "2006Q1"},
        ("2006Q1", "2009Q4"),
    ),
    "Hyde Park": (
        "hyde_park/hyde_park_purse_snatchings_28day_periods_1969_1973.csv",
        {"period": "period", "count": "count", "every": "4 weeks", "first": "1969-01-01"},
        ("1969-01-01", "1974-05-15"),
    ),
    "London": (
        "draca_machin_witt_2011/london_crime.csv",
        {"area": "borough", "period": "week", "count": "crime", "every": "week", "first": "2004-01-01"},
        ("2003-12-29/2004-01-04", "2005-12-19/2005-12-25"),
    ),
    "Sicily": (
        "lopezbernal_sicily/sicily.csv",
        {"period": ["year", "month"], "count": "aces"},
        ("2002-01", "2006-11"),
    ),
    "Proposition 99, semicolons": (
        "prop99_smoking/california_prop99_synthdid.csv",
        {"area": "State", "period": "Year", "count": "treated"},
        ("1970", "2000"),
    ),
}


@pytest.mark.parametrize("study", STUDIES)
def test_studies_add_up(shared_data, study):
    """Their totals are counted again with csv and nothing of this package."""
    name, arguments, span = STUDIES[study]
    path = shared_data / "studies" / name
    panel = ev.read_counts(path, **arguments)
    with (gzip.open if path.suffix == ".gz" else open)(
        path, "rt", encoding="utf-8-sig", newline=""
    ) as stream:
        head = stream.readline()
        stream.seek(0)
        rows = list(csv.DictReader(stream, delimiter=";" if ";" in head else ","))
    for outcome in panel.outcomes:
        assert int(panel.counts.sel(outcome=outcome).sum()) == sum(int(row[outcome]) for row in rows), outcome
    assert (str(panel.periods[0]), str(panel.periods[-1])) == span
    assert not np.isnan(panel.counts.values).any()
    area = arguments.get("area")
    assert len(panel.areas) == (len({row[area] for row in rows}) if area else 1)
    assert panel.provenance.files[0].rows_read == len(rows)


@pytest.mark.parametrize(
    ("name", "arguments", "place"),
    [
        ("california_prop99_synthdid.csv", {"area": "State", "count": "PacksPerCapita"}, "PacksPerCapita"),
        ("california_prop99_causalpy.csv", {"area": ["Alabama", "California"]}, "Alabama"),
    ],
)
def test_rates_are_not_read_as_counts(shared_data, name, arguments, place):
    """Packs of cigarettes a head are no counts of anything; no likelihood of counts may see them."""
    with pytest.raises(ev.DataError) as refused:
        ev.read_counts(shared_data / "studies" / "prop99_smoking" / name, period="Year", **arguments)
    assert str(refused.value).startswith(
        f'{name}, line 2, column "{place}": a count is a whole number of 0 or more, and this is 89.8.'
    )


def test_the_worked_spreadsheet_of_the_weighted_displacement_difference(shared_data):
    path = shared_data / "studies" / "wdd_worked_examples" / "SpreadSheet_WDD.xlsx"
    panel = ev.read_counts(path, area="Area", period={"Pre": "2017", "Post": "2018"})
    counts = panel.counts.sel(outcome="count", area="Treated").values
    assert counts.tolist() == [207, 110]
    assert int(panel.counts.sum()) == 207 + 308 + 178 + 150 + 110 + 318 + 157 + 140
    source = panel.provenance.files[0]
    assert (source.name, source.rows_used) == ('SpreadSheet_WDD.xlsx, sheet "WDD"', 4)


def test_stops_by_ward_and_a_wide_borough_file_add_up(shared_data):
    path = shared_data / "police_uk" / "stop_and_search" / "ward2018_month_stops.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        total = sum(int(row["stops"]) for row in csv.DictReader(stream))
    panel = ev.read_counts(
        path, area="ward_code", period="month", count="stops", area_name="ward_name", area_group="borough"
    )
    assert int(panel.counts.sum()) == total
    assert panel.labels["E05011247"] == "Loxford"
    path = shared_data / "mps_borough" / "prostitution_offences_by_borough_201004_202201.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        total = sum(int(row[head] or 0) for row in reader for head in row if head.isdigit())
    wide = ev.read_counts(path, area="LookUp_BoroughName", outcome="MinorText")
    assert int(wide.counts.sum()) == total
    loitering = wide.counts.sel(area="Redbridge", outcome="Soliciting for Prostitution")
    assert int(loitering.sel(period=[p for p in wide.periods if p.year == 2013]).sum()) == 31
