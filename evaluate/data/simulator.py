"""Panels whose truth is known: counts with overdispersion, autocorrelation, season, spikes and displacement.

The process is the one of the calibration protocol: negative binomial counts around an area level, a season, month
shocks that all areas share, and a first-order autoregressive deviation of each area's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from evaluate.data.panel import DIMENSIONS, Panel
from evaluate.data.periods import FREQUENCIES, days_in, periods_per_year
from evaluate.data.provenance import Provenance
from evaluate.errors import DataError, did_you_mean

MOST_TRIES = 5_000


@dataclass(frozen=True)
class Process:
    """How counts vary when nothing is done.

    Parameters
    ----------
    mean : float
        Mean count of the treated area in a period of average length.
    dispersion : float
        Variance over mean of an area's counts around its seasonal level, 1 or more.
    autocorrelation : float
        Correlation of an area's deviation with that of the period before.
    persistent_share : float
        Share of the extra variance that is autocorrelated; the rest is new in each period.
    season : float
        Amplitude of the yearly wave, on the log scale.
    shock : float
        Standard deviation of the shocks that all areas share, on the log scale.
    spread : float
        Standard deviation of the areas' levels, on the log scale.
    trend : float
        Log change a period of the treated area beside all others; it is at its level when the operation starts.

    Examples
    --------
    >>> round(Process(mean=30, dispersion=1.5).deviation_sd, 3)
    0.091
    """

    mean: float = 30.0
    dispersion: float = 1.5
    autocorrelation: float = 0.4
    persistent_share: float = 0.5
    season: float = 0.1
    shock: float = 0.05
    spread: float = 0.5
    trend: float = 0.0

    def __post_init__(self) -> None:
        if self.mean <= 0 or self.dispersion < 1 or not -1 < self.autocorrelation < 1:
            raise DataError(
                "A process needs mean > 0, dispersion >= 1 and autocorrelation between -1 and 1; these are "
                f"{self.mean}, {self.dispersion} and {self.autocorrelation}."
            )

        if not 0 <= self.persistent_share <= 1:
            raise DataError(f"persistent_share is a share between 0 and 1; it is {self.persistent_share}.")

    @property
    def deviation_sd(self) -> float:
        """Standard deviation of the autocorrelated deviation, on the log scale."""
        return float(np.sqrt(np.log1p(self.persistent_share * (self.dispersion - 1) / self.mean)))

    @property
    def gamma_variance(self) -> float:
        """Variance of the gamma noise that makes a Poisson count negative binomial (a in ``mu + a mu^2``)."""
        return (1 - self.persistent_share) * (self.dispersion - 1) / self.mean


@dataclass(frozen=True)
class Truth:
    """What was planted in a simulated panel.

    Parameters
    ----------
    treated, buffer : tuple of str
        Codes of the treated area and of the areas the crime moved to.
    start, end : pandas.Period
        First and last period of the operation.
    rate_ratio_during, rate_ratio_after : float
        True rate ratios in the treated area.
    displaced : float
        Share of the expected reduction that was moved to the buffers.
    expected : pandas.Series
        By period, the treated area's mean count had nothing been done.
    process : Process
        The rest.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.simulate_panel(areas=4, periods=48, rate_ratio_after=0.7, seed=1).truth.rate_ratio_after
    0.7
    """

    treated: tuple[str, ...]
    buffer: tuple[str, ...]
    start: pd.Period
    end: pd.Period
    rate_ratio_during: float
    rate_ratio_after: float
    displaced: float
    expected: pd.Series
    process: Process


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedPanel(Panel):
    """A panel with its truth attached; everything that takes a Panel takes it.

    Parameters
    ----------
    counts, labels, groups, provenance
        As in ``Panel``.
    truth : Truth
        What was planted.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.simulate_panel(areas=3, periods=24, seed=1).provenance.simulated
    True
    """

    truth: Truth | None = field(default=None)


def simulate_panel(
    areas: int = 13,
    periods: int = 96,
    *,
    process: Process | None = None,
    operation_at: int | None = None,
    operation_periods: int = 1,
    rate_ratio_during: float = 1.0,
    rate_ratio_after: float = 1.0,
    buffers: int = 0,
    displaced: float = 0.0,
    contaminated: float = 0.0,
    triggered: bool = False,
    every: str = "month",
    seed: int,
) -> SimulatedPanel:
    """Simulate counts with a known effect.

    Parameters
    ----------
    areas : int
        Number of areas; the first is treated, the next ``buffers`` are its neighbours, the rest are controls.
    periods : int
        Number of periods, from January 2010.
    process : Process, optional
        How counts vary when nothing is done; the defaults of ``Process`` otherwise.
    operation_at : int, optional
        Position of the operation's first period; three quarters of the way otherwise.
    operation_periods : int
        Number of periods it lasts.
    rate_ratio_during, rate_ratio_after : float
        True effect on the treated area's mean, while it lasts and from then on.
    buffers : int
        Number of areas that receive what is displaced.
    displaced : float
        Share of the mean reduction that moves to the buffers, in equal parts.
    contaminated : float
        Share of the controls (rounded to whole areas) that receive half of the effect, on the log scale.
    triggered : bool
        The operation starts because of a spike: the period before it is the highest of the last twelve.
    every : str
        Length of a period: "day", "week", "4 weeks", "month", "quarter" or "year".
    seed : int
        Same seed, same panel.

    Returns
    -------
    SimulatedPanel
        One outcome, "crime".

    Raises
    ------
    DataError
        If the numbers leave no room for the operation or the areas.

    Notes
    -----
    Counts are negative binomial with variance ``mu + a mu^2`` and log mean = log days + level + season + shared
    shock + autoregressive deviation + effect.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.simulate_panel(areas=13, periods=96, seed=1)
    Panel: 13 areas x 96 months (2010-01 to 2017-12) x 1 outcome; 0 cells missing
    """
    process = process or Process()
    if every not in FREQUENCIES:
        raise DataError(f'Counts cannot be simulated by "{every}". {did_you_mean(every, FREQUENCIES)}')
    if min(rate_ratio_during, rate_ratio_after) <= 0:
        raise DataError(
            f"A rate ratio is above 0; these are {rate_ratio_during} during and {rate_ratio_after} after."
        )
    if displaced and not buffers:
        raise DataError(f"displaced={displaced} needs somewhere to go: buffers is 0.")
    if not 0 <= contaminated <= 1:
        raise DataError(f"contaminated is a share of the controls between 0 and 1; it is {contaminated}.")
    at = (3 * periods) // 4 if operation_at is None else operation_at
    if at < 12 or at + operation_periods > periods or areas < 1 + buffers:
        raise DataError(
            f"An operation at period {at} of {periods} with {buffers} buffers among {areas} areas does not fit; it "
            "needs 12 periods before it, an end inside the panel and at least one area more than buffers."
        )
    index = pd.period_range("2010-01-01", periods=periods, freq=FREQUENCIES[every])
    random = np.random.default_rng(seed)
    common = _common_path(index, process, random)
    levels = np.log(process.mean) + np.concatenate([[0.0], random.normal(0, process.spread, areas - 1)])
    baseline = np.exp(levels[:, None] + common)
    baseline[0] *= np.exp(process.trend * (np.arange(periods) - at))
    log_effect = np.zeros(periods)
    log_effect[at : at + operation_periods] = np.log(rate_ratio_during)
    log_effect[at + operation_periods :] = np.log(rate_ratio_after)

    treated_mean, before = _treated_path(baseline[0], process, at, triggered, random)
    after = _counts(treated_mean[at:] * np.exp(log_effect[at:]), process, random)
    means = baseline[1:] * np.exp(_deviations(areas - 1, periods, process, random))
    spoilt = round(contaminated * (areas - 1 - buffers))
    means[buffers : buffers + spoilt] *= np.exp(0.5 * log_effect)
    if buffers:
        means[:buffers] += displaced * treated_mean * (1 - np.exp(log_effect)) / buffers
    counts = np.vstack([np.concatenate([before, after])[None, :], _counts(means, process, random)])

    codes = [f"A{number:0{max(2, len(str(areas)))}d}" for number in range(1, areas + 1)]
    data = xr.DataArray(
        counts[:, :, None].astype(float),
        dims=DIMENSIONS,
        coords={"area": codes, "period": index, "outcome": ["crime"]},
    )
    truth = Truth(
        treated=(codes[0],),
        buffer=tuple(codes[1 : 1 + buffers]),
        start=index[at],
        end=index[at + operation_periods - 1],
        rate_ratio_during=rate_ratio_during,
        rate_ratio_after=rate_ratio_after,
        displaced=displaced,
        expected=pd.Series(treated_mean, index=index, name="expected"),
        process=process,
    )
    return SimulatedPanel(data, provenance=Provenance(layout="simulated", simulated=True), truth=truth)


def with_outcomes(panels: Mapping[str, Panel]) -> Panel:
    """Join panels of one outcome each, over the same areas and periods, under the names given.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.data.simulator import with_outcomes
    >>> one, two = (ev.simulate_panel(areas=3, periods=24, seed=s) for s in (1, 2))
    >>> list(with_outcomes({"robbery": one, "theft": two}).outcomes)
    ['robbery', 'theft']
    """
    parts = [panel.counts.assign_coords(outcome=[name]) for name, panel in panels.items()]
    first = next(iter(panels.values()))
    joined = xr.concat(parts, dim="outcome", join="exact").transpose(*DIMENSIONS)
    return Panel(joined, labels=first.labels, groups=first.groups, provenance=first.provenance)


def _common_path(index: pd.PeriodIndex, process: Process, random: np.random.Generator) -> np.ndarray:
    """Log of what all areas share: days, season and shocks."""
    days = days_in(index)
    phase = 2 * np.pi * np.arange(len(index)) / periods_per_year(index)
    shocks = random.normal(0, process.shock, len(index))
    return np.log(days / days.mean()) + process.season * np.sin(phase - 1.0) + shocks


def _deviations(areas: int, periods: int, process: Process, random: np.random.Generator) -> np.ndarray:
    """Stationary first-order autoregressions, shape (areas, periods), shifted so that exp() has mean one."""
    rho, sd = process.autocorrelation, process.deviation_sd
    noise = random.normal(size=(areas, periods)) * sd * np.sqrt(1 - rho**2)
    path = np.empty((areas, periods))
    state = random.normal(size=areas) * sd
    for period in range(periods):
        state = rho * state + noise[:, period]
        path[:, period] = state
    return path - sd**2 / 2


def _counts(means: np.ndarray, process: Process, random: np.random.Generator) -> np.ndarray:
    """Negative binomial counts around the means."""
    if process.gamma_variance > 0:
        shape = 1 / process.gamma_variance
        means = means * random.gamma(shape, 1 / shape, size=means.shape)
    return random.poisson(means)


def _treated_path(
    baseline: np.ndarray, process: Process, at: int, triggered: bool, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The treated area's mean without effect, and its counts before the operation.

    For a triggered operation paths are drawn until the period before is the highest of twelve, which leaves the
    distribution that a force sees when it reacts to spikes.
    """
    for _ in range(MOST_TRIES):
        mean = baseline * np.exp(_deviations(1, len(baseline), process, random)[0])
        before = _counts(mean[:at], process, random)
        if not triggered or before[at - 1] >= before[at - 12 : at].max():
            return mean, before
    raise DataError(f"No spike came up in {MOST_TRIES} tries; this process cannot trigger an operation.")
