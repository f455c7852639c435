"""Older ways to fit a regression to a time series, kept to reproduce studies that used them and to compare.

The coverage of their 95% intervals for a change of level is measured by
``benchmarks/its_coverage.py``: none of them holds its level in short autocorrelated series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.errors import FitError


@dataclass(frozen=True, eq=False)
class LinearFit:
    """Coefficients with a covariance and the degrees of freedom of Student's t.

    Parameters
    ----------
    coefficients : numpy.ndarray
        Shape (p,).
    covariance : numpy.ndarray
        Shape (p, p).
    autocorrelation : float
        First-order autocorrelation: of the residuals, or the one the data were transformed with.
    variance : float
        Of one error.
    freedom : int
        n - p.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    autocorrelation: float
    variance: float
    freedom: int

    def degrees_of_freedom(self, contrast: np.ndarray) -> float:
        """Degrees of freedom of any contrast: n - p."""
        return float(self.freedom)


def ordinary(values: np.ndarray, design: np.ndarray) -> LinearFit:
    """Ordinary least squares, ``V = s2 (X'X)^-1``.

    Examples
    --------
    >>> import numpy as np
    >>> fit = ordinary(np.array([1.0, 2.0, 3.5, 3.9]), np.column_stack([np.ones(4), np.arange(4)]))
    >>> fit.coefficients.round(2)
    array([1.07, 1.02])
    """
    bread, coefficients, residuals = _solve(values, design)
    freedom = len(values) - design.shape[1]
    variance = float(residuals @ residuals / freedom)
    return LinearFit(coefficients, variance * bread, _lag_one(residuals), variance, freedom)


def newey_west(values: np.ndarray, design: np.ndarray, lags: int | None = None) -> LinearFit:
    """Ordinary least squares with Newey and West's covariance and the small-sample factor n / (n - p).

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,).
    design : numpy.ndarray
        Shape (n, p).
    lags : int, optional
        Lags with Bartlett weights; ``floor(4 (n / 100)^(2/9))`` otherwise.

    Returns
    -------
    LinearFit

    References
    ----------
    Newey and West (1987), Econometrica 55:703.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.column_stack([np.ones(6), np.arange(6)])
    >>> bool(newey_west(np.array([1.0, 2.0, 3.5, 3.9, 5.2, 5.8]), X).covariance[1, 1] > 0)
    True
    """
    bread, coefficients, residuals = _solve(values, design)
    n, p = design.shape
    scores = residuals[:, None] * design
    covariance = bread @ long_run_variance(scores, newey_west_lags(n) if lags is None else lags) @ bread
    variance = float(residuals @ residuals / (n - p))
    return LinearFit(coefficients, n / (n - p) * covariance, _lag_one(residuals), variance, n - p)


def newey_west_lags(periods: int) -> int:
    """Choose Newey and West's number of lags, ``floor(4 (n / 100)^(2/9))``.

    Examples
    --------
    >>> newey_west_lags(59)
    3
    """
    return int(4 * (periods / 100) ** (2 / 9))


def long_run_variance(scores: np.ndarray, lags: int) -> np.ndarray:
    """Sum of the scores' autocovariances with Bartlett's weights, shape (p, p).

    Parameters
    ----------
    scores : numpy.ndarray
        Shape (n, p).
    lags : int
        Number of lags; 0 gives the heteroskedasticity-robust sum.
    """
    total = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        total += (1 - lag / (lags + 1)) * (cross + cross.T)
    return np.asarray(total)


def prais_winsten(
    values: np.ndarray, design: np.ndarray, tolerance: float = 1e-5, bound: float | None = None
) -> LinearFit:
    """Prais and Winsten's regression, iterated until the autocorrelation stands still.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,).
    design : numpy.ndarray
        Shape (n, p).
    tolerance : float
        Largest move of the autocorrelation that counts as standing still.
    bound : float, optional
        Below 1: the size that the autocorrelation is held to, as programs do that always answer. Otherwise an
        autocorrelation of 1 or more is refused.

    Returns
    -------
    LinearFit

    Raises
    ------
    FitError
        If the autocorrelation does not settle inside (-1, 1).

    References
    ----------
    Prais and Winsten (1954), Cowles Commission discussion paper 383.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.column_stack([np.ones(8), np.arange(8)])
    >>> fit = prais_winsten(np.array([1.0, 2.4, 3.5, 3.4, 4.2, 5.9, 7.2, 7.8]), X)
    >>> -1 < fit.autocorrelation < 1
    True
    """
    n, p = design.shape
    rho = 0.0
    for _ in range(500):
        first = np.sqrt(1 - rho**2)
        X = np.vstack([first * design[:1], design[1:] - rho * design[:-1]])
        y = np.concatenate([first * values[:1], values[1:] - rho * values[:-1]])
        bread, coefficients, residuals = _solve(y, X)
        errors = values - design @ coefficients
        new = float(errors[1:] @ errors[:-1] / (errors[:-1] @ errors[:-1]))
        if bound is not None:
            new = min(max(new, -bound), bound)
        if abs(new) >= 1:
            break
        if abs(new - rho) < tolerance:
            scale = float(residuals @ residuals / (n - p))
            return LinearFit(coefficients, scale * bread, new, scale / (1 - new**2), n - p)
        rho = new
    raise FitError(
        "Prais and Winsten's iteration did not settle on an autocorrelation between -1 and 1; the series is too "
        'short or too steep for it. Use inference="model".'
    )


def _solve(values: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(X'X)^-1, the least-squares coefficients and the residuals."""
    bread = np.linalg.inv(design.T @ design)
    coefficients = bread @ (design.T @ values)
    return bread, coefficients, values - design @ coefficients


def _lag_one(residuals: np.ndarray) -> float:
    """First-order autocorrelation of residuals."""
    return float(residuals[1:] @ residuals[:-1] / (residuals @ residuals))
