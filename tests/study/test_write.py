"""A report is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

import evaluate as ev
from evaluate.study.write import write_whole


def fill(folder: Path) -> None:
    (folder / "report.html").write_text("new")
    (folder / "manifest.json").write_text("{}")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_report_is_put_into_a_new_folder(tmp_path):
    place = write_whole(tmp_path / "outputs" / "study", fill)
    assert names(place) == ["manifest.json", "report.html"]
    assert names(place.parent) == ["study"]


def test_an_earlier_report_is_replaced_whole(tmp_path):
    place = tmp_path / "study"
    place.mkdir()
    for old in ("manifest.json", "report.html", "gone.csv"):
        (place / old).write_text("old")
    write_whole(place, fill)
    assert names(place) == ["manifest.json", "report.html"]
    assert (place / "report.html").read_text() == "new"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_what_stops_the_writing_leaves_the_earlier_report_and_nothing_else(tmp_path, stop):
    place = write_whole(tmp_path / "study", fill)
    (place / "report.html").write_text("earlier")

    def stopped(folder: Path) -> None:
        fill(folder)
        raise stop

    with pytest.raises(stop):
        write_whole(place, stopped)
    assert (place / "report.html").read_text() == "earlier"
    assert names(tmp_path) == ["study"]


def test_an_interrupted_first_report_leaves_nothing(tmp_path):
    def stopped(folder: Path) -> None:
        (folder / "report.html").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "study", stopped)
    assert names(tmp_path) == []


def test_a_failed_move_brings_the_earlier_report_back(tmp_path, monkeypatch):
    place = write_whole(tmp_path / "study", fill)
    (place / "report.html").write_text("earlier")
    rename = Path.rename

    def fails_for_the_new(self: Path, target: Path) -> Path:
        if self.parent.name.startswith(".study-") and self.name == "study":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_the_new)
    with pytest.raises(KeyboardInterrupt):
        write_whole(place, fill)
    monkeypatch.undo()
    assert (place / "report.html").read_text() == "earlier"
    assert names(tmp_path) == ["study"]


def test_a_folder_of_other_files_is_not_replaced(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(
        ev.EvaluateError, match="holds files that are not an earlier report; name another one"
    ):
        write_whole(tmp_path, fill)
    assert names(tmp_path) == ["thesis.docx"]


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "study").write_text("")
    with pytest.raises(ev.EvaluateError, match="is a file; name a folder for the report"):
        write_whole(tmp_path / "study", fill)


def test_a_place_that_cannot_be_written_is_one_message(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ev.EvaluateError, match="The report cannot be written to"):
        write_whole(tmp_path / "file" / "study", fill)
