"""Fields worked out when first asked for."""

import pickle
from dataclasses import dataclass, replace

import pytest

from evaluate.effects.deferred import Deferred, Later

CALLS = []


def count_up(number):
    CALLS.append(number)
    return number + 1


@dataclass(frozen=True, eq=False)
class Holder:
    needed: Deferred[int] = Deferred()  # noqa: RUF009
    spare: Deferred[int | None] = Deferred(None)  # noqa: RUF009


@pytest.fixture(autouse=True)
def no_calls():
    CALLS.clear()


def test_the_call_is_made_once_and_only_when_asked():
    holder = Holder(Later(count_up, 1))
    assert CALLS == []
    assert holder.needed == holder.needed == 2
    assert CALLS == [1]


def test_values_and_defaults_are_as_in_any_dataclass():
    assert (Holder(5).needed, Holder(5).spare, Holder(5, 6).spare) == (5, None, 6)
    with pytest.raises(TypeError, match="needed"):
        Holder()


def test_it_goes_to_another_process_and_into_a_copy():
    holder = Holder(Later(count_up, 1))
    assert pickle.loads(pickle.dumps(holder)).needed == 2
    assert replace(holder, spare=9).needed == 2
    assert CALLS == [1, 1]
