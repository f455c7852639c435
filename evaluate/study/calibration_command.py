"""What ``evaluate calibrate`` does: measure methods on simulated panels or on the areas of a file, and write it up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import joblib
import pandas as pd

from evaluate.data.counts import read_counts
from evaluate.data.mps import read_mps
from evaluate.data.opening import open_any
from evaluate.data.panel import Panel
from evaluate.effects.result import Estimator
from evaluate.errors import DesignError
from evaluate.estimators.structural import StructuralModel
from evaluate.study.calibration_cells import cells_named
from evaluate.study.calibration_page import command_of, write_calibration
from evaluate.study.calibration_placebos import Draw, placebo_effects, placebo_table, write_placebos
from evaluate.study.calibration_run import Progress, calibrate
from evaluate.study.methods import STRUCTURAL, make_estimator, problem_with_estimator

DRAWS = 1000
MOST_AT_ONCE = 2
CONTROLS = 20
TIDY = ("area", "period", "outcome", "count")
"""Columns of ``Panel.to_frame()``, the layout of tidy counts."""


def measure_simulated(
    panels: int,
    seed: int,
    cells: Sequence[str] | None,
    estimators: Sequence[str] | None,
    *,
    out: Path,
    progress: Progress | None = None,
) -> Path:
    """Measure the structural model, and methods beside it, on simulated panels.

    Parameters
    ----------
    panels, seed : int
        Panels of each kind, and the root seed.
    cells : sequence of str or None
        Kinds of panel; all where None.
    estimators : sequence of str or None
        Further methods, by their names in a plan.
    out : pathlib.Path
        Folder to write to; finished panels are kept in ``panels`` inside it.
    progress : callable, optional
        Called after every few panels.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    DataError, DesignError
        If there is no such kind of panel or method.
    """
    table = calibrate(
        cells=cells_named(cells),
        panels=panels,
        seed=seed,
        estimators=methods_named(estimators),
        folder=out / "panels",
        n_jobs=min(MOST_AT_ONCE, joblib.cpu_count()),
        progress=progress,
    )
    return write_calibration(table, out, seed=seed, command=command_of(panels, seed, cells, estimators))


def measure_areas(
    file: Path,
    outcomes: Sequence[str] | None,
    *,
    panels: int,
    seed: int,
    estimators: Sequence[str] | None,
    out: Path,
    progress: Progress | None = None,
) -> Path:
    """Measure methods by placebo operations on the areas of a file.

    Parameters
    ----------
    file : pathlib.Path
        A ward or borough file of the Metropolitan Police, or tidy counts with the columns area, period, outcome, count.
    outcomes : sequence of str or None
        Which outcomes; all where None.
    panels, seed : int
        Placebo operations for each outcome, and the root seed.
    estimators : sequence of str or None
        Further methods, by their names in a plan.
    out : pathlib.Path
        Folder to write to.
    progress : callable, optional
        Called after every placebo operation.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    DataError, DesignError
        If the file cannot be read, or there is no such outcome or method.
    """
    panel = read_areas(file)
    names = [str(name) for name in panel.outcomes] if outcomes is None else list(outcomes)
    methods = methods_named(estimators)
    draw = Draw() if len(panel.areas) > CONTROLS + 1 else Draw(controls=None)
    rows = []
    jobs = [(name, method) for name in names for method in methods]
    for number, (name, method) in enumerate(jobs):
        done = placebo_effects(panel, outcome=name, estimator=method, placebos=panels, seed=seed, draw=draw)
        for at, one in enumerate(done, start=1):
            rows.append(one)
            if progress:
                progress((number + at / panels) / len(jobs), f"{name}, {method.name}")
    return write_placebos(placebo_table(pd.concat(rows, ignore_index=True)), out, source=file.name, seed=seed)


def methods_named(names: Sequence[str] | None) -> list[Estimator]:
    """Make the structural model with 1,000 draws, and the methods named beside it.

    Raises
    ------
    DesignError
        If there is no method of that name.

    Examples
    --------
    >>> [method.name for method in methods_named(["before-after"])]
    ['structural model', 'before-after']
    """
    for name in names or ():
        if problem := problem_with_estimator(name):
            raise DesignError(problem)
    return [
        StructuralModel(draws=DRAWS),
        *(make_estimator(name) for name in names or () if name != STRUCTURAL),
    ]


def read_areas(file: Path) -> Panel:
    """Read tidy counts by the columns of ``Panel.to_frame``, anything else as a file of the Metropolitan Police."""
    heads = set(open_any(file).rows.columns)
    if set(TIDY) <= heads:
        return read_counts(file, area="area", period="period", outcome="outcome", count="count")
    return read_mps(file)
