"""Whether sources that enforcement does not make agree: what activity takes, since no single count measures it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd

from evaluate.checks.refit import Move, Refit, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import finding
from evaluate.checks.target import find_target
from evaluate.checks.wording import counted
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError, did_you_mean, listed

SOURCES_NEEDED: Final = 2
SAYS: Final = {
    "reduction": "fewer than expected",
    "rise": "more than expected",
    "either": "no clear difference",
}
NOT_POSSIBLE: Final = "not possible"
NOT_PUBLISHED: Final = "not published"
NUMBERS: Final = ("rate_ratio", "lower", "upper", "p_reduction")


@dataclass(frozen=True)
class ActivitySource:
    """An outcome, and where its counts come from.

    Parameters
    ----------
    outcome : str
        Name in the panel.
    name : str
        The source, such as "recorded crime", "calls to the police" or "complaints to the council".
    generation : {"public-reported", "mixed", "enforcement"}
        How the counts come about. Those that officers make, in part or whole, are shown and do not count.
    person_related : bool
        True where a small count could point to a person; which way it went is then said, and no number.

    Examples
    --------
    >>> ActivitySource("kerb crawling", "complaints to the council").counts
    True
    """

    outcome: str
    name: str
    generation: Literal["public-reported", "mixed", "enforcement"] = "public-reported"
    person_related: bool = False

    @property
    def counts(self) -> bool:
        """Whether enforcement has no part in it."""
        return self.generation == "public-reported"


@dataclass(frozen=True, kw_only=True)
class Triangulation:
    """Put the question to several sources of one activity.

    *Question.* Do sources that enforcement does not make agree on what happened to activity?

    *Formula.* The same estimator on the design of each source's outcome. A source shows fewer (more) than expected
    where its interval lies wholly below (above) 1. The number is how many of those that the public makes show what the
    judged outcome's estimate says.

    *Threshold.* 2. That activity fell takes two such sources. Rising arrests with falling complaints are consistent
    with success; where both fall, fewer officers may have been there to record anything.

    *Source.* Campbell and Fiske (1959), Psychological Bulletin 56:81, on convergence of independent measures.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    sources : sequence of ActivitySource
        One outcome for each source that the public makes, and any that officers make.

    Examples
    --------
    >>> import evaluate as ev
    >>> from dataclasses import replace
    >>> from evaluate.data.simulator import with_outcomes
    >>> crime, complaints = (ev.simulate_panel(areas=6, periods=60, rate_ratio_after=0.4, seed=n) for n in (1, 2))
    >>> panel = with_outcomes({"crime": crime, "complaints": complaints})
    >>> result = ev.BeforeAfter().fit(replace(ev.simulated_design(crime), panel=panel), seed=1)
    >>> sources = (ev.ActivitySource("crime", "recorded crime"), ev.ActivitySource("complaints", "the council"))
    >>> check = ev.Triangulation(sources=sources).run(result, seed=1)
    >>> check.number, check.passed
    (2.0, True)
    """

    operation: str | None = None
    window: str | None = None
    sources: Sequence[ActivitySource] = ()

    name: ClassVar[str] = "triangulation"
    question: ClassVar[str] = "Do sources that enforcement does not make agree on what happened to activity?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to every source.

        Raises
        ------
        DesignError
            If no source is named, one is unknown, or one that counts is named twice.
        """
        target = find_target(result, self.operation, self.window)
        self._require_sources(target.design)
        own = target.design.outcome
        moves = [
            Move(source.outcome, partial(Design.for_outcome, outcome=source.outcome))
            for source in self.sources
            if source.outcome != own
        ]
        refits = {one.label: one for one in refit(target, moves, seed=seed, learned=False)}
        refits[own] = Refit(own, target.effect, target.design)
        table = pd.DataFrame([_row(source, refits[source.outcome]) for source in self.sources])
        public = table[table["counts"]]
        way = "reduction" if target.effect.rate_ratio < 1 else "rise"
        agreeing = int((public["says"] == SAYS[way]).sum())
        facts: dict[str, Any] = target.facts | _counted(table)
        passed = agreeing >= SOURCES_NEEDED if len(public) >= SOURCES_NEEDED else None
        return CheckResult(
            self.name,
            self.question,
            _answer(table, facts),
            float(agreeing),
            float(SOURCES_NEEDED),
            passed,
            table,
            facts,
        )

    def _require_sources(self, design: Design) -> None:
        """Prove that the sources are there, and none that counts stands twice."""
        if not self.sources:
            raise DesignError(
                "No source is named. Name two outcomes and where each comes from, such as "
                'ActivitySource("kerb crawling", "complaints to the council").'
            )
        known = [str(outcome) for outcome in design.panel.outcomes]
        seen: dict[str, str] = {}
        for source in self.sources:
            if source.outcome not in known:
                raise DesignError(
                    f'There is no outcome "{source.outcome}". {did_you_mean(source.outcome, known)}'
                )
            if source.counts and source.name in seen:
                raise DesignError(
                    f'"{seen[source.name]}" and "{source.outcome}" both come from "{source.name}", which is one '
                    "source; keep one of them."
                )
            if source.counts:
                seen[source.name] = source.outcome


