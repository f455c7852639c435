"""The published test vectors: posterior log rate ratio ~ Normal(log m, s), probabilities to three decimals."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.claims.gather import facts_from
from evaluate.effects.effect import DrawnRatio, Effect

NAMES = ("p_any", "p10", "p25", "p50", "p_up", "p_rope", "p_claim")
VECTORS = [
    ((0.80, 0.15), (0.932, 0.784, 0.334, 0.001, 0.017, 0.199, 0.467)),
    ((0.35, 0.20), (1.000, 1.000, 1.000, 0.963, 0.000, 0.000, 1.000)),
    ((0.50, 0.25), (0.997, 0.991, 0.948, 0.500, 0.001, 0.009, 0.966)),
    ((0.98, 0.04), (0.693, 0.017, 0.000, 0.000, 0.002, 0.981, 0.000)),
    ((1.25, 0.10), (0.013, 0.001, 0.000, 0.000, 0.899, 0.100, 0.000)),
    ((0.75, 0.45), (0.739, 0.657, 0.500, 0.184, 0.197, 0.145, 0.546)),
]
HALF = ev.Claim("a huge reduction was achieved", source="a newspaper", window="after", reduction=0.50)
FIFTH = ev.Claim("crime is down 21%", source="a newspaper", window="after", reduction=0.21)


@pytest.mark.parametrize(("posterior", "expected"), VECTORS)
def test_probabilities(posterior, expected, stated):
    facts = facts_from(FIFTH, stated(*posterior))
    found = [getattr(facts, name) for name in NAMES]
    assert found == pytest.approx(expected, abs=0.0005 + 1e-9)


def test_probabilities_from_draws_agree(stated):
    m, s = 0.80, 0.15
    result = stated(m, s)
    draws = np.log(m) + s * np.random.default_rng(1).standard_normal(200_000)
    drawn = [Effect(**{**vars(effect), "ratio": DrawnRatio(draws)}) for effect in result.effect_list]
    facts = facts_from(
        FIFTH, ev.Result(result.estimator, result.design, drawn, result.counterfactual, seed=1)
    )
    # Three standard errors of a share of 200,000 draws are 0.0034.
    assert [getattr(facts, name) for name in NAMES] == pytest.approx(VECTORS[0][1], abs=0.0035)


@pytest.mark.parametrize(
    ("posterior", "claim", "mde", "finding", "said"),
    [
        (
            VECTORS[0][0],
            HALF,
            0.34,
            "smaller than claimed",
            ("real reduction is highly likely", "highly unlikely"),
        ),
        (VECTORS[1][0], HALF, 0.43, "supported", ("almost certain", "reduction was huge (half or more)")),
        (
            VECTORS[2][0],
            HALF,
            0.49,
            "not supported",
            (
                "almost certain (more than 99%)",
                "claim of a huge reduction (half or more) is not supported",
                "50%",
            ),
        ),
        (VECTORS[3][0], HALF, 0.11, "too small to matter", ("probably too small to matter", "98%")),
        (VECTORS[4][0], HALF, 0.24, "the other way", ("likely to have risen", "90%")),
        (VECTORS[5][0], FIFTH, 0.70, "cannot tell", ("data cannot tell", "smallest detectable: 70%")),
        # The same posterior with enough power is not "cannot tell", although the interval is as wide.
        (VECTORS[5][0], FIFTH, 0.20, "probably supported", ("likely (55%)", "at least 21%")),
    ],
)
def test_verdicts_at_grade_b(posterior, claim, mde, finding, said, stated, checked):
    verdict = ev.judge(claim, stated(*posterior), checked(mde=mde))
    assert verdict.grade == "B"
    assert verdict.finding == finding
    for words in said:
        assert words in verdict.words


def test_interval_of_the_last_vector_holds_no_change_and_the_claim(stated):
    facts = facts_from(FIFTH, stated(0.75, 0.45))
    assert (facts.lower, facts.upper) == (pytest.approx(0.31, abs=0.005), pytest.approx(1.81, abs=0.005))
    assert facts.lower <= 0.79 <= facts.upper


def test_a_design_without_power_has_to_show_more_than_others(stated, checked):
    """0.65 (0.45 to 0.94) leaves out no change at 95% and not at 99%: enough only where the claim could be seen."""
    weak = ev.judge(HALF, stated(0.65, 0.19), checked(mde=0.6))
    assert weak.finding == "cannot tell"
    assert "The 95% interval leaves out no change" in weak.words
    assert "a 99% interval does not" in weak.words
    assert ev.judge(HALF, stated(0.65, 0.19), checked(mde=0.4)).finding == "smaller than claimed"
    assert ev.judge(HALF, stated(0.60, 0.19), checked(mde=0.6)).finding == "smaller than claimed"


def test_what_moved_next_door_is_no_huge_reduction(stated, checked):
    offset = ev.judge(HALF, stated(0.42, 0.12), checked(net=0.05))
    assert offset.finding == "smaller than claimed"
    assert offset.probability == 0.05
    assert offset.words.startswith(
        "It is at least highly likely (93%) that the reduction was half or more in the area"
    )
    assert "a remote chance (5%) that as much is left once neighbouring areas are counted in" in offset.words
    assert offset.words.split(";")[0] in offset.paragraph
    assert ev.judge(HALF, stated(0.42, 0.12), checked(net=0.5)).finding == "probably supported"
    assert ev.judge(HALF, stated(0.42, 0.12), checked(net=0.95)).finding == "supported"
