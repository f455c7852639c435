"""What every estimator returns, whatever its method: effects, the counterfactual, draws and diagnostics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.deferred import Deferred
from evaluate.effects.display import effects_html
from evaluate.effects.effect import Effect
from evaluate.effects.kept import Kept
from evaluate.errors import DesignError, did_you_mean

if TYPE_CHECKING:
    import xarray as xr

EFFECT_COLUMNS = (
    "observed", "expected", "rate_ratio", "lower", "upper", "prevented", "prevented_lower", "prevented_upper",
    "p_reduction", "level", "interval",
)  # fmt: skip
COUNTERFACTUAL_COLUMNS = (
    "observed", "expected", "expected_lower", "expected_upper", "predicted_lower", "predicted_upper",
)  # fmt: skip


class Estimator(Protocol):
    """A method with its settings. ``fit`` takes a design and returns a new Result; nothing is kept inside."""

    @property
    def name(self) -> str:
        """Name for tables, such as "structural model"."""
        ...

    def fit(self, design: Design, *, seed: int) -> Result:
        """Fit the method to the design."""
        ...


@dataclass(frozen=True, eq=False)
class Result:
    """Effects of the operations of one design by one method.

    Parameters
    ----------
    estimator : Estimator
        The method with its settings, so that a check can fit it again.
    design : Design
        What it was fitted to.
    effect_list : sequence of Effect
        One for each window of the design.
    counterfactual : pandas.DataFrame
        By period: ``observed``, ``expected`` and its interval ``expected_lower``, ``expected_upper`` (of the mean),
        ``predicted_lower``, ``predicted_upper`` (a count that could have been recorded).
    diagnostics : mapping
        What the engine says about itself: plain numbers and words.
    seed : int
        The seed it was fitted with.
    draws : xarray.DataTree or None
        Draws in ArviZ's layout, where the method has any.
    kept : Kept or None
        Where checks keep what they fit again, so that one that was stopped goes on; ``run_checks`` sets it.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> result = ev.BeforeAfter().fit(design, seed=1)
    >>> list(result.effects.index)
    [('operation', 'during'), ('operation', 'after')]
    """

    estimator: Estimator
    design: Design
    effect_list: Sequence[Effect]
    counterfactual: Deferred[pd.DataFrame] = Deferred()  # noqa: RUF009 a descriptor, not a shared value
    _: KW_ONLY
    seed: int
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    draws: Deferred[xr.DataTree | None] = Deferred(None)  # noqa: RUF009
    kept: Kept | None = None

    @property
    def effects(self) -> pd.DataFrame:
        """The effects as a table, index (operation, window)."""
        index = pd.MultiIndex.from_tuples(
            [(effect.operation, effect.window) for effect in self.effect_list], names=["operation", "window"]
        )
        rows = [[getattr(effect, column) for column in EFFECT_COLUMNS] for effect in self.effect_list]
        return pd.DataFrame(rows, index=index, columns=list(EFFECT_COLUMNS))

    def effect(self, operation: str, window: str) -> Effect:
        """Return one effect.

        Raises
        ------
        DesignError
            If there is no such operation or window.
        """
        for effect in self.effect_list:
            if (effect.operation, effect.window) == (operation, window):
                return effect
        known = [f"{effect.operation}, {effect.window}" for effect in self.effect_list]
        raise DesignError(
            f'The result has no effect "{operation}, {window}". {did_you_mean(f"{operation}, {window}", known)}'
        )

    def __repr__(self) -> str:
        lines = [f"Result of the {self.estimator.name}: {self.design.outcome}"]
        return "\n  ".join([*lines, *(repr(effect) for effect in self.effect_list)])

    def _repr_html_(self) -> str:
        return effects_html(self.effect_list, f"{self.design.outcome} by the {self.estimator.name}")
