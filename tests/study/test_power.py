"""What a study's data could show."""

from __future__ import annotations

import numpy as np

import evaluate as ev
from evaluate.study.power import power_table


def test_longer_windows_and_larger_counts_show_smaller_falls(make_study):
    checked = ev.load_study(make_study()).check()
    table = power_table(checked, months=(1, 6, 60)).set_index("outcome")
    assert list(table.columns) == ["a_period", "during", "1 month", "6 months", "60 months"]
    assert list(table.index) == ["all crime", "robbery"]
    before = checked.counts.set_index(["outcome", "areas", "window"]).loc[
        ("robbery", "treated", "before"), "a_period"
    ]
    assert np.isclose(table.loc["robbery", "a_period"], before)
    assert (table["6 months"] < table["1 month"]).all()
    assert table.loc["all crime", "6 months"] < table.loc["robbery", "6 months"]
    assert table["60 months"].isna().all()
    assert table["during"].between(0, 1).all()
