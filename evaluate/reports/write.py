"""Write a report's files into a folder."""

from __future__ import annotations

from pathlib import Path

from evaluate.figures.save import save_bundle
from evaluate.reports.blocks import Document
from evaluate.reports.compose import compose_protected
from evaluate.reports.drawings import Drawings
from evaluate.reports.findings import Findings
from evaluate.reports.html import to_html
from evaluate.reports.manifest import write_manifest
from evaluate.reports.pdf import require_weasyprint, to_pdf
from evaluate.reports.protection import Protected, protect_findings
from evaluate.reports.spreadsheet import SPREADSHEET, to_spreadsheet
from evaluate.reports.tables import write_tables
from evaluate.reports.word import to_word

REPORT = "report.html"
WORD = "report.docx"
PDF = "report.pdf"


def write_report(findings: Findings, folder: str | Path, *, pdf: bool = False) -> Path:
    """Write ``report.html``, ``report.docx``, ``figures/``, ``tables/`` with ``tables.xlsx``, and ``manifest.json``.

    Parameters
    ----------
    findings : Findings
        A study, run.
    folder : str or path
        Made if absent. Files of these names in it are replaced; nothing else is touched.
    pdf : bool
        Write ``report.pdf`` too, which needs weasyprint.

    Returns
    -------
    pathlib.Path
        The HTML file. The same findings give the same bytes in every file, but for the duration, which stands once in
        the HTML file, once in the Word file and once in the manifest.

    Raises
    ------
    DesignError
        If the study judged no claim.
    EvaluateError
        If a PDF is asked for and weasyprint is not installed; nothing is written then.
    """
    return write_protected(protect_findings(findings), folder, pdf=pdf)


def write_protected(report: Protected, folder: str | Path, *, pdf: bool = False) -> Path:
    """Write the files of ``write_report`` from findings that went through disclosure control.

    Parameters
    ----------
    report : Protected
        From ``protect_findings``.
    folder : str or path
        As for ``write_report``.
    pdf : bool
        As for ``write_report``.

    Returns
    -------
    pathlib.Path
        The HTML file.

    Raises
    ------
    DesignError
        If the study judged no claim.
    EvaluateError
        If a PDF is asked for and weasyprint is not installed; nothing is written then.
    """
    folder = Path(folder)
    if pdf:
        require_weasyprint()
    document = compose_protected(report)
    write_tables(document.tables, folder / "tables", banner=document.banner)
    workbook = to_spreadsheet(document.sheets, title=document.title, banner=document.banner)
    (folder / "tables" / SPREADSHEET).write_bytes(workbook)
    _write_figures(document, folder / "figures")
    write_manifest(report.findings.manifest, folder)
    drawings = Drawings()
    (folder / WORD).write_bytes(to_word(document, drawings))
    if pdf:
        (folder / PDF).write_bytes(to_pdf(document, drawings))
    path = folder / REPORT
    path.write_text(to_html(document, drawings), encoding="utf-8", newline="")
    return path


def _write_figures(document: Document, folder: Path) -> None:
    """Write each figure as a drawing, at print resolution, as data and in words."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in document.figures:
        save_bundle(figure.bundle, folder)
