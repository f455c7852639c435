"""Read the Metropolitan Police's recorded crime by ward, LSOA or borough, major and minor category and month.

The London Datastore publishes it wide: one row for each area and category, one column for each month; an older
borough file is long, with one row for each month. A category without a row in an area was not recorded there in
any month of the file, so it is zero; see :mod:`evaluate.data.stopped`, :mod:`evaluate.data.breaks` and
:mod:`evaluate.data.part_months` for zeros that are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from evaluate.data.breaks import absent_months, describe_absence
from evaluate.data.cells import counts_in, refuse_formulas
from evaluate.data.grid import as_counts
from evaluate.data.month_heads import heads_a_month
from evaluate.data.mps_layouts import Layout, months_of_rows, recognise, refuse_cut_codes, refuse_second_head
from evaluate.data.outcome_breaks import OutcomeBreak, breaks_in
from evaluate.data.panel import Panel
from evaluate.data.part_months import find_part_months
from evaluate.data.provenance import Provenance
from evaluate.data.stopped import Stop, describe_stops, find_stops, set_missing
from evaluate.data.tables import PathLike, Table, open_table
from evaluate.data.vocabulary import BETWEEN, common_name, unknown_categories
from evaluate.errors import DataError, listed, many, shortened

Detail = Literal["major", "minor", "both", "common"]
StructuralZeros = Literal["missing", "zero"]


def read_mps(
    path: PathLike, *, detail: Detail = "major", structural_zeros: StructuralZeros = "missing"
) -> Panel:
    r"""Read a ward, LSOA or borough file of recorded crime as the Metropolitan Police publishes it.

    Parameters
    ----------
    path : path
        A CSV file as downloaded, a gzipped one, or a Parquet copy with the same heads. The order and the case
        of the columns do not matter.
    detail : {"major", "minor", "both", "common"}
        Outcomes: the major categories as published, in capitals ("ROBBERY"); the minor ones ("ROBBERY: ROBBERY OF
        PERSONAL PROPERTY"); the major ones followed by the minor ones; or the categories of the common vocabulary
        (:mod:`evaluate.data.vocabulary`), which join what was renamed or split, within a file and between
        downloads ("BURGLARY: RESIDENTIAL BURGLARY").
    structural_zeros : {"missing", "zero"}
        Where the register of breaks says that a category had ended or not begun, or it is next to absent from
        the whole file for 12 months or more, below 1% of its usual level, it was not counted under that name: by
        default its cells there are missing. "zero" keeps what was published, which is what to add up when one name
        follows on another.

    Returns
    -------
    Panel
        Counts of recorded offences by code of the ward or Lower-layer Super Output Area (LSOA), or borough name in a
        borough file, month and category. Labels are the areas' names, groups the boroughs.

    Raises
    ------
    DataError
        If the file is not of this kind, or anything in it cannot be taken at its word. The message names the
        file, the place, the rule and the fix.

    Notes
    -----
    * A ward and category without a row is zero in every month of the file. A ward without any row is not in
      the panel. An empty cell, a month between the first and the last that has no column, and a month with
      less than a tenth of the records of those around it, is missing.
    * A ward published under two boroughs (Heathrow Villages, also under Aviation Security) is one area: its
      rows are added together, and its group is the borough with more wards. ``panel.provenance`` says how
      many.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "wards.csv"
    >>> _ = path.write_text(
    ...     "WardName,WardCode,MajorText,MinorText,LookUp_BoroughName,201805,201806\n"
    ...     "Loxford,E05011247,Theft,Shoplifting,Redbridge,3,4\n"
    ...     "Loxford,E05011247,Theft,Other Theft,Redbridge,1,0\n"
    ...     "Abbey,E05000026,Robbery,Robbery of Personal Property,Barking and Dagenham,2,1\n")
    >>> panel = ev.read_mps(path)
    >>> panel
    Panel: 2 areas x 2 months (2018-05 to 2018-06) x 2 outcomes; 0 cells missing
    >>> panel.counts.sel(area="E05011247", outcome="THEFT").values
    array([4., 4.])
    """
    if detail not in get_args(Detail) or structural_zeros not in get_args(StructuralZeros):
        raise DataError(
            'read_mps takes detail="major", "minor", "both" or "common" and structural_zeros="missing" or "zero"; '
            f'these are "{detail}" and "{structural_zeros}".'
        )
    table = open_table(path, numbers=heads_a_month)
    layout = recognise(table)
    refuse_second_head(table, layout)
    refuse_formulas(table, list(layout.parts.values()))
    cells = counts_in(table, [layout.parts["count"]] if layout.is_long else list(layout.months))
    whole = table
    table, cells, nowhere = _without_blank_areas(table, layout, cells)
    keys = _keys(table, layout)
    labels, groups, split = _places(table, keys)
    published = pd.PeriodIndex(list(layout.months.values()), freq="M")
    if layout.is_long:
        published, keys["month"] = months_of_rows(table, layout)
    _refuse_repeated_rows(table, keys)
    if layout.is_long:
        keys, cells = _widened(keys, cells, len(published))

    periods = pd.period_range(published[0], published[-1], freq="M")
    areas = sorted(keys["area"].unique())
    parts = _parts(keys, detail)
    outcomes, values, without_row = _added_up(keys, cells, areas, detail)
    full = np.full((len(areas), len(periods), len(outcomes)), np.nan)
    full[:, periods.get_indexer(published), :] = values

    months = pd.Series(np.nansum(cells, axis=0), index=published)
    in_part = find_part_months(months.reindex(periods).to_numpy())
    full[:, list(in_part.missing), :] = np.nan
    absent: list[str] = []
    stops: list[Stop] = []
    if structural_zeros == "missing":
        absent = _set_absent(full, parts, periods)
        stops = find_stops(full.sum(axis=0))
        full = set_missing(full, stops)
    notes = (
        *_notes_on_rows(layout, keys, split),
        *_notes_on_names(keys, detail),
        *nowhere,
        f"{without_row:,} of {len(areas) * len(outcomes):,} combinations of area and category have no row in the "
        "file; they are zero in every month it covers.",
        *_notes_on_months(periods, published, cells, is_long=layout.is_long),
        *in_part.describe(periods),
        *absent,
        *describe_stops(stops, outcomes, periods),
    )
    provenance = Provenance(
        files=(whole.source(len(table.rows), {"no area": len(whole.rows) - len(table.rows)}),),
        layout=layout.words,
        extracted=_extracted(table, layout),
        notes=notes,
        breaks=_breaks(keys, cells, parts, published=published, periods=periods),
    )
    counts = as_counts(full, areas=areas, periods=periods, outcomes=outcomes)
    return Panel(counts, labels=labels, groups=groups, provenance=provenance)


def _without_blank_areas(
    table: Table, layout: Layout, cells: np.ndarray
) -> tuple[Table, np.ndarray, list[str]]:
    """Leave out rows that say no area, and say how many."""
    head = layout.area_head
    blank = (table.text(head) == "").to_numpy()
    if not blank.any():
        return table, cells, []
    if blank.all():
        raise table.refusal("no row has a value in this column.", "Download the file again.", head=head)
    kept = replace(table, rows=table.rows[~blank].reset_index(drop=True), lines=table.lines[~blank])
    offences = many(int(np.nansum(cells[blank])), "offence")
    note = f"Rows that say no area are left out: {int(blank.sum()):,}, with {offences}."
    return kept, cells[~blank], [note]


def _keys(table: Table, layout: Layout) -> pd.DataFrame:
    """Area, name, borough and categories of every row, in one form."""
    parts = layout.parts
    keys = pd.DataFrame({"borough": table.text(parts["borough"])})
    keys["area"] = table.text(layout.area_head)
    if layout.level != "borough":
        refuse_cut_codes(table, layout.area_head)
    keys["name"] = table.text(parts["name"]) if "name" in parts else keys["area"]
    for part in ("major", "minor"):
        text = table.text(parts[part])
        keys[part] = text.map({name: " ".join(name.upper().split()) for name in text.unique()})
        empty = np.flatnonzero(keys[part] == "")
        if len(empty):
            raise table.refusal("the category is empty.", "Correct the cell.", row=empty[0], head=parts[part])
    keys["published"] = keys["major"] + BETWEEN + keys["minor"]
    return keys


def _places(table: Table, keys: pd.DataFrame) -> tuple[dict[str, str], dict[str, str], dict[str, list[str]]]:
    """Names and boroughs by code, and the codes that stand under several boroughs."""
    first = keys.drop_duplicates(["area", "name", "borough"])
    plain = first["name"].map(lambda name: " ".join(name.casefold().split()))
    other = np.flatnonzero(plain != plain.groupby(first["area"]).transform("first"))
    if len(other):
        here = first.iloc[other[0]]
        there = first[first["area"] == here["area"]].iloc[0]
        raise table.refusal(
            f"the ward code {here['area']} is {here['name']} in {here['borough']} in this row, and {there['name']} in "
            f"{there['borough']} in {table.place(there.name)}. A code is one ward.",
            "Correct the code, or leave one of the two wards out.",
            row=here.name,
        )
    labels = dict(
        zip(first["area"][::-1], first["name"][::-1], strict=True)
    )  # the first name of each code stands
    wards = first.groupby("borough")["area"].nunique().to_dict()
    boroughs: dict[str, set[str]] = {}
    for area, borough in zip(first["area"], first["borough"], strict=True):
        boroughs.setdefault(area, set()).add(borough)
    ranked = {area: sorted(known, key=lambda name: (-wards[name], name)) for area, known in boroughs.items()}
    groups = {area: known[0] for area, known in ranked.items()}
    return labels, groups, {area: known for area, known in ranked.items() if len(known) > 1}


def _refuse_repeated_rows(table: Table, keys: pd.DataFrame) -> None:
    """One row for each area, borough and category; the same ward under two boroughs is another matter."""
    columns = [name for name in ("area", "borough", "major", "minor", "month") if name in keys]
    twice = np.flatnonzero(keys.duplicated(columns))
    if len(twice):
        row = keys.iloc[twice[0]]
        first = np.flatnonzero((keys[columns] == row[columns]).all(axis=1))[0]
        raise table.refusal(
            f"{row['name']} ({row['area']}) has {row['major']}: {row['minor']} twice, also in "
            f"{table.place(first)}; added together the offences would count twice.",
            "Keep one of the rows, or download the file again.",
            row=twice[0],
        )


def _widened(keys: pd.DataFrame, cells: np.ndarray, months: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Turn one row for each month into one column for each month; a month without a row is zero."""
    series = keys.groupby(["area", "borough", "major", "minor"], sort=False).ngroup().to_numpy()
    wide = np.zeros((series.max() + 1, months))
    wide[series, keys["month"]] = cells[:, 0]
    return keys[~pd.Series(series).duplicated().to_numpy()].drop(columns="month"), wide


def _added_up(
    keys: pd.DataFrame, cells: np.ndarray, areas: Sequence[str], detail: Detail
) -> tuple[list[str], np.ndarray, int]:
    """Add the rows up by area and outcome.

    Returns the outcomes, the counts with shape (areas, months, outcomes), and how many of their combinations
    have no row in the file.
    """
    outcomes: list[str] = []
    blocks: list[np.ndarray] = []
    without_row = 0
    rows = pd.Index(areas).get_indexer(pd.Index(keys["area"]))
    for names in _names(keys, detail):
        categories = sorted(names.unique())
        columns = pd.Index(categories).get_indexer(pd.Index(names))
        block = np.zeros((len(areas), len(categories), cells.shape[1]))
        np.add.at(block, (rows, columns), cells)
        outcomes += categories
        blocks.append(block.transpose(0, 2, 1))
        without_row += len(areas) * len(categories) - len(set(zip(rows, columns, strict=True)))
    return outcomes, np.concatenate(blocks, axis=2), without_row


def _names(keys: pd.DataFrame, detail: Detail) -> list[pd.Series]:
    """Name of every row's outcome, at one or both levels of detail."""
    minor = keys["published"]
    if detail == "common":
        return [minor.map({name: common_name(name) for name in minor.unique()})]
    return {"major": [keys["major"]], "minor": [minor], "both": [keys["major"], minor]}[detail]


def _parts(keys: pd.DataFrame, detail: Detail) -> dict[str, list[str]]:
    """The published categories that each outcome adds up, in the order of the outcomes."""
    parts: dict[str, list[str]] = {}
    for names in _names(keys, detail):
        pairs = pd.DataFrame({"outcome": names, "published": keys["published"]}).drop_duplicates()
        for outcome, each in pairs.sort_values("outcome").groupby("outcome", sort=True):
            parts[str(outcome)] = sorted(each["published"])
    return parts


def _set_absent(full: np.ndarray, parts: Mapping[str, Sequence[str]], periods: pd.PeriodIndex) -> list[str]:
    """Mark as missing, in place, what the register says was not counted under its name; say so."""
    notes = []
    for place, (outcome, published) in enumerate(parts.items()):
        for name, months in absent_months(published, periods).items():
            recorded = int(np.nansum(full[:, months, place]))
            full[:, months, place] = np.nan
            notes.append(describe_absence(outcome, name, periods[months], recorded))
    return notes


def _breaks(
    keys: pd.DataFrame,
    cells: np.ndarray,
    parts: Mapping[str, Sequence[str]],
    *,
    published: pd.PeriodIndex,
    periods: pd.PeriodIndex,
) -> tuple[OutcomeBreak, ...]:
    """Find the registered breaks that fall on the outcomes."""
    categories, rows = np.unique(keys["published"].to_numpy(dtype=object), return_inverse=True)
    totals = np.zeros((len(categories), len(periods)))
    for place in range(len(categories)):
        totals[place, periods.get_indexer(published)] = np.nansum(cells[rows == place], axis=0)
    return breaks_in(totals.T, parts, [str(name) for name in categories], periods)


def _notes_on_rows(layout: Layout, keys: pd.DataFrame, split: Mapping[str, list[str]]) -> list[str]:
    """Say what was done with the rows."""
    notes = []
    for area, boroughs in split.items():
        mine = keys[keys["area"] == area]
        added = int(mine.duplicated(["major", "minor"]).sum())
        notes.append(
            f"{mine['name'].iloc[0]} ({area}) stands under {listed(boroughs)}; it is one area, and {added} "
            "of its categories, which stand under both, were added together."
        )
    if layout.level == "borough":
        notes.append("The file gives no area codes; its boroughs are known by their names.")
        if (keys["area"] == "NA").any():
            notes.append(
                'A borough is called "NA", by which some programs mean that no borough is known; its offences are kept.'
            )
    if layout.unread:
        notes.append(f"Not read: {listed([f'column {head}' for head in layout.unread])}.")
    return notes


def _notes_on_names(keys: pd.DataFrame, detail: Detail) -> list[str]:
    """Say which categories the common vocabulary does not know, where it is asked for."""
    unknown = unknown_categories(sorted(keys["published"].unique())) if detail == "common" else []
    if not unknown:
        return []
    return [f"Not in the common vocabulary, and kept under the published name: {listed(unknown)}."]


def _notes_on_months(
    periods: pd.PeriodIndex, published: pd.PeriodIndex, cells: np.ndarray, *, is_long: bool
) -> list[str]:
    """Say which months and cells are missing."""
    notes = []
    gaps = [str(month) for month in periods.difference(published)]
    if gaps:
        part = "row" if is_long else "column"
        notes.append(f"The file has no {part} for {shortened(gaps)}; these months are missing, not zero.")
    empty = int(np.isnan(cells).sum())
    if empty:
        notes.append(
            f"The file leaves {many(empty, 'cell')} empty; what they would be part of is missing, not zero."
        )
    return notes


def _extracted(table: Table, layout: Layout) -> str:
    """The date of extraction, where the file has a column for it."""
    if "extracted" not in layout.parts:
        return ""
    dates = [date for date in table.text(layout.parts["extracted"]).unique() if date]
    return listed(dates)
