"""Statistics for judging whether a police operation worked.

Read published counts into a :class:`Panel`, state who was treated, where and when in a :class:`Design`, fit
an estimator to get a :class:`Result`, and judge a :class:`Claim` against it. See the README for ten lines
that do it.
"""

from evaluate.checks.anticipation import Anticipation
from evaluate.checks.control_contamination import ControlContamination
from evaluate.checks.dilution import Dilution
from evaluate.checks.displacement import Displacement
from evaluate.checks.empirical_calibration import empirically_calibrated
from evaluate.checks.enforcement_generated import EnforcementGenerated
from evaluate.checks.leave_one_out import LeaveOneOut
from evaluate.checks.measured import measured_like
from evaluate.checks.minimum_detectable_effect import MinimumDetectableEffect
from evaluate.checks.negative_control import NegativeControlOutcome
from evaluate.checks.parallel_trends import ParallelTrends
from evaluate.checks.placebo_in_space import PlaceboInSpace
from evaluate.checks.placebo_in_time import PlaceboInTime
from evaluate.checks.preperiod_fit import PreperiodFit
from evaluate.checks.prior_sensitivity import PriorSensitivity
from evaluate.checks.recording_change import RecordingChange
from evaluate.checks.regression_to_the_mean import RegressionToTheMean
from evaluate.checks.residual_checks import ResidualChecks
from evaluate.checks.result import CheckResult, CheckResults
from evaluate.checks.run import run_checks
from evaluate.checks.specification_curve import SpecificationCurve
from evaluate.checks.start_date import StartDateSensitivity
from evaluate.checks.triangulation import ActivitySource, Triangulation
from evaluate.checks.window_sensitivity import WindowSensitivity
from evaluate.claims.claim import Claim
from evaluate.claims.judge import judge
from evaluate.claims.verdict import Verdict
from evaluate.data.bank_holidays import bank_holidays
from evaluate.data.boundaries import Boundaries, read_boundaries
from evaluate.data.breaks import SeriesBreak, series_breaks
from evaluate.data.calendar import calendar
from evaluate.data.counts import read_counts
from evaluate.data.excel import Sheet
from evaluate.data.fetch import fetch
from evaluate.data.incidents import Incidents, read_incidents
from evaluate.data.lsoa_lookup import LsoaLookup, find_lookup, read_lookup
from evaluate.data.mps import read_mps
from evaluate.data.neighbours import Neighbours, read_neighbours
from evaluate.data.overlaps import Overlaps, make_overlaps, overlaps_by_lsoa, read_lsoa_changes
from evaluate.data.own_areas import OwnArea, assign_areas, combine_areas
from evaluate.data.panel import Panel
from evaluate.data.police_uk import read_police_uk, read_police_uk_outcomes
from evaluate.data.rebuild import rebuild
from evaluate.data.simulator import Process, SimulatedPanel, simulate_panel
from evaluate.data.stop_and_search import read_stop_and_search
from evaluate.data.vintages import VintageComparison, compare_vintages
from evaluate.data.vocabulary import PublishedCategory, common_category
from evaluate.design.design import ALL_OTHERS, Design
from evaluate.design.operation import Operation
from evaluate.design.register import OperationsRegister, read_operations
from evaluate.design.simulated import simulated_design
from evaluate.effects.effect import Effect
from evaluate.effects.result import Result
from evaluate.errors import DataError, DesignError, EvaluateError, EvaluateWarning, FitError
from evaluate.estimators.applicability import Applicability, applicability
from evaluate.estimators.arima_intervention import ArimaIntervention
from evaluate.estimators.before_after import BeforeAfter
from evaluate.estimators.cohorts import CohortEffects, cohort_effects
from evaluate.estimators.compare import Comparison, compare
from evaluate.estimators.difference_in_differences import DifferenceInDifferences
from evaluate.estimators.event_study import EventStudy, event_study
from evaluate.estimators.exact_rate_ratio import ExactRateRatio
from evaluate.estimators.hierarchical import HierarchicalModel
from evaluate.estimators.interrupted_time_series import InterruptedTimeSeries
from evaluate.estimators.micro_synthetic_control import MicroSyntheticControl
from evaluate.estimators.pooled_operations import PooledEffects, pool_effects
from evaluate.estimators.priors import FLAT, HOT_SPOTS, SCEPTICAL, EffectPrior
from evaluate.estimators.relative_rate_ratio import RelativeRateRatio
from evaluate.estimators.ridge_augmented_synthetic_control import RidgeAugmentedSyntheticControl
from evaluate.estimators.structural import StructuralModel
from evaluate.estimators.synthetic_control import SyntheticControl
from evaluate.estimators.synthetic_difference_in_differences import SyntheticDifferenceInDifferences
from evaluate.estimators.weighted_displacement_difference import WeightedDisplacementDifference
from evaluate.figures.calibration import plot_calibration
from evaluate.figures.counterfactual import plot_counterfactual
from evaluate.figures.cumulative import plot_cumulative
from evaluate.figures.displacement import plot_displacement
from evaluate.figures.effects import plot_effects
from evaluate.figures.event_study import plot_event_study
from evaluate.figures.map import plot_map
from evaluate.figures.outcomes import plot_outcomes
from evaluate.figures.placebos import plot_placebos
from evaluate.figures.posterior import plot_posterior
from evaluate.figures.power import plot_power
from evaluate.figures.reliability import plot_reliability
from evaluate.figures.save import save_figure
from evaluate.figures.sensitivity import plot_sensitivity
from evaluate.figures.series import plot_series
from evaluate.figures.specifications import plot_specifications
from evaluate.figures.style import figure_style
from evaluate.figures.timeline import plot_timeline
from evaluate.figures.triangulation import plot_triangulation
from evaluate.figures.weights import plot_weights
from evaluate.figures.window_length import plot_window_length
from evaluate.study.run import Run
from evaluate.study.study import Study, load_study

