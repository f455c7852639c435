"""Whether a method suits a design, and why: from what a design has, and from how often the method was measured wrong.

Two sources, both stated in the reason. Rules about what a method needs (counts of some size, control areas, periods
before). And ``reliability.csv``, the false-positive rates that ``benchmarks/method_reliability.py`` measured on
simulated panels of five kinds; where a method rejects more than 7% of true nulls at 5%, by more than Monte Carlo
error, or gives an interval for less than half of them, on panels of the design's kind, it is advised against.

That file has every method on few kinds of panel, to choose a method before anything is fitted; ``checks/measured.csv``
has few methods on many kinds, with coverage and power, to say after a fit how that method does on series like this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from evaluate.data.periods import periods_per_year
from evaluate.design.design import Design
from evaluate.effects.result import Estimator
from evaluate.estimators.terms import complete_controls, known_periods
from evaluate.numerics.count_moments import count_moments

Advice = Literal["leads", "partner", "possible", "advised against"]
FEWEST_PLACEBOS = 19
SMALL, GAUSSIAN = 10.0, 30.0
MONTHS_FOR_A_SEASON = 24
OVERDISPERSED = 1.2
AUTOCORRELATED, STRONGLY = 0.2, 0.6
MANY_SMALL_AREAS = 1_000
FEWEST_CLUSTERS = 5
MOST_REJECTED, LEAST_ANSWERED = 0.07, 0.5

WEIGHTED = ("SyntheticControl", "RidgeAugmentedSyntheticControl", "SyntheticDifferenceInDifferences")
RANKED = (*WEIGHTED, "DifferenceInDifferences")
SHARE, CONFORMAL = "the treated area's share of a total", "conformal inference"
"""Forms of ``InterruptedTimeSeries`` and ``SyntheticControl`` that have a place of their own."""
TOTALS = ("BeforeAfter", "RelativeRateRatio", "ExactRateRatio", "WeightedDisplacementDifference")


@dataclass(frozen=True)
class Situation:
    """What a design has to offer to a method.

    Parameters
    ----------
    months_before : float
        Length of the baseline with counts, in months.
    controls : int
        Control areas with a count in every period.
    treated : int
        Treated areas.
    mean : float
        Mean count of the treated areas together in a period of the baseline.
    dispersion : float
        Variance over mean of that count around the controls' course; NaN where it cannot be told.
    autocorrelation : float
        Of what is left, from one period to the next; NaN where it cannot be told.
    """

    months_before: float
    controls: int
    treated: int
    mean: float
    dispersion: float
    autocorrelation: float

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of simulated panel that it is like."""
        found = {
            "few controls": self.controls < FEWEST_PLACEBOS,
            "small counts": self.mean < SMALL,
            "short": self.months_before < MONTHS_FOR_A_SEASON,
            "strongly autocorrelated": self.autocorrelation >= STRONGLY,
        }
        return tuple(kind for kind, holds in found.items() if holds) or ("usual",)


@dataclass(frozen=True)
class Applicability:
    """Advice about one method on one design.

    Parameters
    ----------
    advice : str
        "leads", "partner" (beside the method that leads), "possible" or "advised against".
    reasons : tuple of str
        Why, in sentences.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> ev.applicability(ev.BeforeAfter(), design).advice
    'advised against'
    """

    advice: Advice
    reasons: tuple[str, ...]


def situation_of(design: Design) -> Situation:
    """Describe a design by what methods need.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    Situation

    Examples
    --------
    >>> import evaluate as ev
    >>> situation_of(ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))).controls
    7
    """
    plain = design.baseline & known_periods(design)
    controls = complete_controls(design)
    shape = controls.sum(axis=0) if len(controls) else design.exposure_days
    moments = count_moments(design.treated_counts[plain], np.maximum(shape[plain], 0.5))
    return Situation(
        months_before=12 * float(plain.sum()) / periods_per_year(design.periods),
        controls=len(controls),
        treated=len(design.treated),
        mean=float(design.treated_counts[plain].mean()) if plain.any() else 0.0,
        dispersion=moments.dispersion,
        autocorrelation=moments.autocorrelation,
    )


def applicability(estimator: Estimator, design: Design) -> Applicability:
    """Say whether a method suits a design.

    Parameters
    ----------
    estimator : Estimator
        The method with its settings.
    design : Design
        The design.

    Returns
    -------
    Applicability

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> found = applicability(ev.SyntheticControl(), design)
    >>> found.advice, found.reasons[0]
    ('advised against', '7 control areas: a placebo test cannot reject at 5% with fewer than 19.')
    """
    here = situation_of(design)
    against = [*_needs(estimator, here), *_measured(estimator, here)]
    if against:
        return Applicability("advised against", tuple(against))
    leads, partners, why = _roles(here)
    name = _role_name(estimator)
    if name in leads:
        return Applicability("leads", (why,))
    return Applicability("partner", (why,)) if name in partners else Applicability("possible", ())


