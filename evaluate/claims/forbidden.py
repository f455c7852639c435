"""Words that no generated text may use, because they say more than the counts do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf
from typing import Final

from evaluate.claims.facts import Grade
from evaluate.claims.grade import SMALL_COUNT

ALWAYS: Final = {
    "proved": r"\bpro(?:ve|ves|ved|ven|ving|of)\b",
    "significant without statistically": r"(?<!statistically )\bsignifican(?:t|tly|ce)\b",
    "no effect": r"\bno effect\b",
    "trend towards": r"\btrend(?:s|ed|ing)? towards?\b",
}

WEAK_DESIGN: Final = {"due to with a design of grade C or worse": r"\bdue to\b"}
"""Forbidden with grades C to E, which do not allow the cause to be named."""

_NUMBER = r"(?:about |some |roughly )?[+-]?\d+(?:\.\d+)?(?:%| per ?cent)"
_CHANGE = r"(?:fell|fall|fallen|rose|rise|risen|drop|dropped|down|up|(?:in|de)crease[sd]?|reduc(?:ed|tion)|changed?)"
FEW_EXPECTED: Final = {
    f"percentage change on an expected count below {SMALL_COUNT}": rf"\b{_CHANGE}(?: by| of)? {_NUMBER}"
    rf"|{_NUMBER} (?:lower|higher|fewer|more|less|fall|rise|drop|reduction|increase|decrease)\b"
}
"""Forbidden where few were expected: one incident more or less would change the percentage at will."""


def forbidden_words(
    text: str, *, grade: Grade = "A", expected: float = inf, names: Sequence[str] = ()
) -> tuple[str, ...]:
    """List the forbidden words in a generated text.

    Parameters
    ----------
    text : str
        The text. What stands in quotation marks is somebody else's and is left out.
    grade : {"A", "B", "C", "D", "E"}
        Of the design: "due to" needs A or B.
    expected : float
        Expected count: percentage changes need 20 or more.
    names : sequence of str
        Words of the user's own, such as an outcome's name, which are left out too.

    Returns
    -------
    tuple of str
        Which of them were found; empty where the text may stand.

    Examples
    --------
    >>> forbidden_words("A significant fall of 12%.", expected=9)
    ('significant without statistically', 'percentage change on an expected count below 20')
    >>> forbidden_words('The inspector called it a "significant" fall.')
    ()
    """
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "_")
    own = re.sub(r'"[^"]*"|“[^”]*”', "_", text)
    rules = dict(ALWAYS)
    if grade in ("C", "D", "E"):
        rules |= WEAK_DESIGN
    if expected < SMALL_COUNT:
        rules |= FEW_EXPECTED
    return tuple(rule for rule, pattern in rules.items() if re.search(pattern, own, flags=re.IGNORECASE))
