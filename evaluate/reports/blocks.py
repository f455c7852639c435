"""The parts a report is made of, independent of the format it is written in: HTML and Word are made of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaluate.figures.bundle import Bundle
from evaluate.reports.tables import Table, generic_table

Tone = Literal["normal", "lead", "small"]


@dataclass(frozen=True)
class Heading:
    """A heading; one of level 2 opens a section.

    Parameters
    ----------
    text : str
        Plain text.
    level : int
        2 to 4; the report's title is level 1.
    anchor : str
        Name a link can point to; needed at level 2.
    """

    text: str
    level: int = 2
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text.

    Parameters
    ----------
    text : str
        Plain text.
    tone : {"normal", "lead", "small"}
        How it is set.
    """

    text: str
    tone: Tone = "normal"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences.

    Parameters
    ----------
    items : sequence of str
        Plain text.
    """

    items: Sequence[str]


@dataclass(frozen=True)
class Quote:
    """What somebody said, in their words.

    Parameters
    ----------
    text, speaker, source : str
        The words without quotation marks, who said them, and where they can be read.
    """

    text: str
    speaker: str = ""
    source: str = ""


@dataclass(frozen=True)
class Answer:
    """The verdict on a claim in one sentence, set to be seen first.

    Parameters
    ----------
    finding : str
        In two or three words, such as "not supported".
    sentence : str
        The verdict.
    """

    finding: str
    sentence: str


@dataclass(frozen=True)
class Fact:
    """One key fact.

    Parameters
    ----------
    label, value, meaning : str
        Such as "Design grade", "B", and what that means.
    """

    label: str
    value: str
    meaning: str = ""


@dataclass(frozen=True)
class KeyFacts:
    """A few facts side by side.

    Parameters
    ----------
    facts : sequence of Fact
        In the order of reading.
    """

    facts: Sequence[Fact]


@dataclass(frozen=True)
class Definitions:
    """Terms and what they mean.

    Parameters
    ----------
    items : sequence of (str, str)
        Term and meaning.
    """

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class TableBlock:
    """A table on the page.

    Parameters
    ----------
    table : Table
        The table.
    saved : bool
        Whether it is written as a CSV file too; not where it explains terms, or says what another file says.
    """

    table: Table
    saved: bool = True


@dataclass(frozen=True)
class FigureBlock:
    """A figure with everything that must go with it.

    Parameters
    ----------
    bundle : Bundle
        Its title, text for those who cannot see it, caption, data and drawing.
    lead : bool
        The figure to be seen first: drawn for narrow screens as well.
    """

    bundle: Bundle
    lead: bool = False

    @property
    def table(self) -> Table:
        """What is drawn: below the figure on the page, on a sheet of its own in the spreadsheet."""
        return generic_table(f"figure_{self.bundle.name}", f"Data: {self.bundle.title}", self.bundle.data)


@dataclass(frozen=True)
class SideBySide:
    """Two groups of blocks beside each other where there is room, one after the other where there is not.

    Parameters
    ----------
    left, right : sequence of Block
        The left group is read first.
    """

    left: Sequence[Block]
    right: Sequence[Block]


type Block = (
    Heading
    | Paragraph
    | Bullets
    | Quote
    | Answer
    | KeyFacts
    | Definitions
    | TableBlock
    | FigureBlock
    | SideBySide
)


@dataclass(frozen=True)
class Document:
    """A whole report.

    Parameters
    ----------
    title : str
        Its heading.
    banner : str
        Said at the head of every page and section; empty for nothing.
    blocks : sequence of Block
        From top to bottom; those before the first heading of level 2 stand under the title.

    Examples
    --------
    >>> document = Document("Did it work?", "", [Heading("Counts", anchor="counts"), Paragraph("None.")])
    >>> [type(block).__name__ for block in document.flat]
    ['Heading', 'Paragraph']
    """

    title: str
    banner: str
    blocks: Sequence[Block]

    @property
    def flat(self) -> tuple[Block, ...]:
        """All blocks in the order of reading, those side by side one after the other."""
        return tuple(_flattened(self.blocks))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that are written as files, without the figures' own."""
        return tuple(block.table for block in self.flat if isinstance(block, TableBlock) and block.saved)

    @property
    def figures(self) -> tuple[FigureBlock, ...]:
        """The figures on the page, each name once."""
        found = {block.bundle.name: block for block in self.flat if isinstance(block, FigureBlock)}
        return tuple(found.values())

    @property
    def sheets(self) -> tuple[Table, ...]:
        """Every table of the spreadsheet: those written as files, then what each figure draws."""
        return (*self.tables, *(figure.table for figure in self.figures))

    def caption_of(self, figure: FigureBlock) -> str:
        """Write a figure's caption with what the banner says, unless it says so itself.

        Examples
        --------
        >>> import pandas as pd
        >>> bundle = Bundle("one", "No change", "A chart.", "Simulated data. Dots.", pd.DataFrame(), lambda ax: None)
        >>> Document("", "Simulated data. Exploratory", []).caption_of(FigureBlock(bundle))
        'Exploratory. Simulated data. Dots.'
        """
        caption = figure.bundle.caption
        said = [f"{part}. " for part in self.banner.split(". ") if part and not caption.startswith(part)]
        return f"{''.join(said)}{caption}"


@dataclass(frozen=True)
class Section:
    """A heading of level 2 with what stands under it.

    Parameters
    ----------
    heading : Heading
        Its heading.
    blocks : sequence of Block
        What follows, up to the next heading of level 2.
    """

    heading: Heading
    blocks: Sequence[Block]


def in_sections(blocks: Sequence[Block]) -> tuple[list[Block], list[Section]]:
    """Divide blocks at the headings of level 2.

    Returns
    -------
    top : list of Block
        What stands before the first of them.
    sections : list of Section
        In order.
    """
    top: list[Block] = []
    found: list[tuple[Heading, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            found.append((block, []))
        else:
            (found[-1][1] if found else top).append(block)
    return top, [Section(heading, inside) for heading, inside in found]


def _flattened(blocks: Sequence[Block]) -> list[Block]:
    flat: list[Block] = []
    for block in blocks:
        if isinstance(block, SideBySide):
            flat += [*_flattened(block.left), *_flattened(block.right)]
        else:
            flat.append(block)
    return flat
