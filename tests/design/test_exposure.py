"""Counts compared over the days on which they can arise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.grid import as_counts

MONTHS = pd.period_range("2013-01", periods=60, freq="M")
WEEKENDS = ev.calendar(MONTHS)["weekend_days"]


def design_of(exposure: pd.Series | None, *, per_day: float = 10.0, kept: float = 1.0) -> ev.Design:
    """Counts that arise on weekend days alone, ``per_day`` on each, and ``kept`` of them from June 2016 on."""
    rate = np.where(MONTHS.year * 100 + MONTHS.month >= 201606, per_day * kept, per_day)
    counts = np.stack([rate, np.full(len(MONTHS), per_day)]) * WEEKENDS.to_numpy()
    panel = ev.Panel(as_counts(counts[:, :, None], areas=["A", "B"], periods=MONTHS, outcomes=["noise"]))
    return ev.Design(
        panel,
        outcome="noise",
        treated=["A"],
        operations=[ev.Operation("patrols", "2016-06-01", "2016-06-30")],
        after="6 months",
        exposure=exposure,
    )


def test_days_are_the_exposure_unless_another_is_given():
    assert design_of(None).exposure_days[:3].tolist() == [30, 31, 31]  # June to August 2013
    given = design_of(WEEKENDS)
    np.testing.assert_array_equal(given.exposure_days, WEEKENDS[given.periods])


def test_counts_that_arise_on_weekends_show_no_change_over_weekend_days():
    """A steady rate looks like a fall in June 2016, which had 8 weekend days in 30, and is none over weekend days."""
    over_days = ev.BeforeAfter().fit(design_of(None), seed=1).effect("patrols", "during")
    over_weekends = ev.BeforeAfter().fit(design_of(WEEKENDS), seed=1).effect("patrols", "during")
    assert over_weekends.rate_ratio == pytest.approx(1.0, abs=1e-9)
    assert over_days.rate_ratio < 0.95


def test_a_true_change_is_found_over_weekend_days():
    effects = ev.BeforeAfter().fit(design_of(WEEKENDS, kept=0.5), seed=1).effects
    np.testing.assert_allclose(effects["rate_ratio"], 0.5, rtol=1e-9)


def test_the_exposure_moves_with_the_design():
    moved = design_of(WEEKENDS).shifted_to("2016-03-01")
    np.testing.assert_array_equal(moved.exposure_days, WEEKENDS[moved.periods])


@pytest.mark.parametrize(
    ("exposure", "message"),
    [
        (
            WEEKENDS.iloc[10:],
            "exposure has a number of days above 0 for every period of the design; 2013-06 has none. Make it from "
            "panel.periods, or count by a longer period.",
        ),
        (
            WEEKENDS.where(WEEKENDS.index != pd.Period("2014-01", "M"), 0.0),
            "exposure has a number of days above 0 for every period of the design; 2014-01 has 0. Make it from "
            "panel.periods, or count by a longer period.",
        ),
        (
            WEEKENDS.reset_index(drop=True),
            'exposure is a series by period, such as ev.calendar(panel.periods)["weekend_days"]; its index is none of '
            "periods.",
        ),
    ],
)
def test_an_exposure_that_does_not_fit_is_refused(exposure, message):
    with pytest.raises(ev.DesignError) as raised:
        design_of(exposure)
    assert str(raised.value) == message
