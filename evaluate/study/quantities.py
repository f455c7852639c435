"""The numbers of a run by name, as expected.csv and a script ask for them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evaluate.effects.effect import Effect
from evaluate.effects.result import EFFECT_COLUMNS
from evaluate.reports.findings import Finding
from evaluate.study.check import CheckedStudy

SIZES = {"p10": 0.10, "p25": 0.25, "p50": 0.50}

Quantity = float | str


def quantities_of(findings: Mapping[str, Finding], checked: CheckedStudy) -> dict[str, Quantity]:
    """Collect every number of a run.

    Parameters
    ----------
    findings : mapping
        Claim's id to its finding.
    checked : CheckedStudy
        Plan and data.

    Returns
    -------
    dict
        ``<claim>/<number>``: the columns of ``Result.effects``, ``p10``, ``p25``, ``p50`` (probability of a
        reduction of at least that many per cent), ``probability`` (of the size claimed), ``smallest_detectable``,
        ``finding``, ``grade``, ``confidence``, and, where there were placebos enough, ``calibrated_rate_ratio``,
        ``calibrated_lower``, ``calibrated_upper`` and ``reliability``; ``<claim>/<check>/<fact>`` for every plain
        number of a check, such as "huge/specification curve/curve_p"; the same numbers of every window that was
        fitted as ``<operation>, <window>, <outcome>/<number>``; ``counts/<outcome>/<areas>/<window>``;
        ``share/<operation>/<period>``; ``dilution/share``.
    """
    numbers: dict[str, Quantity] = {}
    for claim, finding in findings.items():
        numbers |= {f"{claim}/{name}": value for name, value in _of_claim(finding).items()}
        for check in finding.checks or ():
            facts = {"number": check.number, **check.facts}
            numbers |= {
                f"{claim}/{check.name}/{name}": float(value)
                for name, value in facts.items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            }
        for effect in finding.result.effect_list if finding.result else ():
            window = f"{effect.operation}, {effect.window}, {finding.claim.outcome}"
            numbers |= {f"{window}/{name}": value for name, value in _of_effect(effect).items()}
    for row in checked.counts.to_dict("records"):
        numbers[f"counts/{row['outcome']}/{row['areas']}/{row['window']}"] = float(row["total"])
    for row in checked.exposure.to_dict("records"):
        numbers[f"share/{row['operation']}/{row['period']}"] = float(row["share"])
    if checked.plan.dilution is not None:
        numbers["dilution/share"] = checked.plan.dilution.share
    return numbers


def compare(numbers: Mapping[str, Quantity], expected: pd.DataFrame) -> pd.DataFrame:
    """Set the numbers of a run beside expected ones.

    Parameters
    ----------
    numbers : mapping
        From ``quantities_of``.
    expected : pandas.DataFrame
        Columns ``quantity``, ``value`` and ``tolerance`` (absolute; blank for words, which must agree).

    Returns
    -------
    pandas.DataFrame
        Columns ``quantity``, ``expected``, ``tolerance``, ``found`` and ``agrees``; a quantity that the run does
        not have is not found and does not agree.

    Examples
    --------
    >>> table = pd.DataFrame({"quantity": ["huge/rate_ratio"], "value": [0.8], "tolerance": [0.05]})
    >>> bool(compare({"huge/rate_ratio": 0.82}, table)["agrees"].all())
    True
    """
    rows = []
    for quantity, wanted, tolerance in zip(
        expected["quantity"], expected["value"], expected["tolerance"], strict=True
    ):
        found = numbers.get(str(quantity))
        rows.append((quantity, wanted, tolerance, found, _agrees(wanted, tolerance, found)))
    return pd.DataFrame(rows, columns=["quantity", "expected", "tolerance", "found", "agrees"])


def _agrees(wanted: object, tolerance: float, found: Quantity | None) -> bool:
    """Words agree when they are the same, numbers when they are within the tolerance."""
    if found is None:
        return False
    if isinstance(found, str):
        return str(wanted).strip() == found
    try:
        return abs(float(str(wanted)) - found) <= float(tolerance)
    except ValueError:  # words where the run has a number
        return False


def _of_claim(finding: Finding) -> dict[str, Quantity]:
    """The numbers of one claim."""
    verdict, result = finding.verdict, finding.result
    numbers: dict[str, Quantity] = {
        "finding": verdict.finding,
        "grade": verdict.grade,
        "confidence": verdict.confidence,
        "probability": float(verdict.probability),
        "smallest_detectable": float(verdict.smallest_detectable),
    }
    if result is not None:
        numbers |= _of_effect(result.effect(finding.claim.operation, finding.claim.window))
    if finding.calibrated is not None:
        one = finding.calibrated
        numbers |= {
            "calibrated_rate_ratio": one.rate_ratio,
            "calibrated_lower": one.lower,
            "calibrated_upper": one.upper,
            "reliability": one.reliability,
        }
    return numbers


def _of_effect(effect: Effect) -> dict[str, Quantity]:
    """The numbers of one effect."""
    numbers: dict[str, Quantity] = {
        name: getattr(effect, name) for name in EFFECT_COLUMNS if name != "interval"
    }
    return numbers | {name: effect.probability_of_reduction(size) for name, size in SIZES.items()}
