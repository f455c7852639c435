"""From the bytes of a file to its text: gzip undone within limits, UTF-8 proved, what is no table told by its bytes."""

from __future__ import annotations

import gzip
import io
import zlib

from evaluate.errors import DataError

MOST_TIMES_LARGER = 100
"""Most times larger than its gzipped file a table may be; published ones are 7 to 20 times larger."""

LEAST_LIMIT = 1_000_000
"""Bytes that any gzipped file may grow to; a small one is no danger."""

_NOT_TEXT = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV UTF-8."),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "Save the sheet as CSV UTF-8."),
    b"%PDF": ("a PDF", "Ask the publisher for the table as CSV."),
    b"\xff\xfe": ("text in UTF-16", "Save it as CSV UTF-8."),
    b"\xfe\xff": ("text in UTF-16", "Save it as CSV UTF-8."),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "Unpack it first."),
    b"Rar!": ("a RAR archive", "Unpack it first."),
    b"BZh": ("a bzip2 archive", "Unpack it first."),
    b"\xfd7zXZ": ("an xz archive", "Unpack it first."),
    b"\x28\xb5\x2f\xfd": ("a Zstandard archive", "Unpack it first."),
}


def text_of(data: bytes, name: str) -> str:
    r"""Undo gzip and decode UTF-8.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    str
        Without a byte order mark.

    Raises
    ------
    DataError
        If the bytes are cut short, are no UTF-8 text, or are another kind of file.

    Examples
    --------
    >>> text_of(b"\xef\xbb\xbfward,n", "wards.csv")
    'ward,n'
    """
    return _decoded(_inflated(data, name), name)


def _inflated(data: bytes, name: str) -> bytes:
    """Undo gzip where the bytes are gzipped, and stop where it grows beyond all measure."""
    if data[:2] != b"\x1f\x8b":
        return data
    most = max(MOST_TIMES_LARGER * len(data), LEAST_LIMIT)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            inflated = stream.read(most + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{name}: the compressed file is cut short or damaged. Download it again.") from error
    if len(inflated) > most:
        raise DataError(
            f"{name}: unpacked, this file is more than {MOST_TIMES_LARGER} times as large; a published table is about "
            "10 times. Download it again from its publisher."
        )
    return inflated


def _decoded(data: bytes, name: str) -> str:
    """Decode UTF-8 text, with or without a byte order mark; refuse everything else."""
    if not data.strip():
        raise DataError(f"{name}: the file is empty. Download it again.")
    for magic, (kind, fix) in _NOT_TEXT.items():
        if data.startswith(magic):
            raise DataError(f"{name}: this is {kind}, not a CSV file. {fix}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        around = data[data.rfind(b"\n", 0, error.start) + 1 : error.start + 12].splitlines()[0]
        shown = around[-24:].decode("cp1252", errors="replace")
        raise DataError(
            f'{name}, line {line}: this is not UTF-8 text; near "{shown}" it is Latin-1 or Windows-1252, '
            "or a mix. Save the whole file as CSV UTF-8, so that no name is garbled."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(
            f"{name}, line {line}: this is not text, it holds zero bytes. Download the file again."
        )
    _refuse_other_text(text.lstrip()[:40].lower(), name)
    return text


def _refuse_other_text(start: str, name: str) -> None:
    """Tell text that is no table by its first characters."""
    if start.startswith("<"):
        raise DataError(
            f"{name}, line 1: this is a web page, not a table; the download gave an error or a login page. "
            "Open the address in a browser and download the file itself."
        )
    if start.startswith(("{", "[")):
        raise DataError(f"{name}, line 1: this is JSON, not a CSV file. Download the CSV file instead.")
    if start.startswith("version https://git-lfs"):
        raise DataError(
            f"{name}, line 1: this is a pointer to a file that Git LFS keeps, not the file. Fetch it with git lfs pull."
        )
