"""Dated incidents, one row each: complaints to a council, calls, crimes with a date of their own."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from evaluate.data.dates import days_of
from evaluate.data.grid import fill_grid
from evaluate.data.opening import Source, open_any
from evaluate.data.panel import Panel
from evaluate.data.periods import FREQUENCIES, days_meant, period_bounds
from evaluate.data.provenance import Provenance
from evaluate.data.tables import Table
from evaluate.errors import DataError, did_you_mean, many, shortened

Day = str | datetime.date | pd.Timestamp

_YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "duplicate", "x"})
_NO = frozenset({"no", "n", "false", "f", "0", "0.0", "", "original"})

LEAST_CHANCE = 0.001
"""Chance of a silence at an end of the extract below which it is taken to be cut there."""


@dataclass(frozen=True, eq=False)
class Incidents:
    """Incidents with their area, day and outcome, before they are counted. ``read_incidents`` makes them.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``area``, ``day``, ``outcome``.
    areas, outcomes : tuple of str
        All that were read; an area without an incident of some outcome has zero of it.
    covered : tuple of pandas.Timestamp
        First and last day that the extract covers.
    provenance : Provenance
        What was read and what was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import evaluate as ev
    >>> complaints = pd.DataFrame({
    ...     "ward": ["E05011247", "E05011247", "E05011240"],
    ...     "received": ["2018-05-22", "2018-05-24", "2018-06-29"],
    ...     "type": ["kerb crawling", "noise", "noise"]})
    >>> ev.read_incidents(complaints, area="ward", date="received", outcome="type")
    Incidents: 3 in 2 areas, 2 outcomes, 2018-05-01 to 2018-06-30
    """

    rows: pd.DataFrame
    areas: tuple[str, ...]
    outcomes: tuple[str, ...]
    covered: tuple[pd.Timestamp, pd.Timestamp]
    provenance: Provenance = field(default_factory=Provenance)

    def where_outcome(self, outcomes: Iterable[str]) -> Incidents:
        """Keep the incidents of some outcomes; areas and days covered stay as they are.

        Parameters
        ----------
        outcomes : iterable of str
            Names as in the column that was read.

        Returns
        -------
        Incidents

        Raises
        ------
        DataError
            If none of the incidents has such an outcome.

        Examples
        --------
        >>> import pandas as pd
        >>> import evaluate as ev
        >>> calls = pd.DataFrame({"ward": "A", "day": ["2018-05-22", "2018-05-23"], "type": ["noise", "litter"]})
        >>> ev.read_incidents(calls, area="ward", date="day", outcome="type").where_outcome(["noise"])
        Incidents: 1 in 1 area, 1 outcome, 2018-05-01 to 2018-05-31
        """
        if isinstance(outcomes, str):
            raise DataError(f'where_outcome takes a list of outcomes; write ["{outcomes}"].')
        wanted = tuple(dict.fromkeys(str(outcome) for outcome in outcomes))
        for outcome in wanted:
            if outcome not in self.outcomes:
                raise DataError(
                    f'No incident has the outcome "{outcome}". {did_you_mean(outcome, self.outcomes)}'
                )
        return replace(self, rows=self.rows[self.rows["outcome"].isin(wanted)], outcomes=wanted)

    def count(self, every: str = "month", *, start: Day | None = None, end: Day | None = None) -> Panel:
        """Count the incidents by area, period and outcome.

        Parameters
        ----------
        every : {"day", "week", "4 weeks", "month", "quarter", "year"}
            Length of a period. Weeks begin on Monday; "4 weeks" on the first Monday covered, or on ``start``.
        start, end : str or date, optional
            A date, month or year; periods from the one it lies in to the one it lies in. By default the whole
            periods that the extract covers.

        Returns
        -------
        Panel
            Zero where an area has no incident in a period the extract covers; missing in a period of which it
            covers only a part or nothing.

        Raises
        ------
        DataError
            If ``every`` is none of these, or the extract covers no whole period.

        Examples
        --------
        >>> import pandas as pd
        >>> import evaluate as ev
        >>> calls = pd.DataFrame({"ward": "A", "day": ["2018-05-22", "2018-05-23", "2018-06-11"], "type": "noise"})
        >>> ev.read_incidents(calls, area="ward", date="day", outcome="type").count(every="month")
        Panel: 1 area x 2 months (2018-05 to 2018-06) x 1 outcome; 0 cells missing
        """
        if every not in FREQUENCIES:
            raise DataError(f'Incidents cannot be counted by "{every}". {did_you_mean(every, FREQUENCIES)}')
        periods = self._periods(every, start, end)
        first, last = period_bounds(periods)
        whole = np.asarray((first >= self.covered[0]) & (last <= self.covered[1]))
        place = first.searchsorted(self.rows["day"], side="right") - 1
        inside = np.asarray((place >= 0) & (self.rows["day"].to_numpy() <= last[place].to_numpy()))
        kept = self.rows[inside].assign(count=1, period=periods.take(place[inside]))
        counts = fill_grid(kept, areas=self.areas, periods=periods, outcomes=self.outcomes, absent=0.0)
        counts.values[:, ~whole, :] = np.nan
        notes = (*self.provenance.notes, *self._left_out(every, periods, whole, inside))
        return Panel(counts, provenance=replace(self.provenance, notes=notes))

    def _periods(self, every: str, start: Day | None, end: Day | None) -> pd.PeriodIndex:
        """Periods to count by: those asked for, otherwise the whole ones."""
        first = self.covered[0] if start is None else days_meant(start)[0]
        last = self.covered[1] if end is None else days_meant(end)[1]
        if every == "4 weeks":
            begin = first if start is not None else first + pd.Timedelta(days=-first.weekday() % 7)
            number = ((last - begin).days + 1) // 28
            periods = pd.period_range(begin, periods=max(number, 0), freq=FREQUENCIES[every])
        else:
            periods = pd.period_range(first, last, freq=FREQUENCIES[every])
            low, high = period_bounds(periods)
            keep = np.ones(len(periods), dtype=bool)
            keep &= np.asarray(low >= first) if start is None else True
            keep &= np.asarray(high <= last) if end is None else True
            periods = pd.PeriodIndex(periods[keep])
        if not len(periods):
            raise DataError(
                f"No whole {every if every != '4 weeks' else 'run of 4 weeks'} lies between {first:%Y-%m-%d} and "
                f"{last:%Y-%m-%d}. Count by a shorter period, or ask for other dates."
            )
        return periods

    def _left_out(
        self, every: str, periods: pd.PeriodIndex, whole: np.ndarray, inside: np.ndarray
    ) -> list[str]:
        """Say what the counting left out."""
        notes = []
        if not inside.all():
            low, high = period_bounds(periods)
            notes.append(
                f"Counted by {every} from {low[0]:%Y-%m-%d} to {high[-1]:%Y-%m-%d}; {int((~inside).sum()):,} incidents "
                "before or after are left out."
            )
        if not whole.all():
            names = shortened([str(period) for period in periods[~whole]])
            notes.append(
                f"The extract does not cover the whole of {names}; these periods are missing, not zero."
            )
        return notes

    def __repr__(self) -> str:
        first, last = self.covered
        return (
            f"Incidents: {len(self.rows):,} in {many(len(self.areas), 'area')}, "
            f"{many(len(self.outcomes), 'outcome')}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
        )


def read_incidents(
    source: Source,
    *,
    area: str,
    date: str,
    outcome: str,
    duplicate: str | None = None,
    day_first: bool | None = None,
    zone: str | None = None,
    between: tuple[Day, Day] | None = None,
) -> Incidents:
    """Read dated incidents, one row each.

    Parameters
    ----------
    source : pandas.DataFrame, path or Sheet
        A table; a CSV (also gzipped, also with semicolons or tabs), Parquet or Excel file; or one sheet of a
        workbook, ``ev.Sheet(path, name, head_row=4)``.
    area, date, outcome : str
        Heads of the columns with the area's code, the date and the type of incident.
    duplicate : str, optional
        Head of a column that flags repeats of the same incident (yes/no, true/false, 1/0); flagged rows are
        left out.
    day_first : bool, optional
        Whether 03/04/2018 is the third of April. Needed only where no date in the column shows it, and where
        years have two digits.
    zone : str, optional
        Time zone of times of day that do not give one, such as "UTC"; an incident is counted on the day it
        was in London. By default the times are local.
    between : tuple of two dates, optional
        First and last day that the extract covers. By default the whole months from the first to the last
        date read; an end month whose silent days cannot be chance is taken to be cut at the first or last
        date.

    Returns
    -------
    Incidents
        Count them with ``.count(every="week")``.

    Raises
    ------
    DataError
        If a column does not exist, a date cannot be read without guessing or lies outside ``between``, or
        nothing is left. The message names the file, the line, the rule and the fix.

    Notes
    -----
    Rows with no area, date or outcome, and flagged repeats, are left out and counted in ``provenance``.

    The silence before the first record (or after the last) is no chance if it is longer than any silence
    between two records and its chance, given the records of the days between, is below 1 in 1,000.

    Examples
    --------
    >>> import pandas as pd
    >>> import evaluate as ev
    >>> complaints = pd.DataFrame({
    ...     "ward": ["E05011247", "E05011247", ""],
    ...     "received": ["22/05/2018 23:10", "24/05/2018 09:00", "25/05/2018 10:30"],
    ...     "type": ["kerb crawling", "noise", "noise"]})
    >>> incidents = ev.read_incidents(complaints, area="ward", date="received", outcome="type")
    >>> incidents.provenance.files[0].not_used
    {'no area': 1}
    >>> incidents.count(every="day", start="2018-05-22", end="2018-05-24").counts.sum("outcome").values.ravel()
    array([1., 0., 1.])
    """
    named = {"area": area, "date": date, "outcome": outcome}
    table = open_any(source, wanted=[*named.values(), *([duplicate] if duplicate is not None else [])])
    heads = {name: table.require(head, name) for name, head in named.items()}
    days, order = days_of(table, heads["date"], day_first=day_first, zone=zone)
    rows = pd.DataFrame(
        {"area": table.text(heads["area"]), "day": days, "outcome": table.text(heads["outcome"])}
    )
    reasons = {
        "no area": rows["area"] == "",
        "no date": rows["day"].isna(),
        "no outcome": rows["outcome"] == "",
    }
    if duplicate is not None:
        reasons["flagged as a duplicate"] = _flagged(table, table.require(duplicate, "duplicate"))
    used, not_used = _sifted(reasons)
    if not used.any():
        raise table.refusal("no row has an area, a date and an outcome.", "Check the columns named.")
    kept = rows[used].reset_index(drop=True)
    covered, span = _covered(table, kept["day"], between, np.flatnonzero(used))
    provenance = Provenance(
        files=(table.source(len(kept), not_used),),
        layout="dated incidents, one row each",
        notes=(*table.notes, *(note for note in (order, span) if note)),
    )
    areas, outcomes = (tuple(sorted(kept[column].unique())) for column in ("area", "outcome"))
    return Incidents(kept, areas, outcomes, covered, provenance)


def _sifted(reasons: dict[str, pd.Series]) -> tuple[np.ndarray, dict[str, int]]:
    """Rows to use, and how many are not used for which reason; a row with two reasons counts under the first."""
    used = np.ones(len(next(iter(reasons.values()))), dtype=bool)
    not_used = {}
    for reason, rows in reasons.items():
        not_used[reason] = int((used & rows.to_numpy()).sum())
        used &= ~rows.to_numpy()
    return used, not_used


def _flagged(table: Table, head: str) -> pd.Series:
    """Read a column of flags."""
    text = table.text(head).str.lower()
    wrong = np.flatnonzero(~text.isin(_YES | _NO))
    if len(wrong):
        raise table.refusal(
            f'a flag is yes or no, true or false, 1 or 0; this is "{text.iloc[wrong[0]]}".',
            "Correct the cell, or name another column as duplicate=.",
            row=wrong[0],
            head=head,
        )
    return text.isin(_YES)


def _covered(
    table: Table, days: pd.Series, between: tuple[Day, Day] | None, places: np.ndarray
) -> tuple[tuple[pd.Timestamp, pd.Timestamp], str]:
    """First and last day the extract covers, and a sentence on how it is known."""
    first, last = days.min(), days.max()
    if between is not None:
        begin, end = days_meant(between[0])[0], days_meant(between[1])[1]
        outside = np.flatnonzero((days < begin) | (days > end))
        if len(outside):
            raise table.refusal(
                f"{days.iloc[outside[0]]:%Y-%m-%d} lies outside between=, {begin:%Y-%m-%d} to {end:%Y-%m-%d} "
                f"({many(len(outside), 'such row')}).",
                "Correct between=, or the dates.",
                row=places[outside[0]],
            )
        return (begin, end), ""
    gaps = np.diff(np.unique(days.to_numpy())) / np.timedelta64(1, "D")
    longest = float(gaps.max()) - 1 if len(gaps) else np.inf
    month = days_meant(first.strftime("%Y-%m"))[0], days_meant(last.strftime("%Y-%m"))[1]
    silent = (first - month[0]).days, (month[1] - last).days
    cut = [gap > longest and _chance(gap, days) < LEAST_CHANCE for gap in silent]
    covered = (first if cut[0] else month[0], last if cut[1] else month[1])
    reason = (
        "whole months"
        if not any(cut)
        else "whole months, but for an end that falls silent too long for chance"
    )
    note = (
        f"Dates run from {first:%Y-%m-%d} to {last:%Y-%m-%d}; the extract is taken to cover {covered[0]:%Y-%m-%d} to "
        f"{covered[1]:%Y-%m-%d} ({reason}). Say between= where this is known."
    )
    return covered, note


def _chance(gap: int, days: pd.Series) -> float:
    """Chance of no record in so many days, given the records of the days there are.

    Poisson at a rate known as well as n records in T days tell it, a gamma with shape n: (T / (T + gap)) **
    n.
    """
    length = (days.max() - days.min()).days + 1
    return float((length / (length + gap)) ** len(days))
