"""How far a design can be trusted: a grade from A to E, a Maryland level, and analytical confidence, with reasons."""

from __future__ import annotations

from math import isnan
from typing import Final

from evaluate.checks.empirical_calibration import FAIR, FEWEST_FOR_A_RATE, GOOD
from evaluate.claims.facts import Confidence, Facts, Grade

FEWEST_CONTROLS_AB: Final = 20
FEWEST_CONTROLS_C: Final = 5
MONTHS_BEFORE, MONTHS_AFTER = 24, 12
FEWEST_PERIODS_BEFORE: Final = 12
FEWEST_PLACEBOS: Final = FEWEST_FOR_A_RATE
PLACEBO_RATE_AB, PLACEBO_RATE_C = GOOD, FAIR
SMALL_COUNT: Final = 20
"""Below this expected count no percentage change is given."""

MARYLAND: Final[dict[Grade, int]] = {"A": 3, "B": 3, "C": 3, "D": 2, "E": 1}


def maryland_level(grade: Grade) -> int:
    """Level on the Maryland Scientific Methods Scale; no design of this kind reaches 4.

    Examples
    --------
    >>> maryland_level("D")
    2
    """
    return MARYLAND[grade]


def design_grade(facts: Facts) -> tuple[Grade, tuple[str, ...]]:
    """Grade the design, by what it is and not by what it found.

    Parameters
    ----------
    facts : Facts
        Its ``grade`` is not looked at.

    Returns
    -------
    grade : {"A", "B", "C", "D", "E"}
        A: counts by day or week, or at least 24 months before and 12 after; at least 20 control areas; at most 7%
        false positives in placebo areas; plan fixed before the data were read. B: the same, in hindsight.
        C: 5 to 19 control areas, or 7 to 10% false positives, or not measured on at least 20 placebo areas, or too
        short, or a boundary bridged by weighting. D: a single series, fewer controls or worse. E: two totals.
    reasons : tuple of str
        What held the grade down, in sentences.

    Notes
    -----
    A method that finds too little in placebo areas (below 3%) errs on the side of caution and is not graded down.

    Examples
    --------
    >>> facts = Facts(p_any=0.9, p10=0.8, p50=0.1, p_claim=0.1, rate_ratio=0.8, lower=0.6, upper=1.1, n_control=8,
    ...               n_before=36, n_after=12, placebo_rate=0.05, n_placebos=40)
    >>> design_grade(facts)
    ('C', ('The design has 8 control areas; grade B needs 20.',))
    """
    if facts.grade_ceiling == "E":
        return "E", ("It compares two totals, with no series and no control areas behind them.",)
    failings = _failings(facts)
    if facts.grade_ceiling == "D" or failings:
        single = (
            ("It rests on a single series, without control areas.",) if facts.grade_ceiling == "D" else ()
        )
        return "D", single or failings
    shortfalls = _shortfalls(facts)
    if shortfalls or facts.grade_ceiling == "C":
        return "C", shortfalls or ("The method used cannot earn a higher grade.",)
    if not facts.plan_before_data:
        return "B", ("The plan was made after the data could be read; grade A needs it fixed before.",)
    return "A", ()


def _failings(facts: Facts) -> tuple[str, ...]:
    """What leaves a design with controls no better than a single series."""
    found = []
    if facts.n_control == 0:
        found.append("It rests on a single series, without control areas.")
    elif facts.n_control < FEWEST_CONTROLS_C:
        found.append(
            f"The design has {counted(facts.n_control, 'control area')}; grade C needs {FEWEST_CONTROLS_C}."
        )
    if facts.n_before < FEWEST_PERIODS_BEFORE:
        found.append(
            f"The design has {counted(facts.n_before, 'period')} before the operation; grade C needs "
            f"{FEWEST_PERIODS_BEFORE}."
        )
    if facts.n_placebos >= FEWEST_PLACEBOS and facts.placebo_rate > PLACEBO_RATE_C:
        found.append(f"{_placebo_sentence(facts)}; grade C allows {PLACEBO_RATE_C:.0%}.")
    return tuple(found)


def _shortfalls(facts: Facts) -> tuple[str, ...]:
    """What keeps a design with controls from grade B."""
    found = []
    if facts.n_control < FEWEST_CONTROLS_AB:
        found.append(
            f"The design has {counted(facts.n_control, 'control area')}; grade B needs {FEWEST_CONTROLS_AB}."
        )
    if not facts.fine_periods and (facts.n_before < MONTHS_BEFORE or facts.n_after < MONTHS_AFTER):
        found.append(
            f"The design has {counted(facts.n_before, 'month')} before and {facts.n_after} from the start of the "
            f"operation; grade B needs {MONTHS_BEFORE} and {MONTHS_AFTER}."
        )
    if isnan(facts.placebo_rate) or facts.n_placebos < FEWEST_PLACEBOS:
        found.append(
            "How often the method finds an effect that is not there has not been measured on at least "
            f"{FEWEST_PLACEBOS} untreated areas; grade B needs it."
        )
    elif facts.placebo_rate > PLACEBO_RATE_AB:
        found.append(f"{_placebo_sentence(facts)}; grade B allows {PLACEBO_RATE_AB:.0%}.")
    if facts.boundary_break:
        found.append("A boundary moved inside the data and was bridged by weighting.")
    return tuple(found)


