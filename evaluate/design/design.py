"""Who was treated, where and when, and against whom: the whole question an estimator is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from evaluate.data.breaks import explain_absent
from evaluate.data.panel import Panel
from evaluate.data.periods import Span, days_in, period_holding, period_name, periods_between
from evaluate.design.breaks import refuse_crossed_breaks
from evaluate.design.operation import DateLike, Operation, day_of
from evaluate.design.window import Window, following, lay_out, preceding, touched
from evaluate.errors import DesignError, did_you_mean, many, shortened

ALL_OTHERS: Final = "all others"
"""Use every area as a control that is not treated, a buffer or excluded."""


@dataclass(frozen=True, eq=False)
class Design:
    """A panel, one outcome, the treated, control and buffer areas, and the operations.

    Everything is checked when the design is made, so that an estimator can trust it.

    Parameters
    ----------
    panel : Panel
        The counts.
    outcome : str
        The outcome to judge.
    treated : sequence of str
        Codes of the areas where the operation took place. Their counts are added together.
    control : sequence of str or ALL_OTHERS
        Codes of the comparison areas; may be empty.
    buffer : sequence of str
        Codes of the areas crime may have moved to; neither treated nor control.
    operations : sequence of Operation
        One or more, in any order.
    before : str
        Length of the period before the first operation, the trigger included, such as "36 months".
    after : str
        Length of the period after each operation that is judged, such as "12 months"; "0 months" for none.
    trigger : str, optional
        The spike that prompted the first operation, such as "3 months": it gets a term of its own.
    excluded : sequence of str
        Areas to keep out altogether, for instance those with an operation of their own.
    exposure : pandas.Series, optional
        By period, the days on which the outcome can arise, where that is not every day: ``weekend_days`` or
        ``working_days`` of ``ev.calendar(panel.periods)``. Counts are compared as rates over these; an operation that
        covers part of a period is taken to cover the same part of them.

    Raises
    ------
    DesignError
        If an area or outcome is not in the panel, a role is given twice, no control is left where all others were
        asked for, an operation or window lies outside the data, or the outcome does not count the same offences in
        all its periods.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=6, periods=60, seed=1)
    >>> ev.Design(
    ...     panel, outcome="crime", treated=["A01"], operations=[ev.Operation("patrols", "2013-06-01", "2013-06-30")],
    ...     before="36 months", after="12 months", trigger="3 months")
    Design: crime in A01 against 5 control areas; patrols (2013-06-01 to 2013-06-30)
      before 2010-06 to 2013-05 (trigger 2013-03 to 2013-05); after 2013-07 to 2014-06
    """

    panel: Panel
    outcome: str
    treated: Sequence[str]
    operations: Sequence[Operation]
    control: Sequence[str] | str = ALL_OTHERS
    buffer: Sequence[str] = ()
    before: str = "36 months"
    after: str = "12 months"
    trigger: str | None = None
    excluded: Sequence[str] = ()
    exposure: pd.Series | None = None

    def __post_init__(self) -> None:
        if self.outcome not in self.panel.outcomes:
            hint = explain_absent(self.outcome) or did_you_mean(self.outcome, list(self.panel.outcomes))
            raise DesignError(f'There is no outcome "{self.outcome}" in the data. {hint}')
        for role in ("treated", "buffer", "excluded"):
            object.__setattr__(self, role, self._known(getattr(self, role), role))
        if not self.treated:
            raise DesignError("A design needs at least one treated area; treated is empty.")
        if isinstance(self.control, str) and self.control != ALL_OTHERS:
            raise DesignError(f'control is a list of area codes or ev.ALL_OTHERS; it is "{self.control}".')
        object.__setattr__(self, "control", self._resolve_control())
        self._refuse_double_roles()
        if isinstance(self.operations, Operation):
            raise DesignError(f"operations is a list; write [{self.operations!r}].")
        if not self.operations:
            raise DesignError("A design needs at least one operation; operations is empty.")
        ordered = tuple(sorted(self.operations, key=lambda operation: operation.first_day))
        names = [operation.name for operation in ordered]
        if len(set(names)) < len(names):
            raise DesignError(f"Each operation needs a name of its own; these are {shortened(names)}.")
        object.__setattr__(self, "operations", ordered)
        _ = self.windows  # lays out the windows, so that what cannot be laid out is refused here
        if not self.baseline.any():
            raise DesignError(
                f'The trigger leaves nothing of before="{self.before}" to learn from. Ask for a longer "before" or a '
                "shorter trigger."
            )
        _ = self.exposure_days
        refuse_crossed_breaks(self.panel, self.outcome, self.periods)

    # ---- who ---------------------------------------------------------------------------------------------------

    def _known(self, areas: Sequence[str] | str, role: str) -> tuple[str, ...]:
        """Check a role's areas against the panel."""
        if isinstance(areas, str):
            raise DesignError(f'{role} is a list of area codes; write ["{areas}"].')
        for area in areas:
            if area not in self.panel.areas:
                labels = self.panel._labels_with_groups()
                raise DesignError(
                    f'{role} names the area "{area}", which is not in the data. '
                    f"{did_you_mean(str(area), [str(a) for a in self.panel.areas], labels=labels)}"
                )
        return tuple(dict.fromkeys(str(area) for area in areas))

    def _resolve_control(self) -> tuple[str, ...]:
        """Spell out "all others", leaving out areas with no counts at all for the outcome."""
        if isinstance(self.control, str):
            taken = {*self.treated, *self.buffer, *self.excluded}
            counts = self.panel.counts.sel(outcome=self.outcome).transpose("area", "period").values
            known = self.panel.areas[~np.isnan(counts).all(axis=1)]
            control = tuple(str(area) for area in known if area not in taken)
            if not control:
                raise DesignError(
                    "No control area is left: every area is treated, a buffer, excluded or without counts of this "
                    "outcome. Shorten one of those lists, or pass control=[] to do without controls."
                )
            return control
        return self._known(self.control, "control")

    def _refuse_double_roles(self) -> None:
        """An area has one role."""
        roles = {
            "treated": self.treated,
            "control": self.control,
            "buffer": self.buffer,
            "excluded": self.excluded,
        }
        seen: dict[str, str] = {}
        for role, areas in roles.items():
            for area in areas:
                if area in seen:
                    raise DesignError(
                        f"Each area has one role; {area} ({self.panel.label(area)}) is both {seen[area]} and {role}. "
                        f"Take it out of {role}."
                    )
                seen[area] = role

    # ---- when --------------------------------------------------------------------------------------------------

    @cached_property
    def periods(self) -> pd.PeriodIndex:
        """Periods from the start of "before" to the end of the last "after"."""
        everything = self.panel.periods
        for operation in self.operations:
            inside = touched(everything, operation)
            if not len(inside) or (
                operation.first_day < everything[0].start_time or operation.last_day > everything[-1].end_time
            ):
                raise DesignError(
                    f'Operation "{operation.name}" ran from {operation.first_day:%Y-%m-%d} to '
                    f"{operation.last_day:%Y-%m-%d}, outside the data, which run from {everything[0]} to "
                    f"{everything[-1]}. Correct the dates or read a file that covers them."
                )
        first = touched(everything, self.operations[0])[0]
        last = touched(everything, self.operations[-1])[-1]
        baseline = preceding(everything, first, Span.parse(self.before))
        begin = first.start_time - Span.parse(self.before).offset
        if (everything[0] - 1).start_time >= begin:
            raise DesignError(
                f'before="{self.before}" asks for counts from {begin:%Y-%m-%d}, but the data begin in {everything[0]}: '
                f"{many(int((everything < first).sum()), period_name(everything))} before the first operation. "
                "Ask for fewer."
            )
        if not len(baseline):
            raise DesignError(
                f'before="{self.before}" holds no whole {period_name(everything)}. Ask for more.'
            )
        tail = following(everything, last, Span.parse(self.after))
        horizon = last.end_time.normalize() + pd.Timedelta(days=1) + Span.parse(self.after).offset
        if (everything[-1] + 1).end_time < horizon:
            raise DesignError(
                f'after="{self.after}" reaches to {horizon - pd.Timedelta(days=1):%Y-%m-%d}, but the data end in '
                f"{everything[-1]}. Ask for at most {many(int((everything > last).sum()), period_name(everything))}."
            )
        end = tail[-1] if len(tail) else last
        return pd.PeriodIndex(everything[(everything >= baseline[0]) & (everything <= end)])

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The operations' "during" and "after" windows, in order of time."""
        return tuple(lay_out(self.periods, self.operations, Span.parse(self.after)))

    def window(self, operation: str, name: str) -> Window:
        """Return one window.

        Raises
        ------
        DesignError
            If the design has no such window.
        """
        for window in self.windows:
            if window.key == (operation, name):
                return window
        known = [f"{window.operation}, {window.name}" for window in self.windows]
        raise DesignError(
            f'There is no window "{operation}, {name}" in this design. {did_you_mean(f"{operation}, {name}", known)}'
        )

    @cached_property
    def trigger_periods(self) -> pd.PeriodIndex:
        """Periods of the spikes that prompted the operations."""
        found: list[pd.Period] = []
        for number, operation in enumerate(self.operations):
            span = operation.trigger or (self.trigger if number == 0 else None)
            if span is not None:
                found.extend(preceding(self.periods, touched(self.periods, operation)[0], Span.parse(span)))
        return pd.PeriodIndex(found, freq=self.periods.freqstr)

    @cached_property
    def baseline(self) -> np.ndarray:
        """Shape (periods,), True before the first operation and outside its trigger."""
        first = touched(self.periods, self.operations[0])[0]
        return np.asarray((self.periods < first) & ~self.periods.isin(self.trigger_periods))

    # ---- the numbers -------------------------------------------------------------------------------------------

    @cached_property
    def treated_counts(self) -> np.ndarray:
        """Shape (periods,): counts of the treated areas together, NaN where any of them is missing."""
        return _read_only(self._counts(self.treated).sum(axis=0))

    @cached_property
    def control_counts(self) -> np.ndarray:
        """Shape (control areas, periods): counts of each control area, NaN where missing."""
        return _read_only(self._counts(self.control))

    @cached_property
    def buffer_counts(self) -> np.ndarray:
        """Shape (periods,): counts of the buffer areas together, NaN where any of them is missing."""
        return _read_only(self._counts(self.buffer).sum(axis=0))

    @cached_property
    def exposure_days(self) -> np.ndarray:
        """Shape (periods,): days in each period, or of ``exposure`` where that is given."""
        if self.exposure is None:
            return _read_only(days_in(self.periods))
        if not isinstance(self.exposure.index, pd.PeriodIndex):
            raise DesignError(
                'exposure is a series by period, such as ev.calendar(panel.periods)["weekend_days"]; its index is '
                "none of periods."
            )
        days = self.exposure.reindex(self.periods).astype(float)
        wrong = days[~(np.isfinite(days) & (days > 0))]
        if len(wrong):
            value = "none" if np.isnan(wrong.iloc[0]) else f"{wrong.iloc[0]:g}"
            raise DesignError(
                f"exposure has a number of days above 0 for every period of the design; {wrong.index[0]} has {value}. "
                "Make it from panel.periods, or count by a longer period."
            )
        return _read_only(days.to_numpy(dtype=float, copy=True))

    def _counts(self, areas: Sequence[str]) -> np.ndarray:
        panel = self.panel
        rows, columns = panel.areas.get_indexer(pd.Index(areas)), panel.periods.get_indexer(self.periods)
        return np.asarray(
            panel.counts.values[rows][:, columns, panel.outcomes.get_loc(self.outcome)], dtype=float
        )

    # ---- moves: every check is the same estimator on a moved design ----------------------------------------------

    def with_treated(self, treated: Sequence[str]) -> Design:
        """Move the treatment to other areas; the old ones leave the design (they are no clean control)."""
        treated = self._known(treated, "treated")
        gone = tuple(area for area in self.treated if area not in treated)
        return replace(
            self,
            treated=treated,
            control=tuple(area for area in self.control if area not in treated),
            buffer=tuple(area for area in self.buffer if area not in treated),
            excluded=tuple(area for area in (*self.excluded, *gone) if area not in treated),
        )

    def without(self, areas: Iterable[str]) -> Design:
        """Leave areas out of the controls and buffers."""
        dropped = self._known(areas if isinstance(areas, str) else tuple(areas), "without")
        if set(dropped) & set(self.treated):
            raise DesignError(
                "A treated area cannot be left out; with_treated moves the treatment to others."
            )
        return replace(
            self,
            control=tuple(area for area in self.control if area not in dropped),
            buffer=tuple(area for area in self.buffer if area not in dropped),
            excluded=tuple(dict.fromkeys((*self.excluded, *dropped))),
        )

    def shifted_to(self, start: DateLike) -> Design:
        """Move the first operation to the period that holds another day, and the others by as many periods.

        An operation that fills whole periods still does so afterwards, and every operation touches as many periods as
        before.
        """
        grid = self.panel.periods
        target = period_holding(grid, day_of(start, "shifted_to"))
        steps = periods_between(grid, touched(grid, self.operations[0])[0], target)
        return self.with_operations(_moved(operation, grid, steps) for operation in self.operations)

    def with_operations(self, operations: Iterable[Operation]) -> Design:
        """Ask the same question of other operations."""
        return replace(self, operations=tuple(operations))

    def with_windows(
        self, *, before: str | None = None, after: str | None = None, trigger: str | None = None
    ) -> Design:
        """Change the length of "before", "after" or the trigger; what is not given stays."""
        return replace(
            self,
            before=self.before if before is None else before,
            after=self.after if after is None else after,
            trigger=self.trigger if trigger is None else trigger,
        )

    def buffer_as_treated(self) -> Design:
        """Ask whether the buffer areas changed: displacement is the same question next door."""
        if not self.buffer:
            raise DesignError(
                "This design has no buffer areas, so nothing can be said of displacement. Name some."
            )
        return replace(self, treated=self.buffer, buffer=(), excluded=(*self.excluded, *self.treated))

    def for_outcome(self, outcome: str) -> Design:
        """Ask the same question of another outcome."""
        return replace(self, outcome=outcome)

    def __repr__(self) -> str:
        names = shortened([self.panel.label(area) for area in self.treated], most=3)
        operations = "; ".join(
            f"{o.name} ({o.first_day:%Y-%m-%d} to {o.last_day:%Y-%m-%d})" for o in self.operations
        )
        first = touched(self.periods, self.operations[0])[0]
        trigger = self.trigger_periods
        spike = f" (trigger {trigger[0]} to {trigger[-1]})" if len(trigger) else ""
        afters = [w for w in self.windows if w.name == "after"]
        after = f"; after {afters[0].periods[0]} to {afters[-1].periods[-1]}" if afters else ""
        buffers = f" and {many(len(self.buffer), 'buffer')}" if self.buffer else ""
        controls = many(len(self.control), "control area")
        return (
            f"Design: {self.outcome} in {names} against {controls}{buffers}; {operations}\n"
            f"  before {self.periods[0]} to {first - 1}{spike}{after}"
        )


def _moved(operation: Operation, grid: pd.PeriodIndex, steps: int) -> Operation:
    """Move an operation by whole periods.

    It touches as many periods as before and begins as many days into its first one; one that fills whole periods
    still does so, and another keeps its number of days as far as the periods hold them.
    """
    first, last = (period_holding(grid, day) for day in (operation.first_day, operation.last_day))
    into = operation.first_day - first.start_time.normalize()
    whole = not into and operation.last_day == last.end_time.normalize()
    first, last = first + steps, last + steps
    first_begins, first_ends = first.start_time.normalize(), first.end_time.normalize()
    last_begins, last_ends = last.start_time.normalize(), last.end_time.normalize()
    length = pd.Timedelta(days=operation.days - 1)
    start = min(first_begins + into, first_ends)
    end = last_ends if whole else min(max(start + length, last_begins), last_ends)
    if first == last and not whole:
        start = max(end - length, first_begins)
    return replace(operation, start=start, end=end)


def _read_only(counts: np.ndarray) -> np.ndarray:
    """Keep what a design hands out again and again from being changed by one of those who get it."""
    counts.setflags(write=False)
    return counts
