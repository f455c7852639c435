"""One rule of rounding for everything a report prints, and tables that keep to it on the page and in CSV files."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

CONFIDENTIAL: Final = "[c]"
UNAVAILABLE: Final = "[x]"
NOT_APPLICABLE: Final = "[z]"
LOW: Final = "[low]"
MARKERS: Final[Mapping[str, str]] = {
    CONFIDENTIAL: "[c]: a small count that could point to a person, or one from which such a count could be "
    "worked out; not published.",
    UNAVAILABLE: "[x]: not available.",
    NOT_APPLICABLE: "[z]: not applicable.",
    LOW: "[low]: not zero, but too small to be seen at this rounding.",
}
"""What the markers in a table mean, as recommended for accessible spreadsheets by the Analysis Function."""

MINUS: Final = "\N{MINUS SIGN}"

Kind = Literal["text", "count", "mean", "ratio", "probability", "change", "share", "p value", "number"]

ROUNDING: Final = (
    "Counts are whole numbers; expected counts and averages have one decimal below 100; rate ratios have two "
    "decimals; probabilities and percentages are whole, with <1% and >99% at the ends."
)
"""The rule in words, for the report."""


def rounded(value: float, decimals: int = 0) -> str:
    """Round as Python's own formatting does, so that a table agrees with the sentences beside it.

    Parameters
    ----------
    value : float
        A finite number.
    decimals : int
        Decimals to keep.

    Returns
    -------
    str
        With commas between thousands and a true minus sign; never "-0".

    Examples
    --------
    >>> rounded(2.5), rounded(1234.4), rounded(0.125, 2)
    ('2', '1,234', '0.12')
    """
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", MINUS)


def _mean(value: float) -> str:
    return rounded(value, 0 if abs(value) >= 99.95 else 1)


def _probability(value: float) -> str:
    if value < 0.01:
        return "<1%"
    return ">99%" if value > 0.99 else f"{rounded(100 * value)}%"


def _change(value: float) -> str:
    text = rounded(100 * value)
    return f"{text}%" if text == "0" or value < 0 else f"+{text}%"


def _p_value(value: float) -> str:
    if value < 0.001:
        return "<0.001"
    return rounded(value, 3 if value < 0.1 else 2)


def _number(value: float) -> str:
    """Three significant figures, whole numbers whole."""
    if value == int(value) and abs(value) < 1e15:
        return rounded(value)
    return rounded(value, max(0, min(2 - math.floor(math.log10(abs(value))), 4)))


_WRITERS: Final[Mapping[str, Callable[[float], str]]] = {
    "count": rounded,
    "mean": _mean,
    "ratio": lambda value: rounded(value, 2),
    "probability": _probability,
    "change": _change,
    "share": lambda value: f"{rounded(100 * value)}%",
    "p value": _p_value,
    "number": _number,
}


_WHERE_NOUGHT_IS_NONE: Final = ("count", "mean", "ratio", "share", "number")
"""Kinds whose nought says that there is nothing; a change of 0% says that there is little, and a p-value has "<"."""


def shown(value: Any, kind: Kind = "text", *, missing: str = UNAVAILABLE) -> str:
    """Write one value by the rule of rounding.

    Parameters
    ----------
    value : object
        A number for the numeric kinds; text (a marker, for instance) is passed on as it is.
    kind : str
        "count" (whole), "mean" (expected counts and averages), "ratio", "probability", "change" (a proportion with
        its sign), "share" (a proportion), "p value", "number" (three figures) or "text".
    missing : str
        What stands for None and NaN.

    Returns
    -------
    str

    Examples
    --------
    >>> shown(0.998, "probability"), shown(0.8149, "ratio"), shown(-0.186, "change"), shown(float("nan"), "count")
    ('>99%', '0.81', '−19%', '[x]')
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "text":
        return str(value)
    number = float(value)
    return missing if math.isnan(number) or math.isinf(number) else _WRITERS[kind](number)


def interval(lower: float, upper: float, kind: Kind = "ratio") -> str:
    """Write an interval as "0.63 to 1.12".

    Examples
    --------
    >>> interval(0.6288, 1.1249)
    '0.63 to 1.12'
    """
    if any(math.isnan(end) for end in (lower, upper)):
        return UNAVAILABLE
    return f"{shown(lower, kind)} to {shown(upper, kind)}"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    heading : str
        As printed.
    kind : str
        How its values are written; see ``shown``.
    missing : str
        What stands for a value that is not there.

    Examples
    --------
    >>> Column("Rate ratio", "ratio").numeric
    True
    """

    heading: str
    kind: Kind = "text"
    missing: str = UNAVAILABLE

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right."""
        return self.kind != "text"


