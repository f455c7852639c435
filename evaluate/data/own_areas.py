"""Areas of one's own, since operations happen on streets: lists of LSOAs, streets as published, or a polygon."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from evaluate.data.boundaries import LONGITUDE_LATITUDE, load_geopandas, points_of
from evaluate.data.panel import DIMENSIONS, Panel
from evaluate.data.tables import PathLike, existing_file
from evaluate.errors import DataError, did_you_mean, many, shortened

if TYPE_CHECKING:
    from geopandas import GeoSeries

PUBLISHED_AS: Final = "On or near "
"""How data.police.uk begins the name of a street."""


@dataclass(frozen=True)
class OwnArea:
    """An area that nobody publishes counts of, made of places that are published.

    Give LSOAs; or streets and the LSOAs they are looked for in; or a polygon.

    Parameters
    ----------
    name : str
        What the area is called; it takes the place of a code.
    lsoas : sequence of str
        Codes of LSOAs. Without streets the area is all of them.
    streets : sequence of str
        Streets as data.police.uk writes them, with or without "On or near", such as "Ilford Lane". Every town has
        a High Street, so a street counts only inside the LSOAs given.
    polygon : sequence of (longitude, latitude), or path
        Corners in degrees, in order, joined by lines that are straight on a map of degrees; or a file of outlines
        (GeoJSON, shapefile) that make up the area together.

    Raises
    ------
    DataError
        If it is not one of these.

    Notes
    -----
    A crime published "on or near" a street was moved to the nearest of the publisher's map points, which stand for
    at least eight addresses each, so a street holds some crime of the roads beside it and lacks some of its own.
    Counts of a street are small. Reports keep small counts back, and figures never draw such an area on a map, so
    that no place of a sexual offence can be read off one.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.OwnArea("Ilford Lane", streets=["Ilford Lane"], lsoas=["E01003729", "E01003734"])
    OwnArea: Ilford Lane (1 street in 2 LSOAs)
    """

    name: str
    lsoas: Sequence[str] = ()
    streets: Sequence[str] = ()
    polygon: Sequence[tuple[float, float]] | PathLike | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise DataError("An area of your own needs a name; it is empty.")
        for role in ("lsoas", "streets"):
            given = getattr(self, role)
            if isinstance(given, str):
                raise DataError(f'{self.name}: {role} is a list; write ["{given}"].')
            object.__setattr__(self, role, tuple(dict.fromkeys(str(value).strip() for value in given)))
        if self.polygon is not None and (self.lsoas or self.streets):
            raise DataError(
                f"{self.name}: an area is a polygon, or LSOAs with or without streets; this is both. Make two areas."
            )
        if self.streets and not self.lsoas:
            raise DataError(
                f"{self.name}: a street's name stands in many towns, so names never join alone. Give lsoas=, the LSOAs "
                f"in which {shortened([f'"{street}"' for street in self.streets], most=3)} is meant."
            )
        if self.polygon is None and not self.lsoas:
            raise DataError(f"{self.name}: an area needs LSOAs or a polygon; it has neither.")
        if self.polygon is not None and not isinstance(self.polygon, str | os.PathLike):
            object.__setattr__(self, "polygon", _corners(self.name, self.polygon))

    def holds(self, places: pd.DataFrame) -> np.ndarray:
        """Say of each place whether it lies in the area.

        Parameters
        ----------
        places : pandas.DataFrame
            Columns ``lsoa`` and, for streets, ``location`` as published; for a polygon ``longitude`` and ``latitude``,
            or ``easting`` and ``northing``.

        Returns
        -------
        numpy.ndarray
            Shape (places,), bool. A point on the edge of a polygon lies in it.

        Raises
        ------
        DataError
            If a column is not there, or a street is not among the places of its LSOAs.

        Examples
        --------
        >>> import pandas as pd
        >>> import evaluate as ev
        >>> lane = ev.OwnArea("Ilford Lane", streets=["Ilford Lane"], lsoas=["E01003729"])
        >>> places = pd.DataFrame({
        ...     "lsoa": ["E01003729", "E01003729", "E01099999"],
        ...     "location": ["On or near Ilford Lane", "On or near Grove Road", "On or near Ilford Lane"]})
        >>> lane.holds(places)
        array([ True, False, False])
        """
        if self.polygon is not None:
            return _inside(self, places)
        for column in ("lsoa", "location") if self.streets else ("lsoa",):
            if column not in places:
                raise DataError(
                    f'{self.name}: places need a column "{column}". {did_you_mean(column, list(places.columns))}'
                )
        inside = places["lsoa"].isin(self.lsoas).to_numpy(dtype=bool)
        if not self.streets:
            return inside
        streets = _street(places["location"])
        known = {street.lower(): street for street in streets[inside].unique()}
        for street in _street(pd.Series(self.streets, dtype="str")):
            if street.lower() not in known:
                near = did_you_mean(street, sorted(known.values()))
                raise DataError(
                    f'{self.name}: no crime is published on or near "{street}" in {many(len(self.lsoas), "LSOA")} '
                    f"({shortened(list(self.lsoas), most=3)}). {near}"
                )
        wanted = _street(pd.Series(self.streets, dtype="str")).str.lower()
        return inside & streets.str.lower().isin(wanted).to_numpy(dtype=bool)

    def __repr__(self) -> str:
        if self.polygon is not None:
            return f"OwnArea: {self.name} (a polygon)"
        streets = f"{many(len(self.streets), 'street')} in " if self.streets else ""
        return f"OwnArea: {self.name} ({streets}{many(len(self.lsoas), 'LSOA')})"


def assign_areas(places: pd.DataFrame, areas: Iterable[OwnArea]) -> pd.Series:
    """Give each place the name of the area of one's own that holds it.

    Parameters
    ----------
    places : pandas.DataFrame
        As for ``OwnArea.holds``: published places, or incidents with coordinates of their own.
    areas : iterable of OwnArea
        No two may hold the same place.

    Returns
    -------
    pandas.Series
        Name of the area, ``""`` for a place in none, by the index of ``places``.

    Raises
    ------
    DataError
        If two areas share a name or a place, or one holds none.

    Examples
    --------
    >>> import pandas as pd
    >>> import evaluate as ev
    >>> lane = ev.OwnArea("Ilford Lane", lsoas=["E01003729"])
    >>> ev.assign_areas(pd.DataFrame({"lsoa": ["E01003729", "E01000001"]}), [lane]).tolist()
    ['Ilford Lane', '']
    """
    found = np.full(len(places), "", dtype=object)
    names: set[str] = set()
    for area in areas:
        if area.name in names:
            raise DataError(f'Two areas of your own are called "{area.name}"; each needs a name of its own.')
        names.add(area.name)
        holds = area.holds(places)
        if not holds.any():
            raise DataError(
                f"No place in the data lies in {area.name}. Check its codes or its corners (longitude first), and that "
                "the data are of this place."
            )
        shared = holds & (found != "")
        if shared.any():
            raise DataError(
                f"{area.name} and {found[shared][0]} share {many(int(shared.sum()), 'place')}, which would count "
                "twice. Take what they share out of one."
            )
        found[holds] = area.name
    return pd.Series(found, index=places.index, name="area", dtype="str")


def combine_areas(panel: Panel, groups: Mapping[str, Sequence[str]]) -> Panel:
    """Add areas together under new names; the rest stay as they are.

    Parameters
    ----------
    panel : Panel
        Counts by LSOA, ward or other area.
    groups : mapping
        New name to the codes that make it, such as the LSOAs along a street. An area goes into one group, and into
        the sum alone, so that it cannot be its own control.

    Returns
    -------
    Panel
        The new areas first. A cell is missing where any of its parts is missing.

    Raises
    ------
    DataError
        If a code is not in the panel or in two groups, a group is empty, or a name is a code already.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=4, periods=24, seed=1)
    >>> list(ev.combine_areas(panel, {"the lane": ["A01", "A02"]}).areas)
    ['the lane', 'A03', 'A04']
    """
    taken: dict[str, str] = {}
    for name, codes in groups.items():
        if isinstance(codes, str):
            raise DataError(f'A group is a list of codes; write {{"{name}": ["{codes}"]}}.')
        if not codes:
            raise DataError(f'The group "{name}" is empty. Name the areas that make it.')
        for code in map(str, codes):
            panel.require_area(code)
            if code in taken:
                raise DataError(f'{code} is in "{taken[code]}" and in "{name}"; keep it in one of them.')
            taken[code] = name
    rest = [str(area) for area in panel.areas if area not in taken]
    twice = sorted(set(groups) & set(rest))
    if twice:
        raise DataError(f'"{twice[0]}" is an area of the panel already; give the group another name.')
    sums = [
        panel.counts.sel(area=[str(code) for code in codes])
        .sum("area", skipna=False)
        .expand_dims(area=[name], axis=0)
        for name, codes in groups.items()
    ]
    counts = xr.concat([*sums, panel.counts.sel(area=rest)], dim="area").transpose(*DIMENSIONS)
    said = [
        f"{name} is {shortened([str(code) for code in codes])} together." for name, codes in groups.items()
    ]
    return Panel(
        counts,
        labels={code: name for code, name in panel.labels.items() if code not in taken},
        groups={code: name for code, name in panel.groups.items() if code not in taken},
        provenance=replace(panel.provenance, notes=(*panel.provenance.notes, *said)),
    )


def _street(names: pd.Series) -> pd.Series:
    """Names of streets without the words the publisher puts before them."""
    return names.astype("str").str.strip().str.removeprefix(PUBLISHED_AS).str.strip()


def _corners(name: str, corners: Any) -> tuple[tuple[float, float], ...]:
    """Check the corners of a polygon."""
    try:
        made = tuple((float(longitude), float(latitude)) for longitude, latitude in corners)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name}: the corners of a polygon are pairs of longitude and latitude, such as (0.07, 51.55)."
        ) from error
    if len(set(made)) < 3:
        raise DataError(
            f"{name}: a polygon has at least three corners; this has {len(set(made))}. Add the others."
        )
    wrong = [pair for pair in made if not (-180 <= pair[0] <= 180 and -90 <= pair[1] <= 90)]
    if wrong:
        raise DataError(
            f"{name}: {wrong[0]} is no longitude and latitude in degrees. Give (longitude, latitude), or a file that "
            "says its coordinate system."
        )
    return made


def _inside(area: OwnArea, places: pd.DataFrame) -> np.ndarray:
    """Which points lie in an area's polygon, whose edges are straight in the coordinates it was given in."""
    outline = _outline(area)
    points = points_of(places, system=outline.crs).geometry
    return np.asarray(points.notna() & points.intersects(outline.union_all()), dtype=bool)


def _outline(area: OwnArea) -> GeoSeries:
    """The outline of a polygon."""
    geopandas = load_geopandas()
    if isinstance(area.polygon, str | os.PathLike):
        file = existing_file(area.polygon)
        try:
            shapes = geopandas.read_file(file).geometry
        except Exception as error:  # the reader's own errors are of many kinds
            raise DataError(
                f"{file.name}: this cannot be read as an outline. Give GeoJSON or a shapefile."
            ) from error
        if shapes.crs is None:
            raise DataError(
                f"{file.name}: it does not say in which coordinate system it is. Keep the .prj beside it."
            )
        return shapes.make_valid()
    shape = {"type": "Polygon", "coordinates": [list(area.polygon or ())]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    outline = geopandas.GeoDataFrame.from_features([feature], crs=LONGITUDE_LATITUDE).geometry
    if not outline.is_valid.all():
        raise DataError(
            f"{area.name}: the edges of the polygon cross. Give its corners in order, going around."
        )
    return outline
