"""The headline model: a negative binomial structural time series of the treated area against its controls.

Equation, for periods t::

    y_t ~ NegBin(mu_t, alpha)
    log mu_t = log days_t + own_t + season_t + common_t + deviation_t + slow_t + effects_t
    C_t ~ NegBin(exp(log days_t + season_t + common_t), alpha_pool)

``y`` is the count of the treated areas, ``C`` that of the controls together. ``common`` is a random walk, known
with the noise of the controls' counts. ``own`` is the area's level, and how far it follows the controls' smoothed
pattern more or less than they do. ``deviation`` is a first-order autoregression and ``slow`` a random walk: how far
the treated area's own course strays from the controls', whose own straying adds to it, so that three controls do
not look like three hundred. Size and autocorrelation of that wandering and the overdispersion have a prior learned
from the control areas (``evaluate.numerics.wandering``). An effect adds log((1 - f) + f exp(g theta)) in a period
of which the share f is touched; g is 1, or halves with every half-life after the operation. The periods of the
trigger have a term of their own, so that the spike is not part of what is expected.

The season is two pairs of yearly waves; for days it has weekdays and bank holidays too, for weeks bank holidays.

The forecast form hides the treated counts from the operation's start, predicts them, and compares: it assumes no shape
of effect, allows one operation, and its ratio is observed over predicted count, with the prediction's noise in it.

Source: the form is that of structural time-series models (Harvey and Durbin 1986, JRSS A 149; Brodersen et al. 2015,
Annals of Applied Statistics 9) with a count likelihood; learning the wandering from the controls follows Robbins
(1956).

When not to use it: fewer than 12 periods before the operation, or controls that were treated themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from evaluate.data.calendar import calendar
from evaluate.data.periods import periods_per_year
from evaluate.design.design import Design
from evaluate.design.window import Window
from evaluate.effects.deferred import Later
from evaluate.effects.result import Result
from evaluate.errors import DesignError, FitError
from evaluate.estimators.priors import SCEPTICAL, EffectPrior
from evaluate.estimators.structural_summary import counterfactual, draws_tree, forecast_effects, joint_effects
from evaluate.estimators.terms import positive_series

if TYPE_CHECKING:  # the engines bring numba and pymc, which load when a model is first fitted
    from evaluate.numerics.nested import CountSeries, PosteriorDraws
    from evaluate.numerics.wandering import EffectTerms, Wandering

FEWEST_BEFORE = 12
WORST_R_HAT, WORST_DIVERGENT = 1.05, 0.01


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
    form : {"joint", "forecast"}
        "joint": one effect for each operation and window, estimated together. "forecast": fit before, predict after.
    half_life : float, optional
        In periods: every "after" effect halves in so many. None: effects last.
    covariates : sequence of str
        Outcomes of the panel whose logs move the treated areas' counts, such as traffic; they must be known throughout.
    nation : str, optional
        Whose bank holidays daily and weekly counts follow; None for none.
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
    form: Literal["joint", "forecast"] = "joint"
    half_life: float | None = None
    covariates: Sequence[str] = ()
    nation: str | None = "England and Wales"
    wandering: Wandering | None = None

    def __post_init__(self) -> None:
        if self.engine not in ("fast", "nuts"):
            raise DesignError(f'engine is "fast" or "nuts"; it is "{self.engine}".')
        if isinstance(self.covariates, str):
            raise DesignError(f'covariates is a list of outcomes; write ["{self.covariates}"].')
        object.__setattr__(self, "covariates", tuple(self.covariates))
        if self.form not in ("joint", "forecast"):
            raise DesignError(f'form is "joint" or "forecast"; it is "{self.form}".')
        if self.half_life is not None and not (self.half_life > 0 and self.form == "joint"):
            raise DesignError(
                f"half_life is a number of periods above nought, in the joint form; it is {self.half_life} in the "
                f"{self.form} form."
            )
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
            ``overdispersion``, ``drift``, ``slow_drift``, ``expected``), ``posterior_predictive`` (counts that
            could have been recorded without the operations), ``log_likelihood`` and ``observed_data``.

        Raises
        ------
        FitError
            If fewer than 12 periods with counts lie before the operation, nothing was recorded in them, or the chains
            of NUTS did not come to one answer (R-hat above 1.05, or one draw in a hundred divergent).
        """
        from evaluate.numerics.nested import learn, sample_fast

        series = _count_series(design, self)
        wandering = self.wandering or learn(series)
        if self.engine == "fast":
            posterior = sample_fast(series, wandering, draws=self.draws, seed=seed)
        else:
            from evaluate.numerics.nuts import sample_nuts

            posterior = sample_nuts(series, wandering, draws=self.draws, seed=seed)
            _refuse_unconverged(posterior.diagnostics, self.draws)
        return _result(self, design, series, wandering, posterior, seed)


