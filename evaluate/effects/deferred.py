"""Parts of a result that are worked out when somebody first asks for them.

A placebo needs the effect alone; of ten thousand fits, nobody reads the table by period or the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Deferred[Value]:
    """A field of a frozen dataclass that takes a value, or a ``Later`` in place of it.

    Parameters
    ----------
    default : Value, optional
        Of the field; without one the field must be given.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Sum:
    ...     total: Deferred[int] = Deferred()
    >>> Sum(Later(sum, [1, 2])).total
    3
    """

    def __init__(self, *default: Value) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Value:
        if instance is None:
            if not self.default:
                raise AttributeError(self.name)  # how dataclasses learn that a field has no default
            return self.default[0]
        held = instance.__dict__[self.name]
        if isinstance(held, Later):
            held = instance.__dict__[self.name] = held()
        return held

    def __set__(self, instance: Any, value: Value | Later) -> None:
        instance.__dict__[self.name] = value


class Later:
    """A call put off: the function and what it is to be given. It can be sent to another process."""

    def __init__(self, function: Callable[..., Any], *given: Any) -> None:
        self.function, self.given = function, given

    def __call__(self) -> Any:
        """Make the call."""
        return self.function(*self.given)
