"""How well the method follows the counts before the operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.checks.target import find_target
from evaluate.checks.wording import percent
from evaluate.effects.result import Result
from evaluate.errors import FitError

WORST = 0.2
SLACK = 1.5


@dataclass(frozen=True, kw_only=True)
class PreperiodFit:
    """Compare expected with recorded counts before the operation.

    *Question.* Does the method follow the counts before the operation?

    *Formula.* With y the counts and e what the method expects, over the baseline, ``RMSPE = sqrt(mean (y - e)^2)``
    over the mean count. Counts are noisy whatever the method, so it is held against the noise floor
    ``sqrt(phi / mu)``, phi and mu being the dispersion and mean of the counts around the controls' course.

    *Threshold.* 20% of the mean, the usual limit for a synthetic control, or 1.5 times the noise floor where that is
    larger: no method can follow noise.

    *Source.* Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105, for the
    RMSPE; the noise floor is ours.

    Parameters
    ----------
    operation, window : str, optional
        Which effect's baseline; that of the first operation otherwise.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> ev.PreperiodFit().run(ev.BeforeAfter().fit(design, seed=1), seed=1).passed
    True
    """

    operation: str | None = None
    window: str | None = None

    name: ClassVar[str] = "pre-period fit"
    question: ClassVar[str] = "Does the method follow the counts before the operation?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Compare; nothing is fitted and no seed used.

        Raises
        ------
        FitError
            If the method expects nothing before the operation.
        """
        target = find_target(result, self.operation, self.window)
        table = result.counterfactual[target.design.baseline]
        table = table.dropna(subset=["observed", "expected"])
        if len(table) < 3:
            raise FitError(
                f"The {result.estimator.name} says what it expects in {len(table)} periods before the operation; this "
                "check needs three."
            )
        gaps = (table["observed"] - table["expected"]).to_numpy()
        mean = float(table["observed"].mean())
        misfit = float(np.sqrt(np.mean(gaps**2))) / mean
        floor = float(np.sqrt(target.moments.dispersion / target.moments.mean))
        threshold = max(WORST, SLACK * floor)
        facts: dict[str, Any] = target.facts | {
            "relative_rmspe": misfit,
            "noise_floor": floor,
            "share_inside": _share_inside(table),
            "lag_one": float(np.corrcoef(gaps[1:], gaps[:-1])[0, 1]) if gaps.std() > 0 else float("nan"),
            "periods": len(table),
        }
        answer = (
            f"Over {len(table)} periods before the operation the expected counts miss the recorded ones by "
            f"{percent(misfit)} of their mean; noise alone makes {percent(floor)}."
        )
        if np.isfinite(facts["share_inside"]):
            answer += f" {percent(facts['share_inside'])} of the counts lie inside their predictive interval."
        return CheckResult(
            self.name,
            self.question,
            answer,
            misfit,
            threshold,
            bool(misfit <= threshold),
            table.reset_index(),
            facts,
        )


def _share_inside(table: pd.DataFrame) -> float:
    """Share of counts inside the predictive interval; NaN where the method gives none."""
    known = table.dropna(subset=["predicted_lower", "predicted_upper"])
    if not len(known):
        return float("nan")
    return float(known["observed"].between(known["predicted_lower"], known["predicted_upper"]).mean())
