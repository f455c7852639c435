"""The worked examples of the weighted displacement difference, its quotient and the total net effect."""

from __future__ import annotations

from math import exp
from pathlib import Path

from evaluate.numerics.rate_ratio import relative_rate_ratio
from evaluate.numerics.wdd import (
    Arm,
    harm_weighted,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

FILES: tuple[str, ...] = ()

TREATED, CONTROL = Arm(207, 110), Arm(308, 318)
NEARBY, NEARBY_CONTROL = Arm(178, 157), Arm(150, 140)

# Vehicle theft, theft, burglary, robbery and assault: treated area, its control, and the harm of one crime.
HARM = [
    (Arm(130, 74), Arm(133, 91), 3),
    (Arm(327, 202), Arm(388, 305), 2),
    (Arm(398, 190), Arm(148, 97), 5),
    (Arm(144, 92), Arm(86, 64), 7),
    (Arm(183, 96), Arm(94, 67), 10),
]


def replicate(data: Path) -> dict[str, float]:
    """Compute every number of ``expected.csv``."""
    plain = weighted_displacement_difference(
        TREATED, CONTROL, displacement=NEARBY, displacement_control=NEARBY_CONTROL
    )
    areas = weighted_displacement_difference(
        Arm(207, 110, 1.2),
        Arm(308, 318, 0.9),
        displacement=Arm(178, 157, 1.5),
        displacement_control=Arm(150, 140, 1.6),
    ).total
    times = weighted_displacement_difference(Arm(80, 20), Arm(100, 50), lengths=(2, 1)).total
    kinds = [weighted_displacement_difference(treated, control).total for treated, control, _ in HARM]
    harm = harm_weighted(kinds, [weight for *_, weight in HARM])
    software = {
        "software, first": weighted_displacement_difference(Arm(20, 10), Arm(20, 20)).total,
        "software, second": weighted_displacement_difference(Arm(120, 100), Arm(130, 150)).total,
    }
    quotient = weighted_displacement_quotient(TREATED, NEARBY, CONTROL)
    small = weighted_displacement_difference(Arm(50, 30), Arm(60, 55)).total
    ratio = relative_rate_ratio((207, 110), (308, 318))
    assert plain.displacement is not None
    found = {f"{name}: difference": one.estimate for name, one in software.items()}
    found |= {f"{name}: standard error": one.standard_error for name, one in software.items()}
    return found | {
        "difference": plain.total.estimate,
        "standard error": plain.total.standard_error,
        "z": plain.total.z,
        "95% lower": plain.total.estimate - 1.959964 * plain.total.standard_error,
        "95% upper": plain.total.estimate + 1.959964 * plain.total.standard_error,
        "local difference": plain.local.estimate,
        "local standard error": plain.local.standard_error,
        "displacement difference": plain.displacement.estimate,
        "displacement standard error": plain.displacement.standard_error,
        "area weights: difference": areas.estimate,
        "area weights: standard error": areas.standard_error,
        "area weights: z": areas.z,
        "time weights: difference": times.estimate,
        "time weights: standard error": times.standard_error,
        "harm weights: difference": harm.estimate,
        "harm weights: standard error": harm.standard_error,
        "harm weights: z": harm.z,
        "quotient": quotient.quotient,
        "quotient: success": quotient.success,
        "quotient: nearby": quotient.change_nearby,
        "total net effect": quotient.total_net_effect,
        "second example: difference": small.estimate,
        "second example: standard error": small.standard_error,
        "relative rate ratio": exp(ratio.estimate),
    }
