"""The calibration protocol runs, is reproducible, sees a method that is wrong, and goes on where it was stopped."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.study import calibration_run
from evaluate.study.calibration_cells import CELLS, SHORT, Cell, cells_named
from evaluate.study.calibration_run import calibrate, fit_rows, panel_rows
from evaluate.study.calibration_table import calibration_table, rate_with_error, with_bootstrap_error

SMALL = Cell("small", before=30, after=12, controls=4)


@dataclass(frozen=True)
class Overconfident:
    """The before-after comparison with an interval a tenth as wide as it should be."""

    name: str = "overconfident"

    def fit(self, design, *, seed):
        result = ev.BeforeAfter().fit(design, seed=seed)
        shrunk = [
            replace(e, lower=e.rate_ratio**0.9 * e.lower**0.1, upper=e.rate_ratio**0.9 * e.upper**0.1)
            for e in result.effect_list
        ]
        return replace(result, effect_list=shrunk)


@dataclass(frozen=True)
class Refusing:
    """A method that refuses every series."""

    name: str = "refusing"

    def fit(self, design, *, seed):
        raise ev.FitError("It is refused.")


def test_same_seed_same_table_however_many_processes():
    one = calibrate(cells=[SMALL], panels=4, seed=5)
    two = calibrate(cells=[SMALL], panels=4, seed=5, n_jobs=2)
    assert one.equals(two)


def test_it_sees_an_overconfident_method():
    table = calibrate(cells=[SMALL], panels=40, seed=5, estimators=[Overconfident(), ev.BeforeAfter()])
    wrong, right = table.iloc[0], table.iloc[1]
    assert wrong["false_positive_rate"] > 0.5
    assert wrong["coverage"] < 0.5
    assert right["false_positive_rate"] < 0.3
    assert wrong["median_width"] < 0.2 * right["median_width"]
    assert wrong["power_15"] > right["power_15"]


def test_what_is_learned_once_gives_the_answers_of_separate_fits():
    method = ev.StructuralModel(draws=100)
    rows = panel_rows(SMALL, method, 5, 0)
    for row in rows:
        design = SMALL.design(row["truth"], seed=5)
        effect = method.fit(design, seed=5).effect("operation", "after")
        assert (row["rate_ratio"], row["lower"], row["upper"]) == (
            effect.rate_ratio,
            effect.lower,
            effect.upper,
        )


def test_controls_that_were_reached_are_learned_from_anew():
    learned = []

    @dataclass(frozen=True)
    class Watched:
        name: str = "watched"

        def prepared(self, design):
            learned.append(design.control_counts.sum())
            return ev.BeforeAfter()

        def fit(self, design, *, seed):
            raise AssertionError("the prepared method is the one to fit")

    for cell, times in ((SMALL, 1), (replace(SMALL, contaminated=0.5), 3)):
        learned.clear()
        designs = {truth: cell.design(truth, seed=1) for truth in (1.0, 0.85, 0.7)}
        fit_rows(Watched(), designs, window="after", seed=1)
        assert len(set(learned)) == len(learned) == times


def test_what_is_finished_is_not_run_again(tmp_path, monkeypatch):
    asked = []
    real = calibration_run.panel_rows

    def counted(cell, estimator, seed, number):
        asked.append(number)
        return real(cell, estimator, seed, number)

    monkeypatch.setattr(calibration_run, "panel_rows", counted)
    given = {"cells": [SMALL], "estimators": [ev.BeforeAfter()], "folder": tmp_path}
    first = calibrate(panels=12, seed=5, **given)
    assert asked == list(range(12))
    assert calibrate(panels=12, seed=5, **given).equals(first)
    assert asked == list(range(12))
    more = calibrate(panels=15, seed=5, **given)
    assert asked == list(range(15))
    assert more.equals(calibrate(cells=[SMALL], estimators=[ev.BeforeAfter()], panels=15, seed=5))
    fewer = calibrate(panels=8, seed=5, **given)
    assert fewer.loc[0, "panels"] == 8
    asked.clear()
    calibrate(panels=2, seed=6, **given)
    assert asked == [0, 1]


def test_an_interruption_keeps_what_is_finished(tmp_path, monkeypatch):
    real = calibration_run.panel_rows

    def stopped(cell, estimator, seed, number):
        if number == 13:
            raise KeyboardInterrupt
        return real(cell, estimator, seed, number)

    given = {"cells": [SMALL], "estimators": [ev.BeforeAfter()], "folder": tmp_path, "panels": 16, "seed": 5}
    monkeypatch.setattr(calibration_run, "panel_rows", stopped)
    with pytest.raises(KeyboardInterrupt):
        calibrate(**given)
    (file,) = tmp_path.glob("*")
    assert pd.read_parquet(file)["panel"].nunique() == 10
    monkeypatch.setattr(calibration_run, "panel_rows", real)
    assert calibrate(**given).equals(calibrate(**(given | {"folder": None})))


def test_the_kept_file_says_how_it_was_made(tmp_path):
    import pyarrow.parquet as pq

    calibrate(cells=[SMALL], panels=2, seed=5, estimators=[ev.BeforeAfter()], folder=tmp_path)
    (file,) = tmp_path.glob("*.parquet")
    made = pq.read_schema(file).metadata[b"evaluate"].decode()
    for part in ('"seed": 5', '"numpy":', '"date":', '"name": "small"', "BeforeAfter"):
        assert part in made


def test_a_method_that_refuses_has_no_rates_and_its_failures_are_counted():
    table = calibrate(cells=[SMALL], panels=3, seed=5, estimators=[Refusing()])
    assert table.loc[0, "failed"] == 9
    assert np.isnan(table.loc[0, "false_positive_rate"])
    assert np.isnan(table.loc[0, "median_width"])


def test_rates_by_hand():
    null = {"truth": 1.0, "log_standard_error": 0.1, "p_half": 0.0, "press": False}
    rows = [
        {**null, "panel": 0, "rate_ratio": 0.8, "lower": 0.7, "upper": 0.9, "p_half": 0.6, "press": True},
        {**null, "panel": 1, "rate_ratio": 1.3, "lower": 1.1, "upper": 1.5},
        {**null, "panel": 2, "rate_ratio": 1.0, "lower": 0.8, "upper": 1.2},
        {**null, "panel": 3, "rate_ratio": 1.0, "lower": 0.9, "upper": 1.1, "p_half": 0.5},
        {**null, "truth": 0.85, "panel": 0, "rate_ratio": 0.85, "lower": 0.7, "upper": 0.99},
        {**null, "truth": 0.85, "panel": 1, "rate_ratio": 0.85, "lower": 0.7, "upper": 1.01},
        {**null, "truth": 0.7, "panel": 0, "rate_ratio": 0.7, "lower": 0.6, "upper": 0.8},
        {**null, "truth": 0.7, "panel": 1, "rate_ratio": 0.9, "lower": 0.8, "upper": 1.1},
    ]
    found = calibration_table(pd.DataFrame(rows), cell=SMALL, estimator="x")
    rates = {
        name: found[name] for name in ("false_positive_rate", "coverage", "power_15", "power_30", "huge_rate")
    }
    assert rates == {
        "false_positive_rate": 0.5,
        "coverage": 0.5,
        "power_15": 0.5,
        "power_30": 0.5,
        "huge_rate": 0.25,
    }
    assert found["press_rate"] == 0.25
    assert found["bias"] == pytest.approx(np.log(0.9 / 0.7) / 2)
    assert found["median_width"] == pytest.approx(0.3)
    assert found["z_sd"] == pytest.approx(np.std(10 * np.log([0.8, 1.3, 1, 1])))


def test_errors_shrink_with_the_root_of_the_panels():
    few = rate_with_error("rate", np.array([True] + [False] * 19))
    many = rate_with_error("rate", np.array(([True] + [False] * 19) * 100))
    assert many["rate_error"] == pytest.approx(np.sqrt(0.05 * 0.95 / 2000), rel=0.03)
    assert few["rate_error"] > np.sqrt(0.05 * 0.95 / 20)
    values = np.random.default_rng(1).normal(size=900)
    assert with_bootstrap_error("mean", values, np.mean)["mean_error"] == pytest.approx(1 / 30, rel=0.15)


def test_cells_are_picked_by_name():
    assert cells_named(None) is CELLS
    with pytest.raises(ev.DataError, match=r'no kind of panel "standrd".*Did you mean "standard"'):
        cells_named(["standrd"])


def test_the_grid_spans_the_protocol():
    assert len({cell.name for cell in CELLS}) == len(CELLS) >= 60
    for name, ends in {
        "mean": (1, 300), "dispersion": (1, 4), "autocorrelation": (0, 0.8), "before": (12, 72), "after": (2, 24),
        "controls": (0, 40),
    }.items():  # fmt: skip
        values = [getattr(cell, name) for cell in CELLS]
        assert (min(values), max(values)) == ends, name
    assert any(cell.triggered and not cell.handled for cell in CELLS)
    assert not replace(SHORT, trend=0.01).is_judged
    assert not replace(SHORT, triggered=True, handled=False).is_judged
    assert SHORT.is_judged


def test_a_design_of_a_cell_is_what_the_cell_says():
    spike = next(cell for cell in CELLS if cell.name == "36 + 12: spike, handled")
    design = spike.design(1.0, seed=1)
    assert (int(design.baseline.sum()), len(design.trigger_periods), len(design.control)) == (33, 3, 10)
    assert len(design.window("operation", "after").periods) == 12
    unhandled = replace(spike, handled=False).design(1.0, seed=1)
    assert len(unhandled.trigger_periods) == 0
    assert (unhandled.treated_counts == design.treated_counts).all()
