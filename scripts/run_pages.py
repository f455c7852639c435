#!/usr/bin/env python3
"""Run every code block of the README and of docs/, page by page, as a reader would.

Usage: python scripts/run_pages.py [--write] [PAGE ...]

The blocks of a page run in order, in one namespace and one temporary folder that holds data_samples/ and the
measurements of benchmarks/:

* ``python`` is executed;
* ``sh``: lines that begin with ``evaluate`` are run, any other must be in ``NOT_RUN`` with the reason;
* ``toml`` is parsed, and saved where its first line is a comment that names a file (``# patrols/plan.toml``);
* ``text`` right after one of these is what it prints, compared word for word and number for number (the last digit may
  differ by one). A line "..." stands for any lines, and "..." inside a line for any text; a command whose
  text begins with "Error:" must end with exit status 1.

Pages about published files need those files (``PUBLISHED``) and cannot be run without. ``--write`` puts what is printed
now into the text blocks that have no "...". The exit status is 1 where a block fails.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

CHECKOUT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SAVED_AS = re.compile(r"# (\S+/\S+\.toml)\n")
COLUMNS = "100"

NOT_RUN = {
    "make *": "continuous integration runs it before the tests (.ci/run)",
    "python3.13 -m venv *": "installs; continuous integration does so through make",
    ".venv/bin/*": "needs the environment that the lines before it make",
    "python -m pip install *": "installs from a package index",
    "python scripts/replicate.py*": "run by tests/studies/test_replications.py",
    "mutmut *": "takes half an hour",
    "jupyter *": "needs JupyterLab; the notebook itself is executed by tests/study/test_notebook.py",
    "evaluate fetch *": "downloads",
    "evaluate calibrate*": "takes minutes to hours; run in small by tests/study/test_calibration_page.py",
    "evaluate run studies/ilford_lane*": "needs the Metropolitan Police's file; run by tests/test_studies.py",
}
"""Commands that are shown and not run here, and why."""

PUBLISHED = {
    "docs/places_and_calendar.md": {
        "lsoa11_to_ward17.csv": "geography/Lower_Layer_Super_Output_Area_2011_to_Ward_2017_Lookup_*.csv",
        "lsoa11_to_ward18.csv": "geography/Lower_Layer_Super_Output_Area_2011_to_Ward_2018_Lookup_*.csv",
        "lsoa11_to_lsoa21_exact_fit.csv": "geography/LSOA_(2011)_to_LSOA_(2021)_*.csv",
        "London_Ward_2014.*": "geography/London_Ward_2014.*",
        "London_Ward_2018.*": "geography/London_Ward_2018.*",
        "mps_ward_level_crime.csv": "mps_ward/mps_ward_level_crime_redbridge_barking_*.csv",
        "archive/*": "police_uk/street_metropolitan_burglary_only/*2017-*.csv*",
    },
    "docs/police_uk.md": {
        "lsoa11_to_ward18.csv": "geography/Lower_Layer_Super_Output_Area_2011_to_Ward_2018_Lookup_*.csv",
        "London_Ward_2018.*": "geography/London_Ward_2018.*",
        "answers/*": "police_uk/api_json/*.json",
        "latest.zip": "police_uk/[so]*/2017-06-metropolitan-*",
    },
}
"""Pages about files of others: the names used there, and where those files lie in the folder of published data."""


class WrongPageError(Exception):
    """A block that does not do what its page says."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page.

    Parameters
    ----------
    language, text : str
        What stands after the fence, and what is inside.
    line : int
        Of the page, where the inside begins.
    start, end : int
        Place of the inside in the page, in characters.
    output : Block or None
        The ``text`` block right after it.
    """

    language: str
    text: str
    line: int
    start: int
    end: int
    output: Block | None = None


def pages() -> list[str]:
    """README.md and every page of docs/ that is written by hand, as paths from the checkout."""
    found = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
    names = [path.relative_to(CHECKOUT).as_posix() for path in found]
    return [name for name in names if "/_" not in name]


def blocks_of(page: str) -> list[Block]:
    """Take a page apart; each ``text`` block goes with the one before it."""
    found: list[Block] = []
    last = 0
    for match in FENCE.finditer(page):
        language, text = match.group(1).strip(), match.group(2)
        block = Block(language, text, page[: match.start(2)].count("\n") + 1, match.start(2), match.end(2))
        if language != "text":
            found.append(block)
        elif not found or page[last : match.start()].strip():
            raise WrongPageError(f"line {block.line}: a text block must come right after what prints it")
        else:
            one = found[-1]
            found[-1] = Block(one.language, one.text, one.line, one.start, one.end, block)
        last = match.end()
    return found


def run_page(
    name: str, *, published: Path | None = None, drawn: Callable[[Block, list[Any]], None] | None = None
) -> list[tuple[Block, str]]:
    """Run the blocks of a page in order.

    Parameters
    ----------
    name : str
        Path from the checkout.
    published : pathlib.Path, optional
        The folder of published files.
    drawn : callable, optional
        Told of each block of Python and the Matplotlib figures that it made.

    Returns
    -------
    list of (Block, str)
        Each block that was run with what it printed.

    Raises
    ------
    WrongPageError
        At the first block that fails, with its line.
    FileNotFoundError
        If the page needs published files that are not there.
    """
    blocks = blocks_of((CHECKOUT / name).read_text("utf-8"))
    if not any(block.language in ("python", "sh", "toml") for block in blocks):
        return []
    namespace: dict[str, Any] = {"__name__": "page"}
    printed = []
    with tempfile.TemporaryDirectory() as folder, _inside(folder):
        shutil.copytree(CHECKOUT / "data_samples", "data_samples")
        shutil.copytree(
            CHECKOUT / "benchmarks", "benchmarks", ignore=shutil.ignore_patterns("*.py", "__pycache__")
        )
        _lay_out(PUBLISHED.get(name, {}), published)
        for block in blocks:
            where = f"{name}, line {block.line}"
            try:
                printed.append((block, _run(block, namespace, where)))
                _hand_over(block, drawn)
            except WrongPageError:
                raise
            except Exception as error:
                raise WrongPageError(f"{where}: {type(error).__name__}: {error}") from error
    return printed


def _run(block: Block, namespace: dict[str, Any], where: str) -> str:
    """Run one block and return what it printed."""
    if block.language == "python":
        said = io.StringIO()
        code = compile("\n" * (block.line - 1) + block.text, where, "exec")
        with contextlib.redirect_stdout(said):
            exec(code, namespace)
        return said.getvalue()
    if block.language == "sh":
        fails = block.output is not None and block.output.text.startswith("Error:")
        return "".join(_command(line, where, fails=fails) for line in commands(block.text))
    if block.language == "toml":
        tomllib.loads(block.text)
        saved = SAVED_AS.match(block.text)
        if saved:
            path = Path(saved.group(1))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        return ""
    if block.language in ("powershell", "math") or block.language.startswith("{"):
        return ""  # Windows; formulas; directives of the documentation's own builder
    raise WrongPageError(f'{where}: nothing is known about blocks of "{block.language}"')


def _hand_over(block: Block, drawn: Callable[[Block, list[Any]], None] | None) -> None:
    """Give away the figures that a block made, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    if drawn is not None and block.language == "python":
        drawn(block, [pyplot.figure(number) for number in pyplot.get_fignums()])
    pyplot.close("all")


