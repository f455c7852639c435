"""Who was compared with whom: areas by their role, as tiles, or on a map where boundaries are given."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from evaluate.data.boundaries import Boundaries, read_boundaries
from evaluate.design.design import Design
from evaluate.errors import DataError, shortened
from evaluate.figures.axes import letters_across, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE, ORANGE_TINT, PALE_GREY, WHITE
from evaluate.figures.words import alt_text, areas_text, caption_of, source_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROLES: Final = ("treated", "buffer", "control", "excluded")
DRAWN: Final = ("other", "excluded", "control", "buffer", "treated")
"""In the order of drawing, so that outlines of those nearer to the treated area lie above."""
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "treated": {"facecolor": DARK_BLUE, "edgecolor": DARK_BLUE},
    "buffer": {"facecolor": ORANGE_TINT, "edgecolor": ORANGE, "hatch": "////"},
    "control": {"facecolor": PALE_GREY, "edgecolor": GREY},
    "excluded": {"facecolor": WHITE, "edgecolor": GREY, "linestyle": (0, (2, 2))},
    "other": {"facecolor": WHITE, "edgecolor": PALE_GREY},
}
SIMPLIFIED_BY: Final = 0.004
"""Boundaries are simplified by this share of the map's width: the map shows wards, not streets."""


def map_data(design: Design) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    design : Design
        Who is treated, a buffer, a control or excluded.

    Returns
    -------
    pandas.DataFrame
        One row an area: ``area`` (code), ``label`` and ``role``, in the order of the roles.

    Examples
    --------
    >>> import evaluate as ev
    >>> data = map_data(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, buffers=1, seed=1)))
    >>> data["role"].value_counts().to_dict()
    {'control': 4, 'treated': 1, 'buffer': 1}
    """
    rows = [(area, design.panel.label(area), role) for role in ROLES for area in getattr(design, role)]
    return pd.DataFrame(rows, columns=["area", "label", "role"])


def map_bundle(
    design: Design,
    *,
    boundaries: Boundaries | str | Path | None = None,
    code: str | None = None,
    name: str = "map",
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    design : Design
        Who is treated, a buffer, a control or excluded.
    boundaries : Boundaries or path, optional
        From ``ev.read_boundaries``, or a file that it reads; tiles otherwise.
    code : str, optional
        The file's column of area codes; found by its values otherwise.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle

    Raises
    ------
    DataError
        If boundaries are given and geopandas is not installed, or the file has no column with the areas' codes, or
        lacks a treated or buffer area.
    """
    data = map_data(design)
    counts = data["role"].value_counts()
    said = [f"{counts[role]} {words}" for role, words in _groups(design).items() if role in counts]
    against = f"{len(design.control)} comparison area{'' if len(design.control) == 1 else 's'}"
    title = title_of(f"{areas_text(design)} against {against}", f"The treated area against {against}")
    looks = "Dark: treated. Hatched: neighbours, where crime may have moved. Grey: compared with."
    if "excluded" in counts:
        looks += " Dashed: left out."
    shapes = None if boundaries is None else _around(design, data, boundaries, code)
    if shapes is None:
        looks += " A tile is an area; its place means nothing."
    else:
        looks += " White: not in the data. Boundaries simplified; areas further away are not shown."
    return Bundle(
        name=name,
        title=title,
        alt=alt_text("Tiles" if shapes is None else "Map", ", ".join(said), title),
        caption=caption_of(source_line(design.panel, design.periods), looks),
        data=data,
        draw=(lambda ax: _draw_tiles(ax, design, data))
        if shapes is None
        else (lambda ax: _draw_map(ax, shapes)),
        height=_tiles_height(data) if shapes is None else 1.35,
    )


def _groups(design: Design) -> dict[str, str]:
    """Words for the roles, after a number."""
    return {
        "treated": f"treated ({areas_text(design)})",
        "buffer": "neighbouring",
        "control": "compared with",
        "excluded": "left out",
    }


