"""How far an area's counts stood above what its own past and the other areas lead one to expect."""

from __future__ import annotations

import numpy as np


def spike_scores(
    counts: np.ndarray, reference: np.ndarray, *, spike: np.ndarray, baseline: np.ndarray
) -> np.ndarray:
    """Standardise each area's total in a few periods.

    With O the total in the spike periods, B that of the baseline and R the reference counts::

        E = B R(spike) / R(baseline)         z = (O - E) / sqrt(phi E (1 + E / B))

    phi is the dispersion of the baseline counts around the course of the reference, at least 1.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (areas, periods).
    reference : numpy.ndarray
        Shape (areas, periods) or (periods,): what each area is held against, such as the other areas together.
    spike, baseline : numpy.ndarray
        Shape (periods,), True in the periods meant.

    Returns
    -------
    numpy.ndarray
        Shape (areas,); NaN where a count is missing or the baseline is nought.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.array([[9.0, 11, 10, 10, 25], [10.0, 10, 9, 11, 10]])
    >>> at_end = np.arange(5) == 4
    >>> spike_scores(counts, np.full(5, 100.0), spike=at_end, baseline=~at_end).round(1)
    array([4.2, 0. ])
    """
    reference = np.broadcast_to(reference, counts.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = counts[:, baseline].sum(axis=1)
        share = usual / reference[:, baseline].sum(axis=1)
        expected = share * reference[:, spike].sum(axis=1)
        means = share[:, None] * reference[:, baseline]
        chi = ((counts[:, baseline] - means) ** 2 / means).sum(axis=1) / max(1, int(baseline.sum()) - 1)
        dispersion = np.maximum(1.0, chi)
        gap = counts[:, spike].sum(axis=1) - expected
        scores = gap / np.sqrt(dispersion * expected * (1 + expected / usual))
    scores[~np.isfinite(scores) | np.isnan(dispersion)] = np.nan
    return np.asarray(scores)
