"""Ratios of a few totals: the relative rate ratio of a treated against a control area, and an exact test of two rates.

References
----------
Wilson (2022), Journal of Quantitative Criminology 38:347 (relative incident rate ratio and its overdispersion);
Krishnamoorthy and Thomson (2004), Journal of Statistical Planning and Inference 119:23 (the E-test).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.numerics.overdispersion import draw_counts


@dataclass(frozen=True)
class LogRatio:
    """A log ratio with its standard error.

    Parameters
    ----------
    estimate : float
        Log ratio.
    standard_error : float
        Its standard error.
    added : float
        What was added to every count because one of them was nought; 0 otherwise.
    """

    estimate: float
    standard_error: float
    added: float


def relative_rate_ratio(
    treated: tuple[float, float],
    control: tuple[float, float],
    *,
    dispersion: float = 1.0,
    alpha: float = 0.0,
    periods: tuple[float, float] = (1.0, 1.0),
) -> LogRatio:
    """Estimate how much more the treated area changed than the control area, as a ratio.

    ``log(T1 / T0) - log(C1 / C0)`` with variance ``dispersion (1/T0 + 1/T1 + 1/C0 + 1/C1)``, and ``alpha / m`` more for
    each of the four totals where the counts are negative binomial with variance ``mu + alpha mu^2`` a period.

    Parameters
    ----------
    treated, control : tuple of float
        Total before and total after. Lengths cancel where both areas are counted over the same time.
    dispersion : float
        Variance over mean of a period's counts, 1 or more; estimate it from a series, never assume 1.
    alpha : float
        Instead of ``dispersion``: of the negative binomial with quadratic variance.
    periods : tuple of float
        Number of periods before and after, used only with ``alpha``.

    Returns
    -------
    LogRatio
        Half a count is added to all four totals where one is nought.

    Examples
    --------
    >>> import numpy as np
    >>> ratio = relative_rate_ratio((50, 30), (60, 55))
    >>> float(np.exp(ratio.estimate).round(4)), round(ratio.standard_error, 3)
    (0.6545, 0.297)
    """
    counts = np.array([*treated, *control], dtype=float)
    added = 0.5 if (counts == 0).any() else 0.0
    counts += added
    estimate = np.log(counts[1] / counts[0]) - np.log(counts[3] / counts[2])
    variance = dispersion * np.sum(1 / counts) + 2 * alpha * (1 / periods[0] + 1 / periods[1])
    return LogRatio(float(estimate), float(np.sqrt(variance)), added)


def e_test(
    first: tuple[float, float],
    second: tuple[float, float],
    *,
    alternative: str = "two-sided",
    pooled: bool = False,
) -> float:
    """Test whether two Poisson counts come from the same rate, by enumerating what else could have come.

    Less conservative than conditioning on the total, and for Poisson counts only: where the dispersion is above
    1.2 it rejects too often.

    Parameters
    ----------
    first, second : tuple of float
        Count and exposure (days, area-days) of each.
    alternative : str
        "two-sided", "larger" or "smaller": the first rate against the second.
    pooled : bool
        Divide the difference by its standard error under the null (score) instead of that of Krishnamoorthy and
        Thomson, which takes each rate's own variance.

    Returns
    -------
    float
        p-value.

    Examples
    --------
    >>> round(e_test((6, 1.0), (2, 1.0)), 4)
    0.1749
    """
    from statsmodels.stats.rates import test_poisson_2indep

    test = test_poisson_2indep(
        first[0],
        first[1],
        second[0],
        second[1],
        method="etest-score" if pooled else "etest-wald",
        compare="diff",
        alternative=alternative,
    )
    return float(test.pvalue)


def overdispersed_e_test(
    first: tuple[float, float], second: tuple[float, float], *, dispersion: float, draws: int, seed: int
) -> float:
    """Test whether two counts come from the same rate where counts vary more than a Poisson.

    The statistic of the E-test, with both counts drawn again and again from the pooled rate with variance
    ``dispersion`` times the mean (negative binomial) instead of enumerated.

    Parameters
    ----------
    first, second : tuple of float
        Count and exposure of each.
    dispersion : float
        Variance over mean, 1 or more.
    draws : int
        Pairs drawn.
    seed : int
        Of the draws.

    Returns
    -------
    float
        Two-sided p-value ``(1 + b) / (1 + draws)``, b being the draws at least as far apart.

    Examples
    --------
    >>> overdispersed_e_test((6, 1.0), (2, 1.0), dispersion=2.0, draws=999, seed=1) > 0.2
    True
    """
    exposures = np.array([first[1], second[1]], dtype=float)
    recorded = np.array([first[0], second[0]], dtype=float)
    means = recorded.sum() / exposures.sum() * exposures
    drawn = draw_counts(np.broadcast_to(means, (draws, 2)), dispersion, np.random.default_rng(seed))

    def distance(counts: np.ndarray) -> np.ndarray:
        rates = counts / exposures
        variance = (rates / exposures).sum(axis=-1)
        gap = np.abs(rates[..., 0] - rates[..., 1])
        return np.asarray(gap / np.sqrt(np.where(variance > 0, variance, 1.0)))

    beyond = int(np.sum(distance(drawn) >= distance(recorded) * (1 - 1e-12)))
    return (1 + beyond) / (1 + draws)


def two_way_dispersion(counts: np.ndarray) -> tuple[float, int]:
    """Dispersion of areas' counts around what each area and each period contribute.

    The means are those of a two-way table without interaction, so that what all areas share (season, shocks) and
    how areas differ in size are not counted as dispersion.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (areas, periods), no missing values.

    Returns
    -------
    (float, int)
        Pearson's dispersion, at least 1, and its degrees of freedom; NaN and 0 with one area or one period.

    Examples
    --------
    >>> import numpy as np
    >>> phi, freedom = two_way_dispersion(np.random.default_rng(1).poisson(20, (30, 40)))
    >>> phi < 1.1, freedom
    (True, 1131)
    """
    counts = np.asarray(counts, dtype=float)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    if freedom < 1:
        return float("nan"), 0
    means = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return max(1.0, float(np.sum((counts - means) ** 2 / means) / freedom)), freedom
