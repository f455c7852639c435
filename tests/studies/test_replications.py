"""Every replication in studies/: complete, sourced, and within its tolerances."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
STUDIES = CHECKOUT / "studies"
SCRIPT = runpy.run_path(str(CHECKOUT / "scripts" / "replicate.py"))
REPLICATIONS = SCRIPT["replications"]()


@pytest.mark.parametrize("study", REPLICATIONS)
def test_numbers_are_those_published(study, request):
    needed = runpy.run_path(str(STUDIES / study / "replicate.py"))["FILES"]
    data = request.getfixturevalue("shared_data") if needed else STUDIES
    missing = SCRIPT["missing_files"](study, data)
    if missing:
        pytest.skip(f"needs {', '.join(missing)} in the folder of published files")
    table = SCRIPT["compare"](study, data)
    outside = table[~table["within"]]
    assert outside.empty, outside[["quantity", "value", "ours", "tolerance"]].to_string(index=False)


@pytest.mark.parametrize("study", REPLICATIONS)
def test_every_number_has_its_source_and_tolerance(study):
    expected = pd.read_csv(STUDIES / study / "expected.csv")
    assert list(expected.columns) == ["quantity", "value", "tolerance", "where", "note"]
    assert not expected["quantity"].duplicated().any()
    assert expected[["quantity", "value", "tolerance", "where"]].notna().all(axis=None)
    assert (expected["tolerance"] > 0).all()


@pytest.mark.parametrize("study", REPLICATIONS)
def test_the_page_is_one_page_with_every_number(study):
    page = (STUDIES / study / "README.md").read_text(encoding="utf-8")
    written, table = page.split(SCRIPT["START"])
    results, more = table.split(SCRIPT["END"])
    assert len((written + more).split()) < 700
    assert all(f"| {name} |" in results for name in pd.read_csv(STUDIES / study / "expected.csv")["quantity"])


def test_a_number_outside_its_tolerance_is_found(tmp_path, monkeypatch):
    folder = tmp_path / "made_up"
    folder.mkdir()
    (folder / "replicate.py").write_text(
        "FILES = ()\ndef replicate(data):\n    return {'a': 1.0, 'b': 2.0}\n"
    )
    (folder / "expected.csv").write_text(
        "quantity,value,tolerance,where,note\na,1.05,0.1,p. 1,\nb,2.5,0.1,p. 1,\n"
    )
    monkeypatch.setitem(SCRIPT["compare"].__globals__, "STUDIES", tmp_path)
    assert SCRIPT["compare"]("made_up", tmp_path)["within"].tolist() == [True, False]
    (folder / "expected.csv").write_text("quantity,value,tolerance,where,note\na,1.05,0.1,p. 1,\n")
    with pytest.raises(ValueError, match="made_up: only computed or only expected: b"):
        SCRIPT["compare"]("made_up", tmp_path)
