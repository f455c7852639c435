"""What every check returns: a question, an answer, a number against a threshold, and the table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Protocol

import pandas as pd

from evaluate.effects.result import Result
from evaluate.errors import DesignError, did_you_mean

MOST_ROWS = 12
"""Of a check's table, shown in a notebook."""


@dataclass(frozen=True, eq=False)
class CheckResult:
    """One check's answer.

    Parameters
    ----------
    name : str
        Name of the check, such as "placebo in space".
    question : str
        What it asks, in plain words, ending with a question mark.
    answer : str
        One or two sentences with the number in them.
    number : float
        The number that decides; NaN where the check could not be made.
    threshold : float
        What the number is held against; NaN where there is none.
    passed : bool or None
        None where the check informs but does not pass or fail, or could not be made (the answer says why).
    table : pandas.DataFrame
        The numbers behind the answer.
    facts : mapping
        Further plain numbers by name, for the verdict, the report and the figures.

    Examples
    --------
    >>> import pandas as pd
    >>> CheckResult("pre-period fit", "Did the model fit before?", "Yes.", 0.4, 1.0, True, pd.DataFrame())
    pre-period fit: Yes.
    """

    name: str
    question: str
    answer: str
    number: float
    threshold: float
    passed: bool | None
    table: pd.DataFrame
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.name}: {self.answer}"

    def _repr_html_(self) -> str:
        words = f"<p><strong>{escape(self.question)}</strong> {escape(self.answer)}</p>"
        table = self.table.to_html(
            index=False, max_rows=MOST_ROWS, border=0, na_rep="", float_format="{:.3g}".format
        )
        return words if self.table.empty else words + table


class Check(Protocol):
    """A question put to a result by fitting its estimator again to a moved design."""

    @property
    def name(self) -> str:
        """Name of the check."""
        ...

    @property
    def question(self) -> str:
        """What it asks, in plain words, ending with a question mark."""
        ...

    def run(self, result: Result, *, seed: int) -> CheckResult:
        """Put the question."""
        ...


class CheckResults(Sequence[CheckResult]):
    """The answers of several checks to one result, by position or by name.

    Examples
    --------
    >>> import pandas as pd
    >>> one = CheckResult("pre-period fit", "Did the model fit before?", "Yes.", 0.4, 1.0, True, pd.DataFrame())
    >>> CheckResults([one])["pre-period fit"].passed
    True
    """

    def __init__(self, answers: Sequence[CheckResult]) -> None:
        self._answers = tuple(answers)

    def __getitem__(self, key: int | str) -> CheckResult:  # type: ignore[override]
        if isinstance(key, int):
            return self._answers[key]
        found = self.get(key)
        if found is None:
            names = [answer.name for answer in self._answers]
            raise DesignError(f'There is no check "{key}" here. {did_you_mean(key, names)}')
        return found

    def __len__(self) -> int:
        return len(self._answers)

    def __iter__(self) -> Iterator[CheckResult]:
        return iter(self._answers)

    def get(self, name: str) -> CheckResult | None:
        """Return the answer of that name, or None where the check was not made."""
        return next((answer for answer in self._answers if answer.name == name), None)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a check: question, answer, number, threshold, passed."""
        rows = [
            {
                key: getattr(answer, key)
                for key in ("name", "question", "answer", "number", "threshold", "passed")
            }
            for answer in self._answers
        ]
        return pd.DataFrame(rows, columns=["name", "question", "answer", "number", "threshold", "passed"])

    def _repr_html_(self) -> str:
        return "".join(answer._repr_html_() for answer in self._answers)

    def __repr__(self) -> str:
        return "\n".join(repr(answer) for answer in self._answers)
