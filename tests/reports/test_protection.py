"""Whatever is published of a person-related outcome, put together, gives no hidden count away."""

from dataclasses import replace

import numpy as np
import pytest

import evaluate as ev
from evaluate.claims.judge import judge
from evaluate.reports.compose import compose
from evaluate.reports.counts import series, stretches, total
from evaluate.reports.findings import Finding, OutcomeInfo
from evaluate.reports.html import to_html
from evaluate.reports.intruder import Sum
from evaluate.reports.protection import protect_findings
from evaluate.reports.withholding import NO_ANSWER, NO_ESTIMATE, WITHHELD

PEOPLE = [
    OutcomeInfo("crime", "public-reported"),
    OutcomeInfo("soliciting", "enforcement", person_related=True),
]


@pytest.fixture(scope="module")
def protected(findings):
    return protect_findings(findings)


def test_nothing_changes_where_no_outcome_is_person_related(findings):
    plain = replace(findings, outcomes=PEOPLE[:1])
    assert protect_findings(plain).findings is plain


def test_no_small_month_is_left_in_the_panel(findings, protected):
    for role in ("treated", "buffer", "control"):
        original = series(findings.design.for_outcome("soliciting"), getattr(findings.design, role))
        left = series(protected.findings.design.for_outcome("soliciting"), getattr(findings.design, role))
        small = (original >= 1) & (original < 5)
        assert left[small].isna().all()
        assert (left[left.notna()] == original[left.notna()]).all()


def test_other_outcomes_are_left_alone(findings, protected):
    before, after = (one.panel.counts.sel(outcome="crime") for one in (findings, protected.findings))
    assert before.equals(after)


def published(protected, design, areas):
    """What a reader has of one group of areas: months from the figure, totals from the tables."""
    clean = replace(protected.findings.design.for_outcome("soliciting"))
    months = series(clean, areas)
    totals = [protected.total(design, areas, stretch) for stretch in stretches(design)]
    return months, totals


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("mean", [0.4, 2.0, 6.0])
def test_months_and_totals_together_give_no_count_away(findings, span_of, seed, mean):
    random = np.random.default_rng(seed)
    counts = findings.panel.counts.copy(deep=True)
    counts.values[:, :, 1] = random.poisson(mean, counts.shape[:2])
    panel = replace(findings.panel, counts=counts)
    design = replace(findings.design, panel=panel)
    study = replace(findings, panel=panel, design=design, findings=findings.findings[3:])
    protected = protect_findings(study)
    design = design.for_outcome("soliciting")
    true = series(design, design.treated)
    months, totals = published(protected, design, design.treated)
    values = [*true, *(total(true, stretch) for stretch in stretches(design))]
    hidden = np.array([*months.isna(), *(one == "[c]" for one in totals)])
    sums = [
        Sum(len(true) + at, tuple(int(i) for i in np.flatnonzero(true.index.isin(stretch.periods))))
        for at, stretch in enumerate(stretches(design))
    ]
    values = np.array(values, dtype=float)
    assert not ((values >= 1) & (values < 5) & ~hidden).any()
    touched = [at for one in sums for at in one.members if hidden[at]]
    for position in sorted(set(touched))[:25]:
        for most in (np.inf, 4):
            ends = span_of(values, hidden, sums, position, most=most)
            assert ends is None or ends[1] > ends[0]


def test_the_tables_mark_what_is_hidden(findings, protected):
    document = compose(findings)
    table = next(table for table in document.tables if table.name == "counts_soliciting")
    rows = {row[0]: row for row in table.cells}
    design = findings.design.for_outcome("soliciting")
    during = total(series(design, design.treated), stretches(design)[2])
    assert 1 <= during < 5, "the test needs a small count here"
    assert rows["June 2014, during"][2:4] == ("[c]", "[c]")
    effects = next(table for table in document.tables if table.name == "claim_3_effects")
    hidden = {row[0]: row[1:] for row in effects.cells}["June 2014, during"]
    assert hidden == ("[c]",) * 8


def test_the_figures_hold_no_hidden_count(findings):
    design = findings.design.for_outcome("soliciting")
    true = series(design, design.treated).reset_index(drop=True)
    small = ((true >= 1) & (true < 5)).to_numpy()
    assert small.any()
    figures = {figure.bundle.name: figure.bundle for figure in compose(findings).figures}
    assert "series_crime" in figures
    assert "series_soliciting" not in figures
    assert not [name for name in figures if name.startswith("claim_3")]
    claims = figures["claims"].data
    assert len(claims) == 2
    assert "soliciting" not in claims.to_csv()


def test_sentences_with_counts_in_them_are_withheld(findings, protected):
    finding = protected.findings.findings[2]
    assert finding.verdict.reasons == (WITHHELD,)
    assert finding.verdict.paragraph == finding.verdict.words == WITHHELD
    assert finding.verdict.finding == "not published"
    assert finding.verdict.facts is None
    assert np.isnan([finding.verdict.probability, finding.verdict.smallest_detectable]).all()


def test_sensitivities_of_a_hidden_outcome_give_no_ratio(protected):
    table = protected.findings.sensitivities.set_index("claim")
    assert table.loc["arrests", ["rate_ratio", "lower", "upper", "p_reduction"]].isna().all()
    assert table.loc["huge", "rate_ratio"].notna().all()


def test_the_threshold_is_the_plan_s(findings):
    wide = protect_findings(replace(findings, manifest={"disclosure_threshold": 10}))
    narrow = protect_findings(findings)
    count = [int(one.findings.panel.counts.isnull().sum()) for one in (wide, narrow)]
    assert count[0] > count[1]


def test_a_page_of_a_hidden_outcome_can_be_written(findings):
    only = replace(findings, findings=[findings.findings[2]])
    page = to_html(compose(only))
    assert WITHHELD in page
    assert "[c]: a small count" in page


def test_a_check_s_answer_is_withheld_with_its_table(findings):
    finding = findings.findings[2]
    checks = ev.run_checks(finding.result, [ev.Displacement()])
    study = replace(findings, findings=[replace(finding, checks=checks)])
    check = protect_findings(study).findings.findings[0].checks[0]
    assert check.answer == NO_ANSWER
    assert check.table.empty
    assert np.isnan([check.number, check.threshold]).all()


def test_hidden_months_make_an_outcome_secret_even_where_every_total_is_shown(findings):
    counts = findings.panel.counts.copy(deep=True)
    counts.values[:, :, 1] = 9.0
    counts.values[0, 10:14, 1] = 3.0
    panel = replace(findings.panel, counts=counts)
    design = replace(findings.design, panel=panel)
    result = ev.BeforeAfter().fit(design.for_outcome("soliciting"), seed=1)
    claim = findings.findings[2].claim
    finding = Finding(claim, judge(claim, result, generation="enforcement"), result)
    study = replace(findings, panel=panel, design=design, findings=[finding])
    protected = protect_findings(study)
    assert protected.holds_secret("soliciting")
    assert not protected.suppressions["soliciting"].hidden
    verdict = protected.findings.findings[0].verdict
    assert (verdict.finding, verdict.words) == (finding.verdict.finding, finding.verdict.words)
    assert verdict.reasons == (NO_ESTIMATE,)
    table = next(table for table in compose(study).tables if table.name == "counts_soliciting")
    before = next(row for row in table.cells if row[0] == "before")
    true = total(series(design.for_outcome("soliciting"), design.treated), stretches(design)[0])
    assert before[1:4] == ("45", f"{true:.0f}", f"{true / 45:.1f}")
