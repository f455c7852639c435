"""The report as one HTML file that needs nothing else: style, figures and data are all inside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evaluate.figures.save import Drawing
from evaluate.figures.style import Width
from evaluate.reports.blocks import Document, FigureBlock, in_sections
from evaluate.reports.drawings import Drawings

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATE = "report.html.j2"


def to_html(document: Document, drawings: Drawings | None = None, *, paged: bool = False) -> str:
    """Write a document as one self-contained page.

    Parameters
    ----------
    document : Document
        From ``compose``.
    drawings : Drawings, optional
        Those of other files of the same report, so that none is made twice.
    paged : bool
        Leave out what only a screen can show: data folded away below figures, drawings for narrow screens.

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
    template = _environment(drawings or Drawings(), paged=paged).get_template(TEMPLATE)
    page = template.render(document=document, top=top, sections=sections)
    # One line end everywhere, and no spaces left over from the template's own lines.
    return re.sub(r"[ \t]+\n", "\n", re.sub(r"\n\s*\n+", "\n", page)).strip() + "\n"


def _environment(drawings: Drawings, *, paged: bool) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evaluate.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.globals["drawing"] = _Inline(drawings, paged=paged)
    environment.globals["paged"] = paged
    return environment


class _Inline:
    """Makes drawings fit to stand in one page together: names inside each are its own."""

    def __init__(self, drawings: Drawings, *, paged: bool) -> None:
        self._drawings, self._paged = drawings, paged
        self._drawn = 0

    def __call__(self, figure: FigureBlock, width: Width = "page") -> Markup:
        self._drawn += 1
        drawing = self._drawings.of(figure.bundle, width)
        # A PDF has one text for a drawing and takes the title for it; a page has two.
        title = f"{figure.bundle.title}. {figure.bundle.alt}" if self._paged else figure.bundle.title
        return inline_svg(drawing, f"fig{self._drawn}", title)


_UNSEEN = re.compile(
    r"<metadata>.*?</metadata>|<!--.*?-->|<title>.*?</title>|<desc>.*?</desc>", flags=re.DOTALL
)


def inline_svg(drawing: Drawing, name: str, title: str) -> Markup:
    """Prepare a drawing to stand inside a page.

    Parameters
    ----------
    drawing : Drawing
        Of a figure, without words around it.
    name : str
        Put before every name inside the drawing, so that two drawings cannot share one.
    title : str
        What the drawing is called.

    Returns
    -------
    Markup
        The ``svg`` element with a role, a title and a description for those who cannot see it.
    """
    from markupsafe import Markup, escape

    svg = _UNSEEN.sub("", drawing.svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{name}-", svg)
    opening, rest = svg.split(">", 1)
    opening = re.sub(r'\s(?:role|aria-[a-z]+|width|height)="[^"]*"', "", opening)
    opening = re.sub(r"^<svg", f'<svg role="img" aria-labelledby="{name}-title {name}-desc"', opening)
    words = (
        f'><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(drawing.bundle.alt)}</desc>'
    )
    return Markup(f"{opening}{words}{rest.strip()}")
