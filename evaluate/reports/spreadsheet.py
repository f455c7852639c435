"""A report's tables as one accessible spreadsheet: a cover, then one table a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

from evaluate.reports.packed import steady
from evaluate.reports.tables import MARKERS, MINUS, ROUNDING, Column, Table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SPREADSHEET: Final = "tables.xlsx"
"""Name of its file in a report's folder of tables."""

COVER: Final = "Cover"
LONGEST_NAME: Final = 31
"""Letters a sheet's name may have."""

WIDEST: Final = 60
"""Letters of a column's width, beyond which its cells are set in several lines."""

_NUMBER: Final = re.compile(r"([+-]?)(\d+)(?:\.(\d+))?(%?)")


def to_spreadsheet(tables: Sequence[Table], *, title: str, banner: str = "") -> bytes:
    """Write tables as an accessible spreadsheet, as the Government Analysis Function recommends.

    Each sheet holds one table, which begins in column A below its caption and notes and is marked as a table. Numbers
    are numbers, rounded as on the page, so that no sheet tells more than the page does.

    Parameters
    ----------
    tables : sequence of Table
        In the order of the sheets.
    title : str
        Of the report.
    banner : str
        Said on every sheet, such as "Simulated data"; empty for nothing.

    Returns
    -------
    bytes
        An .xlsx file; the same tables give the same bytes.

    Examples
    --------
    >>> from io import BytesIO
    >>> import openpyxl
    >>> table = Table("counts", "Counts", [Column("Window"), Column("Recorded", "count")], [["before", 1234.0]])
    >>> book = openpyxl.load_workbook(BytesIO(to_spreadsheet([table], title="Did it work?")))
    >>> book.sheetnames, book["counts"]["B4"].value
    (['Cover', 'counts'], 1234)
    """
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = f"{banner}: {title}" if banner else title
    book.properties.creator, book.properties.language = "", "en-GB"
    cover = book.worksheets[0]
    cover.title = COVER
    names = names_of_sheets(tables)
    _write_cover(cover, tables, names, title=title, banner=banner)
    for number, (name, table) in enumerate(zip(names, tables, strict=True), start=1):
        _write_table(book.create_sheet(name), table, f"Table_{number}", banner)
    stream = BytesIO()
    book.save(stream)
    return steady(stream.getvalue())


def number_of(cell: str) -> tuple[float, str] | None:
    """Read a cell as the number it shows, with the format that shows it so.

    Parameters
    ----------
    cell : str
        As ``Table.cells`` has it.

    Returns
    -------
    (float, str) or None
        The number and a spreadsheet's number format; None for a marker, "<1%" and other words.

    Examples
    --------
    >>> number_of("1,234"), number_of("+12%"), number_of("0.81"), number_of("<1%")
    ((1234, '#,##0'), (0.12, '+0%;-0%;0%'), (0.81, '#,##0.00'), None)
    """
    found = _NUMBER.fullmatch(cell.replace(",", "").replace(MINUS, "-"))
    if found is None:
        return None
    sign, whole, decimals, percent = found.groups()
    value = float(f"{sign}{whole}.{decimals or 0}")
    if percent:
        return round(value / 100, 10), "+0%;-0%;0%" if sign else "0%"
    return (value, f"#,##0.{'0' * len(decimals)}") if decimals else (int(value), "#,##0")


def names_of_sheets(tables: Sequence[Table]) -> list[str]:
    """Name the sheets of some tables: by the tables' own names, shortened where they are too long, each once.

    Parameters
    ----------
    tables : sequence of Table
        In the order of the sheets.

    Returns
    -------
    list of str
        At most 31 letters each.

    Examples
    --------
    >>> names_of_sheets([Table("counts", "Counts", (), ()), Table("counts", "More counts", (), ())])
    ['counts', 'counts_2']
    """
    names: list[str] = []
    for table in tables:
        name, number = table.name[:LONGEST_NAME], 2
        while name.lower() in (COVER.lower(), *(one.lower() for one in names)):
            name = f"{table.name[: LONGEST_NAME - 3]}_{number}"
            number += 1
        names.append(name)
    return names


