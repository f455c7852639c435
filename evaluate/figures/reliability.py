"""Whether stated probabilities come true: what was said to be likely, and how often it was so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from evaluate.checks.measured import rate_interval
from evaluate.claims.rules import TERMS
from evaluate.errors import DesignError
from evaluate.figures.axes import size_in_points, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, PALE_GREY, WHITE
from evaluate.figures.words import alt_text, caption_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDED: Final = ("stated", "happened")


def reliability_data(table: pd.DataFrame) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a statement about a simulated operation, whose truth is known: ``stated``, the probability given, and
        ``happened``, whether it was so.

    Returns
    -------
    pandas.DataFrame
        One row a word of the yardstick that was used: ``words``, ``low`` and ``high`` (its range), ``statements``,
        ``stated`` (mean), ``happened`` (share), ``lower`` and ``upper`` (95% interval of the share, Wilson 1927), and
        ``agrees`` (True where that interval and the range meet).

    Raises
    ------
    DesignError
        If a column is missing, a probability lies outside 0 to 1, or there is no statement.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stated": [0.6] * 10, "happened": [True] * 6 + [False] * 4})
    >>> reliability_data(table)[["words", "happened", "agrees"]].values.tolist()
    [['likely', 0.6, True]]
    """
    missing = [column for column in NEEDED if column not in table]
    if missing or table.empty:
        raise DesignError(
            "plot_reliability draws a table with the columns stated (a probability) and happened (True or False), one "
            f"row a statement; this one has no {', '.join(missing) or 'rows'}."
        )
    stated = table["stated"].to_numpy(dtype=float)
    if not ((stated >= 0) & (stated <= 1)).all():
        wrong = stated[~((stated >= 0) & (stated <= 1))][0]
        raise DesignError(f"stated holds {wrong:g}; probabilities go from 0 to 1.")
    ends = [0.0, *(high for high, _ in TERMS)]
    words = [word for _, word in TERMS]
    place = np.minimum(np.searchsorted(ends, stated, side="right") - 1, len(words) - 1)
    happened = table["happened"].to_numpy(dtype=float)
    rows = []
    for at in np.unique(place):
        inside = place == at
        low, high, share = ends[at], min(ends[at + 1], 1.0), float(happened[inside].mean())
        statements = int(inside.sum())
        lower, upper = rate_interval(share, statements)
        rows.append(
            {
                "words": words[at],
                "low": low,
                "high": high,
                "statements": statements,
                "stated": float(stated[inside].mean()),
                "happened": share,
                "lower": min(lower, share),
                "upper": max(upper, share),
                "agrees": lower <= high and upper >= low,
            }
        )
    return pd.DataFrame(rows)


def reliability_bundle(table: pd.DataFrame, *, source: str = "", name: str = "reliability") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    table : pandas.DataFrame
        As in ``reliability_data``.
    source : str
        Where the statements come from.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = reliability_data(table)
    finding = f"{int(data['agrees'].sum())} of {len(data)} probability words came true as stated"
    reading = (
        "Marks: of all that was given a probability in a word's range, the share that was so; lines: 95% intervals of "
        "the share. Boxes: where a word keeps its promise. An open mark's interval lies wholly outside its box. "
        f"{len(table):,} statements."
    )
    lines = "; ".join(
        f"{row['words']}: stated {row['stated']:.0%}, so in {row['happened']:.0%} of {row['statements']}"
        for row in data.to_dict("records")
    )
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Dot plot with intervals", f"how often stated probabilities came true. {lines}", finding
        ),
        caption=caption_of(source, reading).strip(),
        data=data,
        draw=lambda ax: _draw(ax, data),
        measure="Share that was so (per cent), by probability stated (per cent)",
        height=1.15,
    )


def plot_reliability(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often stated probabilities came true.

    Parameters
    ----------
    table : pandas.DataFrame
        As in ``reliability_data``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stated": [0.1, 0.9] * 20, "happened": [False, True] * 20})
    >>> ax = plot_reliability(table)
    >>> [float(end) for end in ax.get_ylim()]
    [0.0, 100.0]
    """
    return plot(reliability_bundle(table), ax)


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    from matplotlib.patches import Rectangle

    size = type_size() * 0.62
    low = 0.0
    for high, _ in TERMS:
        ends = (100 * low, 100 * min(high, 1.0))
        ax.add_patch(
            Rectangle(
                (ends[0], ends[0]), ends[1] - ends[0], ends[1] - ends[0], facecolor=PALE_GREY, edgecolor=GREY,
                linewidth=0.6, zorder=0,
            )
        )  # fmt: skip
        low = min(high, 1.0)
    ax.plot([0, 100], [0, 100], color=GREY, linewidth=0.7, linestyle=(0, (2, 2)), zorder=1)
    for row in data.to_dict("records"):
        x = 100 * row["stated"]
        ax.plot(
            [x, x], [100 * row["lower"], 100 * row["upper"]], color=DARK_BLUE, solid_capstyle="butt", zorder=2
        )
        ax.plot(
            x, 100 * row["happened"], marker="o", markersize=size, color=DARK_BLUE, zorder=3, clip_on=False,
            markerfacecolor=DARK_BLUE if row["agrees"] else WHITE, markeredgewidth=1.1,
        )  # fmt: skip
    ax.set_xlim(0.0, 100.0)
    ax.set_ylim(0.0, 100.0)
    ticks = [0, 25, 50, 75, 100]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_yticks(ticks, [str(tick) for tick in ticks])
    _name_boxes(ax, data)


def _name_boxes(ax: Axes, data: pd.DataFrame) -> None:
    """Name each word that was used beside its box, with the number of statements, where there is room."""
    wide = size_in_points(ax)[0] >= 300
    for row in data.to_dict("records"):
        right = row["high"] <= 0.6
        text = f"{row['words']} ({row['statements']:,})" if wide else row["words"]
        ax.annotate(
            text, (100 * (row["high"] if right else row["low"]), 100 * (row["low"] + row["high"]) / 2),
            xytext=(5 if right else -5, 0), textcoords="offset points", va="center",
            ha="left" if right else "right", color=DARK_GREY, fontsize=type_size() * 0.92, zorder=4,
        )  # fmt: skip
