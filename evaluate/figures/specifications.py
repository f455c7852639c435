"""The same question asked in every defensible way: the estimates in order, and the choices behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.errors import DesignError
from evaluate.figures.axes import RATIO_TICKS, size_in_points, spaced, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE, PALE_GREY
from evaluate.figures.words import alt_text, caption_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDED: Final = ("rate_ratio", "lower", "upper")
NO_CHOICE: Final = ("label", "problem", "interval", "verdict", "finding", "answer", "words")
MOST_CHOICES: Final = 12


def specifications_data(check: CheckResult | pd.DataFrame) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    check : CheckResult or pandas.DataFrame
        A specification curve, or any table with ``rate_ratio``, ``lower`` and ``upper`` and one column of text for
        each choice made (estimator, controls, window). A column ``headline`` (True or False) marks the plan's own.

    Returns
    -------
    pandas.DataFrame
        The specifications that have an estimate, in ascending order of it: ``rate_ratio``, ``lower``, ``upper``,
        ``headline`` and the choices.

    Raises
    ------
    DesignError
        If there is no such table.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"estimator": ["a", "b"], "rate_ratio": [0.9, 0.8], "lower": [0.7, 0.6],
    ...                       "upper": [1.1, 1.05]})
    >>> specifications_data(table)["estimator"].tolist()
    ['b', 'a']
    """
    table = check.table if isinstance(check, CheckResult) else check
    missing = [column for column in NEEDED if column not in table]
    if missing or not table["rate_ratio"].notna().any():
        raise DesignError(
            "plot_specifications draws a table with the columns rate_ratio, lower and upper; this one has no "
            f"{', '.join(missing) or 'estimate in it'}. Pass the specification curve's check, or such a table."
        )
    choices = [
        str(column)
        for column in table
        if column not in (*NEEDED, *NO_CHOICE, "headline")
        and not pd.api.types.is_numeric_dtype(table[column])
        and 2 <= table[column].nunique() <= MOST_CHOICES
    ]
    headline = table["headline"].astype(bool) if "headline" in table else pd.Series(False, index=table.index)
    data = table[[*NEEDED, *choices]].assign(headline=headline)[[*NEEDED, "headline", *choices]]
    data[choices] = data[choices].astype(str)
    return data.dropna(subset=["rate_ratio"]).sort_values("rate_ratio", kind="stable", ignore_index=True)


def specifications_bundle(
    check: CheckResult | pd.DataFrame, *, source: str = "", name: str = "specifications"
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    check : CheckResult or pandas.DataFrame
        As in ``specifications_data``.
    source : str
        Where the counts come from (``words.source_line``), which a table does not know.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = specifications_data(check)
    known = data.dropna(subset=["lower", "upper"])
    held = int(((known["lower"] <= 1) & (known["upper"] >= 1)).sum())
    finding = f"{held} of {len(known)} specifications include no change"
    low, high = data["rate_ratio"].min(), data["rate_ratio"].max()
    reading = "Above: estimates in ascending order with their intervals; pale where the interval includes 1, no change."
    choices = _choices(data)
    if choices:
        reading += " Below: the choices behind each."
    if data["headline"].any():
        reading += " Diamond: the plan's own."
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Specification curve",
            f"{len(data)} rate ratios from {low:.2f} to {high:.2f}, by {', '.join(_names(data)) or 'method'}",
            finding,
        ),
        caption=caption_of(source, reading)
        if source.startswith("Simulated")
        else f"{reading} {source}".strip(),
        data=data,
        draw=lambda ax: _draw(ax, data),
        measure="Rate ratio: recorded over expected (1 is no change)",
        height=0.75 + 0.062 * len(choices),
    )


