import math

import pandas as pd
import pytest

from evaluate.claims.wording import percent
from evaluate.reports.tables import Column, Table, from_frame, interval, rounded, shown, write_tables


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234.6, "count", "1,235"),
        (0.0, "count", "0"),
        (-0.4, "count", "0"),
        (-12.0, "count", "−12"),
        (99.94, "mean", "99.9"),
        (99.96, "mean", "100"),
        (8.26, "mean", "8.3"),
        (0.806, "ratio", "0.81"),
        (0.0099, "probability", "<1%"),
        (0.01, "probability", "1%"),
        (0.675, "probability", "68%"),
        (0.99, "probability", "99%"),
        (0.9901, "probability", ">99%"),
        (0.0, "probability", "<1%"),
        (1.0, "probability", ">99%"),
        (-0.214, "change", "−21%"),
        (0.214, "change", "+21%"),
        (0.004, "change", "0%"),
        (5 / 31, "share", "16%"),
        (0.0004, "p value", "<0.001"),
        (0.0254, "p value", "0.025"),
        (0.2, "p value", "0.20"),
        (12.0, "number", "12"),
        (0.12345, "number", "0.123"),
        (12.345, "number", "12.3"),
        (-0.4, "number", "−0.400"),
        (float("nan"), "ratio", "[x]"),
        (float("inf"), "ratio", "[x]"),
        (None, "count", "[x]"),
        ("[c]", "count", "[c]"),
        (True, "text", "yes"),
    ],
)
def test_every_kind_of_number_has_one_way_of_being_written(value, kind, text):
    assert shown(value, kind) == text


def test_a_table_rounds_a_probability_as_the_sentence_beside_it():
    for probability in (draws / 400 for draws in range(4, 397)):
        assert shown(probability, "probability") == percent(probability)


def test_nothing_is_written_as_minus_nought():
    assert [rounded(value, 1) for value in (-0.04, 0.04, -0.06)] == ["0.0", "0.0", "−0.1"]


def test_an_interval_with_an_open_end_is_not_available():
    assert interval(0.5, math.nan) == "[x]"
    assert interval(0.5, 1.25) == "0.50 to 1.25"


def test_csv_has_the_figures_of_the_page_in_a_form_a_spreadsheet_reads():
    table = Table(
        "t",
        "Counts",
        (Column("Window"), Column("Recorded", "count"), Column("Change", "change", "[z]")),
        [("before, all", 1234.0, -0.5), ("after", "[c]", None)],
    )
    assert table.to_csv() == 'Window,Recorded,Change\n"before, all",1234,-50%\nafter,[c],[z]\n'


def test_the_markers_that_occur_are_explained_below_the_table():
    table = Table(
        "t", "Counts", (Column("A"), Column("B", "count")), [("x", "[c]"), ("y", None)], ("First.",)
    )
    assert table.all_notes[0] == "First."
    assert [note[:3] for note in table.all_notes[1:]] == ["[c]", "[x]"]


def test_written_tables_are_listed_with_their_captions(tmp_path):
    frame = pd.DataFrame({"b": [1.0], "a": ["x"]})
    table = from_frame("one", "First", frame, {"a": Column("A"), "b": Column("B", "count")})
    write_tables([table], tmp_path / "tables")
    assert (tmp_path / "tables" / "one.csv").read_text() == "A,B\nx,1\n"
    assert "one.csv,First," in (tmp_path / "tables" / "contents.csv").read_text()
