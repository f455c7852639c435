"""The Word file holds what the page holds, in the parts that Word and screen readers know."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO

import docx
import openpyxl
import pytest

from evaluate.reports.blocks import Answer, Bullets, Document, Heading, Paragraph, Quote, TableBlock
from evaluate.reports.compose import compose
from evaluate.reports.spreadsheet import to_spreadsheet
from evaluate.reports.tables import Column, Table
from evaluate.reports.word import to_word
from evaluate.reports.word_parts import ACROSS, table_part

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def document(findings):
    return compose(replace(findings, findings=findings.findings[:1]))


@pytest.fixture(scope="module")
def written(document):
    return to_word(document)


@pytest.fixture(scope="module")
def word(written):
    return docx.Document(BytesIO(written))


def test_the_headings_are_those_of_the_page(word, document):
    found = [
        (int(part.style.name[-1]), part.text)
        for part in word.paragraphs
        if part.style.name.startswith("Heading")
    ]
    wanted = [(block.level, block.text) for block in document.flat if isinstance(block, Heading)]
    assert found == [(1, document.title), *wanted]


def test_every_sentence_of_the_blocks_is_there(word, document):
    there = [part.text for part in word.paragraphs]
    for block in document.flat:
        if isinstance(block, Paragraph):
            assert block.text in there
        elif isinstance(block, Bullets):
            assert all(item in there for item in block.items)
        elif isinstance(block, Answer):
            assert block.finding in there
            assert block.sentence in there
        elif isinstance(block, Quote):
            assert f"“{block.text}”" in there


def test_every_picture_has_its_alt_text_and_its_caption_below(word, document):
    shapes = list(word.inline_shapes)
    assert [shape._inline.docPr.get("descr") for shape in shapes] == [
        one.bundle.alt for one in document.figures
    ]
    parts = word.paragraphs
    holders = [at for at, part in enumerate(parts) if part._p.findall(f".//{W}drawing")]
    assert len(holders) == len(shapes)
    for at, figure in zip(holders, document.figures, strict=True):
        assert parts[at - 1].text == figure.bundle.title
        assert parts[at + 1].text.endswith(figure.bundle.caption)
        assert parts[at + 1].style.name == "Caption"


def test_every_table_is_whole_under_its_caption_with_a_header_row(word, document):
    tables = [block.table for block in document.flat if isinstance(block, TableBlock)]
    found = {}
    for table in word.tables:
        above = table._tbl.getprevious()
        caption = "".join(text.text for text in above.iter(f"{W}t"))
        rows = [
            tuple("".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in row.iter(f"{W}tc"))
            for row in table._tbl.iter(f"{W}tr")
        ]
        found[caption, rows[0]] = rows[1:]
        headers = [row.find(f".//{W}tblHeader") is not None for row in table._tbl.iter(f"{W}tr")]
        assert headers == [True, *[False] * (len(headers) - 1)]
    for table in tables:
        assert found[table.caption, tuple(column.heading for column in table.columns)] == list(table.cells)


def test_a_line_below_each_figure_names_the_sheet_that_holds_its_data(word, document):
    book = openpyxl.load_workbook(BytesIO(to_spreadsheet(document.sheets, title=document.title)))
    lines = [part.text for part in word.paragraphs if part.text.startswith("Data: sheet")]
    named = [line.split("“")[1].split("”")[0] for line in lines]
    assert len(named) == len(set(named)) == len(document.figures)
    for name, figure in zip(named, document.figures, strict=True):
        assert book[name]["A1"].value == f"Data: {figure.bundle.title}"
        heads = [column.heading for column in figure.table.columns]
        assert any(heads == [cell.value for cell in row] for row in book[name].iter_rows(max_col=len(heads)))


def test_each_page_says_that_the_data_are_simulated(word, document):
    assert document.banner == "Simulated data"
    assert word.sections[0].header.paragraphs[0].text == "Simulated data"
    assert word.core_properties.title.startswith("Simulated data: ")
    assert word.core_properties.language == "en-GB"


def test_the_contents_lead_to_the_sections(written):
    body = zipfile.ZipFile(BytesIO(written)).read("word/document.xml").decode()
    targets = {part.split('"')[0] for part in body.split('<w:hyperlink w:anchor="')[1:]}
    marks = {part.split('w:name="')[1].split('"')[0] for part in body.split("<w:bookmarkStart")[1:]}
    assert targets
    assert targets <= marks


def test_the_same_document_gives_the_same_bytes():
    small = Document("Did it work?", "", [Heading("Counts", anchor="counts"), Paragraph("A < B & C")])
    assert to_word(small) == to_word(small)
    dates = {entry.date_time for entry in zipfile.ZipFile(BytesIO(to_word(small))).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_columns_fill_the_page_and_have_room_for_their_longest_word():
    rows = [("after", "operation " * 12, 123456), ("before", "x", 1)]
    table = Table(
        "t", 'Counts "as recorded"', (Column("Window"), Column("What"), Column("Total", "count")), rows
    )
    grid = [int(column.get(f"{W}w")) for column in table_part(table).iter(f"{W}gridCol")]
    assert sum(grid) == pytest.approx(ACROSS, abs=3)
    assert grid[1] > 3 * grid[0]
    assert min(grid) > 7 * 95  # seven letters: "123,456"


def test_a_column_of_sentences_is_wider_than_one_of_questions():
    rows = [("displacement", "Is a reduction left? " * 4, "The buffer areas recorded more. " * 14, 0.5)]
    heads = (Column("Check"), Column("Question"), Column("Answer"), Column("Number", "number"))
    grid = [
        int(column.get(f"{W}w"))
        for column in table_part(Table("t", "Checks", heads, rows)).iter(f"{W}gridCol")
    ]
    assert grid[2] > 1.6 * grid[1] > 1.6 * grid[0]
