"""Whether the counts before the operation look like counts that the fitted model makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from evaluate.checks.result import CheckResult
from evaluate.checks.target import find_target
from evaluate.checks.wording import counted, signed
from evaluate.data.periods import period_name
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError

FEWEST = 12
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class ResidualChecks:
    """Hold recorded counts before the operation against counts drawn from the fitted model.

    *Question.* Do the counts before the operation look like counts that the model makes?

    *Formula.* For each posterior draw, with mean m and overdispersion a, the residuals of recorded counts y and of
    counts drawn from that very draw are ``(y - m) / sqrt(m + a m^2)``. Four features are compared: the mean square
    (dispersion), the correlation of neighbouring periods, the largest in size (an outlier), and how far the PIT
    values, the share of predicted counts below y with half of those equal to it, lie from evenly spread (the largest
    gap between the two distributions). ``p = (1 + b) / (1 + n)`` counts the b of n draws in which the drawn counts
    show at least as much as the recorded ones; dispersion and correlation are two-sided, twice the smaller p. The
    number is the smallest of the four by Bonferroni's adjustment, four times the smallest p.

    *Threshold.* 0.05. The counts were used to fit the model, which makes these p-values too large rather than too
    small (Bayarri and Berger 2000): a failure is evidence against the model, and a pass is none for it. It failed 1 of
    60 simulated panels of the model's own kind. One very high
    count raises the overdispersion that is fitted, which can hide itself where counts are small.

    *Source.* Gelman, Meng and Stern (1996), Statistica Sinica 6:733, for the p-values; Czado, Gneiting and Held (2009),
    Biometrics 65:1254, for the PIT of counts.

    Parameters
    ----------
    operation, window : str, optional
        Which effect's result; the counts are those of the baseline, before the first operation.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=9, periods=60, seed=3))
    >>> check = ev.ResidualChecks().run(ev.StructuralModel(draws=300).fit(design, seed=1), seed=1)
    >>> check.facts["periods"], check.passed
    (45, True)
    """

    operation: str | None = None
    window: str | None = None

    name: ClassVar[str] = "residuals"
    question: ClassVar[str] = "Do the counts before the operation look like counts that the model makes?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Compare; nothing is fitted and no seed used.

        Raises
        ------
        DesignError
            If the method gives no draws of expected and predicted counts.
        FitError
            If fewer than 12 periods with counts lie before the operation.
        """
        target = find_target(result, self.operation, self.window)
        counts = target.design.treated_counts
        chosen = target.design.baseline & ~np.isnan(counts)
        if chosen.sum() < FEWEST:
            raise FitError(
                f"{counted(int(chosen.sum()), period_name(target.design.periods))} with counts before the operation "
                f"are too few to see a pattern in; this check needs {FEWEST}."
            )
        mean, spread, drawn = _draws(result, chosen)
        own = (counts[chosen] - mean) / spread
        replicated = (drawn - mean) / spread
        pit = pit_values(counts[chosen], drawn)
        features = _features(own, replicated)
        features.append(_feature("uneven PIT", *_unevenness(pit, drawn), two_sided=False))
        smallest = min(features, key=lambda row: row["p_value"])
        number = min(1.0, len(features) * smallest["p_value"])
        periods = target.design.periods[chosen]
        worst = int(np.argmax(np.abs(own.mean(axis=0))))
        facts: dict[str, Any] = target.facts | {
            "periods": len(periods),
            "dispersion": features[0]["recorded"],
            "lag_one": features[1]["recorded"],
            "largest_residual": float(own.mean(axis=0)[worst]),
            "largest_residual_period": str(periods[worst]),
            "p_values": {row["feature"]: row["p_value"] for row in features},
        }
        table = pd.DataFrame(
            {
                "period": [str(period) for period in periods],
                "recorded": counts[chosen],
                "expected": mean.mean(axis=0),
                "residual": own.mean(axis=0),
                "pit": pit,
            }
        )
        answer = _answer(features, facts, number)
        return CheckResult(
            self.name, self.question, answer, number, LEVEL, bool(number >= LEVEL), table, facts
        )


