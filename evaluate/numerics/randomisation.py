"""Randomisation inference for one treated area: the same comparison with every area in its place.

Area j's log ratio is ``log(A_j / B_j) - log((A - A_j) / (B - B_j))`` for its totals after and before and those of all
areas together: the coefficient of a Poisson regression with area and period effects in which j is the treated area. It
is divided by its Poisson standard error, so that small areas, whose ratios are noisy, do not set the scale.

References
----------
MacKinnon and Webb (2020), Journal of Econometrics 218:435 (randomisation inference on t with few treated groups);
Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88:641 (the Poisson regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

POINTS = 400


@dataclass(frozen=True, eq=False)
class RandomisationTest:
    """The treated area's log ratio among those of all areas.

    Parameters
    ----------
    log_ratios, standard_errors : numpy.ndarray
        Shape (areas,), the treated area first: with each area in the treated one's place. The errors are Poisson.
    p_value : float
        Share of areas whose |t| is at least the treated one's, the treated one among them.
    nulls, p_values : numpy.ndarray
        Shape (points,): log ratios in order, and the two-sided p-value of each as the null hypothesis.
    added : float
        What was added to every total because one of them was nought.
    """

    log_ratios: np.ndarray
    standard_errors: np.ndarray
    p_value: float
    nulls: np.ndarray
    p_values: np.ndarray
    added: float

    @property
    def t_ratios(self) -> np.ndarray:
        """Log ratio over Poisson standard error of each area, shape (areas,)."""
        return np.asarray(self.log_ratios / self.standard_errors)


def log_ratios(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each area's log ratio against all the others, and its Poisson standard error.

    Parameters
    ----------
    before, after : numpy.ndarray
        Shape (..., areas): totals above nought.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Shape (..., areas) each.

    Examples
    --------
    >>> import numpy as np
    >>> ratios, errors = log_ratios(np.array([50.0, 60.0]), np.array([30.0, 55.0]))
    >>> np.exp(ratios).round(4), errors.round(3)
    (array([0.6545, 1.5278]), array([0.297, 0.297]))
    """
    rest_before = before.sum(axis=-1, keepdims=True) - before
    rest_after = after.sum(axis=-1, keepdims=True) - after
    ratios = np.log(after / before) - np.log(rest_after / rest_before)
    errors = np.sqrt(1 / before + 1 / after + 1 / rest_before + 1 / rest_after)
    return ratios, errors


def randomisation_test(before: np.ndarray, after: np.ndarray) -> RandomisationTest:
    """Test every null hypothesis about the treated area's ratio by putting each area in its place.

    Under the null that the ratio is exp(x) the treated area's total after is divided by exp(x), and then no area
    differs from another; so the test is exact where areas are alike but for size.

    Parameters
    ----------
    before, after : numpy.ndarray
        Shape (areas,): totals of the treated area and then of each control, over the same time.

    Returns
    -------
    RandomisationTest
        Half a count is added to all totals where one is nought.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> before, after = random.poisson(100, 40), random.poisson(100, 40)
    >>> after[0] = 30
    >>> randomisation_test(before, after).p_value
    0.025
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    added = 0.5 if (before == 0).any() or (after == 0).any() else 0.0
    before, after = before + added, after + added
    ratios, errors = log_ratios(before, after)
    reach = errors[0] * (1.5 * float(np.abs(ratios / errors)[1:].max(initial=0)) + 4)
    nulls = ratios[0] + reach * np.linspace(-1, 1, 2 * POINTS + 1)
    p_value, *p_values = _p_values(before, after, np.concatenate([[0.0], nulls]), errors[0])
    return RandomisationTest(ratios, errors, float(p_value), nulls, np.array(p_values), added)


def _p_values(before: np.ndarray, after: np.ndarray, nulls: np.ndarray, error: float) -> np.ndarray:
    """Share of areas with a t at least as large as the first's under each null, shape (nulls,).

    The first area's standard error stays that of what was recorded: dividing a count does not make it noisier.
    """
    adjusted = np.broadcast_to(after, (len(nulls), len(after))).copy()
    adjusted[:, 0] *= np.exp(-nulls)
    ratios, errors = log_ratios(before, adjusted)
    errors[:, 0] = error
    size = np.abs(ratios / errors)
    return np.asarray(np.mean(size >= size[:, :1] * (1 - 1e-12), axis=1))


def cluster_robust_error(
    before: tuple[np.ndarray, np.ndarray], after: tuple[np.ndarray, np.ndarray]
) -> float:
    """Standard error of the pooled log ratio that lets each area's counts vary together over time.

    It equals the cluster-robust error of the Poisson regression with area and period effects, with the factor
    G / (G - 1), and is far too small with fewer than five treated areas.

    Parameters
    ----------
    before, after : tuple of numpy.ndarray
        Totals of the treated areas and of the control areas, shape (areas,) each.

    Returns
    -------
    float

    Examples
    --------
    >>> import numpy as np
    >>> treated, control = np.array([50.0, 60, 55, 40, 70]), np.array([90.0, 80, 100, 95])
    >>> cluster_robust_error((treated, control), (0.8 * treated, control))
    0.0
    """
    total = 0.0
    areas = 0
    for first, second in zip(before, after, strict=True):
        influence = second / second.sum() - first / first.sum()
        total += float(influence @ influence)
        areas += len(first)
    return float(np.sqrt(areas / (areas - 1) * total))
