"""Which untreated areas, and which of their months, can stand in for the treated one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import comb

import numpy as np
import pandas as pd

from evaluate.checks.refit import Move
from evaluate.checks.target import Target
from evaluate.design.design import Design
from evaluate.numerics.spikes import spike_scores

MOST_GROUPS = 99
"""Stand-ins where there are more to choose from than anybody asked for; gives p-values down to 0.01."""

Group = tuple[str, ...]


def stand_in_groups(design: Design, *, most: int | None, random: np.random.Generator) -> list[Group]:
    """Choose untreated areas, or groups of as many areas as were treated.

    Only controls are chosen from: the treated areas, the buffers and whatever the design excludes never are.

    Parameters
    ----------
    design : Design
        The real one.
    most : int or None
        At most so many, drawn without replacement; None for every control area (99 where groups are drawn).
    random : numpy.random.Generator
        For the draw.

    Returns
    -------
    list of tuple of str
        In the order of the controls.
    """
    control, size = np.array(design.control, dtype=object), len(design.treated)
    if size == 1:
        wanted = len(control) if most is None else min(most, len(control))
        chosen = np.sort(random.permutation(len(control))[:wanted])
        return [(str(control[number]),) for number in chosen]
    if len(control) < size:
        return []
    wanted = min(MOST_GROUPS if most is None else most, comb(len(control), size))
    groups: set[tuple[int, ...]] = set()
    while len(groups) < wanted:
        groups.add(tuple(sorted(int(number) for number in random.choice(len(control), size, replace=False))))
    return [tuple(str(control[number]) for number in group) for group in sorted(groups)]


def group_label(design: Design, group: Group) -> str:
    """Readable names of a group's areas."""
    return " + ".join(design.panel.label(area) for area in group)


def with_stand_in(design: Design, *, group: Group) -> Design:
    """Move the treatment to a group; the really treated and the buffers leave the design altogether."""
    moved = design.with_treated(group)
    return moved.without(design.buffer) if design.buffer else moved


@dataclass(frozen=True, eq=False)
class SpikeMatches:
    """Groups and start dates whose spike was at least as high as the treated area's.

    Parameters
    ----------
    score : float
        Standardised spike of the treated area.
    available : int
        Number of area-months with one as high, overlapping ones included.
    moves : list of Move
        Those chosen.
    groups : list of tuple of str
        The group of each move.
    starts : list of pandas.Period
        The start of each move.
    """

    score: float
    available: int
    moves: list[Move]
    groups: list[Group]
    starts: list[pd.Period]


def spike_matches(
    target: Target, groups: Sequence[Group], *, most: int | None, random: np.random.Generator
) -> SpikeMatches:
    """Find stand-ins that had a spike as high before their pretend start, in any month with room for the design.

    The spike is ``numerics.spikes.spike_scores`` of the trigger periods against the reference periods. Two stand-ins
    of the same group have no period from spike to end of window in common.

    Parameters
    ----------
    target : Target
        With a trigger.
    groups : sequence of tuple of str
        Groups to choose from.
    most : int or None
        At most so many; 99 where None.
    random : numpy.random.Generator
        For the draw.

    Returns
    -------
    SpikeMatches
    """
    scores, shifts, score = _scores(target, groups)
    rows, columns = np.nonzero(scores >= score)
    span = np.flatnonzero(target.inside)[-1] - np.flatnonzero(target.trigger)[0] + 1
    taken: dict[int, list[int]] = {}
    chosen: list[tuple[int, int]] = []
    for number in random.permutation(len(rows)):
        group, shift = int(rows[number]), int(shifts[columns[number]])
        if all(abs(shift - other) >= span for other in taken.get(group, [])):
            taken.setdefault(group, []).append(shift)
            chosen.append((group, shift))
        if len(chosen) == (MOST_GROUPS if most is None else most):
            break
    first = target.design.windows[0].periods[0]
    starts = [first + shift for _, shift in chosen]
    picked = [tuple(groups[group]) for group, _ in chosen]
    moves = [
        Move(f"{'+'.join(group)} from {start}", partial(_moved, group=group, start=start))
        for group, start in zip(picked, starts, strict=True)
    ]
    return SpikeMatches(score, len(rows), moves, picked, starts)


def _moved(design: Design, *, group: Group, start: pd.Period) -> Design:
    """Move the treatment to a group and all operations in time."""
    return with_stand_in(design, group=group).shifted_to(start.start_time)


def _scores(target: Target, groups: Sequence[Group]) -> tuple[np.ndarray, np.ndarray, float]:
    """Spike scores of shape (groups, shifts), the shifts in periods, and the treated area's own score."""
    design = target.design
    counts = design.panel.counts.sel(outcome=design.outcome).transpose("area", "period")
    everyone = counts.sel(area=list(design.control)).values
    grouped = np.stack([counts.sel(area=list(group)).values.sum(axis=0) for group in groups])
    here = design.panel.periods.get_indexer(design.periods)
    shifts = np.arange(-here[0], len(design.panel.periods) - here[-1])
    found = np.full((len(groups), len(shifts)), np.nan)
    masks = {"spike": target.trigger, "baseline": target.reference}
    for column, shift in enumerate(shifts):
        part = everyone[:, here + shift]
        total = part[~np.isnan(part).any(axis=1)].sum(axis=0)
        own = grouped[:, here + shift]
        found[:, column] = spike_scores(own, total - own, **masks)
    now = everyone[:, here]
    total = now[~np.isnan(now).any(axis=1)].sum(axis=0)
    score = spike_scores(design.treated_counts[None, :], total, **masks)[0]
    return found, shifts, float(score)
