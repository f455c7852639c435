"""Stop-and-search files of data.police.uk: UTC times, local months, no IDs."""

from __future__ import annotations

import csv
import gzip
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev

HEAD = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
)
MONTHS = {"2017-06": (9_546, 13), "2018-05": (12_353, 19)}
"""Rows of each published file, and those whose UTC time lies in the month before."""


def stop(time: str, kind: str = "Person search", item: str = "Firearms") -> str:
    return f"{kind},{time},False,,51.5,-0.1,Male,18-24,,White,,{item},Arrest,,"


def stops_file(folder: Path, month: str, *rows: str, force: str = "kent") -> Path:
    path = folder / f"{month}-{force}-stop-and-search.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


# ---- the published files ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(shared_data) -> dict[str, list[dict[str, str]]]:
    rows = {}
    for month in MONTHS:
        path = shared_data / f"police_uk/stop_and_search/{month}-metropolitan-stop-and-search.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            rows[month] = list(csv.DictReader(stream))
    return rows


def local_day(utc: str) -> date:
    """The day in London by the rule of the summer: both files lie in it, an hour ahead of UTC."""
    return (datetime.fromisoformat(utc).replace(tzinfo=None) + timedelta(hours=1)).date()


def test_the_published_months_are_local_months(shared_data, published):
    panel = ev.read_stop_and_search(shared_data / "police_uk/stop_and_search/*-stop-and-search.csv.gz")
    for month, (rows, before) in MONTHS.items():
        assert len(published[month]) == rows
        assert sum(row["Date"][:7] != month for row in published[month]) == before
        by_type = Counter(row["Type"] for row in published[month])
        for kind in panel.outcomes:
            assert panel.counts.sel(period=month, outcome=kind).item() == by_type[kind]
        assert int(panel.counts.sel(period=month).sum()) == rows
    assert [file.rows_used for file in panel.provenance.files] == [rows for rows, _ in MONTHS.values()]
    assert np.isnan(panel.counts.sel(period=panel.periods[1:-1])).all()


def test_the_published_days_are_local_days(shared_data, published):
    """The hour before midnight in UTC belongs to the next day."""
    panel = ev.read_stop_and_search(
        shared_data / "police_uk/stop_and_search/*-stop-and-search.csv.gz", every="day"
    )
    expected = Counter(local_day(row["Date"]) for rows in published.values() for row in rows)
    found = panel.counts.sum("outcome", skipna=False).to_series().dropna()
    assert {period.start_time.date(): int(n) for (_, period), n in found.items() if n} == dict(expected)
    shifted = {
        month: sum(local_day(row["Date"]).isoformat() != row["Date"][:10] for row in rows)
        for month, rows in published.items()
    }
    assert shifted == {"2017-06": 489, "2018-05": 604}


def test_wards_by_outline_agree_with_a_spatial_join_of_others(shared_data):
    """The counts by ward of 2018 that came with the files, made from the same points."""
    pytest.importorskip("geopandas", reason="outlines need the optional extra maps")
    wards = ev.read_boundaries(shared_data / "geography/London_Ward_2018.shp")
    panel = ev.read_stop_and_search(
        shared_data / "police_uk/stop_and_search/*-stop-and-search.csv.gz", areas=wards
    )
    theirs = pd.read_csv(shared_data / "police_uk/stop_and_search/ward2018_month_stops.csv")
    for month, (rows, _) in MONTHS.items():
        expected = theirs[theirs["month"] == month].set_index("ward_code")["stops"]
        found = panel.counts.sel(period=month).sum("outcome").to_series()
        found.index = found.index.astype(str)
        both = pd.concat([found[found > 0], expected[expected > 0]], axis=1).fillna(0)
        assert int((both[0] - both["stops"]).abs().sum()) == 0
        file = next(file for file in panel.provenance.files if file.name.startswith(month))
        assert file.rows_read == rows
        assert file.rows_used == int(expected.sum())
        assert file.not_used["no point"] == {"2017-06": 831, "2018-05": 1069}[month]


@pytest.mark.parametrize("head", ["Object of search", "Outcome", "Legislation"])
def test_other_columns_as_outcomes(shared_data, published, head):
    path = shared_data / "police_uk/stop_and_search/2018-05-metropolitan-stop-and-search.csv.gz"
    panel = ev.read_stop_and_search(path, outcome=head)
    expected = Counter(row[head] or "not stated" for row in published["2018-05"])
    assert {name: int(panel.counts.sel(outcome=name).sum()) for name in panel.outcomes} == dict(expected)


# ---- made files ---------------------------------------------------------------------------------------------------


def test_the_last_hour_of_a_month_in_utc_is_the_next_month_in_summer_only(tmp_path):
    stops_file(tmp_path, "2018-06", stop("2018-05-31T23:30:00+00:00"), stop("2018-06-30T22:30:00+00:00"))
    stops_file(tmp_path, "2018-07", stop("2018-06-30T23:00:00+00:00"))
    stops_file(tmp_path, "2018-12", stop("2018-12-31T23:30:00+00:00"))
    panel = ev.read_stop_and_search(tmp_path)
    known = panel.counts.sum("outcome", skipna=False).to_series().dropna()
    assert {str(period): int(n) for (_, period), n in known.items()} == {
        "2018-06": 2,
        "2018-07": 1,
        "2018-12": 1,
    }


