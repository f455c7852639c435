"""Making several checks of one result, and the names by which a plan asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from evaluate.checks.specification_curve import SpecificationCurve
from evaluate.checks.start_date import StartDateSensitivity
from evaluate.checks.window_sensitivity import WindowSensitivity
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
    )
}
"""Name in a plan file to class. All of them take ``operation`` and ``window``."""

Progress = Callable[[str, int, int], None]
"""Called with a check's name, how many are done, and how many there are."""


def run_checks(
    result: Result, checks: Sequence[Check], *, seed: int | None = None, progress: Progress | None = None
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
        Called as ``progress(name, done, total)`` before each check, and once more at the end with the last name.

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
    answers = []
    for done, check in enumerate(checks):
        if progress is not None:
            progress(check.name, done, len(checks))
        answers.append(_answer(check, result, child_seed(root, check.name)))
    if progress is not None and checks:
        progress(checks[-1].name, len(checks), len(checks))
    return CheckResults(answers)


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
