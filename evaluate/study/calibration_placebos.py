"""Placebo operations on the areas of any panel: nothing was done there, so what a method finds is its error.

A placebo takes an area at random, controls at random from the others, and a start at random among those with room
before and after. Counts after the start are also thinned at random (each crime kept with probability 0.9, 0.75 or 0.5),
which plants a fall of known size in real counts: the share found is a realistic power. Placebos share areas and months,
so their errors come from a bootstrap of whole areas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from evaluate.data.panel import Panel
from evaluate.design.design import Design
from evaluate.design.operation import Operation
from evaluate.effects.result import Estimator
from evaluate.errors import DesignError, did_you_mean, many
from evaluate.numerics.seeds import child_seed
from evaluate.study.calibration_run import fit_rows, write_parquet
from evaluate.study.manifest import versions

THINNED: Final = (1.0, 0.9, 0.75, 0.5)
"""Shares of the counts after the start that are kept."""

RESAMPLES: Final = 400
NAME: Final = "placebos"


@dataclass(frozen=True)
class Draw:
    """What a placebo operation is made of.

    Parameters
    ----------
    before, after : int
        Months before the start, and from it to the end; all of the latter are the operation's window.
    controls : int or None
        Control areas, drawn anew for each placebo; None for all others.
    kept : tuple of float
        Shares of the counts after the start that are kept, 1 first.

    Examples
    --------
    >>> Draw(controls=None).before
    36
    """

    before: int = 36
    after: int = 12
    controls: int | None = 20
    kept: tuple[float, ...] = THINNED


def placebo_effects(
    panel: Panel,
    *,
    outcome: str,
    estimator: Estimator,
    placebos: int,
    seed: int,
    draw: Draw | None = None,
) -> Iterator[pd.DataFrame]:
    """Fit an estimator to placebo operations, one after the other.

    Parameters
    ----------
    panel : Panel
        Monthly counts. Areas where something was done must not be in it.
    outcome : str
        Which counts.
    estimator : Estimator
        The method.
    placebos : int
        How many.
    seed : int
        Root seed. The same areas, controls and starts for every method and outcome that the same areas have.
    draw : Draw, optional
        Months before and after, controls, and the shares kept; those of ``Draw`` otherwise.

    Yields
    ------
    pandas.DataFrame
        The rows of a placebo, one for each share kept: ``outcome``, ``estimator``, ``placebo``, ``area``, ``start``,
        ``truth``, ``rate_ratio``, ``lower``, ``upper``, ``log_standard_error``, ``p_half``, ``problem``.

    Raises
    ------
    DesignError
        If the outcome is not in the panel, or the panel has no room for the placebos.

    Notes
    -----
    Areas take part that have no missing month and one crime every two months or more.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=30, periods=60, seed=1)
    >>> rows = next(placebo_effects(panel, outcome="crime", estimator=ev.BeforeAfter(), placebos=1, seed=1))
    >>> rows["truth"].tolist()
    [1.0, 0.9, 0.75, 0.5]
    """
    draw = draw or Draw()
    before, after, controls = draw.before, draw.after, draw.controls
    areas = eligible(panel, outcome, needed=2 if controls is None else 1 + controls)
    room = len(panel.periods) - before - after + 1
    if room < 1:
        raise DesignError(
            f"A placebo needs {before + after} months, {before} before its start; the data have "
            f"{len(panel.periods)}. Read a file that covers more."
        )
    small = panel.select(outcomes=[outcome])
    for number in range(placebos):
        random = np.random.default_rng(child_seed(seed, "placebo", str(number)))
        size = len(areas) if controls is None else 1 + controls
        chosen = [str(area) for area in random.choice(areas, size, replace=False)]
        first = int(random.integers(before, before + room))
        periods = small.periods[first - before : first + after]
        part = small.select(areas=chosen, start=periods[0], end=periods[-1])
        common = {"outcome": outcome, "estimator": estimator.name, "placebo": number}
        common |= {"area": chosen[0], "start": str(periods[before])}
        try:
            designs = {kept: _placebo(part, chosen, before, kept, seed=number) for kept in draw.kept}
        except DesignError as error:
            yield pd.DataFrame([common | {"truth": kept, "problem": str(error)} for kept in draw.kept])
            continue
        fitted = fit_rows(estimator, designs, window="during", seed=child_seed(seed, "fit", str(number)))
        yield pd.DataFrame([common | row for row in fitted])


def eligible(panel: Panel, outcome: str, *, needed: int) -> list[str]:
    """Areas without a missing month and with one crime every two months or more.

    Raises
    ------
    DesignError
        If the outcome is not in the panel, or fewer areas than needed are.
    """
    if outcome not in panel.outcomes:
        raise DesignError(
            f'There is no outcome "{outcome}" in the data. {did_you_mean(outcome, list(panel.outcomes))}'
        )
    counts = panel.counts.sel(outcome=outcome).transpose("area", "period").values
    fit = ~np.isnan(counts).any(axis=1) & (np.nan_to_num(counts).mean(axis=1) >= 0.5)
    areas = [str(area) for area in panel.areas[fit]]
    if len(areas) < needed:
        raise DesignError(
            f"Placebos of {outcome} need {many(needed, 'area')} without a missing month and with one crime every two "
            f"months; there are {len(areas)}. Ask about another outcome, or for a shorter span of months."
        )
    return areas


def _placebo(panel: Panel, areas: list[str], before: int, kept: float, *, seed: int) -> Design:
    """The design of a placebo in the first area, its later counts thinned."""
    counts = panel.counts.copy(deep=True)
    if kept < 1:
        here = panel.areas.get_loc(areas[0])
        late = counts.values[here, before:, 0]
        random = np.random.default_rng([seed, round(100 * kept)])
        counts.values[here, before:, 0] = random.binomial(late.astype(int), kept)
    start, end = panel.periods[before].start_time, panel.periods[-1].end_time.normalize()
    return Design(
        replace(panel, counts=counts),
        outcome=str(panel.outcomes[0]),
        treated=[areas[0]],
        control=areas[1:],
        operations=[Operation("placebo", start, end)],
        before=f"{before} months",
        after="0 months",
    )


def placebo_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Summarise placebos by method and outcome, with a row "all" for all outcomes together.

    Parameters
    ----------
    rows : pandas.DataFrame
        From ``placebo_effects``.

    Returns
    -------
    pandas.DataFrame
        ``estimator``, ``outcome``, ``placebos``, ``areas``, ``failed``; ``rejection`` (share of intervals that leave
        out 1), ``z_sd`` (spread of log rate ratio over its standard error), ``median_width`` (upper less lower end);
        ``power_10``, ``power_25``, ``power_50`` (share wholly below 1 after thinning) and ``bias_10``, ... (mean log
        rate ratio less that of the same placebos not thinned less the log of the share kept); each with ``_error`` by
        bootstrap of areas.
    """
    found = []
    for estimator, own in rows.groupby("estimator", sort=False):
        groups = list(own.groupby("outcome", sort=False))
        if len(groups) > 1:
            groups.append(("all together", own))
        for outcome, group in groups:
            wide = _by_placebo(group)
            complete = wide.dropna()
            line = {
                "estimator": estimator,
                "outcome": outcome,
                "placebos": len(complete),
                "areas": complete.index.get_level_values("area").nunique(),
                "failed": len(wide) - len(complete),
            }
            found.append(line | _with_errors(complete))
    return pd.DataFrame(found)