def plot_map(
    design: Design,
    *,
    boundaries: Boundaries | str | Path | None = None,
    code: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw who was compared with whom.

    Parameters
    ----------
    design : Design
        Who is treated, a buffer, a control or excluded.
    boundaries : Boundaries or path, optional
        From ``ev.read_boundaries``, or a file that it reads (shapefile, GeoPackage, GeoJSON). Without, areas are tiles.
    code : str, optional
        The file's column of area codes; found by its values otherwise.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    DataError
        If boundaries are given and geopandas is not installed, or the file has no column with the areas' codes, or
        lacks a treated or buffer area.

    Examples
    --------
    >>> import evaluate as ev
    >>> ax = ev.plot_map(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1)))
    >>> len(ax.patches)
    6
    """
    return plot(map_bundle(design, boundaries=boundaries, code=code), ax)


# ---- tiles -----------------------------------------------------------------------------------------------------------

FEW_ACROSS, MANY_ACROSS, MANY = 24, 60, 240


def _across(data: pd.DataFrame) -> int:
    """Tiles in a row."""
    return FEW_ACROSS if len(data) <= MANY else MANY_ACROSS


def _tiles_height(data: pd.DataFrame) -> float:
    """Height of the figure: a line of words and the rows of tiles for each role, over the usual height."""
    across = _across(data)
    tiles = sum(ceil(n / across) for n in data["role"].value_counts())
    return 0.27 + 0.10 * data["role"].nunique() + (0.065 if across == FEW_ACROSS else 0.028) * tiles


def _draw_tiles(ax: Axes, design: Design, data: pd.DataFrame) -> None:
    from matplotlib.patches import Rectangle

    top = 0.0
    groups, across = _groups(design), _across(data)
    head = 1.4 if across == FEW_ACROSS else 3.2  # room for the words over a group, in tiles
    for role in ROLES:
        labels = data.loc[data["role"] == role, "label"].tolist()
        if not labels:
            continue
        words = f"{len(labels)} {groups[role]}"
        if role == "buffer":
            words = f"{words}: {', '.join(labels)}"
        most = letters_across(ax, type_size(), less=12)
        words = words if len(words) <= most else f"{words[: most - 1].rsplit(' ', 1)[0]} …"
        ax.text(0.0, top - 0.12, words, va="bottom", fontweight="bold" if role == "treated" else "normal")
        for at in range(len(labels)):
            corner = (at % across + 0.06, top + at // across + 0.06)
            ax.add_patch(Rectangle(corner, 0.88, 0.88, linewidth=0.7, **LOOKS[role]))
        top += ceil(len(labels) / across) + head
    ax.set_xlim(0, across)
    ax.set_ylim(top - head, -head * 0.8)
    ax.set_axis_off()


# ---- boundaries ------------------------------------------------------------------------------------------------------


def _around(
    design: Design, data: pd.DataFrame, boundaries: Boundaries | str | Path, code: str | None
) -> tuple[Any, tuple[float, float, float, float]]:
    """Cut the boundaries of the design's areas to the surroundings of the treated ones."""
    if not isinstance(boundaries, Boundaries):
        boundaries = read_boundaries(boundaries, code=code, areas=data["area"])
    joined = boundaries.shapes.reset_index().merge(data, on="area", how="left")
    joined["role"] = joined["role"].fillna("other")
    near = (*design.treated, *design.buffer)
    missing = [area for area in near if area not in boundaries.areas]
    if missing:
        names = [f"{area} ({design.panel.label(area)})" for area in missing]
        raise DataError(
            f"{boundaries.file.name} has no boundary for {shortened(names)}. Use boundaries of the same year as the "
            "counts, or name the column of codes with code=...."
        )
    left, low, right, high = joined[joined["area"].isin(near)].total_bounds
    reach = max(right - left, high - low) * 0.75
    window = (left - reach, low - reach, right + reach, high + reach)
    shown = joined.cx[window[0] : window[2], window[1] : window[3]].copy()
    shown["geometry"] = shown.geometry.simplify((window[2] - window[0]) * SIMPLIFIED_BY)
    return shown, window


def _draw_map(ax: Axes, shapes: tuple[Any, tuple[float, float, float, float]]) -> None:
    shown, window = shapes
    for role in DRAWN:
        part = shown[shown["role"] == role]
        if len(part):
            part.plot(ax=ax, linewidth=0.8, **LOOKS[role])
    ax.set_xlim(window[0], window[2])
    ax.set_ylim(window[1], window[3])
    ax.set_aspect("equal")
    ax.set_axis_off()
    near = shown[shown["role"].isin(["treated", "buffer"])]
    for row in near.to_dict("records"):
        point = row["geometry"].representative_point()
        treated = row["role"] == "treated"
        ax.text(
            point.x, point.y, row["label"], ha="center", va="center", fontsize=type_size() * (1.0 if treated else 0.85),
            fontweight="bold" if treated else "normal", color=DARK_GREY, zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.9},
        )  # fmt: skip
