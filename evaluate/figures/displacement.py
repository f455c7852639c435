"""Counts that went elsewhere: recorded less expected in the treated area, next door, and in both together."""

from __future__ import annotations

from collections.abc import Hashable
from math import isnan
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.checks.wording import signed
from evaluate.errors import DesignError
from evaluate.figures.axes import size_in_points, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, GREY, PALE_GREY, WHITE
from evaluate.figures.words import alt_text, caption_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDED: Final = ("areas", "prevented", "prevented_lower", "prevented_upper")
BUFFERS: Final = "buffers"
NAMES: Final = {
    "treated": "Treated area",
    BUFFERS: "Neighbouring areas",
    "treated and buffers": "Both together",
}
WIDE_ENOUGH: Final = 400.0
"""Points across from which the numbers stand beside the lines and not below the names."""


def displacement_data(check: CheckResult) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    check : CheckResult
        Of ``Displacement``.

    Returns
    -------
    pandas.DataFrame
        One row a ring, from the treated area outwards: ``areas``, and recorded less expected counts ``difference``
        with the ends ``lower`` and ``upper`` of its predictive interval.

    Raises
    ------
    DesignError
        If the check is another one, or could not be made.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=14, periods=60, buffers=2, rate_ratio_after=0.5, displaced=0.3, seed=1)
    >>> check = ev.Displacement().run(ev.BeforeAfter().fit(ev.simulated_design(panel), seed=1), seed=1)
    >>> displacement_data(check)["areas"].tolist()
    ['Treated area', 'Neighbouring areas', 'Both together']
    """
    table = check.table
    missing = [column for column in NEEDED if column not in table]
    if missing:
        raise DesignError(
            f'plot_displacement draws the table of the displacement check; that of "{check.name}" has no '
            f'{", ".join(missing)}. Pass checks["displacement"].'
        )
    return pd.DataFrame(
        {
            "areas": [NAMES.get(str(name), str(name)) for name in table["areas"]],
            "difference": -table["prevented"],
            "lower": -table["prevented_upper"],
            "upper": -table["prevented_lower"],
        }
    )


def displacement_bundle(check: CheckResult, *, source: str = "", name: str = "displacement") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    check : CheckResult
        Of ``Displacement``.
    source : str
        Where the counts come from (``words.source_line``), which a check does not know.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = displacement_data(check)
    near = data[data["areas"] == NAMES[BUFFERS]]
    row = (near if len(near) else data).iloc[0]
    more = "fewer" if row["difference"] < 0 else "more"
    place = "next door" if len(near) else "there"
    ends = "" if isnan(row["lower"]) else f" ({signed(row['lower'])} to {signed(row['upper'])})"
    finding = f"{abs(row['difference']):,.0f} {more} {place} than expected{ends}"
    effect = ", ".join(str(check.facts[key]) for key in ("operation", "window") if key in check.facts)
    reading = (
        f"Marks: recorded less expected counts{f' ({effect})' if effect else ''}. Lines: their intervals, with the "
        "chance variation of counts; an open mark's includes 0. Crime that moved next door would show as a rise there."
    )
    lines = "; ".join(f"{one['areas']} {_text(one)}" for one in data.to_dict("records"))
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text("Dot plot with intervals", f"recorded less expected counts: {lines}", finding),
        caption=caption_of(source, reading).strip(),
        data=data,
        draw=lambda ax: _draw(ax, data),
        measure="Recorded less expected counts (0 is no difference)",
        height=0.45 + 0.13 * len(data),
    )


def plot_displacement(check: CheckResult, *, ax: Axes | None = None) -> Axes:
    """Draw recorded less expected counts in the treated area and next door.

    Parameters
    ----------
    check : CheckResult
        Of ``Displacement``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=14, periods=60, buffers=2, rate_ratio_after=0.5, displaced=0.3, seed=1)
    >>> check = ev.Displacement().run(ev.BeforeAfter().fit(ev.simulated_design(panel), seed=1), seed=1)
    >>> ax = ev.plot_displacement(check)
    >>> len(ax.get_yticks())
    3
    """
    return plot(displacement_bundle(check), ax)


def _text(row: dict[Hashable, Any]) -> str:
    """A difference with its interval, as words."""
    if isnan(row["difference"]):
        return "not shown"
    ends = "" if isnan(row["lower"]) else f" ({signed(row['lower'])} to {signed(row['upper'])})"
    return f"{signed(row['difference'])}{ends}"


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    wide = size_in_points(ax)[0] >= WIDE_ENOUGH
    size = type_size() * 0.62
    ax.axvline(0.0, color=GREY, linewidth=0.9)
    ax.grid(axis="x", color=PALE_GREY, linewidth=0.7)
    names = []
    for at, row in enumerate(data.to_dict("records")):
        names.append(row["areas"] if wide else f"{row['areas']}\n{_text(row)}")
        if isnan(row["difference"]):
            continue
        includes = isnan(row["lower"]) or row["lower"] <= 0 <= row["upper"]
        if not isnan(row["lower"]):
            ax.plot([row["lower"], row["upper"]], [at, at], color=DARK_BLUE, solid_capstyle="butt")
        ax.plot(
            row["difference"], at, marker="o", markersize=size, color=DARK_BLUE, zorder=3,
            markerfacecolor=WHITE if includes else DARK_BLUE, markeredgewidth=1.1,
        )  # fmt: skip
        if wide:
            ax.annotate(
                _text(row), (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", annotation_clip=False,
            )  # fmt: skip
    _count_ticks(ax)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _count_ticks(ax: Axes) -> None:
    """A few whole numbers inside the axis, with their signs."""
    from matplotlib.ticker import MaxNLocator

    low, high = ax.get_xlim()
    ticks = [tick for tick in MaxNLocator(5, integer=True).tick_values(low, high) if low <= tick <= high]
    ax.set_xticks(ticks, [signed(tick) for tick in ticks])
    ax.set_xlim(low, high)
