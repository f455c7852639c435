"""The event study's figure: what it draws and says, and that its words fit."""

from __future__ import annotations

import numpy as np
import pytest

import evaluate as ev
from evaluate.figures.event_study import event_study_bundle, event_study_data

from .test_look import (
    test_all_type_is_dark,
    test_no_legend,
    test_no_words_touch_and_all_are_inside,
    test_simulated_data_are_said_to_be_so_in_the_figure,
    test_the_drawing_has_most_of_the_figure,
    test_the_same_figure_gives_the_same_bytes,
    test_words,
)

__all__ = [
    "test_all_type_is_dark",
    "test_no_legend",
    "test_no_words_touch_and_all_are_inside",
    "test_simulated_data_are_said_to_be_so_in_the_figure",
    "test_the_drawing_has_most_of_the_figure",
    "test_the_same_figure_gives_the_same_bytes",
    "test_words",
]


@pytest.fixture(scope="module")
def study() -> ev.EventStudy:
    panel = ev.simulate_panel(areas=30, periods=72, rate_ratio_after=0.6, seed=1)
    return ev.event_study(ev.simulated_design(panel).with_windows(trigger="3 months"), seed=1)


@pytest.fixture(scope="module")
def bundle(study):
    """In place of every other figure: what holds for them holds for this one."""
    return event_study_bundle(study)


def test_data_are_those_of_the_study(study):
    data = event_study_data(study)
    assert data["bin"].tolist() == study.table.index.tolist()
    assert data.loc[data["part"] == "reference", "rate_ratio"].tolist() == [1.0]


def test_title_counts_the_stretches_that_differed(study, bundle):
    before = study.table[study.table["part"] == "before"]
    apart = int(((before["lower"] > 1) | (before["upper"] < 1)).sum())
    assert bundle.title == f"{apart} of {len(before)} stretches before differed from the controls"


def test_caption_says_what_was_not_ruled_out(study, bundle):
    assert f"a slope of {100 * study.line.detectable:.1f}% each with a chance of 80%" in bundle.caption
    assert "what they do not show is not ruled out" in bundle.caption


def test_without_a_breakdown_the_caption_says_so():
    panel = ev.simulate_panel(areas=30, periods=72, rate_ratio_after=1.0, seed=3)
    study = ev.event_study(ev.simulated_design(panel), seed=1)
    assert np.isnan(study.breakdown)
    assert (
        "it includes no change already if trends differ by a straight line"
        in event_study_bundle(study).caption
    )
