"""Read counts that somebody has made already, in a tidy table, a wide one or a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from evaluate.data.counts_layout import Columns, Spread, lay_out
from evaluate.data.grid import fill_grid
from evaluate.data.opening import Source, open_any
from evaluate.data.panel import DIMENSIONS, Panel
from evaluate.data.provenance import Provenance
from evaluate.data.tables import Table
from evaluate.errors import DataError, many


def read_counts(
    source: Source,
    *,
    area: str | Spread | None = None,
    period: str | Sequence[str] | Mapping[str, str] | None = None,
    outcome: str | Spread | None = None,
    count: str | None = None,
    missing: Literal["zero"] | None = None,
    every: str | None = None,
    first: str | None = None,
    area_name: str | None = None,
    area_group: str | None = None,
) -> Panel:
    """Read a table of counts, one row each or spread over columns.

    Parameters
    ----------
    source : pandas.DataFrame, path or Sheet
        A table; a CSV (also gzipped, also with semicolons or tabs), Parquet or Excel file; or one sheet of a
        workbook, ``ev.Sheet(path, name, head_row=4)``.
    area, outcome : str, list or mapping, optional
        Head of the column with the area's code, and of the one with the outcome. A list of heads where the
        counts are spread over columns, one for each area (or outcome); a mapping from head to code or name.
        Without ``area`` the table is of one area, called "all"; without ``outcome`` the outcome is called as
        the column of counts.
    period : str, list or mapping, optional
        Head of the column with the period; or two heads, of the year and of the month (quarter, week).
        Without it, the columns headed by a period are the counts; a mapping from head to period where the
        heads do not say it. Periods are written 2018-05, 201805, Apr-18, 2018Q2, 2018-W22 or 2018, are pandas
        periods, or are the dates that periods begin on.
    count : str, optional
        Head of the column with the counts, where they are in one.
    missing : {"zero"}, optional
        What a combination of area, period and outcome without a row means. By default it is missing: nobody
        said what it was. "zero" where the table leaves out the zeros.
    every : {"day", "week", "4 weeks", "month", "quarter", "year"}, optional
        Length of a period where the column holds dates that could begin periods of several lengths.
    first : str, optional
        Where periods are numbered only: the period or date that the lowest number stands for.
    area_name, area_group : str, optional
        Heads of a readable name of each area and of the larger area it lies in. Never used to join.

    Returns
    -------
    Panel
        From the first to the last period of the table. An empty count is missing, whatever ``missing`` says.

    Raises
    ------
    DataError
        If a column does not exist, a count is no whole number of 0 or more, a period cannot be read, or a
        combination stands twice. The message names the file, the line, the rule and the fix.

    Examples
    --------
    >>> import pandas as pd
    >>> import evaluate as ev
    >>> table = pd.DataFrame({
    ...     "ward": ["E05011247", "E05011247", "E05011240"],
    ...     "month": ["2018-05", "2018-06", "2018-06"],
    ...     "category": "robbery",
    ...     "n": [4, 2, 1]})
    >>> panel = ev.read_counts(table, area="ward", period="month", outcome="category", count="n")
    >>> panel
    Panel: 2 areas x 2 months (2018-05 to 2018-06) x 1 outcome; 1 cell missing
    >>> panel.counts.sel(area="E05011240").values.ravel()
    array([nan,  1.])

    The same months as heads of columns, and three years of a quarterly table that says no date:

    >>> wide = pd.DataFrame({"ward": ["E05011247"], "May-18": [4], "Jun-18": [2]})
    >>> ev.read_counts(wide, area="ward")
    Panel: 1 area x 2 months (2018-05 to 2018-06) x 1 outcome; 0 cells missing
    >>> numbered = pd.DataFrame({"t": range(1, 13), "robbery": 3, "theft": 9})
    >>> ev.read_counts(numbered, period="t", outcome=["robbery", "theft"], first="2006Q1")
    Panel: 1 area x 12 quarters (2006Q1 to 2008Q4) x 2 outcomes; 0 cells missing
    """
    if missing not in (None, "zero"):
        raise DataError(f'read_counts takes missing=None or missing="zero"; this is "{missing}".')
    if not isinstance(area, str) and (area_name or area_group):
        raise DataError("area_name= and area_group= describe the codes of a column; area= names none.")
    columns = Columns(area, period, outcome, count)
    heads_wide = columns.spread == "period" and period is None
    described = {name: head for name, head in (("area_name", area_name), ("area_group", area_group)) if head}
    table = open_any(source, wanted=None if heads_wide else [*columns.heads, *described.values()])
    rows, notes = lay_out(table, columns, every=every, first=first)
    _refuse_repeated(table, rows)

    periods = pd.PeriodIndex(rows["period"])
    full = pd.period_range(periods.min(), periods.max(), freq=periods.freqstr)
    counts = fill_grid(
        rows,
        areas=sorted(rows["area"].unique()),
        periods=full,
        outcomes=sorted(rows["outcome"].unique()),
        absent=0.0 if missing == "zero" else np.nan,
    )
    provenance = Provenance(
        files=(table.source(len(table.rows), {}),),
        layout="tidy counts, one row each"
        if columns.spread is None
        else f"counts, a column each {columns.spread}",
        notes=(*notes, *_notes(rows, counts.size, missing)),
    )
    return Panel(
        counts,
        labels=_described(table, rows, described.get("area_name"), "area_name"),
        groups=_described(table, rows, described.get("area_group"), "area_group"),
        provenance=provenance,
    )


def _described(table: Table, rows: pd.DataFrame, head: str | None, role: str) -> dict[str, str]:
    """Read one name, or one larger area, for each area's code; two are refused."""
    if head is None:
        return {}
    text = table.text(table.require(head, role)).take(rows["row"].to_numpy()).reset_index(drop=True)
    pairs = pd.DataFrame({"area": rows["area"], "text": text, "row": rows["row"]}).drop_duplicates(
        ["area", "text"]
    )
    pairs = pairs[pairs["text"] != ""]
    twice = np.flatnonzero(pairs.duplicated("area"))
    if len(twice):
        again = pairs.iloc[twice[0]]
        before = pairs[pairs["area"] == again["area"]].iloc[0]
        what = "is called" if role == "area_name" else "lies in"
        raise table.refusal(
            f'{again["area"]} {what} "{again["text"]}" here and "{before["text"]}" in {table.place(before["row"])}.',
            "A code is of one area; correct the wrong one.",
            row=int(again["row"]),
            head=head,
        )
    return dict(zip(pairs["area"], pairs["text"], strict=True))


