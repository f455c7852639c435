"""The calibration protocol runs, is reproducible, and sees a method that is wrong."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import evaluate as ev
from evaluate.study.calibration import CELLS, Cell, calibrate, cells_named, write_calibration

SMALL = Cell("small", before=30, after=12, controls=4)


@dataclass(frozen=True)
class Overconfident:
    """The before-after comparison with an interval a tenth as wide as it should be."""

    name: str = "overconfident"

    def fit(self, design, *, seed):
        result = ev.BeforeAfter().fit(design, seed=seed)
        shrunk = [
            replace(e, lower=e.rate_ratio**0.9 * e.lower**0.1, upper=e.rate_ratio**0.9 * e.upper**0.1)
            for e in result.effect_list
        ]
        return replace(result, effect_list=shrunk)


def test_same_seed_same_table_however_many_processes():
    one = calibrate(cells=[SMALL], panels=4, seed=5, n_jobs=1)
    two = calibrate(cells=[SMALL], panels=4, seed=5, n_jobs=2)
    assert one.equals(two)


def test_it_sees_an_overconfident_method():
    table = calibrate(cells=[SMALL], panels=40, seed=5, estimator=Overconfident(), n_jobs=1)
    assert table.loc[0, "false_positive_rate"] > 0.5
    assert table.loc[0, "coverage"] < 0.5
    error = table.loc[0, "coverage_error"]
    assert np.isclose(error, np.sqrt(table.loc[0, "coverage"] * (1 - table.loc[0, "coverage"]) / 40))


def test_the_page_says_how_it_was_made(tmp_path):
    table = calibrate(cells=[SMALL], panels=2, seed=7, n_jobs=1)
    page = write_calibration(table, tmp_path, seed=7).read_text(encoding="utf-8")
    assert '`evaluate calibrate --panels 2 --seed 7 --cell "small"`' in page
    assert "| small |" in page
    assert (tmp_path / "calibration.csv").read_text(encoding="utf-8").startswith("name,mean,dispersion")


def test_cells_are_picked_by_name():
    assert cells_named(None) is CELLS
    with pytest.raises(ev.DataError, match=r'no kind of panel "standrd".*Did you mean "standard"'):
        cells_named(["standrd"])
