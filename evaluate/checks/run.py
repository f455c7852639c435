"""Making several checks of one result, and the names by which a plan asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from evaluate.checks.anticipation import Anticipation
from evaluate.checks.control_contamination import ControlContamination
from evaluate.checks.dilution import Dilution
from evaluate.checks.displacement import Displacement
from evaluate.checks.enforcement_generated import EnforcementGenerated
from evaluate.checks.leave_one_out import LeaveOneOut
from evaluate.checks.minimum_detectable_effect import MinimumDetectableEffect
from evaluate.checks.negative_control import NegativeControlOutcome
from evaluate.checks.parallel_trends import ParallelTrends
from evaluate.checks.placebo_in_space import PlaceboInSpace
from evaluate.checks.placebo_in_time import PlaceboInTime
from evaluate.checks.preperiod_fit import PreperiodFit
from evaluate.checks.prior_sensitivity import PriorSensitivity
from evaluate.checks.recording_change import RecordingChange
from evaluate.checks.regression_to_the_mean import RegressionToTheMean
from evaluate.checks.residual_checks import ResidualChecks
from evaluate.checks.result import Check, CheckResult, CheckResults
from evaluate.checks.side_by_side import joblib_settings, side_by_side
from evaluate.checks.specification_curve import SpecificationCurve
from evaluate.checks.start_date import StartDateSensitivity
from evaluate.checks.triangulation import Triangulation
from evaluate.checks.window_sensitivity import WindowSensitivity
from evaluate.effects.kept import ABSENT, Kept
from evaluate.effects.result import Result
from evaluate.errors import EvaluateError
from evaluate.numerics.seeds import child_seed

CHECKS = {
    check.name: check
    for check in (
        PlaceboInSpace,
        PlaceboInTime,
        RegressionToTheMean,
        Displacement,
        MinimumDetectableEffect,
        Dilution,
        StartDateSensitivity,
        WindowSensitivity,
        PreperiodFit,
        ParallelTrends,
        ResidualChecks,
        LeaveOneOut,
        PriorSensitivity,
        RecordingChange,
        Anticipation,
        NegativeControlOutcome,
        SpecificationCurve,
        EnforcementGenerated,
        ControlContamination,
        Triangulation,
    )
}
"""Name in a plan file to class. All of them take ``operation`` and ``window``."""

Progress = Callable[[str, int, int], None]
"""Called with a check's name, how many are done, and how many there are."""


def run_checks(
    result: Result,
    checks: Sequence[Check],
    *,
    seed: int | None = None,
    progress: Progress | None = None,
    n_jobs: int | None = None,
    keep: str | Path | None = None,
) -> CheckResults:
    """Put several questions to a result.

    Parameters
    ----------
    result : Result
        The fit to check.
    checks : sequence of Check
        In any order: each check's seed comes from ``seed`` and its name, so the order does not change a number.
    seed : int, optional
        That of the result otherwise.
    progress : callable, optional
        Called as ``progress(name, done, total)`` after each check; the first call names the first check at nought.
    n_jobs : int, optional
        Processes to share the checks among, as joblib counts them; a check that stands alone shares its fits. None
        for one process, or for what ``joblib.parallel_config`` says: with ``backend="dask"`` the workers of a Dask
        cluster. The answers do not depend on it.
    keep : path, optional
        Folder in which finished checks and fits are kept, so that a run that was stopped goes on from there. They are
        used again only for the same estimator, counts, design, seed, source and versions of packages.

    Returns
    -------
    CheckResults
        One answer a check, in the order asked. A check that cannot be made on this design, because there are no
        buffers for instance, gives an answer that says so, with ``passed=None`` and a number of NaN.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> result = ev.BeforeAfter().fit(design, seed=1)
    >>> ev.run_checks(result, [ev.Displacement()])
    displacement: Not checked: This design has no buffer areas, so nothing can be said of displacement. Name some.
    """
    root = result.seed if seed is None else seed
    kept = result.kept if keep is None else Kept(Path(keep))
    if (
        kept is not result.kept
    ):  # a copy works out every table that would otherwise wait until it is asked for
        result = replace(result, kept=kept)
    pieces = [(check, result, child_seed(root, check.name)) for check in checks]
    keys = [_key(kept, *piece) for piece in pieces]
    found: list[Any] = [ABSENT if kept is None else kept.get(key) for key in keys]
    missing = [place for place, answer in enumerate(found) if answer is ABSENT]
    done = len(checks) - len(missing)
    if progress is not None and checks:
        progress(checks[missing[0] if missing else -1].name, done, len(checks))
    with joblib_settings(n_jobs):
        for number, answer in side_by_side(_answer, [pieces[place] for place in missing], n_jobs=n_jobs):
            place, done = missing[number], done + 1
            found[place] = answer
            if kept is not None:
                kept.put(keys[place], answer)
            if progress is not None:
                progress(checks[place].name, done, len(checks))
    return CheckResults(found)


def _key(kept: Kept | None, check: Check, result: Result, seed: int) -> str:
    """Everything a check's answer depends on; a result may have been made by hand, so its numbers count too."""
    if kept is None:
        return ""
    numbers = (tuple(result.effect_list), result.counterfactual)
    return kept.key("check", check, result.estimator, result.design, result.seed, numbers, seed)


def _answer(check: Check, result: Result, seed: int) -> CheckResult:
    """Make one check; what the package refuses on purpose becomes an answer, a bug stays a traceback."""
    try:
        return check.run(result, seed=seed)
    except EvaluateError as error:
        nan = float("nan")
        answer = f"Not checked: {error}"
        return CheckResult(
            check.name, check.question, answer, nan, nan, None, pd.DataFrame(), {"refused": str(error)}
        )
