"""What is taken out of a study's findings besides hidden counts: every number that was estimated from them.

An expected count is a sum of recorded ones with known weights, and a p-value of a small count has few values to come
from; so of an outcome with a hidden count no estimate is published, and of a window whose total is hidden not even
the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult, CheckResults
from evaluate.checks.triangulation import Triangulation, without_outcomes
from evaluate.claims.verdict import Verdict
from evaluate.data.panel import Panel
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.reports.findings import Finding, Findings

NO_ANSWER: Final = "Not published: it is made of counts some of which are too small."
WITHHELD: Final = (
    "The counts behind this are too small to be published, because they could point to a person."
)
NO_ESTIMATE: Final = (
    "The estimate is not published: it is made of counts some of which are hidden, because they could point to a "
    "person. What may be shown of the counts is in the table of recorded counts."
)
NAN: Final = float("nan")


def clean_finding(
    finding: Finding, panel: Panel, secret: frozenset[str], people: frozenset[str], *, hides_a_total: bool
) -> Finding:
    """Take out of one finding what would give a hidden count away.

    Parameters
    ----------
    finding : Finding
        One claim with its verdict and what that rests on.
    panel : Panel
        Without the hidden counts.
    secret : frozenset of str
        Outcomes with a hidden count.
    people : frozenset of str
        Person-related outcomes; their checks are published without the numbers of single areas.
    hides_a_total : bool
        Whether a total of the finding's design is hidden: then its verdict is withheld too.

    Returns
    -------
    Finding
    """
    checks = finding.checks and CheckResults(
        [_clean_check(check, finding, secret, people) for check in finding.checks]
    )
    cleaned = replace(
        finding,
        result=finding.result and _clean_result(finding.result, panel, secret),
        comparisons=[_clean_result(one, panel, secret) for one in finding.comparisons],
        checks=checks,
    )
    if finding.result is None or finding.result.design.outcome not in secret:
        return cleaned
    cleaned = replace(cleaned, calibrated=None)
    if hides_a_total:
        return replace(cleaned, verdict=_withheld(finding.verdict))
    # Reasons and paragraph are sentences with estimates in them.
    paragraph = f"{finding.verdict.words} {NO_ESTIMATE}"
    return replace(
        cleaned, verdict=replace(finding.verdict, reasons=(NO_ESTIMATE,), paragraph=paragraph, facts=None)
    )


def clean_sensitivities(findings: Findings, secret: frozenset[str]) -> pd.DataFrame:
    """Blank the estimates of claims about an outcome with hidden counts.

    Returns
    -------
    pandas.DataFrame
        As ``Findings.sensitivities``.
    """
    names = {
        name
        for finding in findings.findings
        if finding.result is not None and finding.result.design.outcome in secret
        for name in (finding.claim.id, finding.claim.text)
    }
    table = findings.sensitivities
    if table.empty or not names:
        return table
    columns = [name for name in ("rate_ratio", "lower", "upper", "p_reduction") if name in table]
    return table.assign(**{name: table[name].mask(table["claim"].isin(names)) for name in columns})


def clean_adjusted(table: pd.DataFrame, secret: frozenset[str]) -> pd.DataFrame:
    """Blank p-values of outcomes with hidden counts, and what was adjusted together with them.

    An adjusted p-value tells the rank of the raw one among the others.

    Examples
    --------
    >>> columns = ["method", "outcome", "p_value", "adjusted"]
    >>> table = pd.DataFrame([("a", "x", 0.1, 0.2), ("a", "y", 0.2, 0.2)], columns=columns)
    >>> clean_adjusted(table, frozenset({"y"}))[["p_value", "adjusted"]].isna().to_numpy().tolist()
    [[False, True], [True, True]]
    """
    if table.empty or not secret:
        return table
    own = table["outcome"].isin(secret)
    beside = table["method"].isin(table.loc[own, "method"])
    return table.assign(p_value=table["p_value"].mask(own), adjusted=table["adjusted"].mask(beside))


def clean_pooled(table: pd.DataFrame, secret: frozenset[str]) -> pd.DataFrame:
    """Blank the ratios of outcomes with hidden counts, and all those that were pooled with one.

    Examples
    --------
    >>> table = pd.DataFrame({"outcome": ["x", "y"], "raw": [0.8, 0.9], "pooled": [0.8, 0.9]})
    >>> clean_pooled(table, frozenset({"y"}))[["raw", "pooled"]].isna().to_numpy().tolist()
    [[False, True], [True, True]]
    """
    if table.empty or not secret or not (own := table["outcome"].isin(secret)).any():
        return table
    blank = {name: own for name in table.columns if str(name).startswith("raw")}
    blank |= {name: own | True for name in table.columns if str(name).startswith("pooled")}
    return table.assign(**{str(name): table[name].mask(rows) for name, rows in blank.items()})


def clean_notes(notes: Sequence[str], findings: Sequence[Finding]) -> tuple[str, ...]:
    """Leave out sentences that judge a claim whose verdict is withheld.

    Examples
    --------
    >>> clean_notes(("Counts are monthly.",), [])
    ('Counts are monthly.',)
    """
    withheld = [one.claim.text for one in findings if one.verdict.finding == "not published"]
    return tuple(note for note in notes if not any(f"“{text}”" in note for text in withheld))


def _clean_result(result: Result, panel: Panel, secret: frozenset[str]) -> Result:
    """A result of the published panel; without its estimates where a count behind them is hidden."""
    design = replace(result.design, panel=panel)
    if design.outcome not in secret:
        return replace(result, design=design)
    table = (result.counterfactual * np.nan).assign(observed=design.treated_counts)
    effects = [_blank(effect) for effect in result.effect_list]
    return replace(
        result, design=design, counterfactual=table, effect_list=effects, draws=None, diagnostics={}
    )


def _blank(effect: Effect) -> Effect:
    """Leave of an effect what no count follows from."""
    return replace(
        effect,
        observed=NAN,
        expected=NAN,
        rate_ratio=NAN,
        lower=NAN,
        upper=NAN,
        prevented=NAN,
        prevented_lower=NAN,
        prevented_upper=NAN,
        p_reduction=NAN,
        ratio=None,
    )


def _withheld(verdict: Verdict) -> Verdict:
    """A verdict that says nothing but that there is one."""
    return replace(
        verdict,
        finding="not published",
        probability=NAN,
        smallest_detectable=NAN,
        words=WITHHELD,
        reasons=(WITHHELD,),
        paragraph=WITHHELD,
        facts=None,
    )


def _clean_check(
    check: CheckResult, finding: Finding, secret: frozenset[str], people: frozenset[str]
) -> CheckResult:
    """A check without numbers that were not protected: it adds up periods, areas and outcomes as it pleases."""
    own = finding.result.design.outcome if finding.result is not None else ""
    if check.name == Triangulation.name and own not in secret:
        return without_outcomes(check, secret)
    if own in secret or any(_is_about(check, outcome) for outcome in secret):
        return replace(check, answer=NO_ANSWER, number=NAN, threshold=NAN, table=pd.DataFrame(), facts={})
    if own in people and {"area", "areas", "treated"} & {*map(str, check.table), *check.table.index.names}:
        return replace(check, table=pd.DataFrame(), facts={})
    return check


def _is_about(check: CheckResult, outcome: str) -> bool:
    """Whether a check names an outcome, in its answer or among its numbers."""
    if re.search(rf"\b{re.escape(outcome)}\b", check.answer, flags=re.IGNORECASE):
        return True
    cells = check.table.reset_index().astype(str)
    return bool((cells == outcome).to_numpy().any())
