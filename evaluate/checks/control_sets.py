"""Other sets of control areas that somebody could reasonably have chosen, each by a rule that needs no hindsight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from evaluate.design.design import Design
from evaluate.errors import DesignError, did_you_mean

AS_PLANNED: Final = "as planned"
ALIKE: Final = 40
"""Control areas that a rule of likeness keeps."""

FEWEST: Final = 5
"""Control areas that a set needs."""


def with_control_set(design: Design, rule: str) -> Design:
    """Keep only the control areas that a rule chooses; every rule looks at the baseline alone.

    Parameters
    ----------
    design : Design
        With the controls to choose from.
    rule : str
        "as planned" for all of them. "alike in size": the 40 whose mean count is nearest, as a ratio. "alike in
        course": the 40 whose counts are most correlated with the treated counts. "same larger area": those of the
        treated areas' boroughs. "every other": the second, fourth and so on, in order of their codes.

    Returns
    -------
    Design

    Raises
    ------
    DesignError
        If there is no such rule, it keeps fewer than five areas, or it keeps all there are.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=13, periods=60, seed=1))
    >>> with_control_set(design, "every other").control
    ('A03', 'A05', 'A07', 'A09', 'A11', 'A13')
    """
    if rule == AS_PLANNED:
        return design
    if rule not in RULES:
        raise DesignError(f'There is no set of controls "{rule}". {did_you_mean(rule, [AS_PLANNED, *RULES])}')
    keep = RULES[rule](design)
    number = int(keep.sum())
    if number < FEWEST:
        raise DesignError(f'The controls "{rule}" are {number}; a set needs {FEWEST}. Leave this one out.')
    if keep.all():
        raise DesignError(f'The controls "{rule}" are all those planned. Leave this set out.')
    return design.without([area for area, kept in zip(design.control, keep, strict=True) if not kept])


def possible_sets(design: Design, rules: tuple[str, ...]) -> list[str]:
    """Name the sets of controls that differ from the plan's and have enough areas, the plan's own first."""
    found = [AS_PLANNED]
    for rule in dict.fromkeys(rules):
        if rule != AS_PLANNED and rule not in RULES:
            with_control_set(design, rule)  # says which rules there are
        if rule != AS_PLANNED and FEWEST <= int(RULES[rule](design).sum()) < len(design.control):
            found.append(rule)
    return found


def _nearest(distance: np.ndarray) -> np.ndarray:
    """Shape (areas,), True for the forty with the smallest distance; those without one never."""
    order = np.argsort(np.where(np.isnan(distance), np.inf, distance), kind="stable")[:ALIKE]
    keep = np.zeros(len(distance), dtype=bool)
    keep[order] = True
    return keep & ~np.isnan(distance)


def _alike_in_size(design: Design) -> np.ndarray:
    own = np.nanmean(design.treated_counts[design.baseline])
    means = np.nanmean(design.control_counts[:, design.baseline], axis=1)
    with np.errstate(divide="ignore"):
        return _nearest(np.abs(np.log(means) - np.log(own)))


def _alike_in_course(design: Design) -> np.ndarray:
    own = design.treated_counts[design.baseline]
    theirs = design.control_counts[:, design.baseline]
    known = ~np.isnan(own)
    own, theirs = own[known] - own[known].mean(), theirs[:, known]
    theirs = theirs - theirs.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _nearest(-(theirs @ own) / np.sqrt((theirs**2).sum(axis=1) * (own**2).sum()))


def _same_larger_area(design: Design) -> np.ndarray:
    groups = design.panel.groups
    own = {groups[area] for area in design.treated if area in groups}
    return np.array([groups.get(area) in own for area in design.control], dtype=bool)


def _every_other(design: Design) -> np.ndarray:
    rank = np.argsort(np.argsort(np.array(design.control, dtype=str), kind="stable"), kind="stable")
    return np.asarray(rank % 2 == 1)


RULES: Final[dict[str, Callable[[Design], np.ndarray]]] = {
    "alike in size": _alike_in_size,
    "alike in course": _alike_in_course,
    "same larger area": _same_larger_area,
    "every other": _every_other,
}
"""Name to rule: shape (control areas,), True for those kept."""