def _row(source: ActivitySource, found: Refit) -> dict[str, Any]:
    """One line of the table; no number of a source whose counts could point to a person."""
    shown = found.effect if found.effect is not None and not source.person_related else None
    row: dict[str, Any] = {
        "source": source.name,
        "outcome": source.outcome,
        "generation": source.generation,
        "counts": source.counts,
        "says": NOT_POSSIBLE if found.effect is None else SAYS[_way(found.effect)],
    }
    for key in NUMBERS:
        row[key] = np.nan if shown is None else getattr(shown, key)
    return row | {"problem": found.problem}


def _way(effect: Effect) -> str:
    """Which way an effect lies; one without an interval lies nowhere."""
    return finding(effect) if np.isfinite(effect.lower) and np.isfinite(effect.upper) else "either"


def _counted(table: pd.DataFrame) -> dict[str, Any]:
    """How many sources there are that enforcement does not make, which way they went, and what it did itself."""
    public = table[table["counts"].astype(bool)]
    return {
        "n_sources": len(public),
        "n_fell": int((public["says"] == SAYS["reduction"]).sum()),
        "n_rose": int((public["says"] == SAYS["rise"]).sum()),
        "enforcement": _enforcement(table),
    }


def _enforcement(table: pd.DataFrame) -> str:
    """What officers' own counts did: "fell", "rose", "both", "unclear", or "" where there are none."""
    says = set(table.loc[table["generation"] == "enforcement", "says"])
    if not says:
        return ""
    fell, rose = SAYS["reduction"] in says, SAYS["rise"] in says
    return "both" if fell and rose else "fell" if fell else "rose" if rose else "unclear"


def _answer(table: pd.DataFrame, facts: Mapping[str, Any]) -> str:
    """The answer in sentences, from what the table may show."""
    said = []
    for row in table.to_dict("records"):
        ratio = ""
        if np.isfinite(row["rate_ratio"]):
            ratio = f", rate ratio {row['rate_ratio']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
        note = "" if row["counts"] else "; it does not count, since officers' work makes it or a part of it"
        what = f"{row['source']} ({row['outcome']})"
        said.append(f"{what[:1].upper()}{what[1:]}: {row['says']}{ratio}{note}.")
    verb = "shows" if facts["n_fell"] == 1 else "show"
    said.append(
        f"Of {counted(facts['n_sources'], 'source')} that enforcement does not make, {facts['n_fell']} {verb} fewer "
        f"than expected and {facts['n_rose']} more; that activity fell takes {SOURCES_NEEDED}."
    )
    if facts["n_fell"] and facts["enforcement"] == "rose":
        said.append("That officers' own counts rose meanwhile is consistent with success.")
    if facts["n_fell"] and facts["enforcement"] == "fell":
        said.append("Officers' own counts fell too, which is ambiguous: fewer officers also record less.")
    return " ".join(said)


def without_outcomes(check: CheckResult, outcomes: Collection[str]) -> CheckResult:
    """Leave out what sources say of which nothing may be published.

    Parameters
    ----------
    check : CheckResult
        Of ``Triangulation``.
    outcomes : collection of str
        Outcomes with a hidden count.

    Returns
    -------
    CheckResult
        The same where none of the sources is among them.
    """
    table = check.table
    rows = table["outcome"].isin(list(outcomes)) if len(table) else pd.Series(dtype=bool)
    if not rows.any():
        return check
    numbers = {name: table[name].mask(rows) for name in NUMBERS}
    table = table.assign(says=table["says"].mask(rows, NOT_PUBLISHED), **numbers)
    facts = dict(check.facts) | _counted(table)
    return replace(check, answer=_answer(table, facts), table=table, facts=facts)


def sources_sentence(sources: Sequence[ActivitySource]) -> str:
    """Say, before anything is fitted, whether there are sources enough.

    Examples
    --------
    >>> sources_sentence([ActivitySource("crime", "recorded crime"), ActivitySource("stops", "police", "enforcement")])
    'Activity takes 2 sources that enforcement does not make; there is 1: recorded crime (crime). It cannot be shown.'
    """
    public = [f"{one.name} ({one.outcome})" for one in sources if one.counts]
    number = len(public)
    there = f"there {'is' if number == 1 else 'are'} {number}{': ' if number else ''}{listed(public)}"
    enough = "" if number >= SOURCES_NEEDED else " It cannot be shown."
    return f"Activity takes {SOURCES_NEEDED} sources that enforcement does not make; {there}.{enough}"
