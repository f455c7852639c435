"""The relative and the exact rate ratio: published numbers through a design, coverage, noughts, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

import evaluate as ev
from evaluate.numerics.rate_ratio import e_test


def design_of(rows, *, before: int = 12, controls=None) -> ev.Design:
    """Counts by area and month; patrols for the month after ``before``, the rest of the months after."""
    rows = np.asarray(rows, dtype=float)
    periods = pd.period_range("2010-01", periods=rows.shape[1], freq="M")
    start = periods[before]
    data = xr.DataArray(
        rows[:, :, None],
        dims=("area", "period", "outcome"),
        coords={"area": [f"W{n}" for n in range(len(rows))], "period": periods, "outcome": ["crime"]},
    )
    return ev.Design(
        ev.Panel(data), outcome="crime", treated=["W0"],
        operations=[ev.Operation("patrols", start.start_time, start.end_time.normalize())],
        control=ev.ALL_OTHERS if controls is None else controls,
        before=f"{before} months", after=f"{rows.shape[1] - before - 1} months",
    )  # fmt: skip


def spread(total: int, months: int) -> np.ndarray:
    """A total over months as evenly as whole numbers go."""
    return np.diff(np.round(np.linspace(0, total, months + 1)))


def published(treated: tuple[int, int], control: tuple[int, int]) -> ev.Design:
    """Four totals as twelve months before and a single month of the operation."""
    rows = [np.append(spread(pair[0], 12), pair[1]) for pair in (treated, control)]
    return design_of(rows)


@pytest.mark.parametrize(
    ("treated", "control", "ratio", "lower", "upper"),
    [
        ((50, 30), (60, 55), 0.6545, 0.37, 1.17),
        ((207, 110), (308, 318), 0.515, 0.389, 0.681),
        ((169, 86), (184, 192), 0.488, 0.351, 0.678),
    ],
)
def test_wilson_2022_with_poisson_counts(treated, control, ratio, lower, upper):
    effect = ev.RelativeRateRatio(dispersion=1.0).fit(published(treated, control)).effect("patrols", "during")
    assert effect.rate_ratio == pytest.approx(ratio, abs=5e-4)
    assert (effect.lower, effect.upper) == pytest.approx((lower, upper), abs=5e-3)


def test_intervals_of_other_dispersions_are_given():
    result = ev.RelativeRateRatio().fit(published((207, 110), (308, 318)))
    bounds = result.diagnostics["interval_by_dispersion"]["patrols, during"]
    assert bounds[2.0] == pytest.approx((0.347, 0.764), abs=5e-4)
    assert bounds[4.0][0] < bounds[2.0][0] < bounds[1.0][0]


@pytest.mark.parametrize(
    ("treated", "control", "ratio", "lower", "upper"),
    [
        ((50, 30), (60, 55), 0.6560, 0.350, 1.218),
        ((207, 110), (308, 318), 0.5150, 0.385, 0.687),
        ((9, 2), (38, 40), 0.2144, 0.021, 1.131),
    ],
)
def test_conditional_odds_ratios_that_r_prints(treated, control, ratio, lower, upper):
    effect = ev.ExactRateRatio().fit(published(treated, control), seed=1).effect("patrols", "during")
    assert effect.rate_ratio == pytest.approx(ratio, abs=1e-4)
    assert (effect.lower, effect.upper) == pytest.approx((lower, upper), abs=5e-4)


def test_without_controls_it_is_the_binomial_test_and_the_e_test():
    rows = [np.append(spread(24, 12), 0), np.append(spread(30, 12), 3)]
    rows[0][-1] = 6
    result = ev.ExactRateRatio(controls="none").fit(design_of(rows), seed=1)
    effect = result.effect("patrols", "during")
    assert effect.rate_ratio == pytest.approx(6 / 24 * 365 / 31)
    assert result.diagnostics["e_test"]["patrols, during"] == pytest.approx(e_test((6, 31), (24, 365)))
    binomial = stats.binomtest(6, 30, 31 / 396, alternative="greater").pvalue
    assert result.diagnostics["p_value"]["patrols, during"] == pytest.approx(2 * binomial)
    assert result.diagnostics["design_grade_ceiling"] == "E"


def test_exact_intervals_cover_small_poisson_counts():
    """150 sets of about four a month in all: at least 95% less three Monte Carlo errors; mid-p nearer to 95%."""
    random = np.random.default_rng(1)
    held = {False: 0, True: 0}
    for _ in range(150):
        design = design_of(random.poisson(np.array([[0.6]] + 4 * [[0.9]]) * np.ones((5, 18))) + 0.0)
        for mid_p in held:
            try:
                effect = ev.ExactRateRatio(mid_p=mid_p).fit(design, seed=1).effect("patrols", "after")
            except ev.FitError:  # nothing at all before
                held[mid_p] += 1
                continue
            held[mid_p] += effect.lower <= 1 <= effect.upper
    assert held[False] / 150 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150)
    assert held[True] <= held[False]
    assert held[True] / 150 > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 150)


def test_a_window_without_crime_has_a_ratio_of_nought_and_an_upper_end():
    rows = np.array([np.append(spread(12, 12), [0, 0, 0]), np.append(spread(60, 12), [5, 5, 5])])
    effect = ev.ExactRateRatio().fit(design_of(rows), seed=1).effect("patrols", "after")
    assert (effect.rate_ratio, effect.lower) == (0.0, 0.0)
    assert 0.5 < effect.upper < 3
    assert effect.prevented == pytest.approx(2)
    other = ev.RelativeRateRatio(dispersion=1).fit(design_of(rows), seed=1).effect("patrols", "after")
    assert other.interval == "overdispersed t interval of four totals; half a count added to a nought"


def test_says_that_poisson_is_too_narrow():
    random = np.random.default_rng(3)
    rows = random.negative_binomial(2, 2 / (2 + 8), (4, 20))
    effect = ev.ExactRateRatio().fit(design_of(rows), seed=1).effect("patrols", "after")
    assert "; too narrow, as the baseline's counts vary" in effect.interval


def test_order_of_areas_and_seed_do_not_matter():
    rows = np.random.default_rng(4).poisson(3, (6, 20))
    order = [0, 3, 1, 5, 2, 4]
    for estimator in (ev.ExactRateRatio(), ev.RelativeRateRatio()):
        one = estimator.fit(design_of(rows), seed=1).effects[["rate_ratio", "lower", "upper"]]
        other = estimator.fit(design_of(rows[order]), seed=2).effects[["rate_ratio", "lower", "upper"]]
        assert one.to_numpy() == pytest.approx(other.to_numpy())


def test_a_factor_that_all_share_moves_neither():
    """Three times the crime everywhere in the window: as if it had three times the days."""
    rows = np.random.default_rng(5).poisson(20, (6, 20))
    more = rows * np.where(np.arange(20) >= 12, 3, 1)
    for estimator in (ev.RelativeRateRatio(), ev.ExactRateRatio()):
        one, other = (
            estimator.fit(design_of(r), seed=1).effect("patrols", "after").rate_ratio for r in (rows, more)
        )
        assert one == pytest.approx(other, rel=2e-3)


def test_one_period_before_shows_no_dispersion():
    rows = [[50, 30, 20], [60, 55, 50]]
    effect = ev.RelativeRateRatio().fit(design_of(rows, before=1)).effect("patrols", "during")
    assert effect.interval == "none: one baseline period does not show how much counts vary; give dispersion"
    assert np.isnan(effect.lower)


def test_refuses_large_totals_and_nothing_before():
    with pytest.raises(
        ev.FitError, match=r"is for small counts; the treated area has .* Use RelativeRateRatio"
    ):
        ev.ExactRateRatio().fit(design_of(np.full((3, 20), 900)))
    rows = np.ones((3, 20))
    rows[0, :12] = 0
    for estimator in (ev.ExactRateRatio(), ev.RelativeRateRatio()):
        with pytest.raises(ev.FitError, match='for the window "patrols, during"'):
            estimator.fit(design_of(rows))


def test_refuses_settings_that_do_not_exist():
    with pytest.raises(ev.DesignError, match='controls is "pooled" or "none"; it is "some"'):
        ev.ExactRateRatio(controls="some")
    with pytest.raises(ev.DesignError, match=r"dispersion is 1 or more; it is 0\.5"):
        ev.RelativeRateRatio(dispersion=0.5)
