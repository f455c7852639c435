"""Counts rebuilt to one geography: nothing is lost, nothing is counted twice, and counts stay counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev
from evaluate.data.grid import as_counts
from tests.data.test_lsoa_lookup import CHANGES, WARDS_2017, WARDS_2018, lookup_at

MONTHS = pd.period_range("2018-01", periods=4, freq="M")


def panel_of(values: np.ndarray, areas: list[str]) -> ev.Panel:
    """A panel of one outcome, shape (areas, months)."""
    periods = pd.period_range("2018-01", periods=values.shape[1], freq="M")
    counts = np.asarray(values, dtype=float)[:, :, None]
    return ev.Panel(as_counts(counts, areas=areas, periods=periods, outcomes=["theft"]))


def table_of(panel: ev.Panel) -> dict[str, list[float]]:
    return {area: panel.counts.sel(area=area, outcome="theft").values.tolist() for area in panel.areas}


TWO = ev.make_overlaps(
    [("old", "new", 84.7), ("old", "next", 15.3), ("other", "next", 90.0)], unit="hectares"
)


# ---- best fit ----------------------------------------------------------------------------------------------------


def test_best_fit_gives_each_area_to_the_one_that_holds_most_of_it():
    rebuilt = ev.rebuild(panel_of(np.array([[10, 20], [1, 2]]), ["old", "other"]), TWO)
    assert table_of(rebuilt) == {"new": [10, 20], "next": [1, 2]}
    assert rebuilt.provenance.notes == (
        "Rebuilt from 2 areas to 2 areas by best fit: 33 counts before, 33 after. A break remains at the change of "
        "boundaries in old (84.7% of it in new).",
    )


def test_best_fit_is_refused_where_it_would_give_away_more_than_a_fifth():
    overlaps = ev.make_overlaps([("old", "new", 70.0), ("old", "next", 30.0)], unit="hectares")
    with pytest.raises(ev.DataError) as raised:
        ev.rebuild(panel_of(np.ones((1, 2)), ["old"]), overlaps)
    assert str(raised.value) == (
        "Best fit gives an area to the one that holds most of it, but new holds only 70.0% of old by hectares (1 area "
        'below 80%). Rebuild from counts by LSOA, or use method="weights".'
    )


def test_lsoas_make_wards(tmp_path):
    lookup = lookup_at(
        tmp_path, "18", "E01000001,X,Loxford,Redbridge", "E01000002,X,Loxford,Redbridge", "E01000003,Y,,"
    )
    panel = panel_of(np.array([[1, 2], [10, np.nan], [100, 200]]), ["E01000001", "E01000002", "E01000003"])
    rebuilt = ev.rebuild(panel, lookup)
    assert table_of(rebuilt)["Y"] == [100, 200]
    np.testing.assert_array_equal(table_of(rebuilt)["X"], [11, np.nan])  # a part is missing, so the whole is
    assert (rebuilt.label("X"), rebuilt.label("Y"), dict(rebuilt.groups)) == (
        "Loxford",
        "Y",
        {"X": "Redbridge"},
    )
    assert rebuilt.provenance.files[-1].name == "wards18.csv"
    assert rebuilt.provenance.notes == (
        "Rebuilt from 3 areas to 2 areas by best fit: 313 counts before, 311 after, 2 in cells that are missing "
        "because a part of them is.",
    )


def test_the_order_of_areas_changes_nothing():
    values, names = np.arange(8).reshape(2, 4) * 7, ["old", "other"]
    for method in ("best fit", "weights"):
        one = ev.rebuild(panel_of(values, names), TWO, method=method, seed=3)
        other = ev.rebuild(panel_of(values[::-1], names[::-1]), TWO, method=method, seed=3)
        assert table_of(one) == table_of(other)


# ---- weights -----------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    counts=st.lists(st.lists(st.integers(0, 400), min_size=3, max_size=3), min_size=2, max_size=2),
    seed=st.integers(0, 2**31),
)
def test_weights_keep_whole_counts_and_every_total(counts, seed):
    rebuilt = ev.rebuild(panel_of(np.array(counts), ["old", "other"]), TWO, method="weights", seed=seed)
    made = rebuilt.counts.values[:, :, 0]
    np.testing.assert_array_equal(made.sum(axis=0), np.sum(counts, axis=0))
    assert (made == np.floor(made)).all()
    assert (made[0] <= counts[0]).all()


def test_weights_follow_the_shares_and_vary_as_counts_do():
    """Thinning Poisson counts of mean 50 by 0.847 gives Poisson counts of mean 42.35; dividing them would not."""
    counts = np.random.default_rng(5).poisson(50.0, size=(1, 4000))
    only = ev.make_overlaps([("old", "new", 84.7), ("old", "next", 15.3)], unit="hectares")
    made = ev.rebuild(panel_of(counts, ["old"]), only, method="weights", seed=1).counts.sel(area="new").values
    error = np.sqrt(42.35 / 4000)
    assert abs(made.mean() - 42.35) < 4 * error  # Monte Carlo error of the mean: 0.10
    assert abs(made.var() / made.mean() - 1) < 4 * np.sqrt(
        2 / 4000
    )  # of the ratio: 0.022; divided, it is 0.847


def test_weights_say_what_they_did_and_the_seed_matters():
    panel = panel_of(np.array([[100, 200], [1, 2]]), ["old", "other"])
    one, again, other = (ev.rebuild(panel, TWO, method="weights", seed=seed) for seed in (1, 1, 2))
    assert table_of(one) == table_of(again) != table_of(other)
    assert one.provenance.notes == (
        "Rebuilt from 2 areas to 2 areas by weights (hectares): 303 counts before, 303 after. 1 area was divided among "
        "several: 300 counts were placed by a draw with the shares as chances (seed 1).",
    )


def test_a_missing_count_is_missing_in_every_area_it_would_have_gone_to():
    panel = panel_of(np.array([[np.nan, 200], [1, 2]]), ["old", "other"])
    made = ev.rebuild(panel, TWO, method="weights").counts.values[:, :, 0]
    assert np.isnan(made[:, 0]).all()
    assert made[:, 1].sum() == 202


def test_slivers_take_nothing():
    slivers = ev.make_overlaps(
        [("old", "new", 996.0), ("old", "next", 4.0), ("other", "next", 90.0)], unit="hectares"
    )
    rebuilt = ev.rebuild(panel_of(np.array([[10_000], [5]]), ["old", "other"]), slivers, method="weights")
    assert table_of(rebuilt) == {"new": [10_000], "next": [5]}
    assert rebuilt.provenance.notes[-1].endswith("No area was divided.")


# ---- what is left out, and what is refused -----------------------------------------------------------------------


def test_an_area_the_panel_does_not_make_up_is_left_out_and_said():
    rebuilt = ev.rebuild(panel_of(np.array([[100, 200]]), ["old"]), TWO, method="weights", seed=1)
    assert list(rebuilt.areas) == ["new"]
    after = int(rebuilt.counts.sum())
    assert rebuilt.provenance.notes[-1] == (
        f"Rebuilt from 1 area to 1 area by weights (hectares): 300 counts before, {after} after, {300 - after} in new "
        "areas left out. 1 area was divided among several: 300 counts were placed by a draw with the shares as chances "
        "(seed 1). Left out, since the panel does not have 95% of them: next."
    )


def test_a_panel_that_makes_up_no_area_is_refused():
    overlaps = ev.make_overlaps([("a", "x", 1.0), ("b", "x", 1.0)], unit="LSOAs")
    with pytest.raises(ev.DataError) as raised:
        ev.rebuild(panel_of(np.ones((1, 2)), ["a"]), overlaps)
    assert str(raised.value) == (
        "The 1 area of the panel make up no target area by 95%, so none can be rebuilt. Read the counts of all areas "
        "around them."
    )


def test_a_few_strange_areas_are_left_out_and_many_are_refused():
    areas = [f"a{number}" for number in range(20)]
    overlaps = ev.make_overlaps([(area, "x", 1.0) for area in areas[:19]], unit="LSOAs")
    rebuilt = ev.rebuild(panel_of(np.ones((20, 2)), areas), overlaps)
    assert table_of(rebuilt) == {"x": [19, 19]}
    assert rebuilt.provenance.notes[-1] == (
        "Rebuilt from 19 areas to 1 area by best fit: 40 counts before, 38 after, 2 in areas that the lookup does not "
        "have. The lookup does not have a19."
    )
    with pytest.raises(ev.DataError) as raised:
        ev.rebuild(panel_of(np.ones((2, 2)), ["a0", "E05000507"]), overlaps)
    assert str(raised.value).startswith(
        'The lookup holds 50.0% of the 2 areas in the panel, and 95% is needed: "E05000507" is not in it.'
    )


def test_an_area_that_lies_mostly_elsewhere_is_refused():
    parts = pd.DataFrame(
        {"source": ["a"], "target": ["x"], "size": [40.0], "source_size": [100.0], "target_size": [40.0]}
    )
    with pytest.raises(ev.DataError) as raised:
        ev.rebuild(
            panel_of(np.ones((1, 2)), ["a"]), ev.make_overlaps(parts, unit="hectares"), method="weights"
        )
    assert str(raised.value) == (
        "Only 40.0% of a lies in the new areas, so its counts would be lost (1 such area). Leave it out with "
        "panel.select, or use new areas that cover it."
    )


def test_an_unknown_method_is_refused():
    with pytest.raises(ev.DataError) as raised:
        ev.rebuild(panel_of(np.ones((1, 2)), ["old"]), TWO, method="weight")
    assert str(raised.value) == 'Areas cannot be rebuilt by "weight". Did you mean "weights"?'


def test_lsoas_of_2021_in_a_lookup_of_2011_are_refused(tmp_path):
    lookup = lookup_at(tmp_path, "18", "E01000001,X,Loxford,Redbridge")
    with pytest.raises(ev.DataError, match="E01033769 was made in 2021"):
        ev.rebuild(panel_of(np.ones((2, 2)), ["E01000001", "E01033769"]), lookup)


# ---- months of both years, and the published files ---------------------------------------------------------------


def test_months_published_by_lsoas_of_either_year_add_up(tmp_path):
    path = tmp_path / "changes.csv"
    path.write_text(
        "LSOA11CD,LSOA21CD\nE01000010,E01033769\nE01000010,E01033770\nE01000011,E01000011\n", "utf-8"
    )
    values = np.array(
        [[30, 28, 0], [0, 0, 11], [0, 0, 19], [5, 5, 5]]
    )  # the codes change after the second month
    panel = panel_of(values, ["E01000010", "E01033769", "E01033770", "E01000011"])
    panel = replace(panel, labels={"E01000011": "Barking and Dagenham 016B"})
    rebuilt = ev.rebuild(panel, ev.read_lsoa_changes(path))
    assert table_of(rebuilt) == {"E01000010": [30, 28, 30], "E01000011": [5, 5, 5]}
    assert rebuilt.label("E01000011") == "Barking and Dagenham 016B"  # a code that stays keeps its name


def test_one_year_alone_makes_up_the_areas_of_both(shared_data):
    changes = ev.read_lsoa_changes(shared_data / CHANGES)
    for edition in ("2011", "2021"):
        codes = sorted(changes.table.loc[changes.table["edition"] == edition, "source"])
        rebuilt = ev.rebuild(panel_of(np.ones((len(codes), 1)), codes), changes)
        assert rebuilt.counts.sum() == len(codes)
        assert len(rebuilt.areas) == changes.table["target"].nunique()


def test_the_city_rebuilt_to_wards_is_the_city_read_by_ward(shared_data):
    folder, lookup = shared_data / "police_uk/street_city_of_london", shared_data / WARDS_2018
    rebuilt = ev.rebuild(ev.read_police_uk(folder), ev.read_lookup(lookup))
    read = ev.read_police_uk(folder, areas=lookup)
    assert len(rebuilt.areas) >= 1
    expected = read.counts.sel(area=rebuilt.areas, outcome=rebuilt.outcomes)
    np.testing.assert_array_equal(rebuilt.counts.values, expected.values)


def test_loxford_of_either_year_from_the_same_lsoas(shared_data):
    """Burglary June 2016 to June 2018: eight of the old ward's nine LSOAs, and all that was counted in them."""
    panel = ev.read_police_uk(shared_data / "police_uk/street_metropolitan_burglary_only")
    older, newer = (ev.read_lookup(shared_data / name) for name in (WARDS_2017, WARDS_2018))
    before, after = (ev.rebuild(panel, lookup).counts for lookup in (older, newer))
    kept = [lsoa for lsoa, ward in newer.wards.items() if ward == "E05011247"]
    (lost,) = {lsoa for lsoa, ward in older.wards.items() if ward == "E05000507"} - set(kept)
    np.testing.assert_array_equal(after.sel(area="E05011247"), panel.counts.sel(area=kept).sum("area"))
    gone = before.sel(area="E05000507") - after.sel(area="E05011247")
    np.testing.assert_array_equal(gone, panel.counts.sel(area=lost))
    assert int(gone.sum()) > 0
