"""Event study: the regression's coefficients, trends planted and missed, triggers, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev


def design_of(rows, *, before="24 months", after="9 months", trigger=None, operations=None) -> ev.Design:
    """Areas W01, W02, ... from January 2010; the first is treated in January 2012."""
    rows = np.asarray(rows, dtype=float)
    data = xr.DataArray(
        rows[:, :, None],
        dims=("area", "period", "outcome"),
        coords={
            "area": [f"W{number:02d}" for number in range(1, len(rows) + 1)],
            "period": pd.period_range("2010-01", periods=rows.shape[1], freq="M"),
            "outcome": ["crime"],
        },
    )
    operations = operations or [ev.Operation("patrols", "2012-01-01", "2012-01-31")]
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=["W01"], operations=operations, before=before, after=after,
        trigger=trigger,
    )  # fmt: skip


def poisson(areas=40, periods=34, seed=1, mean=80.0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (areas, periods)).astype(float)


def test_path_is_that_of_the_two_way_poisson_regression():
    import statsmodels.api as sm

    rows = poisson(6, 33)
    study = ev.event_study(design_of(rows, after="8 months"), seed=1)
    totals = rows.reshape(6, 11, 3).sum(axis=2)
    areas, bins = np.indices(totals.shape)
    columns = [areas == a for a in range(6)] + [bins == b for b in range(1, 11)]
    columns += [(areas == 0) & (bins == b) for b in range(11) if b != 7]
    X = np.column_stack([column.ravel().astype(float) for column in columns])
    theirs = sm.GLM(totals.ravel(), X, family=sm.families.Poisson()).fit(tol=1e-12).params[-10:]
    ours = np.log(study.table.loc[study.table["part"] != "reference", "rate_ratio"])
    assert ours.to_numpy() == pytest.approx(theirs, abs=1e-8)
    assert study.table["part"].tolist() == ["before"] * 7 + ["reference"] + ["after"] * 3
    assert study.table.index.tolist() == list(range(-7, 4))


def test_a_steady_difference_in_trend_is_seen_and_taken_out():
    """No effect, but the treated area falls by 2% a month beside the controls: a plain comparison finds a fall."""
    rows = poisson(mean=4_000)
    rows[0] = np.random.default_rng(2).poisson(4_000 * 0.98 ** np.arange(34))
    design = design_of(rows)
    plain = ev.DifferenceInDifferences().fit(design, seed=1).effect("patrols", "after")
    study = ev.event_study(design, seed=1)
    assert plain.upper < 0.8
    assert study.p_value == 1 / 40
    assert study.line.slope == pytest.approx(3 * np.log(0.98), abs=4 * study.line.error)
    low, high = study.interval()
    assert low < 1 < high
    assert np.isnan(study.breakdown)


def test_a_sudden_fall_survives_a_straight_line_up_to_its_breakdown():
    rows = poisson(mean=1_000)
    rows[0, 24:] = np.random.default_rng(3).poisson(500, 10)
    study = ev.event_study(design_of(rows), seed=1)
    low, high = study.interval()
    assert low < 0.5 < high < 0.7
    assert study.breakdown > 0.02
    assert study.interval(0.99 * study.breakdown)[1] < 1 < study.interval(1.01 * study.breakdown)[1]
    assert study.p_value > 0.05


def test_intervals_hold_what_they_promise_under_a_straight_line():
    """95% intervals over 100 sets of overdispersed counts with an unequal trend; Monte Carlo error 2.2."""
    random = np.random.default_rng(4)
    inside = 0
    for _ in range(100):
        rows = random.poisson(random.gamma(10, 20, (40, 34)))
        rows[0] = random.poisson(random.gamma(10, 20 * 1.01 ** np.arange(34)))
        low, high = ev.event_study(design_of(rows), seed=1).interval()
        inside += low < 1 < high
    assert 88 <= inside <= 99


def test_joint_test_of_the_bins_before_rejects_five_in_a_hundred():
    """100 null sets against 39 controls; the Monte Carlo error is 2.2."""
    random = np.random.default_rng(5)
    rejected = 0
    for _ in range(100):
        rows = random.poisson(random.gamma(8, random.lognormal(2, 0.5, (40, 1)), (40, 34)))
        rejected += ev.event_study(design_of(rows + 1), seed=1).p_value <= 0.05
    assert 1 <= rejected <= 11


def test_trigger_is_shown_and_leaves_a_gap():
    rows = poisson()
    rows[0, 21:24] *= 3
    study = ev.event_study(design_of(rows, trigger="3 months"), seed=1)
    trigger = study.table[study.table["part"] == "trigger"].iloc[0]
    assert (str(trigger["first"]), str(trigger["last"])) == ("2011-10", "2011-12")
    assert trigger["rate_ratio"] > 2
    assert study.table.loc[study.table["part"] == "after"].index.tolist() == [2, 3, 4]
    clean = ev.event_study(design_of(poisson(), trigger="3 months"), seed=1)
    assert study.interval() == pytest.approx(clean.interval(), rel=0.05)


def test_path_ends_before_the_second_operation():
    second = ev.Operation("again", "2012-07-01", "2012-07-31")
    design = design_of(
        poisson(), after="3 months", operations=[ev.Operation("patrols", "2012-01-01", "2012-01-31"), second]
    )
    assert str(ev.event_study(design, seed=1).table["last"].iloc[-1]) == "2012-06"


def test_order_of_controls_and_a_common_factor_move_nothing():
    rows = poisson()
    study = ev.event_study(design_of(rows), seed=1)
    turned = ev.event_study(design_of(np.vstack([rows[:1], rows[:0:-1]])), seed=1)
    assert turned.table["rate_ratio"].tolist() == pytest.approx(study.table["rate_ratio"].tolist(), rel=1e-12)
    assert turned.interval() == pytest.approx(study.interval(), rel=1e-9)
    shared = ev.event_study(design_of(rows * np.arange(2, 36)), seed=1)
    assert len(shared.table) == len(study.table)
    whole = ev.event_study(design_of(rows * np.repeat([3, 1, 2, 5] * 3, 3)[:34]), seed=1)
    assert whole.table["rate_ratio"].tolist() == pytest.approx(study.table["rate_ratio"].tolist(), rel=1e-12)


def test_too_few_controls_give_no_intervals():
    table = ev.event_study(design_of(poisson(areas=10)), seed=1).table
    assert table["lower"].isna().all()


def test_a_missing_month_is_left_out_of_its_bin_for_all():
    rows = poisson()
    less = rows.copy()
    less[0, 4] = np.nan
    table = ev.event_study(design_of(less), seed=1).table
    treated, rest = rows[0, [3, 5]].sum(), rows[1:, [3, 5]].sum()
    reference = rows[:, 21:24].sum(axis=1)
    expected = treated / reference[0] / (rest / reference[1:].sum())
    assert table.loc[-6, "rate_ratio"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "settings", "words"),
    [
        (
            np.where((np.arange(34) // 3 == 2) & (np.arange(40) == 0)[:, None], np.nan, poisson()),
            {},
            "No count of crime is published from 2010-07 to 2010-09, which is a bin of the event study. Use longer "
            "bins, or a shorter before or after.",
        ),
        (
            poisson(areas=4),
            {},
            "The event study needs 5 control areas with a count of crime in every period; this design has 3. Name "
            "more, or use InterruptedTimeSeries, which needs none.",
        ),
        (
            poisson(),
            {"every": "1 year"},
            'The event study needs 3 bins of every="1 year" before the operation and one after it; this design has '
            "2 and 0. Use shorter bins, or a longer before or after.",
        ),
        (
            np.vstack([np.where(np.arange(34) // 3 == 7, 0, 9.0)[None], poisson()]),
            {},
            "The event study divides by the bin before the operation, and crime has only noughts there. Use longer "
            "bins.",
        ),
    ],
)
def test_refusals(rows, settings, words):
    with pytest.raises(ev.FitError) as caught:
        ev.event_study(design_of(rows), **settings)
    assert str(caught.value) == words
