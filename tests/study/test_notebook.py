"""The notebook that ``evaluate new`` writes runs from the first cell to the last, and shows what it says."""

from __future__ import annotations

import json
import os
import re

import nbformat
import pytest
from nbclient import NotebookClient

from evaluate.study.new import new_study

FEW_CHECKS = 'run = ["placebo in space", "minimum detectable effect"]\nplacebos = 6'


@pytest.fixture(scope="module")
def shown(tmp_path_factory, checkout):
    """The notebook of a new study, executed, and its folder."""
    folder = new_study(tmp_path_factory.mktemp("notebook") / "my_operation")
    plan = (folder / "plan.toml").read_text("utf-8")  # with few checks, so that this is quick
    plan = re.sub(r"(?s)^run = \[.*?^\]\nplacebos = \d+", FEW_CHECKS, plan, flags=re.MULTILINE)
    assert FEW_CHECKS in plan
    (folder / "plan.toml").write_text(plan, "utf-8")
    notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "PYTHONPATH", os.pathsep.join(filter(None, [str(checkout), os.environ.get("PYTHONPATH")]))
        )
        patch.delenv("MPLBACKEND", raising=False)
        NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(folder)}}).execute()
    return folder, notebook


def html_of(notebook, code):
    cell = next(cell for cell in notebook.cells if cell.source == code)
    return "".join(output["data"].get("text/html", "") for output in cell.outputs if "data" in output)


def test_it_ships_without_outputs(checkout):
    raw = json.loads((checkout / "evaluate" / "study" / "new_notebook.ipynb").read_text("utf-8"))
    code = [cell for cell in raw["cells"] if cell["cell_type"] == "code"]
    assert len(code) >= 8
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_every_cell_shows_something(shown):
    _, notebook = shown
    silent = [cell.source for cell in notebook.cells if cell.cell_type == "code" and not cell.outputs]
    assert silent == []
    said = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output for output in said if output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in said) == 3


def test_results_and_checks_are_tables(shown):
    _, notebook = shown
    assert '<th scope="row">June 2017, after</th>' in html_of(notebook, "finding.result")
    assert "Would untreated areas have shown an effect as strong?" in html_of(notebook, "finding.checks")


def test_its_last_cell_writes_the_report(shown):
    folder, _ = shown
    assert (folder / "report" / "report.html").stat().st_size > 100_000