def _placebo_sentence(facts: Facts) -> str:
    return (
        f"The method finds an effect that is not there in {facts.placebo_rate:.0%} of "
        f"{facts.n_placebos} untreated areas"
    )


def analytical_confidence(facts: Facts) -> tuple[Confidence, tuple[str, ...]]:
    """Rate the analytical confidence that must stand beside every probability word.

    Parameters
    ----------
    facts : Facts
        With its grade.

    Returns
    -------
    rating : {"high", "moderate", "low"}
        Grades A and B: high, or moderate where there is any doubt; C: moderate, or low; D and E: low. A step lower
        where more than a quarter of the specifications listed beforehand point the other way.
    doubts : tuple of str
        In sentences.

    Examples
    --------
    >>> facts = Facts(p_any=0.9, p10=0.8, p50=0.1, p_claim=0.1, rate_ratio=0.8, lower=0.6, upper=1.1, grade="B",
    ...               smallest_detectable=0.3, net_of_buffers=True, expected=200)
    >>> analytical_confidence(facts)
    ('high', ())
    """
    doubts = doubts_about(facts)
    steps = {"A": 0, "B": 0, "C": 1}.get(facts.grade, len(RATINGS)) + bool(doubts)
    conflict = conflict_among_specifications(facts)
    if conflict:
        steps, doubts = steps + 1, (*doubts, conflict)
    return RATINGS[min(steps, len(RATINGS) - 1)], doubts


RATINGS: Final[tuple[Confidence, ...]] = ("high", "moderate", "low")
MOST_CONFLICTING: Final = 0.25


def conflict_among_specifications(facts: Facts) -> str:
    """Say how many of the specifications listed beforehand point the other way; empty for a quarter of them or fewer.

    Examples
    --------
    >>> facts = Facts(p_any=0.9, p10=0.8, p50=0.1, p_claim=0.1, rate_ratio=0.8, lower=0.6, upper=1.1,
    ...               n_specifications=200, conflicting=0.31)
    >>> conflict_among_specifications(facts)
    '31% of the 200 specifications listed beforehand point the other way.'
    """
    if isnan(facts.conflicting) or facts.conflicting <= MOST_CONFLICTING:
        return ""
    share, number = f"{facts.conflicting:.0%}", facts.n_specifications
    if number == 1:
        return "The one other specification listed beforehand points the other way."
    return f"{share} of the {number:,} specifications listed beforehand point the other way."


def doubts_about(facts: Facts) -> tuple[str, ...]:
    """List what lowers confidence by one step, in sentences."""
    found = []
    excludes_one = facts.upper < 1 or facts.lower > 1
    if excludes_one and facts.placebo_p > MATERIAL_PLACEBO_P:
        found.append(
            "The interval excludes no change, but changes as large were common in untreated areas "
            f"(placebo p-value {facts.placebo_p:.2f})."
        )
    if excludes_one and facts.calibrated_lower <= 1 <= facts.calibrated_upper:
        found.append(
            "The interval excludes no change, but widened by the error that the method makes in untreated areas it "
            "does not."
        )
    if isnan(facts.smallest_detectable):
        found.append("The smallest change these data could show is not known.")
    elif not detects(facts) and not excludes_one:
        size = "The claimed size" if facts.claimed_size else "A change by a tenth, the least that matters,"
        found.append(f"{size} is smaller than the smallest change these data could be relied on to show.")
    if facts.triggered and isnan(facts.expected_fall):
        found.append("The operation followed a spike, and the fall to be expected after it was not measured.")
    if facts.net_of_buffers is None and facts.direction == "reduction":
        found.append("Whether crime moved to neighbouring areas was not measured.")
    if facts.generation == "mixed":
        found.append(
            "The counts come in part from what officers did, not only from what the public reported."
        )
    if not facts.expected >= SMALL_COUNT:
        found.append(f"Fewer than {SMALL_COUNT} were expected, so chance weighs heavily.")
    if facts.boundary_break:
        found.append("A boundary moved inside the data.")
    return tuple(found)


MATERIAL_PLACEBO_P: Final = 0.10


def detects(facts: Facts) -> bool:
    """Say whether an effect of the size claimed would be found four times in five.

    Compared on the log scale, so that a rise and a fall of the same ratio are treated alike.

    Examples
    --------
    >>> facts = Facts(p_any=0.9, p10=0.8, p50=0.1, p_claim=0.1, rate_ratio=0.8, lower=0.6, upper=1.1,
    ...               claimed_size=0.21, claimed_ratio=0.79, smallest_detectable=0.25)
    >>> detects(facts)
    False
    """
    least_ratio = 1.0 - facts.smallest_detectable
    if facts.direction == "reduction":
        return facts.tested_ratio <= least_ratio
    return facts.tested_ratio * least_ratio >= 1.0


def counted(number: float, noun: str) -> str:
    """Write a number with its noun, singular or plural.

    Examples
    --------
    >>> counted(1, "control area"), counted(1200, "month")
    ('1 control area', '1,200 months')
    """
    return f"{number:,.0f} {noun}{'' if round(number) == 1 else 's'}"
