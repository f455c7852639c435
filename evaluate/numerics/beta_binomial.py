"""Regression of the treated area's share of a total: what is left of a controlled count series once the total is given.

::

    y_t | n_t ~ BetaBinomial(n_t, p_t, rho)      log(p_t / (1 - p_t)) = x_t b + sum_j log(1 + w_jt (exp(phi_j) - 1))

n_t is the treated area's count and the control areas' together, so whatever multiplies both drops out. The odds
p / (1 - p) are the ratio of the two means, so phi is a log rate ratio. rho is the correlation of two of the n_t within
a period: the variance is ``n p (1 - p) (1 + (n - 1) rho)``.

References
----------
Bottomley, Scott and Isham (2019), Epidemiologic Methods 8:20180010 (controlled interrupted time series); Williams
(1982), Applied Statistics 31:144 (overdispersed binomial regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evaluate.errors import FitError
from evaluate.numerics.segmented import jacobian, log_mean

MOST_STEPS = 200
LEAST_RHO, MOST_RHO = 1e-9, 0.5


@dataclass(frozen=True, eq=False)
class ShareFit:
    """A fitted regression of shares.

    Parameters
    ----------
    parameters : numpy.ndarray
        Shape (p,): coefficients, then log ratios of the effects.
    information : numpy.ndarray
        Shape (p, p): of the quasi-likelihood with the beta-binomial's variance.
    shares : numpy.ndarray
        Shape (n,): p_t.
    rho : float
        0 for the binomial.
    log_likelihood : float
        Beta-binomial.
    pearson : float
        ``sum (y - n p)^2 / variance / (periods - parameters)``, not floored.
    freedom : int
        Periods less parameters.
    """

    parameters: np.ndarray
    information: np.ndarray
    shares: np.ndarray
    rho: float
    log_likelihood: float
    pearson: float
    freedom: int

    @property
    def dispersion(self) -> float:
        """``pearson``, at least 1: what the model's variance is multiplied by."""
        return max(1.0, self.pearson)

    @property
    def covariance(self) -> np.ndarray:
        """Shape (p, p): inverse information times the dispersion."""
        return np.asarray(self.dispersion * np.linalg.inv(self.information))


def log_likelihood(counts: np.ndarray, totals: np.ndarray, shares: np.ndarray, rho: float) -> float:
    """Log probability of the counts given the totals.

    Parameters
    ----------
    counts, totals, shares : numpy.ndarray
        Shape (n,).
    rho : float
        Correlation within a period; 0 gives the binomial.

    Examples
    --------
    >>> import numpy as np
    >>> one, two, half = np.array([1.0]), np.array([2.0]), np.array([0.5])
    >>> float(np.exp(log_likelihood(one, two, half, 0.0)).round(6))
    0.5
    >>> float(np.exp(log_likelihood(one, two, half, 1 / 3)).round(6))
    0.333333
    """
    choose = special.gammaln(totals + 1) - special.gammaln(counts + 1) - special.gammaln(totals - counts + 1)
    if rho < LEAST_RHO:
        own = special.xlogy(counts, shares) + special.xlog1py(totals - counts, -shares)
        return float(np.sum(choose + own))
    a, b = _beta(shares, rho)
    return float(np.sum(choose + special.betaln(counts + a, totals - counts + b) - special.betaln(a, b)))


