"""From the categories a file publishes to the outcomes a plan names."""

from __future__ import annotations

from collections.abc import Sequence

from evaluate.data.breaks import explain_absent
from evaluate.data.vocabulary import BETWEEN, common_category, common_name
from evaluate.errors import DesignError, did_you_mean

EVERYTHING = "*"


def matching(part: str, published: Sequence[str]) -> list[str]:
    """Find the published categories that one part of an outcome means.

    Parameters
    ----------
    part : str
        "*" for every category, a major category, "major: minor", or a category of the common vocabulary
        (:mod:`evaluate.data.vocabulary`), also under the name of another download; capitals do not matter.
    published : sequence of str
        Names of the categories in the file.

    Returns
    -------
    list of str
        In the order of the file.

    Raises
    ------
    DesignError
        If the file has no such category; the message gives the nearest one.

    Examples
    --------
    >>> matching("Robbery", ["ROBBERY: PERSONAL", "ROBBERY: BUSINESS", "THEFT: BICYCLE"])
    ['ROBBERY: PERSONAL', 'ROBBERY: BUSINESS']
    >>> matching("Burglary: Residential Burglary", ["BURGLARY: DOMESTIC BURGLARY", "BURGLARY: RES BURGLARY OF A HOME"])
    ['BURGLARY: DOMESTIC BURGLARY', 'BURGLARY: RES BURGLARY OF A HOME']
    """
    if part == EVERYTHING:
        return list(published)
    wanted = part.casefold()
    found = [name for name in published if name.casefold() == wanted]
    found = found or [name for name in published if name.casefold().startswith(wanted + BETWEEN)]
    found = found or _known_otherwise(part, published)
    if not found:
        majors = dict.fromkeys(name.split(BETWEEN)[0] for name in published)
        hint = explain_absent(part) or did_you_mean(part, list(dict.fromkeys([*majors, *published])))
        raise DesignError(f'The data have no category "{part}". {hint}')
    return found


def _known_otherwise(part: str, published: Sequence[str]) -> list[str]:
    """Published categories that the vocabulary says are the same as a part, all together."""
    wanted = " ".join(part.upper().split())
    entry = common_category(wanted)
    if entry is not None and entry.relation == "same":
        wanted = entry.category
    return [name for name in published if common_name(name) == wanted]


def parts_of(parts: Sequence[str], left_out: Sequence[str], published: Sequence[str]) -> list[str]:
    """List the published categories that make an outcome, each once.

    Parameters
    ----------
    parts, left_out : sequence of str
        What is added together and what is left out of it, each as in ``matching``.
    published : sequence of str
        Names of the categories in the file.

    Returns
    -------
    list of str

    Raises
    ------
    DesignError
        If a part is unknown, or nothing is left.

    Examples
    --------
    >>> parts_of(["*"], ["theft"], ["robbery", "theft: bicycle", "theft: other"])
    ['robbery']
    """
    chosen = dict.fromkeys(name for part in parts for name in matching(part, published))
    dropped = {name for part in left_out for name in matching(part, published)}
    kept = [name for name in chosen if name not in dropped]
    if not kept:
        raise DesignError("except_parts leaves nothing of parts; take something out of it.")
    return kept
