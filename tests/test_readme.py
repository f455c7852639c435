"""What README.md shows works as it stands."""

from __future__ import annotations

import re
import subprocess
import sys


def test_its_python_runs(checkout, tmp_path):
    page = (checkout / "README.md").read_text("utf-8")
    lines = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    script = tmp_path / "lines.py"
    script.write_text(f"import sys; sys.path.insert(0, '')\n{lines}", "utf-8")
    ran = subprocess.run(
        [sys.executable, str(script)], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "acquisitive crime in Ropewalk came to 645" in ran.stdout
    assert "difference in differences" in ran.stdout
    # The planted fall is real and smaller than half: data_samples/sample_operation/truth.toml.
    assert "almost certain" in ran.stdout
    assert "a remote chance (less than 1%) that it was as large as half" in ran.stdout


def test_every_command_shown_exists(checkout):
    page = (checkout / "README.md").read_text("utf-8")
    shown = set(re.findall(r"^evaluate (\w+)", page, re.MULTILINE))
    command = [sys.executable, "-c", "from evaluate.cli import main; main()", "--help"]
    ran = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    assert shown >= {"check", "new", "run", "samples"}
    assert {name for name in shown if not re.search(rf"^\W*{name}\s", ran.stdout, re.MULTILINE)} == set()
