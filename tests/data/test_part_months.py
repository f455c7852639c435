"""A month with a handful of records among full ones was not published in full."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluate.data.part_months import PartMonths, find_part_months

FULL = np.full(30, 800.0)


def changed(**values: float) -> np.ndarray:
    totals = FULL.copy()
    for place, value in values.items():
        totals[int(place[1:])] = value
    return totals


@pytest.mark.parametrize(
    ("totals", "missing", "doubtful"),
    [
        (FULL, (), ()),
        (changed(m0=40), (0,), ()),
        (changed(m29=79), (29,), ()),
        (changed(m12=81), (), (12,)),
        (changed(m12=0, m13=0), (12, 13), ()),
        (changed(m12=399), (), (12,)),
        (changed(m12=401), (), ()),
        (changed(m12=np.nan), (), ()),
        (FULL / 5, (), ()),  # 160 a month: too few to judge by
        (np.r_[40.0, FULL[:4]], (), ()),  # too few months to judge by
        (np.linspace(300, 3000, 60), (), ()),  # tenfold growth over five years is growth
    ],
)
def test_months(totals, missing, doubtful):
    assert find_part_months(totals) == PartMonths(missing, doubtful)


def test_what_is_said():
    months = pd.period_range("2017-01", periods=3, freq="M")
    assert PartMonths((0, 2), (1,)).describe(months, "Kent Police") == [
        "2017-01 and 2017-03: Kent Police records under 10% of the months around, so it was not published in full; it "
        "is missing, not low.",
        "2017-02: Kent Police records under 50% of the months around; it is kept.",
    ]
    assert PartMonths((), ()).describe(months) == []
