"""A blind run sees nothing of what it is blind to: the same outputs whatever the hidden counts are."""

from __future__ import annotations

import datetime
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import evaluate as ev
from evaluate.cli import app
from evaluate.study.blind import Hidden, hidden_by, stand_in
from evaluate.study.blind_record import Reading, read_record, record_path, record_reading
from evaluate.study.freeze import freeze_plan
from evaluate.study.questions import Roles
from evaluate.study.run import run_study

UNSEEN = "data_accessed_before_plan = false"
SEEN = "data_accessed_before_plan = true"
HIDDEN_FROM = "201405"  # the other date given for the start
TREATED, BUFFER = "E00000001", "E00000002"


def with_other_outcome(wards: pd.DataFrame) -> pd.DataFrame:
    """The ward file with other counts where nobody may look: all different, and about twice what they were.

    Not more, since the reader judges by the total of the whole file whether a month was published in full.
    """
    changed = wards.copy()
    months = [name for name in wards.columns if name.isdigit() and name >= HIDDEN_FROM]
    rows = wards["WardCode"].isin([TREATED, BUFFER])
    shape = (int(rows.sum()), len(months))
    changed.loc[rows, months] = 101 + np.arange(np.prod(shape)).reshape(shape)
    return changed


def everything_in(folder: Path) -> dict[str, bytes]:
    """All files, and all members of Word and Excel files, by name."""
    found = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(file.relative_to(folder))
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                found |= {f"{name}/{member}": archive.read(member) for member in archive.namelist()}
        else:
            found[name] = file.read_bytes()
    return found


def as_if_same_file(contents: dict[str, bytes], run: ev.Run) -> dict[str, bytes]:
    """Outputs without the hash of the data file, in which the two runs must differ."""
    [file] = run.checked.panel.provenance.files
    return {name: data.replace(file.sha256.encode(), b"HASH") for name, data in contents.items()}


@pytest.fixture(scope="module")
def two_blind_runs(make_study_once, wards, tmp_path_factory):
    """Blind runs of one plan on two files that differ in nothing but the hidden counts."""
    runs = []
    for file in (wards, with_other_outcome(wards)):
        folder = make_study_once((SEEN, UNSEEN))
        file.to_csv(folder / "wards.csv", index=False)
        checked = ev.load_study(folder).check(blind=True)
        run = run_study(checked, engine="fast", quick=True, clock=lambda: 0.0)
        place = tmp_path_factory.mktemp("outputs") / "report"
        run.write(place)
        runs.append((run, everything_in(place)))
    return runs


def test_the_outputs_do_not_depend_on_the_hidden_counts(two_blind_runs):
    (one, first), (other, second) = two_blind_runs
    assert one.checked.panel.provenance.files != other.checked.panel.provenance.files
    first, second = as_if_same_file(first, one), as_if_same_file(second, other)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert one.quantities == pytest.approx(other.quantities, nan_ok=True)


def test_the_hidden_counts_of_the_two_files_do_differ(make_study, wards):
    folder = make_study((SEEN, UNSEEN))
    totals = []
    for file in (wards, with_other_outcome(wards)):
        file.to_csv(folder / "wards.csv", index=False)
        counts = ev.load_study(folder).check().counts
        totals.append(counts.loc[counts["areas"] != "control"].groupby("window")["total"].sum())
    assert totals[0]["before"] == totals[1]["before"]
    assert 1.5 * totals[0]["June 2014, after"] < totals[1]["June 2014, after"]


def test_every_page_says_so(two_blind_runs):
    run, contents = two_blind_runs[0]
    [ward] = run.checked.blind.stand_in_names
    said = f"Blind: {ward}, a stand-in for Ward 1"
    assert said in contents["report.html"].decode()
    assert said in contents["report.docx/word/header1.xml"].decode()
    listing = contents["tables/contents.csv"].decode().splitlines()
    assert len(listing) > 10
    assert all(said in line for line in listing[1:])
    assert "nothing here is said of the operations" in contents["report.html"].decode()
    manifest = json.loads(contents["manifest.json"])["blind"]
    assert manifest["hidden_from"] == "2014-05-01"
    assert manifest["hidden_areas"] == [TREATED, BUFFER]
    assert manifest["treated"] == list(run.checked.blind.treated)
    assert said in repr(run)


