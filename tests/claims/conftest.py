"""Results, checks and facts with posteriors stated by hand: log rate ratio ~ Normal(log m, s)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.result import CheckResult, CheckResults
from evaluate.claims.facts import Facts
from evaluate.effects.contrasts import counterfactual_table, effect_from_estimate
from evaluate.effects.effect import StudentRatio


class Stated:
    """An estimator that finds what it is told."""

    name = "stated"

    def fit(self, design: ev.Design, *, seed: int) -> ev.Result:
        raise NotImplementedError


@pytest.fixture(scope="session")
def design() -> ev.Design:
    """Thirty months before, June 2017 and twelve months after, twenty controls, mean 100."""
    panel = ev.simulate_panel(areas=21, periods=96, process=ev.Process(mean=100), seed=4)
    return ev.Design(
        replace(panel, labels={"A01": "Loxford"}),
        outcome="crime",
        treated=["A01"],
        operations=[ev.Operation("June 2017", "2016-06-01", "2016-06-30")],
        before="36 months",
        after="12 months",
    )


@pytest.fixture(scope="session")
def stated(design: ev.Design) -> Callable[..., ev.Result]:
    """Make a result whose every effect has log rate ratio ~ Normal(log m, s)."""

    def make(m: float, s: float, *, of: ev.Design = design, **diagnostics: object) -> ev.Result:
        ratio = StudentRatio(float(np.log(m)), s, float("inf"))
        effects = []
        for window in of.windows:
            observed = of.treated_counts[of.periods.isin(window.periods)].sum()
            effects.append(effect_from_estimate(of, window, ratio=ratio, expected=observed / m))
        table = counterfactual_table(of, of.treated_counts / m)
        return ev.Result(Stated(), of, effects, table, seed=1, diagnostics=diagnostics)

    return make


def answer(name: str, number: float = float("nan"), **facts: object) -> CheckResult:
    """A check's answer made by hand."""
    return CheckResult(name, "Is it?", "It is.", number, float("nan"), None, pd.DataFrame(), facts)


@pytest.fixture(scope="session")
def checked() -> Callable[..., CheckResults]:
    """Make checks that give grade B and find nothing amiss, but for what is said otherwise."""

    def make(*, mde: float = 0.2, rate: float = 0.05, p: float = 0.02, net: float = 0.99) -> CheckResults:
        return CheckResults(
            [
                answer("minimum detectable effect", mde, window="after"),
                answer("placebo in space", p, placebo_p=p, placebo_rejection=rate, n_placebos=40),
                answer("displacement", net, net_p50=net, net_rate_ratio=0.83, buffer_rate_ratio=1.04),
            ]
        )

    return make


@pytest.fixture(scope="session")
def facts() -> Facts:
    """Facts of an ordinary finding, to be changed by ``replace``: a fall by a fifth, claimed to be a halving."""
    return Facts(
        p_any=0.932,
        p10=0.784,
        p25=0.334,
        p40=0.028,
        p50=0.001,
        p60=0.0,
        p_up=0.017,
        p_rope=0.199,
        p_claim=0.001,
        rate_ratio=0.80,
        lower=0.596,
        upper=1.073,
        observed=410.0,
        expected=512.3,
        smallest_detectable=0.34,
        grade="B",
        net_of_buffers=True,
        net_rate_ratio=0.83,
        buffer_rate_ratio=1.04,
        sustained_months=12.0,
        late_ratio=0.8,
        n_control=24,
        n_before=36,
        n_after=13,
        placebo_p=0.04,
        placebo_rate=0.05,
        n_placebos=40,
    )
