"""What was measured of a method on simulated series like the one in hand: the published table, and its nearest row.

``measured.csv`` is made by ``evaluate calibrate``: few methods on many kinds of series, to say after a fit how often
that method errs on a series like this one. ``estimators/reliability.csv`` is its coarse counterpart for choosing before
a fit: every method on five kinds of panel, which no run of the calibration would be long enough for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log
from typing import Final

import numpy as np
import pandas as pd

from evaluate.checks.target import Target, find_target
from evaluate.effects.result import Result
from evaluate.errors import FitError

LOWEST, HIGHEST = 0.03, 0.07
"""False-positive rates between which a method that promises 5% holds."""

FAR: Final = 2.0
"""A series further than this from every kind measured is not like any of them."""

SCALES: Final = {
    "mean": log(3),
    "dispersion": log(1.6),
    "before": log(5 / 3),
    "after": log(2),
    "controls": log(2),
}
"""Log ratios that count as a distance of 1: about the steps of the grid that was simulated."""

AUTOCORRELATION_STEP: Final = 0.2
"""Difference in autocorrelation that does."""

SPIKE: Final = 2.0
"""Distance between a series with a spike before the operation and one without."""


@dataclass(frozen=True)
class Traits:
    """What decides how well a method does on a series.

    Parameters
    ----------
    mean : float
        Mean count in a period before the operation.
    dispersion : float
        Variance over mean, 1 or more.
    autocorrelation : float
        Of what varies beyond chance, from one period to the next.
    before, after : float
        Periods before the operation and in the window.
    controls : float
        Control areas.
    triggered : bool
        The operation followed a spike, which has a term of its own.
    """

    mean: float
    dispersion: float
    autocorrelation: float
    before: float
    after: float
    controls: float
    triggered: bool

    def distance(self, other: Traits) -> float:
        """Root of the sum of squared steps apart: see ``SCALES``, ``AUTOCORRELATION_STEP`` and ``SPIKE``.

        Examples
        --------
        >>> one = Traits(30, 1.5, 0.2, 36, 12, 10, False)
        >>> round(one.distance(Traits(90, 1.5, 0.2, 36, 12, 10, False)), 3)
        1.0
        """
        steps = [
            log((getattr(self, name) + extra) / (getattr(other, name) + extra)) / scale
            for name, scale in SCALES.items()
            for extra in [1.0 if name == "controls" else 0.0]
        ]
        steps.append((self.autocorrelation - other.autocorrelation) / AUTOCORRELATION_STEP)
        steps.append(SPIKE * (self.triggered != other.triggered))
        return float(np.linalg.norm(steps))


@dataclass(frozen=True)
class Measured:
    """The published row nearest to a series.

    Parameters
    ----------
    cell, method : str
        Kind of simulated panel and method.
    panels : int
        Panels simulated.
    false_positive_rate, false_positive_rate_error : float
        Share of 95% intervals that left out 1 where nothing was done, and its Monte Carlo standard error.
    coverage, coverage_error : float
        Share that held a true fall of 30%.
    distance : float
        Of the series from the cell; above 2 it is like none that was measured.
    date : str
        When it was measured.
    """

    cell: str
    method: str
    panels: int
    false_positive_rate: float
    false_positive_rate_error: float
    coverage: float
    coverage_error: float
    distance: float
    date: str

    @property
    def is_like(self) -> bool:
        """Whether the series is like the cell."""
        return self.distance <= FAR

    @property
    def standing(self) -> str:
        """Whether the method holds there: see :func:`standing`."""
        return standing(self.false_positive_rate, self.panels)

    @property
    def sentence(self) -> str:
        """The measurement as a report says it."""
        found = (
            f"{_points(self.false_positive_rate)}% (Monte Carlo error {_points(self.false_positive_rate_error)} "
            f'points; 5% is right), in {self.panels:,} simulated panels of the kind "{self.cell}"'
        )
        held = (
            f" There its 95% intervals held a true fall of 30% in {_points(self.coverage)}% "
            f"({_points(self.coverage_error)})."
        )
        if not self.is_like:
            return (
                f"No series like this one was simulated. In the nearest kind the measured false-positive rate of the "
                f"{self.method} was {found}.{held}"
            )
        warning = {
            "fails": " In such series the method finds effects that are not there too often.",
            "too cautious": " In such series the method is cautious: its intervals are wider than they need be.",
        }.get(self.standing, "")
        return (
            f"Measured false-positive rate of the {self.method} in series like this: {found}.{held}{warning}"
        )


def measured_like(
    result: Result,
    *,
    operation: str | None = None,
    window: str | None = None,
    table: pd.DataFrame | None = None,
) -> Measured | None:
    """Look up how often the method was wrong on simulated series like the one it was fitted to.

    Kinds of panel that no series shows it is one of (controls that were reached too, a trend of the treated area's own,
    a spike that was not said) are left out: the nearest of the others is found by ``Traits.distance``.

    Parameters
    ----------
    result : Result
        A fit.
    operation, window : str, optional
        Which effect; the "after" of the first operation otherwise.
    table : pandas.DataFrame, optional
        Another table of ``evaluate calibrate``; the one that comes with the package otherwise.

    Returns
    -------
    Measured or None
        None where the method was not measured, or its effect or its counts before cannot be described.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=11, periods=49, operation_at=36, seed=1))
    >>> found = measured_like(ev.StructuralModel(draws=200).fit(design, seed=1))
    >>> found.panels >= 20 and found.is_like
    True
    """
    rows = published() if table is None else table
    rows = rows[(rows["estimator"] == result.estimator.name) & rows["false_positive_rate"].notna()]
    rows = rows[(rows["trend"] == 0) & (rows["contaminated"] == 0) & (rows["handled"] | ~rows["triggered"])]
    here = _traits(find_target(result, operation, window))
    if here is None or rows.empty:
        return None
    distances = [here.distance(_cell_traits(row)) for _, row in rows.iterrows()]
    row, distance = rows.iloc[int(np.argmin(distances))], min(distances)
    numbers = {
        name: float(row[name])
        for name in ("false_positive_rate", "false_positive_rate_error", "coverage", "coverage_error")
    }
    return Measured(
        cell=str(row["name"]),
        method=str(row["estimator"]),
        panels=int(row["panels"]),
        distance=distance,
        date=str(row.get("date", "")),
        **numbers,
    )


@cache
def _shipped() -> pd.DataFrame:
    with resources.files("evaluate.checks").joinpath("measured.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def published() -> pd.DataFrame:
    """Return the table that comes with the package: one row for each kind of simulated panel and method.

    Returns
    -------
    pandas.DataFrame
        As ``evaluate calibrate`` writes it, with seed, version and date.

    Examples
    --------
    >>> {"structural model"} <= set(published()["estimator"])
    True
    """
    return _shipped().copy()


def _traits(target: Target) -> Traits | None:
    """Describe the series an effect was measured in; None where there are too few counts to."""
    try:
        moments = target.moments
    except FitError:
        return None
    return Traits(
        mean=moments.mean,
        dispersion=moments.dispersion,
        autocorrelation=moments.autocorrelation,
        before=float(target.reference.sum()),
        after=float(target.inside.sum()),
        controls=float(len(target.design.control)),
        triggered=bool(target.trigger.any()),
    )


def _cell_traits(row: pd.Series) -> Traits:
    """Describe a kind of panel in the same terms.

    Only the persistent share of what varies beyond chance is autocorrelated, and the first month from the start is the
    operation's own. The months of a spike are no reference.
    """
    return Traits(
        mean=float(row["mean"]),
        dispersion=float(row["dispersion"]),
        autocorrelation=float(row["autocorrelation"] * row["persistent_share"])
        if row["dispersion"] > 1
        else 0.0,
        before=float(row["before"]) - 3.0 * bool(row["triggered"]),
        after=float(row["after"]) - 1.0,
        controls=float(row["controls"]),
        triggered=bool(row["triggered"]),
    )


def rate_interval(rate: float, panels: int) -> tuple[float, float]:
    """95% interval of a rate counted over so many panels.

    Source: Wilson (1927), Journal of the American Statistical Association 22.

    Examples
    --------
    >>> [round(end, 3) for end in rate_interval(0.05, 200)]
    [0.027, 0.09]
    """
    z2 = 1.96**2
    middle = (rate + z2 / (2 * panels)) / (1 + z2 / panels)
    half = 1.96 / (1 + z2 / panels) * np.sqrt(rate * (1 - rate) / panels + z2 / (4 * panels**2))
    return float(middle - half), float(middle + half)


def standing(rate: float, panels: int) -> str:
    """Say whether a measured false-positive rate shows that a method holds.

    Parameters
    ----------
    rate : float
        Share of 95% intervals that leave out 1 where nothing was done.
    panels : int
        Panels it was counted over.

    Returns
    -------
    {"fails", "too cautious", "holds", "not shown"}
        "fails" where the rate's whole 95% interval is above 7%, "too cautious" where it is below 3%; else "holds"
        where the rate is between them, and "not shown" where it is not but chance could explain that.

    Examples
    --------
    >>> standing(0.05, 200), standing(0.08, 200), standing(0.2, 200), standing(0.005, 1000)
    ('holds', 'not shown', 'fails', 'too cautious')
    """
    low, high = rate_interval(rate, panels)
    if low > HIGHEST:
        return "fails"
    if high < LOWEST:
        return "too cautious"
    return "holds" if LOWEST <= rate <= HIGHEST else "not shown"


def _points(share: float) -> str:
    """A share in per cent with one decimal."""
    return f"{100 * share:.1f}"
