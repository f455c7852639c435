"""The report as a Word file: the same blocks as the page, with headings, captions and alt text that Word knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from evaluate.figures.bundle import Bundle
from evaluate.figures.style import INCHES
from evaluate.reports.blocks import (
    Answer,
    Block,
    Bullets,
    Definitions,
    Document,
    FigureBlock,
    Heading,
    KeyFacts,
    Paragraph,
    Quote,
    SideBySide,
    TableBlock,
    in_sections,
)
from evaluate.reports.drawings import Drawings
from evaluate.reports.packed import steady
from evaluate.reports.spreadsheet import SPREADSHEET, names_of_sheets
from evaluate.reports.tables import Column, Table
from evaluate.reports.word_parts import (
    bookmark,
    describe_picture,
    link_to,
    number_pages,
    set_styles,
    table_part,
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

DPI: Final = 200
"""Of the pictures: sharp in print, and a file that can be sent by mail."""


def to_word(document: Document, drawings: Drawings | None = None) -> bytes:
    """Write a document as a Word file.

    What the page folds away below each figure, its data, is on a sheet of the spreadsheet that the report comes with;
    a line below the figure says which.

    Parameters
    ----------
    document : Document
        From ``compose``.
    drawings : Drawings, optional
        Those of other files of the same report, so that none is made twice.

    Returns
    -------
    bytes
        A .docx file; the same document gives the same bytes.

    Examples
    --------
    >>> from io import BytesIO
    >>> import docx
    >>> from evaluate.reports.blocks import Document, Heading, Paragraph
    >>> made = to_word(Document("Did it work?", "", [Heading("Counts", anchor="counts"), Paragraph("None.")]))
    >>> [(part.style.name, part.text) for part in docx.Document(BytesIO(made)).paragraphs][:2]
    [('Heading 1', 'Did it work?'), ('Heading 2', 'Counts')]
    """
    import docx

    word = docx.Document()
    set_styles(word)
    _set_properties(word, document)
    writer = _Writer(word, document, drawings or Drawings())
    word.add_heading(document.title, level=1)
    top, sections = in_sections(document.blocks)
    writer.write(top)
    for number, section in enumerate(sections):
        writer.write([section.heading, *section.blocks])
        if number == 0:
            _write_contents(word, [section.heading for section in sections])
    stream = BytesIO()
    word.save(stream)
    return steady(stream.getvalue())


def _set_properties(word: WordDocument, document: Document) -> None:
    """Say what the file is, on every page what it must not be taken for, and number the pages."""
    properties = word.core_properties
    properties.title = f"{document.banner}: {document.title}" if document.banner else document.title
    properties.author, properties.comments, properties.language = "", "", "en-GB"
    section = word.sections[0]
    if document.banner:
        section.header.paragraphs[0].text = document.banner
        section.header.paragraphs[0].style = word.styles["Banner"]
    number_pages(section.footer.paragraphs[0])


def _write_contents(word: WordDocument, headings: Sequence[Heading]) -> None:
    """List the sections, each a link."""
    word.add_paragraph(style="Caption").add_run("Contents").bold = True
    for heading in headings:
        link_to(word.add_paragraph(style="List Number"), heading.anchor, heading.text)


@dataclass
class _Writer:
    """Adds blocks to a Word document, one kind after the other."""

    word: WordDocument
    document: Document
    drawings: Drawings
    anchors: int = field(default=0)

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Name of each table to that of its sheet in the spreadsheet."""
        tables = self.document.sheets
        return dict(zip((table.name for table in tables), names_of_sheets(tables), strict=True))

    def write(self, blocks: Sequence[Block]) -> None:
        writers: dict[type, Callable[[Any], None]] = {
            Heading: self._heading,
            Paragraph: self._paragraph,
            Bullets: self._bullets,
            Quote: self._quote,
            Answer: self._answer,
            KeyFacts: self._facts,
            Definitions: self._definitions,
            TableBlock: self._table,
            FigureBlock: self._figure,
            SideBySide: self._side_by_side,
        }
        for block in blocks:
            writers[type(block)](block)

    def _heading(self, block: Heading) -> None:
        written = self.word.add_heading(block.text, level=block.level)
        if block.anchor:
            self.anchors += 1
            bookmark(written, block.anchor, self.anchors)

    def _paragraph(self, block: Paragraph) -> None:
        style = {"normal": "Normal", "lead": "Lead", "small": "Small"}[block.tone]
        self.word.add_paragraph(block.text, style=style)

    def _bullets(self, block: Bullets) -> None:
        for item in block.items:
            self.word.add_paragraph(item, style="List Bullet")

    def _quote(self, block: Quote) -> None:
        self.word.add_paragraph(f"“{block.text}”", style="Quote")
        said_by = ", ".join(part for part in (block.speaker, block.source) if part)
        if said_by:
            self.word.add_paragraph(said_by, style="Small")

    def _answer(self, block: Answer) -> None:
        self.word.add_paragraph(block.finding, style="Finding")
        self.word.add_paragraph(block.sentence, style="Lead")

    def _facts(self, block: KeyFacts) -> None:
        rows = [(fact.label, fact.value, fact.meaning) for fact in block.facts]
        columns = (Column("What"), Column("Value"), Column("Meaning"))
        self._add_table(Table("facts", "Key facts", columns, rows))

    def _definitions(self, block: Definitions) -> None:
        for term, meaning in block.items:
            written = self.word.add_paragraph(style="Normal")
            written.add_run(f"{term}: ").bold = True
            written.add_run(meaning)

    def _table(self, block: TableBlock) -> None:
        self._add_table(block.table)

    def _add_table(self, table: Table) -> None:
        caption = self.word.add_paragraph(style="Caption")
        caption.add_run(table.caption).bold = True
        caption.paragraph_format.keep_with_next = True
        # The page's own size and margins stand after the last block of the body.
        caption._p.addnext(table_part(table))
        for note in table.all_notes:
            self.word.add_paragraph(note, style="Small")
        self.word.add_paragraph(style="Gap")

    def _figure(self, block: FigureBlock) -> None:
        bundle = block.bundle
        self.word.add_paragraph(bundle.title, style="Figure Title")
        self._picture(bundle)
        self.word.add_paragraph(self.document.caption_of(block), style="Caption")
        sheet = self.sheets[block.table.name]
        self.word.add_paragraph(f"Data: sheet “{sheet}” of {SPREADSHEET}.", style="Small")

    def _picture(self, bundle: Bundle) -> None:
        from docx.shared import Inches

        holder = self.word.add_paragraph(style="Picture")
        drawing = BytesIO(self.drawings.of(bundle).saved("png", dpi=DPI))
        shape = holder.add_run().add_picture(drawing, width=Inches(INCHES["page"][0]))
        describe_picture(shape, bundle.name, bundle.title, bundle.alt)

    def _side_by_side(self, block: SideBySide) -> None:
        self.write(block.left)
        self.write(block.right)
