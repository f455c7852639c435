"""The smallest change that counts can show: standard errors from mean, dispersion and autocorrelation."""

from __future__ import annotations

import numpy as np


def summed_dispersion(dispersion: float, autocorrelation: float, periods: int) -> float:
    """Variance over mean of a sum of autocorrelated counts.

    ``phi_k = 1 + (phi - 1) [1 + 2 sum_{j<k} (1 - j/k) rho^j]``

    Parameters
    ----------
    dispersion : float
        Variance over mean of one count, phi.
    autocorrelation : float
        Of the deviations that cause the extra variance, rho.
    periods : int
        Number of counts added, k.

    Returns
    -------
    float

    Examples
    --------
    >>> summed_dispersion(1.5, 0.0, 6)
    1.5
    >>> round(summed_dispersion(1.5, 0.5, 6), 2)
    2.17
    """
    lags = np.arange(1, periods)
    return float(
        1.0 + (dispersion - 1.0) * (1.0 + 2.0 * ((1 - lags / periods) * autocorrelation**lags).sum())
    )


def planned_error(
    mean: float, *, after: int, before: int, controls: float, dispersion: float, autocorrelation: float = 0.0
) -> float:
    """Standard error of a log rate ratio, before anything is fitted.

    ``SE^2 = phi_k / (mu k) + phi_m / (mu m)``, and the same over N for N control areas of the same size.

    Parameters
    ----------
    mean : float
        Mean count in a period, mu.
    after, before : int
        Number of periods judged, k, and of the baseline, m.
    controls : float
        Number of control areas of the treated area's size, N; 0 for none.
    dispersion, autocorrelation : float
        As in ``summed_dispersion``.

    Returns
    -------
    float

    Examples
    --------
    >>> round(planned_error(30, after=6, before=24, controls=20, dispersion=1.5), 3)
    0.105
    """
    later = summed_dispersion(dispersion, autocorrelation, after) / (mean * after)
    earlier = summed_dispersion(dispersion, autocorrelation, before) / (mean * before)
    return float(np.sqrt((later + earlier) * (1.0 + (1.0 / controls if controls else 0.0))))


def smallest_detectable(
    error: float, *, power: float = 0.8, degrees_of_freedom: float = float("inf"), level: float = 0.95
) -> float:
    """Smallest reduction found with a given probability.

    ``1 - exp(-(c_level + c_power) SE)``; 1.96 + 0.84 where the degrees of freedom are infinite.

    Parameters
    ----------
    error : float
        Standard error of the log rate ratio, SE.
    power : float
        Probability of finding it.
    degrees_of_freedom : float
        Of Student's t.
    level : float
        Of the two-sided interval that has to exclude 1.

    Returns
    -------
    float
        A fraction: 0.25 for a fall of a quarter.

    Examples
    --------
    >>> round(smallest_detectable(0.105), 3)
    0.255
    """
    from scipy import stats

    needed = stats.t.ppf((1 + level) / 2, degrees_of_freedom) + stats.t.ppf(power, degrees_of_freedom)
    return float(-np.expm1(-needed * error))