def _write_cover(
    sheet: Worksheet, tables: Sequence[Table], names: Sequence[str], *, title: str, banner: str
) -> None:
    """Say what the file is, how to read it, and where each table is."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    lines = [
        *([f"{banner}."] if banner else []),
        f"This file holds the {len(tables)} tables of the report, one a sheet, from column A on.",
        ROUNDING,
        "Words in square brackets stand where there is no number to show:",
        *MARKERS.values(),
    ]
    _write_lines(sheet, title, lines)
    row = len(lines) + 3
    _write_line(sheet, row - 1, "Contents", bold=True)
    listing = Table(
        "contents",
        "Contents",
        (Column("Sheet"), Column("Table")),
        [(name, table.caption) for name, table in zip(names, tables, strict=True)],
    )
    _write_cells(sheet, listing, row, "Contents")
    for at, name in enumerate(names, start=row + 1):
        cell = sheet.cell(at, 1)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{name}'!A1")
        cell.font = Font(name="Arial", color="1D70B8", underline="single")
    sheet.column_dimensions["A"].width = max([24.0, *(len(name) + 2.0 for name in names)])


def _write_table(sheet: Worksheet, table: Table, name: str, banner: str) -> None:
    """Caption, notes and table of one sheet."""
    lines = [*([f"{banner}."] if banner else []), "This sheet holds one table.", *table.all_notes]
    _write_lines(sheet, table.caption, lines)
    _write_cells(sheet, table, len(lines) + 2, name)


def _write_lines(sheet: Worksheet, title: str, lines: Sequence[str]) -> None:
    """A title in the first cell, and sentences below it that run on to the right."""
    _write_line(sheet, 1, title, bold=True, size=14)
    for at, line in enumerate(lines, start=2):
        _write_line(sheet, at, line)


def _write_line(sheet: Worksheet, row: int, text: str, *, bold: bool = False, size: int = 11) -> None:
    from openpyxl.styles import Font

    cell = sheet.cell(row, 1)
    _set_text(cell, text)
    cell.font = Font(name="Arial", size=size, bold=bold)


def _write_cells(sheet: Worksheet, table: Table, top: int, name: str) -> None:
    """Write headings and rows from a row of the sheet on, and mark them as a table."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table as Marked
    from openpyxl.worksheet.table import TableStyleInfo

    headings = _each_once([column.heading for column in table.columns])
    for at, (heading, column) in enumerate(zip(headings, table.columns, strict=True), start=1):
        texts = [row[at - 1] for row in table.cells]
        width = max(map(len, [heading, *texts])) + 2.0
        sheet.column_dimensions[get_column_letter(at)].width = min(max(width, 10.0), WIDEST)
        place = Alignment(horizontal="right" if column.numeric else "left", vertical="top", wrap_text=True)
        for row, text in enumerate([heading, *texts], start=top):
            cell = sheet.cell(row, at)
            number = number_of(text) if column.numeric and row > top else None
            if number is None:
                _set_text(cell, text)
            else:
                cell.value, cell.number_format = number
            cell.font, cell.alignment = Font(name="Arial", size=11, bold=row == top), place
    if table.cells:
        corner = f"{get_column_letter(len(headings))}{top + len(table.cells)}"
        marked = Marked(displayName=name, ref=f"A{top}:{corner}")
        marked.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        sheet.add_table(marked)


def _set_text(cell: object, text: str) -> None:
    """Write words, also those that begin like a formula."""
    cell.value = text  # type: ignore[attr-defined]
    cell.data_type = "s"  # type: ignore[attr-defined]


def _each_once(headings: Sequence[str]) -> list[str]:
    """Headings as a marked table needs them: no two alike, none empty."""
    found: list[str] = []
    for heading in headings:
        name, number = heading or "Column", 2
        while name.lower() in (one.lower() for one in found):
            name, number = f"{heading or 'Column'} ({number})", number + 1
        found.append(name)
    return found
