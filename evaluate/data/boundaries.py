"""Boundaries of areas from a shapefile or GeoJSON: how large they are, which touch, and how two years' overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from evaluate.data.neighbours import Neighbours, neighbours_of_pairs
from evaluate.data.overlaps import WHOLE, Overlaps, make_overlaps
from evaluate.data.provenance import SourceFile, sha256_of
from evaluate.data.tables import PathLike, existing_file
from evaluate.errors import DataError, did_you_mean, many, shortened

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

BRITISH_GRID: Final = 27700
"""EPSG code of the British National Grid, whose coordinates are metres."""

LONGITUDE_LATITUDE: Final = 4326
"""EPSG code of longitude and latitude as data.police.uk and GeoJSON give them."""

NEEDS_MAPS: Final = (
    "Reading boundaries needs geopandas and libpysal, which are not installed with the package. Install them with "
    '`pip install "evaluate-operations[maps]"`, or give neighbours as a plain list (ev.read_neighbours) and overlaps '
    "by LSOA (ev.overlaps_by_lsoa)."
)

_CODE = re.compile(r"[A-Z]\d{8}")
_NAME = re.compile(r".*(NM|NAME)$", re.IGNORECASE)
_GROUP = re.compile(r"DISTRICT|BOROUGH|LAD\d\dNM", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Areas with their outlines. ``read_boundaries`` makes them.

    Parameters
    ----------
    shapes : geopandas.GeoDataFrame
        One row for each area, by code, in metres of the British National Grid.
    file : SourceFile
        What was read.
    labels : mapping of str to str
        Name of each area, where the file gives one.
    groups : mapping of str to str
        Borough or district of each area, where the file gives one.

    Examples
    --------
    >>> import evaluate as ev
    >>> old = ev.read_boundaries("London_Ward_2014.shp")                       # doctest: +SKIP
    >>> new = ev.read_boundaries("London_Ward_2018.shp")                       # doctest: +SKIP
    >>> round(old.overlaps(new).share("E05000507", "E05011247"), 3)            # doctest: +SKIP
    0.847
    """

    shapes: GeoDataFrame
    file: SourceFile
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def areas(self) -> pd.Index:
        """Codes of the areas."""
        return self.shapes.index

    @property
    def hectares(self) -> pd.Series:
        """Size of each area, in hectares."""
        return (self.shapes.area / 1e4).rename("hectares")

    def neighbours(self, *, gap: float = 1.0) -> Neighbours:
        """Find which areas touch.

        Parameters
        ----------
        gap : float
            Metres that may lie between areas that touch: outlines made simpler leave gaps. Areas that meet in a point
            touch.

        Returns
        -------
        Neighbours

        Raises
        ------
        DataError
            If the gap is below 0.
        """
        from libpysal.graph import Graph

        if not gap >= 0:
            raise DataError(f"A gap between areas is 0 metres or more; it is {gap}. Correct it.")
        if gap:
            graph = Graph.build_fuzzy_contiguity(self.shapes, buffer=gap / 2)
        else:
            graph = Graph.build_contiguity(self.shapes, rook=False, strict=True)
        # Ward names repeat across boroughs, so the messages say both.
        labels = {
            code: f"{name}, {self.groups[code]}" if code in self.groups else name
            for code, name in self.labels.items()
        }
        return neighbours_of_pairs(self.areas, graph.adjacency.index, labels)

    def overlaps(self, new: Boundaries) -> Overlaps:
        """Measure how much of each of these areas lies in each area of another year.

        Parameters
        ----------
        new : Boundaries
            The areas to rebuild to.

        Returns
        -------
        Overlaps
            By hectares. Parts that are a sliver of both areas (under 0.5%) are left out.

        Raises
        ------
        DataError
            If no two areas overlap.
        """
        theirs_at, ours_at = self.shapes.sindex.query(new.shapes.geometry, predicate="intersects")
        ours, theirs = self.shapes.geometry.iloc[ours_at], new.shapes.geometry.iloc[theirs_at]
        size = ours.intersection(theirs, align=False).area.to_numpy() / 1e4
        parts = pd.DataFrame(
            {
                "source": self.areas.to_numpy()[ours_at],
                "target": new.areas.to_numpy()[theirs_at],
                "size": size,
                "source_size": self.hectares.to_numpy()[ours_at],
                "target_size": new.hectares.to_numpy()[theirs_at],
            }
        )
        sliver = 1 - WHOLE
        large = parts["size"] >= sliver * np.minimum(parts["source_size"], parts["target_size"])
        return make_overlaps(
            parts[large].reset_index(drop=True),
            unit="hectares",
            labels=new.labels,
            groups=new.groups,
            files=(self.file, new.file),
        )

    def holding(self, points: pd.DataFrame) -> pd.Series:
        """Find the area that holds each point, to read incidents that have a place and no area.

        Parameters
        ----------
        points : pandas.DataFrame
            Columns ``longitude`` and ``latitude`` in degrees, or ``easting`` and ``northing`` in metres of the British
            National Grid; missing where a row has no place.

        Returns
        -------
        pandas.Series
            Code of the area, ``""`` for a point in none or without a place, by the index of ``points``. A point on
            the line between two areas is in the first by code.

        Raises
        ------
        DataError
            If the columns are not there, or hold something that is no coordinate.
        """
        places = points_of(points)
        sources, targets = self.shapes.sindex.query(places.geometry.to_numpy(), predicate="intersects")
        found = pd.DataFrame({"point": sources, "code": self.areas.to_numpy()[targets]})
        first = found.groupby("point")["code"].min().reindex(range(len(points)), fill_value="")
        return pd.Series(first.to_numpy(), index=points.index, name="area", dtype="str")

    def __repr__(self) -> str:
        return f"Boundaries: {many(len(self.areas), 'area')} of {self.hectares.sum():,.0f} hectares"


