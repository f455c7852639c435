"""The mean of a series with effects in it, on the log scale, and the contrast that is judged.

::

    log mu_t = offset_t + x_t b + sum_j log(1 + w_jt (exp(phi_j) - 1))

w_jt is the share of period t that effect j touches, over the average share of the days of the effect's window. So phi
is the log ratio of the window's total when the days are alike, part of a period counts as ``(1 - f) + f exp(theta)``
with ``exp(phi) = (1 - F) + F exp(theta)`` for the average share F, and phi exists even where a short operation cannot
explain how low a month is.
"""

from __future__ import annotations

import numpy as np

from evaluate.errors import FitError


def relative_shares(shares: np.ndarray, days: np.ndarray, judged: np.ndarray) -> np.ndarray:
    """Divide a window's shares by their average over the days of its judged periods.

    Parameters
    ----------
    shares : numpy.ndarray
        Shape (periods,): share of each period's days, 0 to 1.
    days : numpy.ndarray
        Shape (periods,).
    judged : numpy.ndarray
        Shape (periods,), bool: the window's periods.

    Returns
    -------
    numpy.ndarray
        Shape (periods,); 0 outside the effect.

    Examples
    --------
    >>> import numpy as np
    >>> relative_shares(np.array([0.0, 0.16, 0.0]), np.full(3, 30.0), np.array([False, True, False]))
    array([0., 1., 0.])
    """
    return np.asarray(shares / (np.sum((shares * days)[judged]) / np.sum(days[judged])))


def log_effects(phi: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What each effect adds to the log mean, shape (periods, effects); NaN where it would make the mean negative.

    Parameters
    ----------
    phi : numpy.ndarray
        Shape (effects,): log ratio of each window.
    weights : numpy.ndarray
        Shape (periods, effects): relative shares.

    Examples
    --------
    >>> import numpy as np
    >>> log_effects(np.log([0.5]), np.array([[0.0], [1.0]])).round(3)
    array([[ 0.   ],
           [-0.693]])
    """
    factor = 1 + weights * np.expm1(phi)
    return np.asarray(np.log(np.where(factor > 0, factor, np.nan)))


def slopes(phi: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Derivative of ``log_effects`` in phi, shape (periods, effects)."""
    return np.asarray(weights * np.exp(phi) / (1 + weights * np.expm1(phi)))


def log_mean(
    parameters: np.ndarray, columns: np.ndarray, weights: np.ndarray, offset: np.ndarray | float = 0.0
) -> np.ndarray:
    """Log mean at the parameters (b, phi), shape (periods,)."""
    split = columns.shape[1]
    effects = log_effects(parameters[split:], weights).sum(axis=1)
    return np.asarray(offset + columns @ parameters[:split] + effects)


def jacobian(parameters: np.ndarray, columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Derivative of ``log_mean`` in the parameters (b, phi), shape (periods, parameters)."""
    return np.hstack([columns, slopes(parameters[columns.shape[1] :], weights)])


def require_full_rank(matrix: np.ndarray, names: list[str]) -> None:
    """Refuse a regression whose terms cannot be told apart.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (n, p).
    names : list of str
        Of the p terms, for the message.

    Raises
    ------
    FitError
        Naming the first term that the ones before it already explain.

    Examples
    --------
    >>> import numpy as np
    >>> require_full_rank(np.eye(3), ["level", "trend", "after"])
    """
    scaled = matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-300)
    if matrix.shape[0] >= matrix.shape[1] and np.linalg.matrix_rank(scaled, tol=1e-8) == matrix.shape[1]:
        return
    for number in range(matrix.shape[1]):
        if np.linalg.matrix_rank(scaled[:, : number + 1], tol=1e-8) <= number:
            raise FitError(
                f'The published periods cannot tell the term "{names[number]}" from '
                f"{', '.join(names[:number]) or 'nothing'}. Use more periods, longer windows, or fewer terms."
            )


def log_total_ratio(
    log_means: np.ndarray,
    derivative: np.ndarray,
    effect: np.ndarray,
    effect_derivative: np.ndarray,
) -> tuple[float, np.ndarray]:
    """Log of a window's total mean over what it would be without one effect, and its gradient.

    Parameters
    ----------
    log_means : numpy.ndarray
        Shape (periods of the window,): with the effect.
    derivative : numpy.ndarray
        Shape (periods of the window, parameters): of the log means.
    effect : numpy.ndarray
        Shape (periods of the window,): what the effect adds to the log means.
    effect_derivative : numpy.ndarray
        Shape (periods of the window, parameters): of the effect.

    Returns
    -------
    (float, numpy.ndarray)
        The log ratio, and its derivative in the parameters, shape (parameters,).

    Examples
    --------
    >>> import numpy as np
    >>> ratio, gradient = log_total_ratio(np.zeros(2), np.eye(2), np.log([0.5, 1.0]), np.zeros((2, 2)))
    >>> round(ratio, 3)
    -0.405
    """
    without = log_means - effect
    top = log_means.max()
    with_total, without_total = np.exp(log_means - top).sum(), np.exp(without - top).sum()
    share = np.exp(log_means - top) / with_total
    share_without = np.exp(without - top) / without_total
    gradient = share @ derivative - share_without @ (derivative - effect_derivative)
    return float(np.log(with_total / without_total)), np.asarray(gradient)
