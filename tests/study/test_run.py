"""A whole study, from the plan on disk to the report: the same seed gives the same bytes."""

from __future__ import annotations

import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest

import evaluate as ev
from evaluate.checks.displacement import AS_IF_TREATED
from evaluate.numerics.seeds import child_seed
from evaluate.study import tasks
from evaluate.study.sensitivities import HEADLINE


@pytest.fixture(scope="module")
def small(make_study_once):
    """The small study and one quick run of it."""
    study = ev.load_study(make_study_once())
    steps: list[tuple[float, str]] = []
    return study, study.run(quick=True, progress=lambda done, what: steps.append((done, what))), steps


def test_every_claim_has_a_finding_the_primary_one_first(small):
    _, run, _ = small
    assert list(run.by_claim) == ["half", "spring", "mood"]
    assert [finding.claim.id for finding in run.findings.findings] == ["half", "spring", "mood"]
    half, spring, mood = run.findings.findings
    assert (half.claim.operation, half.claim.window) == ("June 2014", "after")
    assert (spring.claim.operation, spring.claim.window) == ("June to August 2014", "during")
    assert mood.verdict.finding == "not tested"
    assert mood.result is None
    assert "how people feel" in mood.verdict.paragraph


def test_the_planted_fall_is_found_and_is_smaller_than_claimed(small):
    _, run, _ = small
    assert run.value("half/lower") < 0.6 < run.value("half/upper")
    assert run.value("half/p_reduction") > 0.95


def test_checks_and_comparisons_are_those_of_the_plan(small):
    _, run, _ = small
    half = run.by_claim["half"]
    names = ["minimum detectable effect", "displacement", "listed sensitivities"]
    assert [check.name for check in half.checks] == names
    assert [result.estimator.name for result in half.comparisons] == ["before-after"]
    assert half.checks["displacement"].facts["operation"] == "June 2014"


def test_sensitivities_start_with_the_headline(small):
    _, run, _ = small
    table = run.findings.sensitivities
    half = table[table["claim"] == "half"].set_index("sensitivity")
    dates = "June 2014 taken as 2014-05-01 to 2014-06-30"
    assert list(half.index) == [HEADLINE, "before-after", dates, AS_IF_TREATED]
    assert half.loc[HEADLINE, "rate_ratio"] == run.value("half/rate_ratio")
    assert not table["rate_ratio"].isna().any()


def test_listed_methods_and_dates_are_held_against_the_headline(small):
    _, run, _ = small
    check = run.by_claim["half"].checks["listed sensitivities"]
    dates = "June 2014 taken as 2014-05-01 to 2014-06-30"
    assert check.table["sensitivity"].tolist() == ["before-after", dates]  # not the buffers
    assert check.facts["share_same_direction"] == check.number == check.table["same_direction"].mean()
    facts = run.by_claim["half"].verdict.facts
    assert (facts.n_specifications, facts.conflicting) == (2, 1 - check.number)


def test_numbers_are_looked_up_by_name(small):
    _, run, _ = small
    effect = run.by_claim["half"].result.effect("June 2014", "after")
    assert run.value("half/rate_ratio") == effect.rate_ratio
    assert run.value("June 2014, after, all crime/rate_ratio") == effect.rate_ratio
    assert run.value("June to August 2014, during, all crime/observed") == run.value("spring/observed")
    assert run.value("share/June 2014/2014-06") == 1.0
    assert run.value("counts/all crime/treated/June 2014, after") == effect.observed
    assert run.value("mood/finding") == "not tested"
    with pytest.raises(
        ev.DesignError, match=r'This run has no quantity "half/rate_ration". Did you mean "half/rate_ratio"'
    ):
        run.value("half/rate_ration")


def test_expected_numbers_are_compared_within_their_tolerance(small):
    _, run, _ = small
    expected = pd.DataFrame(
        {
            "quantity": ["half/rate_ratio", "half/observed", "mood/finding", "mood/grade", "nothing/at_all"],
            "value": [
                run.value("half/rate_ratio") + 0.009,
                run.value("half/observed") + 2,
                "not tested",
                "A",
                1,
            ],
            "tolerance": [0.01, 1, np.nan, np.nan, 1],
        }
    )
    assert run.compare(expected)["agrees"].tolist() == [True, False, True, False, False]


