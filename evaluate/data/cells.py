"""Read cells as counts, or say which cell is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluate.data.tables import Table

TOO_LARGE = 2**53
"""From here on a number with a floating point no longer holds every whole number."""

FORMULA_FIX = "Save the file with the values of its formulas."


def counts_in(table: Table, heads: Sequence[str]) -> np.ndarray:
    """Read columns as counts: whole numbers of 0 or more, NaN where a cell is empty.

    Parameters
    ----------
    table : Table
        Where the columns are.
    heads : sequence of str
        Their heads.

    Returns
    -------
    numpy.ndarray
        Shape (rows, heads), float.

    Raises
    ------
    DataError
        If a cell is negative, fractional or no number.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> counts_in(table_of(pd.DataFrame({"n": ["3", "", "0"]})), ["n"]).ravel()
    array([ 3., nan,  0.])
    """
    counts = np.empty((len(table.rows), len(heads)))
    for place, head in enumerate(heads):
        column = table.rows[head]
        if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
            column = _numbers(table, head)
        values = column.to_numpy(dtype=float, na_value=np.nan)
        _refuse_other_numbers(table, head, values)
        counts[:, place] = values
    return counts


def _numbers(table: Table, head: str) -> pd.Series:
    """Read a column of text as numbers."""
    text = table.text(head)
    values = pd.to_numeric(text.where(text != ""), errors="coerce")
    wrong = np.flatnonzero(values.isna().to_numpy() & (text != "").to_numpy())
    if len(wrong):
        cell = text.iloc[wrong[0]]
        plain = cell.replace(",", "").replace(" ", "")
        fix = "Leave a figure that is missing or withheld empty."
        if re.fullmatch(r"\d{1,3}([, ]\d{3})+", cell):
            fix = f"Write it without a separator: {plain}."
        elif re.fullmatch(r"\d+,\d+", cell):
            fix = "Check that this column holds counts and not rates or changes, and correct the cell."
        elif cell.startswith(("=", "#")):
            fix = FORMULA_FIX
        raise table.refusal(f'a count is a whole number, and this is "{cell}".', fix, row=wrong[0], head=head)
    return values


def _refuse_other_numbers(table: Table, head: str, values: np.ndarray) -> None:
    """A count is whole and not below 0."""
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(
            (values < 0) | (values != np.floor(values)) & ~np.isnan(values) | np.isinf(values)
        )
    if len(wrong):
        raise table.refusal(
            f"a count is a whole number of 0 or more, and this is {values[wrong[0]]:g}.",
            "Check that this column holds counts and not rates or changes, and correct the cell.",
            row=wrong[0],
            head=head,
        )
    large = np.flatnonzero(values >= TOO_LARGE)
    if len(large):
        raise table.refusal(
            f"a count is below {TOO_LARGE:,}, and this is {values[large[0]]:g}.",
            "Correct the cell; figures may have run together.",
            row=large[0],
            head=head,
        )


def refuse_formulas(table: Table, heads: Sequence[str]) -> None:
    """Refuse columns of text with a formula in a cell: a spreadsheet would run it, and it names nothing.

    Parameters
    ----------
    table : Table
        Where the columns are.
    heads : sequence of str
        Their heads.

    Raises
    ------
    DataError
        If a cell begins with an equals sign.

    Examples
    --------
    >>> import pandas as pd
    >>> from evaluate.data.tables import table_of
    >>> refuse_formulas(table_of(pd.DataFrame({"ward": ["=A1"]})), ["ward"])
    Traceback (most recent call last):
    evaluate.errors.DataError: the DataFrame, row 1, column "ward": the cell holds a formula, "=A1". Save the file
    with the values of its formulas.
    """
    for head in heads:
        text = table.text(head)
        formulas = {cell: cell.startswith("=") for cell in text.unique()}
        wrong = np.flatnonzero(text.map(formulas).to_numpy(dtype=bool))
        if len(wrong):
            cell = text.iloc[wrong[0]]
            raise table.refusal(f'the cell holds a formula, "{cell}".', FORMULA_FIX, row=wrong[0], head=head)
