"""An interval made wider by what placebo operations say of the method's own error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from evaluate.checks.placebo_in_space import FEWEST, PlaceboInSpace
from evaluate.checks.result import CheckResult, CheckResults
from evaluate.effects.effect import DrawnRatio, Effect, RatioDistribution
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError, did_you_mean, many
from evaluate.numerics.pooling import pooled_draws

ANYWHERE, SPIKED = "untreated area", "after a spike as high"
Reliability = Literal["good", "fair", "poor", "not known"]
FEWEST_FOR_A_RATE: Final = 20
"""Placebos below which the rate of false alarms is not taken for a measurement."""

GOOD, FAIR = 0.07, 0.10
"""Highest rates of false alarms, at 5% asked for, of a method whose reliability is good, and fair."""

DRAWS: Final = 8_000
POINTS: Final = 500


@dataclass(frozen=True, eq=False)
class CalibratedEffect:
    """An effect as the method gave it, and as the placebos would have it.

    Parameters
    ----------
    fitted : Effect
        As the method gave it.
    ratio : DrawnRatio
        The calibrated rate ratio.
    rate_ratio, lower, upper : float
        Its median and interval at the fitted effect's level.
    shift, shift_lower, shift_upper : float
        m, the mean log rate ratio where nothing was done, with its 95% interval; 0 is right.
    spread, spread_lower, spread_upper : float
        s, how far log rate ratios stray from m beyond their standard errors, with its 95% interval; 0 is right.
    placebos : int
        Number of placebos.
    kind : {"untreated area", "after a spike as high"}
        Which placebos.
    false_alarms : float
        Share of the placebos whose interval, as fitted, leaves out no change.
    """

    fitted: Effect
    ratio: DrawnRatio
    rate_ratio: float
    lower: float
    upper: float
    shift: float
    shift_lower: float
    shift_upper: float
    spread: float
    spread_lower: float
    spread_upper: float
    placebos: int
    kind: str
    false_alarms: float

    @property
    def reliability(self) -> Reliability:
        """How the method did where nothing was done.

        "good" up to 7% of false alarms (5% were asked for), "fair" up to 10%, else "poor"; "not known" of fewer than
        20 placebos. With 40 of them the rate has a standard error of 3 to 4 points.
        """
        if self.placebos < FEWEST_FOR_A_RATE:
            return "not known"
        return "good" if self.false_alarms <= GOOD else "fair" if self.false_alarms <= FAIR else "poor"

    @property
    def p_reduction(self) -> float:
        """Probability that the calibrated rate ratio is below 1."""
        return self.ratio.probability_at_most(1.0)

    def probability_of_reduction(self, size: float) -> float:
        """Probability that the count fell by at least ``size`` (0.25 for a quarter)."""
        return self.ratio.probability_at_most(1.0 - size)

    @property
    def widened(self) -> float:
        """Width of the calibrated interval over that of the fitted one, both on the log scale."""
        return float(np.log(self.upper / self.lower) / np.log(self.fitted.upper / self.fitted.lower))

    @property
    def table(self) -> pd.DataFrame:
        """Both, a row each: rate_ratio, lower, upper, p_reduction, p_quarter, p_half."""
        rows = [
            [one.rate_ratio, one.lower, one.upper, one.p_reduction]
            + [one.probability_of_reduction(size) for size in (0.25, 0.5)]
            for one in (self.fitted, self)
        ]
        columns = ["rate_ratio", "lower", "upper", "p_reduction", "p_quarter", "p_half"]
        return pd.DataFrame(rows, index=["as fitted", "calibrated"], columns=columns)

    def __repr__(self) -> str:
        fitted = self.fitted
        return (
            f"{fitted.operation}, {fitted.window}: rate ratio {fitted.rate_ratio:.2f} ({fitted.lower:.2f} to "
            f"{fitted.upper:.2f}) as fitted, {self.rate_ratio:.2f} ({self.lower:.2f} to {self.upper:.2f}) "
            f"calibrated by {many(self.placebos, 'placebo')} ({self.kind})"
        )


def empirically_calibrated(
    result: Result, placebos: CheckResult, *, kind: str | None = None, seed: int | None = None
) -> CalibratedEffect:
    """Widen an effect's interval by the error that the method makes where nothing was done.

    Parameters
    ----------
    result : Result
        The fit.
    placebos : CheckResult
        Of ``PlaceboInSpace`` on the same fit; the effect is the one it was about.
    kind : {"untreated area", "after a spike as high"}, optional
        Which placebos to learn from; those after a spike as high where there are 19 or more of them, all untreated
        areas otherwise.
    seed : int, optional
        The result's own otherwise.

    Returns
    -------
    CalibratedEffect
        Both intervals.

    Raises
    ------
    DesignError
        If the check is another one, is about an effect that the result has not, or there is no such kind.
    FitError
        If there are fewer than 19 placebos, or the effect has no distribution.

    Notes
    -----
    With log rate ratios b_i and standard errors e_i of the placebos, ``b_i ~ N(m, s^2 + e_i^2)``; m and s have the
    priors of ``evaluate.numerics.pooling``. The effect is the fitted log rate ratio less a draw of ``N(m, s^2)``, m and
    s drawn from what the placebos leave of them, so that few placebos widen more than many. Placebos share months and
    controls, so that m and s are known less well than is said.

    References
    ----------
    Schuemie, Ryan, DuMouchel, Suchard and Madigan (2014), Statistics in Medicine 33:209; Schuemie, Hripcsak, Ryan,
    Madigan and Suchard (2018), Proceedings of the National Academy of Sciences 115:2571.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=24, periods=60, rate_ratio_after=0.6, seed=1))
    >>> result = ev.BeforeAfter().fit(design, seed=1)
    >>> found = ev.empirically_calibrated(result, ev.PlaceboInSpace().run(result, seed=1))
    >>> found.lower < 0.6 < found.upper, found.widened > 1
    (True, True)
    """
    if placebos.name != PlaceboInSpace.name:
        raise DesignError(
            f'empirically_calibrated takes the check "{PlaceboInSpace.name}"; this one is "{placebos.name}". '
            f'Pass checks["{PlaceboInSpace.name}"].'
        )
    effect = result.effect(str(placebos.facts["operation"]), str(placebos.facts["window"]))
    if effect.ratio is None:
        raise FitError(
            f"The effect on {effect.operation}, {effect.window} has no distribution to widen. Use an estimator that "
            "gives one."
        )
    rows, chosen = _chosen(placebos.table, kind)
    random = np.random.default_rng([result.seed if seed is None else seed, 14])
    _, mean, spread = pooled_draws(
        np.log(rows["rate_ratio"].to_numpy(dtype=float)),
        rows["standard_error"].to_numpy(dtype=float),
        draws=DRAWS,
        random=random,
    )
    log_ratio = _log_draws(effect.ratio, random) - mean - spread * random.standard_normal(DRAWS)
    ends = [(1 - effect.level) / 2, (1 + effect.level) / 2]
    lower, upper = np.exp(np.quantile(log_ratio, ends))
    (m, m_low, m_high), (s, s_low, s_high) = (np.quantile(one, [0.5, 0.025, 0.975]) for one in (mean, spread))
    return CalibratedEffect(
        fitted=effect,
        ratio=DrawnRatio(log_ratio),
        rate_ratio=float(np.exp(np.median(log_ratio))),
        lower=float(lower),
        upper=float(upper),
        shift=float(m),
        shift_lower=float(m_low),
        shift_upper=float(m_high),
        spread=float(s),
        spread_lower=float(s_low),
        spread_upper=float(s_high),
        placebos=len(rows),
        kind=chosen,
        false_alarms=float(rows["excludes_one"].astype(bool).mean()),
    )


def calibrated_by(result: Result, checks: CheckResults | None) -> CalibratedEffect | None:
    """Calibrate an effect by the placebos that were fitted for its checks already.

    Parameters
    ----------
    result : Result
        The fit.
    checks : CheckResults or None
        Made on it.

    Returns
    -------
    CalibratedEffect or None
        None where "placebo in space" was not made, has too few placebos, or the effect has no distribution.
    """
    placebos = checks.get(PlaceboInSpace.name) if checks is not None else None
    if placebos is None or "kind" not in placebos.table:
        return None
    try:
        return empirically_calibrated(result, placebos)
    except FitError:
        return None


def _log_draws(ratio: RatioDistribution, random: np.random.Generator) -> np.ndarray:
    """Draws of the fitted log rate ratio: one in each of as many equal parts of its distribution, in random order."""
    parts = (np.arange(DRAWS) + 0.5) / DRAWS
    points = (np.arange(POINTS) + 0.5) / POINTS
    quantiles = np.log([ratio.quantile(point) for point in points])
    return random.permutation(np.interp(parts, points, quantiles))


def _chosen(table: pd.DataFrame, kind: str | None) -> tuple[pd.DataFrame, str]:
    """The placebos to learn from, and their kind."""
    if kind not in (None, ANYWHERE, SPIKED):
        raise DesignError(f'kind is "{kind}". {did_you_mean(kind or "", (ANYWHERE, SPIKED))}')
    spiked = int((table["kind"] == SPIKED).sum())
    chosen = kind or (SPIKED if spiked >= FEWEST else ANYWHERE)
    rows = table[table["kind"] == chosen]
    if len(rows) < FEWEST:
        raise FitError(
            f"Calibration needs {FEWEST} placebos or more of one kind; {len(rows)} of the kind "
            f'"{chosen}" could be fitted. Name more controls, or report the interval as it is fitted.'
        )
    return rows, chosen
