"""The same question with the operation starting when somebody else says it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from evaluate.checks.lengths import as_span
from evaluate.checks.refit import Move, refit
from evaluate.checks.result import CheckResult
from evaluate.checks.sensitivity import ONE_ERROR, sensitivity_table, shift_facts
from evaluate.checks.target import find_target
from evaluate.checks.wording import counted
from evaluate.design.design import Design
from evaluate.design.operation import Operation
from evaluate.effects.result import Result
from evaluate.errors import DesignError


@dataclass(frozen=True, kw_only=True)
class StartDateSensitivity:
    """Refit with other dates of the operation, as sources give them.

    *Question.* Does the finding depend on when the operation is taken to have begun?

    *Formula.* The same estimator on the design with the operation's dates replaced; the number is the largest shift of
    the log rate ratio, over the headline's standard error. The dates are stated before fitting, never chosen by fit.
    "Before" and "after" become shorter where the data have no room for them around other dates.

    *Threshold.* 1: a choice that moves the estimate by more than its own standard error matters as much as chance does.

    *Source.* Convention of this package.

    Parameters
    ----------
    operation, window : str, optional
        Which effect; that on the "after" of the first operation otherwise.
    alternatives : sequence of Operation
        Other dates; their names and notes say whose they are.

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, seed=1))
    >>> earlier = ev.Operation("as the ward team says", "2013-08-01", "2013-10-31")
    >>> check = ev.StartDateSensitivity(alternatives=[earlier]).run(ev.BeforeAfter().fit(design, seed=1), seed=1)
    >>> check.table["choice"].tolist()
    ['as planned', 'as the ward team says, 2013-08-01 to 2013-10-31']
    """

    operation: str | None = None
    window: str | None = None
    alternatives: Sequence[Operation] = ()

    name: ClassVar[str] = "start date"
    question: ClassVar[str] = "Does the finding depend on when the operation is taken to have begun?"

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Fit the result's estimator to the alternative dates.

        Raises
        ------
        DesignError
            If no alternatives are given.
        FitError
            If none of them can be fitted.
        """
        if not self.alternatives:
            raise DesignError(
                "No other dates are given. Name them: StartDateSensitivity(alternatives=[ev.Operation(...)])."
            )
        target = find_target(result, self.operation, self.window)
        labels = [
            f"{one.name}, {one.first_day:%Y-%m-%d} to {one.last_day:%Y-%m-%d}" for one in self.alternatives
        ]
        moves = [
            Move(label, partial(_dated, operation=target.window.operation, dates=one))
            for label, one in zip(labels, self.alternatives, strict=True)
        ]
        table = sensitivity_table(target, labels, refit(target, moves, seed=seed))
        facts: dict[str, Any] = target.facts | shift_facts(table)
        answer = (
            f"With other dates the rate ratio goes from {facts['lowest_rate_ratio']:.2f} to "
            f"{facts['highest_rate_ratio']:.2f}, against {target.effect.rate_ratio:.2f} as planned; the furthest is "
            f"{facts['furthest']} ({facts['largest_shift']:.1f} standard errors). "
            f"{counted(facts['findings_changed'], 'finding')} of {facts['n_alternatives']} would differ."
        )
        number = facts["largest_shift"]
        return CheckResult(
            self.name, self.question, answer, number, ONE_ERROR, bool(number <= ONE_ERROR), table, facts
        )


def _dated(design: Design, *, operation: str, dates: Operation) -> Design:
    """Give one operation other dates and keep its name, so that its windows are found again.

    Where the data have no room for the design's "before" or "after" around the other dates, that is as long as can be.
    """
    operations = [
        replace(dates, name=one.name, trigger=dates.trigger or one.trigger) if one.name == operation else one
        for one in design.operations
    ]
    everything = design.panel.periods
    begun = design.window(design.operations[0].name, "during").periods[0]
    ended = design.window(design.operations[-1].name, "during").periods[-1]
    first = min(one.first_day for one in operations)
    last = max(one.last_day for one in operations)
    wanted = {
        "before": (int((design.periods < begun).sum()), int((everything.end_time < first).sum())),
        "after": (int((design.periods > ended).sum()), int((everything.start_time > last).sum())),
    }
    shorter = {key: as_span(everything, room) for key, (length, room) in wanted.items() if room < length}
    return replace(
        design,
        operations=operations,
        before=shorter.get("before", design.before),
        after=shorter.get("after", design.after),
    )
