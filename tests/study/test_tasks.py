"""The fitting of a study as tasks: side by side, elsewhere, and going on where a run was stopped."""

from __future__ import annotations

import json

import joblib
import pytest

import evaluate as ev
from evaluate.effects.kept import Kept
from evaluate.study import tasks
from evaluate.study.tasks import Task, run_tasks


def doubled(number: int) -> int:
    if number < 0:
        raise KeyboardInterrupt
    return 2 * number


def listed(*numbers: int) -> list[Task]:
    return [Task(number, f"number {number}", doubled, (number,)) for number in numbers]


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(tasks, "MOST_AT_ONCE", 1)


def test_answers_come_in_the_order_of_the_tasks_with_progress():
    calls = []
    found = run_tasks(listed(3, 1, 2), progress=lambda *call: calls.append(call), done=0.5)
    assert list(found.items()) == [(3, 6), (1, 2), (2, 4)]
    assert [share for share, _ in calls] == pytest.approx([2 / 3, 5 / 6, 1])
    assert {label for _, label in calls} == {"number 1", "number 2", "number 3"}


def test_a_stopped_run_goes_on(tmp_path, alone):
    kept, calls = Kept(tmp_path), []
    with pytest.raises(KeyboardInterrupt):
        run_tasks(listed(1, 2, -1, 3), kept=kept)
    assert len(kept) == 2
    found = run_tasks(listed(1, 2, 3), kept=kept, progress=lambda *call: calls.append(call))
    assert found == {1: 2, 2: 4, 3: 6}
    assert calls == [(pytest.approx(2 / 3), "what was finished before"), (1.0, "number 3")]


def test_a_task_that_keeps_its_own_is_not_kept_twice(tmp_path, alone):
    run_tasks([Task("a", "a", doubled, (1,), keeps_itself=True)], kept=Kept(tmp_path))
    assert len(Kept(tmp_path)) == 0


def test_joblib_decides_where_it_was_asked_to():
    assert tasks._at_once() == min(2, joblib.cpu_count())
    with joblib.parallel_config(n_jobs=1):
        assert tasks._at_once() is None
    with joblib.parallel_config(backend="sequential"):
        assert tasks._at_once() is None


class Stop:
    """Ctrl-C once so many steps were made."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def __call__(self, share: float, doing: str) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_a_stopped_study_goes_on_and_a_changed_one_begins_anew(make_study, tmp_path, alone):
    """The headline and checks that were finished are there again; another seed or file shares nothing."""
    keep, folder = tmp_path / "kept", make_study()
    whole = ev.load_study(folder).run(quick=True)
    with pytest.raises(KeyboardInterrupt):
        ev.load_study(folder).run(quick=True, keep=keep, progress=Stop(5))
    had = {file.name for file in keep.iterdir()}
    assert had

    steps = []
    run = ev.load_study(folder).run(quick=True, keep=keep, progress=lambda *step: steps.append(step))
    assert "what was finished before" in [what for _, what in steps]
    assert json.dumps(run.quantities) == json.dumps(whole.quantities)
    everything = {file.name for file in keep.iterdir()}
    assert everything > had

    ev.load_study(folder).run(quick=True, keep=keep)
    assert {file.name for file in keep.iterdir()} == everything
    with pytest.raises(KeyboardInterrupt):
        ev.load_study(folder).run(quick=True, keep=keep, seed=5, progress=Stop(3))
    other = {file.name for file in keep.iterdir()} - everything
    assert other
    file = folder / "wards.csv"
    text = file.read_text(encoding="utf-8").splitlines()
    cells = text[1].split(",")
    text[1] = ",".join([*cells[:-1], str(int(cells[-1]) + 1)])
    file.write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        ev.load_study(folder).run(quick=True, keep=keep, progress=Stop(3))
    assert len({file.name for file in keep.iterdir()} - everything - other) == len(other)
