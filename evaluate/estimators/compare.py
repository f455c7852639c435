"""Several methods on one design: one table, one forest plot, and what speaks against each method here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import overload

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.result import EFFECT_COLUMNS, Estimator, Result
from evaluate.errors import DesignError, FitError
from evaluate.estimators.applicability import Applicability, applicability


@dataclass(frozen=True)
class Compared:
    """One method of a comparison.

    Parameters
    ----------
    label : str
        Its name, with the settings that tell it from another of the same name.
    applicability : Applicability
        Whether it suits the design.
    result : Result or None
        None where it refused.
    refusal : str
        What it said then.
    """

    label: str
    applicability: Applicability
    result: Result | None
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class Comparison(Sequence[Result]):
    """The results of several methods on one design; as a sequence, those results.

    Parameters
    ----------
    design : Design
        What they were fitted to.
    methods : tuple of Compared
        In the order asked for.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> comparison = ev.compare([ev.BeforeAfter(), ev.RelativeRateRatio()], design)
    >>> ev.plot_effects(comparison).get_xscale()
    'log'
    """

    design: Design
    methods: tuple[Compared, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """The results there are, in the order asked for."""
        return tuple(method.result for method in self.methods if method.result is not None)

    @property
    def labels(self) -> tuple[str, ...]:
        """What tells the results apart, in their order."""
        return tuple(method.label for method in self.methods if method.result is not None)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each window and method.

        Index (operation, window, method); the columns of ``Result.effects``, then ``advice`` and ``reason``. A method
        that refused has no numbers, and its message as the reason.
        """
        rows, index = [], []
        for window in self.design.windows:
            for method in self.methods:
                index.append((*window.key, method.label))
                advice: list[object] = [method.applicability.advice, " ".join(method.applicability.reasons)]
                if method.result is None:
                    rows.append([*[np.nan] * (len(EFFECT_COLUMNS) - 1), "refused", advice[0], method.refusal])
                    continue
                effect = method.result.effect(*window.key)
                rows.append([*(getattr(effect, column) for column in EFFECT_COLUMNS), *advice])
        names = ["operation", "window", "method"]
        columns = [*EFFECT_COLUMNS, "advice", "reason"]
        return pd.DataFrame(rows, index=pd.MultiIndex.from_tuples(index, names=names), columns=columns)

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Result, ...]: ...
    def __getitem__(self, place: int | slice) -> Result | tuple[Result, ...]:
        return self.results[place]

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __repr__(self) -> str:
        lines = [f"Comparison of {len(self.methods)} methods: {self.design.outcome}"]
        for method in self.methods:
            lines.append(f"{method.label} ({method.applicability.advice})")
            if method.result is None:
                lines.append(f"  refused: {method.refusal}")
            else:
                lines += [f"  {effect!r}" for effect in method.result.effect_list]
        return "\n  ".join(lines)


def compare(estimators: Sequence[Estimator], design: Design, *, seed: int = 0) -> Comparison:
    """Fit several methods to one design.

    A method that refuses the design is kept with what it said, so that no answer is missing without a reason. Methods
    advised against are fitted all the same: a reader who sees them elsewhere should see here what they give and why it
    should not be relied on. Choose the method before the comparison, never from it.

    Parameters
    ----------
    estimators : sequence of Estimator
        Methods with their settings.
    design : Design
        The design.
    seed : int
        Given to each.

    Returns
    -------
    Comparison

    Raises
    ------
    DesignError
        If no method is given, or the same twice.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> comparison = ev.compare([ev.BeforeAfter(), ev.SyntheticControl()], design)
    >>> comparison.table["advice"].unique().tolist()
    ['advised against']
    """
    if not estimators:
        raise DesignError("There is no method to compare: give at least one estimator.")
    labels = _labels(estimators)
    found = []
    for label, estimator in zip(labels, estimators, strict=True):
        advice = applicability(estimator, design)
        try:
            found.append(Compared(label, advice, estimator.fit(design, seed=seed)))
        except FitError as refusal:
            found.append(Compared(label, advice, None, str(refusal)))
    return Comparison(design, tuple(found))


def _labels(estimators: Sequence[Estimator]) -> list[str]:
    """Names that tell the methods apart: with the settings that are not the usual ones where a name occurs twice."""
    names = [estimator.name for estimator in estimators]
    labels = [
        name if names.count(name) == 1 else f"{name}{_unusual(estimator)}"
        for name, estimator in zip(names, estimators, strict=True)
    ]
    for label in labels:
        if labels.count(label) > 1:
            raise DesignError(f'The method "{label}" is there twice with the same settings. Leave one out.')
    return labels


def _unusual(estimator: Estimator) -> str:
    """Settings that differ from the defaults, in brackets; empty where none does."""
    if not is_dataclass(estimator):
        return ""
    changed = [
        f"{setting.name}={getattr(estimator, setting.name)}"
        for setting in fields(estimator)
        if setting.compare
        and (setting.default is MISSING or getattr(estimator, setting.name) != setting.default)
    ]
    return f" ({', '.join(changed)})" if changed else ""
