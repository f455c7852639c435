"""The studies that come with the package: complete, sourced, and built on facts that are checked here."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import nnls

STUDIES = ["ilford_lane", "precision_stop_and_search", "sample_operation"]
LONDON = "mps_ward/mps_ward_level_crime_london_201004_202402.csv.gz"
OLD_WARDS = "mps_ward/MPS Ward Level Crime (most recent 24 months) [2017-08..2019-07].csv"
LOXFORD = "E05011247"


@pytest.fixture
def folder(checkout: Path, request) -> Path:
    return checkout / "studies" / request.param


@pytest.fixture(scope="module")
def ilford(checkout: Path) -> dict:
    return tomllib.loads((checkout / "studies" / "ilford_lane" / "plan.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ilford_page(checkout: Path) -> str:
    return " ".join((checkout / "studies" / "ilford_lane" / "README.md").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def london(shared_data: Path) -> pd.DataFrame:
    """Counts by ward, major category and month of the published London file."""
    wide = pd.read_csv(shared_data / LONDON)
    months = [head for head in wide.columns if head.isdigit()]
    return wide.groupby(["WardCode", "MajorText"])[months].sum()


def between(table: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    return table[[month for month in table.columns if first <= month <= last]]


def plan_of(folder: Path) -> dict:
    return tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8"))


def test_every_study_with_a_plan_is_tested_here(checkout):
    planned = [entry.parent.name for entry in (checkout / "studies").glob("*/plan.toml")]
    assert sorted(planned) == STUDIES


@pytest.mark.parametrize("folder", STUDIES, indirect=True)
def test_a_study_is_a_plan_a_page_and_expected_numbers(folder):
    page = (folder / "README.md").read_text(encoding="utf-8")
    written, table = page.split("<!-- results -->\n")
    results, more = table.split("<!-- end of results -->\n")
    assert len((written + more).split()) < 1200  # one page, with the curves of other choices
    assert all(claim["id"] in results for claim in plan_of(folder)["claims"])
    for figure in re.findall(r"!\[[^]]+\]\(([^)]+)\)", page):
        assert (folder / figure).is_file()
    expected = pd.read_csv(folder / "expected.csv")
    assert list(expected.columns) == ["quantity", "value", "tolerance", "where", "note"]
    assert len(expected) > 5
    assert not expected.duplicated(["quantity", "where"]).any()
    assert expected[["quantity", "value", "where"]].notna().all(axis=None)


@pytest.mark.parametrize("folder", STUDIES, indirect=True)
def test_every_claim_and_date_has_its_source(folder):
    plan = plan_of(folder)
    for claim in plan["claims"]:
        assert claim["source"]
        assert claim["speaker"]
    for dated in (*plan["operations"], *plan["events"]):
        assert dated["source"]
    for operation in plan["operations"]:
        assert all(other["reason"] for other in operation.get("alternatives", []))
    assert all(other["reason"] for claim in plan["claims"] for other in claim.get("alternatives", []))


@pytest.mark.parametrize("folder", STUDIES, indirect=True)
def test_every_outcome_says_how_it_is_generated(folder):
    plan = plan_of(folder)
    outcomes = {outcome["name"]: outcome for outcome in plan["outcomes"]}
    assert sum(outcome.get("primary", False) for outcome in outcomes.values()) == 1
    found_by_officers = ("DRUG", "POSSESSION OF WEAPONS", "MISCELLANEOUS")
    assert not any(part.startswith(found_by_officers) for part in outcomes["all crime"]["parts"])
    for found in ("soliciting", "possession of weapons"):
        assert outcomes.get(found, {"generation": "enforcement"})["generation"] == "enforcement"
    assert outcomes.get("soliciting", {"person_related": True})["person_related"]


@pytest.mark.parametrize("folder", STUDIES, indirect=True)
def test_the_plan_loads(folder):
    import evaluate as ev

    assert ev.load_study(folder).plan.title


def test_the_sample_checks_out():
    import evaluate as ev

    checked = ev.load_study("sample_operation").check()
    assert len(checked.roles.control) == 40
    assert checked.counts["missing"].sum() == 0


def test_the_sample_says_on_its_face_that_it_is_simulated(checkout):
    folder = checkout / "studies" / "sample_operation"
    assert "simulated" in plan_of(folder)["title"].lower()
    assert "simulated" in (folder / "README.md").read_text(encoding="utf-8").lower()
    for claim in plan_of(folder)["claims"]:
        assert "fictional" in claim["speaker"] + claim["source"]


def test_ilford_lane_checks_out_against_the_published_file(ilford, shared_data):
    import evaluate as ev

    checked = ev.load_study("ilford_lane").check(shared_data / LONDON)
    assert len(checked.roles.control) == 632
    assert checked.counts["missing"].sum() == 0


def test_the_wards_of_the_pilot_are_those_its_launch_named(checkout, shared_data):
    """Codes by their place in one borough, where each name stands once; all of Lambeth is left out."""
    import evaluate as ev

    areas = plan_of(checkout / "studies" / "precision_stop_and_search")["areas"]
    wide = pd.read_csv(shared_data / LONDON, usecols=["WardCode", "WardName", "LookUp_BoroughName"])
    wards = wide.drop_duplicates().set_index("WardCode")
    borough = {name: set(rows.index) for name, rows in wards.groupby("LookUp_BoroughName")}
    assert sorted(wards.loc[areas["treated"], "WardName"]) == ["Longbridge", "Northbury", "Thames View"]
    barking = wards.loc[sorted(borough["Barking and Dagenham"]), "WardName"]
    assert (barking.value_counts()[["Longbridge", "Northbury", "Thames View"]] == 1).all()
    assert {*areas["treated"], *areas["buffer"]} == borough["Barking and Dagenham"]
    assert set(areas["excluded"]) == borough["Lambeth"] | {"E05013570"}
    checked = ev.load_study("precision_stop_and_search").check(shared_data / LONDON)
    assert len(checked.roles.control) == 634
    assert checked.counts["missing"].sum() == 0


def test_control_wards_are_left_out_by_the_stated_rule(ilford, london):
    """All crime in the baseline outside a quarter to four times Loxford's, and nothing else but what is named."""
    parts = next(outcome["parts"] for outcome in ilford["outcomes"] if outcome["name"] == "all crime")
    counts = london[london.index.get_level_values("MajorText").isin(parts)].groupby("WardCode").sum()
    mean = between(counts, "201406", "201702").mean(axis=1)
    outside = set(mean.index[(mean > 4 * mean[LOXFORD]) | (mean < mean[LOXFORD] / 4)])
    excluded = set(ilford["areas"]["excluded"])
    barking = {f"E050140{number}" for number in range(53, 72)} - {"E05014064", "E05014066"}
    near = {"E05013926", "E05013916", "E05013921", "E05011253", "E05011254"}
    assert excluded == outside | barking | near | {"E05013570"}
    assert len(outside) == 17


