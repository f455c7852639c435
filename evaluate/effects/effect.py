"""One effect of one operation in one window, with everything a verdict needs to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Protocol

import numpy as np

from evaluate.effects.display import effects_html


class RatioDistribution(Protocol):
    """What a method believes about a rate ratio: draws of a posterior, or a confidence distribution."""

    def probability_at_most(self, ratio: float) -> float:
        """Probability that the rate ratio is ``ratio`` or less."""
        ...

    def quantile(self, probability: float) -> float:
        """The rate ratio below which that much probability lies."""
        ...

    @property
    def log_standard_error(self) -> float:
        """Standard deviation of the log rate ratio."""
        ...


@dataclass(frozen=True, eq=False)
class DrawnRatio:
    """A posterior of a rate ratio, as draws of its logarithm.

    Parameters
    ----------
    log_draws : numpy.ndarray
        Shape (draws,).

    Examples
    --------
    >>> import numpy as np
    >>> DrawnRatio(np.log([0.5, 0.8, 1.2, 1.5])).probability_at_most(1.0)
    0.5
    """

    log_draws: np.ndarray

    def probability_at_most(self, ratio: float) -> float:
        """Share of draws at or below the ratio."""
        return float(np.mean(self.log_draws <= np.log(ratio)))

    def quantile(self, probability: float) -> float:
        """Quantile of the draws, as a ratio."""
        return float(np.exp(np.quantile(self.log_draws, probability)))

    @property
    def log_standard_error(self) -> float:
        """Standard deviation of the draws."""
        return float(np.std(self.log_draws))


@dataclass(frozen=True)
class StudentRatio:
    """A confidence distribution: the log rate ratio less its estimate, over its standard error, is Student's t.

    Parameters
    ----------
    log_ratio : float
        Estimate of the log rate ratio.
    log_standard_error : float
        Its standard error.
    degrees_of_freedom : float
        Of the t distribution; infinity for the normal.

    Examples
    --------
    >>> round(StudentRatio(0.0, 0.1, float("inf")).quantile(0.975), 3)
    1.217
    """

    log_ratio: float
    log_standard_error: float
    degrees_of_freedom: float

    def probability_at_most(self, ratio: float) -> float:
        """Confidence that the rate ratio is at most this."""
        from scipy import stats

        return float(
            stats.t.cdf((np.log(ratio) - self.log_ratio) / self.log_standard_error, self.degrees_of_freedom)
        )

    def quantile(self, probability: float) -> float:
        """End of the one-sided confidence interval, as a ratio."""
        from scipy import stats

        score = stats.t.ppf(probability, self.degrees_of_freedom)
        return float(np.exp(self.log_ratio + score * self.log_standard_error))


@dataclass(frozen=True, eq=False)
class Effect:
    """Observed against expected in one window of one operation.

    Parameters
    ----------
    operation, window : str
        Which.
    observed : float
        Count recorded in the window's periods (periods with a missing count left out).
    expected : float
        Count expected there without the operation.
    rate_ratio : float
        Estimate of observed over expected, total over total.
    lower, upper : float
        Interval of the rate ratio at ``level``; NaN where the method has no interval it can justify.
    prevented, prevented_lower, prevented_upper : float
        Expected less observed: the count prevented (negative where more were recorded than expected). The interval
        is predictive: it includes the noise of a count.
    p_reduction : float
        Probability (or confidence) that the rate ratio is below 1.
    level : float
        Of the intervals, such as 0.95.
    interval : str
        What kind of interval it is, in words.
    ratio : RatioDistribution or None
        The whole distribution, for the probability of any size.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> effect = ev.BeforeAfter().fit(design, seed=1).effect("operation", "after")
    >>> effect.observed > 0
    True
    """

    operation: str
    window: str
    observed: float
    expected: float
    rate_ratio: float
    lower: float
    upper: float
    prevented: float
    prevented_lower: float
    prevented_upper: float
    p_reduction: float
    level: float
    interval: str
    ratio: RatioDistribution | None = None

    @property
    def percent_change(self) -> float:
        """Change in per cent, negative for a fall."""
        return 100.0 * (self.rate_ratio - 1.0)

    def probability_of_reduction(self, size: float) -> float:
        """Probability that the count fell by at least ``size`` (0.25 for a quarter); NaN without a distribution."""
        return float("nan") if self.ratio is None else self.ratio.probability_at_most(1.0 - size)

    def __repr__(self) -> str:
        interval = f"{self.level:.0%} interval {self.lower:.2f} to {self.upper:.2f}"
        if isnan(self.lower) and isnan(self.upper):
            interval = f"no {self.level:.0%} interval{self.interval.partition('none')[2]}"
        return (
            f"{self.operation}, {self.window}: rate ratio {self.rate_ratio:.2f} ({interval}); "
            f"{self.observed:,.0f} recorded, {self.expected:,.0f} expected"
        )

    def _repr_html_(self) -> str:
        return effects_html([self], f"{self.level:.0%} {self.interval}")