def test_a_month_that_one_force_did_not_publish_is_missing_there(tmp_path):
    stops_file(tmp_path, "2018-06", stop("2018-06-02T10:00:00+00:00"))
    stops_file(tmp_path, "2018-07", stop("2018-07-02T10:00:00+00:00"))
    stops_file(tmp_path, "2018-06", stop("2018-06-02T10:00:00+00:00"), force="essex")
    stops_file(tmp_path, "2018-07", force="essex")  # a head without rows
    panel = ev.read_stop_and_search(tmp_path)
    np.testing.assert_array_equal(panel.counts.values[..., 0], [[1, np.nan], [1, 1]])
    assert (
        "essex has no file with a stop for 2018-07; it is missing then, not zero." in panel.provenance.notes
    )


def test_rows_that_agree_in_everything_count_and_are_told(tmp_path):
    same = stop("2018-06-02T10:00:00+00:00")
    panel = ev.read_stop_and_search(stops_file(tmp_path, "2018-06", same, same, same))
    assert int(panel.counts.sum()) == 3
    assert panel.provenance.notes[1] == (
        "2 rows agree with another in every cell; stops have no ID, so they count."
    )


def test_a_stop_of_another_month_is_left_out_and_counted(tmp_path):
    rows = stop("2018-06-02T10:00:00+00:00"), stop("2018-06-30T23:30:00+00:00")
    panel = ev.read_stop_and_search(stops_file(tmp_path, "2018-06", *rows))
    assert int(panel.counts.sum()) == 1
    assert dict(panel.provenance.files[0].not_used) == {"not in the file's month": 1}


def test_a_zip_is_the_same_as_its_folder(tmp_path):
    for month in ("2018-06", "2018-07"):
        stops_file(tmp_path, month, stop(f"{month}-02T10:00:00+00:00"))
    with zipfile.ZipFile(tmp_path.parent / "stops.zip", "w") as packed:
        for path in tmp_path.iterdir():
            packed.write(path, f"{path.name[:7]}/{path.name}")
        packed.writestr("2018-06/2018-06-kent-street.csv", "Crime ID\n")
    zipped = ev.read_stop_and_search(tmp_path.parent / "stops.zip")
    xr.testing.assert_equal(zipped.counts, ev.read_stop_and_search(tmp_path).counts)
    assert zipped.provenance.files[0].rows_read == 2


REFUSALS = {
    "another name": (
        "stops.csv",
        [stop("2018-06-02T10:00:00+00:00")],
        "stops.csv: only its name says the month and the force of a stop-and-search file, and this one does not. Give "
        "it the published name, such as 2018-05-kent-stop-and-search.csv.",
    ),
    "no zone": (
        "2018-06-kent-stop-and-search.csv",
        [stop("2018-06-02T10:00:00+00:00"), stop("02/06/2018 10:00")],
        '2018-06-kent-stop-and-search.csv, line 3, column "Date": a time is written like 2018-05-22T21:30:00+00:00, '
        'with its zone; this is "02/06/2018 10:00". Download the file again.',
    ),
    "month 13": (
        "2018-06-kent-stop-and-search.csv",
        [stop("2018-13-02T10:00:00+00:00")],
        '2018-06-kent-stop-and-search.csv, line 2, column "Date": "2018-13-02T10:00:00+00:00" is no day of the '
        "calendar. Correct the cell.",
    ),
    "month of another file": (
        "2018-07-kent-stop-and-search.csv",
        [stop("2018-06-02T10:00:00+00:00")],
        "2018-07-kent-stop-and-search.csv: no stop of this file is in 2018-07, the month in its name; the first is on "
        "2018-06-02. Give the file its published name.",
    ),
    "nothing": (
        "2018-07-kent-stop-and-search.csv",
        [],
        "2018-07-kent-stop-and-search.csv: there are no rows below the head.",
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_files_that_are_refused(case, tmp_path):
    name, rows, message = REFUSALS[case]
    (tmp_path / name).write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(ev.DataError) as refused:
        ev.read_stop_and_search(tmp_path / name)
    assert str(refused.value) == message


def test_a_month_in_two_files_is_refused(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        stops_file(tmp_path / folder, "2018-06", stop("2018-06-02T10:00:00+00:00"))
    with pytest.raises(
        ev.DataError, match=r"^2018-06 of kent is in two files, .* its stops would count twice\. Keep one"
    ):
        ev.read_stop_and_search(tmp_path)


def test_names_of_columns_and_periods_are_suggested(tmp_path):
    path = stops_file(tmp_path, "2018-06", stop("2018-06-02T10:00:00+00:00"))
    with pytest.raises(ev.DataError, match=r'by "Object"\. Did you mean|by "Object"\. Valid names'):
        ev.read_stop_and_search(path, outcome="Object")
    with pytest.raises(ev.DataError, match=r'by "months"\. Did you mean "month"'):
        ev.read_stop_and_search(path, every="months")


def test_a_street_file_is_no_stop_and_search_file(tmp_path):
    path = tmp_path / "2018-06-kent-stop-and-search.csv"
    path.write_text("Crime ID,Month\na,2018-06\n", encoding="utf-8")
    with pytest.raises(ev.DataError, match=r'a stop-and-search file of data\.police\.uk has a column "Date"'):
        ev.read_stop_and_search(path)