def test_wards_of_2022_are_matched_to_those_of_2018_by_their_crime(shared_data):
    """Two downloads give the same months in old and in new wards; a new ward is a sum of parts of old ones."""
    old, new = (pd.read_csv(shared_data / name) for name in (OLD_WARDS, LONDON))
    months = [head for head in old.columns if head.isdigit()]
    tables = []
    for table in (old, new):
        rows = table[table["LookUp_BoroughName"].isin(["Newham", "Barking and Dagenham"])]
        major = rows["MajorText"].str.upper().rename("major")
        tables.append(rows.groupby([major, "WardCode"])[months].sum().stack().unstack("WardCode").fillna(0))
    cells = tables[0].index.intersection(tables[1].index)
    before, after = (table.loc[cells] for table in tables)

    def shares(ward: str) -> pd.Series:
        """Parts of the old wards of the same borough that make up a new one, weighted to even out the counts."""
        barking = ward.startswith("E05014")
        mine = before.loc[:, [("E05000026" <= code <= "E05000042") == barking for code in before.columns]]
        weight = 1 / np.sqrt(after[ward].mean() + mine.mean(axis=1).to_numpy())
        found, _ = nnls(mine.to_numpy() * weight[:, None], after[ward].to_numpy() * weight)
        return pd.Series(found, index=mine.columns)

    assert shares("E05014064")["E05000035"] == pytest.approx(1.00, abs=0.02)  # Longbridge
    assert shares("E05013915")["E05000487"] == pytest.approx(0.88, abs=0.04)  # Little Ilford
    assert shares("E05014066")["E05000026"] == pytest.approx(0.34, abs=0.04)  # Northbury, of Abbey
    assert shares("E05014053")["E05000026"] == pytest.approx(0.58, abs=0.04)  # the new Abbey
    assert shares("E05013926")["E05000493"] == pytest.approx(0.99, abs=0.03)  # Wall End


