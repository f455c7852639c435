"""Optimal intervals under bounded curvature by diff-diff's version of Rambachan and Roth, to compare with.

Usage: python tests/reference/robust_intervals.py   (writes robust_intervals.csv)
Needs diff-diff, which the project does not. Its public call takes its own results, so the solver is called directly.
"""

from __future__ import annotations

from pathlib import Path

import diff_diff
import numpy as np
import pandas as pd
from diff_diff.honest_did import _compute_optimal_flci

BINS = ((3, 2), (6, 4), (11, 4), (16, 8))
BOUNDS = (0.0, 0.005, 0.02, 0.05, 0.2)


def paths(before: int, after: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log ratios before and after, and their covariance, of bins that share a reference."""
    random = np.random.default_rng([20215, before, after])
    size = before + after
    root = random.normal(size=(size, size))
    covariance = 0.005 * (np.eye(size) + 1) + 0.0005 * root @ root.T / size
    return random.normal(0, 0.05, before), random.normal(-0.4, 0.05, after), covariance


def main() -> None:
    """Solve and write."""
    rows = []
    for before, after in BINS:
        first, second, covariance = paths(before, after)
        for bound in BOUNDS:
            mean = np.full(after, 1 / after)
            ends = _compute_optimal_flci(first, second, covariance, mean, before, after, bound)
            rows.append((before, after, bound, *(round(float(end), 8) for end in ends)))
    table = pd.DataFrame(rows, columns=["before", "after", "bound", "lower", "upper"])
    table["software"] = f"diff-diff {diff_diff.__version__}"
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
