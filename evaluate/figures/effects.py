"""Rate ratios with their intervals, side by side: several methods, windows or claims."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import pandas as pd

from evaluate.claims.claim import Claim
from evaluate.claims.gather import claimed_window
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError
from evaluate.estimators.compare import Comparison
from evaluate.figures.axes import LONGEST, SHORTEST, ratio_axis, size_in_points, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import DARK_BLUE, DARK_GREY, GREY, ORANGE, WHITE
from evaluate.figures.words import alt_text, caption_of, ratio_text, sentence_case, source_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


WIDE_ENOUGH = 300.0
"""Points a figure must be wide to have its numbers in a column of their own."""


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


def effects_data(items: Sequence[Result | Judged]) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    items : sequence of Result or of findings
        A result gives one row for each of its effects; a finding gives one row, with the size claimed. A comparison of
        methods is a sequence of results.

    Returns
    -------
    pandas.DataFrame
        Columns ``label``, ``detail``, ``rate_ratio``, ``lower``, ``upper``, ``level`` and ``claimed`` (rate ratio
        claimed; NaN where nothing was claimed).

    Raises
    ------
    DesignError
        If nothing is given that has an effect.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> effects_data([ev.BeforeAfter().fit(design, seed=1)])["label"].tolist()
    ['operation, during', 'operation, after']
    """
    rows: list[dict[str, Any]] = []
    methods = items.labels if isinstance(items, Comparison) else None
    for place, item in enumerate(items):
        if isinstance(item, Result):
            label = "{0.operation}, {0.window}"
            method = methods[place] if methods else item.estimator.name
            rows += [_row(label.format(effect), method, effect, nan) for effect in item.effect_list]
        elif item.result is not None:
            window = claimed_window(item.claim, item.result)
            effect = item.result.effect(*window.key)
            detail = f"{effect.operation}, {effect.window}"
            claimed = item.claim.ratio if item.claim.size else nan
            rows.append(_row(sentence_case(item.result.design.outcome), detail, effect, claimed))
    if not rows:
        raise DesignError("There is no effect to draw: give at least one result, or a finding that has one.")
    data = pd.DataFrame(rows)
    if data["detail"].nunique() == 1 and data["label"].is_unique:
        data["detail"] = ""
    # Methods that answer the same question stand together.
    order = {label: at for at, label in enumerate(dict.fromkeys(data["label"]))}
    return data.sort_values("label", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _row(label: str, detail: str, effect: Effect, claimed: float) -> dict[str, Any]:
    return {
        "label": label,
        "detail": detail,
        "rate_ratio": effect.rate_ratio,
        "lower": effect.lower,
        "upper": effect.upper,
        "level": effect.level,
        "claimed": claimed,
    }


def effects_bundle(items: Sequence[Result | Judged], *, name: str = "effects") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    items : sequence of Result or of findings
        What to compare.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = effects_data(items)
    first = next(result for item in items if (result := item if isinstance(item, Result) else item.result))
    with_interval = data.dropna(subset=["lower", "upper"])
    n = len(with_interval)
    held = int(((with_interval["lower"] <= 1) & (with_interval["upper"] >= 1)).sum())
    finding = f"{held} of {n} intervals include no change" if n > 1 else _single(data.iloc[0])
    claimed = data["claimed"].notna().any()
    levels = data["level"].unique()
    reading = (
        f"Marks: estimated rate ratio, recorded over expected. Lines: {100 * levels[0]:.0f}% intervals; "
        "an open mark has an interval that includes 1, no change."
        if len(levels) == 1
        else "Marks: estimated rate ratio, recorded over expected, with intervals; an open mark's includes 1."
    )
    if claimed:
        reading += " Diamonds: what was claimed."
    lines = [
        f"{row['label']}{f', {row["detail"]}' if row['detail'] else ''}: {_number(row)}"
        for row in _rows(data)
    ]
    return Bundle(
        name=name,
        title=title_of(finding),
        alt=alt_text("Dot plot with intervals", f"rate ratios: {'; '.join(lines)}", finding),
        caption=caption_of(source_line(first.design.panel, first.design.periods), reading),
        data=data,
        draw=lambda ax: _draw(ax, data),
        measure="Rate ratio: recorded over expected (1 is no change)",
        height=0.33
        + (0.155 if claimed else 0.092) * sum(0.75 if row is None else 1.0 for _, row in _slots(data)),
    )


def _single(row: pd.Series) -> str:
    """The title where one interval is drawn."""
    if isnan(row["lower"]):
        return f"{row['label']}: no interval"
    return f"The interval {'includes' if row['lower'] <= 1 <= row['upper'] else 'excludes'} no change"


def plot_effects(items: Sequence[Result | Judged], *, ax: Axes | None = None) -> Axes:
    """Draw rate ratios with their intervals, side by side.

    Parameters
    ----------
    items : sequence of Result or of findings
        What to compare: several methods on one design, or the claims of a study.
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
    return plot(effects_bundle(items), ax)


def _rows(data: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in data.to_dict("records")]


def _slots(data: pd.DataFrame) -> list[tuple[str, dict[str, Any] | None]]:
    """Lines of the figure from the top: a heading where several rows share a label, and the rows."""
    slots: list[tuple[str, dict[str, Any] | None]] = []
    heading = None
    for row in _rows(data):
        if not row["detail"]:
            slots.append((row["label"], row))
            continue
        if row["label"] != heading:
            heading = row["label"]
            slots.append((heading, None))
        slots.append((row["detail"], row))
    return slots


def _number(row: dict[str, Any], *, line: str = ", ") -> str:
    """The numbers of a row in words."""
    text = ratio_text(row["rate_ratio"], row["lower"], row["upper"])
    return text if isnan(row["claimed"]) else f"{text}{line}claimed {row['claimed']:.2f}"


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    values = data[["rate_ratio", "lower", "upper", "claimed"]].to_numpy(dtype=float).ravel()
    shown = [min(max(value, SHORTEST), LONGEST) for value in values if not isnan(value)]
    ratio_axis(ax, min(shown, default=1.0), max(shown, default=1.0))
    low, high = ax.get_xlim()
    ax.axvline(1.0, color=GREY, linewidth=0.9)
    wide = size_in_points(ax)[0] >= WIDE_ENOUGH
    slots = _slots(data)
    names = []
    for at, (name, row) in enumerate(slots):
        names.append(name if row is None or wide else f"{name}\n{_number(row, line='\n')}")
        if row is None:
            continue
        _interval(ax, at, (row["rate_ratio"], row["lower"], row["upper"]), (low, high))
        if not isnan(row["claimed"]):
            ax.plot(
                row["claimed"], at, marker="D", color=ORANGE, markeredgecolor=DARK_GREY, markeredgewidth=0.7,
                markersize=type_size() * 0.6, zorder=4, linestyle="none",
            )  # fmt: skip
        if wide:
            ax.annotate(
                _number(row, line="\n"), (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", annotation_clip=False,
            )  # fmt: skip
    ax.set_yticks(range(len(slots)), names)
    for label, (_, row) in zip(ax.get_yticklabels(), slots, strict=True):
        label.set_fontweight("bold" if row is None else "normal")
    ax.set_ylim(len(slots) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _interval(ax: Axes, at: float, row: tuple[float, float, float], limits: tuple[float, float]) -> None:
    """Draw one estimate; an end beyond the axis becomes an arrow."""
    ratio, lower, upper = row
    if isnan(ratio):
        return
    size = type_size() * 0.62
    includes = isnan(lower) or lower <= 1 <= upper
    if not isnan(lower):
        start, end = max(lower, limits[0]), min(upper if isfinite(upper) else limits[1], limits[1])
        ax.plot([start, end], [at, at], color=DARK_BLUE, solid_capstyle="butt")
        for beyond, where, mark in ((lower < limits[0], start, "<"), (upper > limits[1], end, ">")):
            if beyond:
                ax.plot(where, at, marker=mark, color=DARK_BLUE, markersize=size, clip_on=False)
    if limits[0] <= ratio <= limits[1]:
        ax.plot(
            ratio, at, marker="o", markersize=size, color=DARK_BLUE, zorder=3,
            markerfacecolor=WHITE if includes else DARK_BLUE, markeredgewidth=1.1,
        )  # fmt: skip
