"""Rate ratios with their intervals, side by side: several methods, windows or claims."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, get_args, runtime_checkable

import pandas as pd

from evaluate.claims.claim import Claim
from evaluate.claims.gather import claimed_window
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError, did_you_mean
from evaluate.estimators.compare import Comparison
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.forest import draw_forest, forest_height, rows_text
from evaluate.figures.words import alt_text, caption_of, sentence_case, source_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Grouping = Literal["window", "outcome", "estimator", "claim"]
GROUPINGS: Final = get_args(Grouping)


@runtime_checkable
class Judged(Protocol):
    """A claim with the result it was judged by, such as a study's finding."""

    @property
    def claim(self) -> Claim:
        """What was claimed."""
        ...

    @property
    def result(self) -> Result | None:
        """The headline fit."""
        ...


def effects_data(items: Sequence[Result | Judged], *, by: Grouping | None = None) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    items : sequence of Result or of findings
        A result gives one row for each of its effects; a finding gives one row, with the size claimed. A comparison of
        methods is a sequence of results.
    by : {"window", "outcome", "estimator", "claim"}
        What rows are grouped under (otherwise results by window, findings by outcome); what else differs between
        them stands in each row.

    Returns
    -------
    pandas.DataFrame
        Columns ``label``, ``detail``, ``rate_ratio``, ``lower``, ``upper``, ``level`` and ``claimed`` (rate ratio
        claimed; NaN where nothing was claimed).

    Raises
    ------
    DesignError
        If nothing is given that has an effect, the grouping is unknown, or results without claims are to be grouped by
        claim.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> results = [ev.BeforeAfter().fit(design, seed=1), ev.RelativeRateRatio().fit(design, seed=1)]
    >>> effects_data(results)[["label", "detail"]].values.tolist()[:2]
    [['operation, during', 'before-after'], ['operation, during', 'relative rate ratio']]
    >>> effects_data(results, by="estimator")["label"].unique().tolist()
    ['before-after', 'relative rate ratio']
    """
    if by is not None and by not in GROUPINGS:
        raise DesignError(f'by is "{by}". {did_you_mean(by, GROUPINGS)}')
    rows = _effect_rows(items)
    if not rows:
        raise DesignError("There is no effect to draw: give at least one result, or a finding that has one.")
    data = pd.DataFrame(rows)
    if by is None:
        by = "window" if (data["claim"] == "").any() else "outcome"
    if by == "claim" and (data["claim"] == "").any():
        raise DesignError(
            'by is "claim", and not everything given is a finding with a claim. Use by="window".'
        )
    differ = [name for name in GROUPINGS if name not in (by, "claim") and data[name].nunique() > 1]
    data = data.assign(label=data[by], detail=data[differ].agg(", ".join, axis=1) if differ else "")
    # What is grouped together stands together.
    order = {label: at for at, label in enumerate(dict.fromkeys(data["label"]))}
    data = data.sort_values("label", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    return data[["label", "detail", "rate_ratio", "lower", "upper", "level", "claimed"]]


def _effect_rows(items: Sequence[Result | Judged]) -> list[dict[str, Any]]:
    """One row an effect, with everything it can be told from others by."""
    rows: list[dict[str, Any]] = []
    methods = items.labels if isinstance(items, Comparison) else None
    for place, item in enumerate(items):
        if isinstance(item, Result):
            method = methods[place] if methods else item.estimator.name
            rows += [_row(item, method, effect) for effect in item.effect_list]
        elif item.result is not None:
            window = claimed_window(item.claim, item.result)
            row = _row(item.result, item.result.estimator.name, item.result.effect(*window.key))
            claimed = item.claim.ratio if item.claim.size else nan
            rows.append(row | {"claim": f"“{item.claim.text}”", "claimed": claimed})
    return rows


def _row(result: Result, method: str, effect: Effect) -> dict[str, Any]:
    return {
        "claim": "",
        "outcome": sentence_case(result.design.outcome),
        "window": f"{effect.operation}, {effect.window}",
        "estimator": method,
        "rate_ratio": effect.rate_ratio,
        "lower": effect.lower,
        "upper": effect.upper,
        "level": effect.level,
        "claimed": nan,
    }


def effects_bundle(
    items: Sequence[Result | Judged], *, by: Grouping | None = None, name: str = "effects"
) -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    items : sequence of Result or of findings
        What to compare.
    by : {"window", "outcome", "estimator", "claim"}
        What rows are grouped under; otherwise results by window and findings by outcome.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = effects_data(items, by=by)
    first = next(result for item in items if (result := item if isinstance(item, Result) else item.result))
    with_interval = data.dropna(subset=["lower", "upper"])
    n = len(with_interval)
    held = int(((with_interval["lower"] <= 1) & (with_interval["upper"] >= 1)).sum())
    finding = f"{held} of {n} intervals include no change" if n > 1 else _single(data.iloc[0])
    levels = data["level"].unique()
    reading = (
        f"Marks: estimated rate ratio, recorded over expected. Lines: {100 * levels[0]:.0f}% intervals; "
        "an open mark has an interval that includes 1, no change."
        if len(levels) == 1
        else "Marks: estimated rate ratio, recorded over expected, with intervals; an open mark's includes 1."
    )
    if n < int(data["rate_ratio"].notna().sum()):
        reading += " A mark without a line has no interval."
    if data["claimed"].notna().any():
        reading += " Diamonds: what was claimed."
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text("Dot plot with intervals", f"rate ratios: {rows_text(data)}", finding),
        caption=caption_of(source_line(first.design.panel, first.design.periods), reading),
        data=data,
        draw=lambda ax: draw_forest(ax, data),
        measure="Rate ratio: recorded over expected (1 is no change)",
        height=forest_height(data),
    )


def _single(row: pd.Series) -> str:
    """The title where one interval is drawn."""
    if isnan(row["lower"]):
        return f"{row['label']}: no interval"
    return f"The interval {'includes' if row['lower'] <= 1 <= row['upper'] else 'excludes'} no change"


def plot_effects(
    items: Sequence[Result | Judged], *, by: Grouping | None = None, ax: Axes | None = None
) -> Axes:
    """Draw rate ratios with their intervals, side by side.

    Parameters
    ----------
    items : sequence of Result or of findings
        What to compare: several methods on one design, several outcomes, or the claims of a study.
    by : {"window", "outcome", "estimator", "claim"}
        What rows are grouped under (otherwise results by window, findings by outcome); what else differs between
        them stands in each row.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> ax = ev.plot_effects([ev.BeforeAfter().fit(design, seed=1)])
    >>> ax.get_xscale()
    'log'
    """
    return plot(effects_bundle(items, by=by), ax)
