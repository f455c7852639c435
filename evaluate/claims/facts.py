"""Everything the rules know about one claim, as plain numbers: what is not in here cannot decide a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evaluate.claims.claim import Direction

Grade = Literal["A", "B", "C", "D", "E"]
Generation = Literal["public-reported", "mixed", "enforcement"]
Confidence = Literal["high", "moderate", "low"]
Finding = Literal[
    "supported",
    "probably supported",
    "smaller than claimed",
    "too small to matter",
    "the other way",
    "not supported",
    "cannot tell",
    "not tested",
    "not published",
]

UNKNOWN = float("nan")

MATERIAL = 0.10
"""Changes smaller than this, either way, are too small to matter."""

HUGE = 0.50
"""A reduction has to be at least this large to be called huge; ``shortfalls_of_huge`` has the other conditions."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The numbers behind a verdict. NaN, or None for a yes or no, means that nobody has measured it.

    Parameters
    ----------
    p_any, p10, p25, p40, p50, p60 : float
        Probability that the rate ratio is below 1, and at most 0.9, 0.75, 0.6, 0.5 and 0.4.
    p_up : float
        Probability that it is at least 1.1.
    p_rope : float
        Probability that it lies between 0.9 and 1.1, too small a change to matter.
    p_claim : float
        Probability of the size claimed or larger, in the direction claimed.
    rate_ratio, lower, upper, level : float
        Estimate, interval and the interval's level.
    observed, expected : float
        Counts in the window: recorded, and expected without the operation.
    direction : {"reduction", "increase"}
        What was claimed.
    claimed_size : float
        Size claimed, as a fraction; 0 where none was stated.
    claimed_ratio : float
        The rate ratio the claim amounts to in these counts, ``reach`` allowed for.
    smallest_detectable : float
        Smallest reduction found four times in five, as a fraction.
    generation : {"public-reported", "mixed", "enforcement"}
        How the outcome's counts come about.
    grade : {"A", "B", "C", "D", "E"}
        Of the design.
    net_of_buffers : bool or None
        True where a reduction by half (or of the size claimed, where that is larger) is almost certainly left when
        the change in the buffer areas is added.
    p_net : float
        Probability that this much is left.
    net_rate_ratio : float
        Rate ratio with the buffers' change added to the treated area's count.
    buffer_rate_ratio : float
        Rate ratio of the buffer areas themselves.
    sustained_months : float
        Months of the "after" window; 0 for "during".
    late_ratio : float
        Recorded over expected in the second half of the "after" window.
    n_control : int
        Control areas the estimate rests on.
    n_before, n_after : int
        Periods before the operation, and from its start to the end of the window or the next operation.
    fine_periods : bool
        True where counts are by day or week.
    grade_ceiling : {"A", "B", "C", "D", "E"}
        The best grade the method can earn: "D" for a single series, "E" for two totals.
    share_of_days : float
        Share of the window's days the operation was in force; 1 for "after".
    share_of_area : float
        Share of the area's counts from the place the claim is about; 1 where it is about the whole area.
    month_to_month : float
        How far 19 in 20 counts of one period lie from their mean before the operation, as a fraction.
    placebo_p : float
        Share of untreated areas, the treated one included, with an effect as strong: (1 + b) / (1 + n).
    placebo_rate : float
        Share of untreated areas where the method finds an effect that cannot be there.
    n_placebos : int
        How many were tried.
    calibrated_lower, calibrated_upper : float
        The interval widened by the error that the method makes in untreated areas.
    n_specifications : int
        Other choices listed beforehand under which the same question was asked: methods, dates, lengths of "before".
    conflicting : float
        Share of them whose estimate lies on the other side of no change.
    claims_activity : bool
        True where the claim is about what went on, which no single count measures.
    n_sources, agreeing_sources : int
        Sources looked at that enforcement does not make, and those that show a change the way the claim says.
    triggered : bool
        True where the operation followed a spike.
    expected_fall, raw_fall : float
        After the spike: fall expected without any operation, and the raw fall, as fractions.
    plan_before_data : bool
        True where the plan was fixed before the outcome data were read.
    boundary_break : bool
        True where an area's boundary moved inside the data and was bridged by weighting.

    Examples
    --------
    >>> facts = Facts(p_any=0.93, p10=0.78, p50=0.0, p_claim=0.0, rate_ratio=0.8, lower=0.6, upper=1.07)
    >>> facts.reach
    1.0
    """

    p_any: float
    p10: float
    p50: float
    p_claim: float
    rate_ratio: float
    lower: float
    upper: float
    level: float = 0.95
    p25: float = UNKNOWN
    p40: float = UNKNOWN
    p60: float = UNKNOWN
    p_up: float = UNKNOWN
    p_rope: float = UNKNOWN
    observed: float = UNKNOWN
    expected: float = UNKNOWN
    direction: Direction = "reduction"
    claimed_size: float = 0.5
    claimed_ratio: float = 0.5
    smallest_detectable: float = UNKNOWN
    generation: Generation = "public-reported"
    grade: Grade = "E"
    net_of_buffers: bool | None = None
    p_net: float = UNKNOWN
    net_rate_ratio: float = UNKNOWN
    buffer_rate_ratio: float = UNKNOWN
    sustained_months: float = 0.0
    late_ratio: float = UNKNOWN
    n_control: int = 0
    n_before: int = 0
    n_after: int = 0
    fine_periods: bool = False
    grade_ceiling: Grade = "A"
    share_of_days: float = 1.0
    share_of_area: float = 1.0
    month_to_month: float = UNKNOWN
    placebo_p: float = UNKNOWN
    placebo_rate: float = UNKNOWN
    n_placebos: int = 0
    calibrated_lower: float = UNKNOWN
    calibrated_upper: float = UNKNOWN
    n_specifications: int = 0
    conflicting: float = UNKNOWN
    claims_activity: bool = False
    n_sources: int = 0
    agreeing_sources: int = 0
    triggered: bool = False
    expected_fall: float = UNKNOWN
    raw_fall: float = UNKNOWN
    plan_before_data: bool = False
    boundary_break: bool = False

    @property
    def reach(self) -> float:
        """The most that complete success could have lowered the counts, as a fraction (days times place)."""
        return self.share_of_days * self.share_of_area

    @property
    def tested_ratio(self) -> float:
        """The ratio a detectable effect is held against: that claimed, or a change of 10% where no size was stated."""
        if self.claimed_size:
            return self.claimed_ratio
        return 1.0 - MATERIAL * self.reach if self.direction == "reduction" else 1.0 + MATERIAL * self.reach

    @property
    def claims_half(self) -> bool:
        """True where the claim is of a reduction by half, the size that "huge" stands for."""
        return self.direction == "reduction" and self.claimed_size == HUGE

    @property
    def smallest_shown(self) -> float:
        """Smallest detectable change the way the claim says: a rise is as large as a fall in proportion."""
        fall = self.smallest_detectable
        return fall if self.direction == "reduction" else (fall / (1.0 - fall) if fall < 1 else float("inf"))

    @property
    def toward(self) -> float:
        """Probability of a change of at least 10% the way the claim says."""
        return self.p10 if self.direction == "reduction" else self.p_up

    @property
    def against(self) -> float:
        """Probability of a change of at least 10% the other way."""
        return self.p_up if self.direction == "reduction" else self.p10

    @property
    def p_direction(self) -> float:
        """Probability of any change the way the claim says."""
        return self.p_any if self.direction == "reduction" else 1.0 - self.p_any
