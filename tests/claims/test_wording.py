"""Golden sentences: what each rule says, from facts stated by hand."""

from dataclasses import replace
from math import nan

import pytest

from evaluate.claims.paragraph import probabilities_sentence, verdict_paragraph, verdict_reasons
from evaluate.claims.wording import Setting, half_clause, verdict_words

AFTER = Setting("violence", "Loxford", "June 2017", "after", "July 2017", "June 2018", "month", 30, 365, 12)
FIVE_DAYS = Setting("violence", "Loxford", "May 2018", "during", "May 2018", "May 2018", "month", 5, 31, 1)
RISE = {"direction": "increase", "claimed_size": 0.25, "claimed_ratio": 1.25}

VERDICTS = [
    (
        "cannot tell",
        {},
        AFTER,
        "The data cannot tell. Even an effect of the size claimed would be missed more than one time "
        "in five (smallest detectable: 34%).",
    ),
    (
        "cannot tell",
        {"lower": 0.5, "upper": 0.9},
        AFTER,
        "The data cannot tell. Even an effect of the size claimed would be missed more than one time "
        "in five (smallest detectable: 34%). The 95% interval leaves out no change, but what so weak "
        "a design finds is apt to be exaggerated, and a 99% interval does not.",
    ),
    (
        "cannot tell",
        {"lower": 1.1, "upper": 1.9, "level": 0.9},
        AFTER,
        "The data cannot tell. Even an effect of the size claimed would be missed more than one time "
        "in five (smallest detectable: 34%). The 90% interval leaves out no change, but what so weak "
        "a design finds is apt to be exaggerated, and a 99% interval does not.",
    ),
    (
        "cannot tell",
        RISE | {"smallest_detectable": 0.55},
        AFTER,
        "The data cannot tell. Even an effect of the size claimed would be missed more than one time "
        "in five (smallest detectable: 122%).",
    ),
    (
        "cannot tell",
        RISE | {"smallest_detectable": 0.95},
        AFTER,
        "The data cannot tell. Even an effect of the size claimed would be missed more than one time "
        "in five (smallest detectable: more than tenfold).",
    ),
    (
        "cannot tell",
        {"share_of_days": 5 / 31, "month_to_month": 0.142},
        FIVE_DAYS,
        "The data cannot tell. Five days in a month of 31 can change a monthly count by at most 16%. "
        "The normal month-to-month variation in this area is +/-14%. Monthly counts therefore cannot "
        "show whether the operation reduced crime on the days it ran (smallest detectable: 34%).",
    ),
    (
        "cannot tell",
        {"share_of_area": 0.1, "share_of_days": 5 / 31},
        FIVE_DAYS,
        "The data cannot tell. Had every incident been prevented at the place and on the days the "
        "claim is about, the counts would have fallen by at most 2%, which would be missed more than "
        "one time in five (smallest detectable: 34%).",
    ),
    (
        "activity only",
        {"generation": "enforcement"},
        AFTER,
        "The figures describe police activity and do not test whether crime fell.",
    ),
    (
        "activity only",
        {"generation": "enforcement", "direction": "increase"},
        AFTER,
        "The figures describe police activity and do not test whether crime rose.",
    ),
    (
        "activity only",
        {"grade": "E", "p_claim": nan},
        AFTER,
        "The figures describe police activity and do not test whether crime fell.",
    ),
    (
        "activity only",
        {"p_claim": nan},
        AFTER,
        "The method gives no probability, so the claim was not tested.",
    ),
    (
        "too few sources",
        {"n_sources": 3, "agreeing_sources": 1},
        AFTER,
        "The data cannot tell. That activity fell takes two sources that enforcement does not make; "
        "one of the three looked at shows it.",
    ),
    (
        "too few sources",
        {"n_sources": 1, "agreeing_sources": 0},
        AFTER,
        "The data cannot tell. That activity fell takes two sources that enforcement does not make; "
        "of the one looked at none shows it.",
    ),
    (
        "too few sources",
        {"direction": "increase"},
        AFTER,
        "The data cannot tell. That activity rose takes two sources that enforcement does not make; "
        "none was looked at.",
    ),
    (
        "almost certain",
        {"p_claim": 0.96, "claimed_size": 0.5},
        AFTER,
        "It is almost certain (96%) that the reduction was half or more; analytical confidence is moderate.",
    ),
    (
        "almost certain",
        {"p_claim": 0.96, "sustained_months": 3.0},
        AFTER,
        "It is almost certain (96%) that the reduction was half or more; analytical confidence is moderate.",
    ),
    (
        "almost certain",
        RISE | {"p_claim": 0.995},
        AFTER,
        "It is almost certain (more than 99%) that the increase was at least 25%; analytical "
        "confidence is moderate.",
    ),
    (
        "almost certain",
        {"p_claim": 0.96, "claimed_size": 0.0},
        AFTER,
        "It is almost certain (96%) that there was a reduction; analytical confidence is moderate.",
    ),
    (
        "almost certain",
        {"p_claim": 0.96, "share_of_days": 0.5, "claimed_size": 0.2},
        FIVE_DAYS,
        "It is almost certain (96%) that the reduction was at least 20% on the days it ran; "
        "analytical confidence is moderate.",
    ),
    (
        "almost certain",
        {"p_claim": 0.96, "share_of_area": 0.5, "claimed_size": 0.2},
        AFTER,
        "It is almost certain (96%) that the reduction was at least 20% at the place the claim is "
        "about; analytical confidence is moderate.",
    ),
    (
        "almost certain",
        {"p_claim": 0.96, "share_of_area": 0.5},
        AFTER,
        "It is almost certain (96%) that the reduction was half or more at the place the claim is "
        "about; analytical confidence is moderate.",
    ),
    (
        "offset",
        {"p_claim": 0.96, "p_net": 0.1},
        AFTER,
        "It is at least highly likely (96%) that the reduction was half or more in the area itself, "
        "but it is highly unlikely (10%) that as much is left once neighbouring areas are counted "
        "in; analytical confidence is moderate.",
    ),
    (
        "likely",
        {"p_claim": 0.6, "claimed_size": 0.2},
        AFTER,
        "It is likely (60%) that the reduction was at least 20%; analytical confidence is moderate.",
    ),
    (
        "likely",
        {"p_claim": 0.96, "claimed_size": 0.2},
        AFTER,
        "It is at least highly likely (96%) that the reduction was at least 20%; analytical "
        "confidence is moderate.",
    ),
    (
        "smaller",
        {},
        AFTER,
        "A real reduction is highly likely (78% that it was 10% or more), but a huge one is highly "
        "unlikely (less than 1%: a remote chance); analytical confidence is moderate.",
    ),
    (
        "smaller",
        {"p_claim": 0.2, "claimed_size": 0.3},
        AFTER,
        "A real reduction is highly likely (78% that it was 10% or more), but one of at least 30% is "
        "highly unlikely (20%); analytical confidence is moderate.",
    ),
    (
        "smaller",
        RISE | {"p_claim": 0.1, "p_up": 0.8},
        AFTER,
        "A real increase is highly likely (80% that it was 10% or more), but one of at least 25% is "
        "highly unlikely (10%); analytical confidence is moderate.",
    ),
    (
        "smaller",
        {"grade": "D"},
        AFTER,
        "A real reduction is likely (78% that it was 10% or more), but a huge one is unlikely (less "
        "than 1%); analytical confidence is moderate.",
    ),
    (
        "too small",
        {"p_rope": 0.9},
        AFTER,
        "The change was probably too small to matter: it is highly likely (90%) that it was inside "
        "+/-10%; analytical confidence is moderate.",
    ),
    (
        "other way",
        {"p_up": 0.9},
        AFTER,
        "Recorded violence is likely to have risen relative to comparison areas: it is highly likely "
        "(90%) that there was an increase of at least 10%; analytical confidence is moderate.",
    ),
    (
        "other way",
        {"p_up": 0.9, "n_control": 0},
        AFTER,
        "Recorded violence is likely to have risen relative to what its own past led to expect: it "
        "is highly likely (90%) that there was an increase of at least 10%; analytical confidence is "
        "moderate.",
    ),
    (
        "other way",
        RISE | {"p10": 0.8},
        AFTER,
        "Recorded violence is likely to have fallen relative to comparison areas: it is highly "
        "likely (80%) that there was a reduction of at least 10%; analytical confidence is moderate.",
    ),
    (
        "otherwise",
        {},
        AFTER,
        "It is almost certain (93%) that there was a reduction; the claim of a huge reduction (half "
        "or more) is not supported: probability less than 1%; analytical confidence is moderate.",
    ),
    (
        "otherwise",
        {"p_claim": 0.4, "claimed_size": 0.0},
        AFTER,
        "It is almost certain (93%) that there was a reduction; the claim is not supported; "
        "analytical confidence is moderate.",
    ),
    (
        "otherwise",
        RISE | {"p_claim": 0.4},
        AFTER,
        "There is a remote chance (7%) that there was an increase; the claim of an increase of at "
        "least 25% is not supported: probability 40%; analytical confidence is moderate.",
    ),
]

