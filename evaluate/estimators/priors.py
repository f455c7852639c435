"""The priors of the structural model's effects, stated in one place and reported together."""

from __future__ import annotations

from dataclasses import dataclass

from evaluate.errors import DesignError


@dataclass(frozen=True)
class EffectPrior:
    """Normal prior of a log rate ratio.

    Parameters
    ----------
    name : str
        For tables.
    mean, sd : float
        On the log scale.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.SCEPTICAL
    EffectPrior(name='sceptical', mean=0.0, sd=0.5)
    """

    name: str
    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not self.sd > 0:
            raise DesignError(f"A prior's sd is above nought; this one is {self.sd}.")


SCEPTICAL = EffectPrior("sceptical", 0.0, 0.5)
"""No effect expected; 95% between a rate ratio of 0.38 and 2.66 (methods brief 2.9). The default."""

HOT_SPOTS = EffectPrior("hot-spots evidence", -0.17, 0.25)
"""A fall of 16% expected, the mean of 53 studies of hot-spots policing (Braga and Weisburd 2022)."""

FLAT = EffectPrior("flat", 0.0, 2.0)
"""Hardly any expectation."""
