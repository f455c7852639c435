"""What was done and what else was going on, over the months that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from evaluate.claims.wording import number_word
from evaluate.data.periods import period_bounds
from evaluate.design.design import Design
from evaluate.figures.axes import date_axis, in_days, letters_across, spans_of, type_size
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import BLUE_PALE, DARK_BLUE, DARK_GREY, GREY, ORANGE, ORANGE_PALE, PALE_GREY
from evaluate.figures.words import alt_text, areas_text, caption_of, source_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class DatedEvent(Protocol):
    """Something else that was going on, as a study's plan names it."""

    @property
    def name(self) -> str:
        """In a few words."""
        ...

    @property
    def start(self) -> str:
        """First day, as year-month-day."""
        ...

    @property
    def end(self) -> str:
        """Last day."""
        ...


LOOKS: dict[str, dict[str, Any]] = {
    "before": {"facecolor": PALE_GREY, "edgecolor": GREY},
    "spike": {"facecolor": "white", "edgecolor": GREY, "hatch": "//////"},
    "operation": {"facecolor": DARK_BLUE, "edgecolor": DARK_BLUE},
    "after": {"facecolor": BLUE_PALE, "edgecolor": DARK_BLUE},
    "event": {"facecolor": ORANGE_PALE, "edgecolor": ORANGE},
}


def timeline_data(design: Design, *, events: Sequence[DatedEvent] = ()) -> pd.DataFrame:
    """Return what the figure draws.

    Parameters
    ----------
    design : Design
        Whose windows are shown.
    events : sequence of DatedEvent
        Each with ``name``, ``start`` and ``end``.

    Returns
    -------
    pandas.DataFrame
        One row a bar, from the top: ``kind`` ("before", "spike", "operation", "after" or "event"), ``name``,
        ``start`` and ``end`` (first and last day, as text).

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> timeline_data(design)["kind"].tolist()
    ['before', 'operation', 'after']
    """
    day = pd.Timedelta(days=1)
    baseline = design.periods[design.baseline]
    rows = [("before", "before: what is compared with", *_days_of(baseline))] if len(baseline) else []
    stretches = [("operation", one.name, one.first_day, one.last_day) for one in design.operations]
    for span in spans_of(design):
        if span.kind == "spike":
            first, last = (pd.Timestamp("1970-01-01") + at * day for at in (span.start, span.end - 1))
            stretches.append(("spike", "spike before the operation", first, last))
    for window in design.windows:
        if window.name == "after":
            stretches.append(("after", f"after {window.operation}", *_days_of(window.periods)))
    rows += sorted(stretches, key=lambda row: row[2])
    given = [
        ("event", one.name, pd.Timestamp(one.start), pd.Timestamp(one.end or one.start)) for one in events
    ]
    rows += sorted(given, key=lambda row: row[2])
    data = pd.DataFrame(rows, columns=["kind", "name", "start", "end"])
    return data.assign(start=data["start"].dt.strftime("%Y-%m-%d"), end=data["end"].dt.strftime("%Y-%m-%d"))


def _days_of(periods: pd.PeriodIndex) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day."""
    starts, ends = period_bounds(periods)
    return starts[0], ends[-1]


def timeline_bundle(design: Design, *, events: Sequence[DatedEvent] = (), name: str = "timeline") -> Bundle:
    """Make the figure as a value.

    Parameters
    ----------
    design : Design
        Whose windows are shown.
    events : sequence of DatedEvent
        What else was going on.
    name : str
        Stem of its files.

    Returns
    -------
    Bundle
    """
    data = timeline_data(design, events=events)
    spans = data[data["kind"].isin(["operation", "after"])]
    first, last = spans["start"].min(), spans["end"].max()
    others = data[data["kind"] == "event"]
    during = int(((others["start"] <= last) & (others["end"] >= first)).sum())
    count = len(design.operations)
    operations = f"{number_word(count)} operation{'' if count == 1 else 's'}"
    finding = f"{operations} in {areas_text(design)}"
    if during:
        besides = f"{number_word(during)} other thing{'' if during == 1 else 's'}"
        title = title_of(f"{operations}, and {besides} going on meanwhile")
        finding += f", and {besides} going on in the windows that are compared"
    else:
        title = title_of(finding, f"{operations} and what is compared")
    reading = "Dark bars: operations. Pale bars: what is compared. Hatched: the spike before, kept out of the baseline."
    if len(others):
        reading += " Orange outlines: what else was going on."
    bars = "; ".join(f"{row['name']} {row['start']} to {row['end']}" for row in data.to_dict("records"))
    return Bundle(
        name=name,
        title=title,
        alt=alt_text("Timeline", bars, finding),
        caption=caption_of(source_line(design.panel, design.periods), reading),
        data=data,
        draw=lambda ax: _draw(ax, design, data),
        height=0.34 + 0.088 * len(data),
    )


def plot_timeline(design: Design, *, events: Sequence[DatedEvent] = (), ax: Axes | None = None) -> Axes:
    """Draw what was done and what else was going on.

    Parameters
    ----------
    design : Design
        Whose windows are shown.
    events : sequence of DatedEvent
        What else was going on: anything with ``name``, ``start`` and ``end``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import evaluate as ev
    >>> ax = ev.plot_timeline(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1)))
    >>> len(ax.patches)
    3
    """
    return plot(timeline_bundle(design, events=events), ax)


def _draw(ax: Axes, design: Design, data: pd.DataFrame) -> None:
    starts = in_days(pd.DatetimeIndex(data["start"]))
    ends = in_days(pd.DatetimeIndex(data["end"])) + 1.0
    first, last = starts.min(), ends.max()
    date_axis(ax, first, last)
    across = letters_across(ax, type_size(), less=20.0)
    least = (last - first) * 0.004
    for at, (kind, name, start, end) in enumerate(zip(data["kind"], data["name"], starts, ends, strict=True)):
        wide = max(end - start, least)
        ax.barh(at, wide, left=start, height=0.42, linewidth=0.8, **LOOKS[kind])
        fits = (start - first) / (last - first) * across + len(name) < across
        ax.text(
            start if fits else max(start + wide, first), at - 0.27, name, ha="left" if fits else "right", va="bottom",
            fontweight="bold" if kind == "operation" else "normal", color=DARK_GREY,
        )  # fmt: skip
    ax.set_ylim(len(data) - 0.5, -0.85)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=PALE_GREY, linewidth=0.7)
