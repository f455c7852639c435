"""Words around a figure: a title that states the finding, a caption with the source, a text instead of the figure."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from typing import Literal

import pandas as pd

from evaluate.data.panel import Panel
from evaluate.data.periods import period_name
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result

MOST_WORDS = 10
SMALL_COUNT = 20
"""Below this expected count no percentage change is given."""

Place = Literal["below", "inside", "above", "unknown"]


def title_of(*candidates: str) -> str:
    """Take the first title of at most ten words, or the last, shortened.

    Examples
    --------
    >>> title_of("Recorded violence with and without injury in the ward was below the range", "Violence fell")
    'Violence fell'
    """
    for candidate in candidates:
        if len(candidate.split()) <= MOST_WORDS:
            return sentence_case(candidate)
    return sentence_case(" ".join(candidates[-1].split()[:MOST_WORDS]))


def sentence_case(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def main_effect(result: Result) -> Effect:
    """The effect a figure speaks of: the first operation's "after", else its "during"."""
    return next((effect for effect in result.effect_list if effect.window == "after"), result.effect_list[0])


def place_of(effect: Effect) -> Place:
    """Say where the recorded count lies against the counts that could have been recorded without the operation.

    The predictive interval of the count decides, and where there is none the interval of the rate ratio.
    """
    low, high = effect.prevented_lower, effect.prevented_upper
    if isnan(low) or isnan(high):
        low, high = 1.0 - effect.upper, 1.0 - effect.lower
    if isnan(low) or isnan(high):
        return "unknown"
    if low > 0:
        return "below"
    return "above" if high < 0 else "inside"


def months(periods: pd.PeriodIndex) -> str:
    """Write the first and last period: "June 2013 to May 2017"."""
    first, last = period_text(periods[0]), period_text(periods[-1])
    return first if first == last else f"{first} to {last}"


def period_text(period: pd.Period) -> str:
    """Write one period: "June 2017", or "22 May 2018" for the first day of a shorter one."""
    if period.freqstr == "M":
        return f"{period.start_time:%B} {period.year}"
    return f"{period.start_time.day} {period.start_time:%B} {period.start_time.year}"


def adjective(periods: pd.PeriodIndex) -> str:
    """How often counts were taken: "monthly"."""
    name = period_name(periods)
    return {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly"}.get(name, f"{name}")


def a_period(periods: pd.PeriodIndex) -> str:
    """The period a count is of: "a month"."""
    return f"a {period_name(periods)}"


def areas_text(design: Design) -> str:
    """The treated areas by name, or how many they are."""
    names = [design.panel.label(area) for area in design.treated]
    return " and ".join(names) if len(names) <= 2 else f"{len(names)} areas"


def source_line(panel: Panel, periods: pd.PeriodIndex | None = None) -> str:
    """Where the counts come from and when they are of; "Simulated data" where they were made up.

    Examples
    --------
    >>> import evaluate as ev
    >>> source_line(ev.simulate_panel(areas=3, periods=24, seed=1))
    'Simulated data, not recorded crime. January 2010 to December 2011.'
    """
    span = months(panel.periods if periods is None else periods)
    if panel.provenance.simulated:
        return f"Simulated data, not recorded crime. {span}."
    files = [file.name for file in panel.provenance.files]
    layout = panel.provenance.layout
    if not files:
        return f"Source: {layout}, {span}." if layout else f"{span}."
    shown = ", ".join(files[:2]) + (f" and {len(files) - 2} more" if len(files) > 2 else "")
    return f"Source: {shown}, {span}."


def caption_of(source: str, *sentences: str) -> str:
    """Put the reading aids before the source; what is simulated says so first."""
    said = [sentence for sentence in sentences if sentence]
    if source.startswith("Simulated"):
        return " ".join([source, *said])
    return " ".join([*said, source])


def alt_text(kind: str, data: str, message: str) -> str:
    """Write a text for those who cannot see the figure: its type, what it shows, what it says.

    Parameters
    ----------
    kind : str
        Such as "Line chart".
    data : str
        What is drawn, without the type.
    message : str
        What a reader is to take from it, in a sentence.

    Returns
    -------
    str

    Examples
    --------
    >>> alt_text("Line chart", "monthly violence in Loxford", "Violence was inside the expected range.")
    'Line chart of monthly violence in Loxford. Violence was inside the expected range.'
    """
    return f"{kind} of {data.rstrip('.')}. {message.rstrip('.')}."


def interval_text(effect: Effect) -> str:
    """Write a rate ratio with its interval: "0.80 (0.60 to 1.07)"."""
    return ratio_text(effect.rate_ratio, effect.lower, effect.upper)


def ratio_text(ratio: float, lower: float, upper: float) -> str:
    """Write a rate ratio with its interval; "not shown" where the counts may not be published."""
    if isnan(ratio):
        return "not shown"
    return f"{ratio:.2f}" if isnan(lower) or isnan(upper) else f"{ratio:.2f} ({lower:.2f} to {upper:.2f})"


def change_text(ratio: float, *, expected: float) -> str:
    """Write a change as a percentage, with a minus sign of its own; empty where few were expected."""
    if isnan(ratio) or not expected >= SMALL_COUNT:
        return ""
    change = 100.0 * (ratio - 1.0)
    return f"{'−' if change < 0 else '+'}{abs(change):.0f}%"


def joined(parts: Iterable[str]) -> str:
    """Join what is not empty with spaces."""
    return " ".join(part for part in parts if part)
