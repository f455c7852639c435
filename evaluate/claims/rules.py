"""The rules of a verdict: one table, read from the top, the first row that holds decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from statistics import NormalDist
from typing import Final

from evaluate.checks.triangulation import SOURCES_NEEDED
from evaluate.claims.facts import HUGE, Facts, Finding, Grade
from evaluate.claims.grade import detects

REMOTE, HIGHLY_UNLIKELY, UNLIKELY, POSSIBLE, LIKELY, HIGHLY_LIKELY = 0.075, 0.225, 0.375, 0.525, 0.775, 0.925
"""Upper ends of the probability words: midpoints of the gaps that the yardstick leaves between its ranges."""

TERMS: Final = (
    (REMOTE, "remote chance"),
    (HIGHLY_UNLIKELY, "highly unlikely"),
    (UNLIKELY, "unlikely"),
    (POSSIBLE, "realistic possibility"),
    (LIKELY, "likely"),
    (HIGHLY_LIKELY, "highly likely"),
    (float("inf"), "almost certain"),
)

MONTHS_SUSTAINED: Final = 6
SURE: Final = 0.99
"""Level of the interval that "cannot tell" looks at. Where a design would miss the size claimed, the estimates whose
95% interval leaves something out are those that chance has made large: such a design has to show more than others."""
HELD: Final = 0.5**0.5
"""A later half with a ratio above this is nearer to no change than to a halving: the reduction did not last."""


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Parameters
    ----------
    id : str
        Name of the rule.
    finding : str
        The verdict's finding where the rule decides.
    condition : str
        When it holds, in words.
    holds : callable
        From Facts to True or False.
    """

    id: str
    finding: Finding
    condition: str
    holds: Callable[[Facts], bool]

    def __str__(self) -> str:
        return f"{self.id} ({self.condition})"


def phia(probability: float, *, grade: Grade = "A") -> str | None:
    """Choose the probability word of the PHIA yardstick.

    Parameters
    ----------
    probability : float
        Between 0 and 1.
    grade : {"A", "B", "C", "D", "E"}
        Of the design. At D no word is stronger than "likely" or "unlikely"; at E there is none.

    Returns
    -------
    str or None
        Always to be printed with the number and an analytical-confidence rating.

    References
    ----------
    Professional Head of Intelligence Assessment, probability yardstick; the gaps it leaves between its ranges are cut
    at their midpoints: 7.5, 22.5, 37.5, 52.5, 77.5 and 92.5%.

    Examples
    --------
    >>> phia(0.68), phia(0.95), phia(0.95, grade="D"), phia(0.95, grade="E")
    ('likely', 'almost certain', 'likely', None)
    """
    if grade == "E" or isnan(probability):
        return None
    if grade == "D":
        probability = min(max(probability, HIGHLY_UNLIKELY), (POSSIBLE + LIKELY) / 2)
    return next(term for end, term in TERMS if probability < end)


def size_word(ratio: float) -> str:
    """Name the size of a change by words fixed in advance.

    Parameters
    ----------
    ratio : float
        Rate ratio. A rise is named by the ratio's inverse, so that halving and doubling are of one size.

    Returns
    -------
    str
        "negligible" below 10%, "small" to 15%, "moderate" to 25%, "large" to 50%, then "half or more" (a fall) or
        "double or more" (a rise). "Huge" needs more than size: see ``shortfalls_of_huge``.

    Examples
    --------
    >>> size_word(0.8), size_word(1.05), size_word(0.45)
    ('moderate', 'negligible', 'half or more')
    """
    fall = 1.0 - min(ratio, 1.0 / ratio) if ratio > 0 else 1.0
    for least, word in (
        (HUGE, ""),
        (0.25, "large"),
        (0.15, "moderate"),
        (0.10, "small"),
        (0.0, "negligible"),
    ):
        if fall >= least - 1e-12:
            return word or ("half or more" if ratio < 1 else "double or more")
    raise AssertionError(f"no word for the ratio {ratio}")


def shortfalls_of_huge(facts: Facts) -> tuple[str, ...]:
    """List what keeps a reduction by half from being called huge, as clauses; empty where nothing does.

    Huge is at least half, sustained for six months or more after the operation, net of controls, on an outcome that
    the public reports, and not offset in the buffer areas.

    Examples
    --------
    >>> facts = Facts(p_any=1.0, p10=1.0, p50=0.96, p_claim=0.96, rate_ratio=0.35, lower=0.24, upper=0.52, grade="B",
    ...               sustained_months=3, net_of_buffers=True, n_control=20)
    >>> shortfalls_of_huge(facts)
    ('it was followed for 3 months and not for 6',)
    """
    found = []
    if facts.sustained_months < MONTHS_SUSTAINED:
        months = round(facts.sustained_months)
        found.append(
            f"it was followed for {months} {'month' if months == 1 else 'months'} and not for {MONTHS_SUSTAINED}"
            if months
            else "the window ends with the operation, so whether it lasted is not known"
        )
    elif facts.late_ratio > HELD:
        found.append("it did not last through the second half of the window")
    if facts.grade in ("D", "E"):
        found.append("it is not net of what control areas did")
    if facts.generation != "public-reported":
        found.append("the counts do not come from the public's reports alone")
    if facts.net_of_buffers is not True:
        found.append(
            "whether it was offset in neighbouring areas was not measured"
            if facts.net_of_buffers is None
            else "it is not certain to be left once neighbouring areas are counted in"
        )
    return tuple(found)


