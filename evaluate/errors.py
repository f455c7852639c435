"""The one family of errors: a message states the rule, the value and the fix, in the user's own names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

MOST_SUGGESTED = 4


class EvaluateError(Exception):
    """Base of every error this package raises on purpose.

    Catch it to show a user one clear message instead of a traceback.

    Examples
    --------
    >>> import evaluate as ev
    >>> try:
    ...     ev.Operation("Patrols", "2018-05-26", "2018-05-22")
    ... except ev.EvaluateError as error:
    ...     print(type(error).__name__)
    DesignError
    """


class DataError(EvaluateError):
    """A file or table is not what the reader can prove it understands.

    The message names the file, the line or column, the rule that was broken and what to do.

    Examples
    --------
    >>> import evaluate as ev
    >>> issubclass(ev.DataError, ev.EvaluateError)
    True
    """


class DesignError(EvaluateError):
    """The plan of an evaluation is wrong: an unknown area, overlapping windows, no control areas left.

    Examples
    --------
    >>> import evaluate as ev
    >>> issubclass(ev.DesignError, ev.EvaluateError)
    True
    """


class FitError(EvaluateError):
    """An estimator cannot give an honest answer on this design, and says why instead of guessing.

    Examples
    --------
    >>> import evaluate as ev
    >>> issubclass(ev.FitError, ev.EvaluateError)
    True
    """


class EvaluateWarning(UserWarning):
    """Something the user should know that does not make the answer wrong.

    Examples
    --------
    >>> import evaluate as ev
    >>> issubclass(ev.EvaluateWarning, UserWarning)
    True
    """


def did_you_mean(value: str, candidates: Iterable[str], *, labels: Mapping[str, str] | None = None) -> str:
    """Suggest the nearest valid names as a sentence to end an error message with.

    Parameters
    ----------
    value : str
        What the user wrote.
    candidates : iterable of str
        The valid names (codes, outcomes, column heads).
    labels : mapping, optional
        A readable name for a candidate, such as a ward's name for its code; it is searched too, as is the
        part of it before a comma ("Abbey" of "Abbey, Camden").

    Returns
    -------
    str
        For instance ``'Did you mean "E05011247" (Loxford)?'``; otherwise a list of the valid names,
        shortened.

    Examples
    --------
    >>> did_you_mean("robery", ["robbery", "burglary"])
    'Did you mean "robbery"?'
    """
    names = [str(candidate) for candidate in candidates]
    readable = {name: (labels or {}).get(name, "") for name in names}
    lowered: dict[str, list[str]] = {}
    for name in names:
        # "Abbey" finds every "Abbey, <borough>": ward names repeat, so none of them may be hidden.
        for key in {name.lower(), readable[name].lower(), readable[name].split(", ")[0].lower()} - {""}:
            lowered.setdefault(key, []).append(name)
    close = get_close_matches(str(value).lower(), sorted(lowered), n=3, cutoff=0.6)
    found = list(dict.fromkeys(name for key in close for name in lowered[key]))[:MOST_SUGGESTED]
    if found:
        shown = [f'"{name}"' + (f" ({readable[name]})" if readable[name] else "") for name in found]
        return f"Did you mean {listed(shown, 'or')}?"
    return f"Valid names: {shortened(names)}." if names else "There are no valid names to choose from."


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """Join words as prose does: ``a, b and c``.

    Examples
    --------
    >>> listed(["robbery", "theft", "violence"])
    'robbery, theft and violence'
    """
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def shortened(items: Sequence[str], most: int = 6) -> str:
    """Show at most ``most`` items of a list and count the rest.

    Examples
    --------
    >>> shortened(["a", "b", "c", "d"], most=2)
    'a, b and 2 more'
    """
    if len(items) <= most:
        return listed([str(item) for item in items])
    return f"{', '.join(str(item) for item in items[:most])} and {len(items) - most} more"


def many(number: int, noun: str) -> str:
    """A number with its noun: ``1 area``, ``2,000 areas``.

    Examples
    --------
    >>> many(1, "area"), many(2000, "area")
    ('1 area', '2,000 areas')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
