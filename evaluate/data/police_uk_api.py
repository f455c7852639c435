"""Load street-level crimes as the API of data.police.uk answers: JSON, categories as slugs, no code of an area."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from evaluate.data.archive import PublishedFile
from evaluate.data.street_files import MONTH, POINT
from evaluate.errors import DataError, did_you_mean, many

if TYPE_CHECKING:
    import duckdb

TYPES: Final = {
    "anti-social-behaviour": "Anti-social behaviour",
    "bicycle-theft": "Bicycle theft",
    "burglary": "Burglary",
    "criminal-damage-arson": "Criminal damage and arson",
    "drugs": "Drugs",
    "other-crime": "Other crime",
    "other-theft": "Other theft",
    "possession-of-weapons": "Possession of weapons",
    "public-disorder-weapons": "Public disorder and weapons",
    "public-order": "Public order",
    "robbery": "Robbery",
    "shoplifting": "Shoplifting",
    "theft-from-the-person": "Theft from the person",
    "vehicle-crime": "Vehicle crime",
    "violent-crime": "Violence and sexual offences",
}
"""Crime types of the street files by the slug that the API has for them."""

NEEDED: Final = ("category", "location", "month", "persistent_id", "id")
API: Final = "the API's answers"
"""Stands for the force: the API does not say which one recorded a crime."""

LARGEST: Final = 100_000_000
"""Bytes of one answer; the API gives no more than 10,000 crimes at a time, some 4 MB."""

_AREA = re.compile(r"(?<![A-Z0-9])[A-Z]\d{8}(?!\d)")


def is_answer(path: Path) -> bool:
    """Whether a file begins as JSON does.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "answer"
    >>> _ = path.write_text("[]")
    >>> is_answer(path)
    True
    """
    with path.open("rb") as stream:
        return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def load_answers(
    connection: duckdb.DuckDBPyConnection, files: Sequence[PublishedFile], *, key: str
) -> list[str]:
    """Load the crimes of answers into the table ``street``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        From ``working_database``.
    files : sequence of PublishedFile
        From ``find_files``; each holds the answer to one question.
    key : str
        ``POINT``, or anything else for the code of the area in the file's name: the answer does not repeat the
        question.

    Returns
    -------
    list of str
        Sentences for the provenance.

    Raises
    ------
    DataError
        If a file is no such answer, or its name does not say which area was asked for.
    """
    rows = pd.concat(
        [_crimes(file.source, number, key) for number, file in enumerate(files)], ignore_index=True
    )
    connection.register("answers", rows)
    connection.execute(
        "INSERT INTO street SELECT hash(crime), month, force, place, '' AS name, type, file FROM answers"
    )
    connection.unregister("answers")
    if key == POINT:
        return []
    areas = rows[rows["place"] != ""].groupby("crime")["place"].nunique()
    shared = int((areas > 1).sum())
    return [
        "The area of a crime is the one that the file's name says was asked for.",
        f"{many(shared, 'crime')} in the answers for two areas or more, whose outlines meet, "
        f"{'counts' if shared == 1 else 'count'} in the first of them.",
    ]


def _crimes(path: Path, number: int, key: str) -> pd.DataFrame:
    """Crimes of one answer as rows of the working table."""
    records = _records(path)
    area = "" if key == POINT else _area_asked(path)
    rows = []
    for at, record in enumerate(records, start=1):
        place = _point(path, at, record)
        rows.append(
            {
                # The same crime comes again under another number, but with its own persistent one.
                "crime": record["persistent_id"] or f"#{record['id']}",
                "month": _month(path, at, record["month"]),
                "force": API,
                "place": place if key == POINT else area if place else "",
                "type": _type(path, at, record["category"]),
                "file": number,
            }
        )
    return pd.DataFrame(rows, columns=["crime", "month", "force", "place", "type", "file"])


def _records(path: Path) -> list[dict[str, Any]]:
    """Parse an answer and check that it is a list of crimes."""
    if path.stat().st_size > LARGEST:
        raise DataError(
            f"{path.name}: no answer of the API is larger than {LARGEST / 1e6:.0f} MB. Ask again."
        )
    try:
        answer = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(f"{path.name}: this is not UTF-8 text. Save the answer as it came.") from None
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path.name}, line {error.lineno}, column {error.colno}: the JSON ends or breaks off here "
            f"({error.msg}). Ask the API again and save the whole answer."
        ) from None
    except RecursionError:
        raise DataError(
            f"{path.name}: brackets within brackets without end; this is no answer of the API."
        ) from None
    if not isinstance(answer, list):
        raise DataError(
            f"{path.name}: an answer of the API is a list of crimes, and this is one object. Save the answer to "
            "crimes-street/all-crime as it came."
        )
    for at, record in enumerate(answer, start=1):
        lacking = NEEDED if not isinstance(record, dict) else [name for name in NEEDED if name not in record]
        if lacking:
            names = list(record) if isinstance(record, dict) else []
            raise DataError(
                f'{path.name}, record {at}: a street-level crime has a "{lacking[0]}". '
                f"{did_you_mean(lacking[0], names)} Save the answer to crimes-street/all-crime as it came."
            )
    return answer


def _area_asked(path: Path) -> str:
    """The code of the area in a file's name."""
    found = set(_AREA.findall(path.name))
    if len(found) != 1:
        raise DataError(
            f"{path.name}: an answer of the API does not say which area was asked for, and the file's name has "
            f"{'no code' if not found else 'more than one code'} of an area. Name the file after it, as in "
            '"2018-06-E05011247.json".'
        )
    return found.pop()


def _point(path: Path, at: int, record: dict[str, Any]) -> str:
    """Longitude and latitude of a crime as text; empty where it has no place."""
    location = record["location"]
    if not location:
        return ""
    try:
        east, north = (str(location[name]).strip() for name in ("longitude", "latitude"))
        inside = -180 <= float(east) <= 180 and -90 <= float(north) <= 90
    except (KeyError, TypeError, ValueError):
        inside = False
    if not inside:
        raise DataError(
            f"{path.name}, record {at}: a location has a longitude and a latitude in degrees; this is {location}. "
            "Ask the API again."
        )
    return f"{east},{north}"


def _month(path: Path, at: int, month: object) -> str:
    """The month of a crime."""
    if not isinstance(month, str) or not MONTH.fullmatch(month):
        raise DataError(
            f'{path.name}, record {at}: a month is written like 2018-05; this is "{month}". Ask again.'
        )
    return month


def _type(path: Path, at: int, slug: object) -> str:
    """The published name of a category."""
    if slug in TYPES:
        return TYPES[str(slug)]
    raise DataError(
        f'{path.name}, record {at}: "{slug}" is no category of street-level crime. '
        f"{did_you_mean(str(slug), TYPES)}"
    )