def fit_shares(counts: np.ndarray, totals: np.ndarray, columns: np.ndarray, weights: np.ndarray) -> ShareFit:
    """Fit by maximum likelihood.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (n,): the treated area's, no missing values.
    totals : numpy.ndarray
        Shape (n,): the treated area's and the control areas' together.
    columns : numpy.ndarray
        Shape (n, coefficients): ordinary regressors, the level among them.
    weights : numpy.ndarray
        Shape (n, effects): relative shares of the effects, see ``evaluate.numerics.segmented``.

    Returns
    -------
    ShareFit

    Raises
    ------
    FitError
        If no degree of freedom is left or the scoring does not converge.

    Examples
    --------
    >>> import numpy as np
    >>> after = np.repeat([0.0, 1.0], 4)[:, None]
    >>> counts, totals = np.array([10.0, 10, 10, 10, 5, 5, 5, 5]), np.array([30.0, 30, 30, 30, 25, 25, 25, 25])
    >>> float(np.exp(fit_shares(counts, totals, np.ones((8, 1)), after).parameters[1]).round(6))
    0.5
    """
    freedom = len(counts) - columns.shape[1] - weights.shape[1]
    if freedom < 1:
        raise FitError(
            f"A regression of shares needs more periods than terms; there are {len(counts)} periods and "
            f"{len(counts) - freedom} terms. Use more periods, or drop the season or trend."
        )
    odds = np.log((counts + 0.5) / (totals - counts + 0.5))
    start = np.linalg.lstsq(columns, odds, rcond=None)[0]
    parameters = np.concatenate([start, np.zeros(weights.shape[1])])
    rho, settled = 0.0, False
    for _ in range(MOST_STEPS):
        parameters = _score(counts, totals, columns, weights, rho, parameters)
        new = _best_rho(counts, totals, special.expit(log_mean(parameters, columns, weights)))
        settled = abs(new - rho) <= 1e-10 + 1e-7 * new
        rho = new
        if settled:
            break
    shares = special.expit(log_mean(parameters, columns, weights))
    variance = _variance(totals, shares, rho)
    derivative = jacobian(parameters, columns, weights) * (totals * shares * (1 - shares))[:, None]
    information = derivative.T @ (derivative / variance[:, None])
    pearson = float(np.sum((counts - totals * shares) ** 2 / variance) / freedom)
    value = log_likelihood(counts, totals, shares, rho)
    return ShareFit(parameters, information, shares, rho, value, pearson, freedom)


def _score(
    counts: np.ndarray,
    totals: np.ndarray,
    columns: np.ndarray,
    weights: np.ndarray,
    rho: float,
    parameters: np.ndarray,
) -> np.ndarray:
    """Scoring for the parameters at one rho, with halved steps where the likelihood would fall."""

    def value(at: np.ndarray) -> float:
        odds = log_mean(at, columns, weights)
        if not np.all(np.isfinite(odds)) or np.abs(odds).max() > 40:
            return -np.inf
        return log_likelihood(counts, totals, special.expit(odds), rho)

    current = value(parameters)
    for _ in range(MOST_STEPS):
        shares = special.expit(log_mean(parameters, columns, weights))
        derivative = jacobian(parameters, columns, weights)
        slope = shares * (1 - shares)
        gradient = derivative.T @ (_share_score(counts, totals, shares, rho) * slope)
        weight = (totals * slope) ** 2 / _variance(totals, shares, rho)
        move = np.linalg.solve(derivative.T @ (derivative * weight[:, None]), gradient)
        size = 1.0
        while (new := value(parameters + size * move)) < current - 1e-9 * abs(current) and size > 1e-8:
            size /= 2
        parameters, current = parameters + size * move, new
        if gradient @ move < 1e-12 * (1 + abs(current)):
            return parameters
    raise FitError(
        "The regression of shares did not converge: some period's share runs towards nought or one. Use fewer terms, "
        "or a model with a prior such as StructuralModel."
    )


def _share_score(counts: np.ndarray, totals: np.ndarray, shares: np.ndarray, rho: float) -> np.ndarray:
    """Derivative of each period's log likelihood in its share."""
    if rho < LEAST_RHO:
        return np.asarray((counts - totals * shares) / (shares * (1 - shares)))
    a, b = _beta(shares, rho)
    psi = special.digamma
    return np.asarray((a + b) * (psi(counts + a) - psi(totals - counts + b) - psi(a) + psi(b)))


def _variance(totals: np.ndarray, shares: np.ndarray, rho: float) -> np.ndarray:
    """Variance of each count; of a total of nought it is taken as tiny and never used."""
    return np.asarray(np.maximum(totals * shares * (1 - shares) * (1 + (totals - 1) * rho), 1e-300))


def _beta(shares: np.ndarray, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """Parameters of the beta distribution of a period's share."""
    size = 1 / rho - 1
    return shares * size, (1 - shares) * size


def _best_rho(counts: np.ndarray, totals: np.ndarray, shares: np.ndarray) -> float:
    """Maximum-likelihood rho at fixed shares; 0 where the counts vary no more than a binomial's."""
    from scipy import optimize

    found = optimize.minimize_scalar(
        lambda log_rho: -log_likelihood(counts, totals, shares, float(np.exp(log_rho))),
        bounds=(np.log(1e-8), np.log(MOST_RHO)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    rho = float(np.exp(found.x))
    return rho if rho > 1e-7 and -found.fun > log_likelihood(counts, totals, shares, 0.0) else 0.0
