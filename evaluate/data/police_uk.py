"""Read street-level crime as data.police.uk publishes it: one row for each crime, by force and month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.data.grid import fill_grid
from evaluate.data.lsoa_lookup import LsoaLookup, read_lookup
from evaluate.data.panel import Panel
from evaluate.data.part_months import find_part_months
from evaluate.data.period_cells import as_periods
from evaluate.data.provenance import Provenance, SourceFile, sha256_of
from evaluate.data.stopped import describe_stops, find_stops, set_missing
from evaluate.data.street_files import StreetFile, load_streets, street_files
from evaluate.data.tables import PathLike
from evaluate.errors import DataError, listed, many, shortened

LEAST_EXPECTED = 20.0
"""Crimes of a type that a force's total leads one to expect, from which having none means it is not published."""

REPEATED, NO_PLACE, OUTSIDE = "repeated Crime ID", "no LSOA", "LSOA not in the lookup"

# A Crime ID that comes again is the same crime with another outcome; the row with a place and the earliest month is
# kept. Anti-social behaviour has no Crime ID and is never taken for a repeat.
_COUNTED = """
    WITH kept AS (
        SELECT month, file, lsoa, type, force FROM street WHERE id IS NULL
        UNION ALL
        SELECT row.month, row.file, row.lsoa, row.type, row.force FROM (
            SELECT min(struct_pack(nowhere := lsoa = '', month := month, file := file, lsoa := lsoa, type :=
            type,
                                   force := force)) AS row
            FROM street WHERE id IS NOT NULL GROUP BY id))
    SELECT lsoa, month, type, force, file, count(*) AS count FROM kept GROUP BY ALL ORDER BY ALL
"""


@dataclass
class _Rows:
    """What the street files hold, counted."""

    counted: pd.DataFrame  # lsoa, month, type, force, file, count
    read: Mapping[str, int]  # rows by file
    names: Mapping[str, str]  # LSOA code to name
    notes: list[str] = field(default_factory=list)


def read_police_uk(path: PathLike, *, areas: PathLike | None = None) -> Panel:
    """Read street files of data.police.uk and count their crimes by area, month and type.

    Parameters
    ----------
    path : path
        A folder (searched with its subfolders), a pattern with ``*``, a zip as downloaded, or one file
        (``.csv``, ``.csv.gz``).
    areas : path, optional
        A lookup from LSOAs to wards, with the columns LSOA11CD and WD18CD or those of other years. Without it
        areas are LSOAs.

    Returns
    -------
    Panel
        By area code, month and crime type as published; anti-social behaviour is a type of its own.

    Raises
    ------
    DataError
        If there is no street file, or a file is not what it should be. The message names file, place, rule
        and fix.

    Notes
    -----
    * An area is one with a row in the files. It has zero of a type in a month in which the force that reports
      most of its crime published it, and is missing in a month for which that force has no rows, or under a
      tenth of those of the months around, and for a type that the force does not publish at all.
    * A Crime ID counts once. Rows without an LSOA ("No Location"), and of an LSOA that is not in the lookup,
      are left out. ``panel.provenance`` counts all of these.
    * The LSOA is that of the point the crime was moved to, so counts near a border may be the neighbour's.
    * An area at the edge of a force holds only what that force recorded there.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> head = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type"
    >>> row = "{},2018-05,Kent Police,Kent Police,,,On or near High Street,E01024000,Ashford 001A,{}"
    >>> rows = [head, row.format("ab1", "Burglary"), row.format("ab1", "Burglary"), row.format("", "Other theft")]
    >>> _ = (folder / "2018-05-kent-street.csv").write_text(chr(10).join(rows))
    >>> panel = ev.read_police_uk(folder)
    >>> panel
    Panel: 1 area x 1 month (2018-05 to 2018-05) x 2 outcomes; 0 cells missing
    >>> panel.provenance.files[0].not_used
    {'repeated Crime ID': 1}
    """
    lookup = None if areas is None else read_lookup(areas)
    with street_files(path) as files:
        rows = _load(files)
        counted = rows.counted
        counted["area"] = counted["lsoa"] if lookup is None else counted["lsoa"].map(lookup.wards).fillna("")
        counted["reason"] = np.where(
            counted["lsoa"] == "", NO_PLACE, np.where(counted["area"] == "", OUTSIDE, "")
        )
        sources = _sources(rows, files)
    used = counted[counted["reason"] == ""]
    if used.empty:
        raise DataError(
            f"No row of {shortened([source.name for source in sources])} has an LSOA"
            f"{' that is in the lookup. Use the lookup for the LSOAs of 2011 or 2021' if lookup else ''}."
        )
    panel, notes = _panel(used, counted)
    labels, groups = _names(rows, lookup)
    return Panel(
        panel.counts,
        labels={area: labels[area] for area in panel.areas if labels.get(area)},
        groups={area: groups[area] for area in panel.areas if groups.get(area)},
        provenance=Provenance(
            files=sources,
            layout=f"data.police.uk street files by {'LSOA' if lookup is None else 'ward'}",
            notes=(*_places(rows), *notes),
        ),
    )


