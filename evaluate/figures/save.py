"""Figures as files: the same figure gives the same bytes."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.style import INCHES, Width, figure_style

PRINT_DPI = 300


def render_svg(bundle: Bundle, *, width: Width = "page", framed: bool = False) -> str:
    """Draw a bundle as SVG text, with nothing in it that changes from run to run.

    Parameters
    ----------
    bundle : Bundle
        The figure.
    width : {"column", "page", "slide"}
        Its size.
    framed : bool
        With title and caption; a page that sets these itself leaves them out.

    Returns
    -------
    str
        An ``<svg>`` element, without XML declaration or document type, that can stand in a page of HTML.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.figures.counterfactual import counterfactual_bundle
    >>> design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    >>> bundle = counterfactual_bundle(ev.BeforeAfter().fit(design, seed=1))
    >>> render_svg(bundle) == render_svg(bundle)
    True
    """
    svg = _render(bundle, width=width, framed=framed, kind="svg").decode("utf-8")
    svg = re.sub(r"\n\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg") :].rstrip(), flags=re.DOTALL)
    return _with_own_names(svg, bundle.name)


def render_png(bundle: Bundle, *, width: Width = "page", framed: bool = False, dpi: int = PRINT_DPI) -> bytes:
    """Draw a bundle as the bytes of a PNG.

    Parameters
    ----------
    bundle : Bundle
        The figure.
    width : {"column", "page", "slide"}
        Its size.
    framed : bool
        With title and caption.
    dpi : int
        Dots an inch.

    Returns
    -------
    bytes
    """
    return _render(bundle, width=width, framed=framed, kind="png", dpi=dpi)


def save_bundle(bundle: Bundle, folder: str | Path, *, width: Width = "page") -> tuple[Path, ...]:
    """Write a figure, framed, as PNG (300 dots an inch) and SVG, with the CSV of what is drawn and its alt text.

    Parameters
    ----------
    bundle : Bundle
        The figure; its name is the stem of the files.
    folder : str or path
        Made where it does not exist.
    width : {"column", "page", "slide"}
        Its size.

    Returns
    -------
    tuple of pathlib.Path
        The files written.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    stem = target / bundle.name
    png, svg, csv, alt = (stem.with_name(f"{bundle.name}.{end}") for end in ("png", "svg", "csv", "txt"))
    png.write_bytes(render_png(bundle, width=width, framed=True))
    svg.write_bytes((render_svg(bundle, width=width, framed=True) + "\n").encode())
    csv.write_bytes(bundle.data.to_csv(index=False, lineterminator="\n").encode())
    alt.write_bytes(f"{bundle.alt}\n".encode())
    return png, svg, csv, alt


def _with_own_names(svg: str, name: str) -> str:
    """Give every id the figure's name, so that several figures can stand on one page."""
    for before, after in ((' id="', '"'), ("url(#", ")"), ('href="#', '"')):
        svg = re.sub(f"{re.escape(before)}([^{after}]+){re.escape(after)}", rf"{before}{name}-\1{after}", svg)
    return svg


def _render(bundle: Bundle, *, width: Width, framed: bool, kind: str, dpi: int = PRINT_DPI) -> bytes:
    """Draw on a figure that matplotlib's own list of figures never hears of."""
    from matplotlib.figure import Figure

    # What would differ between runs or versions is left out of the files.
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with figure_style(width):
        wide, high = INCHES[width]
        figure = Figure(figsize=(wide, high * bundle.height), layout="constrained")
        plot(bundle, figure.subplots(), framed=framed)
        stream = BytesIO()
        figure.savefig(stream, format=kind, dpi=dpi, metadata=metadata)
    return stream.getvalue()
