"""Fitting the same estimator again to moved designs, one after the other or side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from operator import itemgetter
from typing import Protocol, runtime_checkable

import numpy as np

from evaluate.checks.side_by_side import side_by_side
from evaluate.checks.target import Target
from evaluate.data.panel import Panel
from evaluate.design.design import Design
from evaluate.effects.effect import Effect
from evaluate.effects.kept import ABSENT
from evaluate.effects.result import Estimator
from evaluate.errors import EvaluateError, FitError
from evaluate.numerics.seeds import child_seed


@runtime_checkable
class Preparable(Protocol):
    """An estimator that can learn once what all moved designs of one outcome share."""

    def prepared(self, design: Design) -> Estimator:
        """Return the same estimator with that in it."""
        ...


@dataclass(frozen=True)
class Move:
    """A moved design that has still to be made, because making it may be refused.

    Parameters
    ----------
    label : str
        What was moved, in a few words; also decides the seed of the fit.
    make : callable
        Takes the original design and returns the moved one.
    key : (str, str), optional
        Operation and window to read off; those of the target otherwise.
    estimator : Estimator, optional
        Method to fit; that of the result otherwise.
    """

    label: str
    make: Callable[[Design], Design]
    key: tuple[str, str] | None = None
    estimator: Estimator | None = None


@dataclass(frozen=True)
class Refit:
    """What came of a move.

    Parameters
    ----------
    label : str
        Of the move.
    effect : Effect or None
        None where the design or the fit was refused.
    design : Design or None
        The moved design.
    problem : str
        Why it was refused.
    """

    label: str
    effect: Effect | None = None
    design: Design | None = None
    problem: str = ""


def refit(
    target: Target, moves: Sequence[Move], *, seed: int, n_jobs: int | None = None, learned: bool = True
) -> list[Refit]:
    """Fit the target's estimator to every moved design.

    Parameters
    ----------
    target : Target
        The effect that is checked.
    moves : sequence of Move
        Each is made and fitted; what is refused comes back with the reason.
    seed : int
        Each fit's own seed comes from it and the move's label, so that neither order nor ``n_jobs`` matters.
    n_jobs : int, optional
        Processes to use; see ``side_by_side``.
    learned : bool
        Let an estimator that can do so learn once from the original design what all moved designs share; False where
        they have another outcome.

    Returns
    -------
    list of Refit
        In the order of the moves.
    """
    estimator = target.result.estimator
    if learned and isinstance(estimator, Preparable) and len(moves) > 2:
        estimator = estimator.prepared(target.design)
    designs = _moved(target, moves, estimator)
    tasks = [
        (
            move.label,
            design,
            move.estimator or estimator,
            move.key or target.window.key,
            child_seed(seed, move.label),
        )
        for move, design in zip(moves, designs, strict=True)
    ]
    kept = target.result.kept
    if kept is None:
        return [one for _, one in sorted(side_by_side(fit_one, tasks, n_jobs=n_jobs), key=itemgetter(0))]
    keys = [kept.key("refit", *task) for task in tasks]
    found = [kept.get(key) for key in keys]
    missing = [place for place, one in enumerate(found) if one is ABSENT]
    for number, one in side_by_side(fit_one, [tasks[place] for place in missing], n_jobs=n_jobs):
        found[missing[number]] = one
        kept.put(keys[missing[number]], one)
    return found


def _moved(target: Target, moves: Sequence[Move], estimator: Estimator) -> list[Design | EvaluateError]:
    """Make the moved designs, each on a panel of the outcomes it needs so that it is quick to send to a process."""
    panels: dict[tuple[str, ...], Panel] = {}
    designs: list[Design | EvaluateError] = []
    for move in moves:
        try:
            design = move.make(target.design)
        except EvaluateError as error:
            designs.append(error)
            continue
        wanted = outcomes_used(design, move.estimator or estimator)
        if design.panel is target.design.panel and len(wanted) < len(design.panel.outcomes):
            if wanted not in panels:
                panels[wanted] = design.panel.select(outcomes=list(wanted))
            design = replace(design, panel=panels[wanted])
        designs.append(design)
    return designs


def outcomes_used(design: Design, estimator: Estimator) -> tuple[str, ...]:
    """Outcomes of the panel that a fit reads: the one judged, and those that the estimator's settings name."""
    settings: list[object] = (
        [getattr(estimator, one.name) for one in fields(estimator)] if is_dataclass(estimator) else []
    )
    named = {
        text
        for value in settings
        for text in (value if isinstance(value, list | tuple) else [value])
        if isinstance(text, str)
    }
    return tuple(one for one in map(str, design.panel.outcomes) if one == design.outcome or one in named)


def fit_one(
    label: str, design: Design | EvaluateError, estimator: Estimator, key: tuple[str, str], seed: int
) -> Refit:
    """Fit one design and keep only the effect: draws of many fits would fill the memory."""
    if isinstance(design, EvaluateError):
        return Refit(label, problem=str(design))
    try:
        return Refit(label, estimator.fit(design, seed=seed).effect(*key), design)
    except EvaluateError as error:
        return Refit(label, design=design, problem=str(error))


def log_effect(effect: Effect) -> tuple[float, float]:
    """Log rate ratio and its standard error.

    Raises
    ------
    FitError
        If the method gives no standard error, so that effects of areas of different size cannot be compared.
    """
    if effect.ratio is None or not np.isfinite(effect.ratio.log_standard_error) or not effect.rate_ratio > 0:
        raise FitError(
            f"The effect on {effect.operation}, {effect.window} comes without a standard error, which this check "
            "compares effects by. Use an estimator that gives one."
        )
    return float(np.log(effect.rate_ratio)), float(effect.ratio.log_standard_error)


def comparable(refits: Sequence[Refit]) -> list[Refit]:
    """Turn effects that cannot be studentised (nothing recorded, no standard error) into refusals."""
    found = []
    for one in refits:
        try:
            if one.effect is not None:
                log_effect(one.effect)
            found.append(one)
        except FitError as error:
            found.append(Refit(one.label, design=one.design, problem=str(error)))
    return found


def excludes_one(effect: Effect) -> bool:
    """Whether the interval of the rate ratio leaves 1 out."""
    return bool(effect.upper < 1 or effect.lower > 1)
