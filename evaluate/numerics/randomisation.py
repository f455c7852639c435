"""Randomisation inference for one treated area: the same comparison with every area in its place.

Area j's log ratio is ``log(A_j / B_j) - log((A - A_j) / (B - B_j))`` for its totals after and before and those of all
areas together: the coefficient of a Poisson regression with area and period effects in which j is the treated area. To
be comparable it is divided by its standard deviation ``sqrt(a + b v_j)``: v_j is its Poisson variance, and a and b are
what the control areas' own ratios show, a for how areas stray on their own whatever their size, b for overdispersion.
Without a, large areas are found to have changed far too often (``benchmarks/did_area_size.py``).

References
----------
MacKinnon and Webb (2020), Journal of Econometrics 218:435 (randomisation inference on t with few treated groups);
Ferman and Pinto (2019), Review of Economics and Statistics 101:452 (variance by size of the area); Santos Silva and
Tenreyro (2006), Review of Economics and Statistics 88:641 (the Poisson regression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

POINTS = 400
FEWEST_FOR_SPREAD = 10
"""Fewest control areas from which a and b are estimated; below it a = 0 and b = 1, Poisson."""
SHARE_LEFT_BY_CUT = 0.9742
"""Mean of min(z^2, 6) for a standard normal z."""


@dataclass(frozen=True, eq=False)
class RandomisationTest:
    """The treated area's log ratio among those of all areas.

    Parameters
    ----------
    log_ratios, standard_errors : numpy.ndarray
        Shape (areas,), the treated area first: with each area in the treated one's place.
    p_value : float
        Share of areas whose |t| is at least the treated one's, the treated one among them.
    nulls, p_values : numpy.ndarray
        Shape (points,): log ratios in order, and the two-sided p-value of each as the null hypothesis.
    between, within : float
        a and b of the variance ``a + b v``; a is already that of the treated area.
    added : float
        What was added to every total because one of them was nought.
    """

    log_ratios: np.ndarray
    standard_errors: np.ndarray
    p_value: float
    nulls: np.ndarray
    p_values: np.ndarray
    between: float
    within: float
    added: float

    @property
    def t_ratios(self) -> np.ndarray:
        """Log ratio over standard error of each area, shape (areas,)."""
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


def spread_by_size(ratios: np.ndarray, variances: np.ndarray) -> tuple[float, float]:
    """Estimate a and b of the variance ``a + b v`` of untreated areas' log ratios.

    Weighted least squares of squared ratios on 1 and v, both coefficients 0 or more, with squares above six times
    their variance cut off so that one odd area does not set the scale.

    Parameters
    ----------
    ratios, variances : numpy.ndarray
        Shape (areas,): log ratios and their Poisson variances v.

    Returns
    -------
    (float, float)
        (0, 1), Poisson, with fewer than ten areas.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> v = random.uniform(0.001, 0.1, 4000)
    >>> a, b = spread_by_size(random.normal(0, np.sqrt(0.02 + 2 * v)), v)
    >>> abs(a - 0.02) < 0.004 and abs(b - 2) < 0.2
    True
    """
    from scipy import optimize

    if len(ratios) < FEWEST_FOR_SPREAD or not (ratios != 0).any():
        return 0.0, 1.0
    columns = np.column_stack([np.ones_like(variances), variances])
    fitted = np.full(len(ratios), np.mean(ratios**2 / variances)) * variances
    a, b = 0.0, 1.0
    for _ in range(20):
        cut = np.minimum(ratios**2, 6 * fitted) / SHARE_LEFT_BY_CUT
        a, b = optimize.nnls(columns / fitted[:, None], cut / fitted)[0]
        fitted = np.maximum(columns @ np.array([a, b]), 1e-3 * variances)
    return float(a), float(b)


def randomisation_test(
    before: np.ndarray, after: np.ndarray, *, concentration: float = 1.0
) -> RandomisationTest:
    """Test every null hypothesis about the treated area's ratio by putting each area in its place.

    Under the null that the ratio is exp(x) the treated area's total after is divided by exp(x), and then it differs
    from no other area but in size.

    Parameters
    ----------
    before, after : numpy.ndarray
        Shape (areas,): totals of the treated area and then of each control, over the same time.
    concentration : float
        Sum of squared shares of the areas that the treated one is made of: 1 for one area, 1/2 for two of the same
        size. Areas added together stray less than one.

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
    ratios, poisson = log_ratios(before, after)
    unaffected = after * np.exp(-ratios[0] * (np.arange(len(after)) == 0))
    placebo_ratios, placebo_poisson = log_ratios(before, unaffected)
    a, b = spread_by_size(placebo_ratios[1:], placebo_poisson[1:] ** 2)
    share = np.where(np.arange(len(after)) == 0, concentration, 1.0)
    errors = np.sqrt(a * share + b * poisson**2)
    reach = errors[0] * (1.5 * float(np.abs(ratios / errors)[1:].max(initial=0)) + 4)
    nulls = ratios[0] + reach * np.linspace(-1, 1, 2 * POINTS + 1)
    p_value, *p_values = _p_values(before, after, np.concatenate([[0.0], nulls]), errors)
    return RandomisationTest(
        ratios, errors, float(p_value), nulls, np.array(p_values), a * concentration, b, added
    )


def placebo_test(
    log_ratio: float,
    placebo_ratios: np.ndarray,
    variance: float,
    placebo_variances: np.ndarray,
    *,
    concentration: float = 1.0,
) -> RandomisationTest:
    """Test every null hypothesis about a log ratio against the log ratios of placebo areas.

    Parameters
    ----------
    log_ratio : float
        The treated area's.
    placebo_ratios : numpy.ndarray
        Shape (placebos,): found by the same method where nothing was done.
    variance : float
        Poisson variance of the treated area's log ratio.
    placebo_variances : numpy.ndarray
        Shape (placebos,): those of the placebos.
    concentration : float
        As in ``randomisation_test``.

    Returns
    -------
    RandomisationTest

    Examples
    --------
    >>> import numpy as np
    >>> placebos = np.linspace(-0.2, 0.2, 39)
    >>> placebo_test(-0.7, placebos, 0.01, np.full(39, 0.01)).p_value
    0.025
    """
    a, b = spread_by_size(placebo_ratios, placebo_variances)
    errors = np.sqrt(np.concatenate([[a * concentration + b * variance], a + b * placebo_variances]))
    ratios = np.concatenate([[log_ratio], placebo_ratios])
    size = np.abs(ratios / errors)
    reach = errors[0] * (1.5 * float(size[1:].max(initial=0)) + 4)
    nulls = log_ratio + reach * np.linspace(-1, 1, 2 * POINTS + 1)
    own = np.abs(log_ratio - np.concatenate([[0.0], nulls])) / errors[0]
    beyond = np.sum(size[None, 1:] >= own[:, None] * (1 - 1e-12), axis=1)
    p_value, *p_values = (1 + beyond) / len(ratios)
    return RandomisationTest(
        ratios, errors, float(p_value), nulls, np.array(p_values), a * concentration, b, 0.0
    )


def _p_values(before: np.ndarray, after: np.ndarray, nulls: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Share of areas with a t at least as large as the first's under each null, shape (nulls,).

    Standard errors stay those of what was recorded: dividing a count does not make it noisier.
    """
    adjusted = np.broadcast_to(after, (len(nulls), len(after))).copy()
    adjusted[:, 0] *= np.exp(-nulls)
    size = np.abs(log_ratios(before, adjusted)[0] / errors)
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
