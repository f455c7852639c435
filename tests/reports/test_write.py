import json
import re
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from evaluate.reports.write import write_report


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def body_of(word):
    return zipfile.ZipFile(BytesIO(word)).read("word/document.xml")


@pytest.fixture(scope="module")
def small(findings):
    """One claim is enough to write every kind of file."""
    return replace(findings, findings=findings.findings[:1])


@pytest.fixture(scope="module")
def written(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    assert write_report(small, folder) == folder / "report.html"
    return folder


def test_a_report_is_a_page_its_figures_its_tables_and_a_manifest(written):
    names = set(contents(written))
    assert {
        "report.html",
        "report.docx",
        "manifest.json",
        "tables/contents.csv",
        "tables/claims.csv",
    } <= names
    for end in ("svg", "png", "csv", "txt"):
        assert f"figures/counterfactual.{end}" in names


def test_the_same_findings_give_the_same_bytes_but_for_the_duration(small, written, tmp_path):
    slower = replace(small, manifest={**small.manifest, "duration_seconds": 123.4567})
    write_report(slower, tmp_path)
    first, second = contents(written), contents(tmp_path)
    assert first.keys() == second.keys()
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"report.html", "report.docx", "manifest.json"}
    first["report.docx"], second["report.docx"] = (body_of(one["report.docx"]) for one in (first, second))
    for name in differing:
        assert first[name].count(b"98.7654") == 1
        assert first[name].replace(b"98.7654", b"123.4567") == second[name]


def test_the_manifest_is_sorted_and_whole(written, small):
    text = (written / "manifest.json").read_text()
    assert json.loads(text) == json.loads(json.dumps(small.manifest))
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_the_list_of_tables_names_every_file(written):
    listed = re.findall(r"^(\w+\.csv),", (written / "tables" / "contents.csv").read_text(), flags=re.M)
    there = {path.name for path in (written / "tables").glob("*.csv")} - {"contents.csv"}
    assert set(listed) == there


def test_the_list_of_tables_says_that_the_data_are_simulated(written):
    lines = (written / "tables" / "contents.csv").read_text().splitlines()[1:]
    assert all("Simulated data." in line for line in lines)


def test_lines_end_alike_on_every_machine(written):
    for name, content in contents(written).items():
        if not name.endswith((".png", ".pdf", ".docx", ".xlsx")):
            assert b"\r" not in content, name
