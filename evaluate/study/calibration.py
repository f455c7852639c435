"""Measure how often a method is wrong, on panels whose truth is known.

The protocol is the package's own (design: aims, data-generating mechanisms, estimands, methods, performance measures;
Morris, White and Crowther 2019, Statistics in Medicine 38): for each cell of a grid, panels without an effect give the
false-positive rate, the same panels with a fall of 30% give coverage and bias. Every rate has its Monte Carlo error.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.data.simulator import Process, simulate_panel
from evaluate.design.design import Design
from evaluate.design.simulated import simulated_design
from evaluate.effects.contrasts import in_window
from evaluate.effects.effect import Effect
from evaluate.effects.result import Estimator
from evaluate.errors import DataError, did_you_mean
from evaluate.estimators.structural import StructuralModel

PLANTED = 0.7
"""The true rate ratio of the panels with an effect."""
PACKAGES = ("numpy", "scipy", "numba", "pandas", "xarray")


@dataclass(frozen=True)
class Cell:
    """One kind of panel.

    Parameters
    ----------
    name : str
        For the table.
    mean, dispersion, autocorrelation, persistent_share : float
        As in ``Process``.
    before, after : int
        Months before the operation and in all from its start.
    controls : int
        Number of control areas.
    triggered : bool
        The operation starts because of a spike; the three months before it are then given as its trigger.

    Examples
    --------
    >>> Cell("small counts", mean=5).controls
    12
    """

    name: str
    mean: float = 30.0
    dispersion: float = 1.5
    autocorrelation: float = 0.4
    persistent_share: float = 0.5
    before: int = 72
    after: int = 24
    controls: int = 12
    triggered: bool = False


CELLS = (
    Cell("standard"),
    Cell("all variation persistent", persistent_share=1.0),
    Cell("no autocorrelation", autocorrelation=0.0),
    Cell("strong autocorrelation", autocorrelation=0.8, dispersion=2.5, persistent_share=1.0),
    Cell("5 a month", mean=5.0, dispersion=1.2),
    Cell("100 a month", mean=100.0, dispersion=2.5),
    Cell("24 months before, 6 after", before=24, after=6),
    Cell("5 controls", controls=5),
    Cell("no controls", controls=0),
    Cell("launched after a spike", triggered=True),
)
"""The published cells; the first is the one that is judged."""


def cells_named(names: Sequence[str] | None) -> Sequence[Cell]:
    """Pick published cells by name; all of them where no name is given.

    Raises
    ------
    DataError
        If there is no cell of that name.

    Examples
    --------
    >>> [cell.controls for cell in cells_named(["standard", "no controls"])]
    [12, 0]
    """
    known = {cell.name: cell for cell in CELLS}
    for name in names or ():
        if name not in known:
            raise DataError(f'There is no kind of panel "{name}". {did_you_mean(name, list(known))}')
    return [known[name] for name in names] if names else CELLS


def calibrate(
    *,
    cells: Sequence[Cell] = CELLS,
    panels: int = 200,
    seed: int = 20261123,
    estimator: Estimator | None = None,
    n_jobs: int = 2,
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """Fit an estimator to simulated panels without an effect and with a fall of 30%.

    Parameters
    ----------
    cells : sequence of Cell
        Kinds of panel.
    panels : int
        Panels of each kind, with and without an effect.
    seed : int
        Panel number i of a cell has the seed ``seed + i``.
    estimator : Estimator, optional
        The fast structural model with 1,000 draws otherwise.
    n_jobs : int
        Processes to share the panels among; the answer does not depend on it.
    progress : callable, optional
        Called with (cell name, cells done, cells in all).

    Returns
    -------
    pandas.DataFrame
        One row a cell: its settings; ``false_positive_rate`` (share of 95% intervals without 1 where nothing was
        done), ``coverage`` (share of 95% intervals that hold the planted 0.7), ``huge_rate`` (share of panels without
        an effect given a probability above one half of a fall of half or more), ``bias`` and ``z_sd`` of the log rate
        ratio, ``median_width`` of its interval, ``before_after_rate`` (false positives of a Poisson comparison with the
        three months before, the usual press claim, on the same panels); each rate with its Monte Carlo standard error.

    Examples
    --------
    >>> from evaluate.study.calibration import Cell, calibrate
    >>> quick = calibrate(cells=[Cell("standard", before=24, after=6, controls=3)], panels=2, n_jobs=1)
    >>> quick.loc[0, "panels"]
    np.int64(2)
    """
    from joblib import Parallel, delayed

    method = estimator or StructuralModel(draws=1000)
    rows = []
    with Parallel(n_jobs=n_jobs) as pool:
        for number, cell in enumerate(cells):
            if progress:
                progress(cell.name, number, len(cells))
            jobs = (delayed(_panel_effects)(cell, method, seed + panel) for panel in range(panels))
            rows.append({**asdict(cell), **_summary(list(pool(jobs)), panels)})
    if progress:
        progress("", len(cells), len(cells))
    return pd.DataFrame(rows)


def _panel_effects(cell: Cell, method: Estimator, seed: int) -> tuple[Effect, Effect, bool]:
    """Fit one panel without an effect and with one; and the plain comparison without one."""
    process = Process(
        mean=cell.mean,
        dispersion=cell.dispersion,
        autocorrelation=cell.autocorrelation,
        persistent_share=cell.persistent_share,
    )
    found = []
    for ratio in (1.0, PLANTED):
        panel = simulate_panel(
            areas=1 + cell.controls,
            periods=cell.before + cell.after,
            process=process,
            operation_at=cell.before,
            rate_ratio_during=ratio,
            rate_ratio_after=ratio,
            triggered=cell.triggered,
            seed=seed,
        )
        design = simulated_design(panel, trigger="3 months" if cell.triggered else None)
        found.append(method.fit(design, seed=seed).effect("operation", "after"))
        if ratio == 1.0:
            naive = _press_claim(design)
    return found[0], found[1], naive


def _press_claim(design: Design) -> bool:
    """Whether a 95% Poisson interval of the months after over the three before leaves out 1."""
    counts = design.treated_counts
    after = in_window(design, design.window("operation", "after"))
    first = np.flatnonzero(design.periods.isin(design.window("operation", "during").periods))[0]
    late, early = counts[after].sum() + 0.5, counts[first - 3 : first].sum() + 0.5
    log_ratio = np.log(late / after.sum()) - np.log(early / 3)
    return bool(abs(log_ratio) > 1.96 * np.sqrt(1 / late + 1 / early))


def _summary(effects: list[tuple[Effect, Effect, bool]], panels: int) -> dict[str, float | int]:
    """Rates over the panels of one cell, each with its Monte Carlo standard error."""
    null, real, naive = (list(group) for group in zip(*effects, strict=True))
    log_ratios = np.log([effect.rate_ratio for effect in real])
    errors = np.array([effect.ratio.log_standard_error for effect in null if effect.ratio])
    summary: dict[str, float | int] = {"panels": panels}
    for name, hits in {
        "false_positive_rate": [not effect.lower <= 1 <= effect.upper for effect in null],
        "coverage": [effect.lower <= PLANTED <= effect.upper for effect in real],
        "huge_rate": [effect.probability_of_reduction(0.5) > 0.5 for effect in null],
        "before_after_rate": list(naive),
    }.items():
        rate = float(np.mean(hits))
        summary[name] = rate
        summary[f"{name}_error"] = float(np.sqrt(rate * (1 - rate) / panels))
    summary["bias"] = float(np.mean(log_ratios) - np.log(PLANTED))
    summary["bias_error"] = float(np.std(log_ratios) / np.sqrt(panels))
    summary["z_sd"] = float(np.std(np.log([effect.rate_ratio for effect in null]) / errors))
    summary["median_width"] = float(np.median([np.log(effect.upper / effect.lower) for effect in null]))
    return summary


def _cell_options(table: pd.DataFrame) -> str:
    """Write the command's options that pick the cells of this table; none where they are all there."""
    names = list(table["name"])
    return "" if names == [cell.name for cell in CELLS] else "".join(f' --cell "{name}"' for name in names)


