"""Street files counted by streets and polygons, among the LSOAs they lie in."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest

import evaluate as ev

CITY = "police_uk/street_city_of_london"
FLEET_STREET = ("E01000001", "E01000002", "E01000003", "E01000005", "E01032739", "E01032740")


@pytest.fixture(scope="module")
def rows(shared_data) -> list[dict[str, str]]:
    """All rows of the City, each Crime ID once: the row with a place, of the earliest month, first by its place."""
    read = [
        row
        for path in sorted((shared_data / CITY).iterdir())
        for row in csv.DictReader(path.open(encoding="utf-8", newline=""))
    ]
    heads = ("Month", "LSOA code", "Location", "Longitude", "Latitude")
    once: dict[str, dict[str, str]] = {}
    for row in sorted(read, key=lambda row: (row["LSOA code"] == "", *(row[head] for head in heads))):
        once.setdefault(row["Crime ID"], row)
    del once[""]
    return [row for row in read if not row["Crime ID"]] + list(once.values())


def test_a_street_and_the_rest_of_its_lsoas_make_the_whole(shared_data, rows):
    lane = ev.OwnArea("Fleet Street", streets=["Fleet Street"], lsoas=FLEET_STREET)
    panel = ev.read_police_uk(shared_data / CITY, areas=[lane])
    plain = ev.read_police_uk(shared_data / CITY)
    assert panel.counts.sum() == plain.counts.sum()
    on_street = [
        row
        for row in rows
        if row["Location"] == "On or near Fleet Street" and row["LSOA code"] in FLEET_STREET
    ]
    assert int(panel.counts.sel(area="Fleet Street").sum()) == len(on_street) > 100
    by_month = Counter(row["Month"] for row in on_street)
    found = panel.counts.sel(area="Fleet Street").sum("outcome").to_series()
    assert {str(month): int(count) for month, count in found.items() if count} == dict(by_month)
    # What lies on the street is taken from its LSOAs and from no other area.
    taken = Counter(row["LSOA code"] for row in on_street)
    for code in plain.areas:
        left = panel.counts.sel(area=code).sum() if code in panel.areas else 0
        assert plain.counts.sel(area=code).sum() - left == taken[code]


def test_labels_and_rows_left_out_are_those_of_lsoas(shared_data):
    lane = ev.OwnArea("Fleet Street", streets=["Fleet Street"], lsoas=FLEET_STREET)
    panel, plain = ev.read_police_uk(shared_data / CITY, areas=[lane]), ev.read_police_uk(shared_data / CITY)
    shared = [code for code in plain.areas if code in panel.areas]
    assert [panel.label(code) for code in shared] == [plain.label(code) for code in shared]
    assert panel.label("Fleet Street") == "Fleet Street"
    assert panel.provenance.files == plain.provenance.files
    assert panel.provenance.layout == "data.police.uk street files by LSOA and area of one's own"


def test_a_polygon_counts_the_points_inside_it(shared_data, rows):
    pytest.importorskip("geopandas", reason="polygons are an optional extra: maps")
    west, south, east, north = -0.1000, 51.5120, -0.0900, 51.5160
    box = [(west, south), (east, south), (east, north), (west, north)]
    panel = ev.read_police_uk(shared_data / CITY, areas=[ev.OwnArea("Cheapside", polygon=box)])
    inside = [
        row
        for row in rows
        if row["LSOA code"]
        and west <= float(row["Longitude"]) <= east
        and south <= float(row["Latitude"]) <= north
    ]
    assert int(panel.counts.sel(area="Cheapside").sum()) == len(inside) > 1000
    assert not np.isnan(panel.counts.values).any()


def test_a_street_that_is_not_published_is_refused(shared_data):
    lane = ev.OwnArea("lane", streets=["Fleat Street"], lsoas=FLEET_STREET)
    with pytest.raises(
        ev.DataError, match=r'no crime is published on or near "Fleat Street" in .*Did you mean "Fleet'
    ):
        ev.read_police_uk(shared_data / CITY, areas=[lane])


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ([], "areas= is an empty list. Name at least one ev.OwnArea, or leave it out."),
        (
            ["Ilford Lane"],
            'areas= is a list of ev.OwnArea; it holds "Ilford Lane". Write ev.OwnArea(name, ...).',
        ),
        (
            [ev.OwnArea("E01000001", lsoas=["E01000001"])],
            'An area of your own is called "E01000001", as an LSOA is. Give it another name.',
        ),
    ],
)
def test_lists_that_are_refused(tmp_path, areas, message):
    with pytest.raises(ev.DataError) as raised:
        ev.read_police_uk(tmp_path, areas=areas)
    assert str(raised.value) == message
