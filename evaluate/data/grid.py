"""Lay rows out on the full grid of areas, periods and outcomes; a rule says what an absent row means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from evaluate.data.panel import DIMENSIONS


def fill_grid(
    rows: pd.DataFrame,
    *,
    areas: Sequence[str] | pd.Index,
    periods: pd.PeriodIndex,
    outcomes: Sequence[str] | pd.Index,
    absent: float,
) -> xr.DataArray:
    """Add rows up by area, period and outcome.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``area``, ``period``, ``outcome`` and ``count``; a missing count makes its cell missing. Rows
        of other areas, periods or outcomes are passed over.
    areas, outcomes : sequence of str
        The areas and outcomes of the grid.
    periods : pandas.PeriodIndex
        Its periods, without gaps.
    absent : float
        What a cell without a row holds: 0.0 where the file covers it, NaN where it does not.

    Returns
    -------
    xarray.DataArray
        Dimensions area, period, outcome.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.period_range("2018-05", periods=2, freq="M")
    >>> rows = pd.DataFrame({"area": "A", "period": months[[0, 0]], "outcome": "theft", "count": [2, 3]})
    >>> fill_grid(rows, areas=["A"], periods=months, outcomes=["theft"], absent=0.0).values.ravel()
    array([5., 0.])
    """
    axes = (pd.Index(list(areas)), periods, pd.Index(list(outcomes)))
    places = [axis.get_indexer(pd.Index(rows[name])) for axis, name in zip(axes, DIMENSIONS, strict=True)]
    inside = np.all([place >= 0 for place in places], axis=0)
    cells = tuple(place[inside] for place in places)
    counts = np.full([len(axis) for axis in axes], absent)
    counts[cells] = 0.0
    np.add.at(counts, cells, rows["count"].to_numpy(dtype=float)[inside])
    return as_counts(counts, areas=areas, periods=periods, outcomes=outcomes)


def as_counts(
    values: np.ndarray,
    *,
    areas: Sequence[str] | pd.Index,
    periods: pd.PeriodIndex,
    outcomes: Sequence[str] | pd.Index,
) -> xr.DataArray:
    """Name the axes of an array as a panel has them.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> months = pd.period_range("2018-05", periods=2, freq="M")
    >>> as_counts(np.zeros((1, 2, 1)), areas=["A"], periods=months, outcomes=["theft"]).dims
    ('area', 'period', 'outcome')
    """
    coordinates = {"area": list(areas), "period": periods, "outcome": list(outcomes)}
    return xr.DataArray(values, dims=DIMENSIONS, coords=coordinates)
