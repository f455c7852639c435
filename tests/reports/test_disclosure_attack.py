"""A small part of benchmarks/disclosure_attack.py, whose intruder shares no code with the package."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluate.reports import disclosure

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def attack():
    return runpy.run_path(str(BENCHMARKS / "disclosure_attack.py"))


def test_no_hidden_number_of_a_random_table_is_recovered(attack):
    found = attack["attacked"]("tables", 12, seed=7)
    assert found["with_hidden"] >= 4
    assert found["recovered"] == found["recovered_by_guess"] == 0


def test_no_hidden_number_of_a_random_report_is_recovered(attack):
    found = attack["attacked"]("studies", 3, seed=1)
    assert found["hidden"] > 10
    assert found["recovered"] == found["recovered_by_guess"] == 0


def test_the_attack_finds_what_primary_suppression_alone_leaves_open(attack, monkeypatch):
    def primary_only(counts, sums=(), *, threshold=5, unpublished=None, bounds=None):
        values = np.asarray(counts, dtype=float)
        return (values >= 1) & (values < threshold) | unpublished

    monkeypatch.setitem(attack["table"].__globals__, "hidden_cells", primary_only)
    found = attack["attacked"]("tables", 6, seed=7)
    assert found["recovered"] > 0.5 * found["hidden"] > 0


def test_the_attack_finds_a_difference_between_outcomes(attack, monkeypatch):
    """Without the rule on outcomes that share counts, all crime with and without arrests give arrests away."""
    from evaluate.reports import ties

    monkeypatch.setattr(ties, "_relatives", lambda outcome, outcomes: [])
    found = [attack["study"](np.random.default_rng([1, at])).attack() for at in range(2)]
    assert sum(one["recovered"] for one in found) > 0


def test_what_only_follows_from_a_difference_is_protected_too():
    """Treated with buffer 12, treated 9: the buffer's 3 stands in no table."""
    sums = [disclosure.Sum(0, (1, 2))]
    hidden = disclosure.hidden_cells([12, 9, 3], sums, unpublished=np.array([False, False, True]))
    assert hidden.tolist() == [False, True, True]


def test_what_other_outcomes_tell_is_known_to_the_intruder():
    """Two hidden counts of 3 and 20 whose total is shown; elsewhere it can be read that the first is 3."""
    sums = [disclosure.Sum(2, (0, 1))]
    free = (np.zeros(3), np.array([np.inf, np.inf, np.inf]))
    assert disclosure.hidden_cells([3, 20, 23], sums, bounds=free).tolist() == [True, True, False]
    known = (np.array([3.0, 0, 0]), np.array([3.0, np.inf, np.inf]))
    with pytest.raises(disclosure.DataError, match="follows from what is published elsewhere"):
        disclosure.hidden_cells([3, 20, 23], sums, bounds=known)


def test_the_published_result_is_of_a_thousand_tables_and_none_is_recovered():
    table = pd.read_csv(BENCHMARKS / "disclosure_attack.csv").set_index("kind")
    assert table.loc["tables", "attacked"] >= 1000
    assert (table["hidden"] > 0).all()
    assert (table[["recovered", "recovered_by_guess"]] == 0).all().all()
