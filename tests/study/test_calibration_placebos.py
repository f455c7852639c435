"""Placebos take areas, controls and starts at random, plant known falls by thinning, and see a method that is wrong."""

import runpy
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.study.calibration_placebos import THINNED, Draw, eligible, placebo_effects, placebo_table


@dataclass(frozen=True)
class Ratio:
    """Observed over the mean of the months before, with an interval of a stated half width on the log scale."""

    half: float = 0.3
    name: str = "ratio"

    def fit(self, design, *, seed):
        result = ev.BeforeAfter().fit(design, seed=seed)
        made = [
            replace(e, lower=e.rate_ratio * np.exp(-self.half), upper=e.rate_ratio * np.exp(self.half))
            for e in result.effect_list
        ]
        return replace(result, effect_list=made)


@pytest.fixture(scope="module")
def panel():
    process = ev.Process(mean=200.0, dispersion=1.0, spread=0.1, season=0.0)
    return ev.simulate_panel(areas=30, periods=72, process=process, seed=2)


def rows_of(panel, *, placebos=20, **changes):
    given = {"outcome": "crime", "estimator": Ratio(), "placebos": placebos, "seed": 4} | changes
    return pd.concat(list(placebo_effects(panel, **given)), ignore_index=True)


def test_areas_and_starts_differ_and_leave_room(panel):
    rows = rows_of(panel)
    assert rows["area"].nunique() > 8
    starts = pd.PeriodIndex(rows["start"], freq="M")
    assert starts.min() >= panel.periods[36]
    assert starts.max() <= panel.periods[60]
    assert starts.nunique() > 8
    assert rows_of(panel).equals(rows)
    assert not rows_of(panel, seed=5)["area"].equals(rows["area"])


def test_thinning_plants_the_fall_it_says(panel):
    table = placebo_table(rows_of(panel, placebos=40)).iloc[0]
    for size in (10, 25, 50):
        # 12 months of 200 counts each, thinned: an error of about 1% a placebo.
        assert abs(table[f"bias_{size}"]) < 4 * table[f"bias_{size}_error"] + 0.002
        assert table[f"bias_{size}_error"] < 0.01
    assert table["power_10"] <= table["power_25"] <= table["power_50"] == 1.0


def test_a_method_that_is_too_sure_rejects(panel):
    sure, right = placebo_table(rows_of(panel, estimator=Ratio(half=0.005))), placebo_table(rows_of(panel))
    assert sure.loc[0, "rejection"] > 0.4
    assert right.loc[0, "rejection"] < 0.1
    assert sure.loc[0, "median_width"] == pytest.approx(0.01, rel=0.2)


def test_the_error_allows_for_placebos_of_one_area():
    columns = {"outcome": "crime", "estimator": "x", "rate_ratio": 1.0, "log_standard_error": 0.1}
    rows = []
    for area in range(20):  # every placebo of an area says the same: twenty pieces of news, not two hundred
        ends = (1.1, 1.2) if area < 10 else (0.9, 1.1)
        for number in range(10):
            rows += [
                {**columns, "placebo": 10 * area + number, "area": str(area), "truth": kept, "lower": ends[0],
                 "upper": ends[1]}
                for kept in THINNED
            ]  # fmt: skip
    table = placebo_table(pd.DataFrame(rows)).iloc[0]
    assert table["rejection"] == 0.5
    assert table["rejection_error"] == pytest.approx(np.sqrt(0.25 / 20), rel=0.15)
    assert (table["placebos"], table["areas"]) == (200, 20)


def test_all_others_as_controls_and_outcomes_together(panel):
    found = next(
        placebo_effects(
            panel, outcome="crime", estimator=Ratio(), placebos=1, seed=1, draw=Draw(controls=None)
        )
    )
    assert found["rate_ratio"].notna().all()
    rows = rows_of(panel, placebos=4)
    both = placebo_table(pd.concat([rows, rows.assign(outcome="theft")]))
    assert both["outcome"].tolist() == ["crime", "theft", "all together"]
    assert both["placebos"].tolist() == [4, 4, 8]


def test_what_cannot_be_asked_is_refused(panel):
    with pytest.raises(ev.DesignError, match=r'no outcome "theft"'):
        next(placebo_effects(panel, outcome="theft", estimator=Ratio(), placebos=1, seed=1))
    with pytest.raises(ev.DesignError, match=r"needs 100 months, 80 before its start; the data have 72"):
        next(
            placebo_effects(
                panel, outcome="crime", estimator=Ratio(), placebos=1, seed=1, draw=Draw(before=80, after=20)
            )
        )
    with pytest.raises(ev.DesignError, match=r"need 41 areas .*; there are 30"):
        next(
            placebo_effects(
                panel, outcome="crime", estimator=Ratio(), placebos=1, seed=1, draw=Draw(controls=40)
            )
        )


def test_quiet_areas_and_gaps_take_no_part(panel):
    counts = panel.counts.copy(deep=True)
    counts.values[0], counts.values[1, 5] = 0.0, np.nan
    areas = eligible(replace(panel, counts=counts), "crime", needed=2)
    assert areas == [str(area) for area in panel.areas[2:]]


def test_the_placebos_of_londons_wards_were_rejected_as_often_as_they_should(checkout):
    table = pd.read_csv(checkout / "benchmarks" / "london_placebos.csv").set_index(["estimator", "outcome"])
    together = table.loc[("structural model", "all together")]
    assert 0.03 <= together["rejection"] <= 0.07
    assert 0.9 <= together["z_sd"] <= 1.1
    assert together["median_width"] <= 0.65
    by_category = table.loc["structural model"].drop("all together")
    assert len(by_category) == 7
    assert (by_category["rejection"] - 2 * by_category["rejection_error"] <= 0.07).all()
    assert table.loc["structural model", "failed"].eq(0).all()


def test_londons_wards_are_read_for_the_benchmark(shared_data, checkout):
    benchmark = runpy.run_path(str(checkout / "benchmarks" / "london_placebos.py"))
    panel = benchmark["london"](shared_data)
    assert list(panel.outcomes) == ["all", *benchmark["CATEGORIES"]]
    assert (str(panel.periods[0]), str(panel.periods[-1])) == ("2010-04", "2019-12")
    assert not set(benchmark["STUDY_AREA"]) & set(panel.areas)
    assert len(eligible(panel, "robbery", needed=21)) > 400
    rows = benchmark["measure"](panel.select(areas=panel.areas[:40]), ev.BeforeAfter(), 1, null=True)
    assert rows["problem"].eq("").all()
    assert len(rows) == 7
