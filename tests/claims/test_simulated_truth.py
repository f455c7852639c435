"""The whole chain on panels whose truth is known, at a small size; the full table is benchmarks/verdicts.csv."""

from __future__ import annotations

import runpy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev

FEW = 6


@pytest.fixture(scope="module")
def benchmark(checkout):
    return runpy.run_path(str(checkout / "benchmarks" / "verdicts.py"))


@pytest.fixture(scope="module")
def panels(benchmark):
    """Judge the first few panels of a row."""
    rows = {row.name: row for row in benchmark["ROWS"]}

    def judged(name: str, number: int = FEW) -> pd.DataFrame:
        done = [benchmark["measure"]([rows[name]], seed=benchmark["SEED"] + one)[0] for one in range(number)]
        return pd.DataFrame(done)

    return judged


def test_a_fall_by_half_is_found_and_never_read_as_a_rise(panels):
    found = panels("−50% at 100 a month, claimed 25%")
    assert (found["finding"] == "supported").all()
    assert found["rate_ratio"].between(0.4, 0.62).all()


def test_a_rise_is_the_other_way(panels):
    assert (panels("arrests doubled, read as the public's reports")["finding"] == "the other way").all()


def test_counts_that_enforcement_makes_are_not_tested(panels):
    assert (panels("arrests doubled, claimed 50% fewer", 2)["finding"] == "not tested").all()


def test_nothing_after_a_spike_is_not_called_a_fall(panels):
    """One month against the twelve after: half of the comparisons a newspaper makes see a fall, the verdicts do not."""
    found = panels("no effect, spike handled")
    assert found["press_month"].sum() >= 2
    assert not found["positive"].any()


def test_a_design_that_cannot_show_the_size_says_so(panels):
    assert (panels("−10% at 10 a month, claimed 10%")["finding"] == "cannot tell").sum() >= FEW - 1


def test_what_went_next_door_is_not_huge(panels):
    found = panels("−60% at 100 a month, 30% of it next door")
    assert not found["huge"].any()
    assert found["net_lower"].le(0.58).all()
    assert found["net_upper"].ge(0.58).sum() >= FEW - 1
    assert (
        found["net_rate_ratio"].mean() > found["rate_ratio"].mean() + 0.1
    )  # the neighbours count against it
    assert found["finding"].isin(["smaller than claimed", "probably supported"]).all()


def test_a_spike_named_as_the_trigger_does_not_make_a_fall():
    """Three months at three times the usual, then as before: only a design that names them sees nothing."""
    panel = ev.simulate_panel(areas=9, periods=37, operation_at=24, process=ev.Process(mean=60.0), seed=11)
    counts = panel.counts.copy(deep=True)
    counts.values[0, 21:24, 0] *= 3
    spiky = replace(panel, counts=counts)
    ratios = {}
    for name, trigger in (("named", "3 months"), ("unnamed", None)):
        result = ev.StructuralModel(draws=500).fit(ev.simulated_design(spiky, trigger=trigger), seed=1)
        ratios[name] = result.effect("operation", "after").rate_ratio
    plain = ev.StructuralModel(draws=500).fit(ev.simulated_design(panel, trigger="3 months"), seed=1)
    assert np.log(ratios["named"] / plain.effect("operation", "after").rate_ratio) == pytest.approx(
        0, abs=0.02
    )
    assert ratios["unnamed"] < 0.85  # 0.75: a quarter off for nothing


def test_the_kept_table_meets_what_was_asked(benchmark):
    table = pd.read_csv(benchmark["TABLE"]).set_index("row")
    asked = [row for row in benchmark["ROWS"] if row.asked]
    said = {row.name: benchmark["asked_of"](row, table.loc[row.name]) for row in asked}
    assert {name: text for name, text in said.items() if "missed" in text} == {}
    assert (table[list(benchmark["FINDINGS"])].sum(axis=1) == table["panels"]).all()
    assert (table["refused"] == 0).all()
    # What the verdicts are set against: the month of the spike beside the months after it.
    spike = table.loc["no effect, spike handled"]
    assert spike["press_month"] > 0.3 > 10 * spike["positive"]
