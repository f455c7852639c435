"""Recorded counts against those expected without the operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluate.claims.claim import Claim
from evaluate.claims.gather import claimed_window
from evaluate.effects.result import Result
from evaluate.figures.axes import (
    bounds,
    count_axis,
    date_axis,
    label_ends,
    middles,
    shade,
    spans_of,
)
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, ORANGE, ORANGE_EDGE, ORANGE_PALE, ORANGE_TINT
from evaluate.figures.words import (
    a_period,
    adjective,
    alt_text,
    areas_text,
    caption_of,
    main_effect,
    months,
    place_of,
    sentence_case,
    source_line,
    title_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RANGES = {
    "below": "below the expected range",
    "inside": "inside the expected range",
    "above": "above the expected range",
}


def counterfactual_data(result: Result) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    result : Result
        A fit.

    Returns
    -------
    pandas.DataFrame
        One row a period: ``period`` (text), ``observed``, ``expected``, ``expected_lower``, ``expected_upper``,
        ``predicted_lower``, ``predicted_upper`` and ``window`` (before, spike, or operation and window).

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> counterfactual_data(ev.BeforeAfter().fit(design, seed=1))["window"].unique().tolist()
    ['before', 'operation, during', 'operation, after']
    """
    table = result.counterfactual
    periods = pd.PeriodIndex(table.index)
    names = np.full(len(table), "before", dtype=object)
    names[np.asarray(periods.isin(result.design.trigger_periods))] = "spike"
    for window in result.design.windows:
        names[np.asarray(periods.isin(window.periods))] = f"{window.operation}, {window.name}"
    data = table.reset_index(drop=True)
    data.insert(0, "period", [str(period) for period in periods])
    return data.assign(window=names)


def counterfactual_bundle(
    result: Result, *, claim: Claim | None = None, name: str = "counterfactual"
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    result : Result
        A fit.
    claim : Claim, optional
        Chooses the window the title speaks of; the first operation's "after" otherwise.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    design = result.design
    effect = main_effect(result) if claim is None else result.effect(*claimed_window(claim, result).key)
    place = place_of(effect)
    finding = RANGES.get(place, "")
    outcome, area = design.outcome, areas_text(design)
    when = f"after {effect.operation}" if effect.window == "after" else f"during {effect.operation}"
    title = (
        title_of(f"{outcome} in {area} {when}", "Recorded and expected counts")
        if not finding
        else title_of(f"{outcome} {when} was {finding}", f"{outcome} was {finding}", f"Counts were {finding}")
    )
    controls = len(design.control)
    bands = result.counterfactual[["predicted_lower", "expected_lower"]].notna().any()
    reading = f"Solid line with dots: {outcome} recorded in {area}. Dashed: expected without the operation"
    reading += f" (method: {result.estimator.name})."
    if bands["expected_lower"]:
        reading += " Darker band: 95% interval of what was expected."
    if bands["predicted_lower"]:
        reading += " Lighter band: where 95% of recorded counts would lie."
    message = (
        f"Over the window {when}, {effect.observed:,.0f} were recorded and {effect.expected:,.0f} expected"
        f"{f', {finding}' if finding else ''}"
    )
    if np.isnan(effect.observed):
        message = "The counts are too small to be published"
    alt = alt_text(
        "Line chart",
        f"{adjective(design.periods)} {outcome} in {area}, recorded and expected, {months(design.periods)}"
        f"{f', with {controls} comparison areas' if controls else ''}",
        message,
    )
    data = counterfactual_data(result)
    return Bundle(
        name=name,
        title=title,
        alt=alt,
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=lambda ax: _draw(ax, result, data),
        measure=f"{sentence_case(design.outcome)} {a_period(design.periods)}",
    )


def plot_counterfactual(result: Result, *, ax: Axes | None = None) -> Axes:
    """Draw recorded counts against those expected without the operation.

    Parameters
    ----------
    result : Result
        A fit.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> ax = ev.plot_counterfactual(ev.BeforeAfter().fit(design, seed=1))
    >>> len(ax.lines)
    2
    """
    return plot(counterfactual_bundle(result), ax)


def _draw(ax: Axes, result: Result, data: pd.DataFrame) -> None:
    periods = pd.PeriodIndex(result.counterfactual.index)
    at = middles(periods)
    if data["predicted_lower"].notna().any():
        low, high = data["predicted_lower"], data["predicted_upper"]
        ax.fill_between(at, low, high, facecolor=ORANGE_PALE, edgecolor=ORANGE_EDGE, linewidth=0.4)
    if data["expected_lower"].notna().any():
        ax.fill_between(
            at, data["expected_lower"], data["expected_upper"], facecolor=ORANGE_TINT, linewidth=0
        )
    ax.plot(at, data["expected"], color=ORANGE, linestyle=(0, (4, 1.6)))
    ax.plot(at, data["observed"], color=DARK_BLUE, marker="o", markeredgewidth=0)
    starts, ends = bounds(periods)
    date_axis(ax, starts[0], ends[-1])
    room = shade(ax, spans_of(result.design))
    most = float(
        np.nanmax(data[["observed", "predicted_upper", "expected_upper", "expected"]].to_numpy(dtype=float))
    )
    count_axis(ax, most, room=room)
    known = data[data["observed"].notna()]
    labels = [(float(data["expected"].iloc[-1]), "Expected", DARK_GREY)]
    if len(known):
        labels.append((float(known["observed"].iloc[-1]), "Recorded", DARK_BLUE))
    label_ends(ax, labels)
