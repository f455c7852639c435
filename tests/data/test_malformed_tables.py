"""Tables that cannot be trusted: each is one DataError that names file, place, rule and fix, or the right data."""

from __future__ import annotations

import datetime
import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.utils.datetime import CALENDAR_MAC_1904

import evaluate as ev
from evaluate.data.excel import MOST_UNPACKED

TIDY = "ward,month,category,n\nE05011247,2018-05,theft,3\nE05011247,2018-06,theft,1\n"
ROWS = [line.split(",") for line in TIDY.splitlines()]
DATED = "ward,received,type\nA,22/05/2018,noise\nB,01/06/2018,litter\n"


def counts(path: Path) -> ev.Panel:
    return ev.read_counts(path, area="ward", period="month", outcome="category", count="n")


def wide(path: Path) -> ev.Panel:
    return ev.read_counts(path, area="ward")


def incidents(path: Path) -> ev.Incidents:
    return ev.read_incidents(path, area="ward", date="received", outcome="type", duplicate="repeat")


def dated(path: Path) -> ev.Incidents:
    return ev.read_incidents(path, area="ward", date="received", outcome="type")


def register(path: Path) -> ev.OperationsRegister:
    return ev.read_operations(path, start="received", area="ward")


def book(change: Callable[[Workbook], None] = lambda _: None, rows: list[list[Any]] | None = None) -> bytes:
    """A workbook with the tidy counts on one sheet, changed."""
    made = Workbook()
    sheet = made.active
    sheet.title = "Counts"
    for row in rows or [ROWS[0], *([*row[:3], int(row[3])] for row in ROWS[1:])]:
        sheet.append(row)
    change(made)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def cell(place: str, value: Any) -> Callable[[Workbook], None]:
    def change(made: Workbook) -> None:
        made.active[place] = value

    return change


def merged(area: str) -> Callable[[Workbook], None]:
    return lambda made: made.active.merge_cells(area)


def second_sheet(made: Workbook) -> None:
    made.copy_worksheet(made.active).title = "Counts (2)"


def chart_sheet_only(made: Workbook) -> None:
    made.remove(made.active)
    made.create_chartsheet("Chart").add_chart(BarChart())


def mac(made: Workbook) -> None:
    made.epoch = CALENDAR_MAC_1904


