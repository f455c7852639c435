"""Linear regression with first-order autoregressive errors by restricted maximum likelihood.

The model is ``y = X b + e`` with ``cov(e_i, e_j) = s2 rho^|t_i - t_j|``; times are whole numbers that may skip, so a
missing period is left out of y, X and the times. Contrasts have Satterthwaite's degrees of freedom, which is what
keeps their intervals honest in series of one to four years.

References
----------
Turner et al. (2021), "Comparison of six statistical methods for interrupted time series studies", BMC Medical
Research Methodology 21:134 (REML preferred above 12 points). Satterthwaite (1946), Biometrics Bulletin 2:110;
Fai and Cornelius (1996), Journal of Statistical Computation and Simulation 54:363 (the form used for mixed models).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.errors import FitError

GRID = np.linspace(-0.98, 0.98, 99)
"""Autocorrelations tried before the best of them is refined."""


@dataclass(frozen=True, eq=False)
class AutoregressiveFit:
    """A fit by restricted maximum likelihood.

    Parameters
    ----------
    coefficients : numpy.ndarray
        Shape (p,).
    covariance : numpy.ndarray
        Shape (p, p), of the coefficients at the estimated autocorrelation.
    autocorrelation, variance : float
        rho and s2, the variance of one error.
    log_likelihood : float
        Restricted, with every constant but those of the choice of contrasts (the value R's ``gls`` prints).
    design : numpy.ndarray
        Shape (n, p): X.
    times : numpy.ndarray
        Shape (n,).
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    autocorrelation: float
    variance: float
    log_likelihood: float
    design: np.ndarray
    times: np.ndarray

    def degrees_of_freedom(self, contrast: np.ndarray) -> float:
        """Satterthwaite's degrees of freedom of a linear contrast, at least 1.

        ``2 v^2 / (g' W g)`` with v the contrast's variance, g its gradient in (s2, rho) and W the inverse of the
        expected information ``1/2 tr(P V_j P V_k)``.

        Parameters
        ----------
        contrast : numpy.ndarray
            Shape (p,).
        """
        correlation, slope = _correlation(self.times, self.autocorrelation)
        inverse = np.linalg.inv(correlation)
        weighted = inverse @ self.design
        bread = np.linalg.inv(self.design.T @ weighted)
        projection = (inverse - weighted @ bread @ weighted.T) / self.variance
        parts = (projection @ correlation, projection @ (self.variance * slope))
        information = np.array([[0.5 * np.sum(a * b.T) for b in parts] for a in parts])
        v = self.variance * contrast @ bread @ contrast
        reach = weighted @ bread @ contrast
        gradient = np.array([v / self.variance, self.variance * reach @ slope @ reach])
        return max(1.0, float(2 * v**2 / (gradient @ np.linalg.solve(information, gradient))))


def fit_autoregressive(
    values: np.ndarray, design: np.ndarray, times: np.ndarray | None = None
) -> AutoregressiveFit:
    """Fit a regression with autoregressive errors by restricted maximum likelihood.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,), no missing values.
    design : numpy.ndarray
        Shape (n, p) of full rank.
    times : numpy.ndarray, optional
        Shape (n,), increasing whole numbers; 0, 1, 2, ... otherwise.

    Returns
    -------
    AutoregressiveFit

    Raises
    ------
    FitError
        If fewer than two degrees of freedom are left for the errors.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([3.1, 3.4, 2.8, 3.0, 3.3, 2.1, 2.4, 1.9, 2.2, 2.0])
    >>> X = np.column_stack([np.ones(10), np.arange(10) >= 5])
    >>> fit = fit_autoregressive(y, X)
    >>> round(float(fit.coefficients[1]), 1)
    -1.0
    """
    from scipy import optimize

    times = np.arange(len(values)) if times is None else np.asarray(times)
    left = len(values) - design.shape[1]
    if left < 2:
        raise FitError(
            f"A regression with autoregressive errors needs two more periods than coefficients; there are "
            f"{len(values)} periods and {design.shape[1]} coefficients. Use more periods, or drop the season or trend."
        )
    criterion = restricted_log_likelihood(values[:, None], design, times, GRID)[:, 0]
    best = int(np.argmax(criterion))
    low, high = (
        GRID[max(best - 1, 0)] if best else -0.999,
        GRID[min(best + 1, len(GRID) - 1)] if best < len(GRID) - 1 else 0.999,
    )
    found = optimize.minimize_scalar(
        lambda rho: -restricted_log_likelihood(values[:, None], design, times, np.array([rho]))[0, 0],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-8},
    )
    rho = float(found.x)
    X, y, _ = whiten(design, values[:, None], times, np.array([rho]))
    bread = np.linalg.inv(X[0].T @ X[0])
    coefficients = bread @ (X[0].T @ y[0, :, 0])
    variance = float(np.sum((y[0, :, 0] - X[0] @ coefficients) ** 2) / left)
    return AutoregressiveFit(coefficients, variance * bread, rho, variance, -float(found.fun), design, times)


