"""Weights of many small areas that add up to the treated areas' totals exactly: raking.

Of all weights w >= 0 of the control areas whose weighted totals equal the treated areas' totals t in every matched
column, raking takes those nearest to equal weights d (by relative entropy)::

    minimise sum_j w_j log(w_j / d_j)     such that X' w = t          solved by     w_j = d_j exp(x_j' lambda)

With thousands of areas and some dozens of columns very many weights meet the conditions. Raking picks one;
``feasible_range`` says how far apart the others could put a weighted total, by linear programming.

References
----------
Robbins, Saunders and Kilmer (2017), Journal of the American Statistical Association 112:109 (synthetic control of
many small areas); Deville and Sarndal (1992), Journal of the American Statistical Association 87:376 (calibration).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.errors import FitError

MOST_STEPS = 100
MOST_HALVINGS = 30
CLOSE = 1e-8
"""Largest gap left in a matched total, relative to its size."""
STEEPEST = 700.0
"""Largest exponent: beyond it a double overflows."""


@dataclass(frozen=True, eq=False)
class Raking:
    """Raking weights and how they were found.

    Parameters
    ----------
    weights : numpy.ndarray
        Shape (areas,), 0 or more.
    gap : float
        Largest gap left in a matched total, relative to its size.
    steps : int
        Newton steps taken.
    """

    weights: np.ndarray
    gap: float
    steps: int

    @property
    def effective_areas(self) -> float:
        """How many equally weighted areas weigh as unevenly: ``(sum w)^2 / sum w^2``."""
        return float(self.weights.sum() ** 2 / np.sum(self.weights**2))


def raking_weights(columns: np.ndarray, totals: np.ndarray) -> Raking:
    """Find the weights nearest to equal ones that meet every total.

    Parameters
    ----------
    columns : numpy.ndarray
        Shape (areas, k): what is matched, with a column of ones first so that the weights sum to a number of areas.
    totals : numpy.ndarray
        Shape (k,): the treated areas' totals of the same columns.

    Returns
    -------
    Raking

    Raises
    ------
    FitError
        If no weights meet the totals, or Newton's method does not reach them.

    Examples
    --------
    >>> import numpy as np
    >>> columns = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 5.0]])
    >>> found = raking_weights(columns, np.array([2.0, 3.0]))
    >>> (found.weights @ columns).round(6)
    array([2., 3.])
    """
    # An area that has something of what the treated areas have none of can only weigh nothing.
    nought = (totals == 0) & (columns >= 0).all(axis=0)
    allowed_areas = ~(columns[:, nought] > 0).any(axis=1)
    weights = np.zeros(len(columns))
    found = _rake(columns[allowed_areas][:, ~nought], totals[~nought])
    weights[allowed_areas] = found.weights
    return Raking(weights, found.gap, found.steps)


def _rake(columns: np.ndarray, totals: np.ndarray) -> Raking:
    """Newton's method on the dual, all totals above nought or of mixed sign."""
    size = np.abs(columns).max(axis=0, initial=0.0)
    used = size > 0
    if (np.abs(totals[~used]) > 0).any():
        raise FitError(
            "A matched total of the treated areas is above nought where no control area that could count has anything. "
            "Match fewer columns, or longer periods."
        )
    scaled, goal = columns[:, used] / size[used], totals[used] / size[used]
    base = goal[0] / len(scaled)
    multipliers = np.zeros(scaled.shape[1])
    weights = np.full(len(scaled), base)
    allowed = CLOSE * np.maximum(np.abs(goal), base)
    for step in range(MOST_STEPS):
        gradient = weights @ scaled - goal
        if (np.abs(gradient) <= allowed).all():
            return Raking(weights, float(np.max(np.abs(gradient) / np.maximum(np.abs(goal), base))), step)
        rooted = np.sqrt(weights)[:, None] * scaled
        curvature = rooted.T @ rooted  # numpy computes a product with itself at half the price
        direction = -_solve(curvature, gradient)
        multipliers, weights = _descend(scaled, goal, base, (multipliers, direction, gradient))
    raise FitError(
        f"No weights of the control areas meet all {len(totals)} totals of the treated areas (largest gap left "
        f"{np.max(np.abs(gradient) / np.maximum(np.abs(goal), base)):.1%}). Match fewer columns, or longer periods."
    )


