"""Before against after in the treated area alone: what most press claims are, and the weakest evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.design.design import Design
from evaluate.design.window import Window
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect, StudentRatio
from evaluate.effects.result import Result
from evaluate.errors import FitError
from evaluate.numerics.overdispersion import draw_counts, pearson_dispersion

DRAWS = 2_000


@dataclass(frozen=True)
class BeforeAfter:
    """Compare the total in each window with as many days of the baseline, in the treated area alone.

    This is grade E evidence. It has no controls, so it credits the operation with everything else that
    changed, and it has no season and no trend: use it to see what a quoted before-and-after figure amounts
    to, and how uncertain it is, not to judge an operation.

    Parameters
    ----------
    level : float
        Of the intervals.

    Notes
    -----
    With Y counts in D days of the window and Y0 in D0 days of the reference::

        log ratio = log(Y / D) - log(Y0 / D0)         variance = phi (1 / Y + 1 / Y0)

    phi is the dispersion of the baseline's counts around a constant daily rate (Pearson, at least 1), which
    counts a season as noise; the interval is Student's with the baseline's periods less one. Periods are
    taken as independent, so the interval is too narrow where crime is autocorrelated. A total of nought in
    the window has half a count added to both totals.

    The reference is the baseline (trigger periods left out); for a later operation it is the "after" of the
    one before, which is what that operation left behind. Trigger periods inside a window have a term of their
    own and so do not move the ratio.

    References
    ----------
    McCullagh and Nelder (1989), "Generalized Linear Models", section 4.5 (quasi-Poisson).

    Examples
    --------
    >>> import evaluate as ev
    >>> design = ev.simulated_design(ev.simulate_panel(areas=8, periods=60, rate_ratio_after=0.5, seed=1))
    >>> ev.BeforeAfter().fit(design, seed=1).effect("operation", "after").rate_ratio < 0.7
    True
    """

    level: float = 0.95

    @property
    def name(self) -> str:
        """Name for tables."""
        return "before-after"

    def fit(self, design: Design, *, seed: int = 0) -> Result:
        """Compare each window with its reference.

        Parameters
        ----------
        design : Design
            Its controls are not used.
        seed : int
            For the predictive intervals.

        Returns
        -------
        Result

        Raises
        ------
        FitError
            If the baseline or a window holds no published count, or the baseline's counts are all nought.
        """
        counts, days = design.treated_counts, design.exposure_days
        plain = ~np.isnan(counts) & ~np.asarray(design.periods.isin(design.trigger_periods))
        baseline = design.baseline & plain
        if not counts[baseline].sum() > 0:
            raise FitError(
                f"Before-after divides by the baseline, and {design.outcome} has "
                f"{'only noughts' if baseline.any() else 'no published count'} there. Use a longer before, "
                "or give the counts without a ratio."
            )
        rate = counts[baseline].sum() / days[baseline].sum()
        phi = pearson_dispersion(counts[baseline], rate * days[baseline], 1)
        freedom = int(baseline.sum()) - 1
        random = np.random.default_rng(seed)
        effects = []
        for window in design.windows:
            reference = self._reference(design, window, baseline) & plain
            effects.append(self._effect(design, window, (reference, plain), (phi, freedom), random))

        error = np.sqrt(phi / counts[baseline].sum())
        means = np.exp(np.log(rate) + error * random.standard_t(max(freedom, 1), size=DRAWS))[:, None] * days
        table = counterfactual_table(design, rate * days)
        if freedom:
            tails = [(1 - self.level) / 2, (1 + self.level) / 2]
            predicted = draw_counts(means, phi, random)
            table = counterfactual_table(
                design,
                rate * days,
                expected_interval=tuple(np.quantile(means, tails, axis=0)),
                predicted_interval=tuple(np.quantile(predicted, tails, axis=0)),
            )
        diagnostics = {
            "dispersion": phi,
            "degrees_of_freedom": freedom,
            "baseline_periods": int(baseline.sum()),
            "baseline_count": float(counts[baseline].sum()),
            "design_grade_ceiling": "E",
        }
        return Result(self, design, tuple(effects), table, seed=seed, diagnostics=diagnostics)

    def _reference(self, design: Design, window: Window, baseline: np.ndarray) -> np.ndarray:
        """Periods the window is compared with: the last earlier operation's "after", or the baseline."""
        earlier = [w for w in design.windows if w.name == "after" and w.periods[-1] < window.periods[0]]
        earlier = [w for w in earlier if w.operation != window.operation]
        return np.asarray(design.periods.isin(earlier[-1].periods)) if earlier else baseline

    def _effect(
        self,
        design: Design,
        window: Window,
        masks: tuple[np.ndarray, np.ndarray],
        spread: tuple[float, int],
        random: np.random.Generator,
    ) -> Effect:
        """One window against its reference; ``masks`` are the reference and the periods outside triggers."""
        counts, days = design.treated_counts, design.exposure_days
        reference, plain = masks
        phi, freedom = spread
        inside = np.asarray(design.periods.isin(window.periods))
        judged = inside & plain
        if not judged.any() or not counts[reference].sum() > 0:
            raise FitError(
                f"Before-after needs a published count in the window "
                f'"{window.operation}, {window.name}" and more than nought in what it is compared with; '
                f"{design.outcome} lacks one of the two. Change the windows, or leave that operation out."
            )
        here, there = counts[judged].sum(), counts[reference].sum()
        added = 0.5 if here == 0 else 0.0
        log_ratio = np.log((here + added) / (there + added)) - np.log(
            days[judged].sum() / days[reference].sum()
        )
        error = np.sqrt(phi * (1 / (here + added) + 1 / (there + added)))
        spike = counts[inside & ~plain & ~np.isnan(counts)].sum() / np.exp(log_ratio)
        rate = there / days[reference].sum()
        expected = float(rate * days[judged].sum() + spike)
        if not freedom:
            why = "none: one baseline period does not show how much counts vary"
            return effect_from_estimate(
                design, window, ratio=None, expected=expected, level=self.level, interval=why
            )
        scores = random.standard_t(freedom, size=DRAWS)
        means = expected * np.exp(scores * np.sqrt(phi / there))
        tails = [(1 - self.level) / 2, (1 + self.level) / 2]
        low, high = np.quantile(draw_counts(means, phi, random), tails)
        return effect_from_estimate(
            design,
            window,
            ratio=StudentRatio(float(log_ratio), float(error), freedom),
            expected=expected,
            predicted_interval=(float(low), float(high)),
            level=self.level,
            interval="quasi-Poisson t interval" + ("; half a count added to a nought" if added else ""),
        )
