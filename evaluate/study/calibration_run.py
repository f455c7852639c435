"""Measure how often a method is wrong, on panels whose truth is known.

The protocol is that of Morris, White and Crowther (2019), Statistics in Medicine 38: aims, data-generating mechanisms
(``calibration_cells``), estimands (the rate ratio after the operation), methods, performance measures
(``calibration_table``). Each panel is simulated without an effect and, with the same random numbers, with falls of 15%
and of 30%.

What is finished is kept in a folder, panel by panel, and is not run again with the same seed, settings, code and
versions of packages: a run that was stopped goes on, and one that asks for more panels adds to those there are.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from evaluate.checks.refit import Preparable
from evaluate.design.design import Design
from evaluate.effects.contrasts import in_window
from evaluate.effects.effect import Effect
from evaluate.effects.result import Estimator
from evaluate.errors import EvaluateError
from evaluate.estimators.structural import StructuralModel
from evaluate.study.calibration_cells import CELLS, Cell
from evaluate.study.calibration_table import calibration_table
from evaluate.study.manifest import versions

RATIOS: Final = (1.0, 0.85, 0.7)
"""True rate ratios that every panel is simulated with."""

SEED: Final = 20261123
AT_ONCE: Final = 10
"""Panels between two writes: what Ctrl-C can cost."""

ENGINE: Final = (
    "numerics/bordered_band.py",
    "numerics/climb.py",
    "numerics/laplace.py",
    "numerics/nested.py",
    "numerics/wandering.py",
    "data/simulator.py",
)
"""Files, beside the estimator's own, a change of which makes kept panels worthless."""

Progress = Callable[[float, str], None]
"""Called with the share that is done (0 to 1) and what was done last."""


@dataclass(frozen=True)
class Kept:
    """Finished panels of one cell and method, as a Parquet file with its making in the metadata.

    Parameters
    ----------
    folder : pathlib.Path or None
        Where the files are; None to keep nothing.
    cell : Cell
        Kind of panel.
    estimator : Estimator
        Method with its settings.
    seed : int
        Of the run.
    """

    folder: Path | None
    cell: Cell
    estimator: Estimator
    seed: int

    @property
    def making(self) -> dict[str, Any]:
        """Everything the panels depend on, in plain values."""
        return {
            "cell": asdict(self.cell),
            "estimator": repr(self.estimator),
            "seed": self.seed,
            "versions": versions(("numpy", "scipy", "numba", "pandas")),
            "code": code_of(self.estimator),
        }

    @property
    def path(self) -> Path | None:
        """The file; its name carries a hash of the making, so that another making has another file."""
        if self.folder is None:
            return None
        digest = hashlib.sha256(json.dumps(self.making, sort_keys=True).encode()).hexdigest()[:12]
        words = "".join(c if c.isalnum() else "_" for c in f"{self.cell.name} {self.estimator.name}")
        return self.folder / f"{words}_{digest}.parquet"

    def read(self) -> pd.DataFrame | None:
        """The panels there are, or None."""
        return pd.read_parquet(self.path) if self.path is not None and self.path.is_file() else None

    def write(self, rows: pd.DataFrame) -> None:
        """Keep the panels; the file is whole at every moment."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        begun = self.path.with_suffix(".part")
        write_parquet(rows, begun, {**self.making, "date": date.today().isoformat()})
        begun.replace(self.path)


def write_parquet(table: pd.DataFrame, path: Path, making: dict[str, Any]) -> None:
    """Write a table as Parquet with how it was made in the metadata, under the key "evaluate"."""
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    content = pa.Table.from_pandas(table, preserve_index=False)
    metadata = {**(content.schema.metadata or {}), b"evaluate": json.dumps(making, sort_keys=True).encode()}
    pq.write_table(content.replace_schema_metadata(metadata), path)


def code_of(estimator: Estimator) -> str:
    """Hash of the source that decides what a fit to a simulated panel gives, 12 hexadecimal digits."""
    package = Path(__file__).resolve().parents[1]
    files = [Path(inspect.getfile(type(estimator))), *(package / name for name in ENGINE)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def calibrate(
    *,
    cells: Sequence[Cell] = CELLS,
    panels: int = 200,
    seed: int = SEED,
    estimators: Sequence[Estimator] = (),
    folder: Path | None = None,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Fit estimators to simulated panels without an effect and with falls of 15% and 30%.

    Parameters
    ----------
    cells : sequence of Cell
        Kinds of panel.
    panels : int
        Panels of each kind.
    seed : int
        Panel number i of every cell has the seed ``seed + i``.
    estimators : sequence of Estimator
        The fast structural model with 1,000 draws where none is given.
    folder : pathlib.Path, optional
        Where finished panels are kept and looked for.
    n_jobs : int
        Processes to share the panels among; the answer does not depend on it.
    progress : callable, optional
        Called after every few panels.

    Returns
    -------
    pandas.DataFrame
        One row for each cell and estimator: see ``calibration_table``.

    Examples
    --------
    >>> from evaluate.study.calibration_cells import Cell
    >>> quick = calibrate(cells=[Cell("small", before=24, after=6, controls=3)], panels=2)
    >>> quick.loc[0, "panels"]
    np.int64(2)
    """
    methods = tuple(estimators) or (StructuralModel(draws=1000),)
    found = []
    jobs = [(cell, method) for cell in cells for method in methods]
    for number, (cell, method) in enumerate(jobs):
        rows = pd.DataFrame()
        for have, kept in _completed(Kept(folder, cell, method, seed), panels, n_jobs):
            rows = kept
            if progress:
                progress((number + have / panels) / len(jobs), f"{cell.name}, {method.name}")
        found.append(calibration_table(rows, cell=cell, estimator=method.name))
    return pd.DataFrame(found)


