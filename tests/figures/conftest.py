"""Results made by hand, so that figures do not change when a method does, and every figure by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev
from evaluate.checks.result import CheckResult
from evaluate.data.simulator import with_outcomes
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import StudentRatio
from evaluate.figures.bundle import Bundle
from evaluate.figures.calibration import calibration_bundle
from evaluate.figures.counterfactual import counterfactual_bundle
from evaluate.figures.cumulative import cumulative_bundle
from evaluate.figures.displacement import displacement_bundle
from evaluate.figures.effects import effects_bundle
from evaluate.figures.event_study import event_study_bundle
from evaluate.figures.map import map_bundle
from evaluate.figures.outcomes import outcomes_bundle
from evaluate.figures.placebos import placebos_bundle
from evaluate.figures.posterior import posterior_bundle
from evaluate.figures.power import power_bundle
from evaluate.figures.reliability import reliability_bundle
from evaluate.figures.sensitivity import sensitivity_bundle
from evaluate.figures.series import series_bundle
from evaluate.figures.specifications import specifications_bundle
from evaluate.figures.timeline import timeline_bundle
from evaluate.figures.triangulation import triangulation_bundle
from evaluate.figures.weights import weights_bundle
from evaluate.figures.window_length import window_length_bundle
from evaluate.reports.findings import Event


@dataclass(frozen=True)
class Named:
    """An estimator of which only the name is used."""

    name: str

    def fit(self, design: ev.Design, *, seed: int) -> ev.Result:
        raise NotImplementedError


@pytest.fixture(scope="session")
def design() -> ev.Design:
    """Counts in the form of a wave, a spike, a month's operation and one of five days the next year."""
    panel = ev.simulate_panel(areas=24, periods=72, buffers=2, operation_at=40, seed=1)
    counts = panel.counts.copy()
    month = np.arange(72)
    wave = 60 + 12 * np.sin(month / 12 * 2 * np.pi) + 6 * np.cos(month * 2.1)
    wave[37:40] += (10, 18, 25)
    wave[41:] *= 0.78
    counts.loc[{"area": "A01", "outcome": "crime"}] = np.round(wave)
    for at, area in enumerate(panel.areas[1:]):
        own = 40 + at + (8 + at % 5) * np.sin(month / 12 * 2 * np.pi) + 5 * np.cos(month * (1.1 + at / 9))
        counts.loc[{"area": area, "outcome": "crime"}] = np.round(own)
    panel = replace(panel, counts=counts, labels={"A01": "Loxford", "A02": "Mayfield", "A03": "Goodmayes"})
    return ev.Design(
        panel,
        outcome="crime",
        treated=["A01"],
        buffer=["A02", "A03"],
        operations=[
            ev.Operation("May 2013", "2013-05-01", "2013-05-31"),
            ev.Operation("June 2014", "2014-06-22", "2014-06-26"),
        ],
        before="36 months",
        after="12 months",
        trigger="3 months",
    )


def hand_made(
    design: ev.Design, *, name: str = "structural model", ratios: tuple[float, ...] = (1.1, 0.76, 0.95, 0.84)
) -> ev.Result:
    """A result whose rate ratios are stated, with a standard error of 0.09."""
    months = np.arange(len(design.periods))
    expected = 60 + 11 * np.sin((months + 4) / 12 * 2 * np.pi)
    effects = []
    for window, ratio in zip(design.windows, ratios, strict=True):
        inside = design.periods.isin(window.periods)
        mean = float(expected[inside].sum())
        spread = 2.2 * np.sqrt(mean)
        effects.append(
            effect_from_estimate(
                design,
                window,
                ratio=StudentRatio(log(ratio), 0.09, float("inf")),
                expected=mean,
                predicted_interval=(mean - spread, mean + spread),
            )
        )
    table = counterfactual_table(
        design,
        expected,
        expected_interval=(expected * 0.92, expected * 1.08),
        predicted_interval=(expected * 0.70, expected * 1.32),
    )
    noise = np.random.default_rng(1).normal(0, 8, size=(2, 250, len(expected)))
    predictive = xr.Dataset(
        {"count": (("chain", "draw", "period"), np.round(expected + noise))},
        coords={"period": [str(period) for period in design.periods]},
    )
    draws = xr.DataTree.from_dict({"posterior_predictive": predictive})
    return ev.Result(Named(name), design, effects, table, seed=1, draws=draws)


@pytest.fixture(scope="session")
def result(design: ev.Design) -> ev.Result:
    """The headline fit."""
    return hand_made(design)


@pytest.fixture(scope="session")
def claim() -> ev.Claim:
    """A claim of a halving after the first operation."""
    return ev.Claim(
        "a huge reduction", source="a newspaper", operation="May 2013", window="after", reduction=0.5
    )


