"""Write what was measured: a table as Parquet and CSV, a page, and the pictures of where the methods hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from evaluate.checks.measured import standing
from evaluate.errors import many
from evaluate.figures.calibration import calibration_bundle
from evaluate.figures.save import save_bundle
from evaluate.study.calibration_cells import CELLS
from evaluate.study.calibration_run import write_parquet
from evaluate.study.manifest import versions

NAME: Final = "calibration"
RATES: Final = (
    ("false_positive_rate", "false positives"),
    ("coverage", "coverage at −30%"),
    ("power_15", "power at −15%"),
    ("power_30", "power at −30%"),
    ("huge_rate", "huge, no effect"),
)
NUMBERS: Final = (("bias", "bias, log"), ("z_sd", "sd of z"), ("median_width", "width"))
WHAT: Final = """\
Each row is a kind of simulated panel whose truth is known; nominal level 5%. In brackets: Monte Carlo standard error,
in points for a rate. *False positives*: share of 95% intervals that leave out 1 where nothing was done. *Coverage*:
share that hold the true fall of 30%. *Power*: share wholly below 1 at a fall of 15% and of 30%. *Huge, no effect*:
share, where nothing was done, for which a claim of a fall by half would be called "probably supported" or better.
*Bias* of the log rate ratio at −30%. *sd of z*: spread of the log rate ratio over its standard error where nothing was
done; 1 is right. *Width*: median, upper less lower end of the rate ratio's interval where nothing was done.

A method *holds* where between 3% and 7% of intervals are wrong; it *fails* where the 95% interval (Wilson) of that
rate is wholly above 7%, and is *too cautious* where it is wholly below 3%; elsewhere that many panels do not show it.
"""
KINDS: Final = """\
"Standard" has 30 a month, a variance of 1.5 times the mean (half of the excess autocorrelated at 0.4), 72 months before
and 24 from the start, 12 control areas; "36 + 12" has 36 before, the month of the operation and 12 after, 10 controls.
The other rows say how they depart from these. "Wandering": all of the extra variance (2.5 times the mean) is
autocorrelated at 0.8. "Spike": the operation starts after the highest month of twelve; handled, the three months before
are given as the trigger.
"""


def write_calibration(table: pd.DataFrame, folder: Path, *, seed: int, command: str) -> Path:
    """Write the table, the page and the pictures.

    Parameters
    ----------
    table : pandas.DataFrame
        From ``calibrate``.
    folder : pathlib.Path
        Where to.
    seed : int
        The seed it was made with.
    command : str
        The command that makes it, for the page.

    Returns
    -------
    pathlib.Path
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    installed = versions(("numpy", "scipy", "numba", "pandas", "xarray"))
    today = date.today()
    write_parquet(
        table, folder / f"{NAME}.parquet", {"seed": seed, "versions": installed, "date": today.isoformat()}
    )
    dated = table.assign(seed=seed, version=installed["evaluate"], date=today.isoformat())
    dated.to_csv(folder / f"{NAME}.csv", index=False, float_format="%.5g", lineterminator="\n")
    pictures = []
    for rate in ("false_positive_rate", "coverage"):
        bundle = calibration_bundle(table, rate=rate)
        save_bundle(bundle, folder)
        pictures.append(f"![{bundle.alt}]({bundle.name}.svg)")
    packages = ", ".join(f"{name} {number}" for name, number in installed.items())
    lines = [
        "# How often the methods are wrong",
        "",
        f"Made by `{command}` on {today.day} {today:%B %Y} with {packages}; {_panels(table)} in each row.",
        "",
        WHAT,
        KINDS,
        *(f"{picture}\n" for picture in pictures),
    ]
    for name, rows in table.groupby("estimator", sort=False):
        lines += [f"## {str(name).capitalize()}", "", *summary_lines(rows), "", *table_lines(rows), ""]
    page = folder / f"{NAME}.md"
    page.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8", newline="\n")
    return page


def _panels(table: pd.DataFrame) -> str:
    """How many panels the rows have."""
    fewest, most = int(table["panels"].min()), int(table["panels"].max())
    return many(most, "panel") if fewest == most else f"{fewest} to {most} panels"


def summary_lines(rows: pd.DataFrame) -> list[str]:
    """Where a method holds and where it fails, in sentences."""
    found = [
        standing(rate, panels) if rate == rate else "no interval"
        for rate, panels in zip(rows["false_positive_rate"], rows["panels"], strict=True)
    ]
    lines = []
    for which, text in (
        (rows["judged"].to_numpy(), "24 months or more before, 5 or more a month, 5 or more clean controls"),
        (~rows["judged"].to_numpy(), "beyond that"),
    ):
        names = {
            word: [
                name
                for name, one, here in zip(rows["name"], found, which, strict=True)
                if here and one == word
            ]
            for word in ("holds", "not shown", "fails", "too cautious")
        }
        if not which.any():
            continue
        counts = ", ".join(f"{word} in {len(cells)}" for word, cells in names.items() if cells)
        line = f"- {text[0].upper()}{text[1:]} ({many(int(which.sum()), 'kind')} of panel): {counts or 'no rate'}."
        for word in ("fails", "too cautious"):
            if names[word]:
                line += f" {word.capitalize()}: {'; '.join(names[word])}."
        lines.append(line)
    return lines


def table_lines(rows: pd.DataFrame) -> list[str]:
    """The table of one method, in Markdown."""
    heads = ["kind of panel", "panels", *(head for _, head in (*RATES, *NUMBERS))]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for _, row in rows.iterrows():
        cells = [
            "none" if row[key] != row[key] else f"{100 * row[key]:.1f}% ({100 * row[f'{key}_error']:.1f})"
            for key, _ in RATES
        ]
        cells += [
            "none" if row[key] != row[key] else f"{row[key]:.2f} ({row[f'{key}_error']:.2f})"
            for key, _ in NUMBERS
        ]
        lines.append(f"| {row['name']} | {row['panels']} | {' | '.join(cells)} |")
    return lines


def command_of(panels: int, seed: int, cells: Sequence[str] | None, estimators: Sequence[str] | None) -> str:
    """The command that makes the same table.

    Examples
    --------
    >>> command_of(200, 1, ["standard"], None)
    'evaluate calibrate --panels 200 --seed 1 --cell "standard"'
    """
    chosen = [] if cells is None or list(cells) == [cell.name for cell in CELLS] else list(cells)
    return f"evaluate calibrate --panels {panels} --seed {seed}" + "".join(
        f' --{option} "{name}"'
        for option, names in (("cell", chosen), ("estimator", estimators or ()))
        for name in names
    )
