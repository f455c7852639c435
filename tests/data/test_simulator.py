"""Simulated counts have the dispersion, autocorrelation, effect, displacement and trigger that were asked for.

Monte Carlo errors come from independent blocks of areas or from seeds; each figure is held to four of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import evaluate as ev
from evaluate.data.simulator import with_outcomes

FLAT = ev.Process(season=0.0, shock=0.0, spread=0.0)
"""Areas alike and months alike, so that all that is left to vary is each area's own noise."""

BLOCKS = 20


def controls(process: ev.Process, *, areas: int, periods: int, seed: int) -> np.ndarray:
    """Counts of shape (blocks, areas in a block, weeks), all with the process's own mean."""
    panel = ev.simulate_panel(areas=areas + 1, periods=periods, process=process, every="week", seed=seed)
    return panel.counts.values[1:, :, 0].reshape(BLOCKS, -1, periods)


def within_four_errors(blocks: np.ndarray, truth: float, *, most_error: float) -> None:
    """The mean of independent estimates is the truth, and they are precise enough to tell."""
    error = blocks.std(ddof=1) / np.sqrt(len(blocks))
    assert error < most_error
    assert abs(blocks.mean() - truth) < 4 * error


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("dispersion", [1.0, 1.5, 3.0])
def test_variance_over_mean(dispersion, share):
    process = replace(FLAT, mean=30.0, dispersion=dispersion, persistent_share=share)
    counts = controls(process, areas=600, periods=60, seed=1)
    by_block = (counts.var(axis=(1, 2)) / counts.mean(axis=(1, 2))).ravel()
    # The two kinds of noise multiply, which adds the product of their shares to what was asked for.
    product = share * (1 - share) * (dispersion - 1) ** 2 / 30.0
    within_four_errors(by_block, dispersion + product, most_error=0.06)
    assert product <= 0.034


def test_mean():
    within_four_errors(controls(FLAT, areas=600, periods=60, seed=2).mean(axis=(1, 2)), 30.0, most_error=0.1)


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.4, 0.8])
def test_autocorrelation(rho):
    process = replace(FLAT, mean=30.0, dispersion=3.0, persistent_share=1.0, autocorrelation=rho)
    counts = controls(process, areas=600, periods=60, seed=3)
    away = counts - counts.mean()
    by_block = (away[:, :, 1:] * away[:, :, :-1]).mean(axis=(1, 2)) / away.var(axis=(1, 2))
    # Correlation rho of the deviations on the log scale, thinned by the Poisson noise of the counts.
    truth = process.mean * np.expm1(rho * process.deviation_sd**2) / process.dispersion
    within_four_errors(by_block, truth, most_error=0.02)


def test_a_share_that_is_new_in_each_period_is_not_autocorrelated():
    process = replace(FLAT, dispersion=3.0, persistent_share=0.0, autocorrelation=0.8)
    counts = controls(process, areas=600, periods=60, seed=4)
    away = counts - counts.mean()
    by_block = (away[:, :, 1:] * away[:, :, :-1]).mean(axis=(1, 2)) / away.var(axis=(1, 2))
    within_four_errors(by_block, 0.0, most_error=0.02)


LARGE = replace(FLAT, mean=40_000.0, dispersion=1.0)


def test_rate_ratios_of_during_and_after():
    panel = ev.simulate_panel(
        areas=3, periods=48, process=LARGE, operation_at=24, operation_periods=2, every="week",
        rate_ratio_during=1.3, rate_ratio_after=0.7, seed=5,
    )  # fmt: skip
    ratio = panel.counts.values[0, :, 0] / panel.truth.expected.to_numpy()
    error = 1 / np.sqrt(40_000 * np.array([24, 2, 22]))
    parts = np.array([ratio[:24].mean(), ratio[24:26].mean(), ratio[26:].mean()])
    assert (np.abs(parts - [1.0, 1.3, 0.7]) < 4 * error * np.sqrt(1.3)).all()