def pit_values(counts: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Where each count lies among those predicted for it.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (periods,).
    drawn : numpy.ndarray
        Shape (draws, periods).

    Returns
    -------
    numpy.ndarray
        Shape (periods,), from 0 to 1: the share of draws below the count, with half of those equal to it.

    Examples
    --------
    >>> import numpy as np
    >>> pit_values(np.array([2.0, 9.0]), np.array([[1, 1], [2, 2], [2, 3], [3, 4]]))
    array([0.5, 1. ])
    """
    return np.asarray((drawn < counts).mean(axis=0) + 0.5 * (drawn == counts).mean(axis=0))


def _draws(result: Result, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, standard deviations and predicted counts of the chosen periods, each of shape (draws, periods)."""
    if result.draws is None or "posterior_predictive" not in result.draws.children:
        raise DesignError(
            f"The {result.estimator.name} gives no draws of the counts it predicts, so recorded ones cannot be held "
            "against them. Use StructuralModel, or PreperiodFit, which needs no draws."
        )
    posterior = result.draws["posterior"].to_dataset()

    def flat(values: np.ndarray) -> np.ndarray:
        return values.reshape(-1, *values.shape[2:])

    mean = flat(posterior["expected"].values)[:, chosen]
    extra = flat(posterior["overdispersion"].values)[:, None]
    drawn = flat(result.draws["posterior_predictive"].to_dataset()["count"].values)[:, chosen]
    return mean, np.sqrt(mean + extra * mean**2), drawn


def _features(own: np.ndarray, replicated: np.ndarray) -> list[dict[str, Any]]:
    """Dispersion, correlation and outlier of the recorded counts against drawn ones, draw by draw."""

    def square(residuals: np.ndarray) -> np.ndarray:
        return np.asarray((residuals**2).mean(axis=1))

    def neighbours(residuals: np.ndarray) -> np.ndarray:
        centred = residuals - residuals.mean(axis=1, keepdims=True)
        return np.asarray((centred[:, 1:] * centred[:, :-1]).sum(axis=1) / (centred**2).sum(axis=1))

    def largest(residuals: np.ndarray) -> np.ndarray:
        return np.asarray(np.abs(residuals).max(axis=1))

    measures: dict[str, tuple[Callable[[np.ndarray], np.ndarray], bool]] = {
        "dispersion": (square, True),
        "correlation of neighbours": (neighbours, True),
        "largest residual": (largest, False),
    }
    return [
        _feature(name, measure(own), measure(replicated), two_sided=two_sided)
        for name, (measure, two_sided) in measures.items()
    ]


def _unevenness(pit: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest gap between the distribution of PIT values and an even one: recorded, and of every draw."""
    ranks = np.apply_along_axis(_mid_ranks, 0, drawn)
    return np.full(len(drawn), _gap(pit[None, :])[0]), _gap(ranks)


def _mid_ranks(values: np.ndarray) -> np.ndarray:
    """Share of values below each, with half of those equal to it."""
    ordered = np.sort(values)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return np.asarray((below + upto) / (2 * len(values)))


def _gap(values: np.ndarray) -> np.ndarray:
    """Kolmogorov's distance from the uniform distribution, row by row."""
    ordered, number = np.sort(values, axis=1), values.shape[1]
    steps = np.arange(number + 1) / number
    return np.asarray(np.maximum(steps[1:] - ordered, ordered - steps[:-1]).max(axis=1))


def _feature(name: str, recorded: np.ndarray, drawn: np.ndarray, *, two_sided: bool) -> dict[str, Any]:
    """One feature with its p-value."""
    number = 1 + len(drawn)
    above = (1 + int((drawn >= recorded).sum())) / number
    below = (1 + int((drawn <= recorded).sum())) / number
    return {
        "feature": name,
        "recorded": float(recorded.mean()),
        "drawn": float(drawn.mean()),
        "p_value": min(1.0, 2 * min(above, below)) if two_sided else above,
    }


def _answer(features: list[dict[str, Any]], facts: dict[str, Any], number: float) -> str:
    """The answer in sentences."""
    each = "; ".join(
        f"{row['feature']} {signed(row['recorded'], 2, plus=False)}, {signed(row['drawn'], 2, plus=False)} "
        f"in drawn counts (p = {row['p_value']:.3f})"
        for row in features
    )
    return (
        f"Over {facts['periods']} periods before the operation: {each}. The largest residual is "
        f"{signed(facts['largest_residual'], 1)} standard deviations, in {facts['largest_residual_period']}. "
        f"The smallest p-value is {number:.3f} with allowance for there being four."
    )
