"""Digests of what a fit depends on: the same in every process, another for everything that could move a number."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.effects import fingerprint as module
from evaluate.effects.fingerprint import fingerprint

MAKE = "ev.simulated_design(ev.simulate_panel(areas=6, periods=48, buffers=1, seed=2), trigger='2 months')"


@pytest.fixture
def design() -> ev.Design:
    return ev.simulated_design(ev.simulate_panel(areas=6, periods=48, buffers=1, seed=2), trigger="2 months")


def test_another_process_gives_the_same(checkout, design):
    code = (
        "import evaluate as ev; from evaluate.effects.fingerprint import fingerprint; "
        f"print(fingerprint(ev.StructuralModel(), {MAKE}, 3))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == fingerprint(ev.StructuralModel(), design, 3)


def test_what_was_worked_out_meanwhile_does_not_count(design):
    before = fingerprint(design)
    assert design.treated_counts.sum() > 0  # a design remembers what it was asked
    assert fingerprint(design) == before


def test_everything_that_could_move_a_number_counts(design):
    counts, operation = design.panel.counts.copy(), design.operations[0]
    counts[2, 7, 0] += 1
    moved = [
        replace(design, panel=replace(design.panel, counts=counts)),
        design.without(design.control[:1]),
        design.with_windows(before="12 months"),
        design.with_windows(trigger="1 month"),
        design.with_operations([replace(operation, start=operation.first_day + pd.Timedelta(days=7))]),
        replace(design, buffer=()),
    ]
    estimators = [ev.StructuralModel(), ev.StructuralModel(draws=500), ev.StructuralModel(prior=ev.FLAT)]
    keys = [fingerprint(estimators[0], one, 1) for one in (design, *moved)]
    keys += [fingerprint(one, design, 1) for one in estimators[1:]] + [fingerprint(estimators[0], design, 2)]
    assert len(set(keys)) == len(keys) == 10


def test_a_missing_count_is_not_a_zero_and_a_number_is_not_its_text(design):
    pairs = [
        (np.array([np.nan]), np.array([0.0])),
        (np.array([1, 2]), np.array([[1, 2]])),
        (1, "1"),
        (1, 1.0),
        (("a", "b"), ("ab",)),
        ((("a",), "b"), ("a", ("b",))),
        (partial(max, 1), partial(max, 2)),
        (max, min),
        ({"a": 1}, {"a": 2}),
    ]
    for one, other in pairs:
        assert fingerprint(one) != fingerprint(other)
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


def test_another_version_of_the_package_or_of_its_tools_is_another_digest(monkeypatch, design):
    before = fingerprint(design)
    monkeypatch.setattr(module, "PACKAGES", (*module.PACKAGES, "pytest"))
    module.made_with.cache_clear()
    try:
        assert fingerprint(design) != before
    finally:
        monkeypatch.undo()
        module.made_with.cache_clear()
    assert fingerprint(design) == before


def test_an_edit_of_the_source_is_another_digest(monkeypatch, tmp_path, design):
    place = tmp_path / "evaluate" / "effects" / "fingerprint.py"
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(place))
    found = []
    for text in ("x = 1", "x = 2", "x = 1"):
        place.write_text(text, encoding="utf-8")
        module.made_with.cache_clear()
        found.append(fingerprint(1))
    monkeypatch.undo()
    module.made_with.cache_clear()
    assert found[0] == found[2] != found[1]


@dataclass(frozen=True)
class Outside:
    """A user's own settings."""

    size: int
    seen: list[int] = field(default_factory=list, compare=False)


def test_a_users_own_class_counts_with_its_file(monkeypatch, tmp_path):
    assert fingerprint(Outside(1)) == fingerprint(Outside(1, [5])) != fingerprint(Outside(2))
    before = fingerprint(Outside(1))
    other = tmp_path / "changed.py"
    other.write_text("changed", encoding="utf-8")
    module._source.cache_clear()
    monkeypatch.setattr(module.inspect, "getfile", lambda kind: str(other))
    assert fingerprint(Outside(1)) != before
    module._source.cache_clear()


def test_what_cannot_be_known_is_refused(tmp_path):
    with open(tmp_path / "file", "w") as file, pytest.raises(TypeError, match="TextIOWrapper"):
        fingerprint(file)
    with pytest.raises(TypeError, match="lambda"):
        fingerprint(lambda: 1)
