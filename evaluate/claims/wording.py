"""The sentences of a verdict: every number in them is one of the facts, every probability word has its number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import Final

from evaluate.checks.triangulation import SOURCES_NEEDED
from evaluate.claims.facts import Confidence, Facts
from evaluate.claims.grade import SMALL_COUNT
from evaluate.claims.rules import SURE, out_of_reach, phia, shortfalls_of_huge

NUMBER_WORDS: Final = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """The names a verdict is told with.

    Parameters
    ----------
    outcome, area, operation, window : str
        As a reader knows them.
    start, end : str
        First and last period of the window, such as "July 2017".
    period : str
        "day", "week" or "month".
    operation_days : int
        Days the operation ran.
    window_days, window_periods : int
        Days and periods of the window.

    Examples
    --------
    >>> Setting("violence", "Loxford", "June 2017", "after", "July 2017", "April 2018").when
    'Between July 2017 and April 2018'
    """

    outcome: str
    area: str
    operation: str
    window: str
    start: str
    end: str
    period: str = "month"
    operation_days: int = 0
    window_days: int = 0
    window_periods: int = 1

    @property
    def when(self) -> str:
        """The window's dates, to begin a sentence with."""
        return f"In {self.start}" if self.start == self.end else f"Between {self.start} and {self.end}"

    @property
    def names(self) -> tuple[str, ...]:
        """Words that are the user's own and not this package's."""
        return (self.outcome, self.area, self.operation)


ACTIVITY_ONLY: Final = {
    "reduction": "The figures describe police activity and do not test whether crime fell.",
    "increase": "The figures describe police activity and do not test whether crime rose.",
}


# ---- numbers in words ----------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    """Write a probability or a share as a percentage that claims neither certainty nor impossibility.

    Examples
    --------
    >>> percent(0.684), percent(0.002), percent(0.9996)
    ('68%', 'less than 1%', 'more than 99%')
    """
    if share < 0.01:
        return "less than 1%"
    if share > 0.99:
        return "more than 99%"
    return f"{100 * share:.0f}%"


def number_word(number: int) -> str:
    """Spell out a whole number up to twelve.

    Examples
    --------
    >>> number_word(5), number_word(31)
    ('five', '31')
    """
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else f"{number:,}"


def count(value: float) -> str:
    """Write an expected count: whole numbers, one decimal below 20."""
    return f"{value:,.0f}" if value >= SMALL_COUNT or value == round(value) else f"{value:.1f}"


def capital(sentence: str) -> str:
    """Begin a sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


def chance(probability: float, facts: Facts, clause: str, *, strongest: str | None = None) -> str:
    """Say how probable something is: word of the yardstick, number, clause.

    Parameters
    ----------
    probability : float
        Of what the clause says.
    facts : Facts
        For the grade, which limits the word.
    clause : str
        What is more or less likely, such as "there was a reduction".
    strongest : str, optional
        The strongest word that the rule allows; what would be almost certain is then "at least" that.

    Returns
    -------
    str
        Without a full stop. At grade E the number alone would have to stand, so nothing is said: the empty string.

    Examples
    --------
    >>> facts = Facts(p_any=0.9, p10=0.8, p50=0.1, p_claim=0.1, rate_ratio=0.8, lower=0.6, upper=1.1, grade="B")
    >>> chance(0.68, facts, "there was a reduction")
    'it is likely (68%) that there was a reduction'
    >>> chance(0.001, facts, "it was huge")
    'there is a remote chance (less than 1%) that it was huge'
    """
    term = phia(probability, grade=facts.grade)
    if term is None:
        return ""
    if strongest is not None and term == "almost certain":
        term = f"at least {strongest}"
    if term == "remote chance":
        return f"there is a remote chance ({percent(probability)}) that {clause}"
    article = "a " if term == "realistic possibility" else ""
    return f"it is {article}{term} ({percent(probability)}) that {clause}"


def size_claimed(facts: Facts) -> str:
    """Name what was claimed: "a reduction of at least 21%", "a huge reduction (half or more)"."""
    noun = "a reduction" if facts.direction == "reduction" else "an increase"
    if not facts.claimed_size:
        return noun
    if facts.claims_half:
        return "a huge reduction (half or more)"
    return f"{noun} of at least {100 * facts.claimed_size:.0f}%"