def write_calibration(table: pd.DataFrame, folder: Path, *, seed: int, name: str = "calibration") -> Path:
    """Write the table as CSV and as a page that says how it was made.

    Parameters
    ----------
    table : pandas.DataFrame
        From ``calibrate``.
    folder : pathlib.Path
        Where to.
    seed : int
        The seed it was made with.
    name : str
        Of both files, without the ending.

    Returns
    -------
    pathlib.Path
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / f"{name}.csv", index=False, float_format="%.5g", lineterminator="\n")
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    panels = int(table["panels"].iloc[0])
    lines = [
        "# How often the structural model is wrong",
        "",
        f"Made by `evaluate calibrate --panels {panels} --seed {seed}{_cell_options(table)}` on "
        f"{date.today():%d %B %Y} with Python {platform.python_version()}, {packages}. {panels} simulated panels in "
        "each row, with no effect and with a fall of 30% in the after period; nominal level 5%. In brackets: Monte "
        "Carlo standard error. The standard panel: 30 a month, variance 1.5 times the mean (half of the excess "
        "autocorrelated at 0.4), 72 months before and 24 from the start, 12 control areas. The last column is what "
        "comparing with the three months before, the usual press claim, gives on the same panels.",
        "",
        "| panels | false positives | coverage at -30% | called huge, no effect | bias of log ratio | sd of z "
        "| width of log interval | before-after: false positives |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for _, row in table.iterrows():
        cells = [
            f"{100 * row[key]:.1f}% ({100 * row[key + '_error']:.1f})"
            for key in ("false_positive_rate", "coverage", "huge_rate")
        ]
        cells += [
            f"{row['bias']:+.3f} ({row['bias_error']:.3f})",
            f"{row['z_sd']:.2f}",
            f"{row['median_width']:.2f}",
        ]
        cells += [f"{100 * row['before_after_rate']:.1f}% ({100 * row['before_after_rate_error']:.1f})"]
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    page = folder / f"{name}.md"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return page
