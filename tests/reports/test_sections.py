"""What each section says, from the numbers it was given."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.displacement import AS_IF_TREATED
from evaluate.checks.result import CheckResults
from evaluate.data.simulator import with_outcomes
from evaluate.reports.blocks import Bullets, Definitions, FigureBlock, Paragraph, TableBlock
from evaluate.reports.compose import compose
from evaluate.reports.counts import stretches
from evaluate.reports.figures import Figures
from evaluate.reports.protection import Protected, protect_findings
from evaluate.reports.sections.claims import all_claims, claim_section
from evaluate.reports.sections.counts import counts_section
from evaluate.reports.sections.first_screen import key_facts
from evaluate.reports.sections.limits import limits_section
from evaluate.reports.sections.operations import operations_section
from evaluate.reports.sections.provenance import provenance_section
from evaluate.reports.sections.robustness import displacement_section, sensitivity_section
from evaluate.reports.sections.standards import checklist_section, emmie_section
from evaluate.reports.sections.threats import EITHER, LARGER, SMALLER, threats_section


@pytest.fixture(scope="module")
def report(findings):
    return protect_findings(findings)


def table_of(blocks, name):
    return next(block.table for block in blocks if isinstance(block, TableBlock) and block.table.name == name)


def rows_of(blocks, name):
    return {row[0]: row[1:] for row in table_of(blocks, name).cells}


def test_five_days_of_31_are_16_per_cent(report):
    blocks = operations_section(report, Figures(report).timeline())
    windows = rows_of(blocks, "windows")
    assert windows["May 2015, during"][-2:] == ("5 of 31", "16%")
    assert windows["June 2014, during"][-2:] == ("30 of 30", "100%")
    assert windows["trigger"][:2] == ("March 2014 to May 2014", "3")


def test_what_else_was_going_on_has_its_dates_and_source(report):
    events = rows_of(operations_section(report, Figures(report).timeline()), "events")
    assert events["Dispersal order"] == ("1 March to 31 December 2014", "council notice")
    assert events["Ward boundary moved"] == ("3 May 2015", "not said in the plan")


def test_counts_are_the_panel_s_own(report, design):
    rows = rows_of(counts_section(report, ()), "counts_crime")
    for stretch in stretches(design):
        inside = design.periods.isin(stretch.periods)
        treated, controls = design.treated_counts[inside], design.control_counts[:, inside]
        months, total, average, _, _, all_controls, _ = rows[stretch.name]
        assert months == str(inside.sum())
        assert total == f"{treated.sum():,.0f}"
        assert all_controls == f"{controls.sum():,.0f}"
        assert float(average) == pytest.approx(treated.mean(), abs=0.051)


def test_a_missing_month_is_left_out_and_said(findings, design):
    counts = design.panel.counts.copy(deep=True)
    last = design.window("May 2015", "after").periods[-1]
    counts.values[design.panel.areas.get_loc("A01"), design.panel.periods.get_loc(last), 0] = np.nan
    holed = replace(design, panel=replace(design.panel, counts=counts))
    table = table_of(
        counts_section(Protected(replace(findings, panel=holed.panel, design=holed)), ()), "counts_crime"
    )
    kept = design.treated_counts[design.periods.isin(design.window("May 2015", "after").periods)][:-1]
    assert {row[0]: row[2] for row in table.cells}["May 2015, after"] == f"{kept.sum():,.0f}"
    assert "a count is missing" in " ".join(table.notes)


def test_effects_are_the_result_s_own(report, findings):
    blocks = claim_section(report, 1, report.findings.findings[0], Figures(report))
    rows = rows_of(blocks, "claim_1_effects")
    effect = findings.findings[0].result.effect("June 2014", "after")
    cells = rows["June 2014, after (the claim)"]
    assert cells[0] == f"{effect.observed:,.0f}"
    assert cells[3] == f"{effect.rate_ratio:.2f}"
    assert cells[4] == f"{effect.lower:.2f} to {effect.upper:.2f}"
    assert len(rows) == 4


def test_no_percentage_is_given_where_few_were_expected(findings):
    finding = findings.findings[0]
    few = [replace(effect, expected=19.9) for effect in finding.result.effect_list]
    rare = replace(finding, result=replace(finding.result, effect_list=few))
    report = Protected(replace(findings, findings=[rare]))
    rows = rows_of(claim_section(report, 1, rare, Figures(report)), "claim_1_effects")
    assert {cells[2] for cells in rows.values()} == {"[z]"}


def test_a_claim_that_was_not_tested_states_no_probability(findings):
    facts = {fact.label: fact.value for fact in key_facts(findings.findings[3]).facts}
    assert facts["Probability"] == "Not stated"
    assert facts["Smallest detectable fall"] == "Not known"


def test_every_claim_has_a_row_with_all_that_must_stand_beside_a_verdict(report, findings):
    rows = table_of(all_claims(report, ()), "claims").cells
    assert len(rows) == len(findings.findings)
    assert [row[5] for row in rows] == [finding.verdict.grade for finding in findings.findings]
    assert [row[4] for row in rows] == [finding.verdict.confidence for finding in findings.findings]


def test_each_threat_has_an_answer_a_remainder_and_a_direction(report):
    rows = table_of(threats_section(report), "threats").cells
    numbers = [row[0].split()[0] for row in rows]
    assert numbers == [f"T{number}" for number in range(1, 19) if number != 14]  # the data end before 2020
    assert {row[3] for row in rows} == {LARGER, SMALLER, EITHER}
    assert all(len(cell) > 5 for row in rows for cell in row)


def test_threats_are_answered_from_the_study(report, findings):
    rows = rows_of(threats_section(report), "threats")
    assert "March 2014 to May 2014" in rows["T1 The spike that prompted the operation"][0]
    assert "soliciting" in rows["T2 Offences recorded because officers were there"][0]
    assert "May 2015 16%" in rows["T5 An operation shorter than the period counted"][0]
    assert findings.findings[0].checks["displacement"].answer in rows["T6 Crime that moved elsewhere"][0]


def test_a_threat_that_cannot_arise_has_no_row(findings):
    one = replace(findings.design, operations=findings.design.operations[:1])
    report = Protected(replace(findings, design=one))
    numbers = [row[0].split()[0] for row in table_of(threats_section(report), "threats").cells]
    assert "T5" not in numbers


def test_without_neighbours_nothing_is_said_of_displacement(findings):
    alone = replace(findings.design, buffer=(), excluded=findings.design.buffer)
    primary = replace(findings.findings[0], checks=None)
    report = Protected(replace(findings, design=alone, findings=[primary]))
    text = " ".join(
        block.text for block in displacement_section(report, None) if isinstance(block, Paragraph)
    )
    assert "say nothing about displacement" in text


def test_sensitivities_are_listed_with_their_claims(report):
    rows = table_of(sensitivity_section(report, ()), "sensitivity").cells
    assert [row[0] for row in rows] == ["Claim 1", "Claim 1", "Claim 3"]
    assert rows[0][1] == "nothing: the headline"
    assert rows[1][2:] == ("0.85", "0.60 to 1.20", "87%")


def test_a_plan_without_sensitivities_says_so(findings):
    report = Protected(replace(findings, sensitivities=pd.DataFrame()))
    assert "none was tried" in sensitivity_section(report, ())[1].text


def test_limits_hold_the_notes_the_arithmetic_and_what_was_not_tested(report, findings):
    items = next(block.items for block in limits_section(report) if isinstance(block, Bullets))
    text = " ".join(items)
    assert findings.notes[0] in text
    assert "five days in a month of 31 days" in text
    assert "(5 / 31)" in text
    assert "at most 16%" in text
    assert "Recorded soliciting counts what officers did." in text
    assert "Soliciting counts what officers did" in text
    assert "not an accredited official statistic" in text


def test_the_study_s_own_arithmetic_is_not_said_twice(findings):
    note = "May 2015: 5 of the 31 days of 2015-05 is 16% of the month."
    report = Protected(replace(findings, notes=(note,)))
    items = next(block.items for block in limits_section(report) if isinstance(block, Bullets))
    assert sum(item.startswith("May 2015:") for item in items) == 1


def test_emmie_fills_only_what_counts_can_say(report, findings):
    rows = rows_of(emmie_section(report), "emmie")
    assert rows["Effect"][1] == findings.findings[0].verdict.words
    assert {cells[1] for name, cells in rows.items() if name != "Effect"} == {"Not assessed."}


def test_the_checklist_is_filled_from_the_study(report, findings):
    rows = rows_of(checklist_section(report), "checklist")
    diagnostics = findings.findings[0].result.diagnostics
    assert f"{diagnostics['autocorrelation']:.2f}" in rows["Autocorrelation"][0]
    assert "45 months before" in rows["Number and spacing of points"][0]
    assert rows["Plan fixed before the data were read"] == ("No: planned with hindsight.",)


def test_the_manifest_is_shown_with_the_duration_last(report):
    rows = table_of(provenance_section(report), "manifest").cells
    assert ("versions: numpy", "2.5") in rows
    assert rows[-1] == ("duration_seconds", "98.7654")


def test_a_report_needs_a_claim(findings):
    with pytest.raises(ev.DesignError, match="at least one claim"):
        compose(replace(findings, findings=[]))


def test_terms_are_explained(findings):
    terms = [
        term for block in compose(findings).flat if isinstance(block, Definitions) for term, _ in block.items
    ]
    for term in (
        "Rate ratio",
        "Autocorrelation",
        "Regression to the mean",
        "Structural model",
        "Before-after",
    ):
        assert term in terms


def test_figures_and_tables_have_names_of_their_own(findings):
    document = compose(findings)
    figures = [block.bundle.name for block in document.flat if isinstance(block, FigureBlock)]
    tables = [table.name for table in document.tables]
    assert len(figures) == len(set(figures))
    assert len(tables) == len(set(tables))


def test_displacement_is_drawn_beside_its_answer(findings):
    figure = Figures(protect_findings(findings)).displacement()
    blocks = displacement_section(protect_findings(findings), figure)
    assert figure in blocks
    assert figure.bundle.caption.startswith("Simulated data")
    assert Figures(protect_findings(replace(findings, findings=findings.findings[1:]))).displacement() is None


def test_the_length_of_the_window_is_drawn_where_it_was_checked(findings):
    primary = findings.findings[0]
    check = ev.WindowSensitivity(lengths=[2, 4]).run(ev.BeforeAfter().fit(findings.design, seed=1), seed=1)
    checked = replace(primary, checks=CheckResults([*primary.checks, check]))
    figures = Figures(protect_findings(replace(findings, findings=[checked]))).sensitivity()
    assert [figure.bundle.name for figure in figures] == ["sensitivity", "window_length"]
    assert "in months" in figures[1].bundle.measure
    assert [one.bundle.name for one in Figures(protect_findings(findings)).sensitivity()] == ["sensitivity"]


def test_other_choices_of_the_primary_claim_are_drawn_but_not_the_buffers(findings):
    buffers = pd.DataFrame({"claim": ["huge"], "sensitivity": [AS_IF_TREATED], "rate_ratio": [1.1], "lower": [0.9],
                            "upper": [1.3], "p_reduction": [0.2]})  # fmt: skip
    both = replace(findings, sensitivities=pd.concat([findings.sensitivities, buffers], ignore_index=True))
    (figure,) = Figures(protect_findings(both)).sensitivity()
    assert figure.bundle.data["choice"].tolist() == [
        "as planned",
        "June 2014 taken as 2014-04-01 to 2014-06-30",
    ]
    assert figure.bundle.title == "1 of 1 other choices agree with the plan's"
    assert figure.bundle.caption.startswith("Simulated data")


def test_outcomes_of_several_claims_stand_side_by_side(findings):
    panel = with_outcomes({"crime": ev.simulate_panel(areas=14, periods=72, seed=4),
                           "complaints": ev.simulate_panel(areas=14, periods=72, seed=5)})  # fmt: skip
    design = replace(findings.design, panel=panel)
    made = []
    for finding, outcome in zip(findings.findings, ("crime", "complaints"), strict=False):
        fit = ev.BeforeAfter().fit(design.for_outcome(outcome), seed=1)
        claim = replace(finding.claim, operation="June 2014", window="after", outcome=outcome)
        made.append(replace(finding, claim=claim, result=fit, checks=None, comparisons=()))
    study = replace(findings, panel=panel, design=design, findings=made, outcomes=())
    claims, outcomes = Figures(protect_findings(study)).claims()
    assert (claims.bundle.name, outcomes.bundle.name) == ("claims", "outcomes")
    assert outcomes.bundle.data["outcome"].unique().tolist() == ["Crime", "Complaints"]


def test_a_synthetic_area_among_the_methods_shows_what_it_is_made_of(findings):
    weights = {"area_weights": {"A05": 0.7, "A06": 0.3}}
    primary = findings.findings[0]
    synthetic = replace(primary.comparisons[0], diagnostics=weights)
    study = replace(findings, findings=[replace(primary, comparisons=[synthetic])])
    figures = Figures(protect_findings(study)).methods(1)
    assert [figure.bundle.name for figure in figures] == ["claim_1_methods", "claim_1_weights_before_after"]
    assert figures[1].bundle.title == "A05 carries 70% of the weight"
