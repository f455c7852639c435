"""The bank holidays of England and Wales, Scotland and Northern Ireland, by rule and with the days made for once."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final

import pandas as pd

from evaluate.errors import DataError, did_you_mean

NATIONS: Final = ("England and Wales", "Scotland", "Northern Ireland")
"""The three divisions of the United Kingdom that have bank holidays of their own."""

FIRST_YEAR, LAST_YEAR = 2000, 2030
"""Years the rules below were checked for, against the dates GOV.UK publishes; 2027 is the last one published."""

_EVERYWHERE = frozenset(NATIONS)

# Days made or moved for once, each by a royal proclamation under the Banking and Financial Dealings Act 1971.
_MOVED: Final = {
    ("spring", 2002): (date(2002, 6, 4), "Spring bank holiday"),
    ("spring", 2012): (date(2012, 6, 4), "Spring bank holiday"),
    ("early May", 2020): (date(2020, 5, 8), "Early May bank holiday (VE day)"),
    ("spring", 2022): (date(2022, 6, 2), "Spring bank holiday"),
}
_ONCE: Final = (
    (date(2002, 6, 3), "Golden Jubilee", _EVERYWHERE),
    (date(2011, 4, 29), "Royal wedding", _EVERYWHERE),
    (date(2012, 6, 5), "Diamond Jubilee", _EVERYWHERE),
    (date(2022, 6, 3), "Platinum Jubilee", _EVERYWHERE),
    (date(2022, 9, 19), "State funeral of Queen Elizabeth II", _EVERYWHERE),
    (date(2023, 5, 8), "Coronation of King Charles III", _EVERYWHERE),
    (date(2026, 6, 15), "Scotland at the World Cup", frozenset({"Scotland"})),
)


def bank_holidays(nation: str = "England and Wales", *, start: int = 2000, end: int = 2030) -> pd.Series:
    """List the bank holidays of some years.

    Parameters
    ----------
    nation : {"England and Wales", "Scotland", "Northern Ireland"}
        Whose bank holidays.
    start, end : int
        First and last year, from 2000 to 2030.

    Returns
    -------
    pandas.Series
        Names of the holidays, by day (midnight), in order. A holiday that falls on a weekend stands on its
        substitute day alone, as it does in law.

    Raises
    ------
    DataError
        If the nation or a year is none of these.

    Notes
    -----
    Rules: Banking and Financial Dealings Act 1971, schedule 1, with the yearly proclamations of New Year's Day
    and the first Monday in May; St Andrew's Day Bank Holiday (Scotland) Act 2007. Christmas Day and Good Friday
    are holidays by common law in England, Wales and Northern Ireland and are counted here, as on GOV.UK.
    Days made for once: 2002, 2011, 2012, 2020 (moved), 2022, 2023 and, in Scotland, 2026. Proclamations to come
    are not known: dates after 2027 are what the rules give.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.bank_holidays(start=2012, end=2012).loc["2012-06"].to_dict()
    {Timestamp('2012-06-04 00:00:00'): 'Spring bank holiday', Timestamp('2012-06-05 00:00:00'): 'Diamond Jubilee'}
    """
    if nation not in NATIONS:
        raise DataError(f'There are no bank holidays of "{nation}". {did_you_mean(nation, NATIONS)}')
    if not FIRST_YEAR <= start <= end <= LAST_YEAR:
        raise DataError(
            f"Bank holidays are known from {FIRST_YEAR} to {LAST_YEAR}; {start} to {end} is asked for. Use fewer years."
        )
    days = {
        day: name for year in range(start, end + 1) for day, name in sorted(_of_year(nation, year).items())
    }
    index = pd.DatetimeIndex(list(days)).as_unit("us")
    return pd.Series(list(days.values()), index=index, name=nation, dtype="str")


@cache
def _of_year(nation: str, year: int) -> dict[date, str]:
    """Bank holidays of one year, by day."""
    easter = _easter(year)
    early_may, spring = _first_monday(year, 5), _last_monday(year, 5)
    days = {
        easter - timedelta(days=2): "Good Friday",
        **dict([_MOVED.get(("early May", year), (early_may, "Early May bank holiday"))]),
        **dict([_MOVED.get(("spring", year), (spring, "Spring bank holiday"))]),
    }
    fixed = {date(year, 1, 1): "New Year's Day"}
    if nation == "Scotland":
        fixed[date(year, 1, 2)] = "2nd January"
        days[_first_monday(year, 8)] = "Summer bank holiday"
        if year >= 2007:
            fixed[date(year, 11, 30)] = "St Andrew's Day"
    else:
        days[easter + timedelta(days=1)] = "Easter Monday"
        days[_last_monday(year, 8)] = "Summer bank holiday"
    if nation == "Northern Ireland":
        fixed[date(year, 3, 17)] = "St Patrick's Day"
        fixed[date(year, 7, 12)] = "Battle of the Boyne"
    fixed |= {date(year, 12, 25): "Christmas Day", date(year, 12, 26): "Boxing Day"}
    days |= {day: name for day, name, where in _ONCE if day.year == year and nation in where}
    # Those on a weekday first: a substitute goes to the next weekday that is not a holiday already.
    days |= {day: name for day, name in fixed.items() if day.weekday() < 5}
    for day, name in fixed.items():
        if day.weekday() >= 5:
            while day.weekday() >= 5 or day in days:
                day += timedelta(days=1)
            days[day] = f"{name} (substitute day)"
    return days


def _easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leaps, left = divmod(century, 4)
    moved = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moved + 15) % 30
    weekday = (32 + 2 * left + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=-first.weekday() % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)  # May and August, the months asked for, have 31 days
    return last - timedelta(days=last.weekday())
