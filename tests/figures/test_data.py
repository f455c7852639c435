"""The numbers that are drawn, and titles that say no more than they do."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.effects.effect import DrawnRatio
from evaluate.figures.axes import apart, in_days, spaced
from evaluate.figures.counterfactual import counterfactual_bundle, counterfactual_data
from evaluate.figures.cumulative import cumulative_bundle, cumulative_data
from evaluate.figures.effects import effects_bundle, effects_data
from evaluate.figures.map import map_bundle, map_data
from evaluate.figures.placebos import placebos_data, stacked
from evaluate.figures.posterior import posterior_bundle, posterior_data
from evaluate.figures.series import series_bundle, series_data
from evaluate.figures.specifications import specifications_bundle, specifications_data
from evaluate.figures.timeline import timeline_bundle, timeline_data
from evaluate.figures.words import change_text, place_of, ratio_text, source_line, title_of

from .conftest import EVENTS, Judged


def test_importing_the_package_does_not_load_matplotlib():
    code = "import evaluate, sys; assert evaluate.plot_map; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_counterfactual_data_are_those_of_the_result(result):
    data = counterfactual_data(result)
    assert data["observed"].tolist() == result.design.treated_counts.tolist()
    assert data["window"].value_counts().to_dict() == {
        "before": 33,
        "spike": 3,
        "May 2013, during": 1,
        "May 2013, after": 12,
        "June 2014, during": 1,
        "June 2014, after": 12,
    }
    assert data["period"].iloc[[0, -1]].tolist() == ["2010-05", "2015-06"]


@pytest.mark.parametrize(
    ("prevented", "place"),
    [((5, 90), "below"), ((0, 90), "inside"), ((-50, 40), "inside"), ((-60, -1), "above")],
)
def test_the_predictive_interval_decides_where_the_count_lies(result, prevented, place):
    effect = replace(result.effect_list[1], prevented_lower=prevented[0], prevented_upper=prevented[1])
    assert place_of(effect) == place
    effects = [result.effect_list[0], effect, *result.effect_list[2:]]
    title = counterfactual_bundle(replace(result, effect_list=effects)).title
    assert title == f"Crime after May 2013 was {place} the expected range"


def test_without_a_predictive_interval_the_ratio_decides_and_without_both_nothing_is_said(result):
    nan = float("nan")
    bare = replace(result.effect_list[1], prevented_lower=nan, prevented_upper=nan)
    assert place_of(bare) == "below"
    assert place_of(replace(bare, lower=1.2, upper=1.4)) == "above"
    assert place_of(replace(bare, lower=0.9, upper=1.4)) == "inside"
    unknown = replace(bare, lower=nan, upper=nan)
    assert place_of(unknown) == "unknown"
    effects = [result.effect_list[0], unknown, *result.effect_list[2:]]
    assert (
        counterfactual_bundle(replace(result, effect_list=effects)).title == "Crime in Loxford after May 2013"
    )


def test_series_brings_the_controls_to_the_treated_level(design):
    data = series_data(design)
    before = design.baseline
    assert data["controls_scaled"][before].sum() == pytest.approx(data["treated"][before].sum())
    ratio = data["controls_scaled"] / data["controls"]
    assert ratio.std() == pytest.approx(0, abs=1e-12)
    assert data["controls"].tolist() == design.control_counts.sum(axis=0).tolist()


def test_series_title_gives_raw_changes_of_daily_rates(design):
    days, counts = design.exposure_days, design.treated_counts
    inside = design.periods.isin(design.window("May 2013", "after").periods)
    rate = counts[inside].sum() / days[inside].sum()
    before = counts[design.baseline].sum() / days[design.baseline].sum()
    change = round(100 * (rate / before - 1))
    assert change < 0
    assert series_bundle(design).title == f"Loxford −{-change}%, comparison areas +2% after May 2013"


def test_series_gives_no_percentage_of_small_counts(design):
    few = design.panel.counts.copy()
    few.values[:] = np.minimum(few.values, 1)
    bundle = series_bundle(replace(design, panel=replace(design.panel, counts=few)))
    assert "%" not in bundle.title + bundle.alt
    assert change_text(0.8, expected=19.9) == ""
    assert change_text(0.8, expected=20) == "−20%"
    assert change_text(1.25, expected=200) == "+25%"


def test_missing_counts_are_gaps_and_not_noughts(design):
    counts = design.panel.counts.copy()
    counts.loc[{"area": "A01", "period": design.periods[5]}] = np.nan
    data = series_data(replace(design, panel=replace(design.panel, counts=counts)))
    assert np.isnan(data["treated"].iloc[5])
    assert data["treated"].notna().sum() == len(data) - 1


def test_effects_data_group_methods_by_window(result, remade):
    other = remade(result.design, name="time series", ratios=(1.0, 1.0, 1.0, 1.0))
    data = effects_data([result, other])
    assert data["label"].tolist()[:4] == ["May 2013, during"] * 2 + ["May 2013, after"] * 2
    assert data["detail"].tolist()[:2] == ["structural model", "time series"]
    assert data["rate_ratio"].tolist()[:4] == pytest.approx([1.1, 1.0, 0.76, 1.0])
    held = ((data["lower"] <= 1) & (data["upper"] >= 1)).sum()
    assert effects_bundle([result, other]).title == f"{held} of 8 intervals include no change"


def test_effects_of_findings_carry_the_claim(result, claim):
    untested = Judged(replace(claim, operation=""), None)
    vague = Judged(replace(claim, reduction=None), result)
    data = effects_data([Judged(claim, result), untested, vague])
    assert data["claimed"].tolist()[0] == 0.5
    assert np.isnan(data["claimed"].iloc[1])
    assert len(data) == 2
    with pytest.raises(ev.DesignError, match="no effect to draw"):
        effects_data([untested])


def test_hidden_effects_are_named_and_not_drawn(result):
    nan = float("nan")
    hidden = replace(result.effect_list[1], rate_ratio=nan, lower=nan, upper=nan, ratio=None)
    bundle = effects_bundle([replace(result, effect_list=[hidden])])
    assert "not shown" in bundle.alt
    assert ratio_text(nan, nan, nan) == "not shown"


def test_cumulative_adds_up_from_the_first_operation(result):
    data = cumulative_data(result)
    table = result.counterfactual.iloc[36:]
    difference = (table["observed"] - table["expected"]).cumsum()
    assert data["recorded_less_expected"].tolist() == pytest.approx(difference.tolist())
    paths = result.draws["posterior_predictive"]["count"].values.reshape(-1, len(result.counterfactual))[
        :, 36:
    ]
    sums = (paths - table["expected"].to_numpy()).cumsum(axis=1)
    assert data["lower"].iloc[-1] == pytest.approx(np.quantile(sums[:, -1], 0.025))
    assert data["upper"].iloc[3] == pytest.approx(np.quantile(sums[:, 3], 0.975))


def test_cumulative_title_says_whether_chance_could_do_it(result):
    table = result.counterfactual.assign(observed=result.counterfactual["expected"].round())
    inside = replace(result, counterfactual=table)
    assert cumulative_bundle(inside).title == "The total by June 2015 was inside the expected range"
    assert cumulative_bundle(result).title == "336 fewer than expected by June 2015"
    bare = cumulative_bundle(replace(result, draws=None))
    assert bare.data["lower"].isna().all()
    assert "no range" in bare.alt


def test_posterior_bars_add_up_and_agree_with_the_distribution(result, claim):
    data = posterior_data(result, claim=claim)
    ratio = result.effect("May 2013", "after").ratio
    assert data["probability"].sum() == pytest.approx(1)
    assert data.loc[data["upper"] <= 0.75, "probability"].sum() == pytest.approx(
        ratio.probability_at_most(0.75)
    )
    assert np.isinf(data["upper"].iloc[-1])
    assert posterior_bundle(result, claim=claim).title == "Probability of the claim or more: less than 1%"
    up = replace(claim, reduction=None, increase=0.1, operation="May 2013", window="during")
    assert posterior_bundle(result, claim=up).title == "Probability of the claim or more: 50%"
    assert posterior_bundle(result).title == "Probability of any reduction: more than 99%"


def test_posterior_of_draws_and_of_none(result, claim):
    drawn = DrawnRatio(np.log([0.4, 0.6, 0.8, 1.2]))
    effects = [replace(effect, ratio=drawn) for effect in result.effect_list]
    data = posterior_data(replace(result, effect_list=effects), claim=claim)
    assert sorted(data.loc[data["probability"] > 0, "probability"]) == [0.25] * 4
    bare = [replace(effect, ratio=None) for effect in result.effect_list]
    with pytest.raises(ev.FitError, match="structural model gives no distribution"):
        posterior_data(replace(result, effect_list=bare))


def test_placebos_count_both_ways(placebo_check):
    data = placebos_data(placebo_check)
    strong = data[data["as_strong"] & (data["kind"] != "treated")]
    assert (strong["statistic"].abs() >= 2.2).all()
    assert len(strong) == (placebo_check.table["statistic"].abs() >= 2.2).sum() - 1
    with pytest.raises(ev.DesignError, match='draws the check "placebo in space"; this one is "dilution"'):
        ev.plot_placebos(replace(placebo_check, name="dilution", table=pd.DataFrame()))


def test_dots_are_stacked_once_each():
    values = np.array([0.3, -0.2, 0.1, 0.15, 2.0])
    at, level = stacked(values, 0.5)
    assert sorted(zip(at, level, strict=True)) == [
        (-0.25, 0.0),
        (0.25, 0.0),
        (0.25, 1.0),
        (0.25, 2.0),
        (2.25, 0.0),
    ]


def test_specifications_are_in_order_with_their_choices(specifications):
    data = specifications_data(specifications.assign(problem="", rows=3))
    assert data["rate_ratio"].is_monotonic_increasing
    assert list(data.columns) == [
        "rate_ratio",
        "lower",
        "upper",
        "headline",
        "estimator",
        "controls",
        "window",
    ]
    assert data["headline"].sum() == 1
    held = ((specifications["lower"] <= 1) & (specifications["upper"] >= 1)).sum()
    assert specifications_bundle(specifications).title == f"{held} of 24 specifications include no change"
    some = specifications.assign(rate_ratio=[np.nan, *specifications["rate_ratio"][1:]])
    assert len(specifications_data(some)) == 23
    with pytest.raises(ev.DesignError, match="has no lower, upper"):
        ev.plot_specifications(specifications[["rate_ratio"]])


def test_timeline_has_every_stretch_and_event(design):
    data = timeline_data(design, events=EVENTS)
    assert data["kind"].tolist() == [
        "before", "spike", "operation", "after", "operation", "after", "event", "event", "event",
    ]  # fmt: skip
    assert data.loc[1, ["start", "end"]].tolist() == ["2013-02-01", "2013-04-30"]
    assert data.loc[4, ["start", "end"]].tolist() == ["2014-06-22", "2014-06-26"]
    assert (
        timeline_bundle(design, events=EVENTS).title
        == "Two operations, and three other things going on meanwhile"
    )
    early = [replace(EVENTS[0], start="2011-01-01", end="2011-02-01")]
    assert timeline_bundle(design, events=early).title == "Two operations in Loxford"


def test_map_has_every_area_once(design):
    data = map_data(design)
    assert data["role"].value_counts().to_dict() == {"control": 21, "buffer": 2, "treated": 1}
    assert data["area"].is_unique
    assert map_bundle(design).title == "Loxford against 21 comparison areas"


def test_boundaries_without_geopandas_say_what_to_install(design, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "geopandas", None)
    path = tmp_path / "wards.geojson"
    path.write_text("{}", "utf-8")
    with pytest.raises(ev.DataError, match=r'pip install "evaluate-operations\[maps\]"'):
        ev.plot_map(design, boundaries=path)


def test_boundaries_are_found_by_their_codes(design, tmp_path):
    geopandas = pytest.importorskip("geopandas", reason="maps are an optional extra")
    from shapely.geometry import box

    codes = [str(area) for area in design.panel.areas]
    shapes = [box(at % 6, at // 6, at % 6 + 1, at // 6 + 1) for at in range(len(codes))]
    frame = geopandas.GeoDataFrame(
        {"id": range(len(codes)), "ward": codes}, geometry=shapes, crs="EPSG:27700"
    )
    path = tmp_path / "wards.geojson"
    frame.to_file(path, driver="GeoJSON")
    read = ev.read_boundaries(path, code="ward")
    assert len(ev.plot_map(design, boundaries=read).collections) == len(
        ev.plot_map(design, boundaries=path).collections
    )
    axes = ev.plot_map(design, boundaries=path)
    assert {text.get_text() for text in axes.texts} >= {"Loxford", "Mayfield", "Goodmayes"}
    frame.iloc[1:].to_file(path, driver="GeoJSON")
    with pytest.raises(ev.DataError, match=r"no boundary for A01 \(Loxford\)"):
        ev.plot_map(design, boundaries=path)
    with pytest.raises(ev.DataError, match='no column "code"'):
        ev.plot_map(design, boundaries=path, code="code")


def test_long_names_leave_titles_short(design, result, claim):
    long = "violence with and without injury and public order offences in every public place"
    counts = design.panel.counts.assign_coords(outcome=[long])
    panel = replace(
        design.panel, counts=counts, labels={"A01": "The ward of Saint Mary by the old market square"}
    )
    named = replace(design, panel=panel, outcome=long)
    moved = replace(result, design=named)
    bundles = [
        counterfactual_bundle(moved),
        series_bundle(named),
        cumulative_bundle(moved),
        posterior_bundle(moved, claim=claim),
        timeline_bundle(named),
        map_bundle(named),
    ]
    for bundle in bundles:
        assert len(bundle.title.split()) <= 10
    assert bundles[0].title == "Counts were below the expected range"
    assert title_of("a b", "c") == "A b"


def test_source_line_names_the_files():
    panel = ev.simulate_panel(areas=3, periods=24, seed=1)
    from evaluate.data.provenance import Provenance, SourceFile

    one = SourceFile("wards.csv", "ab", 10, 10)
    real = replace(panel, provenance=Provenance(files=(one, one, one), layout="ward counts"))
    assert source_line(real) == "Source: wards.csv, wards.csv and 1 more, January 2010 to December 2011."
    nothing = replace(panel, provenance=Provenance(layout="ward counts"))
    assert source_line(nothing) == "Source: ward counts, January 2010 to December 2011."


@pytest.mark.parametrize(
    ("heights", "gap", "moved"),
    [
        ([1.0, 5.0], 1.0, [1.0, 5.0]),
        ([1.0, 1.2, 5.0], 1.0, [0.6, 1.6, 5.0]),
        ([1.0, 1.0, 1.0], 1.0, [0.0, 1.0, 2.0]),
        ([1.0, 2.5, 2.6], 1.0, [1.0, 2.05, 3.05]),
        ([], 1.0, []),
    ],
)
def test_labels_move_as_little_as_needed(heights, gap, moved):
    assert apart(heights, gap) == pytest.approx(moved)


def test_ticks_keep_one_and_stand_clear():
    ticks = spaced([0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0], 4)
    assert 1.0 in ticks
    assert np.diff(np.log10(ticks)).min() >= np.log10(4) / 4 * 0.999
    assert spaced([], 4) == []


def test_dates_are_days_since_1970():
    assert in_days(pd.DatetimeIndex(["1970-01-01", "2017-06-01"])).tolist() == [0.0, 17318.0]
