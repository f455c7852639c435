"""Recorded counts against those the model makes: quiet where they are its own, loud where one thing was planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import evaluate as ev
from evaluate.checks.residual_checks import pit_values


@pytest.fixture(scope="module")
def design():
    process = ev.Process(mean=100, dispersion=1.5, autocorrelation=0.3)
    return ev.simulated_design(ev.simulate_panel(areas=12, periods=84, process=process, seed=4))


def fitted(design: ev.Design) -> ev.Result:
    return ev.StructuralModel(draws=400).fit(design, seed=1)


def altered(design: ev.Design, factors: dict[int, float]) -> ev.Design:
    """The design with the treated counts of some periods multiplied."""
    counts = design.panel.counts.copy()
    for number, factor in factors.items():
        counts.loc[{"area": design.treated[0], "period": design.periods[number]}] *= factor
    return replace(design, panel=replace(design.panel, counts=counts.round()))


def test_counts_of_the_models_own_kind_pass(design):
    check = ev.ResidualChecks().run(fitted(design), seed=1)
    assert check.passed is True
    assert check.threshold == 0.05
    assert len(check.table) == check.facts["periods"] == int(design.baseline.sum())
    assert check.table["pit"].between(0, 1).all()
    assert check.number == min(1, 4 * min(check.facts["p_values"].values()))
    assert list(check.facts["p_values"]) == [
        "dispersion",
        "correlation of neighbours",
        "largest residual",
        "uneven PIT",
    ]


def test_an_outlier_is_found_and_dated(design):
    check = ev.ResidualChecks().run(fitted(altered(design, {20: 5.0})), seed=1)
    assert check.passed is False
    assert check.facts["largest_residual_period"] == str(design.periods[20])
    assert check.facts["p_values"]["largest residual"] < 0.0125


def test_counts_that_alternate_are_no_autoregression(design):
    check = ev.ResidualChecks().run(
        fitted(altered(design, {n: 1.6 if n % 2 else 0.5 for n in range(40)})), seed=1
    )
    assert check.passed is False
    assert check.facts["lag_one"] < -0.5
    assert check.facts["p_values"]["correlation of neighbours"] < 0.0125


def test_pit_by_hand():
    drawn = np.array([[0, 5], [1, 5], [1, 5], [2, 5]])
    assert pit_values(np.array([1.0, 5.0]), drawn).tolist() == [0.5, 0.5]
    assert pit_values(np.array([-1.0, 9.0]), drawn).tolist() == [0.0, 1.0]


def test_a_method_without_draws_is_refused(design):
    answer = ev.run_checks(ev.InterruptedTimeSeries().fit(design, seed=1), [ev.ResidualChecks()])[0]
    assert answer.passed is None
    assert answer.answer == (
        "Not checked: The interrupted time series gives no draws of the counts it predicts, so recorded ones cannot be "
        "held against them. Use StructuralModel, or PreperiodFit, which needs no draws."
    )


def test_too_few_periods_are_refused(estimator, design_with):
    with pytest.raises(ev.FitError, match="11 months with counts before the operation are too few"):
        ev.ResidualChecks().run(estimator.fit(design_with(before="11 months"), seed=1), seed=1)
