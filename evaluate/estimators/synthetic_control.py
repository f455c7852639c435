"""The synthetic control: a weighted average of control areas that followed the treated area before the operation.

Equation, for rates (counts per day) of the treated area x_1 and the controls x_j::

    w = argmin sum over the baseline of (x_1t - sum_j w_j x_jt)^2       w_j >= 0, sum w_j = 1
    expected_t = days_t sum_j w_j x_jt

Source: Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105:493, with every
period of the baseline matched, or with the predictors given. It is refused where the root mean square gap in the
baseline exceeds 20% of its mean, or the treated area lies outside its controls' range in more than half of it.

When not to use it: fewer than ten counts a period, a treated area larger or smaller than every control (nothing
between them can be weighted into it), or a baseline it cannot follow, which is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.estimators.synthetic import Inference, Scale, Settings, fit_synthetic


@dataclass(frozen=True)
class SyntheticControl:
    """Synthetic control with placebo inference.

    Parameters
    ----------
    scale : {"rate", "log rate"}
        What is fitted: counts per day, or their logarithms (areas with a nought are then left out).
    allow_poor_fit : bool
        Give a result even where the root mean square gap in the baseline exceeds 20% of its mean.
    placebos : int
        Most control areas to put in the treated one's place; drawn by seed where there are more.
    level : float
        Of the intervals.
    inference : {"placebo", "conformal"}
        Where the intervals come from: control areas in the treated one's place, or stretches of the treated area's own
        series (Chernozhukov, Wuthrich and Zhu 2021), which needs no more than a few controls but one operation only.
    predictors : pandas.DataFrame, optional
        Index: area codes; columns: what the weights are to match instead of every period of the baseline, such as
        population, and rates of single years. How much each counts is chosen so that the baseline is followed, as in
        the paper; with placebos that takes a good fraction of a second for each area.

    Raises
    ------
    DesignError
        If a setting is not one of those listed.

    Notes
    -----
    Effects are total over total in each window. A later operation's is measured against what the one before left
    behind: the synthetic area's count times the ratio in the periods since.

    Placebo areas are fitted in the same way from the other controls and held to the same rule of fit. Log ratios are
    compared in standard errors that grow with the smallness of an area as the placebos' own do. Where placebos are
    fewer than a test at the level needs (19 for 95%), no interval is given.

    ``diagnostics["rmspe_ratio_p_value"]`` is the rank of the ratio of mean square gaps, after over before, of Abadie
    and others.

    Examples
    --------
    >>> import evaluate as ev
    >>> process = ev.Process(mean=150, dispersion=1.5, autocorrelation=0.2)
    >>> panel = ev.simulate_panel(areas=30, periods=60, process=process, rate_ratio_after=0.6, seed=4)
    >>> effect = ev.SyntheticControl().fit(ev.simulated_design(panel), seed=1).effect("operation", "after")
    >>> effect.lower < 0.6 < effect.upper < 1
    True
    """

    scale: Scale = "rate"
    allow_poor_fit: bool = False
    placebos: int = 100
    level: float = 0.95
    inference: Inference = "placebo"
    predictors: pd.DataFrame | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        self._settings()

    @property
    def name(self) -> str:
        """Name for tables."""
        return "synthetic control" if self.inference == "placebo" else "conformal synthetic control"

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
            ``diagnostics`` holds the weights, the misfit of the baseline and p-values.

        Raises
        ------
        FitError
            If there are fewer than two controls without missing periods, fewer than 12 periods before, fewer than ten
            counts a period, or the baseline cannot be followed; with conformal inference also if there is a second
            operation.
        DesignError
            If an area of the design has no predictors, or a predictor is the same in all.
        """
        return fit_synthetic(self, design, "synthetic control", settings=self._settings(), seed=seed)

    def _settings(self) -> Settings:
        return Settings(
            self.scale, self.allow_poor_fit, self.placebos, self.level, self.inference, self.predictors
        )