@pytest.mark.parametrize(("buffers", "displaced"), [(1, 0.5), (2, 0.5), (4, 1.0), (2, 0.0)])
def test_what_is_displaced_arrives_in_the_buffers_in_equal_parts(buffers, displaced):
    panel = ev.simulate_panel(
        areas=8, periods=48, process=LARGE, operation_at=24, every="week",
        rate_ratio_during=0.6, rate_ratio_after=0.6, buffers=buffers, displaced=displaced, seed=6,
    )  # fmt: skip
    counts, truth = panel.counts.squeeze("outcome"), panel.truth
    assert truth.buffer == tuple(f"A{number:02d}" for number in range(2, 2 + buffers))
    prevented = 40_000 * 0.4 * 24
    excess = counts.sel(area=list(truth.buffer))[:, 24:].sum("period") - 40_000 * 24
    error = np.sqrt(40_000 * 24 * 1.4)
    assert (np.abs(excess.values - displaced * prevented / buffers) < 4 * error).all()
    others = counts[1 + buffers :, 24:].sum("period") - 40_000 * 24
    assert (np.abs(others.values) < 4 * error).all()


def test_a_triggered_operation_follows_the_highest_of_twelve():
    spikes, plain = [], []
    for seed in range(40):
        for triggered, kept in ((True, spikes), (False, plain)):
            panel = ev.simulate_panel(areas=2, periods=48, operation_at=30, triggered=triggered, seed=seed)
            before = panel.counts.values[0, 18:30, 0]
            kept.append(before[-1] == before.max())
    assert all(spikes)
    assert 0 < sum(plain) < 20  # about one in twelve, ties aside


def test_after_a_trigger_counts_fall_without_any_effect():
    """Regression to the mean: no effect is planted, and the next month is lower all the same."""
    change = []
    for seed in range(60):
        panel = ev.simulate_panel(
            areas=2, periods=48, process=FLAT, operation_at=30, triggered=True, seed=seed
        )
        counts = panel.counts.values[0, :, 0] / panel.exposure_days.to_numpy()
        change.append(np.log(counts[30:42].mean() / counts[29]))
    error = np.std(change, ddof=1) / np.sqrt(len(change))
    assert np.mean(change) < -4 * error


def test_same_seed_same_panel():
    one, again, other = (ev.simulate_panel(areas=5, periods=36, seed=seed) for seed in (1, 1, 2))
    xr.testing.assert_identical(one.counts, again.counts)
    assert not np.array_equal(one.counts.values, other.counts.values)


def test_the_truth_goes_with_the_panel():
    panel = ev.simulate_panel(areas=120, periods=48, operation_at=30, operation_periods=3, seed=1)
    assert panel.provenance.simulated
    assert list(panel.areas[:2]) == ["A001", "A002"]
    assert (str(panel.truth.start), str(panel.truth.end)) == ("2012-07", "2012-09")
    assert panel.truth.expected.index.equals(panel.periods)
    assert panel.truth.expected.mean() == pytest.approx(30.0, rel=0.15)


def test_season_and_shocks_are_shared():
    waves = ev.simulate_panel(
        areas=200, periods=96, process=replace(FLAT, season=0.3, shock=0.0), seed=7
    ).counts.squeeze("outcome")
    by_month = (waves.sum("area").values / waves.sizes["area"]).reshape(8, 12)
    # A wave of amplitude 0.3 on the log scale: its range is 0.6, give or take the days of months and the noise.
    assert np.log(by_month.mean(axis=0)).max() - np.log(by_month.mean(axis=0)).min() == pytest.approx(
        0.6, abs=0.12
    )
    shocked = ev.simulate_panel(areas=400, periods=96, process=replace(FLAT, shock=0.2), every="week", seed=8)
    total = np.log(shocked.counts.sum("area").values.ravel())
    assert total.std(ddof=1) == pytest.approx(0.2, abs=4 * 0.2 / np.sqrt(2 * 95))


