"""Build the documentation site: assemble its pages, draw their figures, hand them to Sphinx.

Usage: python docs/site [--output FOLDER] [--without-pictures]

The pages in docs/ are plain Markdown and can be read as they are. What the site adds to them (figures, the equations of
the docstrings, measured rates, the reference) is made here, so that it stands in one place only. A warning of Sphinx is
an error. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]


def main() -> int:
    """Build, and say where the first page is."""
    parser = argparse.ArgumentParser(description="Build the documentation site.")
    parser.add_argument("--output", type=Path, default=CHECKOUT / "build" / "docs")
    parser.add_argument("--without-pictures", action="store_true", help="leave the code unexecuted")
    arguments = parser.parse_args()
    sys.path[:0] = [str(CHECKOUT)]
    os.environ.update(
        MPLBACKEND="Agg", LOKY_MAX_CPU_COUNT="1"
    )  # the fits are too short for processes of their own

    from assemble import assemble
    from sphinx.cmd.build import main as sphinx

    source, html = arguments.output / "source", arguments.output / "html"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(HERE / "static", source / "static")
    shutil.copy(HERE / "conf.py", source / "conf.py")
    assemble(source, pictures=not arguments.without_pictures)
    status = sphinx(["--quiet", "-W", "--keep-going", "-b", "html", str(source), str(html)])
    if status == 0:
        print(f"Documentation: {html / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
