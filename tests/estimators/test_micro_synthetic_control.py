"""Micro synthetic control: recovery, what is matched, placebo groups, the feasible range, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev


def blocks(ratio: float = 1.0, seed: int = 1, areas: int = 500) -> ev.Panel:
    """Small areas of different level with a common course; the first 15 are treated from month 25 on."""
    random = np.random.default_rng(seed)
    level = random.gamma(2, 1.0, areas)
    course = np.exp(random.normal(0, 0.05, 30).cumsum())
    effect = np.ones((areas, 30))
    effect[:15, 24:] = ratio
    counts = np.stack(
        [random.poisson(level[:, None] * course * effect), random.poisson(level[:, None], (areas, 30))]
    )
    return ev.Panel(
        xr.DataArray(
            counts.transpose(1, 2, 0).astype(float),
            dims=("area", "period", "outcome"),
            coords={
                "area": [f"B{number:04d}" for number in range(areas)],
                "period": pd.period_range("2010-01", periods=30, freq="M"),
                "outcome": ["crime", "calls"],
            },
        )
    )


def design_of(panel: ev.Panel, **keywords) -> ev.Design:
    treated = [str(area) for area in panel.areas[:15]]
    return ev.Design(
        panel, outcome="crime", treated=treated, operations=[ev.Operation("patrols", "2012-01-01", "2012-01-31")],
        **{"before": "24 months", "after": "5 months", **keywords},
    )  # fmt: skip


def test_recovers_a_known_effect():
    """20 sets of ratio .6: the mean log ratio is within three Monte Carlo errors."""
    found = [
        np.log(
            ev.MicroSyntheticControl(every=4, placebos=0)
            .fit(design_of(blocks(0.6, seed)), seed=1)
            .effect("patrols", "after")
            .rate_ratio
        )
        for seed in range(20)
    ]
    assert np.mean(found) == pytest.approx(np.log(0.6), abs=3 * np.std(found) / np.sqrt(20))


def test_interval_holds_the_truth_and_a_large_fall_is_rare():
    result = ev.MicroSyntheticControl(every=4, placebos=60).fit(design_of(blocks(0.5)), seed=1)
    effect = result.effect("patrols", "after")
    assert effect.lower < 0.5 < effect.upper < 1
    assert result.diagnostics["p_value"]["patrols, after"] == pytest.approx(1 / 61)
    assert effect.interval == "placebo interval: 60 random groups of control areas in the treated ones' place"


def test_everything_asked_for_is_matched():
    panel = blocks()
    covariates = pd.DataFrame({"people": np.arange(500.0) % 20}, index=[str(area) for area in panel.areas])
    estimator = ev.MicroSyntheticControl(matched=["calls"], covariates=covariates, every=3, placebos=0)
    result = estimator.fit(design_of(panel), seed=1)
    assert result.diagnostics["matched_totals"] == 1 + 8 + 8 + 1
    table = result.counterfactual.iloc[:24]
    months = np.repeat(np.arange(8), 3)
    assert table["expected"].groupby(months).sum().tolist() == pytest.approx(
        table["observed"].groupby(months).sum().tolist()
    )


def test_lies_within_the_feasible_range():
    result = ev.MicroSyntheticControl(every=4, placebos=0).fit(design_of(blocks(0.6)), seed=1)
    low, high = result.diagnostics["feasible_ratio"]["patrols, after"]
    assert low < result.effect("patrols", "after").rate_ratio < high


def test_order_of_areas_does_not_matter():
    panel = blocks(0.6)
    order = np.concatenate([np.arange(15), 15 + np.random.default_rng(1).permutation(485)])
    moved = ev.Panel(panel.counts.isel(area=order))
    estimator = ev.MicroSyntheticControl(every=4, placebos=0)
    one, other = (
        estimator.fit(design_of(one), seed=1).effects["rate_ratio"].tolist() for one in (panel, moved)
    )
    assert one == pytest.approx(other, rel=1e-6)


def test_no_placebos_no_interval():
    effect = (
        ev.MicroSyntheticControl(every=4, placebos=5)
        .fit(design_of(blocks()), seed=1)
        .effect("patrols", "after")
    )
    assert np.isnan(effect.lower)
    assert effect.interval == "none: 5 placebo areas cannot reject at 5%, which needs 19"


def test_refuses_too_few_control_areas():
    with pytest.raises(ev.FitError) as caught:
        ev.MicroSyntheticControl().fit(design_of(blocks(areas=60)), seed=1)
    assert str(caught.value) == (
        "The micro synthetic control meets 25 totals, which needs 75 control areas; there are 45. Match fewer "
        "(every=...), or use SyntheticDifferenceInDifferences."
    )


def test_refuses_an_outcome_and_a_covariate_that_are_not_there():
    design = design_of(blocks())
    with pytest.raises(ev.DesignError, match=r'matched names the outcome "cals".*Did you mean "calls"'):
        ev.MicroSyntheticControl(matched=["cals"]).fit(design, seed=1)
    people = pd.DataFrame({"people": [1.0]}, index=["B0000"])
    with pytest.raises(
        ev.DesignError, match=r'covariates has no row for 499 areas of the design, among them "B0001"'
    ):
        ev.MicroSyntheticControl(covariates=people).fit(design, seed=1)


def test_refuses_settings_that_do_not_exist():
    with pytest.raises(ev.DesignError, match="every is 1 or more"):
        ev.MicroSyntheticControl(every=0)
