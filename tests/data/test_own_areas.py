"""Areas of one's own: lists of LSOAs, streets as published, polygons; what each place belongs to, once."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import evaluate as ev

PLACES = pd.DataFrame(
    [
        ("E01003729", "On or near Ilford Lane", 0.0720, 51.5490),
        ("E01003729", "On or near Grove Road", 0.0730, 51.5480),
        ("E01003734", "On or near Ilford Lane", 0.0725, 51.5470),
        ("E01000001", "On or near Ilford Lane", -0.0950, 51.5180),
        ("", "No Location", np.nan, np.nan),
    ],
    columns=["lsoa", "location", "longitude", "latitude"],
    index=[3, 1, 4, 15, 92],
)
LANE = ev.OwnArea("Ilford Lane", streets=["Ilford Lane"], lsoas=["E01003729", "E01003734"])
SQUARE = [(0.0715, 51.5475), (0.0735, 51.5475), (0.0735, 51.5495), (0.0715, 51.5495)]


def held(area: ev.OwnArea) -> list[int]:
    return PLACES.index[area.holds(PLACES)].tolist()


# ---- lists of LSOAs and streets --------------------------------------------------------------------------------------


def test_lsoas_are_joined_by_code():
    assert held(ev.OwnArea("two", lsoas=["E01003734", "E01003729"])) == [3, 1, 4]


@pytest.mark.parametrize("written", ["Ilford Lane", "On or near Ilford Lane", " ilford lane "])
def test_a_street_counts_inside_its_lsoas_alone(written):
    assert held(ev.OwnArea("lane", streets=[written], lsoas=["E01003729"])) == [3]
    assert held(LANE) == [3, 4]


def test_a_street_that_is_not_there_is_refused_with_the_nearest():
    area = ev.OwnArea("lane", streets=["Ilfrod Lane"], lsoas=["E01003729", "E01003734"])
    with pytest.raises(ev.DataError) as raised:
        area.holds(PLACES)
    assert str(raised.value) == (
        'lane: no crime is published on or near "Ilfrod Lane" in 2 LSOAs (E01003729 and E01003734). Did you mean '
        '"Ilford Lane"?'
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"streets": ["High Street"]},
            "lane: a street's name stands in many towns, so names never join alone. Give lsoas=, the LSOAs in which "
            '"High Street" is meant.',
        ),
        ({}, "lane: an area needs LSOAs or a polygon; it has neither."),
        ({"lsoas": "E01003729"}, 'lane: lsoas is a list; write ["E01003729"].'),
        (
            {"lsoas": ["E01003729"], "polygon": SQUARE},
            "lane: an area is a polygon, or LSOAs with or without streets; this is both. Make two areas.",
        ),
        ({"polygon": SQUARE[:2]}, "lane: a polygon has at least three corners; this has 2. Add the others."),
        (
            {"polygon": [(543000.0, 185000.0), (543100.0, 185000.0), (543100.0, 185100.0)]},
            "lane: (543000.0, 185000.0) is no longitude and latitude in degrees. Give (longitude, latitude), or a file "
            "that says its coordinate system.",
        ),
        (
            {"polygon": [1, 2, 3]},
            "lane: the corners of a polygon are pairs of longitude and latitude, such as (0.07, 51.55).",
        ),
    ],
)
def test_areas_that_are_refused(arguments, message):
    with pytest.raises(ev.DataError) as raised:
        ev.OwnArea("lane", **arguments)
    assert str(raised.value) == message


def test_an_area_needs_a_name_and_places_their_columns():
    with pytest.raises(ev.DataError, match="needs a name"):
        ev.OwnArea("", lsoas=["E01003729"])
    with pytest.raises(ev.DataError) as raised:
        LANE.holds(PLACES.rename(columns={"location": "Location"}))
    assert str(raised.value) == 'Ilford Lane: places need a column "location". Did you mean "Location"?'


# ---- polygons --------------------------------------------------------------------------------------------------------


def test_a_polygon_of_corners_holds_the_points_inside_it():
    pytest.importorskip("geopandas", reason="polygons are an optional extra: maps")
    assert held(ev.OwnArea("square", polygon=SQUARE)) == [3, 1]
    assert held(ev.OwnArea("square", polygon=SQUARE[::-1])) == [3, 1]
    assert repr(ev.OwnArea("square", polygon=SQUARE)) == "OwnArea: square (a polygon)"


def test_a_polygon_from_a_file(tmp_path):
    pytest.importorskip("geopandas", reason="polygons are an optional extra: maps")
    shape = {"type": "Polygon", "coordinates": [[*SQUARE, SQUARE[0]]]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    path = tmp_path / "patch.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    assert held(ev.OwnArea("patch", polygon=path)) == [3, 1]
    path.write_text("no outline", "utf-8")
    with pytest.raises(ev.DataError, match=r"^patch.geojson: this cannot be read as an outline"):
        ev.OwnArea("patch", polygon=path).holds(PLACES)


def test_a_polygon_whose_edges_cross_is_refused():
    pytest.importorskip("geopandas", reason="polygons are an optional extra: maps")
    crossed = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]
    with pytest.raises(ev.DataError) as raised:
        ev.OwnArea("bow", polygon=crossed).holds(PLACES)
    assert (
        str(raised.value) == "bow: the edges of the polygon cross. Give its corners in order, going around."
    )


def test_complaints_with_coordinates_are_read_by_polygon():
    pytest.importorskip("geopandas", reason="polygons are an optional extra: maps")
    complaints = PLACES.assign(
        day=["2018-05-01", "2018-05-02", "2018-05-03", "2018-05-04", "2018-05-05"], kind="noise"
    )
    complaints["patch"] = ev.assign_areas(complaints, [ev.OwnArea("square", polygon=SQUARE)])
    panel = ev.read_incidents(complaints, area="patch", date="day", outcome="kind").count()
    assert list(panel.areas) == ["square"]
    assert panel.counts.values.tolist() == [[[2.0]]]
    assert dict(panel.provenance.files[0].not_used) == {"no area": 3}


# ---- every place once ------------------------------------------------------------------------------------------------


def test_each_place_is_in_one_area():
    rest = ev.OwnArea("rest", streets=["Grove Road"], lsoas=["E01003729"])
    given = ev.assign_areas(PLACES, [LANE, rest])
    assert given.to_dict() == {3: "Ilford Lane", 1: "rest", 4: "Ilford Lane", 15: "", 92: ""}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            ev.OwnArea("ward", lsoas=["E01003729"]),
            "ward and Ilford Lane share 1 place, which would count twice. Take what they share out of one.",
        ),
        (
            ev.OwnArea("Ilford Lane", lsoas=["E01000001"]),
            'Two areas of your own are called "Ilford Lane"; each needs a name of its own.',
        ),
        (
            ev.OwnArea("far", lsoas=["E01099999"]),
            "No place in the data lies in far. Check its codes or its corners (longitude first), and that the data are "
            "of this place.",
        ),
    ],
)
def test_areas_that_overlap_or_hold_nothing_are_refused(other, message):
    with pytest.raises(ev.DataError) as raised:
        ev.assign_areas(PLACES, [LANE, other])
    assert str(raised.value) == message


# ---- adding areas of a panel together --------------------------------------------------------------------------------


def test_a_group_takes_the_place_of_its_parts_and_no_count_is_lost():
    panel = ev.simulate_panel(areas=5, periods=24, seed=1)
    made = ev.combine_areas(panel, {"lane": ["A04", "A02"], "park": ["A01"]})
    assert list(made.areas) == ["lane", "park", "A03", "A05"]
    parts = panel.counts.sel(area=["A02", "A04"]).sum("area")
    np.testing.assert_array_equal(made.counts.sel(area="lane").values, parts.values)
    assert made.counts.sum() == panel.counts.sum()
    assert made.provenance.notes[-2:] == ("lane is A04 and A02 together.", "park is A01 together.")


def test_a_missing_part_makes_the_sum_missing():
    panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    counts = panel.counts.copy()
    counts.loc[{"area": "A01", "period": counts.indexes["period"][5]}] = np.nan
    made = ev.combine_areas(ev.Panel(counts), {"lane": ["A01", "A02"]})
    assert np.isnan(made.counts.sel(area="lane").values[:, 0]).nonzero()[0].tolist() == [5]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"lane": "A01"}, 'A group is a list of codes; write {"lane": ["A01"]}.'),
        ({"lane": []}, 'The group "lane" is empty. Name the areas that make it.'),
        ({"lane": ["A01"], "park": ["A01"]}, 'A01 is in "lane" and in "park"; keep it in one of them.'),
        ({"A03": ["A01"]}, '"A03" is an area of the panel already; give the group another name.'),
        ({"lane": ["A09"]}, 'There is no area "A09" in the data. Did you mean'),
    ],
)
def test_groups_that_are_refused(groups, message):
    with pytest.raises(ev.DataError) as raised:
        ev.combine_areas(ev.simulate_panel(areas=3, periods=24, seed=1), groups)
    assert str(raised.value).startswith(message)


# ---- privacy ---------------------------------------------------------------------------------------------------------


def test_an_area_of_ones_own_is_never_drawn_on_a_map(tmp_path):
    """Offences on a street, sexual ones among them, must not be placed on a map."""
    geopandas = pytest.importorskip("geopandas", reason="boundaries are an optional extra: maps")
    shapely = pytest.importorskip("shapely", reason="boundaries are an optional extra: maps")
    panel = ev.combine_areas(ev.simulate_panel(areas=6, periods=60, seed=1), {"Ilford Lane": ["A01"]})
    codes = [f"A0{number}" for number in range(1, 7)]
    boxes = [shapely.box(number, 0, number + 1, 1) for number in range(6)]
    geopandas.GeoDataFrame({"code": codes}, geometry=boxes, crs=27700).to_file(tmp_path / "map.shp")
    design = ev.Design(
        panel,
        outcome="crime",
        treated=["Ilford Lane"],
        operations=[ev.Operation("patrols", "2013-06-01", "2013-06-30")],
    )
    with pytest.raises(ev.DataError, match="has no boundary for Ilford Lane"):
        ev.plot_map(design, boundaries=tmp_path / "map.shp")
