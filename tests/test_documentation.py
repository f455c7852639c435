"""What the README and the pages of docs/ show works as it stands, and what they say of words is what reports say."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from evaluate.claims.rules import RULES, size_word
from evaluate.reports.sections.method import GLOSSARY, YARDSTICK
from evaluate.reports.sections.words import CONFIDENCES, FINDINGS, GRADES
from evaluate.reports.tables import MARKERS

CHECKOUT = Path(__file__).resolve().parents[1]
SCRIPT = runpy.run_path(str(CHECKOUT / "scripts" / "run_pages.py"))
PAGES = SCRIPT["pages"]()
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_page_runs_and_prints_what_the_page_says(page):
    try:
        printed = SCRIPT["run_page"](page, published=SCRIPT["published_data"]())
    except FileNotFoundError as error:
        if page not in SCRIPT["PUBLISHED"]:
            raise
        pytest.skip(str(error))
    assert SCRIPT["problems"](printed) == [], f"if that is right: python scripts/run_pages.py --write {page}"
    if page == "README.md":
        said = "".join(text for _, text in printed)
        assert "difference in differences" in said
        # The planted fall is real and smaller than half: data_samples/sample_operation/truth.toml.
        assert "almost certain" in said
        assert "that it was as large as half" in said


def test_a_reason_for_not_running_a_command_is_the_reason_of_some_command():
    shown = {
        command
        for page in PAGES
        for block in SCRIPT["blocks_of"]((CHECKOUT / page).read_text("utf-8"))
        if block.language == "sh"
        for command in SCRIPT["commands"](block.text)
    }
    not_run = {SCRIPT["reason_not_run"](command) for command in shown}
    assert set(SCRIPT["NOT_RUN"].values()) == not_run - {None}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_finds_it(page):
    text = (CHECKOUT / page).read_text("utf-8")
    links = [link.partition("#")[0] for link in LINK.findall(text) if "://" not in link]
    assert [link for link in links if link and not (CHECKOUT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize(
    ("says", "prints", "agrees"),
    [
        ("645 recorded", "645 recorded", True),
        ("645 recorded", "646 recorded", True),  # the last digit may differ by one
        ("645 recorded", "647 recorded", False),
        ("ratio 0.67", "ratio 0.69", False),
        ("645 recorded", "645 expected", False),
        ("Panel: ... months", "Panel: 42 areas x 120 months", True),
        ("first\n...\nlast", "first\nsecond\nthird\nlast", True),
        ("first\n...\nlast", "first\nsecond", False),
    ],
)
def test_what_is_printed_is_compared_by_words_and_numbers(says, prints, agrees):
    assert (SCRIPT["differs"](says + "\n", prints + "\n") == "") is agrees


def test_a_page_that_prints_something_else_is_told():
    block = SCRIPT["blocks_of"]("```python\nprint(1 + 1)\n```\n\n```text\n4\n```\n")[0]
    assert SCRIPT["problems"]([(block, "2\n")]) == [
        "line 2: the page says 4 where it prints 2:\n2\n",
    ]


def test_the_glossary_says_what_reports_say():
    page = " ".join((CHECKOUT / "docs" / "glossary.md").read_text("utf-8").split())
    for term, meaning in (*GLOSSARY, *GRADES.items()):
        assert f"| {term} | {meaning}" in page
    for rating, meaning in CONFIDENCES.items():
        assert f"| {rating} | {meaning}" in page
    for words, range_ in YARDSTICK:
        assert f"| {words} | {range_} |" in page
    for rule in RULES:
        assert f"| {FINDINGS[rule.finding]} (`{rule.finding}`) | {rule.condition} |" in page
    for marker, meaning in MARKERS.items():
        assert f"| {marker} | {meaning.removeprefix(f'{marker}: ')} |" in page


def test_the_words_for_sizes_begin_where_the_glossary_says():
    page = (CHECKOUT / "docs" / "glossary.md").read_text("utf-8")
    said = re.findall(r"^\| (\w+) \| (?:below )?(\d+)%(?: to (\d+)%)? \|$", page, re.MULTILINE)
    assert [word for word, *_ in said] == ["negligible", "small", "moderate", "large"]
    for word, start, end in said:
        least, most = (0, int(start)) if not end else (int(start), int(end))
        assert size_word(1 - least / 100) == word
        assert size_word(1 - (most - 0.1) / 100) == word
