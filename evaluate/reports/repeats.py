"""Figures that a report would show twice: claims about the same estimate have some of their figures in common."""

from __future__ import annotations

from collections.abc import Sequence

from evaluate.figures.bundle import Bundle
from evaluate.reports.blocks import Block, FigureBlock, Heading, Paragraph, SideBySide

TOP = "at the top of this report"


def without_repeats(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Put a sentence in place of every figure that an earlier one is equal to in all but its name.

    Parameters
    ----------
    blocks : sequence of Block
        In the order of reading.

    Returns
    -------
    tuple of Block
        Each drawing once.

    Examples
    --------
    >>> import pandas as pd
    >>> first, second = (
    ...     FigureBlock(Bundle(name, "No change", "A chart.", "", pd.DataFrame({"y": [1]}), lambda ax: None))
    ...     for name in ("one", "two")
    ... )
    >>> without_repeats([Heading("Claim 1"), first, Heading("Claim 2"), second])[-1].text
    'The figure is the one under “Claim 1”: No change.'
    """
    kept: list[Block] = []
    shown: dict[tuple[str, ...], str] = {}
    place = TOP
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            place = f"under “{block.text}”"
        if isinstance(block, SideBySide):
            figures = [inner for inner in (*block.left, *block.right) if isinstance(inner, FigureBlock)]
            shown |= {_content(figure.bundle): place for figure in figures}
        if isinstance(block, FigureBlock):
            earlier = shown.setdefault(_content(block.bundle), place)
            if earlier != place:
                kept.append(Paragraph(f"The figure is the one {earlier}: {block.bundle.title}."))
                continue
        kept.append(block)
    return tuple(kept)


def _content(bundle: Bundle) -> tuple[str, ...]:
    """Everything a reader is shown: two drawings of which all this is the same are the same."""
    return (bundle.title, bundle.alt, bundle.caption, bundle.measure, bundle.data.to_csv())
