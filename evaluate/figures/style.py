"""One look for every figure: colours, sizes and marks that can be read in print, in grey and without colour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from evaluate.errors import DesignError, did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Width = Literal["column", "page", "slide"]

# The Government Analysis Function's categorical palette. Each has a contrast of at least 3:1 with white; the two used
# together have 3:1 with each other. Text is never set in the lighter ones.
DARK_BLUE: Final = "#12436D"
ORANGE: Final = "#F46A25"
PLUM: Final = "#801650"
TURQUOISE: Final = "#28A197"
DARK_GREY: Final = "#3D3D3D"
GREY: Final = "#767676"
PALE_GREY: Final = "#E8E8E8"
SPAN_GREY: Final = "#C3C8CC"
ORANGE_TINT: Final = "#FAC9AF"
ORANGE_PALE: Final = "#FDEBE1"
ORANGE_EDGE: Final = "#B0592A"
BLUE_PALE: Final = "#DCE6EE"
WHITE: Final = "#FFFFFF"

INCHES: Final[dict[Width, tuple[float, float]]] = {
    "column": (3.5, 3.1),
    "page": (6.7, 3.6),
    "slide": (10.0, 5.6),
}
POINTS: Final[dict[Width, float]] = {"column": 7.0, "page": 8.5, "slide": 14.0}

_width: ContextVar[Width | None] = ContextVar("figure_width", default=None)


@contextmanager
def figure_style(width: Width = "page") -> Iterator[None]:
    """Set size and type for the figures made inside a ``with`` block.

    Parameters
    ----------
    width : {"column", "page", "slide"}
        89 mm, 170 mm or 254 mm wide, with type of 7, 8.5 or 14 points.

    Yields
    ------
    None

    Raises
    ------
    DesignError
        If the width is none of these.

    Examples
    --------
    >>> import evaluate as ev
    >>> result = ev.BeforeAfter().fit(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1)), seed=1)
    >>> with ev.figure_style(width="column"):
    ...     axes = ev.plot_counterfactual(result)
    >>> float(axes.figure.get_figwidth())
    3.5
    """
    import matplotlib as mpl

    known = get_args(Width)
    if width not in known:
        raise DesignError(f'width is "{width}". {did_you_mean(width, known)}')
    token = _width.set(width)
    interactive = mpl.is_interactive()
    try:
        with mpl.rc_context(settings(width)):  # type: ignore[arg-type]
            try:
                yield
            finally:
                interactive = mpl.is_interactive()
    finally:
        # A notebook's backend turns this on as the first figure is made; undone, no later figure would be shown.
        mpl.interactive(interactive)
        _width.reset(token)


def styled() -> AbstractContextManager[None]:
    """Keep the style that is set, or set that of a page."""
    return nullcontext() if _width.get() is not None else figure_style("page")


def current_width() -> Width:
    """The width that is set."""
    return _width.get() or "page"


def settings(width: Width) -> dict[str, Any]:
    """Matplotlib's settings for a width."""
    points = POINTS[width]
    return {
        "figure.figsize": INCHES[width],
        "figure.constrained_layout.use": True,
        "figure.facecolor": WHITE,
        "font.family": ["DejaVu Sans"],
        "font.size": points,
        "axes.titlesize": points * 1.15,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": points,
        "axes.edgecolor": GREY,
        "axes.labelcolor": DARK_GREY,
        "axes.linewidth": 0.7 * points / 8.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "xtick.labelsize": points,
        "ytick.labelsize": points,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": DARK_GREY,
        "ytick.labelcolor": DARK_GREY,
        "text.color": DARK_GREY,
        "lines.linewidth": 1.5 * points / 8.5,
        "lines.markersize": 3.2 * points / 8.5,
        "hatch.linewidth": 0.5 * points / 8.5,
        "svg.fonttype": "path",
        "svg.hashsalt": "evaluate",
    }


def new_axes(ax: Axes | None, *, height: float = 1.0) -> Axes:
    """Return the axes given, or make a figure with one.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Axes to draw on.
    height : float
        Height of a new figure, over the usual height.
    """
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    wide, high = INCHES[current_width()]
    _, made = plt.subplots(figsize=(wide, high * height))
    return made


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by the formula of the Web Content Accessibility Guidelines 2.2.

    Examples
    --------
    >>> round(contrast("#12436D", "#FFFFFF"), 1)
    10.2
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
