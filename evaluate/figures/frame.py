"""The words around the axes: title and measure above, caption below, flush with the left of the figure."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from evaluate.figures.axes import letters_across, type_size
from evaluate.figures.style import DARK_GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE, CAPTION = 1.15, 0.85
"""Sizes over the size of the type."""

BOLD = 1.18
"""Width of heavy letters over that of ordinary ones."""

LEADING = 1.32
EDGE = 4.0
"""Points between the words and the edge of the figure."""


def frame(ax: Axes, title: str, measure: str, caption: str) -> None:
    """Write the words around the axes; what is empty takes no room.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn upon. Where they are the only ones of a figure that lays itself out, the words get room of their own;
        among others they are set close to their axes.
    title, measure, caption : str
        The finding, what the axes measure, and how to read the figure with its source.
    """
    figure = ax.get_figure(root=True)
    engine = figure.get_layout_engine()  # type: ignore[union-attr]
    alone = len(figure.axes) == 1 and engine is not None  # type: ignore[union-attr]
    points = type_size()
    sizes = (points * TITLE, points, points * CAPTION)
    less = 2 * EDGE if alone else 40.0
    across = [
        letters_across(ax, size * heavy, less=less)
        for size, heavy in zip(sizes, (BOLD, 1.0, 1.0), strict=True)
    ]
    blocks = [wrap(text, letters) for text, letters in zip((title, measure, caption), across, strict=True)]
    heights = [len(lines) * size * LEADING for lines, size in zip(blocks, sizes, strict=True)]
    gap = points * 0.35 if title and measure else 0.0
    if alone:
        _in_margins(ax, blocks, heights, sizes, gap)
    else:
        _close_by(ax, blocks, heights, sizes, gap)


def _in_margins(
    ax: Axes, blocks: list[list[str]], heights: list[float], sizes: tuple[float, ...], gap: float
) -> None:
    """Put the words at the edges of the figure and lay the axes out between them."""
    figure = ax.get_figure(root=True)
    high = figure.get_size_inches()[1] * 72.0  # type: ignore[union-attr]
    tops = (EDGE, EDGE + heights[0] + gap)
    for number, up in ((0, high - tops[0]), (1, high - tops[1]), (2, EDGE)):
        _write_in_margin(ax, blocks, sizes, number, up=up)
    top = (tops[1] + heights[1] + sizes[1] * 0.25) / high if blocks[0] or blocks[1] else 0.0
    bottom = (EDGE + heights[2] + sizes[1] * 0.25) / high if blocks[2] else 0.0
    figure.set_layout_engine("constrained", rect=(0.0, bottom, 1.0, 1.0 - top - bottom))  # type: ignore[union-attr]


def _close_by(
    ax: Axes, blocks: list[list[str]], heights: list[float], sizes: tuple[float, ...], gap: float
) -> None:
    """Put the words next to the axes, where other axes share the figure."""
    lift = sizes[1] * 0.5
    for number, offset in ((1, lift), (0, lift + heights[1] + gap)):
        _write_close_by(ax, blocks, sizes, number, up=1.0, offset=offset)
    lines = max(
        (label.get_text().count("\n") + 1 for label in ax.get_xticklabels() if label.get_text()), default=0
    )
    below = -sizes[1] * (0.9 + 1.35 * lines)
    _write_close_by(ax, blocks, sizes, 2, up=0.0, offset=below)


def _write_in_margin(
    ax: Axes, blocks: list[list[str]], sizes: tuple[float, ...], number: int, *, up: float
) -> None:
    """Write one block at the left edge of the figure, so many points above its foot.

    The words are the figure's and no part of the axes: the layout of the axes takes no account of them, and a picture
    that is cut to what is drawn, as a notebook shows it, keeps them.
    """
    figure = ax.get_figure(root=True)
    wide, high = 72.0 * figure.get_size_inches()  # type: ignore[union-attr]
    if blocks[number]:
        figure.text(  # type: ignore[union-attr]
            EDGE / wide, up / high, "\n".join(blocks[number]), va="bottom" if number == 2 else "top",
            **_type(sizes, number),
        )  # fmt: skip


def _write_close_by(
    ax: Axes, blocks: list[list[str]], sizes: tuple[float, ...], number: int, *, up: float, offset: float
) -> None:
    """Write one block at the left of the axes, so many points above a height given as a fraction of theirs."""
    if blocks[number]:
        ax.annotate(
            "\n".join(blocks[number]), (0.0, up), xycoords="axes fraction", xytext=(0, offset),
            textcoords="offset points", va="top" if number == 2 else "bottom", annotation_clip=False,
            **_type(sizes, number),
        )  # fmt: skip


def _type(sizes: tuple[float, ...], number: int) -> dict[str, Any]:
    """What all blocks have in common: colour and type."""
    return {
        "ha": "left",
        "color": DARK_GREY,
        "fontsize": sizes[number],
        "linespacing": 1.2,
        "fontweight": "bold" if number == 0 else "normal",
        "gid": ("title", "measure", "caption")[number],
    }
