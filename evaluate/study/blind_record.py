"""The record of blind runs beside a plan, so that a plan frozen later can say whether the outcome had been seen."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluate.errors import DesignError

HEAD = """# Every time the data of this study were read since its first blind run; blind = false means that the treated
# areas' counts from the operation on could be seen. Each entry holds the hash of all that stands above it.
"""
STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Reading:
    """One time the data of a study were read.

    Parameters
    ----------
    when : str
        Date and time, UTC.
    blind : bool
        True where the counts that the claims are about were hidden.
    plan_sha256 : str
        Hash of the plan file's bytes then.
    data_sha256 : mapping
        Name to hash of the data files.
    stand_in : tuple of str
        Codes of the areas looked at instead; empty where it was not blind.
    """

    when: str
    blind: bool
    plan_sha256: str
    data_sha256: Mapping[str, str]
    stand_in: tuple[str, ...] = ()


def record_path(plan: Path) -> Path:
    """Where the record of a plan file stands.

    Examples
    --------
    >>> record_path(Path("plan.toml")).name
    'plan.blind.toml'
    """
    return plan.with_name(f"{plan.stem}.blind.toml")


def read_record(plan: Path) -> tuple[Reading, ...]:
    """Read the record of a plan file; empty where it was never run blind.

    Parameters
    ----------
    plan : pathlib.Path
        The plan's file.

    Returns
    -------
    tuple of Reading
        In the order in which they were made.

    Raises
    ------
    DesignError
        If an entry was changed or taken out after it was made.
    """
    place = record_path(plan)
    if not place.is_file():
        return ()
    text = place.read_bytes().decode("utf-8").replace("\r\n", "\n")
    try:
        entries = tomllib.loads(text)["readings"]
        above = HEAD
        for entry in entries:
            if entry["above_sha256"] != _hash(above):
                raise ValueError("chain")
            above += _written(_reading(entry), above)
        if above != text:
            raise ValueError("text")
        return tuple(_reading(entry) for entry in entries)
    except (KeyError, ValueError, TypeError) as error:
        raise DesignError(
            f"{place.name} is not as the runs of this study left it. Put the original back; without it nothing shows "
            "that the outcome had not been seen."
        ) from error


def record_reading(plan: Path, reading: Reading) -> None:
    """Add an entry; a reading that was not blind is added only where there is a record.

    A reading that differs from the one before in its time alone is not added again.

    Parameters
    ----------
    plan : pathlib.Path
        The plan's file.
    reading : Reading
        What was read.

    Raises
    ------
    DesignError
        If the record was changed, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> plan = Path(tempfile.mkdtemp()) / "plan.toml"
    >>> record_reading(plan, Reading("2026-02-01T12:30:00Z", True, "ab", {"wards.csv": "cd"}, ("E00000005",)))
    >>> record_reading(plan, Reading("2026-02-02T12:30:00Z", False, "ab", {"wards.csv": "cd"}))
    >>> [reading.blind for reading in read_record(plan)]
    [True, False]
    """
    earlier = read_record(plan)
    if not (reading.blind or earlier) or (earlier and _content(earlier[-1]) == _content(reading)):
        return
    place = record_path(plan)
    try:
        above = place.read_text(encoding="utf-8") if earlier else HEAD
        above = above.replace("\r\n", "\n")
        place.write_text(above + _written(reading, above), encoding="utf-8", newline="\n")
    except OSError as error:
        raise DesignError(
            f"{place.name} cannot be written: {error.strerror or error}. A blind run leaves a record beside its plan; "
            "copy the study to a folder of your own."
        ) from error


def now() -> str:
    """Return the time of an entry."""
    return datetime.datetime.now(datetime.UTC).strftime(STAMP)


def _content(reading: Reading) -> tuple[Any, ...]:
    """All of a reading but its time."""
    return (reading.blind, reading.plan_sha256, dict(reading.data_sha256), reading.stand_in)


def _written(reading: Reading, above: str) -> str:
    """An entry as TOML."""
    files = ", ".join(
        f"{json.dumps(name)} = {json.dumps(digest)}" for name, digest in reading.data_sha256.items()
    )
    return (
        f'\n[[readings]]\nwhen = "{reading.when}"\nblind = {str(reading.blind).lower()}\n'
        f'plan_sha256 = "{reading.plan_sha256}"\ndata_sha256 = {{ {files} }}\n'
        f'stand_in = {_list(reading.stand_in)}\nabove_sha256 = "{_hash(above)}"\n'
    )


def _reading(entry: Mapping[str, Any]) -> Reading:
    return Reading(
        entry["when"],
        entry["blind"],
        entry["plan_sha256"],
        dict(entry["data_sha256"]),
        tuple(entry["stand_in"]),
    )


def _list(codes: Sequence[str]) -> str:
    return json.dumps(list(codes), ensure_ascii=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
