"""The headline model: a negative binomial structural time series of the treated area against its controls.

Equation, for periods t::

    y_t ~ NegBin(mu_t, alpha)
    log mu_t = log days_t + level + season_t + common_t + deviation_t + slow_t + effects_t
    C_t ~ NegBin(exp(log days_t + season_t + common_t), alpha_pool)

``y`` is the count of the treated areas, ``C`` that of the controls together. ``common`` is a random walk, known
with the noise of the controls' counts. ``deviation`` is a first-order autoregression and ``slow`` a random walk: how
far the treated area's own course strays from the controls', whose own straying adds to it, so that three controls do
not look like three hundred. Their size, the autocorrelation and the overdispersion have a prior learned from the
control areas (``evaluate.numerics.wandering``). An effect adds log((1 - f) + f exp(theta)) in a period of which the
share f is touched; the periods of the trigger have a term of their own, so that the spike is not part of what is
expected.

Source: the form is that of structural time-series models (Harvey and Durbin 1986, JRSS A 149; Brodersen et al. 2015,
Annals of Applied Statistics 9) with a count likelihood; learning the wandering from the controls follows Robbins
(1956).

When not to use it: fewer than 12 periods before the operation, or controls that were treated themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr

from evaluate.data.periods import periods_per_year
from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_draws, in_window
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError
from evaluate.estimators.priors import SCEPTICAL, EffectPrior

if TYPE_CHECKING:  # the engines bring numba and pymc, which load when a model is first fitted
    from evaluate.numerics.nested import CountSeries, PosteriorDraws
    from evaluate.numerics.wandering import Wandering

TRIGGER = "trigger"
FEWEST_BEFORE = 12


@dataclass(frozen=True)
class StructuralModel:
    """Bayesian structural model of counts, against controls where there are any.

    Parameters
    ----------
    engine : {"fast", "nuts"}
        "fast": nested Laplace with importance weights. "nuts": PyMC sampled by nutpie. Same model, same prior.
    prior : EffectPrior
        Of each log rate ratio.
    draws : int
        Draws returned by the fast engine, and by each of the four chains of the other.
    harmonics : int
        Pairs of yearly waves in the season.
    level : float
        Of the credible intervals.
    wandering : Wandering, optional
        How areas stray on their own, where it was learned before (see ``prepared``); learned from the design's
        controls otherwise.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=9, periods=60, rate_ratio_after=0.6, seed=3)
    >>> effect = ev.StructuralModel(draws=500).fit(ev.simulated_design(panel), seed=1).effect("operation", "after")
    >>> effect.lower < 0.6 < effect.upper
    True
    """

    engine: Literal["fast", "nuts"] = "fast"
    prior: EffectPrior = SCEPTICAL
    draws: int = 2000
    harmonics: int = 2
    level: float = 0.95
    wandering: Wandering | None = None

    def __post_init__(self) -> None:
        if self.engine not in ("fast", "nuts"):
            raise DesignError(f'engine is "fast" or "nuts"; it is "{self.engine}".')
        if self.draws < 100 or not 0.5 <= self.level < 1:
            raise DesignError(
                f"The model needs draws of 100 or more and a level from 0.5 to below 1; these are {self.draws} and "
                f"{self.level}."
            )

    @property
    def name(self) -> str:
        """Name for tables."""
        return "structural model"

    def prepared(self, design: Design) -> StructuralModel:
        """Learn how areas wander from this design's controls once, for fits to moved designs of the same outcome."""
        from evaluate.numerics.nested import learn

        if self.wandering is not None:
            return self
        return replace(self, wandering=learn(_count_series(design, self)))

    def fit(self, design: Design, *, seed: int) -> Result:
        """Fit the model.

        Parameters
        ----------
        design : Design
            What is asked.
        seed : int
            Same seed, same draws.

        Returns
        -------
        Result
            With draws in ArviZ's layout: ``posterior`` (``log_rate_ratio``, ``autocorrelation``, ``deviation_sd``,
            ``overdispersion``, ``drift``, ``slow_drift``, ``expected``), ``posterior_predictive`` and
            ``observed_data``.

        Raises
        ------
        FitError
            If fewer than 12 periods with counts lie before the operation, or nothing was recorded in them.
        """
        from evaluate.numerics.nested import learn, sample_fast

        series = _count_series(design, self)
        wandering = self.wandering or learn(series)
        if self.engine == "fast":
            posterior = sample_fast(series, wandering, draws=self.draws, seed=seed)
        else:
            from evaluate.numerics.nuts import sample_nuts

            posterior = sample_nuts(series, wandering, draws=self.draws, seed=seed)
        return _result(self, design, series, wandering, posterior, seed)


def _count_series(design: Design, model: StructuralModel) -> CountSeries:
    """Lay a design out as the engine's arrays."""
    from evaluate.numerics.nested import CountSeries

    counts = design.treated_counts
    known = counts[design.baseline & ~np.isnan(counts)]
    if len(known) < FEWEST_BEFORE or known.sum() == 0:
        raise FitError(
            f"The structural model needs {FEWEST_BEFORE} periods with counts before the operation, with something "
            f"recorded in them; {design.outcome} in {', '.join(design.treated)} has {len(known)} with a total of "
            f"{known.sum():.0f}. Ask for a longer before, or use BeforeAfter and say that it is one."
        )
    controls = design.control_counts
    complete = ~np.isnan(controls).any(axis=1) & (np.nansum(controls, axis=1) > 0)
    shares = [window.share for window in design.windows]
    if len(design.trigger_periods):
        shares.append(np.asarray(design.periods.isin(design.trigger_periods), dtype=float))
    effects = len(shares)
    parts = np.nansum(
        design.panel.counts.sel(area=list(design.treated), outcome=design.outcome).values, axis=-1
    )
    days = design.exposure_days
    return CountSeries(
        treated=counts,
        controls=controls[complete],
        offset=np.log(days / days.mean()),
        season=_season(design, model.harmonics),
        shares=np.column_stack(shares),
        effect_mean=np.full(effects, model.prior.mean),
        effect_sd=np.full(effects, model.prior.sd),
        treated_share=float(((parts / parts.sum()) ** 2).sum()) if parts.sum() else 1.0,
    )


