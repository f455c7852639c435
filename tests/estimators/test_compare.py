"""Comparing methods on one design: the table, the forest plot, refusals, advice with its reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.effects.result import EFFECT_COLUMNS
from evaluate.estimators import applicability as module
from evaluate.estimators.applicability import Situation, situation_of

METHODS = [
    ev.BeforeAfter(),
    ev.DifferenceInDifferences(),
    ev.InterruptedTimeSeries(),
    ev.RelativeRateRatio(),
    ev.SyntheticControl(),
]


def design_of(areas=25, periods=60, mean=100.0, autocorrelation=0.0, **keywords) -> ev.Design:
    process = ev.Process(mean=mean, dispersion=1.3, autocorrelation=autocorrelation, spread=0.1)
    return ev.simulated_design(
        ev.simulate_panel(
            areas=areas, periods=periods, process=process, rate_ratio_after=0.7, seed=3, **keywords
        )
    )


@pytest.fixture(scope="module")
def comparison() -> ev.Comparison:
    return ev.compare(METHODS, design_of(), seed=1)


def test_one_table_holds_what_each_method_gives_alone(comparison):
    table = comparison.table
    assert list(table.columns) == [*EFFECT_COLUMNS, "advice", "reason"]
    assert list(table.index.names) == ["operation", "window", "method"]
    assert len(table) == len(METHODS) * len(comparison.design.windows)
    for estimator in METHODS:
        alone = estimator.fit(comparison.design, seed=1).effect("operation", "after")
        row = table.loc[("operation", "after", estimator.name)]
        assert row["rate_ratio"] == alone.rate_ratio
        assert row["upper"] == pytest.approx(alone.upper, nan_ok=True)


def test_one_forest_plot_draws_all(comparison):
    from evaluate.figures.effects import effects_data

    data = effects_data(comparison)
    assert data["detail"].tolist() == [estimator.name for estimator in METHODS] * 2
    assert ev.plot_effects(comparison).get_xscale() == "log"


def test_order_of_methods_moves_no_number(comparison):
    turned = ev.compare(METHODS[::-1], comparison.design, seed=1).table
    pd.testing.assert_frame_equal(turned.sort_index(), comparison.table.sort_index())


def test_a_refusal_is_kept_with_its_reason():
    comparison = ev.compare([ev.SyntheticControl(), ev.BeforeAfter()], design_of(mean=3.0), seed=1)
    row = comparison.table.loc[("operation", "after", "synthetic control")]
    assert np.isnan(row["rate_ratio"])
    assert row["interval"] == "refused"
    assert row["reason"].startswith("The synthetic control needs a mean of 10 a period")
    assert len(comparison) == 1
    assert "refused: The synthetic control needs" in repr(comparison)


def test_methods_of_one_name_are_told_apart_by_their_settings():
    comparison = ev.compare(
        [ev.RelativeRateRatio(), ev.RelativeRateRatio(dispersion=4.0)], design_of(), seed=1
    )
    assert comparison.labels == ("relative rate ratio", "relative rate ratio (dispersion=4.0)")
    with pytest.raises(ev.DesignError, match='"before-after" is there twice with the same settings'):
        ev.compare([ev.BeforeAfter(), ev.BeforeAfter()], design_of())
    with pytest.raises(ev.DesignError, match="There is no method to compare"):
        ev.compare([], design_of())


def test_situation_is_read_from_the_design():
    here = situation_of(design_of(areas=9, autocorrelation=0.8))
    assert (here.controls, here.treated, here.months_before) == (8, 1, 45)
    assert here.mean == pytest.approx(100, rel=0.25)
    assert here.dispersion < 2


SHARE = ev.InterruptedTimeSeries(family="beta-binomial", controls="conditional", season=None)
USUAL = Situation(48, 40, 1, 60.0, 1.1, 0.1)


@pytest.mark.parametrize(
    ("estimator", "situation", "reason"),
    [
        (ev.SyntheticControl(), Situation(48, 8, 1, 60, 1.1, 0.1),
         "8 control areas: a placebo test cannot reject at 5% with fewer than 19."),
        (ev.DifferenceInDifferences(), Situation(48, 8, 1, 60, 1.1, 0.1),
         "8 control areas: a placebo test cannot reject at 5% with fewer than 19."),
        (ev.SyntheticDifferenceInDifferences(), Situation(48, 40, 1, 4, 1.1, 0.1),
         "4.0 counts a period: below 10 the weights follow the noise of counts."),
        (ev.ArimaIntervention(), Situation(48, 40, 1, 20, 1.1, 0.1),
         "20.0 counts a period: below 30 their logarithms are not near to normal."),
        (ev.InterruptedTimeSeries(), Situation(18, 40, 1, 60, 1.1, 0.1),
         "18 months before: a season needs 24."),
        (ev.ExactRateRatio(), Situation(48, 40, 1, 60, 1.6, 0.1),
         "Counts vary 1.6 times as much as Poisson counts, which it takes them to be."),
        (ev.RelativeRateRatio(), Situation(48, 40, 1, 60, 1.1, 0.5),
         "It takes periods as independent; their autocorrelation is about 0.5."),
        (ev.BeforeAfter(), USUAL,
         "It credits the operation with everything else that changed: grade E evidence."),
        (ev.MicroSyntheticControl(), USUAL,
         "1 treated and 40 control areas: it is for 5 small areas or more among 1,000."),
        (ev.DifferenceInDifferences(inference="cluster robust"), USUAL,
         "1 treated areas: cluster-robust errors need 5."),
    ],
    ids=lambda value: getattr(value, "name", None),
)  # fmt: skip
def test_what_a_method_needs_is_said(estimator, situation, reason, monkeypatch):
    monkeypatch.setattr(module, "situation_of", lambda design: situation)
    found = module.applicability(estimator, None)
    assert found.advice == "advised against"
    assert found.reasons[0] == reason


@pytest.mark.parametrize(
    ("situation", "leads", "partner"),
    [
        (USUAL, ev.StructuralModel(), ev.DifferenceInDifferences()),
        (Situation(48, 8, 1, 60, 1.1, 0.1), ev.StructuralModel(), ev.SyntheticControl(inference="conformal")),
        (Situation(48, 0, 1, 60, 1.1, 0.1), ev.StructuralModel(), ev.InterruptedTimeSeries()),
        (Situation(48, 40, 1, 4, 1.1, 0.1), ev.StructuralModel(), SHARE),
        (Situation(18, 40, 1, 60, 1.1, 0.1), SHARE, ev.RelativeRateRatio()),
        (Situation(6, 40, 1, 60, 1.1, 0.1), ev.RelativeRateRatio(), ev.ExactRateRatio()),
        (Situation(48, 9_000, 39, 60, 1.1, 0.1), ev.MicroSyntheticControl(), ev.StructuralModel()),
    ],
)  # fmt: skip
def test_who_leads_and_who_stands_beside(situation, leads, partner, monkeypatch):
    monkeypatch.setattr(module, "situation_of", lambda design: situation)
    monkeypatch.setattr(module, "_measured", lambda estimator, here: [])
    assert module.applicability(leads, None).advice == "leads"
    assert module.applicability(partner, None).advice == "partner"
    assert module.applicability(leads, None).reasons


def test_a_method_measured_to_be_wrong_is_advised_against(monkeypatch):
    table = {("relative rate ratio", "usual"): (1.0, 0.2, 0.02), ("structural model", "usual"): (1.0, 0.08, 0.02),
             ("difference in differences", "usual"): (0.4, 0.0, 0.0)}  # fmt: skip
    monkeypatch.setattr(module, "_reliability", lambda: table)
    monkeypatch.setattr(module, "situation_of", lambda design: USUAL)
    assert module.applicability(ev.RelativeRateRatio(), None).reasons == (
        "On simulated panels of this kind (usual) it rejected 20% of true nulls at 5% (Monte Carlo error 2.0 points).",
    )
    assert (
        module.applicability(ev.StructuralModel(), None).advice == "leads"
    )  # within Monte Carlo error of 7%
    assert module.applicability(ev.DifferenceInDifferences(), None).reasons == (
        "It gave an interval for 40% of simulated panels of this kind (usual).",
    )


def test_the_table_of_measured_rates_is_of_these_methods_and_kinds():
    table = pd.read_csv(Path(module.__file__).with_name("reliability.csv"))
    assert set(table["kind"]) == {"usual", "few controls", "small counts", "short", "strongly autocorrelated"}
    names = {"structural model", *(estimator.name for estimator in METHODS)}
    assert names <= set(table["method"])
    assert not table.duplicated(["method", "kind"]).any()
    assert (table["panels"] >= 200).all()
    rate, n = table["rejected"], table["panels"] * table["answered"]
    assert table["error"].to_numpy() == pytest.approx(np.sqrt(rate * (1 - rate) / n), abs=2e-3, nan_ok=True)


def test_poisson_intervals_are_advised_against_by_measurement(monkeypatch):
    """18% of true nulls rejected on usual panels."""
    monkeypatch.setattr(module, "situation_of", lambda design: USUAL)
    assert "rejected 18% of true nulls at 5%" in module.applicability(ev.ExactRateRatio(), None).reasons[-1]
