"""Several outcomes side by side: recorded and expected counts of each, in small charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from evaluate.checks.triangulation import SAYS
from evaluate.effects.result import Result
from evaluate.errors import DesignError
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.multiples import Multiple, draw_multiples, effect_of, multiples_data, multiples_height
from evaluate.figures.words import (
    a_period,
    alt_text,
    areas_text,
    caption_of,
    sentence_case,
    source_line,
    title_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST: Final = 8


def outcomes_data(results: Sequence[Result]) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    results : sequence of Result
        Two to eight, one for each outcome.

    Returns
    -------
    pandas.DataFrame
        One row an outcome and period: ``outcome``, ``period``, ``observed``, ``expected``, ``predicted_lower``,
        ``predicted_upper`` and ``window``.

    Raises
    ------
    DesignError
        If there are fewer than two results, more than eight, or two of the same outcome.

    Examples
    --------
    >>> import evaluate as ev
    >>> from dataclasses import replace
    >>> from evaluate.data.simulator import with_outcomes
    >>> one, other = (ev.simulate_panel(areas=6, periods=60, seed=seed) for seed in (1, 2))
    >>> panel = with_outcomes({"robbery": one, "theft": other})
    >>> design = replace(ev.simulated_design(one), panel=panel, outcome="robbery")
    >>> fits = [ev.BeforeAfter().fit(design.for_outcome(name), seed=1) for name in ("robbery", "theft")]
    >>> outcomes_data(fits)["outcome"].unique().tolist()
    ['Robbery', 'Theft']
    """
    return multiples_data(_multiples(results, None), name="outcome")


def outcomes_bundle(
    results: Sequence[Result], *, window: tuple[str, str] | None = None, name: str = "outcomes"
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    results : sequence of Result
        As in ``outcomes_data``.
    window : (str, str), optional
        Operation and window that is spoken of; the first operation's "after" otherwise.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    multiples, first = _multiples(results, window), results[0].design
    fewer = sum(one.says == SAYS["reduction"] for one in multiples)
    finding = f"Fewer than expected in {fewer} of {len(multiples)} outcomes"
    lines = "; ".join(f"{one.heading}: {one.line}" for one in multiples)
    effect = multiples[0].effect
    reading = (
        f"Each chart: counts recorded in {areas_text(first)} (solid), expected without the operation (dashed), and "
        f"where 95% of recorded counts would lie (band). Above it: the total of {effect.operation}, {effect.window}. "
        "Each chart has a scale of its own, from 0. Grey: the operations; hatched: the spike before."
    )
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text(
            "Line charts", f"recorded and expected counts of {len(multiples)} outcomes. {lines}", finding
        ),
        caption=caption_of(source_line(first.panel, first.periods), reading),
        data=multiples_data(multiples, name="outcome"),
        draw=lambda ax: draw_multiples(ax, multiples),
        measure=f"Counts {a_period(first.periods)}",
        height=multiples_height(len(multiples)),
    )


def plot_outcomes(
    results: Sequence[Result], *, window: tuple[str, str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw recorded and expected counts of several outcomes in small charts.

    Parameters
    ----------
    results : sequence of Result
        Two to eight, one for each outcome.
    window : (str, str), optional
        Operation and window that is spoken of, such as ("June 2017", "after"); the first operation's "after" otherwise.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise. The charts are on axes inside these.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> from dataclasses import replace
    >>> from evaluate.data.simulator import with_outcomes
    >>> one, other = (ev.simulate_panel(areas=6, periods=60, seed=seed) for seed in (1, 2))
    >>> panel = with_outcomes({"robbery": one, "theft": other})
    >>> design = replace(ev.simulated_design(one), panel=panel, outcome="robbery")
    >>> fits = [ev.BeforeAfter().fit(design.for_outcome(name), seed=1) for name in ("robbery", "theft")]
    >>> len(ev.plot_outcomes(fits).child_axes)
    2
    """
    return plot(outcomes_bundle(results, window=window), ax)


def _multiples(results: Sequence[Result], window: tuple[str, str] | None) -> list[Multiple]:
    names = [result.design.outcome for result in results]
    if not 2 <= len(names) <= MOST or len(set(names)) < len(names):
        raise DesignError(
            f"plot_outcomes draws two to {MOST} results, one for each outcome; given: "
            f"{', '.join(names) or 'none'}. Fit the same estimator to design.for_outcome(...)."
        )
    return [Multiple(sentence_case(one.design.outcome), one, effect_of(one, window)) for one in results]