# ---- the conditions ------------------------------------------------------------------------------------------------


def holds_both(facts: Facts) -> bool:
    """Say whether a 99% interval includes both no change and the size claimed.

    The interval given is widened on the log scale as that of a normal distribution is, and used as it is where its own
    level is 99% or more.

    Source: Gelman and Carlin (2014), Perspectives on Psychological Science 9, for what a design without power finds.

    Examples
    --------
    >>> facts = Facts(p_any=0.98, p10=0.9, p50=0.2, p_claim=0.9, rate_ratio=0.65, lower=0.45, upper=0.94,
    ...               claimed_size=0.1, claimed_ratio=0.9)
    >>> holds_both(facts)
    True
    """
    lower, upper = facts.lower, facts.upper
    if facts.rate_ratio > 0:
        normal, own = NormalDist(), facts.rate_ratio
        wider = max(1.0, normal.inv_cdf((1 + SURE) / 2) / normal.inv_cdf((1 + facts.level) / 2))
        lower, upper = own * (lower / own) ** wider, own * (upper / own) ** wider
    return lower <= 1.0 <= upper and lower <= facts.tested_ratio <= upper


def out_of_reach(facts: Facts) -> bool:
    """Say whether even complete success, on the days and at the place meant, would be missed."""
    return facts.direction == "reduction" and facts.reach < facts.smallest_detectable


def _cannot_tell(facts: Facts) -> bool:
    known = not isnan(facts.smallest_detectable)
    return known and ((not detects(facts) and holds_both(facts)) or out_of_reach(facts))


def _not_tested(facts: Facts) -> bool:
    return facts.grade == "E" or facts.generation == "enforcement" or isnan(facts.p_claim)


def _too_few_sources(facts: Facts) -> bool:
    return facts.claims_activity and facts.p_claim >= POSSIBLE and facts.agreeing_sources < SOURCES_NEEDED


def _almost_certain(facts: Facts) -> bool:
    return facts.p_claim >= HIGHLY_LIKELY and facts.grade in ("A", "B", "C") and net_where_huge(facts)


def _offset(facts: Facts) -> bool:
    huge = facts.direction == "reduction" and facts.claimed_size >= HUGE and facts.reach == 1
    return huge and facts.p_claim >= POSSIBLE and facts.p_net < HIGHLY_UNLIKELY


def net_where_huge(facts: Facts) -> bool:
    """Say whether a claim of half or more holds net of the buffers; smaller claims need not."""
    return facts.net_of_buffers is True or facts.direction == "increase" or facts.claimed_size < HUGE


RULES: Final = (
    Rule(
        "cannot tell",
        "cannot tell",
        "the smallest detectable effect exceeds the claimed one and a 99% interval includes both no change and the "
        "claim, or even complete success would be smaller than the smallest detectable effect",
        _cannot_tell,
    ),
    Rule(
        "activity only",
        "not tested",
        "grade E, or counts of what officers did, or a method that gives no probability",
        _not_tested,
    ),
    Rule(
        "too few sources",
        "cannot tell",
        "a claim about activity, of probability 52.5% or more by its own counts, on which fewer than two sources that "
        "enforcement does not make agree",
        _too_few_sources,
    ),
    Rule(
        "almost certain",
        "supported",
        "probability of the claim at least 92.5%, grade A to C, and net of buffers where the claim is of half or more",
        _almost_certain,
    ),
    Rule(
        "offset",
        "smaller than claimed",
        "a claim of half or more, of probability 52.5% or more in the area itself and below 22.5% net of buffers",
        _offset,
    ),
    Rule(
        "likely",
        "probably supported",
        "probability of the claim at least 52.5%",
        lambda facts: facts.p_claim >= POSSIBLE,
    ),
    Rule(
        "smaller",
        "smaller than claimed",
        "probability of the claim below 22.5%, of a change of 10% or more that way at least 77.5%",
        lambda facts: facts.p_claim < HIGHLY_UNLIKELY and facts.toward >= LIKELY,
    ),
    Rule(
        "too small",
        "too small to matter",
        "probability of the claim below 22.5%, of a change of less than 10% either way at least 77.5%",
        lambda facts: facts.p_claim < HIGHLY_UNLIKELY and facts.p_rope >= LIKELY,
    ),
    Rule(
        "other way",
        "the other way",
        "probability of a change of 10% or more the other way at least 77.5%",
        lambda facts: facts.against >= LIKELY,
    ),
    Rule("otherwise", "not supported", "none of the rules before", lambda facts: True),
)


def decide(facts: Facts) -> Rule:
    """Return the first rule that holds.

    Parameters
    ----------
    facts : Facts
        The numbers.

    Returns
    -------
    Rule
        With its id and finding.

    Examples
    --------
    >>> facts = Facts(p_any=0.932, p10=0.784, p50=0.001, p_claim=0.001, p_up=0.017, p_rope=0.199, rate_ratio=0.8,
    ...               lower=0.6, upper=1.07, grade="B", smallest_detectable=0.34)
    >>> decide(facts).finding
    'smaller than claimed'
    """
    return next(rule for rule in RULES if rule.holds(facts))