def test_the_manifest_says_what_the_run_was_made_of(small):
    study, run, _ = small
    manifest = run.findings.manifest
    assert manifest["seed"] == 7
    assert manifest["quick"] is True
    assert manifest["plan_before_data"] is False
    assert manifest["engine"] == "fast"
    assert re.fullmatch(r"[0-9a-f]{64}", manifest["plan_sha256"])
    assert manifest["data"]["files"][0]["name"] == "wards.csv"
    assert manifest["versions"]["evaluate"] == ev.__version__
    assert "pymc" not in manifest["versions"]
    assert str(study.path.parent) not in json.dumps(manifest, default=str)
    assert run.findings.simulated
    assert run.findings.notes[0].startswith("This was a quick run")


def test_progress_rises_to_the_end(small):
    _, _, steps = small
    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(1.0)


def test_side_by_side_and_one_after_the_other_agree(small, monkeypatch):
    study, run, _ = small
    monkeypatch.setattr(tasks, "MOST_AT_ONCE", 1)
    again = study.run(quick=True)
    assert {name: repr(value) for name, value in again.quantities.items()} == {
        name: repr(value) for name, value in run.quantities.items()
    }
    pd.testing.assert_frame_equal(again.findings.sensitivities, run.findings.sensitivities)


def test_another_seed_gives_other_draws(small):
    study, run, _ = small
    other = study.run(quick=True, seed=8)
    assert other.value("half/rate_ratio") != run.value("half/rate_ratio")
    assert other.value("half/rate_ratio") == pytest.approx(run.value("half/rate_ratio"), abs=0.05)
    assert other.findings.manifest["seed"] == 8


def test_a_claim_about_a_street_is_judged_as_its_share_of_the_area(make_study):
    dilution = (
        '[dilution]\nplace = "High Street"\nstreet_incidents = 10\narea_incidents = 100\nmonth = "2014-01"\n'
    )
    folder = make_study(
        ("[checks]", f"{dilution}\n[checks]"),
        ('"displacement"]', '"dilution"]'),
        ('period = "June to August 2014"', 'period = "June to August 2014"\nplace = "area"'),
    )
    run = ev.load_study(folder).run(quick=True)
    assert run.value("dilution/share") == 0.1
    half, spring = run.by_claim["half"], run.by_claim["spring"]
    assert half.verdict.facts.share_of_area == 0.1
    assert half.verdict.finding == "cannot tell"
    assert half.checks["dilution"].number == pytest.approx(0.1)
    assert spring.verdict.facts.share_of_area == 1.0
    (note,) = [
        note for note in run.findings.notes if note.startswith("Read as a claim about the whole of Ward 1")
    ]
    assert "“crime was halved” would be judged so:" in note


def test_a_seed_depends_on_its_purpose_alone():
    assert child_seed(1, "headline", "robbery") == child_seed(1, "headline", "robbery")
    assert (
        len(
            {
                child_seed(1, "headline", "robbery"),
                child_seed(1, "headlinerobbery"),
                child_seed(2, "headline"),
            }
        )
        == 3
    )


def test_a_method_that_refuses_is_listed_with_its_reason(make_study):
    folder = make_study(
        ('outcome = "all crime"\nstart', 'outcome = "robbery"\nstart'),
        ("start = 2014-05-01, end = 2014-06-30", "start = 2015-12-01, end = 2015-12-31"),
    )
    table = ev.load_study(folder).run(quick=True).findings.sensitivities
    (row,) = table[table["rate_ratio"].isna()].itertuples()
    assert row.claim == "half"
    assert row.sensitivity.startswith("June 2014 taken as 2015-12-01 to 2015-12-31: not possible. ")


def lines_of(file):
    """The lines of a text, and the paragraphs of a Word file."""
    if file.suffix != ".docx":
        return file.read_text("utf-8").splitlines()
    return zipfile.ZipFile(file).read("word/document.xml").decode().split("<w:p>")


def test_same_seed_same_report_byte_for_byte_but_for_the_duration(small, tmp_path, monkeypatch):
    study, run, _ = small
    monkeypatch.setattr(tasks, "MOST_AT_ONCE", 1)
    first, second = run.write(tmp_path / "one").parent, study.run(quick=True).write(tmp_path / "two").parent
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert {file.name for file in files} >= {"report.html", "manifest.json"}
    differing = [file for file in files if (first / file).read_bytes() != (second / file).read_bytes()]
    for file in differing:
        one, two = (lines_of(place / file) for place in (first, second))
        assert len(one) == len(two)
        changed = [(old, new) for old, new in zip(one, two, strict=True) if old != new]
        assert len(changed) == 1, f"{file} differs in more than the duration"
    assert {file.name for file in differing} <= {
        "report.html", "report.docx", "manifest.json", "manifest.csv",
    }  # fmt: skip