@dataclass(frozen=True)
class Table:
    """A table with its values, which become text by the one rule when it is shown or written.

    Parameters
    ----------
    name : str
        Stem of its CSV file.
    caption : str
        What it shows.
    columns : sequence of Column
        The first column heads the rows.
    rows : sequence of sequence
        Values in the order of the columns.
    notes : sequence of str
        Printed below.

    Examples
    --------
    >>> table = Table("counts", "Counts", [Column("Window"), Column("Recorded", "count")], [["before", 1234.0]])
    >>> table.cells
    (('before', '1,234'),)
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[str] = ()

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The values as text, row by row."""
        return tuple(
            tuple(_cell(value, column) for value, column in zip(row, self.columns, strict=True))
            for row in self.rows
        )

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes, followed by the meaning of each marker that occurs."""
        present = {cell for row in self.cells for cell in row}
        return (*self.notes, *(meaning for marker, meaning in MARKERS.items() if marker in present))

    def to_csv(self) -> str:
        """Return the table as CSV, with the figures of the page but without commas between thousands."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.heading for column in self.columns])
        for row in self.cells:
            writer.writerow(
                [
                    _plain(cell) if column.numeric else cell
                    for cell, column in zip(row, self.columns, strict=True)
                ]
            )
        return stream.getvalue()


def _cell(value: Any, column: Column) -> str:
    """One value as text; one that would read as nought and is none gets a marker, where nought means "none"."""
    text = shown(value, column.kind, missing=column.missing)
    looks_none = column.kind in _WHERE_NOUGHT_IS_NONE and text[:1] == "0" and not text.strip("0.%")
    return LOW if looks_none and not isinstance(value, str) and float(value) != 0 else text


def _plain(cell: str) -> str:
    """A number as a spreadsheet reads it."""
    return cell.replace(",", "").replace(MINUS, "-")


def from_frame(
    name: str, caption: str, frame: pd.DataFrame, columns: Mapping[str, Column], *, notes: Sequence[str] = ()
) -> Table:
    """Make a table of a data frame's columns.

    Parameters
    ----------
    name, caption : str
        As in ``Table``.
    frame : pandas.DataFrame
        The values; the index is left out.
    columns : mapping of str to Column
        Which columns of the frame, in which order, under which headings.
    notes : sequence of str
        As in ``Table``.

    Returns
    -------
    Table

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"window": ["after"], "rate_ratio": [0.8]})
    >>> from_frame("e", "Effects", frame, {"window": Column("Window"), "rate_ratio": Column("Ratio", "ratio")}).cells
    (('after', '0.80'),)
    """
    rows = [list(row) for row in frame[list(columns)].itertuples(index=False, name=None)]
    return Table(name, caption, tuple(columns.values()), rows, tuple(notes))


_USUAL: Final[Mapping[str, tuple[str, Kind]]] = {
    "observed": ("Recorded", "count"),
    "expected": ("Expected", "mean"),
    "expected_lower": ("Expected: lower end", "mean"),
    "expected_upper": ("Expected: upper end", "mean"),
    "predicted_lower": ("Could be recorded: lower end", "count"),
    "predicted_upper": ("Could be recorded: upper end", "count"),
    "rate_ratio": ("Rate ratio", "ratio"),
    "lower": ("Lower end", "ratio"),
    "upper": ("Upper end", "ratio"),
    "claimed": ("Ratio claimed", "ratio"),
    "level": ("Level of the interval", "share"),
    "prevented": ("Prevented", "mean"),
    "prevented_lower": ("Prevented: lower end", "mean"),
    "prevented_upper": ("Prevented: upper end", "mean"),
    "p_reduction": ("Probability of any fall", "probability"),
    "probability": ("Probability", "probability"),
    "treated": ("Treated", "count"),
    "controls": ("Controls", "count"),
    "controls_scaled": ("Controls at the treated level", "mean"),
}
"""Headings and kinds of the columns that results, checks and figures have in common."""


def _usual_column(name: str, values: pd.Series) -> Column:
    if name in _USUAL and pd.api.types.is_numeric_dtype(values):
        return Column(*_USUAL[name])
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return Column(name.replace("_", " ").capitalize(), "number" if numeric else "text")


def generic_table(name: str, caption: str, frame: pd.DataFrame) -> Table:
    """Show a data frame under the headings its columns usually have.

    Numbers in columns that are not known are shown to three figures.

    Parameters
    ----------
    name, caption : str
        As in ``Table``.
    frame : pandas.DataFrame
        Named levels of its index become columns.

    Returns
    -------
    Table

    Examples
    --------
    >>> import pandas as pd
    >>> generic_table("t", "Numbers", pd.DataFrame({"rate_ratio": [0.81234]})).cells
    (('0.81',),)
    """
    named = [level for level in frame.index.names if level is not None]
    frame = frame.reset_index(level=named) if named else frame
    columns = tuple(_usual_column(str(column), frame[column]) for column in frame.columns)
    return Table(name, caption, columns, [list(row) for row in frame.itertuples(index=False, name=None)])


def write_tables(tables: Sequence[Table], folder: Path, *, banner: str = "") -> None:
    """Write each table as CSV, and ``contents.csv`` that says what each file holds.

    Parameters
    ----------
    tables : sequence of Table
        Their names become file names, so each has its own.
    folder : pathlib.Path
        Made if absent.
    banner : str
        Said of every file, such as "Simulated data".
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        (folder / f"{table.name}.csv").write_text(table.to_csv(), encoding="utf-8", newline="")
    said = [f"{banner}."] if banner else []
    listing = Table(
        "contents",
        "The tables of this report",
        (Column("File"), Column("Table"), Column("Notes")),
        [(f"{table.name}.csv", table.caption, " ".join([*said, *table.all_notes])) for table in tables],
    )
    (folder / "contents.csv").write_text(listing.to_csv(), encoding="utf-8", newline="")
