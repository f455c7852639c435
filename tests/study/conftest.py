"""A small study on disk, with simulated wards in the published layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

import evaluate as ev

PLAN = """title = "A small study"
question = "Did the patrols work?"
seed = 7
date = 2026-01-31
data_accessed_before_plan = true

[data]
reader = "mps"
files = ["wards.csv"]
obtain = "Ask the author of the tests for wards.csv."
simulated = true

[areas]
treated = ["E00000001"]
control = "all others"
buffer = ["E00000002"]

[windows]
before = "36 months"
after = "6 months"
trigger = "3 months"

[[operations]]
name = "June 2014"
start = 2014-06-01
end = 2014-06-30
source = "A newspaper."
alternatives = [{ start = 2014-05-01, end = 2014-06-30, reason = "A leaflet." }]

[[events]]
name = "A fair"
start = 2014-03-01
source = "A poster."

[[outcomes]]
name = "all crime"
generation = "public-reported"
primary = true
parts = ["ROBBERY", "THEFT"]

[[outcomes]]
name = "robbery"
generation = "public-reported"
parts = ["Robbery"]

[[claims]]
id = "half"
text = "crime was halved"
speaker = "An inspector"
source = "A newspaper, 1 August 2014"
outcome = "all crime"
operation = "June 2014"
window = "after"
reduction = 0.50

[[claims]]
id = "spring"
text = "crime was down by a fifth from June to August"
source = "A newspaper, 1 September 2014"
outcome = "all crime"
start = 2014-06-01
end = 2014-08-31
period = "June to August 2014"
reduction = 0.20

[[claims]]
id = "mood"
text = "people feel safer"
source = "A newspaper, 1 August 2014"
outcome = "robbery"
untestable = "Counts of crime do not say how people feel"

[sensitivity]
estimators = ["before-after"]

[checks]
run = ["minimum detectable effect", "displacement"]
placebos = 5
"""

MakeStudy = Callable[..., Path]


def ward_file(areas: int = 9, months: int = 72) -> pd.DataFrame:
    """Wards E00000001 and on from January 2010, two categories, in the published layout."""
    rows = []
    for number, (major, minor) in enumerate(
        [("ROBBERY", "ROBBERY OF PERSONAL PROPERTY"), ("THEFT", "OTHER THEFT")]
    ):
        panel = ev.simulate_panel(
            areas=areas, periods=months, operation_at=53, rate_ratio_after=0.6, buffers=1, seed=number + 1
        )
        for ward, counts in enumerate(panel.counts.values[:, :, 0].astype(int), start=1):
            heads = (f"Ward {ward}", f"E{ward:08d}", major, minor, "Northtown" if ward < 6 else "Southtown")
            rows.append((*heads, *counts))
    heads = ["WardName", "WardCode", "MajorText", "MinorText", "LookUp_BoroughName"]
    return pd.DataFrame(rows, columns=[*heads, *panel.periods.strftime("%Y%m")])


@pytest.fixture(scope="session")
def wards() -> pd.DataFrame:
    """The ward file of the small study."""
    return ward_file()


def write_study(folder: Path, wards: pd.DataFrame | None, changes: Sequence[tuple[str, str]]) -> Path:
    """Write the small study with some of its text replaced."""
    folder.mkdir(exist_ok=True)
    text = PLAN
    for old, new in changes:
        assert old in text, f"the plan of the tests has no {old!r}"
        text = text.replace(old, new, 1)
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    if wards is not None:
        wards.to_csv(folder / "wards.csv", index=False)
    return folder


@pytest.fixture
def make_study(tmp_path: Path, wards: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> MakeStudy:
    """Write the small study, where no data outside its folder are found, and return the folder."""
    monkeypatch.setenv("EVALUATE_DATA", str(tmp_path))

    def make(*changes: tuple[str, str], data: bool = True) -> Path:
        return write_study(tmp_path / "small", wards if data else None, changes)

    return make


@pytest.fixture(scope="module")
def make_study_once(tmp_path_factory: pytest.TempPathFactory, wards: pd.DataFrame) -> MakeStudy:
    """Write the small study once for all tests of a file."""
    return lambda *changes: write_study(tmp_path_factory.mktemp("studies") / "small", wards, changes)
