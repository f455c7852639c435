"""The page is read as a browser and a screen reader would, and held against the numbers it was made from."""

import re
from dataclasses import replace
from itertools import pairwise

import lxml.html
import pytest

import evaluate as ev
from evaluate.claims.forbidden import forbidden_words
from evaluate.figures.style import contrast
from evaluate.reports.compose import compose
from evaluate.reports.findings import Finding
from evaluate.reports.html import to_html
from evaluate.reports.sections.words import CONFIDENCES, GRADES
from evaluate.reports.tables import shown
from evaluate.reports.withholding import WITHHELD

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def page(findings):
    return to_html(compose(findings))


@pytest.fixture(scope="module")
def tree(page):
    return lxml.html.document_fromstring(page)


def words_of(element):
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip()


@pytest.fixture(scope="module")
def first_screen(tree):
    """What stands above the second section."""
    main = tree.get_element_by_id("main")
    first = main.xpath("section")[0]
    before = [child for child in main if main.index(child) <= main.index(first)]
    return " ".join(words_of(child) for child in before)


def test_the_first_screen_says_what_was_asked_and_claimed(first_screen, findings):
    claim = findings.findings[0].claim
    for text in (findings.question, f"“{claim.text}”", claim.speaker, claim.source):
        assert text in first_screen


def test_the_first_screen_says_whether_it_is_borne_out_and_how_sure(first_screen, findings):
    verdict = findings.findings[0].verdict
    assert verdict.words in first_screen
    assert f"Probability {shown(verdict.probability, 'probability')}" in first_screen
    assert f"Analytical confidence {verdict.confidence.capitalize()}" in first_screen
    assert CONFIDENCES[verdict.confidence] in first_screen
    assert f"Design grade, A to E {verdict.grade} {GRADES[verdict.grade]}" in first_screen
    assert f"Smallest detectable fall {shown(verdict.smallest_detectable, 'share')}" in first_screen
    assert "not an accredited official statistic" in first_screen


def test_the_first_screen_says_why_and_shows_the_two_counts(first_screen, findings):
    primary = findings.findings[0]
    for reason in primary.verdict.reasons[:6]:
        assert reason in first_screen
    effect = primary.result.effect("June 2014", "after")
    assert f"{effect.observed:.0f} recorded, {shown(effect.expected, 'mean')} expected" in first_screen


def test_a_page_asks_nothing_of_the_network(page, tree):
    assert "default-src 'none'" in page
    for element in tree.iter():
        for name, value in element.attrib.items():
            if name.split("}")[-1] in ("src", "href", "action", "data", "poster", "srcset"):
                assert value.startswith("#"), (name, value)
    assert not tree.xpath("//link | //script | //iframe | //object | //embed | //img")
    assert all(target.startswith("#") for target in re.findall(r"url\(['\"]?([^)'\"]+)", page))
    assert "@import" not in page


def test_every_link_inside_the_page_leads_somewhere(tree):
    names = {element.get("id") for element in tree.iter() if element.get("id")}
    for link in tree.xpath("//a/@href"):
        assert link[1:] in names
    for labels in tree.xpath("//@aria-labelledby"):
        assert set(labels.split()) <= names


def test_no_name_stands_twice(tree):
    names = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(names) == len(set(names))


def test_headings_follow_each_other_without_a_gap(tree):
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_every_figure_has_words_for_those_who_cannot_see_it_and_its_data(tree):
    figures = tree.xpath("//figure")
    assert len(figures) >= 6
    for figure in figures:
        drawings = [element for element in figure.iter() if element.tag in ("svg", f"{SVG}svg")]
        assert drawings
        for drawing in drawings:
            assert drawing.get("role") == "img"
            title, description = drawing.get("aria-labelledby").split()
            assert len(words_of(drawing.xpath(f"//*[@id='{title}']")[0])) > 10
            assert len(words_of(drawing.xpath(f"//*[@id='{description}']")[0])) > 40
        assert figure.xpath(".//figcaption")
        assert figure.xpath(".//details//table//td")


def test_every_table_has_a_caption_and_heads_with_a_scope_and_can_be_scrolled(tree):
    for table in tree.xpath("//table"):
        assert words_of(table.xpath("caption")[0])
        assert set(table.xpath("thead//th/@scope")) == {"col"}
        assert set(table.xpath("tbody//th/@scope")) <= {"row"}
        assert table.getparent().get("class") == "scroll"
        assert table.getparent().get("tabindex") == "0"


def test_a_simulated_study_says_so_on_every_page_section_and_figure(page, tree):
    assert words_of(tree.xpath("//aside[@class='banner']")[0]) == "Simulated data"
    assert tree.xpath("//title")[0].text.startswith("Simulated data")
    for section in tree.xpath("//section"):
        assert words_of(section.xpath("p[@class='flag']")[0]) == "Simulated data"
    for caption in tree.xpath("//figcaption"):
        assert words_of(caption).startswith("Simulated data")
    assert '@top-center { content: "Simulated data"' in page


def test_a_real_study_does_not_say_that_it_is_simulated(findings):
    panel = replace(findings.panel, provenance=ev.simulate_panel(areas=3, seed=1).provenance)
    real = replace(panel, provenance=replace(panel.provenance, simulated=False, layout="a published file"))
    designs = replace(findings.design, panel=real)
    study = replace(findings, panel=real, design=designs, simulated=False, findings=findings.findings[3:])
    assert "imulated" not in to_html(compose(study))


def test_the_language_and_a_way_past_the_head_are_given(tree):
    assert tree.get("lang") == "en-GB"
    assert tree.xpath("//body/a[1]/@href") == ["#main"]
    assert tree.xpath("//meta[@name='viewport']")


def test_no_word_says_more_than_the_data(tree, findings):
    text = " ".join(words_of(section) for section in tree.xpath("//main"))
    assert forbidden_words(text, grade="C", names=[*findings.panel.outcomes]) == ()


def test_what_people_said_is_never_taken_for_markup(findings):
    claim = replace(findings.findings[3].claim, text="<script>alert(1)</script>", source="<b>bold</b>")
    verdict = replace(findings.findings[3].verdict, claim=claim)
    page = to_html(compose(replace(findings, findings=[Finding(claim, verdict)], title="a < b & c")))
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<h1>a &lt; b &amp; c</h1>" in page


def test_every_claim_is_in_the_table_and_has_a_section(tree, findings):
    table = words_of(tree.get_element_by_id("claims"))
    for number, finding in enumerate(findings.findings, start=1):
        assert f"{number}. “{finding.claim.text}”" in table
        said = WITHHELD if finding.claim.outcome == "soliciting" else finding.verdict.words
        assert said in words_of(tree.get_element_by_id(f"claim-{number}"))


def test_all_the_sections_are_there_in_order(tree):
    assert [section.get("id") for section in tree.xpath("//section")] == [
        "why", "claims", "operations", "counts", "claim-1", "claim-2", "claim-3", "claim-4", "threats", "displacement",
        "sensitivity", "limits", "method", "checklist", "emmie", "manifest",
    ]  # fmt: skip


def test_text_stands_out_from_its_ground(page):
    colours = dict(re.findall(r"--(\w+): (#\w+);", page))
    for name in ("blue", "pink", "ink", "grey"):
        assert contrast({**colours, "ink": "#1a1a1a"}[name], "#ffffff") >= 4.5, name
    for name in ("blue", "grey", "ink"):
        assert contrast(colours[name], colours["pale"]) >= 4.5, name
    for name in ("turquoise",):
        assert contrast(colours[name], "#ffffff") >= 3.0, name