def read_boundaries(
    path: PathLike, *, code: str | None = None, name: str | None = None, areas: Iterable[str] | None = None
) -> Boundaries:
    """Read the outlines of areas.

    Parameters
    ----------
    path : path
        A shapefile (with its .shx, .dbf and .prj beside it), GeoJSON or GeoPackage.
    code : str, optional
        Head of the column of codes. By default the one column in which every value is a code such as E05011247 and
        stands once.
    name : str, optional
        Head of the column of names; by default the first text column whose head ends in NM or NAME.
    areas : iterable of str, optional
        Codes that the areas have, such as ``panel.areas``, where they are of another form: the column of codes is the
        one that holds most of them.

    Returns
    -------
    Boundaries
        In the British National Grid.

    Raises
    ------
    DataError
        If geopandas is not installed, the file cannot be read, has no coordinate system, or no column of codes.

    Notes
    -----
    Outlines that cross themselves are mended (shapely's ``make_valid``), which the provenance says.

    Examples
    --------
    >>> import evaluate as ev
    >>> boundaries = ev.read_boundaries("London_Ward_2018.shp")         # doctest: +SKIP
    >>> boundaries.neighbours().ring(["E05011247"])                     # doctest: +SKIP
    ('E05000026', 'E05000035', 'E05000487', 'E05011240', 'E05011246', 'E05011248')
    """
    file = existing_file(path)
    geopandas = load_geopandas()
    try:
        shapes = geopandas.read_file(file)
    except Exception as error:  # the reader's own errors are of many kinds
        raise DataError(
            f"{file.name}: this cannot be read as boundaries. Give a shapefile with its .shx, .dbf and .prj beside it, "
            f"or GeoJSON. ({str(error).splitlines()[0]})"
        ) from error
    if "geometry" not in shapes or not len(shapes):
        raise DataError(f"{file.name}: there are no outlines in it. Give a shapefile or GeoJSON of areas.")
    if shapes.crs is None:
        raise DataError(
            f"{file.name}: it does not say in which coordinate system it is. Keep the .prj file beside the shapefile."
        )
    column = _code_column(shapes, file.name, code, None if areas is None else {str(area) for area in areas})
    empty = shapes.geometry.isna() | shapes.geometry.is_empty
    if empty.any():
        raise DataError(
            f"{file.name}: {shapes.loc[empty, column].iloc[0]} has no outline. Remove it, or add one."
        )
    wrong = ~shapes.is_valid
    mended = {"outline mended": int(wrong.sum())} if wrong.any() else {}
    shapes = shapes.assign(geometry=shapes.geometry.make_valid()).to_crs(BRITISH_GRID)
    shapes = shapes.set_index(shapes[column].astype(str).rename("area")).sort_index()
    source = SourceFile(
        file.name, sha256_of(file), rows_read=len(shapes), rows_used=len(shapes), not_used=mended
    )
    heads = [name] if name is not None else [head for head in shapes.columns if _NAME.match(str(head))]
    if name is not None and name not in shapes:
        raise DataError(f'{file.name}: there is no column "{name}". {did_you_mean(name, _heads(shapes))}')
    larger = [head for head in shapes.columns if _GROUP.fullmatch(str(head)) and head not in heads[:1]]
    labels, groups = (
        dict(zip(shapes.index, shapes[found[0]].astype(str), strict=True)) if found else {}
        for found in (heads, larger)
    )
    return Boundaries(shapes[["geometry"]], source, labels, groups)


