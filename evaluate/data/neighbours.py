"""Which areas touch which: the ring around an operation where crime may have moved, and the ring around that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike

import pandas as pd

from evaluate.data.tables import open_table
from evaluate.errors import DataError, did_you_mean


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The areas that touch each area.

    Parameters
    ----------
    touching : mapping of str to frozenset of str
        Code of each area to the codes of those that touch it; both ways, and never itself.
    labels : mapping of str to str
        Readable names, for the messages.

    Examples
    --------
    >>> import evaluate as ev
    >>> street = ev.read_neighbours({"A": ["B"], "B": ["C"], "C": ["D"]})
    >>> street
    Neighbours: 4 areas, each touching 1 to 2 others
    >>> street.ring(["A"]), street.ring(["A"], 2)
    (('B',), ('C',))
    """

    touching: Mapping[str, frozenset[str]]
    labels: Mapping[str, str] = field(default_factory=dict)

    def ring(
        self, areas: Iterable[str], number: int = 1, *, within: Iterable[str] | None = None
    ) -> tuple[str, ...]:
        """The areas a number of steps away: ring 1 touches the areas, ring 2 touches ring 1.

        Parameters
        ----------
        areas : iterable of str
            Codes of the treated areas.
        number : int
            Steps from the nearest of them.
        within : iterable of str, optional
            Keep only these, such as ``panel.areas``; steps may still lead through others.

        Returns
        -------
        tuple of str
            Codes in order, for ``Design(buffer=...)``; empty where the map ends.

        Raises
        ------
        DataError
            If an area is not on the map, or the number is below 1.

        Notes
        -----
        Displacement is looked for in the ring that touches, and controls are taken from beyond the next one, to which
        it may have spread (Bowers & Johnson 2003, Journal of Quantitative Criminology 19: concentric buffers).

        Examples
        --------
        >>> import evaluate as ev
        >>> street = ev.read_neighbours({"A": ["B", "C"], "B": ["D"]})
        >>> street.ring(["A"], within=["A", "B", "D"])
        ('B',)
        """
        if isinstance(areas, str):
            raise DataError(f'ring takes a list of areas; write ["{areas}"].')
        if number < 1:
            raise DataError(
                f"The ring that touches an area is number 1; {number} is asked for. Count from 1."
            )
        inner = {self._known(str(area)) for area in areas}
        edge = set(inner)
        for _ in range(number):
            edge = {other for area in edge for other in self.touching[area]} - inner
            inner |= edge
        kept = edge if within is None else edge & {str(area) for area in within}
        return tuple(sorted(kept))

    def _known(self, area: str) -> str:
        if area in self.touching:
            return area
        near = did_you_mean(area, sorted(self.touching), labels=self.labels)
        raise DataError(f'There is no area "{area}" among these neighbours. {near}')

    def __repr__(self) -> str:
        numbers = [len(others) for others in self.touching.values()]
        return f"Neighbours: {len(numbers):,} areas, each touching {min(numbers)} to {max(numbers)} others"


def read_neighbours(
    source: Mapping[str, Iterable[str]] | Iterable[tuple[str, str]] | str | PathLike[str],
    *,
    area: str = "area",
    neighbour: str = "neighbour",
) -> Neighbours:
    r"""Take which areas touch which from a plain list; ``read_boundaries(...).neighbours()`` finds it from a map.

    Parameters
    ----------
    source : mapping, iterable of pairs, or path
        Code of an area to the codes that touch it; or pairs of codes; or a CSV file of pairs. One direction is enough.
    area, neighbour : str
        Heads of the two columns of the file.

    Returns
    -------
    Neighbours

    Raises
    ------
    DataError
        If a column is not there, a code is empty, an area is given as its own neighbour, or the list is empty.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import evaluate as ev
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "touching.csv"
    >>> _ = path.write_text("area,neighbour\nE05011247,E05011240\nE05011247,E05011246\n")
    >>> ev.read_neighbours(path).ring(["E05011247"])
    ('E05011240', 'E05011246')
    """
    touching: dict[str, set[str]] = {}
    name = "The list of neighbours"
    if isinstance(source, Mapping):
        for one, others in source.items():
            if isinstance(others, str):
                raise DataError(f'{name} has "{others}" for {one}; write ["{others}"].')
            touching.setdefault(str(one), set())
        pairs = [(str(one), str(other)) for one, others in source.items() for other in others]
    elif isinstance(source, str | PathLike):
        table = open_table(source)
        heads = table.require(area, "area"), table.require(neighbour, "neighbour")
        name = table.name
        pairs = list(zip(*(table.text(head) for head in heads), strict=True))
    else:
        pairs = [(str(one), str(other)) for one, other in source]
    for one, other in pairs:
        if not one or not other or one == other:
            raise DataError(
                f'{name} has the pair "{one}" and "{other}"; a pair is two different codes. Correct or remove it.'
            )
        touching.setdefault(one, set()).add(other)
        touching.setdefault(other, set()).add(one)
    if not touching:
        raise DataError(f"{name} is empty. Give at least one pair.")
    return Neighbours({code: frozenset(others) for code, others in sorted(touching.items())})


def neighbours_of_pairs(codes: pd.Index, pairs: pd.MultiIndex, labels: Mapping[str, str]) -> Neighbours:
    """Make neighbours of all areas of a map, those without any included.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.MultiIndex.from_tuples([("A", "B"), ("B", "A"), ("C", "C")])
    >>> neighbours_of_pairs(pd.Index(["A", "B", "C"]), pairs, {}).touching["C"]
    frozenset()
    """
    touching: dict[str, set[str]] = {str(code): set() for code in codes}
    for one, other in pairs:
        if one != other:
            touching[str(one)].add(str(other))
    return Neighbours({code: frozenset(others) for code, others in touching.items()}, labels)