def _by_placebo(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a placebo, with what is averaged in the columns."""
    index = ["outcome", "placebo", "area"]
    parts = []
    null: pd.Series | None = None
    for kept in sorted(rows["truth"].unique(), reverse=True):
        one = rows[np.isclose(rows["truth"], kept)].set_index(index).reindex(columns=_COLUMNS).astype(float)
        log_ratio = np.log(one["rate_ratio"])
        if kept == 1.0:
            null = log_ratio
            parts += [
                _share((one["lower"] > 1) | (one["upper"] < 1), one["upper"]).rename("rejection"),
                (log_ratio / one["log_standard_error"]).rename("z"),
                (one["upper"] - one["lower"]).rename("width"),
            ]
        elif null is not None:
            size = round(100 * (1 - kept))
            parts += [
                _share(one["upper"] < 1, one["upper"]).rename(f"power_{size}"),
                (log_ratio - null - np.log(kept)).rename(f"bias_{size}"),
            ]
    return pd.concat(parts, axis=1)


_COLUMNS: Final = ["rate_ratio", "lower", "upper", "log_standard_error"]


def _share(hit: pd.Series, needed: pd.Series) -> pd.Series:
    """A hit as 1 or 0, missing where there is no interval."""
    return hit.astype(float).where(needed.notna())


def _with_errors(wide: pd.DataFrame) -> dict[str, float]:
    """Means, the spread of z and the median width, each with its error by bootstrap of areas."""
    if wide.empty:
        return {}
    blocks = list(wide.groupby(level="area").indices.values())
    random = np.random.default_rng(1)
    again = []
    for _ in range(RESAMPLES):
        drawn = random.integers(len(blocks), size=len(blocks))
        again.append(_numbers(wide.iloc[np.concatenate([blocks[at] for at in drawn])]))
    errors = pd.DataFrame(again).std()
    return {
        key: number
        for name, value in _numbers(wide).items()
        for key, number in ((name, value), (f"{name}_error", float(errors[name])))
    }


def _numbers(wide: pd.DataFrame) -> dict[str, float]:
    found = {"rejection": float(wide["rejection"].mean()), "z_sd": float(wide["z"].std())}
    found["median_width"] = float(wide["width"].median())
    planted = [str(name) for name in wide if str(name).startswith(("power", "bias"))]
    return found | {name: float(wide[name].mean()) for name in planted}


def write_placebos(table: pd.DataFrame, folder: Path, *, source: str, seed: int) -> Path:
    """Write the table as Parquet and CSV, and a page.

    Parameters
    ----------
    table : pandas.DataFrame
        From ``placebo_table``.
    folder : pathlib.Path
        Where to.
    source : str
        Name of the file the areas are from.
    seed : int
        Root seed.

    Returns
    -------
    pathlib.Path
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Any] = {"seed": seed, "source": source, "versions": versions()}
    today = date.today()
    write_parquet(table, folder / f"{NAME}.parquet", {**made, "date": today.isoformat()})
    table.to_csv(folder / f"{NAME}.csv", index=False, float_format="%.5g", lineterminator="\n")
    heads = ["method", "outcome", "placebos", "rejected", "sd of z", "width"]
    heads += [f"power at −{size}%" for size in (10, 25, 50)]
    lines = [
        "# Placebo operations where nothing was done",
        "",
        f"Areas of {source}; seed {seed}; {today.day} {today:%B %Y}; evaluate {made['versions']['evaluate']}. "
        "36 months before a random start and 12 from it, 20 random controls (all others where there are fewer); areas "
        "with one crime every two months or more. *Rejected*: share of 95% intervals that leave out 1; 5% is right. In "
        "brackets: standard error by bootstrap of whole areas. *Power*: share of intervals wholly below 1 once counts "
        "from the start were thinned at random.",
        "",
        f"| {' | '.join(heads)} |",
        "|---" * len(heads) + "|",
    ]
    for row in table.to_dict("records"):
        rates = [
            f"{100 * row[key]:.1f}% ({100 * row[f'{key}_error']:.1f})"
            for key in ("rejection", "power_10", "power_25", "power_50")
        ]
        numbers = [f"{row[key]:.2f} ({row[f'{key}_error']:.2f})" for key in ("z_sd", "median_width")]
        cells = [row["estimator"], row["outcome"], f"{row['placebos']:,}", rates[0], *numbers, *rates[1:]]
        lines.append(f"| {' | '.join(cells)} |")
    page = folder / f"{NAME}.md"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return page
