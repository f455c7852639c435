"""The register of breaks: what it says is seen in the published files, and designs heed it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.breaks import explain_absent, series_breaks
from evaluate.data.outcome_breaks import LEAST_SHARE, breaks_in, describe_breaks
from evaluate.data.vocabulary import common_category

LONDON = "mps_ward/mps_ward_level_crime_london_201004_202402.csv.gz"
OLD = "mps_borough/MPS_Borough_Level_Crime_Historic [2008-01..2016-12 old taxonomy].csv"
NAMED = "mps_borough/APR2010-FEB2022 [jn607].csv"
LOXFORD = "E05011247"


@pytest.fixture(scope="module")
def minor(shared_data):
    return ev.read_mps(shared_data / LONDON, detail="minor", structural_zeros="zero")


@pytest.fixture(scope="module")
def major(shared_data):
    return ev.read_mps(shared_data / LONDON, structural_zeros="zero")


def asked(panel: ev.Panel, outcome: str, day: str) -> ev.Design:
    operation = ev.Operation("patrols", day)
    return ev.Design(panel, outcome, [LOXFORD], [operation], before="24 months", after="6 months")


def test_every_entry_says_what_when_and_where_from():
    for one in series_breaks():
        assert one.kind in ("moved", "recording", "download")
        assert one.reason
        assert one.source
        assert one.ends or one.begins or one.stays
        assert not one.reason[0].isupper() or one.reason.startswith("CONNECT")
    names = [one.name for one in series_breaks()]
    assert len(set(names)) == len(names)


def test_every_category_of_the_register_is_one_that_somebody_publishes():
    known = {name for one in series_breaks() for name in (*one.ends, *one.begins, *one.stays)} - {"*"}
    for name in known:
        if ": " in name:
            assert common_category(name) is not None, name


@pytest.mark.parametrize(
    ("category", "month", "before", "after"),
    [
        ("FRAUD AND FORGERY: FRAUD AND FORGERY", "2013-02", 2401, 4),
        ("BURGLARY: DOMESTIC BURGLARY", "2023-04", 3068, 85),
        ("BURGLARY: RES BURGLARY OF A HOME", "2023-04", 5, 1999),
        ("VIOLENCE AGAINST THE PERSON: STALKING AND HARASSMENT", "2015-05", 2342, 3241),
    ],
)
def test_the_file_shows_the_break_where_the_register_has_it(minor, category, month, before, after):
    """Counts of all London in the month before the break and the month after it, counted by hand."""
    (found,) = [one for one in minor.provenance.breaks if one.outcome == category and one.month == month]
    totals = minor.counts.sel(outcome=category).sum("area")
    at = pd.Period(found.month, "M")
    assert (int(totals.sel(period=at - 1)), int(totals.sel(period=at + 1))) == (before, after)


@pytest.mark.parametrize(
    ("outcome", "day"),
    [
        ("FRAUD AND FORGERY: FRAUD AND FORGERY", "2013-01-15"),
        ("BURGLARY: DOMESTIC BURGLARY", "2023-03-15"),
        ("BURGLARY: RES BURGLARY OF A HOME", "2023-05-15"),
        ("BURGLARY: DOMESTIC BURGLARY", "2017-06-01"),
    ],
)
def test_a_design_across_an_unmapped_break_is_refused(minor, outcome, day):
    with pytest.raises(ev.DesignError, match="does not count the same offences"):
        asked(minor, outcome, day)


def test_the_refusal_says_why_and_what_to_do(minor):
    with pytest.raises(ev.DesignError) as refused:
        asked(minor, "BURGLARY: DOMESTIC BURGLARY", "2023-03-15")
    assert str(refused.value) == (
        '"BURGLARY: DOMESTIC BURGLARY" does not count the same offences from 2021-03 to 2023-09: in April 2023 '
        "residential burglary was split into burglary of a home and burglary of an unconnected building (National "
        "Police Chiefs' Council in The Telegraph, 29 April 2023; College of Policing, Residential burglary: "
        "definitions). Choose windows on one side of 2023-04, or an outcome that holds BURGLARY: RES BURGLARY OF A "
        'HOME and BURGLARY: RES BURGLARY OF UNCONNECTED BUILDING as well (read_mps with detail="common" joins what '
        "was renamed or split)."
    )


def test_windows_on_one_side_of_a_break_are_fine(minor):
    assert asked(minor, "BURGLARY: DOMESTIC BURGLARY", "2015-06-01").periods[-1] < pd.Period("2017-04")
    assert asked(minor, "FRAUD AND FORGERY: FRAUD AND FORGERY", "2012-05-01").periods[-1] < pd.Period(
        "2013-02"
    )


def test_what_holds_everything_that_moved_is_whole(major, minor, shared_data):
    asked(major, "BURGLARY", "2023-03-15")
    common = ev.read_mps(shared_data / LONDON, detail="common")
    asked(common, "BURGLARY: RESIDENTIAL BURGLARY", "2023-03-15")
    split = [
        "BURGLARY: DOMESTIC BURGLARY",
        "BURGLARY: RES BURGLARY OF A HOME",
        "BURGLARY: RES BURGLARY OF UNCONNECTED BUILDING",
    ]
    added = minor.combine_outcomes({"dwellings": split})
    asked(added, "dwellings", "2023-03-15")
    with pytest.raises(ev.DesignError, match="sheds and garages"):
        asked(added, "dwellings", "2017-06-01")
    every = minor.combine_outcomes({"every": [*split, "BURGLARY: BURGLARY BUSINESS AND COMMUNITY"]})
    asked(every, "every", "2017-06-01")
    with pytest.raises(ev.DesignError, match="was split"):
        asked(minor.combine_outcomes({"two": split[:2]}), "two", "2023-03-15")


def test_names_that_follow_on_each_other_are_not_added_up_as_missing(shared_data):
    panel = ev.read_mps(shared_data / LONDON, detail="minor")
    old, new = "BURGLARY: DOMESTIC BURGLARY", "BURGLARY: RES BURGLARY OF A HOME"
    overlap = panel.combine_outcomes({"homes": [old, new]})  # April 2023 has both names
    assert int(np.isfinite(overlap.counts).any("area").sum()) == 1
    with pytest.raises(ev.DataError) as refused:
        panel.combine_outcomes({"everything": list(panel.outcomes)})
    assert str(refused.value) == (
        'The parts of "everything" are never counted together: BURGLARY: DOMESTIC BURGLARY from 2010-04 to 2023-04, '
        "BURGLARY: RES BURGLARY OF A HOME from 2023-04 to 2024-02, BURGLARY: RES BURGLARY OF UNCONNECTED BUILDING from "
        "2023-04 to 2024-02, FRAUD AND FORGERY: FRAUD AND FORGERY from 2010-04 to 2013-02 and NFIB FRAUD: NFIB from "
        '2010-04 to 2013-02. Read them with structural_zeros="zero" to count a name that is not in use as nought, or '
        'with detail="common".'
    )


def test_all_crime_may_lose_fraud_and_says_so(major):
    """Fraud was 3.8% of all recorded crime in London in the year before it left: 28,300 of 746,000."""
    everything = major.combine_outcomes({"all crime": list(major.outcomes)})
    (fraud,) = [one for one in everything.provenance.breaks if one.name == "fraud leaves, 2013"]
    year = pd.period_range("2012-02", "2013-01", freq="M")
    counts = major.counts.sel(period=year).sum(["area", "period"])
    assert fraud.share == pytest.approx(
        float(counts.sel(outcome="FRAUD AND FORGERY") / counts.sum("outcome")), abs=1e-12
    )
    assert 0.03 < fraud.share < LEAST_SHARE
    assert not fraud.is_refused
    asked(everything, "all crime", "2013-01-15")
    assert describe_breaks([fraud])[0].endswith("It is 3.8% of all crime.")


def test_a_sum_of_sums_has_the_breaks_of_one_sum(minor, major):
    once = minor.combine_outcomes({"all crime": list(minor.outcomes)}).provenance.breaks
    twice = major.combine_outcomes({"all crime": list(major.outcomes)}).provenance.breaks
    assert [one.name for one in once] == [one.name for one in twice]
    np.testing.assert_allclose([one.share for one in once], [one.share for one in twice], atol=1e-12)


def test_recording_is_said_and_not_refused(major):
    crossed = asked(major, "VIOLENCE AGAINST THE PERSON", "2015-06-01")
    (step,) = [
        one
        for one in major.provenance.breaks
        if one.outcome == "VIOLENCE AGAINST THE PERSON" and one.is_crossed_by(crossed.periods)
    ]
    assert step.recording
    assert step.share > LEAST_SHARE


def test_keeping_and_selecting_outcomes_keeps_their_breaks(minor):
    both = minor.combine_outcomes({"all": list(minor.outcomes)}, keep=True)
    assert {one.outcome for one in minor.provenance.breaks} < {one.outcome for one in both.provenance.breaks}
    robbery = minor.select(outcomes=["ROBBERY: ROBBERY OF PERSONAL PROPERTY"])
    assert robbery.provenance.breaks == ()


def test_wounding_of_two_names_is_whole_together(shared_data):
    panel = ev.read_mps(shared_data / OLD, detail="minor", structural_zeros="zero")
    names = [f"VIOLENCE AGAINST THE PERSON: {name}" for name in ("GRIEVOUS BODILY HARM", "WOUNDING/GBH")]
    months = panel.counts.sel(outcome=names).sum("area")
    assert not ((months > 0).all("outcome")).any()
    broken = [one.month for one in panel.provenance.breaks if one.outcome == names[1]]
    assert broken == ["2008-03", "2010-08", "2013-03"]
    together = panel.combine_outcomes({"wounding": names})
    assert [one.month for one in together.provenance.breaks] == ["2013-03"]


def test_the_files_of_one_taxonomy_name_soliciting_and_the_others_do_not(shared_data, minor):
    named = ev.read_mps(shared_data / NAMED, detail="minor")
    soliciting = "MISCELLANEOUS CRIMES AGAINST SOCIETY: SOLICITING FOR PROSTITUTION"
    assert soliciting in named.outcomes
    assert soliciting not in minor.outcomes
    assert explain_absent("Soliciting for Prostitution") == (
        "Only downloads of 2019 to early 2022 name soliciting and exploitation of prostitution; in others they are "
        "inside the crimes against society (London Datastore, data.london.gov.uk/dataset/recorded_crime_summary; the "
        "files)."
    )
    assert explain_absent("ROBBERY") == ""
    for ask in (lambda: minor.select(outcomes=[soliciting]), lambda: asked(minor, soliciting, "2017-06-01")):
        with pytest.raises(ev.EvaluateError, match="Only downloads of 2019 to early 2022 name soliciting"):
            ask()


def test_a_break_at_the_edge_of_a_file_is_none():
    months = pd.period_range("2013-02", periods=24, freq="M")
    names = ["FRAUD AND FORGERY: FRAUD AND FORGERY"]
    assert breaks_in(np.ones((24, 1)), {"fraud": names}, names, months) == ()
