"""A claim is a proposition, or is refused with the fix."""

from __future__ import annotations

import pytest

import evaluate as ev


@pytest.mark.parametrize(
    ("size", "direction", "ratio"),
    [
        ({"reduction": 0.21}, "reduction", 0.79),
        ({"increase": 0.1}, "increase", 1.1),
        ({"increase": 0.0}, "increase", 1.0),
        ({"reduction": 0.0}, "reduction", 1.0),
        ({}, "reduction", 1.0),
    ],
)
def test_a_claim_is_a_direction_and_a_ratio(size, direction, ratio):
    claim = ev.Claim("it changed", source="a newspaper", **size)
    assert claim.direction == direction
    assert claim.ratio == pytest.approx(ratio)
    assert claim.size == pytest.approx(abs(ratio - 1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"reduction": 21},
            "A reduction is a fraction from 0 to below 1; it is 21. For 21% write 0.21.",
        ),
        (
            {"reduction": -0.21},
            "A reduction is a fraction from 0 to below 1; it is -0.21. "
            "Leave out the sign: reduction=0.21 is a fall of 21%, increase=0.21 a rise.",
        ),
        (
            {"reduction": 1},
            "A reduction is a fraction from 0 to below 1; it is 1. Write 0.21 for 21%.",
        ),
        (
            {"increase": 10},
            'An increase is a fraction from 0 to 1 (1 is "at least doubled"); it is 10. For 10% write 0.1.',
        ),
        (
            {"reduction": 0.2, "increase": 0.1},
            "A claim says that something fell or that it rose; reduction is 0.2 and increase is 0.1. "
            "Give one of them, and make two claims of a sentence that says both.",
        ),
        (
            {"source": " "},
            "A claim needs its words and where they can be read; source is empty. "
            'Write for instance source="Ilford Recorder, 22 May 2018".',
        ),
        (
            {"window": "before"},
            'A claim is about "during" or "after" the operation; window is "before". '
            "Correct it, or leave it out where the operation has one window only.",
        ),
    ],
)
def test_what_is_refused(wrong, message):
    with pytest.raises(ev.DesignError) as refused:
        ev.Claim("it fell", **({"source": "a newspaper"} | wrong))
    assert str(refused.value) == message


def test_a_claim_of_nought_and_full_doubling_are_the_ends_of_the_scale():
    assert ev.Claim("gone down", source="s", reduction=0.0).size == 0
    assert ev.Claim("doubled", source="s", increase=1.0).ratio == 2


def test_short_form():
    claim = ev.Claim("it fell", source="s", operation="June", window="after", reduction=0.21)
    assert repr(claim) == 'Claim: "it fell" (reduction of at least 21%; June, after)'
    assert repr(ev.Claim("it rose", source="s", increase=0.0)) == 'Claim: "it rose" (increase of any size)'
