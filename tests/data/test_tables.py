"""A table is opened with its shape proved; what cannot be proved is in test_mps_malformed.py."""

from __future__ import annotations

import gzip
import hashlib

import pandas as pd
import pytest

import evaluate as ev
from evaluate.data.cells import counts_in
from evaluate.data.tables import existing_file, open_table, table_of


def test_text_stays_text(write):
    table = open_table(write("code,name\n00123,NA\n0456, None \n"))
    assert table.rows["code"].tolist() == ["00123", "0456"]
    assert table.text("name").tolist() == ["NA", "None"]


def test_rows_know_their_lines(write):
    table = open_table(write('\ufeffcode,name\r\n1,"two\r\nlines"\r\n\r\n2,x\r\n,\r\n3,y'))
    assert table.rows["code"].tolist() == ["1", "2", "3"]
    assert table.lines.tolist() == [2, 5, 7]
    assert table.place(1, "name") == 'line 5, column "name"'
    assert table.blank == 2


def test_the_source_says_what_was_read(write):
    content = b"code,n\nA,1\n\nB,2\n"
    source = open_table(write(content)).source(1, {"no area": 1, "other": 0})
    assert (source.name, source.rows_read, source.rows_used) == ("wards.csv", 3, 1)
    assert dict(source.not_used) == {"empty row": 1, "no area": 1}
    assert source.sha256 == hashlib.sha256(content).hexdigest()


def test_the_hash_is_that_of_the_file_as_downloaded(write):
    packed = gzip.compress(b"code,n\nA,1\n")
    assert open_table(write(packed, "w.csv.gz")).sha256 == hashlib.sha256(packed).hexdigest()


def test_a_parquet_file_has_rows(tmp_path):
    path = tmp_path / "w.parquet"
    pd.DataFrame({"code": ["A", "B"], "n": [1, -2]}).to_parquet(path)
    table = open_table(path)
    assert table.place(1) == "row 2"
    with pytest.raises(ev.DataError, match=r'^w\.parquet, row 2, column "n": a count is a whole number'):
        counts_in(table, ["n"])


def test_columns_without_head_are_numbered_and_empty_ones_dropped(write):
    table = open_table(write(",code,\n1,A,\n2,B,\n"))
    assert table.heads == ["(column 1)", "code"]


def test_a_data_frame_is_a_table():
    table = table_of(pd.DataFrame({" ward ": ["A", None], 2018: [1.0, 2.0]}))
    assert table.heads == ["ward", "2018"]
    assert table.text("ward").tolist() == ["A", ""]
    assert (table.name, table.place(1)) == ("the DataFrame", "row 2")


def test_a_column_that_is_not_there_names_the_nearest():
    table = table_of(pd.DataFrame({"ward_code": ["A"], "n": [1]}))
    assert table.require(" ward_code", "area") == "ward_code"
    with pytest.raises(ev.DataError) as refused:
        table.require("wardcode", "area")
    assert str(refused.value) == (
        'the DataFrame: there is no column "wardcode", which area= names. Did you mean "ward_code"?'
    )


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"a": []}), "the DataFrame: there are no rows in it. Check how it was made."),
        (
            pd.DataFrame([[1, 2]], columns=["a", " a"]),
            'the DataFrame, line 1: columns 1 and 2 are both called "a". Keep the right one and remove the other.',
        ),
    ],
)
def test_data_frames_that_are_refused(frame, message):
    with pytest.raises(ev.DataError) as refused:
        table_of(frame)
    assert str(refused.value) == message


def test_a_file_in_an_empty_folder(tmp_path):
    with pytest.raises(
        ev.DataError, match=r'There is no file "w\.csv" in the folder .* The folder is empty\.$'
    ):
        existing_file(tmp_path / "w.csv")


def test_whole_numbers_written_as_decimals_are_counts():
    table = table_of(pd.DataFrame({"n": ["3.0", "1e2", " 7 ", ""]}))
    assert counts_in(table, ["n"])[:3, 0].tolist() == [3, 100, 7]


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_other_delimiters_are_read_where_the_reader_asks(write, mark, word):
    path = write(f'code{mark}n\nA{mark}"1{mark}2"\n')
    table = open_table(path, any_delimiter=True)
    assert table.rows.to_dict("list") == {"code": ["A"], "n": [f"1{mark}2"]}
    assert table.notes == (f"wards.csv: its fields are separated by {word}.",)
    with pytest.raises(ev.DataError, match=f"the fields are separated by {word}, not by commas"):
        open_table(path)
