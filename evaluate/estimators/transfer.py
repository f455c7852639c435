"""Effects that grow or die away after an operation: the transfer functions of Box and Tiao on the log scale.

k periods after an operation (0 for the first), with 0 < delta < 1, the effect on the log mean is

* step: theta
* pulse: theta delta^k, dying away
* gradual: theta (1 - delta^(k + 1)), growing towards theta; the transfer function w / (1 - delta B) with
  w = theta (1 - delta)

Source: Box and Tiao (1975), Journal of the American Statistical Association 70:70.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from evaluate.design.design import Design
from evaluate.estimators.terms import Terms

Change = Literal["step", "pulse", "gradual"]
DECAYS = (0.1, 0.3, 0.5, 0.7, 0.9)


def likeliest_shape(
    design: Design, terms: Terms, change: Change, fit: Callable[[Terms], tuple[float, np.ndarray]]
) -> tuple[Terms, float]:
    """Give the effects after an operation their shape, and a column for the uncertainty of the decay.

    Parameters
    ----------
    design : Design
        What the terms are of.
    terms : Terms
        With constant effects.
    change : {"step", "pulse", "gradual"}
        The shape; "step" leaves the terms as they are.
    fit : callable
        From terms to the log likelihood and the parameters.

    Returns
    -------
    (Terms, float)
        The terms at the likeliest delta of 0.1, 0.3, 0.5, 0.7 and 0.9, and that delta (NaN for "step"). The derivative
        of each effect in delta is a column of its own, so that standard errors allow for its having been estimated.
    """
    afters = [number for number, window in enumerate(design.windows) if window.name == "after"]
    if change == "step" or not afters:
        return terms, float("nan")
    found = []
    for decay in DECAYS:
        candidate = with_decay(design, terms, change, decay)
        likelihood, parameters = fit(candidate)
        found.append((likelihood, decay, candidate, parameters))
    _, decay, best, parameters = max(found, key=lambda one: one[0])
    step = 1e-4
    more = with_decay(design, terms, change, decay + step)
    split = terms.columns.shape[1]
    columns, names, owner = [best.columns], list(best.names[:split]), list(best.owner)
    for number in afters:
        column = parameters[split + number] * (more.weights - best.weights)[:, number] / step
        if np.abs(column).max() > 1e-8:
            columns.append(column[:, None])
            names.append(f"decay of {best.names[split + number]}")
            owner.append(number)
    shaped = replace(
        best, columns=np.hstack(columns), names=(*names, *best.names[split:]), owner=np.array(owner)
    )
    return shaped, decay


def with_decay(design: Design, terms: Terms, change: Change, decay: float) -> Terms:
    """Replace the constant effect of each "after" by its share of the full one at one decay."""
    weights, shaped = terms.weights.copy(), []
    for number, window in enumerate(design.windows):
        if window.name == "after":
            since = np.arange(len(design.periods)) - np.flatnonzero(design.periods == window.periods[0])[0]
            power = decay ** np.maximum(since, 0)
            weights[:, number] = (window.share > 0) * (power if change == "pulse" else 1 - decay * power)
            shaped.append(number)
    return replace(terms, weights=weights, shaped=frozenset(shaped))