__version__ = "0.1.0"

__all__ = [
    "ALL_OTHERS",
    "FLAT",
    "HOT_SPOTS",
    "SCEPTICAL",
    "ActivitySource",
    "Anticipation",
    "Applicability",
    "ArimaIntervention",
    "BeforeAfter",
    "Boundaries",
    "CheckResult",
    "CheckResults",
    "Claim",
    "CohortEffects",
    "Comparison",
    "ControlContamination",
    "DataError",
    "Design",
    "DesignError",
    "DifferenceInDifferences",
    "Dilution",
    "Displacement",
    "Effect",
    "EffectPrior",
    "EnforcementGenerated",
    "EvaluateError",
    "EvaluateWarning",
    "EventStudy",
    "ExactRateRatio",
    "FitError",
    "HierarchicalModel",
    "Incidents",
    "InterruptedTimeSeries",
    "LeaveOneOut",
    "LsoaLookup",
    "MicroSyntheticControl",
    "MinimumDetectableEffect",
    "NegativeControlOutcome",
    "Neighbours",
    "Operation",
    "OperationsRegister",
    "Overlaps",
    "OwnArea",
    "Panel",
    "ParallelTrends",
    "PlaceboInSpace",
    "PlaceboInTime",
    "PooledEffects",
    "PreperiodFit",
    "PriorSensitivity",
    "Process",
    "PublishedCategory",
    "RecordingChange",
    "RegressionToTheMean",
    "RelativeRateRatio",
    "ResidualChecks",
    "Result",
    "RidgeAugmentedSyntheticControl",
    "Run",
    "SeriesBreak",
    "Sheet",
    "SimulatedPanel",
    "SpecificationCurve",
    "StartDateSensitivity",
    "StructuralModel",
    "Study",
    "SyntheticControl",
    "SyntheticDifferenceInDifferences",
    "Triangulation",
    "Verdict",
    "VintageComparison",
    "WeightedDisplacementDifference",
    "WindowSensitivity",
    "applicability",
    "assign_areas",
    "bank_holidays",
    "calendar",
    "cohort_effects",
    "combine_areas",
    "common_category",
    "compare",
    "compare_vintages",
    "empirically_calibrated",
    "event_study",
    "fetch",
    "figure_style",
    "find_lookup",
    "judge",
    "load_study",
    "make_overlaps",
    "measured_like",
    "overlaps_by_lsoa",
    "plot_calibration",
    "plot_counterfactual",
    "plot_cumulative",
    "plot_displacement",
    "plot_effects",
    "plot_event_study",
    "plot_map",
    "plot_outcomes",
    "plot_placebos",
    "plot_posterior",
    "plot_power",
    "plot_reliability",
    "plot_sensitivity",
    "plot_series",
    "plot_specifications",
    "plot_timeline",
    "plot_triangulation",
    "plot_weights",
    "plot_window_length",
    "pool_effects",
    "read_boundaries",
    "read_counts",
    "read_incidents",
    "read_lookup",
    "read_lsoa_changes",
    "read_mps",
    "read_neighbours",
    "read_operations",
    "read_police_uk",
    "read_police_uk_outcomes",
    "read_stop_and_search",
    "rebuild",
    "run_checks",
    "save_figure",
    "series_breaks",
    "simulate_panel",
    "simulated_design",
]
