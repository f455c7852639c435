"""A sheet is read with its head where it stands; malformed workbooks are in test_malformed_tables.py."""

from __future__ import annotations

import datetime
import hashlib

import pandas as pd
from openpyxl import Workbook

from evaluate.data.excel import Sheet, is_workbook, open_sheet
from evaluate.data.opening import open_any


def saved(path, *sheets: tuple[str, list[list[object]]]):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


TABLE = [["ward", "2018-05"], ["007", 3], [None, None], ["B", 0]]


def test_rows_know_where_they_stand(tmp_path):
    path = saved(tmp_path / "a.xlsx", ("S", [["A title"], [], *TABLE, ["", " "], []]))
    table = open_sheet(Sheet(path))
    assert table.name == 'a.xlsx, sheet "S"'
    assert table.rows["ward"].tolist() == ["007", "B"]
    assert table.lines.tolist() == [4, 6]
    assert table.place(1, "ward") == 'row 6, column "ward"'
    assert table.blank == 1
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.notes == (
        'a.xlsx, sheet "S": the columns are named in row 3; what stands above it is a title and is not read.',
    )
    assert open_sheet(Sheet(path, "S", head_row=3)).notes == ()


def test_values_keep_their_kinds(tmp_path):
    day = datetime.datetime(2018, 5, 22, 10, 30)
    path = saved(tmp_path / "a.xlsx", ("S", [["code", "day", "n", "share"], ["007", day, 3, 0.5]]))
    assert open_any(path).rows.iloc[0].tolist() == ["007", day, 3, 0.5]


def test_heads_that_are_dates_or_numbers_are_text(tmp_path):
    heads = [" ward ", datetime.datetime(2018, 5, 1), datetime.date(2018, 6, 1), 201807]
    path = saved(tmp_path / "a.xlsx", ("S", [heads, ["A", 1, 2, 3]]))
    assert open_any(path).heads == ["ward", "2018-05-01", "2018-06-01", "201807"]


def test_the_sheet_with_the_columns_is_found_among_several(tmp_path):
    path = saved(
        tmp_path / "a.xlsx",
        ("Notes", [["a", "b"], [1, 2]]),
        ("Data", TABLE),
        ("More", [["ward", "n"], ["A", 1]]),
    )
    assert open_any(path, wanted=["ward", "2018-05"]).name == 'a.xlsx, sheet "Data"'
    assert open_any(Sheet(path, "More")).rows["n"].tolist() == [1]


def test_a_row_that_is_empty_in_all_that_is_used_is_an_empty_row(tmp_path):
    rows = [["ward", "n", "note"], ["A", 1, ""], [None, None, "source: the council"], ["B", 2, ""]]
    table = open_any(saved(tmp_path / "a.xlsx", ("S", rows)), wanted=["ward", "n"])
    assert table.rows.to_dict("list") == {"ward": ["A", "B"], "n": [1, 2]}
    assert table.blank == 1


def test_a_workbook_is_told_by_its_bytes(tmp_path):
    path = saved(tmp_path / "a.csv", ("S", TABLE))
    assert is_workbook(path.read_bytes())
    assert not is_workbook(b"ward,n\n")
    assert open_any(path).heads == ["ward", "2018-05"]
    assert open_any(pd.DataFrame({"ward": ["A"]})).name == "the DataFrame"
