"""One primary effect, the rest adjusted or pooled, raw beside."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.effects.multiplicity import benjamini_hochberg, holm, two_sided_tail
from evaluate.study.multiplicity import POOLED, adjusted_table, pool_tasks, pooled_table, pools_of

ROBBERY = """[[claims]]
id = "robbery"
text = "robbery fell by a third"
source = "A newspaper, 1 August 2014"
outcome = "robbery"
operation = "June 2014"
reduction = 0.33

"""
THEFT = """[[outcomes]]
name = "theft"
generation = "public-reported"
parts = ["THEFT"]

"""
MORE = [
    ('[[outcomes]]\nname = "robbery"', THEFT + '[[outcomes]]\nname = "robbery"'),
    (
        '[[claims]]\nid = "mood"',
        ROBBERY + ROBBERY.replace("robbery", "theft") + '[[claims]]\nid = "mood"',
    ),
]


@pytest.fixture(scope="module")
def run(make_study_once):
    """A quick run of the small study with claims on two parts of all crime."""
    return ev.load_study(make_study_once(*MORE)).run(quick=True)


def test_the_primary_effect_is_shown_and_not_adjusted(run):
    table = run.findings.adjusted
    assert set(table["method"]) == {"before-after"}  # a posterior has no p-values
    primary = table[table["primary"]]
    assert primary["outcome"].tolist() == ["all crime"]
    assert primary["adjusted"].isna().all()


def test_the_rest_are_adjusted_together(run):
    table = run.findings.adjusted
    rest = table[~table["primary"]]
    assert list(zip(rest["outcome"], rest["operation"], rest["window"], strict=True)) == [
        ("all crime", "June to August 2014", "during"),
        ("robbery", "June 2014", "after"),
        ("theft", "June 2014", "after"),
    ]
    assert np.allclose(rest["adjusted"], holm(rest["p_value"]))
    assert (rest["adjusted"] >= rest["p_value"]).all()
    effect = run.by_claim["robbery"].comparisons[0].effect("June 2014", "after")
    assert rest.set_index("outcome").loc["robbery", "p_value"] == two_sided_tail(effect)


def test_the_plan_names_the_adjustment(run, make_study):
    plan = ev.load_study(make_study(*MORE, ("placebos = 5", 'adjustment = "false discovery"'))).plan
    rest = adjusted_table(run.by_claim, plan).query("not primary")
    assert np.allclose(rest["adjusted"], benjamini_hochberg(rest["p_value"]))


def test_two_claims_about_one_effect_are_one_question(run, make_study):
    again = ROBBERY.replace('id = "robbery"', 'id = "again"').replace("0.33", "0.10")
    plan = ev.load_study(
        make_study(*MORE, ('[[claims]]\nid = "mood"', again + '[[claims]]\nid = "mood"'))
    ).plan
    twice = dict(run.by_claim) | {"again": run.by_claim["robbery"]}
    assert adjusted_table(twice, plan).equals(adjusted_table(run.by_claim, plan))


def test_secondary_outcomes_are_pooled_with_the_raw_beside(run):
    table = run.findings.pooled
    assert table["outcome"].tolist() == ["robbery", "theft"]
    assert (table["problem"] == "").all()
    # Each learns from the other: both intervals are narrower. The two lie so close together before pooling (0.004 in
    # the log) that whether the medians come closer is a matter of the draws.
    raw, pooled = (np.log(table[f"{which}_upper"] / table[f"{which}_lower"]) for which in ("raw", "pooled"))
    assert (pooled < raw).all()
    assert ((table["raw_lower"] < table["raw"]) & (table["raw"] < table["raw_upper"])).all()


def test_the_primary_outcome_and_parts_of_another_are_not_pooled(make_study):
    whole = THEFT.replace('"THEFT"', '"*"').replace('"theft"', '"everything"')
    claim = ROBBERY.replace("robbery", "everything")
    checked = ev.load_study(
        make_study(
            ('[[outcomes]]\nname = "robbery"', whole + '[[outcomes]]\nname = "robbery"'),
            ('[[claims]]\nid = "mood"', ROBBERY + claim + '[[claims]]\nid = "mood"'),
        )
    ).check()
    assert pools_of(checked.questions, checked.plan) == []


def test_only_the_structural_model_pools(run):
    pools = pools_of(run.checked.questions, run.checked.plan)
    assert [pool.label for pool in pools] == [f"June 2014: {POOLED}"]
    assert pool_tasks(pools, ev.BeforeAfter(), 1) == []
    assert pooled_table(pools, {}).empty


def test_the_report_shows_both(run, tmp_path):
    page = run.write(tmp_path / "report").read_text(encoding="utf-8")
    assert "Several questions at once" in page
    assert "all crime, June 2014, after" in page
    for name in ("several_p_values", "several_pooled"):
        assert (tmp_path / "report" / "tables" / f"{name}.csv").is_file()
    assert "[z]" in (tmp_path / "report" / "tables" / "several_p_values.csv").read_text(encoding="utf-8")
