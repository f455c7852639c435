"""How much of old areas lies in new ones, by LSOAs, and the changes of LSOAs from 2011 to 2021."""

from __future__ import annotations

from collections import Counter

import pytest

import evaluate as ev
from evaluate.data.overlaps import overlaps_of
from tests.data.test_lsoa_lookup import CHANGES, WARDS_2017, WARDS_2018, lookup_at


def test_shares_are_of_each_side():
    overlaps = ev.make_overlaps([("a", "x", 3), ("a", "y", 1), ("b", "y", 4)], unit="people")
    assert overlaps.share("a", "x") == 0.75
    assert overlaps.share("b", "x") == 0
    rows = overlaps.table.set_index(["source", "target"])["share_of_target"]
    assert rows.to_dict() == {("a", "x"): 1.0, ("a", "y"): 0.2, ("b", "y"): 0.8}
    assert repr(overlaps) == "Overlaps: 2 areas in 2, by people; 1 wholly inside one, 1 divided"


def test_parts_given_twice_are_added():
    assert (
        ev.make_overlaps([("a", "x", 1), ("a", "x", 2), ("a", "y", 1)], unit="people").share("a", "x") == 0.75
    )


def test_an_area_of_two_equal_parts_goes_to_the_first_code_whatever_the_order():
    parts = [("a", "y", 1.0), ("a", "x", 1.0)]
    for order in (parts, parts[::-1]):
        assert ev.make_overlaps(order, unit="people").best.loc["a", "target"] == "x"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "No area overlaps another. Check that both are of the same places."),
        (
            [("a", "x", 0.0)],
            "A part that two areas share has a size above 0; a in x has 0.0. Leave such pairs out.",
        ),
        (
            [("a", "x", float("nan"))],
            "A part that two areas share has a size above 0; a in x has nan. Leave such pairs out.",
        ),
    ],
)
def test_parts_without_a_size_are_refused(parts, message):
    with pytest.raises(ev.DataError) as raised:
        ev.make_overlaps(parts, unit="people")
    assert str(raised.value) == message


def test_an_unknown_area_is_refused():
    overlaps = ev.make_overlaps([("E05000507", "E05011247", 1)], unit="LSOAs")
    with pytest.raises(ev.DataError) as raised:
        overlaps.share("E05000570", "E05011247")
    assert (
        str(raised.value)
        == 'There is no source area "E05000570" in these overlaps. Did you mean "E05000507"?'
    )


# ---- by LSOA -----------------------------------------------------------------------------------------------------


def test_weights_take_the_place_of_the_number_of_lsoas(tmp_path):
    old = lookup_at(tmp_path, "17", "E01000001,A,,", "E01000002,A,,", "E01000003,A,,")
    new = lookup_at(tmp_path, "18", "E01000001,X,,", "E01000002,Y,,", "E01000003,Y,,")
    assert ev.overlaps_by_lsoa(old, new).share("A", "X") == pytest.approx(1 / 3)
    people = {"E01000001": 3000.0, "E01000002": 1000.0, "E01000003": 0.0}
    assert ev.overlaps_by_lsoa(old, new, weights=people).share("A", "X") == 0.75
    with pytest.raises(ev.DataError) as raised:
        ev.overlaps_by_lsoa(old, new, weights={"E01000001": 1.0})
    assert str(raised.value) == (
        "weights has none for 2 LSOAs, such as E01000002. Give each a weight, 0 if need be."
    )


def test_lookups_of_other_lsoas_are_refused(tmp_path):
    old = lookup_at(tmp_path, "17", "E01000001,A,,", "E01000002,A,,")
    new = lookup_at(tmp_path, "22", "E01033769,X,,", "E01000002,Y,,", lsoa="21")
    with pytest.raises(ev.DataError) as raised:
        ev.overlaps_by_lsoa(old, new)
    assert str(raised.value) == (
        "wards17.csv and wards22.csv share 50.0% of their LSOAs, so they are of different years or places (2011 and "
        "2021). Use two lookups of the same LSOAs."
    )


