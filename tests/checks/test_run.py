"""Several checks at once: seeds, order, progress, and refusals that become answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import xarray as xr

import evaluate as ev
from evaluate.checks.run import CHECKS


@dataclass(frozen=True)
class Broken:
    """A check with a bug."""

    name: ClassVar[str] = "broken"
    question: ClassVar[str] = "Does it work?"

    def run(self, result, *, seed):
        raise ZeroDivisionError("a bug")


@pytest.fixture(scope="module")
def result(design_with):
    return ev.BeforeAfter().fit(design_with(areas=8, trigger="1 month"), seed=7)


def test_order_does_not_change_a_number(result):
    checks = [ev.RegressionToTheMean(simulations=300), ev.PlaceboInSpace(placebos=3)]
    one, other = ev.run_checks(result, checks), ev.run_checks(result, checks[::-1])
    for check in checks:
        assert one[check.name].facts == other[check.name].facts
        assert one[check.name].table.equals(other[check.name].table)
    assert [answer.name for answer in other] == ["placebo in space", "regression to the mean"]


def test_the_seed_is_that_of_the_result_unless_given(result):
    checks = [ev.RegressionToTheMean(simulations=300)]
    default, same, other = (ev.run_checks(result, checks, seed=seed)[0] for seed in (None, 7, 8))
    assert default.facts == same.facts
    assert default.facts["expected_fall"] != other.facts["expected_fall"]


def test_what_cannot_be_checked_is_an_answer(result):
    answers = ev.run_checks(result, [ev.Displacement(), ev.Dilution(operation="paterols")])
    assert [answer.passed for answer in answers] == [None, None]
    assert np.isnan([answer.number for answer in answers]).all()
    assert answers[0].answer == (
        "Not checked: This design has no buffer areas, so nothing can be said of displacement. Name some."
    )
    assert answers[1].answer.startswith("Not checked: ")
    assert "Did you mean" in answers[1].answer
    assert answers[1].question == ev.Dilution.question
    assert "net_p50" not in answers[0].facts


def test_a_bug_stays_a_traceback(result):
    with pytest.raises(ZeroDivisionError):
        ev.run_checks(result, [Broken()])


def test_progress_says_what_is_done(result):
    told = []
    ev.run_checks(result, [ev.Dilution(), ev.PreperiodFit()], progress=lambda *call: told.append(call))
    assert told == [("dilution", 0, 2), ("dilution", 1, 2), ("pre-period fit", 2, 2)]
    told.clear()
    ev.run_checks(result, [], progress=lambda *call: told.append(call))
    assert told == []


def test_every_check_has_a_name_a_question_and_the_settings_a_plan_gives():
    for name, check in CHECKS.items():
        made = check(operation="June", window="after")
        assert made.name == name == name.lower()
        assert made.question.endswith("?")
        for part in ("*Question.*", "*Formula.*", "*Threshold.*", "*Source.*", "Parameters", "Examples"):
            assert part in check.__doc__, (name, part)
        assert getattr(ev, check.__name__) is check


def test_answers_use_no_forbidden_words(design_with):
    from evaluate.claims.forbidden import forbidden_words

    design = design_with(buffers=2, trigger="1 month", rate_ratio_after=0.6)
    twice = xr.concat(
        [design.panel.counts, design.panel.counts.assign_coords(outcome=["fraud"])], dim="outcome"
    )
    design = replace(design, panel=replace(design.panel, counts=twice))
    result = ev.BeforeAfter().fit(design, seed=1)
    checks = [
        ev.PlaceboInSpace(placebos=4), ev.PlaceboInTime(shifts=3), ev.RegressionToTheMean(simulations=300),
        ev.Displacement(), ev.MinimumDetectableEffect(), ev.Dilution(street_share=0.1), ev.LeaveOneOut(most=3),
        ev.WindowSensitivity(lengths=[3, 6]), ev.PreperiodFit(), ev.SpecificationCurve(before=["24 months"]),
        ev.ControlContamination(), ev.EnforcementGenerated(outcomes=["crime"]), ev.ParallelTrends(),
        ev.StartDateSensitivity(alternatives=[ev.Operation("as others say", "2015-05-01", "2015-05-31")]),
        ev.Anticipation(), ev.NegativeControlOutcome(outcomes=["fraud"]), ev.RecordingChange(),
        ev.Triangulation(sources=[ev.ActivitySource("crime", "records"), ev.ActivitySource("fraud", "calls")]),
    ]  # fmt: skip
    drawn = ev.StructuralModel(draws=300).fit(design, seed=1)
    answers = [
        *ev.run_checks(result, checks),
        *ev.run_checks(drawn, [ev.PriorSensitivity(), ev.ResidualChecks()]),
    ]
    assert {answer.name for answer in answers} == set(CHECKS)
    for answer in answers:
        assert not answer.answer.startswith("Not checked"), answer
        assert not forbidden_words(answer.answer), answer
