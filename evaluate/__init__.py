"""Statistics for judging whether a police operation worked.

Read published counts into a :class:`Panel`, state who was treated, where and when in a :class:`Design`, fit an
estimator to get a :class:`Result`, and judge a :class:`Claim` against it. See the README for ten lines that do it.
"""

from evaluate.checks.dilution import Dilution
from evaluate.checks.displacement import Displacement
from evaluate.checks.minimum_detectable_effect import MinimumDetectableEffect
from evaluate.checks.placebo_in_space import PlaceboInSpace
from evaluate.checks.placebo_in_time import PlaceboInTime
from evaluate.checks.regression_to_the_mean import RegressionToTheMean
from evaluate.checks.result import CheckResult, CheckResults
from evaluate.checks.run import run_checks
from evaluate.claims.claim import Claim
from evaluate.claims.judge import judge
from evaluate.claims.verdict import Verdict
from evaluate.data.incidents import Incidents, read_incidents
from evaluate.data.mps import read_mps
from evaluate.data.panel import Panel
from evaluate.data.simulator import Process, SimulatedPanel, simulate_panel
from evaluate.design.design import ALL_OTHERS, Design
from evaluate.design.operation import Operation
from evaluate.design.simulated import simulated_design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DataError, DesignError, EvaluateError, EvaluateWarning, FitError
from evaluate.estimators.before_after import BeforeAfter
from evaluate.estimators.hierarchical import HierarchicalModel
from evaluate.estimators.interrupted_time_series import InterruptedTimeSeries
from evaluate.estimators.priors import FLAT, HOT_SPOTS, SCEPTICAL, EffectPrior
from evaluate.estimators.structural import StructuralModel

__version__ = "0.1.0"

__all__ = [
    "ALL_OTHERS",
    "FLAT",
    "HOT_SPOTS",
    "SCEPTICAL",
    "BeforeAfter",
    "CheckResult",
    "CheckResults",
    "Claim",
    "DataError",
    "Design",
    "DesignError",
    "Dilution",
    "Displacement",
    "Effect",
    "EffectPrior",
    "EvaluateError",
    "EvaluateWarning",
    "FitError",
    "HierarchicalModel",
    "Incidents",
    "InterruptedTimeSeries",
    "MinimumDetectableEffect",
    "Operation",
    "Panel",
    "PlaceboInSpace",
    "PlaceboInTime",
    "Process",
    "RegressionToTheMean",
    "Result",
    "SimulatedPanel",
    "StructuralModel",
    "Verdict",
    "judge",
    "read_incidents",
    "read_mps",
    "run_checks",
    "simulate_panel",
    "simulated_design",
]
