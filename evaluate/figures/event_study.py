"""The treated area beside its controls bin by bin, before and after an operation."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluate.estimators.event_study import EventStudy
from evaluate.figures.axes import RATIO_TICKS, bounds, date_axis, shade, spaced, spans_of, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, GREY, PALE_GREY, WHITE
from evaluate.figures.words import alt_text, areas_text, caption_of, source_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def event_study_data(study: EventStudy) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    study : EventStudy
        Of ``event_study``.

    Returns
    -------
    pandas.DataFrame
        One row a bin: ``bin``, ``first`` and ``last`` period, ``part``, ``rate_ratio``, ``lower`` and ``upper``.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, seed=1)
    >>> data = event_study_data(ev.event_study(ev.simulated_design(panel), every="6 months", seed=1))
    >>> data["rate_ratio"][data["part"] == "reference"].tolist()
    [1.0]
    """
    return study.table.reset_index()


def event_study_bundle(study: EventStudy, *, name: str = "event_study") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    study : EventStudy
        Of ``event_study``.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data, design = event_study_data(study), study.design
    before = data[data["part"] == "before"]
    apart = int(((before["lower"] > 1) | (before["upper"] < 1)).sum())
    finding = f"{apart} of {len(before)} stretches before differed from the controls"
    low, high = study.interval()
    breakdown = (
        "it includes no change already if trends differ by a straight line"
        if isnan(study.breakdown)
        else f"it excludes no change until the trend bends by {100 * study.breakdown:.1f}% from one to the next"
    )
    reading = (
        f"Marks: {areas_text(design)} over the controls, against the last stretch before (square). Lines: how far an "
        f"area without an operation strays, {study.level:.0%}. With any straight-line difference in trend taken out, "
        f"the interval of the average ratio after is {low:.2f} to {high:.2f}; {breakdown}. The stretches before would "
        f"have shown a slope of {100 * study.line.detectable:.1f}% each with a chance of 80%: what they do not show is "
        "not ruled out."
    )
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Dot plot with intervals",
            f"rate ratios in {len(data)} stretches of time around the operation",
            finding,
        ),
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=lambda ax: _draw(ax, study, data),
        measure="Rate ratio to the last stretch before, net of the controls (1 is no change)",
    )


def plot_event_study(study: EventStudy, *, ax: Axes | None = None) -> Axes:
    """Draw the treated area beside its controls bin by bin.

    Parameters
    ----------
    study : EventStudy
        Of ``event_study``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, seed=1)
    >>> ax = ev.plot_event_study(ev.event_study(ev.simulated_design(panel), every="6 months", seed=1))
    >>> ax.get_yscale()
    'log'
    """
    return plot(event_study_bundle(study), ax)


def _draw(ax: Axes, study: EventStudy, data: pd.DataFrame) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    starts, _ = bounds(pd.PeriodIndex(data["first"]))
    _, ends = bounds(pd.PeriodIndex(data["last"]))
    date_axis(ax, float(starts[0]), float(ends[-1]))
    room = shade(ax, [span for span in spans_of(study.design) if span.start < ends[-1]])
    values = data[["rate_ratio", "lower", "upper"]].to_numpy(dtype=float)
    low, high = min(np.nanmin(values), 0.8) * 0.95, max(np.nanmax(values), 1.25) * 1.05
    ax.set_yscale("log")
    ax.set_ylim(low, float(np.exp(np.log(low) + np.log(high / low) / (1 - room))))
    ticks = spaced([tick for tick in RATIO_TICKS if low <= tick <= high], 7)
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.grid(axis="y", color=PALE_GREY, linewidth=0.7)
    ax.axhline(1.0, color=GREY, linewidth=0.9)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    size = type_size() * 0.55
    for at, row in zip((starts + ends) / 2, data.to_dict("records"), strict=True):
        reference = row["part"] == "reference"
        includes = isnan(row["lower"]) or row["lower"] <= 1 <= row["upper"]
        if not isnan(row["lower"]):
            ax.plot([at, at], [row["lower"], row["upper"]], color=DARK_BLUE, solid_capstyle="butt")
        ax.plot(
            at, row["rate_ratio"], marker="s" if reference else "o", markersize=size, color=DARK_BLUE, zorder=3,
            markerfacecolor=WHITE if includes else DARK_BLUE, markeredgewidth=1.1, linestyle="none",
        )  # fmt: skip
