"""What a notebook shows: the numbers of the printed form, in HTML that is well formed and says nothing unescaped."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from xml.etree import ElementTree

import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.result import CheckResult
from evaluate.effects.display import effects_html

CLAIM = ev.Claim("crime < half", source="A newspaper", operation="operation", window="after", reduction=0.5)


@pytest.fixture(scope="module")
def result():
    design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.6, seed=1))
    return ev.BeforeAfter().fit(design, seed=1)


def parsed(html):
    """The element tree; fails where a mark is not closed or a sign is not escaped."""
    return ElementTree.fromstring(f"<div>{html}</div>")


def test_a_result_is_a_table_with_a_window_a_row(result):
    tree = parsed(result._repr_html_())
    rows = [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")][1:]
    assert [row[0] for row in rows] == ["operation, during", "operation, after"]
    after = result.effect("operation", "after")
    assert rows[1][1] == f"{after.observed:,.0f}"
    assert rows[1][3] == f"{after.rate_ratio:.2f} ({after.lower:.2f} to {after.upper:.2f})"
    assert [cell.get("scope") for cell in tree.iter("th")].count("col") == len(rows[0])
    assert tree.find(".//caption").text == f"crime by the {result.estimator.name}"


def test_an_effect_is_one_row_and_what_is_not_known_says_so(result):
    effect = replace(
        result.effect("operation", "after"), lower=nan, upper=nan, p_reduction=1.0, prevented=nan
    )
    cells = ["".join(cell.itertext()) for cell in parsed(effect._repr_html_()).iter("td")]
    assert cells[2] == f"{effect.rate_ratio:.2f}"
    assert cells[3] == "not known"
    assert cells[4] == ">99%"
    assert "nan" not in effects_html([effect], "x")


def test_a_check_shows_its_question_its_answer_and_a_few_rows():
    table = pd.DataFrame({"area": [f"A{n}" for n in range(40)], "rate_ratio": [0.81234] * 40})
    check = CheckResult("placebo", "Is p < 0.05?", "No & no.", 0.2, 0.05, False, table, {})
    tree = parsed(check._repr_html_())
    assert "".join(tree.find("p").itertext()) == "Is p < 0.05? No & no."
    assert "0.812" in "".join(tree.itertext())
    assert len(list(tree.iter("tr"))) < 20
    assert parsed(replace(check, table=pd.DataFrame())._repr_html_()).find("table") is None


def test_a_verdict_quotes_the_claim_and_gives_its_reasons(result):
    verdict = ev.judge(CLAIM, result)
    tree = parsed(verdict._repr_html_())
    assert tree.find("blockquote").text == "crime < half"
    assert tree.find(".//strong").text == verdict.finding
    assert [item.text for item in tree.iter("li")] == list(verdict.reasons)
    assert verdict.words in "".join(tree.itertext())


def test_several_checks_are_shown_one_after_the_other(result):
    checks = ev.run_checks(result, [ev.PreperiodFit(), ev.LeaveOneOut(most=2)])
    tree = parsed(f"<div>{checks._repr_html_()}</div>")
    assert ["".join(one.itertext()) for one in tree.iter("strong")] == [one.question for one in checks]


def test_an_effect_without_an_interval_says_why():
    design = ev.simulated_design(ev.simulate_panel(areas=13, periods=60, seed=1))
    shown = repr(ev.DifferenceInDifferences().fit(design, seed=1).effect("operation", "after"))
    assert "(no 95% interval: 12 control areas cannot reject at 5%, which needs 19);" in shown