def bomb() -> bytes:
    """A workbook of a few kilobytes whose sheet would unpack to more than is opened."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(MOST_UNPACKED // 10_000_000 + 1):
                sheet.write(b" " * 10_000_000)
    return stream.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(name, content)
    return stream.getvalue()


SHEET = 'list.xlsx, sheet "Counts"'
ISO = "Write dates as year-month-day: 2018-05-22."
WRITTEN = "Write a month as 2018-05 and a day as 2018-05-22."
NOT_RATES = "Check that this column holds counts and not rates or changes, and correct the cell."
PAGE = (
    "line 1: this is a web page, not a table; the download gave an error or a login page. Open the address in a "
    "browser and download the file itself."
)
Reader = Callable[[Path], object]
REFUSED: dict[str, tuple[Reader, str, str | bytes, str]] = {
    # counts
    "a negative count": (
        counts, "list.csv", TIDY.replace(",3", ",-3"),
        f'list.csv, line 2, column "n": a count is a whole number of 0 or more, and this is -3. {NOT_RATES}',
    ),
    "half a count": (
        counts, "list.csv", TIDY.replace(",3", ",3.5"),
        f'list.csv, line 2, column "n": a count is a whole number of 0 or more, and this is 3.5. {NOT_RATES}',
    ),
    "a count that was withheld": (
        counts, "list.csv", TIDY.replace(",3", ",<5"),
        'list.csv, line 2, column "n": a count is a whole number, and this is "<5". Leave a figure that is missing or '
        "withheld empty.",
    ),
    "a thousands separator": (
        counts, "list.csv", TIDY.replace(",3", ',"1,300"'),
        'list.csv, line 2, column "n": a count is a whole number, and this is "1,300". Write it without a separator: '
        "1300.",
    ),
    "a decimal comma": (
        counts, "list.csv", TIDY.replace(",", ";").replace(";3", ";3,5"),
        'list.csv, line 2, column "n": a count is a whole number, and this is "3,5". Check that this column '
        "holds counts and not rates or changes, and correct the cell.",
    ),
    "month 13": (
        counts, "list.csv", TIDY.replace("2018-06", "2018-13"),
        f'list.csv, line 3, column "month": "2018-13" is no month, as "2018-05" is. {WRITTEN}',
    ),
    "month 0 at the head": (
        wide, "list.csv", "ward,201805,201800\nA,1,2\n",
        f'list.csv, column 3: "201800" is no month, as "201805" is. {WRITTEN}',
    ),
    "week 53 of a year that has none": (
        counts, "list.csv", TIDY.replace("2018-05", "2018-W53").replace("2018-06", "2018-W22"),
        'list.csv, line 2, column "month": 2018 has no week 53. Weeks are numbered as ISO 8601 has it; correct the '
        "cell.",
    ),
    "two months with one name": (
        wide, "list.csv", "ward,201805,201805\nA,1,2\n",
        'list.csv, line 1: columns 2 and 3 are both called "201805". Keep the right one and remove the other.',
    ),
    "two months with two names": (
        wide, "list.csv", "ward,201805,May 2018\nA,1,2\n",
        'list.csv, column "May 2018": "201805" and "May 2018" are the same period, 2018-05. Keep the right column and '
        "remove the other.",
    ),
    "a missing column": (
        counts, "list.csv", TIDY.replace("category", "Category "),
        'list.csv: there is no column "category", which outcome= names. Did you mean "Category"?',
    ),
    "a row of totals": (
        counts, "list.csv", TIDY + "Grand total,2018-06,theft,4\n",
        'list.csv, line 4, column "ward": the area is "Grand total": a row of totals would count everything twice. '
        "Remove the row.",
    ),
    "one combination twice": (
        counts, "list.csv", TIDY + "E05011247,2018-05,theft,3\n",
        "list.csv, line 4: E05011247, 2018-05, theft stands twice, also in line 2 (1 such row). Remove the repeats, or "
        "add the rows together first if each is a part.",
    ),
    "months and days in one column": (
        counts, "list.csv", TIDY.replace("2018-06", "2018-06-01"),
        f'list.csv, line 3, column "month": "2018-06-01" is no month, as "2018-05" is. {WRITTEN}',
    ),
    "a line cut short": (
        counts, "list.csv", TIDY[:-9],
        "list.csv, line 3: the file ends in the middle of its last row, with 2 of 4 fields. Download it again.",
    ),
    "a line too long": (
        counts, "list.csv", TIDY.replace("theft,3", "theft, other,3"),
        "list.csv, line 2: this row has 5 fields and the head has 4. Put quotation marks around a name with a comma in "
        "it, or remove what is too much.",
    ),
    "a quotation mark left open": (
        counts, "list.csv", TIDY.replace("theft,3", '"theft,3'),
        "list.csv, line 3: a quotation mark is opened and not closed, or stands inside a field (unexpected end of "
        "data). Download the file again, or correct the line.",
    ),
    "two encodings": (
        counts, "list.csv",
        "ward,month,category,n\nZoë,2018-05,theft,3\n".encode() + "Zoë,2018-06,theft,3\n".encode("cp1252"),
        'list.csv, line 3: this is not UTF-8 text; near "Zoë,2018-06,th" it is Latin-1 or Windows-1252, or a mix. Save '
        "the whole file as CSV UTF-8, so that no name is garbled.",
    ),
    "a web page saved as CSV": (
        counts, "list.csv", "<!DOCTYPE html><html><body>404, Not Found</body></html>", f"list.csv, {PAGE}",
    ),
    "a web page saved as a workbook": (
        counts, "list.xlsx", "<html><title>Sign in</title></html>", f"list.xlsx, {PAGE}",
    ),
    "a zipped CSV": (
        counts, "list.zip", zipped("list.csv", TIDY.encode()),
        "list.zip: this is a zip archive or an Excel workbook, not a CSV file. Unpack it, or save the sheet as CSV "
        "UTF-8.",
    ),
    "an old workbook": (
        counts, "list.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        "list.xls: this is an old Excel workbook, not a CSV file. Save the sheet as CSV UTF-8.",
    ),
    "a compressed file cut short": (
        counts, "list.csv.gz", gzip.compress(TIDY.encode())[:-12],
        "list.csv.gz: the compressed file is cut short or damaged. Download it again.",
    ),
    # incidents
    "day or month": (
        dated, "list.csv", DATED.replace("22/05", "05/05"),
        'list.csv, line 2, column "received": "05/05/2018" could be either day/month or month/day, and no other date '
        "in the column tells. Pass day_first=True for day/month/year, day_first=False for month/day/year.",
    ),
    "the 31st of June": (
        dated, "list.csv", DATED.replace("01/06", "31/06"),
        'list.csv, line 3, column "received": "31/06/2018" is no day of the calendar with the day first. Correct the '
        "cell.",
    ),
    "a day of month 13": (
        dated, "list.csv", DATED.replace("01/06", "13/13"),
        'list.csv, line 2, column "received": "22/05/2018" has the day first and "13/13/2018" in line 3 has the month '
        f"first. {ISO} A spreadsheet may have swapped some of them.",
    ),
    "a time without a date": (
        dated, "list.csv", DATED.replace("01/06/2018", "10:15"),
        f'list.csv, line 3, column "received": "10:15" cannot be read as a date. {ISO}',
    ),
    "a flag that is none": (
        incidents, "list.csv", "ward,received,type,repeat\nA,2018-05-22,noise,maybe\n",
        'list.csv, line 2, column "repeat": a flag is yes or no, true or false, 1 or 0; this is "maybe". Correct the '
        "cell, or name another column as duplicate=.",
    ),
    "no row with all it needs": (
        dated, "list.csv", "ward,received,type\n,2018-05-22,noise\nA,,noise\n",
        "list.csv: no row has an area, a date and an outcome. Check the columns named.",
    ),
    # workbooks
    "a workbook cut short": (
        counts, "list.xlsx", book()[:-200],
        "list.xlsx: the workbook is cut short or damaged. Download it again, or save it again.",
    ),
    "a zip bomb": (
        counts, "list.xlsx", bomb(),
        "list.xlsx: the workbook would unpack to 210 MB, and 200 MB is the most that is opened. Save the sheet as CSV "
        "UTF-8.",
    ),
    "a document of a word processor": (
        counts, "list.xlsx", zipped("[Content_Types].xml", b"<Types/>"),
        "list.xlsx: this is not an Excel workbook of the format .xlsx. Save it as .xlsx, or as CSV UTF-8.",
    ),
    "a workbook with nonsense in it": (
        counts, "list.xlsx", zipped("xl/workbook.xml", b"<workbook>"),
        "list.xlsx: the workbook is damaged and cannot be opened (KeyError). Open it in a spreadsheet program and save "
        "it again, or download it again.",
    ),
    "a formula without a result": (
        counts, "list.xlsx", book(cell("D3", "=D2-2")),
        f'{SHEET}, row 3, column "n": the cell holds the formula =D2-2 and no result was saved with it. Open the '
        "workbook in a spreadsheet program and save it, or put in the value itself.",
    ),
    "an error in a cell": (
        counts, "list.xlsx", book(cell("D3", "#REF!")),
        f'{SHEET}, row 3, column "n": the cell shows the error #REF!. Correct the formula, or leave a figure that is '
        "missing empty.",
    ),
    "merged heads": (
        counts, "list.xlsx", book(merged("A1:B1")),
        f"{SHEET}: cells A1:B1 are merged, so that only the first of them has a value. Undo the merging (Merge & "
        "Centre again) and fill in every cell.",
    ),
    "merged cells below the head": (
        counts, "list.xlsx", book(merged("A2:A3")),
        f"{SHEET}: cells A2:A3 are merged, so that only the first of them has a value. Undo the merging (Merge & "
        "Centre again) and fill in every cell.",
    ),
    "merged months": (
        wide, "list.xlsx", book(merged("B1:C1"), [["ward", "2018-05", "2018-06"], ["A", 1, 2]]),
        f"{SHEET}: cells B1:C1 are merged, so that only the first of them has a value. Undo the merging (Merge & "
        "Centre again) and fill in every cell.",
    ),
    "a column twice": (
        counts, "list.xlsx", book(cell("E1", "n")),
        f'{SHEET}, row 1: columns D and E are both called "n". Keep the right one and remove the other.',
    ),
    "two sheets that could be meant": (
        counts, "list.xlsx", book(second_sheet),
        'list.xlsx: the sheets "Counts" and "Counts (2)" could all be meant. Name one: ev.Sheet("list.xlsx", '
        '"Counts").',
    ),
    "a sheet that is not there": (
        lambda path: counts(ev.Sheet(path, "Count")), "list.xlsx", book(),  # type: ignore[arg-type]
        'list.xlsx: there is no sheet "Count". Did you mean "Counts"?',
    ),
    "a head below the table": (
        lambda path: counts(ev.Sheet(path, head_row=3)), "list.xlsx", book(),  # type: ignore[arg-type]
        f"{SHEET}: head_row=3 leaves no row below it; the sheet has 3 rows.",
    ),
    "an empty workbook": (
        counts, "list.xlsx", book(rows=[["only a title"]]),
        "list.xlsx: no sheet holds a table. Check that this is the right file.",
    ),
    "a chart and no sheet": (
        counts, "list.xlsx", book(chart_sheet_only),
        "list.xlsx: no sheet holds a table. Check that this is the right file.",
    ),
    "a head and nothing below it": (
        counts, "list.xlsx", book(rows=[ROWS[0], ["", " ", None, ""]]),
        f"{SHEET}: there is a head in row 1 and nothing below it.",
    ),
    "days counted from 1904": (
        counts, "list.xlsx", book(mac),
        "list.xlsx: this workbook counts days from 1904, so that a day number could be either of two dates four years "
        "apart. Switch off the 1904 date system in its settings and check the dates, or save it as CSV.",
    ),
    "a date for a count": (
        counts, "list.xlsx", book(cell("D3", datetime.datetime(2018, 5, 3))),
        f'{SHEET}, row 3, column "n": a count is a whole number, and this is "2018-05-03 00:00:00". Leave a figure '
        "that is missing or withheld empty.",
    ),
    "true for a count": (
        counts, "list.xlsx", book(cell("D3", True)),
        f'{SHEET}, row 3, column "n": a count is a whole number, and this is "True". Leave a figure that is missing or '
        "withheld empty.",
    ),
    # registers
    "a register without a date": (
        register, "list.csv", "ward,received\nA,\nB,\n",
        'list.csv, column "received": no row has a date. Check the column named.',
    ),
    "a register with one date of each kind": (
        register, "list.xlsx",
        book(rows=[["ward", "received"], ["A", datetime.datetime(2018, 3, 4)], ["B", "21/03/2018"]]),
        f'{SHEET}, row 2, column "received": the spreadsheet took this cell for a date, 2018-03-04, and left others as '
        f'text, such as "21/03/2018"; whether it swapped day and month cannot be told. {ISO} (1 such cell)',
    ),
    "a register of which the text was lost": (
        register, "list.xlsx",
        book(rows=[["ward", "received"], *(["A", datetime.datetime(2018, one, 13 - one)] for one in range(1, 13))]),
        f'{SHEET}, column "received": all of 12 dates fall on the first to the twelfth of a month, as they do where a '
        "spreadsheet swapped day and month and lost the others. Go back to the list it was made from. If they are "
        "right: write dates as year-month-day: 2018-05-22.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_malformed_tables_are_refused(write, case):
    read, name, content, message = REFUSED[case]
    with pytest.raises(ev.DataError) as refused:
        read(write(content, name))
    assert str(refused.value) == message


def grouped(path: Path) -> ev.Panel:
    return ev.read_counts(
        path,
        area="ward",
        period="month",
        outcome="category",
        count="n",
        area_name="name",
        area_group="borough",
    )


def test_a_ward_in_two_boroughs(write):
    head, first, second = (f"{line}" for line in TIDY.splitlines())
    path = write(f"{head},name,borough\n{first},Loxford,Redbridge\n{second},Loxford,Barking\n", "list.csv")
    with pytest.raises(ev.DataError) as refused:
        grouped(path)
    assert str(refused.value) == (
        'list.csv, line 3, column "borough": E05011247 lies in "Barking" here and "Redbridge" in line 2. A code is of '
        "one area; correct the wrong one."
    )


READ: dict[str, tuple[str, str | bytes]] = {
    "semicolons": ("list.csv", TIDY.replace(",", ";")),
    "tabs": ("list.txt", TIDY.replace(",", "\t")),
    "a byte order mark and CRLF": ("list.csv", "\ufeff" + TIDY.replace("\n", "\r\n")),
    "no final newline": ("list.csv", TIDY.rstrip()),
    "empty lines and columns": ("list.csv", TIDY.replace("\n", ",\n") + ",,,,\n\n"),
    "a workbook named as CSV": ("list.csv", book()),
    "titles above the head": ("list.xlsx", book(rows=[["A title"], [None], *ROWS])),
    "a workbook whose counts are text": ("list.xlsx", book(rows=list(ROWS))),
    "a formula in a column that is not used": ("list.xlsx", book(cell("E2", "=1/0"))),
    "an error in a column that is not used": ("list.xlsx", book(cell("E2", "#N/A"))),
    "a second sheet without these columns": (
        "list.xlsx",
        book(lambda made: [made.create_sheet("Notes").append(row) for row in (["a", "b"], [1, 2])]),  # type: ignore[arg-type]
    ),
    "formatted rows below the table": ("list.xlsx", book(lambda made: made.active.cell(2000, 30).value)),  # type: ignore[arg-type]
    "months as dates": (
        "list.xlsx",
        book(rows=[ROWS[0], *([row[0], datetime.datetime(2018, int(row[1][-1]), 1), *row[2:]] for row in ROWS[1:])]),
    ),
    "months in words": ("list.csv", TIDY.replace("2018-05", "May-18").replace("2018-06", "June 2018")),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_odd_tables_give_the_right_data(write, case):
    panel = counts(write(READ[case][1], READ[case][0]))
    assert panel.counts.values.ravel().tolist() == [3, 1]
    assert [str(period) for period in panel.periods] == ["2018-05", "2018-06"]
    assert list(panel.areas) == ["E05011247"]


def test_the_saved_result_of_a_formula_is_read_and_said(write, tmp_path):
    """The library writes no results, so one is put into the workbook's own text as a spreadsheet would."""
    path = write(book(cell("D3", "=D2-2")), "list.xlsx")
    source, changed = zipfile.ZipFile(path), tmp_path / "saved.xlsx"
    with zipfile.ZipFile(changed, "w") as packed:
        for name in source.namelist():
            content = source.read(name)
            packed.writestr(name, content.replace(b"<f>D2-2</f><v></v>", b"<f>D2-2</f><v>1</v>").replace(
                b"<f>D2-2</f><v />", b"<f>D2-2</f><v>1</v>"
            ))  # fmt: skip
    assert load_workbook(changed, data_only=True)["Counts"]["D3"].value == 1
    panel = counts(changed)
    assert panel.counts.values.ravel().tolist() == [3, 1]
    assert panel.provenance.notes == (
        'saved.xlsx, sheet "Counts": 1 cell holds a formula, read as the result saved with the workbook.',
    )


def test_ten_million_columns_are_refused_quickly(write):
    path = write("ward" + "," * 10_000_000 + "\nA\n", "list.csv")
    with pytest.raises(ev.DataError, match=r"^list\.csv, line 1: "):
        wide(path)