def _load(files: list[StreetFile]) -> _Rows:
    """Count the rows of street files by LSOA, month, type, force and file."""
    import duckdb

    with duckdb.connect() as connection:
        load_streets(connection, files)
        wrong = connection.execute(
            "SELECT file, month, type FROM street WHERE NOT regexp_full_match(month, '\\d{4}-(0[1-9]|1[0-2])') "
            "OR type = '' OR force = '' ORDER BY ALL LIMIT 1"
        ).fetchone()
        if wrong is not None:
            raise DataError(
                f'{Path(wrong[0]).name}: a row has the month "{wrong[1]}" and the crime type "{wrong[2]}"; each row '
                "has a month such as 2018-05, a force and a type. Download the file again."
            )
        counted = connection.execute(_COUNTED).df()
        read = dict(connection.execute("SELECT file, count(*) FROM street GROUP BY ALL").fetchall())
        names = dict(connection.execute("SELECT lsoa, max(name) FROM street GROUP BY ALL").fetchall())
    if counted.empty:
        raise DataError(f"{shortened([file.path.name for file in files])}: there are no rows below the head.")
    return _Rows(counted, read, names)


def _sources(rows: _Rows, files: list[StreetFile]) -> tuple[SourceFile, ...]:
    """Rows read and used of each file the user has; the files of a zip together."""
    made: dict[Path, dict[str, int]] = {}
    for file in files:
        mine = rows.counted[rows.counted["file"] == str(file.path)]
        tally = made.setdefault(file.source, {"read": 0, "used": 0, REPEATED: 0, NO_PLACE: 0, OUTSIDE: 0})
        read, kept = int(rows.read.get(str(file.path), 0)), int(mine["count"].sum())
        by_reason = mine.groupby("reason")["count"].sum()
        tally["read"] += read
        tally["used"] += int(by_reason.get("", 0))
        tally[REPEATED] += read - kept
        for reason in (NO_PLACE, OUTSIDE):
            tally[reason] += int(by_reason.get(reason, 0))
    return tuple(
        SourceFile(
            source.name,
            sha256_of(source),
            rows_read=tally.pop("read"),
            rows_used=tally.pop("used"),
            not_used={reason: number for reason, number in tally.items() if number},
        )
        for source, tally in made.items()
    )


def _panel(used: pd.DataFrame, counted: pd.DataFrame) -> tuple[Panel, list[str]]:
    """Lay the counts out, and set missing what the force of an area did not publish."""
    months = as_periods(counted["month"], "month")
    periods = pd.period_range(months.min(), months.max(), freq="M")
    sizes = counted.groupby("type")["count"].sum()
    rows = used.assign(period=as_periods(used["month"], "month"), outcome=used["type"])
    areas = sorted(rows["area"].unique())
    grid = fill_grid(rows, areas=areas, periods=periods, outcomes=list(sizes.index), absent=0.0)
    by_force = rows.groupby(["area", "force"])["count"].sum().unstack(fill_value=0)
    mainly = by_force.idxmax(axis=1).reindex(areas).to_numpy()
    notes: list[str] = []
    for force, own in counted.groupby("force"):
        totals = own.groupby(["month", "type"])["count"].sum().unstack(fill_value=0)
        totals.index = pd.PeriodIndex(totals.index, freq="M")
        totals = totals.reindex(columns=sizes.index, fill_value=0).reindex(index=periods).astype(float)
        mine = np.flatnonzero(mainly == force)
        grid.values[mine], said = _published(grid.values[mine], totals, sizes / sizes.sum(), str(force))
        notes += said
    return Panel(grid), notes


def _published(
    values: np.ndarray, totals: pd.DataFrame, shares: pd.Series, force: str
) -> tuple[np.ndarray, list[str]]:
    """Set missing, in the areas of a force, the months and types it did not publish.

    ``values`` has shape (areas, months, types), ``totals`` the force's rows by month and type, NaN in a month without
    any, and ``shares`` each type's share of what all forces published.
    """
    periods, outcomes = pd.PeriodIndex(totals.index), [str(name) for name in totals.columns]
    by_month = totals.to_numpy(dtype=float, copy=True)
    absent = np.isnan(by_month).all(axis=1)
    parts = find_part_months(by_month.sum(axis=1))
    by_month[list(parts.missing)] = np.nan
    expected = np.nansum(by_month) * shares.to_numpy()
    never = (np.nansum(by_month, axis=0) == 0) & (expected >= LEAST_EXPECTED)
    stops = find_stops(by_month)
    values = set_missing(values, stops)
    values[:, np.isnan(by_month).all(axis=1)] = np.nan
    values[:, :, never] = np.nan
    notes = []
    if absent.any():
        gone = shortened([str(month) for month in periods[absent]])
        notes.append(f"{force} has no rows for {gone}; its areas are missing then, not zero.")
    if never.any():
        types = listed([outcomes[place] for place in np.flatnonzero(never)])
        notes.append(f"{force} has no row of {types} in any month; these are missing in its areas, not zero.")
    said = [f"{force}: {note}" for note in describe_stops(stops, outcomes, periods)]
    return values, [*notes, *parts.describe(periods, force), *said]


def _names(rows: _Rows, lookup: LsoaLookup | None) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Labels and groups of the areas: of wards from the lookup, of LSOAs from their names ("Redbridge 003A")."""
    if lookup is not None:
        return lookup.labels, lookup.groups
    return rows.names, {code: name.rpartition(" ")[0] for code, name in rows.names.items()}


def _places(rows: _Rows) -> list[str]:
    """Say in which districts the crimes lie: a force records some in districts that are another's."""
    named = rows.counted[rows.counted["lsoa"] != ""].groupby("lsoa")["count"].sum()
    district = [rows.names[str(lsoa)].rpartition(" ")[0] for lsoa in named.index]
    sizes = named.groupby(np.array(district)).sum().sort_values(ascending=False, kind="stable")
    shown = shortened([f"{name} ({many(int(size), 'crime')})" for name, size in sizes.items()])
    return [
        f"By district of the LSOAs: {shown}. A district that is another force's holds only a part of its crime."
    ]
