"""Answers of the API of data.police.uk: slugs, coordinates as text, the same incident in two wards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import evaluate as ev
from evaluate.data.police_uk_api import TYPES

ANSWERS = "police_uk/api_json"


def crime(
    number: int, *, slug: str = "burglary", persistent: str = "", month: str = "2018-06", **changed
) -> dict:
    """One record as the API gives it."""
    record = {
        "category": slug,
        "location_type": "Force",
        "location": {
            "latitude": "51.552532",
            "street": {"id": 969589, "name": "On or near Howard Road"},
            "longitude": "0.072294",
        },
        "context": "",
        "outcome_status": None,
        "persistent_id": persistent,
        "id": number,
        "location_subtype": "",
        "month": month,
    }
    return record | changed


def answer(folder: Path, name: str, *records: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


# ---- the published answers ----------------------------------------------------------------------------------------


def test_every_ward_of_redbridge_agrees_with_an_independent_count(shared_data):
    panel = ev.read_police_uk(shared_data / ANSWERS)
    expected: dict[tuple[str, str], int] = {}
    seen: set[str] = set()
    read = 0
    for path in sorted((shared_data / ANSWERS).iterdir()):
        ward = path.stem.split("_")[5]
        for record in json.loads(path.read_text(encoding="utf-8")):
            read += 1
            same = record["persistent_id"] or str(record["id"])
            if same not in seen:
                seen.add(same)
                key = ward, TYPES[record["category"]]
                expected[key] = expected.get(key, 0) + 1
    frame = panel.to_frame()
    found = {
        (row.area, row.outcome): int(row.count) for row in frame[frame["count"] > 0].itertuples(index=False)
    }
    assert found == expected
    assert panel.counts.shape == (22, 1, 14)
    assert str(panel.periods[0]) == "2018-06"  # the names of the files say 2017-01; the records decide
    assert sum(file.rows_read for file in panel.provenance.files) == read == 2402
    assert int(panel.counts.sum()) == len(seen) == 2207


def test_a_pattern_and_one_file(shared_data):
    path = shared_data / ANSWERS / "output_month_2017_01_area_E05011247_0.json"
    one = ev.read_police_uk(path)
    assert list(one.areas) == ["E05011247"]
    assert one.provenance.files[0].rows_read == 209
    two = ev.read_police_uk(f"{shared_data / ANSWERS}/*E050112[4]*_0.json")
    assert one.counts.sum() >= two.select(areas=["E05011247"]).counts.sum()


# ---- made answers -------------------------------------------------------------------------------------------------


def test_an_incident_counts_once_in_two_polygons_and_two_wards(tmp_path):
    shared = crime(3, slug="anti-social-behaviour")
    answer(tmp_path, "2018-06-E05000001-0.json", crime(1, persistent="a"), shared)
    answer(tmp_path, "2018-06-E05000001-1.json", crime(2, persistent="a"), crime(4, persistent="b"))
    answer(tmp_path, "2018-06-E05000002-0.json", shared, crime(5, persistent="c"))
    panel = ev.read_police_uk(tmp_path)
    assert panel.counts.sel(outcome="Burglary").values.ravel().tolist() == [2, 1]
    assert panel.counts.sel(outcome="Anti-social behaviour").values.ravel().tolist() == [1, 0]
    assert panel.provenance.notes[:2] == (
        "The area of a crime is the one that the file's name says was asked for.",
        "1 crime in the answers for two areas or more, whose outlines meet, counts in the first of them.",
    )


def test_a_month_not_asked_for_in_one_ward_is_missing_there(tmp_path):
    answer(tmp_path, "E05000001-06.json", crime(1))
    answer(tmp_path, "E05000001-07.json", crime(2, month="2018-07"))
    answer(tmp_path, "E05000002-06.json", crime(3))
    panel = ev.read_police_uk(tmp_path)
    np.testing.assert_array_equal(panel.counts.values[..., 0], [[1, 1], [1, np.nan]])
    assert (
        "No answer has a crime of E05000002 in 2018-07; these are missing, not zero."
        in panel.provenance.notes
    )


def test_a_crime_without_a_place_is_counted_as_left_out(tmp_path):
    panel = ev.read_police_uk(answer(tmp_path, "E05000001.json", crime(1), crime(2, location=None)))
    assert int(panel.counts.sum()) == 1
    assert dict(panel.provenance.files[0].not_used) == {"no point": 1}


REFUSALS: dict[str, tuple[str, object, str]] = {
    "cut short": (
        "E05000001.json",
        json.dumps([crime(1)])[:-30],
        "E05000001.json, line 1, column 246: the JSON ends or breaks off here (Unterminated string starting at). Ask "
        "the API again and save the whole answer.",
    ),
    "an error object": (
        "E05000001.json",
        '{"error": "Too many requests"}',
        "E05000001.json: an answer of the API is a list of crimes, and this is one object. Save the answer to "
        "crimes-street/all-crime as it came.",
    ),
    "another question": (
        "E05000001.json",
        '[{"id": "kent", "name": "Kent Police"}]',
        'E05000001.json, record 1: a street-level crime has a "category". Valid names: id and name. Save the answer '
        "to crimes-street/all-crime as it came.",
    ),
    "numbers": (
        "E05000001.json",
        "[1, 2]",
        'E05000001.json, record 1: a street-level crime has a "category". There are no valid names to choose from. '
        "Save the answer to crimes-street/all-crime as it came.",
    ),
    "no such category": (
        "E05000001.json",
        [crime(1), crime(2, slug="burglery")],
        'E05000001.json, record 2: "burglery" is no category of street-level crime. Did you mean "burglary"?',
    ),
    "month 13": (
        "E05000001.json",
        [crime(1, month="2018-13")],
        'E05000001.json, record 1: a month is written like 2018-05; this is "2018-13". Ask again.',
    ),
    "no code in the name": (
        "answer.json",
        [crime(1)],
        "answer.json: an answer of the API does not say which area was asked for, and the file's name has no code of "
        'an area. Name the file after it, as in "2018-06-E05011247.json".',
    ),
    "two codes in the name": (
        "E05000001-E05000002.json",
        [crime(1)],
        "E05000001-E05000002.json: an answer of the API does not say which area was asked for, and the file's name "
        'has more than one code of an area. Name the file after it, as in "2018-06-E05011247.json".',
    ),
    "a place off the earth": (
        "E05000001.json",
        [crime(1, location={"longitude": "512", "latitude": "0.1"})],
        "E05000001.json, record 1: a location has a longitude and a latitude in degrees; this is {'longitude': '512', "
        "'latitude': '0.1'}. Ask the API again.",
    ),
    "Latin-1": (
        "E05000001.json",
        '[{"name": "Château"}]'.encode("latin-1"),
        "E05000001.json: this is not UTF-8 text. Save the answer as it came.",
    ),
    "brackets without end": (
        "E05000001.json",
        "[" * 200_000,
        "E05000001.json: brackets within brackets without end; this is no answer of the API.",
    ),
    "no crimes": ("E05000001.json", [], "E05000001.json: there are no rows below the head."),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_answers_that_are_refused(case, tmp_path):
    name, content, message = REFUSALS[case]
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(tmp_path / name)
    assert str(refused.value) == message


def test_answers_and_lists_of_lsoas_do_not_meet(tmp_path):
    path = answer(tmp_path, "E05000001.json", crime(1))
    with pytest.raises(
        ev.DataError, match=r"an answer of the API has points and no LSOAs, so areas= cannot place"
    ):
        ev.read_police_uk(path, areas={"Ilford Lane": ["E01003690"]})


def test_answers_and_street_files_are_not_read_together(tmp_path):
    answer(tmp_path, "E05000001.json", crime(1))
    (tmp_path / "2018-06-kent-street.csv").write_text("Crime ID\n", encoding="utf-8")
    with pytest.raises(
        ev.DataError, match=r"E05000001\.json is an answer of the API and 2018-06-kent-street\.csv is"
    ):
        ev.read_police_uk(f"{tmp_path}/*")