def as_large_as_claimed(facts: Facts) -> str:
    """Say that the change was as claimed, calling a reduction huge only where every condition of the word is met."""
    where = " on the days it ran" if facts.share_of_days < 1 else ""
    where += " at the place the claim is about" if facts.share_of_area < 1 else ""
    if not facts.claimed_size:
        return f"there was {size_claimed(facts)}{where}"
    if facts.claims_half:
        huge = not where and not shortfalls_of_huge(facts)
        return f"the reduction was {'huge (half or more)' if huge else 'half or more'}{where}"
    return f"the {facts.direction} was at least {100 * facts.claimed_size:.0f}%{where}"


# ---- the verdict in one sentence -----------------------------------------------------------------------------------


def _cannot_tell(facts: Facts, setting: Setting) -> str:
    smallest = smallest_percent(facts)
    if out_of_reach(facts) and facts.share_of_area < 1:
        return (
            "The data cannot tell. Had every incident been prevented at the place and on the days the claim is about, "
            f"the counts would have fallen by at most {percent(facts.reach)}, which would be missed more than one "
            f"time in five (smallest detectable: {smallest})."
        )
    if out_of_reach(facts):
        return f"The data cannot tell. {short_operation(facts, setting)}"
    said = (
        "The data cannot tell. Even an effect of the size claimed would be missed more than one time in five "
        f"(smallest detectable: {smallest})."
    )
    if facts.upper < 1.0 or facts.lower > 1.0:
        said += (
            f" The {100 * facts.level:.0f}% interval leaves out no change, but what so weak a design finds is apt to "
            f"be exaggerated, and a {100 * SURE:.0f}% interval does not."
        )
    return said


def _not_tested(facts: Facts, setting: Setting) -> str:
    if isnan(facts.p_claim) and facts.grade != "E" and facts.generation != "enforcement":
        return "The method gives no probability, so the claim was not tested."
    return ACTIVITY_ONLY[facts.direction]


def _too_few_sources(facts: Facts, setting: Setting) -> str:
    way = "fell" if facts.direction == "reduction" else "rose"
    shown = f"{number_word(facts.agreeing_sources)} of the {number_word(facts.n_sources)} looked at shows it"
    if not facts.n_sources:
        shown = "none was looked at"
    elif not facts.agreeing_sources:
        shown = f"of the {number_word(facts.n_sources)} looked at none shows it"
    return (
        f"The data cannot tell. That activity {way} takes {number_word(SOURCES_NEEDED)} sources that enforcement does "
        f"not make; {shown}."
    )


def _almost_certain(facts: Facts, setting: Setting) -> str:
    return f"{capital(chance(facts.p_claim, facts, as_large_as_claimed(facts)))}."


def _offset(facts: Facts, setting: Setting) -> str:
    itself = chance(facts.p_claim, facts, as_large_as_claimed(facts), strongest="highly likely")
    net = chance(facts.p_net, facts, "as much is left once neighbouring areas are counted in")
    return f"{capital(itself)} in the area itself, but {net}."


def _likely(facts: Facts, setting: Setting) -> str:
    said = chance(facts.p_claim, facts, as_large_as_claimed(facts), strongest="highly likely")
    return f"{capital(said)}."


def _smaller(facts: Facts, setting: Setting) -> str:
    real = "A real reduction" if facts.direction == "reduction" else "A real increase"
    claimed = "a huge one" if facts.claims_half else f"one of at least {100 * facts.claimed_size:.0f}%"
    weak = facts.grade == "D"
    term = "unlikely" if weak else "highly unlikely"
    remote = ": a remote chance" if phia(facts.p_claim, grade=facts.grade) == "remote chance" else ""
    return (
        f"{real} is {phia(facts.toward, grade=facts.grade)} ({percent(facts.toward)} that it was 10% or more), but "
        f"{claimed} is {term} ({percent(facts.p_claim)}{remote})."
    )


def _too_small(facts: Facts, setting: Setting) -> str:
    return (
        f"The change was probably too small to matter: {chance(facts.p_rope, facts, 'it was inside +/-10%')}."
    )


def _other_way(facts: Facts, setting: Setting) -> str:
    moved, noun = ("risen", "an increase") if facts.direction == "reduction" else ("fallen", "a reduction")
    return (
        f"Recorded {setting.outcome} is likely to have {moved} relative to {comparison(facts)}: "
        f"{chance(facts.against, facts, f'there was {noun} of at least 10%')}."
    )


