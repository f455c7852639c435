"""How much of each old area lies in each new one: the lookup that counts are rebuilt with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from evaluate.data.lsoa_lookup import LsoaLookup, refuse_empty
from evaluate.data.provenance import SourceFile
from evaluate.data.tables import PathLike, open_table
from evaluate.errors import DataError, did_you_mean, many

WHOLE: Final = 0.995
"""Share from which an area lies wholly inside another: boundaries drawn anew differ by slivers."""


@dataclass(frozen=True, eq=False)
class Overlaps:
    """How much of each source area lies in each target area.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each pair of areas that overlap: ``source``, ``target``, ``size`` (of the part they share, in
        ``unit``), ``share_of_source`` and ``share_of_target`` (that part, from 0 to 1), and ``edition``, which is the
        same for source areas that together cover the map once.
    unit : str
        What ``size`` is counted in: "LSOAs", "people", "hectares".
    labels, groups : mapping of str to str
        Name and larger area of each target, where known.
    files : tuple of SourceFile
        What it was made from.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.make_overlaps([("old", "new", 84.7), ("old", "next", 15.3)], unit="hectares")
    Overlaps: 1 area in 2, by hectares; 0 wholly inside one, 1 divided
    """

    table: pd.DataFrame
    unit: str
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    files: tuple[SourceFile, ...] = ()

    def share(self, source: str, target: str) -> float:
        """Share of a source area that lies in a target area; 0 where they do not overlap.

        Raises
        ------
        DataError
            If one of the two is not in the table.

        Examples
        --------
        >>> import evaluate as ev
        >>> ev.make_overlaps([("old", "new", 84.7), ("old", "next", 15.3)], unit="hectares").share("old", "new")
        0.847
        """
        for column, code in (("source", source), ("target", target)):
            known = self.table[column].unique()
            if code not in known:
                raise DataError(
                    f'There is no {column} area "{code}" in these overlaps. {did_you_mean(code, known)}'
                )
        pair = (self.table["source"] == source) & (self.table["target"] == target)
        return float(self.table.loc[pair, "share_of_source"].sum())

    @property
    def best(self) -> pd.DataFrame:
        """For each source its target with the largest share: ``target``, ``share_of_source``, by ``source``."""
        ordered = self.table.sort_values(
            ["share_of_source", "target"], ascending=[False, True], kind="stable"
        )
        return (
            ordered.drop_duplicates("source").set_index("source")[["target", "share_of_source"]].sort_index()
        )

    def __repr__(self) -> str:
        whole = int((self.best["share_of_source"] >= WHOLE).sum())
        return (
            f"Overlaps: {many(len(self.best), 'area')} in {self.table['target'].nunique():,}, by {self.unit}; "
            f"{whole:,} wholly inside one, {len(self.best) - whole:,} divided"
        )


def make_overlaps(
    parts: pd.DataFrame | list[tuple[str, str, float]],
    *,
    unit: str,
    labels: Mapping[str, str] | None = None,
    groups: Mapping[str, str] | None = None,
    files: tuple[SourceFile, ...] = (),
) -> Overlaps:
    """Make overlaps from the sizes of the parts that areas share.

    Parameters
    ----------
    parts : pandas.DataFrame or list of (source, target, size)
        A size above 0 for each pair; a frame may have an ``edition`` too, and ``source_size`` and ``target_size``
        where the parts do not add up to the areas.
    unit : str
        What the sizes are counted in.
    labels, groups : mapping of str to str, optional
        Name and larger area of each target.
    files : tuple of SourceFile
        What the sizes were made from.

    Returns
    -------
    Overlaps

    Raises
    ------
    DataError
        If there is no part, or a size is not above 0.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.make_overlaps([("a", "x", 3.0), ("b", "x", 1.0)], unit="people").table["share_of_target"].tolist()
    [0.75, 0.25]
    """
    table = (
        parts
        if isinstance(parts, pd.DataFrame)
        else pd.DataFrame(parts, columns=["source", "target", "size"])
    )
    if table.empty:
        raise DataError("No area overlaps another. Check that both are of the same places.")
    if not (table["size"] > 0).all():
        wrong = table[~(table["size"] > 0)].iloc[0]
        raise DataError(
            f"A part that two areas share has a size above 0; {wrong['source']} in {wrong['target']} has "
            f"{wrong['size']}. Leave such pairs out."
        )
    if "edition" not in table:
        table = table.assign(edition="")
    sizes = table.groupby(["source", "target", "edition"], as_index=False)["size"].sum()
    of_source = sizes.groupby("source")["size"].transform("sum")
    of_target = sizes.groupby(["target", "edition"])["size"].transform("sum")
    if "source_size" in table:
        of_source = sizes["source"].map(table.groupby("source")["source_size"].first())
        of_target = sizes["target"].map(table.groupby("target")["target_size"].first())
    shares = sizes.assign(
        share_of_source=np.minimum(sizes["size"] / of_source, 1.0),
        share_of_target=np.minimum(sizes["size"] / of_target, 1.0),
    )
    return Overlaps(shares, unit, labels or {}, groups or {}, files)


def overlaps_of(lookup: LsoaLookup) -> Overlaps:
    r"""The overlaps of a lookup: each LSOA wholly in its ward.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "lookup.csv"
    >>> _ = path.write_text("LSOA11CD,WD18CD\nE01003729,E05011247\n")
    >>> overlaps_of(ev.read_lookup(path))
    Overlaps: 1 area in 1, by LSOAs; 1 wholly inside one, 0 divided
    """
    parts = [(lsoa, ward, 1.0) for lsoa, ward in lookup.wards.items()]
    return make_overlaps(
        parts, unit="LSOAs", labels=lookup.labels, groups=lookup.groups, files=(_file_of(lookup),)
    )


def overlaps_by_lsoa(
    old: LsoaLookup, new: LsoaLookup, *, weights: Mapping[str, float] | None = None
) -> Overlaps:
    r"""How much of each ward of one year lies in each ward of another, by the LSOAs they share.

    Parameters
    ----------
    old, new : LsoaLookup
        Of the same LSOAs and two years of wards.
    weights : mapping of str to float, optional
        People, or crimes of the years before, in each LSOA. By default each LSOA weighs the same; they were made
        to hold about 1,500 people each.

    Returns
    -------
    Overlaps

    Raises
    ------
    DataError
        If the two are of LSOAs of different years, or an LSOA has no weight.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for year, first, second in (("17", "E05000507", "E05000507"), ("18", "E05011247", "E05011240")):
    ...     rows = f"LSOA11CD,WD{year}CD\nE01003729,{first}\nE01003730,{second}\n"
    ...     _ = (folder / f"{year}.csv").write_text(rows)
    >>> old, new = (ev.read_lookup(folder / name) for name in ("17.csv", "18.csv"))
    >>> ev.overlaps_by_lsoa(old, new).share("E05000507", "E05011247")
    0.5
    """
    shared = old.wards.keys() & new.wards.keys()
    whole = min(len(old.wards), len(new.wards))
    if len(shared) < 0.95 * whole:
        raise DataError(
            f"{old.table.name} and {new.table.name} share {len(shared) / whole:.1%} of their LSOAs, so they are of "
            f"different years or places ({old.lsoa_year} and {new.lsoa_year}). Use two lookups of the same LSOAs."
        )
    lacking = sorted(shared - weights.keys()) if weights is not None else []
    if lacking:
        raise DataError(
            f"weights has none for {many(len(lacking), 'LSOA')}, such as {lacking[0]}. "
            "Give each a weight, 0 if need be."
        )
    sizes = [
        (old.wards[lsoa], new.wards[lsoa], 1.0 if weights is None else float(weights[lsoa]))
        for lsoa in sorted(shared)
    ]
    return make_overlaps(
        [part for part in sizes if part[2] > 0],
        unit="LSOAs" if weights is None else "the weights given",
        labels=new.labels,
        groups=new.groups,
        files=(_file_of(old), _file_of(new)),
    )


def read_lsoa_changes(path: PathLike) -> Overlaps:
    r"""Read the changes from the LSOAs of 2011 to those of 2021 as areas that both make up exactly.

    An LSOA that was split stands for its parts, those that were merged stand together; so months published in
    either year, or in both, add up without a weight.

    Parameters
    ----------
    path : path
        A CSV file with the columns LSOA11CD and LSOA21CD, one row for each pair, as the Office for National
        Statistics publishes its exact fit lookup.

    Returns
    -------
    Overlaps
        From the codes of both years to the areas that are the same in both, each called by its first code of 2011.

    Raises
    ------
    DataError
        If a column is not there, or a code is empty.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "changes.csv"
    >>> _ = path.write_text("LSOA11CD,LSOA21CD\nE01000010,E01033769\nE01000010,E01033770\nE01000011,E01000011\n")
    >>> ev.read_lsoa_changes(path).best["target"].to_dict()
    {'E01000010': 'E01000010', 'E01000011': 'E01000011', 'E01033769': 'E01000010', 'E01033770': 'E01000010'}
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    table = open_table(path)
    heads = [
        next((h for h in table.heads if re.fullmatch(form, h, re.I)), "") for form in ("LSOA11CD", "LSOA21CD")
    ]
    if not all(heads):
        raise table.refusal(
            f"the changes of LSOAs have the columns LSOA11CD and LSOA21CD; this has {', '.join(table.heads[:8])}.",
            "Use the exact fit lookup of LSOA (2011) to LSOA (2021).",
        )
    old, new = (table.text(head) for head in heads)
    for column, head in ((old, heads[0]), (new, heads[1])):
        refuse_empty(table, column, head)
    # A code that both years have is one area: they join there, and at every row of the file.
    codes = pd.Index(pd.concat([old, new]).unique())
    rows, columns = codes.get_indexer(pd.Index(old)), codes.get_indexer(pd.Index(new))
    ones = np.ones(len(rows))
    _, component = connected_components(
        coo_array((ones, (rows, columns)), shape=(len(codes),) * 2), directed=False
    )
    named = old.groupby(component[rows]).min()
    both = [
        pd.DataFrame({"source": side.unique(), "edition": year})
        for side, year in ((old, "2011"), (new, "2021"))
    ]
    parts = pd.concat(both).drop_duplicates("source")
    kept = set(old) & set(new)
    parts["target"] = named.reindex(component[codes.get_indexer(pd.Index(parts["source"]))]).to_numpy()
    parts = pd.concat([parts, parts[parts["source"].isin(kept)].assign(edition="2021")])
    made = make_overlaps(parts.assign(size=1.0), unit="LSOAs", files=(table.source(len(table.rows), {}),))
    return Overlaps(made.table.assign(share_of_source=1.0), made.unit, files=made.files)


def _file_of(lookup: LsoaLookup) -> SourceFile:
    """What was read of a lookup, for the provenance."""
    return lookup.table.source(len(lookup.wards), {})
