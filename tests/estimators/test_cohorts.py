"""Cohorts: totals by hand, clean controls, what a pooled regression gets wrong, size, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev


def panel_of(rows) -> ev.Panel:
    rows = np.asarray(rows, dtype=float)
    return ev.Panel(
        xr.DataArray(
            rows[:, :, None],
            dims=("area", "period", "outcome"),
            coords={
                "area": [f"W{number:02d}" for number in range(1, len(rows) + 1)],
                "period": pd.period_range("2010-01", periods=rows.shape[1], freq="M"),
                "outcome": ["crime"],
            },
        )
    )


def cohort(panel, name, month, treated, *, before="18 months", after="12 months", **settings) -> ev.Design:
    return ev.Design(
        panel, outcome="crime", treated=treated, before=before, after=after,
        operations=[ev.Operation(name, f"{month}-01", f"{month}-28")], **settings,
    )  # fmt: skip


def poisson(areas=40, periods=60, seed=1, mean=60.0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (areas, periods)).astype(float)


def two(panel) -> list[ev.Design]:
    return [cohort(panel, "east", "2012-01", ["W01"]), cohort(panel, "west", "2012-07", ["W02", "W03"])]


def test_total_is_recorded_over_expected():
    found = ev.cohort_effects(two(panel_of(poisson())), seed=1)
    after = found.effects.xs("after", level="window")
    assert after.loc["all cohorts", "observed"] == after["observed"].iloc[:2].sum()
    assert after.loc["all cohorts", "expected"] == pytest.approx(after["expected"].iloc[:2].sum())
    assert after.loc["all cohorts", "rate_ratio"] == pytest.approx(
        after["observed"].iloc[:2].sum() / after["expected"].iloc[:2].sum()
    )
    assert list(found.p_values) == ["during", "after"]


def test_areas_treated_before_the_end_are_no_controls_and_later_ones_are():
    panel = panel_of(poisson())
    late = cohort(panel, "late", "2013-06", ["W04"])
    east, west, last = ev.cohort_effects([*two(panel), late], seed=1).results
    assert {"W02", "W03"}.isdisjoint(east.design.control)
    assert "W04" in east.design.control  # its operation lies after east's last period
    assert "W04" not in west.design.control
    assert {"W01", "W02", "W03"}.isdisjoint(last.design.control)


def test_a_pooled_regression_is_wrong_where_effects_grow_and_cohorts_are_not():
    """Both areas lose 4% more each month after; the early one serves the pooled regression as a control."""
    import statsmodels.api as sm

    random = np.random.default_rng(2)
    means = np.full((12, 54), 4_000.0)
    since = np.arange(54)
    for area, start in ((0, 19), (1, 19), (2, 31), (3, 31)):
        means[area] *= np.exp(-0.04 * np.maximum(since - start + 1, 0))
    rows = random.poisson(means)
    panel = panel_of(rows)
    designs = [
        cohort(panel, "early", "2011-07", ["W01", "W02"], after="12 months"),
        cohort(panel, "later", "2012-07", ["W03", "W04"], after="12 months"),
    ]
    effect = ev.cohort_effects(designs, seed=1).pooled[-1]
    truth = np.mean(np.exp(-0.04 * np.arange(1, 13)))
    assert effect.rate_ratio == pytest.approx(truth, abs=0.01)

    # The pooled two-way regression of the four areas over the same months, with one effect after each start.
    chosen = rows[:4, :43]
    area, month = np.indices(chosen.shape)
    treated = np.where(area < 2, month >= 19, month >= 31).astype(float)
    X = np.column_stack(
        [(area == a).ravel() for a in range(4)]
        + [(month == t).ravel() for t in range(1, 43)]
        + [treated.ravel()]
    ).astype(float)
    pooled = np.exp(sm.GLM(chosen.ravel(), X, family=sm.families.Poisson()).fit().params[-1])
    reached = np.exp(-0.04 * np.concatenate([np.arange(1, 25), np.arange(1, 13)])).mean()
    assert pooled > reached + 0.08


def test_size_of_the_test_of_the_total():
    """60 null sets with overdispersed counts; the Monte Carlo error is 2.8."""
    random = np.random.default_rng(3)
    rejected = 0
    for _ in range(60):
        panel = panel_of(random.poisson(random.gamma(15, random.lognormal(1, 0.4, (30, 1)), (30, 49))))
        rejected += ev.cohort_effects(two(panel), draws=199, seed=1).p_values["after"] <= 0.05
    assert rejected <= 9


def test_interval_covers_and_narrows_with_cohorts():
    """A fall by 40% in 20 panels: the 95% interval of the total should miss it once."""
    random = np.random.default_rng(4)
    inside = prevented = 0
    for _ in range(20):
        rows = random.poisson(150, (40, 60))
        rows[0, 25:], rows[1:3, 31:] = random.poisson(90, 35), random.poisson(90, (2, 29))
        found = ev.cohort_effects(two(panel_of(rows)), draws=199, seed=1)
        one, total = found.results[0].effect("east", "after"), found.pooled[-1]
        inside += total.lower < 0.6 < total.upper
        assert total.upper < 0.8
        assert np.log(total.upper / total.lower) < np.log(one.upper / one.lower)
        prevented += total.prevented_lower < 150 * 36 * 0.4 < total.prevented_upper
        assert found.p_values["after"] == 1 / 200
    assert inside >= 17
    assert prevented >= 17


def test_order_of_cohorts_moves_nothing():
    designs = two(panel_of(poisson()))
    one, turned = ev.cohort_effects(designs, seed=1), ev.cohort_effects(designs[::-1], seed=1)
    assert one.effects.equals(turned.effects)


def test_order_of_areas_moves_nothing():
    panel = panel_of(poisson())
    turned = ev.Panel(panel.counts.isel(area=np.random.default_rng(1).permutation(40)))
    one, other = (ev.cohort_effects(two(each), draws=199, seed=1).effects for each in (panel, turned))
    numbers = ["rate_ratio", "lower", "upper", "p_reduction"]
    assert one[numbers].to_numpy() == pytest.approx(other[numbers].to_numpy(), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda panel: two(panel)[:1],
            "cohort_effects adds up two cohorts or more; this is 1. Fit DifferenceInDifferences to one.",
        ),
        (
            lambda panel: [two(panel)[0], cohort(panel, "west", "2012-07", ["W01"])],
            "Each area is treated in one cohort; W01 is in several. An area with two operations is one design with "
            "two operations.",
        ),
        (
            lambda panel: [two(panel)[0], cohort(panel, "east", "2012-07", ["W02"])],
            "Each cohort's operation needs a name of its own; these are east and east.",
        ),
        (
            lambda panel: [two(panel)[0], two(panel_of(poisson()))[1]],
            "Cohorts are designs on one panel and one outcome; these differ. Make them from the same panel.",
        ),
    ],
)
def test_designs_that_do_not_go_together(change, words):
    with pytest.raises(ev.DesignError) as caught:
        ev.cohort_effects(change(panel_of(poisson())), seed=1)
    assert str(caught.value) == words


def test_refuses_a_cohort_without_enough_controls():
    with pytest.raises(
        ev.FitError, match='The cohort "west" has 2 clean control areas, and its placebos need 3'
    ):
        ev.cohort_effects(two(panel_of(poisson(areas=5))), seed=1)
