"""A register of operations: swapped dates are put right and counted, what cannot be decided is refused."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from openpyxl import load_workbook

import evaluate as ev

DEPLOYMENTS = {"start": "Date", "name": "Deployment", "area": "Ward Code"}


@pytest.fixture(scope="module")
def register(shared_data) -> ev.OperationsRegister:
    path = shared_data / "operations_register" / "LFR_Deployments.xlsx"
    return ev.read_operations(path, **DEPLOYMENTS, year="Year")


def test_every_deployment_is_an_operation(register):
    assert repr(register) == "OperationsRegister: 252 operations in 71 areas, 2020-02-11 to 2025-03-13"
    assert all(isinstance(operation, ev.Operation) for operation in register)
    assert len({operation.name for operation in register}) == 252
    assert all(area.startswith("E05") for area in register.areas)
    source = register.provenance.files[0]
    assert (source.rows_read, source.rows_used, dict(source.not_used)) == (252, 252, {})


def test_swapped_dates_are_put_right_and_counted(register, shared_data):
    """Counted again from the cells; names of deployments that give their own date agree."""
    sheet = load_workbook(shared_data / "operations_register" / "LFR_Deployments.xlsx")["Deployment Data"]
    cells = [sheet.cell(row, 2).value for row in range(5, 257)]
    right = [
        datetime.date(cell.year, cell.day, cell.month)
        if isinstance(cell, datetime.datetime)
        else datetime.datetime.strptime(cell, "%d/%m/%Y").date()
        for cell in cells
    ]
    assert [operation.first_day.date() for operation in register] == right
    stored = [cell for cell in cells if isinstance(cell, datetime.datetime)]
    swapped = sum(cell.day != cell.month for cell in stored)
    notes = " ".join(register.provenance.notes)
    assert f"a spreadsheet had swapped day and month of {swapped} dates; they are put right" in notes
    assert right == sorted(right)
    assert "the dates run forward 251 times and back 0 times" in notes
    days = {operation.name: str(operation.first_day.date()) for operation in register}
    assert days["Westminster Nov 23"] == "2023-11-09"
    assert days["Westminster 16/11/23"] == "2023-11-16"
    assert days["Stratford 2020"] == "2020-02-11"


def test_a_year_that_disagrees_is_said(register):
    assert register.provenance.notes[-1] == (
        '"Year" gives another year than the date, which is kept: row 8: 2020, 2022-01-28.'
    )


def test_operations_of_a_ward_are_ready_for_a_design(register):
    ilford = register.in_area("E05011243")
    assert [str(one.first_day.date()) for one in ilford] == sorted(
        str(one.first_day.date()) for one in ilford
    )
    assert len(ilford) == 7
    assert sum(one.days for one in register.in_area("E05013806")) < 252
    joined = register.in_area("E05011243", join_within="90 days")
    assert len(joined) == 2
    assert joined[0].days == (pd.Timestamp("2024-08-02") - pd.Timestamp("2024-06-19")).days + 1
    with pytest.raises(ev.DataError, match=r'^The register has no operation in "Ilford"\. '):
        register.in_area("Ilford")


def test_the_frame_has_a_row_each(register):
    frame = register.to_frame()
    assert frame.columns.tolist() == ["name", "start", "end", "days", "area"]
    assert len(frame) == 252
    assert register[:2][1].name == register[1].name


def rows(*dates: object, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"Date": pd.Series(list(dates), dtype=object), **columns})


def test_first_and_last_days():
    frame = rows("2018-05-22", "2018-06-01", "", until=["2018-05-26", "", ""], place=["Ilford", "", "none"])
    register = ev.read_operations(frame, start="Date", end="until", name="place")
    assert [operation.days for operation in register] == [5, 1]
    assert [operation.name for operation in register] == ["Ilford", "Operation, 1 June 2018"]
    assert register.areas == ("", "")
    assert dict(register.provenance.files[0].not_used) == {"no date": 1}


def test_the_same_place_on_the_same_day_keeps_a_name_each():
    register = ev.read_operations(
        rows("2018-05-22", "2018-05-22", place="Ilford"), start="Date", name="place"
    )
    assert [operation.name for operation in register] == ["Ilford, 22 May 2018", "Ilford, 22 May 2018 (2)"]


REFUSALS = {
    "no such column": (
        lambda: ev.read_operations(rows("2018-05-22"), start="Dates"),
        'the DataFrame: there is no column "Dates", which start= names. Did you mean "Date"?',
    ),
    "no date at all": (
        lambda: ev.read_operations(rows("", None), start="Date"),
        'the DataFrame, column "Date": no row has a date. Check the column named.',
    ),
    "backwards": (
        lambda: ev.read_operations(rows("2018-05-22", to="2018-05-20"), start="Date", end="to"),
        'the DataFrame, row 1, column "to": the operation ends on 2018-05-20, before it starts on 2018-05-22. Swap the '
        "two dates, or correct one.",
    ),
    "ambiguous text": (
        lambda: ev.read_operations(rows("03/04/2018", "05/06/2018"), start="Date"),
        'the DataFrame, row 1, column "Date": "03/04/2018" could be either day/month or month/day, and no other date '
        "in the column tells. Pass day_first=True for day/month/year, day_first=False for month/day/year.",
    ),
    "swapped or not": (
        lambda: ev.read_operations(rows(datetime.datetime(2018, 3, 4), "21/03/2018"), start="Date"),
        'the DataFrame, row 1, column "Date": the spreadsheet took this cell for a date, 2018-03-04, and left others '
        'as text, such as "21/03/2018"; whether it swapped day and month cannot be told. Write dates as '
        "year-month-day: 2018-05-22. (1 such cell)",
    ),
    "not in the register": (
        lambda: ev.read_operations(rows("2018-05-22", w="E05011247"), start="Date", area="w").in_area("E05011248"),
        'The register has no operation in "E05011248". Did you mean "E05011247"?',
    ),
    "areas and operations": (
        lambda: ev.OperationsRegister((ev.Operation("x", "2018-05-22"),), ()),
        "A register has an area for each operation; these are 1 operation and 0 areas.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_refusals(case):
    make, message = REFUSALS[case]
    with pytest.raises(ev.DataError) as refused:
        make()
    assert str(refused.value) == message
