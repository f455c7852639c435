"""Open whatever somebody has as a table: a DataFrame, a CSV file with any delimiter, Parquet, an Excel sheet."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from evaluate.data.excel import Sheet, is_workbook, open_sheet
from evaluate.data.tables import PathLike, Table, existing_file, open_table, table_of

Source = pd.DataFrame | PathLike | Sheet
"""What the readers of tables that are not in a published layout take."""


def open_any(source: Source, *, wanted: Collection[str] | None = None) -> Table:
    r"""Open a table, its kind told from its first bytes and not from its name.

    Parameters
    ----------
    source : pandas.DataFrame, path or Sheet
        A table, a CSV (also gzipped, also with semicolons, tabs or vertical bars), Parquet or Excel file, or
        one sheet of a workbook.
    wanted : collection of str, optional
        Heads that will be used; in a workbook the other columns may be as they are.

    Returns
    -------
    Table
        What is worth saying of how it was opened is in ``notes``.

    Raises
    ------
    DataError
        If it is none of these, or its shape cannot be proved.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "wards.csv"
    >>> _ = path.write_text("ward;n\nE05000001;3\n")
    >>> open_any(path).rows.to_dict("list")
    {'ward': ['E05000001'], 'n': ['3']}
    """
    stripped = None if wanted is None else [str(head).strip() for head in wanted]
    if isinstance(source, pd.DataFrame):
        return table_of(source)
    if isinstance(source, Sheet):
        return open_sheet(source, wanted=stripped)
    file = existing_file(source)
    with file.open("rb") as stream:
        first = stream.read(4)
    if first == b"PK\x03\x04" and is_workbook(file.read_bytes()):
        return open_sheet(Sheet(file), wanted=stripped)
    return open_table(file, any_delimiter=True)
