"""The rules the code keeps: sizes, signatures, quick import, documented names, what the wheel carries."""

from __future__ import annotations

import ast
import inspect
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import evaluate

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGE = CHECKOUT / "evaluate"
SOURCES = sorted(PACKAGE.rglob("*.py"))

MOST_LINES_IN_A_FILE = 450
MOST_LINES_IN_A_BODY = 60
MOST_ARGUMENTS = 7

# An exception is "file.py:function" and the reason why the rule does not serve the reader there.
LONGER_BODIES: dict[str, str] = {}
MORE_ARGUMENTS: dict[str, str] = {
    "cli.py:run": "each is an option of the command",
    "data/counts.py:read_counts": "each says where one thing stands in a table nobody knows, by keyword",
    "data/incidents.py:read_incidents": "each says where one thing stands in a table nobody knows, by keyword",
    "data/simulator.py:simulate_panel": "each is one trait of the simulated data, by keyword, with a default",
}

# Loaded when first needed, so that `import evaluate` and `evaluate --help` are quick.
LATE_IMPORTS = [
    "docx",
    "duckdb",
    "jinja2",
    "matplotlib",
    "numba",
    "nutpie",
    "openpyxl",
    "pooch",
    "pymc",
    "pytensor",
    "scipy.optimize",
    "scipy.stats",
    "weasyprint",
]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function, bool]]:
    """Every function: its name as in the lists above, its syntax tree, and whether users see it."""
    for path in SOURCES:
        module_is_public = not path.stem.startswith("_") or path.stem == "__init__"
        pending: list[tuple[ast.AST, bool]] = [(ast.parse(path.read_text("utf-8")), module_is_public)]
        while pending:
            parent, visible = pending.pop()
            for node in ast.iter_child_nodes(parent):
                if isinstance(node, ast.ClassDef):
                    pending.append((node, visible and not node.name.startswith("_")))
                elif isinstance(node, Function):
                    public = visible and (not node.name.startswith("_") or node.name == "__init__")
                    yield f"{path.relative_to(PACKAGE).as_posix()}:{node.name}", node, public
                    pending.append((node, False))
                else:
                    pending.append((node, visible))


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def arguments(function: Function) -> list[str]:
    """Names a caller passes by position or keyword, without ``self`` and ``cls``."""
    spec = function.args
    names = [argument.arg for argument in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]]
    return [name for name in names if name not in ("self", "cls")]


def tracked_files() -> list[Path]:
    """The files under version control, which is what others get to see."""
    if shutil.which("git") is None or not (CHECKOUT / ".git").exists():
        pytest.skip("only a git checkout knows which files are tracked")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return [path for name in listed.stdout.split("\0") if name and (path := CHECKOUT / name).is_file()]


def test_the_walk_finds_the_functions_of_the_package():
    names = {name for name, _, _ in functions()}
    assert {"errors.py:did_you_mean", "data/shipped.py:shipped_path"} <= names


def test_files_are_short():
    lines = {
        path.relative_to(CHECKOUT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in SOURCES
    }
    assert {name: n for name, n in lines.items() if n > MOST_LINES_IN_A_FILE} == {}


def test_functions_can_be_seen_whole():
    long = {
        name: n for name, function, _ in functions() if (n := body_lines(function)) > MOST_LINES_IN_A_BODY
    }
    assert {name: n for name, n in long.items() if name not in LONGER_BODIES} == {}
    assert set(LONGER_BODIES) <= set(long), "an exception that is no longer needed"


def test_functions_take_few_arguments():
    many = {name: n for name, function, _ in functions() if (n := len(arguments(function))) > MOST_ARGUMENTS}
    assert {name: n for name, n in many.items() if name not in MORE_ARGUMENTS} == {}
    assert set(MORE_ARGUMENTS) <= set(many), "an exception that is no longer needed"


def test_public_functions_name_every_argument():
    assert [name for name, function, public in functions() if public and function.args.kwarg] == []


def test_tracked_files_name_no_machine_and_no_registry():
    # Spelt in pieces so that this file passes its own test.
    registry = "|".join([r"pypi\." + "org", "python" + "hosted", "anaconda" + r"\.org", "index" + "-url"])
    home = r"(?<![\w.~>])/(?:ro" + r"ot|home/\w+|Use" + r"rs/\w+|wo" + r"rk)/|[A-Z]:\\\\?Use" + "rs"
    pattern = re.compile(f"{registry}|{home}")
    found = []
    for path in tracked_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture or an archive
        found += [f"{path.relative_to(CHECKOUT)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_importing_evaluate_loads_nothing_heavy():
    code = f"import evaluate, sys; print([name for name in {LATE_IMPORTS} if name in sys.modules])"
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("name", evaluate.__all__)
def test_public_names_are_documented_with_an_example(name):
    value = getattr(evaluate, name)
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        pytest.skip("a constant, documented where it is defined")
    text = inspect.getdoc(value) or ""
    assert re.search(r"^Examples\n-+$", text, re.MULTILINE), f"evaluate.{name} has no Examples section"
    assert ">>> " in text, f"the example of evaluate.{name} does not run as a test"


def test_every_room_is_packaged():
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"])
    rooms = {".".join(path.parent.relative_to(CHECKOUT).parts) for path in SOURCES}
    assert listed == rooms | {"evaluate._shipped.studies", "evaluate._shipped.data_samples"}
    assert [path.parent.name for path in SOURCES if not (path.parent / "__init__.py").exists()] == []


def test_the_version_is_the_same_everywhere():
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    version = settings["project"]["version"]
    assert evaluate.__version__ == version
    assert f"## {version}" in (CHECKOUT / "CHANGELOG.md").read_text("utf-8")


def test_every_dependency_is_pinned_without_an_address():
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*settings["dependencies"], *chain(*settings["optional-dependencies"].values())]
    pins = (CHECKOUT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in pins if not line.startswith("#")]
    shape = re.compile(r'^[a-z0-9.-]+==[\w.]+( ; sys_platform == "win32")?$')
    assert [line for line in pins if not shape.match(line)] == []
    names = {re.split(r"[<>=!~\[ ]", wish)[0].lower().replace("_", "-") for wish in wanted}
    assert names - {line.split("==")[0] for line in pins} == set()


def test_every_dependency_is_justified():
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*settings["dependencies"], *chain(*settings["optional-dependencies"].values())]
    names = {re.split(r"[<>=!~\[ ]", wish)[0] for wish in wanted}
    table = (
        (CHECKOUT / "ARCHITECTURE.md").read_text("utf-8").split("## Every dependency")[1].split("\n## ")[0]
    )
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")][1:]
    assert {name.strip() for row in rows for name in row.split(",")} == names


def test_the_inventory_of_files_is_up_to_date():
    found = runpy.run_path(str(CHECKOUT / "scripts" / "inventory.py"))
    document = found["DOCUMENT"].read_text("utf-8")
    assert document == found["with_inventory"](document), "ARCHITECTURE.md lags behind: run `make inventory`"
