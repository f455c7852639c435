"""McCleary and Hay (1980): purse snatchings in Hyde Park, Chicago, around a neighbourhood operation."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import evaluate as ev

FILES = ("studies/hyde_park/hyde_park_purse_snatchings_28day_periods_1969_1973.csv",)
FIRST_DAY = pd.Timestamp("1969-01-06")
"""The file numbers its periods of 28 days and gives no dates; any first day gives the same numbers."""
OPERATION_FROM = 42


def hyde_park(file: Path) -> ev.Design:
    """Seventy-one periods of 28 days, the operation from the 42nd to the last."""
    table = pd.read_csv(file)
    starts = FIRST_DAY + pd.to_timedelta(28 * (table["period"] - 1), unit="D")
    tidy = pd.DataFrame(
        {"area": "Hyde Park", "start": starts, "outcome": "purse snatching", "n": table["count"]}
    )
    last_day = starts.iloc[-1] + pd.Timedelta(days=27)
    return ev.Design(
        ev.read_counts(tidy, area="area", period="start", outcome="outcome", count="n", every="4 weeks"),
        outcome="purse snatching",
        treated=["Hyde Park"],
        control=[],
        operations=[ev.Operation("operation", starts[OPERATION_FROM - 1], last_day)],
        before="1148 days",
        after="0 days",
    )


def replicate(data: Path) -> dict[str, float]:
    """The step by the two regressions that suit so small a count, and the refusal of the one that does not."""
    design = hyde_park(data / FILES[0])
    line = ev.InterruptedTimeSeries(family="log rate", season=None, trend=False).fit(design, seed=1)
    effect = line.effect("operation", "during")
    binomial = ev.InterruptedTimeSeries(season=None, trend=False).fit(design, seed=1)
    assert effect.ratio is not None
    return {
        "periods": float(len(design.periods)),
        "mean before": float(design.treated_counts[design.baseline].mean()),
        "REML/log_ratio": line.diagnostics["coefficients"]["operation, during"],
        "REML/standard error": effect.ratio.log_standard_error,
        "REML/autocorrelation": line.diagnostics["autocorrelation"],
        "REML/log likelihood": line.diagnostics["log_likelihood"],
        "negative binomial/log_ratio": binomial.diagnostics["coefficients"]["operation, during"],
        "negative binomial/theta": 1 / binomial.diagnostics["alpha"],
        "negative binomial/log likelihood": binomial.diagnostics["log_likelihood"],
        "ARIMA refused": float(refused(design)),
    }


def refused(design: ev.Design) -> bool:
    """Whether the ARIMA intervention, which the book fits, is refused for so small a mean."""
    try:
        ev.ArimaIntervention(order=(2, 0, 0), season=None).fit(design)
    except ev.FitError as error:
        return "mean of 16.2" in str(error)
    return False
