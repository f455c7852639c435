"""Execute the pages that draw figures, and put each figure after the code that draws it, with its alt text."""

from __future__ import annotations

import html
import re
import runpy
from collections import defaultdict
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
RUN_PAGES = runpy.run_path(str(CHECKOUT / "scripts" / "run_pages.py"), run_name="run_pages")
DRAWS = re.compile(r"\bev\.plot_\w+\(")
GALLERY = "docs/gallery.md"


def with_pictures(path: str, text: str, *, place: str, folder: Path) -> str:
    """Return a page with its figures.

    Parameters
    ----------
    path : str
        From the checkout, such as "docs/checks/anticipation.md".
    text : str
        The page. It is executed only where its code draws something.
    place : str
        Where it stands in the site.
    folder : pathlib.Path
        Where the drawings go, in two sizes: one for wide pages, one for phones.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a block draws something that is no figure of the package, which has no alt text.
    """
    blocks = RUN_PAGES["blocks_of"](text)
    if not any(block.language == "python" and DRAWS.search(block.text) for block in blocks):
        return text
    found: dict[int, list[Any]] = defaultdict(list)
    RUN_PAGES["run_page"](
        path, drawn=lambda block, figures: found[block.end].extend(_bundles(block, figures))
    )
    folder.mkdir(parents=True, exist_ok=True)
    for block in reversed(blocks):
        after = (block.output or block).end + len("```\n")
        shown = "".join(
            _picture(
                bundle, f"{place.replace('/', '-')}-{block.line}-{at}", place, folder, spoken=path == GALLERY
            )
            for at, bundle in enumerate(found[block.end])
        )
        text = text[:after] + shown + text[after:]
    return text


def _bundles(block: Any, figures: list[Any]) -> list[Any]:
    """The package's figures among Matplotlib's."""
    from evaluate.figures.bundle import drawn_on

    found = []
    for figure in figures:
        bundles = [bundle for ax in figure.axes if (bundle := drawn_on(ax)) is not None]
        if not bundles:
            raise ValueError(f"line {block.line} draws what is no figure of the package and has no alt text")
        found.append(bundles[0])
    return found


def _picture(bundle: Any, name: str, place: str, folder: Path, *, spoken: bool) -> str:
    """Draw a figure for wide and for narrow pages, and show it; in the gallery its alt text is read out as well."""
    from evaluate.figures.save import render_svg

    for width in ("page", "column"):
        drawing = render_svg(bundle, width=width, framed=True)
        (folder / f"{name}-{width}.svg").write_text(drawing + "\n", "utf-8")
    root = "../" * place.count("/") + "_static/drawn/" + name
    alt = html.escape(bundle.alt)
    shown = (
        f'\n<div class="drawn"><picture><source media="(max-width: 40rem)" srcset="{root}-column.svg">'
        f'<img src="{root}-page.svg" alt="{alt}"></picture></div>\n'
    )
    return shown + (f"\nIts alt text: *{bundle.alt}*\n" if spoken else "")
