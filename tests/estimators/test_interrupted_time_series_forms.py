"""Further forms of the interrupted time series: exposure, covariates, months, washout, decay, share of a total."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import evaluate as ev

MONTHS = pd.period_range("2010-01", periods=60, freq="M")
AFTER = ("patrols", "after")


def design_of(counts: dict[str, np.ndarray], *, controls: dict[str, np.ndarray] | None = None) -> ev.Design:
    """Outcomes of one treated area, the first judged, and counts of the same outcome in control areas."""
    areas = {"W1": counts} | {name: dict.fromkeys(counts, row) for name, row in (controls or {}).items()}
    values = np.array([list(area.values()) for area in areas.values()], dtype=float)
    data = xr.DataArray(
        values.transpose(0, 2, 1),
        dims=("area", "period", "outcome"),
        coords={"area": list(areas), "period": MONTHS, "outcome": list(counts)},
    )
    return ev.Design(
        ev.Panel(data), outcome=next(iter(counts)), treated=["W1"], control=[*(controls or {})],
        operations=[ev.Operation("patrols", "2013-01-01", "2013-01-31")], before="36 months", after="23 months",
    )  # fmt: skip


def random_counts(mean=200.0, seed=1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, len(MONTHS)).astype(float)


def step() -> np.ndarray:
    return (np.arange(len(MONTHS)) >= 37).astype(float)


def regression(counts, columns, **keywords):
    import statsmodels.api as sm

    return sm.GLM(counts, np.column_stack(columns), family=sm.families.Poisson(), **keywords).fit(tol=1e-12)


def test_poisson_with_months_agrees_with_statsmodels():
    counts = random_counts()
    result = ev.InterruptedTimeSeries(family="poisson", season="months").fit(design_of({"crime": counts}))
    dummies = pd.get_dummies(MONTHS.month, drop_first=True).to_numpy(dtype=float)
    during = (np.arange(60) == 36).astype(float)
    theirs = regression(
        counts, [np.ones(60), np.arange(60), dummies, during, step()], offset=np.log(MONTHS.days_in_month)
    )
    effect = result.effect(*AFTER)
    assert np.log(effect.rate_ratio) == pytest.approx(theirs.params[-1], abs=1e-8)
    assert effect.ratio.log_standard_error == pytest.approx(theirs.bse[-1], rel=1e-7)
    assert result.diagnostics["coefficients"]["March"] == pytest.approx(theirs.params[3], abs=1e-8)


def test_exposure_takes_the_place_of_days():
    people = random_counts(5_000, seed=2)
    counts = np.random.default_rng(3).poisson(0.05 * people * 0.6 ** step()).astype(float)
    design = design_of({"crime": counts, "people": people})
    result = ev.InterruptedTimeSeries(family="poisson", season=None, exposure="people").fit(design)
    during = (np.arange(60) == 36).astype(float)
    theirs = regression(counts, [np.ones(60), np.arange(60), during, step()], offset=np.log(people))
    assert np.log(result.effect(*AFTER).rate_ratio) == pytest.approx(theirs.params[-1], abs=1e-8)


@pytest.mark.parametrize("setting", ["exposure", "covariates"])
def test_what_divides_or_explains_may_be_in_any_unit(setting):
    other = random_counts(80, seed=4)
    given = {"exposure": "other"} if setting == "exposure" else {"covariates": ["other"]}
    estimator = ev.InterruptedTimeSeries(season=None, **given)
    one, thousand = (
        estimator.fit(design_of({"crime": random_counts(), "other": unit * other}), seed=1)
        for unit in (1, 1000)
    )
    for name in ("rate_ratio", "lower", "upper", "expected"):
        assert one.effects[name].tolist() == pytest.approx(thousand.effects[name].tolist(), rel=1e-9)


def test_a_covariate_explains_what_moves_with_it():
    weather = np.exp(np.random.default_rng(5).normal(0, 0.4, 60))
    counts = np.random.default_rng(6).poisson(150 * weather**0.8).astype(float)
    design = design_of({"crime": counts, "weather": np.round(1e4 * weather)})
    plain = ev.InterruptedTimeSeries(season=None)
    with_it = replace(plain, covariates=("weather",)).fit(design, seed=1)
    assert with_it.diagnostics["coefficients"]["log weather"] == pytest.approx(0.8, abs=0.05)
    assert with_it.effect(*AFTER).ratio.log_standard_error < 0.5 * (
        plain.fit(design, seed=1).effect(*AFTER).ratio.log_standard_error
    )


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        (
            {"exposure": "peopel"},
            ev.DesignError,
            'exposure names the outcome "peopel", which is not in the data. Did you mean "people"?',
        ),
        (
            {"covariates": ["people"]},
            ev.FitError,
            'covariates takes the logarithm of "people", which is nought or missing in 2010-03. Leave it out, or use '
            "longer periods.",
        ),
    ],
)
def test_refuses_an_exposure_or_covariate_it_cannot_use(settings, error, words):
    people = random_counts()
    people[2] = 0
    with pytest.raises(error) as caught:
        ev.InterruptedTimeSeries(season=None, **settings).fit(
            design_of({"crime": random_counts(), "people": people})
        )
    assert str(caught.value) == words


def test_washout_is_what_missing_months_are():
    counts = random_counts()
    counts[37:40] *= 5
    missing = counts.copy()
    missing[37:40] = np.nan
    washed = ev.InterruptedTimeSeries(washout="3 months").fit(design_of({"crime": counts}), seed=1)
    plain = ev.InterruptedTimeSeries().fit(design_of({"crime": missing}), seed=1)
    assert washed.effects.equals(plain.effects)
    assert washed.effect(*AFTER).rate_ratio == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("length", "periods"), [("10 days", 0), ("2 years", 23)])
def test_refuses_a_washout_of_nothing_or_everything(length, periods):
    with pytest.raises(ev.DesignError) as caught:
        ev.InterruptedTimeSeries(washout=length).fit(design_of({"crime": random_counts()}))
    assert str(caught.value) == (
        f'washout="{length}" leaves out {periods} of the 23 periods in the window "patrols, after". Ask for at least '
        "one period and fewer than there are."
    )


@pytest.mark.parametrize("family", ["negative binomial", "log rate"])
@pytest.mark.parametrize("change", ["pulse", "gradual"])
def test_decaying_and_growing_effects_are_found(family, change):
    since = np.maximum(np.arange(60) - 37, 0)
    shape = 0.7**since if change == "pulse" else 1 - 0.7 ** (since + 1)
    means = 2_000 * np.exp(-0.5 * shape * step())
    counts = np.random.default_rng(7).poisson(means).astype(float)
    estimator = ev.InterruptedTimeSeries(family=family, change=change, season=None, trend=False)
    result = estimator.fit(design_of({"crime": counts}), seed=1)
    effect = result.effect(*AFTER)
    truth = means[37:].sum() / (2_000 * 23)
    assert result.diagnostics["decay"] == 0.7
    assert effect.lower < truth < effect.upper
    assert effect.rate_ratio == pytest.approx(truth, abs=0.03)
    assert result.diagnostics["coefficients"]["patrols, after"] == pytest.approx(-0.5, abs=0.06)


def conditional(**settings) -> ev.InterruptedTimeSeries:
    return ev.InterruptedTimeSeries(
        family="beta-binomial", controls="conditional", trend=False, season=None, **settings
    )


def test_share_of_the_total_is_free_of_what_areas_share():
    """Multiplying both by anything the areas share moves the ratio by no more than rounding."""
    random = np.random.default_rng(8)
    treated, control = random.poisson(30, 60) * 1.0, random.poisson(60, 60) * 1.0
    factor = random.integers(1, 9, 60)
    found = [
        conditional().fit(design_of({"crime": treated * k}, controls={"W2": control * k}), seed=1)
        for k in (1, factor)
    ]
    small, large = (one.effect(*AFTER).rate_ratio for one in found)
    total = treated + control
    plain = (treated[37:].sum() / control[37:].sum()) / (treated[:36].sum() / control[:36].sum())
    assert total.min() > 0
    assert small == pytest.approx(plain, rel=0.01)
    assert large == pytest.approx(plain, rel=0.1)


def test_share_of_the_total_covers_a_known_effect():
    random = np.random.default_rng(9)
    inside = 0
    for _ in range(40):
        shared = np.exp(random.normal(0, 0.4, 60))
        treated = random.poisson(random.gamma(20, shared / 20) * 8 * 0.6 ** step())
        control = random.poisson(25 * shared)
        design = design_of({"crime": treated}, controls={"W2": control})
        effect = conditional().fit(design, seed=1).effect(*AFTER)
        inside += effect.lower < 0.6 < effect.upper
    assert 34 <= inside <= 40
    assert effect.interval == "beta-binomial t interval"
    assert effect.prevented_lower < 8 * shared[37:].sum() * 0.4 < effect.prevented_upper


def test_sandwich_widens_where_variance_moved():
    """Months after vary ten times as much as months before: the model's standard error is too small."""
    random = np.random.default_rng(10)
    wild = random.poisson(random.gamma(4, 200 / 4, 60)).astype(float)
    counts = np.where(step() > 0, wild, random.poisson(200, 60))
    plain = ev.InterruptedTimeSeries(family="quasi-poisson", season=None, trend=False)
    design = design_of({"crime": counts})
    model, sandwich = (
        replace(plain, inference=name).fit(design, seed=1).effect(*AFTER) for name in ("model", "sandwich")
    )
    assert sandwich.rate_ratio == pytest.approx(model.rate_ratio, rel=1e-12)
    assert sandwich.ratio.log_standard_error > 1.1 * model.ratio.log_standard_error
    assert sandwich.interval == "HC3 sandwich t interval"


@pytest.mark.parametrize(
    "estimator", [conditional(), ev.InterruptedTimeSeries(controls="offset", season=None)]
)
def test_a_ratio_to_the_controls_that_drifts_before_is_reported(estimator):
    """The treated area loses 10% a year beside its controls."""
    random = np.random.default_rng(11)
    treated, control = random.poisson(300 * 0.9 ** (np.arange(60) / 12)), random.poisson(2_000, 60)
    result = estimator.fit(design_of({"crime": treated}, controls={"W2": control}), seed=1)
    slope = result.diagnostics["baseline_slope"]
    assert slope["lower"] < 0.9 < slope["upper"] < 1
    assert slope["ratio"] == pytest.approx(0.9, abs=0.03)


def test_methods_that_take_neighbours_for_neighbours_refuse_a_washout():
    with pytest.raises(ev.FitError) as caught:
        ev.InterruptedTimeSeries(inference="newey-west", washout="1 month").fit(
            design_of({"crime": random_counts()})
        )
    assert str(caught.value) == (
        'inference="newey-west" takes each period to follow the one before, and 2013-02 is left out by washout. Use '
        'inference="model".'
    )
