"""Put into a page what stands elsewhere: the docstring a paragraph points to, the measured rates, the replications.

A paragraph that is nothing but a link says what belongs there, and is the link itself for who reads the file:

* ``[`Dilution`: formula, source](../../evaluate/checks/dilution.py)`` becomes these parts of the docstring;
* ``[`before-after`: measured](../../evaluate/estimators/reliability.csv)`` becomes the rows of that method or check;
* ``[Every replication](../studies/README.md)`` becomes a table of them;
* ``[Rejections](../benchmarks/did_rejections.csv)`` becomes the whole of a short table.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pandas as pd

CHECKOUT = Path(__file__).resolve().parents[2]
ALONE = re.compile(r"(?<=\n\n)\[`?([^`\]\n]+)`?(?:: ([^\]]+))?\]\(([^)\s]+)\)(?=\n(?:\n|$))")
KINDS = {
    "usual": "40 a month, 40 controls, 48 months before and 12 after",
    "few controls": "8 controls",
    "small counts": "4 a month",
    "short": "18 months before, 6 after",
    "strongly autocorrelated": "autocorrelation 0.8, variance 2.5 times the mean",
}
"""The kinds of benchmarks/method_reliability.py: the first, and in what the others depart from it."""


def filled(text: str) -> str:
    """Return a page with what its lone links point to."""

    def put(match: re.Match[str]) -> str:
        name, wanted, target = match.groups()
        if target.endswith(".py") and wanted:
            return docstring_parts(name, [part.strip() for part in wanted.split(",")])
        if target.endswith("reliability.csv"):
            return method_rates(name)
        if target.endswith("check_rates.csv"):
            return check_rates(name)
        if target == "../studies/README.md":
            return replications()
        if target.endswith(".csv"):
            return whole_table(target)
        return match.group()

    return ALONE.sub(put, text)


def docstring_parts(name: str, wanted: list[str]) -> str:
    """The parts of a public name's docstring, as a block that Sphinx reads.

    Raises
    ------
    KeyError
        If a part is not there.
    """
    found = parts_of(name)
    if wanted == ["whole"]:
        wanted = list(found)
    missing = [part for part in wanted if part not in found]
    if missing:
        raise KeyError(f"{name} has no {', '.join(missing)}; it has {', '.join(found)}")
    text = "```{eval-rst}\n" + "\n\n".join(found[part] for part in wanted) + "\n```\n"
    return (
        text
        if "when not to use it" in wanted
        else f"{text}\nEvery setting: [`{name}`](/reference/{name}.md)\n"
    )


def parts_of(name: str) -> dict[str, str]:
    """Take apart what the module and the class say: equation, formula, threshold, source, when not to use it, notes."""
    import evaluate

    value = getattr(evaluate, name)
    module = inspect.getdoc(inspect.getmodule(value)) or ""
    own, *numpydoc = re.split(r"^(\w+)\n-{3,}\n", inspect.getdoc(value) or "", flags=re.MULTILINE)
    found: dict[str, str] = {}
    labelled = re.search(r"^(Equation|Source|When not)", module, re.MULTILINE)
    said = module if labelled or len(own.strip().split("\n\n")) == 1 else own
    label = ""
    for paragraph in said.strip().split("\n\n")[1:]:
        match = re.match(
            r"\*?(Equation|Question|Formula|Threshold|Measured|Source|When not to use it)\b", paragraph
        )
        if match:
            label = match.group(1).lower()
        elif not label or (label == "source" and said is module):
            label = "equation" if "equation" in found else "introduction"
        found[label] = f"{found[label]}\n\n{paragraph}" if label in found else paragraph
    sections = dict(zip(numpydoc[::2], numpydoc[1::2], strict=True))
    return found | {
        part.lower(): sections[part].strip() for part in ("Notes", "References") if part in sections
    }


def method_rates(method: str) -> str:
    """Measured false-positive rates of a method, kind by kind.

    Raises
    ------
    KeyError
        If the method was not measured.
    """
    rates = pd.read_csv(CHECKOUT / "evaluate" / "estimators" / "reliability.csv")
    rows = rates[rates["method"] == method]
    if rows.empty:
        raise KeyError(f"{method} is not in reliability.csv")
    lines = [
        "| kind of panel | panels | gives an interval for | finds an effect where there is none |",
        "|---|---|---|---|",
    ]
    for row in rows.itertuples():
        wrong = "" if pd.isna(row.rejected) else f"{row.rejected:.1%} ({row.error:.1%})"
        lines.append(f"| {KINDS[row.kind]} | {row.panels} | {row.answered:.0%} | {wrong or 'no intervals'} |")
    return "\n".join(lines) + "\n"


def check_rates(check: str) -> str:
    """How often a check failed where nothing is wrong, and where what it looks for was planted."""
    rates = pd.read_csv(CHECKOUT / "benchmarks" / "check_rates.csv")
    rows = rates[rates["check"] == check]
    if rows.empty:
        raise KeyError(f"{check} is not in check_rates.csv")
    lines = [
        "| simulated panels | method checked | should | passed (Monte Carlo error) |",
        "|---|---|---|---|",
    ]
    for row in rows.itertuples():
        left_out = "" if row.made == row.panels else f" of the {row.made} that could be made"
        lines.append(
            f"| {row.panels} with {row.situation} | {row.method} | {row.right} "
            f"| {row.passed:.0%}{left_out} ({row.error:.1%}) |"
        )
    return "\n".join(lines) + "\n"


def whole_table(target: str) -> str:
    """A short table as it is.

    Raises
    ------
    ValueError
        If it has more than twenty rows.
    """
    rows = pd.read_csv(CHECKOUT / target.lstrip("./"), dtype=str, keep_default_na=False)
    if len(rows) > 20:
        raise ValueError(f"{target} is too long to be shown whole")
    lines = [
        "| " + " | ".join(name.replace("_", " ") for name in rows.columns) + " |",
        "|---" * len(rows.columns) + "|",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows.itertuples(index=False)]
    return "\n".join(lines) + "\n"


def replications() -> str:
    """Every replication: how many numbers it has, and how many of ours lie within tolerance of the published ones."""
    lines = ["| study | numbers | within tolerance |", "|---|---|---|"]
    for page in sorted((CHECKOUT / "studies").glob("*/README.md")):
        text = page.read_text("utf-8")
        if "<!-- results -->" not in text:
            continue
        rows = text.split("<!-- results -->")[1].split("<!-- end of results -->")[0].strip().splitlines()[2:]
        good = sum("**" not in row for row in rows)
        title = text.split("\n")[0].removeprefix("# ")
        lines.append(f"| [{title}](../studies/{page.parent.name}/README.md) | {len(rows)} | {good} |")
    return "\n".join(lines) + "\n"
