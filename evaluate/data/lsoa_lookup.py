"""Read a lookup from Lower-layer Super Output Areas (LSOA) to wards, as the Office for National Statistics has it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.data.tables import PathLike, Table, open_table


@dataclass(frozen=True)
class LsoaLookup:
    r"""Which ward each LSOA belongs to.

    Parameters
    ----------
    wards : dict of str to str
        LSOA code to ward code.
    labels, groups : dict of str to str
        Name and local authority of each ward code, where the file gives them.
    table : Table
        The file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from evaluate.data.lsoa_lookup import read_lookup
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "lookup.csv"
    >>> _ = path.write_text("LSOA11CD,WD18CD,WD18NM\nE01003690,E05011247,Loxford\n")
    >>> read_lookup(path).wards
    {'E01003690': 'E05011247'}
    """

    wards: dict[str, str]
    labels: dict[str, str]
    groups: dict[str, str]
    table: Table


def read_lookup(path: PathLike) -> LsoaLookup:
    r"""Read a lookup with the columns LSOA11CD and WD18CD, or those of other years.

    Parameters
    ----------
    path : path
        A CSV file. WD18NM and LAD18NM, where there, give names.

    Returns
    -------
    LsoaLookup

    Raises
    ------
    DataError
        If one of the two columns is not there or there twice, or an LSOA has two wards.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "lookup.csv"
    >>> _ = path.write_text("LSOA11CD,WD18CD,WD18NM\nE01003690,E05011247,Loxford\n")
    >>> read_lookup(path).labels
    {'E05011247': 'Loxford'}
    """
    table = open_table(path)
    lsoa, ward = _column(table, r"LSOA\d\dCD", "LSOA11CD"), _column(table, r"WD\d\dCD", "WD18CD")
    assert lsoa is not None, "a needed column"
    assert ward is not None, "a needed column"
    rows = pd.DataFrame({"lsoa": table.text(lsoa), "ward": table.text(ward)})
    for column, head in (("lsoa", lsoa), ("ward", ward)):
        empty = np.flatnonzero(rows[column] == "")
        if len(empty):
            raise table.refusal(
                "the code is empty.", "Fill it in, or remove the row.", row=empty[0], head=head
            )
    once = rows.drop_duplicates()
    twice = np.flatnonzero(once.duplicated("lsoa"))
    if len(twice):
        place = int(once.index[twice[0]])
        raise table.refusal(
            f"{once['lsoa'].iloc[twice[0]]} is in a second ward here, {once['ward'].iloc[twice[0]]}.",
            "Use a best-fit lookup, in which each LSOA has one ward.",
            row=place,
        )
    names = [_column(table, form) for form in (r"WD\d\dNM", r"LAD\d\dNM")]
    labels, groups = (
        {} if head is None else dict(zip(rows["ward"], table.text(head), strict=True)) for head in names
    )
    return LsoaLookup(dict(zip(rows["lsoa"], rows["ward"], strict=True)), labels, groups, table)


def _column(table: Table, form: str, example: str = "") -> str | None:
    """Find a column by the form of its head; an example makes it a needed one."""
    found = [head for head in table.heads if re.fullmatch(form, head, re.IGNORECASE)]
    if example and len(found) != 1:
        seen = "none" if not found else " and ".join(found)
        raise table.refusal(
            f"a lookup has one column such as {example}; this has {seen}.",
            "Keep one column of codes for the LSOAs and one for the wards.",
        )
    return found[0] if found else None
