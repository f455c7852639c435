"""Months at the head of columns, in the forms that were published."""

from __future__ import annotations

import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.month_heads import heads_a_month, months_of
from evaluate.data.tables import table_of


@pytest.mark.parametrize(
    ("head", "month"),
    [
        ("201004", "2010-04"),
        ("2010-04", "2010-04"),
        ("Apr-10", "2010-04"),
        ("apr 2010", "2010-04"),
        ("September 2018", "2018-09"),
        ("SEPT-18", "2018-09"),
        ("Dec-99", "2099-12"),
    ],
)
def test_forms(head, month):
    table = table_of(pd.DataFrame({"ward": ["A"], head: [1]}))
    assert months_of(table) == {head: pd.Period(month, freq="M")}


@pytest.mark.parametrize("head", ["WardCode", "2010", "Refreshed Date", "20100401", "Total-18", "Q1 2018"])
def test_other_heads(head):
    assert not heads_a_month(head)


def test_months_come_in_order_of_time():
    table = table_of(pd.DataFrame({"201806": [1], "ward": ["A"], "Apr-18": [1], "2018-05": [1]}))
    assert list(months_of(table)) == ["Apr-18", "2018-05", "201806"]


def test_a_century_off_is_refused():
    with pytest.raises(ev.DataError, match="04 of 18 is no month of the calendar"):
        months_of(table_of(pd.DataFrame({"001804": [1], "ward": ["A"]})))
