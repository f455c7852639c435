"""The smallest fall a study's data could show, by outcome and length of time: whether an evaluation is worth making."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluate.checks.minimum_detectable_effect import MinimumDetectableEffect
from evaluate.checks.run import run_checks
from evaluate.design.design import Design
from evaluate.errors import DesignError, FitError
from evaluate.numerics.seeds import child_seed
from evaluate.study.check import CheckedStudy
from evaluate.study.methods import make_estimator
from evaluate.study.tasks import Progress, Task, run_tasks

MONTHS = (1, 3, 6, 12)
DURING = "during"


def power_table(
    checked: CheckedStudy, *, months: Sequence[int] = MONTHS, progress: Progress | None = None
) -> pd.DataFrame:
    """Work out the smallest detectable reduction of every outcome, during the first operation and after it.

    The plan's structural model is fitted with the fast engine to the first operation alone, once for each length of
    "after"; ``MinimumDetectableEffect`` turns its standard error into the reduction that would be found four times in
    five.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data.
    months : sequence of int
        Lengths of "after".
    progress : callable, optional
        Called with the share done and what was done last.

    Returns
    -------
    pandas.DataFrame
        A row for each outcome: ``outcome``, ``a_period`` (mean count before), ``during`` and ``<n> months``, as
        fractions; NaN where the data end earlier or the model cannot be fitted.
    """
    outcomes = [str(outcome) for outcome in checked.panel.outcomes]
    alone = checked.design.with_operations([checked.design.operations[0]])
    tasks = [
        Task(
            (outcome, length),
            f"{outcome}: {length} months",
            _detectable,
            (alone, outcome, length, checked.seed),
        )
        for outcome in outcomes
        for length in months
    ]
    found = run_tasks(tasks, progress=progress)
    rows = []
    for outcome in outcomes:
        counts = alone.for_outcome(outcome).treated_counts[alone.baseline]
        during = next(
            (found[outcome, n][0] for n in months if not math.isnan(found[outcome, n][0])), math.nan
        )
        rows.append((outcome, float(np.nanmean(counts)), during, *(found[outcome, n][1] for n in months)))
    lengths = [f"{n} month{'' if n == 1 else 's'}" for n in months]
    return pd.DataFrame(rows, columns=["outcome", "a_period", DURING, *lengths])


def _detectable(alone: Design, outcome: str, months: int, seed: int) -> tuple[float, float]:
    """Smallest detectable reduction during and after the operation; NaN where it cannot be had."""
    try:
        design = alone.for_outcome(outcome).with_windows(after=f"{months} months")
        _ = design.windows
        child = child_seed(seed, "power", outcome, str(months))
        result = make_estimator("structural").fit(design, seed=child)
    except (DesignError, FitError):
        return math.nan, math.nan
    checks = [
        MinimumDetectableEffect(operation=window.operation, window=window.name) for window in design.windows
    ]
    numbers = {check.window: run_checks(result, [check], seed=child)[0].number for check in checks}
    return numbers.get(DURING, math.nan), numbers.get("after", math.nan)
