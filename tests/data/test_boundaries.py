"""Boundaries: sizes, neighbours, overlaps of two years, and the area that holds a point."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.data import boundaries as module
from evaluate.data.grid import as_counts

geopandas = pytest.importorskip("geopandas", reason="boundaries are an optional extra: maps")
pytest.importorskip("libpysal", reason="boundaries are an optional extra: maps")
shapely = pytest.importorskip("shapely", reason="boundaries are an optional extra: maps")

LONDON_2014, LONDON_2018 = "geography/London_Ward_2014.shp", "geography/London_Ward_2018.shp"
LSOAS = "geography/LSOA_2011_London_gen_MHW.shp"
EAST, NORTH = 543_000.0, 185_000.0  # near Loxford, in metres of the British National Grid


def squares(path, boxes, *, crs=27700, head="WD18CD", **columns):
    """Write squares, in metres from a corner near Loxford, as a file of boundaries."""
    shapes = [shapely.box(EAST + w, NORTH + s, EAST + e, NORTH + n) for w, s, e, n in boxes.values()]
    frame = geopandas.GeoDataFrame({head: list(boxes), **columns}, geometry=shapes, crs=crs)
    frame.to_file(path)
    return path


# Two squares of a hectare side by side, one 0.8 m further east, one that meets the first in a corner alone.
BOXES = {
    "E05000001": (0, 0, 100, 100),
    "E05000002": (100, 0, 200, 100),
    "E05000003": (200.8, 0, 300.8, 100),
    "E05000004": (-100, 100, 0, 200),
}


@pytest.fixture
def wards(tmp_path) -> ev.Boundaries:
    return ev.read_boundaries(
        squares(tmp_path / "wards.shp", BOXES, WD18NM=["North", "South", "East", "West"])
    )


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_codes_names_and_sizes(wards):
    assert list(wards.areas) == sorted(BOXES)
    np.testing.assert_allclose(wards.hectares, 1.0)
    assert wards.labels["E05000002"] == "South"
    assert repr(wards) == "Boundaries: 4 areas of 4 hectares"
    assert (wards.file.name, wards.file.rows_used, dict(wards.file.not_used)) == ("wards.shp", 4, {})


def test_geojson_in_degrees_is_measured_in_metres(tmp_path, wards):
    path = tmp_path / "wards.geojson"
    wards.shapes.reset_index().to_crs(4326).to_file(path, driver="GeoJSON")
    read = ev.read_boundaries(path)
    np.testing.assert_allclose(read.hectares, 1.0, rtol=1e-4)
    assert read.neighbours().touching == wards.neighbours().touching


def test_the_column_of_codes_is_the_one_that_tells_areas_apart(tmp_path):
    path = squares(tmp_path / "wards.shp", BOXES, LAD18CD=["E09000026"] * 4, AREA_ID=list("abcd"))
    assert list(ev.read_boundaries(path).areas) == sorted(BOXES)
    assert list(ev.read_boundaries(path, code="AREA_ID").areas) == list("abcd")


def test_outlines_that_cross_themselves_are_mended_and_counted(tmp_path):
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    frame = geopandas.GeoDataFrame({"code": ["E05000001"]}, geometry=[bow], crs=27700)
    frame.to_file(tmp_path / "bow.shp")
    read = ev.read_boundaries(tmp_path / "bow.shp")
    assert read.file.not_used == {"outline mended": 1}
    assert read.hectares.tolist() == pytest.approx([0.5])


@pytest.mark.parametrize(
    ("columns", "arguments", "message"),
    [
        (
            {"head": "ward"},
            {"code": "wards"},
            'wards.shp: there is no column "wards". Did you mean "ward"?',
        ),
        ({}, {"name": "WD18NN"}, 'wards.shp: there is no column "WD18NN". Did you mean "WD18CD"?'),
        (
            {"LAD18CD": ["E09000026"] * 4},
            {"code": "LAD18CD"},
            'wards.shp: column "LAD18CD" has "E09000026" more than once; each area stands once. Name the column of the '
            "areas themselves with code=.",
        ),
        (
            {"WD17CD": [f"E0500010{number}" for number in range(4)]},
            {},
            "wards.shp: one column holds the areas' codes, each once, such as E05011247; WD18CD and WD17CD are of this "
            "kind among WD18CD and WD17CD. Name it with code=.",
        ),
    ],
)
def test_columns_that_are_refused(tmp_path, columns, arguments, message):
    with pytest.raises(ev.DataError) as raised:
        ev.read_boundaries(squares(tmp_path / "wards.shp", BOXES, **columns), **arguments)
    assert str(raised.value) == message


def test_files_that_are_refused(tmp_path, write):
    with pytest.raises(
        ev.DataError, match=r"^wards.geojson: this cannot be read as boundaries. Give a shapefile"
    ):
        ev.read_boundaries(write("<html>not found</html>", "wards.geojson"))
    with pytest.raises(ev.DataError, match=r"^There is no file"):
        ev.read_boundaries(tmp_path / "nothing.shp")
    bare = squares(tmp_path / "bare.shp", BOXES)
    bare.with_suffix(".prj").unlink()
    with pytest.raises(ev.DataError) as raised:
        ev.read_boundaries(bare)
    assert str(raised.value) == (
        "bare.shp: it does not say in which coordinate system it is. Keep the .prj file beside the shapefile."
    )
    feature = {"type": "Feature", "properties": {"code": "E05000001"}, "geometry": None}
    empty = write(json.dumps({"type": "FeatureCollection", "features": [feature]}), "empty.geojson")
    with pytest.raises(
        ev.DataError, match=r"^empty.geojson: (E05000001 has no outline|there are no outlines)"
    ):
        ev.read_boundaries(empty)
    table = write("code,n\nE05000001,3\n", "table.csv")
    with pytest.raises(ev.DataError, match=r"^table.csv: there are no outlines in it"):
        ev.read_boundaries(table)


def test_without_geopandas_the_message_says_what_to_install(wards, monkeypatch, write):
    monkeypatch.setitem(__import__("sys").modules, "geopandas", None)
    with pytest.raises(ev.DataError) as raised:
        ev.read_boundaries(write("{}", "wards.geojson"))
    assert str(raised.value) == module.NEEDS_MAPS
    assert 'pip install "evaluate-operations[maps]"' in module.NEEDS_MAPS


# ---- neighbours ------------------------------------------------------------------------------------------------------


def test_areas_touch_over_a_small_gap_and_in_a_corner(wards):
    assert wards.neighbours().ring(["E05000001"]) == ("E05000002", "E05000004")
    assert wards.neighbours().ring(["E05000002"]) == ("E05000001", "E05000003")
    assert wards.neighbours(gap=0).ring(["E05000002"]) == ("E05000001",)
    assert wards.neighbours().ring(["E05000001"], 2) == ("E05000003",)
    assert wards.neighbours(gap=0).touching["E05000003"] == frozenset()
    with pytest.raises(ev.DataError, match="A gap between areas is 0 metres or more; it is -1"):
        wards.neighbours(gap=-1)


# ---- overlaps --------------------------------------------------------------------------------------------------------


def test_overlaps_are_hectares_and_slivers_are_left_out(wards, tmp_path):
    moved = {
        "E05000011": (0, 0, 80, 100),
        "E05000012": (80, 0, 200.3, 100),
        "E05000013": (200.3, 0, 300.8, 100),
    }
    new = ev.read_boundaries(squares(tmp_path / "new.shp", moved, WD18NM=["A", "B", "C"]))
    overlaps = wards.overlaps(new)
    shares = overlaps.table.set_index(["source", "target"])["share_of_source"].round(6)
    assert shares.to_dict() == {
        ("E05000001", "E05000011"): 0.8,
        ("E05000001", "E05000012"): 0.2,
        ("E05000002", "E05000012"): 1.0,
        ("E05000003", "E05000013"): 1.0,
    }
    assert overlaps.labels["E05000012"] == "B"
    assert [file.name for file in overlaps.files] == ["wards.shp", "new.shp"]


def test_places_far_apart_do_not_overlap(wards, tmp_path):
    far = ev.read_boundaries(squares(tmp_path / "far.shp", {"E05000099": (9000, 0, 9100, 100)}))
    with pytest.raises(ev.DataError, match=r"^No area overlaps another"):
        wards.overlaps(far)


# ---- points ----------------------------------------------------------------------------------------------------------


def test_points_are_found_in_metres_and_in_degrees(wards):
    metres = pd.DataFrame(
        {"easting": [EAST + 50, EAST + 250, EAST - 500, None], "northing": [NORTH + 50] * 4}
    )
    metres.index = pd.Index([7, 8, 9, 10])
    found = wards.holding(metres)
    assert found.to_dict() == {7: "E05000001", 8: "E05000003", 9: "", 10: ""}
    placed = geopandas.points_from_xy([EAST + 50, EAST + 250], [NORTH + 50] * 2, crs=27700).to_crs(4326)
    degrees = pd.DataFrame(
        {"longitude": [*placed.x.astype(str), ""], "latitude": [*placed.y.astype(str), ""]}
    )
    assert wards.holding(degrees).tolist() == ["E05000001", "E05000003", ""]


def test_a_point_on_the_line_is_in_one_area_alone(wards):
    assert wards.holding(pd.DataFrame({"easting": [EAST + 100], "northing": [NORTH + 50]})).tolist() == [
        "E05000001"
    ]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (
            {"x": [1.0], "y": [2.0]},
            "Points have the columns longitude and latitude, or easting and northing; these have x and y. Rename two.",
        ),
        (
            {"longitude": ["0.07", "east"], "latitude": ["51.5", "51.5"]},
            'A longitude is a number; row 2 has "east". Correct it, or leave it empty.',
        ),
    ],
)
def test_points_that_are_refused(wards, points, message):
    with pytest.raises(ev.DataError) as raised:
        wards.holding(pd.DataFrame(points))
    assert str(raised.value) == message


# ---- the published boundaries ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def london(shared_data) -> tuple[ev.Boundaries, ev.Boundaries]:
    older, newer = (ev.read_boundaries(shared_data / name) for name in (LONDON_2014, LONDON_2018))
    return older, newer


def test_loxford_lost_a_sixth_of_its_area_in_may_2018(london):
    """128.8 hectares became 109.1, wholly inside the old ward: 84.7% of it."""
    older, newer = london
    assert older.hectares["E05000507"] == pytest.approx(128.8, abs=0.05)
    assert newer.hectares["E05011247"] == pytest.approx(109.1, abs=0.05)
    overlaps = older.overlaps(newer)
    assert overlaps.share("E05000507", "E05011247") == pytest.approx(0.847, abs=0.0005)
    inside = overlaps.table[overlaps.table["target"] == "E05011247"]
    assert inside["source"].tolist() == ["E05000507"]
    assert inside["share_of_target"].iloc[0] == pytest.approx(1, abs=1e-4)


def test_london_is_as_large_as_before_and_every_old_ward_lies_in_new_ones(london):
    older, newer = london
    assert len(older.areas) == 654
    assert len(newer.areas) == 657
    assert older.hectares.sum() == pytest.approx(newer.hectares.sum(), rel=1e-5)
    whole = older.overlaps(newer).table.groupby("source")["share_of_source"].sum()
    assert len(whole) == 654
    assert whole.between(0.995, 1 + 1e-9).all()


def test_rings_around_loxford(london):
    neighbours = london[1].neighbours()
    first, second = neighbours.ring(["E05011247"]), neighbours.ring(["E05011247"], 2)
    names = {code: london[1].labels[code] for code in first}
    assert names == {
        "E05000026": "Abbey",
        "E05000035": "Longbridge",
        "E05000487": "Little Ilford",
        "E05011240": "Clementswood",
        "E05011246": "Ilford Town",
        "E05011248": "Mayfield",
    }
    with pytest.raises(ev.DataError) as raised:
        neighbours.ring(["Abbey"])  # a name, which two boroughs have
    assert str(raised.value) == (
        'There is no area "Abbey" among these neighbours. Did you mean "E05000026" (Abbey, Barking and Dagenham), '
        '"E05000455" (Abbey, Merton), "E05000214" (Abbey Wood, Greenwich) or "E05000630" (Abbey Road, City of '
        "Westminster)?"
    )
    shapes = london[1].shapes.geometry
    around = shapes[list(first)].union_all()
    touching = {
        str(code) for code in shapes.index[shapes.distance(around) <= 1.0]
    }  # another way to the same ring
    assert set(second) == touching - {*first, "E05011247"}


def test_simplified_outlines_of_lsoas_touch_over_their_gaps(shared_data):
    lsoas = ev.read_boundaries(shared_data / LSOAS, code="LSOA11CD")
    numbers = [len(others) for others in lsoas.neighbours().touching.values()]
    assert len(numbers) == 4835
    assert min(numbers) >= 1
    assert 5 < np.mean(numbers) < 7  # a planar map has under six neighbours an area, but for corners


def test_counts_rebuilt_to_the_new_wards_keep_the_total_of_london(london):
    older, newer = london
    months = pd.period_range("2018-03", periods=3, freq="M")
    rng = np.random.default_rng(1)
    counts = rng.poisson(100, size=(654, 3, 1)).astype(float)
    panel = ev.Panel(as_counts(counts, areas=older.areas, periods=months, outcomes=["all crime"]))
    rebuilt = ev.rebuild(panel, older.overlaps(newer), method="weights", seed=1)
    assert rebuilt.counts.sum() == counts.sum()
    assert len(rebuilt.areas) == 657
    kept = rebuilt.counts.sel(area="E05011247").sum() / panel.counts.sel(area="E05000507").sum()
    assert float(kept) == pytest.approx(0.847, abs=4 * np.sqrt(0.847 * 0.153 / 300))
    with pytest.raises(
        ev.DataError, match=r"holds only .* \(41 areas below 80%\). Rebuild from counts by LSOA"
    ):
        ev.rebuild(panel, older.overlaps(newer))
