"""Write the table of files in ARCHITECTURE.md from the first line of each file's docstring."""

from __future__ import annotations

import ast
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENT = CHECKOUT / "ARCHITECTURE.md"
START, END = "<!-- inventory -->\n", "<!-- end of inventory -->\n"


def inventory() -> str:
    """Return the table: a file a row, the rooms in alphabetical order."""
    rows = ["| file | what is in it |", "|---|---|"]
    for path in sorted((CHECKOUT / "evaluate").rglob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        if path.name == "__init__.py" and not text:
            continue  # an empty file that only makes a folder a room
        rows.append(f"| `{path.relative_to(CHECKOUT / 'evaluate').as_posix()}` | {text.split('\n')[0]} |")
    return "\n".join(rows) + "\n"


def with_inventory(document: str) -> str:
    """Return the document with its table brought up to date."""
    before, rest = document.split(START)
    return before + START + inventory() + END + rest.split(END)[1]


if __name__ == "__main__":
    DOCUMENT.write_text(with_inventory(DOCUMENT.read_text("utf-8")), "utf-8", newline="\n")
