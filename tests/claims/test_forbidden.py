"""What no generated text may say, and that none does, whatever the facts."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev
from evaluate.claims.facts import Facts
from evaluate.claims.forbidden import forbidden_words
from evaluate.claims.grade import design_grade
from evaluate.claims.judge import untestable, verdict_from
from evaluate.claims.rules import TERMS
from evaluate.claims.wording import Setting


@pytest.mark.parametrize(
    "text",
    [
        "This proved it.",
        "It has been proven.",
        "There is proof.",
        "A significant fall.",
        "It fell significantly.",
        "No effect was found.",
        "There is a trend towards fewer crimes.",
    ],
)
def test_always_forbidden(text):
    assert len(forbidden_words(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "A statistically significant fall.",
        "It improved.",
        "The effect is not known.",
        'He said it "proved" that it was "a significant fall".',
        "Down by 12%.",
        "This is due to chance.",
    ],
)
def test_allowed_with_a_good_design_and_large_counts(text):
    assert forbidden_words(text, grade="B", expected=20) == ()


@pytest.mark.parametrize("grade", ["C", "D", "E"])
def test_a_weak_design_names_no_cause(grade):
    assert forbidden_words("The fall is due to the operation.", grade=grade)


@pytest.mark.parametrize(
    "text",
    [
        "A fall of 12%.",
        "It rose by 8.5%.",
        "12% fewer than expected.",
        "Down 30 per cent.",
        "A change of +3%.",
    ],
)
def test_no_percentage_change_on_few(text):
    assert forbidden_words(text, expected=19.9)
    assert not forbidden_words(text, expected=20)


@pytest.mark.parametrize(
    "text", ["It is likely (68%).", "A reduction of at least 21%.", "The 95% interval is 0.60 to 1.10."]
)
def test_other_percentages_may_stand_on_few(text):
    assert forbidden_words(text, expected=3) == ()


def test_the_users_own_names_are_not_ours():
    text = "Between June and July, offences due to drink in Proof Street came to 3 against 4 expected."
    assert forbidden_words(text, grade="E") != ()
    assert forbidden_words(text, grade="E", names=("offences due to drink", "Proof Street")) == ()


probability = st.floats(0, 1)
unknown = st.just(float("nan"))
SHARES = {
    "smallest_detectable": probability | unknown,
    "net_rate_ratio": st.floats(0.05, 5) | unknown,
    "buffer_rate_ratio": st.floats(0.05, 5) | unknown,
    "late_ratio": st.floats(0.05, 5) | unknown,
    "month_to_month": st.floats(0, 2) | unknown,
    "placebo_p": st.floats(0.02, 1) | unknown,
    "placebo_rate": probability | unknown,
    "conflicting": probability | unknown,
    "expected_fall": st.floats(-0.5, 0.9) | unknown,
    "raw_fall": st.floats(-0.5, 0.9) | unknown,
}


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    """Facts that could come about, whatever their combination."""
    cuts = sorted(draw(st.lists(probability, min_size=7, max_size=7)))
    p60, p50, p40, p25, p10, p_any, below_up = cuts
    direction = draw(st.sampled_from(["reduction", "increase"]))
    size = draw(st.sampled_from([0.0, 0.1, 0.21, 0.5, 0.75]))
    days, place = draw(st.sampled_from([1.0, 5 / 31, 0.9])), draw(st.sampled_from([1.0, 17 / 209]))
    sign = -1 if direction == "reduction" else 1
    low, mid, high = sorted(draw(st.lists(st.floats(0.02, 20), min_size=3, max_size=3)))
    facts = Facts(
        p_any=p_any,
        p10=p10,
        p25=p25,
        p40=p40,
        p50=p50,
        p60=p60,
        p_up=1 - below_up,
        p_rope=below_up - p10,
        p_claim=draw(probability | unknown),
        rate_ratio=mid,
        lower=low,
        upper=high,
        observed=float(draw(st.integers(0, 5000))),
        expected=draw(st.floats(0.1, 5000)),
        direction=direction,
        claimed_size=size,
        claimed_ratio=1 + sign * size * days * place,
        share_of_days=days,
        share_of_area=place,
        generation=draw(st.sampled_from(["public-reported", "mixed", "enforcement"])),
        net_of_buffers=draw(st.sampled_from([True, False, None])),
        p_net=draw(probability | unknown),
        sustained_months=draw(st.sampled_from([0.0, 1.0, 3.0, 6.0, 12.0])),
        n_control=draw(st.integers(0, 40)),
        n_before=draw(st.integers(1, 60)),
        n_after=draw(st.integers(1, 24)),
        grade_ceiling=draw(st.sampled_from(["A", "D", "E"])),
        n_placebos=draw(st.integers(0, 60)),
        calibrated_lower=draw(st.floats(0.02, 1) | unknown),
        calibrated_upper=draw(st.floats(0.5, 20) | unknown),
        n_specifications=draw(st.integers(1, 300)),
        claims_activity=draw(st.booleans()),
        n_sources=draw(st.integers(0, 4)),
        triggered=draw(st.booleans()),
        plan_before_data=draw(st.booleans()),
        boundary_break=draw(st.booleans()),
        **{name: draw(values) for name, values in SHARES.items()},
    )
    agreeing = draw(st.integers(0, facts.n_sources))
    return replace(facts, grade=design_grade(facts)[0], agreeing_sources=agreeing)


SETTINGS = [
    Setting("violence", "Loxford", "June", "after", "July 2017", "June 2018", "month", 30, 365, 12),
    Setting("violence", "Loxford", "May", "during", "May 2018", "May 2018", "month", 5, 31, 1),
    Setting("violence", "Loxford", "May", "during", "May 2018", "June 2018", "month", 1, 61, 2),
]
STRONG = [term for _, term in TERMS]


@settings(max_examples=400)
@given(any_facts(), st.sampled_from(SETTINGS))
def test_every_text_keeps_the_rules_of_wording(facts, setting):
    claim = ev.Claim("it fell", source="a newspaper", window=setting.window)
    held_down = design_grade(facts)[1]
    verdict = verdict_from(claim, facts, setting, held_down=held_down)
    texts = [verdict.words, verdict.paragraph, *verdict.reasons]
    for text in texts:
        assert forbidden_words(text, grade=verdict.grade, expected=facts.expected) == ()
        assert "nan" not in text.lower().replace("finance", "")
        assert not re.search(r"\b1 (?:months|areas|periods|placebos|points)\b|\bone days\b", text)
        assert re.search(r"[.]$", text)
        assert "  " not in text
        assert ".." not in text
        assert text[0].isupper() or text[0].isdigit()
    for text in (verdict.words, verdict.paragraph):
        said = [term for term in STRONG if re.search(rf"\b{term}\b", text)]
        if said:
            assert re.search(r"[Aa]nalytical confidence is (?:high|moderate|low)", text)
            assert re.search(r"\((?:less than |more than )?\d+%", text)
        if verdict.grade == "E":
            assert said == []
        if verdict.grade == "D":
            assert not {"almost certain", "highly likely", "highly unlikely", "remote chance"} & set(said)
    if facts.generation == "enforcement":
        assert verdict.finding in ("not tested", "cannot tell")
    assert isnan(verdict.probability) or 0 <= verdict.probability <= 1


def test_facts_of_the_property_test_cover_every_field():
    """A new fact must be put into the strategy, so that no sentence escapes the test above."""
    covered = set(SHARES) | {
        "p_any", "p10", "p25", "p40", "p50", "p60", "p_up", "p_rope", "p_claim", "rate_ratio", "lower", "upper",
        "observed", "expected", "direction", "claimed_size", "claimed_ratio", "share_of_days", "share_of_area",
        "generation", "net_of_buffers", "p_net", "sustained_months", "n_control", "n_before", "n_after",
        "grade_ceiling", "n_placebos", "calibrated_lower", "calibrated_upper", "n_specifications", "claims_activity",
        "n_sources", "agreeing_sources",
        "triggered", "plan_before_data", "boundary_break", "grade",
    }  # fmt: skip
    assert {field.name for field in fields(Facts)} - covered == {"level", "fine_periods"}


def test_untestable_texts(facts):
    claim = ev.Claim("it has increased", source="a newspaper", increase=0.0)
    verdict = untestable(claim, "recorded soliciting counts what officers did")
    assert verdict.finding == "not tested"
    assert verdict.words == "The figures describe police activity and do not test whether crime rose."
    assert forbidden_words(verdict.paragraph, grade="E", expected=0) == ()