def commands(text: str) -> list[str]:
    """Split a block into commands, without comments."""
    lines = [re.sub(r"\s+# .*", "", line).strip() for line in text.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def reason_not_run(command: str) -> str | None:
    """Say why a command is shown and not run."""
    return next((why for shown, why in NOT_RUN.items() if fnmatch.fnmatchcase(command, shown)), None)


def _command(command: str, where: str, *, fails: bool) -> str:
    """Run one ``evaluate`` command and return what it printed."""
    from typer.testing import CliRunner

    from evaluate.cli import app

    if reason_not_run(command) is not None:
        return ""
    program, *arguments = shlex.split(command)
    if program != "evaluate":
        raise WrongPageError(f'{where}: "{command}" is no evaluate command; name the reason in NOT_RUN')
    ran = CliRunner().invoke(app, arguments)
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    if ran.exit_code != int(fails):
        raise WrongPageError(f'{where}: "{command}" ended with {ran.exit_code}: {ran.output}')
    return "\n".join(line.rstrip() for line in ran.output.splitlines()) + "\n"


@contextlib.contextmanager
def _inside(folder: str) -> Iterator[None]:
    """Work in a folder, with a terminal of one width and figures that open no window."""
    before, environment = Path.cwd(), dict(os.environ)
    os.environ.update(COLUMNS=COLUMNS, MPLBACKEND="Agg")
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)


