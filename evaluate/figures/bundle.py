"""A figure as a value: what it is called, says and draws, so that a report can carry all of it together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

import pandas as pd

from evaluate.figures.axes import letters_across, type_size
from evaluate.figures.style import new_axes, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Bundle:
    """A figure with everything that must go with it.

    Parameters
    ----------
    name : str
        Stem of its files.
    title : str
        The finding, in at most ten words.
    alt : str
        For those who cannot see it: type, data and message.
    caption : str
        How to read it, and the source.
    data : pandas.DataFrame
        What is drawn.
    draw : callable
        Draws the data on axes, without title and caption.
    height : float
        Height over the usual one.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.figures.counterfactual import counterfactual_bundle
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> counterfactual_bundle(ev.BeforeAfter().fit(design, seed=1)).name
    'counterfactual'
    """

    name: str
    title: str
    alt: str
    caption: str
    data: pd.DataFrame
    draw: Callable[[Axes], None]
    height: float = 1.0

    def __repr__(self) -> str:
        return f'Figure "{self.name}": {self.title}'


def plot(bundle: Bundle, ax: Axes | None, *, framed: bool = True) -> Axes:
    """Draw a bundle.

    Parameters
    ----------
    bundle : Bundle
        The figure.
    ax : matplotlib.axes.Axes or None
        Where; a new figure otherwise.
    framed : bool
        With its title above and its caption below; a report sets these itself.

    Returns
    -------
    matplotlib.axes.Axes
    """
    with styled():
        ax = new_axes(ax, height=bundle.height)
        bundle.draw(ax)
        if framed:
            _frame(bundle, ax)
    return ax


def _frame(bundle: Bundle, ax: Axes) -> None:
    """Write the title above what is already above the axes, and the caption below what is below."""
    points = type_size()
    title = wrap(bundle.title, letters_across(ax, points * 1.15 * 1.18))
    lifted = any(text.get_gid() == "subtitle" for text in ax.texts)
    ax.annotate(
        "\n".join(title), (0.0, 1.0), xycoords="axes fraction", xytext=(0, points * (2.1 if lifted else 0.7)),
        textcoords="offset points", va="bottom", ha="left", fontsize=points * 1.15, fontweight="bold", gid="title",
        annotation_clip=False,
    )  # fmt: skip
    under = (2.2 if any(label.get_text() for label in ax.get_xticklabels()) else 0.8) + (
        1.4 if ax.get_xlabel() else 0
    )
    caption = wrap(bundle.caption, letters_across(ax, points * 0.85))
    ax.annotate(
        "\n".join(caption), (0.0, 0.0), xycoords="axes fraction", xytext=(0, -points * under),
        textcoords="offset points", va="top", ha="left", fontsize=points * 0.85, gid="caption",
        annotation_clip=False, linespacing=1.25,
    )  # fmt: skip