def _completed(kept: Kept, panels: int, n_jobs: int) -> Iterator[tuple[int, pd.DataFrame]]:
    """Run the panels that are missing, a few at a time; how many there are, and their rows."""
    from joblib import Parallel, delayed

    rows = kept.read()
    have = 0 if rows is None else int(rows["panel"].max()) + 1
    if rows is not None and have >= panels:
        yield panels, rows[rows["panel"] < panels]
        return
    with Parallel(n_jobs=n_jobs) as pool:
        while have < panels:
            numbers = range(have, min(have + AT_ONCE, panels))
            jobs = (delayed(panel_rows)(kept.cell, kept.estimator, kept.seed, number) for number in numbers)
            new = pd.DataFrame([row for one in pool(jobs) for row in one])
            rows = new if rows is None else pd.concat([rows, new], ignore_index=True)
            have = numbers.stop
            kept.write(rows)
            yield have, rows


def panel_rows(cell: Cell, estimator: Estimator, seed: int, number: int) -> list[dict[str, Any]]:
    """Fit one panel with each of the true rate ratios.

    Returns
    -------
    list of dict
        ``panel``, ``truth``, ``rate_ratio``, ``lower``, ``upper``, ``log_standard_error``, ``p_half`` (probability of
        a fall of half or more), ``press`` (whether a Poisson comparison of the months after with the three before
        would call it a change) and ``problem`` (why the fit was refused; the numbers are then missing).
    """
    designs = {truth: cell.design(truth, seed=seed + number) for truth in RATIOS}
    fitted = fit_rows(estimator, designs, window="after", seed=seed + number)
    return [
        {"panel": number, "press": _press_claim(design), **row}
        for design, row in zip(designs.values(), fitted, strict=True)
    ]


def fit_rows(
    estimator: Estimator, designs: Mapping[float, Design], *, window: str, seed: int
) -> list[dict[str, Any]]:
    """Fit designs of one panel that differ in the effect planted, by the true rate ratio.

    What an estimator learns from the controls it learns once for equal controls, which gives equal answers sooner.
    """
    rows: list[dict[str, Any]] = []
    method, learned_from = estimator, None
    for truth, design in designs.items():
        row: dict[str, Any] = {"truth": truth, "problem": ""}
        try:
            if isinstance(estimator, Preparable) and not _same(learned_from, design):
                method, learned_from = estimator.prepared(design), design
            effect = method.fit(design, seed=seed).effect(design.operations[0].name, window)
            row |= _numbers(effect)
        except EvaluateError as error:
            row |= {"problem": str(error)} | dict.fromkeys(NUMBERS, np.nan)
        rows.append(row)
    return rows


def _same(one: Design | None, other: Design) -> bool:
    """Whether two designs have the same control counts."""
    return one is not None and np.array_equal(one.control_counts, other.control_counts, equal_nan=True)


NUMBERS: Final = ("rate_ratio", "lower", "upper", "log_standard_error", "p_half")


def _numbers(effect: Effect) -> dict[str, float]:
    """What is kept of an effect."""
    error = effect.ratio.log_standard_error if effect.ratio else np.nan
    half = effect.probability_of_reduction(0.5)
    return dict(zip(NUMBERS, (effect.rate_ratio, effect.lower, effect.upper, error, half), strict=True))


def _press_claim(design: Design) -> bool:
    """Whether a 95% Poisson interval of the months after over the three before leaves out 1."""
    counts = design.treated_counts
    after = in_window(design, design.window("operation", "after"))
    first = np.flatnonzero(design.periods.isin(design.window("operation", "during").periods))[0]
    late, early = counts[after].sum() + 0.5, counts[first - 3 : first].sum() + 0.5
    log_ratio = np.log(late / after.sum()) - np.log(early / 3)
    return bool(abs(log_ratio) > 1.96 * np.sqrt(1 / late + 1 / early))
