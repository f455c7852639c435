"""The documentation site: a page for every estimator and check, every figure, and links that find something."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import evaluate

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = CHECKOUT / "docs"
METHOD_FUNCTIONS = ("cohort_effects", "compare", "event_study", "pool_effects")
CHECK_FUNCTIONS = ("empirically_calibrated", "measured_like")


def public(room: str, method: str) -> list[str]:
    """Public classes of a room that can be asked to do something."""
    values = {name: getattr(evaluate, name) for name in evaluate.__all__}
    return [
        name
        for name, value in values.items()
        if inspect.isclass(value)
        and value.__module__.startswith(f"evaluate.{room}.")
        and hasattr(value, method)
    ]


ESTIMATORS = [*public("estimators", "fit"), *METHOD_FUNCTIONS]
CHECKS = [*public("checks", "run"), *CHECK_FUNCTIONS]


def page_of(folder: str, name: str) -> Path | None:
    """The page of a public name: the one that says so in its third line."""
    for path in sorted((DOCS / folder).glob("*.md")):
        lines = path.read_text("utf-8").splitlines()
        if len(lines) > 2 and f"`ev.{name}`" in lines[2]:
            return path
    return None


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that assembles the site."""
    monkeypatch.syspath_prepend(str(DOCS / "site"))
    return importlib.import_module("assemble")


@pytest.mark.parametrize(("folder", "name"), [
    *(("estimators", name) for name in ESTIMATORS), *(("checks", name) for name in CHECKS),
])  # fmt: skip
def test_every_estimator_and_check_has_a_page(folder, name):
    page = page_of(folder, name)
    assert page is not None, f"docs/{folder}/ has no page whose third line says `ev.{name}`"
    assert f"]({page.name})" in (DOCS / folder / "index.md").read_text("utf-8")
    text = page.read_text("utf-8")
    assert "\n**Question.** " in text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) in [
        [first, "Picture", "When not to use it", "Measured performance"]
        for first in ("Equation", "Formula", "How it decides")
    ]
    assert re.search(r"\bev\.plot_\w+\(", text)
    assert "```text\n```" not in text, "run scripts/run_pages.py --write"
    for section in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert section.strip()


def test_every_figure_is_in_the_gallery():
    drawn = set(re.findall(r"\bev\.(plot_\w+)\(", (DOCS / "gallery.md").read_text("utf-8")))
    assert drawn == {name for name in evaluate.__all__ if name.startswith("plot_")}


def test_the_site_holds_every_page_and_every_public_name(site, tmp_path):
    site.assemble(tmp_path, pictures=False)
    pages = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.md")}
    assert {f"{place}.md" for place in site.site_pages().values()} <= pages
    assert {f"reference/{name}.md" for name in evaluate.__all__} <= pages
    for name in pages:
        text = (tmp_path / name).read_text("utf-8")
        for target in site.LINK.findall("".join(site.FENCED.split(text)[::2])):
            file = target[2].partition("#")[0]
            if "://" in file or not file:
                continue
            goal = tmp_path / file[1:] if file.startswith("/") else (tmp_path / name).parent / file
            assert goal.exists(), f"{name} links to {file}"


def test_a_page_gets_the_parts_of_a_docstring_and_the_rates_of_a_method(site):
    fill = importlib.import_module("fill")
    page = "# Title\n\n[`Dilution`: formula, source](../../evaluate/checks/dilution.py)\n"
    assert "``1 - f s + f s RR``" in fill.filled(page)
    assert "Threshold" not in fill.filled(page)
    page = "# Title\n\n[`before-after`: measured](../../evaluate/estimators/reliability.csv)\n"
    assert "| 8 controls | 200 | 100% | 7.5% (1.9%) |" in fill.filled(page)
    with pytest.raises(KeyError, match="has no equation"):
        fill.filled("# Title\n\n[`Dilution`: equation](../../evaluate/checks/dilution.py)\n")


def test_the_index_and_the_links_of_a_page_are_taken_apart(site):
    parts = site.sections("# Title\n\nText.\n\n## How to\n\n[a](a.md)\n\n## Data & co\n\n[b](b.md)\n")
    assert parts == {"how_to": ("How to", "[a](a.md)\n"), "data_co": ("Data & co", "[b](b.md)\n")}
    places = {"docs/a/b.md": "a/b", "README.md": "project/readme"}
    text = "[x](../../README.md#top), [y](../../evaluate/cli.py), `[z](no.md)`\n\n```text\n[k](../../README.md)\n```\n"
    moved = site.moved_links(text, "docs/a/b.md", "a/b", places, keep=str)
    assert "[x](../project/readme.md#top), y," in moved
    assert "```text\n[k](../../README.md)\n```" in moved


def test_nothing_of_the_site_is_fetched():
    for path in (DOCS / "site").rglob("*"):
        if path.suffix in (".py", ".css", ".js"):
            assert "://" not in path.read_text("utf-8").replace('"://" in target', ""), path
