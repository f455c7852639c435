"""Score wild cluster bootstrap of the two-period Poisson regression with area and period effects.

Given each area's total n_j of both periods, its count after has a mean with odds ``rho exp(theta)`` where the area is
treated and ``rho`` where it is not. Under a null hypothesis theta = x, rho solves one equation, and each area's score
for theta, with that for rho taken out, is ``(D_j - h) (A_j - n_j pi_j)``. The bootstrap turns the signs of whole areas'
scores.

References
----------
Kline and Santos (2012), Journal of Econometric Methods 1:23 (score wild bootstrap); Cameron, Gelbach and Miller (2008),
Review of Economics and Statistics 90:414 (null imposed); MacKinnon and Webb (2018), Econometrics Journal 21:114 (few
treated clusters: unreliable, so it is refused below five).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evaluate.numerics.randomisation import cluster_robust_error

POINTS = 200
REACH = 6.0


@dataclass(frozen=True, eq=False)
class WildBootstrap:
    """A bootstrap test of every log ratio.

    Parameters
    ----------
    log_ratio : float
        Pooled: of the treated areas' totals, over that of the control areas'.
    p_value : float
        Of no effect, two-sided, ``(1 + b) / (1 + n)``.
    nulls, p_values : numpy.ndarray
        Shape (points,): log ratios in order, and the p-value of each.
    """

    log_ratio: float
    p_value: float
    nulls: np.ndarray
    p_values: np.ndarray


def wild_bootstrap(
    before: tuple[np.ndarray, np.ndarray], after: tuple[np.ndarray, np.ndarray], *, draws: int, seed: int
) -> WildBootstrap:
    """Test every null hypothesis by turning the signs of areas' scores.

    Parameters
    ----------
    before, after : tuple of numpy.ndarray
        Totals of the treated areas and of the control areas, shape (areas,) each; each group's totals above nought.
    draws : int
        Number of sets of signs.
    seed : int
        Of the signs.

    Returns
    -------
    WildBootstrap

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> before = random.poisson(100, 10), random.poisson(100, 20)
    >>> after = random.poisson(60, 10), random.poisson(100, 20)
    >>> bool(wild_bootstrap(before, after, draws=399, seed=1).p_value < 0.05)
    True
    """
    treated = np.repeat([1.0, 0.0], [len(before[0]), len(before[1])])
    first, second = np.concatenate(before).astype(float), np.concatenate(after).astype(float)
    totals = [(b.sum(), a.sum()) for b, a in zip(before, after, strict=True)]
    estimate = float(np.log(totals[0][1] / totals[0][0]) - np.log(totals[1][1] / totals[1][0]))
    spread = REACH * cluster_robust_error(before, after)
    nulls = estimate + spread * np.linspace(-1, 1, 2 * POINTS + 1)
    scores = np.array([null_scores(first, second, treated, x) for x in (0.0, *nulls)])
    # Signs are dealt out by size, so that the order in which areas are named does not move the answer.
    order = np.lexsort((second, first, -treated))
    signs = np.empty((draws, len(treated)))
    signs[:, order] = np.random.default_rng(seed).choice([-1.0, 1.0], size=signs.shape)
    size = np.abs(scores.sum(axis=1))
    drawn = np.abs(signs @ scores.T)
    beyond = np.sum(drawn >= size * (1 - 1e-12), axis=0)
    p_value, *p_values = (1 + beyond) / (1 + draws)
    return WildBootstrap(estimate, float(p_value), nulls, np.array(p_values))


def null_scores(before: np.ndarray, after: np.ndarray, treated: np.ndarray, null: float) -> np.ndarray:
    """Each area's score for the log ratio at a null hypothesis, with that for the periods taken out.

    Parameters
    ----------
    before, after : numpy.ndarray
        Shape (areas,): totals.
    treated : numpy.ndarray
        Shape (areas,): 1 where treated, else 0.
    null : float
        Log ratio supposed.

    Returns
    -------
    numpy.ndarray
        Shape (areas,).
    """
    from scipy import optimize

    total = before + after

    def excess(log_odds: float) -> float:
        return float(np.sum(after - total * special.expit(log_odds + null * treated)))

    plain = np.log(after.sum() / before.sum())
    log_odds = optimize.brentq(excess, plain - abs(null) - 1, plain + abs(null) + 1, xtol=1e-12)
    share = special.expit(log_odds + null * treated)
    weight = total * share * (1 - share)
    return np.asarray((treated - np.sum(treated * weight) / weight.sum()) * (after - total * share))