PROBABILITIES = [
    (
        {"p_claim": 0.96, "claimed_size": 0.5},
        "It is almost certain (93%) that there was a reduction of any size, and there is a remote "
        "chance (less than 1%) that it was as large as half, our test of a huge reduction.",
    ),
    (
        RISE | {"p_claim": 0.995},
        "There is a remote chance (7%) that there was an increase of any size, and it is almost "
        "certain (more than 99%) that the increase was at least 25%, as claimed.",
    ),
    (
        {"p_claim": 0.96, "share_of_days": 0.5, "claimed_size": 0.2},
        "It is almost certain (93%) that there was a reduction of any size, and it is almost certain "
        "(96%) that the reduction was at least 20% on the days it ran, as claimed.",
    ),
    (
        {"p_claim": 0.96, "share_of_area": 0.5, "claimed_size": 0.2},
        "It is almost certain (93%) that there was a reduction of any size, and it is almost certain "
        "(96%) that the reduction was at least 20% at the place the claim is about, as claimed.",
    ),
    (
        {"p_claim": 0.96, "share_of_area": 0.5},
        "It is almost certain (93%) that there was a reduction of any size, and it is almost certain "
        "(96%) that the reduction was half or more at the place the claim is about.",
    ),
    (
        {"p_claim": 0.6, "claimed_size": 0.2},
        "It is almost certain (93%) that there was a reduction of any size, it is likely (60%) that "
        "the reduction was at least 20%, as claimed, and there is a remote chance (less than 1%) "
        "that it was as large as half, our test of a huge reduction.",
    ),
    (
        {"p_claim": 0.96, "claimed_size": 0.2},
        "It is almost certain (93%) that there was a reduction of any size, it is almost certain "
        "(96%) that the reduction was at least 20%, as claimed, and there is a remote chance (less "
        "than 1%) that it was as large as half, our test of a huge reduction.",
    ),
    (
        {"p_claim": 0.2, "claimed_size": 0.3},
        "It is almost certain (93%) that there was a reduction of any size, it is highly unlikely "
        "(20%) that the reduction was at least 30%, as claimed, and there is a remote chance (less "
        "than 1%) that it was as large as half, our test of a huge reduction.",
    ),
    (
        RISE | {"p_claim": 0.1, "p_up": 0.8},
        "There is a remote chance (7%) that there was an increase of any size, and it is highly "
        "unlikely (10%) that the increase was at least 25%, as claimed.",
    ),
    (
        {"grade": "D"},
        "It is likely (93%) that there was a reduction of any size, and it is unlikely (less than "
        "1%) that it was as large as half, our test of a huge reduction.",
    ),
    (
        RISE | {"p_claim": 0.4},
        "There is a remote chance (7%) that there was an increase of any size, and it is a realistic "
        "possibility (40%) that the increase was at least 25%, as claimed.",
    ),
]