def _season(design: Design, harmonics: int) -> np.ndarray:
    """Pairs of yearly waves, shape (periods, 2 harmonics)."""
    turns = 2 * np.pi * np.arange(len(design.periods)) / periods_per_year(design.periods)
    waves = [wave(number * turns) for number in range(1, harmonics + 1) for wave in (np.sin, np.cos)]
    return np.column_stack(waves) if waves else np.zeros((len(turns), 0))


def _result(
    model: StructuralModel,
    design: Design,
    series: CountSeries,
    wandering: Wandering,
    posterior: PosteriorDraws,
    seed: int,
) -> Result:
    """Summarise the draws window by window."""
    from evaluate.numerics.predictive import negative_binomial_counts

    random = np.random.default_rng([seed, 1])
    fitted = np.exp(posterior.log_mean)
    effects: list[Effect] = []
    for number, window in enumerate(design.windows):
        without = np.exp(posterior.log_mean - posterior.log_effect[:, :, number])
        inside = in_window(design, window)
        predicted = np.full_like(without, np.nan)
        predicted[:, inside] = negative_binomial_counts(without[:, inside], posterior.hyper[:, 2], random)
        effects.append(
            effect_from_draws(
                design,
                window,
                expected_draws=without,
                fitted_draws=fitted,
                predicted_draws=predicted,
                level=model.level,
            )
        )
    expected = np.exp(posterior.log_mean - posterior.log_effect.sum(axis=2))
    predicted = negative_binomial_counts(expected, posterior.hyper[:, 2], random)
    ends = [(1 - model.level) / 2, (1 + model.level) / 2]
    table = counterfactual_table(
        design,
        expected.mean(axis=0),
        expected_interval=tuple(np.quantile(expected, ends, axis=0)),
        predicted_interval=tuple(np.quantile(predicted, ends, axis=0)),
    )
    return Result(
        estimator=model,
        design=design,
        effect_list=effects,
        counterfactual=table,
        seed=seed,
        diagnostics=_diagnostics(model, design, series, wandering, posterior),
        draws=_tree(design, posterior, expected, predicted),
    )


def _diagnostics(
    model: StructuralModel,
    design: Design,
    series: CountSeries,
    wandering: Wandering,
    posterior: PosteriorDraws,
) -> dict[str, object]:
    """What the engine says about itself, in plain numbers."""
    spread = posterior.effects.std(axis=0)
    precision = 1 / spread**2 - 1 / model.prior.sd**2
    likelihood = 1 / np.sqrt(np.maximum(precision, 1e-6))
    return {
        "engine": model.engine,
        "prior": model.prior.name,
        "control_areas": len(series.controls),
        "control_areas_left_out": len(design.control) - len(series.controls),
        "wandering_learned_from": wandering.areas,
        "autocorrelation": float(np.median(posterior.hyper[:, 0])),
        "deviation_sd": float(np.median(posterior.hyper[:, 1])),
        "overdispersion": float(np.median(posterior.hyper[:, 2])),
        "slow_drift": float(np.median(posterior.hyper[:, 4])),
        "standard_errors": {
            f"{window.operation}, {window.name}": float(error)
            for window, error in zip(design.windows, likelihood, strict=False)
        },
        **posterior.diagnostics,
    }


def _tree(
    design: Design, posterior: PosteriorDraws, expected: np.ndarray, predicted: np.ndarray
) -> xr.DataTree:
    """Draws in ArviZ's layout, chain x draw x what they are of."""
    chains = int(posterior.diagnostics.get("chains", 1))
    names = [f"{window.operation}, {window.name}" for window in design.windows]
    names += [TRIGGER] * (posterior.effects.shape[1] - len(names))
    periods = [str(period) for period in design.periods]

    def by_chain(values: np.ndarray) -> np.ndarray:
        return values.reshape(chains, -1, *values.shape[1:])

    coords = {"chain": np.arange(chains), "draw": np.arange(len(expected) // chains), "period": periods}
    posterior_group = xr.Dataset(
        {
            "log_rate_ratio": (("chain", "draw", "window"), by_chain(posterior.effects)),
            "expected": (("chain", "draw", "period"), by_chain(expected)),
            **{
                label: (("chain", "draw"), by_chain(posterior.hyper[:, column]))
                for column, label in enumerate(
                    ("autocorrelation", "deviation_sd", "overdispersion", "drift", "slow_drift")
                )
            },
        },
        coords={**coords, "window": names},
    )
    predictive = xr.Dataset({"count": (("chain", "draw", "period"), by_chain(predicted))}, coords=coords)
    observed = xr.Dataset({"count": (("period",), design.treated_counts)}, coords={"period": periods})
    return xr.DataTree.from_dict(
        {"posterior": posterior_group, "posterior_predictive": predictive, "observed_data": observed}
    )
