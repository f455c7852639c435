"""One test of a whole specification curve: the same curve drawn for areas where nothing was done.

The specifications of a curve share their data, so the share of them that finds something has no known distribution.
What it would be without an effect is seen by fitting every specification to untreated areas instead.

Source: Simonsohn, Simmons and Nelson (2020), "Specification curve analysis", Nature Human Behaviour 4, for the three
statistics; areas instead of shuffled rows, because months of one area depend on each other, as in MacKinnon and Webb
(2020), Journal of Econometrics 218; Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular
Biology 9, for (1 + b) / (1 + n).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from evaluate.checks.refit import Refit, excludes_one, log_effect
from evaluate.errors import FitError

COMPLETE: Final = 0.9
"""Share of the specifications that must have been fitted to an area before its curve counts."""

STATISTICS: Final = ("mean_z", "median_log_ratio", "net_clear")


def curve_statistics(refits: Sequence[Refit]) -> dict[str, float]:
    """Sum a curve up in three numbers, each below 0 where it points to a reduction.

    Parameters
    ----------
    refits : sequence of Refit
        One a specification.

    Returns
    -------
    dict
        ``mean_z``: mean of the log rate ratios over their standard errors, of those that have one.
        ``median_log_ratio``: median of the log rate ratios. ``net_clear``: share of the specifications whose interval
        lies above 1, less the share whose interval lies below.
    """
    effects = [one.effect for one in refits if one.effect is not None]
    scores = []
    for effect in effects:
        try:
            scores.append(float(np.divide(*log_effect(effect))))
        except FitError:
            continue
    ratios = np.array([effect.rate_ratio for effect in effects if effect.rate_ratio > 0])
    clear = [1 if effect.lower > 1 else -1 for effect in effects if excludes_one(effect)]
    return {
        "mean_z": float(np.mean(scores)) if scores else float("nan"),
        "median_log_ratio": float(np.median(np.log(ratios))) if len(ratios) else float("nan"),
        "net_clear": sum(clear) / len(effects) if effects else float("nan"),
    }


def curve_test(own: Sequence[Refit], others: Sequence[Sequence[Refit]]) -> dict[str, Any]:
    """Set the curve of the treated area beside those of untreated areas.

    Parameters
    ----------
    own : sequence of Refit
        The treated area's, one a specification.
    others : sequence of sequence of Refit
        The same for each stand-in. One that less than nine tenths of the treated area's number could be fitted to
        is left out and counted.

    Returns
    -------
    dict
        The three statistics as ``curve_<name>``, and how often a stand-in's is at least as far from 0,
        ``p = (1 + b) / (1 + n)``, as ``curve_p_<name>``; ``curve_p``, that of the mean z, which allows for areas of
        different size; ``curve_p_reduction``, the same on the side of a reduction alone; ``n_stand_ins``,
        ``stand_ins_failed``, ``curve_smallest_p``.
    """
    needed = COMPLETE * sum(one.effect is not None for one in own)
    usable = [curve for curve in others if sum(one.effect is not None for one in curve) >= needed]
    mine, theirs = curve_statistics(own), [curve_statistics(curve) for curve in usable]
    n = len(usable)
    facts: dict[str, Any] = {
        "n_stand_ins": n,
        "stand_ins_failed": len(others) - n,
        "curve_smallest_p": 1 / (1 + n),
    }
    for name in STATISTICS:
        found = np.array([one[name] for one in theirs])
        facts[f"curve_{name}"] = mine[name]
        facts[f"curve_p_{name}"] = float((1 + (np.abs(found) >= abs(mine[name])).sum()) / (1 + n))
    facts["curve_p"] = facts["curve_p_mean_z"]
    scores = np.array([one["mean_z"] for one in theirs])
    facts["curve_as_far"] = int((np.abs(scores) >= abs(mine["mean_z"])).sum())
    facts["curve_p_reduction"] = float((1 + (scores <= mine["mean_z"]).sum()) / (1 + n))
    return facts
