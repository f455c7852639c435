"""The same question with one choice made differently: the estimate as planned above those under other choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.errors import DesignError, many
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.forest import draw_forest, forest_height, rows_text
from evaluate.figures.words import alt_text, caption_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEEDED: Final = ("choice", "headline", "rate_ratio", "lower", "upper")
MOST_ROWS: Final = 14
"""Choices drawn; of more than that the furthest from the plan's are."""
LONGEST_NAME: Final = 30
"""Letters of a choice's name on one line."""


def sensitivity_data(check: CheckResult | pd.DataFrame) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    check : CheckResult or pandas.DataFrame
        Of ``StartDateSensitivity``, ``LeaveOneOut`` or ``PriorSensitivity``, or a table with the columns ``choice``
        (text), ``headline`` (True for the plan's own), ``rate_ratio``, ``lower`` and ``upper``.

    Returns
    -------
    pandas.DataFrame
        ``choice``, ``headline``, ``rate_ratio``, ``lower``, ``upper`` and ``agrees`` (True where the interval lies on
        the same side of 1, no change, as the headline's, or includes it as that does). The headline comes first; of
        more than fourteen choices only the fourteen furthest from it are kept.

    Raises
    ------
    DesignError
        If there is no such table, or no headline in it.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> earlier = ev.Operation("as the ward team says", "2013-08-01", "2013-10-31")
    >>> check = ev.StartDateSensitivity(alternatives=[earlier]).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> sensitivity_data(check)["choice"].tolist()
    ['as planned', 'as the ward team says, 2013-08-01 to 2013-10-31']
    """
    table = check.table if isinstance(check, CheckResult) else check
    missing = [column for column in NEEDED if column not in table]
    if missing or not table["headline"].astype(bool).any():
        raise DesignError(
            "plot_sensitivity draws the table of a start date, leave-one-out or prior sensitivity check; this one has "
            f'no {", ".join(missing) or "headline"}. Pass checks["start date"], for example.'
        )
    data = table[list(NEEDED)].dropna(subset=["rate_ratio"])
    headline = data[data["headline"].astype(bool)].iloc[[0]]
    others = data[~data["headline"].astype(bool)]
    data = pd.concat([headline, others], ignore_index=True)
    side = _side(data)
    return data.assign(headline=data.index == 0, agrees=side == side[0])


def sensitivity_bundle(
    check: CheckResult | pd.DataFrame, *, source: str = "", name: str = "sensitivity"
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    check : CheckResult or pandas.DataFrame
        As in ``sensitivity_data``.
    source : str
        Where the counts come from (``words.source_line``), which a check does not know.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = sensitivity_data(check)
    others = data[1:]
    same = int(others["agrees"].sum())
    finding = f"{same} of {len(others)} other choices agree with the plan's"
    drawn = _furthest(data)
    reading = (
        "Marks: rate ratio, recorded over expected, with its interval; an open mark's includes 1, no change. First "
        "row: as planned. Each other row changes one thing. A choice agrees where its interval lies on the same side "
        "of no change as the plan's, or includes it as that does."
    )
    left = len(data) - len(drawn)
    if left:
        reading += f" {many(left, 'choice')} nearer to the plan's estimate not drawn."
    rows = drawn.assign(label=drawn["choice"].map(_folded), detail="", claimed=np.nan)
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Dot plot with intervals", f"rate ratios: {rows_text(rows)}".replace("\n", " "), finding
        ),
        caption=caption_of(source, reading).strip(),
        data=drawn,
        draw=lambda ax: draw_forest(ax, rows),
        measure="Rate ratio: recorded over expected (1 is no change)",
        height=forest_height(rows),
    )


def plot_sensitivity(check: CheckResult | pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the estimate as planned above those under other choices, such as other start dates.

    Parameters
    ----------
    check : CheckResult or pandas.DataFrame
        As in ``sensitivity_data``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"choice": ["as planned", "from April"], "headline": [True, False],
    ...                       "rate_ratio": [0.8, 0.9], "lower": [0.7, 0.7], "upper": [0.9, 1.1]})
    >>> ax = plot_sensitivity(table)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['as planned', 'from April']
    """
    return plot(sensitivity_bundle(check), ax)


def _side(data: pd.DataFrame) -> np.ndarray:
    """Which side of 1 each interval lies on: -1 below, 1 above, 0 where it includes 1 or there is none."""
    return np.where(data["upper"] < 1, -1, np.where(data["lower"] > 1, 1, 0))


def _furthest(data: pd.DataFrame) -> pd.DataFrame:
    """The headline and the choices furthest from it, in the order of the table."""
    if len(data) <= MOST_ROWS + 1:
        return data
    distance = np.abs(np.log(data["rate_ratio"] / data["rate_ratio"].iloc[0]))
    kept = distance[1:].sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
    return data.loc[[0, *sorted(kept)]].reset_index(drop=True)


def _folded(name: str) -> str:
    """Break a long name into two lines at the space nearest to its middle."""
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    if len(name) <= LONGEST_NAME or not spaces:
        return name
    at = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return f"{name[:at]}\n{name[at + 1 :]}"