def plot_specifications(check: CheckResult | pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw estimates in order, and the choices behind each.

    Parameters
    ----------
    check : CheckResult or pandas.DataFrame
        As in ``specifications_data``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise. The estimates are on these axes, the choices on axes inside them.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> import pandas as pd
    >>> table = pd.DataFrame({"estimator": ["a", "b"], "rate_ratio": [0.9, 0.8], "lower": [0.7, 0.6],
    ...                       "upper": [1.1, 1.05]})
    >>> ax = ev.plot_specifications(table)
    """
    return plot(specifications_bundle(check), ax)


def _names(data: pd.DataFrame) -> list[str]:
    return [str(column) for column in data if column not in (*NEEDED, "headline")]


def _choices(data: pd.DataFrame) -> list[tuple[str, str]]:
    """Every choice and option, in the order of their lines."""
    return [(column, option) for column in _names(data) for option in dict.fromkeys(sorted(data[column]))]


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    """Draw the curve in the upper part and the choices in the lower part of one pair of axes."""
    choices = _choices(data)
    high = size_in_points(ax)[1]
    lower = min(0.72, len(choices) * type_size() * 1.5 / (high * 0.78)) if choices else 0.0
    at = np.arange(len(data))
    curve = ax.inset_axes(
        (0.0, lower + (0.05 if choices else 0.0), 1.0, 1.0 - lower - (0.05 if choices else 0.0))
    )
    _draw_curve(curve, data, at)
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.patch.set_visible(False)
    if choices:
        _draw_choices(ax.inset_axes((0.0, 0.0, 1.0, lower)), data, choices)


def _draw_curve(curve: Axes, data: pd.DataFrame, at: np.ndarray) -> None:
    low, high = data["lower"].to_numpy(dtype=float), data["upper"].to_numpy(dtype=float)
    includes = ~((low > 1) | (high < 1))
    curve.set_yscale("log")
    ends = np.concatenate(
        [low[np.isfinite(low)], high[np.isfinite(high)], data["rate_ratio"].to_numpy(dtype=float)]
    )
    bottom, top = max(min(ends.min(), 0.9), 0.1) * 0.95, min(max(ends.max(), 1.1), 10.0) * 1.05
    curve.set_ylim(bottom, top)
    curve.axhline(1.0, color=GREY, linewidth=0.9)
    curve.vlines(
        at,
        np.clip(low, bottom, top),
        np.clip(high, bottom, top),
        color=np.where(includes, "#8A949E", DARK_BLUE),
    )
    for mask, face in ((includes, "white"), (~includes, DARK_BLUE)):
        curve.plot(
            at[mask], data["rate_ratio"].to_numpy()[mask], marker="o", linestyle="none", color=DARK_BLUE,
            markerfacecolor=face, markeredgewidth=0.7, markersize=min(type_size() * 0.5, 220 / max(len(at), 1) + 1.5),
        )  # fmt: skip
    plan = data["headline"].to_numpy(dtype=bool)
    curve.plot(
        at[plan], data["rate_ratio"].to_numpy()[plan], marker="D", linestyle="none", color=ORANGE,
        markeredgecolor=DARK_GREY, markersize=type_size() * 0.75, zorder=4,
    )  # fmt: skip
    ticks = spaced([tick for tick in RATIO_TICKS if bottom <= tick <= top], 6)
    curve.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    curve.set_yticks([], minor=True)
    curve.set_xticks([])
    curve.set_xlim(-0.7, len(at) - 0.3)
    curve.spines["bottom"].set_visible(False)


def _draw_choices(table: Axes, data: pd.DataFrame, choices: list[tuple[str, str]]) -> None:
    table.set_xlim(-0.7, len(data) - 0.3)
    table.set_ylim(len(choices) - 0.5, -0.5)
    for line, (column, option) in enumerate(choices):
        chosen = np.flatnonzero(data[column].to_numpy() == option)
        table.vlines(
            chosen, line - 0.32, line + 0.32, color=DARK_BLUE, linewidth=min(2.2, 160 / max(len(data), 1))
        )
        if line and column != choices[line - 1][0]:
            table.axhline(line - 0.5, color=PALE_GREY, linewidth=0.9)
    table.set_yticks(range(len(choices)), [option for _, option in choices])
    table.tick_params(axis="y", length=0)
    table.set_xticks([])
    for side in ("left", "bottom"):
        table.spines[side].set_visible(False)