def _solve(curvature: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Newton's step; columns that say the same share it."""
    ridge = 1e-12 * np.trace(curvature) / len(curvature)
    try:
        return np.asarray(np.linalg.solve(curvature + ridge * np.eye(len(curvature)), gradient))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(curvature, gradient, rcond=None)[0])


def _descend(
    scaled: np.ndarray, goal: np.ndarray, base: float, place: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Go along the step, halved until the dual objective falls: new multipliers and weights."""
    multipliers, direction, gradient = place
    exponent, change = scaled @ multipliers, scaled @ direction

    def objective(share: float) -> float:
        reached = exponent + share * change
        if reached.max() > STEEPEST:
            return float("inf")
        return float(base * np.exp(reached).sum() - goal @ (multipliers + share * direction))

    now, slope, share = objective(0.0), float(gradient @ direction), 1.0
    for _ in range(MOST_HALVINGS):
        if objective(share) <= now + 1e-4 * share * slope + 1e-12 * abs(now):
            break
        share /= 2
    return multipliers + share * direction, base * np.exp(exponent + share * change)


def feasible_range(columns: np.ndarray, totals: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest weighted total that weights meeting the same conditions can give.

    Parameters
    ----------
    columns, totals
        As in ``raking_weights``.
    values : numpy.ndarray
        Shape (areas,): what is added up, such as counts after the operation.

    Returns
    -------
    (float, float)

    Raises
    ------
    FitError
        If no weights meet the totals.

    Examples
    --------
    >>> import numpy as np
    >>> columns = np.column_stack([np.ones(3), [0.0, 1.0, 2.0]])
    >>> feasible_range(columns, np.array([1.0, 1.0]), np.array([4.0, 1.0, 0.0]))
    (1.0, 2.0)
    """
    from scipy import optimize

    size = np.maximum(np.abs(columns).max(axis=0), 1e-300)
    ends = []
    for sign in (1.0, -1.0):
        found = optimize.linprog(
            sign * values, A_eq=(columns / size).T, b_eq=totals / size, bounds=(0, None), method="highs"
        )
        if not found.success or found.fun is None:
            raise FitError(
                "No weights of the control areas meet all the treated areas' totals. Match fewer columns."
            )
        ends.append(sign * float(found.fun))
    return ends[0], ends[1]


@dataclass(frozen=True, eq=False)
class RakingPlacebos:
    """What groups of areas where nothing was done show.

    Parameters
    ----------
    recorded, expected : numpy.ndarray
        Shape (groups, k): totals of each group, and those its weights expect.
    failed : int
        Groups whose totals no weights met.
    """

    recorded: np.ndarray
    expected: np.ndarray
    failed: int


def raking_placebos(
    columns: np.ndarray, values: np.ndarray, size: int, *, groups: int, seed: int
) -> RakingPlacebos:
    """Put random groups of control areas in the treated areas' place.

    Parameters
    ----------
    columns : numpy.ndarray
        Shape (areas, k): the control areas'.
    values : numpy.ndarray
        Shape (areas, m): what is compared.
    size : int
        Areas in a group.
    groups : int
        Number of groups drawn.
    seed : int
        Of the draws.

    Returns
    -------
    RakingPlacebos

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.random.default_rng(1).poisson(5, (300, 4)).astype(float)
    >>> columns = np.column_stack([np.ones(300), counts[:, :3]])
    >>> found = raking_placebos(columns, counts[:, 3:], 20, groups=9, seed=1)
    >>> found.recorded.shape, found.failed
    ((9, 1), 0)
    """
    random = np.random.default_rng(seed)
    recorded, expected, failed = [], [], 0
    for _ in range(groups):
        chosen = random.choice(len(columns), size, replace=False)
        others = np.ones(len(columns), dtype=bool)
        others[chosen] = False
        try:
            found = raking_weights(columns[others], columns[chosen].sum(axis=0))
        except FitError:
            failed += 1
            continue
        recorded.append(values[chosen].sum(axis=0))
        expected.append(found.weights @ values[others])
    shape = (-1, values.shape[1])
    return RakingPlacebos(np.array(recorded).reshape(shape), np.array(expected).reshape(shape), failed)
