"""A folder to be given away: the report with everything that disclosure control passes, and a log of what it did not.

The log in the folder says how many numbers are not there and by which rule, but not which of them are small and which
only hide a small one: that would narrow down what each can be. Whoever makes the release gets the whole log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from evaluate.errors import DesignError
from evaluate.reports.disclosure import problem_with_threshold
from evaluate.reports.findings import Findings
from evaluate.reports.protection import ROUNDING, THRESHOLD, Protected, protect_findings
from evaluate.reports.suppression import Areas, Suppression
from evaluate.reports.tables import Column, Table, from_frame
from evaluate.reports.write import write_protected

LOG: Final = "disclosure_log.csv"
COLUMNS: Final = ("outcome", "areas", "what", "rule", "cells")
PERIODS, TOTALS = "counts by period", "totals of windows"
PRIMARY, SECONDARY = "primary", "secondary"


@dataclass(frozen=True, eq=False)
class Release:
    """A release folder and how it came to be.

    Parameters
    ----------
    folder : pathlib.Path
        Holds only what has passed.
    page : pathlib.Path
        The page to open.
    log : pandas.DataFrame
        For whoever made the release, not for publication: ``outcome``, ``areas``, ``what``, ``rule`` ("primary": too
        small; "secondary": a small one would follow from it; "refused", "estimates" and "rounding") and ``cells``.
    """

    folder: Path
    page: Path
    log: pd.DataFrame

    def __repr__(self) -> str:
        hidden = self.log[self.log["rule"].isin([PRIMARY, SECONDARY])].groupby("rule")["cells"].sum()
        small, covering = (int(hidden.get(rule, 0)) for rule in (PRIMARY, SECONDARY))
        refused = self.log.loc[self.log["rule"] == "refused", "outcome"].unique()
        said = f"{small} small counts hidden, and {covering} from which one would follow"
        left_out = f"; left out: {', '.join(refused)}" if len(refused) else ""
        return f"Release in {self.folder}: {said}{left_out}."


def with_disclosure(
    findings: Findings, *, threshold: int | None = None, rounding: int | None = None
) -> Findings:
    """Return findings to be published by another threshold or rounding than the plan's.

    Parameters
    ----------
    findings : Findings
        A study, run.
    threshold : int, optional
        The smallest count above 0 that may be shown.
    rounding : int, optional
        What totals of person-related outcomes are rounded to a multiple of; 1 for no rounding.

    Returns
    -------
    Findings

    Raises
    ------
    DesignError
        If the threshold hides nothing, or the rounding is no whole number from 1 on.
    """
    problem = problem_with_threshold(threshold) if threshold is not None else ""
    if rounding is not None and rounding < 1:
        problem = (
            f"Rounding is to a multiple of a whole number, such as 5; 1 is no rounding. It is {rounding}."
        )
    if problem:
        raise DesignError(problem)
    asked = {THRESHOLD: threshold, ROUNDING: rounding}
    return replace(
        findings,
        manifest={**findings.manifest, **{name: n for name, n in asked.items() if n is not None}},
    )


def write_release(findings: Findings, folder: str | Path, *, pdf: bool = False) -> pd.DataFrame:
    """Write the report and the log into an empty folder.

    Parameters
    ----------
    findings : Findings
        A study, run; its manifest holds threshold and rounding.
    folder : str or path
        Made if absent.
    pdf : bool
        Write ``report.pdf`` too, which needs weasyprint.

    Returns
    -------
    pandas.DataFrame
        The whole log, as in ``Release``; the one in the folder does not tell small counts from those that cover them.

    Raises
    ------
    DesignError
        If the study judged no claim.
    """
    folder = Path(folder)
    report = protect_findings(findings)
    write_protected(report, folder, pdf=pdf)
    log = disclosure_log(report)
    (folder / LOG).write_text(public_log(log).to_csv(), encoding="utf-8", newline="")
    return log


def disclosure_log(report: Protected) -> pd.DataFrame:
    """List what disclosure control did.

    Parameters
    ----------
    report : Protected
        The study as it may be published.

    Returns
    -------
    pandas.DataFrame
        As in ``Release``; ``cells`` is missing where a whole outcome is meant.
    """
    rows = [row for one in report.suppressions.values() for row in _rows(report, one)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"cells": "Int64"})


def public_log(log: pd.DataFrame) -> Table:
    """The log as it may be published: by outcome, small counts and those that cover them together.

    Parameters
    ----------
    log : pandas.DataFrame
        From ``disclosure_log``.

    Returns
    -------
    Table

    Examples
    --------
    >>> log = pd.DataFrame(
    ...     [("arrests", "treated", "totals of windows", rule, n) for rule, n in (("primary", 1), ("secondary", 2))],
    ...     columns=["outcome", "areas", "what", "rule", "cells"],
    ... )
    >>> public_log(log).cells
    (('arrests', 'totals of windows', 'too small, or a small one would follow from it: hidden', '3'),)
    """
    rules = {
        **dict.fromkeys((PRIMARY, SECONDARY), "too small, or a small one would follow from it: hidden"),
        "refused": "a small count of another outcome would follow from it: left out",
        "estimates": "made of counts some of which are hidden: not published",
        "rounding": "rounded",
    }
    table = log.assign(rule=log["rule"].map(rules))
    keys = ["outcome", "what", "rule"]
    summed = table.groupby(keys, sort=False)["cells"].sum(min_count=1).reset_index()
    columns = {
        "outcome": Column("Outcome"),
        "what": Column("What"),
        "rule": Column("Rule"),
        "cells": Column("Numbers", "count", "all"),
    }
    return from_frame("disclosure_log", "What is not in this release, and why", summed, columns)


def _rows(report: Protected, suppression: Suppression) -> Iterator[tuple[object, ...]]:
    """The entries of one outcome."""
    outcome = suppression.outcome
    if suppression.refused:
        yield outcome, "all", f"everything: {suppression.refused}", "refused", None
        return
    for rule, cells in ((PRIMARY, suppression.small), (SECONDARY, suppression.covering)):
        for areas, numbers in cells.items():
            for what, number in zip((PERIODS, TOTALS), numbers, strict=True):
                if number:
                    yield outcome, _role(report, areas), what, rule, number
    if report.holds_secret(outcome):
        yield outcome, "all", "expected counts, ratios, p-values, checks, figures", "estimates", None
    if report.rounding > 1:
        yield (
            outcome,
            "all",
            f"totals, to a multiple of {report.rounding}",
            "rounding",
            len(suppression.shown),
        )
        yield outcome, "all", f"{PERIODS}, which cannot be rounded", "estimates", None


def _role(report: Protected, areas: Areas) -> str:
    """What part a group of areas has in the primary claim's design."""
    design = report.findings.design
    for name, members in (
        ("treated", design.treated),
        ("buffer", design.buffer),
        ("control", design.control),
    ):
        if areas == frozenset(members):
            return name
    return f"{len(areas)} areas together"
