"""Small multiples: recorded and expected counts of several results, each on axes of its own inside the figure's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from evaluate.checks.sensitivity import finding
from evaluate.checks.triangulation import SAYS
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.figures.axes import (
    LETTER,
    Span,
    bounds,
    count_axis,
    date_axis,
    label_ends,
    middles,
    shade,
    size_in_points,
    spans_of,
    type_size,
)
from evaluate.figures.counterfactual import counterfactual_data
from evaluate.figures.style import DARK_BLUE, DARK_GREY, ORANGE, ORANGE_EDGE, ORANGE_PALE
from evaluate.figures.words import main_effect

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS: Final = 2
NARROW: Final = 110.0
"""Points across, or from bottom to top, below which only every other mark of an axis is named."""
NOT_SHOWN: Final = "not shown"


@dataclass(frozen=True, eq=False)
class Multiple:
    """One of several small charts.

    Parameters
    ----------
    heading : str
        Its name.
    result : Result
        Whose counts are drawn.
    effect : Effect
        What the line under the heading says.
    note : str
        Said after that; empty for nothing.
    """

    heading: str
    result: Result
    effect: Effect
    note: str = ""

    @property
    def says(self) -> str:
        """Which side of no change the interval lies on, in words that hold for any kind of count."""
        if np.isnan(self.effect.observed):
            return NOT_SHOWN
        known = np.isfinite(self.effect.lower) and np.isfinite(self.effect.upper)
        return SAYS[finding(self.effect) if known else "either"]

    @property
    def line(self) -> str:
        """The line under the heading: what it says, and the two counts."""
        counts = f": {self.effect.observed:,.0f} recorded, {self.effect.expected:,.0f} expected"
        return f"{self.says}{'' if np.isnan(self.effect.observed) else counts}{self.note}"


def effect_of(result: Result, window: tuple[str, str] | None) -> Effect:
    """The effect of an operation and window; of the first operation's "after" where none is named."""
    return main_effect(result) if window is None else result.effect(*window)


def multiples_data(multiples: Sequence[Multiple], *, name: str) -> pd.DataFrame:
    """Lay the counts of all charts out in one table.

    Parameters
    ----------
    multiples : sequence of Multiple
        The charts.
    name : str
        Column of their headings.

    Returns
    -------
    pandas.DataFrame
        One row a chart and period: the heading, ``period``, ``observed``, ``expected``, ``predicted_lower``,
        ``predicted_upper`` and ``window``.
    """
    parts = []
    for one in multiples:
        table = counterfactual_data(one.result)
        table.insert(0, name, one.heading)
        parts.append(table.drop(columns=["expected_lower", "expected_upper"]))
    return pd.concat(parts, ignore_index=True)


def multiples_height(count: int) -> float:
    """Height of a figure of so many charts, over the usual one."""
    return 0.35 + 0.62 * ceil(count / ACROSS)


def draw_multiples(ax: Axes, multiples: Sequence[Multiple]) -> None:
    """Draw the charts in two columns, on axes inside those given."""
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    down = ceil(len(multiples) / ACROSS)
    wide, high = size_in_points(ax)
    points = type_size()
    head, foot, side, end = 3.9 * points / high, 3.3 * points / high, 3.2 * points / wide, 5.6 * points / wide
    width = (1.0 - ACROSS * side - end) / ACROSS
    height = 1.0 / down - head - foot
    for number, one in enumerate(multiples):
        row, column = divmod(number, ACROSS)
        left = side + column * (width + side)
        bottom = 1.0 - row / down - head - height
        inner = ax.inset_axes((left, bottom, width, height))
        _draw_one(inner, one)
        room = _letters(width * wide + 0.6 * side * wide, points * 0.92)
        _write_head(ax, one, (left - 0.6 * side, bottom + height), room)
        if number == min(ACROSS, len(multiples)) - 1:
            _name_lines(inner, one)


def _letters(points_across: float, points: float) -> int:
    """How many letters of a size fit into a width."""
    return max(8, int(points_across / (LETTER * points)))


def _write_head(ax: Axes, one: Multiple, place: tuple[float, float], letters: int) -> None:
    """Write heading and finding above one chart; a finding too long for its chart loses its counts first."""
    points = type_size()
    line = next(
        (text for text in (one.line, f"{one.says}{one.note}", one.says) if len(text) <= letters), one.says
    )
    heading = one.heading if len(one.heading) <= letters else f"{one.heading[: letters - 1].rstrip()}…"
    for text, lift, weight in ((heading, 1.9, "bold"), (line, 0.6, "normal")):
        ax.annotate(
            text, place, xycoords="axes fraction", xytext=(0, lift * points), textcoords="offset points",
            va="bottom", ha="left", color=DARK_GREY, fontsize=points * 0.92, fontweight=weight,
        )  # fmt: skip


def _draw_one(ax: Axes, one: Multiple) -> None:
    data = counterfactual_data(one.result)
    periods = pd.PeriodIndex(one.result.counterfactual.index)
    at = middles(periods)
    if data["predicted_lower"].notna().any():
        ax.fill_between(
            at, data["predicted_lower"], data["predicted_upper"], facecolor=ORANGE_PALE, edgecolor=ORANGE_EDGE,
            linewidth=0.4,
        )  # fmt: skip
    ax.plot(at, data["expected"], color=ORANGE, linestyle=(0, (4, 1.6)), linewidth=type_size() * 0.13)
    ax.plot(at, data["observed"], color=DARK_BLUE, linewidth=type_size() * 0.13)
    starts, ends = bounds(periods)
    date_axis(ax, starts[0], ends[-1])
    wide, high = size_in_points(ax)
    marks, names = list(ax.get_xticks()), [label.get_text() for label in ax.get_xticklabels()]
    every = 1 if wide > NARROW else 2
    ax.set_xticks(marks[::every], names[::every])
    shade(ax, [Span("", span.start, span.end, span.kind) for span in spans_of(one.result.design)])
    most = np.nanmax(data[["observed", "predicted_upper", "expected"]].to_numpy(dtype=float))
    count_axis(ax, float(most))
    ticks, texts = list(ax.get_yticks()), [label.get_text() for label in ax.get_yticklabels()]
    every = 1 if high > NARROW else 2
    ax.set_yticks(ticks[::every], texts[::every])


def _name_lines(ax: Axes, one: Multiple) -> None:
    """Name the two lines at their ends, once for all charts."""
    table = one.result.counterfactual
    known = table["observed"].dropna()
    labels = [(float(table["expected"].iloc[-1]), "Expected", DARK_GREY)]
    if len(known):
        labels.append((float(known.iloc[-1]), "Recorded", DARK_BLUE))
    label_ends(ax, labels)
