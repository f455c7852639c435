"""What the data say of a claim: the finding, its probability, its words, and the facts and rule that decided."""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape
from math import isnan

import pandas as pd

from evaluate.claims.claim import Claim
from evaluate.claims.facts import Confidence, Facts, Finding, Grade
from evaluate.claims.rules import RULES, phia


@dataclass(frozen=True)
class Verdict:
    """A claim judged.

    Parameters
    ----------
    claim : Claim
        What was claimed.
    finding : str
        "supported", "probably supported", "smaller than claimed", "too small to matter", "the other way",
        "not supported", "cannot tell" or "not tested"; "not published" in a report whose disclosure control holds
        it back.
    probability : float
        Probability of the size claimed or larger; NaN where the claim was not tested or the grade is E.
    words : str
        The verdict as a sentence.
    grade : {"A", "B", "C", "D", "E"}
        Of the design.
    confidence : {"high", "moderate", "low"}
        Analytical confidence.
    maryland : int
        Level on the Maryland Scientific Methods Scale, 1 to 3.
    smallest_detectable : float
        Smallest reduction these data show four times in five, as a fraction; NaN where unknown.
    reasons : tuple of str
        Why, in sentences: design, controls, data, checks.
    paragraph : str
        The verdict as a paragraph for a report.
    rule : str
        Which rule of the table decided.
    facts : Facts or None
        The numbers the rules saw; None where the claim could not be put to the data at all.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> result = ev.BeforeAfter().fit(design, seed=1)
    >>> claim = ev.Claim("crime was halved", source="a leaflet", window="after", reduction=0.5)
    >>> ev.judge(claim, result).finding
    'not tested'
    """

    claim: Claim
    finding: Finding
    probability: float
    words: str
    grade: Grade
    confidence: Confidence
    maryland: int
    smallest_detectable: float
    reasons: tuple[str, ...]
    paragraph: str
    rule: str
    facts: Facts | None = None

    @property
    def term(self) -> str | None:
        """The probability word for ``probability``, as strong as the grade allows; None where there is none."""
        return phia(self.probability, grade=self.grade)

    @property
    def facts_table(self) -> pd.DataFrame:
        """Every fact that the rules could see: ``fact`` and ``value``, None where nobody has measured it."""
        rows = (
            []
            if self.facts is None
            else [(one.name, getattr(self.facts, one.name)) for one in fields(self.facts)]
        )
        known = [(name, None if isinstance(value, float) and isnan(value) else value) for name, value in rows]
        return pd.DataFrame(known, columns=["fact", "value"], dtype=object)

    @property
    def rules_table(self) -> pd.DataFrame:
        """Every row of the table of rules, in its order: ``rule``, ``condition``, ``holds`` and ``decided``.

        The first that holds decides; one below it may hold as well.
        """
        rows = [] if self.facts is None else [(rule, rule.holds(self.facts)) for rule in RULES]
        return pd.DataFrame(
            [(rule.id, rule.condition, holds, str(rule) == self.rule) for rule, holds in rows],
            columns=["rule", "condition", "holds", "decided"],
        )

    def explain(self) -> str:
        """Return the rule that decided, those before it that did not hold, and every fact they could see, as text.

        The same as data: ``rules_table`` and ``facts_table``.
        """
        lines = [repr(self.claim), f"Finding: {self.finding}", f"Rule: {self.rule}"]
        if self.facts is None:
            lines += ["Facts:", "  none: the claim was not put to the data"]
            return "\n".join([*lines, "Reasons:", *(f"  {reason}" for reason in self.reasons)])
        rules = self.rules_table
        before = rules[: int(rules["decided"].argmax())]
        lines += ["Rules before it, which did not hold:"] if len(before) else []
        lines += [f"  {row.rule} ({row.condition})" for row in before.itertuples()]
        lines += ["Facts:", *(f"  {row.fact} = {_said(row.value)}" for row in self.facts_table.itertuples())]
        return "\n".join([*lines, "Reasons:", *(f"  {reason}" for reason in self.reasons)])

    def __repr__(self) -> str:
        return f'Verdict on "{self.claim.text}": {self.finding} (grade {self.grade}). {self.words}'

    def _repr_html_(self) -> str:
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in self.reasons)
        return (
            f"<blockquote>{escape(self.claim.text)}</blockquote><p><strong>{escape(str(self.finding))}</strong> "
            f"(design grade {escape(str(self.grade))}). {escape(self.words)}</p>"
            + (f"<ul>{reasons}</ul>" if reasons else "")
        )


def _said(value: object) -> str:
    """A fact as text."""
    if value is None:
        return "not measured"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
