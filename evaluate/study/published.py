"""The counts of a checked study as they may be shown: nothing that could point to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evaluate.reports.protection import hidden_stretches
from evaluate.reports.tables import CONFIDENTIAL

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
    threshold = checked.plan.disclosure.threshold
    groups = {
        "treated": checked.design.treated,
        "buffer": checked.design.buffer,
        "control": tuple(checked.design.control),
    }
    for outcome in checked.plan.outcomes:
        if not outcome.person_related or outcome.name not in checked.panel.outcomes:
            continue
        asked = [question.design for question in checked.questions if question.design.outcome == outcome.name]
        designs = [checked.design.for_outcome(outcome.name), *asked]
        for group, areas in groups.items():
            rows = (table["outcome"] == outcome.name) & (table["areas"] == group)
            if not areas or not rows.any():
                continue
            names = hidden_stretches(designs, areas, threshold=threshold)
            totals = checked.counts["total"]
            hidden = rows & (table["window"].isin(names) | totals.between(1, threshold - 1))
            if hidden.any():
                # A total that lacks some areas is in none of the equations: it is shown beside no hidden one.
                hidden |= rows & (table["missing"] > 0)
            table.loc[hidden, ["total", "a_period"]] = CONFIDENTIAL
    return table
