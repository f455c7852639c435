"""Read street-level crime and its outcomes as data.police.uk publishes them: one row for each, by force and month."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.data.archive import PublishedFile, find_files
from evaluate.data.grid import as_counts
from evaluate.data.lsoa_lookup import LAST_OF_2011
from evaluate.data.panel import Panel
from evaluate.data.placing import AMONG_LSOAS, Areas, Placing, placing_of
from evaluate.data.police_uk_api import TYPES, is_answer, load_answers
from evaluate.data.provenance import Provenance
from evaluate.data.street_counts import StreetCounts, count_streets, refuse_twice
from evaluate.data.street_files import (
    BETWEEN,
    CRIME_OUTCOMES,
    CRIMES,
    LSOA,
    Layout,
    load_files,
    working_database,
)
from evaluate.data.street_types import set_redrawn
from evaluate.data.tables import PathLike
from evaluate.data.unpublished import COMPLETE, set_unpublished
from evaluate.errors import DataError, listed, many, shortened

LEAST_OF_USUAL = 0.1
"""Share of a force's usual number of crimes in an LSOA below which a district is taken to be another force's."""


def read_police_uk(path: PathLike, *, areas: Areas | None = None, least_share: float = COMPLETE) -> Panel:
    """Read street files of data.police.uk and count their crimes by area, month and type.

    Parameters
    ----------
    path : path
        A folder (searched with its subfolders), a pattern with ``*``, a zip as downloaded, or one file
        (``.csv``, ``.csv.gz``, or ``.json`` as the API answers a question for street-level crimes).
    areas : path, Boundaries, mapping or list of OwnArea, optional
        A lookup from LSOAs to wards, with the columns LSOA11CD and WD18CD or those of other years; or outlines,
        ``ev.read_boundaries(...)``, in which the published points are looked for; or areas of
        your own alone, as lists of LSOAs by name; or areas of your own (streets, polygons) among LSOAs, each
        without the crimes that lie in one of yours. Without it areas are LSOAs.
    least_share : float
        A force's month with a smaller share of the median of the twelve months nearest to it was not published
        in full and is missing. 0 keeps every month that has a row.

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
      most of its crime published it. It is missing in a month that a force with a tenth or more of its crime did
      not publish, or not in full, and for a type that its force does not publish at all.
    * A Crime ID counts once. Rows without an LSOA ("No Location"), and of an LSOA that is not in the lookup,
      are left out. ``panel.provenance`` counts all of these, and the rows outside a force's own areas.
    * The LSOA is that of the point the crime was moved to, so counts near a border may be the neighbour's.
    * An answer of the API has points and no codes, so its crimes belong to the area whose code stands in the name
      of the file (an incident in the answers for two areas counts in the first) or to the outline that holds it.
    * Archives change from the LSOAs of 2011 to those of 2021 between two months; the provenance says where, and
      ``ev.rebuild`` makes one geography of both.
    * An area at the edge of a force holds only what that force recorded there.
    * Rows never come into memory together: files of a zip are unpacked some 200 MB at a time into the system's
      temporary folder (the environment variable TMPDIR, on Windows TEMP, names another), beside a working
      database of about 40 bytes a row. Both are deleted before the panel is returned.

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
    return _read(path, CRIMES, placing_of(areas), least_share)


def read_police_uk_outcomes(
    path: PathLike, *, areas: Areas | None = None, least_share: float = COMPLETE
) -> Panel:
    """Read outcomes files of data.police.uk: what became of crimes, by area, month and type of outcome.

    Parameters
    ----------
    path : path
        A folder (searched with its subfolders), a pattern with ``*``, a zip as downloaded, or one file
        (``.csv``, ``.csv.gz``).
    areas : path, Boundaries, mapping or list of OwnArea, optional
        As for ``read_police_uk``.
    least_share : float
        As for ``read_police_uk``.

    Returns
    -------
    Panel
        By area code, month in which the outcome was given, and type of outcome as published.

    Raises
    ------
    DataError
        If there is no outcomes file, or a file is not what it should be.

    Notes
    -----
    A crime counts once for each type of outcome it was given: two people charged with one crime are two rows
    and one count. These are decisions of police and courts, in the month they were made: more of them is not
    more crime, and the crime itself may be years older.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> head = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type"
    >>> row = "{},2018-05,Kent Police,Kent Police,,,On or near High Street,E01024000,Ashford 001A,{}"
    >>> rows = [head, row.format("ab1", "Suspect charged"), row.format("ab1", "Offender fined")]
    >>> _ = (folder / "2018-05-kent-outcomes.csv").write_text(chr(10).join(rows))
    >>> ev.read_police_uk_outcomes(folder)
    Panel: 1 area x 1 month (2018-05 to 2018-05) x 2 outcomes; 0 cells missing
    """
    return _read(path, CRIME_OUTCOMES, placing_of(areas), least_share)