def points_of(points: pd.DataFrame, *, system: Any = BRITISH_GRID) -> GeoDataFrame:
    """Make points in a coordinate system of columns of coordinates; those that are missing are empty.

    Raises
    ------
    DataError
        If neither pair of columns is there, or a cell is no number.
    """
    geopandas = load_geopandas()
    pairs = {LONGITUDE_LATITUDE: ("longitude", "latitude"), BRITISH_GRID: ("easting", "northing")}
    given = next((known for known, heads in pairs.items() if {*heads} <= {*points.columns}), None)
    if given is None:
        raise DataError(
            f"Points have the columns longitude and latitude, or easting and northing; these have "
            f"{shortened([str(head) for head in points.columns])}. Rename two."
        )
    east, north = pairs[given]
    coordinates = {}
    for head in (east, north):
        numbers = pd.to_numeric(points[head].replace("", np.nan), errors="coerce").astype(float)
        wrong = numbers.isna() & points[head].notna() & (points[head].astype(str) != "")
        if wrong.any():
            raise DataError(
                f'A {head} is a number; row {int(np.flatnonzero(wrong)[0]) + 1} has "{points[head][wrong].iloc[0]}". '
                "Correct it, or leave it empty."
            )
        coordinates[head] = numbers
    placed = geopandas.points_from_xy(coordinates[east], coordinates[north], crs=given)
    frame = geopandas.GeoDataFrame(geometry=placed)
    frame.loc[(coordinates[east].isna() | coordinates[north].isna()).to_numpy(), "geometry"] = None
    return frame.to_crs(system)


def load_geopandas() -> Any:
    """Import geopandas, or say what to install."""
    try:
        import geopandas
        import libpysal  # noqa: F401
    except ImportError as error:
        raise DataError(NEEDS_MAPS) from error
    return geopandas


def _code_column(shapes: GeoDataFrame, file: str, code: str | None, areas: set[str] | None) -> str:
    """Find the column whose values are codes of areas, each once."""
    heads = _heads(shapes)
    if code is None and areas is not None and heads:
        code = max(heads, key=lambda head: len(areas & set(shapes[head].astype(str))))
    if code is not None:
        if code not in heads:
            raise DataError(f'{file}: there is no column "{code}". {did_you_mean(code, heads)}')
        twice = shapes[code][shapes[code].duplicated()]
        if len(twice):
            raise DataError(
                f'{file}: column "{code}" has "{twice.iloc[0]}" more than once; each area stands once. Name the column '
                "of the areas themselves with code=."
            )
        return code
    found = [
        head
        for head in heads
        if shapes[head].is_unique and shapes[head].astype(str).str.fullmatch(_CODE.pattern).all()
    ]
    if len(found) != 1:
        seen = "none is" if not found else f"{shortened(found)} are"
        raise DataError(
            f"{file}: one column holds the areas' codes, each once, such as E05011247; {seen} of this kind among "
            f"{shortened(heads)}. Name it with code=."
        )
    return found[0]


def _heads(shapes: GeoDataFrame) -> list[str]:
    """Heads of the columns that are no outline."""
    return [str(head) for head in shapes.columns if head != "geometry"]
