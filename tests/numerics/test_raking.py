"""Raking weights: totals met, least uneven, within what is feasible, refusals, placebo groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from evaluate.errors import FitError
from evaluate.numerics.raking import feasible_range, raking_placebos, raking_weights


@pytest.fixture(scope="module")
def blocks():
    """Columns of 400 blocks that match, the totals of 20 of them, and the other 380."""
    random = np.random.default_rng(1)
    level = random.gamma(2, 1, 400)
    counts = random.poisson(level[:, None] * np.ones(8)).astype(float)
    columns = np.column_stack([np.ones(400), random.poisson(40, 400), counts[:, :6]])
    return columns[20:], columns[:20].sum(axis=0), counts[20:, 6:].sum(axis=1)


def test_every_total_is_met(blocks):
    columns, totals, _ = blocks
    found = raking_weights(columns, totals)
    assert found.weights @ columns == pytest.approx(totals, rel=1e-8)
    assert (found.weights > 0).all()
    assert found.gap < 1e-8


def test_no_other_weights_that_meet_the_totals_are_nearer_to_equal_ones(blocks):
    """Moving along the directions that keep every total never lowers the entropy distance."""
    columns, totals, _ = blocks
    weights = raking_weights(columns, totals).weights

    def distance(weights: np.ndarray) -> float:
        return float(np.sum(weights * np.log(weights / weights.mean())))

    random = np.random.default_rng(2)
    for _ in range(20):
        step = random.normal(size=len(weights))
        step -= columns @ np.linalg.lstsq(columns.T @ columns, columns.T @ step, rcond=None)[0]
        step *= 0.1 * weights.min() / np.abs(step).max()
        assert distance(weights + step) > distance(weights)


def test_agrees_with_a_general_solver(blocks):
    columns = blocks[0]
    small, goal = columns[:40], columns[40:44].sum(axis=0)[:4]
    ours = raking_weights(small[:, :4], goal).weights
    theirs = optimize.minimize(
        lambda w: np.sum(w * np.log(w)), np.full(40, goal[0] / 40), jac=lambda w: np.log(w) + 1, method="SLSQP",
        bounds=[(1e-9, None)] * 40, options={"ftol": 1e-14, "maxiter": 500},
        constraints={"type": "eq", "fun": lambda w: w @ small[:, :4] - goal, "jac": lambda w: small[:, :4].T},
    )  # fmt: skip
    assert ours == pytest.approx(theirs.x, abs=1e-5)


def test_lies_within_what_is_feasible(blocks):
    columns, totals, values = blocks
    low, high = feasible_range(columns, totals, values)
    assert low < raking_weights(columns, totals).weights @ values < high
    assert feasible_range(columns, totals, columns[:, 3]) == pytest.approx((totals[3], totals[3]))


def test_order_and_units_do_not_matter(blocks):
    columns, totals, _ = blocks
    order = np.random.default_rng(3).permutation(len(columns))
    units = np.array([1, 1000, *[1] * 6])
    base = raking_weights(columns, totals).weights
    assert raking_weights(columns[order] * units, totals * units).weights == pytest.approx(
        base[order], rel=1e-6
    )


def test_a_column_said_twice_changes_nothing(blocks):
    columns, totals, _ = blocks
    twice = raking_weights(np.column_stack([columns, columns[:, 2]]), np.append(totals, totals[2]))
    assert twice.weights == pytest.approx(raking_weights(columns, totals).weights, rel=1e-6)


def test_what_the_treated_areas_have_none_of_excludes_areas(blocks):
    columns, totals, _ = blocks
    rare = (np.arange(len(columns)) % 7 == 0).astype(float)
    found = raking_weights(np.column_stack([columns, rare]), np.append(totals, 0.0))
    assert (found.weights[rare > 0] == 0).all()
    alone = raking_weights(columns[rare == 0], totals).weights
    assert found.weights[rare == 0] == pytest.approx(alone, rel=1e-9)


def test_refuses_totals_that_nothing_meets(blocks):
    columns, totals, values = blocks
    beyond = totals.copy()
    beyond[2] = 21 * columns[:, 2].max()
    with pytest.raises(FitError, match=r"No weights of the control areas meet all 8 totals"):
        raking_weights(columns, beyond)
    with pytest.raises(FitError, match="Match fewer columns"):
        feasible_range(columns, beyond, values)
    with pytest.raises(FitError, match="above nought where no control area that could count has anything"):
        raking_weights(np.column_stack([columns, np.zeros(len(columns))]), np.append(totals, 3.0))


def test_placebo_groups_show_nothing_on_average(blocks):
    columns, _, values = blocks
    found = raking_placebos(columns, values[:, None], 20, groups=60, seed=1)
    assert found.failed == 0
    ratios = np.log(found.recorded / found.expected)
    assert abs(ratios.mean()) < 3 * ratios.std() / np.sqrt(60)
    again = raking_placebos(columns, values[:, None], 20, groups=60, seed=1)
    assert again.expected.tolist() == found.expected.tolist()
