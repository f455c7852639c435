"""Read a lookup from Lower-layer Super Output Areas (LSOA) to wards, and tell codes of one year from another's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluate.data.tables import PathLike, Table, open_table
from evaluate.errors import DataError, did_you_mean, listed, many, shortened

LAST_OF_2011 = {"E01": 33768, "W01": 1958}
"""Number of the last LSOA code of the 2011 census, by the letters and digits that codes of the nation begin with.

Codes are never used twice and new ones are numbered on, so a higher number was made for the census of 2021 (ONS, LSOA
(2011) to LSOA (2021) exact fit lookup, version 3: 2,025 new codes, 1,106 ended).
"""

LEAST_MATCHED = 0.95
"""Share of codes a lookup must hold to be of their year; in one year boundaries change in a few places only."""

NATIONWIDE = 30_000
"""LSOAs from which a lookup is of England and Wales (34,753 in 2011), so that a code it lacks is of another year."""


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
    lsoa_year, ward_year : int
        Years of the codes as the heads of the file say: 2011 of LSOA11CD, 2018 of WD18CD.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "lookup.csv"
    >>> _ = path.write_text("LSOA11CD,WD18CD,WD18NM\nE01003729,E05011247,Loxford\n")
    >>> ev.read_lookup(path)
    LsoaLookup: 1 LSOA of 2011 in 1 ward of 2018
    """

    wards: dict[str, str]
    labels: dict[str, str]
    groups: dict[str, str]
    table: Table
    lsoa_year: int = field(default=2011, kw_only=True)
    ward_year: int = field(default=2018, kw_only=True)

    def share_matched(self, codes: Iterable[str]) -> float:
        """Share of the codes, of LSOAs or of wards, that the lookup holds; 0 where none is given."""
        wanted = {str(code) for code in codes}
        found = max(len(wanted & self.wards.keys()), len(wanted & set(self.wards.values())))
        return found / len(wanted) if wanted else 0.0

    def refuse_other_year(self, lsoas: Iterable[str]) -> None:
        r"""Refuse LSOA codes of another census than the lookup's.

        Parameters
        ----------
        lsoas : iterable of str
            The codes in the data. Codes that are not LSOA codes, or of places the lookup does not cover, are no
            sign of another year.

        Raises
        ------
        DataError
            If codes in the data were made after the lookup's census or ended before it. The message gives the
            share matched and the lookup that is needed.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> import evaluate as ev
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "lookup.csv"
        >>> _ = path.write_text("LSOA11CD,WD18CD,WD18NM\nE01003729,E05011247,Loxford\n")
        >>> ev.read_lookup(path).refuse_other_year(["E01003729", "E01035000"])
        Traceback (most recent call last):
        evaluate.errors.DataError: lookup.csv is for the LSOAs of 2011 and holds 50.0% of the 2 LSOAs in the data;
        E01035000 was made in 2021. Use a lookup with a column LSOA21CD; where months of both years are in the data,
        count by LSOA and rebuild them with ev.read_lsoa_changes.
        """
        codes = {code for code in map(str, lsoas) if re.fullmatch(r"[EW]01\d{6}", code)}
        lacking = sorted(codes - self.wards.keys())
        newer = [code for code in lacking if _made_in_2021(code)]
        older = [code for code in lacking if not _made_in_2021(code)]
        if newer and not any(_made_in_2021(code) for code in self.wards):
            made, year, needed = newer, 2011, "LSOA21CD"
            said = "was made in 2021" if len(made) == 1 else "were made in 2021"
        elif older and self.lsoa_year == 2021 and len(self.wards) >= NATIONWIDE:
            made, year, needed = older, 2021, "LSOA11CD"
            said = "ended in 2021" if len(made) == 1 else "ended in 2021, all of them"
        else:
            return
        raise DataError(
            f"{self.table.name} is for the LSOAs of {year} and holds {1 - len(lacking) / len(codes):.1%} of the "
            f"{many(len(codes), 'LSOA')} in the data; {shortened(made, most=3)} {said}. Use a lookup with a column "
            f"{needed}; where months of both years are in the data, count by LSOA and rebuild them with "
            "ev.read_lsoa_changes."
        )

    def __repr__(self) -> str:
        return (
            f"LsoaLookup: {many(len(self.wards), 'LSOA')} of {self.lsoa_year} in "
            f"{many(len(set(self.wards.values())), 'ward')} of {self.ward_year}"
        )


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
    >>> import evaluate as ev
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "lookup.csv"
    >>> _ = path.write_text("LSOA11CD,WD18CD,WD18NM\nE01003729,E05011247,Loxford\n")
    >>> ev.read_lookup(path).labels
    {'E05011247': 'Loxford'}
    """
    table = open_table(path)
    lsoa, ward = _column(table, r"LSOA\d\dCD", "LSOA11CD"), _column(table, r"WD\d\dCD", "WD18CD")
    assert lsoa is not None, "a needed column"
    assert ward is not None, "a needed column"
    rows = pd.DataFrame({"lsoa": table.text(lsoa), "ward": table.text(ward)})
    for column, head in (("lsoa", lsoa), ("ward", ward)):
        refuse_empty(table, rows[column], head)
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
    wards = dict(zip(rows["lsoa"], rows["ward"], strict=True))
    return LsoaLookup(wards, labels, groups, table, lsoa_year=_year(lsoa), ward_year=_year(ward))


def find_lookup(codes: Iterable[str], lookups: Sequence[LsoaLookup]) -> LsoaLookup:
    r"""Find the lookup whose year the codes of some areas belong to.

    Parameters
    ----------
    codes : iterable of str
        Codes of LSOAs or of wards, such as ``panel.areas``.
    lookups : sequence of LsoaLookup
        Of several years; where two hold the codes equally well, the first is taken.

    Returns
    -------
    LsoaLookup
        The one that holds most of the codes.

    Raises
    ------
    DataError
        If none holds 95% of them. The message gives the share that each holds and the nearest code to one that
        is missing; a name is no code and never joins.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for year, code in (("17", "E05000507"), ("18", "E05011247")):
    ...     _ = (folder / f"{year}.csv").write_text(f"LSOA11CD,WD{year}CD\nE01003729,{code}\n")
    >>> lookups = [ev.read_lookup(folder / "17.csv"), ev.read_lookup(folder / "18.csv")]
    >>> ev.find_lookup(["E05011247"], lookups).ward_year
    2018
    """
    wanted = sorted({str(code) for code in codes})
    if not wanted or not lookups:
        raise DataError("Finding the year of codes takes at least one code and one lookup; name both.")
    shares = [lookup.share_matched(wanted) for lookup in lookups]
    best = lookups[int(np.argmax(shares))]
    if max(shares) >= LEAST_MATCHED:
        return best
    held = [f"{lookup.table.name} holds {share:.1%}" for lookup, share in zip(lookups, shares, strict=True)]
    known = {*best.wards, *best.wards.values()}
    gone = next(code for code in wanted if code not in known)
    raise DataError(
        f"The {many(len(wanted), 'code')} in the data are of none of these years: {listed(held)}, and "
        f"{LEAST_MATCHED:.0%} is needed. {gone} is not in {best.table.name}. {nearest_code(gone, best)} Codes join, "
        "names never do: use a lookup of the year the counts were published for."
    )


def nearest_code(value: str, lookup: LsoaLookup) -> str:
    """Suggest the ward codes that a name or a mistyped code may stand for, in every borough that has such a ward."""
    labels = {
        code: f"{name}, {lookup.groups[code]}" if lookup.groups.get(code) else name
        for code, name in lookup.labels.items()
    }
    return did_you_mean(value, sorted(set(lookup.wards.values())), labels=labels)


def refuse_empty(table: Table, column: pd.Series, head: str) -> None:
    """Refuse a column of codes with an empty cell."""
    empty = np.flatnonzero(column == "")
    if len(empty):
        raise table.refusal("the code is empty.", "Fill it in, or remove the row.", row=empty[0], head=head)


def _made_in_2021(lsoa: str) -> bool:
    """Whether a code was first used for the census of 2021."""
    return int(lsoa[3:]) > LAST_OF_2011[lsoa[:3]] if lsoa[:3] in LAST_OF_2011 else False


def _year(head: str) -> int:
    """Year of the codes in a column: 2011 of LSOA11CD."""
    return 2000 + int(re.sub(r"\D", "", head))


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
