"""What a synthetic area is made of: the weight of each control area, or of each period before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd

from evaluate.effects.result import Result
from evaluate.errors import DesignError, did_you_mean, many
from evaluate.figures.axes import bounds, date_axis, size_in_points
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, PALE_GREY, WHITE
from evaluate.figures.words import alt_text, areas_text, caption_of, source_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Of = Literal["areas", "periods"]
KEYS: Final[dict[Of, str]] = {"areas": "area_weights", "periods": "period_weights"}
MOST_AREAS: Final = 12
"""Areas with a row of their own."""


def weights_data(result: Result, *, of: Of = "areas") -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    result : Result
        Of ``SyntheticControl``, ``SyntheticDifferenceInDifferences`` or ``RidgeAugmentedSyntheticControl``.
    of : {"areas", "periods"}
        Weights of the control areas, largest first, or of the periods before, in their order.

    Returns
    -------
    pandas.DataFrame
        ``area`` (code; "the others" for what is left beyond the twelve largest) and ``label``, or ``period``; and
        ``weight``, a share of 1.

    Raises
    ------
    DesignError
        If the method has no such weights.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.data.simulator import Process
    >>> panel = ev.simulate_panel(areas=12, periods=60, process=Process(mean=200.0), seed=3)
    >>> design = ev.simulated_design(panel)
    >>> data = weights_data(ev.SyntheticDifferenceInDifferences().fit(design, seed=1))
    >>> round(float(data["weight"].sum()), 2)
    1.0
    """
    if of not in KEYS:
        raise DesignError(f'of is "{of}". {did_you_mean(of, KEYS)}')
    weights: dict[str, float] = result.diagnostics.get(KEYS[of], {})
    if not weights:
        raise DesignError(
            f"The {result.estimator.name} gives no weights of {of}. Pass the result of a synthetic control, of a "
            "synthetic difference in differences, or of a ridge-augmented synthetic control."
        )
    if of == "periods":
        periods = [str(period) for period in result.design.periods[result.design.baseline]]
        return pd.DataFrame({"period": periods, "weight": [weights.get(period, 0.0) for period in periods]})
    ordered = sorted(weights.items(), key=lambda one: -abs(one[1]))
    alone = len(ordered) if len(ordered) == MOST_AREAS + 1 else MOST_AREAS
    rows = [(area, result.design.panel.label(area), weight) for area, weight in ordered[:alone]]
    if rest := [weight for _, weight in ordered[alone:]]:
        rows.append(("the others", f"{many(len(rest), 'other area')} together", float(np.sum(rest))))
    return pd.DataFrame(rows, columns=["area", "label", "weight"])


def weights_bundle(result: Result, *, of: Of = "areas", name: str = "weights") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    result : Result
        As in ``weights_data``.
    of : {"areas", "periods"}
        Whose weights.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data, design = weights_data(result, of=of), result.design
    below = " Hatched: below 0, where the method extrapolates." if (data["weight"] < 0).any() else ""
    kind = f"the weights of {'control areas' if of == 'areas' else 'periods before'} in the {result.estimator.name}"
    reading = (
        f"Bars: share of each control area in the synthetic {areas_text(design)} (method: {result.estimator.name}); "
        f"areas without a bar have a weight of less than a thousandth.{below}"
        if of == "areas"
        else f"Bars: share of each period before in the comparison (method: {result.estimator.name}).{below}"
    )
    finding = _finding(result, data, of)
    shown = data.sort_values("weight", ascending=False, kind="stable").head(5)
    names = shown["label"] if of == "areas" else shown["period"]
    lines = ", ".join(
        f"{label} {_share(weight)}" for label, weight in zip(names, shown["weight"], strict=True)
    )
    return Bundle(
        name=name,
        title=finding,
        alt=alt_text("Bar chart", f"{kind}; largest: {lines}", finding),
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=(lambda ax: _draw_areas(ax, data))
        if of == "areas"
        else (lambda ax: _draw_periods(ax, result, data)),
        measure=f"Weight (per cent) of {'each control area' if of == 'areas' else 'each period before'}",
        height=0.4 + 0.062 * len(data) if of == "areas" else 0.8,
    )


