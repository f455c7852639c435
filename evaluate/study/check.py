"""Prove a plan and its data before anything is fitted, and say what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.checks.triangulation import sources_sentence
from evaluate.data.outcome_breaks import describe_breaks
from evaluate.data.panel import Panel
from evaluate.data.periods import share_of_days
from evaluate.design.design import Design
from evaluate.design.window import touched
from evaluate.study.blind import Blind, hidden_by, stand_in
from evaluate.study.freeze import Freeze, read_freeze
from evaluate.study.locate import find_data
from evaluate.study.plan import Plan
from evaluate.study.questions import Question, Roles, main_design, questions_of, roles_of
from evaluate.study.sources import ReadData, break_sentences, read_data


@dataclass(frozen=True, eq=False)
class CheckedStudy:
    """A plan and its data that passed every check; nothing was fitted.

    Parameters
    ----------
    name : str
        Of the study.
    plan : Plan
        The plan.
    plan_sha256 : str
        Hash of the plan file's bytes.
    seed : int
        Root seed of the run.
    panel : Panel
        Counts of the plan's outcomes, with the files they came from and their hashes.
    roles : Roles
        Who is treated, control, buffer and excluded.
    design : Design
        Of the plan's operations and its primary outcome.
    questions : sequence of Question
        The designs that will be fitted, the primary one first.
    counts : pandas.DataFrame
        Totals by ``outcome``, ``areas`` (treated, buffer, control) and ``window``: ``periods``, ``total``,
        ``a_period`` (the mean) and ``missing`` (area-periods without a published count). For the analyst alone:
        ``published_counts`` is the table that may be shown.
    exposure : pandas.DataFrame
        By ``operation`` and ``period``: ``days`` inside the operation and their ``share`` of the period.
    notes : sequence of str
        What a reader should know of the data: controls that were drawn, categories that begin or end.
    categories : mapping of str to tuple of str
        Outcome to the published categories it adds up.
    freeze : Freeze or None
        The stamp of the plan, where it was frozen.
    blind : Blind or None
        What stands in for the treated areas, where their counts are hidden.

    Examples
    --------
    >>> import evaluate as ev
    >>> checked = ev.load_study("sample_operation").check()
    >>> list(checked.counts.columns)
    ['outcome', 'areas', 'window', 'periods', 'total', 'a_period', 'missing']
    """

    name: str
    plan: Plan
    plan_sha256: str
    seed: int
    panel: Panel
    roles: Roles
    design: Design
    questions: Sequence[Question]
    counts: pd.DataFrame
    exposure: pd.DataFrame
    notes: Sequence[str]
    categories: Mapping[str, Sequence[str]]
    freeze: Freeze | None = None
    blind: Blind | None = None

    @property
    def exploratory(self) -> bool:
        """Whether the plan was made after outcome data had been read, by what it states now or stated when frozen."""
        stated = self.plan.data_accessed_before_plan
        return stated if self.freeze is None else stated or self.freeze.outcome_data_read

    @property
    def published_counts(self) -> pd.DataFrame:
        """The table ``counts`` with "[c]" in place of every total that could point to a person."""
        from evaluate.study.published import published_counts

        return published_counts(self)

    def __repr__(self) -> str:
        claims = sum(len(question.claims) for question in self.questions)
        untestable = len(self.plan.claims) - claims
        instead = f"\n{self.blind.banner}." if self.blind is not None else ""
        return (
            f"Plan and data of {self.name} are sound: {claims} {'claim' if claims == 1 else 'claims'} to test"
            f"{f' and {untestable} that these data cannot test' if untestable else ''}.\n{self.design!r}{instead}"
        )


def check_study(
    path: Path,
    name: str,
    plan: Plan,
    *,
    data: str | Path | None = None,
    seed: int | None = None,
    blind: bool = False,
) -> CheckedStudy:
    """Find and read the data, and prove that the plan fits them.

    Parameters
    ----------
    path : pathlib.Path
        The plan's file.
    name : str
        Of the study.
    plan : Plan
        The plan.
    data : str or path, optional
        The file to read instead of searching for the plan's.
    seed : int, optional
        Root seed instead of the plan's.
    blind : bool
        Hide the treated and buffer areas' counts from the operation on, and let control areas stand in.

    Returns
    -------
    CheckedStudy

    Raises
    ------
    EvaluateError
        If anything is wrong: one message with the value, the rule and the fix.
    """
    root = plan.seed if seed is None else seed
    _require_methods(plan, path)
    files = find_data(plan, path.parent, name, data=data)
    hidden = hidden_by(plan) if blind else None
    read = read_data(plan, files, path, hidden=hidden)
    panel = read.panel
    roles = roles_of(plan, panel, path, seed=root)
    main = main_design(plan, panel, roles, path)
    instead = None
    if hidden is not None:
        instead, roles = stand_in(main, roles, hidden, seed=root)
        main = main_design(plan, panel, roles, path)
    return CheckedStudy(
        name=name,
        plan=plan,
        plan_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        seed=root,
        panel=panel,
        roles=roles,
        design=main,
        questions=tuple(questions_of(plan, panel, roles, path)),
        counts=count_table(main, [str(name) for name in panel.outcomes]),
        exposure=exposure_table(main),
        notes=tuple(_notes(plan, read, roles, main)),
        categories=read.categories,
        freeze=read_freeze(path),
        blind=instead,
    )


def count_table(design: Design, outcomes: Sequence[str]) -> pd.DataFrame:
    """Add up the counts before, during and after, for the treated, buffer and control areas.

    Parameters
    ----------
    design : Design
        Its windows and areas are used.
    outcomes : sequence of str
        Outcomes of the design's panel.

    Returns
    -------
    pandas.DataFrame
        Columns ``outcome``, ``areas``, ``window``, ``periods``, ``total``, ``a_period`` (total over periods that
        have a count in every area) and ``missing``.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> count_table(design, ["crime"])["window"].unique().tolist()
    ['before', 'operation, during', 'operation, after']
    """
    groups: Mapping[str, Sequence[str]] = {
        "treated": design.treated,
        "buffer": design.buffer,
        "control": design.control,
    }
    rows = []
    for outcome in outcomes:
        for group, areas in groups.items():
            if areas:
                rows += _rows(design, outcome, group, areas)
    return pd.DataFrame(
        rows, columns=["outcome", "areas", "window", "periods", "total", "a_period", "missing"]
    )


def exposure_table(design: Design) -> pd.DataFrame:
    """List the share of each period's days that lies inside each operation.

    Returns
    -------
    pandas.DataFrame
        Columns ``operation``, ``period``, ``days`` and ``share``.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> exposure_table(design).to_dict("records")
    [{'operation': 'operation', 'period': '2013-10', 'days': 31, 'share': 1.0}]
    """
    rows = []
    for operation in design.operations:
        periods = touched(design.periods, operation)
        shares = share_of_days(periods, operation.first_day, operation.last_day)
        for period, share in zip(periods, shares, strict=True):
            length = (period.end_time.normalize() - period.start_time.normalize()).days + 1
            rows.append((operation.name, str(period), round(share * length), float(share)))
    return pd.DataFrame(rows, columns=["operation", "period", "days", "share"])


def _rows(design: Design, outcome: str, group: str, areas: Sequence[str]) -> list[tuple[object, ...]]:
    """Totals of one outcome in one group of areas, window by window."""
    counts = design.panel.counts.sel(area=list(areas), outcome=outcome).transpose("area", "period").values
    values = counts[:, design.panel.periods.get_indexer(design.periods)]
    stretches = {"before": design.baseline}
    if len(design.trigger_periods):
        stretches["trigger"] = np.asarray(design.periods.isin(design.trigger_periods))
    for window in design.windows:
        stretches[f"{window.operation}, {window.name}"] = np.asarray(design.periods.isin(window.periods))
    rows: list[tuple[object, ...]] = []
    for name, chosen in stretches.items():
        part = values[:, chosen]
        full = ~np.isnan(part).any(axis=0)
        mean = float(part[:, full].sum() / full.sum()) if full.any() else float("nan")
        missing = int(np.isnan(part).sum())
        total = float(np.nansum(part)) if missing < part.size else float("nan")
        rows.append((outcome, group, name, int(chosen.sum()), total, mean, missing))
    return rows


def _notes(plan: Plan, read: ReadData, roles: Roles, design: Design) -> Iterator[str]:
    """What the reader of a report should know of the data and the controls."""
    from evaluate.study.methods import sources_for

    if roles.drawn_from > len(roles.control):
        yield (
            f"{len(roles.control)} of {roles.drawn_from:,} possible control areas were drawn at random with the "
            "plan's seed, before anything was fitted."
        )
    first, last = design.periods[0], design.periods[-1]
    inside = [one for one in read.breaks if first < one.first <= last or first <= one.last < last]
    yield from break_sentences(inside)
    crossed = [one for one in read.panel.provenance.breaks if one.is_crossed_by(design.periods)]
    yield from describe_breaks([one for one in crossed if not one.is_refused])
    for claim in plan.claims:
        if claim.activity and claim.untestable is None:
            yield f"“{claim.text}” is about activity. {sources_sentence(sources_for(claim, plan))}"
    if plan.areas.same_outside:
        yield plan.areas.same_outside


def _require_methods(plan: Plan, path: Path) -> None:
    """Prove that every estimator and check the plan names exists."""
    from evaluate.study.methods import problem_with_check, problem_with_controls, problem_with_estimator
    from evaluate.study.plan_file import refuse

    choices = plan.specifications
    named: list[tuple[tuple[str, str], str, Callable[[str], str]]] = [
        (("headline", "estimator"), plan.headline.estimator, problem_with_estimator)
    ]
    named += [
        (("sensitivity", "estimators"), name, problem_with_estimator) for name in plan.sensitivity.estimators
    ]
    named += [(("specifications", "estimators"), name, problem_with_estimator) for name in choices.estimators]
    named += [(("specifications", "controls"), name, problem_with_controls) for name in choices.controls]
    named += [(("checks", "run"), name, problem_with_check) for name in plan.checks.run]
    for where, name, problem_with in named:
        problem = problem_with(name)
        if problem:
            raise refuse(path, where, problem)
