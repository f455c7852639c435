"""Read a plan file: what is wrong with it is said in one message, in the plan's own words and with its lines."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from evaluate.errors import DesignError, did_you_mean
from evaluate.study.plan import Plan
from evaluate.study.rules import Location, Problem, contradictions

MOST_SHOWN = 5

EXPECTED = {
    "string_type": 'text in quotes, such as "all crime"',
    "int_type": "a whole number without quotes",
    "int_parsing": "a whole number without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number without quotes",
    "float_parsing": "a number without quotes",
    "bool_type": "true or false, without quotes",
    "list_type": 'a list in square brackets, such as ["E05011247"]',
    "model_type": "a table of keys",
    "model_attributes_type": "a table of keys",
    "dict_type": "a table of keys",
    "date_type": "a date without quotes, such as 2017-06-01",
    "date_parsing": "a date, such as 2017-06-01",
    "date_from_datetime_parsing": "a date, such as 2017-06-01",
    "date_from_datetime_inexact": "a date without a time, such as 2017-06-01",
}
"""For each of pydantic's types of error, what the value should have been."""


def read_plan(path: Path) -> Plan:
    """Read and validate a plan file.

    Parameters
    ----------
    path : pathlib.Path
        A TOML file.

    Returns
    -------
    Plan

    Raises
    ------
    DesignError
        If the file is not TOML or not a plan: one message with every problem, its key, its line and the fix.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise DesignError(f"{path.name} is not UTF-8 text; save it as UTF-8 in the editor.") from error
    except tomllib.TOMLDecodeError as error:
        raise DesignError(
            f"{path.name} is not valid TOML: {_lowered(str(error))}. Texts stand in quotes, dates do not, "
            "lists stand in square brackets."
        ) from error
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        raise DesignError(_message(path.name, text, _problems(error))) from None
    found = list(contradictions(plan))
    if found:
        raise DesignError(_message(path.name, text, found))
    return plan


def refuse(path: Path, location: Location, message: str) -> DesignError:
    """Make the error for a value that only the data could prove wrong, with its line in the plan."""
    text = path.read_bytes().decode("utf-8-sig")
    return DesignError(_message(path.name, text, [Problem(location, message)]))


def line_of(text: str, location: Location) -> int | None:
    r"""Find the line on which a value of a TOML text stands, or that of the nearest table around it.

    Parameters
    ----------
    text : str
        The file.
    location : tuple
        Keys and positions, such as ("claims", 1, "outcome").

    Returns
    -------
    int or None
        Counted from 1; None where not even its table has a line of its own.

    Examples
    --------
    >>> line_of('[windows]\nbefore = 3', ("windows", "before"))
    2
    """
    lines = _lines_by_key(text)
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            return lines[location[:length]]
    return None


def _lines_by_key(text: str) -> dict[Location, int]:
    """Line of every table head and every key that begins a line."""
    lines: dict[Location, int] = {}
    table: Location = ()
    entries: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if head := re.match(r"\s*\[\[\s*([\w.\-]+)\s*\]\]", line):
            entries[head.group(1)] = entries.get(head.group(1), -1) + 1
            table = (*head.group(1).split("."), entries[head.group(1)])
            lines.setdefault(table, number)
            lines.setdefault(table[:-1], number)
        elif head := re.match(r"\s*\[\s*([\w.\-]+)\s*\]\s*(#.*)?$", line):
            table = tuple(head.group(1).split("."))
            lines.setdefault(table, number)
        elif key := re.match(r"\s*([\w\-]+(?:\.[\w\-]+)*)\s*=", line):
            lines.setdefault((*table, *key.group(1).split(".")), number)
    return lines


def _problems(error: ValidationError) -> list[Problem]:
    """Translate pydantic's errors; a missing key that was misspelt is reported once, as the misspelling."""
    found = error.errors(include_url=False)
    missing: dict[Location, list[str]] = {}
    for entry in found:
        if entry["type"] == "missing":
            missing.setdefault(tuple(entry["loc"][:-1]), []).append(str(entry["loc"][-1]))
    problems: list[Problem] = []
    explained: set[Location] = set()
    for entry in found:
        location: Location = tuple(entry["loc"])
        if entry["type"] == "extra_forbidden":
            hint = did_you_mean(str(location[-1]), missing.get(location[:-1], []))
            if hint.startswith("Did you mean"):
                explained.update((*location[:-1], name) for name in re.findall(r'"([^"]+)"', hint))
            else:
                hint = did_you_mean(str(location[-1]), _keys_at(location[:-1]))
            problems.append(Problem(location, f'Unknown key "{location[-1]}"{_inside(location)}. {hint}'))
    for entry in found:
        location = tuple(entry["loc"])
        if entry["type"] != "extra_forbidden" and location not in explained:
            problems.append(Problem(location, _sentence(entry, location)))
    return problems


