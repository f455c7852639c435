"""Dated incidents are counted by area and period; what was not covered is missing, what is left out is said."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev


def table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["ward", "received", "type"])


def read(frame: pd.DataFrame, **options) -> ev.Incidents:
    return ev.read_incidents(frame, area="ward", date="received", outcome="type", **options)


FEW = table(
    ("A", "2018-05-02", "noise"),
    ("A", "2018-05-22 23:10", "kerb crawling"),
    ("A", "2018-05-22", "kerb crawling"),
    ("B", "2018-06-29", "noise"),
    ("A", "2018-07-10", "noise"),
)


@pytest.fixture(scope="module")
def dense() -> pd.DataFrame:
    """Three years from Monday 2 January 2017 to Tuesday 31 December 2019, about five a day in three wards."""
    random = np.random.default_rng(1)
    days = pd.date_range("2017-01-02", "2019-12-31", freq="D")
    received = np.repeat(days, random.poisson(5, len(days)) + 1)
    return pd.DataFrame(
        {
            "ward": random.choice(["A", "B", "C"], len(received)),
            "received": received.strftime("%d/%m/%Y %H:%M"),
            "type": random.choice(["noise", "litter"], len(received), p=[0.9, 0.1]),
        }
    )


def test_months():
    panel = read(FEW).count()
    assert list(panel.areas) == ["A", "B"]
    assert list(panel.outcomes) == ["kerb crawling", "noise"]
    assert [str(period) for period in panel.periods] == ["2018-05", "2018-06", "2018-07"]
    assert panel.counts.sel(outcome="noise").values.tolist() == [[1, 0, 1], [0, 1, 0]]
    assert panel.counts.sel(outcome="kerb crawling").values.tolist() == [[2, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("every", ["day", "week", "4 weeks", "month", "quarter", "year"])
def test_every_length_agrees_with_a_count_in_pandas(dense, every):
    incidents = read(dense)
    panel = incidents.count(every=every)
    days = pd.to_datetime(dense["received"], format="%d/%m/%Y %H:%M").dt.normalize()
    covered = (days >= panel.periods[0].start_time) & (days <= panel.periods[-1].end_time)
    assert int(panel.counts.sum()) == int(covered.sum())
    for period in panel.periods[:: max(1, len(panel.periods) // 40)]:
        inside = (days >= period.start_time) & (days <= period.end_time)
        for area in panel.areas:
            counted = panel.counts.sel(period=period, area=area)
            assert float(counted.sum()) == int((inside & (dense["ward"] == area)).sum())


def test_the_ends_of_a_year_that_are_half_a_week_are_left_out_and_said(dense):
    panel = read(dense).count(every="week")
    assert (str(panel.periods[0]), str(panel.periods[-1])) == (
        "2017-01-02/2017-01-08",
        "2019-12-23/2019-12-29",
    )
    left = len(dense) - int(panel.counts.sum())
    assert left > 0
    assert panel.provenance.notes[-1] == (
        f"Counted by week from 2017-01-02 to 2019-12-29; {left} incidents before or after are left out."
    )


def test_half_a_week_that_is_asked_for_is_missing(dense):
    panel = read(dense).count(every="week", start="2019-12-20", end="2020-01-03")
    assert [str(period) for period in panel.periods] == [
        "2019-12-16/2019-12-22",
        "2019-12-23/2019-12-29",
        "2019-12-30/2020-01-05",
    ]
    assert np.isnan(panel.counts.values[:, 2]).all()
    assert not np.isnan(panel.counts.values[:, :2]).any()
    assert panel.provenance.notes[-1] == (
        "The extract does not cover the whole of 2019-12-30/2020-01-05; these periods are missing, not zero."
    )


def test_four_weeks_begin_on_a_monday_or_where_asked(dense):
    assert read(dense).count(every="4 weeks").periods[0].start_time == pd.Timestamp("2017-01-02")
    asked = read(dense).count(every="4 weeks", start="2017-02-01", end="2017-12-31")
    assert asked.periods[0].start_time == pd.Timestamp("2017-02-01")
    assert asked.periods[-1].end_time.normalize() <= pd.Timestamp("2017-12-31")
    assert asked.exposure_days.unique().tolist() == [28]


def test_whole_months_are_taken_to_be_covered_and_said():
    incidents = read(FEW)
    assert incidents.covered == (pd.Timestamp("2018-05-01"), pd.Timestamp("2018-07-31"))
    assert incidents.provenance.notes == (
        "Dates run from 2018-05-02 to 2018-07-10; the extract is taken to cover 2018-05-01 to 2018-07-31 (whole "
        "months). Say between= where this is known.",
    )


def test_a_month_cut_in_the_middle_is_no_quiet_month(dense):
    days = pd.to_datetime(dense["received"], format="%d/%m/%Y %H:%M")
    cut = dense[(days >= "2017-03-15") & (days < "2019-10-20")]
    incidents = read(cut)
    assert incidents.covered == (pd.Timestamp("2017-03-15"), pd.Timestamp("2019-10-19"))
    assert "but for an end that falls silent too long for chance" in incidents.provenance.notes[-1]
    panel = incidents.count()
    assert (str(panel.periods[0]), str(panel.periods[-1])) == ("2017-04", "2019-09")
    asked = incidents.count(start="2017-03", end="2019-10")
    assert np.isnan(asked.counts.values[:, [0, -1]]).all()


def test_days_without_records_at_the_end_may_be_a_weekend(dense):
    """An office that is shut at weekends is silent at the ends of months too, however many letters it gets."""
    days = pd.to_datetime(dense["received"], format="%d/%m/%Y %H:%M")
    office = dense[(days.dt.day_of_week < 5) & (days < "2018-07-01")]  # 30 June 2018 is a Saturday
    assert read(office).covered == (pd.Timestamp("2017-01-01"), pd.Timestamp("2018-06-30"))


def test_what_is_covered_can_be_stated():
    incidents = read(FEW, between=("2018-05-02", "2018-07"))
    assert incidents.covered == (pd.Timestamp("2018-05-02"), pd.Timestamp("2018-07-31"))
    assert [str(period) for period in incidents.count().periods] == ["2018-06", "2018-07"]
    assert incidents.provenance.notes == ()


def test_a_year_without_any_is_zero_when_it_is_covered():
    panel = read(FEW, between=("2018-01-01", "2018-12-31")).count()
    assert len(panel.periods) == 12
    assert int(panel.counts.sum()) == 5
    assert not np.isnan(panel.counts.values).any()


def test_some_outcomes_leave_areas_and_days_as_they_are():
    kerb = read(FEW).where_outcome(["kerb crawling"])
    assert repr(kerb) == "Incidents: 2 in 2 areas, 1 outcome, 2018-05-01 to 2018-07-31"
    panel = kerb.count()
    assert panel.counts.values[:, :, 0].tolist() == [[2, 0, 0], [0, 0, 0]]
    with pytest.raises(ev.DataError) as refused:
        kerb.where_outcome(["kerb-crawling"])
    assert str(refused.value) == (
        'No incident has the outcome "kerb-crawling". Did you mean "kerb crawling"?'
    )
    with pytest.raises(ev.DataError, match=r'takes a list of outcomes; write \["noise"\]\.'):
        kerb.where_outcome("noise")


def test_rows_that_say_too_little_are_counted_by_reason():
    frame = pd.concat(
        [FEW, table(("", "2018-05-03", "noise"), ("A", "", "noise"), ("A", "2018-05-03", " "), ("", "", ""))],
        ignore_index=True,
    )
    frame["repeat"] = ["no", "No", "YES", "0", "", "yes", "yes", "yes", "yes"]
    source = read(frame, duplicate="repeat").provenance.files[0]
    assert (source.rows_read, source.rows_used) == (9, 4)
    assert dict(source.not_used) == {"no area": 2, "no date": 1, "no outcome": 1, "flagged as a duplicate": 1}
    assert sum(source.not_used.values()) + source.rows_used == source.rows_read


@pytest.mark.parametrize("flags", [[True, False], [1, 0], ["Y", "N"], ["duplicate", ""], [1.0, None]])
def test_flags_in_many_forms(flags):
    frame = FEW.iloc[:2].assign(repeat=flags)
    assert len(read(frame, duplicate="repeat").rows) == 1


REFUSALS = {
    "column": (
        lambda: ev.read_incidents(FEW, area="Ward code", date="received", outcome="type"),
        'the DataFrame: there is no column "Ward code", which area= names. Did you mean "ward"?',
    ),
    "ambiguous": (
        lambda: read(table(("A", "03/04/2018", "noise"), ("A", "05/06/2018", "noise"))),
        'the DataFrame, row 1, column "received": "03/04/2018" could be either day/month or month/day, and no other '
        "date in the column tells. Pass day_first=True for day/month/year, day_first=False for month/day/year.",
    ),
    "nothing left": (
        lambda: read(table(("", "2018-05-01", "noise"), ("A", "", "noise"))),
        "the DataFrame: no row has an area, a date and an outcome. Check the columns named.",
    ),
    "flag": (
        lambda: read(FEW.assign(repeat="perhaps"), duplicate="repeat"),
        'the DataFrame, row 1, column "repeat": a flag is yes or no, true or false, 1 or 0; this is "perhaps". Correct '
        "the cell, or name another column as duplicate=.",
    ),
    "outside what is covered": (
        lambda: read(FEW, between=("2018-05-01", "2018-06-30")),
        "the DataFrame, row 5: 2018-07-10 lies outside between=, 2018-05-01 to 2018-06-30 (1 such row). Correct "
        "between=, or the dates.",
    ),
    "length": (
        lambda: read(FEW).count(every="4 week"),
        'Incidents cannot be counted by "4 week". Did you mean "4 weeks" or "week"?',
    ),
    "no whole year": (
        lambda: read(FEW).count(every="year"),
        "No whole year lies between 2018-05-01 and 2018-07-31. Count by a shorter period, or ask for other dates.",
    ),
    "no whole four weeks": (
        lambda: read(FEW).count(every="4 weeks", start="2018-07-10"),
        "No whole run of 4 weeks lies between 2018-07-10 and 2018-07-31. Count by a shorter period, or ask for other "
        "dates.",
    ),
    "start that is no date": (
        lambda: read(FEW).count(start="1 May"),
        '"1 May" is no date, month or year. Write for instance "2018-05-22", "2018-05" or "2018".',
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case):
    make, message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        make()
    assert str(refused.value) == message


def test_a_file_is_read_like_a_table(write):
    path = write("\ufeff" + FEW.to_csv(index=False).replace("\n", "\r\n"), "complaints.csv")
    read_back = ev.read_incidents(path, area="ward", date="received", outcome="type")
    np.testing.assert_array_equal(read_back.count().counts.values, read(FEW).count().counts.values)
    assert read_back.provenance.files[0].name == "complaints.csv"


def test_the_sample_of_complaints(checkout):
    incidents = ev.read_incidents(
        checkout / "data_samples" / "sample_operation" / "complaints.csv",
        area="ward_code", date="received", outcome="type", duplicate="duplicate",
    )  # fmt: skip
    source = incidents.provenance.files[0]
    assert source.rows_read == 16_695
    assert sum(source.not_used.values()) + source.rows_used == source.rows_read
    panel = incidents.count()
    assert (len(panel.periods), int(panel.counts.sum())) == (120, source.rows_used)


def test_a_workbook_of_complaints(tmp_path):
    """Titles, a head on row 4, real dates, another sheet, a column that is not used and full of nonsense."""
    path = tmp_path / "complaints.xlsx"
    random = np.random.default_rng(2)
    days = pd.Timestamp("2018-01-01") + pd.to_timedelta(random.integers(0, 365, 300), unit="D")
    frame = pd.DataFrame(
        {
            "Ward": random.choice(["E05000001", "E05000002"], 300),
            "Received": days + pd.to_timedelta(random.integers(0, 1440, 300), unit="m"),
            "Type": "noise",
            "Dup?": random.choice(["Y", "N"], 300, p=[0.1, 0.9]),
            "Total": "=SUM(A1:A2)",
        }
    )
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"About": ["this list"]}).to_excel(book, sheet_name="Notes", index=False)
        frame.to_excel(book, sheet_name="Complaints", index=False, startrow=3)
    incidents = ev.read_incidents(path, area="Ward", date="Received", outcome="Type", duplicate="Dup?")
    kept = frame[frame["Dup?"] == "N"]
    source = incidents.provenance.files[0]
    assert (source.name, source.rows_read, source.rows_used) == (
        'complaints.xlsx, sheet "Complaints"',
        300,
        len(kept),
    )
    weekly = incidents.count(every="week")
    expected = kept["Received"].dt.to_period("W-SUN").value_counts()
    for period in weekly.periods:
        assert int(weekly.counts.sel(period=period).sum()) == expected.get(period, 0)
    assert len(incidents.count(every="month").periods) == 12
    assert len(incidents.count(every="4 weeks").periods) == 13


def test_stops_are_counted_on_the_day_they_were_in_london(shared_data):
    """The stamps are UTC; in summer the last hour of a month in UTC belongs to the next month in London."""
    folder = shared_data / "police_uk" / "stop_and_search"
    for month in ("2017-06", "2018-05"):
        path = folder / f"{month}-metropolitan-stop-and-search.csv.gz"
        incidents = ev.read_incidents(path, area="Type", date="Date", outcome="Object of search")
        raw = pd.read_csv(path)
        raw = raw[raw["Object of search"].notna()]
        local = pd.to_datetime(raw["Date"], utc=True).dt.tz_convert("Europe/London")
        panel = incidents.count(every="day", start=month, end=month)
        for day in (f"{month}-01", f"{month}-15", f"{month}-30"):
            counted = int(panel.counts.sel(period=pd.Period(day, "D")).sum())
            assert counted == int((local.dt.strftime("%Y-%m-%d") == day).sum())
        assert len(incidents.rows) == len(raw)


def test_times_of_another_zone_shift_the_day():
    frame = table(("A", "2018-05-31 23:30", "noise"), ("A", "2018-06-15 12:00", "noise"))
    assert read(frame).count().counts.values.ravel().tolist() == [1, 1]
    shifted = read(frame, zone="UTC")
    assert shifted.rows["day"].dt.strftime("%Y-%m-%d").tolist() == ["2018-06-01", "2018-06-15"]
    assert [str(period) for period in shifted.count().periods] == ["2018-06"]


@settings(max_examples=30)
@given(
    days=st.lists(st.dates(datetime.date(2018, 1, 1), datetime.date(2018, 12, 31)), min_size=2, max_size=30),
    kind=st.sampled_from(["csv", "xlsx", "numbers", "parquet"]),
    every=st.sampled_from(["day", "week", "4 weeks", "month"]),
)
def test_round_trip(tmp_path_factory, days, kind, every):
    """Written as text, as a workbook's dates, as its day numbers or in Parquet, the same counts are read."""
    frame = pd.DataFrame({"ward": "A", "received": pd.to_datetime(days), "type": "noise"})
    path = tmp_path_factory.mktemp("round") / f"incidents.{kind}"
    if kind == "csv":
        frame.assign(received=frame["received"].dt.strftime("%d %B %Y")).to_csv(path, index=False)
    elif kind == "numbers":
        number = (frame["received"] - pd.Timestamp("1899-12-30")).dt.days
        frame.assign(received=number).to_csv(path, index=False)
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)
    if len(set(days)) >= 8 and all(day.day <= 12 for day in days):
        return  # in a workbook these look swapped, see test_dates.py
    incidents = read(path, between=("2018-01-01", "2018-12-31"))
    counted = incidents.count(every=every, start="2018-01-01" if every == "4 weeks" else None)
    for period in counted.periods:
        inside = [day for day in days if period.start_time.date() <= day <= period.end_time.date()]
        assert int(counted.counts.sel(period=period).sum()) == len(inside)
