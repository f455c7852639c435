"""Settings and fixtures that every test shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Before numpy is imported: two test workers on two cores must not start two threads each; no test opens
# a window.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

# The same examples on every run and machine, and no time limit that a busy machine could break.
settings.register_profile("project", derandomize=True, deadline=None)
settings.load_profile("project")

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real published files, which the project may not ship; skips with how to get it."""
    named = os.environ.get("EVALUATE_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        where = "the folder EVALUATE_DATA names" if named else "../shared/data beside the checkout"
        pytest.skip(
            f"needs the published files, and {where} does not exist (set EVALUATE_DATA to their folder)"
        )
    return folder