def plot_weights(result: Result, *, of: Of = "areas", ax: Axes | None = None) -> Axes:
    """Draw what a synthetic area is made of.

    Parameters
    ----------
    result : Result
        As in ``weights_data``.
    of : {"areas", "periods"}
        Weights of the control areas, or of the periods before.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.data.simulator import Process
    >>> panel = ev.simulate_panel(areas=12, periods=60, process=Process(mean=200.0), seed=3)
    >>> design = ev.simulated_design(panel)
    >>> result = ev.SyntheticDifferenceInDifferences().fit(design, seed=1)
    >>> ax = ev.plot_weights(result)
    >>> len(ax.patches) == len(weights_data(result))
    True
    """
    return plot(weights_bundle(result, of=of), ax)


def _finding(result: Result, data: pd.DataFrame, of: Of) -> str:
    """The title: how far the comparison hangs on few areas or periods."""
    ordered = sorted((abs(weight) for weight in result.diagnostics[KEYS[of]].values()), reverse=True)
    total = sum(ordered)
    needed = int(np.searchsorted(np.cumsum(ordered), 0.5 * total * (1 - 1e-9))) + 1
    noun = "area" if of == "areas" else "period"
    if needed == 1:
        largest = data.iloc[int(np.abs(data["weight"].to_numpy()).argmax())]
        label = largest["label"] if of == "areas" else largest["period"]
        return title_of(
            f"{label} carries {_share(ordered[0] / total)} of the weight",
            f"One {noun} carries {_share(ordered[0] / total)} of the weight",
        )
    return title_of(f"{needed} of {len(ordered)} {noun}s carry half of the weight")


def _share(weight: float) -> str:
    """Write a weight as whole per cent, with one decimal below 1.

    Examples
    --------
    >>> _share(0.31), _share(-0.05), _share(-0.004)
    ('31%', '−5%', '−0.4%')
    """
    text = f"{abs(weight):.0%}" if abs(weight) >= 0.00995 else f"{abs(weight):.1%}"
    return f"−{text}" if weight < 0 else text


def _bars(weights: pd.Series) -> dict[str, Any]:
    """How bars look: hatched and open below nought, so that the sign needs no colour."""
    return {
        "facecolor": [DARK_BLUE if weight >= 0 else WHITE for weight in weights],
        "edgecolor": DARK_BLUE,
        "hatch": ["" if weight >= 0 else "////" for weight in weights],
        "linewidth": 0.7,
    }


def _draw_areas(ax: Axes, data: pd.DataFrame) -> None:
    weights, places = 100 * data["weight"], np.arange(len(data))
    ax.barh(places, weights, height=0.66, **_bars(weights))
    for place, weight in zip(places, data["weight"], strict=True):
        ax.annotate(
            _share(weight), (100 * max(weight, 0.0), place), xytext=(4, 0), textcoords="offset points",
            va="center", ha="left", color=DARK_GREY,
        )  # fmt: skip
    ax.axvline(0.0, color=GREY, linewidth=0.9)
    room = 45.0 / size_in_points(ax)[0]  # for the number at the end of the longest bar
    ax.set_xlim(min(0.0, float(weights.min()) * 1.05), float(weights.max()) * (1 + 2 * room))
    ax.set_ylim(len(data) - 0.4, -0.6)
    ax.set_yticks(places, data["label"])
    _whole_ticks(ax, "x")
    ax.grid(axis="x", color=PALE_GREY, linewidth=0.7)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _draw_periods(ax: Axes, result: Result, data: pd.DataFrame) -> None:
    starts, ends = bounds(pd.PeriodIndex(result.design.periods[result.design.baseline]))
    weights = 100 * data["weight"]
    ax.bar((starts + ends) / 2, weights, width=0.8 * (ends - starts), **_bars(weights))
    date_axis(ax, float(starts[0]), float(ends[-1]))
    ax.axhline(0.0, color=GREY, linewidth=0.9)
    _whole_ticks(ax, "y")
    ax.grid(axis="y", color=PALE_GREY, linewidth=0.7)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _whole_ticks(ax: Axes, axis: Literal["x", "y"]) -> None:
    """Mark a few whole per cents inside an axis, and keep its ends."""
    from matplotlib.ticker import MaxNLocator

    low, high = ax.get_xlim() if axis == "x" else ax.get_ylim()
    ticks = [
        tick
        for tick in MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]).tick_values(low, high)
        if low <= tick <= high
    ]
    names = [f"{tick:.0f}".replace("-", "−") for tick in ticks]
    if axis == "x":
        ax.set_xticks(ticks, names)
        ax.set_xlim(low, high)
    else:
        ax.set_yticks(ticks, names)
        ax.set_ylim(low, high)
