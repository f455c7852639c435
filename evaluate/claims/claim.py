"""A quoted claim, made testable: what fell or rose, where in time, and by how much."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal

from evaluate.errors import DesignError

Direction = Literal["reduction", "increase"]


@dataclass(frozen=True)
class Claim:
    """What somebody said an operation achieved, as a proposition that counts can bear out or not.

    Parameters
    ----------
    text : str
        The words, as they were said or printed.
    source : str
        Where they can be read, with the date.
    operation : str
        Name of the operation meant, as in the design. May be left out where the design has one operation only.
    window : str
        "during" or "after". May be left out where the operation has one window only.
    reduction : float, optional
        Size of the fall claimed, as a fraction: 0.21 for "down 21%", 0.5 for "halved" and for "a huge reduction".
        0 stands for a fall of no stated size.
    increase : float, optional
        Size of the rise claimed, as a fraction: 0.1 for "up 10%", 1.0 for "at least doubled"; 0 for no stated size.
        At most one of ``reduction`` and ``increase`` is given; neither means a fall of no stated size.
    outcome : str, optional
        Name of the outcome claimed about, where it is not that of the design.
    speaker : str
        Who said it.
    id : str
        A short name for tables and file names.
    activity : bool
        True where the claim is about what went on, such as "activity", which no single count measures: that it is
        borne out takes two sources that enforcement does not make (the check ``Triangulation``).

    Raises
    ------
    DesignError
        If the words or their source are missing, both sizes are given, or a size is not a fraction.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.Claim("a huge reduction in activity and crime was achieved", source="Ilford Recorder, 22 May 2018",
    ...          operation="June 2017", window="after", reduction=0.50)
    Claim: "a huge reduction in activity and crime was achieved" (reduction of at least 50%; June 2017, after)
    """

    text: str
    _: KW_ONLY
    source: str
    operation: str = ""
    window: str = ""
    reduction: float | None = None
    increase: float | None = None
    outcome: str | None = None
    speaker: str = ""
    id: str = ""
    activity: bool = False

    def __post_init__(self) -> None:
        for field in ("text", "source"):
            if not str(getattr(self, field)).strip():
                raise DesignError(
                    f"A claim needs its words and where they can be read; {field} is empty. "
                    f'Write for instance {field}="{_EXAMPLES[field]}".'
                )
        if self.window not in ("", "during", "after"):
            raise DesignError(
                f'A claim is about "during" or "after" the operation; window is "{self.window}". '
                "Correct it, or leave it out where the operation has one window only."
            )
        if self.reduction is not None and self.increase is not None:
            raise DesignError(
                f"A claim says that something fell or that it rose; reduction is {self.reduction} and increase is "
                f"{self.increase}. Give one of them, and make two claims of a sentence that says both."
            )
        if self.reduction is not None and not 0 <= self.reduction < 1:
            raise DesignError(
                f"A reduction is a fraction from 0 to below 1; it is {self.reduction}. {_hint(self.reduction)}"
            )
        if self.increase is not None and not 0 <= self.increase <= 1:
            raise DesignError(
                f'An increase is a fraction from 0 to 1 (1 is "at least doubled"); it is {self.increase}. '
                f"{_hint(self.increase)}"
            )

    @property
    def direction(self) -> Direction:
        """Which way the claim says the counts went; a claim without a size is one of a reduction."""
        return "reduction" if self.increase is None else "increase"

    @property
    def size(self) -> float:
        """Size claimed as a fraction; 0 where none was stated."""
        return float(self.reduction or self.increase or 0.0)

    @property
    def ratio(self) -> float:
        """Rate ratio claimed: 0.79 for "down 21%", 1 where no size was stated."""
        return 1.0 + self.size if self.direction == "increase" else 1.0 - self.size

    def __repr__(self) -> str:
        size = f"of at least {self.size:.0%}" if self.size else "of any size"
        where = ", ".join(part for part in (self.operation, self.window) if part)
        return f'Claim: "{self.text}" ({self.direction} {size}{"; " + where if where else ""})'


_EXAMPLES = {
    "text": "a huge reduction in activity and crime was achieved",
    "source": "Ilford Recorder, 22 May 2018",
}


def _hint(size: float) -> str:
    """Say what was probably meant."""
    if 1 < size <= 100:
        return f"For {size:g}% write {size / 100:g}."
    if size < 0:
        return "Leave out the sign: reduction=0.21 is a fall of 21%, increase=0.21 a rise."
    return "Write 0.21 for 21%."
