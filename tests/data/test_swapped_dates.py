"""What a spreadsheet swapped is put right only where the column, or the order of its rows, leaves no other reading."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluate.data.swapped_dates import all_in_first_days, mend, steps_back


def column(*cells: str) -> tuple[pd.Series, pd.Series]:
    """Text dates are marked with a t, stored ones are not."""
    text = pd.to_datetime(
        pd.Series([cell[1:] if cell.startswith("t") else None for cell in cells], dtype="str")
    )
    stored = pd.to_datetime(
        pd.Series([None if cell.startswith("t") else cell for cell in cells], dtype="str")
    )
    return text, stored


def days(mended) -> list[str]:
    return mended.days.dt.strftime("%Y-%m-%d").fillna("").tolist()


EARLY = [
    f"2018-{month:02d}-{day:02d}" for month, day in ((5, 1), (6, 2), (7, 3), (8, 4), (9, 5), (10, 6), (11, 7))
]


def test_eight_stored_dates_without_a_late_day_are_enough_and_seven_are_not():
    """(12 / 30.44) ** 8 is 0.0006, ** 7 is 0.0015."""
    mended = mend(*column(*EARLY, "2018-12-08", "t2018-03-21"))
    assert mended.by == "the column"
    assert len(mended.swapped) == 8
    assert days(mended)[0] == "2018-01-05"
    fewer = mend(*column(*EARLY, "t2018-03-21"))
    assert fewer.swapped == ()
    assert len(fewer.undecided) == 7
    assert days(fewer)[0] == ""


def test_repeats_of_one_date_prove_nothing():
    assert mend(*column(*["2018-05-01"] * 40, "t2018-03-21")).undecided == tuple(range(40))


def test_one_late_stored_date_leaves_it_to_the_order_of_the_rows():
    certain = [f"t2018-{month:02d}-{day}" for month in range(1, 5) for day in (14, 20, 28)]
    between = [
        *certain[:6],
        "2018-05-03",
        *certain[6:],
        "2018-12-31",
    ]  # the fifth of March, after 28 February
    mended = mend(*column(*between))
    assert mended.by == "the order of the rows"
    assert mended.swapped == (6,)
    assert days(mended)[6] == "2018-03-05"
    right = mend(*column(*certain[:6], "2018-03-05", *certain[6:], "2018-12-31"))
    assert right.swapped == ()
    assert days(right)[6] == "2018-03-05"


def test_rows_in_no_order_decide_nothing():
    cells = ["t2018-04-20", "t2018-01-14", "2018-05-03", "2018-12-31"]
    assert mend(*column(*cells)).undecided == (2,)


def test_where_both_readings_fit_neither_is_taken():
    cells = [*(f"t2017-{month:02d}-15" for month in range(1, 9)), "2018-05-03", "t2018-12-15", "2018-12-31"]
    assert mend(*column(*cells)).undecided == (8,)


def test_day_and_month_of_one_number_need_no_decision():
    mended = mend(*column("2018-05-05", "t2018-05-21"))
    assert (mended.by, mended.undecided, days(mended)) == (
        "nothing to decide",
        (),
        ["2018-05-05", "2018-05-21"],
    )


def test_steps_back_count_rows_out_of_order():
    assert steps_back(pd.to_datetime(pd.Series(["2018-01-02", None, "2018-01-01", "2018-01-01"]))) == 1


def test_a_few_true_days_of_a_month_are_not_taken_for_swapped():
    fortnight = pd.Series(pd.date_range("2018-05-01", "2018-05-12"))
    months = pd.Series(pd.date_range("2018-01-01", periods=24, freq="MS"))
    assert not all_in_first_days(fortnight)
    assert not all_in_first_days(months)
    swapped = pd.to_datetime(pd.Series([f"2018-{day:02d}-05" for day in range(1, 13)]))
    assert not all_in_first_days(
        swapped
    )  # days of one month, swapped: no more to be seen than a monthly list
    random = np.random.default_rng(1)
    spread = pd.Series(pd.to_datetime("2018-01-01") + pd.to_timedelta(random.integers(0, 365, 300), unit="D"))
    assert all_in_first_days(spread[spread.dt.day <= 12])
    assert not all_in_first_days(spread)
