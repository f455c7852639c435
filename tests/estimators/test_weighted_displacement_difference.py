"""The weighted displacement difference as an estimator: the paper's totals spread over months, nets, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

import evaluate as ev


def design_of(rows, *, buffer=(), treated=("W01",), **keywords) -> ev.Design:
    """Counts by area from January 2010; two years before, patrols in January 2012, six months after."""
    rows = np.asarray(rows, dtype=float)
    periods = pd.period_range("2010-01", periods=rows.shape[1], freq="M")
    codes = [f"W{number:02d}" for number in range(1, len(rows) + 1)]
    data = xr.DataArray(
        rows[:, :, None],
        dims=("area", "period", "outcome"),
        coords={"area": codes, "period": periods, "outcome": ["crime"]},
    )
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=treated, buffer=buffer,
        operations=[ev.Operation("patrols", "2012-01-01", "2012-01-31")],
        **{"before": "24 months", "after": "6 months", **keywords},
    )  # fmt: skip


def poisson(areas=9, seed=1, mean=40.0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (areas, 31)).astype(float)


def test_expected_is_the_total_before_plus_the_controls_change():
    rows = poisson()
    result = ev.WeightedDisplacementDifference().fit(design_of(rows), seed=1)
    effect = result.effect("patrols", "after")
    length = 182 / 730
    change = (rows[1:, 25:].sum() - rows[1:, :24].sum() * length) / 8
    assert effect.expected == pytest.approx(rows[0, :24].sum() * length + change)
    assert result.diagnostics["control_weight"] == 8


def test_net_of_buffers_by_hand():
    rows = poisson()
    design = design_of(rows, buffer=["W02", "W03"])
    result = ev.WeightedDisplacementDifference().fit(design, seed=1)
    net = result.diagnostics["net"]["patrols, after"]
    length, weight = 182 / 730, 6 / 3
    before, after = rows[:, :24].sum(axis=1) * length, rows[:, 25:].sum(axis=1)
    change = after - before
    assert net["estimate"] == pytest.approx(change[:3].sum() - change[3:].sum() / weight)
    counts = after[:3].sum() + (before[:3] * length).sum()
    counts += (after[3:].sum() + (before[3:] * length).sum()) / weight**2
    assert net["standard_error"] == pytest.approx(np.sqrt(result.diagnostics["dispersion"] * counts))
    assert net["local"] + net["displacement"] == pytest.approx(net["estimate"])


def test_ratio_interval_is_the_delta_method():
    rows = poisson()
    result = ev.WeightedDisplacementDifference().fit(design_of(rows), seed=1)
    effect, phi = result.effect("patrols", "after"), result.diagnostics["dispersion"]
    length, weight = 182 / 730, 8
    noise = phi * rows[0, :24].sum() * length**2
    noise += phi * (rows[1:, 25:].sum() + rows[1:, :24].sum() * length**2) / weight**2
    error = np.sqrt(phi / effect.observed + noise / effect.expected**2)
    half = stats.t.ppf(0.975, 7 * 23) * error
    assert np.log(effect.upper / effect.rate_ratio) == pytest.approx(half)
    assert effect.prevented_upper - effect.prevented == pytest.approx(
        stats.t.ppf(0.975, 7 * 23) * np.sqrt(phi * effect.expected + noise)
    )


def test_covers_the_truth_where_areas_are_alike():
    """100 sets without autocorrelation, ratio .6: about 95 cover (Monte Carlo error 2.2)."""
    process = ev.Process(mean=40, dispersion=1.5, autocorrelation=0, persistent_share=0, spread=0)
    covered = 0
    for seed in range(100):
        panel = ev.simulate_panel(areas=9, periods=60, process=process, rate_ratio_after=0.6, seed=seed)
        result = ev.WeightedDisplacementDifference().fit(ev.simulated_design(panel), seed=1)
        effect = result.effect("operation", "after")
        covered += effect.lower <= 0.6 <= effect.upper
    assert 88 <= covered <= 100


def test_one_control_lends_its_dispersion_with_the_treated_area():
    result = ev.WeightedDisplacementDifference().fit(design_of(poisson(areas=2)), seed=1)
    assert result.diagnostics["degrees_of_freedom"] == 23
    assert result.diagnostics["dispersion"] >= 1


def test_refuses_to_expect_less_than_nothing():
    rows = np.vstack([np.full((1, 31), 4.0), np.full((3, 31), 400.0)])
    rows[1:, 24:] = 100.0
    with pytest.raises(ev.FitError, match="give control_weight, or use DifferenceInDifferences"):
        ev.WeightedDisplacementDifference().fit(design_of(rows), seed=1)
    small = ev.WeightedDisplacementDifference(control_weight=300.0).fit(design_of(rows), seed=1)
    assert small.effect("patrols", "after").expected > 0


def test_refuses_a_design_without_controls():
    with pytest.raises(ev.FitError, match="weighted displacement difference needs 1 control area"):
        ev.WeightedDisplacementDifference().fit(design_of(poisson(areas=1), control=[]), seed=1)


def test_refuses_a_weight_of_nought():
    with pytest.raises(ev.DesignError, match="control_weight is above 0; it is 0"):
        ev.WeightedDisplacementDifference(control_weight=0)


def test_quotient_and_net_effect_by_hand():
    rows = poisson()
    rows[0, 24:] = np.round(rows[0, 24:] / 3)
    design = design_of(rows, buffer=["W02"])
    found = ev.WeightedDisplacementDifference().fit(design, seed=1).diagnostics["quotient"]["patrols, after"]
    before, after = rows[:, :24].sum(axis=1), rows[:, 25:].sum(axis=1)
    control = before[2:].sum(), after[2:].sum()
    success = after[0] / control[1] - before[0] / control[0]
    nearby = after[1] / control[1] - before[1] / control[0]
    assert found["quotient"] == pytest.approx(nearby / success)
    assert found["total_net_effect"] == pytest.approx(
        (before[0] + before[1]) * control[1] / control[0] - after[0] - after[1]
    )
    assert found["lower"] < found["quotient"] < found["upper"]
    assert 0 < found["net_lower"] < found["total_net_effect"] < found["net_upper"]


def test_harm_adds_up_the_outcomes_differences():
    counts = np.stack([poisson(seed=1), poisson(seed=2)], axis=2)
    one = design_of(counts[:, :, 0])
    panel = ev.Panel(
        xr.DataArray(
            counts, dims=("area", "period", "outcome"),
            coords={"area": one.panel.areas, "period": one.panel.periods, "outcome": ["crime", "theft"]},
        )
    )  # fmt: skip
    both = ev.Design(
        panel, outcome="crime", treated=["W01"], buffer=["W02"], before="24 months", after="6 months",
        operations=[ev.Operation("patrols", "2012-01-01", "2012-01-31")],
    )  # fmt: skip
    harms = {"crime": 10.0, "theft": 1.5}
    found = (
        ev.WeightedDisplacementDifference(harms=harms).fit(both, seed=1).diagnostics["harm"]["patrols, after"]
    )
    nets = [
        ev.WeightedDisplacementDifference()
        .fit(both.for_outcome(name), seed=1)
        .diagnostics["net"]["patrols, after"]
        for name in harms
    ]
    assert found["estimate"] == pytest.approx(10 * nets[0]["estimate"] + 1.5 * nets[1]["estimate"])
    assert found["standard_error"] == pytest.approx(
        np.hypot(10 * nets[0]["standard_error"], 1.5 * nets[1]["standard_error"])
    )
    assert found["lower"] < found["estimate"] < found["upper"]


def test_refuses_harms_that_are_not_there():
    with pytest.raises(
        ev.DesignError, match=r'harms names the outcome "crimes", which is not in the data\. Did you mean'
    ):
        ev.WeightedDisplacementDifference(harms={"crimes": 1.0}).fit(design_of(poisson()), seed=1)
    with pytest.raises(ev.DesignError, match='harm of a crime is above 0; that of "crime" is 0'):
        ev.WeightedDisplacementDifference(harms={"crime": 0})
