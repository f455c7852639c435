"""The PDF is the page on paper: tagged, with a text for every figure, the same every time, and optional."""

from __future__ import annotations

import re
import sys
import zlib

import pytest
from typer.testing import CliRunner

import evaluate as ev
from evaluate.cli import app
from evaluate.figures.series import series_bundle
from evaluate.reports.blocks import Document, FigureBlock, Heading, Paragraph
from evaluate.reports.html import to_html
from evaluate.reports.pdf import to_pdf
from evaluate.reports.write import write_report


@pytest.fixture(scope="module")
def document():
    figure = FigureBlock(
        series_bundle(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))), lead=True
    )
    blocks = [Heading("Counts", anchor="counts"), Paragraph("A fall of −3."), figure]
    return Document("Did it work?", "Simulated data", blocks)


def without(name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)


def test_a_page_for_paper_has_nothing_that_only_a_screen_can_show(document):
    page = to_html(document, paged=True)
    assert "<details" not in page
    assert page.count("<svg") == 1
    assert to_html(document).count("<svg") == 2
    titles = re.findall(r"<title id[^>]*>([^<]+)</title>", page)
    assert titles == [f"{document.figures[0].bundle.title}. {document.figures[0].bundle.alt}"]


def test_a_pdf_is_tagged_in_english_and_the_same_every_time(document):
    try:
        made = to_pdf(document)
    except ev.EvaluateError as error:
        pytest.skip(str(error))
    assert made[:5] == b"%PDF-"
    streams = re.findall(rb"/FlateDecode[^>]*>>\nstream\n(.*?)\nendstream", made, flags=re.DOTALL)
    inside = b"".join(zlib.decompress(stream) for stream in streams)
    for mark in (b"/StructTreeRoot", b"/Alt", b"/Lang", b"/Figure", b"pdfuaid"):
        assert mark in inside + made
    assert made == to_pdf(document)


def test_without_weasyprint_nothing_is_written_and_the_message_says_what_to_do(
    findings, tmp_path, monkeypatch
):
    without("weasyprint", monkeypatch)
    with pytest.raises(
        ev.EvaluateError, match=r'pip install "evaluate-operations\[pdf\]".* print it to a PDF'
    ):
        write_report(findings, tmp_path / "report", pdf=True)
    assert not (tmp_path / "report").exists()


def test_the_command_refuses_before_anything_is_fitted(tmp_path, monkeypatch):
    without("weasyprint", monkeypatch)
    done = CliRunner().invoke(app, ["run", "sample_operation", "--pdf", "--out", str(tmp_path / "report")])
    assert done.exit_code == 1
    assert "A PDF needs weasyprint" in " ".join(done.output.split())
    assert not (tmp_path / "report").exists()
