"""One activity by several sources in panels: what the public reports beside what officers record themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from evaluate.checks.triangulation import SAYS
from evaluate.effects.result import Result
from evaluate.errors import DesignError, did_you_mean
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.multiples import Multiple, draw_multiples, effect_of, multiples_data, multiples_height
from evaluate.figures.words import (
    a_period,
    alt_text,
    areas_text,
    caption_of,
    source_line,
    title_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST: Final = 2
MOST: Final = 6
MADE_BY_POLICE: Final = " (counts what officers did)"


def triangulation_data(
    sources: Mapping[str, Result],
    *,
    enforcement: Collection[str] = (),
    window: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    sources : mapping of str to Result
        Name of each source, such as "Complaints to the council", to the fit of its counts; two to six.
    enforcement : collection of str
        Which of them police activity makes, such as stops and searches.
    window : (str, str), optional
        Operation and window that is spoken of; the first operation's "after" otherwise.

    Returns
    -------
    pandas.DataFrame
        One row a source and period: ``source``, ``enforcement``, ``says`` (fewer than expected, more than expected, no
        clear difference), ``period``, ``observed``, ``expected``, ``predicted_lower``, ``predicted_upper`` and
        ``window``.

    Raises
    ------
    DesignError
        If there are fewer than two sources or more than six, or enforcement names none of them.

    Examples
    --------
    >>> import evaluate as ev
    >>> from dataclasses import replace
    >>> from evaluate.data.simulator import with_outcomes
    >>> one, other = (ev.simulate_panel(areas=6, periods=60, seed=seed) for seed in (1, 2))
    >>> panel = with_outcomes({"crime": one, "stops": other})
    >>> design = replace(ev.simulated_design(one), panel=panel, outcome="crime")
    >>> fits = {name: ev.BeforeAfter().fit(design.for_outcome(name), seed=1) for name in ("crime", "stops")}
    >>> data = triangulation_data(fits, enforcement=["stops"])
    >>> data.groupby("source")["enforcement"].first().to_dict()
    {'crime': False, 'stops': True}
    """
    multiples = _multiples(sources, enforcement, window)
    data = multiples_data(multiples, name="source")
    says = {one.heading: one.says for one in multiples}
    data.insert(1, "enforcement", data["source"].isin(list(enforcement)))
    data.insert(2, "says", data["source"].map(says))
    return data


def triangulation_bundle(
    sources: Mapping[str, Result],
    *,
    enforcement: Collection[str] = (),
    window: tuple[str, str] | None = None,
    name: str = "triangulation",
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    sources : mapping of str to Result
        As in ``triangulation_data``.
    enforcement : collection of str
        Which of them police activity makes.
    window : (str, str), optional
        Operation and window that is spoken of; the first operation's "after" otherwise.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = triangulation_data(sources, enforcement=enforcement, window=window)
    multiples = _multiples(sources, enforcement, window)
    others = [one for one in multiples if one.heading not in enforcement]
    fewer = sum(one.says == SAYS["reduction"] for one in others)
    finding = f"Fewer than expected in {fewer} of {len(others)} non-enforcement sources"
    design, effect = multiples[0].result.design, multiples[0].effect
    reading = (
        f"Each chart is one source, on a scale of its own from 0: counts in {areas_text(design)} recorded (solid), "
        "expected without the operation (dashed), and where 95% of recorded counts would lie (band). Above it: the "
        f"total of {effect.operation}, {effect.window}. Grey: the operations; hatched: the spike before. Activity is "
        "said to have fallen only where two sources that enforcement does not make agree."
    )
    if made := [one.heading for one in multiples if one.heading in enforcement]:
        reading += f" {' and '.join(made)} count what officers did."
    lines = "; ".join(f"{one.heading}: {one.line}" for one in multiples)
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Line charts", f"recorded and expected counts of {len(multiples)} sources. {lines}", finding
        ),
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=lambda ax: draw_multiples(ax, multiples),
        measure=f"Counts {a_period(design.periods)}",
        height=multiples_height(len(multiples)),
    )


def plot_triangulation(
    sources: Mapping[str, Result],
    *,
    enforcement: Collection[str] = (),
    window: tuple[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw recorded and expected counts of one activity by several sources, in panels.

    Parameters
    ----------
    sources : mapping of str to Result
        Name of each source to the fit of its counts; four panels are usual: crime the public reports, anti-social
        behaviour, complaints to the council, and counts that enforcement makes.
    enforcement : collection of str
        Which of them police activity makes.
    window : (str, str), optional
        Operation and window that is spoken of; the first operation's "after" otherwise.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise. The panels are on axes inside these.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> from dataclasses import replace
    >>> from evaluate.data.simulator import with_outcomes
    >>> one, other = (ev.simulate_panel(areas=6, periods=60, seed=seed) for seed in (1, 2))
    >>> panel = with_outcomes({"crime": one, "stops": other})
    >>> design = replace(ev.simulated_design(one), panel=panel, outcome="crime")
    >>> fits = {name: ev.BeforeAfter().fit(design.for_outcome(name), seed=1) for name in ("crime", "stops")}
    >>> len(ev.plot_triangulation(fits, enforcement=["stops"]).child_axes)
    2
    """
    return plot(triangulation_bundle(sources, enforcement=enforcement, window=window), ax)


def _multiples(
    sources: Mapping[str, Result], enforcement: Collection[str], window: tuple[str, str] | None
) -> list[Multiple]:
    if not FEWEST <= len(sources) <= MOST:
        raise DesignError(
            f"plot_triangulation draws two to {MOST} sources of one activity; given: {', '.join(sources) or 'none'}."
        )
    for name in enforcement:
        if name not in sources:
            raise DesignError(f'enforcement names "{name}". {did_you_mean(name, list(sources))}')
    return [
        Multiple(name, one, effect_of(one, window), MADE_BY_POLICE if name in enforcement else "")
        for name, one in sources.items()
    ]
