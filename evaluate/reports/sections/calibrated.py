"""The interval as the method gave it beside the one that placebos would have it, and how reliable the method was."""

from __future__ import annotations

from typing import Final

from evaluate.checks.empirical_calibration import SPIKED, CalibratedEffect, Reliability
from evaluate.checks.placebo_in_space import FEWEST
from evaluate.reports.blocks import Block, Heading, Paragraph, TableBlock
from evaluate.reports.findings import Finding
from evaluate.reports.sections.words import plural
from evaluate.reports.tables import Column, Table, interval, shown

RELIABILITY: Final[dict[Reliability, str]] = {
    "good": "good: it finds an effect that is not there no more often than it should",
    "fair": "fair: it finds an effect that is not there somewhat more often than it should",
    "poor": "poor: it finds an effect that is not there too often, so that its own interval is too narrow here",
    "not known": "not known, for there were too few",
}


def calibrated_blocks(number: int, finding: Finding) -> tuple[Block, ...]:
    """Show one claim's effect as fitted and as calibrated; nothing where no placebos were asked for.

    Parameters
    ----------
    number : int
        Position of the claim, from 1.
    finding : Finding
        The claim, with its effect as the placebos would have it.

    Returns
    -------
    tuple of Block
    """
    check = finding.checks.get("placebo in space") if finding.checks else None
    calibrated = finding.calibrated
    if calibrated is None and (check is None or check.table.empty):
        return ()
    heading = Heading("What untreated areas say of the interval", 3)
    if calibrated is None:
        text = (
            f"The interval could not be tried out: that takes {FEWEST} untreated areas or more, of one kind."
        )
        return heading, Paragraph(text)
    return heading, Paragraph(_sentence(calibrated)), TableBlock(_table(number, calibrated))


def _sentence(one: CalibratedEffect) -> str:
    """What was done, what it gave, and how reliable the method was."""
    kind = "after a spike as high" if one.kind == SPIKED else "where nothing was done"
    return (
        f"The same method was fitted to {plural(one.placebos, 'area')} {kind}; its 95% interval left out no change in "
        f"{shown(one.false_alarms, 'share')} of them (5% is right). The reliability of the method in series like this "
        f"is {RELIABILITY[one.reliability]}. Widened by the error it made there, the interval of the rate ratio is "
        f"{interval(one.lower, one.upper)} instead of {interval(one.fitted.lower, one.fitted.upper)}."
    )


def _table(number: int, one: CalibratedEffect) -> Table:
    """Both effects, a row each."""
    rows = [
        (
            name,
            effect.rate_ratio,
            interval(effect.lower, effect.upper),
            effect.p_reduction,
            effect.probability_of_reduction(0.25),
            effect.probability_of_reduction(0.5),
        )
        for name, effect in (("As fitted", one.fitted), ("Widened by the placebos' error", one))
    ]
    return Table(
        f"claim_{number}_calibrated",
        "The effect as fitted, and as areas where nothing was done would have it",
        (
            Column("Effect"),
            Column("Rate ratio", "ratio"),
            Column("Interval of the ratio"),
            Column("Probability of any fall", "probability"),
            Column("Of a quarter or more", "probability"),
            Column("Of half or more", "probability"),
        ),
        rows,
        (
            "The verdict's probabilities are those of the first row; its grade and confidence heed the second "
            "(Schuemie and others, 2014).",
        ),
    )
