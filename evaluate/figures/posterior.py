"""How the probability is spread over sizes of change, with the size claimed marked."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluate.claims.claim import Claim
from evaluate.claims.gather import claimed_window
from evaluate.claims.wording import percent
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import FitError
from evaluate.figures.axes import type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE, PALE_GREY
from evaluate.figures.words import alt_text, caption_of, main_effect, source_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGES = np.round(np.arange(0.0, 2.0001, 0.05), 2)
"""Edges of the bars, as rate ratios; what lies beyond 2 is in the last one."""

SIZES = ((0.5, "half or more"), (0.75, "a quarter or more"), (0.9, "a tenth or more"))
BEYOND = 2.05


def posterior_data(result: Result, *, claim: Claim | None = None) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    result : Result
        A fit.
    claim : Claim, optional
        Chooses the effect; the first operation's "after" otherwise.

    Returns
    -------
    pandas.DataFrame
        One row a bar: ``lower`` and ``upper`` (rate ratios; the last one is open above) and ``probability``.

    Raises
    ------
    FitError
        If the method gives no distribution.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> float(posterior_data(ev.BeforeAfter().fit(design, seed=1))["probability"].sum().round(6))
    1.0
    """
    effect = _effect(result, claim)
    if effect.ratio is None:
        raise FitError(
            f"The {result.estimator.name} gives no distribution of the rate ratio, so there is none to draw. "
            "Use an estimator that does, such as StructuralModel."
        )
    below = np.array([0.0, *(effect.ratio.probability_at_most(float(edge)) for edge in EDGES[1:]), 1.0])
    return pd.DataFrame({"lower": EDGES, "upper": [*EDGES[1:], np.inf], "probability": np.diff(below)})


def _effect(result: Result, claim: Claim | None) -> Effect:
    return main_effect(result) if claim is None else result.effect(*claimed_window(claim, result).key)


def posterior_bundle(result: Result, *, claim: Claim | None = None, name: str = "posterior") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    result : Result
        A fit.
    claim : Claim, optional
        What was claimed: marked.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = posterior_data(result, claim=claim)
    effect = _effect(result, claim)
    design = result.design
    claimed = claim.ratio if claim is not None and claim.size else float("nan")
    sizes = {word: effect.probability_of_reduction(1 - ratio) for ratio, word in SIZES}
    if not isnan(claimed):
        down = claim is not None and claim.direction == "reduction"
        below = effect.probability_of_reduction(1 - claimed)
        shown = percent(below if down else 1 - below)
        title = title_of(f"Probability of the claim or more: {shown}")
    else:
        title = title_of(f"Probability of any reduction: {percent(effect.p_reduction)}")
    where = f"{effect.operation}, {effect.window}"
    reading = (
        f"Bars: probability of each rate ratio of {design.outcome} ({where}), 0.05 wide; they add up to 100%. Above: "
        "the probability of a fall of at least that size."
    )
    message = f"Probability of a reduction of any size {percent(effect.p_reduction)}, " + ", ".join(
        f"of {word} {percent(value)}" for word, value in sizes.items()
    )
    if not isnan(claimed):
        message += f"; the rate ratio claimed, {claimed:.2f}, is marked"
    return Bundle(
        name=name,
        title=title,
        alt=alt_text(
            "Bar chart", f"the probability of each rate ratio of {design.outcome}, {where}", message
        ),
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=lambda ax: _draw(ax, data, effect, claimed),
        measure="Probability of each rate ratio (1 is no change)",
    )


def plot_posterior(result: Result, *, claim: Claim | None = None, ax: Axes | None = None) -> Axes:
    """Draw how the probability is spread over sizes of change.

    Parameters
    ----------
    result : Result
        A fit.
    claim : Claim, optional
        What was claimed: marked, and it chooses the effect.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> ax = ev.plot_posterior(ev.BeforeAfter().fit(design, seed=1))
    """
    return plot(posterior_bundle(result, claim=claim), ax)


def _draw(ax: Axes, data: pd.DataFrame, effect: Effect, claimed: float) -> None:
    left = data["lower"].to_numpy(dtype=float)
    high = data["probability"].to_numpy(dtype=float)
    ax.bar(left, high, width=0.05, align="edge", color=DARK_BLUE, edgecolor="white", linewidth=0.4)
    used = np.flatnonzero(high > 0.0005)
    first, last = min(left[used[0]], 0.4), max(left[used[-1]] + 0.05, 1.2)
    ax.set_xlim(max(first - 0.05, 0.0), last)
    top = high.max()
    ax.set_ylim(0.0, top * 1.42)
    ax.axvline(1.0, ymax=0.74, color=GREY, linewidth=0.9)
    ticks = [tick for tick in np.round(np.arange(0.0, BEYOND, 0.25), 2) if ax.get_xlim()[0] <= tick <= last]
    ax.set_xticks(ticks, [f"{tick:g}{' or more' if tick >= EDGES[-1] else ''}" for tick in ticks])
    step = 0.05 if top < 0.3 else 0.1 if top < 0.6 else 0.25
    shown = np.arange(0.0, top * 1.001, step)
    ax.set_yticks(shown, [f"{100 * value:.0f}%" for value in shown])
    ax.grid(axis="y", color=PALE_GREY, linewidth=0.7)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    points = type_size() * 0.92
    for row, (ratio, word) in enumerate(SIZES):
        height = top * (1.36 - 0.105 * row)
        arrow = {"arrowstyle": "->", "color": DARK_GREY, "lw": 0.7}
        ax.annotate("", (ax.get_xlim()[0], height), (ratio, height), arrowprops=arrow)
        ax.plot([ratio, ratio], [0, height], color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
        chance = percent(effect.probability_of_reduction(1 - ratio))
        ax.text(ratio + 0.012, height, f"{word}: {chance}", va="center", fontsize=points)
    if not isnan(claimed):
        ax.plot(
            claimed, 0, marker="D", color=ORANGE, markeredgecolor=DARK_GREY, markeredgewidth=0.7, clip_on=False,
            zorder=6, markersize=type_size() * 0.75,
        )  # fmt: skip
        ax.annotate(
            f"claimed: {claimed:.2f}", (claimed, 0), xytext=(0, points * 1.1), textcoords="offset points",
            ha="center", fontsize=points, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, zorder=5,
        )  # fmt: skip
