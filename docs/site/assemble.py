"""From the pages of the checkout to the pages of the site: which there are, where they stand, how they are linked."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from fill import filled
from pictures import with_pictures
from reference import reference_pages

CHECKOUT = Path(__file__).resolve().parents[2]
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
PARENTS = {"estimators/index": "estimators/", "checks/index": "checks/", "replications": "studies/"}
"""Pages that list others, and where those stand."""

FILES = (".svg", ".png", ".csv", ".toml", ".ipynb")
"""Ends of files that a page shows or gives away."""


def site_pages() -> dict[str, str]:
    """Where each page of the checkout stands in the site, without the end ``.md``.

    docs/ keeps its places; the pages of the studies and those at the top of the checkout get folders of their own.
    """
    found = {path: path.removeprefix("docs/") for path in _markdown("docs")}
    found |= {path: f"studies/{PurePosixPath(path).parent.name}" for path in _markdown("studies")}
    found |= {path: f"samples/{PurePosixPath(path).parent.name}" for path in _markdown("data_samples")}
    found["studies/README.md"] = "studies/index"
    for name in ("README", "ARCHITECTURE", "CONTRIBUTING", "CHANGELOG"):
        found[f"{name}.md"] = f"project/{name.lower()}"
    return {path: place.removesuffix(".md") for path, place in found.items()}


def _markdown(folder: str) -> list[str]:
    paths = sorted((CHECKOUT / folder).rglob("*.md"))
    names = [path.relative_to(CHECKOUT).as_posix() for path in paths]
    return [name for name in names if "/outputs/" not in name and not name.startswith("docs/site/")]


def assemble(source: Path, *, pictures: bool) -> None:
    """Write the whole source of the site into a folder.

    Parameters
    ----------
    source : pathlib.Path
        Made where it does not exist.
    pictures : bool
        Execute the pages that draw figures, and put the figures in.
    """
    places = site_pages()
    index = (CHECKOUT / "docs" / "index.md").read_text("utf-8")
    parts = sections(index)
    for path, place in places.items():
        text = (CHECKOUT / path).read_text("utf-8")
        if pictures and path.startswith("docs/"):
            text = with_pictures(path, text, place=place, folder=source / "static" / "drawn")
        text = moved_links(filled(text), path, place, places, keep=_keeper(source))
        if place == "index":
            text += contents([*(f"{slug}/contents" for slug in parts), "reference/contents"])
        elif place in PARENTS:
            text += contents([one for one in linked(text, place) if one.startswith(PARENTS[place])])
        _write(source, place, text)
    for slug, (title, body) in parts.items():
        place = f"{slug}/contents"
        text = moved_links(f"# {title}\n\n{body}", "docs/index.md", place, places, keep=_keeper(source))
        _write(source, place, text + contents(linked(text, place)))
    for place, text in reference_pages().items():
        _write(source, place, text)
    shelved = _orphans(source)
    if shelved:
        raise SystemExit(f"No page of docs/ links to: {', '.join(shelved)}. Add them to docs/index.md.")


def sections(index: str) -> dict[str, tuple[str, str]]:
    """Take the index apart: a short name for each section, with its title and what it says."""
    _, *parts = SECTION.split(index)
    titles, bodies = parts[::2], parts[1::2]
    return {
        re.sub(r"\W+", "_", title.lower()): (title, body.strip() + "\n")
        for title, body in zip(titles, bodies, strict=True)
    }


def contents(places: list[str]) -> str:
    """A table of contents as Sphinx reads it; the page itself shows the links in tables."""
    return "\n```{toctree}\n:hidden:\n\n" + "\n".join(f"/{place}" for place in places) + "\n```\n"


def linked(text: str, place: str) -> list[str]:
    """Pages that a page links to, in the order in which it names them."""
    here = PurePosixPath(place).parent
    found = []
    for _, _, target in LINK.findall("".join(FENCED.split(text)[::2])):
        if "://" in target or not target.partition("#")[0].endswith(".md"):
            continue
        whole = os.path.normpath(here / target.partition("#")[0]).removesuffix(".md")
        if whole not in (*found, place, "index"):
            found.append(whole)
    return found


def moved_links(
    text: str, path: str, place: str, places: dict[str, str], *, keep: Callable[[str], str]
) -> str:
    """Point the links of a page to where things stand in the site.

    Parameters
    ----------
    text : str
        The page.
    path, place : str
        Where it stands in the checkout and in the site.
    places : dict
        The same of every page.
    keep : callable
        Takes a file of the checkout over into the site and returns its place there.

    Returns
    -------
    str
        Links to what the site does not hold, such as a module of the package, are only their words.
    """
    here, home = PurePosixPath(path).parent, PurePosixPath(place).parent

    def moved(match: re.Match[str]) -> str:
        image, words, target = match.groups()
        file, _, anchor = target.partition("#")
        if "://" in target or not file or file.startswith("/"):
            return match.group()
        whole = os.path.normpath(here / file)
        if whole in ("docs", "docs/"):
            whole = "docs/index.md"
        elif f"{whole}/README.md" in places:
            whole = f"{whole}/README.md"
        if whole in places:
            goal = f"{places[whole]}.md"
        elif whole.endswith(FILES) and (CHECKOUT / whole).is_file():
            goal = keep(whole)
        else:
            return words
        return f"{image}[{words}]({os.path.relpath(goal, home)}{f'#{anchor}' * bool(anchor)})"

    parts = FENCED.split(text)
    parts[::2] = [LINK.sub(moved, part) for part in parts[::2]]
    return "".join(parts)


def _keeper(source: Path) -> Callable[[str], str]:
    """Copy files of the checkout into the site, each once."""

    def keep(path: str) -> str:
        place = f"files/{path}"
        goal = source / place
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CHECKOUT / path, goal)
        return place

    return keep


def _write(source: Path, place: str, text: str) -> None:
    path = source / f"{place}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _orphans(source: Path) -> list[str]:
    """Pages that no table of contents holds."""
    every = {path.relative_to(source).as_posix().removesuffix(".md") for path in source.rglob("*.md")}
    held = {"index"}
    for path in source.rglob("*.md"):
        for block in re.findall(r"^```\{toctree\}\n(.*?)^```$", path.read_text("utf-8"), re.M | re.S):
            held |= {line[1:] for line in block.splitlines() if line.startswith("/")}
    return sorted(every - held)
