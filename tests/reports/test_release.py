"""A release holds what has passed and a log; whatever format a hidden count could stand in, it does not."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.provenance import SourceFile
from evaluate.reports.compose import compose
from evaluate.reports.findings import OutcomeInfo
from evaluate.reports.protection import protect_findings
from evaluate.reports.release import LOG, disclosure_log, public_log, with_disclosure, write_release

SECRET = 7_919
"""A total of the person-related outcome over everything that was read, found nowhere else."""


@pytest.fixture(scope="module")
def study(findings):
    """The claims on crime and on arrests, and a manifest that holds more than may be published."""
    data = {
        "totals": {"crime": 100, "soliciting": SECRET},
        "missing": {"crime": 0, "soliciting": SECRET},
        "files": [{"name": "a.csv", "sha256": "ab", "rows_read": 9, "rows_used": 9}],
    }
    chosen = [findings.findings[1], findings.findings[2]]
    return replace(findings, findings=chosen, manifest={**findings.manifest, "data": data})


@pytest.fixture(scope="module")
def release(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    return folder, write_release(study, folder)


def test_a_release_is_the_report_and_a_log(release):
    folder, _ = release
    names = {path.relative_to(folder).as_posix().split("/")[0] for path in folder.rglob("*")}
    assert names == {"report.html", "report.docx", "tables", "figures", "manifest.json", LOG}


def test_every_table_in_every_format_marks_the_same_numbers(release):
    folder, _ = release
    csv = pd.read_csv(folder / "tables" / "counts_soliciting.csv", dtype=str).set_index("Stretch")
    hidden = csv.stack()[lambda cells: cells == "[c]"].index
    assert ("June 2014, during", "Treated (1): total") in hidden
    book = openpyxl.load_workbook(folder / "tables" / "tables.xlsx")
    rows = [row for row in book["counts_soliciting"].iter_rows(values_only=True) if row[0] in csv.index]
    for row in rows:
        numbers = [text if text == "[c]" else float(text) for text in csv.loc[row[0]]]
        assert list(row[1:]) == numbers
    page = (folder / "report.html").read_text()
    word = zipfile.ZipFile(folder / "report.docx").read("word/document.xml").decode()
    for text, row_of in ((page, r"<tr>.*?</tr>"), (word, r"<w:tr[ >].*?</w:tr>")):
        rows = {_plain(re.sub(r"<[^>]*>", "", row)) for row in re.findall(row_of, text, flags=re.S)}
        for name in csv.index:
            assert _plain("".join([name, *csv.loc[name]])) in rows


def _plain(text):
    return re.sub(r"[\s,]", "", text)


def test_no_figure_shows_an_outcome_with_hidden_counts(release):
    folder, _ = release
    for path in (folder / "figures").iterdir():
        if path.suffix in (".csv", ".svg", ".txt"):
            assert "soliciting" not in path.read_text(), path.name
    assert not list((folder / "figures").glob("claim_2*"))


def test_the_manifest_holds_no_total_of_people(release):
    folder, _ = release
    data = json.loads((folder / "manifest.json").read_text())["data"]
    assert data["totals"] == {"crime": 100}
    assert data["missing"] == {"crime": 0}
    for path in folder.rglob("*"):
        if path.suffix in (".html", ".csv", ".json", ".svg", ".txt"):
            assert str(SECRET) not in path.read_text().replace(",", "")


def test_the_log_counts_what_is_hidden_and_why(study, release):
    _, log = release
    protected = protect_findings(study)
    suppression = protected.suppressions["soliciting"]
    months = sum(len(periods) for periods in suppression.periods.values())
    hidden = log[log["rule"].isin(["primary", "secondary"])].groupby("what")["cells"].sum()
    assert hidden["counts by period"] == months > 0
    assert hidden["totals of windows"] == len(suppression.hidden) > 0
    assert set(log["areas"]) <= {"treated", "buffer", "control", "all"}
    assert (log["rule"] == "estimates").sum() == 1


def test_the_log_inside_does_not_tell_small_counts_from_their_cover(release):
    folder, log = release
    published = pd.read_csv(folder / LOG)
    assert "primary" in set(log["rule"])
    assert (
        not published.astype(str).apply(lambda column: column.str.contains("primary|secondary")).any().any()
    )
    hidden = log[log["rule"].isin(["primary", "secondary"])]["cells"].sum()
    assert published["Numbers"].replace("all", "0").astype(int).sum() == hidden


def test_an_outcome_that_gives_another_away_is_left_out(findings):
    """All crime with and without soliciting: their difference is soliciting."""
    counts = findings.panel.counts
    total = counts.sum("outcome").expand_dims(outcome=["both"]).transpose(*counts.dims)
    panel = replace(findings.panel, counts=ev_concat([counts, total]))
    crime, soliciting = OutcomeInfo("crime", "mixed", parts=("a",)), findings.outcomes[1]
    outcomes = [crime, OutcomeInfo("both", "mixed", parts=("a", "b")), replace(soliciting, parts=("b",))]
    study = replace(
        findings,
        panel=panel,
        design=replace(findings.design, panel=panel),
        outcomes=outcomes,
        findings=findings.findings[:1],
    )
    protected = protect_findings(study)
    assert protected.suppressions["both"].refused == "small counts of soliciting follow from it"
    table = next(one for one in compose(study).tables if one.name == "counts_both")
    assert {cell for row in table.cells for cell in row[2:]} == {"[c]"}
    log = disclosure_log(protected)
    assert log.loc[log["rule"] == "refused", "outcome"].tolist() == ["both"]
    assert any("left out" in row[2] for row in public_log(log).cells)


def ev_concat(arrays):
    import xarray as xr

    return xr.concat(arrays, dim="outcome").transpose(*arrays[0].dims)


def test_rounding_leaves_multiples_and_no_period(study):
    rounded = with_disclosure(study, rounding=5)
    protected = protect_findings(rounded)
    assert protected.findings.panel.counts.sel(outcome="soliciting").isnull().all()
    table = next(one for one in compose(rounded).tables if one.name == "counts_soliciting")
    numbers = [cell for row in table.cells for cell in row[2::2] if cell not in ("[c]", "[low]")]
    assert numbers
    assert all(int(number.replace(",", "")) % 5 == 0 for number in numbers)
    log = disclosure_log(protected)
    assert "totals, to a multiple of 5" in set(log["what"])


def test_a_higher_threshold_hides_more(study):
    few, more = (disclosure_log(protect_findings(with_disclosure(study, threshold=n))) for n in (3, 10))
    primary = [one.loc[one["rule"] == "primary", "cells"].sum() for one in (few, more)]
    assert primary[0] < primary[1]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"threshold": 2}, "below 3 hides nothing"),
        ({"rounding": 0}, "Rounding is to a multiple of a whole number"),
    ],
)
def test_what_would_hide_nothing_is_refused(study, asked, message):
    with pytest.raises(ev.DesignError, match=message):
        with_disclosure(study, **asked)


def test_rows_of_a_file_are_hidden_where_they_are_a_total(study):
    """The panel has no period outside the design, so the number of incidents read is a total of hidden counts."""
    panel = study.panel.select(start=str(study.design.periods[0]), end=str(study.design.periods[-1]))
    file = SourceFile("incidents.csv", "ab", rows_read=SECRET, rows_used=SECRET)
    panel = replace(panel, provenance=replace(panel.provenance, files=(file,)))
    inside = replace(study, panel=panel, design=replace(study.design, panel=panel))
    assert protect_findings(inside).hides_rows
    table = next(one for one in compose(inside).tables if one.name == "files")
    assert table.cells[0][2:] == ("[c]", "[c]", "[c]")