def _lay_out(files: dict[str, str], published: Path | None) -> None:
    """Put published files where a page looks for them."""
    for shown, pattern in files.items():
        escaped = pattern.replace("(", "[(]")
        found = sorted(published.glob(escaped)) if published is not None else []
        if not found:
            raise FileNotFoundError(f"needs the published files {pattern}")
        if shown.endswith(".zip"):
            with ZipFile(shown, "w") as archive:
                for path in found:
                    archive.write(path, f"2017-06/{path.name}")
            continue
        for path in found:
            goal = Path(shown.replace("*", path.name) if "/" in shown else shown.replace(".*", path.suffix))
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, goal)


def differs(expected: str, printed: str) -> str:
    """Say how what was printed differs from a text block; empty where it does not."""
    pattern, numbers = "", []
    for part in re.split(rf"(^\.\.\.\n|\.\.\.|{NUMBER.pattern})", _plain(expected), flags=re.MULTILINE):
        if part == "...\n":
            pattern += r"(?:.*\n)*?"
        elif part == "...":
            pattern += r".*?"
        elif NUMBER.fullmatch(part):
            pattern += f"({NUMBER.pattern})"
            numbers.append(part)
        else:
            pattern += re.escape(part)
    match = re.fullmatch(pattern, _plain(printed))
    if match is None:
        return f"the page says\n{expected}\nand it prints\n{printed}"
    for said, found in zip(numbers, match.groups(), strict=True):
        unit = 10.0 ** -len(said.partition(".")[2])
        if abs(_value(said) - _value(found)) > 1.001 * unit:
            return f"the page says {said} where it prints {found}:\n{printed}"
    return ""


def _plain(text: str) -> str:
    """Text without trailing blanks and lines that are empty at its ends; runs of blanks are one."""
    lines = [re.sub(r"(?<=\S) +", " ", line).strip() for line in text.strip().splitlines()]
    return "\n".join(lines) + "\n"


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def write_outputs(name: str, printed: list[tuple[Block, str]]) -> list[tuple[Block, str]]:
    """Put what was printed into the page's text blocks; return the blocks whose text has a "..." and stays."""
    path = CHECKOUT / name
    page = path.read_text("utf-8")
    left = []
    for block, said in reversed(printed):
        if block.output is not None and "..." in block.output.text:
            left.append((block, said))
        elif block.output is not None:
            page = page[: block.output.start] + said.strip("\n") + "\n" + page[block.output.end :]
    path.write_text(page, "utf-8")
    return left[::-1]


def problems(printed: list[tuple[Block, str]]) -> list[str]:
    """Every text block that does not hold what was printed."""
    found = [(block, differs(block.output.text, said)) for block, said in printed if block.output is not None]
    return [f"line {block.line}: {difference}" for block, difference in found if difference]


def published_data() -> Path:
    """The folder of published files kept outside the project."""
    named = os.environ.get("EVALUATE_DATA")
    return Path(named) if named else CHECKOUT.parent / "shared" / "data"


def main() -> int:
    """Run pages and say what is wrong."""
    parser = argparse.ArgumentParser(description="Run the code blocks of the pages.")
    parser.add_argument("page", nargs="*", help="paths from the checkout; all otherwise")
    parser.add_argument("--write", action="store_true", help="put what is printed into the pages")
    arguments = parser.parse_args()
    status = 0
    for name in arguments.page or pages():
        try:
            printed = run_page(name, published=published_data())
            wrong = problems(write_outputs(name, printed) if arguments.write else printed)
        except (WrongPageError, FileNotFoundError) as error:
            wrong = [str(error)]
        print(f"{name}: {'as it says' if not wrong else 'WRONG'}")
        for one in wrong:
            print(f"  {one}")
            status = 1
    return status


if __name__ == "__main__":
    sys.path.insert(0, str(CHECKOUT))
    sys.exit(main())
