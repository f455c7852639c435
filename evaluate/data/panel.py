"""Counts by area, period and outcome: the one data object that everything else is built on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import xarray as xr

from evaluate.data.breaks import explain_absent
from evaluate.data.outcome_breaks import combined_breaks
from evaluate.data.periods import days_in, days_meant, period_bounds, period_name
from evaluate.data.provenance import Provenance
from evaluate.errors import DataError, did_you_mean, many, shortened

DIMENSIONS = ("area", "period", "outcome")


@dataclass(frozen=True, eq=False)
class Panel:
    """Counts of recorded incidents by area, period and outcome.

    A missing cell (NaN) is one that nobody published; a zero is a cell that was published and is nought.
    Readers make panels; a user rarely calls this.

    Parameters
    ----------
    counts : xarray.DataArray
        Dimensions ``area``, ``period``, ``outcome``; whole numbers of 0 or more, NaN where missing. The
        period coordinate is a pandas PeriodIndex without gaps.
    labels : mapping of str to str
        A readable name for an area's code. Never used to join.
    groups : mapping of str to str
        The larger area (borough, force) of each area's code, where the file gives one.
    provenance : Provenance
        What was read, from which files, and what was left out.

    Raises
    ------
    DataError
        If the array is not of that form.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    >>> panel
    Panel: 3 areas x 24 months (2010-01 to 2011-12) x 1 outcome; 0 cells missing
    """

    counts: xr.DataArray
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        counts = self.counts
        if counts.dims != DIMENSIONS:
            raise DataError(
                f"A panel has the dimensions {DIMENSIONS}, in this order; these are {counts.dims}."
            )
        if not isinstance(counts.indexes["period"], pd.PeriodIndex):
            raise DataError(
                "The period coordinate of a panel is a pandas PeriodIndex; convert the dates first."
            )
        for dimension in DIMENSIONS:
            index = counts.indexes[dimension]
            if index.has_duplicates:
                twice = index[index.duplicated()][0]
                raise DataError(f'Each {dimension} stands once in a panel; "{twice}" is there twice.')
        periods = counts.indexes["period"]
        if not np.array_equal(periods[:-1] + 1, periods[1:]):
            raise DataError(
                "The periods of a panel follow each other without gaps; mark a missing one with NaN."
            )
        values = counts.values
        known = values[~np.isnan(values)]
        if (known < 0).any() or (known != np.floor(known)).any() or np.isinf(known).any():
            raise DataError(
                "Counts are whole numbers of 0 or more; this panel holds others. Check the column read."
            )
        object.__setattr__(self, "provenance", self.provenance.describing(counts))

    @property
    def areas(self) -> pd.Index:
        """Codes of the areas."""
        return self.counts.indexes["area"]

    @property
    def periods(self) -> pd.PeriodIndex:
        """Periods, in order, without gaps."""
        return pd.PeriodIndex(self.counts.indexes["period"])

    @property
    def outcomes(self) -> pd.Index:
        """Names of the outcomes."""
        return self.counts.indexes["outcome"]

    @property
    def exposure_days(self) -> pd.Series:
        """Days in each period (float), by period."""
        return pd.Series(days_in(self.periods), index=self.periods, name="exposure_days")

    def label(self, area: str) -> str:
        """Readable name of an area, or its code where there is none."""
        return self.labels.get(area, area)

    def require_area(self, area: str) -> str:
        """Return the code, or raise a DataError that names the nearest area."""
        if area in self.areas:
            return area
        raise DataError(
            f'There is no area "{area}" in the data. '
            f"{did_you_mean(area, [str(a) for a in self.areas], labels=self._labels_with_groups())}"
        )

    def require_outcome(self, outcome: str) -> str:
        """Return the outcome, or raise a DataError that names the nearest one."""
        if outcome in self.outcomes:
            return outcome
        hint = explain_absent(outcome) or did_you_mean(outcome, list(self.outcomes))
        raise DataError(f'There is no outcome "{outcome}" in the data. {hint}')

    def select(
        self,
        *,
        areas: Iterable[str] | None = None,
        outcomes: Iterable[str] | None = None,
        start: str | pd.Period | None = None,
        end: str | pd.Period | None = None,
    ) -> Panel:
        """Keep some areas, outcomes or periods.

        Parameters
        ----------
        areas, outcomes : iterable of str, optional
            The ones to keep, in this order.
        start, end : str or pandas.Period, optional
            A date, month or year, such as "2018-05"; the periods they lie in are kept.

        Returns
        -------
        Panel
            A smaller panel; this one is unchanged.

        Raises
        ------
        DataError
            If an area or outcome is not in the panel, or no period is left.

        Examples
        --------
        >>> import evaluate as ev
        >>> panel = ev.simulate_panel(areas=3, periods=24, seed=1)
        >>> len(panel.select(start="2011-01").periods)
        12
        """
        counts = self.counts
        if areas is not None:
            counts = counts.sel(area=[self.require_area(str(area)) for area in areas])
        if outcomes is not None:
            counts = counts.sel(outcome=[self.require_outcome(str(outcome)) for outcome in outcomes])
        first, last = period_bounds(self.periods)
        kept = np.ones(len(self.periods), dtype=bool)
        if start is not None:
            kept &= last >= days_meant(start)[0]
        if end is not None:
            kept &= first <= days_meant(end)[1]
        if not kept.any():
            raise DataError(
                f"No period from {start or 'the first'} to {end or 'the last'} is in the data, which run from "
                f"{self.periods[0]} to {self.periods[-1]}."
            )
        return replace(self, counts=counts.isel(period=np.flatnonzero(kept)))

    def combine_outcomes(self, groups: Mapping[str, Sequence[str]], *, keep: bool = False) -> Panel:
        """Add outcomes together under new names.

        A cell of the sum is missing where any of its parts is missing. A break of the parts' series is one of the
        sum's, unless the sum holds everything that moved.

        Parameters
        ----------
        groups : mapping
            New name to the list of outcomes that make it.
        keep : bool
            Keep the outcomes the panel already has beside the new ones.

        Returns
        -------
        Panel
            With the new outcomes, in the order given.

        Raises
        ------
        DataError
            If a part is not an outcome of this panel, or the parts are never counted together.

        Examples
        --------
        >>> import evaluate as ev
        >>> panel = ev.simulate_panel(areas=2, periods=24, seed=1)
        >>> list(panel.combine_outcomes({"all crime": list(panel.outcomes)}).outcomes)
        ['all crime']
        """
        made = [
            self.counts.sel(outcome=[self.require_outcome(part) for part in parts])
            .sum("outcome", skipna=False)
            .expand_dims(outcome=[name], axis=2)
            for name, parts in groups.items()
        ]
        for (name, parts), total in zip(groups.items(), made, strict=True):
            self._refuse_never_together(name, parts, total)
        breaks = self.provenance.breaks
        if breaks:
            totals = np.nansum(self.counts.values, axis=0)
            table = pd.DataFrame(totals, index=self.periods, columns=self.outcomes)
            breaks = combined_breaks(breaks, groups, table)
        if keep:
            made.insert(0, self.counts.drop_sel(outcome=[o for o in self.outcomes if o in groups]))
            breaks = (*(one for one in self.provenance.breaks if one.outcome not in groups), *breaks)
        return replace(
            self,
            counts=xr.concat(made, dim="outcome").transpose(*DIMENSIONS),
            provenance=replace(self.provenance, breaks=breaks),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the counts as a tidy table.

        Returns
        -------
        pandas.DataFrame
            Columns ``area``, ``period``, ``outcome``, ``count`` (NaN where missing), ``exposure_days``.

        Examples
        --------
        >>> import evaluate as ev
        >>> panel = ev.simulate_panel(areas=2, periods=24, seed=1)
        >>> panel.to_frame().columns.tolist()
        ['area', 'period', 'outcome', 'count', 'exposure_days']
        """
        areas, periods, outcomes = self.counts.shape
        index = pd.MultiIndex.from_product([self.areas, self.periods, self.outcomes], names=DIMENSIONS)
        frame = pd.DataFrame({"count": self.counts.values.reshape(-1)}, index=index).reset_index()
        frame["exposure_days"] = np.tile(np.repeat(days_in(self.periods), outcomes), areas)
        assert len(frame) == areas * periods * outcomes
        return frame

    def _refuse_never_together(self, name: str, parts: Sequence[str], total: xr.DataArray) -> None:
        """Refuse a sum that is missing everywhere, because one part ends before another begins."""
        known = ~np.isnan(self.counts.sel(outcome=list(parts)).values)
        if not np.isnan(total.values).all() or not known.any(axis=(0, 1)).all():
            return
        months = known.any(axis=0)
        never = [part for part in range(len(parts)) if not months[:, part].all()]
        if not never:
            return
        spans = [
            f"{parts[part]} from {self.periods[months[:, part]][0]} to {self.periods[months[:, part]][-1]}"
            for part in never
        ]
        raise DataError(
            f'The parts of "{name}" are never counted together: {shortened(spans)}. Read them with '
            'structural_zeros="zero" to count a name that is not in use as nought, or with detail="common".'
        )

    def _labels_with_groups(self) -> dict[str, str]:
        """Readable names that say the borough too, for the messages."""
        return {
            code: f"{name}, {self.groups[code]}" if code in self.groups else name
            for code, name in self.labels.items()
        }

    def __repr__(self) -> str:
        areas, periods, outcomes = self.counts.shape
        span = f"{self.periods[0]} to {self.periods[-1]}" if periods else "none"
        missing = int(np.isnan(self.counts.values).sum())
        length = period_name(self.periods)
        numbered = many(periods, "period") + f" of {length}" if length[0].isdigit() else many(periods, length)
        return (
            f"Panel: {many(areas, 'area')} x {numbered} ({span}) x {many(outcomes, 'outcome')}; "
            f"{many(missing, 'cell')} missing"
        )
