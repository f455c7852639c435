"""A figure as a value: what it is called, says and draws, so that a report can carry all of it together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from evaluate.figures.frame import frame
from evaluate.figures.style import new_axes, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWN: Final = "_evaluate_figure"
"""Attribute of axes that keeps the figure drawn on them, so that it can be saved with its data and words."""


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
        Draws the data on axes, without words around them.
    measure : str
        What the axes measure, written level above them; empty for nothing.
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
    measure: str = ""
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
        frame(ax, *((bundle.title, bundle.measure, bundle.caption) if framed else ("", bundle.measure, "")))
    setattr(ax, DRAWN, bundle)
    return ax


def drawn_on(ax: Axes) -> Bundle | None:
    """Return the figure that was drawn on some axes last; None where there is none of this package."""
    return getattr(ax, DRAWN, None)