def _refuse_unconverged(diagnostics: dict[str, float], draws: int) -> None:
    """Give no answer where the chains give several."""
    total = diagnostics["chains"] * draws
    if diagnostics["r_hat"] > WORST_R_HAT or diagnostics["divergences"] > WORST_DIVERGENT * total:
        raise FitError(
            f"The chains of NUTS did not come to one answer: R-hat {diagnostics['r_hat']:.2f} (at most {WORST_R_HAT}), "
            f"{diagnostics['divergences']:.0f} divergent of {total:.0f} draws (at most {WORST_DIVERGENT:.0%}). Try "
            'another seed, or engine="fast", which fits the same model.'
        )


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
    parts = np.nansum(
        design.panel.counts.sel(area=list(design.treated), outcome=design.outcome).values, axis=-1
    )
    days = design.exposure_days
    return CountSeries(
        treated=_seen(design, model),
        controls=controls[complete],
        offset=np.log(days / days.mean()),
        season=_season(design, model),
        effects=_effect_terms(design, model),
        covariates=_covariates(design, model),
        years=len(days) / periods_per_year(design.periods),
        treated_share=float(((parts / parts.sum()) ** 2).sum()) if parts.sum() else 1.0,
    )


def _seen(design: Design, model: StructuralModel) -> np.ndarray:
    """Treated counts the model may see, shape (periods,): the forecast form hides all from the operation's start."""
    if model.form == "joint":
        return design.treated_counts
    if len(design.operations) > 1:
        raise DesignError(
            f"The forecast form judges one operation; this design has {len(design.operations)}. Ask about them one by "
            'one, or use form="joint", which estimates their effects together.'
        )
    return np.where(design.periods < design.windows[0].periods[0], design.treated_counts, np.nan)


def _effect_terms(design: Design, model: StructuralModel) -> EffectTerms:
    """One effect a window, and one for the trigger, which nobody reports."""
    from evaluate.numerics.wandering import EffectTerms

    windows = design.windows if model.form == "joint" else []
    shares = [window.share for window in windows]
    fading = [_fading(design, window, model.half_life) for window in windows]
    if len(design.trigger_periods):
        shares.append(np.asarray(design.periods.isin(design.trigger_periods), dtype=float))
        fading.append(np.ones(len(design.periods)))
    effects = len(shares)
    shape = (len(design.periods), effects)
    return EffectTerms(
        np.column_stack(shares) if shares else np.zeros(shape),
        np.column_stack(fading) if fading else np.ones(shape),
        np.full(effects, model.prior.mean),
        np.full(effects, model.prior.sd),
    )


def _fading(design: Design, window: Window, half_life: float | None) -> np.ndarray:
    """What is left of an effect in each period, shape (periods,); "during" does not fade."""
    if half_life is None or window.name != "after":
        return np.ones(len(design.periods))
    since = np.arange(len(design.periods)) - int(np.flatnonzero(design.periods == window.periods[0])[0])
    return np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / half_life), 1.0)


def _covariates(design: Design, model: StructuralModel) -> np.ndarray:
    """Logs of the covariates about their means, shape (periods, covariates)."""
    columns = [np.log(positive_series(design, name, "covariates")) for name in model.covariates]
    return np.column_stack(
        [column - column.mean() for column in columns] or [np.zeros((len(design.periods), 0))]
    )


def _season(design: Design, model: StructuralModel) -> np.ndarray:
    """Seasonal regressors, shape (periods, columns): yearly waves, weekdays of days, bank holidays."""
    turns = 2 * np.pi * np.arange(len(design.periods)) / periods_per_year(design.periods)
    columns = [wave(number * turns) for number in range(1, model.harmonics + 1) for wave in (np.sin, np.cos)]
    daily = design.periods.freqstr.startswith("D")
    if daily:
        columns += [(design.periods.day_of_week == day) - 1 / 7 for day in range(6)]
    if model.nation is not None and (daily or design.periods.freqstr.startswith("W")):
        table = calendar(design.periods, nation=model.nation)
        holidays = (table["bank_holidays"] / table["days"]).to_numpy(dtype=float)
        columns.append(holidays - holidays.mean())
    return np.column_stack(columns).astype(float) if columns else np.zeros((len(turns), 0))


def _result(
    model: StructuralModel,
    design: Design,
    series: CountSeries,
    wandering: Wandering,
    posterior: PosteriorDraws,
    seed: int,
) -> Result:
    """Summarise the draws window by window; what a placebo does not need is put off."""
    joint = model.form == "joint"
    random = np.random.default_rng([seed, 2])
    effects = (joint_effects if joint else forecast_effects)(design, posterior, model.level, random)
    return Result(
        estimator=model,
        design=design,
        effect_list=effects,
        counterfactual=Later(counterfactual, design, posterior, model.level, seed),
        seed=seed,
        diagnostics=_diagnostics(model, design, series, wandering, posterior),
        draws=Later(draws_tree, design, series.treated, posterior, joint, seed),
    )


def _diagnostics(
    model: StructuralModel,
    design: Design,
    series: CountSeries,
    wandering: Wandering,
    posterior: PosteriorDraws,
) -> dict[str, object]:
    """What the engine says about itself, in plain numbers."""
    spread = posterior.effects.std(axis=0) if model.form == "joint" else np.zeros(0)
    precision = 1 / spread**2 - 1 / model.prior.sd**2
    likelihood = 1 / np.sqrt(np.maximum(precision, 1e-6))
    return {
        "engine": model.engine,
        "form": model.form,
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