@pytest.mark.parametrize(("rule", "changes", "setting", "words"), VERDICTS)
def test_each_rule_has_its_sentence(rule, changes, setting, words, facts):
    assert verdict_words(rule, replace(facts, **changes), setting, "moderate") == words


@pytest.mark.parametrize(("changes", "sentence"), PROBABILITIES)
def test_probabilities_in_words(changes, sentence, facts):
    assert probabilities_sentence(replace(facts, **changes)) == sentence


def test_half_is_not_almost_certain_before_the_neighbours_are_counted_in(facts):
    sure = replace(facts, p50=0.97)
    clause = "that it was as large as half, our test of a huge reduction"
    assert half_clause(sure) == f"it is almost certain (97%) {clause}"
    assert half_clause(replace(sure, net_of_buffers=None)) == f"it is at least highly likely (97%) {clause}"
    assert half_clause(replace(sure, net_of_buffers=False)) == f"it is at least highly likely (97%) {clause}"


def test_a_weak_design_over_days_says_what_days_can_change(facts):
    """The sentence on few days stands in the paragraph where the days could have shown something, and only there."""
    within = replace(facts, share_of_days=0.5, month_to_month=0.1)
    told = "Five days in a month of 31 can change a monthly count by at most 50%."

    def paragraph(rule, facts, setting):
        return verdict_paragraph(
            rule, "Words.", facts=facts, setting=setting, confidence="low", because=("One.", "Two.")
        )

    assert f"Words. {told} The normal month-to-month variation in this area is +/-10%." in paragraph(
        "cannot tell", within, FIVE_DAYS
    )
    assert "for these reasons. One. Two. In neighbouring" in paragraph("cannot tell", within, FIVE_DAYS)
    assert "can change" not in paragraph("cannot tell", replace(within, share_of_days=1.0), FIVE_DAYS)
    assert "can change" not in paragraph("cannot tell", within, AFTER)
    assert "can change" not in paragraph("likely", within, FIVE_DAYS)
    missed = replace(
        within, share_of_days=0.1
    )  # even complete success would be missed: the words have said so
    assert "can change" not in paragraph("cannot tell", missed, FIVE_DAYS)


def test_reasons_tell_of_few_days_and_of_lasting_falls(facts):
    within = replace(facts, share_of_days=0.5)
    assert any("can change a monthly count" in reason for reason in verdict_reasons(within, FIVE_DAYS, ()))
    assert not any("can change" in reason for reason in verdict_reasons(facts, FIVE_DAYS, ()))
    assert not any("can change" in reason for reason in verdict_reasons(within, AFTER, ()))
    assert "The estimate is a fall of 20%: moderate." in verdict_reasons(facts, AFTER, ())
    enforced = replace(facts, generation="enforcement")
    assert not any("The estimate" in reason for reason in verdict_reasons(enforced, AFTER, ()))
