"""Any panel, written in each published layout and read back, is the same panel."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev

MAJOR = "THEFT"
LAYOUTS = {
    "history": ["WardName", "WardCode", "MajorText", "MinorText", "LookUp_BoroughName", None],
    "24 months": ["MajorText", "MinorText", "WardName", "WardCode", "LookUp_BoroughName", None],
    "mirror": [
        "wardname",
        "wardcode",
        "majortext",
        "minortext",
        "lookup_boroughname",
        None,
        "Refreshed Date",
    ],
    "older": ["WardCode", "Ward Name", "Borough", "Major Category", "Minor Category", None],
    "code in two words": ["Ward Code", "Ward Name", "Borough", "Major Category", "Minor Category", None],
    "groups": ["Group", "SubGroup", "WardName", "WardCode", "LookUp_BoroughName", None],
    "boroughs": ["MajorText", "MinorText", "BoroughName", None],
    "boroughs, looked up": ["MajorText", "MinorText", "LookUp_BoroughName", None],
    "boroughs, older": ["Borough", "Major Category", "Minor Category", None],
    "boroughs, long": ["", "X", "Month", "CrimeType ", "CrimeDetails", "CrimeCount", "Borough"],
}
# What a head is filled with; the first that fits stands.
FILLS = {
    "code": "code", "name": "area", "borough": "area", "month": "month", "count": "count", "major": "major",
    "minor": "minor", "subgroup": "minor", "group": "major", "crimetype": "major", "crimedetails": "minor",
    "refreshed": "date",
}  # fmt: skip
# Either all small or all large: a month with next to nothing among full ones is held in part, by another rule.
CELLS = st.sampled_from([st.integers(0, 15), st.integers(200_000, 999_999)])
NAMES = st.text(
    st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\0="), min_size=1, max_size=12
)


@dataclass(frozen=True)
class Made:
    """A panel before it is written: counts have the shape (areas, minor categories, months)."""

    codes: list[str]
    names: list[str]
    minors: list[str]
    months: pd.PeriodIndex
    counts: np.ndarray


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    end: str
    bom: bool
    final: bool
    month: str
    kind: str
    upper: bool


@st.composite
def panels(draw: st.DrawFn) -> Made:
    codes = draw(
        st.lists(st.integers(0, 999_999).map(lambda n: f"E05{n:06d}"), min_size=1, max_size=4, unique=True)
    )
    plain = NAMES.map(lambda text: " ".join(text.split())).filter(bool)
    names = draw(st.lists(plain, min_size=len(codes), max_size=len(codes), unique=True))
    minor = plain.map(str.upper).filter(lambda text: text == " ".join(text.upper().split()))
    minors = draw(st.lists(minor, min_size=1, max_size=3, unique=True))
    first = draw(st.integers(0, 150))
    months = pd.period_range("2008-01", periods=first + draw(st.integers(1, 11)), freq="M")[first:]
    shape = (len(codes), len(minors), len(months))
    cells = draw(st.lists(draw(CELLS), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    return Made(codes, names, minors, months, np.array(cells).reshape(shape))


FORMS = st.builds(
    Form,
    end=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
    final=st.booleans(),
    month=st.sampled_from(["%Y%m", "%b-%y", "%B %Y", "%Y-%m"]),
    kind=st.sampled_from(["csv", "gzip", "parquet"]),
    upper=st.booleans(),
)


def rows_of(made: Made, layout: list[str | None], form: Form) -> tuple[list[str], list[list[object]]]:
    """Heads and rows in a layout."""
    months = made.months.strftime(form.month).tolist()
    is_long = None not in layout
    heads = [name for head in layout for name in (months if head is None else [head])]
    rows: list[list[object]] = []
    for ward, place in np.ndindex(len(made.codes), len(made.minors)):
        about = {
            "code": made.codes[ward], "area": made.names[ward], "major": MAJOR if form.upper else MAJOR.title(),
            "minor": made.minors[place], "date": "01/02/2024",
        }  # fmt: skip
        counts = made.counts[ward, place].tolist()
        for month, count in zip(months, counts, strict=True) if is_long else [("", 0)]:
            row: list[object] = []
            for head in layout:
                if head is None:
                    row += counts
                    continue
                key = head.lower().replace(" ", "")
                fill = next((fill for part, fill in FILLS.items() if part in key), "number")
                row.append({**about, "month": month, "count": count, "number": len(rows) + 1}[fill])
            rows.append(row)
    return heads, rows


def written(path, heads: list[str], rows: list[list[object]], form: Form) -> None:
    if form.kind == "parquet":
        pd.DataFrame(rows, columns=heads).to_parquet(path)
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=form.end)
    writer.writerow(heads)
    writer.writerows(rows)
    content = text.getvalue() if form.final else text.getvalue().rstrip("\r\n")
    data = content.encode("utf-8-sig" if form.bom else "utf-8")
    path.write_bytes(gzip.compress(data) if form.kind == "gzip" else data)


@pytest.mark.parametrize("name", LAYOUTS)
@settings(max_examples=30)
@given(made=panels(), form=FORMS)
def test_round_trip(tmp_path_factory, name, made, form):
    layout = LAYOUTS[name]
    path = tmp_path_factory.mktemp("round") / "file"
    written(path, *rows_of(made, layout, form), form)
    panel = ev.read_mps(path, detail="minor", structural_zeros="zero")
    by_ward = any("code" in (head or "").lower() for head in layout)
    areas = made.codes if by_ward else made.names
    order = np.argsort(areas)
    assert list(panel.areas) == [areas[place] for place in order]
    categories = np.argsort([f"{MAJOR}: {minor}" for minor in made.minors])
    assert list(panel.outcomes) == [f"{MAJOR}: {made.minors[place]}" for place in categories]
    assert panel.periods.equals(made.months)
    expected = made.counts[order][:, categories].transpose(0, 2, 1)
    np.testing.assert_array_equal(panel.counts.values, expected)
    if by_ward and any("name" in (head or "").lower().replace(" ", "")[:8] for head in layout):
        assert dict(panel.labels) == dict(zip(made.codes, made.names, strict=True))
