"""What a count series would do next if nothing were done, given everything it has done so far.

For periods t = 1..T, some of them not yet counted::

    y_t ~ Poisson(shape_t exp(a + u_t))         u_t = rho u_{t-1} + N(0, (1 - rho^2) sd^2)

The level a has a flat prior. Given (sd, rho) the Gaussian nearest to p(a, u | y) is drawn from: with mean m and
covariance S of the log means it solves ``sum(y) = sum(shape exp(m + S/2))``, so that small counts are not overstated as
they are by the Gaussian at the mode. (sd, rho) are averaged over a small grid by their approximate evidence, because a
few dozen counts fix neither and an interval that pretends they do is too narrow.

References
----------
Opper and Archambeau (2009), "The variational Gaussian approximation revisited", Neural Computation 21.
"""

from __future__ import annotations

import numpy as np

AUTOCORRELATIONS = np.array([0.0, 0.2, 0.4, 0.6, 0.8])
"""Grid of rho; weights 1 - rho: monthly crime is usually between 0.2 and 0.6."""
STEPS = np.array([-1.6, -0.8, 0.0, 0.8, 1.6])
"""Grid of log sd, in prior standard deviations."""
SD_SPREAD = 0.5
"""Prior standard deviation of log sd around its typical value."""
SMALLEST_SD = 0.03
FLAT = 1e-4
MOST_ROUNDS, CLOSE = 60, 1e-6


def forecast_means(
    counts: np.ndarray, shape: np.ndarray, *, typical_sd: float, draws: int, random: np.random.Generator
) -> np.ndarray:
    """Draw the mean of every period, counted or not, given the counts.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (periods,), NaN where not counted; their sum is above nought.
    shape : numpy.ndarray
        Shape (periods,), above 0: the expected course up to a factor.
    typical_sd : float
        Typical standard deviation of the deviation u, on the log scale; 0.03 is the least used.
    draws : int
        Number of draws.
    random : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    numpy.ndarray
        Shape (draws, periods): mean counts. Draw Poisson counts around them for what could be recorded.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.array([30.0, 28, 33, 29, 31, 30, 27, 32, 30, 31, 29, 60, np.nan])
    >>> means = forecast_means(counts, np.ones(13), typical_sd=0.1, draws=2_000, random=np.random.default_rng(1))
    >>> bool(28 < means[:, -1].mean() < 45)
    True
    """
    typical = max(typical_sd, SMALLEST_SD)
    fits, scores = [], []
    for step in STEPS:
        for rho in AUTOCORRELATIONS:
            evidence, mode, factor = _fit(counts, shape, typical * np.exp(SD_SPREAD * step), rho)
            fits.append((mode, factor))
            scores.append(evidence - 0.5 * step**2 + np.log1p(-rho))
    weights = np.exp(np.array(scores) - np.max(scores))
    shares = random.multinomial(draws, weights / weights.sum())
    length = len(counts)
    parts = []
    for share, (mode, factor) in zip(shares, fits, strict=True):
        normals = random.standard_normal((length + 1, share))
        parts.append((mode[:, None] + np.linalg.solve(factor.T, normals)).T)
    states = random.permutation(np.concatenate(parts))
    return shape * np.exp(states[:, :length] + states[:, length:])


def _fit(
    counts: np.ndarray, shape: np.ndarray, sd: float, rho: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log evidence (its lower bound), mean of (u, a), and Cholesky factor of their precision."""
    length = len(counts)
    known = ~np.isnan(counts)
    observed = np.where(known, counts, 0.0)
    prior = np.zeros((length + 1, length + 1))
    prior[:length, :length] = autoregressive_precision(length, sd, rho)
    prior[length, length] = FLAT
    centre = np.append(np.zeros(length), np.log(observed.sum() / shape[known].sum()))
    mean, spread = centre.copy(), np.zeros(length)
    diagonal = np.arange(length)
    for _ in range(MOST_ROUNDS):
        expected = np.where(known, shape * np.exp(mean[:length] + mean[length] + spread / 2), 0.0)
        gap = observed - expected
        gradient = np.append(gap, gap.sum()) - prior @ (mean - centre)
        precision = prior.copy()
        precision[diagonal, diagonal] += expected
        precision[:length, length] += expected
        precision[length, :length] += expected
        precision[length, length] += expected.sum()
        covariance = np.linalg.inv(precision)
        spread = np.diag(covariance)[:length] + 2 * covariance[:length, length] + covariance[length, length]
        move = covariance @ gradient
        mean = mean + move * min(1.0, 1.0 / max(np.abs(move).max(), 1e-12))
        if np.abs(move).max() < CLOSE:
            break
    away = mean - centre
    likelihood = (observed * (np.log(shape) + mean[:length] + mean[length]))[known].sum() - expected.sum()
    divergence = away @ prior @ away + np.trace(prior @ covariance) + np.linalg.slogdet(precision)[1]
    divergence += 2 * length * np.log(sd) + (length - 1) * np.log1p(-(rho**2))
    return float(likelihood - divergence / 2), mean, np.linalg.cholesky(precision)


def autoregressive_precision(length: int, sd: float, rho: float) -> np.ndarray:
    """Inverse covariance of a stationary autoregression of first order, shape (length, length).

    Examples
    --------
    >>> import numpy as np
    >>> bool(np.allclose(np.linalg.inv(autoregressive_precision(3, 2.0, 0.5))[0], [4.0, 2.0, 1.0]))
    True
    """
    scale = 1.0 / (sd**2 * (1 - rho**2))
    precision = np.diag(np.full(length, scale * (1 + rho**2)))
    precision[0, 0] = precision[-1, -1] = scale
    if length == 1:
        precision[0, 0] = 1.0 / sd**2
    beside = np.arange(length - 1)
    precision[beside, beside + 1] = precision[beside + 1, beside] = -rho * scale
    return precision
