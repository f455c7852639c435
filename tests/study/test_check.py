"""Plan and data are proved before anything is fitted."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.study import load_study

WRONG = {
    "misspelt ward": (
        [('"E00000001"', '"E00000O01"')],
        ev.DesignError,
        'areas.treated names "E00000O01", which is not in the data. Did you mean "E00000001" (Ward 1, Northtown), '
        '"E00000009" (Ward 9, Southtown) or "E00000008" (Ward 8, Southtown)? (plan.toml, line 14)',
    ),
    "a ward's name instead of its code": (
        [('"E00000001"', '"Ward 1"')],
        ev.DesignError,
        'areas.treated names "Ward 1", which is not in the data. Did you mean "E00000001" (Ward 1, Northtown), '
        '"E00000009" (Ward 9, Southtown) or "E00000008" (Ward 8, Southtown)? (plan.toml, line 14)',
    ),
    "misspelt category": (
        [('parts = ["Robbery"]', 'parts = ["Robery"]')],
        ev.DesignError,
        'Outcome "robbery" cannot be made. The data have no category "Robery". Did you mean "ROBBERY"? '
        "(plan.toml, line 44)",
    ),
    "operation outside the data": (
        [("start = 2014-06-01\nend = 2014-06-30", "start = 2017-06-01\nend = 2017-06-30")],
        ev.DesignError,
        'Operation "June 2014" ran from 2017-06-01 to 2017-06-30, outside the data, which run from 2010-01 to 2015-12. '
        "Correct the dates or read a file that covers them. (plan.toml, line 23)",
    ),
    "before reaches back too far": (
        [('"36 months"', '"60 months"')],
        ev.DesignError,
        'before="60 months" asks for counts from 2009-06-01, but the data begin in 2010-01: 53 months before the '
        "first operation. Ask for fewer. (plan.toml, line 19)",
    ),
    "overlapping windows": (
        [("[[events]]", '[[operations]]\nname = "Late June"\nstart = 2014-06-20\n\n[[events]]')],
        ev.DesignError,
        'Operations "June 2014" and "Late June" both have days in 2014-06, so their windows overlap and cannot be told '
        "apart. Join them into one operation, or count by a shorter period. (plan.toml, line 23)",
    ),
    "empty control set": (
        [('control = "all others"', "control = []")],
        ev.DesignError,
        "No control area is left: every area of the data is treated, a buffer or excluded, or areas.control is empty. "
        "Shorten one of those lists, or read a file with more areas. (plan.toml, line 15)",
    ),
    "treated ward among the controls": (
        [('control = "all others"', 'control = ["E00000001", "E00000003"]')],
        ev.DesignError,
        "Each area has one part; E00000001 (Ward 1) is both treated and control. Take it out of areas.control. "
        "(plan.toml, line 15)",
    ),
    "a window that is not there": (
        [('after = "6 months"', 'after = "0 months"')],
        ev.DesignError,
        'Claim "half" is about a window that is not there. There is no window "June 2014, after" in this design. '
        'Did you mean "June 2014, during"? (plan.toml, line 53)',
    ),
    "unknown estimator": (
        [('["before-after"]', '["before after"]')],
        ev.DesignError,
        'There is no estimator "before after". Did you mean "before-after"? (plan.toml, line 74)',
    ),
    "unknown check": (
        [('"displacement"]', '"displacment"]')],
        ev.DesignError,
        'There is no check "displacment". Did you mean "displacement"? (plan.toml, line 77)',
    ),
    "unknown set of controls": (
        [("placebos = 5", 'placebos = 5\n\n[specifications]\ncontrols = ["every othr"]')],
        ev.DesignError,
        'There is no set of controls "every othr". Did you mean "every other"? (plan.toml, line 81)',
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_what_the_data_prove_wrong_is_one_message_with_its_line(mistake, make_study):
    changes, kind, message = WRONG[mistake]
    study = load_study(make_study(*changes))
    with pytest.raises(kind) as caught:
        study.check()
    assert str(caught.value) == message


def test_a_missing_file_says_which_and_from_whom(make_study):
    study = load_study(make_study(data=False))
    with pytest.raises(ev.DataError) as caught:
        study.check()
    assert str(caught.value) == (
        "The data of this study are not here. Ask the author of the tests for wards.csv.\n"
        "Then name the file with --data FILE, put it into the study's folder, or let the variable EVALUATE_DATA name "
        "the folder it is in. Looked for: wards.csv."
    )


def test_a_file_named_that_does_not_exist_is_not_searched_for(make_study):
    folder = make_study()
    with pytest.raises(ev.DataError) as caught:
        load_study(folder).check(folder / "ward.csv")
    assert str(caught.value) == f'There is no file "{folder / "ward.csv"}". Did you mean "wards.csv"?'


def test_the_shared_folder_is_the_last_place_to_look(make_study, tmp_path, monkeypatch):
    folder = make_study()
    shared = tmp_path / "shared"
    shared.mkdir()
    (folder / "wards.csv").rename(shared / "wards.csv")
    monkeypatch.setenv("EVALUATE_DATA", str(shared))
    assert load_study(folder).check().panel.provenance.files[0].name == "wards.csv"
    monkeypatch.setenv("EVALUATE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(ev.DataError, match=r"EVALUATE_DATA names the folder .* which does not exist"):
        load_study(folder).check()


def test_counts_add_up_to_the_file(make_study, wards):
    checked = load_study(make_study()).check()
    counts = checked.counts.set_index(["outcome", "areas", "window"])
    treated = wards[wards["WardCode"] == "E00000001"]
    assert counts.loc[("all crime", "treated", "June 2014, during"), "total"] == treated["201406"].sum()
    months = [f"2014{month:02d}" for month in range(7, 13)]
    robbery = treated.loc[treated["MajorText"] == "ROBBERY", months].to_numpy().sum()
    assert counts.loc[("robbery", "treated", "June 2014, after"), "total"] == robbery
    controls = wards[~wards["WardCode"].isin(["E00000001", "E00000002"])]
    trigger = controls[["201403", "201404", "201405"]].to_numpy().sum()
    assert counts.loc[("all crime", "control", "trigger"), "total"] == trigger
    assert counts.loc[("all crime", "control", "trigger"), "a_period"] == pytest.approx(trigger / 3)
    assert (counts["missing"] == 0).all()


def test_exposure_is_the_share_of_the_days(make_study):
    folder = make_study(("start = 2014-06-01\nend = 2014-06-30", "start = 2014-05-28\nend = 2014-06-03"))
    exposure = load_study(folder).check().exposure
    assert exposure.to_dict("list") == {
        "operation": ["June 2014", "June 2014"],
        "period": ["2014-05", "2014-06"],
        "days": [4, 3],
        "share": [4 / 31, 3 / 30],
    }


def test_a_sample_of_controls_depends_on_the_seed_and_is_said(make_study):
    folder = make_study(('control = "all others"', 'control = "all others"\ncontrol_sample = 4'))
    study = load_study(folder)
    first, again, other = study.check(), study.check(), study.check(seed=8)
    assert first.roles == again.roles
    assert len(first.roles.control) == 4
    assert first.roles.control != other.roles.control
    assert first.notes[0].startswith("4 of 7 possible control areas were drawn at random")


def test_claims_on_one_outcome_and_operation_share_a_question(make_study):
    folder = make_study(
        ('start = 2014-06-01\nend = 2014-08-31\nperiod = "June to August 2014"', 'operation = "June 2014"')
    )
    (question,) = load_study(folder).check().questions
    assert [claim.id for claim in question.claims] == ["half", "spring"]


def test_a_claim_over_its_own_dates_is_an_operation_of_its_own(make_study):
    _, question = load_study(make_study()).check().questions
    assert [window.key for window in question.design.windows] == [("June to August 2014", "during")]
    assert len(question.design.windows[0].periods) == 3


def test_a_category_that_changes_its_name_leaves_the_sum_whole_and_is_noted(make_study, wards):
    folder = make_study(('"THEFT"]', '"THEFT", "FRAUD"]'))
    months = wards.columns[5:]
    old = wards[wards["MajorText"] == "THEFT"].assign(MajorText="FRAUD", MinorText="OLD FRAUD")
    new = old.assign(MinorText="NEW FRAUD")
    old.loc[:, months[52:]] = 0
    new.loc[:, months[:52]] = 0
    pd.concat([wards, old, new]).to_csv(folder / "wards.csv", index=False)
    checked = load_study(folder).check()
    counts = checked.panel.counts.sel(outcome="all crime")
    theft = wards[wards["MajorText"] == "THEFT"][months].to_numpy()
    robbery = wards[wards["MajorText"] == "ROBBERY"][months].to_numpy()
    np.testing.assert_array_equal(counts.values, 2 * theft + robbery)
    assert checked.notes[0] == (
        '"all crime" adds up categories of which the file does not count FRAUD: NEW FRAUD from 2010-01 to 2014-04 and '
        "FRAUD: OLD FRAUD from 2014-05 to 2015-12. Where one was only renamed the sum is whole; where one was moved "
        "elsewhere it is not."
    )


def test_an_outcome_that_was_not_counted_is_missing_not_zero(make_study, wards):
    changed = wards.copy()
    changed.loc[changed["MajorText"] == "ROBBERY", list(changed.columns[5:29])] = 0
    folder = make_study()
    changed.to_csv(folder / "wards.csv", index=False)
    checked = load_study(folder).check()
    assert np.isnan(checked.panel.counts.sel(outcome="robbery").values[:, :24]).all()
    assert not np.isnan(checked.panel.counts.sel(outcome="all crime").values).any()
    assert any("missing, not zero" in note for note in checked.panel.provenance.notes)


def test_checks_take_from_the_plan_what_they_need(make_study):
    from evaluate.study.methods import make_checks

    names = '"prior sensitivity", "negative control outcome", "recording change", "residuals", "anticipation"'
    study = ev.load_study(
        make_study(
            ('run = ["minimum detectable effect", "displacement"]', f"run = [{names}]"),
            ("placebos = 5", 'negative_controls = ["robbery"]'),
        )
    )
    half, spring, _ = study.plan.claims
    prior, negative, recording, residuals, anticipation = make_checks(study.plan, half)
    assert prior == ev.PriorSensitivity(operation="June 2014", window="after", reduction=0.5)
    assert negative == ev.NegativeControlOutcome(operation="June 2014", window="after", outcomes=("robbery",))
    assert recording == ev.RecordingChange(operation="June 2014", window="after")
    assert residuals == ev.ResidualChecks(operation="June 2014", window="after")
    assert anticipation == ev.Anticipation(operation="June 2014", window="after")
    assert make_checks(study.plan, spring)[0].reduction == 0.2
    assert (
        len({*make_checks(study.plan, half), *make_checks(study.plan, half)}) == 5
    )  # equal ones are made once


def test_negative_controls_ask_for_their_checks(make_study):
    from evaluate.study.methods import make_checks

    named = 'negative_controls = ["robbery"]\nnegative_control_dates = [2012-06-01]'
    study = ev.load_study(make_study(("placebos = 5", named)))
    half, spring, _ = study.plan.claims
    for claim in (half, spring):
        names = [check.name for check in make_checks(study.plan, claim)]
        assert names == [
            "minimum detectable effect",
            "displacement",
            "negative control outcome",
            "placebo in time",
        ]
    assert make_checks(study.plan, half)[3].starts == (datetime.date(2012, 6, 1),)


def test_a_claim_about_activity_asks_for_its_sources(make_study):
    from evaluate.study.methods import make_checks

    study = ev.load_study(
        make_study(
            ("reduction = 0.50\n", "reduction = 0.50\nactivity = true\n"), ('parts = ["Robbery"]', CALLS)
        )
    )
    half, spring, _ = study.plan.claims
    check = make_checks(study.plan, half)[-1]
    assert check == ev.Triangulation(
        operation="June 2014",
        window="after",
        sources=(ev.ActivitySource("all crime", "recorded crime"), ev.ActivitySource("robbery", "calls")),
    )
    assert "triangulation" not in [one.name for one in make_checks(study.plan, spring)]
    said = "“crime was halved” is about activity. Activity takes 2 sources that enforcement does not make; there are 2"
    assert any(note.startswith(said) for note in study.check().notes)


CALLS = 'parts = ["Robbery"]\norigin = "calls"'


def test_outcomes_of_one_origin_are_one_source(make_study):
    from evaluate.study.methods import sources_for

    plan = ev.load_study(make_study()).plan
    assert [one.outcome for one in sources_for(plan.claims[0], plan)] == ["all crime"]
    assert [one.outcome for one in sources_for(plan.claims[2], plan)] == [
        "robbery"
    ]  # a claim's own comes first
