"""Two downloads side by side: the figures are those of a comparison made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import evaluate as ev

JULY = "mps_ward/recorded-crime-ward-historical.vintage202307.parquet"
FEBRUARY = "mps_ward/recorded-crime-ward-historical.parquet"
STALKING = "VIOLENCE AGAINST THE PERSON: STALKING AND HARASSMENT"


@pytest.fixture(scope="module")
def seven_months(shared_data):
    return ev.compare_vintages(shared_data / JULY, shared_data / FEBRUARY)


def test_the_cells_that_differ_are_those_found_by_hand(shared_data, seven_months):
    """By pandas alone, on wards and categories that have a row in both files: 3.6% of cells differ."""
    keys = ["wardcode", "majortext", "minortext"]
    july, february = (
        pd.read_parquet(shared_data / name).groupby(keys).sum(numeric_only=True) for name in (JULY, FEBRUARY)
    )
    rows, months = july.index.intersection(february.index), list(july.columns)
    differ = july.loc[rows, months].to_numpy() != february.loc[rows, months].to_numpy()
    assert round(differ.mean(), 3) == 0.036
    changed = seven_months.cells
    in_both = changed.set_index(["area", "outcome"]).index.isin(
        [(area, f"{major}: {minor}") for area, major, minor in rows]
    )
    assert int(in_both.sum()) == int(differ.sum())
    assert seven_months.differing_cells == len(changed)
    areas, periods, outcomes = seven_months.first.shape
    assert seven_months.common_cells == areas * periods * outcomes


def test_what_only_one_has(seven_months):
    assert seven_months.only_first.outcomes == ("BURGLARY: BURGLARY IN A DWELLING",)
    assert STALKING in seven_months.only_second.outcomes
    assert seven_months.only_first.periods == ()
    assert seven_months.only_second.periods == tuple(
        str(month) for month in pd.period_range("2023-08", "2024-02", freq="M")
    )
    assert seven_months.only_first.areas == seven_months.only_second.areas == ()


def test_by_outcome_adds_up_to_the_cells(seven_months):
    table, cells = seven_months.by_outcome, seven_months.cells
    assert int(table["differing"].sum()) == len(cells)
    assert int(table["difference"].sum()) == int(cells["difference"].sum())
    assert table.index[0] == "VIOLENCE AGAINST THE PERSON: VIOLENCE WITHOUT INJURY"
    row = table.loc["VIOLENCE AGAINST THE PERSON: VIOLENCE WITHOUT INJURY"]
    assert row["first"] == 1_511_619
    assert table["largest"].max() == cells["difference"].abs().max()


def test_it_prints_a_few_lines_with_the_reasons(seven_months):
    printed = repr(seven_months)
    assert len(printed.splitlines()) <= 12
    assert "only in the second: 7 periods, 2023-08, 2023-09, 2023-10 and 4 more" in printed
    assert "name stalking and harassment" in printed


def test_in_the_common_vocabulary_little_differs(shared_data, seven_months):
    july, february = (ev.read_mps(shared_data / name, detail="common") for name in (JULY, FEBRUARY))
    common = ev.compare_vintages(july, february)
    assert common.only_first.outcomes == common.only_second.outcomes == ()
    assert common.share < seven_months.share
    # Up to 2021 corrections move homicide by 2 of 1,413 and no other category by as much as 0.1%.
    settled = ev.compare_vintages(july.select(end="2021-12"), february.select(end="2021-12")).by_outcome
    assert settled["change"].abs().idxmax() == "VIOLENCE AGAINST THE PERSON: HOMICIDE"
    assert settled["change"].abs().nlargest(2).iloc[1] < 0.001


def test_a_download_does_not_differ_from_itself(shared_data):
    panel = ev.read_mps(shared_data / FEBRUARY)
    same = ev.compare_vintages(panel, panel)
    assert same.differing_cells == 0
    assert same.share == 0.0
    assert same.cells.empty


def test_the_other_way_round_is_the_opposite(seven_months, shared_data):
    back = ev.compare_vintages(shared_data / FEBRUARY, shared_data / JULY)
    assert back.only_first.outcomes == seven_months.only_second.outcomes
    assert back.cells["difference"].sum() == -seven_months.cells["difference"].sum()


def test_missing_cells_are_not_compared():
    panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    counts = panel.counts.copy(deep=True)
    counts.values[0, 0, 0] = np.nan
    counts.values[1, 5, 0] += 2
    found = ev.compare_vintages(panel, ev.Panel(counts))
    assert (found.common_cells, found.differing_cells) == (71, 1)
    assert found.cells[["area", "difference"]].to_numpy().tolist() == [["A02", 2]]


def test_periods_of_other_lengths_are_refused():
    panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    quarters = panel.counts.isel(period=slice(8)).assign_coords(
        period=pd.period_range("2010Q1", periods=8, freq="Q")
    )
    with pytest.raises(ev.DataError) as refused:
        ev.compare_vintages(panel, ev.Panel(quarters))
    assert str(refused.value) == (
        "The two downloads are counted by different periods (M and Q-DEC). Count both by the same."
    )


def test_nothing_in_common():
    panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    found = ev.compare_vintages(panel.select(areas=["A01"]), panel.select(areas=["A02"]))
    assert found.common_cells == 0
    assert np.isnan(found.share)
    assert "only in the first: 1 area, A01" in repr(found)
