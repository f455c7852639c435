"""What a force did not publish is missing, in the areas it reports and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluate.data.unpublished import TRANSPORT, set_unpublished

MONTHS = pd.period_range("2018-01", periods=24, freq="M")


def marked(
    by_force: np.ndarray, shares: np.ndarray, forces: list[str], *, types: int = 1, **options: float
) -> tuple[np.ndarray, list[str]]:
    """Which cells became missing, and what was said; every cell of the counts begins as 1."""
    counts = np.ones((len(shares), by_force.shape[1], types))
    notes = set_unpublished(
        counts,
        by_force,
        shares,
        forces=forces,
        periods=MONTHS[: by_force.shape[1]],
        types=[f"type {number}" for number in range(types)],
        **options,
    )
    return np.isnan(counts), notes


def steady(level: float, months: int = 24) -> np.ndarray:
    return np.full((1, months, 1), level)


@pytest.mark.parametrize(("total", "missing"), [(499, True), (501, False)])
def test_a_month_below_half_of_the_months_around_is_missing(total, missing):
    published = steady(1000)
    published[0, 7] = total
    found, notes = marked(published, np.ones((2, 1)), ["Kent Police"])
    assert found[:, 7].all() == missing
    assert not np.delete(found, 7, axis=1).any()
    assert notes == (
        [
            "2018-08: Kent Police records under 50% of the months around, so it was not published in full; it is "
            "missing, not low."
        ]
        if missing
        else []
    )


def test_the_share_can_be_chosen():
    published = steady(1000)
    published[0, 7] = 300
    assert marked(published, np.ones((1, 1)), ["Kent Police"])[0].any()
    found, notes = marked(published, np.ones((1, 1)), ["Kent Police"], least_share=0.1)
    assert not found.any()
    assert notes == ["2018-08: Kent Police records under 50% of the months around; it is kept."]


def test_a_small_force_may_have_a_quiet_month():
    published = steady(100)
    published[0, 7] = 30
    assert not marked(published, np.ones((1, 1)), ["Kent Police"])[0].any()


def test_an_area_is_missing_with_any_force_that_reports_a_tenth_of_it():
    published = np.concatenate([steady(1000), steady(1000)])
    published[1, 5] = 0
    shares = np.array([[0.95, 0.05], [0.85, 0.15], [0.0, 1.0]])
    found, notes = marked(published, shares, ["Kent Police", "Essex Police"])
    assert found[:, 5, 0].tolist() == [False, True, True]
    assert found.sum() == 2
    assert notes == ["Essex Police has no rows for 2018-06; its areas are missing then, not zero."]


def test_a_type_a_force_never_publishes_is_missing_in_its_own_areas_only():
    published = np.zeros((2, 24, 2))
    published[0] = 500
    published[1, :, 0] = 500
    shares = np.array([[1.0, 0.0], [0.3, 0.7]])
    found, notes = marked(published, shares, ["Kent Police", "Essex Police"], types=2)
    assert found[:, :, 1].all(axis=1).tolist() == [False, True]
    assert not found[:, :, 0].any()
    assert notes == [
        "Essex Police has no row of type 1 in any month; these are missing in its areas, not zero."
    ]


def test_the_transport_police_at_a_station_do_not_decide_which_types_an_area_has():
    """Most crime at a terminus is theirs, and they publish no anti-social behaviour; the territorial force does."""
    published = np.zeros((2, 24, 2))
    published[0, :, 0] = 500
    published[1] = 500
    found, _ = marked(published, np.array([[0.8, 0.2]]), [TRANSPORT, "Kent Police"], types=2)
    assert not found.any()


def test_a_type_that_stops_for_a_year_is_missing_from_then_on():
    published = np.full((1, 24, 2), 300.0)
    published[0, 12:, 1] = 0
    found, notes = marked(published, np.ones((1, 1)), ["Kent Police"], types=2)
    assert found[0, :, 1].tolist() == [False] * 12 + [True] * 12
    assert not found[:, :, 0].any()
    assert notes[0].startswith(
        "Kent Police: type 1 is below 1% of its usual level in the whole file from 2019-01 to"
    )
