"""Read counts that somebody has made already: one row for each area, period and outcome."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from evaluate.data.cells import counts_in
from evaluate.data.grid import fill_grid
from evaluate.data.panel import DIMENSIONS, Panel
from evaluate.data.period_cells import periods_in
from evaluate.data.provenance import Provenance
from evaluate.data.tables import PathLike, Table, table_of
from evaluate.errors import DataError, many


def read_counts(
    source: pd.DataFrame | PathLike,
    *,
    area: str,
    period: str,
    outcome: str,
    count: str,
    missing: Literal["zero"] | None = None,
    every: str | None = None,
) -> Panel:
    """Read a tidy table of counts.

    Parameters
    ----------
    source : pandas.DataFrame or path
        A table, or a CSV (``.csv``, ``.csv.gz``) or Parquet file, with one row for each count.
    area, period, outcome, count : str
        Heads of the columns with the area's code, the period, the outcome and the count. Periods are written
        2018-05, 201805, 2018Q2 or 2018, are pandas periods, or are the dates that periods begin on.
    missing : {"zero"}, optional
        What a combination of area, period and outcome without a row means. By default it is missing: nobody
        said what it was. "zero" where the table leaves out the zeros.
    every : {"day", "week", "4 weeks", "month", "quarter", "year"}, optional
        Length of a period where the column holds dates that could begin periods of several lengths.

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
    """
    if missing not in (None, "zero"):
        raise DataError(f'read_counts takes missing=None or missing="zero"; this is "{missing}".')
    table = table_of(source)
    named = {"area": area, "period": period, "outcome": outcome, "count": count}
    heads = {role: table.require(head, role) for role, head in named.items()}
    rows = pd.DataFrame({"area": table.text(heads["area"]), "outcome": table.text(heads["outcome"])})
    for role in ("area", "outcome"):
        empty = np.flatnonzero(rows[role] == "")
        if len(empty):
            raise table.refusal(
                f"the {role} is empty.", "Fill it in, or remove the row.", row=empty[0], head=heads[role]
            )
    rows["period"] = periods_in(table, heads["period"], every=every)
    rows["count"] = counts_in(table, [heads["count"]])[:, 0]
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
        files=(table.source(len(rows), {}),),
        layout="tidy counts, one row each",
        notes=tuple(_notes(rows, counts.size, missing)),
    )
    return Panel(counts, provenance=provenance)


def _refuse_repeated(table: Table, rows: pd.DataFrame) -> None:
    """One row for each combination: which of two counts is meant, or whether both, only the publisher knows."""
    keys = list(DIMENSIONS)
    twice = np.flatnonzero(rows.duplicated(keys))
    if len(twice):
        row = rows.iloc[twice[0]]
        first = np.flatnonzero((rows[keys] == row[keys]).all(axis=1))[0]
        raise table.refusal(
            f"{row['area']}, {row['period']}, {row['outcome']} stands twice, also in {table.place(first)} "
            f"({many(len(twice), 'such row')}).",
            "Remove the repeats, or add the rows together first if each is a part.",
            row=int(twice[0]),
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
