"""A design refuses what cannot be asked, and its moves ask the same question elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev

JUNE = ev.Operation("June", "2013-06-01", "2013-06-30")
MAY = ev.Operation("May", "2014-05-22", "2014-05-26")


@pytest.fixture(scope="module")
def panel():
    """Six areas, January 2010 to December 2014, with names and boroughs."""
    made = ev.simulate_panel(areas=6, periods=60, seed=1)
    return ev.Panel(
        made.counts,
        labels={"A01": "Loxford", "A02": "Clementswood", "A03": "Abbey", "A04": "Abbey"},
        groups={"A01": "Redbridge", "A02": "Redbridge", "A03": "Newham", "A04": "Barking"},
    )


@pytest.fixture(scope="module")
def ask(panel):
    """Make a design of the panel, with some of its arguments replaced."""

    def made(**changes):
        plan = {
            "outcome": "crime",
            "treated": ["A01"],
            "operations": [JUNE, MAY],
            "before": "36 months",
            "after": "6 months",
        }
        return ev.Design(panel, **{**plan, **changes})

    return made


REFUSALS = {
    "misspelt outcome": (
        {"outcome": "crimes"},
        'There is no outcome "crimes" in the data. Did you mean "crime"?',
    ),
    "misspelt ward": (
        {"treated": ["Loxfrd"]},
        'treated names the area "Loxfrd", which is not in the data. Did you mean "A01" (Loxford, Redbridge)?',
    ),
    "unknown buffer": (
        {"buffer": ["A09"]},
        'buffer names the area "A09", which is not in the data. Did you mean "A06", "A05" or "A04" (Abbey, Barking)?',
    ),
    "text for a list": ({"treated": "A01"}, 'treated is a list of area codes; write ["A01"].'),
    "text for a list of controls": (
        {"control": "others"},
        'control is a list of area codes or ev.ALL_OTHERS; it is "others".',
    ),
    "nobody treated": ({"treated": []}, "A design needs at least one treated area; treated is empty."),
    "treated and control": (
        {"control": ["A01", "A02"]},
        "Each area has one role; A01 (Loxford) is both treated and control. Take it out of control.",
    ),
    "control and buffer": (
        {"control": ["A02", "A03"], "buffer": ["A02"]},
        "Each area has one role; A02 (Clementswood) is both control and buffer. Take it out of buffer.",
    ),
    "no control left": (
        {"buffer": ["A02", "A03", "A04"], "excluded": ["A05", "A06"]},
        "No control area is left: every area is treated, a buffer, excluded or without counts of this outcome. "
        "Shorten one of those lists, or pass control=[] to do without controls.",
    ),
    "no operation": ({"operations": []}, "A design needs at least one operation; operations is empty."),
    "an operation that is no list": (
        {"operations": MAY},
        "operations is a list; write [Operation('May', 2014-05-22 to 2014-05-26)].",
    ),
    "two of one name": (
        {"operations": [JUNE, ev.Operation("June", "2014-06-01")]},
        "Each operation needs a name of its own; these are June and June.",
    ),
    "outside the data": (
        {"operations": [ev.Operation("late", "2015-01-01", "2015-01-31")]},
        'Operation "late" ran from 2015-01-01 to 2015-01-31, outside the data, which run from 2010-01 to 2014-12. '
        "Correct the dates or read a file that covers them.",
    ),
    "partly outside the data": (
        {"operations": [ev.Operation("new year", "2014-12-30", "2015-01-02")]},
        'Operation "new year" ran from 2014-12-30 to 2015-01-02, outside the data, which run from 2010-01 to 2014-12. '
        "Correct the dates or read a file that covers them.",
    ),
    "one month too few before": (
        {"before": "42 months"},
        'before="42 months" asks for counts from 2009-12-01, but the data begin in 2010-01: 41 months before the '
        "first operation. Ask for fewer.",
    ),
    "no whole period before": ({"before": "3 weeks"}, 'before="3 weeks" holds no whole month. Ask for more.'),
    "one month too few after": (
        {"after": "8 months"},
        'after="8 months" reaches to 2015-01-31, but the data end in 2014-12. Ask for at most 7 months.',
    ),
    "all trigger": (
        {"before": "3 months", "trigger": "3 months"},
        'The trigger leaves nothing of before="3 months" to learn from. Ask for a longer "before" or a shorter '
        "trigger.",
    ),
    "no length of time": (
        {"before": "three years"},
        'A length of time is a whole number and a unit; "three years" is not. '
        'Write for instance "36 months", "10 weeks" or "14 days".',
    ),
    "two operations in one month": (
        {"operations": [MAY, ev.Operation("late May", "2014-05-30")]},
        'Operations "May" and "late May" both have days in 2014-05, so their windows overlap and cannot be told '
        "apart. Join them into one operation, or count by a shorter period.",
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(ask, case):
    changes, message = REFUSALS[case]
    with pytest.raises(ev.DesignError) as refused:
        ask(**changes)
    assert str(refused.value) == message


def test_as_much_as_there_is_can_be_asked_for(ask):
    design = ask(before="41 months", after="7 months")
    assert (str(design.periods[0]), str(design.periods[-1])) == ("2010-01", "2014-12")


def test_weeks_that_fit_are_enough():
    """Twelve months after the operation end in the middle of a week that the data need not hold."""
    weekly = ev.simulate_panel(areas=3, periods=160, every="week", seed=1)  # to Sunday 2013-01-20
    design = ev.Design(
        weekly,
        outcome="crime",
        treated=["A01"],
        operations=[ev.Operation("one week", "2012-01-17", "2012-01-22")],
        before="26 weeks",
        after="12 months",
    )
    assert design.window("one week", "after").periods[-1] == weekly.periods[-1]


def test_operations_are_put_in_order_and_periods_cover_all(ask):
    design = ask(operations=[MAY, JUNE], trigger="3 months")
    assert [operation.name for operation in design.operations] == ["June", "May"]
    assert (str(design.periods[0]), str(design.periods[-1])) == ("2010-06", "2014-11")
    assert [str(period) for period in design.trigger_periods] == ["2013-03", "2013-04", "2013-05"]
    assert design.baseline.sum() == 33
    assert not design.baseline[-1]
    assert repr(design) == (
        "Design: crime in Loxford against 5 control areas; June (2013-06-01 to 2013-06-30); "
        "May (2014-05-22 to 2014-05-26)\n"
        "  before 2010-06 to 2013-05 (trigger 2013-03 to 2013-05); after 2013-07 to 2014-11"
    )


def test_a_second_operation_has_its_own_trigger(ask):
    second = ev.Operation("May", "2014-05-22", "2014-05-26", trigger="1 month")
    design = ask(operations=[JUNE, second], trigger="2 months")
    assert [str(period) for period in design.trigger_periods] == ["2013-04", "2013-05", "2014-04"]


def test_counts_are_those_of_the_panel(panel, ask):
    design = ask(treated=["A01", "A02"], buffer=["A03"])
    chosen = panel.select(start="2010-06", end="2014-11").counts.squeeze("outcome")
    np.testing.assert_array_equal(design.treated_counts, chosen.sel(area=["A01", "A02"]).sum("area"))
    np.testing.assert_array_equal(design.buffer_counts, chosen.sel(area="A03"))
    np.testing.assert_array_equal(design.control_counts, chosen.sel(area=["A04", "A05", "A06"]))
    assert design.exposure_days[:3].tolist() == [30, 31, 31]


def test_a_missing_count_stays_missing(panel, ask):
    counts = panel.counts.copy()
    counts.loc[{"area": "A02", "period": pd.Period("2012-03", freq="M")}] = np.nan
    design = ev.Design(
        ev.Panel(counts),
        outcome="crime",
        treated=["A01", "A02"],
        operations=[JUNE],
        before="36 months",
        after="6 months",
    )
    missing = np.isnan(design.treated_counts)
    assert design.periods[missing].astype(str).tolist() == ["2012-03"]


def test_all_others_leaves_out_areas_without_any_count(panel):
    counts = panel.counts.copy()
    counts.loc[{"area": "A06"}] = np.nan
    design = ev.Design(
        ev.Panel(counts), outcome="crime", treated=["A01"], operations=[JUNE], after="6 months"
    )
    assert design.control == ("A02", "A03", "A04", "A05")


def test_no_controls_at_all_may_be_asked_for(ask):
    design = ask(control=[])
    assert design.control == ()
    assert design.control_counts.shape == (0, len(design.periods))


def test_window_by_name(ask):
    design = ask()
    assert design.window("May", "during").share.sum() == pytest.approx(5 / 31)
    with pytest.raises(
        ev.DesignError, match=r'There is no window "May, before" in this design\. Did you mean'
    ):
        design.window("May", "before")


def test_with_treated_moves_the_treatment_and_keeps_the_old_area_out(ask):
    design = ask(buffer=["A02"], excluded=["A06"])
    moved = design.with_treated(["A03"])
    assert (moved.treated, moved.control, moved.buffer) == (("A03",), ("A04", "A05"), ("A02",))
    assert set(moved.excluded) == {"A01", "A06"}
    assert moved.windows[0].periods.equals(design.windows[0].periods)
    back = moved.with_treated(["A01"])
    assert back.treated == ("A01",)
    assert set(back.excluded) == {"A03", "A06"}
    assert design.treated == ("A01",), "a design is not changed by a move"
    with pytest.raises(ev.DesignError, match=r'treated is a list of area codes; write \["A03"\]\.'):
        design.with_treated("A03")


def test_without_leaves_areas_out_of_controls_and_buffers(ask):
    design = ask(buffer=["A02"]).without(["A02", "A03"])
    assert (design.control, design.buffer) == (("A04", "A05", "A06"), ())
    assert set(design.excluded) == {"A02", "A03"}
    with pytest.raises(ev.DesignError, match="A treated area cannot be left out"):
        design.without(["A01"])
    with pytest.raises(ev.DesignError, match=r'without is a list of area codes; write \["A04"\]\.'):
        design.without("A04")


def test_buffer_as_treated_asks_next_door(ask):
    moved = ask(buffer=["A02", "A03"]).buffer_as_treated()
    assert (moved.treated, moved.buffer, moved.excluded) == (("A02", "A03"), (), ("A01",))
    assert moved.control == ("A04", "A05", "A06")
    with pytest.raises(ev.DesignError, match="no buffer areas, so nothing can be said of displacement"):
        ask().buffer_as_treated()


def test_with_windows_changes_what_is_given(ask):
    design = ask(trigger="3 months").with_windows(after="3 months")
    assert (design.before, design.after, design.trigger) == ("36 months", "3 months", "3 months")
    assert not len(design.with_windows(trigger="0 months").trigger_periods)


def test_for_outcome(panel):
    counts = xr.concat([panel.counts, panel.counts.assign_coords(outcome=["theft"])], dim="outcome")
    two = ev.Panel(counts.transpose("area", "period", "outcome"))
    design = ev.Design(two, outcome="crime", treated=["A01"], operations=[JUNE], after="6 months")
    assert design.for_outcome("theft").outcome == "theft"
    with pytest.raises(ev.DesignError, match='no outcome "thefts"'):
        design.for_outcome("thefts")


@pytest.mark.parametrize(
    ("operation", "to", "start", "end"),
    [
        # Whole months stay whole months, whatever their length.
        (("2013-06-01", "2013-06-30"), "2013-02-01", "2013-02-01", "2013-02-28"),
        (("2013-06-01", "2013-06-30"), "2013-08-15", "2013-08-01", "2013-08-31"),
        (("2013-05-01", "2013-06-30"), "2013-01-01", "2013-01-01", "2013-02-28"),
        # Days keep their number and their place in the month.
        (("2014-05-22", "2014-05-26"), "2013-02-03", "2013-02-22", "2013-02-26"),
        # Days that would run out of a shorter month are moved back into it.
        (("2013-05-28", "2013-05-31"), "2013-02-01", "2013-02-25", "2013-02-28"),
        (("2013-05-31", "2013-05-31"), "2013-02-01", "2013-02-28", "2013-02-28"),
        # Two months touched stay two months touched.
        (("2013-05-31", "2013-06-01"), "2013-02-01", "2013-02-28", "2013-03-01"),
        (("2013-05-30", "2013-06-15"), "2013-02-01", "2013-02-28", "2013-03-16"),
    ],
)
def test_shifted_to_keeps_months_whole_and_as_many(ask, operation, to, start, end):
    design = ask(operations=[ev.Operation("one", *operation)], before="24 months", after="3 months")
    moved = design.shifted_to(to)
    assert (str(moved.operations[0].first_day.date()), str(moved.operations[0].last_day.date())) == (
        start,
        end,
    )
    assert len(moved.windows[0].periods) == len(design.windows[0].periods)
    assert len(moved.windows[1].periods) == len(design.windows[1].periods)


def test_shifted_to_moves_all_operations_alike(ask):
    moved = ask(after="3 months").shifted_to("2013-08-01")
    assert [str(operation.first_day.date()) for operation in moved.operations] == ["2013-08-01", "2014-07-22"]
    assert moved.operations[1].days == 5


def test_shifted_to_where_it_is_changes_nothing(ask):
    design = ask()
    assert design.shifted_to("2013-06-17").operations == design.operations


def test_shifted_out_of_the_data_is_refused(ask):
    with pytest.raises(ev.DesignError, match="outside the data, which run from 2010-01 to 2014-12"):
        ask().shifted_to("2016-01-01")
    with pytest.raises(ev.DesignError, match='shifted_to has the date "01/02/2013", which cannot be read'):
        ask().shifted_to("01/02/2013")


def test_shifted_to_counts_in_runs_of_four_weeks():
    fours = pd.period_range("2010-01-04", periods=60, freq="28D")
    counts = xr.DataArray(
        np.ones((2, 60, 1)),
        dims=("area", "period", "outcome"),
        coords={"area": ["A", "B"], "period": fours, "outcome": ["crime"]},
    )
    first = fours[40]
    design = ev.Design(
        ev.Panel(counts),
        outcome="crime",
        treated=["A"],
        operations=[ev.Operation("one", first.start_time, first.end_time.normalize())],
        before="40 weeks",
        after="8 weeks",
    )
    moved = design.shifted_to(fours[30].start_time + pd.Timedelta(days=5))
    assert moved.windows[0].periods.equals(fours[[30]])
    assert moved.windows[0].share.max() == 1.0
