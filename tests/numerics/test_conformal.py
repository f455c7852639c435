"""Conformal inference: size under the null, power, the floor of its p-value, invariances."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.conformal import conformal_p_values, moving_block_p_value

AFTER = np.arange(24) >= 20


def simulated(seed: int, ratio: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """A treated area that is the mean of two of six controls, with noise."""
    random = np.random.default_rng(seed)
    controls = 200 + random.normal(0, 10, (6, 24))
    treated = controls[:2].mean(axis=0) + random.normal(0, 6, 24)
    return np.where(AFTER, ratio, 1.0) * treated, controls


def test_rejects_a_true_null_as_often_as_it_says():
    """300 sets: at 1/6, four of the 24 shifts; within three Monte Carlo errors."""
    found = [conformal_p_values(*simulated(seed), AFTER, np.zeros(1), logs=False)[0] for seed in range(300)]
    rate = np.mean(np.array(found) <= 4 / 24 + 1e-9)
    assert rate < 1 / 6 + 3 * np.sqrt(1 / 6 * 5 / 6 / 300)
    assert rate > 1 / 6 - 4 * np.sqrt(1 / 6 * 5 / 6 / 300)


def test_finds_a_real_fall_and_keeps_its_size():
    kept = 0
    for seed in range(40):
        nought, true = conformal_p_values(*simulated(seed, 0.8), AFTER, np.log([1.0, 0.8]), logs=False)
        assert nought == pytest.approx(1 / 24)
        kept += true > 0.1
    assert kept >= 30


def test_log_scale_is_the_same_test_of_logarithms():
    treated, controls = simulated(1, 0.8)
    nulls = np.log([0.7, 0.8, 1.0])
    found = conformal_p_values(np.log(treated), np.log(controls), AFTER, nulls, logs=True)
    assert found == pytest.approx(conformal_p_values(treated, controls, AFTER, nulls, logs=False), abs=0.13)


def test_no_p_value_is_below_one_over_the_periods():
    residuals = np.where(AFTER, 100.0, 0.01 * np.arange(24))
    assert moving_block_p_value(residuals, AFTER) == pytest.approx(1 / 24)
    assert moving_block_p_value(np.ones(24), AFTER) == 1.0


def test_order_and_scale_do_not_matter():
    treated, controls = simulated(3, 0.8)
    nulls = np.log([0.7, 0.8, 1.0])
    base = conformal_p_values(treated, controls, AFTER, nulls, logs=False)
    assert (
        conformal_p_values(7 * treated, 7 * controls[::-1], AFTER, nulls, logs=False).tolist()
        == base.tolist()
    )
