"""Numbers of periods as the lengths of time a design is written in."""

from __future__ import annotations

import pandas as pd

from evaluate.data.periods import period_name
from evaluate.errors import DesignError

DAYS = {"day": 1, "week": 7, "4 weeks": 28}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def as_span(periods: pd.PeriodIndex, number: int) -> str:
    """Write a number of periods as ``Design.before`` and ``after`` take it.

    Parameters
    ----------
    periods : pandas.PeriodIndex
        Periods of that length.
    number : int
        How many.

    Returns
    -------
    str

    Examples
    --------
    >>> import pandas as pd
    >>> as_span(pd.period_range("2018-01", periods=3, freq="M"), 9)
    '9 months'
    >>> as_span(pd.period_range("2018-01-01", periods=3, freq="W-SUN"), 2)
    '14 days'
    """
    unit = period_name(periods)
    if unit in MONTHS:
        return f"{number * MONTHS[unit]} months"
    if unit in DAYS:
        return f"{number * DAYS[unit]} days"
    raise DesignError(f'Periods of frequency "{periods.freqstr}" have no length in days or months.')
