"""A frozen plan binds: what was stamped, what a run says of departures, and what cannot be changed unseen."""

from __future__ import annotations

import datetime
import hashlib
import json

import docx
import pandas as pd
import pytest
from typer.testing import CliRunner

import evaluate as ev
from evaluate.cli import app
from evaluate.study.freeze import departures, freeze_plan, read_freeze, stamp_path

NOW = datetime.datetime(2026, 2, 1, 12, 30, tzinfo=datetime.UTC)
SAID = """data_accessed_before_plan = true"""


def frozen(study: ev.Study):
    return freeze_plan(study.path, study.plan, name=study.name, now=NOW)


def rewritten(study: ev.Study, old: str, new: str) -> ev.Study:
    """The study with a text of its plan replaced."""
    text = study.path.read_text(encoding="utf-8")
    assert old in text
    study.path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return ev.load_study(study.path)


def found(study: ev.Study, **changes) -> tuple[str, ...]:
    """What a run with these settings would report."""
    checked = study.check()
    usual = {"seed": study.plan.seed, "engine": "fast", "quick": False}
    return departures(checked.freeze, checked.plan, provenance=checked.panel.provenance, **(usual | changes))


def test_the_stamp_says_what_there_was(make_study):
    study = ev.load_study(make_study((SAID, "data_accessed_before_plan = false")))
    stamp = frozen(study)
    assert stamp.plan == study.plan
    assert stamp.plan_sha256 == hashlib.sha256(study.path.read_bytes()).hexdigest()
    assert stamp.frozen == "2026-02-01T12:30:00Z"
    assert stamp.outcome_data_read is False
    wards = study.path.parent / "wards.csv"
    assert stamp.data_sha256 == {"wards.csv": hashlib.sha256(wards.read_bytes()).hexdigest()}
    assert repr(stamp) == (
        f"Frozen on 2026-02-01 (sha256 {stamp.plan_sha256[:16]}...): the outcome data had not been read, as the plan "
        "states; the data could be found then, so that they had not been read rests on the plan's word."
    )


def test_a_plan_can_be_frozen_before_there_are_data(make_study):
    study = ev.load_study(make_study((SAID, "data_accessed_before_plan = false"), data=False))
    assert frozen(study).data_sha256 == {}
    assert "no data file could be found then" in repr(read_freeze(study.path))


def test_without_a_stamp_nothing_is_bound(make_study):
    checked = ev.load_study(make_study()).check()
    assert checked.freeze is None
    assert checked.exploratory is True  # as the plan states


def test_a_run_that_keeps_to_the_plan_departs_in_nothing(make_study):
    study = ev.load_study(make_study())
    frozen(study)
    assert found(study) == ()
    commented = rewritten(study, "[windows]", "# lengths\n[windows]")
    assert found(commented) == ()


def test_every_changed_setting_is_a_departure(make_study):
    study = ev.load_study(make_study())
    frozen(study)
    changed = rewritten(study, 'after = "6 months"', 'after = "3 months"')
    changed = rewritten(changed, "reduction = 0.50", "reduction = 0.10")
    changed = rewritten(changed, 'buffer = ["E00000002"]', 'buffer = ["E00000002"]\nexcluded = ["E00000003"]')
    assert found(changed) == (
        'areas.excluded was [] and is ["E00000003"].',
        'windows.after was "6 months" and is "3 months".',
        "claims.half.reduction was 0.5 and is 0.1.",
    )


def test_so_are_the_settings_of_the_run(make_study):
    study = ev.load_study(make_study())
    frozen(study)
    assert found(study, seed=9, engine="nuts", quick=True) == (
        "The run used the seed 9 instead of the plan's 7.",
        'The run used the engine "nuts" instead of the plan\'s "fast".',
        "The run made fewer placebos and draws than the plan asks for.",
    )


def test_other_data_are_a_departure_where_there_were_data(make_study):
    study = ev.load_study(make_study())
    frozen(study)
    wards = study.path.parent / "wards.csv"
    wards.write_text(wards.read_text().replace("Ward 3", "Ward three"))
    assert found(study) == ("wards.csv is not a file that was there when the plan was frozen.",)


def test_a_claim_that_was_dropped_is_a_departure(make_study):
    study = ev.load_study(make_study())
    frozen(study)
    text = study.path.read_text(encoding="utf-8")
    spring = text[text.index('[[claims]]\nid = "spring"') : text.index('[[claims]]\nid = "mood"')]
    said = found(rewritten(study, spring, ""))
    assert 'claims.spring.text was "crime was down by a fifth from June to August" and is not there.' in said
    assert all(one.startswith("claims.spring.") for one in said)


def test_stating_that_the_data_were_not_read_after_all_changes_nothing(make_study):
    study = ev.load_study(make_study())
    frozen(study)
    changed = rewritten(study, SAID, "data_accessed_before_plan = false")
    assert changed.check().exploratory is True
    assert found(changed) == ("data_accessed_before_plan was true and is false.",)


def test_a_plan_is_frozen_once_and_its_stamp_is_left_alone(make_study):
    study = ev.load_study(make_study())
    frozen(study)
    with pytest.raises(ev.DesignError, match=r"plan\.toml was frozen before \(plan\.frozen\.toml\)"):
        frozen(study)
    stamp = stamp_path(study.path)
    stamp.write_text(stamp.read_text().replace('after = "6 months"', 'after = "3 months"'))
    with pytest.raises(ev.DesignError, match=r"plan\.frozen\.toml is not as it was when the plan was frozen"):
        study.check()


def test_a_plan_with_three_quotes_and_windows_line_ends_survives(make_study):
    study = ev.load_study(make_study(('source = "A poster."', "source = '''A poster.'''")))
    study.path.write_bytes(study.path.read_bytes().replace(b"\n", b"\r\n"))
    study = ev.load_study(study.path)
    frozen(study)
    assert read_freeze(study.path).plan == study.plan
    assert found(study) == ()


def test_the_report_says_so_on_every_page_and_lists_the_departures(make_study, tmp_path):
    study = ev.load_study(make_study(("simulated = true", "simulated = false")))
    frozen(study)
    run = rewritten(study, "reduction = 0.50", "reduction = 0.40").run(quick=True)
    changed = "claims.half.reduction was 0.5 and is 0.4."
    assert run.departures == (changed, "The run made fewer placebos and draws than the plan asks for.")
    page = run.write(tmp_path / "report").read_text(encoding="utf-8")
    banner = "Exploratory: planned after the data had been read"
    assert f'@top-center {{ content: "{banner}"' in page
    assert f'<aside class="banner" aria-label="Notice">{banner}</aside>' in page
    assert f"Departure from the frozen plan: {changed}" in page
    listing = pd.read_csv(tmp_path / "report" / "tables" / "contents.csv")
    assert len(listing)
    assert listing["Notes"].str.startswith(f"{banner}.").all()
    document = docx.Document(tmp_path / "report" / "report.docx")
    assert document.sections[0].header.paragraphs[0].text == banner
    manifest = json.loads((tmp_path / "report" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["frozen"]["departures"] == list(run.departures)
    assert manifest["plan_before_data"] is False


def test_the_command_freezes_once(make_study):
    folder = make_study()
    first = CliRunner().invoke(app, ["plan", "freeze", str(folder)])
    assert first.exit_code == 0, first.output
    assert "the outcome data had been read, as the plan states" in " ".join(first.output.split())
    assert (folder / "plan.frozen.toml").is_file()
    second = CliRunner().invoke(app, ["plan", "freeze", str(folder)])
    assert second.exit_code == 1
    assert "was frozen before" in " ".join(second.output.split())
