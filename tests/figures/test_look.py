"""What every figure keeps: words that fit and do not touch, colours that can be told apart, counts from nought."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import get_args

import matplotlib as mpl
import numpy as np
import pytest

import evaluate as ev
from evaluate.figures import style
from evaluate.figures.bundle import Bundle, plot
from evaluate.figures.save import render_png, render_svg, save_bundle
from evaluate.figures.series import series_bundle
from evaluate.figures.style import Width, contrast, figure_style

from .conftest import FIGURES

BASELINE = Path(__file__).parent / "baseline"
WIDTHS = get_args(Width)

MOST_DIFFERENCE = 4.0
"""Root mean square difference of grey levels (of 255) to a baseline: letters may be drawn a little otherwise.

Marks moved by a tenth give 7 or more, another title 12.
"""


@cache
def drawn(bundle: Bundle, width: Width, *, framed: bool = True):
    """Draw a figure as it is saved, and lay it out; once, because nothing here changes it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with figure_style(width):
        wide, high = style.INCHES[width]
        figure = Figure(figsize=(wide, high * bundle.height), layout="constrained", dpi=100)
        FigureCanvasAgg(figure)
        plot(bundle, figure.subplots(), framed=framed)
        figure.draw_without_rendering()
    return figure


def boxes(figure):
    """Every visible text with its place in pixels."""
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    found = []
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            box = Text.get_window_extent(text, renderer)
            if box.width > 0 and box.height > 0:
                found.append((text.get_text(), box))
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_no_words_touch_and_all_are_inside(bundle, width):
    figure = drawn(bundle, width)
    words = boxes(figure)
    wide, high = figure.canvas.get_width_height()
    for text, box in words:
        assert box.x0 >= -1, text
        assert box.y0 >= -1, text
        assert box.x1 <= wide + 1, text
        assert box.y1 <= high + 1, text
    for (one, first), (other, second) in combinations(words, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        along = min(first.y1, second.y1) - max(first.y0, second.y0)
        # Boxes have room for letters with tails; letters touch when boxes share more than a fifth of a line.
        line = min(first.height, second.height) / (1 + min(one.count("\n"), other.count("\n")))
        assert across <= 1 or along <= 0.2 * line, f"{one!r} touches {other!r}"


@pytest.mark.parametrize("width", ["column", "page"])
def test_the_drawing_has_most_of_the_figure(bundle, width):
    figure = drawn(bundle, width)
    place = figure.axes[0].get_position()
    assert place.width > 0.45
    assert place.height > 0.30


def test_words(bundle):
    assert 1 <= len(bundle.title.split()) <= 10
    assert bundle.title[0].isupper() or bundle.title[0].isdigit()
    assert not bundle.title.endswith(".")
    assert bundle.caption.startswith("Simulated data, not recorded crime.")
    assert bundle.caption.endswith(".")
    assert re.match(r"(Line chart|Dot plot|Bar chart|Timeline|Tiles|Specification curve)", bundle.alt)
    assert bundle.alt.endswith(".")
    for text in (bundle.title, bundle.caption, bundle.alt, bundle.measure):
        assert "nan" not in text
        assert "  " not in text


def test_simulated_data_are_said_to_be_so_in_the_figure(bundle):
    assert any("Simulated data" in text for text, _ in boxes(drawn(bundle, "page")))
    assert not any("Simulated data" in text for text, _ in boxes(drawn(bundle, "page", framed=False)))


@pytest.mark.parametrize("name", ["counterfactual", "series", "posterior"])
def test_counts_start_at_nought(name, bundles):
    assert drawn(bundles[name], "page").axes[0].get_ylim()[0] == 0


def test_no_legend(bundle):
    assert drawn(bundle, "page").axes[0].get_legend() is None


def test_colours_can_be_told_from_white_and_from_each_other():
    marks = [style.DARK_BLUE, style.ORANGE, style.PLUM, style.TURQUOISE, style.GREY, style.ORANGE_EDGE]
    assert all(contrast(colour, style.WHITE) >= 3 for colour in marks)
    assert contrast(style.DARK_BLUE, style.ORANGE) >= 3
    assert contrast(style.ORANGE, style.GREY) < 3  # so these two never stand for two things in one figure
    assert contrast(style.DARK_GREY, style.WHITE) >= 4.5
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_all_type_is_dark(bundle):
    from matplotlib.colors import to_hex
    from matplotlib.text import Text

    for text in drawn(bundle, "page").findobj(Text):
        if text.get_text().strip() and text.get_visible():
            assert contrast(to_hex(text.get_color()).upper(), style.WHITE) >= 4.5, text.get_text()


def test_lines_differ_in_more_than_colour(bundles):
    for name in ("counterfactual", "series"):
        lines = drawn(bundles[name], "page").axes[0].lines
        looks = {(line.get_linestyle(), line.get_marker()) for line in lines}
        assert len(looks) == len(lines) == 2


# ---- files -----------------------------------------------------------------------------------------------------------


def test_the_same_figure_gives_the_same_bytes(bundle):
    first = render_svg(bundle)
    assert render_svg(bundle) == first
    assert not re.search(r"20\d\d-\d\d-\d\dT", first)
    assert first.startswith("<svg")
    assert first.endswith("</svg>")


def test_ids_of_two_figures_on_a_page_differ(bundles):
    ids = [set(re.findall(r' id="([^"]+)"', render_svg(bundles[name]))) for name in ("series", "effects")]
    assert not ids[0] & ids[1]
    svg = render_svg(bundles["series"])
    used = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
    assert used <= ids[0]


@pytest.mark.parametrize("name", ["series", "claims"])
def test_saving_writes_picture_data_and_words(name, bundles, tmp_path):
    bundle = bundles[name]
    paths = save_bundle(bundle, tmp_path / "figures", width="column")
    png, svg, pdf, data, words = paths
    assert [path.suffix for path in paths] == [".png", ".svg", ".pdf", ".csv", ".txt"]
    assert png.read_bytes()[:4] == b"\x89PNG"
    assert svg.read_text().startswith("<svg")
    assert pdf.read_bytes()[:5] == b"%PDF-"
    assert b"/CreationDate" not in pdf.read_bytes()
    assert words.read_text() == f"{bundle.alt}\n"
    assert len(data.read_text().splitlines()) == len(bundle.data) + 1


def test_what_a_plot_returned_can_be_saved_with_its_data_and_words(design, tmp_path):
    from matplotlib.figure import Figure

    ax = ev.plot_series(design, ax=Figure().subplots())
    paths = ev.save_figure(ax, tmp_path, name="mine", width="column")
    assert [path.name for path in paths] == ["mine.png", "mine.svg", "mine.pdf", "mine.csv", "mine.txt"]
    again = save_bundle(replace(series_bundle(design), name="mine"), tmp_path / "again", width="column")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
    with pytest.raises(ev.DesignError, match="no figure of this package"):
        ev.save_figure(Figure().subplots(), tmp_path)


def test_png_is_at_print_resolution(bundles):
    from matplotlib.image import imread

    picture = imread(BytesIO(render_png(bundles["series"])))
    assert picture.shape[:2] == (round(3.6 * 300), round(6.7 * 300))
    assert render_png(bundles["series"], dpi=60) == render_png(bundles["series"], dpi=60)


def test_style_is_left_as_it_was():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with figure_style("slide"):
        assert mpl.rcParams["font.size"] == 14
    assert dict(mpl.rcParams) == before
    with (
        pytest.raises(ev.DesignError, match=r'width is "colunm". Did you mean "column"'),
        figure_style("colunm"),
    ):
        pass


def test_plots_draw_on_the_axes_they_are_given(result, design):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    assert ev.plot_counterfactual(result, ax=left) is left
    assert ev.plot_series(design, ax=right) is right
    assert {text.get_gid() for text in left.texts} >= {"title", "measure", "caption"}


def test_every_figure_keeps_to_the_axes_it_is_given(bundle):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    assert plot(bundle, left) is left
    assert figure.axes == [left, right]
    assert not right.has_data()
    assert not right.texts
    assert {text.get_gid() for text in left.texts} >= {"title", "caption"}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_looks_as_it_did(name, bundles):
    """Compare with the stored picture; EVALUATE_UPDATE_IMAGES=1 stores the present one instead.

    Look at a stored picture before it is committed: it is what the next change is held against.
    """
    from matplotlib.image import imread

    picture = render_png(bundles[name], width="page", framed=True, dpi=50)
    stored = BASELINE / f"{name}.png"
    if os.environ.get("EVALUATE_UPDATE_IMAGES"):
        BASELINE.mkdir(exist_ok=True)
        stored.write_bytes(picture)
    new, old = (imread(BytesIO(data))[..., :3].mean(axis=2) * 255 for data in (picture, stored.read_bytes()))
    assert new.shape == old.shape
    assert float(np.sqrt(np.mean((new - old) ** 2))) < MOST_DIFFERENCE


def test_a_style_leaves_on_what_a_notebooks_backend_turned_on():
    before = mpl.is_interactive()
    try:
        with ev.figure_style():
            mpl.interactive(True)
        assert mpl.is_interactive()
    finally:
        mpl.interactive(before)


def test_a_picture_cut_to_what_is_drawn_keeps_its_words():
    design = ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1))
    figure = ev.plot_series(design).get_figure(root=True)
    figure.draw_without_rendering()
    drawn = figure.get_tightbbox().transformed(figure.dpi_scale_trans)
    words = {text.get_gid(): text.get_window_extent() for text in figure.texts}
    assert set(words) == {"title", "measure", "caption"}
    for box in words.values():
        assert drawn.x0 <= box.x0
        assert drawn.x1 >= box.x1
        assert drawn.y0 <= box.y0
        assert drawn.y1 >= box.y1
