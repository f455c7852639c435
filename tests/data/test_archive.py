"""Street files that are not as published: each gives one message with file, place, rule and fix, or the right data."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

import evaluate as ev

HEAD = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)
NAME = "2018-01-kent-street.csv"


def line(
    crime: str, kind: str, lsoa: str = "E01000001", month: str = "2018-01", force: str = "Kent Police"
) -> str:
    return f"{crime},{month},{force},{force},1.0,51.0,On or near High Street,{lsoa},Ashford 001A,{kind},,"


# The modules that the reader really uses; collecting their doctests may import them a second time.
ARCHIVE = ev.read_police_uk.__globals__["find_files"].__globals__
STREET_FILES = ev.read_police_uk.__globals__["load_files"].__globals__

ROWS = (line("a", "Burglary"), line("b", "Robbery", "E01000002"), line("", "Anti-social behaviour"))
TEXT = "\n".join([HEAD, *ROWS]) + "\n"


def street_file(folder: Path, content: str | bytes = TEXT, name: str = NAME) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(members: dict[str, str | bytes], path: Path, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def refusal(path: Path | str) -> str:
    with pytest.raises(ev.DataError) as refused:
        ev.read_police_uk(path)
    return str(refused.value)


# ---- files that are read all the same -----------------------------------------------------------------------------

READABLE: dict[str, str | bytes] = {
    "byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "Windows line ends": TEXT.replace("\n", "\r\n"),
    "mixed line ends": TEXT.replace("\n", "\r\n", 2),
    "no final newline": TEXT.rstrip("\n"),
    "blank lines": TEXT.replace("\n", "\n\n"),
    "blanks around cells": TEXT.replace(",E01000001,", ", E01000001 ,").replace("a,2018-01", " a ,2018-01"),
    "quotation marks, commas and a new line in a cell": TEXT.replace(
        "On or near High Street", '"On or near ""The Mall"", a\nb"'
    ),
    "gzipped under the name of a CSV file": gzip.compress(TEXT.encode()),
    "one column more": TEXT.replace(",Context", ",Context,Vintage").replace(",,\n", ",,,2020\n"),
    "columns in another order": "\n".join(
        ",".join([*row.split(",")[9:], *row.split(",")[:9]]) for row in TEXT.splitlines()
    ),
    "Latin-1 in a column that is not read": TEXT.replace("High", "Ch\xe2t").encode("latin-1"),
}


@pytest.mark.parametrize("case", READABLE, ids=str)
def test_right_data_from_files_written_otherwise(case, tmp_path):
    expected = ev.read_police_uk(street_file(tmp_path / "as published"))
    found = ev.read_police_uk(street_file(tmp_path / "otherwise", READABLE[case]))
    xr.testing.assert_equal(found.counts, expected.counts)
    assert found.provenance.files[0].rows_read >= 3
    assert found.provenance.files[0].rows_used == 3


def test_a_file_without_rows_among_others_is_a_month_not_published(tmp_path):
    street_file(tmp_path)
    street_file(tmp_path, HEAD + "\n", "2018-02-kent-street.csv")
    street_file(tmp_path, TEXT.replace("2018-01", "2018-03"), "2018-03-kent-street.csv")
    panel = ev.read_police_uk(tmp_path)
    assert panel.counts.isnull().all(("area", "outcome")).values.tolist() == [False, True, False]


def test_what_a_mac_adds_to_a_zip_is_passed_over(tmp_path):
    members = {f"2018-01/{NAME}": TEXT, f"__MACOSX/2018-01/._{NAME}": b"\0\1\2", f"__MACOSX/{NAME}": "x"}
    assert int(ev.read_police_uk(zipped(members, tmp_path / "a.zip")).counts.sum()) == 3


def test_zips_in_a_folder_are_read(tmp_path):
    zipped({NAME: TEXT}, tmp_path / "2018-01.zip")
    zipped({"2018-02-kent-street.csv": TEXT.replace("2018-01", "2018-02")}, tmp_path / "2018-02.zip")
    panel = ev.read_police_uk(tmp_path)
    assert [file.name for file in panel.provenance.files] == ["2018-01.zip", "2018-02.zip"]
    # The IDs of January come again in February; disorder has none.
    assert panel.counts.sum(("area", "outcome")).values.tolist() == [3, 1]


def test_what_else_lies_in_a_folder_or_matches_a_pattern_is_passed_over(tmp_path):
    street_file(tmp_path / "2018 [a] what? *")
    for name in ("2018-01-kent-outcomes.csv", "2018-01-kent-stop-and-search.csv"):
        street_file(tmp_path / "2018 [a] what? *", "x,y\n1,2\n", name)
    zipped({"wards.shp": "x"}, tmp_path / "boundaries.zip")
    assert int(ev.read_police_uk(tmp_path).counts.sum()) == 3
    assert int(ev.read_police_uk(f"{tmp_path}/*/*.csv").counts.sum()) == 3


def test_an_archive_larger_than_a_batch_is_unpacked_in_parts(tmp_path, monkeypatch):
    members = {
        f"2018-{month:02d}/2018-{month:02d}-kent-street.csv": TEXT.replace(
            "2018-01", f"2018-{month:02d}"
        ).replace("\na,", f"\na{month},")
        for month in range(1, 13)
    }
    path = zipped(members, tmp_path / "year.zip")
    expected = ev.read_police_uk(path)
    most: list[int] = []
    monkeypatch.setitem(ARCHIVE, "BATCH", 3 * len(TEXT))
    plain = ARCHIVE["_take_out"]

    def watched(source, targets):
        plain(source, targets)
        most.append(len(targets))

    monkeypatch.setitem(ARCHIVE, "_take_out", watched)
    xr.testing.assert_equal(ev.read_police_uk(path).counts, expected.counts)
    assert len(most) >= 4
    assert max(most) <= 3


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = zipped({NAME: TEXT, "2018-02-kent-street.csv": "no table"}, tmp_path / "a.zip")
    refusal(path)
    assert list((tmp_path / "temporary").iterdir()) == []


# ---- one file that is not as it should be -------------------------------------------------------------------------

AGAIN = "Download the file again; if it is the publisher's own error, remove the row."
MALFORMED: dict[str, tuple[str | bytes, str]] = {
    "empty": (b"", f"{NAME}: the file is empty. Download it again."),
    "head without rows": (HEAD + "\n", f"{NAME}: there are no rows below the head."),
    "web page": (
        "<!DOCTYPE html>\n<html><body>503</body></html>",
        f"{NAME}, line 1: this is a web page, not a table; the download gave an error or a login page. Open the "
        "address in a browser and download the file itself.",
    ),
    "semicolons": (
        TEXT.replace(",", ";"),
        f"{NAME}, line 1: the fields are separated by semicolons, not by commas. Save it as comma-separated CSV UTF-8.",
    ),
    "tabs": (
        TEXT.replace(",", "\t"),
        f"{NAME}, line 1: the fields are separated by tabs, not by commas. Save it as comma-separated CSV UTF-8.",
    ),
    "no head": (
        "\n".join(ROWS),
        f'{NAME}, line 1: columns 3 and 4 are both called "Kent Police". Keep the right one and remove the other.',
    ),
    "missing column": (
        TEXT.replace("LSOA code", "Area"),
        f'{NAME}: a street file of data.police.uk has a column "LSOA code". Did you mean "LSOA name"?',
    ),
    "head in lower case": (
        TEXT.replace("Crime type", "crime type"),
        f'{NAME}: a street file of data.police.uk has a column "Crime type". Did you mean "crime type" or "Crime ID"?',
    ),
    "column twice": (
        TEXT.replace("Context", "Month"),
        f'{NAME}, line 1: columns 2 and 12 are both called "Month". Keep the right one and remove the other.',
    ),
    "cut in the middle of a row": (
        TEXT[: TEXT.rindex(",On or")],
        f"{NAME}, line 4: the file ends in the middle of its last row, with 6 of 12 fields. Download it again.",
    ),
    "cut inside quotation marks": (
        TEXT[: TEXT.rindex("On or")] + '"On or near',
        f"{NAME}, line 4: a quotation mark is opened and not closed, or stands inside a field (unexpected end of "
        "data). Download the file again, or correct the line.",
    ),
    "comma without quotation marks": (
        TEXT.replace("High Street", "High, Street", 1),
        f"{NAME}, line 2: this row has 13 fields and the head has 12. Put quotation marks around a name with a comma "
        "in it, or remove what is too much.",
    ),
    "month 13": (
        TEXT.replace("b,2018-01", "b,2018-13"),
        f'{NAME}, line 3, column "Month": a month is written like 2018-05; this is "2018-13". {AGAIN}',
    ),
    "month in words": (
        TEXT.replace("b,2018-01", "b,Jan 2018"),
        f'{NAME}, line 3, column "Month": a month is written like 2018-05; this is "Jan 2018". {AGAIN}',
    ),
    "no force": (
        TEXT.replace("b,2018-01,Kent Police", "b,2018-01,"),
        f'{NAME}, line 3, column "Reported by": this cell is empty, and every row has one. {AGAIN}',
    ),
    "no type": (
        TEXT.replace(",Robbery,", ",,"),
        f'{NAME}, line 3, column "Crime type": this cell is empty, and every row has one. {AGAIN}',
    ),
    "formula for a type": (
        TEXT.replace(",Robbery,", ',"=HYPERLINK(""http://a"")",'),
        f'{NAME}, line 3, column "Crime type": a crime type is a name in letters; this is "=HYPERLINK("http://a")". '
        f"{AGAIN}",
    ),
    "name for a code": (
        TEXT.replace("E01000002,", "Ashford 001B,"),
        f'{NAME}, line 3, column "LSOA code": the code of an LSOA is a letter and eight digits, such as E01003690; '
        f'this is "Ashford 001B". {AGAIN}',
    ),
    "row of commas": (TEXT + "," * 11 + "\n", f"{NAME}: a row holds nothing but commas. Remove it."),
    "UTF-16": (
        TEXT.encode("utf-16"),
        f"{NAME}: this is text in UTF-16, not a CSV file. Save it as CSV UTF-8.",
    ),
    "zero bytes": (
        TEXT.replace("Ashford", "Ash\0ford", 1),
        f"{NAME}, line 2: this is not text, it holds zero bytes. Download the file again.",
    ),
    "mixed encodings": (
        TEXT.encode() + line("d", "Burglary").replace("Ashford", "Ch\xe2t").encode("latin-1"),
        f'{NAME}, line 5: this is not UTF-8 text; near "E01000001,Ch\xe2t 001A,Burg" it is Latin-1 or Windows-1252, '
        "or a mix. Save the whole file as CSV UTF-8, so that no name is garbled.",
    ),
    "cut gzip": (
        gzip.compress(TEXT.encode() * 50)[:-30],
        f"{NAME}: the compressed file is cut short or damaged. Download it again.",
    ),
    "damaged gzip": (
        gzip.compress(TEXT.encode())[:20] + b"\xff" * 12 + gzip.compress(TEXT.encode())[32:],
        f"{NAME}: the compressed file is cut short or damaged. Download it again.",
    ),
    "cut zip": (
        b"PK\x03\x04" + b"\0" * 200,
        f"{NAME}: the zip is cut short or damaged. Download it again.",
    ),
    "an error of the API": (
        '{"error": "not found"}',
        f"{NAME}: an answer of the API is a list of crimes, and this is one object. Save the answer to "
        "crimes-street/all-crime as it came.",
    ),
}


@pytest.mark.parametrize("case", MALFORMED, ids=str)
def test_a_file_that_is_refused(case, tmp_path):
    content, message = MALFORMED[case]
    assert refusal(street_file(tmp_path, content)) == message


@pytest.mark.parametrize(
    "case", ["web page", "cut in the middle of a row", "month 13", "missing column", "name for a code"]
)
def test_the_message_names_the_zip_too(case, tmp_path):
    content, message = MALFORMED[case]
    good = TEXT.replace("2018-01", "2017-12")
    path = zipped({"2017-12-kent-street.csv": good, f"2018-01/{NAME}": content}, tmp_path / "a.zip")
    assert refusal(path) == f"a.zip: {message}"


def test_a_file_too_large_to_look_at(tmp_path, monkeypatch):
    monkeypatch.setitem(STREET_FILES, "LARGEST_EXAMINED", 100)
    said = refusal(street_file(tmp_path, MALFORMED["cut in the middle of a row"][0]))
    assert said.startswith(
        f"{NAME}: its rows are not those of a published file (Invalid Input Error: CSV Error on Line"
    )
    assert said.endswith(
        "it is too large to find the line. Download it again, one file for each force and month."
    )
    assert refusal(street_file(tmp_path, MALFORMED["month 13"][0])) == MALFORMED["month 13"][1].replace(
        ", line 3", ""
    )


# ---- two files with the same crimes -------------------------------------------------------------------------------


def test_a_month_of_a_force_in_two_files(tmp_path):
    first = street_file(tmp_path / "a")
    second = street_file(tmp_path / "b")
    assert refusal(tmp_path) == (
        f"2018-01 of Kent Police is in two files, {first} and {second}; rows without a Crime ID would count twice. "
        "Keep one of them: the later download, which has the corrections."
    )


def test_two_archives_that_overlap(tmp_path):
    for name in ("2018-01.zip", "2018-02.zip"):
        zipped({f"2018-01/{NAME}": TEXT}, tmp_path / name)
    assert refusal(tmp_path).startswith(
        f"2018-01 of Kent Police is in two files, 2018-01.zip: 2018-01/{NAME} and 2018-02.zip: 2018-01/{NAME}; "
    )


def test_the_same_month_of_two_forces_is_no_repeat(tmp_path):
    street_file(tmp_path)
    street_file(tmp_path, TEXT.replace("Kent", "Essex").replace("\na,", "\nx,"), "2018-01-essex-street.csv")
    panel = ev.read_police_uk(tmp_path)
    # Crime b stands in both files under one ID: it is one crime.
    assert int(panel.counts.sum()) == 5
    assert panel.provenance.notes[1] == (
        "Outside a force's own areas, in areas where another force reports more; all are counted: Kent Police "
        "(1 crime)."
    ) or panel.provenance.notes[1].startswith("Outside a force's own areas")


# ---- zips ---------------------------------------------------------------------------------------------------------


def bomb(path: Path) -> None:
    rows = (ROWS[0] + "\n").encode() * 600_000
    zipped({NAME: HEAD.encode() + b"\n" + rows}, path)


def encrypted(path: Path) -> None:
    """Set the flag that says that the content is encrypted, in both places where a zip has it."""
    zipped({NAME: TEXT}, path)
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark) + offset
        content[at : at + 2] = struct.pack("<H", struct.unpack("<H", content[at : at + 2])[0] | 1)
    path.write_bytes(content)


def damaged(path: Path) -> None:
    zipped({NAME: TEXT}, path)
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)


def wrong_sum(path: Path) -> None:
    zipped({NAME: TEXT}, path, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Burglary", b"Burglery"))


def smaller_than_it_says(path: Path) -> None:
    zipped({NAME: TEXT}, path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 40)
    path.write_bytes(content)


def cut(path: Path) -> None:
    zipped({NAME: TEXT}, path)
    path.write_bytes(path.read_bytes()[:-40])


def nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr(NAME, TEXT)
    zipped({"2018-01.zip": inner.getvalue()}, path)


NO_STREETS = (
    "a.zip: the zip holds no street file of data.police.uk; their names end in -street.csv. Download an archive with "
    "street files in it."
)
DAMAGED = "a.zip: the zip is cut short or damaged. Download it again."
ZIPS: dict[str, tuple[Callable[[Path], object], str]] = {
    "damaged": (damaged, DAMAGED),
    "wrong checksum": (wrong_sum, DAMAGED),
    "another size than it says": (smaller_than_it_says, DAMAGED),
    "cut": (cut, DAMAGED),
    "encrypted": (
        encrypted,
        "a.zip: its files are encrypted or packed in a way that cannot be undone here. Unpack the zip with another "
        "program and name the folder.",
    ),
    "outcomes only": (lambda path: zipped({"2018-01-kent-outcomes.csv": "a"}, path), NO_STREETS),
    "empty": (lambda path: zipped({}, path), NO_STREETS),
    "zip in a zip": (nested, NO_STREETS),
}


@pytest.mark.parametrize("case", ZIPS, ids=str)
def test_zips_that_are_refused(case, tmp_path):
    make, message = ZIPS[case]
    make(tmp_path / "a.zip")
    assert refusal(tmp_path / "a.zip") == message


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setitem(ARCHIVE, "_take_out", lambda source, targets: pytest.fail("it was unpacked"))
    bomb(tmp_path / "a.zip")
    said = refusal(tmp_path / "a.zip")
    assert said.startswith(f"a.zip: {NAME} would unpack to 6")
    assert said.endswith(
        "a published file unpacks to less than 100 times. Download the archive again from data.police.uk."
    )


def test_a_gzip_bomb_is_refused_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setitem(STREET_FILES, "LARGEST_EXAMINED", 10_000_000)
    path = street_file(tmp_path, gzip.compress(b"a" * 20_000_000), NAME + ".gz")
    assert refusal(path) == (
        f"{NAME}.gz: the compressed file of 0.0 MB unpacks to over 0 GB, and its rows are not those of a published "
        "file. Download it again."
    )


def test_a_full_disk_is_said_in_one_message(tmp_path, monkeypatch):
    def full(source, target, length):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    said = refusal(zipped({NAME: TEXT}, tmp_path / "a.zip"))
    assert said.startswith("There is no room left in the temporary folder ")
    assert said.endswith("name another folder in the environment variable TMPDIR (on Windows TEMP).")
