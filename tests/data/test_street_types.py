"""The two redrawings of the crime types: missing where a type was not published, and no window across."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev

HEAD = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type"
BOTH = ("Burglary", "Other theft", "Other crime")
OLD = (*BOTH, "Violent crime", "Public disorder and weapons")
NEW = (*BOTH, "Violence and sexual offences", "Public order", "Possession of weapons", "Bicycle theft")


def read(tmp_path, by_month: dict[str, tuple[str, ...]], each: int = 3) -> ev.Panel:
    """Some crimes of each type in each month."""
    rows = [
        f"{month}-{kind}-{number},{month},Kent Police,Kent Police,,,No Location,E01000001,Ashford 001A,{kind}"
        for month, kinds in by_month.items()
        for kind in kinds
        for number in range(each)
    ]
    path = tmp_path / "kent-street.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return ev.read_police_uk(path)


@pytest.fixture
def across(tmp_path) -> ev.Panel:
    return read(tmp_path, {"2013-03": OLD, "2013-04": OLD, "2013-05": NEW, "2013-06": NEW})


def test_types_are_missing_where_they_were_not_published(across):
    missing = {
        str(name): np.isnan(across.counts.sel(outcome=name).values[0]).tolist() for name in across.outcomes
    }
    assert missing["Violent crime"] == missing["Public disorder and weapons"] == [False, False, True, True]
    assert missing["Bicycle theft"] == missing["Violence and sexual offences"] == [True, True, False, False]
    assert missing["Burglary"] == missing["Other theft"] == [False] * 4


def test_it_is_told(across):
    assert across.provenance.notes[1] == (
        "2013-05: the crime types were redrawn: Bicycle theft, Possession of weapons, Public order and Violence and "
        "sexual offences begin, Public disorder and weapons and Violent crime end. A type is missing where it was not "
        "published, and no series of Bicycle theft, Other crime, Other theft, Possession of weapons, Public disorder "
        "and weapons, Public order, Violence and sexual offences or Violent crime runs across this month."
    )


def test_a_design_may_not_cross_it_with_what_lost_offences(across):
    breaks = {one.outcome: one for one in across.provenance.breaks}
    assert "Burglary" not in breaks
    assert breaks["Other theft"].is_refused
    assert breaks["Other theft"].is_crossed_by(across.periods)
    assert not breaks["Other theft"].is_crossed_by(across.periods[2:])


@pytest.mark.parametrize("kinds", [OLD, NEW], ids=["before", "after"])
def test_files_of_one_side_have_no_break(tmp_path, kinds):
    panel = read(tmp_path, {"2013-03": kinds, "2013-04": kinds})
    assert panel.provenance.breaks == ()
    assert not np.isnan(panel.counts.values).any()


def test_the_first_redrawing_shows_by_more_than_chance(tmp_path):
    early = ("Burglary", "Violent crime", "Other crime")
    later = (*early, "Drugs", "Shoplifting", "Other theft")
    months = {"2011-07": early, "2011-08": early, "2011-09": later, "2011-10": later}
    many, few = read(tmp_path, months, each=10), read(tmp_path, months, each=1)
    assert {one.outcome for one in many.provenance.breaks} == {*later} - {"Burglary"}
    assert np.isnan(many.counts.sel(outcome="Drugs").values[0]).tolist() == [True, True, False, False]
    assert few.provenance.breaks == ()


def test_types_that_overlap_are_left_as_published(tmp_path):
    panel = read(tmp_path, {"2013-04": OLD, "2013-05": (*OLD, *NEW[3:]), "2013-06": NEW})
    assert panel.provenance.breaks == ()
    assert not np.isnan(panel.counts.values).any()
