"""Read the files of a study into one panel that holds the plan's outcomes and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from evaluate.data.panel import DIMENSIONS, Panel
from evaluate.data.periods import FREQUENCIES, period_name
from evaluate.data.provenance import Provenance
from evaluate.data.stopped import LEAST_RUN, describe_stops, find_stops, set_missing
from evaluate.errors import DataError, DesignError, listed
from evaluate.study.blind import Hidden
from evaluate.study.locate import DataFiles
from evaluate.study.outcomes import parts_of
from evaluate.study.plan import DataSource, IncidentSource, OutcomePlan, Plan
from evaluate.study.plan_file import refuse


@dataclass(frozen=True)
class CategoryBreak:
    """A part of an outcome that was not counted under its name for part of the file.

    The outcome is a sum, so a category that was only renamed leaves it whole; one that was moved elsewhere does not.

    Parameters
    ----------
    outcome, category : str
        The plan's outcome and the published category.
    first, last : pandas.Period
        Where the category is next to absent from the whole file.
    """

    outcome: str
    category: str
    first: pd.Period
    last: pd.Period


def break_sentences(breaks: Sequence[CategoryBreak]) -> Iterator[str]:
    """Say to the reader of a report which sums hold categories that come or go, one sentence for each outcome.

    Examples
    --------
    >>> one = CategoryBreak("violence", "HARASSMENT", pd.Period("2016-04", "M"), pd.Period("2019-12", "M"))
    >>> print(*break_sentences([one]))
    "violence" adds up categories of which the file does not count HARASSMENT from 2016-04 to 2019-12. Where one
    was only renamed the sum is whole; where one was moved elsewhere it is not.
    """
    for outcome in dict.fromkeys(found.outcome for found in breaks):
        gone = [f"{one.category} from {one.first} to {one.last}" for one in breaks if one.outcome == outcome]
        yield (
            f'"{outcome}" adds up categories of which the file does not count {listed(gone)}. Where one was only '
            "renamed the sum is whole; where one was moved elsewhere it is not."
        )


@dataclass(frozen=True, eq=False)
class ReadData:
    """What the files of a study hold.

    Parameters
    ----------
    panel : Panel
        Counts of the plan's outcomes, in the plan's order.
    breaks : tuple of CategoryBreak
        Parts of outcomes that begin or end inside the file.
    categories : mapping of str to tuple of str
        Outcome to the published categories it adds up, each with the source it is read from.
    """

    panel: Panel
    breaks: tuple[CategoryBreak, ...]
    categories: Mapping[str, tuple[str, ...]]


def read_data(plan: Plan, files: DataFiles, path: Path, *, hidden: Hidden | None = None) -> ReadData:
    """Read the counts, add the published categories up to the plan's outcomes and set the incidents beside them.

    Parameters
    ----------
    plan : Plan
        The plan.
    files : DataFiles
        From ``find_data``.
    path : pathlib.Path
        The plan's file, for messages.
    hidden : Hidden, optional
        Counts that a blind run must not see: taken out of what was read before anything is done with it.

    Returns
    -------
    ReadData

    Raises
    ------
    DataError
        If a file is not what its reader expects.
    DesignError
        If an outcome is made of a category that the data do not have.
    """
    published = _read_main(plan.data, files)
    if plan.data.simulated:  # what happened to real categories did not happen to made ones
        published = replace(published, provenance=replace(published.provenance, breaks=()))
    sources = {"data": published}
    if plan.data.incidents is not None and files.incidents is not None:
        sources["incidents"] = _read_incidents(plan.data.incidents, files.incidents, published)
    seen = [area for area in published.areas if hidden is None or area not in hidden.areas]
    if hidden is not None:
        sources = {source: hidden.take_out(panel) for source, panel in sources.items()}
    panels: list[Panel] = []
    breaks: list[CategoryBreak] = []
    categories: dict[str, tuple[str, ...]] = {}
    for source, panel in sources.items():
        groups = _groups(panel, plan, source, path)
        categories |= {
            outcome: tuple(f"{source}: {name}" for name in names) for outcome, names in groups.items()
        }
        if groups:
            panels.append(_without_stops(panel.combine_outcomes(groups), seen))
            breaks += _breaks(panel, groups, seen)
    if not panels:
        raise refuse(path, ("outcomes",), "No outcome of the plan is made of anything in the data.")
    together = _joined(panels)
    if plan.data.simulated:
        together = replace(together, provenance=replace(together.provenance, simulated=True))
    order = [outcome.name for outcome in plan.outcomes if outcome.parts]
    return ReadData(replace(together, counts=together.counts.sel(outcome=order)), tuple(breaks), categories)


def _read_main(source: DataSource, files: DataFiles) -> Panel:
    """Read the counts with the reader the plan names."""
    if source.reader == "police_uk":
        from evaluate.data.police_uk import read_police_uk

        return read_police_uk(_only(files.main, source), areas=files.lookup)
    if source.reader == "counts":
        from evaluate.data.counts import read_counts

        return read_counts(
            _only(files.main, source),
            area=source.area,
            period=source.period,
            outcome=source.outcome,
            count=source.count,
            missing=source.missing,
            every=source.every,
        )
    from evaluate.data.mps import read_mps

    # Zeros of a category that was renamed must stay zeros while categories are added up; ``_without_stops`` marks
    # what is missing once they are.
    return read_mps(_only(files.main, source), detail="minor", structural_zeros="zero")


def _only(files: Sequence[Path], source: DataSource) -> Path:
    """The one file that a reader takes."""
    if len(files) != 1:
        names = ", ".join(file.name for file in files)
        raise DesignError(
            f'The reader "{source.reader}" reads one file; data.files names {len(files)}: {names}. Keep one.'
        )
    return files[0]


def _read_incidents(source: IncidentSource, file: Path, published: Panel) -> Panel:
    """Count the dated incidents by the panel's period, in the panel's areas and periods."""
    from evaluate.data.incidents import read_incidents

    every = period_name(published.periods)
    if every not in FREQUENCIES:
        raise DataError(f"Incidents cannot be counted by {every}; count the main file by month, week or day.")
    incidents = read_incidents(
        file,
        area=source.area,
        date=source.date,
        outcome=source.outcome,
        duplicate=source.duplicate,
        between=(source.between[0], source.between[1]) if source.between else None,
    )
    return aligned(incidents.count(every=every), published, covers=source.covers)


def aligned(counted: Panel, published: Panel, *, covers: Sequence[str] | None) -> Panel:
    """Lay counted incidents out in the areas and periods of another panel.

    Parameters
    ----------
    counted : Panel
        Incidents counted by the same length of period.
    published : Panel
        The panel to fit.
    covers : sequence of str or None
        Areas whose incidents the file holds: those without one had none. None: only the areas named are known.

    Returns
    -------
    Panel
        Missing where the file says nothing: other areas, and periods outside the file's first and last.

    Examples
    --------
    >>> import evaluate as ev
    >>> wide = ev.simulate_panel(areas=3, periods=24, seed=1)
    >>> counts = aligned(wide.select(areas=["A01"]), wide, covers=["A01", "A02"]).counts
    >>> counts.sum("period", skipna=False).values.ravel()[1:]
    array([ 0., nan])
    """
    known = {str(area) for area in counted.areas}
    counts = counted.counts.reindex(area=list(published.areas), period=published.periods)
    inside = np.isin(published.periods.asi8, counted.periods.asi8)
    for area in covers or ():
        if area not in known and area in published.areas:
            counts.loc[{"area": area, "period": published.periods[inside]}] = 0.0
    return replace(published, counts=counts.transpose(*DIMENSIONS), provenance=counted.provenance)


def _groups(panel: Panel, plan: Plan, source: str, path: Path) -> dict[str, list[str]]:
    """The published categories of every outcome that comes from one source."""
    published = [str(name) for name in panel.outcomes]
    return {
        outcome.name: _parts(outcome, published, ("outcomes", number), path)
        for number, outcome in enumerate(plan.outcomes)
        if outcome.source == source and outcome.parts
    }


def _without_stops(panel: Panel, seen: Sequence[str]) -> Panel:
    """Mark as missing an outcome that the areas one may see did not count for a year or more, and say so."""
    stops = find_stops(panel.counts.sel(area=list(seen)).values.sum(axis=0))
    notes = describe_stops(stops, [str(name) for name in panel.outcomes], panel.periods)
    provenance = replace(panel.provenance, notes=(*panel.provenance.notes, *notes))
    return replace(
        panel, counts=panel.counts.copy(data=set_missing(panel.counts.values, stops)), provenance=provenance
    )


def _breaks(panel: Panel, groups: dict[str, list[str]], seen: Sequence[str]) -> Iterator[CategoryBreak]:
    """Categories that come or go inside the file, for every outcome that adds several together.

    Those that the register of breaks knows are left to it: it knows why, and whether the sum is whole.
    """
    registered = {category for one in panel.provenance.breaks for category in one.moved_among}
    for outcome, categories in groups.items():
        if len(categories) < 2:
            continue
        totals = panel.counts.sel(area=list(seen), outcome=categories).values.sum(axis=0)
        for stop in find_stops(totals):
            if stop.length >= LEAST_RUN and categories[stop.outcome] not in registered:
                first, last = panel.periods[stop.first], panel.periods[stop.last]
                yield CategoryBreak(outcome, categories[stop.outcome], first, last)


def _parts(outcome: OutcomePlan, published: Sequence[str], where: tuple[str, int], path: Path) -> list[str]:
    """The published categories of an outcome, the error placed in the plan."""
    try:
        return parts_of(outcome.parts, outcome.except_parts, published)
    except DesignError as error:
        message = f'Outcome "{outcome.name}" cannot be made. {error}'
        raise refuse(path, (*where, "parts"), message) from error


def _joined(panels: Sequence[Panel]) -> Panel:
    """Set the outcomes of several panels of the same areas and periods side by side."""
    counts = xr.concat([panel.counts for panel in panels], dim="outcome", join="exact").transpose(*DIMENSIONS)
    each = [panel.provenance for panel in panels]
    provenance = Provenance(
        files=tuple(file for one in each for file in one.files),
        layout=each[0].layout,
        extracted=each[0].extracted,
        notes=tuple(dict.fromkeys(note for one in each for note in one.notes)),
        simulated=any(one.simulated for one in each),
        breaks=tuple(found for one in each for found in one.breaks),
    )
    period = pd.PeriodIndex(counts.indexes["period"])
    return replace(panels[0], counts=counts.assign_coords(period=period), provenance=provenance)
