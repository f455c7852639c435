"""What an installed package holds: the files of the checkout, with the studies and samples, run from anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
MADE_BY_RUNNING = ("__pycache__", "outputs")


def files_of(folder: Path) -> set[str]:
    """Paths of a folder's files as a wheel writes them, without what running the code leaves behind."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not set(MADE_BY_RUNNING) & set(path.parts)}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the checkout, unpacked as an installation would."""
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "site-packages"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    for name in ("evaluate", "studies", "data_samples"):
        shutil.copytree(CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    earlier_run = source / "studies" / "sample_operation" / "outputs"
    earlier_run.mkdir(exist_ok=True)
    (earlier_run / "effects.csv").write_text("left behind\n")
    # The build tool of this environment, so that no network is needed.
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(source)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(wheels.glob("evaluate_operations-*.whl"))) as wheel:
        wheel.extractall(target)
    return target


def test_the_wheel_holds_every_file_of_the_package(installed):
    found = {name for name in files_of(installed / "evaluate") if not name.startswith("_shipped/")}
    assert found == files_of(CHECKOUT / "evaluate")


@pytest.mark.parametrize("kind", ["studies", "data_samples"])
def test_the_wheel_holds_every_study_and_sample(installed, kind):
    assert files_of(installed / "evaluate" / "_shipped" / kind) == files_of(CHECKOUT / kind)
    assert list((installed / "evaluate" / "_shipped").rglob("outputs/*")) == []


def test_an_installed_package_finds_what_it_ships_from_anywhere(installed, tmp_path):
    code = (
        "from evaluate.data.shipped import shipped_path\n"
        "for kind in ('studies', 'data_samples'): print(shipped_path(kind, 'sample_operation'))\n"
    )
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(installed)!r})\n{code}"]
    ran = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=True)
    shipped = installed / "evaluate" / "_shipped"
    wanted = [shipped / "studies" / "sample_operation", shipped / "data_samples" / "sample_operation"]
    assert ran.stdout.splitlines() == [str(path) for path in wanted]
