"""A short digest of what a fit depends on: equal values give equal digests, in every process and on every machine."""

from __future__ import annotations

import hashlib
import inspect
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

PACKAGES: Final = ("numba", "numpy", "pandas", "pymc", "scipy", "statsmodels", "xarray")
"""Installed packages whose versions can move a number."""

PACKAGE: Final = __name__.split(".")[0]

_PLAIN = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    pd.Timestamp,
    pd.Timedelta,
    pd.Period,
    pd.DateOffset,
)


def fingerprint(*values: Any) -> str:
    """Digest values together with the code and the packages that work on them.

    Dataclasses count by the fields that make them equal, arrays by their numbers, functions by their place. A
    dataclass from outside this package counts with the source of its module.

    Parameters
    ----------
    *values : object
        Plain values, arrays, tables, dataclasses, and containers of these.

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    TypeError
        If a value is of a kind whose content cannot be known, such as an open file.

    Examples
    --------
    >>> import evaluate as ev
    >>> fingerprint(ev.BeforeAfter(), 1) == fingerprint(ev.BeforeAfter(), 1)
    True
    >>> fingerprint(ev.BeforeAfter(), 1) == fingerprint(ev.BeforeAfter(level=0.9), 1)
    False
    """
    digest = hashlib.blake2b(made_with().encode(), digest_size=16)
    for part in _parts(values):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


@cache
def made_with() -> str:
    """Digest of this package's source and of the versions of what it computes with."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(platform.python_version().encode())
    for file in sorted(package.rglob("*.py")):
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes())
    for name in PACKAGES:
        try:
            digest.update(f"{name} {metadata.version(name)}".encode())
        except metadata.PackageNotFoundError:
            digest.update(f"{name} absent".encode())
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """Everything that tells a value from another, one piece after the other."""
    kind = type(value)
    yield f"{kind.__module__}.{kind.__qualname__}".encode()
    if isinstance(value, _PLAIN):
        yield repr(value).encode()
    elif isinstance(value, np.ndarray | np.generic):
        yield from _array(np.asarray(value))
    elif isinstance(value, xr.DataArray):
        yield repr(value.dims).encode()
        yield from _array(value.values)
        for name in value.indexes:
            yield from _parts((str(name), value.indexes[name]))
    elif isinstance(value, pd.DataFrame):
        yield from _parts((value.index, value.columns, *(value[column] for column in value.columns)))
    elif isinstance(value, pd.Series):
        yield from _parts((value.index, value.to_numpy()))
    elif isinstance(value, pd.Index):
        yield str(value.dtype).encode()
        yield from (str(one).encode() for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield b"" if kind.__module__.split(".")[0] == PACKAGE else _source(kind.__module__)
        for one in fields(value):
            if one.compare:
                yield one.name.encode()
                yield from _parts(getattr(value, one.name))
    elif isinstance(value, partial):
        yield from _parts((value.func, value.args, value.keywords))
    elif isinstance(value, Mapping):
        yield from _parts(sorted(value.items(), key=lambda item: repr(item[0])))
    elif isinstance(value, Sequence):
        yield str(len(value)).encode()
        for one in value:
            yield from _parts(one)
    elif callable(value):
        yield _function(value)
    else:
        raise TypeError(f"what a {kind.__qualname__} holds cannot be known")


def _array(array: np.ndarray) -> Iterator[bytes]:
    """Kind, shape and numbers of an array."""
    yield f"{array.dtype} {array.shape}".encode()
    if array.dtype == object:
        yield from _parts(array.ravel().tolist())
    else:
        yield np.ascontiguousarray(array).tobytes()


@cache
def _source(module: str) -> bytes:
    """Source of a module from outside this package; that of the package counts as a whole."""
    try:
        return Path(inspect.getfile(sys.modules[module])).read_bytes()
    except (OSError, TypeError, KeyError):
        raise TypeError(f"the source of {module} is not in a file") from None


def _function(function: Callable[..., Any]) -> bytes:
    """Place of a function that has one; what a lambda or an inner function holds cannot be known."""
    place = getattr(function, "__qualname__", "<lambda>")
    if "<" in place:
        raise TypeError(f"what the function {place} holds cannot be known")
    return f"{function.__module__}.{place}".encode()
