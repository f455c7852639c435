"""A panel written as street files, in any packing and order, reads back equal."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev

HEAD = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
TYPES = ("Anti-social behaviour", "Burglary", "Robbery", "Violence and sexual offences")
STREETS = (
    "On or near High Street",
    '"On or near Smith, Jones ""& Co"""',
    "No Location",
    "On or near Æthelstan Rd",
)
FIRST = pd.Period("2018-11", "M")


@st.composite
def panels(draw) -> tuple[np.ndarray, list[str]]:
    """Counts (areas, months, types) with at least one crime in each, and the force of each area."""
    areas, months, types = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, len(TYPES)))
    cells = st.lists(st.integers(0, 3), min_size=areas * months * types, max_size=areas * months * types)
    counts = np.array(draw(cells), dtype=float).reshape(areas, months, types)
    forces = draw(st.lists(st.sampled_from(["Kent Police", "Essex Police"]), min_size=areas, max_size=areas))
    return counts, forces


def files_of(counts: np.ndarray, forces: list[str], draw: st.DataObject) -> dict[str, str]:
    """Street files of a panel by name; rows in any order, some of them repeats and some without a place."""
    rows: dict[tuple[str, int], list[str]] = {}
    crime = 0
    for area, month, kind in np.argwhere(counts > 0):
        force = forces[area]
        for _ in range(int(counts[area, month, kind])):
            crime += 1
            number = "" if kind == 0 else f"{crime:064x}"
            street = draw.draw(st.sampled_from(STREETS))
            row = (
                f"{number},{FIRST + int(month)},{force},{force},0.1,51.5,{street},E0100000{area + 1},"
                f"Town 00{area + 1}A,{TYPES[kind]},,"
            )
            mine = rows.setdefault((force, int(month)), [])
            mine += [row] * (draw.draw(st.integers(1, 2)) if number else 1)
    for (force, month), mine in rows.items():
        mine += [f",{FIRST + month},{force},{force},,,No Location,,,{TYPES[0]},,"] * draw.draw(
            st.integers(0, 2)
        )
    return {
        f"{FIRST + month}/{FIRST + month}-{force.split()[0].lower()}-street.csv": "\n".join(
            [HEAD, *draw.draw(st.permutations(mine))]
        )
        + draw.draw(st.sampled_from(["", "\n"]))
        for (force, month), mine in rows.items()
    }


def written(files: dict[str, str], folder: Path, packing: str) -> Path:
    """Write files as a folder, a folder of gzipped files, a zip, or in Windows' way."""
    if packing == "zip":
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in files.items():
                packed.writestr(name, text)
        return folder / "a.zip"
    for name, text in files.items():
        path = folder / (name + ".gz" if packing == "gzip" else name)
        path.parent.mkdir(exist_ok=True)
        data = text.encode()
        if packing == "Windows":
            data = b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
        path.write_bytes(gzip.compress(data) if packing == "gzip" else data)
    return folder


def expected(counts: np.ndarray, forces: list[str]) -> xr.DataArray:
    """What the files say: areas, months and types that occur; missing where a force has no row in a month."""
    counts = counts.copy()
    for force in set(forces):
        mine = np.array([one == force for one in forces])
        silent = counts[mine].sum(axis=(0, 2)) == 0
        counts[np.ix_(mine, silent)] = np.nan
    known = np.nan_to_num(counts)
    areas, months, types = (np.flatnonzero(known.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    months = np.arange(months[0], months[-1] + 1)
    return xr.DataArray(
        counts[np.ix_(areas, months, types)],
        dims=("area", "period", "outcome"),
        coords={
            "area": [f"E0100000{area + 1}" for area in areas],
            "period": pd.period_range(FIRST + int(months[0]), periods=len(months), freq="M"),
            "outcome": [TYPES[kind] for kind in types],
        },
    )


@settings(max_examples=25)
@given(panel=panels(), packing=st.sampled_from(["folder", "gzip", "zip", "Windows"]), draw=st.data())
def test_street_files_read_back_equal(panel, packing, draw):
    counts, forces = panel
    counts[0, 0, 0] = max(counts[0, 0, 0], 1)  # a file has a row
    files = files_of(counts, forces, draw)
    with tempfile.TemporaryDirectory() as folder:
        read = ev.read_police_uk(written(files, Path(folder), packing))
    xr.testing.assert_equal(read.counts, expected(counts, forces))
    assert sum(file.rows_used for file in read.provenance.files) == int(counts.sum())
    # A row is a line of its file below the head; the street with quotation marks has no new line in it.
    lines = sum(len(list(io.StringIO(text))) - 1 for text in files.values())
    assert sum(file.rows_read for file in read.provenance.files) == lines


@settings(max_examples=10)
@given(panel=panels(), draw=st.data())
def test_neither_the_order_of_rows_nor_of_files_matters(panel, draw):
    counts, forces = panel
    counts[0, 0, 0] = max(counts[0, 0, 0], 1)
    files = files_of(counts, forces, draw)
    names = draw.draw(st.permutations(list(files)))
    found = []
    for order in (list(files), names):
        with tempfile.TemporaryDirectory() as folder:
            renamed = {
                f"{number:03d}/{number:03d}-a-street.csv": files[name] for number, name in enumerate(order)
            }
            found.append(ev.read_police_uk(written(renamed, Path(folder), "folder")).counts)
    xr.testing.assert_equal(*found)