def test_the_street_is_a_twelfth_of_the_ward(ilford, shared_data):
    """17 of 209, and the month is that of the records, not of the file's name."""
    file = shared_data / f"police_uk/api_json/output_month_2017_01_area_{LOXFORD}_0.json"
    records = json.loads(file.read_text(encoding="utf-8"))
    on_street = [one for one in records if "Ilford Lane" in one["location"]["street"]["name"]]
    assert {one["month"] for one in records} == {ilford["dilution"]["month"]}
    assert len(on_street) == ilford["dilution"]["street_incidents"]
    assert len(records) == ilford["dilution"]["area_incidents"]
    assert "anti-social-behaviour" in {one["category"] for one in on_street}


def test_recorded_soliciting_was_zero_around_both_operations(shared_data, ilford_page):
    wide = pd.read_csv(shared_data / "mps_borough/prostitution_offences_by_borough_201004_202201.csv")
    row = wide[
        (wide["LookUp_BoroughName"] == "Redbridge") & (wide["MinorText"] == "Soliciting for Prostitution")
    ]
    months = row[[head for head in row.columns if head.isdigit()]].iloc[0]
    years = months.groupby(months.index.str[:4]).sum()
    assert years["2013":"2021"].tolist() == [31, 79, 49, 22, 16, 0, 0, 0, 0]
    assert months["201702"] == 13
    assert months["201706"] == months["201805"] == 0
    assert "31 in 2013, then 79, 49, 22, 16 in 2017 (13 of them in February)" in ilford_page


@pytest.mark.parametrize(
    ("name", "majors", "before", "after"),
    [
        ("all recorded crime", None, 899, 965),
        ("all crime but what officers find", "all crime", 809, 906),
        ("robbery", "robbery", 45, 48),
        ("violence against the person", "violence", 277, 305),
        ("sexual offences", "sexual offences", 33, 23),
    ],
)
def test_the_table_of_the_page_is_that_of_the_file(ilford, ilford_page, london, name, majors, before, after):
    if majors is None:
        rows = london
    else:
        parts = next(outcome["parts"] for outcome in ilford["outcomes"] if outcome["name"] == majors)
        rows = london[london.index.get_level_values("MajorText").isin(parts)]
    year, later = (between(rows, f"{y}04", f"{y}12").sum(axis=1) for y in (2016, 2017))
    change = 100 * (later.sum() / year.sum() - 1)
    assert (year[LOXFORD].sum(), later[LOXFORD].sum()) == (before, after)
    assert (
        f"| {name} | {before} | {after} | {100 * (after / before - 1):+.0f}% ({change:+.0f}%) |"
        in ilford_page
    )


def test_no_category_of_the_outcomes_is_empty_in_the_months_used(ilford, london):
    parts = {part for outcome in ilford["outcomes"] for part in outcome["parts"]}
    totals = between(london, "201404", "201905").groupby("MajorText").sum()
    used = totals.loc[sorted(parts)]
    assert (used.min(axis=1) > 0.4 * used.median(axis=1)).all()
    assert (
        totals.drop(index=used.index).to_numpy().sum() < 10
    )  # what is left out was not counted here any more
