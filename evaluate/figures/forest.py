"""Rate ratios laid out in rows, each with its interval and its number: the drawing several figures share."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from evaluate.figures.axes import LONGEST, SHORTEST, ratio_axis, size_in_points, type_size
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE, WHITE
from evaluate.figures.words import ratio_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE_ENOUGH: Final = 300.0
"""Points a figure must be wide to have its numbers in a column of their own."""


def forest_height(data: pd.DataFrame) -> float:
    """Height of a figure of these rows, over the usual one."""
    tall = data["claimed"].notna().any() or data["label"].str.contains("\n").any()
    line = 0.155 if tall else 0.092
    return 0.33 + line * sum(0.75 if row is None else 1.0 for _, row in _slots(data))


def rows_text(data: pd.DataFrame) -> str:
    """Write all rows in words, for those who cannot see them."""
    return "; ".join(
        f"{row['label']}{f', {row["detail"]}' if row['detail'] else ''}: {_number(row)}"
        for row in _rows(data)
    )


def _rows(data: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in data.to_dict("records")]


def _slots(data: pd.DataFrame) -> list[tuple[str, dict[str, Any] | None]]:
    """Lines of the figure from the top: a heading where several rows share a label, and the rows."""
    slots: list[tuple[str, dict[str, Any] | None]] = []
    heading = None
    for row in _rows(data):
        if not row["detail"]:
            slots.append((row["label"], row))
            continue
        if row["label"] != heading:
            heading = row["label"]
            slots.append((heading, None))
        slots.append((row["detail"], row))
    return slots


def _number(row: dict[str, Any], *, line: str = ", ") -> str:
    """The numbers of a row in words."""
    text = ratio_text(row["rate_ratio"], row["lower"], row["upper"])
    return text if isnan(row["claimed"]) else f"{text}{line}claimed {row['claimed']:.2f}"


def draw_forest(ax: Axes, data: pd.DataFrame) -> None:
    """Draw the rows from the top.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where.
    data : pandas.DataFrame
        Columns ``label``, ``detail``, ``rate_ratio``, ``lower``, ``upper`` and ``claimed``. Rows that share a label
        and have a detail stand under the label; NaN in ``claimed`` where nothing was claimed.
    """
    values = data[["rate_ratio", "lower", "upper", "claimed"]].to_numpy(dtype=float).ravel()
    shown = [min(max(value, SHORTEST), LONGEST) for value in values if not isnan(value)]
    ratio_axis(ax, min(shown, default=1.0), max(shown, default=1.0))
    low, high = ax.get_xlim()
    ax.axvline(1.0, color=GREY, linewidth=0.9)
    wide = size_in_points(ax)[0] >= WIDE_ENOUGH
    slots = _slots(data)
    names = []
    for at, (name, row) in enumerate(slots):
        names.append(name if row is None or wide else f"{name}\n{_number(row, line='\n')}")
        if row is None:
            continue
        _interval(ax, at, (row["rate_ratio"], row["lower"], row["upper"]), (low, high))
        if not isnan(row["claimed"]):
            ax.plot(
                row["claimed"], at, marker="D", color=ORANGE, markeredgecolor=DARK_GREY, markeredgewidth=0.7,
                markersize=type_size() * 0.6, zorder=4, linestyle="none",
            )  # fmt: skip
        if wide:
            ax.annotate(
                _number(row, line="\n"), (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", annotation_clip=False,
            )  # fmt: skip
    ax.set_yticks(range(len(slots)), names)
    for label, (_, row) in zip(ax.get_yticklabels(), slots, strict=True):
        label.set_fontweight("bold" if row is None else "normal")
    ax.set_ylim(len(slots) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _interval(ax: Axes, at: float, row: tuple[float, float, float], limits: tuple[float, float]) -> None:
    """Draw one estimate; an end beyond the axis becomes an arrow."""
    ratio, lower, upper = row
    if isnan(ratio):
        return
    size = type_size() * 0.62
    includes = isnan(lower) or lower <= 1 <= upper
    if not isnan(lower):
        start, end = max(lower, limits[0]), min(upper if isfinite(upper) else limits[1], limits[1])
        ax.plot([start, end], [at, at], color=DARK_BLUE, solid_capstyle="butt")
        for beyond, where, mark in ((lower < limits[0], start, "<"), (upper > limits[1], end, ">")):
            if beyond:
                ax.plot(where, at, marker=mark, color=DARK_BLUE, markersize=size, clip_on=False)
    if limits[0] <= ratio <= limits[1]:
        ax.plot(
            ratio, at, marker="o", markersize=size, color=DARK_BLUE, zorder=3,
            markerfacecolor=WHITE if includes else DARK_BLUE, markeredgewidth=1.1,
        )  # fmt: skip
