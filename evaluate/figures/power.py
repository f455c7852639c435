"""How small a reduction the counts could show, by how long one waits: what to look at before an operation."""

from __future__ import annotations

import re
from math import isnan
from typing import TYPE_CHECKING, Final

import pandas as pd

from evaluate.errors import DesignError
from evaluate.figures.axes import label_ends, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE_EDGE, PALE_GREY, PLUM
from evaluate.figures.words import alt_text, caption_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS: Final = (
    (DARK_BLUE, "o", "-"), (ORANGE_EDGE, "s", "--"), (PLUM, "^", "-."), (DARK_GREY, "D", ":"),
    (GREY, "v", "-"), (DARK_BLUE, "P", "--"),
)  # fmt: skip
"""Colour, mark and line of each outcome: no two are told apart by colour alone."""


def power_data(table: pd.DataFrame) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    table : pandas.DataFrame
        As ``evaluate power`` shows it: ``outcome``, and a column such as "6 months" for each length of the window
        after, with the smallest detectable reduction as a fraction.

    Returns
    -------
    pandas.DataFrame
        One row an outcome and length: ``outcome``, ``months`` and ``detectable`` (a fraction); lengths that cannot be
        had are left out.

    Raises
    ------
    DesignError
        If there is no such column, or no number in any.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"outcome": ["burglary"], "3 months": [0.31], "12 months": [0.18]})
    >>> power_data(table)["detectable"].tolist()
    [0.31, 0.18]
    """
    lengths = {
        str(column): int(found[1])
        for column in table.columns
        if (found := re.fullmatch(r"(\d+) months?", str(column)))
    }
    if "outcome" not in table or not lengths or not table[list(lengths)].notna().any(axis=None):
        raise DesignError(
            'plot_power draws a table with the columns "outcome" and "<n> months", in which there is at least one '
            f"number; this one has {', '.join(map(str, table.columns)) or 'no columns'}. Pass the table of "
            "evaluate power."
        )
    long = table.melt("outcome", list(lengths), var_name="months", value_name="detectable")
    long = long.assign(months=long["months"].map(lengths)).dropna(subset=["detectable"])
    order = {outcome: at for at, outcome in enumerate(table["outcome"])}
    return long.sort_values(
        ["outcome", "months"], key=lambda column: column.map(order) if column.name == "outcome" else column
    ).reset_index(drop=True)


def power_bundle(table: pd.DataFrame, *, source: str = "", name: str = "power") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    table : pandas.DataFrame
        As in ``power_data``.
    source : str
        Where the counts come from (``words.source_line``), which a table does not know.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = power_data(table)
    best = data.sort_values("detectable", kind="stable").iloc[0]
    unit = "month" if best["months"] == 1 else "months"
    finding = f"Detectable at best: {best['detectable']:.0%} of {best['outcome']}, {best['months']} {unit}"
    last = data.groupby("outcome", sort=False).last()
    lines = "; ".join(f"{outcome} {row['detectable']:.0%}" for outcome, row in last.iterrows())
    reading = (
        "Marks: the smallest true reduction that would be found in four of five such operations, by how long counts "
        "are followed afterwards. Smaller ones would be missed more often than that."
    )
    return Bundle(
        name=name,
        title=title_of(finding, f"Detectable at best: a reduction of {best['detectable']:.0%}"),
        alt=alt_text(
            "Line chart",
            f"the smallest detectable reduction by months of follow-up; at the longest, {lines}",
            finding,
        ),
        caption=caption_of(source, reading).strip(),
        data=data,
        draw=lambda ax: _draw(ax, data),
        measure="Smallest detectable reduction, by months after the operation",
    )


def plot_power(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the smallest detectable reduction by how long one waits.

    Parameters
    ----------
    table : pandas.DataFrame
        As in ``power_data``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> import pandas as pd
    >>> table = pd.DataFrame({"outcome": ["burglary"], "3 months": [0.31], "12 months": [0.18]})
    >>> ax = ev.plot_power(table)
    >>> bool(ax.get_ylim()[0] == 0)
    True
    """
    return plot(power_bundle(table), ax)


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    from matplotlib.ticker import MaxNLocator

    months = sorted(data["months"].unique())
    ax.set_xlim(min(months) - 0.5, max(months) + 0.5)
    ax.set_ylim(0.0, min(1.0, float(data["detectable"].max()) * 1.15))
    ends = []
    for at, (outcome, rows) in enumerate(data.groupby("outcome", sort=False)):
        colour, mark, line = LOOKS[at % len(LOOKS)]
        ax.plot(
            rows["months"], rows["detectable"], color=colour, marker=mark, linestyle=line,
            markersize=type_size() * 0.6,
        )  # fmt: skip
        ends.append((float(rows["detectable"].iloc[-1]), str(outcome), colour))
    label_ends(ax, [end for end in ends if not isnan(end[0])])
    ax.set_xticks(months)
    low, high = ax.get_ylim()
    ticks = [tick for tick in MaxNLocator(6).tick_values(low, high) if low <= tick <= high]
    ax.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks])
    ax.grid(axis="y", color=PALE_GREY, linewidth=0.7)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
