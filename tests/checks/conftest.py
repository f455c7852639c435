"""A small estimator with controls and an interval, and panels to put questions to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

import evaluate as ev
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate, in_window
from evaluate.effects.effect import StudentRatio
from evaluate.numerics.overdispersion import pearson_dispersion


@dataclass(frozen=True)
class RatioToControls:
    """Ratio of ratios with a quasi-Poisson t interval: quick, honest where counts are not autocorrelated."""

    seen: list[ev.Design] = field(default_factory=list, compare=False)
    interval: bool = True

    @property
    def name(self) -> str:
        return "ratio to controls"

    def fit(self, design: ev.Design, *, seed: int) -> ev.Result:
        self.seen.append(design)
        own, pool = design.treated_counts, design.control_counts.sum(axis=0)
        base = design.baseline
        share = own[base].sum() / pool[base].sum()
        phi = pearson_dispersion(own[base], share * pool[base], 1)
        effects = []
        for window in design.windows:
            inside = in_window(design, window)
            cells = np.array([own[inside].sum(), own[base].sum(), pool[inside].sum(), pool[base].sum()])
            if not (cells > 0).all():
                raise ev.FitError("A total is nought.")
            expected = share * cells[2]
            error = float(np.sqrt(phi * (1 / cells).sum()))
            ratio = StudentRatio(float(np.log(cells[0] / expected)), error, int(base.sum()) - 1)
            noise = 1.96 * np.sqrt(phi * expected + (expected * error) ** 2)
            effects.append(
                effect_from_estimate(
                    design,
                    window,
                    ratio=ratio if self.interval else None,
                    expected=float(expected),
                    predicted_interval=(expected - noise, expected + noise),
                )
            )
        return ev.Result(self, design, effects, counterfactual_table(design, share * pool), seed=seed)


@pytest.fixture
def estimator() -> RatioToControls:
    return RatioToControls()


@pytest.fixture(scope="session")
def without_interval() -> RatioToControls:
    return RatioToControls(interval=False)


NO_MEMORY = ev.Process(mean=60, dispersion=1.5, autocorrelation=0.0, shock=0.03, spread=0.3)


@pytest.fixture(scope="session")
def design_with() -> Callable[..., ev.Design]:
    """Make a design of a simulated panel; the keywords are those of ``simulate_panel``."""

    def make(
        *,
        seed: int = 1,
        before: str = "36 months",
        after: str = "12 months",
        trigger: str | None = None,
        **panel,
    ):
        settings = {"areas": 20, "periods": 84, "operation_at": 66, "process": NO_MEMORY} | panel
        made = ev.simulate_panel(**settings, seed=seed)
        start, end = made.truth.start.start_time, made.truth.end.end_time.normalize()
        return ev.Design(
            made,
            outcome="crime",
            treated=made.truth.treated,
            buffer=made.truth.buffer,
            operations=[ev.Operation("patrols", start, end)],
            before=before,
            after=after,
            trigger=trigger,
        )

    return make
