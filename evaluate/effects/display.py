"""Results as a notebook shows them: plain HTML that needs no style of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluate.effects.effect import Effect

HEADINGS = ("Window", "Recorded", "Expected", "Rate ratio", "Prevented", "Probability of any fall")
NOT_KNOWN = "not known"


def table_html(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table whose first column heads its rows.

    Parameters
    ----------
    caption : str
        Plain text.
    headings : sequence of str
        One a column.
    rows : sequence of sequence of str
        Plain text.

    Returns
    -------
    str
        A ``<table>`` with the marks that a screen reader needs.

    Examples
    --------
    >>> table_html("Counts", ["Window", "Recorded"], [["after", "< 5"]])[-66:]
    '<tr><th scope="row">after</th><td>&lt; 5</td></tr></tbody></table>'
    """
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def effects_html(effects: Sequence[Effect], caption: str) -> str:
    """Write effects as a table, one window a row.

    Parameters
    ----------
    effects : sequence of Effect
        Of one result.
    caption : str
        Plain text.

    Returns
    -------
    str

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> effects_html(ev.BeforeAfter().fit(design, seed=1).effect_list, "Crime").count("<tr>")
    3
    """
    return table_html(caption, HEADINGS, [_row(effect) for effect in effects])


def _row(effect: Effect) -> tuple[str, ...]:
    return (
        f"{effect.operation}, {effect.window}",
        _number(effect.observed, ",.0f"),
        _number(effect.expected, ",.1f"),
        _with_ends(effect.rate_ratio, effect.lower, effect.upper, ".2f"),
        _with_ends(effect.prevented, effect.prevented_lower, effect.prevented_upper, ",.0f"),
        _probability(effect.p_reduction),
    )


def _number(value: float, form: str) -> str:
    return NOT_KNOWN if isnan(value) else f"{value:{form}}"


def _probability(value: float) -> str:
    """As reports write it: never 0% or 100%."""
    if isnan(value):
        return NOT_KNOWN
    if value < 0.01:
        return "<1%"
    return ">99%" if value > 0.99 else f"{value:.0%}"


def _with_ends(value: float, lower: float, upper: float, form: str) -> str:
    """A number with its interval, where it has one."""
    ends = "" if isnan(value) or isnan(lower) or isnan(upper) else f" ({lower:{form}} to {upper:{form}})"
    return _number(value, form) + ends
