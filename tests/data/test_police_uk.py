"""Street files of data.police.uk: each crime once, and what a force did not publish is missing."""

from __future__ import annotations

import csv
import gzip
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev

CITY = "police_uk/street_city_of_london"
MET = "police_uk/street_metropolitan_burglary_only"
LOOKUP = "geography/Lower_Layer_Super_Output_Area_2011_to_Ward_2018_Lookup_in_England_and_Wales_v3.csv"
HEAD = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)


def rows_of(folder: Path) -> list[dict[str, str]]:
    """All rows of a folder of street files, in the order of file and line."""
    rows = []
    for path in sorted(folder.iterdir()):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            rows += list(csv.DictReader(stream))
    return rows


def crimes_of(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """One row for each Crime ID, the one with a place first, and every row without an ID."""
    once: dict[str, dict[str, str]] = {}
    without = [row for row in rows if not row["Crime ID"]]
    for row in rows:
        if row["Crime ID"] and (row["Crime ID"] not in once or not once[row["Crime ID"]]["LSOA code"]):
            once[row["Crime ID"]] = row
    return without + list(once.values())


def cells_of(panel: ev.Panel) -> dict[tuple[str, str, str], int]:
    frame = panel.to_frame()
    frame = frame[frame["count"] > 0]
    keys = zip(frame["area"], frame["period"].astype(str), frame["outcome"], strict=True)
    return dict(zip(keys, frame["count"].astype(int), strict=True))


# ---- the published files ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city_rows(shared_data) -> list[dict[str, str]]:
    return rows_of(shared_data / CITY)


@pytest.fixture(scope="module")
def city(shared_data) -> ev.Panel:
    return ev.read_police_uk(shared_data / CITY)


def test_the_city_agrees_cell_by_cell_with_an_independent_count(city, city_rows):
    placed = [row for row in crimes_of(city_rows) if row["LSOA code"]]
    by_hand = Counter((row["LSOA code"], row["Month"], row["Crime type"]) for row in placed)
    assert cells_of(city) == dict(by_hand)
    assert city.counts.shape == (35, 36, 14)
    assert (str(city.periods[0]), str(city.periods[-1])) == ("2014-09", "2017-08")
    assert not np.isnan(city.counts.values).any()


def test_every_row_of_the_city_is_accounted_for(city, city_rows):
    files = city.provenance.files
    assert len(files) == 36
    assert sum(file.rows_read for file in files) == len(city_rows) == 19_518
    left_out: Counter[str] = Counter()
    for file in files:
        left_out.update(file.not_used)
        assert file.rows_used + sum(file.not_used.values()) == file.rows_read
    assert dict(left_out) == {"repeated Crime ID": 66, "no LSOA": 913}
    assert int(city.counts.sum()) == 19_518 - 66 - 913 == sum(file.rows_used for file in files)


def test_disorder_has_no_id_and_is_never_a_repeat(city, city_rows):
    disorder = [row for row in city_rows if row["Crime type"] == "Anti-social behaviour"]
    assert not any(row["Crime ID"] for row in disorder)
    placed = sum(bool(row["LSOA code"]) for row in disorder)
    assert int(city.counts.sel(outcome="Anti-social behaviour").sum()) == placed


def test_names_and_districts(city):
    assert city.label("E01032739") == "City of London 001F"
    assert city.groups["E01032739"] == "City of London"
    assert city.provenance.notes[0].startswith(
        "By district of the LSOAs: City of London (17,560 crimes), Tower Hamlets (442 crimes), "
    )


def test_crimes_outside_the_force_are_told(city, city_rows, shared_data):
    outside = [
        row for row in crimes_of(city_rows) if row["LSOA code"] and "City of London" not in row["LSOA name"]
    ]
    assert len(outside) == 979
    assert city.provenance.notes[1].startswith(
        "979 crimes of City of London Police lie in districts where it has under 10% of its usual number for an LSOA, "
        "so outside its own area; they are counted: Tower Hamlets (442 crimes), Islington (336 crimes), "
    )
    met = ev.read_police_uk(shared_data / MET)
    assert met.provenance.notes[1].startswith("104 crimes of Metropolitan Police Service lie in districts")
    assert "Epping Forest (19 crimes)" in met.provenance.notes[1]


def test_wards_through_a_lookup(shared_data, city_rows):
    panel = ev.read_police_uk(shared_data / CITY, areas=shared_data / LOOKUP)
    with (shared_data / LOOKUP).open(encoding="utf-8-sig", newline="") as stream:
        wards = {row["LSOA11CD"]: row["WD18CD"] for row in csv.DictReader(stream)}
    by_hand = Counter(
        (wards[row["LSOA code"]], row["Month"], row["Crime type"])
        for row in crimes_of(city_rows)
        if row["LSOA code"] in wards
    )
    assert cells_of(panel) == dict(by_hand)
    assert panel.label("E05009288") == "Aldersgate"
    assert panel.groups["E05009288"] == "City of London"


def test_two_forces_with_different_months_and_types(shared_data):
    """The City publishes everything to 2017-08; of the Met only the burglaries of 2016-06 to 2018-06 were kept."""
    panel = ev.read_police_uk(shared_data / "police_uk/street_*/*-street.csv*", areas=shared_data / LOOKUP)
    assert (str(panel.periods[0]), str(panel.periods[-1])) == ("2014-09", "2018-06")
    missing = np.isnan(panel.counts)
    loxford, aldersgate = missing.sel(area="E05011247"), missing.sel(area="E05009288")
    before, city_only = panel.periods < "2016-06", panel.periods > "2017-08"
    np.testing.assert_array_equal(loxford.sel(outcome="Burglary").values, before)
    assert loxford.sel(outcome="Robbery").all()
    np.testing.assert_array_equal(aldersgate.sel(outcome="Burglary").values, city_only)
    np.testing.assert_array_equal(aldersgate.sel(outcome="Robbery").values, city_only)
    notes = " ".join(panel.provenance.notes)
    assert "City of London Police has no rows for 2017-09, 2017-10" in notes
    assert "Metropolitan Police Service has no row of Anti-social behaviour, Bicycle theft" in notes


def test_burglaries_of_the_met_add_up(shared_data):
    panel = ev.read_police_uk(shared_data / MET)
    crimes = crimes_of(rows_of(shared_data / MET))
    assert int(panel.counts.sum()) == sum(bool(row["LSOA code"]) for row in crimes)
    assert sum(file.rows_read for file in panel.provenance.files) == 155_000


# ---- the same rows in other packings ------------------------------------------------------------------------------


def line(crime: str, month: str, lsoa: str, kind: str, force: str = "Kent Police") -> str:
    return f"{crime},{month},{force},{force},,,On or near High Street,{lsoa},{'Ashford 001A' if lsoa else ''},{kind},,"


JANUARY = [
    line("a", "2018-01", "E01000001", "Burglary"),
    line("b", "2018-01", "E01000001", "Burglary"),
    line("", "2018-01", "E01000001", "Anti-social behaviour"),
    line("", "2018-01", "E01000001", "Anti-social behaviour"),
    line("c", "2018-01", "", "Robbery"),
]
MARCH = [
    line("a", "2018-03", "E01000001", "Burglary"),  # the crime of January again
    line("d", "2018-03", "E01000002", "Robbery"),
    line("d", "2018-03", "", "Robbery"),
]


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two months of one force with a month between them that it did not publish, in folders as in the archive."""
    for month, rows in (("2018-01", JANUARY), ("2018-03", MARCH)):
        (tmp_path / "archive" / month).mkdir(parents=True)
        path = tmp_path / "archive" / month / f"{month}-kent-street.csv"
        path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        (path.parent / f"{month}-kent-outcomes.csv").write_text("Crime ID,Month\n", encoding="utf-8")
    return tmp_path / "archive"


def test_a_month_without_a_file_is_missing_not_zero(folder):
    panel = ev.read_police_uk(folder)
    assert [str(month) for month in panel.periods] == ["2018-01", "2018-02", "2018-03"]
    assert np.isnan(panel.counts.values[:, 1]).all()
    assert panel.counts.sel(area="E01000001", outcome="Burglary").values[[0, 2]].tolist() == [2, 0]
    assert panel.counts.sel(area="E01000001", outcome="Anti-social behaviour").values[[0, 2]].tolist() == [
        2,
        0,
    ]
    assert panel.counts.sel(area="E01000002", outcome="Robbery").values[[0, 2]].tolist() == [0, 1]
    assert panel.provenance.notes[1:] == (
        "Kent Police has no rows for 2018-02; its areas are missing then, not zero.",
    )


def test_a_crime_counts_once_where_and_when_it_was_first_placed(folder):
    first, second = ev.read_police_uk(folder).provenance.files
    assert (first.rows_read, first.rows_used, dict(first.not_used)) == (5, 4, {"no LSOA": 1})
    assert (second.rows_read, second.rows_used, dict(second.not_used)) == (3, 1, {"repeated Crime ID": 2})


def test_folder_pattern_zip_and_gz_are_the_same(folder, tmp_path):
    expected = ev.read_police_uk(folder).counts
    archive = tmp_path / "2018-03.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in folder.rglob("*.csv"):
            packed.write(path, path.relative_to(folder).as_posix())
    zipped = ev.read_police_uk(archive)
    xr.testing.assert_equal(zipped.counts, expected)
    assert [file.name for file in zipped.provenance.files] == ["2018-03.zip"]
    assert zipped.provenance.files[0].rows_read == 8
    xr.testing.assert_equal(ev.read_police_uk(f"{folder}/*/*-street.csv").counts, expected)
    one = tmp_path / "[all] kent's.csv.gz"
    with gzip.open(one, "wt", encoding="utf-8") as stream:
        stream.write("\n".join([HEAD, *JANUARY, *MARCH]))
    xr.testing.assert_equal(ev.read_police_uk(one).counts, expected)


def test_columns_in_another_order_are_found_by_their_heads(folder, tmp_path):
    expected = ev.read_police_uk(folder).counts
    path = folder / "2018-03" / "2018-03-kent-street.csv"
    table = pd.read_csv(path, dtype=str)
    table[table.columns[::-1]].to_csv(path, index=False)
    xr.testing.assert_equal(ev.read_police_uk(folder).counts, expected)


def test_a_change_of_census_inside_the_months_is_told(tmp_path):
    rows = [line("", "2022-01", "E01000001", "Robbery"), line("", "2022-02", "E01034000", "Robbery")]
    path = tmp_path / "kent-street.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    assert ev.read_police_uk(path).provenance.notes[-1] == (
        "From 2022-02 on the LSOAs are those of 2021: 1 code made then, such as E01034000, stands at zero before, and "
        "those that ended stand at zero after. Rebuild with ev.read_lsoa_changes before an LSOA is judged."
    )
    path.write_text("\n".join([HEAD, rows[0]]), encoding="utf-8")
    assert "LSOAs are those of 2021" not in " ".join(ev.read_police_uk(path).provenance.notes)


def lookup(path: Path, *rows: str) -> Path:
    file = path / "lookup.csv"
    file.write_text("\n".join(["LSOA11CD,LSOA11NM,WD18CD,WD18NM,LAD18NM", *rows]), encoding="utf-8")
    return file


def test_rows_outside_the_lookup_are_counted(folder, tmp_path):
    wards = lookup(tmp_path, "E01000001,Ashford 001A,E05000001,Beaver,Ashford")
    panel = ev.read_police_uk(folder, areas=wards)
    assert list(panel.areas) == ["E05000001"]
    assert panel.label("E05000001") == "Beaver"
    assert dict(panel.provenance.files[1].not_used) == {"repeated Crime ID": 2, "LSOA not in the lookup": 1}


def test_a_month_in_part_is_missing(tmp_path):
    rows = [
        line(f"{month}-{number}", f"2018-{month:02d}", "E01000001", "Burglary")
        for month in range(1, 9)
        for number in range(10 if month == 4 else 300)
    ]
    path = tmp_path / "kent-street.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    panel = ev.read_police_uk(path)
    assert np.isnan(panel.counts.values.ravel()).tolist() == [month == 4 for month in range(1, 9)]
    assert panel.provenance.notes[-1] == (
        "2018-04: Kent Police records under 50% of the months around, so it was not published in full; it is missing, "
        "not low."
    )


# ---- refusals -----------------------------------------------------------------------------------------------------

REFUSALS = {
    "no street file in the folder": (
        lambda path: path / "2018-02",
        'The folder "{path}/2018-02" holds no street file of data.police.uk; their names end in -street.csv. Name the '
        "folder the archive was unpacked into.",
    ),
    "nothing matches": (
        lambda path: f"{path}/*.txt",
        'No street file matches "{path}/*.txt". Correct the pattern.',
    ),
    "no such file": (
        lambda path: path / "2018-01" / "2018-01-kent-streets.csv",
        'There is no file "2018-01-kent-streets.csv" in the folder "{path}/2018-01". Did you mean '
        '"2018-01-kent-street.csv" or "2018-01-kent-outcomes.csv"?',
    ),
    "another file": (
        lambda path: path / "2018-01" / "2018-01-kent-outcomes.csv",
        "2018-01-kent-outcomes.csv: there is a head and no row below it. Download the file again.",
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_paths_that_lead_nowhere(case, folder):
    (folder / "2018-02").mkdir()
    make, message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(make(folder))
    assert str(refused.value) == message.replace("{path}", str(folder))


SPOILT = {
    "web page": (
        "<html>Not found</html>",
        "2018-02-kent-street.csv, line 1: this is a web page, not a table; the download gave an error or a login page. "
        "Open the address in a browser and download the file itself.",
    ),
    "outcomes under another name": (
        "Crime ID,Month,Outcome type\na,2018-02,Charged\n",
        '2018-02-kent-street.csv: this is no street file of data.police.uk: it has a column "Outcome type" and none '
        'called "Crime type". Read it with ev.read_police_uk_outcomes.',
    ),
    "truncated": (
        "\n".join([HEAD, *JANUARY])[:-40],
        "2018-02-kent-street.csv, line 6: the file ends in the middle of its last row, with 4 of 12 fields. Download "
        "it again.",
    ),
    "short row": (
        "\n".join([HEAD, "a,2018-02,Kent Police", *JANUARY]),
        "2018-02-kent-street.csv, line 2: this row has 3 fields and the head has 12. Put quotation marks around a name "
        "with a comma in it, or remove what is too much.",
    ),
    "month 13": (
        "\n".join([HEAD, line("e", "2018-13", "E01000001", "Burglary")]),
        '2018-02-kent-street.csv, line 2, column "Month": a month is written like 2018-05; this is "2018-13". Download '
        "the file again; if it is the publisher's own error, remove the row.",
    ),
    "no type": (
        "\n".join([HEAD, line("e", "2018-02", "E01000001", "")]),
        '2018-02-kent-street.csv, line 2, column "Crime type": this cell is empty, and every row has one. Download '
        "the file again; if it is the publisher's own error, remove the row.",
    ),
    "Latin-1": (
        "\n".join(
            [HEAD, line("e", "2018-02", "E01000001", "Burglary").replace("Ashford", "Châtford")]
        ).encode("latin-1"),
        '2018-02-kent-street.csv, line 2: this is not UTF-8 text; near "E01000001,Châtford 001A," it is Latin-1 '
        "or Windows-1252, or a mix. Save the whole file as CSV UTF-8, so that no name is garbled.",
    ),
}


@pytest.mark.parametrize("case", SPOILT, ids=str)
def test_one_spoilt_file_among_good_ones(case, folder):
    content, message = SPOILT[case]
    (folder / "2018-02").mkdir()
    spoilt = folder / "2018-02" / "2018-02-kent-street.csv"
    spoilt.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(folder)
    assert str(refused.value) == message


def test_a_damaged_zip(folder, tmp_path):
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(folder / "2018-01" / "2018-01-kent-street.csv", "2018-01-kent-street.csv")
    content = bytearray(whole.read_bytes())
    content[60:90] = bytes(30)
    (tmp_path / "broken.zip").write_bytes(content)
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(tmp_path / "broken.zip")
    assert str(refused.value) == "broken.zip: the zip is cut short or damaged. Download it again."


def test_a_zip_of_something_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("2018-01-kent-outcomes.csv", "a,b\n")
    with pytest.raises(ev.DataError, match=r"^other\.zip: the zip holds no street file of data\.police\.uk"):
        ev.read_police_uk(tmp_path / "other.zip")


def test_a_lookup_of_another_country(folder, tmp_path):
    wards = lookup(tmp_path, "S01000001,Leith,S13000001,Leith,Edinburgh")
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(folder, areas=wards)
    assert str(refused.value) == (
        "lookup.csv holds none of the 2 LSOAs in the data, E01000001 and E01000002. Use the lookup for the LSOAs of "
        "2011 or 2021."
    )


def test_outlines_are_read_before_they_are_given(folder):
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(folder, areas="wards.geojson")
    assert str(refused.value) == (
        '"wards.geojson" holds outlines, not a lookup from LSOAs. Write areas=ev.read_boundaries("wards.geojson").'
    )


def test_a_share_is_a_share(folder):
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(folder, least_share=50)
    assert str(refused.value) == "least_share is a share from 0 to 1; it is 50. Half is 0.5."


AREAS = {
    "a text for a list": (
        {"the lane": "E01000001"},
        'areas= takes a list of LSOAs for each area; write {"the lane": ["E01000001"]}.',
    ),
    "a name for a code": (
        {"the lane": ["Ashford 001A"]},
        'areas= has "Ashford 001A" in "the lane", which is no code of an LSOA; they are like E01003690.',
    ),
    "one LSOA in two areas": (
        {"the lane": ["E01000001"], "the park": ["E01000002", "E01000001"]},
        'areas= has E01000001 in "the lane" and in "the park"; keep it in one of them.',
    ),
    "another town": (
        {"the lane": ["E01000009"]},
        "The data hold none of the LSOAs of areas=, E01000009. Name LSOAs of the force whose files these are.",
    ),
}


@pytest.mark.parametrize("case", AREAS, ids=str)
def test_lists_of_lsoas_that_are_refused(case, folder):
    areas, message = AREAS[case]
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(folder, areas=areas)
    assert str(refused.value) == message


def test_lists_of_lsoas_make_areas(folder):
    panel = ev.read_police_uk(folder, areas={"the lane": ["E01000001", "E01000002"]})
    assert list(panel.areas) == ["the lane"]
    np.testing.assert_array_equal(panel.counts.sum("outcome", skipna=False).values, [[4, np.nan, 1]])


LOOKUPS = {
    "two wards for one": (
        ["E01000001,x,E05000001,y,z", "E01000001,x,E05000002,y,z"],
        "lookup.csv, line 3: E01000001 is in a second ward here, E05000002. Use a best-fit lookup, in which each LSOA "
        "has one ward.",
    ),
    "no code": (
        ["E01000001,x,,y,z"],
        'lookup.csv, line 2, column "WD18CD": the code is empty. Fill it in, or remove the row.',
    ),
}


@pytest.mark.parametrize("case", LOOKUPS, ids=str)
def test_lookups_that_are_refused(case, folder, tmp_path):
    rows, message = LOOKUPS[case]
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(folder, areas=lookup(tmp_path, *rows))
    assert str(refused.value) == message


def test_a_table_that_is_no_lookup(folder, write):
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(
            folder, areas=write("LSOA11CD,LSOA21CD,WD18CD\na,b,c\n", "l.csv").rename(folder / "l.csv")
        )
    assert str(refused.value) == (
        "l.csv: a lookup has one column such as LSOA11CD; this has LSOA11CD and LSOA21CD. Keep one column of codes for "
        "the LSOAs and one for the wards."
    )


def test_every_published_file_is_read_by_one_reader(shared_data):
    top = shared_data / "police_uk"
    readers = {
        "street_city_of_london": ev.read_police_uk,
        "street_metropolitan_burglary_only": ev.read_police_uk,
        "api_json": ev.read_police_uk,
        "outcomes": ev.read_police_uk_outcomes,
        "stop_and_search": ev.read_stop_and_search,
    }
    assert {folder.name for folder in top.iterdir()} == set(readers)
    for name, reader in readers.items():
        panel = reader(top / name)
        published = {file.name for file in (top / name).iterdir()} - {"ward2018_month_stops.csv"}
        assert {file.name for file in panel.provenance.files} == published
        for file in panel.provenance.files:
            assert file.rows_used + sum(file.not_used.values()) == file.rows_read > 0
        assert int(panel.counts.sum()) == sum(file.rows_used for file in panel.provenance.files)
    stops = ev.read_counts(  # the one that others made: a tidy table, whose columns one names
        pd.read_csv(top / "stop_and_search" / "ward2018_month_stops.csv", dtype=str).assign(what="stops"),
        area="ward_code",
        period="month",
        outcome="what",
        count="stops",
    )
    assert (
        int(stops.counts.sum())
        == pd.read_csv(top / "stop_and_search/ward2018_month_stops.csv")["stops"].sum()
    )
