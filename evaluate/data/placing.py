"""From a place as published, an LSOA or a point, to the area whose crimes are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from evaluate.data.boundaries import Boundaries
from evaluate.data.lsoa_lookup import read_lookup
from evaluate.data.own_areas import OwnArea, assign_areas
from evaluate.data.street_files import BETWEEN, LSOA, POINT, SPOT
from evaluate.data.tables import PathLike
from evaluate.errors import DataError, many, shortened

Areas = PathLike | Boundaries | Mapping[str, Sequence[str]] | Sequence[OwnArea]
"""A lookup file from LSOAs to wards; outlines; areas of one's own alone, a name and the LSOAs it is made of; or areas
of one's own among LSOAs."""

MOVED = "Points were moved by the publisher to the nearest of its map points, so one near a border may be across it."

OUTLINE_FILES = (".shp", ".geojson", ".gpkg", ".json")
"""How the names of files of outlines end."""

AMONG_LSOAS = "LSOA and area of one's own"


@dataclass(frozen=True, eq=False)
class Placing:
    """How places become areas.

    Parameters
    ----------
    by : str
        What the areas are: "LSOA", "ward", "area", "outline" or ``AMONG_LSOAS``.
    areas_of : callable
        From places, codes of LSOAs or what the key says, to codes of areas, ``""`` where there is none.
    labels, groups : mapping of str to str
        Readable name and larger area of each area's code, where known.
    key : str
        What tells places apart, for ``load_files``.
    nowhere, outside : str
        What the provenance calls a row without a place, and one whose place is in no area.
    notes : tuple of str
        Sentences for the provenance.
    """

    by: str
    areas_of: Callable[[list[str]], Sequence[str]]
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    key: str = "LSOA code"
    nowhere: str = "no LSOA"
    outside: str = "in none of the areas"
    notes: tuple[str, ...] = ()


def placing_of(areas: Areas | None) -> Placing:
    """Say how to place crimes, as the user asked for.

    Parameters
    ----------
    areas : path, Boundaries, mapping or sequence of OwnArea, optional
        A lookup file, outlines, lists of LSOAs by the name of the area they make, or areas of one's own. Without it
        each LSOA is an area.

    Returns
    -------
    Placing

    Raises
    ------
    DataError
        If the lookup is none, or an LSOA stands in two areas or is no code.

    Examples
    --------
    >>> from evaluate.data.placing import placing_of
    >>> placing_of({"Ilford Lane": ["E01003690", "E01003691"]}).areas_of(["E01003690", "E01000001"])
    ['Ilford Lane', '']
    """
    if areas is None:
        return Placing("LSOA", lambda places: places)
    if isinstance(areas, Mapping):
        return Placing("area", _of_mapping(_own_areas(areas)))
    if isinstance(areas, Sequence) and not isinstance(areas, str):
        return Placing(AMONG_LSOAS, _among_lsoas(areas), key=SPOT)
    if isinstance(areas, Boundaries):
        return Placing(
            "outline",
            _by_outline(areas),
            areas.labels,
            key=POINT,
            nowhere="no point",
            outside="outside the outlines",
            notes=(f"Areas are those of {areas.file.name}, SHA-256 {areas.file.sha256}.", MOVED),
        )
    if Path(areas).suffix.lower() in OUTLINE_FILES:
        raise DataError(
            f'"{Path(areas).name}" holds outlines, not a lookup from LSOAs. Write areas=ev.read_boundaries("{areas}").'
        )
    lookup = read_lookup(areas)

    def wards_of(places: list[str]) -> list[str]:
        lookup.refuse_other_year(places)
        wards = [lookup.wards.get(place, "") for place in places]
        if not any(wards):
            codes = [place for place in places if place]
            raise DataError(
                f"{lookup.table.name} holds none of the {many(len(codes), 'LSOA')} in the data, "
                f"{shortened(codes, most=3)}. Use the lookup for the LSOAs of 2011 or 2021."
            )
        return wards

    return Placing(
        "ward",
        wards_of,
        lookup.labels,
        lookup.groups,
        outside="LSOA not in the lookup",
        notes=(f"Areas are those of {lookup.table.name}, SHA-256 {lookup.table.sha256}.",),
    )


def _own_areas(areas: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """LSOA to the name of the area it is a part of."""
    own: dict[str, str] = {}
    for name, codes in areas.items():
        if isinstance(codes, str):
            raise DataError(f'areas= takes a list of LSOAs for each area; write {{"{name}": ["{codes}"]}}.')
        for code in codes:
            if not code or not LSOA.fullmatch(str(code)):
                raise DataError(
                    f'areas= has "{code}" in "{name}", which is no code of an LSOA; they are like E01003690.'
                )
            if own.get(code, name) != name:
                raise DataError(
                    f'areas= has {code} in "{own[code]}" and in "{name}"; keep it in one of them.'
                )
            own[code] = name
    return own


def _of_mapping(own: Mapping[str, str]) -> Callable[[list[str]], list[str]]:
    """Place by a mapping; LSOAs that the data do not hold may still be there without a crime."""

    def areas_of(places: list[str]) -> list[str]:
        given = [own.get(place, "") for place in places]
        if not any(given):
            raise DataError(
                f"The data hold none of the LSOAs of areas=, {shortened(list(own), most=3)}. Name LSOAs of the force "
                "whose files these are."
            )
        return given

    return areas_of


def _among_lsoas(own: Sequence[OwnArea]) -> Callable[[list[str]], list[str]]:
    """Place in areas of one's own; what lies in none of them stays in its LSOA, to be compared with."""
    for area in own:
        if not isinstance(area, OwnArea):
            raise DataError(
                f'areas= is a list of ev.OwnArea; it holds "{area}". Write ev.OwnArea(name, ...).'
            )
        if LSOA.fullmatch(area.name):
            raise DataError(
                f'An area of your own is called "{area.name}", as an LSOA is. Give it another name.'
            )
    if not own:
        raise DataError("areas= is an empty list. Name at least one ev.OwnArea, or leave it out.")

    def areas_of(places: list[str]) -> list[str]:
        columns = ["lsoa", "location", "longitude", "latitude"]
        spots = pd.DataFrame(
            [place.split(BETWEEN) if place else [""] * 4 for place in places], columns=columns
        )
        named = assign_areas(spots, own)
        return named.where(named != "", spots["lsoa"]).tolist()

    return areas_of


def _by_outline(outlines: Boundaries) -> Callable[[list[str]], list[str]]:
    """Place points, longitude and latitude with a comma between them, in the outlines that hold them."""

    def areas_of(places: list[str]) -> list[str]:
        parts = pd.Series(places, dtype="str").str.split(",", n=1, expand=True).reindex(columns=[0, 1])
        degrees = parts.apply(pd.to_numeric, errors="coerce").set_axis(["longitude", "latitude"], axis=1)
        given = outlines.holding(degrees).tolist()
        if not any(given):
            raise DataError(
                f"No point in the data lies in the outlines of {outlines.file.name}. Use outlines of the place that "
                "the data are about."
            )
        return given

    return areas_of