def _read(path: PathLike, layout: Layout, placing: Placing, least_share: float) -> Panel:
    """Load, count, and set missing what was not published."""
    if not 0 <= least_share <= 1:
        raise DataError(f"least_share is a share from 0 to 1; it is {least_share}. Half is 0.5.")
    files = find_files(path, layout.kind)
    answers = [file for file in files if not file.member and is_answer(file.source)]
    if answers and layout is CRIMES:
        return _read_answers(files, answers, placing, least_share)
    with tempfile.TemporaryDirectory(prefix="evaluate-") as place:
        folder = Path(place)
        with working_database(folder) as connection:
            load_files(connection, files, layout, folder, key=placing.key)
            refuse_twice(connection, files)
            found = count_streets(connection, files, placing.areas_of)
    breaks, redrawn = (
        set_redrawn(found.counts, found.by_force, periods=found.months, types=found.types)
        if layout is CRIMES
        else ((), [])
    )
    notes = [*redrawn, *_published(found, least_share)]
    unknown = sorted(set(found.types) - set(TYPES.values()) - {"Violent crime"}) if layout is CRIMES else []
    if unknown:
        notes.append(
            f"Not among the crime types of data.police.uk, but counted under this name: {listed(unknown)}."
        )
    panel = _panel(found, files, f"data.police.uk {layout.kind.noun}s by {placing.by}", placing, notes)
    return replace(panel, provenance=replace(panel.provenance, breaks=breaks))


def _read_answers(
    files: Sequence[PublishedFile], answers: Sequence[PublishedFile], placing: Placing, least_share: float
) -> Panel:
    """Count the crimes that the API gave for some areas and months."""
    if len(answers) < len(files):
        other = next(file for file in files if file not in answers)
        raise DataError(
            f"{answers[0].name} is an answer of the API and {other.name} is none; they would count the same crimes. "
            "Read one kind at a time."
        )
    if placing.by not in ("LSOA", "outline"):
        raise DataError(
            f"{answers[0].name}: an answer of the API has points and no LSOAs, so areas= cannot place its crimes. Give "
            "outlines, ev.read_boundaries(...), or leave areas= out and name each file after the area asked for."
        )
    placing = placing if placing.by == "outline" else replace(placing, by="area", nowhere="no point")
    with (
        tempfile.TemporaryDirectory(prefix="evaluate-") as place,
        working_database(Path(place)) as connection,
    ):
        said = load_answers(connection, files, key=placing.key)
        found = count_streets(connection, files, placing.areas_of)
    absent = found.counts.sum(axis=2) == 0
    notes = _published(found, least_share)
    found.counts[absent] = np.nan
    if absent.any():
        cells = [f"{found.areas[area]} in {found.months[month]}" for area, month in np.argwhere(absent)]
        said.append(f"No answer has a crime of {shortened(cells)}; these are missing, not zero.")
    return _panel(found, files, f"data.police.uk API answers by {placing.by}", placing, [*said, *notes])


def _published(found: StreetCounts, least_share: float) -> list[str]:
    """Set missing what was not published, and say so."""
    return set_unpublished(
        found.counts,
        found.by_force,
        found.shares,
        forces=found.forces,
        periods=found.months,
        types=found.types,
        least_share=least_share,
    )


