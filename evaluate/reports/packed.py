"""Office files, which are zip archives, with the same bytes whenever they hold the same."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Final

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip archive can hold."""

_DATES: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def steady(archive: bytes) -> bytes:
    """Take the hour of writing out of a Word file or a spreadsheet.

    Parameters
    ----------
    archive : bytes
        A .docx or .xlsx file.

    Returns
    -------
    bytes
        The same parts in the same order, every date that of 1 January 1980.

    Examples
    --------
    >>> from io import BytesIO
    >>> import zipfile
    >>> stream = BytesIO()
    >>> with zipfile.ZipFile(stream, "w") as made:
    ...     made.writestr("docProps/core.xml", "<dcterms:created>2031-01-01T00:00:00Z</dcterms:created>")
    >>> zipfile.ZipFile(BytesIO(steady(stream.getvalue()))).read("docProps/core.xml")
    b'<dcterms:created>1980-01-01T00:00:00Z</dcterms:created>'
    """
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(archive)) as before,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _DATES.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Word and spreadsheets made on Windows would name another system here.
            entry.create_system = 3
            after.writestr(entry, content)
    return stream.getvalue()
