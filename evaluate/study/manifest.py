"""What a run was made of, so that somebody else can make it again: hashes, versions, seed, settings."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

from evaluate.data.provenance import Provenance
from evaluate.study.blind import Blind
from evaluate.study.check import CheckedStudy

PACKAGES = ("numpy", "pandas", "scipy", "xarray", "statsmodels", "numba")
SAMPLING_PACKAGES = ("pymc", "pytensor", "nutpie", "arviz")
DURATION = "duration_seconds"
"""The one entry that differs between two runs of the same study with the same seed."""


def manifest_of(
    checked: CheckedStudy, *, engine: str, quick: bool, duration: float, departures: Sequence[str] = ()
) -> Mapping[str, Any]:
    """State what a run was made of, in plain values without a path or a user's name.

    Parameters
    ----------
    checked : CheckedStudy
        Plan and data.
    engine : str
        "fast" or "nuts".
    quick : bool
        True where fewer placebos and draws were made.
    duration : float
        Seconds.
    departures : sequence of str
        How the run departs from the frozen plan.

    Returns
    -------
    mapping
        Plain texts, numbers, lists and mappings.
    """
    plan, provenance = checked.plan, checked.panel.provenance
    return {
        "study": checked.name,
        "plan_sha256": checked.plan_sha256,
        "plan_date": plan.date.isoformat(),
        "plan_before_data": not checked.exploratory,
        **_freeze(checked, departures),
        **({"blind": _blind(checked.blind)} if checked.blind is not None else {}),
        "data": _reading(provenance, [one.name for one in plan.outcomes if one.person_related]),
        "seed": checked.seed,
        "estimator": plan.headline.estimator,
        "engine": engine,
        "quick": quick,
        "control_areas": len(checked.roles.control),
        "control_areas_drawn_from": checked.roles.drawn_from,
        "checks": list(plan.checks.run),
        "adjustment": plan.checks.adjustment,
        "disclosure_threshold": plan.disclosure.threshold,
        "disclosure_rounding": plan.disclosure.rounding,
        "versions": versions(PACKAGES + (SAMPLING_PACKAGES if engine == "nuts" else ())),
        DURATION: round(duration, 1),
    }


def _blind(blind: Blind) -> dict[str, Any]:
    """What was hidden, and what stood in for it."""
    return {
        "treated": list(blind.treated),
        "buffer": list(blind.buffer),
        "hidden_areas": list(blind.hidden.areas),
        "hidden_from": blind.hidden.start.isoformat(),
        "chosen": blind.chosen,
    }


def _freeze(checked: CheckedStudy, departures: Sequence[str]) -> dict[str, Any]:
    """The stamp of the plan, where it was frozen, and how the run departs from it."""
    stamp = checked.freeze
    if stamp is None:
        return {}
    return {
        "frozen": {
            "date": stamp.frozen,
            "plan_sha256": stamp.plan_sha256,
            "outcome_data_read": stamp.outcome_data_read,
            "data_sha256": dict(stamp.data_sha256),
            "departures": list(departures),
        }
    }


def _reading(provenance: Provenance, people: Sequence[str]) -> dict[str, Any]:
    """What was read, without totals of outcomes whose small counts could point to a person."""
    entries = provenance.to_dict()
    for name in ("totals", "missing"):
        entries[name] = {outcome: n for outcome, n in entries[name].items() if outcome not in people}
    return entries


def versions(packages: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """Return the versions of Python, this package and those that make the numbers.

    Parameters
    ----------
    packages : tuple of str
        Names as installed.

    Returns
    -------
    dict
        Name to version.

    Examples
    --------
    >>> list(versions(("numpy",)))
    ['evaluate', 'python', 'numpy']
    """
    import evaluate

    found = {"evaluate": evaluate.__version__, "python": platform.python_version()}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
