"""Judge a claim: gather the facts, grade the design, let the table of rules decide, and put it into words."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import get_args

from evaluate.checks.result import CheckResults
from evaluate.claims.claim import Claim
from evaluate.claims.facts import Facts, Generation
from evaluate.claims.forbidden import forbidden_words
from evaluate.claims.gather import facts_from, setting_of
from evaluate.claims.grade import analytical_confidence, design_grade, maryland_level
from evaluate.claims.paragraph import NOT_EVIDENCE, verdict_paragraph, verdict_reasons
from evaluate.claims.rules import Rule, decide
from evaluate.claims.verdict import Verdict
from evaluate.claims.wording import ACTIVITY_ONLY, Setting, verdict_words
from evaluate.effects.result import Result
from evaluate.errors import DesignError, did_you_mean


def judge(
    claim: Claim,
    result: Result,
    checks: CheckResults | None = None,
    *,
    generation: Generation = "public-reported",
    plan_before_data: bool = False,
    dilution: float | None = None,
    boundary_break: bool = False,
) -> Verdict:
    """Judge a claim by a result and the checks made on it.

    Parameters
    ----------
    claim : Claim
        What was claimed.
    result : Result
        The headline fit, of the claim's outcome.
    checks : CheckResults, optional
        From ``run_checks`` on that result. What was not checked counts as not known, which costs grade or confidence.
    generation : {"public-reported", "mixed", "enforcement"}
        How the outcome's counts come about. Counts of what officers did never test whether crime fell.
    plan_before_data : bool
        True where the plan was fixed before the outcome data were read.
    dilution : float, optional
        Share of the area's counts from the place the claim is about (17 / 209 for a street with 17 of its ward's 209
        incidents). Taken from the "dilution" check where not given; 1 where there is none.
    boundary_break : bool
        True where an area's boundary moved inside the data and was bridged by weighting.

    Returns
    -------
    Verdict
        With the finding, its probability, words, grade, confidence, reasons and paragraph.

    Raises
    ------
    DesignError
        If the claim names an outcome, operation or window that the result has not.

    Notes
    -----
    A claim about days that are a share f of the window, at a place with a share s of the area's counts, is judged as
    the change it makes in those counts: a reduction of size r as the rate ratio 1 - f s r.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=13, periods=72, rate_ratio_after=0.7, seed=3)
    >>> result = ev.StructuralModel(draws=500).fit(ev.simulated_design(panel), seed=1)
    >>> claim = ev.Claim("crime was halved", source="a leaflet", window="after", reduction=0.5)
    >>> ev.judge(claim, result).finding
    'smaller than claimed'
    """
    _require_generation(generation)
    facts = facts_from(
        claim,
        result,
        checks,
        generation=generation,
        plan_before_data=plan_before_data,
        dilution=dilution,
        boundary_break=boundary_break,
    )
    grade, held_down = design_grade(facts)
    return verdict_from(claim, replace(facts, grade=grade), setting_of(claim, result), held_down=held_down)


def verdict_from(claim: Claim, facts: Facts, setting: Setting, *, held_down: tuple[str, ...] = ()) -> Verdict:
    """Decide and word a verdict from graded facts alone.

    Parameters
    ----------
    claim : Claim
        What was claimed.
    facts : Facts
        With the design's grade.
    setting : Setting
        The names to tell it with.
    held_down : tuple of str
        What held the grade down.

    Returns
    -------
    Verdict
    """
    rule = decide(facts)
    confidence, doubts = analytical_confidence(facts)
    because = (*held_down, *doubts)
    words = verdict_words(rule.id, facts, setting, confidence)
    reasons = verdict_reasons(facts, setting, because)
    paragraph = verdict_paragraph(
        rule.id, words, facts=facts, setting=setting, confidence=confidence, because=because
    )
    found = forbidden_words(
        " ".join([words, paragraph, *reasons]),
        grade=facts.grade,
        expected=facts.expected,
        names=setting.names,
    )
    assert not found, f"a generated verdict uses forbidden words: {found}"
    return Verdict(
        claim=claim,
        finding=rule.finding,
        probability=_probability(facts, rule),
        words=words,
        grade=facts.grade,
        confidence=confidence,
        maryland=maryland_level(facts.grade),
        smallest_detectable=facts.smallest_detectable,
        reasons=reasons,
        paragraph=paragraph,
        rule=str(rule),
        facts=facts,
    )


def _probability(facts: Facts, rule: Rule) -> float:
    """Probability of the claim; of what is left of it where that decided."""
    if rule.finding == "not tested" or facts.grade == "E":
        return nan
    return facts.p_net if rule.id == "offset" else facts.p_claim


def untestable(claim: Claim, why: str, *, generation: Generation = "enforcement") -> Verdict:
    """Give the verdict on a claim that these data cannot be asked about at all.

    Parameters
    ----------
    claim : Claim
        What was claimed.
    why : str
        The reason, in one or two sentences.
    generation : {"public-reported", "mixed", "enforcement"}
        How the counts nearest to the claim come about.

    Returns
    -------
    Verdict
        "not tested", without probability or facts.

    Raises
    ------
    DesignError
        If no reason is given.

    Examples
    --------
    >>> import evaluate as ev
    >>> claim = ev.Claim("on-street prostitution has increased", source="a newspaper", increase=0.0)
    >>> untestable(claim, "Recorded soliciting counts what officers did.").finding
    'not tested'
    """
    _require_generation(generation)
    if not why.strip():
        raise DesignError("A claim that cannot be tested needs the reason why; it is empty.")
    reason = why.strip().rstrip(".") + "."
    words = "These data do not test the claim."
    if generation == "enforcement":
        words = ACTIVITY_ONLY[claim.direction]
    return Verdict(
        claim=claim,
        finding="not tested",
        probability=nan,
        words=words,
        grade="E",
        confidence="low",
        maryland=maryland_level("E"),
        smallest_detectable=nan,
        reasons=(reason,),
        paragraph=f"{words} {reason} {NOT_EVIDENCE}",
        rule="untestable (the plan says that these data cannot be asked, and why)",
    )


def _require_generation(generation: str) -> None:
    known = get_args(Generation)
    if generation not in known:
        raise DesignError(
            f'generation says how an outcome\'s counts come about; it is "{generation}". '
            f"{did_you_mean(generation, known)}"
        )
