"""The parts that figures share: axes of dates, counts and ratios, spans with names, labels at the ends of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from evaluate.data.periods import period_bounds
from evaluate.design.design import Design
from evaluate.figures.style import DARK_GREY, GREY, PALE_GREY, SPAN_GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTER: Final = 0.54
"""Mean width of a letter over the size of the type."""

SHORTEST: Final = 0.1
LONGEST: Final = 10.0
"""Ends of the axis at the most; intervals that go on have an arrow."""

RATIO_TICKS: Final = (
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    1.0,
    1.25,
    1.5,
    2.0,
    3.0,
    4.0,
    5.0,
    10.0,
    20.0,
)


@dataclass(frozen=True)
class Span:
    """A stretch of time with a name.

    Parameters
    ----------
    name : str
        Its label; empty for none.
    start, end : float
        First moment and the moment after the last, in days since 1970.
    kind : {"operation", "spike"}
        How it is shaded.
    """

    name: str
    start: float
    end: float
    kind: str = "operation"


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Width and height of the place a figure has for these axes, in points."""
    place = ax.get_position()
    wide, high = ax.get_figure(root=True).get_size_inches() * 72.0  # type: ignore[union-attr]
    return wide * min(place.width / 0.775, 1.0), high * min(place.height / 0.77, 1.0)


def letters_across(ax: Axes, points: float, *, less: float = 40.0) -> int:
    """How many letters of a size fit into one line."""
    return max(12, floor((size_in_points(ax)[0] - less) / (LETTER * points)))


def type_size() -> float:
    """Size of the type that is set, in points."""
    import matplotlib as mpl

    return float(mpl.rcParams["font.size"])


def in_days(moments: pd.DatetimeIndex) -> np.ndarray:
    """Moments as days since 1970, the unit of every axis of dates here.

    Examples
    --------
    >>> in_days(pd.DatetimeIndex(["1970-01-02 12:00"]))
    array([1.5])
    """
    return np.asarray((moments - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1), dtype=float)


def bounds(periods: pd.PeriodIndex) -> tuple[np.ndarray, np.ndarray]:
    """First moment of each period and the moment after its last, in days since 1970."""
    starts, ends = period_bounds(periods)
    return in_days(starts), in_days(ends) + 1.0


def middles(periods: pd.PeriodIndex) -> np.ndarray:
    """The middle of each period, in days since 1970."""
    starts, ends = bounds(periods)
    return (starts + ends) / 2.0


def date_axis(ax: Axes, first: float, last: float) -> None:
    """Run the horizontal axis from one day to another, with a few dates written level."""
    ax.set_xlim(first, last)
    most = 4 if size_in_points(ax)[0] < 300 else 7
    start, end = (pd.Timestamp("1970-01-01") + pd.Timedelta(days=day) for day in (first, last))
    years = (last - first) / 365.25
    if years >= 2:
        marks = pd.date_range(start, end, freq="YS", inclusive="left")
        marks = marks[:: max(1, int(np.ceil(len(marks) / most)))]
        labels = [f"{mark:%Y}" for mark in marks]
    else:
        marks = pd.date_range(start, end, freq="MS", inclusive="left")
        marks = marks[:: max(1, int(np.ceil(len(marks) / most)))]
        changes = [at == 0 or mark.year != marks[at - 1].year for at, mark in enumerate(marks)]
        labels = [
            f"{mark:%b}\n{mark:%Y}" if new else f"{mark:%b}" for mark, new in zip(marks, changes, strict=True)
        ]
    ax.set_xticks(in_days(marks), labels)


def count_axis(ax: Axes, most: float, *, room: float = 0.0, least: float = 0.0) -> None:
    """Start counts at nought and leave a share of the height free for names at the top."""
    from matplotlib.ticker import MaxNLocator

    top = max(most, 1.0)
    ax.set_ylim(min(least * 1.05, 0.0), top * 1.05 / (1.0 - room))
    ticks = MaxNLocator(nbins=5, integer=True, steps=[1, 2, 2.5, 5, 10]).tick_values(min(least, 0.0), top)
    shown = [float(tick) for tick in ticks if min(least, 0.0) * 1.05 <= tick <= top * 1.05]
    ax.set_yticks(shown, [f"{tick:,.0f}".replace("-", "−") for tick in shown])
    ax.grid(axis="y", color=PALE_GREY, linewidth=0.7)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def ratio_axis(ax: Axes, lowest: float, highest: float) -> None:
    """Lay rate ratios out on a logarithmic axis, so that halving and doubling are as far apart."""
    from matplotlib.ticker import FixedLocator, NullLocator

    low, high = min(lowest, 0.8) * 0.93, max(highest, 1.25) * 1.07
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    inside = [tick for tick in RATIO_TICKS if low <= tick <= high]
    shown = spaced(inside, letters_across(ax, type_size(), less=90) / 6.5)
    ax.xaxis.set_major_locator(FixedLocator(shown))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")