def test_the_stand_in_takes_the_treated_areas_part_and_nobody_elses(two_blind_runs):
    run, _ = two_blind_runs[0]
    design = run.findings.findings[0].result.design
    blind = run.checked.blind
    assert design.treated == blind.treated
    assert design.buffer == blind.buffer
    assert {TREATED, BUFFER} <= set(design.excluded)
    assert not {TREATED, BUFFER, *blind.treated, *blind.buffer} & set(design.control)
    hidden = run.checked.panel.counts.sel(area=[TREATED, BUFFER], period=slice("2014-05", None))
    assert np.isnan(hidden.values).all()
    shown = run.checked.panel.counts.sel(area=[TREATED, BUFFER], period=slice(None, "2014-04"))
    assert not np.isnan(shown.values).any()


def test_what_the_whole_file_stopped_counting_is_still_found(make_study, wards):
    """The stop is told from the other areas: a file without robberies from July 2014 on."""
    folder = make_study()
    stopped = wards.copy()
    months = [name for name in wards.columns if name.isdigit() and name >= "201407"]
    stopped.loc[stopped["MajorText"] == "ROBBERY", months] = 0
    stopped.to_csv(folder / "wards.csv", index=False)
    study = ev.load_study(folder)
    open_, blind = study.check(), study.check(blind=True)
    shown = ["E00000004", "E00000009"]
    assert blind.panel.counts.sel(area=shown).equals(open_.panel.counts.sel(area=shown))
    assert np.isnan(blind.panel.counts.sel(area=shown, outcome="robbery", period="2015-01").values).all()
    assert [note for note in blind.notes if "adds up" in note] == [
        note for note in open_.notes if "adds up" in note
    ]
    assert not any("drawn at random" in note for note in blind.notes)


# ---- who stands in -------------------------------------------------------------------------------------------------


def spiked_design(spikes: dict[str, float], trigger: str | None = "3 months"):
    """Twelve equal areas, some of which rose by a factor in the three months before June 2014."""
    panel = ev.simulate_panel(areas=12, periods=72, seed=3)
    values = np.full(panel.counts.shape, 100.0)
    values += np.random.default_rng(1).integers(-5, 6, values.shape)
    months = np.asarray((panel.periods >= "2014-03") & (panel.periods <= "2014-05"))
    for area, factor in spikes.items():
        values[panel.areas.get_loc(area), months] = np.round(100 * factor)
    panel = ev.read_counts(
        pd.DataFrame(values[:, :, 0].astype(int), index=panel.areas, columns=panel.periods.astype(str))
        .rename_axis("area")
        .reset_index()
        .melt("area", var_name="month", value_name="n")
        .assign(kind="crime"),
        area="area", period="month", outcome="kind", count="n",
    )  # fmt: skip
    hidden = Hidden(("A01", "A02"), datetime.date(2014, 6, 1))
    panel = hidden.take_out(panel)
    control = tuple(str(area) for area in panel.areas[2:])
    design = ev.Design(
        panel, outcome="crime", treated=["A01"], buffer=["A02"], control=control, trigger=trigger, after="6 months",
        operations=[ev.Operation("June 2014", "2014-06-01", "2014-06-30")],
    )  # fmt: skip
    return design, Roles(("A01",), control, ("A02",), (), 10), hidden


def test_a_stand_in_had_a_spike_as_high():
    design, roles, hidden = spiked_design({"A01": 1.3, "A05": 1.5, "A09": 1.6, "A11": 1.1})
    chosen = {stand_in(design, roles, hidden, seed=seed)[0].treated for seed in range(20)}
    assert chosen == {("A05",), ("A09",)}
    blind, _ = stand_in(design, roles, hidden, seed=1)
    assert "the 2 control areas with a spike as high before" in blind.chosen


