"""Points of street files and of the API's answers, placed in outlines of wards."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

import evaluate as ev
from evaluate.data.police_uk_api import TYPES

pytest.importorskip("geopandas", reason="outlines need the optional extra maps")
pytest.importorskip("libpysal", reason="outlines need the optional extra maps")

HEAD = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type"


@pytest.fixture(scope="module")
def wards(shared_data) -> ev.Boundaries:
    return ev.read_boundaries(shared_data / "geography/London_Ward_2018.shp")


def square(folder: Path) -> ev.Boundaries:
    """Two squares of a tenth of a degree, side by side."""
    features = [
        {
            "type": "Feature",
            "properties": {"WD18CD": code, "WD18NM": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[west, 51.5], [west + 0.1, 51.5], [west + 0.1, 51.6], [west, 51.6], [west, 51.5]]
                ],
            },
        }
        for code, name, west in (("E05000001", "West", 0.0), ("E05000002", "East", 0.1))
    ]
    path = folder / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return ev.read_boundaries(path)


def line(east: str, north: str, kind: str = "Burglary", crime: str = "") -> str:
    where = f"{east},{north},On or near High Street,E01000001,Ashford 001A"
    return f"{crime},2018-01,Kent Police,Kent Police,{where},{kind}"


def test_points_count_in_the_outline_that_holds_them(tmp_path):
    path = tmp_path / "2018-01-kent-street.csv"
    rows = (
        line("0.05", "51.55"),
        line("0.15", "51.55"),
        line("0.16", "51.55"),
        line("0.5", "51.55"),
        line("", ""),
    )
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    panel = ev.read_police_uk(path, areas=square(tmp_path))
    assert panel.counts.values.ravel().tolist() == [1, 2]
    assert panel.label("E05000002") == "East"
    assert dict(panel.provenance.files[0].not_used) == {"no point": 1, "outside the outlines": 1}
    assert panel.provenance.layout == "data.police.uk street files by outline"
    assert panel.provenance.notes[0].startswith("Areas are those of wards.geojson, SHA-256 ")


def test_outlines_of_another_place(tmp_path):
    path = tmp_path / "2018-01-kent-street.csv"
    path.write_text("\n".join([HEAD, line("1.5", "52.5")]), encoding="utf-8")
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(path, areas=square(tmp_path))
    assert str(refused.value) == (
        "No point in the data lies in the outlines of wards.geojson. Use outlines of the place that the data are about."
    )


def test_every_answer_for_redbridge_lands_in_or_beside_the_ward_asked_for(shared_data, wards):
    panel = ev.read_police_uk(shared_data / "police_uk/api_json", areas=wards)
    crimes: dict[str, str] = {}
    for path in sorted((shared_data / "police_uk/api_json").iterdir()):
        for record in json.loads(path.read_text(encoding="utf-8")):
            crimes.setdefault(record["persistent_id"] or str(record["id"]), TYPES[record["category"]])
    assert len(crimes) == 2207
    outside = [file.not_used.get("outside the outlines", 0) for file in panel.provenance.files]
    assert sum(outside) == 1  # one point lies beyond the border of London, and four in the next boroughs
    redbridge = [area for area in panel.areas if "E05011234" <= area <= "E05011255"]
    assert len(redbridge) == 22
    assert int(panel.counts.sum()) == 2206
    assert int(panel.counts.sel(area=redbridge).sum()) == 2202
    by_type = Counter(crimes.values())
    differing = {name: by_type[name] - int(panel.counts.sel(outcome=name).sum()) for name in panel.outcomes}
    assert sorted(differing.values()) == [0] * 13 + [1]


def test_every_point_of_the_city_is_accounted_for(shared_data, wards):
    """Every row with a point counts in an outline or is told as outside them."""
    path = shared_data / "police_uk/street_city_of_london/2017-0*-street.csv"
    by_point = ev.read_police_uk(path, areas=wards)
    rows = []
    for file in sorted((shared_data / "police_uk/street_city_of_london").glob("2017-0*-street.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            rows += list(csv.DictReader(stream))
    placed = {row["Crime ID"] or number for number, row in enumerate(rows) if row["Longitude"]}
    outside = sum(file.not_used.get("outside the outlines", 0) for file in by_point.provenance.files)
    assert int(by_point.counts.sum()) + outside == len(placed)
