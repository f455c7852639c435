"""What a panel says of itself: in step with its counts, whatever was done to it."""

from __future__ import annotations

import hashlib
import json

import numpy as np

import evaluate as ev
from evaluate.reports.manifest import manifest_json

LONDON = "mps_ward/mps_ward_level_crime_london_201004_202402.csv.gz"


def test_it_says_what_the_counts_hold(shared_data):
    panel = ev.read_mps(shared_data / LONDON)
    said = panel.provenance
    assert said.files[0].sha256 == hashlib.sha256((shared_data / LONDON).read_bytes()).hexdigest()
    assert (said.areas, said.periods, said.first, said.last) == (679, 167, "2010-04", "2024-02")
    assert said.totals["ROBBERY"] == 33_263 + 375_075
    assert said.totals["FRAUD AND FORGERY"] == 68_910 - 32
    assert said.missing["FRAUD AND FORGERY"] == 679 * 132
    assert said.missing["ROBBERY"] == 0
    assert {one.name for one in said.breaks} >= {"fraud leaves, 2013"}


def test_it_stays_in_step_with_a_selection_and_a_sum():
    panel = ev.simulate_panel(areas=4, periods=24, seed=1)
    smaller = panel.select(areas=["A01", "A02"], end="2010-06")
    assert (smaller.provenance.areas, smaller.provenance.periods, smaller.provenance.last) == (
        2,
        6,
        "2010-06",
    )
    assert smaller.provenance.totals == {"crime": int(smaller.counts.sum())}
    both = panel.combine_outcomes({"twice": ["crime"]}, keep=True)
    assert list(both.provenance.totals) == ["crime", "twice"]
    assert both.provenance.totals["twice"] == panel.provenance.totals["crime"]


def test_a_missing_cell_is_counted_and_not_summed():
    panel = ev.simulate_panel(areas=2, periods=24, seed=1)
    counts = panel.counts.copy(deep=True)
    lost = int(counts.values[0, 3, 0])
    counts.values[0, 3, 0] = np.nan
    other = ev.Panel(counts).provenance
    assert other.missing == {"crime": 1}
    assert other.totals == {"crime": panel.provenance.totals["crime"] - lost}


def test_it_can_be_written(shared_data):
    said = ev.read_mps(shared_data / LONDON, detail="minor").provenance
    written = json.loads(manifest_json(said.to_dict()))
    assert written["totals"] == dict(said.totals)
    assert written["breaks"][0]["source"]
    assert written["files"][0]["rows_read"] == 21_118
