"""The report as a PDF, made from the page as it prints: tagged, with alt text and fonts inside."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from evaluate.errors import EvaluateError
from evaluate.reports.blocks import Document
from evaluate.reports.drawings import Drawings
from evaluate.reports.html import to_html

NEEDS_PDF: Final = (
    "A PDF needs weasyprint and its library Pango, which are not installed with the package. Install them with "
    '`pip install "evaluate-operations[pdf]"` (and Pango where the system has none), or open report.html in a browser '
    "and print it to a PDF."
)
VARIANT: Final = "pdf/ua-1"
"""The standard for PDFs that a screen reader can follow (ISO 14289-1)."""


def to_pdf(document: Document, drawings: Drawings | None = None) -> bytes:
    """Write a document as a PDF.

    It holds what the page holds, but for the data below each figure, which are on sheets of the spreadsheet.

    Parameters
    ----------
    document : Document
        From ``compose``.
    drawings : Drawings, optional
        Those of other files of the same report, so that none is made twice.

    Returns
    -------
    bytes
        A PDF of A4 pages; the same document gives the same bytes.

    Raises
    ------
    EvaluateError
        If weasyprint is not installed.

    Examples
    --------
    >>> from evaluate.reports.blocks import Document, Heading, Paragraph
    >>> made = to_pdf(Document("Did it work?", "", [Heading("Counts", anchor="counts")]))  # doctest: +SKIP
    >>> made[:5]  # doctest: +SKIP
    b'%PDF-'
    """
    weasyprint = require_weasyprint()
    page = weasyprint.HTML(string=to_html(document, drawings, paged=True), url_fetcher=_fetch_nothing)
    made: bytes = page.write_pdf(pdf_variant=VARIANT)
    return made


def require_weasyprint() -> ModuleType:
    """Import weasyprint, or say what to install."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:  # OSError: the package is there, and Pango is not
        raise EvaluateError(NEEDS_PDF) from error
    module: ModuleType = weasyprint
    return module


def _fetch_nothing(url: str) -> dict[str, object]:
    raise EvaluateError(f"A report asks nothing of the network, and this one asked for {url}.")
