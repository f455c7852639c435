"""The command line: what it prints, where, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import evaluate as ev
from evaluate.cli import app
from evaluate.study.run import Run

runner = CliRunner()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed Python with the checkout on its path."""
    checkout = str(Path(ev.__file__).resolve().parents[1])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": checkout, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_is_quick_and_loads_nothing_heavy(tmp_path):
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from evaluate.cli import app\n"
        "print(CliRunner().invoke(app, ['--help']).output)\n"
        "heavy = {'pymc', 'nutpie', 'numba', 'matplotlib', 'duckdb', 'docx', 'jinja2', 'joblib'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = python("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for command in ("run", "check", "new", "power", "samples"):
        assert command in done.stdout


@pytest.mark.parametrize("command", ["run", "check"])
def test_help_of_a_command_shows_two_examples(command):
    shown = runner.invoke(app, [command, "--help"]).output
    assert f"evaluate {command} sample_operation" in shown
    assert f"evaluate {command} studies/ilford_lane --data" in shown


def test_a_study_that_does_not_exist_is_one_message_on_stderr_and_status_1():
    done = runner.invoke(app, ["run", "sample_operatoin"])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == (
        'Error: There is no study "sample_operatoin": no folder or plan file of that name, and none that comes with '
        'evaluate. Did you mean "sample_operation"?\n'
    )


def test_a_wrong_plan_ends_without_a_traceback(tmp_path):
    (tmp_path / "plan.toml").write_text("title = \nseed = 1")
    done = python("-m", "evaluate.cli", "check", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: plan.toml is not valid TOML: invalid value (at line 1, column 9).")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["check", "--dat", "x"], ["run", "--seed", "-1"], ["run", "--engine", "slow"]]
)
def test_a_wrong_command_has_status_2(arguments):
    assert runner.invoke(app, arguments).exit_code == 2


def test_missing_data_say_which_file_and_from_whom(monkeypatch, tmp_path):
    monkeypatch.setenv("EVALUATE_DATA", str(tmp_path))
    done = runner.invoke(app, ["run", "ilford_lane"])
    assert done.exit_code == 1
    assert "London Datastore" in done.stderr
    assert "--data FILE" in done.stderr
    assert not (tmp_path / "outputs").exists()


def test_a_new_study_passes_the_check(tmp_path):
    made = runner.invoke(app, ["new", "my_operation"])
    assert made.exit_code == 0, made.output
    assert "evaluate check my_operation" in made.stdout
    assert "evaluate run my_operation" in (tmp_path / "my_operation" / "README.md").read_text()
    checked = runner.invoke(app, ["check", "my_operation"])
    assert checked.exit_code == 0, checked.output
    assert "Plan and data of my_operation are sound: 1 claim to test." in checked.stdout
    again = runner.invoke(app, ["new", "my_operation"])
    assert again.exit_code == 1
    assert "exists already" in again.stderr


def test_check_shows_counts_files_and_shares_of_days():
    done = runner.invoke(app, ["check"])
    assert done.exit_code == 0, done.output
    assert "Plan and data of sample_operation are sound" in done.stdout
    assert "mps_ward_level_crime_sample.csv: 1,212 of 1,212 rows used, sha256 " in done.stdout
    assert "May 2018: 5 days of 2018-05, 16% of it" in done.stdout


def test_samples_lists_what_ships():
    done = runner.invoke(app, ["samples"])
    assert done.exit_code == 0
    for name in ("ilford_lane", "sample_operation", "mps_ward_level_crime_sample.csv"):
        assert name in done.stdout


def test_samples_lists_what_can_be_fetched_and_where_it_is(monkeypatch, tmp_path):
    (tmp_path / "bank-holidays.json").write_text("{}")
    monkeypatch.setenv("EVALUATE_DATA", str(tmp_path))
    done = runner.invoke(app, ["samples"])
    assert done.exit_code == 0
    assert "mps_ward_recent: Metropolitan Police recorded crime by ward and month" in done.stdout
    assert "police_uk_archive/2018-06: " in done.stdout
    assert f"in {tmp_path / 'bank-holidays.json'}" in done.stdout


def test_fetch_shows_where_a_file_is(monkeypatch, tmp_path):
    (tmp_path / "bank-holidays.json").write_text("{}")
    monkeypatch.setenv("EVALUATE_DATA", str(tmp_path))
    done = runner.invoke(app, ["fetch", "bank_holidays"])
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'bank-holidays.json'}\n")
    wrong = runner.invoke(app, ["fetch", "bank_holiday"])
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith(
        'Error: No public file is registered as "bank_holiday". Did you mean "bank_holidays"'
    )


class Stopped:
    """A study whose run is stopped by Ctrl-C, either while it is fitted or while its report is written."""

    def __init__(self, run: object) -> None:
        self.name, self.run_result = "stopped", run

    def run(self, *_: object, **__: object) -> object:
        if self.run_result is None:
            raise KeyboardInterrupt
        return self.run_result


@pytest.mark.parametrize("while_writing", [False, True])
def test_ctrl_c_leaves_nothing_half_written(monkeypatch, tmp_path, while_writing):
    def half(_: object, folder: Path, *, pdf: bool) -> Path:
        assert not pdf
        (folder / "report.html").write_text("half")
        raise KeyboardInterrupt

    run = Run(findings=None, by_claim={}, checked=None) if while_writing else None
    monkeypatch.setattr("evaluate.study.load_study", lambda _: Stopped(run))
    monkeypatch.setattr("evaluate.reports.write.write_report", half)
    done = runner.invoke(app, ["run", "anything"])
    assert done.exit_code == 130
    more = "" if while_writing else " The same command goes on from what is finished."
    assert done.stderr == f"Stopped; no report was written.{more}\n"
    assert list(tmp_path.rglob("*.html")) == []
    outputs = tmp_path / "outputs"
    assert not outputs.exists() or list(outputs.iterdir()) == []
