"""The treated area's path around an operation, bin by bin, beside the paths of every control area in its place.

With totals Y_je of area j in bin e, the path is ``log(Y_je / Y_j0) - log((Y_e - Y_je) / (Y_0 - Y_j0))``: the
coefficients of a Poisson regression with area and bin effects and one coefficient for each bin but the reference.

References
----------
Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88:641; MacKinnon and Webb (2020), Journal of
Econometrics 218:435 (randomisation of t ratios); Ferman and Pinto (2019), Review of Economics and Statistics 101:452
(errors by size of the area).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluate.numerics.randomisation import log_ratios, spread_by_size


@dataclass(frozen=True, eq=False)
class EventPaths:
    """Log ratios of each bin to the reference bin.

    Parameters
    ----------
    ratios, errors : numpy.ndarray
        Shape (bins, areas), the treated area first: log ratios and their standard errors.
    covariance : numpy.ndarray
        Shape (bins, bins): of the treated area's path where nothing happened.
    added : float
        What was added to every total because one was nought.
    """

    ratios: np.ndarray
    errors: np.ndarray
    covariance: np.ndarray
    added: float

    @property
    def t_ratios(self) -> np.ndarray:
        """Log ratios over their standard errors, shape (bins, areas)."""
        return np.asarray(self.ratios / self.errors)

    def p_value(self, bins: np.ndarray) -> float:
        """Share of areas whose largest t ratio over some bins is at least the treated one's."""
        largest = np.abs(self.t_ratios[bins]).max(axis=0)
        return float(np.mean(largest >= largest[0] * (1 - 1e-12)))

    def half_widths(self, level: float) -> np.ndarray:
        """How far the treated path strays without an operation, shape (bins,); NaN where there are too few areas."""
        strayed = np.sort(np.abs(self.t_ratios[:, 1:]), axis=1)
        place = int(np.ceil(level * (strayed.shape[1] + 1) - 1e-9))
        if place > strayed.shape[1]:
            return np.full(len(strayed), np.nan)
        return np.asarray(strayed[:, place - 1] * self.errors[:, 0])


def event_paths(totals: np.ndarray, reference: np.ndarray, *, concentration: float = 1.0) -> EventPaths:
    """Compare every area's bins with its reference bin, and those with all other areas'.

    Parameters
    ----------
    totals : numpy.ndarray
        Shape (bins, areas): of the treated area and then of each control.
    reference : numpy.ndarray
        Shape (areas,): totals in the reference bin.
    concentration : float
        Sum of squared shares of the areas that the treated one is made of.

    Returns
    -------
    EventPaths
        Half a count is added to all totals where one is nought. The correlation of bins is that of the controls' paths,
        drawn towards the one half that a shared reference makes by as much as there are few controls.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> paths = event_paths(random.poisson(100, (3, 40)), random.poisson(100, 40))
    >>> paths.ratios.shape, paths.covariance.shape
    ((3, 40), (3, 3))
    """
    added = 0.5 if (totals == 0).any() or (reference == 0).any() else 0.0
    before = np.broadcast_to(reference, totals.shape) + added
    ratios, poisson = log_ratios(before, totals + added)
    share = np.where(np.arange(totals.shape[1]) == 0, concentration, 1.0)
    errors = np.empty_like(ratios)
    for number in range(len(totals)):
        a, b = spread_by_size(ratios[number, 1:], poisson[number, 1:] ** 2)
        errors[number] = np.sqrt(a * share + b * poisson[number] ** 2)
    bins, controls = len(totals), totals.shape[1] - 1
    alike = np.full((bins, bins), 0.5) + 0.5 * np.eye(bins)
    correlation = alike
    if controls > 2:
        strayed = (ratios / errors)[:, 1:]
        scale = np.sqrt(np.mean(strayed**2, axis=1))
        observed = strayed @ strayed.T / controls / np.outer(scale, scale)
        weight = bins / (bins + controls)
        correlation = weight * alike + (1 - weight) * observed
    covariance = correlation * np.outer(errors[:, 0], errors[:, 0])
    return EventPaths(ratios, errors, covariance, added)
