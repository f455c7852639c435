"""Differences of totals: the weighted displacement difference, quotient and total net effect.

References
----------
Wheeler and Ratcliffe (2018), Crime Science 7:11 (difference and its standard error); Bowers and Johnson (2003),
Journal of Quantitative Criminology 19:275 (quotient); Guerette (2009), "Analyzing crime displacement and diffusion",
Problem-Oriented Guides for Police (total net effect).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.numerics.overdispersion import draw_counts


@dataclass(frozen=True)
class Arm:
    """Totals of one part of the comparison.

    Parameters
    ----------
    before, after : float
        Counts.
    weight : float
        What the counts are divided by to be comparable with the treated area's: 2 for twice the area.
    """

    before: float
    after: float
    weight: float = 1.0


@dataclass(frozen=True)
class Difference:
    """A difference of counts with its standard error.

    Parameters
    ----------
    estimate : float
        Negative for a fall.
    standard_error : float
        Its standard error.
    """

    estimate: float
    standard_error: float

    @property
    def z(self) -> float:
        """Estimate over standard error."""
        return self.estimate / self.standard_error


@dataclass(frozen=True)
class DisplacementDifference:
    """The weighted displacement difference and its two parts.

    Parameters
    ----------
    local : Difference
        Change in the treated area less change in its control.
    displacement : Difference or None
        The same for the area crime may have moved to.
    total : Difference
        Both together: negative where crime fell on the whole.
    """

    local: Difference
    displacement: Difference | None
    total: Difference


def weighted_displacement_difference(
    treated: Arm,
    control: Arm,
    *,
    displacement: Arm | None = None,
    displacement_control: Arm | None = None,
    lengths: tuple[float, float] = (1.0, 1.0),
    dispersion: float = 1.0,
) -> DisplacementDifference:
    """Estimate the change in crime, displacement included, beyond that of the control areas.

    ``(T1 - T0) - (C1 - C0) + (D1 - D0) - (DC1 - DC0)``, each count divided by its weight and its period's length; the
    variance is the sum of the counts, each divided by the square, times the dispersion.

    Parameters
    ----------
    treated, control : Arm
        The treated area and its control.
    displacement, displacement_control : Arm, optional
        The area crime may have moved to, and its control.
    lengths : tuple of float
        Length of the time before and after, in any unit.
    dispersion : float
        Variance over mean, 1 or more.

    Returns
    -------
    DisplacementDifference

    Examples
    --------
    >>> found = weighted_displacement_difference(
    ...     Arm(207, 110), Arm(308, 318), displacement=Arm(178, 157), displacement_control=Arm(150, 140))
    >>> found.total.estimate, round(found.total.standard_error, 3)
    (-118.0, 39.598)
    """
    local = _less(treated, control, lengths, dispersion)
    if displacement is None:
        return DisplacementDifference(local, None, local)
    moved = _less(displacement, displacement_control or Arm(0, 0), lengths, dispersion)
    total = Difference(
        local.estimate + moved.estimate, float(np.hypot(local.standard_error, moved.standard_error))
    )
    return DisplacementDifference(local, moved, total)


def _less(arm: Arm, control: Arm, lengths: tuple[float, float], dispersion: float) -> Difference:
    """Change of one arm less that of another."""
    counts = np.array([arm.after, arm.before, control.after, control.before], dtype=float)
    scale = np.array([arm.weight, arm.weight, control.weight, control.weight]) * np.tile(lengths[::-1], 2)
    estimate = float(np.sum(np.array([1, -1, -1, 1]) * counts / scale))
    return Difference(estimate, float(np.sqrt(dispersion * np.sum(counts / scale**2))))


def harm_weighted(differences: Sequence[Difference], harms: Sequence[float]) -> Difference:
    """Add up differences of several kinds of crime, each times the harm that one of its kind does.

    Parameters
    ----------
    differences : sequence of Difference
        One for each kind, taken as independent.
    harms : sequence of float
        Harm of one crime of each kind, such as days of a sentence, in the same order.

    Returns
    -------
    Difference
        In units of harm.

    Examples
    --------
    >>> harm_weighted([Difference(-10, 8.0), Difference(5, 6.0)], [10, 1]).estimate
    -95.0
    """
    weights = np.asarray(harms, dtype=float)
    estimates, errors = np.array([[one.estimate, one.standard_error] for one in differences]).T
    return Difference(float(weights @ estimates), float(np.hypot.reduce(weights * errors)))


@dataclass(frozen=True)
class DisplacementQuotient:
    """The weighted displacement quotient and what it is made of.

    Parameters
    ----------
    success : float
        ``R1 / C1 - R0 / C0``, negative where the treated area did better than its control; the quotient means
        something only then.
    change_nearby : float
        ``D1 / C1 - D0 / C0``: negative where the displacement area did better as well.
    quotient : float
        The second over the first: above 1 more diffusion than direct effect, 0 to 1 diffusion, -1 to 0 some
        displacement, below -1 more displacement than effect.
    lower, upper : float
        95% parametric bootstrap interval; NaN where the success measure could be nought.
    total_net_effect : float
        Crimes prevented in both areas.
    net_lower, net_upper : float
        95% parametric bootstrap interval of ``total_net_effect``.
    """

    success: float
    change_nearby: float
    quotient: float
    lower: float
    upper: float
    total_net_effect: float
    net_lower: float
    net_upper: float


def weighted_displacement_quotient(
    treated: Arm,
    displacement: Arm,
    control: Arm,
    *,
    dispersion: float = 1.0,
    draws: int = 4_000,
    seed: int = 0,
) -> DisplacementQuotient:
    """Estimate how what happened nearby compares with what happened in the treated area.

    Parameters
    ----------
    treated, displacement, control : Arm
        Totals before and after; weights are not used.
    dispersion : float
        Variance over mean of the totals, for the interval.
    draws : int
        Of the parametric bootstrap.
    seed : int
        Of the parametric bootstrap.

    Returns
    -------
    DisplacementQuotient

    Examples
    --------
    >>> found = weighted_displacement_quotient(Arm(207, 110), Arm(178, 157), Arm(308, 318))
    >>> round(found.quotient, 3), round(found.total_net_effect, 1)
    (0.258, 130.5)
    """
    counts = np.array([[arm.before, arm.after] for arm in (treated, displacement, control)], dtype=float)
    success, nearby = _shares(counts)
    random = np.random.default_rng(seed)
    drawn = draw_counts(np.broadcast_to(counts, (draws, 3, 2)), dispersion, random)
    drawn = drawn[(drawn[:, 2] > 0).all(axis=1)]
    successes, nearbies = _shares(drawn)
    high = np.quantile(successes, 0.975)
    ends = np.quantile(nearbies / successes, [0.025, 0.975]) if high < 0 else (np.nan, np.nan)
    net_ends = np.quantile(_net_effect(drawn), [0.025, 0.975])
    return DisplacementQuotient(
        success=float(success),
        change_nearby=float(nearby),
        quotient=float(nearby / success),
        lower=float(ends[0]),
        upper=float(ends[1]),
        total_net_effect=float(_net_effect(counts)),
        net_lower=float(net_ends[0]),
        net_upper=float(net_ends[1]),
    )


def _net_effect(counts: np.ndarray) -> np.ndarray:
    """Crimes fewer in the treated and the displacement area than the control's change makes of before."""
    growth = counts[..., 2, 1] / counts[..., 2, 0]
    both = counts[..., :2, :].sum(axis=-2)
    return np.asarray(both[..., 0] * growth - both[..., 1])


def _shares(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Change in the treated and in the displacement area's count relative to the control's; shape (..., 3, 2) in."""
    relative = counts[..., :2, :] / counts[..., 2:, :]
    change = relative[..., 1] - relative[..., 0]
    return change[..., 0], change[..., 1]
