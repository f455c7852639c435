"""Which sources count, which way each went, and what two of them can show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import evaluate as ev
from evaluate.checks.triangulation import sources_sentence, without_outcomes
from evaluate.data.simulator import with_outcomes


@pytest.fixture(scope="module")
def result():
    """Crime and complaints fell by 60%, calls did not change, arrests rose by half, cautions fell."""
    effects = {"crime": 0.4, "complaints": 0.4, "calls": 1.0, "arrests": 1.5, "cautions": 0.5}
    panels = {
        name: ev.simulate_panel(
            areas=8, periods=60, rate_ratio_after=ratio, process=ev.Process(mean=60), seed=seed
        )
        for seed, (name, ratio) in enumerate(effects.items(), start=1)
    }
    design = ev.simulated_design(panels["crime"])
    return ev.BeforeAfter().fit(replace(design, panel=with_outcomes(panels)), seed=1)


CRIME = ev.ActivitySource("crime", "recorded crime")
COMPLAINTS = ev.ActivitySource("complaints", "complaints to the council")
CALLS = ev.ActivitySource("calls", "calls to the police")
ARRESTS = ev.ActivitySource("arrests", "what officers did", "enforcement")
CAUTIONS = ev.ActivitySource("cautions", "what officers did", "enforcement", person_related=True)


def asked(result, *sources):
    return ev.Triangulation(sources=sources).run(result, seed=1)


def test_two_sources_that_agree_are_enough_and_enforcement_never_counts(result):
    check = asked(result, CRIME, COMPLAINTS, ARRESTS)
    assert (check.number, check.threshold, check.passed) == (2.0, 2.0, True)
    assert check.table["says"].tolist() == [
        "fewer than expected",
        "fewer than expected",
        "more than expected",
    ]
    assert check.table["counts"].tolist() == [True, True, False]
    assert check.facts["enforcement"] == "rose"
    assert (
        "Of 2 sources that enforcement does not make, 2 show fewer than expected and 0 more" in check.answer
    )
    assert check.answer.endswith("That officers' own counts rose meanwhile is consistent with success.")


def test_one_source_is_not_enough_whatever_enforcement_shows(result):
    check = asked(result, CRIME, CALLS, CAUTIONS)
    assert (check.number, check.passed) == (1.0, False)
    assert (check.facts["n_sources"], check.facts["n_fell"], check.facts["n_rose"]) == (2, 1, 0)
    assert check.answer.endswith("which is ambiguous: fewer officers also record less.")
    assert asked(result, CRIME, CAUTIONS).passed is None  # one source alone can neither pass nor fail


def test_the_judged_outcome_is_not_fitted_again(result):
    row = asked(result, CRIME, COMPLAINTS).table.iloc[0]
    assert row["rate_ratio"] == result.effect("operation", "after").rate_ratio


def test_mixed_counts_are_shown_and_do_not_count(result):
    check = asked(result, CRIME, replace(COMPLAINTS, generation="mixed"))
    assert check.facts["n_sources"] == 1
    assert "does not count, since officers' work makes it or a part of it" in check.answer


def test_of_counts_that_could_point_to_a_person_only_the_way_is_said(result):
    check = asked(result, CRIME, COMPLAINTS, CAUTIONS)
    assert check.table.loc[2, "says"] == "fewer than expected"
    assert np.isnan(check.table.loc[2, ["rate_ratio", "lower", "upper", "p_reduction"]].astype(float)).all()
    assert "What officers did (cautions): fewer than expected; it does not count" in check.answer


def test_what_may_not_be_published_is_left_out_of_the_answer_too(result):
    check = asked(result, CRIME, COMPLAINTS, CAUTIONS)
    published = without_outcomes(check, {"cautions"})
    assert published.table["says"].tolist() == ["fewer than expected", "fewer than expected", "not published"]
    assert "What officers did (cautions): not published" in published.answer
    assert "ambiguous" in check.answer
    assert "ambiguous" not in published.answer
    assert published.facts["n_fell"] == 2
    assert without_outcomes(check, {"theft"}) is check


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ((), "No source is named"),
        ((CRIME, ev.ActivitySource("complaint", "x")), 'Did you mean "complaints"'),
        (
            (CRIME, replace(CALLS, name="recorded crime")),
            'both come from "recorded crime", which is one source',
        ),
    ],
)
def test_sources_that_are_none_are_refused(sources, message, result):
    with pytest.raises(ev.DesignError, match=message):
        asked(result, *sources)


def test_before_anything_is_fitted_the_number_of_sources_is_said():
    assert sources_sentence([CRIME, COMPLAINTS, ARRESTS]) == (
        "Activity takes 2 sources that enforcement does not make; there are 2: recorded crime (crime) and complaints "
        "to the council (complaints)."
    )
    assert sources_sentence([ARRESTS]).endswith("there are 0. It cannot be shown.")