def _panel(
    found: StreetCounts, files: Sequence[PublishedFile], layout: str, placing: Placing, notes: Sequence[str]
) -> Panel:
    """Make a panel of what was counted."""
    labels, groups = placing.labels, placing.groups
    if placing.by in ("LSOA", AMONG_LSOAS):
        labels = {place.split(BETWEEN)[0]: name for place, name in found.names.items()}
        groups = {code: _district(name) for code, name in labels.items()}
    return Panel(
        as_counts(found.counts, areas=found.areas, periods=found.months, outcomes=found.types),
        labels={area: labels[area] for area in found.areas if labels.get(area)},
        groups={area: groups[area] for area in found.areas if groups.get(area)},
        provenance=Provenance(
            files=found.sources(files, nowhere=placing.nowhere, outside=placing.outside),
            layout=layout,
            notes=(*placing.notes, *_districts(found), *_outside(found), *_census(found), *notes),
        ),
    )


def _district(name: str) -> str:
    """The district in an LSOA's name: Redbridge of "Redbridge 003A"."""
    return name.rpartition(" ")[0]


def _districts(found: StreetCounts) -> list[str]:
    """Say in which districts the crimes lie: a force records some in districts that are another's."""
    if not any(found.names.values()):
        return []
    sizes: dict[str, int] = {}
    for place, rows in found.placed.items():
        district = _district(found.names[place])
        sizes[district] = sizes.get(district, 0) + rows
    largest = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    shown = shortened([f"{name} ({many(size, 'crime')})" for name, size in largest])
    return [
        f"By district of the LSOAs: {shown}. A district that is another force's holds only a part of its crime."
    ]


def _outside(found: StreetCounts) -> list[str]:
    """Say how many crimes each force reports outside its own area, as far as the files show it."""
    if len(found.forces) == 1:
        return _beyond(found)
    mainly = found.shares.argmax(axis=1)
    sizes = found.reported.sum(axis=0)
    own = np.array([found.reported[mainly == number, number].sum() for number in range(len(found.forces))])
    outside = {force: int(size) for force, size in zip(found.forces, sizes - own, strict=True) if size}
    if not outside:
        return ["Every area is reported by one force."]
    largest = sorted(outside.items(), key=lambda item: (-item[1], item[0]))
    shown = shortened([f"{force} ({many(size, 'crime')})" for force, size in largest])
    return [
        f"Outside a force's own areas, in areas where another force reports more; all are counted: {shown}."
    ]


def _census(found: StreetCounts) -> list[str]:
    """Say from which month LSOAs of the next census are in use: a code that ended then goes on with zeros."""
    new = [
        at
        for at, code in enumerate(found.areas)
        if code[:3] in LAST_OF_2011 and LSOA.fullmatch(code) and int(code[3:]) > LAST_OF_2011[code[:3]]
    ]
    used = np.flatnonzero(np.nansum(found.counts[new], axis=(0, 2)))
    if not len(used) or used[0] == 0:
        return []
    stand = "stands" if len(new) == 1 else "stand"
    return [
        f"From {found.months[used[0]]} on the LSOAs are those of 2021: {many(len(new), 'code')} made then, such as "
        f"{found.areas[new[0]]}, {stand} at zero before, and those that ended stand at zero after. Rebuild with "
        "ev.read_lsoa_changes before an LSOA is judged."
    ]


def _beyond(found: StreetCounts) -> list[str]:
    """Say how many crimes a force alone reports in districts where it reports next to nothing."""
    lsoas = pd.DataFrame(
        {
            "lsoa": [place.split(BETWEEN)[0] for place in found.placed],
            "district": [_district(found.names[place]) for place in found.placed],
            "rows": list(found.placed.values()),
        }
    )
    by_lsoa = lsoas[lsoas["district"] != ""].groupby(["district", "lsoa"])["rows"].sum()
    each = by_lsoa.groupby("district").agg(["sum", "mean"])
    if each.empty:
        return []
    usual = float((each["sum"] * each["mean"]).sum() / each["sum"].sum())
    outside = each[each["mean"] < LEAST_OF_USUAL * usual].sort_values("sum", ascending=False, kind="stable")
    if outside.empty:
        return []
    shown = shortened([f"{name} ({many(int(rows), 'crime')})" for name, rows in outside["sum"].items()])
    return [
        f"{many(int(outside['sum'].sum()), 'crime')} of {found.forces[0]} lie in districts where it has under "
        f"{LEAST_OF_USUAL:.0%} of its usual number for an LSOA, so outside its own area; they are counted: {shown}."
    ]
