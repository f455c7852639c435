"""Run a study: fit, check the fit, judge every claim, and keep what a report needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from evaluate.checks.empirical_calibration import calibrated_by
from evaluate.checks.result import CheckResults
from evaluate.effects.kept import Kept
from evaluate.errors import DesignError, did_you_mean
from evaluate.reports.findings import Event, Finding, Findings
from evaluate.study.answers import Answers, answer_all
from evaluate.study.check import CheckedStudy
from evaluate.study.freeze import departures
from evaluate.study.manifest import manifest_of
from evaluate.study.methods import Engine
from evaluate.study.multiplicity import adjusted_table
from evaluate.study.notes import notes_of
from evaluate.study.plan import ClaimPlan
from evaluate.study.published import outcome_registry
from evaluate.study.quantities import Quantity, compare, quantities_of
from evaluate.study.questions import stated
from evaluate.study.sensitivities import listed_check, sensitivity_table
from evaluate.study.tasks import Progress
from evaluate.study.write import write_whole

if TYPE_CHECKING:
    from evaluate.reports.release import Release


@dataclass(frozen=True, eq=False)
class Run:
    """A study that was run.

    Parameters
    ----------
    findings : Findings
        Everything the report says.
    by_claim : mapping
        Claim's id to its finding.
    checked : CheckedStudy
        The plan and the data it was run on.
    quick : bool
        True where fewer placebos and draws were made.
    departures : sequence of str
        How the run departs from the frozen plan; none where it keeps to it, or the plan was never frozen.

    Examples
    --------
    >>> import evaluate as ev
    >>> run = ev.load_study("sample_operation").run(quick=True)  # doctest: +SKIP
    >>> run.value("huge/rate_ratio")  # doctest: +SKIP
    0.76
    """

    findings: Findings
    by_claim: Mapping[str, Finding]
    checked: CheckedStudy
    quick: bool = False
    departures: Sequence[str] = ()

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every number of the run by name, such as "huge/rate_ratio"; see ``evaluate.study.quantities``."""
        return quantities_of(self.by_claim, self.checked)

    def value(self, quantity: str) -> Quantity:
        """Look one number up by the name used in expected.csv.

        Parameters
        ----------
        quantity : str
            Such as "huge/rate_ratio" or "huge/p_reduction".

        Returns
        -------
        float or str

        Raises
        ------
        DesignError
            If the run has no such number; the message gives the nearest name.
        """
        if quantity not in self.quantities:
            hint = did_you_mean(quantity, list(self.quantities))
            raise DesignError(f'This run has no quantity "{quantity}". {hint}')
        return self.quantities[quantity]

    def compare(self, expected: pd.DataFrame) -> pd.DataFrame:
        """Set the run's numbers beside expected ones, such as ``study.expected()``.

        Parameters
        ----------
        expected : pandas.DataFrame
            Columns ``quantity``, ``value`` and ``tolerance``.

        Returns
        -------
        pandas.DataFrame
            Columns ``quantity``, ``expected``, ``tolerance``, ``found`` and ``agrees``.
        """
        return compare(self.quantities, expected)

    def write(self, folder: str | Path, *, pdf: bool = False) -> Path:
        """Write the report; an earlier one in that folder is replaced whole.

        Parameters
        ----------
        folder : str or path
            Where the report shall be.
        pdf : bool
            Write ``report.pdf`` too, which needs weasyprint.

        Returns
        -------
        pathlib.Path
            The page to open.

        Raises
        ------
        EvaluateError
            If the folder cannot be written, or holds files that are not an earlier report, or a PDF is asked for
            and weasyprint is not installed.
        """
        from evaluate.reports.write import write_report

        return write_whole(folder, lambda place: write_report(self.findings, place, pdf=pdf)) / "report.html"

    def release(
        self,
        folder: str | Path,
        *,
        threshold: int | None = None,
        rounding: int | None = None,
        pdf: bool = False,
    ) -> Release:
        """Write a folder to be given away: the report, with a log of what disclosure control kept out of it.

        Parameters
        ----------
        folder : str or path
            Where the release shall be; an earlier one is replaced whole.
        threshold : int, optional
            Smallest person-related count above 0 that may be shown, instead of the plan's.
        rounding : int, optional
            Totals of person-related outcomes are rounded to a multiple of this, and their counts by period are not
            published; instead of the plan's.
        pdf : bool
            Write ``report.pdf`` too, which needs weasyprint.

        Returns
        -------
        Release
            The folder, and the whole log: for whoever made the release, since it says more than the one inside.

        Raises
        ------
        EvaluateError
            If threshold or rounding hide nothing, the folder cannot be written, or it holds files that are not an
            earlier release.

        Examples
        --------
        >>> import evaluate as ev
        >>> run = ev.load_study("sample_operation").run(quick=True)  # doctest: +SKIP
        >>> run.release("release", rounding=5).page  # doctest: +SKIP
        """
        from evaluate.reports.release import Release, with_disclosure, write_release
        from evaluate.reports.write import REPORT

        findings = with_disclosure(self.findings, threshold=threshold, rounding=rounding)
        logs: list[pd.DataFrame] = []
        place = write_whole(folder, lambda empty: logs.append(write_release(findings, empty, pdf=pdf)))
        return Release(place, place / REPORT, logs[0])

    def __repr__(self) -> str:
        lines = [f"Run of {self.findings.name}{' (quick)' if self.quick else ''}"]
        lines += [f"  {self.findings.blind}"] if self.findings.blind else []
        lines += [
            f"  {claim}: {one.verdict.finding}. {one.verdict.words}" for claim, one in self.by_claim.items()
        ]
        return "\n".join(lines)


