"""From recorded and expected counts to effects whose intervals come from placebos: what synthetic methods share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluate.design.design import Design
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import Effect
from evaluate.effects.inversion import InvertedRatio
from evaluate.errors import FitError
from evaluate.estimators.terms import Comparison, window_name, with_spike
from evaluate.numerics.randomisation import RandomisationTest, placebo_test


@dataclass(frozen=True, eq=False)
class Path:
    """What was recorded in every period, and what a method expects.

    Parameters
    ----------
    recorded, expected : numpy.ndarray
        Shape (periods,): counts; those expected are without any operation.
    """

    recorded: np.ndarray
    expected: np.ndarray


@dataclass(frozen=True, eq=False)
class PlaceboComparison:
    """The treated areas' path among those of placebos.

    Parameters
    ----------
    design : Design
        The design.
    own : Path
        Of the treated areas together.
    placebos : sequence of Path
        Found by the same method where nothing was done.
    before, after : numpy.ndarray
        Shape (periods,), bool: the baseline, and every later period outside the triggers.
    concentration : float
        Sum of squared shares of the areas that the treated one is made of, relative to that of a placebo.
    kind : str
        What a placebo is, such as "control areas in the treated one's place".
    """

    design: Design
    own: Path
    placebos: Sequence[Path]
    before: np.ndarray
    after: np.ndarray
    concentration: float
    kind: str

    def judge(self, pair: Comparison) -> tuple[RandomisationTest, float]:
        """Test one window's ratio against those of the placebos, and say what was expected in it.

        Raises
        ------
        FitError
            If less than nothing is expected.
        """
        observed, due, before = self._totals(self.own, pair)
        if not due > 0:
            raise FitError(
                f'Less than nothing is expected in the window "{window_name(pair.window.key)}". Use scale="log rate".'
            )
        others = np.array([self._totals(path, pair) for path in self.placebos]).reshape(-1, 3)
        others = others[(others > 0).all(axis=1)]
        added = 0.5 if observed == 0 else 0.0
        test = placebo_test(
            float(np.log((observed + added) / (due + added))),
            np.log(others[:, 0] / others[:, 1]),
            1 / (observed + added) + 1 / before,
            1 / others[:, 0] + 1 / others[:, 2],
            concentration=self.concentration,
        )
        return test, due

    def _totals(self, path: Path, pair: Comparison) -> tuple[float, float, float]:
        """Recorded and expected in the window, the latter after what an earlier operation left, and before."""
        first = self.design.windows[0].periods[0]
        later = bool((self.design.periods[pair.reference] >= first).any())
        carried = path.recorded[pair.reference].sum() / path.expected[pair.reference].sum() if later else 1.0
        before = path.recorded[pair.reference if later else self.before].sum()
        return (
            float(path.recorded[pair.judged].sum()),
            float(carried * path.expected[pair.judged].sum()),
            float(before),
        )

    def effect(self, pair: Comparison, judged: tuple[RandomisationTest, float], level: float) -> Effect:
        """One window with its placebo interval, or without one where there are too few placebos."""
        test, due = judged
        placebos = len(self.placebos)
        needed = fewest_placebos(level)
        ratio = InvertedRatio(float(test.log_ratios[0]), test.nulls, test.p_values)
        expected = with_spike(self.design, pair, due, ratio.log_ratio)
        if placebos >= needed:
            words = f"placebo interval: {placebos} {self.kind}"
        else:
            words = f"none: {placebos} placebo areas cannot reject at {1 - level:.0%}, which needs {needed}"
        half = self.reach(pair, judged, level)
        return effect_from_estimate(
            self.design,
            pair.window,
            ratio=ratio,
            expected=expected,
            predicted_interval=(float(expected * np.exp(-half)), float(expected * np.exp(half))),
            level=level,
            interval=words,
        )

    def reach(self, pair: Comparison, judged: tuple[RandomisationTest, float], level: float) -> float:
        """How far, on the log scale, a count could have strayed from what was expected; NaN with few placebos."""
        test, due = judged
        observed = float(self.own.recorded[pair.judged].sum())
        strayed = np.sort(np.abs(test.t_ratios[1:]))
        place = int(np.ceil(level * (len(strayed) + 1) - 1e-9))
        error = np.sqrt(test.standard_errors[0] ** 2 + test.within * (1 / due - 1 / max(observed, 0.5)))
        return float(strayed[place - 1] * error) if place <= len(strayed) else float("nan")

    def counterfactual(self, level: float) -> pd.DataFrame:
        """The expected counts; the band is how far placebos strayed from theirs in single later periods."""
        expected = np.maximum(self.own.expected, 0.0)
        if len(self.placebos) < fewest_placebos(level):
            return counterfactual_table(self.design, expected)
        strayed = np.concatenate(
            [
                ((path.recorded - path.expected) / np.sqrt(np.maximum(path.expected, 1e-9)))[self.after]
                for path in self.placebos
            ]
        )
        low, high = np.quantile(strayed, [(1 - level) / 2, (1 + level) / 2])
        width = np.sqrt(expected)
        return counterfactual_table(
            self.design,
            expected,
            predicted_interval=(np.maximum(expected + low * width, 0.0), expected + high * width),
        )

    def misfit_ratio_p_value(self) -> float:
        """Share of paths, the treated one's among them, whose gap grew at least as much from before to after."""
        own = self._growth(self.own)
        return (1 + sum(self._growth(path) >= own for path in self.placebos)) / (1 + len(self.placebos))

    def _growth(self, path: Path) -> float:
        """Mean squared gap after over that before."""
        gap = path.recorded - path.expected
        return float(np.mean(gap[self.after] ** 2) / max(np.mean(gap[self.before] ** 2), 1e-300))


def fewest_placebos(level: float) -> int:
    """Placebos that a test at this level needs to be able to reject.

    Examples
    --------
    >>> fewest_placebos(0.95)
    19
    """
    return int(np.ceil(1 / (1 - level) - 1e-9)) - 1
