"""The counts of a checked study as they may be shown: nothing that could point to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from evaluate.reports.counts import stretches
from evaluate.reports.findings import OutcomeInfo
from evaluate.reports.protection import rounded_to
from evaluate.reports.suppression import Suppression
from evaluate.reports.tables import CONFIDENTIAL
from evaluate.reports.ties import suppress_all

if TYPE_CHECKING:
    from evaluate.study.check import CheckedStudy


def published_counts(checked: CheckedStudy) -> pd.DataFrame:
    """Hide person-related totals that are small, and those from which a small one could be worked out.

    A total is protected together with every other total of the same areas that the study's designs publish, by the
    same rules as in the report, so that a reader of both learns no more than from either.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data; the plan says which outcomes are person-related, and from which count on they may be shown.

    Returns
    -------
    pandas.DataFrame
        As ``CheckedStudy.counts``, with "[c]" for ``total`` and ``a_period`` where they are hidden.

    Examples
    --------
    >>> import evaluate as ev
    >>> table = published_counts(ev.load_study("sample_operation").check())
    >>> list(table.columns)
    ['outcome', 'areas', 'window', 'periods', 'total', 'a_period', 'missing']
    """
    table = checked.counts.astype({"total": object, "a_period": object})
    disclosure = checked.plan.disclosure
    groups = {
        "treated": checked.design.treated,
        "buffer": checked.design.buffer,
        "control": tuple(checked.design.control),
    }
    for outcome, suppression in _suppressions(checked).items():
        for group, areas in groups.items():
            rows = (table["outcome"] == outcome) & (table["areas"] == group)
            if not areas or not rows.any():
                continue
            hidden = rows & (_is_hidden(checked, suppression, areas) | _is_small(checked))
            if hidden.any():
                # A total that lacks some areas is in none of the equations: it is shown beside no hidden one.
                hidden |= rows & (table["missing"] > 0)
            shown = checked.counts["total"].map(lambda total: rounded_to(total, disclosure.rounding))
            table.loc[rows, "total"] = shown[rows]
            if disclosure.rounding > 1:
                table.loc[rows, "a_period"] = float("nan")
            table.loc[hidden, ["total", "a_period"]] = CONFIDENTIAL
    return table


def outcome_registry(checked: CheckedStudy) -> tuple[OutcomeInfo, ...]:
    """List the outcomes of a study: how their counts come about, whose they are and what they add up.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data.

    Returns
    -------
    tuple of OutcomeInfo
        In the plan's order.

    Examples
    --------
    >>> import evaluate as ev
    >>> [one.name for one in outcome_registry(ev.load_study("sample_operation").check()) if one.person_related]
    ['soliciting']
    """
    return tuple(
        OutcomeInfo(
            one.name,
            one.generation,
            person_related=one.person_related,
            note=one.note,
            parts=tuple(checked.categories.get(one.name, ())),
        )
        for one in checked.plan.outcomes
    )


def _suppressions(checked: CheckedStudy) -> dict[str, Suppression]:
    """What is hidden, by the same rules and from the same designs as in the report."""
    designs = {
        outcome.name: [
            checked.design.for_outcome(outcome.name),
            *(one.design for one in checked.questions if one.design.outcome == outcome.name),
        ]
        for outcome in checked.plan.outcomes
        if outcome.name in checked.panel.outcomes
    }
    claimed = [claim.outcome for claim in checked.plan.claims_primary_first]
    return suppress_all(
        outcome_registry(checked),
        designs,
        claimed=list(dict.fromkeys(claimed)),
        threshold=checked.plan.disclosure.threshold,
    )


def _is_hidden(checked: CheckedStudy, suppression: Suppression, areas: Sequence[str]) -> pd.Series:
    """By row of the table of counts, whether the total of its window is hidden."""
    names = {
        stretch.name for stretch in stretches(checked.design) if suppression.hides(areas, stretch.periods)
    }
    return checked.counts["window"].isin(names)


def _is_small(checked: CheckedStudy) -> pd.Series:
    return checked.counts["total"].between(1, checked.plan.disclosure.threshold - 1)