def ratio_axis_upright(ax: Axes, lowest: float, highest: float) -> None:
    """Lay rate ratios out from the bottom to the top, logarithmic, with a line at 1."""
    from matplotlib.ticker import FixedLocator, NullLocator

    low, high = max(min(lowest, 0.8), SHORTEST) * 0.95, min(max(highest, 1.25), LONGEST) * 1.05
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ax.yaxis.set_major_locator(FixedLocator(spaced([tick for tick in RATIO_TICKS if low <= tick <= high], 7)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.grid(axis="y", color=PALE_GREY, linewidth=0.7)
    ax.axhline(1.0, color=GREY, linewidth=0.9)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def spaced(ticks: Sequence[float], most: float) -> list[float]:
    """Thin out ticks of a logarithmic axis until they stand clear of each other; 1 always stays.

    Examples
    --------
    >>> spaced([0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0], 5)
    [0.5, 0.7, 1.0, 1.5, 2.0]
    """
    if not ticks:
        return []
    gap = (log10(ticks[-1]) - log10(ticks[0])) / max(most, 1.0)
    kept = [1.0] if 1.0 in ticks else [ticks[0]]
    for tick in sorted(ticks, key=lambda value: abs(log10(value))):
        if all(abs(log10(tick) - log10(other)) >= gap * 0.999 for other in kept):
            kept.append(tick)
    return sorted(kept)


def spans_of(design: Design) -> list[Span]:
    """The operations of a design and the spikes before them."""
    starts = in_days(pd.DatetimeIndex([operation.first_day for operation in design.operations]))
    ends = in_days(pd.DatetimeIndex([operation.last_day for operation in design.operations])) + 1.0
    names = [operation.name for operation in design.operations]
    spans = [Span(*named) for named in zip(names, starts, ends, strict=True)]
    trigger = design.trigger_periods
    breaks = np.flatnonzero(np.diff(trigger.asi8) > 1) + 1
    for part in np.split(np.arange(len(trigger)), breaks):
        if len(part):
            first, last = bounds(trigger[part])
            spans.append(Span("spike", first[0], last[-1], "spike"))
    return spans


def shade(ax: Axes, spans: Sequence[Span]) -> float:
    """Shade spans of time and write their names above the data, in as many rows as they need.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With a horizontal axis of dates, its limits set.
    spans : sequence of Span
        What to shade.

    Returns
    -------
    float
        Share of the height that the names take.
    """
    wide, high = size_in_points(ax)
    wide, high, points = wide * 0.80, high * 0.62, type_size() * 0.92
    first, last = ax.get_xlim()
    rows: list[float] = []
    row_height = points * 1.45 / high
    for span in sorted(spans, key=lambda one: one.start):
        _shade_one(ax, span, least=(last - first) * 1.6 / wide)
        if not span.name:
            continue
        middle = ((span.start + span.end) / 2 - first) / (last - first)
        half = len(span.name) * LETTER * points / wide / 2
        centre = min(max(middle, half), 1 - half)
        row = next((at for at, taken in enumerate(rows) if centre - half > taken + 0.015), len(rows))
        rows[row : row + 1] = [centre + half]
        ax.text(
            centre, 1.0 - row_height * (row + 0.5), span.name, transform=ax.transAxes, ha="center", va="center",
            fontsize=points, color=DARK_GREY, zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    return row_height * len(rows)


def _shade_one(ax: Axes, span: Span, *, least: float) -> None:
    """Shade a span: hatched for a spike, grey for an operation, which is at least so many days wide to be seen."""
    if span.kind == "spike":
        ax.axvspan(
            span.start, span.end, facecolor="none", edgecolor=GREY, hatch="//////", linewidth=0, alpha=0.55
        )
        return
    extra = max(0.0, (least - (span.end - span.start)) / 2)
    ax.axvspan(
        span.start - extra, span.end + extra, facecolor=SPAN_GREY, edgecolor=GREY, linewidth=0.5, zorder=0.5
    )


def label_ends(ax: Axes, labels: Sequence[tuple[float, str, str]]) -> None:
    """Write names at the right-hand ends of lines, moved apart where they would touch.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its vertical limits must be set.
    labels : sequence of (float, str, str)
        Height at the end of the line, name and colour of the type.
    """
    low, high = ax.get_ylim()
    tall = size_in_points(ax)[1] * 0.62
    gap = type_size() * 1.25 / tall * (high - low)
    order = sorted(range(len(labels)), key=lambda at: labels[at][0])
    heights = apart([labels[at][0] for at in order], gap)
    for at, height in zip(order, heights, strict=True):
        _, name, colour = labels[at]
        ax.annotate(
            name, (1.0, height), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points",
            va="center", ha="left", color=colour, annotation_clip=False,
        )  # fmt: skip


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Move ascending heights as little as needed for neighbours to be a gap apart.

    Examples
    --------
    >>> apart([1.0, 1.2, 5.0], 1.0)
    [0.6, 1.6, 5.0]
    """
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _middle(groups[-1]) - _middle(groups[-2]) < gap * (
            (len(groups[-1]) + len(groups[-2])) / 2
        ):
            last = groups.pop()
            groups[-1] += last
    return [
        round(_middle(group) + gap * (at - (len(group) - 1) / 2), 10)
        for group in groups
        for at in range(len(group))
    ]


def _middle(group: list[float]) -> float:
    return sum(group) / len(group)
