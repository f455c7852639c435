"""Poisson and negative binomial regression of a count series with effects in it, by Fisher scoring.

References
----------
McCullagh and Nelder (1989), "Generalized Linear Models", chapters 6 and 9; Lawless (1987), Canadian Journal of
Statistics 15:209 (maximum likelihood of the negative binomial with variance ``mu + alpha mu^2``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evaluate.errors import FitError
from evaluate.numerics.segmented import jacobian, log_mean

MOST_STEPS = 100
LEAST_ALPHA, MOST_ALPHA = 1e-8, 50.0


@dataclass(frozen=True, eq=False)
class CountFit:
    """A fitted count regression.

    Parameters
    ----------
    parameters : numpy.ndarray
        Shape (p,): coefficients, then log ratios of the effects.
    information : numpy.ndarray
        Shape (p, p): Fisher information at dispersion 1.
    means : numpy.ndarray
        Shape (n,).
    alpha : float
        Of the variance ``mu + alpha mu^2``; 0 for the Poisson.
    log_likelihood : float
        Poisson or negative binomial.
    pearson : float
        ``sum (y - mu)^2 / V(mu) / (n - p)``, not floored.
    freedom : int
        n - p.
    """

    parameters: np.ndarray
    information: np.ndarray
    means: np.ndarray
    alpha: float
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


def log_likelihood(counts: np.ndarray, means: np.ndarray, alpha: float) -> float:
    """Log probability of the counts with variance ``mu + alpha mu^2``.

    Examples
    --------
    >>> import numpy as np
    >>> round(log_likelihood(np.array([0.0]), np.array([2.0]), 0.0), 3)
    -2.0
    """
    poisson = special.xlogy(counts, means) - means - special.gammaln(counts + 1)
    if alpha < LEAST_ALPHA:
        return float(poisson.sum())
    size = 1 / alpha
    return float(
        np.sum(
            special.gammaln(counts + size)
            - special.gammaln(size)
            - special.gammaln(counts + 1)
            + special.xlogy(counts, alpha * means)
            - (counts + size) * np.log1p(alpha * means)
        )
    )


def fit_counts(
    counts: np.ndarray,
    columns: np.ndarray,
    weights: np.ndarray,
    offset: np.ndarray,
    *,
    negative_binomial: bool = False,
) -> CountFit:
    """Fit a count regression by maximum likelihood.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (n,), no missing values.
    columns : numpy.ndarray
        Shape (n, coefficients): ordinary regressors, the level among them.
    weights : numpy.ndarray
        Shape (n, effects): relative shares of the effects, see ``evaluate.numerics.segmented``.
    offset : numpy.ndarray
        Shape (n,): log exposure.
    negative_binomial : bool
        Estimate alpha by maximum likelihood; 0 otherwise.

    Returns
    -------
    CountFit

    Raises
    ------
    FitError
        If no degree of freedom is left or the scoring does not converge.

    Examples
    --------
    >>> import numpy as np
    >>> after = np.repeat([0.0, 1.0], 4)[:, None]
    >>> counts = np.array([9, 11, 10, 10, 5, 4, 6, 5.0])
    >>> fit = fit_counts(counts, np.ones((8, 1)), after, np.zeros(8))
    >>> float(np.exp(fit.parameters[1]).round(6))
    0.5
    """
    freedom = len(counts) - columns.shape[1] - weights.shape[1]
    if freedom < 1:
        raise FitError(
            f"A count regression needs more periods than terms; there are {len(counts)} periods and "
            f"{len(counts) - freedom} terms. Use more periods, or drop the season or trend."
        )
    parameters = _start(counts, columns, weights, offset)
    parameters = _score(counts, columns, weights, offset, 0.0, parameters)
    alpha = 0.0
    if negative_binomial:
        for _ in range(MOST_STEPS):
            means = np.exp(log_mean(parameters, columns, weights, offset))
            new = _best_alpha(counts, means)
            parameters = _score(counts, columns, weights, offset, new, parameters)
            if abs(new - alpha) <= 1e-9 + 1e-7 * new:
                alpha = new
                break
            alpha = new
    means = np.exp(log_mean(parameters, columns, weights, offset))
    derivative = jacobian(parameters, columns, weights)
    variance = means + alpha * means**2
    information = derivative.T @ (derivative * (means**2 / variance)[:, None])
    pearson = float(np.sum((counts - means) ** 2 / variance) / freedom)
    value = log_likelihood(counts, means, alpha)
    return CountFit(parameters, information, means, alpha, value, pearson, freedom)


def sandwich(
    fit: CountFit, counts: np.ndarray, columns: np.ndarray, weights: np.ndarray, meat: np.ndarray
) -> np.ndarray:
    """Robust covariance of the parameters from the middle matrix of their scores, shape (p, p)."""
    bread = np.linalg.inv(fit.information)
    return np.asarray(len(counts) / fit.freedom * bread @ meat @ bread)


def leverage_corrected(
    fit: CountFit, counts: np.ndarray, columns: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Middle matrix of the HC3 sandwich: squared scores, each divided by the square of one less its leverage.

    It is that of R's ``sandwich::vcovHC(type = "HC3")``, and goes without the factor n / (n - p).

    Parameters
    ----------
    fit : CountFit
        The fit.
    counts, columns, weights : numpy.ndarray
        What it was fitted to.

    Returns
    -------
    numpy.ndarray
        Shape (p, p).

    References
    ----------
    MacKinnon and White (1985), Journal of Econometrics 29:305; Zeileis (2006), Journal of Statistical Software 16(9).
    """
    derivative = jacobian(fit.parameters, columns, weights)
    weight = fit.means / (1 + fit.alpha * fit.means)
    bread = np.linalg.inv(fit.information)
    leverage = weight * np.einsum("ij,jk,ik->i", derivative, bread, derivative)
    corrected = scores(fit, counts, columns, weights) / np.maximum(1 - leverage, 1e-8)[:, None]
    return np.asarray(corrected.T @ corrected)