def _refuse_repeated(table: Table, rows: pd.DataFrame) -> None:
    """One row for each combination: which of two counts is meant, or whether both, only the publisher knows."""
    keys = list(DIMENSIONS)
    twice = np.flatnonzero(rows.duplicated(keys))
    if len(twice):
        row = rows.iloc[twice[0]]
        first = np.flatnonzero((rows[keys] == row[keys]).all(axis=1))[0]
        raise table.refusal(
            f"{row['area']}, {row['period']}, {row['outcome']} stands twice, also in "
            f"{table.place(int(rows['row'].iloc[first]))} "
            f"({many(len(twice), 'such row')}).",
            "Remove the repeats, or add the rows together first if each is a part.",
            row=int(row["row"]),
        )


def _notes(rows: pd.DataFrame, cells: int, missing: str | None) -> list[str]:
    """Say what an absent row and an empty count were taken for."""
    notes = []
    absent = cells - len(rows)
    if absent:
        meaning = 'zero, as missing="zero" says' if missing == "zero" else "missing, not zero"
        notes.append(
            f"{absent:,} of {cells:,} combinations of area, period and outcome have no row; they are {meaning}."
        )
    empty = int(rows["count"].isna().sum())
    if empty:
        notes.append(f"{many(empty, 'count')} left empty: missing, not zero.")
    return notes
