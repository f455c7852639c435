"""scripts/find-python, run on a machine made of stub executables."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "find-python"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="make and its scripts are for Linux and macOS")

# What a stub does when it is asked for its version, and when it is asked for venv.
GOOD = "exit 0"
OLD = "exit 1"
BROKEN_SHIM = 'echo "pyenv: python3.13: command not found" >&2; exit 127'
WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; esac; exit 0'


def stub(folder: Path, name: str, behaviour: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{behaviour}\n")
    path.chmod(0o755)
    return path


class Machine:
    """A home, one folder on PATH beside the few tools the script uses, and one place off PATH."""

    def __init__(self, root: Path) -> None:
        self.tools, self.first, self.second = root / "tools", root / "first on path", root / "second"
        self.home, self.local = root / "home", root / "local"
        for folder in (self.tools, self.home, self.local):
            folder.mkdir()
        for tool in ("sh", "tr"):
            found = shutil.which(tool)
            assert found is not None
            (self.tools / tool).symlink_to(found)

    def find(self, *wanted: str, own_places: bool = True) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.first}:{self.second}:{self.tools}",
            "HOME": str(self.home),
        }
        if own_places:
            environment["EVALUATE_PYTHON_PLACES"] = f"{self.home}/.pyenv/versions/*/bin\n{self.local}"
        return subprocess.run(
            [str(SCRIPT), *wanted], env=environment, capture_output=True, text=True, check=False
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_takes_the_python_on_path(machine):
    python = stub(machine.first, "python3.12", GOOD)
    assert machine.find().stdout == f"{python}\n"


def test_prefers_a_version_that_was_tested_wherever_it_is(machine):
    stub(machine.first, "python3", GOOD)
    stub(machine.first, "python3.14", GOOD)
    python = stub(machine.local, "python3.12", GOOD)
    assert machine.find().stdout == f"{python}\n"


def test_takes_a_recent_python3_where_nothing_else_is(machine):
    python = stub(machine.second, "python3", GOOD)
    assert machine.find().stdout == f"{python}\n"


def test_passes_over_an_old_python3_for_one_of_pyenv(machine):
    stub(machine.first, "python3", OLD)
    python = stub(machine.home / ".pyenv/versions/3.13.0/bin", "python3.13", GOOD)
    assert machine.find().stdout == f"{python}\n"


def test_passes_over_a_shim_that_does_not_run(machine):
    stub(machine.first, "python3.13", BROKEN_SHIM)
    python = stub(machine.second, "python3.13", GOOD)
    found = machine.find()
    assert (found.stdout, found.stderr) == (f"{python}\n", "")


def test_passes_over_what_is_not_a_program(machine):
    (machine.first / "python3.13").mkdir(parents=True)
    machine.second.mkdir()
    (machine.second / "python3.13").write_text("not executable")
    python = stub(machine.local, "python3.12", GOOD)
    assert machine.find().stdout == f"{python}\n"


def test_passes_over_a_python_without_venv(machine):
    stub(machine.first, "python3.13", WITHOUT_VENV)
    python = stub(machine.first, "python3.12", GOOD)
    assert machine.find().stdout == f"{python}\n"


def test_says_in_one_line_what_is_needed(machine):
    stub(machine.first, "python3", OLD)
    stub(machine.first, "python3.13", BROKEN_SHIM)
    found = machine.find()
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == (
        "evaluate needs Python 3.12 or later and none was found; "
        "install one, or name it: make study PYTHON=/path/to/python3.13\n"
    )


def test_says_when_only_venv_is_missing(machine):
    python = stub(machine.first, "python3.12", WITHOUT_VENV)
    found = machine.find()
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == (
        f"evaluate needs Python 3.12 or later with its venv module; {python} lacks it "
        "(on Debian or Ubuntu: apt install python3-venv).\n"
    )


def test_tries_only_the_python_that_was_named(machine):
    stub(machine.first, "python3.13", GOOD)
    named = stub(machine.local, "mine", GOOD)
    assert machine.find(str(named)).stdout == f"{named}\n"
    old = stub(machine.local, "old", OLD)
    found = machine.find(str(old))
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == f"evaluate needs Python 3.12 or later; '{old}' is older, or does not run.\n"


def test_an_empty_name_means_none_was_named(machine):
    python = stub(machine.first, "python3.13", GOOD)
    assert machine.find("").stdout == f"{python}\n"


def test_looks_into_pyenv_of_the_home_by_itself(machine):
    python = stub(machine.home / ".pyenv/versions/3.13.99/bin", "python3.13", GOOD)
    assert machine.find(own_places=False).stdout == f"{python}\n"
