"""Checks side by side: the same answers from one process, from two and from a cluster; a killed run goes on."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

import evaluate as ev
from evaluate.checks.side_by_side import A_WORKER, side_by_side, workers
from evaluate.effects.kept import Kept
from evaluate.effects.result import Result

CHECKS = (
    ev.PlaceboInSpace(placebos=6),
    ev.LeaveOneOut(most=4),
    ev.RegressionToTheMean(simulations=300),
    ev.Displacement(),
    ev.SpecificationCurve(before=[], controls=[], stand_ins=2),
)

COUNTED = '''
import time
from dataclasses import dataclass, replace

import evaluate as ev


@dataclass(frozen=True)
class Counted(ev.BeforeAfter):
    """An estimator that writes a line for every fit."""

    log: str = ""

    def fit(self, design, *, seed):
        time.sleep(0.02)
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(f"{seed}\\n")
        return replace(ev.BeforeAfter().fit(design, seed=seed), estimator=self)


def run(folder):
    panel = ev.simulate_panel(areas=14, periods=60, rate_ratio_after=0.6, seed=1)
    result = Counted(log=f"{folder}/log").fit(ev.simulated_design(panel), seed=3)
    return ev.run_checks(result, [ev.PlaceboInSpace(), ev.LeaveOneOut()], keep=f"{folder}/kept")
'''


@pytest.fixture(scope="module")
def result(design_with) -> Result:
    return ev.BeforeAfter().fit(design_with(areas=8, trigger="1 month"), seed=7)


@pytest.fixture(scope="module")
def in_order(result) -> list[str]:
    return told(ev.run_checks(result, CHECKS))


def told(answers: ev.CheckResults) -> list[str]:
    """Everything that the answers say."""
    return [f"{one.answer} {sorted(one.facts.items())} {one.table.to_csv()}" for one in answers]


def test_two_processes_give_what_one_gives(result, in_order):
    calls = []
    found = ev.run_checks(result, CHECKS, n_jobs=2, progress=lambda *call: calls.append(call))
    assert told(found) == in_order
    assert [done for _, done, _ in calls] == [0, 1, 2, 3, 4, 5]
    assert {name for name, *_ in calls[1:]} == {check.name for check in CHECKS}


def test_a_check_that_stands_alone_shares_its_fits(result, in_order):
    assert told(ev.run_checks(result, CHECKS[:1], n_jobs=2)) == in_order[:1]


def test_a_dask_cluster_gives_what_one_process_gives(result, in_order, tmp_path):
    joblib = pytest.importorskip("joblib")
    distributed = pytest.importorskip("distributed")
    calls = []
    cluster = distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path),
    )
    with cluster, distributed.Client(cluster), joblib.parallel_config(backend="dask"):
        assert workers(None, 10) == 2
        found = ev.run_checks(result, CHECKS, progress=lambda *call: calls.append(call))
        alone = ev.run_checks(result, CHECKS[:1])
        here = dict(side_by_side(pow, [(2, power) for power in range(3 * A_WORKER)]))
    assert told(found) == in_order
    assert told(alone) == in_order[:1]
    assert here == {power: 2**power for power in range(3 * A_WORKER)}
    assert calls[-1][1:] == (5, 5)


def test_one_piece_or_one_job_starts_no_process():
    assert (workers(2, 1), workers(1, 9), workers(None, 9), workers(2, 9)) == (1, 1, 1, 2)


def test_a_bug_elsewhere_stays_a_traceback():
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(divmod, [(1, 0), (1, 1), (2, 1)], n_jobs=2))


# ---- runs that were stopped ----------------------------------------------------------------------------------------


def fits(folder: Path) -> int:
    return len((folder / "log").read_text(encoding="utf-8").splitlines())


def test_a_killed_run_refits_only_the_rest(tmp_path, monkeypatch):
    (tmp_path / "counted.py").write_text(COUNTED, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    counted = importlib.import_module("counted")
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    for folder in (whole, stopped):
        folder.mkdir()
    expected = told(counted.run(whole))
    everything = 1 + 13 + 13  # the headline, each control in the treated one's place, each control left out
    assert fits(whole) == everything

    kept = Kept(stopped / "kept")
    code = f"import sys; sys.path[:0] = {sys.path!r}; import counted; counted.run({str(stopped)!r})"
    process = subprocess.Popen([sys.executable, "-c", code])
    while len(kept) < 5 and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.wait()
    had, before = len(kept), fits(stopped)
    assert 5 <= had < 13

    assert told(counted.run(stopped)) == expected
    assert fits(stopped) - before == everything - had
    counted.run(stopped)
    assert fits(stopped) - before == everything - had + 1  # the headline alone, which is no check


def test_other_counts_settings_or_seed_never_find_what_was_kept(tmp_path, result):
    checks = CHECKS[:2]

    def kept_after(one: Result, **settings) -> int:
        ev.run_checks(one, checks, keep=tmp_path, **settings)
        return len(Kept(tmp_path))

    first = kept_after(result)
    assert (
        first == 6 + 6 + 4 + 2
    )  # stand-ins, those with a spike as high, controls left out, and the two checks
    assert kept_after(result) == first
    counts = result.design.panel.counts.copy()
    counts.loc[{"area": result.design.control[0], "period": result.design.periods[3]}] += 1
    other = ev.Design(
        ev.Panel(counts),
        outcome=result.design.outcome,
        treated=result.design.treated,
        operations=result.design.operations,
        before=result.design.before,
        after=result.design.after,
        trigger=result.design.trigger,
    )
    assert kept_after(ev.BeforeAfter().fit(other, seed=7)) == 2 * first
    assert kept_after(ev.BeforeAfter(level=0.9).fit(result.design, seed=7)) == 3 * first
    assert kept_after(result, seed=8) == 4 * first


def test_what_was_kept_gives_the_same_answers(tmp_path, result, in_order):
    calls = []
    assert told(ev.run_checks(result, CHECKS, keep=tmp_path)) == in_order
    again = ev.run_checks(result, CHECKS, keep=tmp_path, progress=lambda *call: calls.append(call))
    assert told(again) == in_order
    assert calls == [("specification curve", 5, 5)]
