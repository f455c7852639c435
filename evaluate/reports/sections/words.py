"""The phrases every section shares: dates, windows, grades and findings in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from evaluate.claims import gather
from evaluate.claims.facts import Confidence, Grade
from evaluate.claims.rules import phia
from evaluate.claims.verdict import Verdict
from evaluate.data.periods import period_name
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.errors import DesignError
from evaluate.reports.findings import Finding
from evaluate.reports.tables import shown

GRADES: Final[Mapping[Grade, str]] = {
    "A": "Strong for a design of this kind: at least 20 comparison areas, two years before, the method tried out on "
    "areas where nothing happened, and a plan fixed before the data were read.",
    "B": "Good: at least 20 comparison areas, two years before and the method tried out on areas where nothing "
    "happened, but planned with hindsight.",
    "C": "Fair: comparison areas, but few of them, or a short series, or a method not fully tried out.",
    "D": "Weak: a single series with too few or no comparison areas, so other causes cannot be set apart.",
    "E": "Very weak: two totals compared, or figures that cannot test the claim.",
}
CONFIDENCES: Final[Mapping[Confidence, str]] = {
    "high": "A good design without a known doubt.",
    "moderate": "A good design with a doubt, or a fair one without.",
    "low": "A weak design, or a fair one with a doubt.",
}
FINDINGS: Final[Mapping[str, str]] = {
    "supported": "Borne out",
    "probably supported": "Probably borne out",
    "smaller than claimed": "Smaller than claimed",
    "too small to matter": "Too small to matter",
    "the other way": "The other way",
    "not supported": "Not supported",
    "cannot tell": "The data cannot tell",
    "not tested": "Not tested",
    "not published": "Not published",
}
NOT_STATED: Final = "Not stated"


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def plural(number: int, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> plural(1, "month"), plural(12, "month"), plural(2, "4 weeks")
    ('1 month', '12 months', '2 times 4 weeks')
    """
    if noun == "4 weeks":
        return f"{number:,} times 4 weeks"
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def period_text(period: pd.Period) -> str:
    """Write a period as a reader says it.

    Examples
    --------
    >>> import pandas as pd
    >>> period_text(pd.Period("2017-06", freq="M")), period_text(pd.Period("2017-06-05", freq="W-SUN"))
    ('June 2017', 'week of 5 June 2017')
    """
    start = period.start_time
    if period.freqstr.startswith("M"):
        return f"{start:%B %Y}"
    if period.freqstr == "D":
        return day_text(start)
    return f"week of {day_text(start)}" if period.freqstr.startswith("W") else str(period)


def day_text(day: pd.Timestamp) -> str:
    """Write a day as "5 June 2017"."""
    return f"{day.day} {day:%B %Y}"


def dates_text(first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Write a span of days without saying the same month twice.

    Examples
    --------
    >>> import pandas as pd
    >>> dates_text(pd.Timestamp("2018-05-22"), pd.Timestamp("2018-05-26"))
    '22 to 26 May 2018'
    """
    if first == last:
        return day_text(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day_text(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {day_text(last)}"
    return f"{day_text(first)} to {day_text(last)}"


def span_text(periods: pd.PeriodIndex) -> str:
    """Write the first and last of some periods."""
    if not len(periods):
        return "none"
    first, last = period_text(periods[0]), period_text(periods[-1])
    return first if len(periods) == 1 else f"{first} to {last}"


def area_names(design: Design, areas: tuple[str, ...] | list[str], most: int = 12) -> str:
    """Name areas with their codes; long lists are counted."""
    names = [
        f"{design.panel.label(area)} ({area})" if design.panel.label(area) != area else area
        for area in areas[:most]
    ]
    if len(areas) > most:
        names.append(f"{len(areas) - most} more")
    return ", ".join(names) if names else "none"


def treated_name(design: Design) -> str:
    """Name the treated area or areas for a sentence."""
    names = [design.panel.label(area) for area in design.treated]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def adverb(design: Design) -> str:
    """Say "monthly", "weekly" or "daily"."""
    name = period_name(design.periods)
    return {"day": "daily", "week": "weekly", "month": "monthly"}.get(name, f"by {name}")


def claimed_window(finding: Finding) -> tuple[str, str] | None:
    """Return the operation and window a claim is about, or None where it was not put to the data."""
    if finding.result is None:
        return None
    try:
        return gather.claimed_window(finding.claim, finding.result).key
    except DesignError:
        return None


def effect_key(effect: Effect) -> tuple[str, str]:
    """(operation, window) of an effect."""
    return (effect.operation, effect.window)


def outcome_of(finding: Finding, design: Design) -> str:
    """Name the outcome a claim is about."""
    if finding.claim.outcome:
        return finding.claim.outcome
    return finding.result.design.outcome if finding.result is not None else design.outcome


def about(finding: Finding, design: Design) -> str:
    """Say in a few words what a claim is about: outcome, operation, window."""
    window = claimed_window(finding) or (finding.claim.operation, finding.claim.window)
    return ", ".join(part for part in (capital(outcome_of(finding, design)), *window) if part)


def probability_text(verdict: Verdict) -> str:
    """Write the probability with its word of the yardstick; neither at grade E."""
    word = phia(verdict.probability, grade=verdict.grade)
    return f"{shown(verdict.probability, 'probability')} ({word})" if word else NOT_STATED


def detectable_text(verdict: Verdict) -> str:
    """Write the smallest detectable effect."""
    if verdict.smallest_detectable >= 0.995:
        return "None, not even to nought"
    return shown(verdict.smallest_detectable, "share", missing="Not known")


def shortened_quote(text: str, most: int = 60) -> str:
    """Cut a quotation at a word for a heading.

    Examples
    --------
    >>> shortened_quote("a huge reduction in activity and crime was achieved", most=20)
    'a huge reduction in…'
    """
    if len(text) <= most:
        return text
    return f"{text[: most + 1].rsplit(' ', 1)[0].rstrip(',;:. ')}…"


def stem(name: str) -> str:
    """Make a name fit for a file's.

    Examples
    --------
    >>> stem("All crime (ward)")
    'all_crime__ward_'
    """
    return "".join(letter if letter.isalnum() else "_" for letter in name.lower())
