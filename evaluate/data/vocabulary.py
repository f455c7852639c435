"""One vocabulary of offence categories, and the name under which each download of the MPS publishes them.

The Metropolitan Police's categories were renamed, split and regrouped in 2019, 2022 and 2023, so that the same
offences stand under different names in different downloads. ``registers/mps_categories.csv`` says of every
published category which common category it is or is part of. The common categories are the finest that files of
all taxonomies can be added up to. Where the taxonomy until 2019 draws another line there is no common category,
and the published name stays, marked "(until 2019)".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Relation = Literal["same", "part", "near", "none"]

BETWEEN = ": "
"""Between a major and a minor category."""

MOST_CHARACTERS = 50
"""Length at which some downloads cut a minor category."""

_UNTIL_2019 = " (until 2019)"


@dataclass(frozen=True)
class PublishedCategory:
    """What a published category is in the common vocabulary.

    Parameters
    ----------
    published : str
        Major and minor category in capitals, as in "ROBBERY: ROBBERY OF PERSONAL PROPERTY".
    category : str
        The common category.
    relation : {"same", "part", "near", "none"}
        The common category under another name; a part of it; nearly it (until 2019: totals of London in months
        that both taxonomies cover differ by 10% at most, mostly by under 1%); or nothing that is common.
    taxonomy : str
        Which downloads use it.
    note : str
        What a reader should know.

    Examples
    --------
    >>> common_category("THEFT: THEFT FROM PERSON").category
    'THEFT: THEFT FROM THE PERSON'
    """

    published: str
    category: str
    relation: Relation
    taxonomy: str
    note: str = ""


def common_category(published: str) -> PublishedCategory | None:
    """Look a published category up.

    Parameters
    ----------
    published : str
        Major and minor category, such as "Theft: Theft from Person"; capitals do not matter, and a minor one may
        be whole or cut at 50 characters.

    Returns
    -------
    PublishedCategory or None
        None where the register does not know the category.

    Examples
    --------
    >>> common_category("Burglary: Domestic Burglary").category
    'BURGLARY: RESIDENTIAL BURGLARY'
    >>> common_category("VIOLENCE AGAINST THE PERSON: HARASSMENT").category
    'VIOLENCE AGAINST THE PERSON: HARASSMENT (until 2019)'
    """
    name = " ".join(published.upper().split())
    major, between, minor = name.partition(BETWEEN)
    cut = major + between + minor[:MOST_CHARACTERS].rstrip()
    return _register().get(name) or _register().get(cut)


def published_names(category: str) -> list[str]:
    """List the published categories that make a common one, whatever the download.

    Parameters
    ----------
    category : str
        A common category.

    Examples
    --------
    >>> published_names("ROBBERY: ROBBERY OF PERSONAL PROPERTY")
    ['ROBBERY: ROBBERY OF PERSONAL PROPERTY', 'ROBBERY: PERSONAL PROPERTY']
    """
    return [entry.published for entry in _register().values() if entry.category == category]


def common_name(published: str) -> str:
    """Return the common category of a published one, or its own name where the register does not know it."""
    entry = common_category(published)
    return entry.category if entry else published


def unknown_categories(published: Iterable[str]) -> list[str]:
    """List the published categories that the register does not know.

    Examples
    --------
    >>> unknown_categories(["THEFT: SHOPLIFTING", "THEFT: THEFT OF BEES"])
    ['THEFT: THEFT OF BEES']
    """
    return [name for name in published if common_category(name) is None]


@cache
def _register() -> dict[str, PublishedCategory]:
    """Read the register; the first row of a published name stands, as all agree on its category."""
    entries: dict[str, PublishedCategory] = {}
    text = files("evaluate.data").joinpath("registers/mps_categories.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        category = row["category"] or row["published"] + _UNTIL_2019
        entry = PublishedCategory(
            row["published"], category, cast(Relation, row["relation"]), row["taxonomy"], row["note"]
        )
        entries.setdefault(entry.published, entry)
    return entries
