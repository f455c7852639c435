"""``state_density.log_density`` as an operation of PyTensor, so that a PyMC model can hold it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numba import njit
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key

from evaluate.numerics import state_density


class StateDensity(Op):
    """Log density of whitened states given the hyperparameters, with its gradient.

    Inputs: the standard coordinates; (rho, sd, alpha, drift, slow); the series, as ``pack`` lays it out. Outputs: the
    log density, and its derivatives by the first two inputs.
    """

    __props__ = ()
    default_output = 0

    def make_node(self, *inputs: Any) -> Apply:
        """Type of the outputs."""
        return Apply(
            self, [pt.as_tensor(value) for value in inputs], [pt.dscalar(), pt.dvector(), pt.dvector()]
        )

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: list[list[Any]]) -> None:
        """Compute outside a compiled graph."""
        for storage, value in zip(output_storage, log_density(*inputs), strict=True):
            storage[0] = value

    def pullback(self, inputs: Sequence[Any], outputs: Sequence[Any], cotangents: Sequence[Any]) -> list[Any]:
        """Derivatives by the first two inputs; the others are data."""
        _, standard_bar, hyper_bar = outputs
        return [
            cotangents[0] * standard_bar,
            cotangents[0] * hyper_bar,
            DisconnectedType()(),
        ]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Only the first two inputs move the log density; nobody differentiates twice."""
        return [[True, False, False], [True, False, False], [False, False, False]]


@njit(cache=True)
def log_density(
    standard: np.ndarray, hyper: np.ndarray, packed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``state_density.log_density`` of a packed series."""
    data, prior, readings = state_density.unpack(packed)
    five = (hyper[0], hyper[1], hyper[2], hyper[3], hyper[4])
    value, standard_bar, hyper_bar = state_density.log_density(standard, five, data, prior, readings)
    return np.asarray(value), standard_bar, hyper_bar


@register_funcify_default_op_cache_key(StateDensity)
def _compiled(op: StateDensity, **kwargs: Any) -> Any:
    return log_density
