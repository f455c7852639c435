"""The page says how it was made, where a method holds and where it fails; the files carry the same numbers."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import evaluate as ev
from evaluate.cli import app
from evaluate.study.calibration_cells import CELLS, SHORT, Cell
from evaluate.study.calibration_command import methods_named, read_areas
from evaluate.study.calibration_page import command_of, summary_lines, table_lines, write_calibration
from evaluate.study.calibration_run import calibrate

SMALL = Cell("small", before=30, after=12, controls=4)


@pytest.fixture(scope="module")
def table():
    return calibrate(cells=[SMALL, SHORT], panels=6, seed=7, estimators=[ev.BeforeAfter()])


def test_the_page_and_its_files(table, tmp_path):
    command = command_of(6, 7, ["small", "36 + 12"], ["before-after"])
    page = write_calibration(table, tmp_path, seed=7, command=command)
    text = page.read_text(encoding="utf-8")
    assert (
        '`evaluate calibrate --panels 6 --seed 7 --cell "small" --cell "36 + 12" --estimator "before-after"`'
        in text
    )
    assert "; 6 panels in each row." in text
    assert "## Before-after" in text
    assert "| small | " in text
    for rate in ("false_positive_rate", "coverage"):
        assert f"](calibration_{rate}.svg)" in text
        assert all((tmp_path / f"calibration_{rate}.{end}").is_file() for end in ("svg", "png", "csv", "txt"))
    again = pd.read_parquet(tmp_path / "calibration.parquet")
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    made = json.loads(pq.read_schema(tmp_path / "calibration.parquet").metadata[b"evaluate"])
    assert made["seed"] == 7
    assert made["versions"]["evaluate"] == ev.__version__
    rows = pd.read_csv(tmp_path / "calibration.csv")
    assert set(rows["version"]) == {ev.__version__}
    assert rows["false_positive_rate"].tolist() == pytest.approx(
        table["false_positive_rate"].tolist(), rel=1e-4
    )


def test_where_it_fails_is_named(table):
    rates = [0.30, 0.05]
    rows = table.assign(false_positive_rate=rates, panels=200, judged=[True, False])
    assert summary_lines(rows) == [
        "- 24 months or more before, 5 or more a month, 5 or more clean controls (1 kind of panel): fails in 1. "
        "Fails: small.",
        "- Beyond that (1 kind of panel): holds in 1.",
    ]
    none = table.assign(false_positive_rate=float("nan"))
    assert "no rate" in summary_lines(none)[0]
    assert "| none |" in table_lines(none)[2]


def test_a_whole_grid_needs_no_cells_in_the_command():
    assert command_of(200, 1, None, None) == "evaluate calibrate --panels 200 --seed 1"
    assert command_of(200, 1, [cell.name for cell in CELLS], []) == "evaluate calibrate --panels 200 --seed 1"


def test_methods_by_name():
    assert [one.name for one in methods_named(None)] == ["structural model"]
    with pytest.raises(ev.DesignError, match=r'no estimator "before-aftr"\. Did you mean "before-after"'):
        methods_named(["before-aftr"])


def test_tidy_counts_are_told_from_a_ward_file(tmp_path):
    panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    panel.to_frame().to_csv(tmp_path / "counts.csv", index=False)
    assert (read_areas(tmp_path / "counts.csv").counts.values == panel.counts.values).all()
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ev.DataError):
        read_areas(tmp_path / "other.csv")


def test_the_command_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = [
        "calibrate",
        "--panels",
        "2",
        "--seed",
        "3",
        "--cell",
        "24 months before, 6 after",
        "--out",
        "out",
    ]
    first = CliRunner().invoke(app, given)
    assert first.exit_code == 0, first.output
    assert first.stdout.strip().startswith("Calibration: out")
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "panels").glob("*.parquet")}
    assert len(kept) == 1
    assert CliRunner().invoke(app, given).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_an_interruption_says_what_is_kept(tmp_path, monkeypatch):
    def stopped(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr("evaluate.study.calibration_command.calibrate", stopped)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["calibrate", "--panels", "2", "--out", "out"])
    assert done.exit_code == 130
    assert "finished panels are kept in out" in done.stderr
    assert "The same command goes on from what is finished." in done.stderr


def test_the_command_makes_placebos_on_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ev.simulate_panel(areas=8, periods=60, seed=1).to_frame().to_csv("counts.csv", index=False)
    done = CliRunner().invoke(app, ["calibrate", "--panel", "counts.csv", "--panels", "2", "--out", "out"])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "out" / "placebos.md").read_text(encoding="utf-8")
    assert "| structural model | crime | 2 |" in text
    wrong = CliRunner().invoke(app, ["calibrate", "--panel", "counts.csv", "--outcome", "crme"])
    assert wrong.exit_code == 1
    assert 'Did you mean "crime"' in wrong.stderr
