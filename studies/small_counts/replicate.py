"""Exact tests and ratios of a few counts: the numbers their authors and other software print."""

from __future__ import annotations

from math import exp
from pathlib import Path

from scipy import stats

from evaluate.numerics.conditional_ratio import ConditionalRatio, four_totals, two_totals
from evaluate.numerics.rate_ratio import e_test, relative_rate_ratio

FILES: tuple[str, ...] = ()

# Treated area before and after, control area before and after.
TABLES = {"first": ((50, 30), (60, 55)), "second": ((207, 110), (308, 318)), "third": ((9, 2), (38, 40))}


def replicate(data: Path) -> dict[str, float]:
    """Compute every number of ``expected.csv``."""
    gu = (60, 51477.5), (30, 54308.7)
    found = {
        "E-test of 0 and 3": e_test((0, 1), (3, 1)),
        "E-test of 6 and 2": e_test((6, 1), (2, 1)),
        "E-test of 20 and 10": e_test((20, 1), (10, 1)),
        "E-test of 10 and 5": e_test((10, 1), (5, 1)),
        "pooled E-test of 100 in 10 and 25 in 5": e_test((100, 10), (25, 5), pooled=True),
        "E-test of Gu and others, one-sided": e_test(*gu, alternative="larger"),
        "E-test of Gu and others, two-sided": e_test(*gu),
    }
    six = ConditionalRatio(*two_totals(6, 2, (1.0, 1.0)), 6)
    found |= {
        "conditional test of 6 and 2": six.p_value(1.0),
        "conditional ratio of 6 and 2: lower": six.quantile(0.025),
        "conditional ratio of 6 and 2: upper": six.quantile(0.975),
    }
    for name, (treated, control) in TABLES.items():
        found |= {f"{name} table: {key}": value for key, value in odds_ratio(treated, control).items()}
    for name, counts in {
        "first": TABLES["first"],
        "second": TABLES["second"],
        "Kansas City": ((169, 86), (184, 192)),
    }.items():
        found |= {f"{name} relative rate ratio: {key}": value for key, value in wilson(*counts).items()}
    return found


def odds_ratio(treated: tuple[int, int], control: tuple[int, int]) -> dict[str, float]:
    """The relative rate ratio given all sums of the two-by-two table, and Fisher's test of 1."""
    ratio = ConditionalRatio(*four_totals(treated, control), treated[1])
    return {
        "odds ratio": exp(ratio.log_ratio),
        "lower": ratio.quantile(0.025),
        "upper": ratio.quantile(0.975),
        "Fisher": float(stats.fisher_exact([treated, control]).pvalue),
    }


def wilson(treated: tuple[int, int], control: tuple[int, int]) -> dict[str, float]:
    """The relative rate ratio with Poisson counts, and with twice their variance."""
    plain = relative_rate_ratio(treated, control)
    wide = relative_rate_ratio(treated, control, dispersion=2.0)
    return {
        "estimate": exp(plain.estimate),
        "lower": exp(plain.estimate - 1.96 * plain.standard_error),
        "upper": exp(plain.estimate + 1.96 * plain.standard_error),
        "lower, dispersion 2": exp(wide.estimate - 1.96 * wide.standard_error),
        "upper, dispersion 2": exp(wide.estimate + 1.96 * wide.standard_error),
    }
