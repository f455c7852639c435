"""How far counts fall back after a spike when nothing is done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.numerics.count_moments import CountMoments, simulate_counts

MOST_AT_ONCE = 100_000


@dataclass(frozen=True)
class SpuriousChange:
    """Change after a spike with no operation, against three baselines.

    Parameters
    ----------
    since_trigger, since_quarter, since_year : float
        Mean count of the periods that follow over the mean of the trigger period, of the last 3 and of the last
        12 periods, less 1.
    errors : tuple of float
        Monte Carlo standard errors of the three, in the same units.
    sets : int
        Number of simulated spikes.
    """

    since_trigger: float
    since_quarter: float
    since_year: float
    errors: tuple[float, float, float]
    sets: int


def spurious_change(
    mean: float,
    dispersion: float,
    autocorrelation: float,
    *,
    after: int = 3,
    sets: int = 200_000,
    random: np.random.Generator,
) -> SpuriousChange:
    """Simulate operations that do nothing, each started because a period was the highest of the last twelve.

    Counts are Poisson around a log-normal deviation that is autoregressive of first order; the changes are ratios of
    means over all simulated spikes, so that months of nought do no harm.

    Parameters
    ----------
    mean : float
        Mean count in a period.
    dispersion : float
        Variance over mean, 1 or more.
    autocorrelation : float
        Of the deviation.
    after : int
        Number of periods that follow.
    sets : int
        Number of simulated spikes.
    random : numpy.random.Generator
        Where the randomness comes from.

    Returns
    -------
    SpuriousChange

    Examples
    --------
    >>> import numpy as np
    >>> change = spurious_change(30.0, 1.0, 0.0, sets=5_000, random=np.random.default_rng(1))
    >>> -0.25 < change.since_trigger < -0.21
    True
    """
    moments = CountMoments(mean, mean, (dispersion - 1) / mean, autocorrelation)
    parts: list[np.ndarray] = []
    found = 0
    while found < sets:
        tried = min(MOST_AT_ONCE, 1_000 + 12 * (sets - found))
        counts = simulate_counts(moments, np.ones(12 + after), sets=tried, random=random)
        spiked = counts[(counts[:, 11] == counts[:, :12].max(axis=1)) & (counts[:, 11] > 0)]
        parts.append(
            np.column_stack(
                [spiked[:, 12:].mean(1), spiked[:, 11], spiked[:, 9:12].mean(1), spiked[:, :12].mean(1)]
            )
        )
        found += len(spiked)
    means = np.concatenate(parts)[:sets]
    later, earlier = means[:, 0], means[:, 1:]
    ratios = later.mean() / earlier.mean(axis=0)
    errors = (later[:, None] - ratios * earlier).std(axis=0) / earlier.mean(axis=0) / np.sqrt(sets)
    changes = (float(ratios[0] - 1), float(ratios[1] - 1), float(ratios[2] - 1))
    return SpuriousChange(*changes, (float(errors[0]), float(errors[1]), float(errors[2])), sets)


@dataclass(frozen=True)
class ShrunkenRate:
    """An area's rate drawn towards the rate of areas like it.

    Parameters
    ----------
    rate : float
        Posterior mean count in a period.
    weight : float
        Weight of the other areas' mean, from 0 to 1.
    """

    rate: float
    weight: float


def empirical_bayes_rate(total: float, periods: float, *, mean: float, shape: float) -> ShrunkenRate:
    """Shrink an area's rate to the mean of comparison areas (Gamma-Poisson).

    ``E[rate | y] = w m + (1 - w) y / n`` with ``w = 1 / (1 + n m / k)``.

    Parameters
    ----------
    total : float
        Count of the area, y.
    periods : float
        Number of periods it was counted over, n.
    mean : float
        Mean rate of the comparison areas in a period, m.
    shape : float
        Shape k of the gamma distribution of their rates; infinity where they do not differ.

    Returns
    -------
    ShrunkenRate

    References
    ----------
    Hauer (1997), "Observational Before-After Studies in Road Safety", chapter 11.

    Examples
    --------
    >>> shrunken = empirical_bayes_rate(120, 3, mean=30, shape=20)
    >>> round(shrunken.rate, 1), round(shrunken.weight, 3)
    (38.2, 0.182)
    """
    weight = 1.0 if np.isinf(shape) else 1.0 / (1.0 + periods * mean / shape)
    return ShrunkenRate(weight * mean + (1.0 - weight) * total / periods, weight)


def gamma_of_rates(totals: np.ndarray, periods: float) -> tuple[float, float]:
    """Fit a gamma distribution to the rates of areas by moments.

    Parameters
    ----------
    totals : numpy.ndarray
        Shape (areas,), at least two: counts over the same number of periods.
    periods : float
        That number.

    Returns
    -------
    (float, float)
        Mean rate in a period and shape k; k is infinite where the areas differ no more than Poisson counts do.

    Examples
    --------
    >>> import numpy as np
    >>> mean, shape = gamma_of_rates(np.array([240.0, 360.0, 480.0]), 12)
    >>> mean, round(shape, 1)
    (30.0, 9.2)
    """
    rates = totals / periods
    mean = float(rates.mean())
    between = float(rates.var(ddof=1)) - mean / periods
    return mean, mean**2 / between if between > 0 else float("inf")
