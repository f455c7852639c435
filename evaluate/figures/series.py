"""The counts themselves: the treated area, and the comparison areas brought to its level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.design.window import Window
from evaluate.figures.axes import bounds, count_axis, date_axis, label_ends, middles, shade, spans_of
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY
from evaluate.figures.words import (
    SMALL_COUNT,
    a_period,
    adjective,
    alt_text,
    areas_text,
    caption_of,
    change_text,
    months,
    sentence_case,
    source_line,
    title_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def series_data(design: Design) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    design : Design
        Who, where and when.

    Returns
    -------
    pandas.DataFrame
        One row a period: ``period`` (text), ``treated`` (count), ``controls`` (count of the control areas without a
        missing count, together) and ``controls_scaled`` (the same, brought to the treated areas' level before the
        operation).

    Examples
    --------
    >>> import evaluate as ev
    >>> series_data(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))).columns.tolist()
    ['period', 'treated', 'controls', 'controls_scaled']
    """
    treated, controls = design.treated_counts, _controls(design)
    both = design.baseline & ~np.isnan(treated) & ~np.isnan(controls)
    level = controls[both].sum()
    scale = treated[both].sum() / level if level > 0 else np.nan
    return pd.DataFrame(
        {
            "period": [str(period) for period in design.periods],
            "treated": treated,
            "controls": controls,
            "controls_scaled": controls * scale,
        }
    )


def series_bundle(design: Design, *, name: str = "series") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    design : Design
        Who, where and when.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = series_data(design)
    window = next((one for one in design.windows if one.name == "after"), design.windows[0])
    area, controls = areas_text(design), len(design.control)
    treated = _change(design, design.treated_counts, window)
    compared = _change(design, _controls(design), window) if controls else ""
    when = f"{window.name} {window.operation}"
    plain = title_of(
        f"{design.outcome} in {area} and {controls} comparison areas",
        f"{design.outcome} in {area}",
        "The counts",
    )
    title = plain
    if treated and compared:
        title = title_of(f"{area} {treated}, comparison areas {compared} {when}", plain)
    elif treated:
        title = title_of(f"{area} {treated} {when}", plain)
    reading = f"Solid line with dots: {design.outcome} recorded in {area}."
    if controls:
        reading += (
            f" Dashed: {controls} comparison areas together, brought to the same level before the operation."
        )
    if treated:
        reading += (
            f" The changes in the title are daily rates {when} against before, with nothing allowed for."
        )
    message = f"From before to {when}: {area} {treated}" if treated else f"Counts in {area} are small"
    if treated and compared:
        message += f", comparison areas {compared}"
    return Bundle(
        name=name,
        title=title,
        alt=alt_text(
            "Line chart",
            f"{adjective(design.periods)} {design.outcome} in {area}"
            f"{f' and in {controls} comparison areas' if controls else ''}, {months(design.periods)}",
            message,
        ),
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=lambda ax: _draw(ax, design, data),
        measure=f"{sentence_case(design.outcome)} {a_period(design.periods)}",
    )


def plot_series(design: Design, *, ax: Axes | None = None) -> Axes:
    """Draw the treated areas' counts, and the control areas' brought to their level.

    Parameters
    ----------
    design : Design
        Who, where and when.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> ax = ev.plot_series(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1)))
    >>> len(ax.lines)
    2
    """
    return plot(series_bundle(design), ax)


def _controls(design: Design) -> np.ndarray:
    """Counts of the control areas without a missing count, together; NaN where there are none."""
    counts = design.control_counts
    complete = counts[~np.isnan(counts).any(axis=1)]
    return complete.sum(axis=0) if len(complete) else np.full(len(design.periods), np.nan)


def _change(design: Design, counts: np.ndarray, window: Window) -> str:
    """Change of the daily rate from the baseline to a window, as a percentage; empty where counts are small."""
    known = ~np.isnan(counts)
    inside = np.asarray(design.periods.isin(window.periods)) & known
    before = design.baseline & known
    days = design.exposure_days
    if not (inside.any() and before.any() and counts[before].sum() > 0):
        return ""
    expected = counts[before].sum() / days[before].sum() * days[inside].sum()
    enough = min(expected, counts[before].sum()) >= SMALL_COUNT
    return change_text(counts[inside].sum() / expected, expected=expected) if enough else ""


def _draw(ax: Axes, design: Design, data: pd.DataFrame) -> None:
    at = middles(design.periods)
    starts, ends = bounds(design.periods)
    ax.plot(at, data["controls_scaled"], color=GREY, linestyle=(0, (4, 1.6)))
    ax.plot(at, data["treated"], color=DARK_BLUE, marker="o", markeredgewidth=0)
    date_axis(ax, starts[0], ends[-1])
    room = shade(ax, spans_of(design))
    values = data[["treated", "controls_scaled"]].to_numpy(dtype=float)
    count_axis(ax, float(np.nanmax(values)) if np.isfinite(values).any() else 1.0, room=room)
    names = [("treated", areas_text(design), DARK_BLUE), ("controls_scaled", "Comparison", DARK_GREY)]
    labels = []
    for column, name, colour in names:
        known = data[column].dropna()
        if len(known):
            labels.append((float(known.iloc[-1]), name, colour))
    label_ends(ax, labels)