def test_loxford_kept_eight_of_its_nine_lsoas(shared_data):
    old, new = (ev.read_lookup(shared_data / name) for name in (WARDS_2017, WARDS_2018))
    overlaps = ev.overlaps_by_lsoa(old, new)
    assert overlaps.share("E05000507", "E05011247") == pytest.approx(8 / 9)
    assert overlaps.share("E05000507", "E05011240") == pytest.approx(1 / 9)  # Clementswood
    part = overlaps.table[overlaps.table["target"] == "E05011247"]
    assert part[["source", "share_of_target"]].to_numpy().tolist() == [["E05000507", 1.0]]
    assert overlaps.table["size"].sum() == 34_753
    assert overlaps.table.groupby("source")["share_of_source"].sum().round(12).eq(1).all()


def test_each_lsoa_of_a_lookup_is_wholly_in_its_ward(tmp_path):
    overlaps = overlaps_of(
        lookup_at(tmp_path, "18", "E01000001,X,Loxford,Redbridge", "E01000002,X,Loxford,Redbridge")
    )
    assert overlaps.table["share_of_source"].tolist() == [1.0, 1.0]
    assert overlaps.table["share_of_target"].tolist() == [0.5, 0.5]
    assert (dict(overlaps.labels), dict(overlaps.groups)) == ({"X": "Loxford"}, {"X": "Redbridge"})
    assert overlaps.files[0].name == "wards18.csv"


# ---- LSOAs of 2011 and 2021 --------------------------------------------------------------------------------------


def test_splits_merges_and_tangles_become_areas_that_both_years_make_up(tmp_path):
    path = tmp_path / "changes.csv"
    pairs = [
        ("E01000001", "E01000001"),  # unchanged
        ("E01000010", "E01033769"),  # split in two
        ("E01000010", "E01033770"),
        ("E01000020", "E01033771"),  # two merged
        ("E01000021", "E01033771"),
        ("E01000030", "E01033780"),  # a tangle
        ("E01000030", "E01033781"),
        ("E01000031", "E01033781"),
    ]
    path.write_text("\n".join(["LSOA11CD,LSOA21CD", *map(",".join, pairs)]), "utf-8")
    overlaps = ev.read_lsoa_changes(path)
    target = overlaps.best["target"].to_dict()
    assert target == {
        "E01000001": "E01000001",
        **dict.fromkeys(["E01000010", "E01033769", "E01033770"], "E01000010"),
        **dict.fromkeys(["E01000020", "E01000021", "E01033771"], "E01000020"),
        **dict.fromkeys(["E01000030", "E01000031", "E01033780", "E01033781"], "E01000030"),
    }
    whole = overlaps.table.groupby(["target", "edition"])["share_of_target"].sum()
    assert (whole == 1).all()
    assert len(whole) == 8  # four areas, each made up by the codes of either year


def test_the_published_changes_lose_no_code(shared_data):
    overlaps = ev.read_lsoa_changes(shared_data / CHANGES)
    editions = Counter(overlaps.table["edition"])
    assert editions == {"2011": 34_753, "2021": 35_672}
    assert len(overlaps.best) == 34_753 + 2_025
    whole = overlaps.table.groupby(["target", "edition"])["share_of_target"].sum().round(9)
    assert (whole == 1).all()


def test_a_file_without_both_years_is_refused(tmp_path):
    path = tmp_path / "changes.csv"
    path.write_text("LSOA11CD,WD18CD\nE01000001,E05000001\n", "utf-8")
    with pytest.raises(ev.DataError) as raised:
        ev.read_lsoa_changes(path)
    assert str(raised.value) == (
        "changes.csv: the changes of LSOAs have the columns LSOA11CD and LSOA21CD; this has LSOA11CD, WD18CD. Use the "
        "exact fit lookup of LSOA (2011) to LSOA (2021)."
    )
