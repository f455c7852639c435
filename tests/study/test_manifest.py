"""The manifest carries the reading report, without totals that could point to a person."""

from __future__ import annotations

import json

import pytest

import evaluate as ev
from evaluate.reports.manifest import manifest_json
from evaluate.study.manifest import manifest_of


@pytest.fixture(scope="module")
def checked():
    return ev.load_study("sample_operation").check()


def test_it_says_what_was_read(checked):
    entries = manifest_of(checked, engine="fast", quick=True, duration=1.0)
    read = json.loads(manifest_json(entries))["data"]
    said = checked.panel.provenance
    assert (read["areas"], read["periods"], read["first"], read["last"]) == (
        said.areas,
        said.periods,
        said.first,
        said.last,
    )
    assert [file["sha256"] for file in read["files"]] == [file.sha256 for file in said.files]
    assert read["totals"]["all crime"] == said.totals["all crime"] > 0


def test_it_leaves_out_person_related_totals(checked):
    people = {one.name for one in checked.plan.outcomes if one.person_related}
    assert people
    read = manifest_of(checked, engine="fast", quick=True, duration=1.0)["data"]
    assert people.isdisjoint(read["totals"])
    assert people.isdisjoint(read["missing"])
    assert set(read["totals"]) | people == set(checked.panel.provenance.totals)


def test_what_happened_to_real_categories_did_not_happen_to_made_ones(checked):
    assert checked.panel.provenance.breaks == ()
