"""Conformal inference for one treated area: whether the time after is stranger than the time before, under a null.

Under the null that the operation multiplied the treated area's counts by r, dividing by r gives a series that nothing
happened to. A synthetic control is fitted to all its periods, before and after alike, and the residuals after the
operation are compared with those of every other stretch of as many periods, the series taken as a ring::

    S = sum over the stretch of |u_t| / sqrt(periods after)       p = share of the T stretches with S at least as large

No p-value is below 1 / T. Fitting under the null is what makes the test exact where periods are exchangeable, and
nearly so where residuals are stationary; weights found before the operation would not do.

Reference: Chernozhukov, Wuthrich and Zhu (2021), Journal of the American Statistical Association 116:1849.
"""

from __future__ import annotations

import numpy as np

from evaluate.numerics.simplex import rough_simplex_weights

NULLS = 161
"""Ratios tested."""
FURTHEST = 8.0
"""How far the ratios reach, in standard deviations of the residuals under the estimate, at the least."""


def moving_block_p_value(residuals: np.ndarray, after: np.ndarray) -> float:
    """Share of cyclic shifts of the residuals whose stretch is at least as strange as the one after.

    Parameters
    ----------
    residuals : numpy.ndarray
        Shape (periods,).
    after : numpy.ndarray
        Shape (periods,), bool.

    Returns
    -------
    float
        1 / periods or more.

    Examples
    --------
    >>> import numpy as np
    >>> moving_block_p_value(np.array([0.1, -0.2, 0.1, 0.2, -2.0]), np.array([False] * 4 + [True]))
    0.2
    """
    sizes = np.abs(residuals)
    shifts = np.array([np.roll(sizes, shift)[after].sum() for shift in range(len(sizes))])
    return float(np.mean(shifts >= shifts[0] * (1 - 1e-10)))


def conformal_p_values(
    treated: np.ndarray, controls: np.ndarray, after: np.ndarray, log_ratios: np.ndarray, *, logs: bool
) -> np.ndarray:
    """Test each ratio as the null.

    Parameters
    ----------
    treated : numpy.ndarray
        Shape (periods,): rates, or log rates; no missing value.
    controls : numpy.ndarray
        Shape (control areas, periods).
    after : numpy.ndarray
        Shape (periods,), bool.
    log_ratios : numpy.ndarray
        Shape (nulls,).
    logs : bool
        Whether these are log rates.

    Returns
    -------
    numpy.ndarray
        Shape (nulls,).

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> controls = random.normal(100, 5, (6, 24))
    >>> treated = controls[:2].mean(axis=0) + random.normal(0, 1, 24)
    >>> treated[20:] /= 2
    >>> conformal_p_values(treated, controls, np.arange(24) >= 20, np.log([1.0, 0.5]), logs=False) > 0.05
    array([False,  True])
    """
    found = np.empty(len(log_ratios))
    for number, log_ratio in enumerate(log_ratios):
        unaffected = treated.copy()
        unaffected[after] = treated[after] - log_ratio if logs else treated[after] / np.exp(log_ratio)
        weights = rough_simplex_weights(controls.T, unaffected)
        found[number] = moving_block_p_value(unaffected - weights @ controls, after)
    return found


def conformal_nulls(log_ratio: float, treated: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Choose ratios to test around an estimate, which is among them.

    Parameters
    ----------
    log_ratio : float
        Estimate.
    treated, expected : numpy.ndarray
        Shape (periods before,): rates, for how far the one strays from the other.

    Returns
    -------
    numpy.ndarray
        Shape (nulls,).

    Examples
    --------
    >>> import numpy as np
    >>> conformal_nulls(0.0, np.array([9.0, 11.0]), np.array([10.0, 10.0])).shape
    (161,)
    """
    spread = float(np.sqrt(np.mean((treated - expected) ** 2)) / expected.mean())
    return log_ratio + max(FURTHEST * spread, 0.3) * np.linspace(-1, 1, NULLS)
