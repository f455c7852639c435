"""Open a published table and prove its shape: encoding, delimiter, one head, equal rows, line numbers."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.data.file_text import text_of
from evaluate.data.provenance import SourceFile
from evaluate.errors import DataError, did_you_mean

PathLike = str | os.PathLike[str]

_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

MOST_COLUMNS = 16_384
"""Columns of the widest sheet a spreadsheet holds; no published table comes near."""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows with equally many fields, and where each stands in its file.

    Parameters
    ----------
    name : str
        File name without folder, or "the DataFrame"; every message begins with it.
    rows : pandas.DataFrame
        One column for each head; a text cell that is empty holds ``""``.
    lines : numpy.ndarray
        Shape (rows,): the line of the file each row begins on; in a DataFrame, counted from 1.
    sha256 : str
        Hash of the file's bytes, empty for a DataFrame.
    unit : str
        What ``lines`` counts: "line" or "row".
    blank : int
        Rows without anything in them, which are not in ``rows``.
    notes : tuple of str
        What the reader of a report should know of how the file was opened.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> table_of(pd.DataFrame({"ward": ["E05000001"], "n": [3]})).place(0, "n")
    'row 1, column "n"'
    """

    name: str
    rows: pd.DataFrame
    lines: np.ndarray
    sha256: str = ""
    unit: str = field(default="row", kw_only=True)
    blank: int = field(default=0, kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def heads(self) -> list[str]:
        """Heads of the columns, without blanks around them."""
        return list(self.rows.columns)

    def require(self, head: str, role: str) -> str:
        """Return the head, or raise a DataError that names the nearest one.

        Parameters
        ----------
        head : str
            As the user wrote it.
        role : str
            The argument it was given for.
        """
        if str(head).strip() in self.rows.columns:
            return str(head).strip()
        raise DataError(
            f'{self.name}: there is no column "{head}", which {role}= names. '
            f"{did_you_mean(str(head), self.heads)}"
        )

    def text(self, head: str) -> pd.Series:
        """Return a column as text without blanks around it; what is missing is ``""``."""
        column = self.rows[head]
        return column.astype("str").where(column.notna(), "").str.strip()

    def place(self, row: int, head: str | None = None) -> str:
        """Say where a row, or a cell, stands: ``line 4, column "201005"``."""
        return f"{self.unit} {self.lines[row]}" + ("" if head is None else f', column "{head}"')

    def refusal(self, rule: str, fix: str, *, row: int | None = None, head: str | None = None) -> DataError:
        """Make the error for a place in this table: file, place, rule, fix."""
        where = f', column "{head}"' if head is not None and row is None else ""
        where = where if row is None else f", {self.place(row, head)}"
        return DataError(f"{self.name}{where}: {rule} {fix}")

    def source(self, rows_used: int, not_used: Mapping[str, int]) -> SourceFile:
        """Describe what was read from here, for the provenance."""
        reasons = {"empty row": self.blank, **not_used}
        return SourceFile(
            self.name,
            self.sha256,
            rows_read=len(self.rows) + self.blank,
            rows_used=rows_used,
            not_used={reason: number for reason, number in reasons.items() if number},
        )


def table_of(source: pd.DataFrame | PathLike) -> Table:
    """Take a DataFrame as it is, or open a file with every cell as text.

    Parameters
    ----------
    source : pandas.DataFrame or path
        A table, or a CSV (``.csv``, ``.csv.gz``) or Parquet file.

    Returns
    -------
    Table
        With heads stripped of blanks.

    Raises
    ------
    DataError
        If it is empty, or the file is not a table whose shape can be proved.

    Examples
    --------
    >>> import pandas as pd
    >>> table_of(pd.DataFrame({" ward ": ["E05000001"]})).heads
    ['ward']
    """
    if not isinstance(source, pd.DataFrame):
        return open_table(source)
    return _frame_table("the DataFrame", source)


def open_table(
    path: PathLike, *, numbers: Callable[[str], bool] = lambda head: False, any_delimiter: bool = False
) -> Table:
    r"""Open a CSV, gzipped CSV or Parquet file and prove its shape.

    Parameters
    ----------
    path : path
        The file. Its kind is told from its first bytes, not from its name.
    numbers : callable
        Says of a head whether its column holds numbers; every other column is kept as text, so that a code
        never loses its zeros and a ward called "None" stays a ward.
    any_delimiter : bool
        Take semicolons, tabs or vertical bars too, where the head has no comma: spreadsheets set to other
        languages write them.

    Returns
    -------
    Table
        Every row has as many fields as the head.

    Raises
    ------
    DataError
        If the file does not exist, is no UTF-8 text, is a web page, has another delimiter than the comma,
        ends in the middle of a row, or has a row longer or shorter than the head.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "wards.csv"
    >>> _ = path.write_text("ward,n\nE05000001,3\n")
    >>> open_table(path).rows.to_dict("list")
    {'ward': ['E05000001'], 'n': ['3']}
    """
    file = existing_file(path)
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if data[:4] == b"PAR1":
        return _frame_table(file.name, _parquet(file), digest)
    text = text_of(data, file.name)
    delimiter = _other_delimiter(text) if any_delimiter else ","
    heads, lines, filled = _shape(text, file.name, delimiter)
    columns = {head: str for head in heads if not numbers(head)}
    rows = pd.read_csv(
        io.StringIO(text),
        names=heads,
        header=0,
        sep=delimiter,
        dtype=columns,
        keep_default_na=False,
        na_values={head: [""] for head in heads if head not in columns},
        skip_blank_lines=False,
        low_memory=False,
    )
    if len(rows) != len(filled):
        raise DataError(f"{file.name}: its rows cannot be told apart. Save it again as CSV UTF-8.")
    rows = _without_blank_columns(rows[filled]).reset_index(drop=True)
    word = _OTHER_DELIMITERS.get(delimiter)
    notes = (f"{file.name}: its fields are separated by {word}.",) if word else ()
    return Table(file.name, rows, lines[filled], digest, unit="line", blank=int((~filled).sum()), notes=notes)


def existing_file(path: PathLike) -> Path:
    """Return the path of a file that exists, or raise a DataError that names the nearest one in its folder.

    Parameters
    ----------
    path : path
        As the user wrote it.

    Raises
    ------
    DataError
        If there is no such file or folder, or the path is a folder.

    Examples
    --------
    >>> existing_file("nowhere/wards.csv")
    Traceback (most recent call last):
    evaluate.errors.DataError: There is no folder "nowhere", so no file "wards.csv" in it. Correct the path.
    """
    file = Path(path).expanduser()
    if file.is_file():
        return file
    if file.is_dir():
        raise DataError(f'"{file}" is a folder, not a file. Name one file in it.')
    folder = file.parent
    if not folder.is_dir():
        raise DataError(f'There is no folder "{folder}", so no file "{file.name}" in it. Correct the path.')
    names = sorted(entry.name for entry in folder.iterdir() if entry.name[0] != ".")
    near = did_you_mean(file.name, names) if names else "The folder is empty."
    raise DataError(f'There is no file "{file.name}" in the folder "{folder}". {near}')


def _frame_table(name: str, frame: pd.DataFrame, digest: str = "") -> Table:
    """Wrap a DataFrame; its rows are counted from 1."""
    heads = [str(head).strip() for head in frame.columns]
    _refuse_repeated(heads, name)
    if frame.empty:
        raise DataError(f"{name}: there are no rows in it. Check how it was made.")
    rows = frame.set_axis(heads, axis=1).reset_index(drop=True)
    return Table(name, rows, np.arange(1, len(rows) + 1), digest)


def _parquet(file: Path) -> pd.DataFrame:
    """Read a Parquet file."""
    try:
        return pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise DataError(
            f"{file.name}: this Parquet file is cut short or damaged. Download it again."
        ) from error


def _other_delimiter(text: str) -> str:
    """The delimiter of the first line: a comma where there is one, otherwise the most frequent of the others."""
    head = text[: text.find("\n")] if "\n" in text else text
    if "," in head:
        return ","
    most = max(_OTHER_DELIMITERS, key=head.count)
    return most if most in head else ","


def _shape(text: str, name: str, delimiter: str = ",") -> tuple[list[str], np.ndarray, np.ndarray]:
    """Prove that all rows are as long as the head.

    Returns the heads, the line each row begins on, and which rows have anything in them.
    """
    columns = text[: text.find("\n")].count(delimiter) + 1
    if columns > MOST_COLUMNS:
        raise DataError(
            f"{name}, line 1: the head has {columns:,} columns; no table has more than {MOST_COLUMNS:,}. Check that "
            "this is the right file and that its lines end where they should."
        )
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    lines: list[int] = []
    filled: list[bool] = []
    short: tuple[int, int] | None = None
    try:
        heads = [head.strip() for head in next(reader)]
        _refuse_delimiter(heads, name)
        heads = [head or f"(column {number})" for number, head in enumerate(heads, start=1)]
        _refuse_repeated(heads, name)
        begins = reader.line_num + 1
        for row in reader:
            if short is not None:
                break
            full = any(map(str.strip, row)) if len(row) != len(heads) or not row[0].strip() else True
            if full and len(row) != len(heads):
                short = (begins, len(row))
            lines.append(begins)
            filled.append(full)
            begins = reader.line_num + 1
        else:
            if short is not None and short[1] < len(heads):
                raise DataError(
                    f"{name}, line {short[0]}: the file ends in the middle of its last row, with {short[1]} "
                    f"of {len(heads)} fields. Download it again."
                )
    except csv.Error as error:
        raise DataError(
            f"{name}, line {reader.line_num}: a quotation mark is opened and not closed, or stands inside a "
            f"field ({error}). Download the file again, or correct the line."
        ) from None
    if short is not None:
        raise DataError(
            f"{name}, line {short[0]}: this row has {short[1]} fields and the head has {len(heads)}. "
            "Put quotation marks around a name with a comma in it, or remove what is too much."
        )
    if not any(filled):
        raise DataError(f"{name}: there is a head and no row below it. Download the file again.")
    return heads, np.array(lines), np.array(filled)


def _refuse_delimiter(heads: Iterable[str], name: str) -> None:
    """A published table has commas between its fields and more than one column."""
    heads = list(heads)
    if len(heads) > 1:
        return
    for delimiter, word in _OTHER_DELIMITERS.items():
        if heads and delimiter in heads[0]:
            raise DataError(
                f"{name}, line 1: the fields are separated by {word}, not by commas. "
                "Save it as comma-separated CSV UTF-8."
            )
    raise DataError(
        f"{name}, line 1: the head has one column only. The first line must name the columns, separated by "
        "commas: remove titles above it."
    )


def _refuse_repeated(heads: list[str], name: str) -> None:
    """Each column has a name of its own."""
    seen: dict[str, int] = {}
    for number, head in enumerate(heads, start=1):
        if head in seen:
            raise DataError(
                f'{name}, line 1: columns {seen[head]} and {number} are both called "{head}". '
                "Keep the right one and remove the other."
            )
        seen[head] = number


def _without_blank_columns(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop columns that have neither a head nor a value, as spreadsheets leave them at the right."""
    blank = [
        head
        for number, head in enumerate(rows.columns, start=1)
        if head == f"(column {number})" and rows[head].isin(["", None]).all()
    ]
    return rows.drop(columns=blank)