def scores(fit: CountFit, counts: np.ndarray, columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Each period's contribution to the likelihood equations, shape (n, p)."""
    derivative = jacobian(fit.parameters, columns, weights)
    return np.asarray(((counts - fit.means) / (1 + fit.alpha * fit.means))[:, None] * derivative)


def _start(counts: np.ndarray, columns: np.ndarray, weights: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Least squares of the log counts, for the coefficients; no effect."""
    level = np.log(np.maximum(counts, 0.5)) - offset
    coefficients = np.linalg.lstsq(columns, level, rcond=None)[0]
    return np.concatenate([coefficients, np.zeros(weights.shape[1])])


def _score(
    counts: np.ndarray,
    columns: np.ndarray,
    weights: np.ndarray,
    offset: np.ndarray,
    alpha: float,
    parameters: np.ndarray,
) -> np.ndarray:
    """Fisher scoring for the parameters at one alpha, with halved steps where the likelihood would fall."""

    def value(at: np.ndarray) -> float:
        log_means = log_mean(at, columns, weights, offset)
        if not np.all(np.isfinite(log_means)) or log_means.max() > 40:
            return -np.inf
        return log_likelihood(counts, np.exp(log_means), alpha)

    current = value(parameters)
    for _ in range(MOST_STEPS):
        means = np.exp(log_mean(parameters, columns, weights, offset))
        derivative = jacobian(parameters, columns, weights)
        weight = means / (1 + alpha * means)
        gradient = derivative.T @ ((counts - means) / (1 + alpha * means))
        move = np.linalg.solve(derivative.T @ (derivative * weight[:, None]), gradient)
        size = 1.0
        while (new := value(parameters + size * move)) < current - 1e-9 * abs(current) and size > 1e-8:
            size /= 2
        parameters, current = parameters + size * move, new
        if gradient @ move < 1e-12 * (1 + abs(current)):
            return parameters
    raise FitError(
        "The count regression did not converge: some period's mean runs towards nought. Use fewer terms, or a model "
        "with a prior such as StructuralModel."
    )


def _best_alpha(counts: np.ndarray, means: np.ndarray) -> float:
    """Maximum-likelihood alpha at fixed means; 0 where the counts vary no more than a Poisson's."""
    from scipy import optimize

    found = optimize.minimize_scalar(
        lambda log_alpha: -log_likelihood(counts, means, np.exp(log_alpha)),
        bounds=(np.log(LEAST_ALPHA), np.log(MOST_ALPHA)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    alpha = float(np.exp(found.x))
    return alpha if alpha > 1e-6 and -found.fun > log_likelihood(counts, means, 0.0) else 0.0
