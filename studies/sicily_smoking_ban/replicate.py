"""Lopez Bernal, Cummins and Gasparrini (2017): coronary events in Sicily around the smoking ban of January 2005."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import evaluate as ev

FILES = ("studies/lopezbernal_sicily/sicily.csv",)
BAN = ("smoking ban", "during")


def sicily(file: Path) -> ev.Design:
    """The published series as a design: admissions, and the standard population that they are divided by."""
    table = pd.read_csv(file)
    month = table["year"].astype(str) + "-" + table["month"].astype(str).str.zfill(2)
    counts = {"admissions": table["aces"], "population": (10 * table["stdpop"]).round().astype(int)}  # tenths
    tidy = pd.concat(
        pd.DataFrame({"area": "Sicily", "month": month, "outcome": name, "n": values})
        for name, values in counts.items()
    )
    return ev.Design(
        ev.read_counts(tidy, area="area", period="month", outcome="outcome", count="n"),
        outcome="admissions",
        treated=["Sicily"],
        control=[],
        operations=[ev.Operation("smoking ban", "2005-01-01", "2006-11-30")],
        before="36 months",
        after="0 months",
    )


def replicate(data: Path) -> dict[str, float]:
    """The paper's models in its order, then those of its commentators."""
    design = sicily(data / FILES[0])

    def fit(**settings: object) -> ev.Result:
        return ev.InterruptedTimeSeries(exposure="population", **settings).fit(design)  # type: ignore[arg-type]

    poisson = fit(family="poisson", season=None)
    quasi = fit(family="quasi-poisson", season=None)
    seasonal = fit(family="quasi-poisson", season=2)
    sloped = fit(family="quasi-poisson", season=2, slope_change=True)
    binomial = fit(family="negative binomial", season=2)
    found = ratio("poisson", poisson) | ratio("quasi-poisson", quasi) | ratio("seasonal", seasonal)
    slope = sloped.diagnostics["coefficients"]["slope of smoking ban, during"]
    found |= {
        "poisson/trend": np.exp(poisson.diagnostics["coefficients"]["trend"]),
        "quasi-poisson/dispersion": quasi.diagnostics["dispersion"],
        "seasonal/dispersion": seasonal.diagnostics["dispersion"],
        "seasonal/trend a year": np.exp(12 * seasonal.diagnostics["coefficients"]["trend"]),
        # The paper counts the change of slope from the month before the ban, we from its first month.
        "sloped/rate_ratio": np.exp(sloped.diagnostics["coefficients"]["smoking ban, during"] - slope),
        "sloped/slope": np.exp(slope),
        "negative binomial/rate_ratio": np.exp(log_ratio(binomial)),
        "negative binomial/theta": 1 / binomial.diagnostics["alpha"],
        "negative binomial/log likelihood": binomial.diagnostics["log_likelihood"],
    }
    for name, inference in (("OLS", "ols"), ("Newey-West", "newey-west"), ("REML", "model")):
        line = fit(family="log rate", inference=inference, season=None)
        found[f"{name}/log_ratio"] = log_ratio(line)
        found[f"{name}/standard error"] = standard_error(line)
    found["REML/autocorrelation"] = line.diagnostics["autocorrelation"]
    found["REML/log likelihood"] = line.diagnostics["log_likelihood"]
    return {name: float(value) for name, value in found.items()}


def log_ratio(result: ev.Result) -> float:
    """The ban's coefficient."""
    return float(result.diagnostics["coefficients"][", ".join(BAN)])


def standard_error(result: ev.Result) -> float:
    """Its standard error."""
    effect = result.effect(*BAN)
    assert effect.ratio is not None
    return effect.ratio.log_standard_error


def ratio(name: str, result: ev.Result) -> dict[str, float]:
    """The rate ratio with the normal 95% interval that R's glm and the paper give; ours is Student's t."""
    centre, half = log_ratio(result), 1.959964 * standard_error(result)
    ends = {"rate_ratio": centre, "lower": centre - half, "upper": centre + half}
    return {f"{name}/{end}": np.exp(value) for end, value in ends.items()}
