"""Open a sheet of an Excel workbook as a table: one head, no merged cells, no result that was never worked out."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaluate.data.tables import PathLike, Table, existing_file
from evaluate.errors import DataError, did_you_mean, listed, many, shortened

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_UNPACKED = 200_000_000
"""Bytes of a workbook after unpacking, above which it is not opened: a sheet of that size belongs in a CSV file."""

_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class Sheet:
    """One sheet of an Excel workbook, and the row its head stands on.

    Parameters
    ----------
    path : path
        The workbook, ``.xlsx`` or ``.xlsm``.
    name : str, optional
        The sheet. Not needed where one sheet only holds a table.
    head_row : int, optional
        The row that names the columns, counted from 1 as the spreadsheet does. By default the first row with
        two filled cells or more; rows of one cell above it are titles.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.Sheet("register.xlsx", "Deployments", head_row=4)
    Sheet(path='register.xlsx', name='Deployments', head_row=4)
    """

    path: PathLike
    name: str | None = None
    head_row: int | None = None


def is_workbook(data: bytes) -> bool:
    """Tell from its bytes whether a file is an Excel workbook of today's format (a zip with sheets in it).

    Examples
    --------
    >>> is_workbook(b"ward,n")
    False
    """
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return any(name in ("xl/workbook.xml", "[Content_Types].xml") for name in packed.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True  # cut short or damaged; _opened says so


def open_sheet(sheet: Sheet, *, wanted: Collection[str] | None = None) -> Table:
    """Open one sheet of a workbook.

    Parameters
    ----------
    sheet : Sheet
        Which workbook, sheet and head.
    wanted : collection of str, optional
        Heads of the columns that will be used. What is wrong with other columns does not matter, and a row
        that is empty in all of these is an empty row. By default every column.

    Returns
    -------
    Table
        Numbers and dates as the sheet holds them; ``lines`` are the sheet's rows.

    Raises
    ------
    DataError
        If the file is no workbook, is damaged or would unpack to more than 200 MB; if the sheet is not there,
        or could be one of several; if cells are merged, hold an error, or a formula whose result was not
        saved; if two columns have one head.

    Notes
    -----
    A formula is read as the result saved with it; ``Table.notes`` counts them.

    Examples
    --------
    >>> import tempfile, pathlib, pandas as pd
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "counts.xlsx"
    >>> pd.DataFrame({"ward": ["E05000001"], "n": [3]}).to_excel(path, index=False)
    >>> open_sheet(Sheet(path)).place(0, "n")
    'row 2, column "n"'
    """
    file = existing_file(sheet.path)
    data = file.read_bytes()
    book = _opened(data, file.name)
    page = _chosen(book, sheet, file.name, wanted or ())
    name = f'{file.name}, sheet "{page.title}"'
    head_row = _head_row(page, sheet.head_row, name)
    columns = _columns(page, head_row, name, wanted)
    merged = _merged(page, columns.values(), head_row)
    if merged:
        raise DataError(
            f"{name}: cells {merged} are merged, so that only the first of them has a value. Undo the merging "
            "(Merge & Centre again) and fill in every cell."
        )
    values = {head: _cells(page, column, head_row) for head, column in columns.items()}
    formulas = _formulas(values)
    if formulas:
        saved = _opened(data, file.name, results=True)[page.title]
        _put_results(values, formulas, saved, columns, head_row, name)
    _refuse_errors(values, columns, head_row, name)
    table = _table(values, head_row, name, hashlib.sha256(data).hexdigest())
    titled = any(cell is not None for row in _above(page, head_row) for cell in row)
    found = head_row if head_row > 1 and titled and sheet.head_row is None else None
    return replace(table, notes=tuple(_notes(name, found, len(formulas))))


def _opened(data: bytes, name: str, *, results: bool = False) -> Workbook:
    """Open a workbook whose size after unpacking is known to be harmless."""
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    _refuse_bomb(data, name)
    try:
        book = load_workbook(io.BytesIO(data), data_only=results)
    except Exception as error:  # whatever the library trips over, the file is not a workbook it can read
        raise DataError(
            f"{name}: the workbook is damaged and cannot be opened ({type(error).__name__}). Open it in a "
            "spreadsheet program and save it again, or download it again."
        ) from error
    if book.epoch == CALENDAR_MAC_1904:
        raise DataError(
            f"{name}: this workbook counts days from 1904, so that a day number could be either of two dates four "
            "years apart. Switch off the 1904 date system in its settings and check the dates, or save it as CSV."
        )
    return book


def _refuse_bomb(data: bytes, name: str) -> None:
    """Add up the sizes a zip archive says its parts have, before any is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            size = sum(part.file_size for part in parts)
            names = {part.filename for part in parts}
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise DataError(
            f"{name}: the workbook is cut short or damaged. Download it again, or save it again."
        ) from error
    if size > MOST_UNPACKED:
        raise DataError(
            f"{name}: the workbook would unpack to {size / 1e6:,.0f} MB, and {MOST_UNPACKED / 1e6:,.0f} MB is the "
            "most that is opened. Save the sheet as CSV UTF-8."
        )
    if "xl/workbook.xml" not in names:
        raise DataError(
            f"{name}: this is not an Excel workbook of the format .xlsx. Save it as .xlsx, or as CSV UTF-8."
        )


