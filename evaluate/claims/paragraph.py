"""The verdict as one paragraph for a report, and its reasons as sentences."""

from __future__ import annotations

from math import isnan

from evaluate.claims.facts import Confidence, Facts
from evaluate.claims.grade import counted
from evaluate.claims.remarks import (
    activity_sentence,
    estimate_sentence,
    huge_sentence,
    nearby_sentence,
    other_thresholds,
    place_sentence,
    smallest_lasting,
    spike_sentence,
)
from evaluate.claims.rules import out_of_reach
from evaluate.claims.wording import (
    SENTENCES,
    Setting,
    as_large_as_claimed,
    capital,
    chance,
    count,
    half_clause,
    short_operation,
)

TOLD = ("too few sources", "offset", "too small", "other way")
"""Rules whose verdict the probabilities alone would not tell."""

NOT_EVIDENCE = "Arrest and caution counts are not evidence either way."


def verdict_paragraph(
    rule: str,
    words: str,
    *,
    facts: Facts,
    setting: Setting,
    confidence: Confidence,
    because: tuple[str, ...],
) -> str:
    """Fill in the model paragraph.

    Parameters
    ----------
    rule : str
        Id of the rule that decided.
    words : str
        The verdict in one sentence.
    facts : Facts
        The numbers.
    setting : Setting
        The names.
    confidence : str
        Analytical confidence.
    because : tuple of str
        Reasons for the grade and the confidence, in sentences.

    Returns
    -------
    str
        What was counted against what was expected; how probable the claim is, or why that cannot be said; how far
        the analysis can be trusted; the spike, the neighbours, and what counts of police activity are worth.
    """
    parts = [counted_sentence(facts, setting)]
    if rule in ("cannot tell", "activity only"):
        parts.append(words)
    else:
        parts.append(SENTENCES[rule](facts, setting) if rule in TOLD else "")
        parts.append(probabilities_sentence(facts))
    if rule == "cannot tell" and setting.window == "during" and not out_of_reach(facts):
        parts.append(short_operation(facts, setting) if facts.share_of_days < 1 else "")
    parts.append(confidence_sentence(facts, confidence, because))
    if rule != "activity only":
        parts += [spike_sentence(facts), nearby_sentence(facts)]
    parts.append(NOT_EVIDENCE)
    return " ".join(part for part in parts if part)


def counted_sentence(facts: Facts, setting: Setting) -> str:
    """Say what was recorded against what was expected, with the rate ratio and its interval where there is one."""
    source = f"from {counted(facts.n_control, 'comparison area')}" if facts.n_control else "from its own past"
    ratio = ""
    if not isnan(facts.rate_ratio):
        ratio = f" (rate ratio {facts.rate_ratio:.2f}"
        if not isnan(facts.lower):
            ratio += f", {100 * facts.level:.0f}% interval {facts.lower:.2f} to {facts.upper:.2f}"
        ratio += ")"
    return (
        f"{setting.when}, {setting.outcome} in {setting.area} came to {count(facts.observed)} against "
        f"{count(facts.expected)} expected {source}{ratio}."
    )


def probabilities_sentence(facts: Facts) -> str:
    """Say how probable a change of any size is, of the size claimed, and of half."""
    noun = "a reduction" if facts.direction == "reduction" else "an increase"
    clauses = [chance(facts.p_direction, facts, f"there was {noun} of any size")]
    if facts.claimed_size and not facts.claims_half:
        clauses.append(chance(facts.p_claim, facts, f"{as_large_as_claimed(facts)}, as claimed"))
    elif facts.claims_half and facts.reach < 1:
        clauses.append(chance(facts.p_claim, facts, as_large_as_claimed(facts)))
    if facts.direction == "reduction" and facts.reach == 1:
        clauses.append(half_clause(facts))
    said = clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])}, and {clauses[-1]}"
    return f"{capital(said)}."


def confidence_sentence(facts: Facts, confidence: Confidence, because: tuple[str, ...]) -> str:
    """Give the confidence rating and the design's grade, and why."""
    ratings = f"Analytical confidence is {confidence} and the design is of grade {facts.grade}"
    return f"{ratings}, for these reasons. {' '.join(because)}" if because else f"{ratings}."


def verdict_reasons(facts: Facts, setting: Setting, because: tuple[str, ...]) -> tuple[str, ...]:
    """List what a reader should know beside the verdict, in sentences.

    Parameters
    ----------
    facts : Facts
        The numbers.
    setting : Setting
        The names.
    because : tuple of str
        Reasons for the grade and the confidence.

    Returns
    -------
    tuple of str
    """
    found = list(because)
    if setting.window == "during" and facts.share_of_days < 1:
        found.append(short_operation(facts, setting))
    elif setting.window == "after":
        found.append(smallest_lasting(facts))
    found += [place_sentence(facts), activity_sentence(facts)]
    if facts.generation != "enforcement":
        found += [
            estimate_sentence(facts),
            huge_sentence(facts),
            other_thresholds(facts),
            spike_sentence(facts),
            nearby_sentence(facts),
        ]
    return tuple(sentence for sentence in found if sentence)
