"""The spreadsheet holds every table once, as numbers, in a form that a screen reader can announce."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from evaluate.reports.compose import compose
from evaluate.reports.spreadsheet import number_of, to_spreadsheet
from evaluate.reports.tables import MARKERS, Column, Table

COLUMNS = (
    Column("Window"),
    Column("Recorded", "count"),
    Column("Change", "change"),
    Column("Ratio", "ratio"),
)
MADE = Table(
    "made",
    "Counts and what became of them",
    COLUMNS,
    [
        ("before", 12_345.0, None, 1.0),
        ("after", "[c]", -0.214, 0.0021),
        ("=1+1", float("nan"), 0.1, 0.5),
    ],
    ("Made by hand.",),
)


def opened(tables, banner=""):
    return openpyxl.load_workbook(BytesIO(to_spreadsheet(tables, title="Did it work?", banner=banner)))


@pytest.fixture(scope="module")
def document(findings):
    return compose(findings)


@pytest.fixture(scope="module")
def book(document):
    return opened(document.tables, document.banner)


def test_numbers_are_numbers_as_they_are_shown_and_the_rest_is_markers():
    sheet = opened([MADE])["made"]
    top = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Window")
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top + 1)]
    assert values == [
        ["before", 12345, "[x]", 1.0],
        ["after", "[c]", -0.21, "[low]"],
        ["=1+1", "[x]", 0.1, 0.5],
    ]
    assert sheet.cell(top + 3, 1).data_type == "s"
    assert sheet.cell(top + 1, 2).number_format == "#,##0"
    assert sheet.cell(top + 2, 3).number_format == "+0%;-0%;0%"
    notes = [sheet.cell(row, 1).value for row in range(1, top)]
    assert notes == [
        MADE.caption, "This sheet holds one table.", "Made by hand.", MARKERS["[c]"], MARKERS["[x]"], MARKERS["[low]"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value"),
    [("−1,234", -1234), ("0.0", 0.0), ("+7%", 0.07), ("100%", 1.0), ("−0.400", -0.4)],
)
def test_a_cell_is_read_as_it_looks(cell, value):
    assert number_of(cell)[0] == value


@pytest.mark.parametrize("cell", ["[c]", "<1%", ">99%", "<0.001", "0.63 to 1.12", "", "2014-05"])
def test_words_stay_words(cell):
    assert number_of(cell) is None


def test_every_table_of_the_report_has_its_sheet_marked_as_one_table(book, document):
    assert book.sheetnames == ["Cover", *(table.name for table in document.tables)]
    for table in document.tables:
        sheet = book[table.name]
        assert sheet["A1"].value == table.caption
        (marked,) = sheet.tables.values()
        rows = sheet[marked.ref]
        assert len(rows) == len(table.cells) + 1
        assert rows[-1][-1].row == sheet.max_row
        for row, cells in zip(rows[1:], table.cells, strict=True):
            for cell, text, column in zip(row, cells, table.columns, strict=True):
                number = number_of(text) if column.numeric else None
                assert cell.value == (number[0] if number else text or None)


def test_no_cell_is_merged_and_each_sheet_says_that_the_data_are_simulated(book):
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet["A2"].value == "Simulated data."


def test_the_cover_explains_the_markers_and_links_to_every_sheet(book, document):
    cover = book["Cover"]
    first = [row[0].value for row in cover.iter_rows()]
    assert set(MARKERS.values()) <= set(first)
    links = [row[0].hyperlink.location for row in cover.iter_rows() if row[0].hyperlink]
    assert links == [f"'{table.name}'!A1" for table in document.tables]


def test_long_and_equal_names_are_told_apart():
    long = "a_table_with_a_name_that_is_rather_too_long"
    tables = [
        Table(name, "Same", (Column("A"), Column("a"), Column("")), [("1", "2", "3")])
        for name in (long, f"{long}_2", "cover")
    ]
    book = opened(tables)
    assert book.sheetnames == ["Cover", long[:31], f"{long[:28]}_2", "cover_2"]
    assert [cell.value for cell in list(book["cover_2"].iter_rows())[-2]] == ["A", "a (2)", "Column"]


def test_the_same_tables_give_the_same_bytes():
    assert to_spreadsheet([MADE], title="x") == to_spreadsheet([MADE], title="x")
