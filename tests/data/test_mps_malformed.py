"""Every file that cannot be taken at its word gives one message: file, place, rule, fix."""

from __future__ import annotations

import gzip

import pytest

import evaluate as ev

HEAD = "WardName,WardCode,MajorText,MinorText,LookUp_BoroughName,201805,201806"
LOXFORD = "Loxford,E05011247,ROBBERY,ROBBERY OF PERSONAL PROPERTY,Redbridge,4,2"
ABBEY = "Abbey,E05000026,THEFT,OTHER THEFT,Barking and Dagenham,12,9"
LONG_HEAD = "Month,CrimeType ,CrimeDetails,Borough,CrimeCount"
COUNT_FIX = "Check that this column holds counts and not rates or changes, and correct the cell."
NO_MONTHS = (
    "no column is headed by a month such as 201805 or May-18. Read a table with one row for each month with "
    "ev.read_counts."
)


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


MALFORMED: dict[str, tuple[str | bytes, str]] = {
    "empty file": (b"", "wards.csv: the file is empty. Download it again."),
    "only blank lines": (b"\r\n\r\n", "wards.csv: the file is empty. Download it again."),
    "web page": (
        "<!DOCTYPE html>\n<html><body>404 Not Found</body></html>",
        "wards.csv, line 1: this is a web page, not a table; the download gave an error or a login page. "
        "Open the address in a browser and download the file itself.",
    ),
    "web page after a byte order mark": (
        b"\xef\xbb\xbf\n <html></html>",
        "wards.csv, line 1: this is a web page, not a table; the download gave an error or a login page. "
        "Open the address in a browser and download the file itself.",
    ),
    "JSON": (
        '[{"category": "burglary"}]',
        "wards.csv, line 1: this is JSON, not a CSV file. Download the CSV file instead.",
    ),
    "Excel workbook": (
        b"PK\x03\x04rest",
        "wards.csv: this is a zip archive or an Excel workbook, not a CSV file. Unpack it, or save the sheet as CSV "
        "UTF-8.",
    ),
    "old Excel workbook": (
        b"\xd0\xcf\x11\xe0rest",
        "wards.csv: this is an old Excel workbook, not a CSV file. Save the sheet as CSV UTF-8.",
    ),
    "PDF": (b"%PDF-1.7", "wards.csv: this is a PDF, not a CSV file. Ask the publisher for the table as CSV."),
    "UTF-16": (
        lines(HEAD, LOXFORD).encode("utf-16"),
        "wards.csv: this is text in UTF-16, not a CSV file. Save it as CSV UTF-8.",
    ),
    "zero bytes": (
        lines(HEAD, LOXFORD, "Abbey,E0500\x00026,THEFT,OTHER THEFT,Barking and Dagenham,12,9"),
        "wards.csv, line 3: this is not text, it holds zero bytes. Download the file again.",
    ),
    "Latin-1": (
        lines(HEAD, LOXFORD, "Château,E05000027,THEFT,OTHER THEFT,Barking and Dagenham,1,1").encode(
            "latin-1"
        ),
        'wards.csv, line 3: this is not UTF-8 text; near "Château,E05000" it is Latin-1 or Windows-1252, or a mix. '
        "Save the whole file as CSV UTF-8, so that no name is garbled.",
    ),
    "mixed encodings": (
        lines(HEAD, "Café,E05000027,THEFT,OTHER THEFT,Barking and Dagenham,1,1").encode()
        + "Café,E05000027,ROBBERY,OTHER,Barking and Dagenham,1,1\n".encode("cp1252"),
        'wards.csv, line 3: this is not UTF-8 text; near "Café,E05000027," it is Latin-1 or Windows-1252, or a mix. '
        "Save the whole file as CSV UTF-8, so that no name is garbled.",
    ),
    "truncated gzip": (
        gzip.compress(lines(HEAD, LOXFORD, ABBEY).encode())[:-12],
        "wards.csv: the compressed file is cut short or damaged. Download it again.",
    ),
    "semicolons": (
        lines(HEAD, LOXFORD).replace(",", ";"),
        "wards.csv, line 1: the fields are separated by semicolons, not by commas. Save it as comma-separated CSV "
        "UTF-8.",
    ),
    "tabs": (
        lines(HEAD, LOXFORD).replace(",", "\t"),
        "wards.csv, line 1: the fields are separated by tabs, not by commas. Save it as comma-separated CSV UTF-8.",
    ),
    "title above the head": (
        lines("MPS Ward Level Crime", HEAD, LOXFORD),
        "wards.csv, line 1: the head has one column only. The first line must name the columns, separated by commas: "
        "remove titles above it.",
    ),
    "head without rows": (
        lines(HEAD),
        "wards.csv: there is a head and no row below it. Download the file again.",
    ),
    "truncated last row": (
        lines(HEAD, LOXFORD) + "Abbey,E05000026,THEFT,OTH",
        "wards.csv, line 3: the file ends in the middle of its last row, with 4 of 7 fields. Download it again.",
    ),
    "truncated inside quotation marks": (
        lines(HEAD, LOXFORD) + '"Abbey, E05000026,THEFT,OTHER',
        "wards.csv, line 3: a quotation mark is opened and not closed, or stands inside a field (unexpected end of "
        "data). Download the file again, or correct the line.",
    ),
    "short row": (
        lines(HEAD, "Loxford,E05011247,ROBBERY,Redbridge,4,2", ABBEY),
        "wards.csv, line 2: this row has 6 fields and the head has 7. Put quotation marks around a name with a comma "
        "in it, or remove what is too much.",
    ),
    "comma in a name without quotation marks": (
        lines(HEAD, LOXFORD, "Stoke, North,E05000027,THEFT,OTHER THEFT,Barking and Dagenham,1,1"),
        "wards.csv, line 3: this row has 8 fields and the head has 7. Put quotation marks around a name with a comma "
        "in it, or remove what is too much.",
    ),
    "negative count": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",-9")),
        f'wards.csv, line 3, column "201806": a count is a whole number of 0 or more, and this is -9. {COUNT_FIX}',
    ),
    "fractional count": (
        lines(HEAD, LOXFORD.replace(",4,2", ",4.5,2"), ABBEY),
        f'wards.csv, line 2, column "201805": a count is a whole number of 0 or more, and this is 4.5. {COUNT_FIX}',
    ),
    "infinite count": (
        lines(HEAD, LOXFORD.replace(",4,2", ",inf,2"), ABBEY),
        f'wards.csv, line 2, column "201805": a count is a whole number of 0 or more, and this is inf. {COUNT_FIX}',
    ),
    "suppressed count": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",*")),
        'wards.csv, line 3, column "201806": a count is a whole number, and this is "*". Leave a figure that is '
        "missing or withheld empty.",
    ),
    "truth for a count": (
        lines(HEAD, LOXFORD.replace(",4,2", ",True,2"), ABBEY.replace(",12,", ",False,")),
        'wards.csv, line 2, column "201805": a count is a whole number, and this is "True". Leave a figure that is '
        "missing or withheld empty.",
    ),
    "thousands separator": (
        lines(HEAD, LOXFORD, ABBEY.replace("12,9", '"1,200",9')),
        'wards.csv, line 3, column "201805": a count is a whole number, and this is "1,200". Write it without a '
        "separator: 1200.",
    ),
    "line numbers count blank lines": (
        lines(HEAD, "", LOXFORD, "", ABBEY.replace(",9", ",-9")),
        f'wards.csv, line 5, column "201806": a count is a whole number of 0 or more, and this is -9. {COUNT_FIX}',
    ),
    "line numbers count lines inside a name": (
        lines(HEAD, '"Lox\nford",E05011247,THEFT,OTHER,Redbridge,1,1', ABBEY.replace(",9", ",-9")),
        f'wards.csv, line 4, column "201806": a count is a whole number of 0 or more, and this is -9. {COUNT_FIX}',
    ),
    "month 13": (
        lines(HEAD.replace("201806", "201813"), LOXFORD),
        'wards.csv, column "201813": 13 of 2018 is no month of the calendar. Correct the head of the column.',
    ),
    "month 0": (
        lines(HEAD.replace("201806", "201800"), LOXFORD),
        'wards.csv, column "201800": 00 of 2018 is no month of the calendar. Correct the head of the column.',
    ),
    "two columns with one head": (
        lines(HEAD.replace("201806", "201805"), LOXFORD),
        'wards.csv, line 1: columns 6 and 7 are both called "201805". Keep the right one and remove the other.',
    ),
    "one month twice in two forms": (
        lines(HEAD.replace("201806", "May-18"), LOXFORD),
        'wards.csv, column "May-18": "201805" and "May-18" are the same month, 2018-05. Keep the right column and '
        "remove the other.",
    ),
    "a year among the months": (
        lines(HEAD.replace("201806", "2018"), LOXFORD),
        'wards.csv, column "2018": a column is headed "2018", which is no month. Write it as 201805.',
    ),
    "no months": (lines(HEAD.replace(",201805,201806", ""), "a,b,c,d,e"), f"wards.csv: {NO_MONTHS}"),
    "long layout without counts": (
        lines(",X,Month,CrimeType ,CrimeDetails,Borough", "1,1,201104,Burglary,Other,Camden"),
        f"wards.csv: {NO_MONTHS}",
    ),
    "long: month 13": (
        lines(LONG_HEAD, "201104,Burglary,Other,Camden,7", "201113,Burglary,Other,Camden,7"),
        'wards.csv, line 3, column "Month": 13 of 2011 is no month of the calendar. Correct the cell.',
    ),
    "long: a year for a month": (
        lines(LONG_HEAD, "2011,Burglary,Other,Camden,7"),
        'wards.csv, line 2, column "Month": "2011" is no month such as 201805 or May-18. Correct the cell.',
    ),
    "long: no month in a row": (
        lines(LONG_HEAD, "201104,Burglary,Other,Camden,7", ",Burglary,Other,Camden,7"),
        'wards.csv, line 3, column "Month": "" is no month such as 201805 or May-18. Correct the cell.',
    ),
    "long: negative count": (
        lines(LONG_HEAD, "201104,Burglary,Other,Camden,-7"),
        f'wards.csv, line 2, column "CrimeCount": a count is a whole number of 0 or more, and this is -7. {COUNT_FIX}',
    ),
    "long: a row twice": (
        lines(LONG_HEAD, "201104,Burglary,Other,Camden,7", "Apr-11,BURGLARY,Other ,Camden,2"),
        "wards.csv, line 3: Camden (Camden) has BURGLARY: OTHER twice, also in line 2; added together the offences "
        "would count twice. Keep one of the rows, or download the file again.",
    ),
    "long: empty category": (
        lines(LONG_HEAD, "201104,,Other,Camden,7"),
        'wards.csv, line 2, column "CrimeType": the category is empty. Correct the cell.',
    ),
    "long: no borough column": (
        lines("Month,CrimeType ,CrimeDetails,CrimeCount", "201104,Burglary,Other,7"),
        "wards.csv: this is no ward or borough file of recorded crime, it has no column LookUp_BoroughName (the "
        "columns are Month, CrimeType, CrimeDetails and CrimeCount). Read other tables with ev.read_counts.",
    ),
    "a ward code that lost a figure": (
        lines(HEAD, LOXFORD, ABBEY.replace("E05000026", "E0500026")),
        'wards.csv, line 3, column "WardCode": "E0500026" is no code of an area, which is E05 and six digits. Correct '
        "the cell.",
    ),
    "formula in a cell": (
        lines(HEAD, LOXFORD.replace(",4,2", ",=2+2,2")),
        'wards.csv, line 2, column "201805": a count is a whole number, and this is "=2+2". Save the file with the '
        "values of its formulas.",
    ),
    "error of a spreadsheet in a cell": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",#REF!")),
        'wards.csv, line 3, column "201806": a count is a whole number, and this is "#REF!". Save the file with the '
        "values of its formulas.",
    ),
    "a formula for a name": (
        lines(HEAD, LOXFORD.replace("Loxford", '"=HYPERLINK(""http://x"")"')),
        'wards.csv, line 2, column "WardName": the cell holds a formula, "=HYPERLINK("http://x")". Save the file '
        "with the values of its formulas.",
    ),
    "a bomb in gzip": (
        gzip.compress(b"0" * 3_000_000, compresslevel=9),
        "wards.csv: unpacked, this file is more than 100 times as large; a published table is about 10 times. Download "
        "it again from its publisher.",
    ),
    "too many columns": (
        lines(",".join(f"c{number}" for number in range(20_000)), "1"),
        "wards.csv, line 1: the head has 20,000 columns; no table has more than 16,384. Check that this is the right "
        "file and that its lines end where they should.",
    ),
    "damaged Parquet": (
        b"PAR1 and something else PAR1",
        "wards.csv: this Parquet file is cut short or damaged. Download it again.",
    ),
    "empty cells for a month in words": (
        lines(HEAD.replace("201806", "Jun-18,Jun-2018"), LOXFORD + ",1", ABBEY + ",2"),
        'wards.csv, column "Jun-2018": "Jun-18" and "Jun-2018" are the same month, 2018-06. Keep the right column '
        "and remove the other.",
    ),
    "scientific notation": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",1.5E+00")),
        f'wards.csv, line 3, column "201806": a count is a whole number of 0 or more, and this is 1.5. {COUNT_FIX}',
    ),
    "not a number": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",NaN")),
        'wards.csv, line 3, column "201806": a count is a whole number, and this is "NaN". Leave a figure that is '
        "missing or withheld empty.",
    ),
    "not available": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",N/A")),
        'wards.csv, line 3, column "201806": a count is a whole number, and this is "N/A". Leave a figure that is '
        "missing or withheld empty.",
    ),
    "a count in words": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",nine")),
        'wards.csv, line 3, column "201806": a count is a whole number, and this is "nine". Leave a figure that is '
        "missing or withheld empty.",
    ),
    "hexadecimal": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",0x1F")),
        'wards.csv, line 3, column "201806": a count is a whole number, and this is "0x1F". Leave a figure that is '
        "missing or withheld empty.",
    ),
    "a count too large to be exact": (
        lines(HEAD, LOXFORD, ABBEY.replace(",9", ",12345678901234567890")),
        'wards.csv, line 3, column "201806": a count is below 9,007,199,254,740,992, and this is 1.23457e+19. '
        "Correct the cell; figures may have run together.",
    ),
    "a second head in the middle": (
        lines(HEAD, LOXFORD, HEAD),
        "wards.csv, line 3: this row repeats the head of the table. Remove it; if two files were pasted together, read "
        "them one by one.",
    ),
    "git conflict": (
        lines(HEAD, LOXFORD, "<<<<<<< HEAD", ABBEY),
        "wards.csv, line 3: this row has 1 fields and the head has 7. Put quotation marks around a name with a comma "
        "in it, or remove what is too much.",
    ),
    "truncated Zstandard": (
        b"\x28\xb5\x2f\xfd0000",
        "wards.csv: this is a Zstandard archive, not a CSV file. Unpack it first.",
    ),
    "a 7z archive": (
        b"7z\xbc\xaf\x27\x1c0000",
        "wards.csv: this is a 7z archive, not a CSV file. Unpack it first.",
    ),
    "a pointer of Git LFS": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "wards.csv, line 1: this is a pointer to a file that Git LFS keeps, not the file. Fetch it with git lfs pull.",
    ),
    "no ward code": (
        lines(HEAD.replace(",WardCode", ""), LOXFORD.replace(",E05011247", "")),
        'wards.csv: there is a ward name ("WardName") and no ward code. Names repeat across boroughs and are never '
        "joined on. Download the file that has a WardCode column.",
    ),
    "two columns for one thing": (
        lines(HEAD.replace("WardName", "Borough"), LOXFORD),
        "wards.csv: the columns Borough and LookUp_BoroughName say the same thing. Keep one of them.",
    ),
    "another table": (
        lines("WardCode,Population,201805", "E05011247,14000,3"),
        "wards.csv: this is no ward or borough file of recorded crime, it has no column LookUp_BoroughName, MajorText "
        "and MinorText (the columns are WardCode and Population). Read other tables with ev.read_counts.",
    ),
    "empty category": (
        lines(HEAD, LOXFORD, ABBEY.replace("OTHER THEFT", " ")),
        'wards.csv, line 3, column "MinorText": the category is empty. Correct the cell.',
    ),
    "no code in any row": (
        lines(HEAD, LOXFORD.replace("E05011247", "")),
        'wards.csv, column "WardCode": no row has a value in this column. Download the file again.',
    ),
    "one code, two wards": (
        lines(HEAD, LOXFORD, ABBEY.replace("E05000026", "E05011247")),
        "wards.csv, line 3: the ward code E05011247 is Abbey in Barking and Dagenham in this row, and Loxford in "
        "Redbridge in line 2. A code is one ward. Correct the code, or leave one of the two wards out.",
    ),
    "a row twice": (
        lines(HEAD, LOXFORD, ABBEY, LOXFORD.lower().replace("e05", "E05").replace("redbridge", "Redbridge")),
        "wards.csv, line 4: loxford (E05011247) has ROBBERY: ROBBERY OF PERSONAL PROPERTY twice, also in line 2; "
        "added together the offences would count twice. Keep one of the rows, or download the file again.",
    ),
}


