"""The intruder here is not the one in the package: he enumerates whole numbers with a mixed-integer solver."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluate as ev
from evaluate.reports.disclosure import Sum, hidden_cells, protect


def assert_no_cell_is_pinned(span_of, values, hidden, sums, threshold):
    for position in np.flatnonzero(hidden):
        for most in (np.inf, threshold - 1):
            ends = span_of(values, hidden, sums, position, most=most)
            assert ends is None or ends[1] - ends[0] >= 1, (values, hidden, position, ends)
        ends = span_of(values, hidden, sums, position)
        assert ends[0] <= values[position] <= ends[1]


def with_margins(inner):
    """A two-way table flattened with its margins, and its sums."""
    inner = np.asarray(inner)
    full = np.block([[inner, inner.sum(1, keepdims=True)], [inner.sum(0, keepdims=True), inner.sum()]])
    at = np.arange(full.size).reshape(full.shape)
    sums = [Sum(int(row[-1]), tuple(map(int, row[:-1]))) for row in at]
    sums += [Sum(int(column[-1]), tuple(map(int, column[:-1]))) for column in at.T]
    return full, full.ravel().astype(float), sums


small_counts = st.one_of(st.integers(0, 6), st.integers(0, 60))


@settings(max_examples=60)
@given(st.lists(small_counts, min_size=1, max_size=8), st.sampled_from([3, 5, 10]))
def test_no_cell_of_a_one_way_table_can_be_worked_out_from_its_total(span_of, counts, threshold):
    values = np.array([*counts, sum(counts)], dtype=float)
    sums = [Sum(len(counts), tuple(range(len(counts))))]
    hidden = hidden_cells(values, sums, threshold=threshold)
    assert not ((values >= 1) & (values < threshold) & ~hidden).any()
    assert_no_cell_is_pinned(span_of, values, hidden, sums, threshold)


@settings(max_examples=40)
@given(st.data(), st.integers(1, 5), st.integers(1, 4), st.sampled_from([3, 5, 10]))
def test_no_cell_of_a_two_way_table_can_be_worked_out_from_its_margins(
    span_of, data, rows, columns, threshold
):
    row = st.lists(small_counts, min_size=columns, max_size=columns)
    inner = data.draw(st.lists(row, min_size=rows, max_size=rows))
    full, values, sums = with_margins(inner)
    hidden = hidden_cells(values, sums, threshold=threshold)
    assert not ((values >= 1) & (values < threshold) & ~hidden).any()
    assert_no_cell_is_pinned(span_of, values, hidden, sums, threshold)
    frame = pd.DataFrame(full)
    published = protect(frame, row_total=rows, column_total=columns, threshold=threshold)
    assert ((published == "[c]").to_numpy().ravel() == hidden).all()


def test_no_month_can_be_worked_out_from_windows_that_overlap(span_of):
    months = [6, 2, 9, 12, 0, 7, 30, 3]
    values = np.array([*months, sum(months[:4]), sum(months[4:]), sum(months[1:6])], dtype=float)
    sums = [Sum(8, (0, 1, 2, 3)), Sum(9, (4, 5, 6, 7)), Sum(10, (1, 2, 3, 4, 5))]
    hidden = hidden_cells(values, sums)
    assert hidden[[1, 7]].all()
    assert_no_cell_is_pinned(span_of, values, hidden, sums, 5)


def test_a_table_without_small_counts_is_published_whole():
    frame = pd.DataFrame({"a": [5, 0, 5], "b": [9, 14, 23]}, index=["x", "y", "all"])
    assert protect(frame, row_total="all").equals(frame.astype(object))


def test_two_ones_are_not_given_away_by_a_total_of_two():
    hidden = hidden_cells([1, 1, 40, 42], [Sum(3, (0, 1, 2))])
    assert hidden.tolist() == [True, True, True, False]


def test_a_month_nobody_recorded_is_no_cover_for_one_that_was():
    hidden = hidden_cells([3, np.nan, 20, 9, 32], [Sum(4, (0, 1, 2, 3))])
    assert hidden.tolist() == [True, False, False, True, False]


def test_a_threshold_that_hides_nothing_is_refused():
    with pytest.raises(ev.DataError, match="below 3 hides nothing"):
        hidden_cells([1, 2], threshold=2)