def _sentence(entry: Any, location: Location) -> str:
    """Say one of pydantic's errors in the plan's words."""
    kind, value = entry["type"], entry.get("input")
    name = readable(location)
    if kind == "missing":
        return f'The key "{location[-1]}" is missing{_inside(location)}. Add it.'
    if kind == "value_error":
        return str(entry["ctx"]["error"])
    if kind == "literal_error":
        allowed = re.findall(r"'([^']+)'", entry["ctx"]["expected"])
        hint = did_you_mean(str(value), allowed)
        near = f" {hint}" if hint.startswith("Did you mean") else ""
        return f"{name} is one of {', '.join(allowed)}; it is {_shown(value)}.{near}"
    if kind == "too_long":
        return f"{name} takes {entry['ctx']['max_length']} entry; it has {len(value or [])}."
    if kind in ("too_short", "string_too_short"):
        return f"{name} is empty; it needs at least one entry."
    if kind == "list_type" and isinstance(value, dict):
        return f"{name} is a list of tables; begin each with [[{location[-1]}]] instead of [{location[-1]}]."
    if kind.startswith("model") and isinstance(value, list):
        return f"{name} is one table; begin it with [{location[-1]}] instead of [[{location[-1]}]]."
    if kind in EXPECTED:
        return f"{name} is {EXPECTED[kind]}; it is {_shown(value)}."
    return f"{name}: {_lowered(entry['msg'])}; it is {_shown(value)}."


def _keys_at(location: Location) -> list[str]:
    """Keys the plan's shape allows in the table at a location."""
    shape: type[BaseModel] = Plan
    for part in location:
        if isinstance(part, int):
            continue
        shape = _model_in(shape.model_fields[part].annotation) or shape
    return list(shape.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The table type inside an annotation such as ``list[ClaimPlan] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def readable(location: Location) -> str:
    """Write a location as the plan's reader would: ``claims[2].outcome``, counted from 1.

    Examples
    --------
    >>> readable(("claims", 1, "outcome"))
    'claims[2].outcome'
    """
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _inside(location: Location) -> str:
    """Name the table a key stands in."""
    return f" in {readable(location[:-1])}" if len(location) > 1 else ""


def _shown(value: Any) -> str:
    """Show a value as it stands in the plan, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _message(file: str, text: str, problems: list[Problem]) -> str:
    """Join the problems, in the order of their lines."""
    placed = sorted((line_of(text, problem.location) or 0, problem.message) for problem in problems)
    said = [f"{message} ({file}, line {line})" if line else f"{message} ({file})" for line, message in placed]
    if len(said) == 1:
        return said[0]
    more = [f"... and {len(said) - MOST_SHOWN} more."] if len(said) > MOST_SHOWN else []
    return "\n".join([f"{file} has {len(said)} problems:", *said[:MOST_SHOWN], *more])


def _lowered(sentence: str) -> str:
    """Begin a sentence in lower case, for use after a colon."""
    return sentence[:1].lower() + sentence[1:]
