"""Counts recorded less counts expected, added up from the first operation on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluate.checks.wording import signed
from evaluate.effects.result import Result
from evaluate.figures.axes import bounds, count_axis, date_axis, label_ends, shade, spans_of
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, GREY, ORANGE_EDGE, ORANGE_PALE
from evaluate.figures.words import (
    alt_text,
    areas_text,
    caption_of,
    period_text,
    sentence_case,
    source_line,
    title_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVEL = 0.95


def cumulative_data(result: Result) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    result : Result
        A fit. The range of chance comes from its draws: whole paths of counts are added up, path by path, so that
        what one month has in common with the next is kept. Without draws there is none.

    Returns
    -------
    pandas.DataFrame
        One row a period from the first operation on: ``period`` (text), ``recorded_less_expected`` (added up),
        ``lower`` and ``upper``, between which 95% of sums would lie had nothing been done.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> len(cumulative_data(ev.BeforeAfter().fit(design, seed=1)))
    15
    """
    table = result.counterfactual
    periods = pd.PeriodIndex(table.index)
    first = result.design.windows[0].periods[0]
    inside = np.asarray(periods >= first)
    observed = table["observed"].to_numpy(dtype=float)
    known = ~np.isnan(observed)
    expected = np.where(known, table["expected"].to_numpy(dtype=float), 0.0)
    difference = np.where(known, observed, 0.0) - expected
    data = pd.DataFrame(
        {
            "period": [str(period) for period in periods[inside]],
            "recorded_less_expected": np.cumsum(difference[inside]),
            "lower": np.nan,
            "upper": np.nan,
        }
    )
    paths = _paths(result, periods)
    if paths is not None:
        sums = np.cumsum(np.where(known, paths, 0.0)[:, inside] - expected[inside], axis=1)
        data["lower"], data["upper"] = np.quantile(sums, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return data


def _paths(result: Result, periods: pd.PeriodIndex) -> np.ndarray | None:
    """Counts that could have been recorded without any operation, shape (draws, periods); None without draws."""
    if result.draws is None or "posterior_predictive" not in result.draws.children:
        return None
    counts = result.draws["posterior_predictive"]["count"]
    ordered = counts.sel(period=[str(period) for period in periods]).transpose("chain", "draw", "period")
    return np.asarray(ordered.values, dtype=float).reshape(-1, len(periods))


def cumulative_bundle(result: Result, *, name: str = "cumulative") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    result : Result
        A fit.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = cumulative_data(result)
    design = result.design
    last = data.iloc[-1]
    total = last["recorded_less_expected"]
    by = period_text(design.periods[-1])
    amount = f"{abs(total):,.0f} {'fewer' if total < 0 else 'more'} than expected by {by}"
    banded = not np.isnan(last["lower"])
    if not banded:
        title = title_of(f"{amount}, range of chance not known", amount)
        message = f"{amount}; this method gives no range"
    elif last["lower"] <= total <= last["upper"]:
        title = title_of(f"The total by {by} was inside the expected range")
        message = f"{amount}, inside the range from {signed(last['lower'])} to {signed(last['upper'])}"
    else:
        title = title_of(f"{amount}, outside the expected range", amount)
        message = f"{amount}, outside the range from {signed(last['lower'])} to {signed(last['upper'])}"
    reading = f"Line: {design.outcome} recorded less expected in {areas_text(design)}, added up."
    if banded:
        reading += " Band: where 95% of such sums would lie had nothing been done."
    return Bundle(
        name=name,
        title=title,
        alt=alt_text(
            "Line chart",
            f"{design.outcome} in {areas_text(design)} less what was expected, added up",
            message,
        ),
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=lambda ax: _draw(ax, result, data),
        measure=f"{sentence_case(design.outcome)}: recorded less expected, added up",
    )


def plot_cumulative(result: Result, *, ax: Axes | None = None) -> Axes:
    """Draw counts recorded less counts expected, added up from the first operation on.

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
    >>> ax = ev.plot_cumulative(ev.BeforeAfter().fit(design, seed=1))
    """
    return plot(cumulative_bundle(result), ax)


def _draw(ax: Axes, result: Result, data: pd.DataFrame) -> None:
    periods = pd.PeriodIndex(result.counterfactual.index)[-len(data) :]
    starts, ends = bounds(periods)
    at = np.concatenate([starts[:1], ends])

    def from_nought(column: str) -> np.ndarray:
        return np.concatenate([[0.0], data[column].to_numpy(dtype=float)])

    if data["lower"].notna().any():
        ax.fill_between(
            at,
            from_nought("lower"),
            from_nought("upper"),
            facecolor=ORANGE_PALE,
            edgecolor=ORANGE_EDGE,
            linewidth=0.4,
        )
    ax.axhline(0.0, color=GREY, linewidth=0.9)
    ax.plot(at, from_nought("recorded_less_expected"), color=DARK_BLUE)
    ax.plot(
        at[1:],
        data["recorded_less_expected"],
        color=DARK_BLUE,
        marker="o",
        markeredgewidth=0,
        linestyle="none",
    )
    date_axis(ax, starts[0], ends[-1])
    spans = [span for span in spans_of(result.design) if span.end > starts[0]]
    room = shade(ax, spans)
    values = data[["recorded_less_expected", "lower", "upper"]].to_numpy(dtype=float)
    count_axis(ax, max(float(np.nanmax(values)), 0.0), room=room, least=float(np.nanmin(values)))
    last = float(data["recorded_less_expected"].iloc[-1])
    label_ends(ax, [(last, signed(last), DARK_BLUE)])
