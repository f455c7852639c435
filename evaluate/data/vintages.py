"""What changed between two downloads of the same publication: a force corrects, moves and renames what it recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from evaluate.data.breaks import explain_absent
from evaluate.data.mps import read_mps
from evaluate.data.panel import Panel
from evaluate.data.tables import PathLike
from evaluate.errors import DataError, many, shortened

_MOST_SHOWN = 3


@dataclass(frozen=True, eq=False)
class OnlyInOne:
    """What only one of two downloads has.

    Parameters
    ----------
    areas, periods, outcomes : tuple of str
        Codes, periods and names.
    """

    areas: tuple[str, ...]
    periods: tuple[str, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class VintageComparison:
    """Two downloads side by side.

    A cell is a count of one area, period and outcome; cells that are missing in either are not compared.

    Parameters
    ----------
    only_first, only_second : OnlyInOne
        What is in one of them only.
    first, second : xarray.DataArray
        The cells they have in common, area x period x outcome.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    >>> found = ev.compare_vintages(panel, panel.select(end="2011-06"))
    >>> found.common_cells, found.differing_cells, len(found.only_first.periods)
    (54, 0, 6)
    """

    only_first: OnlyInOne
    only_second: OnlyInOne
    first: xr.DataArray
    second: xr.DataArray

    @cached_property
    def _compared(self) -> np.ndarray:
        """True where both have a count."""
        return ~(np.isnan(self.first.values) | np.isnan(self.second.values))

    @cached_property
    def _differ(self) -> np.ndarray:
        """True where both have a count and the counts differ."""
        return self._compared & (self.first.values != self.second.values)

    @property
    def common_cells(self) -> int:
        """Number of cells that have a count in both."""
        return int(self._compared.sum())

    @property
    def differing_cells(self) -> int:
        """Number of those whose counts differ."""
        return int(self._differ.sum())

    @property
    def share(self) -> float:
        """Share of the common cells that differ; NaN where there is no common cell."""
        return self.differing_cells / self.common_cells if self.common_cells else float("nan")

    @cached_property
    def by_outcome(self) -> pd.DataFrame:
        """Changes by outcome.

        Returns
        -------
        pandas.DataFrame
            Index ``outcome``; ``cells`` in common, ``differing``, ``share`` of them, totals of the common cells
            ``first`` and ``second``, their ``difference`` and ``change`` (a fraction of the first), and ``largest``,
            the largest absolute difference of one cell. The outcomes that changed in the largest share of cells
            stand first.
        """
        over = ("area", "period")
        both = xr.DataArray(self._compared, self.first.coords, self.first.dims)
        first, second = (
            counts.where(both, 0.0).sum(over).to_series() for counts in (self.first, self.second)
        )
        table = pd.DataFrame(
            {
                "cells": both.sum(over).to_series(),
                "differing": both.copy(data=self._differ).sum(over).to_series(),
                "first": first.astype(int),
                "second": second.astype(int),
                "largest": self.cells["difference"].abs().groupby(self.cells["outcome"]).max(),
            },
            index=self.first.indexes["outcome"],
        )
        table["largest"] = table["largest"].fillna(0).astype(int)
        table.insert(2, "share", table["differing"] / table["cells"])
        table.insert(5, "difference", table["second"] - table["first"])
        table.insert(6, "change", table["difference"] / table["first"].where(table["first"] > 0))
        return table.sort_values(["share", "differing"], ascending=False, kind="stable")

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cells that differ.

        Returns
        -------
        pandas.DataFrame
            Columns ``area``, ``period``, ``outcome``, ``first``, ``second`` and ``difference``, the largest absolute
            differences first.
        """
        places = np.nonzero(self._differ)
        names = [self.first.indexes[name][place] for name, place in zip(self.first.dims, places, strict=True)]
        table = pd.DataFrame(dict(zip(("area", "period", "outcome"), names, strict=True)))
        table["first"] = self.first.values[places].astype(int)
        table["second"] = self.second.values[places].astype(int)
        table["difference"] = table["second"] - table["first"]
        return table.sort_values("difference", key=np.abs, ascending=False, kind="stable", ignore_index=True)

    def __repr__(self) -> str:
        lines = [
            f"{self.differing_cells:,} of {self.common_cells:,} common cells differ ({self.share:.1%}); in total "
            f"{int(self.by_outcome['first'].sum()):,} and {int(self.by_outcome['second'].sum()):,}"
        ]
        changed = self.by_outcome[self.by_outcome["differing"] > 0].head(_MOST_SHOWN)
        lines += [
            f"  {outcome}: {row['differing']:,} cells, {row['first']:,} and {row['second']:,}"
            for outcome, row in changed.astype(object).iterrows()
        ]
        for which, only in (("first", self.only_first), ("second", self.only_second)):
            named = ((only.areas, "area"), (only.periods, "period"), (only.outcomes, "outcome"))
            lines += [
                f"  only in the {which}: {many(len(names), noun)}, {shortened(names, _MOST_SHOWN)}"
                for names, noun in named
                if names
            ]
        outcomes = (*self.only_first.outcomes, *self.only_second.outcomes)
        lines += [f"  {reason}" for reason in dict.fromkeys(map(explain_absent, outcomes)) if reason]
        return "\n".join(lines)


def compare_vintages(a: Panel | PathLike, b: Panel | PathLike) -> VintageComparison:
    r"""Say what changed between two downloads of the same publication.

    Codes and names join as they are published. Where names changed, compare panels read with ``detail="common"``.

    Parameters
    ----------
    a, b : Panel or path
        The earlier and the later download. A path is read by ``read_mps`` by minor category as published, zeros
        of categories that had ended or not begun included.

    Returns
    -------
    VintageComparison
        Printed, it is a few lines; ``by_outcome`` and ``cells`` are tables.

    Raises
    ------
    DataError
        If the periods of the two are of different lengths.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> head = "WardName,WardCode,MajorText,MinorText,LookUp_BoroughName,201805,201806\n"
    >>> _ = (folder / "june.csv").write_text(
    ...     head + "Loxford,E05011247,Theft,Shoplifting,Redbridge,3,4\n")
    >>> _ = (folder / "july.csv").write_text(
    ...     head + "Loxford,E05011247,Theft,Shoplifting,Redbridge,3,6\n"
    ...            "Loxford,E05011247,Theft,Bicycle Theft,Redbridge,1,0\n")
    >>> ev.compare_vintages(folder / "june.csv", folder / "july.csv")
    1 of 2 common cells differ (50.0%); in total 7 and 9
      THEFT: SHOPLIFTING: 1 cells, 7 and 9
      only in the second: 1 outcome, THEFT: BICYCLE THEFT
    """
    one, other = (
        given if isinstance(given, Panel) else read_mps(given, detail="minor", structural_zeros="zero")
        for given in (a, b)
    )
    if one.periods.freqstr != other.periods.freqstr:
        raise DataError(
            f"The two downloads are counted by different periods ({one.periods.freqstr} and {other.periods.freqstr}). "
            "Count both by the same."
        )
    first, second = xr.align(one.counts, other.counts, join="inner")
    return VintageComparison(_only_in(one, other), _only_in(other, one), first, second)


def _only_in(one: Panel, other: Panel) -> OnlyInOne:
    """What a panel has and another has not."""

    def left(mine: Sequence[object] | pd.Index, theirs: Sequence[object] | pd.Index) -> tuple[str, ...]:
        known = set(theirs)
        return tuple(str(name) for name in mine if name not in known)

    return OnlyInOne(
        left(one.areas, other.areas), left(one.periods, other.periods), left(one.outcomes, other.outcomes)
    )
