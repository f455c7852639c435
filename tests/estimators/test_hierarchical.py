"""Partial pooling of areas: pulled together, and the total judged."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import evaluate as ev


@pytest.fixture(scope="module")
def result():
    panel = ev.simulate_panel(areas=16, periods=72, process=ev.Process(mean=20), seed=4)
    design = ev.simulated_design(panel).with_treated(["A01", "A02", "A03", "A04"])
    return ev.HierarchicalModel(model=ev.StructuralModel(draws=600)).fit(design, seed=1)


def test_pooled_effects_lie_closer_together_than_raw_ones(result):
    units = result.diagnostics["units"].xs("after", level="window")
    assert np.log(units["pooled"]).std() < np.log(units["raw"]).std()
    assert (
        np.log(units["pooled_upper"] / units["pooled_lower"])
        < np.log(units["raw_upper"] / units["raw_lower"])
    ).all()


def test_total_covers_no_effect(result):
    effect = result.effect("operation", "after")
    assert effect.lower < 1 < effect.upper
    assert effect.observed == result.design.treated_counts[-len(result.design.windows[1].periods) :].sum()


def test_the_total_is_of_the_windows_months_alone(result):
    """Summed over all months, the expected count would be several times the observed one."""
    effect = result.effect("operation", "after")
    inside = result.counterfactual.index.isin(result.design.windows[1].periods)
    expected = result.counterfactual["expected"][inside].sum()
    assert effect.expected == pytest.approx(expected, rel=0.05)
    assert effect.observed / effect.rate_ratio == pytest.approx(effect.expected, rel=0.05)


def test_one_unit_is_refused():
    design = ev.simulated_design(ev.simulate_panel(areas=5, periods=60, seed=1))
    with pytest.raises(ev.DesignError, match="pools several treated areas or outcomes"):
        ev.HierarchicalModel().fit(design, seed=1)


def test_enforcement_stays_out_of_the_pool():
    panel = ev.simulate_panel(areas=8, periods=60, seed=4)
    counts = panel.counts
    arrests = counts.assign_coords(outcome=["arrests"]) * 0 + 5.0
    both = replace(panel, counts=xr.concat([counts, arrests], "outcome"))
    design = ev.simulated_design(both).with_treated(["A01", "A02"])
    model = ev.HierarchicalModel(
        outcomes=["arrests"], enforcement=["arrests"], model=ev.StructuralModel(draws=300)
    )
    units = model.fit(design, seed=1).diagnostics["units"]
    assert units.loc["arrests", "pooled"].isna().all()
    assert units.loc["arrests", "raw"].notna().all()
    alone = ev.HierarchicalModel(model=ev.StructuralModel(draws=300)).fit(design, seed=1).diagnostics["units"]
    np.testing.assert_allclose(units.loc[design.outcome, "pooled"], alone.loc[design.outcome, "pooled"])
    with pytest.raises(ev.DesignError, match='"crime" counts enforcement'):
        ev.HierarchicalModel(outcomes=["arrests"], enforcement=["crime"]).fit(design, seed=1)
