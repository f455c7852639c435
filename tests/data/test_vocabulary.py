"""The common vocabulary: it knows every category published, and counts agree across taxonomies."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

import evaluate as ev
from evaluate.data.vocabulary import common_category, common_name, published_names, unknown_categories

REGISTER = "registers/mps_categories.csv"
OLD = "mps_borough/MPS_Borough_Level_Crime_Historic [2008-01..2016-12 old taxonomy].csv"
NAMED = "mps_borough/APR2010-FEB2022 [jn607].csv"
JULY = "mps_ward/recorded-crime-ward-historical.vintage202307.parquet"
FEBRUARY = "mps_ward/recorded-crime-ward-historical.parquet"
BOROUGHS_2023 = "mps_borough/MPS Borough Level Crime (Historical) [Ijti].csv"


def rows() -> list[dict[str, str]]:
    text = files("evaluate.data").joinpath(REGISTER).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_a_published_name_means_one_category_in_every_taxonomy():
    meant: dict[str, set[str]] = {}
    for row in rows():
        meant.setdefault(row["published"], set()).add(row["category"])
    assert {name: each for name, each in meant.items() if len(each) > 1} == {}


def test_every_row_is_of_the_form_that_readers_make():
    for row in rows():
        assert row["published"] == " ".join(row["published"].upper().split())
        assert ": " in row["published"]
        assert row["relation"] in ("same", "part", "near", "none")
        assert bool(row["category"]) == (row["relation"] != "none")


def test_it_knows_every_category_of_every_file(shared_data):
    read = 0
    for path in sorted([*shared_data.glob("mps_ward/*"), *shared_data.glob("mps_borough/*")]):
        panel = ev.read_mps(path, detail="minor", structural_zeros="zero")
        assert unknown_categories(panel.outcomes) == [], path.name
        read += 1
    assert read == 16


def totals(path, start, end):
    panel = ev.read_mps(path, detail="common", structural_zeros="zero").select(start=start, end=end)
    return panel.counts.sum(["area", "period"]).to_pandas()


def test_counts_of_the_old_taxonomy_are_near_those_of_the_new(shared_data):
    """The months that both borough files cover, all London: within 10%, and 13 of 18 categories within 1%."""
    old, new = (totals(shared_data / name, "2010-04", "2016-12") for name in (OLD, BOROUGHS_2023))
    shared = old.index.intersection(new.index)
    assert len(shared) == 18
    ratio = (new[shared] / old[shared]).sort_values()
    assert ratio.between(0.9, 1.1).all(), ratio
    assert (ratio.sub(1).abs() < 0.01).sum() == 13, ratio
    assert all(name.endswith(" (until 2019)") for name in old.index.difference(new.index))


@pytest.mark.parametrize(("first", "second"), [(JULY, FEBRUARY), (NAMED, BOROUGHS_2023)])
def test_counts_of_later_taxonomies_are_the_same_but_for_corrections(shared_data, first, second):
    """Months that both files cover: corrections between downloads move no category by 2%, but fraud by 3%."""
    one, other = (totals(shared_data / name, "2010-04", "2019-12") for name in (first, second))
    assert set(one.index) == set(other.index)
    moved = (other / one - 1).abs()
    assert moved.pop("FRAUD AND FORGERY") < 0.031
    assert (moved < 0.02).all(), moved


def test_names_are_looked_up_whatever_their_case():
    assert common_name("Theft:  Theft from Person") == "THEFT: THEFT FROM THE PERSON"
    assert common_name("THEFT: THEFT OF BEES") == "THEFT: THEFT OF BEES"
    assert common_category("Violence Against the Person: Offensive Weapon").relation == "none"
    assert "BURGLARY: DOMESTIC BURGLARY" in published_names("BURGLARY: RESIDENTIAL BURGLARY")


def test_a_name_that_other_downloads_cut_is_found_whole():
    major = "MISCELLANEOUS CRIMES AGAINST SOCIETY"
    whole = f"{major}: Making, Supplying or Possessing Articles for use in Fraud"
    assert common_category(whole).published == f"{major}: MAKING, SUPPLYING OR POSSESSING ARTICLES FOR USE I"
    assert common_name(whole) == major
    assert common_category(f"{major}: Making, Supplying") is None
