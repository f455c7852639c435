"""Whether sources that enforcement does not make agree: what activity takes, since no single count measures it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd

from evaluate.checks.refit import Move, Refit, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import finding
from evaluate.checks.target import find_target
from evaluate.checks.wording import counted, with_interval
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
        facts: dict[str, Any] = target.facts | {
            "n_sources": len(public),
            "n_fell": int((public["says"] == SAYS["reduction"]).sum()),
            "n_rose": int((public["says"] == SAYS["rise"]).sum()),
            "enforcement": _enforcement(table),
        }
        answer = _answer(self.sources, refits, facts)
        passed = agreeing >= SOURCES_NEEDED if len(public) >= SOURCES_NEEDED else None
        return CheckResult(
            self.name, self.question, answer, float(agreeing), float(SOURCES_NEEDED), passed, table, facts
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
    for key in ("rate_ratio", "lower", "upper", "p_reduction"):
        row[key] = np.nan if shown is None else getattr(shown, key)
    return row | {"problem": found.problem}


def _way(effect: Effect) -> str:
    """Which way an effect lies; one without an interval lies nowhere."""
    return finding(effect) if np.isfinite(effect.lower) and np.isfinite(effect.upper) else "either"


def _enforcement(table: pd.DataFrame) -> str:
    """What officers' own counts did: "fell", "rose", "both", "unclear", or "" where there are none."""
    says = set(table.loc[table["generation"] == "enforcement", "says"])
    if not says:
        return ""
    fell, rose = SAYS["reduction"] in says, SAYS["rise"] in says
    return "both" if fell and rose else "fell" if fell else "rose" if rose else "unclear"


def _answer(sources: Sequence[ActivitySource], refits: dict[str, Refit], facts: dict[str, Any]) -> str:
    """The answer in sentences."""
    said = []
    for source in sources:
        effect = refits[source.outcome].effect
        what = f"{source.name} ({source.outcome})"
        if effect is None:
            said.append(f"{what} could not be fitted")
            continue
        ratio = "" if source.person_related else f", rate ratio {with_interval(effect)}"
        note = "" if source.counts else "; it does not count, since officers' work makes it or a part of it"
        said.append(f"{what} shows {SAYS[_way(effect)]}{ratio}{note}")
    public = counted(facts["n_sources"], "source")
    verdict = (
        f"Of {public} that enforcement does not make, {facts['n_fell']} "
        f"{'shows' if facts['n_fell'] == 1 else 'show'} fewer than expected and {facts['n_rose']} more; that activity "
        f"fell takes {SOURCES_NEEDED}."
    )
    reading = {
        ("rose", True): " That officers' own counts rose meanwhile is consistent with success.",
        (
            "fell",
            True,
        ): " Officers' own counts fell too, which is ambiguous: fewer officers also record less.",
    }.get((facts["enforcement"], facts["n_fell"] > 0), "")
    return f"{'. '.join(one[:1].upper() + one[1:] for one in said)}. {verdict}{reading}"


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
