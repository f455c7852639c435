"""Outcomes that should not move: quiet where they did not, loud where something else moved them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import evaluate as ev


@pytest.fixture
def design_with_fraud(design_with):
    """Design whose panel has, beside the crime, an outcome with that ratio after the operation."""

    def make(ratio: float) -> ev.Design:
        design = design_with(rate_ratio_after=0.5)
        other = ev.simulate_panel(
            areas=20,
            periods=84,
            operation_at=66,
            process=ev.Process(mean=60, dispersion=1.5, autocorrelation=0.0, shock=0.03, spread=0.3),
            rate_ratio_after=ratio,
            seed=2,
        ).counts.assign_coords(outcome=["fraud"])
        counts = xr.concat([design.panel.counts, other], dim="outcome")
        return replace(design, panel=replace(design.panel, counts=counts))

    return make


def test_an_outcome_that_did_not_move_passes(estimator, design_with_fraud):
    check = ev.NegativeControlOutcome(outcomes=["fraud"]).run(
        estimator.fit(design_with_fraud(1.0), seed=1), seed=1
    )
    assert check.passed is True
    assert check.facts["moved"] == ()
    assert check.number == check.table.loc[0, "p_value"]
    assert [one.outcome for one in estimator.seen] == ["crime", "fraud"]


def test_an_outcome_that_moved_fails(estimator, design_with_fraud):
    check = ev.NegativeControlOutcome(outcomes=("fraud",)).run(
        estimator.fit(design_with_fraud(0.5), seed=1), seed=1
    )
    assert check.passed is False
    assert check.facts["moved"] == ("fraud",)
    assert np.isclose(check.table.loc[0, "rate_ratio"], 0.5, atol=0.1)


def test_names_are_checked(estimator, design_with_fraud):
    result = estimator.fit(design_with_fraud(1.0), seed=1)
    with pytest.raises(ev.DesignError, match="No outcome is named as one that should not have moved"):
        ev.NegativeControlOutcome().run(result, seed=1)
    with pytest.raises(ev.DesignError, match=r'There is no outcome "frau" here\. Did you mean "fraud"\?'):
        ev.NegativeControlOutcome(outcomes=["frau"]).run(result, seed=1)
    with pytest.raises(ev.DesignError, match='"crime" is the outcome judged'):
        ev.NegativeControlOutcome(outcomes=["crime"]).run(result, seed=1)
