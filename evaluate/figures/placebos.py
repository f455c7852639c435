"""The treated area among untreated ones that were treated as if the operation had taken place there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.errors import DesignError
from evaluate.figures.axes import size_in_points, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE
from evaluate.figures.words import alt_text, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDED = ("kind", "label", "statistic")
TREATED = "treated"
GROUPS = {"untreated area": "untreated\nareas", "after a spike as high": "after a spike\nas high"}


def placebos_data(check: CheckResult) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    check : CheckResult
        Of ``PlaceboInSpace``.

    Returns
    -------
    pandas.DataFrame
        One row an area, the treated one first: ``kind``, ``label``, ``rate_ratio``, ``statistic`` (log rate ratio over
        its standard error) and ``as_strong`` (True where it is at least as far from nought as the treated area's).

    Raises
    ------
    DesignError
        If the check is another one.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=24, periods=60, seed=1))
    >>> check = ev.PlaceboInSpace().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> placebos_data(check)["kind"].value_counts().to_dict()
    {'untreated area': 23, 'treated': 1}
    """
    missing = [column for column in NEEDED if column not in check.table]
    if missing or TREATED not in set(check.table["kind"]):
        raise DesignError(
            f'plot_placebos draws the check "placebo in space"; this one is "{check.name}" and its table has no '
            f'column {", ".join(missing) or "kind with a treated row"}. Pass checks["placebo in space"].'
        )
    columns = [column for column in ("kind", "label", "rate_ratio", "statistic") if column in check.table]
    data = check.table[columns].reset_index(drop=True)
    treated = abs(float(data.loc[data["kind"] == TREATED, "statistic"].iloc[0]))
    return data.assign(as_strong=data["statistic"].abs() >= treated)


def placebos_bundle(check: CheckResult, *, source: str = "", name: str = "placebos") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    check : CheckResult
        Of ``PlaceboInSpace``.
    source : str
        Where the counts come from (``words.source_line``), which a check does not know.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = placebos_data(check)
    kinds = [kind for kind in dict.fromkeys(data["kind"]) if kind != TREATED]
    first = data[data["kind"] == kinds[0]] if kinds else data.iloc[:0]
    strong, n = int(first["as_strong"].sum()), len(first)
    finding = f"{strong} of {n} untreated areas showed as strong an effect"
    effect = ", ".join(str(check.facts[key]) for key in ("operation", "window") if key in check.facts)
    reading = (
        f"Each dot is an area treated as if the operation had been there{f' ({effect})' if effect else ''}: its log "
        "rate ratio over its standard error. Filled dots are at least as far from 0 as the treated area (diamond)."
    )
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Dot plot", f"the strength of effect in {n} untreated areas and in the treated one", finding
        ),
        caption=" ".join(part for part in (source if source.startswith("Simulated") else "", reading) if part)
        + ("" if source.startswith("Simulated") or not source else f" {source}"),
        data=data,
        draw=lambda ax: _draw(ax, data, kinds),
        measure="Strength of effect: fewer than expected on the left, more on the right",
        height=0.78 if len(kinds) < 2 else 0.95,
    )


def plot_placebos(check: CheckResult, *, ax: Axes | None = None) -> Axes:
    """Draw the treated area among untreated ones.

    Parameters
    ----------
    check : CheckResult
        Of ``PlaceboInSpace``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=24, periods=60, seed=1))
    >>> check = ev.PlaceboInSpace().run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> ax = ev.plot_placebos(check)
    """
    return plot(placebos_bundle(check), ax)


def _draw(ax: Axes, data: pd.DataFrame, kinds: list[str]) -> None:
    treated = data[data["kind"] == TREATED].iloc[0]
    where = float(treated["statistic"])
    reach = max(2.5, float(data["statistic"].abs().max())) * 1.08
    ax.set_xlim(-reach, reach)
    size = type_size() * 0.55
    dots_across = size_in_points(ax)[0] * 0.8 / (size * 1.15)
    step = 2 * reach / dots_across
    heights = []
    bottom = 0.0
    for kind in kinds:
        group = data[data["kind"] == kind]
        at, level = stacked(group["statistic"].to_numpy(dtype=float), step)
        filled = group["as_strong"].to_numpy(dtype=bool)[
            np.argsort(group["statistic"].to_numpy(), kind="stable")
        ]
        for mask, face in ((~filled, "white"), (filled, DARK_BLUE)):
            ax.plot(
                at[mask], bottom + level[mask], marker="o", linestyle="none", markersize=size, color=DARK_BLUE,
                markerfacecolor=face, markeredgewidth=0.8,
            )  # fmt: skip
        heights.append(bottom)
        bottom += max(level.max() if len(level) else 0.0, 1.0) + 3.0
    ax.set_ylim(-1.2, bottom + 1.2)
    ax.axvline(0.0, color=GREY, linewidth=0.9, zorder=0.5)
    ax.plot(
        [where, where],
        [-1.2, bottom - 0.6],
        color=DARK_GREY,
        linewidth=0.8,
        linestyle=(0, (3, 2)),
        zorder=0.6,
    )
    ax.plot(where, bottom - 0.6, marker="D", color=ORANGE, markeredgecolor=DARK_GREY, markersize=size * 1.25)
    side = -1 if where > 0 else 1
    ax.annotate(
        str(treated["label"]), (where, bottom - 0.6), xytext=(side * size * 1.4, 0), textcoords="offset points",
        va="center", ha="left" if side > 0 else "right", fontweight="bold",
    )  # fmt: skip
    ticks = sorted(
        {sign * tick for tick in range(0, int(reach) + 1, max(1, round(reach / 4))) for sign in (-1, 1)}
    )
    ax.set_xticks(ticks, [f"{tick}".replace("-", "−") for tick in ticks])
    several = len(kinds) > 1
    ax.set_yticks(heights if several else [], [GROUPS.get(kind, kind) for kind in kinds] if several else [])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def stacked(values: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Stack values that fall into the same bin.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,).
    step : float
        Width of a bin.

    Returns
    -------
    at, level : numpy.ndarray
        Middle of each value's bin, in ascending order, and its place in the stack from 0.

    Examples
    --------
    >>> import numpy as np
    >>> at, level = stacked(np.array([0.1, 0.2, 1.4]), 1.0)
    >>> level
    array([0., 1., 0.])
    """
    bins = np.floor(np.sort(values, kind="stable") / step).astype(int)
    level = np.array([np.sum(bins[:at] == one) for at, one in enumerate(bins)], dtype=float)
    return (bins + 0.5) * step, level
