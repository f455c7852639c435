"""Golden remarks: the sentences beside a verdict, from facts stated by hand; empty where nothing is known."""

from dataclasses import replace
from math import nan

import pytest

from evaluate.claims import remarks

REMARKS = [
    (
        remarks.smallest_lasting,
        {},
        "The smallest lasting reduction we could have detected: 34%.",
    ),
    (
        remarks.smallest_lasting,
        {"direction": "increase"},
        "The smallest lasting increase we could have detected: 52%.",
    ),
    (
        remarks.smallest_lasting,
        {"smallest_detectable": nan},
        "",
    ),
    (
        remarks.estimate_sentence,
        {},
        "The estimate is a fall of 20%: moderate.",
    ),
    (
        remarks.estimate_sentence,
        {"rate_ratio": 1.3},
        "The estimate is a rise of 30%: moderate.",
    ),
    (
        remarks.estimate_sentence,
        {"rate_ratio": 1.04},
        "The estimated change is +4%, which is negligible.",
    ),
    (
        remarks.estimate_sentence,
        {"rate_ratio": 0.96},
        "The estimated change is −4%, which is negligible.",
    ),
    (
        remarks.estimate_sentence,
        {"expected": 12.34, "observed": 9.0},
        "9 recorded against 12.3 expected.",
    ),
    (
        remarks.estimate_sentence,
        {"expected": 20.0},
        "The estimate is a fall of 20%: moderate.",
    ),
    (
        remarks.estimate_sentence,
        {"rate_ratio": nan},
        "",
    ),
    (
        remarks.estimate_sentence,
        {"expected": nan},
        "",
    ),
    (
        remarks.spike_sentence,
        {},
        "",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True},
        "",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True, "expected_fall": 0.004, "raw_fall": 0.3},
        "The operation was launched after a spike, but counts like these would not be expected to "
        "fall without an operation.",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True, "expected_fall": 0.12, "raw_fall": 0.3, "expected": 12.0},
        "The operation was launched after a spike; part of what followed would be expected without "
        "any operation.",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True, "expected_fall": 0.12},
        "The operation was launched after a spike; a fall of 12% would be expected without any operation.",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True, "expected_fall": 0.12, "raw_fall": 0.0},
        "The operation was launched after a spike; a fall of 12% would be expected without any operation.",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True, "expected_fall": 0.012, "raw_fall": 0.3},
        "The operation was launched after a spike; 1 percentage point of the raw fall of 30% would "
        "be expected without any operation.",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True, "expected_fall": 0.12, "raw_fall": 0.3},
        "The operation was launched after a spike; 12 percentage points of the raw fall of 30% "
        "would be expected without any operation.",
    ),
    (
        remarks.spike_sentence,
        {"triggered": True, "expected_fall": 0.12, "raw_fall": 0.005},
        "The operation was launched after a spike; a fall of 12% would be expected without any operation.",
    ),
    (
        remarks.nearby_sentence,
        {},
        "In neighbouring areas the rate ratio was 1.04; with what they gained or lost counted in, "
        "the rate ratio here is 0.83.",
    ),
    (
        remarks.nearby_sentence,
        {"buffer_rate_ratio": nan},
        "Neighbouring areas were looked at: with what they gained or lost counted in, the rate "
        "ratio here is 0.83.",
    ),
    (
        remarks.nearby_sentence,
        {"net_rate_ratio": nan},
        "",
    ),
    (
        remarks.huge_sentence,
        {},
        "",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6},
        "It is not called huge because it did not last through the second half of the window.",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6, "sustained_months": 3.0},
        "It is not called huge because it was followed for 3 months and not for 6.",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.525, "sustained_months": 1.0},
        "It is not called huge because it was followed for 1 month and not for 6.",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.524, "sustained_months": 1.0},
        "",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6, "sustained_months": 0.0},
        "It is not called huge because the window ends with the operation, so whether it lasted is "
        "not known.",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6, "late_ratio": 0.76, "net_of_buffers": None, "generation": "mixed"},
        "It is not called huge because it did not last through the second half of the window; the "
        "counts do not come from the public's reports alone; whether it was offset in neighbouring "
        "areas was not measured.",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6, "grade": "E", "net_of_buffers": False},
        "It is not called huge because it did not last through the second half of the window; it "
        "is not net of what control areas did; it is not certain to be left once neighbouring "
        "areas are counted in.",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6, "grade": "D"},
        "It is not called huge because it did not last through the second half of the window; it "
        "is not net of what control areas did.",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6, "sustained_months": 3.0, "share_of_days": 0.5},
        "",
    ),
    (
        remarks.huge_sentence,
        {"p50": 0.6, "sustained_months": 3.0, "claimed_size": 0.2},
        "",
    ),
    (
        remarks.other_thresholds,
        {},
        "Were huge taken as at least 40%, the probability would be 3%; as at least 60%, it would "
        "be less than 1%.",
    ),
    (
        remarks.other_thresholds,
        {"p40": nan},
        "",
    ),
    (
        remarks.other_thresholds,
        {"p60": nan},
        "",
    ),
    (
        remarks.other_thresholds,
        {"grade": "E"},
        "",
    ),
    (
        remarks.other_thresholds,
        {"claimed_size": 0.2},
        "",
    ),
    (
        remarks.other_thresholds,
        {"share_of_days": 0.5},
        "",
    ),
    (
        remarks.activity_sentence,
        {},
        "",
    ),
    (
        remarks.activity_sentence,
        {"claims_activity": True},
        "No single count measures activity, and no other source was set beside this one.",
    ),
    (
        remarks.activity_sentence,
        {"claims_activity": True, "n_sources": 1},
        "No single count measures activity; the one source that enforcement does not make does not "
        "show fewer than expected.",
    ),
    (
        remarks.activity_sentence,
        {"claims_activity": True, "n_sources": 1, "agreeing_sources": 1},
        "No single count measures activity; the one source that enforcement does not make shows "
        "fewer than expected.",
    ),
    (
        remarks.activity_sentence,
        {"claims_activity": True, "n_sources": 3, "agreeing_sources": 1},
        "No single count measures activity; of 3 sources that enforcement does not make, 1 shows "
        "fewer than expected.",
    ),
    (
        remarks.activity_sentence,
        {"claims_activity": True, "n_sources": 3, "agreeing_sources": 2},
        "No single count measures activity; of 3 sources that enforcement does not make, 2 show "
        "fewer than expected.",
    ),
    (
        remarks.activity_sentence,
        {"claims_activity": True, "n_sources": 2, "agreeing_sources": 0, "direction": "increase"},
        "No single count measures activity; of 2 sources that enforcement does not make, 0 show "
        "more than expected.",
    ),
    (
        remarks.place_sentence,
        {},
        "",
    ),
    (
        remarks.place_sentence,
        {"share_of_area": 0.1},
        "The place the claim is about had 10% of the area's counts, so what happened there can "
        "change them by at most 10%. In the area as a whole the probability of a reduction by half "
        "is less than 1%.",
    ),
    (
        remarks.place_sentence,
        {"share_of_area": 0.1, "grade": "E"},
        "The place the claim is about had 10% of the area's counts, so what happened there can "
        "change them by at most 10%.",
    ),
    (
        remarks.place_sentence,
        {"share_of_area": 0.1, "p50": nan},
        "The place the claim is about had 10% of the area's counts, so what happened there can "
        "change them by at most 10%.",
    ),
    (
        remarks.place_sentence,
        {"share_of_area": 0.1, "direction": "increase"},
        "The place the claim is about had 10% of the area's counts, so what happened there can "
        "change them by at most 10%.",
    ),
    (
        remarks.place_sentence,
        {"share_of_area": 0.5, "share_of_days": 0.5},
        "The place the claim is about had 50% of the area's counts, so what happened there can "
        "change them by at most 25%. In the area as a whole the probability of a reduction by half "
        "is less than 1%.",
    ),
]


@pytest.mark.parametrize(("remark", "changes", "sentence"), REMARKS)
def test_remarks(remark, changes, sentence, facts):
    assert remark(replace(facts, **changes)) == sentence