def whiten(
    design: np.ndarray, values: np.ndarray, times: np.ndarray, rhos: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Transform X and y so that their errors are independent, for several autocorrelations at once.

    Row i less ``rho^d`` times row i - 1, over ``sqrt(1 - rho^(2 d))``, where d is the gap between their times.

    Parameters
    ----------
    design : numpy.ndarray
        Shape (n, p).
    values : numpy.ndarray
        Shape (n, series).
    times : numpy.ndarray
        Shape (n,).
    rhos : numpy.ndarray
        Shape (grid,).

    Returns
    -------
    (numpy.ndarray, numpy.ndarray, numpy.ndarray)
        Transformed X, shape (grid, n, p); transformed y, shape (grid, n, series); log determinant of the
        correlation matrix, shape (grid,).
    """
    carried = rhos[:, None] ** np.diff(times)[None, :]
    spread = np.sqrt(1 - carried**2)
    new = [np.empty((len(rhos), *part.shape)) for part in (design, values)]
    for part, out in zip((design, values), new, strict=True):
        out[:, 0] = part[0]
        out[:, 1:] = (part[None, 1:] - carried[:, :, None] * part[None, :-1]) / spread[:, :, None]
    return new[0], new[1], 2 * np.log(spread).sum(axis=1)


def restricted_log_likelihood(
    values: np.ndarray, design: np.ndarray, times: np.ndarray, rhos: np.ndarray
) -> np.ndarray:
    """Restricted log likelihood with s2 at its best, for several series and autocorrelations at once.

    ``-1/2 [log|R| + log|X'R^-1 X| + (n - p)(log(2 pi RSS / (n - p)) + 1)]``.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n, series).
    design : numpy.ndarray
        Shape (n, p).
    times : numpy.ndarray
        Shape (n,).
    rhos : numpy.ndarray
        Shape (grid,).

    Returns
    -------
    numpy.ndarray
        Shape (grid, series).
    """
    left = len(values) - design.shape[1]
    X, y, log_correlation = whiten(design, values, times, rhos)
    inner = np.swapaxes(X, 1, 2) @ X
    cross = np.swapaxes(X, 1, 2) @ y
    rss = np.sum(y**2, axis=1) - np.sum(cross * np.linalg.solve(inner, cross), axis=1)
    _, log_inner = np.linalg.slogdet(inner)
    rss = np.maximum(rss, np.finfo(float).tiny)
    free = left * (np.log(2 * np.pi * rss / left) + 1)
    return np.asarray(-0.5 * (log_correlation[:, None] + log_inner[:, None] + free))


def _correlation(times: np.ndarray, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """The correlation matrix and its derivative in rho, shapes (n, n)."""
    gap = np.abs(times[:, None] - times[None, :]).astype(float)
    slope = np.zeros_like(gap)
    apart = gap > 0
    slope[apart] = gap[apart] * rho ** (gap[apart] - 1)
    return rho**gap, slope
