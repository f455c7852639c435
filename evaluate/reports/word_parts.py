"""What python-docx has no word for: header rows, alt text, links inside the file, page numbers, the report's styles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from evaluate.reports.tables import Table

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.shape import InlineShape
    from docx.text.paragraph import Paragraph

ONE_LINE: Final = 60.0
"""Letters a cell may have on one line before its column must take its turn."""

ACROSS: Final = 9638
"""Width between the margins in twentieths of a point: 170 mm."""

NARROWEST: Final = 4
"""Letters every column has room for."""

DARK_BLUE: Final = "12436D"
DARK_GREY: Final = "3D3D3D"
PLUM: Final = "801650"

_SPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

_STYLES: Final = (
    # Name, size in points, bold, colour, space before and after in points, kept with what follows.
    ("Normal", 10.5, False, DARK_GREY, 0, 6, False),
    ("Heading 1", 20, True, DARK_BLUE, 0, 8, True),
    ("Heading 2", 15, True, DARK_BLUE, 18, 6, True),
    ("Heading 3", 12, True, DARK_BLUE, 12, 4, True),
    ("Heading 4", 10.5, True, DARK_BLUE, 8, 3, True),
    ("Caption", 9, False, DARK_GREY, 4, 4, False),
    ("Quote", 13, False, DARK_GREY, 6, 2, True),
    ("Lead", 12, False, DARK_GREY, 0, 8, False),
    ("Small", 9, False, DARK_GREY, 0, 4, False),
    ("Finding", 16, True, PLUM, 8, 2, True),
    ("Figure Title", 11, True, DARK_GREY, 10, 3, True),
    ("Picture", 10.5, False, DARK_GREY, 0, 2, True),
    ("Banner", 9, True, PLUM, 0, 0, False),
    ("Cell", 8.5, False, DARK_GREY, 1, 1, False),
    ("Gap", 4, False, DARK_GREY, 0, 4, False),
)


def set_styles(word: WordDocument) -> None:
    """Give an A4 document the report's styles, so that a reader can change each in one place.

    Parameters
    ----------
    word : docx.document.Document
        New; its styles and its page are changed.
    """
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm, Pt, RGBColor

    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    known = {style.name for style in word.styles}
    for name, size, bold, colour, before, after, kept in _STYLES:
        style: Any = (
            word.styles[name] if name in known else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        )
        if name not in known:
            style.base_style = word.styles["Normal"]
        style.font.name, style.font.size, style.font.bold, style.font.italic = "Arial", Pt(size), bold, False
        # Headings of the template follow a theme's own letters unless these are named too.
        style.element.rPr.rFonts.attrib.clear()
        for use in ("ascii", "hAnsi", "cs", "eastAsia"):
            style.element.rPr.rFonts.set(_name(use), "Arial")
        style.font.color.rgb = RGBColor.from_string(colour)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = kept
    language = word.styles.element.find(f".//{_name('lang')}")
    if language is not None:
        language.set(_name("val"), "en-GB")


def table_part(table: Table) -> Any:
    """Make a table as Word's own XML, whose first row is marked as a header and repeated on every page.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    lxml element
        A ``w:tbl``. A table of a thousand rows takes a moment; made cell by cell through python-docx, minutes.
    """
    from docx.oxml import parse_xml

    headings = [column.heading for column in table.columns]
    widths = _widths([headings, *table.cells])
    numeric = [column.numeric for column in table.columns]
    rows = [_row(headings, widths, numeric, header=True)]
    rows += [_row(row, widths, numeric) for row in table.cells]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    line = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="B1B4B6"/>'
    borders = "".join(line.format(side) for side in ("top", "bottom", "insideH"))
    return parse_xml(
        f'<w:tbl xmlns:w="{_SPACE}"><w:tblPr><w:tblW w:w="{ACROSS}" w:type="dxa"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" '
        f'w:noVBand="1"/><w:tblCaption w:val={quoteattr(table.caption)}/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool], *, header: bool = False
) -> str:
    """One row; it is not broken across pages."""
    marked = "<w:tblHeader/>" if header else ""
    inside = "".join(
        _cell(text, width, right=right, bold=header or not at)
        for at, (text, width, right) in enumerate(zip(cells, widths, numeric, strict=True))
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{marked}</w:trPr>{inside}</w:tr>"


def _cell(text: str, width: int, *, right: bool, bold: bool) -> str:
    place = '<w:jc w:val="right"/>' if right else ""
    heavy = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="Cell"/>{place}'
        f'</w:pPr><w:r>{heavy}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Share the page's width: room for each column's longest word, and the rest by how much it has to say."""
    columns = list(zip(*rows, strict=True))
    words = [max(max(map(len, cell.split()), default=0) for cell in column) for column in columns]
    least = [1.15 * max(NARROWEST, min(longest, 24)) + 2.0 for longest in words]
    wanted = [
        max(1.05 * max(map(len, column)) + 2.0, need) for column, need in zip(columns, least, strict=True)
    ]
    letters = ACROSS / 95.0  # an average letter of the cells' type is 4.75 points wide
    spare = max(0.0, letters - sum(least))
    more = [max(0.0, _worth(want) - need) for want, need in zip(wanted, least, strict=True)]
    share = spare / sum(more) if sum(more) else 0.0
    room = [need + extra * share for need, extra in zip(least, more, strict=True)]
    return [round(ACROSS * one / sum(room)) for one in room]


def _worth(letters: float) -> float:
    """Width that a cell of so many letters is worth: a long one gets more, though not in proportion."""
    return letters if letters <= ONE_LINE else ONE_LINE + 6.0 * (letters - ONE_LINE) ** 0.5


def describe_picture(shape: InlineShape, name: str, title: str, alt: str) -> None:
    """Give a picture the text for those who cannot see it.

    Parameters
    ----------
    shape : docx.shape.InlineShape
        The picture.
    name, title, alt : str
        Its name in the file, its title and its alt text.
    """
    properties = shape._inline.docPr
    properties.set("name", name)
    properties.set("title", title)
    properties.set("descr", alt)


def bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Give a paragraph a name that a link inside the file can point to.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
        Where the link leads.
    name : str
        Of its own in the file.
    number : int
        Of its own in the file.
    """
    start, end = _element("bookmarkStart", id=str(number), name=name), _element("bookmarkEnd", id=str(number))
    paragraph._p.insert(1, start)
    paragraph._p.append(end)


def link_to(paragraph: Paragraph, name: str, text: str) -> None:
    """Write a link to a bookmark.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
        What the link is added to.
    name, text : str
        The bookmark's name and the words of the link.
    """
    link = _element("hyperlink", anchor=name)
    link.append(paragraph.add_run(text)._r)
    paragraph._p.append(link)


def number_pages(paragraph: Paragraph) -> None:
    """Write the number of the page, which Word fills in.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
        Of a footer.
    """
    paragraph.add_run("Page ")
    paragraph._p.append(_element("fldSimple", instr="PAGE"))


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(_name(name), value)
    return made


def _name(tag: str) -> str:
    return f"{{{_SPACE}}}{tag}"
