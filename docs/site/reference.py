"""The reference: a page for each public name, made from its docstring, listed by the room it lives in."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import evaluate

DOCS = Path(__file__).resolve().parents[1]
ROOMS = {
    "data": "Data: files to counts",
    "design": "Design: who, where and when",
    "effects": "Effects: what a fit returns",
    "estimators": "Estimators",
    "checks": "Checks",
    "claims": "Claims and verdicts",
    "figures": "Figures",
    "study": "Studies: a plan and its run",
    "errors": "Errors and warnings",
}


def reference_pages() -> dict[str, str]:
    """Every page of the reference by its place in the site.

    Raises
    ------
    KeyError
        If a public name lives in a room that is not listed.
    """
    rooms: dict[str, list[str]] = {room: [] for room in ROOMS}
    constants = _constants()
    for name in sorted(evaluate.__all__, key=str.lower):
        rooms[constants.get(name) or getattr(evaluate, name).__module__.split(".")[1]].append(name)
    pages = {f"reference/{name}": _page(name) for name in evaluate.__all__}
    whole = "# Reference\n\nEvery public name of `import evaluate as ev`, by the room of the package it lives in.\n"
    for room, title in ROOMS.items():
        whole += f"\n## {title}\n\n| name | what it is |\n|---|---|\n"
        whole += "".join(f"| [`{name}`]({name}.md) | {_first_line(name)} |\n" for name in rooms[room])
    listed = "\n".join(f"/reference/{name}" for room in rooms.values() for name in room)
    pages["reference/contents"] = whole + f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    return pages


def _constants() -> dict[str, str]:
    """Public names that are neither a class nor a function, with their room."""
    values = {name: getattr(evaluate, name) for name in evaluate.__all__}
    found = {}
    for name, value in values.items():
        if not (inspect.isclass(value) or inspect.isroutine(value)):
            found[name] = (
                type(value).__module__.split(".")[1] if type(value).__module__ != "builtins" else "design"
            )
    return found


def _first_line(name: str) -> str:
    if name in _constants():
        return f"`{getattr(evaluate, name)!r}`"
    return (
        (inspect.getdoc(getattr(evaluate, name)) or "")
        .split("\n\n")[0]
        .replace("\n", " ")
        .replace("|", "\\|")
    )


def _page(name: str) -> str:
    """One public name, as Sphinx's autodoc shows it."""
    value: Any = getattr(evaluate, name)
    if name in _constants():
        return f"# {name}\n\n```python\nev.{name}\n```\n\n```text\n{value!r}\n```\n"
    directive = "autoclass" if inspect.isclass(value) else "autofunction"
    options = (
        "   :members:\n" if inspect.isclass(value) and not issubclass(value, Exception | tuple | str) else ""
    )
    return (
        f"# {name}\n\n```{{eval-rst}}\n.. currentmodule:: evaluate\n\n.. {directive}:: {name}\n{options}```\n"
    )


def _told(name: str) -> str:
    """A link to the page about an estimator or a check, which says so in its third line."""
    for path in sorted(DOCS.glob("*s/*.md")):
        text = path.read_text("utf-8")
        if f"`ev.{name}`" in "".join(text.splitlines()[2:3]):
            place = path.relative_to(DOCS).as_posix()
            return f"When to use it, a picture, and how it did: [{text.splitlines()[0][2:]}](/{place}).\n\n"
    return ""
