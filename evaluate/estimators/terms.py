"""The terms of a regression that a design asks for: level, trend, season, triggers, and one effect a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from evaluate.data.periods import Span, periods_per_year
from evaluate.design.design import Design
from evaluate.design.window import Window, following
from evaluate.errors import DesignError, FitError, did_you_mean
from evaluate.numerics.segmented import relative_shares, slopes

Season = int | Literal["months"] | None
BACKGROUND, TRIGGER = -1, -2
"""Owners of the columns that belong to no window."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The periods of one window and those it is compared with when totals are compared.

    Parameters
    ----------
    window : Window
        Which.
    judged : numpy.ndarray
        Shape (periods,), bool: its periods with a treated count, triggers left out.
    reference : numpy.ndarray
        Shape (periods,), bool: the baseline, or for a later operation all that follows the last "after" began, up
        to this operation and its trigger.
    """

    window: Window
    judged: np.ndarray
    reference: np.ndarray


def comparisons(design: Design, method: str) -> list[Comparison]:
    """Say what each window is compared with.

    Parameters
    ----------
    design : Design
        The design.
    method : str
        Name of the estimator, for the message.

    Returns
    -------
    list of Comparison
        In the order of ``design.windows``.

    Raises
    ------
    FitError
        If a window or its reference has no published count outside the trigger periods.
    """
    plain = known_periods(design) & ~in_trigger(design)
    found: list[Comparison] = []
    reference = design.baseline
    following = reference
    operation = design.windows[0].operation
    for window in design.windows:
        if window.operation != operation:
            operation, reference = window.operation, following
        inside = np.asarray(design.periods.isin(window.periods))
        found.append(Comparison(window, inside & plain, reference & plain))
        if window.name == "after":
            later = [w for w in design.windows if w.periods[0] > window.periods[-1]]
            end = later[0].periods[0] if later else design.periods[-1] + 1
            following = np.asarray((design.periods >= window.periods[0]) & (design.periods < end))
    for comparison in found:
        if not comparison.judged.any() or not comparison.reference.any():
            window = comparison.window
            where = "the window" if not comparison.judged.any() else "what is compared with the window"
            raise FitError(
                f'The {method} compares totals, and {where} "{window.operation}, {window.name}" has no published '
                f"count of {design.outcome} outside the trigger periods. Change the windows or the trigger."
            )
    return found


def with_spike(design: Design, comparison: Comparison, expected: float, log_ratio: float) -> float:
    """Add to what is expected in a window's judged periods what is expected in its trigger periods.

    A trigger has a term of its own, so its counts say nothing about the effect: they are as many as recorded over the
    ratio that the other periods give.
    """
    inside = np.asarray(design.periods.isin(comparison.window.periods)) & known_periods(design)
    spike = design.treated_counts[inside & ~comparison.judged].sum()
    return float(expected + spike / np.exp(log_ratio))


def complete_controls(design: Design) -> np.ndarray:
    """Shape (areas, periods): counts of the control areas that have no missing period and are not all nought."""
    counts = design.control_counts
    return counts[~np.isnan(counts).any(axis=1) & (np.nansum(counts, axis=1) > 0)]


def treated_areas(design: Design, outcome: str | None = None) -> np.ndarray:
    """Shape (areas, periods): counts of each treated area, NaN where missing; the design's outcome by default."""
    counts = design.panel.counts.sel(area=list(design.treated), outcome=outcome or design.outcome)
    chosen = design.panel.periods.get_indexer(design.periods)
    return np.asarray(counts.transpose("area", "period").values[:, chosen], dtype=float)


def require_controls(design: Design, method: str, fewest: int = 1) -> np.ndarray:
    """Return ``complete_controls``, or say that there are too few.

    Raises
    ------
    FitError
        If fewer than ``fewest`` control areas have a count in every period and something recorded.
    """
    controls = complete_controls(design)
    if len(controls) < fewest:
        left_out = len(design.control) - len(controls)
        why = f" ({left_out} left out: periods missing, or nothing recorded)" if left_out else ""
        raise FitError(
            f"The {method} needs {fewest} control area{'' if fewest == 1 else 's'} with a count of {design.outcome} in "
            f"every period; this design has {len(controls)}{why}. Name more, or use InterruptedTimeSeries, which needs "
            "none."
        )
    return controls


def known_periods(design: Design) -> np.ndarray:
    """Shape (periods,), True where the treated count is published."""
    return ~np.isnan(design.treated_counts)


def in_trigger(design: Design) -> np.ndarray:
    """Shape (periods,), True in the periods of a trigger."""
    return np.asarray(design.periods.isin(design.trigger_periods))


