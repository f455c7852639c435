"""What must not change an answer, over every estimator: order, names, calendar, seeds; and what all results hold."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.effects.result import COUNTERFACTUAL_COLUMNS, EFFECT_COLUMNS

PROCESS = ev.Process(mean=120, dispersion=1.5, spread=0.2)
ESTIMATORS = [
    ev.ArimaIntervention(order=(1, 0, 0), season=1),
    ev.BeforeAfter(),
    ev.DifferenceInDifferences(),
    ev.InterruptedTimeSeries(),
    ev.InterruptedTimeSeries(family="quasi-poisson", controls="offset", season=None),
    ev.InterruptedTimeSeries(family="log rate", slope_change=True),
    ev.InterruptedTimeSeries(family="poisson", inference="sandwich", season="months"),
    ev.InterruptedTimeSeries(family="beta-binomial", controls="conditional", season=None),
    ev.InterruptedTimeSeries(family="quasi-poisson", change="gradual", season=None),
    ev.RelativeRateRatio(),
    ev.RidgeAugmentedSyntheticControl(),
    ev.SyntheticControl(),
    ev.SyntheticDifferenceInDifferences(),
    ev.WeightedDisplacementDifference(),
]
NAMES = [f"{number} {estimator.name}" for number, estimator in enumerate(ESTIMATORS)]
NUMBERS = [column for column in EFFECT_COLUMNS if column != "interval"]
RATIOS = ["rate_ratio", "lower", "upper", "p_reduction"]

over_all = pytest.mark.parametrize("estimator", ESTIMATORS, ids=NAMES)


def simulated() -> ev.SimulatedPanel:
    return ev.simulate_panel(areas=24, periods=60, process=PROCESS, rate_ratio_after=0.7, buffers=2, seed=5)


def two_operations(
    panel: ev.Panel, *, start: int = 2013, treated: str = "A01", buffer=("A02", "A03")
) -> ev.Design:
    """The second operation fills five days of one month and a spike prompted the first."""
    return ev.Design(
        panel,
        outcome=str(panel.outcomes[0]),
        treated=[treated],
        buffer=buffer,
        operations=[
            ev.Operation("first", f"{start}-06-01", f"{start}-06-30"),
            ev.Operation("second", f"{start + 1}-05-22", f"{start + 1}-05-26"),
        ],
        before="36 months",
        after="6 months",
        trigger="3 months",
    )


@pytest.fixture(scope="module")
def design() -> ev.Design:
    return two_operations(simulated())


@pytest.fixture(scope="module")
def results(design) -> dict[str, ev.Result]:
    return {name: estimator.fit(design, seed=1) for name, estimator in zip(NAMES, ESTIMATORS, strict=True)}


def result_of(results, estimator) -> ev.Result:
    return results[NAMES[ESTIMATORS.index(estimator)]]


def numbers(result: ev.Result, columns=tuple(NUMBERS)) -> np.ndarray:
    return result.effects[list(columns)].to_numpy(dtype=float)


@over_all
def test_results_hold_what_is_promised(results, estimator, design):
    result = result_of(results, estimator)
    assert list(result.effects.columns) == list(EFFECT_COLUMNS)
    assert list(result.effects.index) == [window.key for window in design.windows]
    assert tuple(result.counterfactual.columns) == COUNTERFACTUAL_COLUMNS
    assert result.counterfactual.index.equals(pd.PeriodIndex(design.periods, name="period"))
    assert result.counterfactual["observed"].tolist() == design.treated_counts.tolist()
    assert (result.counterfactual["expected"] > 0).all()
    assert result.estimator is estimator
    assert result.seed == 1


@over_all
def test_intervals_hold_their_estimates(results, estimator):
    effects = result_of(results, estimator).effects
    assert (effects["lower"] < effects["rate_ratio"]).all()
    assert (effects["rate_ratio"] < effects["upper"]).all()
    assert (effects["prevented_lower"] < effects["prevented"]).all()
    assert (effects["prevented"] < effects["prevented_upper"]).all()
    assert effects["prevented"].tolist() == pytest.approx(
        (effects["expected"] - effects["observed"]).tolist()
    )
    assert effects["p_reduction"].between(0, 1).all()
    below = effects["rate_ratio"] < 1
    assert (effects.loc[below, "p_reduction"] >= 0.5).all()


@over_all
def test_ratio_and_totals_tell_the_same_story(results, estimator):
    """Observed over expected and the rate ratio differ by no more than a retransformation."""
    effects = result_of(results, estimator).effects
    assert (effects["observed"] / effects["expected"]).tolist() == pytest.approx(
        effects["rate_ratio"].tolist(), rel=0.12
    )


@over_all
def test_same_seed_same_numbers(results, estimator, design):
    again = estimator.fit(design, seed=1)
    assert numbers(again).tolist() == numbers(result_of(results, estimator)).tolist()
    assert again.counterfactual.equals(result_of(results, estimator).counterfactual)


@over_all
def test_seeds_move_no_ratio(results, estimator, design):
    other = numbers(estimator.fit(design, seed=2), RATIOS)
    assert other == pytest.approx(numbers(result_of(results, estimator), RATIOS))


@over_all
def test_order_of_areas_does_not_matter(results, estimator):
    panel = simulated()
    order = np.random.default_rng(1).permutation(len(panel.areas))
    shuffled = two_operations(ev.Panel(panel.counts.isel(area=order)))
    assert numbers(estimator.fit(shuffled, seed=1)) == pytest.approx(
        numbers(result_of(results, estimator)), rel=1e-4
    )


@over_all
def test_names_do_not_matter(results, estimator):
    panel = simulated()
    codes = [f"E{99 - number:08d}" for number in range(len(panel.areas))]
    renamed = ev.Panel(panel.counts.assign_coords(area=codes, outcome=["robbery"]))
    moved = two_operations(renamed, treated=codes[0], buffer=codes[1:3])
    assert numbers(estimator.fit(moved, seed=1)) == pytest.approx(
        numbers(result_of(results, estimator)), rel=1e-4
    )


@over_all
def test_the_calendar_does_not_matter(results, estimator):
    """Four years later, when months have the same days."""
    panel = simulated()
    later = pd.period_range("2014-01", periods=len(panel.periods), freq="M")
    moved = two_operations(ev.Panel(panel.counts.assign_coords(period=later)), start=2017)
    assert numbers(estimator.fit(moved, seed=1)) == pytest.approx(
        numbers(result_of(results, estimator)), rel=1e-4
    )


@over_all
def test_areas_outside_the_design_do_not_matter(results, estimator):
    """Excluding an area is the same as never having read it."""
    panel = simulated()
    less = two_operations(panel.select(areas=[area for area in panel.areas if area != "A20"]))
    without = two_operations(panel).without(["A20"])
    assert numbers(estimator.fit(without, seed=1)) == pytest.approx(numbers(estimator.fit(less, seed=1)))


@pytest.mark.parametrize(
    "estimator",
    # Binomial families weigh periods by how noisy their counts are, which counting ten times changes.
    [one for one in ESTIMATORS if "binomial" not in getattr(one, "family", "")],
    ids=lambda estimator: estimator.name,
)
def test_ten_times_the_counts_is_the_same_ratio(results, estimator):
    """Counting every crime ten times moves no estimate, only how sure it is."""
    ten = two_operations(ev.Panel(10 * simulated().counts))
    assert numbers(estimator.fit(ten, seed=1), ["rate_ratio"]) == pytest.approx(
        numbers(result_of(results, estimator), ["rate_ratio"]), rel=1e-4
    )


@pytest.mark.parametrize(
    "estimator",
    [ev.DifferenceInDifferences(), ev.RelativeRateRatio(), ev.SyntheticDifferenceInDifferences()],
    ids=lambda estimator: estimator.name,
)
def test_a_change_that_all_areas_share_leaves_ratios_alone(results, estimator):
    """Three times the crime everywhere from the first operation on."""
    factor = np.where(np.arange(60) >= 41, 3, 1)
    counts = simulated().counts * factor[None, :, None]
    moved = estimator.fit(two_operations(ev.Panel(counts)), seed=1)
    expected = result_of(results, estimator)
    assert numbers(moved, ["rate_ratio"]) == pytest.approx(numbers(expected, ["rate_ratio"]), rel=1e-9)


@over_all
def test_fitting_changes_nothing(estimator, design):
    before = design.panel.counts.copy(deep=True)
    estimator.fit(design, seed=1)
    assert design.panel.counts.equals(before)
    name = fields(estimator)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(estimator, name, getattr(estimator, name))


@over_all
def test_estimators_travel_to_other_processes(estimator):
    assert pickle.loads(pickle.dumps(estimator)) == estimator
    assert replace(estimator) == estimator


@over_all
def test_narrower_level_narrower_interval(results, estimator, design):
    narrow = replace(estimator, level=0.8).fit(design, seed=1).effects
    wide = result_of(results, estimator).effects
    assert (narrow["lower"] > wide["lower"]).all()
    assert (narrow["upper"] < wide["upper"]).all()
    assert (narrow["level"] == 0.8).all()