def _chosen(book: Workbook, sheet: Sheet, name: str, wanted: Collection[str]) -> Worksheet:
    """The sheet asked for, or the only one with a table on it, or the only one with these columns."""
    if sheet.name is not None:
        if sheet.name in [page.title for page in book.worksheets]:
            return book[sheet.name]
        near = did_you_mean(sheet.name, book.sheetnames)
        raise DataError(f'{name}: there is no sheet "{sheet.name}". {near}')
    # A table has two columns and a row below its head; notes and titles have not.
    tables = [page for page in book.worksheets if page.max_row > 1 and page.max_column > 1]
    if len(tables) > 1 and wanted:
        fitting = [page for page in tables if set(wanted) <= _heads_of(page, sheet.head_row)]
        tables = fitting or tables
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise DataError(f"{name}: no sheet holds a table. Check that this is the right file.")
    names = [f'"{page.title}"' for page in tables]
    raise DataError(
        f'{name}: the sheets {listed(names)} could all be meant. Name one: ev.Sheet("{name}", {names[0]}).'
    )


def _heads_of(page: Worksheet, head_row: int | None) -> set[str]:
    """The heads of a sheet; none where it has no head."""
    try:
        row = _head_row(page, head_row, page.title)
    except DataError:
        return set()
    return {_text(cell.value) for cell in page[row] if cell.value is not None}


def _head_row(page: Worksheet, asked: int | None, name: str) -> int:
    """The row that names the columns."""
    if asked is not None:
        if 1 <= asked < page.max_row:
            return asked
        raise DataError(
            f"{name}: head_row={asked} leaves no row below it; the sheet has {page.max_row} rows."
        )
    for number, row in enumerate(page.iter_rows(values_only=True), start=1):
        if sum(cell is not None for cell in row) > 1:
            if number < page.max_row:
                return number
            break
    raise DataError(f"{name}: there is no head with rows below it. Check that this is the right sheet.")


def _columns(page: Worksheet, head_row: int, name: str, wanted: Collection[str] | None) -> dict[str, int]:
    """Number of the column for each head; heads that are dates become 2018-05-01."""
    columns: dict[str, int] = {}
    letters: dict[str, list[str]] = {}
    for cell in page[head_row]:
        if cell.value is None:
            continue
        head = _text(cell.value)
        columns.setdefault(head, cell.column)
        letters.setdefault(head, []).append(cell.column_letter)
    for head, where in letters.items():
        if len(where) > 1:
            if wanted is None or head in wanted:
                raise DataError(
                    f'{name}, row {head_row}: columns {listed(where)} are both called "{head}". '
                    "Keep the right one and remove the other."
                )
            del columns[head]
    if wanted is not None:
        unknown = [head for head in wanted if head not in columns]
        if not unknown:
            return {head: columns[head] for head in wanted}
    return columns


