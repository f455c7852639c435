"""What the tables and fields of a plan may hold: names, counts, sizes and lengths of time."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, ValidationInfo

from evaluate.data.periods import Span
from evaluate.design.design import ALL_OTHERS
from evaluate.errors import DesignError
from evaluate.reports.disclosure import problem_with_threshold


class Table(BaseModel):
    """A table of the plan: a key it does not know is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _span(value: Any, info: ValidationInfo) -> Any:
    """Prove that a text is a length of time."""
    try:
        Span.parse(value)
    except DesignError as error:
        rule = "a whole number and a unit in quotes"
        message = f'{info.field_name} is {rule}, such as "36 months" or "10 weeks"; it is {value!r}.'
        raise ValueError(message) from error
    return value


def control_of(value: Any) -> Any:
    """Accept the words "all others" or a list of codes."""
    if value == ALL_OTHERS or (isinstance(value, list) and all(isinstance(code, str) for code in value)):
        return value
    raise ValueError(f'control is "{ALL_OTHERS}" or a list of area codes; it is {value!r}.')


def threshold_of(value: int) -> int:
    """Prove that a disclosure threshold hides something."""
    problem = problem_with_threshold(value)
    if problem:
        raise ValueError(problem)
    return value


def _size(value: Any, info: ValidationInfo) -> Any:
    """Prove that a size is a fraction and not a percentage; 0 stands for no stated size."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{info.field_name} is a fraction from 0 to 1 (0.21 for 21%); it is {value!r}.")
    return float(value)


Text = Annotated[str, Field(min_length=1, strict=True)]
Length = Annotated[Text, BeforeValidator(_span)]
Size = Annotated[float, BeforeValidator(_size)]
Count = Annotated[StrictInt, Field(ge=1)]
