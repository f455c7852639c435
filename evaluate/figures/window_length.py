"""The same question over every length of the window after: whether the length that was chosen decides the answer."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.errors import DesignError
from evaluate.figures.axes import ratio_axis_upright, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, ORANGE, WHITE
from evaluate.figures.words import alt_text, caption_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDED: Final = ("length", "claimed", "rate_ratio", "lower", "upper", "finding")
WORDS: Final = {
    "reduction": "show a clear reduction",
    "rise": "show a clear rise",
    "either": "include no change",
}


def window_length_data(check: CheckResult) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    check : CheckResult
        Of ``WindowSensitivity``.

    Returns
    -------
    pandas.DataFrame
        The lengths that could be fitted: ``length`` (periods), ``claimed``, ``rate_ratio``, ``lower``, ``upper`` and
        ``finding``.

    Raises
    ------
    DesignError
        If the check is another one, or could not be made.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1))
    >>> check = ev.WindowSensitivity(lengths=range(3, 13)).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> window_length_data(check)["length"].tolist()
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]
    """
    table = check.table
    missing = [column for column in NEEDED if column not in table]
    if missing:
        raise DesignError(
            f'plot_window_length draws the table of the window length check; that of "{check.name}" has no '
            f'{", ".join(missing)}. Pass checks["window length"].'
        )
    return table[list(NEEDED)].dropna(subset=["rate_ratio"]).reset_index(drop=True)


def window_length_bundle(
    check: CheckResult, *, source: str = "", period: str = "period", name: str = "window_length"
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    check : CheckResult
        Of ``WindowSensitivity``.
    source : str
        Where the counts come from (``words.source_line``), which a check does not know.
    period : str
        What a length is counted in, such as "month".
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = window_length_data(check)
    claimed = data[data["claimed"].astype(bool)].iloc[0]
    same = int((data["finding"] == claimed["finding"]).sum())
    finding = f"{same} of {len(data)} window lengths {WORDS[claimed['finding']]}"
    effect = str(check.facts.get("operation", ""))
    reading = (
        f"Marks: rate ratio after {effect or 'the operation'} by length of the window, with intervals; an open mark's "
        f"includes 1, no change. Diamond: the plan's window, {claimed['length']} {period}s. The windows share their "
        "counts, so this describes and is no test."
    )
    low, high = data["rate_ratio"].min(), data["rate_ratio"].max()
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Dot plot with intervals",
            f"rate ratios from {low:.2f} to {high:.2f} for windows of {data['length'].min()} to "
            f"{data['length'].max()} {period}s; {claimed['rate_ratio']:.2f} for the plan's {claimed['length']}",
            finding,
        ),
        caption=caption_of(source, reading).strip(),
        data=data,
        draw=lambda ax: _draw(ax, data),
        measure=f"Rate ratio by length of the window after, in {period}s (1 is no change)",
        height=0.85,
    )


def plot_window_length(check: CheckResult, *, ax: Axes | None = None) -> Axes:
    """Draw the estimate over every length of the window after.

    Parameters
    ----------
    check : CheckResult
        Of ``WindowSensitivity``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1))
    >>> check = ev.WindowSensitivity(lengths=range(3, 13)).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> ax = ev.plot_window_length(check)
    >>> ax.get_yscale()
    'log'
    """
    return plot(window_length_bundle(check), ax)


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    values = data[["rate_ratio", "lower", "upper"]].to_numpy(dtype=float)
    ratio_axis_upright(ax, float(np.nanmin(values)), float(np.nanmax(values)))
    bottom, top = ax.get_ylim()
    size = type_size() * 0.55
    for row in data.to_dict("records"):
        at, includes = row["length"], isnan(row["lower"]) or row["lower"] <= 1 <= row["upper"]
        if not isnan(row["lower"]):
            ends = np.clip([row["lower"], row["upper"]], bottom, top)
            ax.plot([at, at], ends, color=DARK_BLUE, solid_capstyle="butt")
        if row["claimed"]:
            ax.plot(
                at, row["rate_ratio"], marker="D", markersize=size * 1.3, color=ORANGE, zorder=4, linestyle="none",
                markeredgecolor=DARK_GREY, markeredgewidth=0.7,
            )  # fmt: skip
            continue
        ax.plot(
            at, row["rate_ratio"], marker="o", markersize=size, color=DARK_BLUE, zorder=3, linestyle="none",
            markerfacecolor=WHITE if includes else DARK_BLUE, markeredgewidth=1.1,
        )  # fmt: skip
    lengths = data["length"].tolist()
    ax.set_xticks(lengths if len(lengths) <= 14 else lengths[:: -(-len(lengths) // 12)])
    ax.set_xlim(min(lengths) - 0.6, max(lengths) + 0.6)
