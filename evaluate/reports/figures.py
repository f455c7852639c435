"""The figures of a report, drawn from protected findings only."""

from __future__ import annotations

from evaluate.reports.blocks import FigureBlock
from evaluate.reports.protection import Protected


def first_figure(report: Protected) -> FigureBlock | None:
    """Draw the one figure that shows the primary claim."""
    return None


def claim_figures(report: Protected, number: int) -> tuple[FigureBlock, ...]:
    """Draw the figures of one claim."""
    return ()


def counts_figures(report: Protected) -> tuple[FigureBlock, ...]:
    """Draw the counts."""
    return ()


def timeline_figure(report: Protected) -> FigureBlock | None:
    """Draw what was done and when."""
    return None


def displacement_figure(report: Protected) -> FigureBlock | None:
    """Draw the neighbouring areas."""
    return None


def sensitivity_figures(report: Protected) -> tuple[FigureBlock, ...]:
    """Draw the other choices."""
    return ()
