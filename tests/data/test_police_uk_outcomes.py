"""Outcomes files of data.police.uk: what became of crimes, each kind of outcome once for a crime."""

from __future__ import annotations

import csv
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import evaluate as ev

FOLDER = "police_uk/outcomes"
HEAD = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type"
MONTHS = {"2017-06": 1_094, "2018-05": 461}


def line(crime: str, outcome: str, lsoa: str = "E01000001") -> str:
    return f"{crime},2018-01,Kent Police,Kent Police,,,On or near High Street,{lsoa},Ashford 001A,{outcome}"


def outcomes_file(folder: Path, *rows: str) -> Path:
    path = folder / "2018-01-kent-outcomes.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def test_the_published_files_agree_with_an_independent_count(shared_data):
    panel = ev.read_police_uk_outcomes(shared_data / FOLDER)
    first: dict[tuple[str, str], tuple[str, str]] = {}
    read = 0
    for month in MONTHS:
        with (shared_data / FOLDER / f"{month}-metropolitan-outcomes.csv").open(
            encoding="utf-8", newline=""
        ) as file:
            for row in csv.DictReader(file):
                read += 1
                key = row["Crime ID"], row["Outcome type"]
                if key not in first or (row["LSOA code"] and not first[key][0]):
                    first[key] = row["LSOA code"], month
    expected = Counter((lsoa, month, kind) for (_, kind), (lsoa, month) in first.items() if lsoa)
    frame = panel.to_frame()
    frame = frame[frame["count"] > 0]
    keys = zip(frame["area"], frame["period"].astype(str), frame["outcome"], strict=True)
    assert dict(zip(keys, frame["count"].astype(int), strict=True)) == dict(expected)
    files = panel.provenance.files
    assert [file.rows_read for file in files] == list(MONTHS.values())
    assert sum(MONTHS.values()) == read
    assert all(file.rows_used + sum(file.not_used.values()) == file.rows_read for file in files)
    between = panel.counts.sel(period=panel.periods[1:-1])
    assert np.isnan(between).all()


def test_a_crime_counts_once_for_each_outcome(tmp_path):
    path = outcomes_file(
        tmp_path,
        line("a", "Suspect charged"),
        line("a", "Suspect charged"),  # a second suspect of the same crime
        line("a", "Offender fined"),
        line("b", "Suspect charged", "E01000002"),
    )
    panel = ev.read_police_uk_outcomes(path)
    assert panel.counts.sel(outcome="Suspect charged").values.ravel().tolist() == [1, 1]
    assert panel.counts.sel(outcome="Offender fined").values.ravel().tolist() == [1, 0]
    assert dict(panel.provenance.files[0].not_used) == {"repeated Crime ID": 1}


def test_areas_of_ones_own_and_a_zip(tmp_path):
    outcomes_file(tmp_path, line("a", "Suspect charged"), line("b", "Suspect charged", "E01000002"))
    with zipfile.ZipFile(tmp_path / "2018-01.zip", "w") as packed:
        packed.write(tmp_path / "2018-01-kent-outcomes.csv", "2018-01/2018-01-kent-outcomes.csv")
        packed.writestr("2018-01/2018-01-kent-street.csv", "Crime ID\n")
    panel = ev.read_police_uk_outcomes(tmp_path / "2018-01.zip", areas={"the street": ["E01000001"]})
    assert list(panel.areas) == ["the street"]
    assert int(panel.counts.sum()) == 1
    assert dict(panel.provenance.files[0].not_used) == {"in none of the areas": 1}
    assert panel.provenance.layout == "data.police.uk outcomes files by area"


REFUSALS = {
    "street file": (
        "2018-01-kent-outcomes.csv",
        HEAD.replace("Outcome type", "Crime type") + "\n" + line("a", "Burglary"),
        '2018-01-kent-outcomes.csv: this is no outcomes file of data.police.uk: it has a column "Crime type" and none '
        'called "Outcome type". Read it with ev.read_police_uk.',
    ),
    "stop-and-search file": (
        "2018-01-kent-outcomes.csv",
        "Type,Date,Object of search\nPerson search,2018-01-01,Firearms\n",
        '2018-01-kent-outcomes.csv: this is no outcomes file of data.police.uk: it has a column "Object of search" and '
        'none called "Outcome type". Read it with ev.read_stop_and_search.',
    ),
    "no outcome": (
        "2018-01-kent-outcomes.csv",
        HEAD + "\n" + line("a", ""),
        '2018-01-kent-outcomes.csv, line 2, column "Outcome type": this cell is empty, and every row has one. Download '
        "the file again; if it is the publisher's own error, remove the row.",
    ),
    "another head": (
        "2018-01-kent-outcomes.csv",
        HEAD.replace("LSOA name", "Name") + "\n" + line("a", "Suspect charged"),
        '2018-01-kent-outcomes.csv: an outcomes file of data.police.uk has a column "LSOA name". Did you mean "LSOA '
        'code" or "Name"?',
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_files_that_are_refused(case, tmp_path):
    name, content, message = REFUSALS[case]
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk_outcomes(tmp_path / name)
    assert str(refused.value) == message


def test_a_folder_without_outcomes(tmp_path):
    with pytest.raises(
        ev.DataError, match=r"holds no outcomes file of data\.police\.uk; their names end in -outcomes"
    ):
        ev.read_police_uk_outcomes(tmp_path)
