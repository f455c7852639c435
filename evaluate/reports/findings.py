"""Everything a report says, as one value: a study fills it, the writers only read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evaluate.checks.empirical_calibration import CalibratedEffect
from evaluate.checks.result import CheckResults
from evaluate.claims.claim import Claim
from evaluate.claims.verdict import Verdict
from evaluate.data.panel import Panel
from evaluate.design.design import Design
from evaluate.effects.result import Result


@dataclass(frozen=True)
class OutcomeInfo:
    """How the numbers of an outcome come about.

    Parameters
    ----------
    name : str
        Name in the panel.
    generation : str
        "public-reported", "mixed" or "enforcement": enforcement outcomes count what officers did.
    person_related : bool
        True where a small count could point to a person; such counts of 1-4 are suppressed.
    note : str
        What a reader should know of it.
    parts : sequence of str
        The published categories it adds up; those it has in common with another outcome could give a small count
        away. None where they are not known.

    Examples
    --------
    >>> OutcomeInfo("soliciting", "enforcement", person_related=True).generation
    'enforcement'
    """

    name: str
    generation: str
    person_related: bool = False
    note: str = ""
    parts: Sequence[str] = ()


@dataclass(frozen=True)
class Event:
    """Something else that was going on, drawn on the timeline.

    Parameters
    ----------
    name : str
        In a few words.
    start, end : str
        Dates as year-month-day.
    source : str
        Where it is said.

    Examples
    --------
    >>> Event("Ward boundary moved", "2018-05-03", "2018-05-03").name
    'Ward boundary moved'
    """

    name: str
    start: str
    end: str
    source: str = ""


@dataclass(frozen=True, eq=False)
class Finding:
    """One claim with its verdict and what the verdict rests on.

    Parameters
    ----------
    claim : Claim
        What was claimed, by whom.
    verdict : Verdict
        What the data say.
    result : Result or None
        The headline fit; None where the data cannot be asked at all.
    checks : CheckResults or None
        The checks made on it.
    comparisons : sequence of Result
        The same question put to other estimators.
    calibrated : CalibratedEffect or None
        The effect as placebo operations would have it; None where there were too few.
    """

    claim: Claim
    verdict: Verdict
    result: Result | None = None
    checks: CheckResults | None = None
    comparisons: Sequence[Result] = ()
    calibrated: CalibratedEffect | None = None


@dataclass(frozen=True, eq=False)
class Findings:
    """A whole study, run.

    Parameters
    ----------
    name, title, question : str
        Of the study.
    findings : sequence of Finding
        One for each claim; the first is the primary one.
    panel : Panel
        The counts read, with their provenance.
    design : Design
        The design of the primary claim.
    outcomes : sequence of OutcomeInfo
        Every outcome used.
    events : sequence of Event
        What else was going on.
    sensitivities : pandas.DataFrame
        One row a sensitivity: ``claim``, ``sensitivity``, ``rate_ratio``, ``lower``, ``upper``, ``p_reduction``.
    adjusted : pandas.DataFrame
        P-values of effects, raw and adjusted for there being several, by method.
    pooled : pandas.DataFrame
        Rate ratios of secondary outcomes, raw and pooled.
    notes : sequence of str
        Sentences the report must carry: limits, dilution, what the data cannot show and why.
    simulated : bool
        True where the data were made up; every page says so.
    exploratory : bool
        True where the plan was made after outcome data had been read; every page says so.
    blind : str
        What stood in for what, where the counts that the claims are about were hidden; every page says so.
    manifest : mapping
        Plan hash, data hashes, versions, seed, duration; plain values.
    """

    name: str
    title: str
    question: str
    findings: Sequence[Finding]
    panel: Panel
    design: Design
    outcomes: Sequence[OutcomeInfo] = ()
    events: Sequence[Event] = ()
    sensitivities: pd.DataFrame = field(default_factory=pd.DataFrame)
    adjusted: pd.DataFrame = field(default_factory=pd.DataFrame)
    pooled: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: Sequence[str] = ()
    simulated: bool = False
    exploratory: bool = False
    blind: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)
