"""Placebos that stray shift and widen an interval by as much as they stray, and leave a sound one as it is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.empirical_calibration import ANYWHERE, SPIKED, calibrated_by
from evaluate.checks.result import CheckResult, CheckResults
from evaluate.effects.effect import StudentRatio


@pytest.fixture(scope="module")
def result():
    design = ev.simulated_design(ev.simulate_panel(areas=12, periods=60, seed=1))
    return ev.BeforeAfter().fit(design, seed=1)


def with_effect(result, log_ratio, error):
    """The same result with an effect of known size and error."""
    ratio = StudentRatio(log_ratio, error, float("inf"))
    effects = [
        replace(
            effect,
            ratio=ratio,
            rate_ratio=np.exp(log_ratio),
            lower=ratio.quantile(0.025),
            upper=ratio.quantile(0.975),
        )
        for effect in result.effect_list
    ]
    return replace(result, effect_list=effects)


def check_of(log_ratios, error, *, kind=ANYWHERE, name="placebo in space"):
    """A check with such placebos."""
    table = pd.DataFrame({"kind": kind, "rate_ratio": np.exp(log_ratios), "standard_error": error})
    table["excludes_one"] = np.abs(np.log(table["rate_ratio"])) > 1.96 * table["standard_error"]
    facts = {"operation": "operation", "window": "after"}
    return CheckResult(name, "?", "", 0.5, 0.05, None, table, facts)


def test_shift_and_spread_are_recovered(result):
    fitted, held = with_effect(result, -0.3, 0.1), []
    for seed in range(20):
        placebos = check_of(np.random.default_rng(seed).normal(0.1, np.hypot(0.2, 0.1), 200), 0.1)
        found = ev.empirically_calibrated(fitted, placebos)
        held.append(
            (found.shift_lower < 0.1 < found.shift_upper, found.spread_lower < 0.2 < found.spread_upper)
        )
        assert found.spread_upper - found.spread_lower < 0.08
    assert (np.sum(held, axis=0) >= 17).all()  # fewer than 17 of 20 at 95% has a probability of 1.6%
    # N(-0.3 - m, 0.1^2 + s^2), m and s as found.
    middle, sd = -0.3 - found.shift, np.hypot(0.1, found.spread)
    assert np.log(found.rate_ratio) == pytest.approx(middle, abs=0.02)
    assert np.log([found.lower, found.upper]) == pytest.approx(
        [middle - 1.96 * sd, middle + 1.96 * sd], abs=0.04
    )
    assert found.table.loc["as fitted", "rate_ratio"] == pytest.approx(np.exp(-0.3))
    assert found.table.loc["calibrated", "lower"] == found.lower


def test_a_sound_method_keeps_its_interval(result):
    random = np.random.default_rng(2)
    found = ev.empirically_calibrated(
        with_effect(result, -0.3, 0.1), check_of(random.normal(0, 0.1, 1000), 0.1)
    )
    assert 0.98 < found.widened < 1.1
    assert found.spread_lower < 0.02


def test_few_placebos_widen_more_than_many(result):
    fitted = with_effect(result, -0.3, 0.1)
    base = np.random.default_rng(3).normal(0, 0.1, 19)
    few = ev.empirically_calibrated(fitted, check_of(base, 0.1))
    many = ev.empirically_calibrated(fitted, check_of(np.tile(base, 40), 0.1))
    assert few.widened > many.widened > 0.97


def test_calibrated_intervals_hold_the_truth_where_fitted_ones_do_not(result):
    random = np.random.default_rng(4)
    placebos = check_of(random.normal(0, np.hypot(0.2, 0.1), 200), 0.1)
    held = []
    for _ in range(100):
        log_ratio = -0.3 + random.normal(0, 0.2) + random.normal(0, 0.1)
        found = ev.empirically_calibrated(with_effect(result, log_ratio, 0.1), placebos)
        held.append(
            (found.fitted.lower < np.exp(-0.3) < found.fitted.upper, found.lower < np.exp(-0.3) < found.upper)
        )
    fitted, calibrated = np.mean(held, axis=0)
    assert fitted < 0.75
    assert calibrated >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 100)


def test_placebos_after_a_spike_are_preferred_where_there_are_enough(result):
    random = np.random.default_rng(5)
    everywhere, spiked = (
        check_of(random.normal(0, 0.1, 40), 0.1),
        check_of(random.normal(-0.2, 0.1, 19), 0.1, kind=SPIKED),
    )
    both = replace(everywhere, table=pd.concat([everywhere.table, spiked.table]))
    fitted = with_effect(result, -0.3, 0.1)
    found = ev.empirically_calibrated(fitted, both)
    assert (found.kind, found.placebos) == (SPIKED, 19)
    assert found.shift == pytest.approx(-0.2, abs=0.08)
    assert ev.empirically_calibrated(fitted, both, kind=ANYWHERE).placebos == 40
    fewer = replace(both, table=both.table.iloc[:-1])
    assert ev.empirically_calibrated(fitted, fewer).kind == ANYWHERE


def test_the_seed_decides(result):
    placebos = check_of(np.random.default_rng(6).normal(0, 0.2, 30), 0.1)
    fitted = with_effect(result, -0.3, 0.1)
    one, two = (ev.empirically_calibrated(fitted, placebos, seed=7) for _ in range(2))
    assert (one.lower, one.upper) == (two.lower, two.upper)
    assert ev.empirically_calibrated(fitted, placebos, seed=8).lower != one.lower


def test_what_cannot_be_calibrated_is_refused(result):
    enough = np.zeros(30)
    with pytest.raises(ev.DesignError, match=r'this one is "dilution". Pass checks\["placebo in space"\]'):
        ev.empirically_calibrated(result, check_of(enough, 0.1, name="dilution"))
    with pytest.raises(
        ev.FitError, match=r'needs 19 placebos or more of one kind; 18 of the kind "untreated area"'
    ):
        ev.empirically_calibrated(result, check_of(enough[:18], 0.1))
    with pytest.raises(ev.DesignError, match=r'kind is "spike"'):
        ev.empirically_calibrated(result, check_of(enough, 0.1), kind="spike")
    bare = replace(result, effect_list=[replace(effect, ratio=None) for effect in result.effect_list])
    with pytest.raises(ev.FitError, match="no distribution to widen"):
        ev.empirically_calibrated(bare, check_of(enough, 0.1))


@pytest.mark.parametrize(
    ("false_alarms", "of", "reliability"),
    [
        (2, 40, "good"),
        (3, 40, "fair"),
        (4, 40, "fair"),
        (5, 40, "poor"),
        (0, 20, "good"),
        (0, 19, "not known"),
    ],
)
def test_reliability_is_the_rate_of_false_alarms(false_alarms, of, reliability, result):
    log_ratios = np.where(np.arange(of) < false_alarms, 0.5, 0.01)
    found = ev.empirically_calibrated(with_effect(result, -0.3, 0.1), check_of(log_ratios, 0.1))
    assert found.false_alarms == false_alarms / of
    assert found.reliability == reliability


def test_calibrated_by_the_placebos_that_were_fitted_anyway(result):
    fitted = with_effect(result, -0.3, 0.1)
    placebos = check_of(np.random.default_rng(1).normal(0, 0.3, 40), 0.1)
    assert calibrated_by(fitted, CheckResults([placebos])).table.equals(
        ev.empirically_calibrated(fitted, placebos).table
    )
    assert calibrated_by(fitted, None) is None
    assert calibrated_by(fitted, CheckResults([])) is None
    assert calibrated_by(fitted, CheckResults([check_of(np.zeros(18), 0.1)])) is None  # too few
    refused = replace(placebos, table=pd.DataFrame())
    assert calibrated_by(fitted, CheckResults([refused])) is None