def test_without_one_as_high_the_highest_stands_in():
    design, roles, hidden = spiked_design({"A01": 1.9, "A05": 1.5, "A09": 1.4})
    chosen = {stand_in(design, roles, hidden, seed=seed)[0].treated for seed in range(10)}
    assert chosen == {("A05",)}


def test_without_a_spike_anyone_does_and_the_seed_decides():
    design, roles, hidden = spiked_design({}, trigger=None)
    chosen = [stand_in(design, roles, hidden, seed=seed)[0].treated for seed in range(40)]
    assert chosen == [stand_in(design, roles, hidden, seed=seed)[0].treated for seed in range(40)]
    assert len(set(chosen)) > 5


def test_too_few_controls_are_refused():
    design, _, hidden = spiked_design({})
    few = Roles(("A01",), ("A03", "A04"), ("A02",), (), 2)
    with pytest.raises(ev.DesignError, match="A blind run needs 2 control areas to stand in"):
        stand_in(design, few, hidden, seed=1)


def test_hidden_from_the_earliest_date_anybody_gave(make_study):
    plan = ev.load_study(make_study()).plan
    assert hidden_by(plan) == Hidden((TREATED, BUFFER), datetime.date(2014, 5, 1))


# ---- the record ----------------------------------------------------------------------------------------------------


def test_a_blind_reading_is_recorded_and_a_later_freeze_says_so(make_study):
    study = ev.load_study(make_study((SEEN, UNSEEN)))
    study.check()  # no record yet, so nothing is written
    assert not record_path(study.path).exists()
    blind = study.check(blind=True).blind
    study.check(blind=True)  # the same again is not recorded twice
    [reading] = read_record(study.path)
    assert reading.blind
    assert reading.stand_in == blind.treated
    stamp = freeze_plan(study.path, study.plan, name=study.name)
    assert (stamp.blind_readings, stamp.open_readings, stamp.outcome_data_read) == (1, 0, False)
    assert repr(stamp).endswith(
        "By the record beside the plan the data had been read 1 time with the outcome hidden, never with it in sight."
    )
    assert study.check().exploratory is False


def test_an_open_reading_before_the_freeze_makes_the_study_exploratory(make_study):
    study = ev.load_study(make_study((SEEN, UNSEEN)))
    study.check(blind=True)
    study.check()
    stamp = freeze_plan(study.path, study.plan, name=study.name)
    assert (stamp.blind_readings, stamp.open_readings, stamp.outcome_data_read) == (1, 1, True)
    assert "had been read, as the record of its runs has it" in repr(stamp)
    assert study.check().exploratory is True


def test_an_entry_cannot_be_changed_or_taken_out(make_study):
    study = ev.load_study(make_study())
    for number, blind in enumerate((True, False, True)):
        record_reading(study.path, Reading("2026-02-01T00:00:00Z", blind, str(number), {"w.csv": "ab"}))
    place = record_path(study.path)
    text = place.read_text()
    assert len(read_record(study.path)) == 3
    start, end = text.index("\n[[readings]]", text.index("[[readings]]")), text.rindex("\n[[readings]]")
    for forged in (text[:start] + text[end:], text.replace("blind = false", "blind = true")):
        place.write_text(forged)
        with pytest.raises(
            ev.DesignError, match=r"plan\.blind\.toml is not as the runs of this study left it"
        ):
            study.check()


def test_the_command_line_hides_the_counts_too(make_study, monkeypatch, wards):
    monkeypatch.setenv("COLUMNS", "200")
    folder = make_study()
    with_other_outcome(wards).to_csv(folder / "wards.csv", index=False)
    shown = CliRunner().invoke(app, ["check", str(folder), "--blind"])
    assert shown.exit_code == 0, shown.output
    assert "a stand-in for Ward 1" in shown.output
    seen = CliRunner().invoke(app, ["check", str(folder)])
    assert largest_number(seen.output) > largest_number(shown.output)


def largest_number(output: str) -> int:
    """Of those with thousands marked."""
    return max(int(number.replace(",", "")) for number in re.findall(r"\d{1,3}(?:,\d{3})+", output))