def _otherwise(facts: Facts, setting: Setting) -> str:
    noun = "a reduction" if facts.direction == "reduction" else "an increase"
    said = capital(chance(facts.p_direction, facts, f"there was {noun}"))
    if not facts.claimed_size:
        return f"{said}; the claim is not supported."
    return (
        f"{said}; the claim of {size_claimed(facts)} is not supported: probability {percent(facts.p_claim)}."
    )


SENTENCES: Final[dict[str, Callable[[Facts, Setting], str]]] = {
    "cannot tell": _cannot_tell,
    "activity only": _not_tested,
    "too few sources": _too_few_sources,
    "almost certain": _almost_certain,
    "offset": _offset,
    "likely": _likely,
    "smaller": _smaller,
    "too small": _too_small,
    "other way": _other_way,
    "otherwise": _otherwise,
}
"""The sentence for each rule of the table."""


def verdict_words(rule: str, facts: Facts, setting: Setting, confidence: Confidence) -> str:
    """Write the verdict of a rule; wherever a probability word stands, so does the analytical confidence.

    Parameters
    ----------
    rule : str
        Id of the rule that decided.
    facts : Facts
        The numbers.
    setting : Setting
        The names.
    confidence : str
        The rating.

    Returns
    -------
    str
    """
    sentence = SENTENCES[rule](facts, setting)
    if rule in ("cannot tell", "activity only", "too few sources"):
        return sentence
    return f"{sentence[:-1]}; analytical confidence is {confidence}."


def half_clause(facts: Facts) -> str:
    """Say how probable a reduction by half is; nobody calls it almost certain before the buffers are counted in."""
    net = facts.net_of_buffers is True
    clause = "it was as large as half, our test of a huge reduction"
    return chance(facts.p50, facts, clause, strongest=None if net else "highly likely")


# ---- the sentences beside it ---------------------------------------------------------------------------------------


def comparison(facts: Facts) -> str:
    """Name what the area was compared with."""
    return "comparison areas" if facts.n_control else "what its own past led to expect"


def short_operation(facts: Facts, setting: Setting) -> str:
    """Say what a few days inside a longer period can change at most, and how much the counts vary anyway.

    Examples
    --------
    >>> facts = Facts(p_any=0.7, p10=0.3, p50=0.0, p_claim=0.4, rate_ratio=0.95, lower=0.7, upper=1.3,
    ...               share_of_days=5 / 31, month_to_month=0.142, smallest_detectable=0.3)
    >>> setting = Setting("crime", "Loxford", "May 2018", "during", "May 2018", "May 2018", operation_days=5,
    ...                   window_days=31)
    >>> print(short_operation(facts, setting))
    Five days in a month of 31 can change a monthly count by at most 16%. The normal month-to-month variation in this
    area is +/-14%. Monthly counts therefore cannot show whether the operation reduced crime on the days it ran
    (smallest detectable: 30%).
    """
    period, adjective = setting.period, {"month": "monthly", "week": "weekly", "day": "daily"}[setting.period]
    days = capital(counted_in_words(setting.operation_days, "day"))
    most = percent(facts.share_of_days)
    if setting.window_periods == 1:
        first = (
            f"{days} in a {period} of {setting.window_days} can change a {adjective} count by at most {most}."
        )
    else:
        first = (
            f"{days} in {counted_in_words(setting.window_periods, period)} of {setting.window_days} days together can "
            f"change their count by at most {most}."
        )
    usual = (
        f" The normal {period}-to-{period} variation in this area is +/-{100 * facts.month_to_month:.0f}%."
        if not isnan(facts.month_to_month)
        else ""
    )
    if not facts.share_of_days < facts.smallest_detectable:
        return first + usual
    return (
        f"{first}{usual} {capital(adjective)} counts therefore cannot show whether the operation reduced crime on the "
        f"days it ran (smallest detectable: {percent(facts.smallest_detectable)})."
    )


def counted_in_words(number: int, noun: str) -> str:
    """Spell a small number out with its noun.

    Examples
    --------
    >>> counted_in_words(1, "day"), counted_in_words(5, "day")
    ('one day', 'five days')
    """
    return f"{number_word(number)} {noun}{'' if number == 1 else 's'}"


def smallest_percent(facts: Facts) -> str:
    """Write the smallest detectable change; a rise may be of 100% and more."""
    if facts.direction == "increase" and facts.smallest_shown >= 0.995:
        return f"{100 * facts.smallest_shown:.0f}%" if facts.smallest_shown < 10 else "more than tenfold"
    return percent(facts.smallest_shown)
