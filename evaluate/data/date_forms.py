"""The forms in which people write a date and a time of day, taken apart into numbers."""

from __future__ import annotations

import re

import pandas as pd

_TIME = (
    r",?(?: at)?[ T]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d+)?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_CLOCK = f"(?:{_TIME})?"
_WEEKDAY = r"(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*\.?,? +)?"
_WORD = r"(?P<word>[A-Za-z]{3,9})\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
FORMS = {
    "iso": rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}})"
    rf"(?:{_TIME}(?P<zone> ?Z| ?[+-]\d{{2}}(?::?\d{{2}})?)?)?",
    "compact": rf"(?P<year>(?:19|20)\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_CLOCK}",
    "numbers": rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<mark>[/.-])(?P<other>\d{{1,2}})(?P=mark){_YEAR}{_CLOCK}",
    "day and word": rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]{_WORD}[ ,-]+{_YEAR}{_CLOCK}",
    "word and day": rf"{_WEEKDAY}{_WORD} +(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? +(?P<year>\d{{4}}){_CLOCK}",
}
"""2018-05-22 (also with a zone), 20180522, 22/05/2018, 22 May 2018 and May 22, 2018, each with a time of day."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NUMBER_OF = {name: float(number) for number, month in enumerate(_MONTHS, 1) for name in (month, month[:3])}
_NUMBER_OF["sept"] = 9.0
PARTS = ("year", "month", "day", "first", "other", "word", "hour", "minute", "second", "half", "zone")
MOST_RECENT = 68
"""A year written 68 is 2068 and one written 69 is 1969, as Python and POSIX have it."""


def parts_of(text: pd.Series) -> pd.DataFrame:
    """Take dates apart, without deciding which number is the day.

    Parameters
    ----------
    text : pandas.Series
        Cells without blanks around them.

    Returns
    -------
    pandas.DataFrame
        A row for each cell, columns ``form`` ("" where the cell has none) and the parts of the form as text;
        ``first`` and ``other`` are the two numbers of 22/05/2018.

    Examples
    --------
    >>> import pandas as pd
    >>> parts_of(pd.Series(["22/05/2018", "22nd May 2018"]))[["form", "first", "other", "day", "word"]].values.tolist()
    [['numbers', '22', '05', '', ''], ['day and word', '', '', '22', 'May']]
    """
    parts = pd.DataFrame("", index=text.index, columns=["form", *PARTS], dtype="str")
    first = next((cell for cell in text if cell), "")
    # No cell has two forms; most of a column have that of its first cell, so it is tried first.
    for form, pattern in sorted(FORMS.items(), key=lambda one: not re.fullmatch(one[1], first)):
        open_yet = (parts["form"] == "") & (text != "")
        if not open_yet.any():
            break
        found = text[open_yet].str.extract(f"^{pattern}$")
        hit = found["year"].notna()
        rows = found.index[hit]
        parts.loc[rows, "form"] = form
        for name in [part for part in PARTS if part in found]:
            parts.loc[rows, name] = found.loc[rows, name].fillna("")
    return parts


def numbers_of(parts: pd.DataFrame, *, day_first: bool) -> pd.DataFrame:
    """Turn parts into the numbers of a calendar date.

    Parameters
    ----------
    parts : pandas.DataFrame
        From ``parts_of``.
    day_first : bool
        Which of the two numbers of 22/05/2018 is the day.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``month``, ``day``, NaN where there is no date or no such month.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers_of(parts_of(pd.Series(["22/05/2018"])), day_first=True).values.tolist()
    [[2018.0, 5.0, 22.0]]
    """
    day, month = ("first", "other") if day_first else ("other", "first")
    named = parts["word"].map(month_number)
    year = pd.to_numeric(parts["year"], errors="coerce")
    short = parts["year"].str.len() == 2
    year = year.mask(short, year + year.le(MOST_RECENT).map({True: 2000, False: 1900}))
    filled = {
        "year": year,
        "month": parts["month"].mask(parts["form"] == "numbers", parts[month]),
        "day": parts["day"].mask(parts["form"] == "numbers", parts[day]),
    }
    numbers = pd.DataFrame({name: pd.to_numeric(part, errors="coerce") for name, part in filled.items()})
    numbers["month"] = numbers["month"].fillna(named)
    return numbers.astype(float)


def clock_of(parts: pd.DataFrame) -> pd.Series:
    """Minutes since midnight; NaN where the cell gives no time of day, -1 where there is no such time.

    Examples
    --------
    >>> import pandas as pd
    >>> clock_of(parts_of(pd.Series(["2018-05-22 11:30 pm", "2018-05-22", "2018-05-22 25:00"]))).tolist()
    [1410.0, nan, -1.0]
    """
    hour, minute, second = (
        pd.to_numeric(parts[name], errors="coerce") for name in ("hour", "minute", "second")
    )
    half = parts["half"].str.lower()
    wrong = (hour > 23) | (minute > 59) | (second > 60) | ((half != "") & ((hour > 12) | (hour < 1)))
    hour = hour.mask((half == "p") & (hour < 12), hour + 12).mask((half == "a") & (hour == 12), 0)
    return (60 * hour + minute).astype(float).mask(wrong, -1.0)


def month_number(word: str) -> float:
    """Number of a month written in English letters, whole or cut to three (Sept too); NaN for another word.

    Examples
    --------
    >>> month_number("Apr"), month_number("september"), month_number("Mai")
    (4.0, 9.0, nan)
    """
    return _NUMBER_OF.get(str(word).lower(), float("nan"))
