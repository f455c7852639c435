"""The register of breaks: months at which a published category stops counting what it counted before.

``registers/mps_series_breaks.csv`` holds them with their sources. A break is of one of three kinds.

* **moved**: offences moved between categories, or out of the file. An outcome that adds up all the categories
  they moved between is whole; one that holds some of them is broken.
* **recording**: the force records the same offences more fully, or in another system. All its areas share the
  step, so a design with controls may cross it; the report says so.
* **download**: a name that stands in some downloads only, for all their months; no series breaks in a file.

What a break is to an outcome of a panel is in :mod:`evaluate.data.outcome_breaks`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

import numpy as np
import pandas as pd

from evaluate.data.vocabulary import BETWEEN
from evaluate.errors import many

Kind = Literal["moved", "recording", "download"]

_ALL = "*"


@dataclass(frozen=True)
class SeriesBreak:
    """One entry of the register.

    Parameters
    ----------
    name : str
        Short name.
    kind : {"moved", "recording", "download"}
        See above.
    month : pandas.Period
        The first month that is no longer what the months before were; of a download, when it first appeared.
    mixed : int
        Number of months from ``month`` on that are partly as before.
    ends, begins, stays : tuple of str
        Published categories that end, begin, or go on with other offences in them; a major category means all its
        minor ones.
    closed : bool
        Whether offences only moved among these categories, so that their sum is whole.
    reason, source : str
        What happened, and where that is said.

    Examples
    --------
    >>> split = next(one for one in series_breaks() if one.name == "residential burglary split, 2023")
    >>> split.among(["BURGLARY: DOMESTIC BURGLARY", "THEFT: SHOPLIFTING"])
    ['BURGLARY: DOMESTIC BURGLARY']
    """

    name: str
    kind: Kind
    month: pd.Period
    mixed: int
    ends: tuple[str, ...]
    begins: tuple[str, ...]
    stays: tuple[str, ...]
    closed: bool
    reason: str
    source: str

    def among(self, published: Iterable[str]) -> list[str]:
        """Pick the published categories, by "MAJOR: MINOR", that the break is about."""
        return [name for name in published if _means((*self.ends, *self.begins, *self.stays), name)]


@cache
def series_breaks() -> tuple[SeriesBreak, ...]:
    """Return the register of breaks in the Metropolitan Police's files.

    Returns
    -------
    tuple of SeriesBreak

    Examples
    --------
    >>> fraud = series_breaks()[0]
    >>> fraud.name, str(fraud.month), fraud.closed
    ('fraud leaves, 2013', '2013-02', False)
    """
    text = files("evaluate.data").joinpath("registers/mps_series_breaks.csv").read_text("utf-8")
    return tuple(
        SeriesBreak(
            name=row["name"],
            kind=cast(Kind, row["kind"]),
            month=pd.Period(row["month"], "M"),
            mixed=int(row["mixed"]),
            ends=_names(row["ends"]),
            begins=_names(row["begins"]),
            stays=_names(row["stays"]),
            closed=row["closed"] == "yes",
            reason=row["reason"],
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def absent_months(parts: Sequence[str], periods: pd.PeriodIndex) -> dict[str, np.ndarray]:
    """Tell in which months an outcome is not counted under its name, for the breaks that lie inside the periods.

    Parameters
    ----------
    parts : sequence of str
        The published categories that the outcome adds up.
    periods : pandas.PeriodIndex
        The months.

    Returns
    -------
    dict
        Name of the break to an array of shape (months,), True where every part has ended or has not begun.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.period_range("2013-01", "2013-05", freq="M")
    >>> absent_months(["FRAUD AND FORGERY: FRAUD AND FORGERY"], months)
    {'fraud leaves, 2013': array([False, False,  True,  True,  True])}
    """
    found = {}
    for one in breaks_in_files():
        if not periods[0] < one.month <= periods[-1]:
            continue
        first = int(periods.get_indexer(pd.PeriodIndex([one.month]))[0])
        absent = np.ones(len(periods), dtype=bool)
        for name in parts:
            mine = np.zeros(len(periods), dtype=bool)
            if _means(one.ends, name):
                mine[first + one.mixed :] = True
            elif _means(one.begins, name):
                mine[:first] = True
            absent &= mine
        if absent.any():
            found[one.name] = absent
    return found


def describe_absence(outcome: str, name: str, months: pd.PeriodIndex, recorded: int) -> str:
    """Say in a sentence that an outcome is not counted under its name in some months, and why.

    Examples
    --------
    >>> import pandas as pd
    >>> describe_absence("FRAUD", "fraud leaves, 2013", pd.period_range("2013-03", "2013-05", freq="M"), 2)[:66]
    'FRAUD is not counted under this name from 2013-03 to 2013-05: sinc'
    """
    one = next(each for each in series_breaks() if each.name == name)
    verb = "is" if recorded == 1 else "are"
    left = f", and the {many(recorded, 'offence')} in them {verb} left out" if recorded else ""
    return (
        f"{outcome} is not counted under this name from {months[0]} to {months[-1]}: {one.reason} ({one.source}). "
        f"These cells are missing, not zero{left}."
    )


def explain_absent(name: str) -> str:
    """Say why a category that some downloads have is not in a file, or nothing where the register does not know.

    Parameters
    ----------
    name : str
        Published name, major and minor, or the minor one alone.

    Examples
    --------
    >>> explain_absent("Soliciting for Prostitution")[:56]
    'Only downloads of 2019 to early 2022 name soliciting and'
    """
    wanted = " ".join(name.upper().split())
    for one in series_breaks():
        for known in (*one.begins, *one.ends):
            if one.kind == "download" and wanted in (known, known.split(BETWEEN)[-1]):
                return f"{one.reason[0].upper()}{one.reason[1:]} ({one.source})."
    return ""


def breaks_in_files() -> list[SeriesBreak]:
    """Return the breaks that lie between months of one file, as those between downloads do not."""
    return [one for one in series_breaks() if one.kind != "download"]


def _means(names: Sequence[str], published: str) -> bool:
    """Tell whether a published category, or its major one, is among names."""
    return any(name in (_ALL, published) or published.startswith(name + BETWEEN) for name in names)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(";") if name.strip())
