"""Make an archive of street files as large as the country's, in the published format, with a truth that is known.

Thirty-six months of 43 forces in one zip, as data.police.uk publishes them: one folder a month, one file a force and
month. Nothing in it is real: the forces, districts and crimes are made up, the codes of the LSOAs (``E01100001`` on)
belong to nowhere. Beside the zip stands ``<name>.truth.json`` with what a reader must find.

Run ``python scripts/make_national_archive.py national.zip`` (18 million rows, about 3.4 GB unpacked, a few minutes).
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HEAD = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)
TYPES = {  # share of rows, roughly that of England and Wales
    "Anti-social behaviour": 0.24,
    "Violence and sexual offences": 0.26,
    "Other theft": 0.08,
    "Criminal damage and arson": 0.09,
    "Public order": 0.07,
    "Vehicle crime": 0.07,
    "Burglary": 0.06,
    "Shoplifting": 0.06,
    "Drugs": 0.02,
    "Other crime": 0.015,
    "Theft from the person": 0.01,
    "Bicycle theft": 0.01,
    "Robbery": 0.01,
    "Possession of weapons": 0.005,
}
OUTCOMES = (
    "Investigation complete; no suspect identified",
    "Unable to prosecute suspect",
    "Under investigation",
    "Status update unavailable",
)
STREETS = ("High Street", "Church Lane", "Station Road", "Parking Area", "Supermarket", "Mill Close")
NO_PLACE, REPEATED, ELSEWHERE = 0.015, 0.004, 0.003
SILENT = (7, 14, 16)
"""The force, and the first and last month, of which nothing is published."""


@dataclass
class Truth:
    """What was written, by the reasons a reader has to leave a row out.

    ``by_type`` counts the months that every force published.
    """

    rows: int = 0
    no_place: int = 0
    repeated: int = 0
    by_type: dict[str, int] = field(default_factory=dict)
    partly_silent: list[str] = field(default_factory=list)


class Country:
    """Forces, their LSOAs and how much is recorded where."""

    def __init__(self, forces: int, areas: int, random: np.random.Generator) -> None:
        weight = random.gamma(1.5, size=forces) + 0.3
        self.sizes = np.maximum(1, np.round(areas * weight / weight.sum())).astype(int)
        self.sizes[0] += areas - self.sizes.sum()
        self.starts = np.r_[0, np.cumsum(self.sizes)[:-1]]
        self.weights = random.gamma(1.2, size=self.sizes.sum()) + 0.05
        self.names = [f"Force {number + 1:02d}" for number in range(forces)]

    def shares(self, force: int) -> np.ndarray:
        """Share of a force's rows in each of its LSOAs."""
        own = self.weights[self.starts[force] : self.starts[force] + self.sizes[force]]
        return own / own.sum()

    def rows_of(self, total: int) -> np.ndarray:
        """Rows of each force in a month."""
        mass = np.array([self.weights[a : a + n].sum() for a, n in zip(self.starts, self.sizes, strict=True)])
        return np.maximum(30, np.round(total * mass / mass.sum())).astype(int)


def file_text(
    country: Country,
    force: int,
    month: str,
    rows: int,
    old: list[str],
    truth: Truth,
    random: np.random.Generator,
) -> str:
    """One street file; ``old`` holds rows of the month before, with an ID and a place: some come again."""
    kinds = list(TYPES)
    kind = random.choice(len(kinds), size=rows, p=list(TYPES.values()))
    area = country.starts[force] + random.choice(country.sizes[force], size=rows, p=country.shares(force))
    away = random.random(rows) < ELSEWHERE
    area[away] = random.integers(0, country.sizes.sum(), size=int(away.sum()))
    nowhere = random.random(rows) < NO_PLACE
    number = random.bytes(32 * rows).hex()
    name = country.names[force]
    street, outcome = random.integers(0, len(STREETS), rows), random.integers(0, len(OUTCOMES), rows)
    east, north = random.integers(0, 999_999, rows), random.integers(0, 999_999, rows)
    again = [
        line.replace(line[65:72], month, 1)
        for line in old
        if random.random() < REPEATED * rows / max(1, len(old))
    ]
    lines = []
    for at in range(rows):
        disorder = kind[at] == 0
        crime = "" if disorder else number[64 * at : 64 * at + 64]
        where = (
            ",,No Location,,"
            if nowhere[at]
            else f"-1.{east[at]:06d},52.{north[at]:06d},On or near {STREETS[street[at]]},E01{100001 + area[at]:06d},"
            f"District {area[at] // 110:03d} {area[at] % 110 // 5:03d}{'ABCDE'[area[at] % 5]}"
        )
        last = "" if disorder else OUTCOMES[outcome[at]]
        lines.append(f"{crime},{month},{name},{name},{where},{kinds[kind[at]]},{last},")
    truth.rows += rows + len(again)
    truth.no_place += int(nowhere.sum())
    truth.repeated += len(again)
    if month not in truth.partly_silent:
        for place, count in zip(*np.unique(kind[~nowhere], return_counts=True), strict=True):
            truth.by_type[kinds[place]] = truth.by_type.get(kinds[place], 0) + int(count)
    text = HEAD + "\n".join(lines + again) + "\n"
    old[:] = [line for line in lines[: min(rows, 400)] if line[0] != "," and "No Location" not in line]
    return text


def month_names(months: int) -> Iterator[str]:
    """Months from 2021-01."""
    for number in range(months):
        yield f"{2021 + number // 12}-{number % 12 + 1:02d}"


def make(path: Path, *, rows: int, months: int, forces: int, areas: int, seed: int) -> Truth:
    """Write the zip and return its truth."""
    random = np.random.default_rng(seed)
    country, truth = Country(forces, areas, random), Truth()
    truth.partly_silent = list(month_names(months))[SILENT[1] : SILENT[2] + 1]
    sizes = country.rows_of(rows // months)
    old: list[list[str]] = [[] for _ in range(forces)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for month in month_names(months):
            for force in range(forces):
                if force == SILENT[0] and month in truth.partly_silent:
                    old[force] = []
                    continue
                text = file_text(country, force, month, int(sizes[force]), old[force], truth, random)
                slug = country.names[force].lower().replace(" ", "-")
                archive.writestr(f"{month}/{month}-{slug}-street.csv", text)
    return truth


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=18_000_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--forces", type=int, default=43)
    parser.add_argument("--areas", type=int, default=35_000)
    parser.add_argument("--seed", type=int, default=20180522)
    given = parser.parse_args()
    truth = make(
        given.path,
        rows=given.rows,
        months=given.months,
        forces=given.forces,
        areas=given.areas,
        seed=given.seed,
    )
    given.path.with_suffix(".truth.json").write_text(
        json.dumps(vars(truth), indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
