"""Published files with random damage: counts or one DataError, never another exception."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev

STREET_HEAD = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
KINDS = ("Burglary", "Robbery", "Anti-social behaviour")


def street_text() -> bytes:
    rows = [
        f"{'' if number % 3 == 2 else f'{number:064x}'},2018-0{1 + number % 2},Kent Police,Kent Police,0.1,51.5,"
        f'"On or near High Street, East",E0100000{1 + number % 4},Ashford 001{"ABCD"[number % 4]},{KINDS[number % 3]},,'
        for number in range(12)
    ]
    return ("\n".join([STREET_HEAD, *rows]) + "\n").encode()


def stops_text() -> bytes:
    rows = [f"Person search,2018-01-{day:02d}T12:00:00+00:00,51.5,0.1,Firearms" for day in range(1, 9)]
    return ("Type,Date,Latitude,Longitude,Object of search\n" + "\n".join(rows) + "\n").encode()


def answer_text() -> bytes:
    record = {
        "category": "burglary",
        "location": {"latitude": "51.5", "street": {"id": 1, "name": "On or near A"}, "longitude": "0.1"},
        "month": "2018-01",
        "persistent_id": "",
    }
    return json.dumps([record | {"id": number} for number in range(4)]).encode()


def zip_bytes() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2018-01/2018-01-kent-street.csv", street_text())
    return packed.getvalue()


FILES: dict[str, tuple[str, bytes, Callable[[Path], ev.Panel]]] = {
    "street": ("2018-01-kent-street.csv", street_text(), ev.read_police_uk),
    "gzip": ("2018-01-kent-street.csv.gz", gzip.compress(street_text(), mtime=0), ev.read_police_uk),
    "zip": ("2018-01.zip", zip_bytes(), ev.read_police_uk),
    "answer": ("E05000001.json", answer_text(), ev.read_police_uk),
    "stops": ("2018-01-kent-stop-and-search.csv", stops_text(), ev.read_stop_and_search),
}
PIECES = [
    b"\n",
    b",",
    b'"',
    b"\0",
    b"\xff",
    b"",
    b"<html>",
    b"\r\n",
    b";",
    b"9" * 40,
    b"\xc3\xa9",
    b"[",
    b"-",
    b" ",
]


@st.composite
def damages(draw) -> list[tuple[float, int, bytes]]:
    """Places (share of the length), bytes taken out there and bytes put in."""
    one = st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES))
    return draw(st.lists(one, min_size=1, max_size=3))


@pytest.mark.parametrize("case", FILES, ids=str)
@settings(max_examples=40)
@given(damage=damages())
def test_damage_gives_counts_or_one_message(case, damage):
    name, content, read = FILES[case]
    for share, length, piece in damage:
        at = int(share * len(content))
        content = content[:at] + piece + content[at + length :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        said = ""
        try:
            panel = read(path)
        except ev.DataError as error:
            said = str(error)
        assert "\n" not in said
        if not said:
            assert int(panel.counts.sum()) <= sum(file.rows_used for file in panel.provenance.files)
