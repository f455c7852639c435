"""Synthetic difference in differences: controls that moved like the treated area, and periods that look like after.

Equation, for log rates x (or rates) of the treated area 1 and the controls j, "after" being all later periods::

    w = argmin mean over the baseline of (w_0 + sum_j w_j x_jt - x_1t)^2 + zeta^2 |w|^2     w_j >= 0, sum w_j = 1
    l = argmin mean over the controls of (l_0 + sum_t l_t x_jt - mean after of x_j)^2       l_t >= 0, sum l_t = 1
    expected_t = days_t exp(sum_j w_j x_jt + sum_s l_s (x_1s - sum_j w_j x_js))

zeta is the number of treated areas times periods after to the power 1/4, times the standard deviation of the controls'
first differences.

Source: Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111:4088.

When not to use it: fewer than ten counts a period, or periods with nought (use ``scale="rate"`` or StructuralModel).
With one treated area only placebo inference exists, which takes the treated area to stray like the controls.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.estimators.synthetic import Scale, Settings, fit_synthetic


@dataclass(frozen=True)
class SyntheticDifferenceInDifferences:
    """Synthetic difference in differences with placebo inference.

    Parameters
    ----------
    scale : {"log rate", "rate"}
        What is fitted: log counts per day (areas with a nought are then left out), or counts per day.
    allow_poor_fit : bool
        Give a result even where the root mean square gap in the baseline exceeds 20% of its mean.
    placebos : int
        Most control areas to put in the treated one's place; drawn by seed where there are more.
    level : float
        Of the intervals.

    Raises
    ------
    DesignError
        If a setting is not one of those listed.

    Notes
    -----
    Placebos, ratios and several operations are as in ``SyntheticControl``. Expected counts from log rates are raised by
    what the baseline shows the exponential of a mean of logs to fall short of the mean.

    Examples
    --------
    >>> import evaluate as ev
    >>> process = ev.Process(mean=100, dispersion=1.5, autocorrelation=0.2)
    >>> panel = ev.simulate_panel(areas=30, periods=60, process=process, rate_ratio_after=0.6, seed=4)
    >>> result = ev.SyntheticDifferenceInDifferences().fit(ev.simulated_design(panel), seed=1)
    >>> effect = result.effect("operation", "after")
    >>> effect.lower < 0.6 < effect.upper < 1
    True
    """

    scale: Scale = "log rate"
    allow_poor_fit: bool = False
    placebos: int = 100
    level: float = 0.95

    def __post_init__(self) -> None:
        self._settings()

    @property
    def name(self) -> str:
        """Name for tables."""
        return "synthetic difference in differences"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Find the weights and compare.

        Parameters
        ----------
        design : Design
            With at least two control areas.
        seed : int
            Draws the placebo areas where there are more than ``placebos``.

        Returns
        -------
        Result
            ``diagnostics`` holds the weights of areas and periods, the misfit of the baseline and p-values.

        Raises
        ------
        FitError
            If there are fewer than two controls without missing periods, fewer than 12 periods before, fewer than ten
            counts a period, noughts on the log scale, or the baseline cannot be followed.
        """
        return fit_synthetic(
            self, design, "synthetic difference in differences", settings=self._settings(), seed=seed
        )

    def _settings(self) -> Settings:
        return Settings(self.scale, self.allow_poor_fit, self.placebos, self.level)
