"""The ridge augmented synthetic control: a synthetic control that makes up for what it misses of the baseline.

Equation, for log rates or rates (counts per day) x of the treated area 1 and the controls j, w being the weights of the
synthetic control and c the controls' mean in each period of the baseline::

    v_j = w_j + (x_1 - sum_k w_k x_k)' (sum_k (x_k - c)(x_k - c)' + lambda I)^-1 (x_j - c)
    expected_t = days_t sum_j v_j x_jt

Vectors run over the baseline. The weights v sum to 1 and some may be below nought: it extrapolates where the synthetic
control cannot follow. lambda is the largest whose error in a baseline period left out is within a standard error of the
least; placebo areas take the treated area's.

Source: Ben-Michael, Feller and Rothstein (2021), Journal of the American Statistical Association 116:1789.

When not to use it: fewer than ten counts a period, a short baseline (it then follows noise), or where a plain synthetic
control follows the baseline well, to which it adds little but variance.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluate.design.design import Design
from evaluate.effects.result import Result
from evaluate.estimators.synthetic import Scale, Settings, fit_synthetic


@dataclass(frozen=True)
class RidgeAugmentedSyntheticControl:
    """Ridge augmented synthetic control with placebo inference.

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

    Raises
    ------
    DesignError
        If a setting is not one of those listed.

    Notes
    -----
    Placebos, ratios and several operations are as in ``SyntheticControl``. ``diagnostics["negative_weight"]`` is the
    sum of the weights below nought: how far it extrapolates.

    Examples
    --------
    >>> import evaluate as ev
    >>> process = ev.Process(mean=150, dispersion=1.5, autocorrelation=0.2)
    >>> panel = ev.simulate_panel(areas=30, periods=60, process=process, rate_ratio_after=0.6, seed=4)
    >>> result = ev.RidgeAugmentedSyntheticControl().fit(ev.simulated_design(panel), seed=1)
    >>> effect = result.effect("operation", "after")
    >>> effect.lower < 0.6 < effect.upper < 1
    True
    """

    scale: Scale = "rate"
    allow_poor_fit: bool = False
    placebos: int = 100
    level: float = 0.95

    def __post_init__(self) -> None:
        self._settings()

    @property
    def name(self) -> str:
        """Name for tables."""
        return "ridge augmented synthetic control"

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
            ``diagnostics`` holds the weights, the penalty, the misfit of the baseline and p-values.

        Raises
        ------
        FitError
            If there are fewer than two controls without missing periods, fewer than 12 periods before, fewer than ten
            counts a period, or the baseline cannot be followed.
        """
        return fit_synthetic(
            self, design, "ridge augmented synthetic control", settings=self._settings(), seed=seed
        )

    def _settings(self) -> Settings:
        return Settings(self.scale, self.allow_poor_fit, self.placebos, self.level)
