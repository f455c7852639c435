"""A plan that binds: its text and hash stamped beside it, and every departure from it reported by a run."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evaluate.data.provenance import Provenance, sha256_of
from evaluate.errors import DataError, DesignError
from evaluate.study.blind_record import read_record
from evaluate.study.locate import DataFiles, find_data
from evaluate.study.plan import Plan

HEAD = """# The plan as it was frozen, by `evaluate plan freeze`. A run reports every departure from it.
# Keep it beside the plan, unchanged; give a copy to somebody else, since whoever holds both files could change both.
"""
STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Freeze:
    """What was stamped when a plan was frozen.

    Parameters
    ----------
    plan : Plan
        As it stood.
    plan_sha256 : str
        Hash of the plan file's bytes then.
    frozen : str
        Date and time, UTC.
    outcome_data_read : bool
        Whether somebody had read outcome data from after an operation began, as the plan states or the record of its
        runs shows.
    data_sha256 : mapping
        Name to hash of the data files that could be found then, on the machine where it was frozen; empty where none
        could. Files that were there could have been read, whatever the plan states.
    blind_readings, open_readings : int
        How often the data had been read through this study by then, with the outcome hidden and with it in sight, as
        the record of its blind runs has it; without a record both are 0.
    """

    plan: Plan
    plan_sha256: str
    frozen: str
    outcome_data_read: bool
    data_sha256: Mapping[str, str]
    blind_readings: int = 0
    open_readings: int = 0

    def __repr__(self) -> str:
        read = "had" if self.outcome_data_read else "had not"
        there = (
            "no data file could be found then"
            if not self.data_sha256
            else "the data could be found then, so that they had not been read rests on the plan's word"
            if not self.outcome_data_read
            else "the data could be found then"
        )
        return (
            f"Frozen on {self.frozen[:10]} (sha256 {self.plan_sha256[:16]}...): the outcome data {read} been read, as "
            f"{'the record of its runs has it' if self.open_readings else 'the plan states'}; {there}.{self._record}"
        )

    @property
    def _record(self) -> str:
        """What the record of blind runs adds, as a sentence."""
        blind, seen = self.blind_readings, self.open_readings
        if not blind:
            return ""
        times = f"{blind} {'time' if blind == 1 else 'times'}"
        other = (
            f"{seen} {'time' if seen == 1 else 'times'} with it in sight"
            if seen
            else "never with it in sight"
        )
        return (
            f" By the record beside the plan the data had been read {times} with the outcome hidden, {other}."
        )


def stamp_path(path: Path) -> Path:
    """Where the stamp of a plan file stands.

    Examples
    --------
    >>> stamp_path(Path("plan.toml")).name
    'plan.frozen.toml'
    """
    return path.with_name(f"{path.stem}.frozen.toml")


def freeze_plan(
    path: Path, plan: Plan, *, name: str, data: str | Path | None = None, now: datetime.datetime | None = None
) -> Freeze:
    """Stamp a plan: write its text, its hash, and what there was of the data, beside it.

    Parameters
    ----------
    path : pathlib.Path
        The plan's file.
    plan : Plan
        What it says.
    name : str
        Of the study; where its data are looked for.
    data : str or path, optional
        The data file, instead of searching.
    now : datetime.datetime, optional
        Time of the stamp; the clock's otherwise.

    Returns
    -------
    Freeze

    Raises
    ------
    DesignError
        If it was frozen before, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import evaluate as ev
    >>> from evaluate.study.new import new_study
    >>> study = ev.load_study(new_study(Path(tempfile.mkdtemp()) / "my_operation"))
    >>> study.freeze().outcome_data_read
    True
    """
    place = stamp_path(path)
    if place.exists():
        raise DesignError(
            f"{path.name} was frozen before ({place.name}), and a plan is frozen once. Change the plan if you must: "
            "the report lists what departs from the frozen one."
        )
    content = path.read_bytes()
    text = content.decode("utf-8-sig").replace("\r\n", "\n")
    time = (now or datetime.datetime.now(datetime.UTC)).strftime(STAMP)
    files = _files(_found(plan, path.parent, name, data))
    readings = read_record(path)
    seen = sum(not reading.blind for reading in readings)
    lines = [
        f'plan_sha256 = "{hashlib.sha256(content).hexdigest()}"',
        f'text_sha256 = "{_hash(text)}"',
        f'frozen = "{time}"',
        f"outcome_data_read = {str(plan.data_accessed_before_plan or seen > 0).lower()}",
        f"blind_readings = {len(readings) - seen}",
        f"open_readings = {seen}",
        f"text = {_quoted(text)}",
        "",
        "[data_sha256]",
        *(f"{json.dumps(file)} = {json.dumps(digest)}" for file, digest in files.items()),
    ]
    try:
        place.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise DesignError(f"{place.name} cannot be written: {error.strerror or error}.") from error
    frozen = read_freeze(path)
    assert frozen is not None  # it was just written
    return frozen


def read_freeze(path: Path) -> Freeze | None:
    """Read the stamp of a plan file; None where it was never frozen.

    Parameters
    ----------
    path : pathlib.Path
        The plan's file.

    Returns
    -------
    Freeze or None

    Raises
    ------
    DesignError
        If the stamp was changed after it was made.
    """
    place = stamp_path(path)
    if not place.is_file():
        return None
    try:
        stamp = tomllib.loads(place.read_bytes().decode("utf-8").replace("\r\n", "\n"))
        if _hash(stamp["text"]) != stamp["text_sha256"]:
            raise ValueError("text")
        return Freeze(
            plan=Plan.model_validate(tomllib.loads(stamp["text"])),
            plan_sha256=stamp["plan_sha256"],
            frozen=stamp["frozen"],
            outcome_data_read=stamp["outcome_data_read"],
            data_sha256=stamp["data_sha256"],
            blind_readings=stamp.get("blind_readings", 0),
            open_readings=stamp.get("open_readings", 0),
        )
    except (KeyError, ValueError, TypeError, ValidationError) as error:
        raise DesignError(
            f"{place.name} is not as it was when the plan was frozen. Put the original back; a plan that was never "
            "frozen has no such file."
        ) from error


def departures(
    freeze: Freeze,
    plan: Plan,
    *,
    seed: int,
    engine: str,
    quick: bool,
    provenance: Provenance,
) -> tuple[str, ...]:
    """List how a run departs from the frozen plan.

    Parameters
    ----------
    freeze : Freeze
        The stamp.
    plan : Plan
        The plan that was run.
    seed : int
        Root seed of the run.
    engine : str
        Engine of the structural model in the run.
    quick : bool
        True where fewer placebos and draws were made.
    provenance : Provenance
        Of the data that were read.

    Returns
    -------
    tuple of str
        One sentence each: the setting, what it was, what it is.
    """
    then, now = _settings(freeze.plan), _settings(plan)
    found = []
    for key in dict.fromkeys((*then, *now)):
        if then.get(key) != now.get(key):
            found.append(f"{key} was {_said(then.get(key))} and is {_said(now.get(key))}.")
    if seed != plan.seed:
        found.append(f"The run used the seed {seed} instead of the plan's {plan.seed}.")
    if engine != plan.headline.engine:
        found.append(f'The run used the engine "{engine}" instead of the plan\'s "{plan.headline.engine}".')
    if quick:
        found.append("The run made fewer placebos and draws than the plan asks for.")
    known = set(freeze.data_sha256.values())
    if known:
        others = [file.name for file in provenance.files if file.sha256 not in known]
        found += [f"{name} is not a file that was there when the plan was frozen." for name in others]
    return tuple(found)


def _found(plan: Plan, folder: Path, name: str, data: str | Path | None) -> DataFiles:
    """The data files there are; none where they cannot be found, unless one was named."""
    try:
        return find_data(plan, folder, name, data=data)
    except DataError:
        if data is not None:
            raise
        return DataFiles(())


def _files(found: DataFiles) -> dict[str, str]:
    """Name to hash of every file found, folders looked through."""
    paths = [one for one in (*found.main, found.incidents) if one is not None]
    files = [file for one in paths for file in (sorted(one.rglob("*")) if one.is_dir() else [one])]
    return {file.name: sha256_of(file) for file in files if file.is_file()}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _quoted(text: str) -> str:
    """The plan's text as a value of TOML, readable where it can be."""
    return json.dumps(text) if "'''" in text else f"'''\n{text}'''"


def _settings(plan: Plan) -> dict[str, Any]:
    """Every setting of a plan by a readable name, such as "claims.huge.reduction"."""
    return dict(_flat("", plan.model_dump(mode="json")))


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Tables by their keys, and lists of tables by the id or name of each."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _flat(f"{name}.{key}" if name else key, entry)
    elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        for number, entry in enumerate(value, start=1):
            label = entry.get("id") or entry.get("name") or number
            yield from _flat(f"{name}.{label}", entry)
    else:
        yield name, value


def _said(value: Any) -> str:
    """A setting as the plan writes it."""
    return "not there" if value is None else json.dumps(value, ensure_ascii=False)
