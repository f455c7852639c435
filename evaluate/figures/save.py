"""Figures as files: the same figure gives the same bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evaluate.errors import DesignError
from evaluate.figures.bundle import Bundle, drawn_on, plot
from evaluate.figures.style import INCHES, Width, figure_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PRINT_DPI = 300


Kind = Literal["svg", "png", "pdf"]


class Drawing:
    """A bundle drawn and laid out once, to be saved in several formats that agree in every place.

    Parameters
    ----------
    bundle : Bundle
        The figure.
    width : {"column", "page", "slide"}
        Its size.
    framed : bool
        With title and caption.
    dpi : int
        Dots an inch for which the places of words are worked out.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.figures.series import series_bundle
    >>> drawing = Drawing(series_bundle(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))))
    >>> drawing.saved("png", dpi=50)[1:4]
    b'PNG'
    """

    def __init__(
        self, bundle: Bundle, *, width: Width = "page", framed: bool = False, dpi: int = PRINT_DPI
    ) -> None:
        # A figure that matplotlib's own list of figures never hears of.
        from matplotlib.figure import Figure

        self.bundle, self.width = bundle, width
        with figure_style(width):
            wide, high = INCHES[width]
            self._figure = Figure(figsize=(wide, high * bundle.height), layout="constrained", dpi=dpi)
            plot(bundle, self._figure.subplots(), framed=framed)
            self._figure.draw_without_rendering()
            # The place of everything is settled now: saving needs no second layout, and all formats have the same.
            self._figure.set_layout_engine("none")

    def saved(self, kind: Kind, *, dpi: int = PRINT_DPI) -> bytes:
        """Return the drawing as the bytes of a file.

        Parameters
        ----------
        kind : {"svg", "png", "pdf"}
            Format.
        dpi : int
            Dots an inch, of a PNG.

        Returns
        -------
        bytes
        """
        # What would differ between runs or versions is left out of the files.
        stream = BytesIO()
        with figure_style(self.width):
            if kind == "svg":
                self._figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
                return stream.getvalue()
            if kind == "pdf":
                undated = dict.fromkeys(("CreationDate", "Creator", "Producer"))
                titled = {"Title": self.bundle.title, "Subject": self.bundle.alt}
                self._figure.savefig(stream, format="pdf", metadata=undated | titled)
                return stream.getvalue()
            self._figure.savefig(
                stream, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs={"compress_level": 4}
            )
        return stream.getvalue()

    @property
    def svg(self) -> str:
        """The drawing as an ``<svg>`` element that can stand in a page of HTML."""
        svg = self.saved("svg").decode("utf-8")
        svg = re.sub(r"\n\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg") :].rstrip(), flags=re.DOTALL)
        return _with_own_names(svg, self.bundle.name)


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
    return Drawing(bundle, width=width, framed=framed).svg


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
    return Drawing(bundle, width=width, framed=framed, dpi=dpi).saved("png", dpi=dpi)


def save_bundle(bundle: Bundle, folder: str | Path, *, width: Width = "page") -> tuple[Path, ...]:
    """Write a figure, framed, as PNG (300 dots an inch), SVG and PDF, with the CSV of what is drawn and its alt text.

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
    files = tuple(stem.with_name(f"{bundle.name}.{end}") for end in ("png", "svg", "pdf", "csv", "txt"))
    png, svg, pdf, csv, alt = files
    drawing = Drawing(bundle, width=width, framed=True)
    png.write_bytes(drawing.saved("png"))
    svg.write_bytes(f"{drawing.svg}\n".encode())
    pdf.write_bytes(drawing.saved("pdf"))
    csv.write_bytes(bundle.data.to_csv(index=False, lineterminator="\n").encode())
    alt.write_bytes(f"{bundle.alt}\n".encode())
    return files


def save_figure(ax: Axes, folder: str | Path, *, name: str = "", width: Width = "page") -> tuple[Path, ...]:
    """Write a figure of this package in every format a report needs.

    The picture is drawn anew at the width asked for, with its title, caption and source: what else was put on the axes
    is not in it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        As any ``plot_`` function returns it.
    folder : str or path
        Made where it does not exist.
    name : str, optional
        Stem of the files; the figure's own otherwise.
    width : {"column", "page", "slide"}
        89 mm, 170 mm or 254 mm.

    Returns
    -------
    tuple of pathlib.Path
        PNG (300 dots an inch), SVG, PDF, the CSV of what is drawn, and the alt text as plain text.

    Raises
    ------
    DesignError
        If the axes hold no figure of this package.

    Examples
    --------
    >>> import tempfile
    >>> import evaluate as ev
    >>> ax = ev.plot_series(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1)))
    >>> [path.name for path in ev.save_figure(ax, tempfile.mkdtemp(), width="column")]
    ['series.png', 'series.svg', 'series.pdf', 'series.csv', 'series.txt']
    """
    bundle = drawn_on(ax)
    if bundle is None:
        raise DesignError("These axes hold no figure of this package. Pass what a plot_ function returned.")
    return save_bundle(replace(bundle, name=name or bundle.name), folder, width=width)


def _with_own_names(svg: str, name: str) -> str:
    """Give every id the figure's name, so that several figures can stand on one page."""
    for before, after in ((' id="', '"'), ("url(#", ")"), ('href="#', '"')):
        svg = re.sub(f"{re.escape(before)}([^{after}]+){re.escape(after)}", rf"{before}{name}-\1{after}", svg)
    return svg