def _roles(here: Situation) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Which methods lead, which stand beside them, and why."""
    months = f"{here.months_before:.0f} months before"
    if here.treated >= FEWEST_CLUSTERS and here.controls >= MANY_SMALL_AREAS:
        why = f"{here.treated} small areas among {here.controls:,} can be matched exactly."
        return ("MicroSyntheticControl",), ("StructuralModel",), why
    if here.months_before < 12:
        totals = ("RelativeRateRatio", "WeightedDisplacementDifference")
        return totals, ("ExactRateRatio",), f"{months} bear no more than totals."
    if here.months_before < MONTHS_FOR_A_SEASON and here.controls:
        why = f"{months} bear no season of the area's own, which its share of a total does not need."
        return (SHARE,), ("RelativeRateRatio",), why
    if not here.controls:
        why = "There are no control areas: at most grade D evidence."
        return ("StructuralModel",), ("InterruptedTimeSeries",), why
    if here.controls < FEWEST_PLACEBOS:
        why = f"{here.controls} control areas are too few to rank the treated one among them."
        return ("StructuralModel",), (SHARE, CONFORMAL), why
    if here.mean < SMALL:
        return ("StructuralModel",), (SHARE,), f"{here.mean:.1f} counts a period need a count model."
    why = f"{months}, {here.controls} control areas, {here.mean:.0f} counts a period."
    return ("StructuralModel",), ("DifferenceInDifferences",), why


def _role_name(estimator: Estimator) -> str:
    """The class, or the form of it that the rules speak of."""
    if getattr(estimator, "family", None) == "beta-binomial":
        return SHARE
    return CONFORMAL if getattr(estimator, "inference", None) == "conformal" else type(estimator).__name__


def _needs(estimator: Estimator, here: Situation) -> list[str]:
    """What a method needs and the design has not."""
    name = type(estimator).__name__
    inference = getattr(estimator, "inference", None)
    season = getattr(estimator, "season", None)
    gaussian = name == "ArimaIntervention" or getattr(estimator, "family", None) == "log rate"
    least = "0" if here.mean < 0.05 else f"{here.mean:.1f}"
    rules = [
        (
            name in RANKED
            and inference in (None, "placebo", "randomisation")
            and here.controls < FEWEST_PLACEBOS,
            f"{here.controls} control areas: a placebo test cannot reject at 5% with fewer than {FEWEST_PLACEBOS}.",
        ),
        (
            name in WEIGHTED and here.mean < SMALL,
            f"{least} counts a period: below {SMALL:.0f} the weights follow the noise of counts.",
        ),
        (
            gaussian and here.mean < GAUSSIAN,
            f"{least} counts a period: below {GAUSSIAN:.0f} their logarithms are not near to normal.",
        ),
        (
            name in ("InterruptedTimeSeries", "ArimaIntervention")
            and bool(season)
            and here.months_before < MONTHS_FOR_A_SEASON,
            f"{here.months_before:.0f} months before: a season needs {MONTHS_FOR_A_SEASON}.",
        ),
        (
            name == "ExactRateRatio" and here.dispersion > OVERDISPERSED,
            f"Counts vary {here.dispersion:.1f} times as much as Poisson counts, which it takes them to be.",
        ),
        (
            name in TOTALS and here.autocorrelation > AUTOCORRELATED,
            f"It takes periods as independent; their autocorrelation is about {here.autocorrelation:.1f}.",
        ),
        (
            name == "BeforeAfter",
            "It credits the operation with everything else that changed: grade E evidence.",
        ),
        (
            name == "MicroSyntheticControl"
            and (here.treated < FEWEST_CLUSTERS or here.controls < MANY_SMALL_AREAS),
            f"{here.treated} treated and {here.controls} control areas: it is for {FEWEST_CLUSTERS} small areas or "
            f"more among {MANY_SMALL_AREAS:,}.",
        ),
        (
            inference == "cluster robust" and here.treated < FEWEST_CLUSTERS,
            f"{here.treated} treated areas: cluster-robust errors need {FEWEST_CLUSTERS}.",
        ),
    ]
    return [reason for holds, reason in rules if holds]


@cache
def _reliability() -> dict[tuple[str, str], tuple[float, float, float]]:
    """By method and kind of panel: share of panels answered, false-positive rate, its Monte Carlo error."""
    table = pd.read_csv(Path(__file__).with_name("reliability.csv"))
    keys = zip(table["method"], table["kind"], strict=True)
    columns = (table[name].astype(float) for name in ("answered", "rejected", "error"))
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def _measured(estimator: Estimator, here: Situation) -> list[str]:
    """Where the method was measured to be wrong too often on panels like this."""
    table, found = _reliability(), []
    for kind in here.kinds:
        answered, rejected, error = table.get((estimator.name, kind), (1.0, 0.0, 0.0))
        if answered < LEAST_ANSWERED:
            found.append(f"It gave an interval for {answered:.0%} of simulated panels of this kind ({kind}).")
        if rejected - 2 * error > MOST_REJECTED:
            found.append(
                f"On simulated panels of this kind ({kind}) it rejected {rejected:.0%} of true nulls at 5% "
                f"(Monte Carlo error {100 * error:.1f} points)."
            )
    return found