@pytest.fixture(scope="session")
def placebo_check() -> CheckResult:
    """The treated area and forty untreated ones, of which three are as far from nought."""
    scores = np.round(np.linspace(-2.4, 2.4, 40) ** 3 / 5.5, 3)
    rows = [{"kind": "treated", "label": "Loxford", "rate_ratio": 0.76, "statistic": -2.2}]
    rows += [
        {
            "kind": "untreated area",
            "label": f"A{at:02d}",
            "rate_ratio": float(np.exp(score / 10)),
            "statistic": score,
        }
        for at, score in enumerate(scores)
    ]
    facts = {"operation": "May 2013", "window": "after"}
    return CheckResult("placebo in space", "?", "", 0.1, 0.05, False, pd.DataFrame(rows), facts)


@pytest.fixture(scope="session")
def specifications() -> pd.DataFrame:
    """Twenty-four specifications, one of them the plan's own."""
    rows = []
    for at in range(24):
        ratio = 0.72 + 0.014 * ((at * 7) % 24)
        rows.append(
            {
                "estimator": ("structural model", "time series")[at % 2],
                "controls": ("all others", "nearest 20", "same force")[at % 3],
                "window": ("6 months", "12 months")[(at // 6) % 2],
                "rate_ratio": ratio,
                "lower": ratio * 0.85,
                "upper": ratio * 1.18,
                "headline": at == 5,
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def displacement_check() -> CheckResult:
    """Fewer in the treated area, a few more next door, and what that leaves."""
    rows = [
        {"areas": "treated", "prevented": 210.0, "prevented_lower": 120.0, "prevented_upper": 305.0},
        {"areas": "buffers", "prevented": -42.0, "prevented_lower": -130.0, "prevented_upper": 51.0},
        {
            "areas": "treated and buffers",
            "prevented": 168.0,
            "prevented_lower": 40.0,
            "prevented_upper": 290.0,
        },
    ]
    facts = {"operation": "May 2013", "window": "after"}
    return CheckResult("displacement", "?", "", 0.8, 1.0, True, pd.DataFrame(rows), facts)


@pytest.fixture(scope="session")
def window_check() -> CheckResult:
    """Twelve lengths; the first three are too short to tell, and one could not be fitted."""
    rows = []
    for length in range(1, 13):
        ratio, spread = 0.7 + 0.012 * length, 1 + 0.5 / length**0.5
        upper = ratio * spread
        rows.append(
            {
                "length": length,
                "claimed": length == 12,
                "rate_ratio": ratio,
                "lower": ratio / spread,
                "upper": upper,
                "finding": "reduction" if upper < 1 else "either",
                "problem": "",
            }
        )
    rows[4] |= {"rate_ratio": np.nan, "lower": np.nan, "upper": np.nan, "finding": None, "problem": "no"}
    facts = {"operation": "May 2013", "window": "after"}
    return CheckResult("window length", "?", "", 0.7, 0.5, True, pd.DataFrame(rows), facts)


@pytest.fixture(scope="session")
def four_sources(design: ev.Design) -> dict[str, ev.Result]:
    """Four outcomes of one operation: two fewer than expected, one as expected, and one more that officers make."""
    names = ("Burglary and theft", "Anti-social behaviour", "Complaints to the council", "Stops and searches")
    after = design.panel.periods >= "2013-06"
    panels = {}
    for name, factor in zip(names, (1.0, 1.3, 0.9, 1.8), strict=True):
        counts = design.panel.counts.copy()
        panels[name] = replace(
            design.panel, counts=counts.where(~after[None, :, None], np.round(counts * factor))
        )
    panel = replace(with_outcomes(panels), labels=design.panel.labels)
    ratios = ((1.1, 0.76, 0.95, 0.7), (1.0, 0.97, 1.0, 1.02), (0.9, 0.68, 0.9, 0.8), (1.9, 1.45, 1.2, 1.3))
    return {
        name: hand_made(replace(design, panel=panel, outcome=name), ratios=ratio)
        for name, ratio in zip(names, ratios, strict=True)
    }


@pytest.fixture(scope="session")
def weighted(design: ev.Design, result: ev.Result) -> ev.Result:
    """A synthetic area made of sixteen others, two of them with a weight below nought."""
    parts = [
        0.31,
        0.22,
        0.14,
        0.11,
        0.08,
        0.06,
        0.05,
        0.03,
        0.025,
        0.02,
        0.01,
        0.008,
        0.006,
        0.004,
        -0.05,
        -0.023,
    ]
    months = [str(period) for period in design.periods[design.baseline]]
    weights = {
        "area_weights": dict(zip(design.control, parts, strict=False)),
        "period_weights": dict.fromkeys(months[-12:], 1 / 12),
    }
    return replace(result, estimator=Named("ridge-augmented synthetic control"), diagnostics=weights)


@pytest.fixture(scope="session")
def start_dates() -> pd.DataFrame:
    """The plan's dates and three others, one of which changes the finding."""
    return pd.DataFrame(
        {
            "choice": [
                "as planned",
                "as the ward team's leaflet says, 2013-04-01 to 2013-05-31",
                "as the council minutes say, 2013-06-03 to 2013-06-30",
                "from the first arrest",
            ],
            "headline": [True, False, False, False],
            "rate_ratio": [0.76, 0.79, 0.81, 0.9],
            "lower": [0.64, 0.66, 0.68, 0.74],
            "upper": [0.91, 0.94, 0.96, 1.09],
        }
    )


@pytest.fixture(scope="session")
def statements() -> pd.DataFrame:
    """Statements of every word of the yardstick; what was called unlikely came true too often."""
    stated = np.repeat([0.03, 0.15, 0.3, 0.45, 0.65, 0.85, 0.97], 60)
    true = np.repeat([1, 8, 36, 27, 40, 51, 58], 1)
    happened = np.concatenate([np.arange(60) < number for number in true])
    return pd.DataFrame({"stated": stated, "happened": happened})


MEASURED = pd.DataFrame(
    {
        "name": ["standard", "few months before", "wandering level", "counts of 3 a month"],
        "estimator": "structural model",
        "panels": 200,
        "false_positive_rate": [0.05, 0.065, 0.16, 0.03],
        "coverage": [0.95, 0.94, 0.84, 0.97],
    }
)
"""Error rates of one method on four kinds of panel; it fails on one."""

EVENTS = (
    Event("Dispersal orders and charity outreach", "2013-01-01", "2013-12-31"),
    Event("Consultation on fining kerb crawlers", "2014-01-10", "2014-03-31"),
    Event("Ward boundary moved", "2014-05-03", "2014-05-03"),
)

POWER = pd.DataFrame(
    {
        "outcome": ["all crime", "violence", "robbery"],
        "a_period": [130.0, 40.0, 5.0],
        "during": [0.24, 0.4, np.nan],
        "1 month": [0.22, 0.36, np.nan],
        "3 months": [0.17, 0.28, 0.62],
        "6 months": [0.14, 0.24, 0.51],
        "12 months": [0.13, 0.20, 0.44],
    }
)
"""As evaluate power shows it; one length cannot be had for the rarest outcome."""

FIGURES = (
    "counterfactual", "series", "effects", "claims", "cumulative", "posterior", "placebos", "specifications",
    "timeline", "map", "displacement", "window_length", "power", "event_study", "calibration", "outcomes",
    "triangulation", "weights", "sensitivity", "reliability",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A claim and what it is judged by."""

    claim: ev.Claim
    result: ev.Result | None


@pytest.fixture(scope="session")
def bundles(
    design,
    result,
    claim,
    placebo_check,
    specifications,
    displacement_check,
    window_check,
    four_sources,
    weighted,
    start_dates,
    statements,
) -> dict[str, Bundle]:
    """Every figure by name."""
    other = hand_made(design, name="interrupted time series", ratios=(1.2, 0.7, 0.6, 1.02))
    second = replace(claim, operation="June 2014", reduction=0.21)
    source = "Simulated data, not recorded crime. May 2010 to June 2015."
    return {
        "counterfactual": counterfactual_bundle(result),
        "series": series_bundle(design),
        "effects": effects_bundle([result, other]),
        "claims": effects_bundle([Judged(claim, result), Judged(second, result)], name="claims"),
        "cumulative": cumulative_bundle(result),
        "posterior": posterior_bundle(result, claim=claim),
        "placebos": placebos_bundle(placebo_check, source=source),
        "specifications": specifications_bundle(specifications, source=source),
        "timeline": timeline_bundle(design, events=EVENTS),
        "map": map_bundle(design),
        "power": power_bundle(POWER, source=source),
        "displacement": displacement_bundle(displacement_check, source=source),
        "window_length": window_length_bundle(window_check, source=source, period="month"),
        "event_study": event_study_bundle(ev.event_study(design, every="6 months", seed=1)),
        "calibration": calibration_bundle(MEASURED, source=source),
        "outcomes": outcomes_bundle(list(four_sources.values())),
        "triangulation": triangulation_bundle(four_sources, enforcement=["Stops and searches"]),
        "weights": weights_bundle(weighted),
        "sensitivity": sensitivity_bundle(start_dates, source=source),
        "reliability": reliability_bundle(statements, source=source),
    }


@pytest.fixture(params=FIGURES)
def bundle(request: pytest.FixtureRequest, bundles: dict[str, Bundle]) -> Bundle:
    """Each figure in turn."""
    return bundles[request.param]


@pytest.fixture(scope="session")
def remade() -> Callable[..., ev.Result]:
    """Make a result with stated rate ratios."""
    return hand_made
