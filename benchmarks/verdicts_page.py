"""Put the table of ``benchmarks/verdicts.py`` into docs/verdicts_measured.md, between its two marks.

Run ``python benchmarks/verdicts_page.py`` after ``python benchmarks/verdicts.py --write``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd
from verdicts import FINDINGS, ROWS, TABLE, Row, asked_of

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "verdicts_measured.md"
START, END = "<!-- measured -->\n", "<!-- end of measured -->\n"
RATES: Final = {
    "positive": "a reduction",
    "real": "real, or 77.5% sure of 10%",
    "half": "half or more",
    "huge": '"huge"',
    "covered": "interval holds the truth",
    "net_covered": "net interval holds it",
    "press_month": "month before says fall",
    "press_quarter": "three months before say fall",
}


def measured_part(table: pd.DataFrame) -> str:
    """What stands between the marks."""
    lines = table.set_index("row")
    rows = [row for row in ROWS if row.name in lines.index]
    return "\n".join(
        [
            "## Findings by truth",
            "",
            "Numbers of panels; the rows of one truth and several claims share their panels.",
            "",
            *confusion(rows, lines),
            "",
            "## Rates",
            "",
            "Per cent, with the 95% interval (Wilson) that so many panels leave.",
            "",
            *rates(rows, lines),
            "",
            "## What was asked, and whether it was met",
            "",
            *verdict_on(rows, lines),
            "",
        ]
    )


def confusion(rows: list[Row], lines: pd.DataFrame) -> list[str]:
    """Findings in columns."""
    head = ["what was simulated", "true ratio", "claimed", "panels", *FINDINGS]
    return markdown(
        head,
        [
            [
                row.name,
                f"{row.ratio:g}" + (f", net {row.net_ratio:g}" if row.net_ratio != row.ratio else ""),
                "a rise" if row.claim < 0 else f"−{row.claim:.0%}",
                int(lines.loc[row.name, "panels"]),
                *(int(lines.loc[row.name, finding]) or "" for finding in FINDINGS),
            ]
            for row in rows
        ],
    )


def rates(rows: list[Row], lines: pd.DataFrame) -> list[str]:
    """Rates in columns, each with its interval."""
    return markdown(
        ["what was simulated", *RATES.values()],
        [[row.name, *(share(lines.loc[row.name], name) for name in RATES)] for row in rows],
    )


def share(line: pd.Series, name: str) -> str:
    """A rate with its interval; empty where it was not measured."""
    if pd.isna(line[name]):
        return ""
    return f"{100 * line[name]:.1f} ({100 * line[f'{name}_low']:.1f} to {100 * line[f'{name}_high']:.1f})"


def verdict_on(rows: list[Row], lines: pd.DataFrame) -> list[str]:
    """One line for each row of which something was asked."""
    return [f"- {row.name}: {asked_of(row, lines.loc[row.name])}" for row in rows if row.asked]


def markdown(head: list[str], body: list[list[Any]]) -> list[str]:
    """A table."""
    return [f"| {' | '.join(map(str, cells))} |" for cells in (head, ["---"] * len(head), *body)]


def main() -> None:
    """Write the page."""
    text = PAGE.read_text("utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    PAGE.write_text(before + START + "\n" + measured_part(pd.read_csv(TABLE)) + "\n" + END + after, "utf-8")


if __name__ == "__main__":
    main()
