"""Lookups from LSOAs to wards: the year of a code is found from the codes, and the wrong year is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import evaluate as ev

WARDS_2017 = "geography/Lower_Layer_Super_Output_Area_2011_to_Ward_2017_Lookup_in_England_and_Wales.csv"
WARDS_2018 = "geography/Lower_Layer_Super_Output_Area_2011_to_Ward_2018_Lookup_in_England_and_Wales_v3.csv"
CHANGES = "geography/LSOA_(2011)_to_LSOA_(2021)_to_LAD_(2022)_Exact_Fit_Lookup_for_EW_(V3).csv"


def lookup_at(folder: Path, year: str, *rows: str, lsoa: str = "11") -> ev.LsoaLookup:
    """A lookup of LSOA, ward, ward's name and borough."""
    path = folder / f"wards{year}.csv"
    head = f"LSOA{lsoa}CD,WD{year}CD,WD{year}NM,LAD{year}NM"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return ev.read_lookup(path)


@pytest.fixture
def london(tmp_path) -> tuple[ev.LsoaLookup, ev.LsoaLookup]:
    """Wards of 2017 and 2018 over the same three LSOAs, two of them called Abbey."""
    older = lookup_at(
        tmp_path,
        "17",
        "E01003729,E05000507,Loxford,Redbridge",
        "E01000006,E05000026,Abbey,Barking and Dagenham",
        "E01003342,E05000455,Abbey,Merton",
    )
    newer = lookup_at(
        tmp_path,
        "18",
        "E01003729,E05011247,Loxford,Redbridge",
        "E01000006,E05000026,Abbey,Barking and Dagenham",
        "E01003342,E05000455,Abbey,Merton",
    )
    return older, newer


# ---- the year of codes -------------------------------------------------------------------------------------------


def test_a_lookup_knows_its_years(london):
    older, newer = london
    assert (older.lsoa_year, older.ward_year) == (2011, 2017)
    assert repr(newer) == "LsoaLookup: 3 LSOAs of 2011 in 3 wards of 2018"


def test_the_year_is_found_from_the_codes(london):
    assert ev.find_lookup(["E05000507"], london).ward_year == 2017
    assert ev.find_lookup(["E05011247"], london).ward_year == 2018
    assert ev.find_lookup(["E05000026"], london).ward_year == 2017  # both have it: the first given
    assert ev.find_lookup(["E01003729"], london).ward_year == 2017


def test_codes_of_another_year_are_refused_with_the_share_matched(london):
    with pytest.raises(ev.DataError) as raised:
        ev.find_lookup(["E05011247", "E05011240"], london)
    assert str(raised.value) == (
        "The 2 codes in the data are of none of these years: wards17.csv holds 0.0% and wards18.csv holds 50.0%, and "
        '95% is needed. E05011240 is not in wards18.csv. Did you mean "E05011247" (Loxford, Redbridge)? Codes join, '
        "names never do: use a lookup of the year the counts were published for."
    )


def test_a_name_never_joins_and_every_borough_that_has_it_is_named(london):
    with pytest.raises(ev.DataError) as raised:
        ev.find_lookup(["Abbey"], london)
    assert (
        'Did you mean "E05000026" (Abbey, Barking and Dagenham) or "E05000455" (Abbey, Merton)? Codes join, names '
        "never do"
    ) in str(raised.value)


def test_finding_takes_codes_and_lookups(london):
    for codes, lookups in ([], london), (["E05000507"], []):
        with pytest.raises(ev.DataError, match="takes at least one code and one lookup"):
            ev.find_lookup(codes, lookups)


# ---- LSOAs of 2011 and of 2021 -----------------------------------------------------------------------------------


def test_lsoas_of_2021_in_a_lookup_of_2011_are_refused(london):
    codes = ["E01003729", "E01000006", "E01003342", "E01033769"]
    with pytest.raises(ev.DataError) as raised:
        london[1].refuse_other_year(codes)
    assert str(raised.value) == (
        "wards18.csv is for the LSOAs of 2011 and holds 75.0% of the 4 LSOAs in the data; E01033769 was made in 2021. "
        "Use a lookup with a column LSOA21CD; where months of both years are in the data, count by LSOA and rebuild "
        "them with ev.read_lsoa_changes."
    )


def test_places_that_the_lookup_does_not_cover_are_no_sign_of_another_year(london):
    london[1].refuse_other_year(["E01003729", "E01024000", "W01000001", "E01033768", "95GG01S1", ""])
    london[1].refuse_other_year([])


def test_a_small_lookup_of_2021_says_nothing_of_codes_it_lacks(tmp_path):
    lookup = lookup_at(tmp_path, "22", "E01033769,E05000100,A,B", lsoa="21")
    lookup.refuse_other_year(["E01033769", "E01000010"])
    assert lookup.lsoa_year == 2021


def test_a_nationwide_lookup_of_2021_refuses_codes_that_ended(tmp_path):
    rows = [f"E01{number:06d},E05000100,A,B" for number in range(34_000, 64_000)]
    lookup = lookup_at(tmp_path, "22", *rows, lsoa="21")
    with pytest.raises(ev.DataError) as raised:
        lookup.refuse_other_year(["E01034000", "E01000010", "E01000011"])
    assert str(raised.value).startswith(
        "wards22.csv is for the LSOAs of 2021 and holds 33.3% of the 3 LSOAs in the data; E01000010 and E01000011 "
        "ended in 2021, all of them. Use a lookup with a column LSOA11CD;"
    )


# ---- the published files -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(shared_data) -> list[ev.LsoaLookup]:
    return [ev.read_lookup(shared_data / name) for name in (WARDS_2017, WARDS_2018)]


def test_the_published_lookups_tell_the_years_of_loxford_apart(published):
    assert [repr(lookup) for lookup in published] == [
        "LsoaLookup: 34,753 LSOAs of 2011 in 8,269 wards of 2017",
        "LsoaLookup: 34,753 LSOAs of 2011 in 8,254 wards of 2018",
    ]
    assert ev.find_lookup(["E05000507"], published).ward_year == 2017
    assert ev.find_lookup(["E05011247"], published).ward_year == 2018


def test_redbridge_as_the_met_publishes_it_is_of_2018(published):
    redbridge = [f"E050112{number}" for number in range(34, 56)]
    assert ev.find_lookup(redbridge, published).ward_year == 2018
    assert published[0].share_matched(redbridge) == 0


def test_every_lsoa_of_2021_that_is_new_is_told_from_its_number(published, shared_data):
    with (shared_data / CHANGES).open(encoding="utf-8-sig") as stream:
        rows = [line.split(",") for line in stream][1:]
    new = {row[2] for row in rows} - {row[0] for row in rows}
    assert len(new) == 2025
    assert all(int(code[3:]) > (33768 if code[0] == "E" else 1958) for code in new)
    for code in sorted(new)[::100]:
        with pytest.raises(ev.DataError, match="was made in 2021"):
            published[1].refuse_other_year([code])
    published[1].refuse_other_year({row[0] for row in rows})
