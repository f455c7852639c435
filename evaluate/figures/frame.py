"""The words around the axes: title and measure above, caption below, flush with the left of the figure."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

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
    for number in (0, 1):
        _write(
            ax,
            blocks,
            sizes,
            number,
            xy=(EDGE, high - tops[number]),
            coordinates="figure points",
        )
    _write(ax, blocks, sizes, 2, xy=(EDGE, EDGE), coordinates="figure points")
    top = (tops[1] + heights[1] + sizes[1] * 0.25) / high if blocks[0] or blocks[1] else 0.0
    bottom = (EDGE + heights[2] + sizes[1] * 0.25) / high if blocks[2] else 0.0
    figure.set_layout_engine("constrained", rect=(0.0, bottom, 1.0, 1.0 - top - bottom))  # type: ignore[union-attr]


def _close_by(
    ax: Axes, blocks: list[list[str]], heights: list[float], sizes: tuple[float, ...], gap: float
) -> None:
    """Put the words next to the axes, where other axes share the figure."""
    lift = sizes[1] * 0.5
    for number, offset in ((1, lift), (0, lift + heights[1] + gap)):
        _write(ax, blocks, sizes, number, xy=(0.0, 1.0), coordinates="axes fraction", offset=offset)
    lines = max(
        (label.get_text().count("\n") + 1 for label in ax.get_xticklabels() if label.get_text()), default=0
    )
    below = -sizes[1] * (0.9 + 1.35 * lines)
    _write(ax, blocks, sizes, 2, xy=(0.0, 0.0), coordinates="axes fraction", offset=below)


def _write(
    ax: Axes,
    blocks: list[list[str]],
    sizes: tuple[float, ...],
    number: int,
    *,
    xy: tuple[float, float],
    coordinates: str,
    offset: float = 0.0,
) -> None:
    """Write one block of words."""
    if not blocks[number]:
        return
    # At the edges of the figure the caption stands on the bottom and the rest hangs from the top; next to the axes it
    # is the other way round.
    above = (number == 2) == (coordinates == "figure points")
    written = ax.annotate(
        "\n".join(blocks[number]), xy, xycoords=coordinates, xytext=(0, offset), textcoords="offset points",
        va="bottom" if above else "top", ha="left", color=DARK_GREY, fontsize=sizes[number], linespacing=1.2,
        fontweight="bold" if number == 0 else "normal", annotation_clip=False,
        gid=("title", "measure", "caption")[number],
    )  # fmt: skip
    written.set_in_layout(coordinates == "axes fraction")