REFUSALS = {
    "no room before": (
        {"operation_at": 11},
        "An operation at period 11 of 96 with 0 buffers among 13 areas does not fit; it needs 12 periods before it, "
        "an end inside the panel and at least one area more than buffers.",
    ),
    "no room after": (
        {"operation_at": 95, "operation_periods": 2},
        "An operation at period 95 of 96 with 0 buffers among 13 areas does not fit; it needs 12 periods before it, "
        "an end inside the panel and at least one area more than buffers.",
    ),
    "more buffers than areas": (
        {"buffers": 13},
        "An operation at period 72 of 96 with 13 buffers among 13 areas does not fit; it needs 12 periods before it, "
        "an end inside the panel and at least one area more than buffers.",
    ),
    "fewer than Poisson": (
        {"process": {"dispersion": 0.9}},
        "A process needs mean > 0, dispersion >= 1 and autocorrelation between -1 and 1; these are 30.0, 0.9 and 0.4.",
    ),
    "a random walk": (
        {"process": {"autocorrelation": 1.0}},
        "A process needs mean > 0, dispersion >= 1 and autocorrelation between -1 and 1; these are 30.0, 1.5 and 1.0.",
    ),
    "a share above one": (
        {"process": {"persistent_share": 1.2}},
        "persistent_share is a share between 0 and 1; it is 1.2.",
    ),
    "no such length": (
        {"every": "fortnight"},
        'Counts cannot be simulated by "fortnight". Valid names: day, week, 4 weeks, month, quarter and year.',
    ),
    "a rate ratio of nought": (
        {"rate_ratio_after": 0.0},
        "A rate ratio is above 0; these are 1.0 during and 0.0 after.",
    ),
    "more displaced than none": (
        {"displaced": 0.5},
        "displaced=0.5 needs somewhere to go: buffers is 0.",
    ),
}


def simulated(*, process: dict[str, float] | None = None, **changes) -> ev.SimulatedPanel:
    return ev.simulate_panel(process=ev.Process(**(process or {})), **changes, seed=1)


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case):
    changes, message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        simulated(**changes)
    assert str(refused.value) == message


def test_outcomes_join_under_their_names():
    one, two = (ev.simulate_panel(areas=3, periods=24, seed=seed) for seed in (1, 2))
    both = with_outcomes({"robbery": one, "theft": two})
    np.testing.assert_array_equal(both.counts.sel(outcome="theft").values, two.counts.values[:, :, 0])
    assert both.provenance.simulated
    with pytest.raises(ValueError, match="join"):
        with_outcomes({"robbery": one, "theft": ev.simulate_panel(areas=4, periods=24, seed=1)})


def test_a_trend_of_the_treated_area_alone_passes_its_level_at_the_operation():
    process = replace(FLAT, mean=1e6, dispersion=1.0, trend=0.01)
    panel = ev.simulate_panel(areas=3, periods=60, process=process, operation_at=40, seed=1)
    days = panel.counts.period.to_index().days_in_month.to_numpy()
    rates = np.log(panel.counts.values[:, :, 0] / days)
    assert np.allclose(np.diff(rates[0]), 0.01, atol=0.01)
    assert np.abs(rates[1] - rates[1].mean()).max() < 0.01
    assert np.isclose(rates[0, 40] - rates[1, 40], 0.0, atol=0.01)


def test_contaminated_controls_receive_half_of_the_effect():
    process = replace(FLAT, mean=1e6, dispersion=1.0)
    given = {
        "areas": 11,
        "periods": 60,
        "process": process,
        "rate_ratio_during": 0.7,
        "rate_ratio_after": 0.7,
    }
    clean = ev.simulate_panel(seed=1, **given).counts.values[:, :, 0]
    spoilt = ev.simulate_panel(seed=1, contaminated=0.3, **given).counts.values[:, :, 0]
    after = spoilt[:, 45:].sum(axis=1) / clean[:, 45:].sum(axis=1)
    assert np.allclose(after[1:4], 0.7**0.5, atol=0.002)
    assert np.allclose(after[[0, *range(4, 11)]], 1.0, atol=0.002)
    with pytest.raises(ev.DataError, match=r"between 0 and 1; it is 3"):
        ev.simulate_panel(seed=1, contaminated=3)
