"""What the calendar says of each period: weekdays, weekends, bank holidays, operations and the pandemic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import numpy as np
import pandas as pd

from evaluate.data.bank_holidays import NATIONS, bank_holidays
from evaluate.data.periods import days_in, period_bounds, share_of_days
from evaluate.errors import DataError, did_you_mean

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PANDEMIC: Final = {
    "England and Wales": ("2020-03-23", "2022-02-23"),
    "Scotland": ("2020-03-23", "2022-04-17"),
    "Northern Ireland": ("2020-03-23", "2022-02-14"),
}
"""First and last day of legal restrictions on daily life because of Covid-19, both included.

They begin with the Prime Minister's broadcast of 23 March 2020 (in force in England from 26 March: Health Protection
(Coronavirus, Restrictions) (England) Regulations 2020). The last were revoked in England on 24 February 2022 ("Living
with COVID-19", Cabinet Office, 21 February 2022), in Northern Ireland on 15 February 2022 (Department of Health), in
Scotland on 18 April 2022 (face coverings). Welsh rules outlasted the English ones until 30 May 2022.
"""


class Dated(Protocol):
    """Something with a name, a first and a last day, such as an Operation."""

    name: str

    @property
    def first_day(self) -> pd.Timestamp:
        """First day, at midnight."""
        ...

    @property
    def last_day(self) -> pd.Timestamp:
        """Last day, at midnight."""
        ...


def calendar(
    periods: pd.PeriodIndex, *, nation: str = "England and Wales", operations: Iterable[Dated] = ()
) -> pd.DataFrame:
    """Say of each period which days it has, as exposure or regressors.

    Parameters
    ----------
    periods : pandas.PeriodIndex
        Such as ``panel.periods``; days, weeks, four weeks, months, quarters or years.
    nation : {"England and Wales", "Scotland", "Northern Ireland"}
        Whose bank holidays and whose restrictions.
    operations : iterable of Operation
        Those whose share of each period is wanted.

    Returns
    -------
    pandas.DataFrame
        By period. In days: ``days``; ``monday`` to ``sunday``; ``weekend_days``; ``bank_holidays`` (as the law
        has them, on weekdays alone); ``working_days``, the rest of the weekdays. As shares of the period's days,
        from 0 to 1: ``pandemic``, under legal restrictions because of Covid-19 (``PANDEMIC`` gives the dates
        and their source), and ``operation: <name>`` for each operation. Of daily periods the columns are 0 or 1.

    Raises
    ------
    DataError
        If the nation is none of these, or a period lies outside the years 2000 to 2030.

    Notes
    -----
    Use the columns of days as exposure by dividing by ``days``, so that a month with five Saturdays is not taken
    for a busier one. Christmas Day on a Saturday is a weekend day here and its substitute a bank holiday.

    Examples
    --------
    >>> import pandas as pd
    >>> import evaluate as ev
    >>> table = ev.calendar(
    ...     pd.period_range("2018-05", periods=2, freq="M"),
    ...     operations=[ev.Operation("May 2018", "2018-05-22", "2018-05-26")])
    >>> table[["days", "weekend_days", "bank_holidays", "working_days", "operation: May 2018"]].round(3)
             days  weekend_days  bank_holidays  working_days  operation: May 2018
    2018-05  31.0           8.0            2.0          21.0                0.161
    2018-06  30.0           9.0            0.0          21.0                0.000
    """
    if nation not in NATIONS:
        raise DataError(f'There is no calendar of "{nation}". {did_you_mean(nation, NATIONS)}')
    if not isinstance(periods, pd.PeriodIndex):
        raise DataError("A calendar is made for periods, such as panel.periods; give a pandas PeriodIndex.")
    if not len(periods):
        raise DataError("A calendar needs at least one period; none is given.")
    first, last = (bound.to_numpy().astype("datetime64[D]") for bound in period_bounds(periods))
    columns = {"days": days_in(periods)}
    beyond = last + np.timedelta64(1, "D")
    for place, weekday in enumerate(WEEKDAYS):
        mask = [place == other for other in range(7)]
        columns[weekday] = np.busday_count(first, beyond, weekmask=mask).astype(float)
    columns["weekend_days"] = columns["saturday"] + columns["sunday"]
    years = pd.DatetimeIndex([first.min(), last.max()]).year
    holidays = bank_holidays(nation, start=int(years[0]), end=int(years[1]))
    listed = holidays.index.to_numpy().astype("datetime64[D]")
    inside = listed.searchsorted(last, side="right") - listed.searchsorted(first, side="left")
    columns["bank_holidays"] = inside.astype(float)
    columns["working_days"] = columns["days"] - columns["weekend_days"] - columns["bank_holidays"]
    columns["pandemic"] = share_of_days(periods, *(pd.Timestamp(day) for day in PANDEMIC[nation]))
    for operation in operations:
        share = share_of_days(periods, operation.first_day, operation.last_day)
        columns[f"operation: {operation.name}"] = share
    return pd.DataFrame(columns, index=periods)