def _text(value: Any) -> str:
    """A head as text."""
    if isinstance(value, pd.Timestamp) or hasattr(value, "strftime"):
        midnight = not getattr(value, "hour", 0) and not getattr(value, "minute", 0)
        return str(value.strftime(_DATES[0] if midnight else _DATES[1]))
    return str(value).strip()


def _merged(page: Worksheet, columns: Collection[int], head_row: int) -> str:
    """Merged cells that touch the head or a column that is used, as the spreadsheet names them."""
    used = set(columns)
    found = [
        str(area)
        for area in page.merged_cells.ranges
        if area.max_row >= head_row and not used.isdisjoint(range(area.min_col, area.max_col + 1))
    ]
    return shortened(sorted(found))


def _above(page: Worksheet, head_row: int) -> Iterator[tuple[Any, ...]]:
    """The rows above the head."""
    return iter(page.iter_rows(max_row=head_row - 1, values_only=True) if head_row > 1 else ())


def _cells(page: Worksheet, column: int, head_row: int) -> list[Any]:
    """The cells of a column below the head."""
    return [cell for (cell,) in page.iter_rows(min_row=head_row + 1, min_col=column, max_col=column)]


def _formulas(values: dict[str, list[Any]]) -> list[tuple[str, int]]:
    """Head and position of each cell that holds a formula."""
    return [
        (head, place)
        for head, cells in values.items()
        for place, cell in enumerate(cells)
        if cell.data_type == "f"
    ]


def _put_results(
    values: dict[str, list[Any]],
    formulas: Sequence[tuple[str, int]],
    saved: Worksheet,
    columns: dict[str, int],
    head_row: int,
    name: str,
) -> None:
    """Put the saved result in the place of each formula."""
    for head, place in formulas:
        row = head_row + 1 + place
        result = saved.cell(row, columns[head])
        if result.value is None:
            formula = getattr(values[head][place].value, "text", values[head][place].value)
            raise DataError(
                f'{name}, row {row}, column "{head}": the cell holds the formula {formula} and no result was saved '
                "with it. Open the workbook in a spreadsheet program and save it, or put in the value itself."
            )
        values[head][place] = result


def _refuse_errors(values: dict[str, list[Any]], columns: dict[str, int], head_row: int, name: str) -> None:
    """A cell that shows #N/A or #REF! is no value."""
    for head, cells in values.items():
        for place, cell in enumerate(cells):
            if cell.data_type == "e":
                raise DataError(
                    f'{name}, row {head_row + 1 + place}, column "{head}": the cell shows the error {cell.value}. '
                    "Correct the formula, or leave a figure that is missing empty."
                )


def _table(values: dict[str, list[Any]], head_row: int, name: str, digest: str) -> Table:
    """Rows in which any of the columns has something."""
    frame = pd.DataFrame(
        {head: [cell.value for cell in cells] for head, cells in values.items()}, dtype=object
    )
    filled = np.zeros(len(frame), dtype=bool)
    for head in frame:
        filled |= (frame[head].notna() & (frame[head].astype("str").str.strip() != "")).to_numpy()
    if not filled.any():
        raise DataError(f"{name}: there is a head in row {head_row} and nothing below it.")
    lines = np.arange(head_row + 1, head_row + 1 + len(frame))
    last = int(np.flatnonzero(filled)[-1]) + 1  # rows that were only formatted are no rows of the table
    rows = frame[filled].reset_index(drop=True)
    return Table(name, rows, lines[filled], digest, unit="row", blank=int((~filled[:last]).sum()))


def _notes(name: str, head_row: int | None, formulas: int) -> Iterator[str]:
    """Say what a reader of the report could not see from the rows."""
    if head_row is not None:
        yield f"{name}: the columns are named in row {head_row}; what stands above it is a title and is not read."
    if formulas:
        verb = "holds a formula" if formulas == 1 else "hold formulas"
        yield f"{name}: {many(formulas, 'cell')} {verb}, read as the result saved with the workbook."
