"""Where a method holds and where it fails: its measured error rate in every kind of simulated panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from evaluate.checks.measured import HIGHEST, LOWEST, rate_interval
from evaluate.errors import DesignError, did_you_mean
from evaluate.figures.axes import type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE, PALE_GREY, PLUM, SPAN_GREY
from evaluate.figures.words import alt_text, caption_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATES: Final = {
    "false_positive_rate": ("false-positive rate", LOWEST, HIGHEST),
    "coverage": ("coverage at a fall of 30%", 0.93, 0.97),
}
"""Rate to its name and the band in which a method holds."""

SIMULATED: Final = "Simulated data, not recorded crime."
MARKS: Final = (("o", DARK_BLUE), ("s", ORANGE), ("^", PLUM), ("D", GREY))


def calibration_data(table: pd.DataFrame, *, rate: str = "false_positive_rate") -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    table : pandas.DataFrame
        Of ``evaluate calibrate``, or ``evaluate.checks.measured.published()``.
    rate : {"false_positive_rate", "coverage"}
        Which rate.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``estimator``, ``panels``, ``rate``, ``lower`` and ``upper`` (95% interval of the rate), ``holds``
        (True where the interval and the band meet).

    Raises
    ------
    DesignError
        If the rate is neither of these.

    Examples
    --------
    >>> from evaluate.checks.measured import published
    >>> data = calibration_data(published())
    >>> bool((data["lower"] <= data["rate"]).all())
    True
    """
    if rate not in RATES:
        raise DesignError(f'rate is "{rate}". {did_you_mean(rate, RATES)}')
    known = table[table[rate].notna()]
    ends = [rate_interval(one, n) for one, n in zip(known[rate], known["panels"], strict=True)]
    lower, upper = np.array(ends).reshape(-1, 2).T
    _, low, high = RATES[rate]
    return pd.DataFrame(
        {
            "name": known["name"].to_numpy(),
            "estimator": known["estimator"].to_numpy(),
            "panels": known["panels"].to_numpy(),
            "rate": known[rate].to_numpy(),
            "lower": np.minimum(lower, known[rate]),
            "upper": np.maximum(upper, known[rate]),
            "holds": (lower <= high) & (upper >= low),
        }
    )


def calibration_bundle(
    table: pd.DataFrame, *, rate: str = "false_positive_rate", source: str = SIMULATED
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    table : pandas.DataFrame
        As for ``calibration_data``.
    rate : {"false_positive_rate", "coverage"}
        Which rate.
    source : str
        Where the panels come from.

    Returns
    -------
    Bundle
    """
    data = calibration_data(table, rate=rate)
    name, low, high = RATES[rate]
    first = data[data["estimator"] == data["estimator"].iloc[0]] if len(data) else data
    finding = (
        f"{int(first['holds'].sum())} of {len(first)} kinds of panel agree with {100 * low:.0f}–{high:.0%}"
    )
    methods = list(dict.fromkeys(data["estimator"]))
    reading = (
        f"Each row is a kind of simulated panel. Marks: measured {name}; lines: its 95% interval, by the number of "
        f"panels. Shaded: {low:.0%} to {high:.0%}. Open marks: the interval lies wholly outside. The title counts the "
        f"{methods[0] if methods else 'method'}."
    )
    return Bundle(
        name=f"calibration_{rate}",
        title=title_of(finding),
        alt=alt_text(
            "Dot plot with intervals", f"the {name} of {', '.join(methods)} by kind of panel", f"{finding}."
        ),
        caption=caption_of(source, reading),
        data=data,
        draw=lambda ax: _draw(ax, data, low, high),
        measure=f"{name[0].upper()}{name[1:]} (per cent)",
        height=0.45 + 0.052 * max(1, data["name"].nunique()),
    )


def plot_calibration(
    table: pd.DataFrame, *, rate: str = "false_positive_rate", ax: Axes | None = None
) -> Axes:
    """Draw where a method holds and where it fails.

    Parameters
    ----------
    table : pandas.DataFrame
        As for ``calibration_data``.
    rate : {"false_positive_rate", "coverage"}
        Which rate.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from evaluate.checks.measured import published
    >>> axes = plot_calibration(published())
    """
    return plot(calibration_bundle(table, rate=rate), ax)


def _draw(ax: Axes, data: pd.DataFrame, low: float, high: float) -> None:
    names, methods = list(dict.fromkeys(data["name"])), list(dict.fromkeys(data["estimator"]))
    rows = {name: len(names) - 1 - at for at, name in enumerate(names)}
    ax.axvspan(100 * low, 100 * high, color=SPAN_GREY, alpha=0.6, linewidth=0, zorder=0)
    for at, method in enumerate(methods):
        mark, colour = MARKS[at % len(MARKS)]
        shift = 0.0 if len(methods) == 1 else 0.5 * (0.5 - at / (len(methods) - 1))
        for row in data[data["estimator"] == method].itertuples():
            y = rows[str(row.name)] + shift
            ax.plot([100 * row.lower, 100 * row.upper], [y, y], color=colour, linewidth=0.9, zorder=1)
            ax.plot(
                100 * row.rate, y, marker=mark, color=colour, markersize=type_size() * 0.45,
                markerfacecolor=colour if row.holds else "white", markeredgewidth=0.9, zorder=2, clip_on=False,
            )  # fmt: skip
        ax.plot([], [], marker=mark, color=colour, linestyle="none", label=method)
    if low < 0.5:  # small rates are what matters: a root scale gives them room
        ax.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0)), np.square))
        most = max(10.0, 100 * float(data["upper"].max()))
        ticks = [tick for tick in (0, 1, 3, 5, 7, 10, 20, 30, 50, 75, 100) if tick <= most * 1.02]
        ax.set_xlim(0, most * 1.02)
        ax.set_xticks(ticks, [str(tick) for tick in ticks])
    else:
        ax.set_xlim(min(85.0, 100 * float(data["lower"].min())) - 1, 100.5)
    ax.set_ylim(-0.8, len(names) - 0.2)
    ax.set_yticks(list(rows.values()), names)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=PALE_GREY, linewidth=0.5)
    ax.spines["left"].set_visible(False)
    if len(methods) > 1:
        ax.legend(
            frameon=False, labelcolor=DARK_GREY, loc="upper right" if low < 0.5 else "upper left",
            facecolor="white", fontsize=type_size() * 0.9,
        )  # fmt: skip
