"""The report as one HTML file that needs nothing else: style, figures and data are all inside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evaluate.figures.bundle import Bundle
from evaluate.figures.save import render_svg
from evaluate.figures.style import Width
from evaluate.reports.blocks import Document, FigureBlock, in_sections

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATE = "report.html.j2"


def to_html(document: Document) -> str:
    """Write a document as one self-contained page.

    Parameters
    ----------
    document : Document
        From ``compose``.

    Returns
    -------
    str
        HTML that makes no request: style and figures are inline.

    Examples
    --------
    >>> from evaluate.reports.blocks import Document, Heading, Paragraph
    >>> page = to_html(Document("Did it work?", "", [Heading("Counts", anchor="counts"), Paragraph("A < B")]))
    >>> "<h1>Did it work?</h1>" in page, "A &lt; B" in page
    (True, True)
    """
    top, sections = in_sections(document.blocks)
    page = _environment().get_template(TEMPLATE).render(document=document, top=top, sections=sections)
    # One line end everywhere, and no spaces left over from the template's own lines.
    return re.sub(r"[ \t]+\n", "\n", re.sub(r"\n\s*\n+", "\n", page)).strip() + "\n"


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evaluate.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.globals["drawing"] = _Drawings()
    return environment


class _Drawings:
    """Makes drawings fit to stand in one page together: names inside each are its own."""

    def __init__(self) -> None:
        self._drawn = 0

    def __call__(self, figure: FigureBlock, width: Width = "page") -> Markup:
        self._drawn += 1
        return inline_svg(figure.bundle, f"fig{self._drawn}", width=width)


_UNSEEN = re.compile(
    r"<metadata>.*?</metadata>|<!--.*?-->|<title>.*?</title>|<desc>.*?</desc>", flags=re.DOTALL
)


def inline_svg(bundle: Bundle, name: str, *, width: Width = "page") -> Markup:
    """Prepare a drawing to stand inside a page.

    Parameters
    ----------
    bundle : Bundle
        The figure.
    name : str
        Put before every name inside the drawing, so that two drawings cannot share one.
    width : {"column", "page", "slide"}
        The width it is drawn for.

    Returns
    -------
    Markup
        The ``svg`` element with a role, a title and a description for those who cannot see it.
    """
    from markupsafe import Markup, escape

    drawing = _UNSEEN.sub("", render_svg(bundle, width=width))
    drawing = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawing)
    drawing = re.sub(r'(href="#|url\(#)', rf"\1{name}-", drawing)
    opening, rest = drawing.split(">", 1)
    opening = re.sub(r'\s(?:role|aria-[a-z]+|width|height)="[^"]*"', "", opening)
    opening = re.sub(r"^<svg", f'<svg role="img" aria-labelledby="{name}-title {name}-desc"', opening)
    words = (
        f'><title id="{name}-title">{escape(bundle.title)}</title>'
        f'<desc id="{name}-desc">{escape(bundle.alt)}</desc>'
    )
    return Markup(f"{opening}{words}{rest.strip()}")
