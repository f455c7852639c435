"""One small study for every test of a report, and an intruder who tries to work hidden counts out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import evaluate as ev
from evaluate.claims.judge import judge, untestable
from evaluate.data.simulator import with_outcomes
from evaluate.reports.findings import Event, Finding, Findings, OutcomeInfo

CLAIM = "a huge reduction in activity and crime was achieved"
UNTESTABLE = "Recorded soliciting counts what officers did."
NOTE = "In January 2014, 17 of the ward's 209 incidents were on the street itself."


def few_counts(panel, seed, mean=1.5):
    """A panel of the same shape with person-related counts, most of them small."""
    random = np.random.default_rng(seed)
    return replace(
        panel, counts=panel.counts.copy(data=random.poisson(mean, panel.counts.shape).astype(float))
    )


@pytest.fixture(scope="session")
def design():
    crime = ev.simulate_panel(areas=14, periods=72, rate_ratio_after=0.7, triggered=True, seed=4)
    panel = with_outcomes({"crime": crime, "soliciting": few_counts(crime, seed=2)})
    return ev.Design(
        panel,
        outcome="crime",
        treated=["A01"],
        buffer=["A02", "A03"],
        operations=[
            ev.Operation("June 2014", "2014-06-01", "2014-06-30", note="a press notice"),
            ev.Operation("May 2015", "2015-05-18", "2015-05-22", note="a newspaper"),
        ],
        before="48 months",
        after="6 months",
        trigger="3 months",
    )


@pytest.fixture(scope="session")
def findings(design):
    result = ev.StructuralModel(draws=400).fit(design, seed=1)
    simple = ev.BeforeAfter().fit(design, seed=1)
    checks = ev.run_checks(result, [ev.MinimumDetectableEffect(), ev.Displacement()])
    small = ev.BeforeAfter().fit(design.for_outcome("soliciting"), seed=1)
    claims = [
        ev.Claim(CLAIM, speaker="An inspector", source="Local Recorder", operation="June 2014", window="after",
                 reduction=0.5, id="huge"),
        ev.Claim("crime fell by a fifth while officers were there", source="press notice", operation="May 2015",
                 window="during", reduction=0.2, id="may"),
        ev.Claim("fewer were arrested", source="a leaflet", operation="June 2014", window="after", reduction=0.1,
                 outcome="soliciting", id="arrests"),
        ev.Claim("on-street prostitution has increased", source="minutes", increase=0.0, id="street"),
    ]  # fmt: skip
    return Findings(
        name="sample",
        title="Did the operations of June 2014 and May 2015 reduce crime?",
        question="Did recorded crime fall, and could these data have told?",
        findings=[
            Finding(claims[0], judge(claims[0], result, checks), result, checks, [simple]),
            Finding(claims[1], judge(claims[1], result), result, None, [simple]),
            Finding(claims[2], judge(claims[2], small, generation="enforcement"), small),
            Finding(claims[3], untestable(claims[3], UNTESTABLE)),
        ],
        panel=design.panel,
        design=design,
        outcomes=[
            OutcomeInfo("crime", "public-reported", note="All recorded crime."),
            OutcomeInfo("soliciting", "enforcement", person_related=True),
        ],
        events=[
            Event("Dispersal order", "2014-03-01", "2014-12-31", "council notice"),
            Event("Ward boundary moved", "2015-05-03", "2015-05-03"),
        ],
        sensitivities=pd.DataFrame(
            {
                "claim": ["huge", "huge", "arrests"],
                "sensitivity": ["headline", "June 2014 taken as 2014-04-01 to 2014-06-30", "headline"],
                "rate_ratio": [0.8, 0.85, 0.7],
                "lower": [0.6, 0.6, 0.3],
                "upper": [1.1, 1.2, 1.8],
                "p_reduction": [0.93, 0.87, 0.8],
            }
        ),
        notes=(NOTE,),
        simulated=True,
        manifest={
            "seed": 1,
            "plan_sha256": "ab" * 32,
            "versions": {"numpy": "2.5", "evaluate": "0.1"},
            "duration_seconds": 98.7654,
            "disclosure_threshold": 5,
        },
    )


@pytest.fixture(scope="session")
def span_of():
    """Smallest and largest whole number a hidden count can be, given all that is published."""

    def span(values, hidden, sums, position, *, most=np.inf):
        unknown = np.flatnonzero(hidden)
        rows, right = [], []
        for one in sums:
            signs = np.zeros(len(values))
            signs[list(one.parts)] = 1
            signs[one.total] = -1
            rows.append(signs[unknown])
            right.append(-(signs * np.where(hidden, 0, values)).sum())
        highest = np.where(np.isin(unknown, [one.total for one in sums]), np.inf, most)
        ends = []
        for sign in (1, -1):
            objective = np.zeros(len(unknown))
            objective[np.flatnonzero(unknown == position)[0]] = sign
            found = milp(
                objective,
                integrality=np.ones(len(unknown)),
                bounds=Bounds(np.ones(len(unknown)), np.minimum(highest, 1e6)),
                constraints=LinearConstraint(np.array(rows), right, right),
            )
            if found.status == 2:
                return None  # this intruder's guess contradicts the table
            ends.append(sign * found.fun)
        return ends

    return span