@dataclass(frozen=True, eq=False)
class Terms:
    """Regressors of a series with one effect a window.

    Parameters
    ----------
    columns : numpy.ndarray
        Shape (periods, columns): level first, then trend, season, triggers and changes of slope as asked.
    weights : numpy.ndarray
        Shape (periods, windows): relative shares, see ``evaluate.numerics.segmented``.
    names : tuple of str
        Of the columns, then of the windows.
    owner : numpy.ndarray
        Shape (columns,): number of the window a column belongs to, BACKGROUND or TRIGGER.
    shaped : frozenset of int
        Numbers of the windows whose effect is ``weight phi`` on the log scale, a transfer function, instead of a share
        of the period.
    """

    columns: np.ndarray
    weights: np.ndarray
    names: tuple[str, ...]
    owner: np.ndarray
    shaped: frozenset[int] = frozenset()

    def effect(self, parameters: np.ndarray, window: int) -> np.ndarray:
        """What a window adds to the log mean.

        Parameters
        ----------
        parameters : numpy.ndarray
            Shape (..., columns + windows).
        window : int
            Its number in ``design.windows``.

        Returns
        -------
        numpy.ndarray
            Shape (..., periods).
        """
        split = self.columns.shape[1]
        mine = np.flatnonzero(self.owner == window)
        phi = np.asarray(parameters[..., split + window])[..., None]
        slope = parameters[..., mine] @ self.columns[:, mine].T
        if window in self.shaped:
            return np.asarray(self.weights[:, window] * phi + slope)
        factor = np.maximum(1 + self.weights[:, window] * np.expm1(phi), 1e-12)
        return np.asarray(np.log(factor) + slope)

    def effect_derivative(self, parameters: np.ndarray, window: int) -> np.ndarray:
        """Derivative of ``effect`` in the parameters, shape (periods, columns + windows)."""
        split = self.columns.shape[1]
        out = np.zeros((len(self.columns), split + self.weights.shape[1]))
        mine = self.owner == window
        out[:, :split][:, mine] = self.columns[:, mine]
        out[:, split + window] = self._slopes(parameters[split:])[:, window]
        return out

    def _slopes(self, phi: np.ndarray) -> np.ndarray:
        """Derivative of each window's part of the log mean in its phi, shape (periods, windows)."""
        found = slopes(phi, self.weights)
        for window in self.shaped:
            found[:, window] = self.weights[:, window]
        return found

    def triggers(self, parameters: np.ndarray) -> np.ndarray:
        """What the triggers add to the log mean, shape (..., periods)."""
        mine = np.flatnonzero(self.owner == TRIGGER)
        return np.asarray(parameters[..., mine] @ self.columns[:, mine].T)

    def linear(self, parameters: np.ndarray) -> np.ndarray:
        """Log mean less its offset, shape (..., periods)."""
        background = np.flatnonzero(self.owner == BACKGROUND)
        total = parameters[..., background] @ self.columns[:, background].T + self.triggers(parameters)
        for window in range(self.weights.shape[1]):
            total = total + self.effect(parameters, window)
        return np.asarray(total)

    def jacobian(self, parameters: np.ndarray) -> np.ndarray:
        """Derivative of ``linear`` in the parameters, shape (periods, columns + windows)."""
        return np.hstack([self.columns, self._slopes(parameters[self.columns.shape[1] :])])

    def for_counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lay the terms out for a count regression, in which a transfer function is one more column.

        Returns
        -------
        (numpy.ndarray, numpy.ndarray, numpy.ndarray)
            Columns with those of the shaped windows after them, shares of the other windows, and the place of each of
            these among the parameters, shape (columns + windows,).
        """
        windows = np.arange(self.weights.shape[1])
        shaped = np.isin(windows, sorted(self.shaped))
        split = self.columns.shape[1]
        place = np.concatenate([np.arange(split), split + windows[shaped], split + windows[~shaped]])
        return np.hstack([self.columns, self.weights[:, shaped]]), self.weights[:, ~shaped], place


def terms_of(
    design: Design,
    *,
    trend: bool = True,
    season: Season = 2,
    slope_change: bool = False,
    covariates: Sequence[str] = (),
) -> Terms:
    """Lay out the regressors of a design.

    Parameters
    ----------
    design : Design
        The design.
    trend : bool
        A straight line over the periods, on the log scale.
    season : int, "months" or None
        Pairs of yearly waves, or a level for each calendar month that the periods begin in.
    slope_change : bool
        A change of slope in each window of three periods or more, from nought in its first.
    covariates : sequence of str
        Outcomes of the panel whose logarithm in the treated areas is a regressor.

    Returns
    -------
    Terms

    Raises
    ------
    DesignError
        If the panel has no outcome of a covariate's name.
    FitError
        If a covariate is missing or nought where the treated count is published.
    """
    periods = design.periods
    time = np.arange(len(periods), dtype=float)
    found: list[tuple[np.ndarray, str, int]] = [(np.ones(len(periods)), "level", BACKGROUND)]
    if trend:
        found.append((time, "trend", BACKGROUND))
    found += [(column, name, BACKGROUND) for column, name in seasonal_columns(periods, season)]
    for name in covariates:
        column = np.log(positive_series(design, name, "covariates"))
        found.append((column - np.nanmean(column), f"log {name}", BACKGROUND))
    for number, spike in enumerate(spikes(design), start=1):
        found.append((spike, f"trigger {number}" if number > 1 else "trigger", TRIGGER))
    for number, window in enumerate(design.windows):
        if slope_change and len(window.periods) > 2:
            since = time - np.flatnonzero(periods == window.periods[0])[0]
            found.append((since * (window.share > 0), f"slope of {window_name(window.key)}", number))
    weights = [
        relative_shares(window.share, design.exposure_days, np.asarray(periods.isin(window.periods)))
        for window in design.windows
    ]
    columns, names, owner = zip(*found, strict=True)
    effects = [window_name(window.key) for window in design.windows]
    return Terms(
        np.column_stack(columns), np.column_stack(weights), (*names, *effects), np.array(owner, dtype=int)
    )


def seasonal_columns(periods: pd.PeriodIndex, season: Season) -> list[tuple[np.ndarray, str]]:
    """The season's regressors and their names: pairs of yearly waves, or all calendar months but the first."""
    if season == "months":
        months = np.asarray(periods.start_time.month)
        names = periods.start_time.month_name()
        present = list(dict.fromkeys(zip(months, names, strict=True)))
        return [((months == month).astype(float), name) for month, name in present[1:]]
    time = np.arange(len(periods), dtype=float)
    found = []
    for number in range(1, (season or 0) + 1):
        turn = 2 * np.pi * number * time / periods_per_year(periods)
        found += [(np.sin(turn), f"season sine {number}"), (np.cos(turn), f"season cosine {number}")]
    return found