def run_study(
    checked: CheckedStudy,
    *,
    engine: Engine,
    quick: bool = False,
    progress: Progress | None = None,
    kept: Kept | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Run:
    """Run a checked study.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data.
    engine : {"fast", "nuts"}
        Of the structural model.
    quick : bool
        Fewer placebos and draws.
    progress : callable, optional
        Called with the share done and what was done last.
    kept : Kept, optional
        Where finished work is kept and looked for.
    clock : callable
        Tells the time in seconds.

    Returns
    -------
    Run
    """
    started = clock()
    plan = checked.plan
    answers = answer_all(checked, engine=engine, quick=quick, progress=progress, kept=kept)
    by_claim = {claim.id: _finding(claim, checked, answers) for claim in plan.claims_primary_first}
    first = next(claim for claim in plan.claims_primary_first if claim.untestable is None)
    headline = answers.headline(first.id)
    departed = _departures(checked, engine=engine, quick=quick)
    notes = notes_of(checked, by_claim, quick=quick, departures=departed)
    findings = Findings(
        name=checked.name,
        title=plan.title,
        question=plan.question,
        findings=tuple(by_claim.values()),
        panel=checked.panel,
        design=headline.design,
        outcomes=outcome_registry(checked),
        events=tuple(
            Event(one.name, one.start.isoformat(), (one.end or one.start).isoformat(), one.source)
            for one in plan.events
        ),
        sensitivities=sensitivity_table(checked.questions, answers.headlines, answers.attempts),
        adjusted=adjusted_table(by_claim, plan),
        pooled=answers.pooled,
        notes=notes,
        simulated=checked.panel.provenance.simulated,
        exploratory=checked.exploratory,
        blind=checked.blind.banner if checked.blind is not None else "",
        manifest=manifest_of(
            checked, engine=engine, quick=quick, duration=clock() - started, departures=departed
        ),
    )
    return Run(findings, by_claim, checked, quick, departed)


def _departures(checked: CheckedStudy, *, engine: Engine, quick: bool) -> tuple[str, ...]:
    """How the run departs from the frozen plan, where there is one."""
    if checked.freeze is None:
        return ()
    blind = () if checked.blind is None else ("The run was blind: stand-ins took the treated areas' place.",)
    return (
        *blind,
        *departures(
            checked.freeze,
            checked.plan,
            seed=checked.seed,
            engine=engine,
            quick=quick,
            provenance=checked.panel.provenance,
        ),
    )


def _finding(claim: ClaimPlan, checked: CheckedStudy, answers: Answers) -> Finding:
    """The verdict on one claim, with what it rests on."""
    from evaluate.claims.judge import judge, untestable

    plan = checked.plan
    proposition = stated(claim)
    generation = plan.outcome(claim.outcome).generation
    if claim.untestable is not None:
        return Finding(proposition, untestable(proposition, claim.untestable, generation=generation))
    result = answers.headline(claim.id)
    listed = listed_check(claim, result, answers.attempts[answers.key_of[claim.id]])
    checks = CheckResults([*answers.checks[claim.id], *([listed] if listed is not None else [])])
    verdict = judge(
        proposition,
        result,
        checks,
        generation=generation,
        plan_before_data=not checked.exploratory,
        dilution=plan.dilution.share if plan.dilution is not None and claim.is_about_the_place else None,
    )
    return Finding(
        proposition, verdict, result, checks, answers.comparisons(claim.id), calibrated_by(result, checks)
    )
