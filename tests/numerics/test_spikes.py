"""How high a spike stood."""

from __future__ import annotations

import numpy as np
import pytest

from evaluate.numerics.spikes import spike_scores

SPIKE = np.arange(40) >= 38


def test_scores_of_nothing_are_standard_normal():
    counts = np.random.default_rng(1).poisson(60, size=(4_000, 40)).astype(float)
    scores = spike_scores(counts, np.full(40, 1e6), spike=SPIKE, baseline=~SPIKE)
    assert scores.mean() == pytest.approx(0, abs=0.06)
    assert scores.std() == pytest.approx(1, abs=0.08)  # dispersion is never below 1, so a little under


def test_a_shared_rise_is_no_spike():
    course = np.where(SPIKE, 300.0, 100.0)
    counts = np.vstack([course / 10, np.full(40, 10.0)])
    scores = spike_scores(counts, course, spike=SPIKE, baseline=~SPIKE)
    assert scores[0] == pytest.approx(0)
    assert scores[1] < -3


def test_by_hand():
    counts = np.array([[10.0, 10, 10, 10, 18]])
    at_end = np.arange(5) == 4
    score = spike_scores(counts, np.full(5, 7.0), spike=at_end, baseline=~at_end)
    assert score[0] == pytest.approx((18 - 10) / np.sqrt(10 * (1 + 10 / 40)))


def test_missing_and_empty_areas_have_no_score():
    counts = np.array([[1.0, np.nan, 2, 3], [0.0, 0, 0, 5], [1.0, 1, 1, 1]])
    at_end = np.arange(4) == 3
    scores = spike_scores(counts, np.full(4, 10.0), spike=at_end, baseline=~at_end)
    assert np.isnan(scores).tolist() == [True, True, False]
