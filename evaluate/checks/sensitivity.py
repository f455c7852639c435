"""How far an estimate moves when one choice is made differently: the part that several checks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluate.checks.refit import Refit, excludes_one, log_effect
from evaluate.checks.target import Target
from evaluate.effects.effect import Effect
from evaluate.errors import FitError

ONE_ERROR = 1.0
"""Threshold of a shift: a choice that moves the estimate by its own standard error matters as much as chance."""


def sensitivity_table(target: Target, choices: Sequence[str], refits: Sequence[Refit]) -> pd.DataFrame:
    """Lay the headline and the refits out, one row each.

    Parameters
    ----------
    target : Target
        The headline.
    choices : sequence of str
        What was done differently, in words.
    refits : sequence of Refit
        What came of it.

    Returns
    -------
    pandas.DataFrame
        ``choice``, ``headline``, ``rate_ratio``, ``lower``, ``upper``, ``p_reduction``, ``shift`` (of the log rate
        ratio, in standard errors of the headline), ``same_finding``, ``problem``. The headline comes first.

    Raises
    ------
    FitError
        If the headline has no standard error, or none of the refits could be made.
    """
    rows = [_row("as planned", target, target.effect) | {"headline": True, "problem": ""}]
    for choice, one in zip(choices, refits, strict=True):
        row = _row(choice, target, one.effect) if one.effect is not None else {"choice": choice}
        rows.append(row | {"headline": False, "problem": one.problem})
    if all(one.effect is None for one in refits):
        raise FitError(
            f"None of the {len(refits)} alternatives could be fitted; the first: {refits[0].problem}"
        )
    columns = [
        "choice",
        "headline",
        "rate_ratio",
        "lower",
        "upper",
        "p_reduction",
        "shift",
        "same_finding",
        "problem",
    ]
    return pd.DataFrame(rows, columns=columns)


def _row(choice: str, target: Target, effect: Effect) -> dict[str, Any]:
    """One line of the table."""
    log_ratio, error = log_effect(target.effect)
    return {
        "choice": choice,
        "rate_ratio": effect.rate_ratio,
        "lower": effect.lower,
        "upper": effect.upper,
        "p_reduction": effect.p_reduction,
        "shift": (float(np.log(effect.rate_ratio)) - log_ratio) / error,
        "same_finding": finding(effect) == finding(target.effect),
    }


def finding(effect: Effect) -> str:
    """Which way the interval lies: "reduction", "rise" or "either".

    Examples
    --------
    >>> finding(Effect("June", "after", 8, 10, 0.8, 0.6, 0.9, 2, 0, 6, 0.99, 0.95, "t"))
    'reduction'
    """
    if not excludes_one(effect):
        return "either"
    return "reduction" if effect.upper < 1 else "rise"


def shift_facts(table: pd.DataFrame) -> dict[str, Any]:
    """Largest shift among the alternatives of a sensitivity table, and how many change the finding."""
    others = table[~table["headline"] & (table["problem"] == "")]
    shifts = others["shift"].astype(float)
    worst = others.iloc[int(np.argmax(shifts.abs().to_numpy()))]
    return {
        "n_alternatives": len(others),
        "failed": int((table["problem"] != "").sum()),
        "largest_shift": float(shifts.abs().max()),
        "furthest": str(worst["choice"]),
        "furthest_rate_ratio": float(worst["rate_ratio"]),
        "lowest_rate_ratio": float(others["rate_ratio"].min()),
        "highest_rate_ratio": float(others["rate_ratio"].max()),
        "findings_changed": int((~others["same_finding"].astype(bool)).sum()),
    }