@pytest.mark.parametrize("case", MALFORMED, ids=str)
def test_malformed_files_are_refused(case, write):
    content, message = MALFORMED[case]
    with pytest.raises(ev.DataError) as refused:
        ev.read_mps(write(content))
    assert str(refused.value) == message


def test_there_are_many():
    assert len(MALFORMED) >= 60


def test_a_file_that_is_not_there_names_the_nearest(write, tmp_path):
    write(lines(HEAD, LOXFORD), "mps_ward_level_crime.csv")
    with pytest.raises(ev.DataError) as refused:
        ev.read_mps(tmp_path / "mps_ward_levl_crime.csv")
    assert str(refused.value) == (
        f'There is no file "mps_ward_levl_crime.csv" in the folder "{tmp_path}". '
        'Did you mean "mps_ward_level_crime.csv"?'
    )


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ev.DataError) as refused:
        ev.read_mps(tmp_path / "nowhere" / "wards.csv")
    assert str(refused.value) == (
        f'There is no folder "{tmp_path / "nowhere"}", so no file "wards.csv" in it. Correct the path.'
    )


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ev.DataError) as refused:
        ev.read_mps(tmp_path)
    assert str(refused.value) == f'"{tmp_path}" is a folder, not a file. Name one file in it.'


def test_an_option_that_does_not_exist(write, ward_text):
    with pytest.raises(ev.DataError) as refused:
        ev.read_mps(write(ward_text), detail="minors")
    assert str(refused.value) == (
        'read_mps takes detail="major", "minor", "both" or "common" and structural_zeros="missing" or "zero"; '
        'these are "minors" and "missing".'
    )
