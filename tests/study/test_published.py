"""What is shown before anything is fitted keeps to the same disclosure control as the report."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from evaluate.cli import app
from evaluate.reports.findings import Findings
from evaluate.reports.manifest import write_manifest
from evaluate.reports.suppression import suppress
from evaluate.study.study import load_study

ROBBERY = 'name = "robbery"\ngeneration = "public-reported"'
ARRESTS = 'name = "robbery"\ngeneration = "enforcement"\nperson_related = true'


@pytest.fixture
def folder(make_study, wards):
    """The small study, its second outcome person-related: 3 in the treated area in June 2014 and 10 elsewhere."""
    made = make_study((ROBBERY, ARRESTS))
    changed = wards.copy()
    months = list(changed.columns[5:])
    robbery = changed["MajorText"] == "ROBBERY"
    changed.loc[robbery, months] = 10
    changed.loc[robbery & (changed["WardCode"] == "E00000001"), "201406"] = 3
    changed.to_csv(made / "wards.csv", index=False)
    return made


def test_a_small_person_related_total_is_hidden_and_others_are_not(folder):
    checked = load_study(folder).check()
    before = checked.counts.set_index(["outcome", "areas", "window"])
    shown = checked.published_counts.set_index(["outcome", "areas", "window"])
    small = ("robbery", "treated", "June 2014, during")
    assert before.loc[small, "total"] == 3
    assert shown.loc[small, "total"] == shown.loc[small, "a_period"] == "[c]"
    for at in shown.index.drop(small):
        assert shown.loc[at, "total"] == before.loc[at, "total"]


def test_no_other_total_gives_the_hidden_one_away(folder):
    """A claim over June to August is judged too: June would follow from that total less that of July and August."""
    plan = (folder / "plan.toml").read_text()
    claim = plan.index('id = "spring"')
    plan = plan[:claim] + plan[claim:].replace('outcome = "all crime"', 'outcome = "robbery"', 1)
    (folder / "plan.toml").write_text(plan.replace('after = "6 months"', 'after = "2 months"'))
    checked = load_study(folder).check()
    table = checked.published_counts
    treated = table[(table["outcome"] == "robbery") & (table["areas"] == "treated")].set_index("window")[
        "total"
    ]
    assert treated["June 2014, during"] == "[c]"
    _, own = (question.design for question in checked.questions)
    designs = [own, checked.design.for_outcome("robbery")]
    found = suppress(designs)
    own_window = own.window("June to August 2014", "during").periods
    # 23 from June to August and 20 in July and August: not both can be shown.
    assert treated["June 2014, after"] == "[c]" or found.hides(own.treated, own_window)


def test_the_command_line_shows_the_marker_and_what_it_means(folder):
    done = CliRunner().invoke(app, ["check", str(folder)], terminal_width=200)
    assert done.exit_code == 0
    row = next(line for line in done.output.splitlines() if "robbery" in line and "treated" in line)
    assert "[c]" in row
    assert "3" not in row.split("[c]")[0].split()
    assert "a small count that could point to a person" in " ".join(done.output.split())


def test_counts_of_crimes_are_shown_as_they_are(make_study):
    checked = load_study(make_study()).check()
    assert checked.published_counts["total"].tolist() == checked.counts["total"].tolist()


def test_a_run_writes_a_release_beside_its_report(folder, tmp_path, monkeypatch):
    """Composing and drawing is tested with the reports; here only what the release adds is written."""

    def only_the_manifest(report, place, *, pdf=False):
        findings = report if isinstance(report, Findings) else report.findings
        return write_manifest(findings.manifest, place)

    monkeypatch.setattr("evaluate.reports.write.write_report", only_the_manifest)
    monkeypatch.setattr("evaluate.reports.release.write_protected", only_the_manifest)
    made = [str(tmp_path / name) for name in ("report", "given")]
    arguments = ["run", str(folder), "--quick", "--out", made[0], "--release", made[1]]
    done = CliRunner().invoke(app, arguments, terminal_width=300)
    assert done.exit_code == 0, done.output
    assert f"Release in {made[1]}:" in done.output
    assert "small counts hidden" in done.output
    assert {path.name for path in (tmp_path / "given").iterdir()} == {"manifest.json", "disclosure_log.csv"}
    assert "robbery" in (tmp_path / "given" / "disclosure_log.csv").read_text()
    assert not (tmp_path / "report" / "disclosure_log.csv").exists()