def positive_series(design: Design, outcome: str, role: str) -> np.ndarray:
    """Another outcome of the treated areas together, which must be above nought wherever the design's is published.

    Parameters
    ----------
    design : Design
        The design.
    outcome : str
        An outcome of its panel.
    role : str
        Name of the setting that asks for it, for messages.

    Returns
    -------
    numpy.ndarray
        Shape (periods,); 1 where the design's outcome is missing, which no regression uses.

    Raises
    ------
    DesignError
        If the panel has no such outcome.
    FitError
        If it is missing or nought where it is needed.
    """
    if outcome not in design.panel.outcomes:
        known = [str(name) for name in design.panel.outcomes]
        raise DesignError(
            f'{role} names the outcome "{outcome}", which is not in the data. {did_you_mean(outcome, known)}'
        )
    total = treated_areas(design, outcome).sum(axis=0)
    wrong = known_periods(design) & ~(total > 0)
    if wrong.any():
        raise FitError(
            f'{role} takes the logarithm of "{outcome}", which is nought or missing in {design.periods[wrong][0]}. '
            "Leave it out, or use longer periods."
        )
    return np.where(total > 0, total, 1.0)


def with_washout(design: Design, length: str | None) -> Design:
    """Leave out the first periods after each operation: their treated counts become missing.

    Raises
    ------
    DesignError
        If the length holds no whole period, or leaves nothing of an "after".
    """
    if length is None:
        return design
    span = Span.parse(length)
    dropped: list[pd.Period] = []
    for window in design.windows:
        if window.name == "after":
            first = following(design.periods, window.periods[0] - 1, span)
            if not len(first) or len(first) >= len(window.periods):
                raise DesignError(
                    f'washout="{length}" leaves out {len(first)} of the {len(window.periods)} periods in the window '
                    f'"{window_name(window.key)}". Ask for at least one period and fewer than there are.'
                )
            dropped.extend(first)
    panel = design.panel
    place = {"area": list(design.treated), "period": pd.PeriodIndex(dropped), "outcome": design.outcome}
    counts = panel.counts.copy()
    counts.loc[place] = np.nan
    return replace(design, panel=replace(panel, counts=counts))


def spikes(design: Design) -> list[np.ndarray]:
    """One indicator for each run of trigger periods, shape (periods,) each."""
    inside = in_trigger(design)
    starts = np.flatnonzero(inside & ~np.concatenate([[False], inside[:-1]]))
    runs = np.cumsum(inside & ~np.concatenate([[False], inside[:-1]]))
    return [np.asarray(inside & (runs == number), dtype=float) for number in range(1, len(starts) + 1)]


def window_name(key: tuple[str, str]) -> str:
    """Write a window's key as it stands in messages and diagnostics: "operation, after"."""
    return ", ".join(key)
