"""Counts of one year's areas, rebuilt to another's, so that no boundary that moved is taken for a change in crime."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from evaluate.data.grid import as_counts
from evaluate.data.lsoa_lookup import LsoaLookup
from evaluate.data.overlaps import WHOLE, Overlaps, overlaps_of
from evaluate.data.panel import Panel
from evaluate.errors import DataError, did_you_mean, many, shortened

METHODS: Final = ("best fit", "weights")

JOINED = 0.95
"""Share of an area from which its counts join those of a new one as they are; below, a break remains."""

LEAST_JOINED = 0.80
"""Share of an area below which best fit would give away more than a fifth of its counts, and is refused."""


def rebuild(panel: Panel, lookup: LsoaLookup | Overlaps, *, method: str = "best fit", seed: int = 0) -> Panel:
    """Rebuild counts to one fixed geography.

    Parameters
    ----------
    panel : Panel
        Counts of the source areas: LSOAs, or the wards of another year.
    lookup : LsoaLookup or Overlaps
        ``ev.read_lookup`` for LSOAs to wards; ``ev.overlaps_by_lsoa``, ``ev.read_boundaries(...).overlaps(...)``
        or ``ev.read_lsoa_changes`` for areas of two years.
    method : {"best fit", "weights"}
        Best fit gives all counts of a source to the target that holds most of it. Weights divide them by the
        shares of the source that lie in each target.
    seed : int
        Of the draws by which weights divide counts.

    Returns
    -------
    Panel
        Of the target areas. Its provenance gives the totals before and after, which agree, what was divided and
        what was left out. A cell is missing where any source of it is.

    Raises
    ------
    DataError
        If the codes are of another year than the lookup's, best fit would give away more than a fifth of an area,
        or no target is covered. The message gives the share and the fix.

    Notes
    -----
    Counts stay counts. Under ``"weights"`` each recorded crime of a divided area is placed in one of its targets by
    a draw with the shares as chances (multinomial thinning), so that nothing is counted twice, the total of every
    source, period and outcome is kept, and the new counts vary as counts do: dividing the numbers instead would give
    fractions that vary less than counts, and intervals that are too narrow. Weights take crime for evenly spread
    over the unit they count (hectares, LSOAs, people), which it is not: a street at the edge may hold most of it.
    Where LSOA counts can be had, rebuild from them. Another seed shows how much the draw matters.

    A target is kept where the areas in the panel make up at least 95% of it. An LSOA without a row in any month is
    not in a panel of street files; ``ev.read_police_uk(areas=...)`` with the lookup counts it as zero.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import evaluate as ev
    >>> counts = pd.DataFrame({"ward": "old", "month": ["2018-03", "2018-04"], "type": "theft", "n": [100, 50]})
    >>> panel = ev.read_counts(counts, area="ward", period="month", outcome="type", count="n")
    >>> overlaps = ev.make_overlaps([("old", "new", 84.7), ("old", "next", 15.3)], unit="hectares")
    >>> rebuilt = ev.rebuild(panel, overlaps, method="weights", seed=1)
    >>> rebuilt.counts.sum("area").values.ravel()
    array([100.,  50.])
    >>> print(rebuilt.provenance.notes[-1])
    Rebuilt from 1 area to 2 areas by weights (hectares): 150 counts before, 150 after. 1 area was divided among...
    """
    if method not in METHODS:
        raise DataError(f'Areas cannot be rebuilt by "{method}". {did_you_mean(method, METHODS)}')
    if isinstance(lookup, LsoaLookup):
        lookup.refuse_other_year(panel.areas)
        lookup = overlaps_of(lookup)
    known = _known(panel, lookup)
    parts = _parts(lookup, known, method)
    targets = pd.Index(sorted(parts["target"].unique()))
    values = _placed(panel.counts.sel(area=known).values, parts, known, targets, seed=seed)
    covered = _covered(lookup, known, targets)
    if not covered.any():
        raise DataError(
            f"The {many(len(known), 'area')} of the panel make up no target area by {JOINED:.0%}, so none can be "
            "rebuilt. Read the counts of all areas around them."
        )
    counts = as_counts(
        values[covered], areas=targets[covered], periods=panel.periods, outcomes=panel.outcomes
    )
    by = "best fit" if method == "best fit" else f"weights ({lookup.unit})"
    notes = [
        f"Rebuilt from {many(len(known), 'area')} to {many(int(covered.sum()), 'area')} by {by}: "
        + _totals(panel, known, values, covered),
        _division(parts, panel, seed) if method == "weights" else _breaks(lookup, known),
        _left_out(panel, known, targets[~covered]),
    ]
    provenance = replace(
        panel.provenance,
        files=(*panel.provenance.files, *lookup.files),
        notes=(*panel.provenance.notes, " ".join(note for note in notes if note)),
    )
    kept = set(targets[covered])
    labels, groups = (
        {code: name for code, name in names.items() if code in kept and name}
        for names in ({**panel.labels, **lookup.labels}, {**panel.groups, **lookup.groups})
    )
    return Panel(counts, labels=labels, groups=groups, provenance=provenance)


def _known(panel: Panel, overlaps: Overlaps) -> list[str]:
    """Areas of the panel that are sources of the overlaps; nearly all must be."""
    sources = pd.Index(overlaps.table["source"].unique())
    inside = panel.areas.isin(sources)
    if inside.mean() < JOINED:
        gone = str(panel.areas[~inside][0])
        raise DataError(
            f"The lookup holds {inside.mean():.1%} of the {many(len(panel.areas), 'area')} in the panel, and "
            f'{JOINED:.0%} is needed: "{gone}" is not in it. {did_you_mean(gone, sources)} Codes join, names never do: '
            "use a lookup from areas of the year the counts were published for."
        )
    return [str(area) for area in panel.areas[inside]]


def _parts(overlaps: Overlaps, known: list[str], method: str) -> pd.DataFrame:
    """What share of each source goes to each target: ``source``, ``target``, ``share``; the shares add up to 1."""
    table = overlaps.table[overlaps.table["source"].isin(set(known))]
    parts = table.drop_duplicates(["source", "target"])[["source", "target", "share_of_source"]]
    inside = parts.groupby("source")["share_of_source"].sum()
    outside = inside[inside < JOINED]
    if len(outside):
        raise DataError(
            f"Only {outside.iloc[0]:.1%} of {outside.index[0]} lies in the new areas, so its counts would be lost "
            f"({many(len(outside), 'such area')}). Leave it out with panel.select, or use new areas that cover it."
        )
    best = overlaps.best.loc[known]
    if method == "best fit":
        lost = best[best["share_of_source"] < LEAST_JOINED]
        if len(lost):
            raise DataError(
                f"Best fit gives an area to the one that holds most of it, but {lost['target'].iloc[0]} holds only "
                f"{lost['share_of_source'].iloc[0]:.1%} of {lost.index[0]} by {overlaps.unit} "
                f"({many(len(lost), 'area')} below {LEAST_JOINED:.0%}). Rebuild from counts by LSOA, or use "
                'method="weights".'
            )
        return best.rename_axis("source").reset_index().assign(share=1.0)[["source", "target", "share"]]
    parts = parts[parts["share_of_source"] > 1 - WHOLE]
    total = parts.groupby("source")["share_of_source"].transform("sum")
    return parts.assign(share=parts["share_of_source"] / total)[["source", "target", "share"]]


def _placed(
    values: np.ndarray, parts: pd.DataFrame, known: list[str], targets: pd.Index, *, seed: int
) -> np.ndarray:
    """Place the counts of the sources, shape (sources, periods, outcomes), in the targets."""
    out = np.zeros((len(targets), *values.shape[1:]))
    source = pd.Index(known).get_indexer(pd.Index(parts["source"]))
    target = targets.get_indexer(pd.Index(parts["target"]))
    whole = ~parts["source"].duplicated(keep=False).to_numpy()
    np.add.at(out, target[whole], values[source[whole]])
    for place in np.unique(source[~whole]):
        mine = source == place
        counts = values[place]
        # A stream of its own for each area, so that the order of areas and the others in the panel change nothing.
        random = np.random.default_rng([seed, *known[place].encode()])
        shares = parts["share"].to_numpy()[mine]
        drawn = random.multinomial(np.nan_to_num(counts).astype(np.int64), shares / shares.sum())
        out[target[mine]] += np.where(np.isnan(counts), np.nan, np.moveaxis(drawn, -1, 0))
    return out


def _covered(overlaps: Overlaps, known: list[str], targets: pd.Index) -> np.ndarray:
    """Which targets the areas in the panel make up, by the sources of one edition of the map."""
    table = overlaps.table[overlaps.table["source"].isin(set(known))]
    share = table.groupby(["target", "edition"])["share_of_target"].sum().groupby("target").max()
    return share.reindex(targets, fill_value=0.0).to_numpy() >= JOINED


def _totals(panel: Panel, known: list[str], values: np.ndarray, covered: np.ndarray) -> str:
    """Counts before and after, and where the rest is: nothing is lost without being said."""
    before = int(np.nansum(panel.counts.values))
    after = int(np.nansum(values[covered]))
    rest = {
        "in areas that the lookup does not have": before
        - int(np.nansum(panel.counts.sel(area=known).values)),
        "in new areas left out": int(np.nansum(values[~covered])),
    }
    rest["in cells that are missing because a part of them is"] = before - after - sum(rest.values())
    said = "".join(f", {number:,} {where}" for where, number in rest.items() if number)
    return f"{before:,} counts before, {after:,} after{said}."


def _division(parts: pd.DataFrame, panel: Panel, seed: int) -> str:
    """Say how much was divided."""
    divided = parts.loc[parts["source"].duplicated(), "source"].unique()
    if not len(divided):
        return "No area was divided."
    number = int(np.nansum(panel.counts.sel(area=list(divided)).values))
    were = "area was" if len(divided) == 1 else "areas were"
    return (
        f"{len(divided):,} {were} divided among several: {number:,} counts were placed by a draw with the shares as "
        f"chances (seed {seed})."
    )


def _breaks(overlaps: Overlaps, known: list[str]) -> str:
    """Name the areas of which best fit gave a part away."""
    best = overlaps.best.loc[known]
    moved = best[best["share_of_source"] < JOINED].sort_values("share_of_source", kind="stable")
    if not len(moved):
        return ""
    shown = shortened(
        [f"{row.Index} ({row.share_of_source:.1%} of it in {row.target})" for row in moved.itertuples()]
    )
    return f"A break remains at the change of boundaries in {shown}."


def _left_out(panel: Panel, known: list[str], uncovered: pd.Index) -> str:
    """Name what is not in the rebuilt panel."""
    notes = []
    strange = [str(area) for area in panel.areas.difference(pd.Index(known), sort=False)]
    if strange:
        notes.append(f"The lookup does not have {shortened(strange, most=3)}.")
    if len(uncovered):
        notes.append(
            f"Left out, since the panel does not have {JOINED:.0%} of them: {shortened(list(uncovered), most=3)}."
        )
    return " ".join(notes)
