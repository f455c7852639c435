"""Many small operations together say what none says alone."""

import numpy as np
import pytest

import evaluate as ev

MODEL = ev.StructuralModel(prior=ev.FLAT, draws=300)


def fitted(count, rate_ratio, model=MODEL):
    process = ev.Process(mean=15)
    panels = [
        ev.simulate_panel(areas=9, periods=60, process=process, rate_ratio_after=rate_ratio, seed=seed)
        for seed in range(count)
    ]
    return [model.fit(ev.simulated_design(panel), seed=1) for panel in panels]


@pytest.fixture(scope="module")
def pooled():
    return ev.pool_effects(fitted(12, 0.75), seed=1)


def test_the_typical_effect_is_found_and_surer_than_any_one(pooled):
    typical = pooled.typical
    assert typical["lower"] < 0.75 < typical["upper"] < 1
    widths = np.log(pooled.table["raw_upper"] / pooled.table["raw_lower"])
    assert np.log(typical["upper"] / typical["lower"]) < 0.6 * widths.min()


def test_pooled_effects_lie_between_raw_and_typical(pooled):
    raw, drawn = np.log(pooled.table["raw"]), np.log(pooled.table["pooled"])
    centre = np.log(pooled.typical["rate_ratio"])
    assert (np.abs(drawn - centre) < np.abs(raw - centre) + 0.02).all()


def test_another_operation_is_less_sure_than_the_typical_one(pooled):
    assert (
        pooled.another["upper"] - pooled.another["lower"] > pooled.typical["upper"] - pooled.typical["lower"]
    )


def test_order_of_the_operations_does_not_matter():
    results = fitted(4, 1.0)
    one, two = (ev.pool_effects(order, seed=1) for order in (results, results[::-1]))
    assert one.typical["rate_ratio"] == pytest.approx(two.typical["rate_ratio"], rel=1e-6)


def test_other_priors_and_single_operations_are_refused():
    sceptical = fitted(2, 1.0, ev.StructuralModel(draws=300))
    with pytest.raises(
        ev.DesignError, match="since the pool is the prior; this result is of the structural model"
    ):
        ev.pool_effects(sceptical, seed=1)
    with pytest.raises(ev.DesignError, match='two operations or more with a window "after"; there are 1'):
        ev.pool_effects(fitted(1, 1.0), seed=1)
