"""Sentences that stand beside a verdict; each is empty where what it would say was not measured."""

from __future__ import annotations

from math import isnan

from evaluate.checks.wording import signed
from evaluate.claims.facts import Facts
from evaluate.claims.grade import SMALL_COUNT
from evaluate.claims.rules import POSSIBLE, shortfalls_of_huge, size_word
from evaluate.claims.wording import count, percent, smallest_percent


def smallest_lasting(facts: Facts) -> str:
    """Say what an after-period could have shown; empty where it is not known."""
    if isnan(facts.smallest_detectable):
        return ""
    noun = "reduction" if facts.direction == "reduction" else "increase"
    return f"The smallest lasting {noun} we could have detected: {smallest_percent(facts)}."


def estimate_sentence(facts: Facts) -> str:
    """Say the size of the estimate: a percentage with its size word, or counts alone where few were expected."""
    if isnan(facts.rate_ratio) or isnan(facts.expected):
        return ""
    if facts.expected < SMALL_COUNT:
        return f"{count(facts.observed)} recorded against {count(facts.expected)} expected."
    change = 100 * (facts.rate_ratio - 1)
    word = size_word(facts.rate_ratio)
    if word == "negligible":
        return f"The estimated change is {signed(change)}%, which is {word}."
    return f"The estimate is a {'fall' if change < 0 else 'rise'} of {abs(change):.0f}%: {word}."


def spike_sentence(facts: Facts) -> str:
    """Say how much of the raw fall was to be expected after the spike; empty where it was not measured."""
    if not facts.triggered or isnan(facts.expected_fall):
        return ""
    expected = 100 * facts.expected_fall
    began = "The operation was launched after a spike"
    if round(expected) <= 0:
        return f"{began}, but counts like these would not be expected to fall without an operation."
    if facts.expected < SMALL_COUNT:
        return f"{began}; part of what followed would be expected without any operation."
    if isnan(facts.raw_fall) or facts.raw_fall < facts.expected_fall:  # nothing that points could be "of"
        return f"{began}; a fall of {expected:.0f}% would be expected without any operation."
    points = "point" if round(expected) == 1 else "points"
    return (
        f"{began}; {expected:.0f} percentage {points} of the raw fall of {100 * facts.raw_fall:.0f}% would be expected "
        "without any operation."
    )


def nearby_sentence(facts: Facts) -> str:
    """Say what is left of the effect once the neighbouring areas are counted in; empty where it was not measured."""
    if isnan(facts.net_rate_ratio):
        return ""
    counted_in = (
        f"with what they gained or lost counted in, the rate ratio here is {facts.net_rate_ratio:.2f}."
    )
    if isnan(facts.buffer_rate_ratio):
        return f"Neighbouring areas were looked at: {counted_in}"
    return f"In neighbouring areas the rate ratio was {facts.buffer_rate_ratio:.2f}; {counted_in}"


def huge_sentence(facts: Facts) -> str:
    """Say why a reduction by half is not called huge; empty where it is, or where half is not likely."""
    shortfalls = shortfalls_of_huge(facts)
    if not facts.claims_half or facts.reach < 1 or not shortfalls or not facts.p50 >= POSSIBLE:
        return ""
    return f"It is not called huge because {'; '.join(shortfalls)}."


def other_thresholds(facts: Facts) -> str:
    """Say what other cuts for "huge" would give; empty where the claim is not of a reduction by half."""
    if not facts.claims_half or facts.reach < 1 or isnan(facts.p40) or isnan(facts.p60) or facts.grade == "E":
        return ""
    return (
        f"Were huge taken as at least 40%, the probability would be {percent(facts.p40)}; as at least 60%, it would "
        f"be {percent(facts.p60)}."
    )


def activity_sentence(facts: Facts) -> str:
    """Say how many sources agree on a claim about activity; empty for any other claim."""
    if not facts.claims_activity:
        return ""
    if not facts.n_sources:
        return "No single count measures activity, and no other source was set beside this one."
    number, agreeing = facts.n_sources, facts.agreeing_sources
    way = "fewer" if facts.direction == "reduction" else "more"
    verb = "shows" if agreeing == 1 else "show"
    if number == 1:
        shown = f"the one source that enforcement does not make {'shows' if agreeing else 'does not show'}"
    else:
        shown = f"of {number} sources that enforcement does not make, {agreeing} {verb}"
    return f"No single count measures activity; {shown} {way} than expected."


def place_sentence(facts: Facts) -> str:
    """Say how much of a change at the place meant the area's counts could show; empty where it is the whole area."""
    if facts.share_of_area >= 1:
        return ""
    whole = ""
    if facts.direction == "reduction" and facts.grade != "E" and not isnan(facts.p50):
        whole = f" In the area as a whole the probability of a reduction by half is {percent(facts.p50)}."
    return (
        f"The place the claim is about had {100 * facts.share_of_area:.0f}% of the area's counts, so what happened "
        f"there can change them by at most {percent(facts.reach)}.{whole}"
    )
