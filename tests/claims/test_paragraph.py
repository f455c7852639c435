"""Golden paragraphs: the words a report prints, from facts stated by hand."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

import evaluate as ev
from evaluate.claims.judge import verdict_from
from evaluate.claims.wording import Setting

CLAIM = ev.Claim("it fell", source="a newspaper", window="after", reduction=0.5)
AFTER = Setting("violence", "Loxford", "June 2017", "after", "July 2017", "June 2018", "month", 30, 365, 12)

COUNTED = (
    "Between July 2017 and June 2018, violence in Loxford came to 410 against 512 expected from 24 comparison areas "
    "(rate ratio 0.80, 95% interval 0.60 to 1.07). "
)
NEARBY = (
    "In neighbouring areas the rate ratio was 1.04; with what they gained or lost counted in, the rate ratio here is "
    "0.83. "
)
NEITHER = "Arrest and caution counts are not evidence either way."

GOLDEN = {
    "real but not huge": (
        {},
        COUNTED
        + "It is almost certain (93%) that there was a reduction of any size, and there is a remote chance "
        "(less than 1%) that it was as large as half, our test of a huge reduction. Analytical confidence is high "
        "and the design is of grade B. " + NEARBY + NEITHER,
    ),
    "a claim of a fifth": (
        {"claimed_size": 0.21, "claimed_ratio": 0.79, "p_claim": 0.467, "smallest_detectable": 0.2},
        COUNTED
        + "It is almost certain (93%) that there was a reduction of any size, it is a realistic possibility "
        "(47%) that the reduction was at least 21%, as claimed, and there is a remote chance (less than 1%) that it "
        "was as large as half, our test of a huge reduction. Analytical confidence is high and the design is of "
        "grade B. " + NEARBY + NEITHER,
    ),
    "after a spike": (
        {"triggered": True, "expected_fall": 0.12, "raw_fall": 0.30},
        COUNTED
        + "It is almost certain (93%) that there was a reduction of any size, and there is a remote chance "
        "(less than 1%) that it was as large as half, our test of a huge reduction. Analytical confidence is high "
        "and the design is of grade B. The operation was launched after a spike; 12 percentage points of the raw "
        "fall of 30% would be expected without any operation. " + NEARBY + NEITHER,
    ),
    "cannot tell": (
        {"smallest_detectable": 0.6, "lower": 0.3, "upper": 1.8, "net_rate_ratio": nan},
        COUNTED.replace("0.60 to 1.07", "0.30 to 1.80")
        + "The data cannot tell. Even an effect of the size claimed "
        "would be missed more than one time in five (smallest detectable: 60%). Analytical confidence is moderate "
        "and the design is of grade B, for these reasons. The claimed size is smaller than the smallest change these "
        "data could be relied on to show. " + NEITHER,
    ),
    "activity by one source": (
        {
            "claims_activity": True,
            "n_sources": 2,
            "agreeing_sources": 1,
            "p_claim": 0.6,
            "net_rate_ratio": nan,
        },
        COUNTED
        + "The data cannot tell. That activity fell takes two sources that enforcement does not make; one of the two "
        "looked at shows it. It is almost certain (93%) that there was a reduction of any size, and there is a remote "
        "chance (less than 1%) that it was as large as half, our test of a huge reduction. Analytical confidence is "
        "high and the design is of grade B. " + NEITHER,
    ),
    "a conflict among specifications": (
        {"n_specifications": 208, "conflicting": 0.31, "net_rate_ratio": nan},
        COUNTED
        + "It is almost certain (93%) that there was a reduction of any size, and there is a remote chance "
        "(less than 1%) that it was as large as half, our test of a huge reduction. Analytical confidence is moderate "
        "and the design is of grade B, for these reasons. 31% of the 208 specifications listed beforehand point the "
        "other way. " + NEITHER,
    ),
    "a single series": (
        {"grade": "D", "n_control": 0, "net_of_buffers": None, "net_rate_ratio": nan},
        COUNTED.replace("from 24 comparison areas", "from its own past")
        + "It is likely (93%) that there was a "
        "reduction of any size, and it is unlikely (less than 1%) that it was as large as half, our test of a huge "
        "reduction. Analytical confidence is low and the design is of grade D, for these reasons. Whether crime "
        "moved to neighbouring areas was not measured. " + NEITHER,
    ),
    "police activity": (
        {
            "generation": "enforcement",
            "observed": 3.0,
            "expected": 0.4,
            "lower": nan,
            "upper": nan,
            "rate_ratio": nan,
        },
        "Between July 2017 and June 2018, violence in Loxford came to 3 against 0.4 expected from 24 comparison "
        "areas. The figures describe police activity and do not test whether crime fell. Analytical confidence is "
        "moderate and the design is of grade B, for these reasons. Fewer than 20 were expected, so chance weighs "
        "heavily. " + NEITHER,
    ),
    "the other way": (
        {
            "p_any": 0.013,
            "p10": 0.001,
            "p50": 0.0,
            "p_up": 0.899,
            "p_rope": 0.1,
            "p_claim": 0.0,
            "lower": 1.0,
        },
        COUNTED.replace("0.60", "1.00")
        + "Recorded violence is likely to have risen relative to comparison areas: it "
        "is highly likely (90%) that there was an increase of at least 10%. There is a remote chance (1%) that there "
        "was a reduction of any size, and there is a remote chance (less than 1%) that it was as large as half, our "
        "test of a huge reduction. Analytical confidence is high and the design is of grade B. "
        + NEARBY
        + NEITHER,
    ),
    "too small": (
        {"p_any": 0.693, "p10": 0.017, "p50": 0.0, "p_up": 0.002, "p_rope": 0.981, "p_claim": 0.0},
        COUNTED
        + "The change was probably too small to matter: it is almost certain (98%) that it was inside +/-10%. "
        "It is likely (69%) that there was a reduction of any size, and there is a remote chance (less than 1%) that "
        "it was as large as half, our test of a huge reduction. Analytical confidence is high and the design is of "
        "grade B. " + NEARBY + NEITHER,
    ),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_golden_paragraph(case, facts):
    change, paragraph = GOLDEN[case]
    assert verdict_from(CLAIM, replace(facts, **change), AFTER).paragraph == paragraph


def test_reasons_of_a_claim_of_half(facts):
    verdict = verdict_from(CLAIM, facts, AFTER, held_down=("The plan was late.",))
    assert verdict.reasons == (
        "The plan was late.",
        "The smallest lasting reduction we could have detected: 34%.",
        "The estimate is a fall of 20%: moderate.",
        "Were huge taken as at least 40%, the probability would be 3%; as at least 60%, it would be less than 1%.",
        NEARBY.strip(),
    )


def test_few_expected_are_given_as_counts(facts):
    few = replace(facts, observed=14, expected=18.2, triggered=True, expected_fall=0.12, raw_fall=0.3)
    verdict = verdict_from(CLAIM, few, AFTER)
    assert "14 recorded against 18.2 expected." in verdict.reasons
    assert "part of what followed would be expected without any operation." in verdict.paragraph


def test_a_fall_expected_after_a_spike_that_did_not_come(facts):
    spike = replace(facts, triggered=True, expected_fall=0.12, raw_fall=-0.05)
    assert "after a spike; a fall of 12% would be expected without any operation." in (
        verdict_from(CLAIM, spike, AFTER).paragraph
    )


def test_no_fall_to_be_expected_after_the_spike(facts):
    spike = replace(facts, triggered=True, expected_fall=-0.02, raw_fall=0.2)
    assert "after a spike, but counts like these would not be expected to fall without an operation." in (
        verdict_from(CLAIM, spike, AFTER).paragraph
    )


def test_smallest_rise_is_in_proportion_to_the_fall(facts):
    up = replace(facts, direction="increase", claimed_size=1.0, claimed_ratio=2.0, smallest_detectable=0.5)
    for fall, rise in ((0.5, "100%"), (0.2, "25%"), (0.75, "300%"), (1.0, "more than tenfold")):
        reasons = verdict_from(CLAIM, replace(up, smallest_detectable=fall), AFTER).reasons
        assert f"The smallest lasting increase we could have detected: {rise}." in reasons


@pytest.mark.parametrize(
    ("setting", "days", "sentence"),
    [
        (
            {"operation_days": 1, "window_days": 30, "window_periods": 1},
            1 / 30,
            "One day in a month of 30 can change a monthly count by at most 3%.",
        ),
        (
            {"operation_days": 14, "window_days": 61, "window_periods": 2},
            14 / 61,
            "14 days in two months of 61 days together can change their count by at most 23%.",
        ),
        (
            {"operation_days": 2, "window_days": 7, "window_periods": 1, "period": "week"},
            2 / 7,
            "Two days in a week of 7 can change a weekly count by at most 29%.",
        ),
    ],
)
def test_days_inside_a_longer_period(setting, days, sentence, facts):
    during = replace(AFTER, window="during", **setting)
    part = replace(facts, share_of_days=days, month_to_month=0.14, smallest_detectable=0.5)
    verdict = verdict_from(replace(CLAIM, window="during"), part, during)
    period = during.period
    assert verdict.words.startswith(
        f"The data cannot tell. {sentence} The normal {period}-to-{period} variation"
    )


def test_where_the_counts_can_show_the_days_it_does_not_say_that_they_cannot(facts):
    during = replace(AFTER, window="during", operation_days=28, window_days=31, window_periods=1)
    part = replace(facts, share_of_days=28 / 31, smallest_detectable=0.2)
    verdict = verdict_from(replace(CLAIM, window="during"), part, during)
    assert verdict.finding == "smaller than claimed"
    assert "28 days in a month of 31 can change a monthly count by at most 90%." in verdict.reasons
