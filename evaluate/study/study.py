"""A study: a plan on disk that can be checked and run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from evaluate.effects.kept import Kept
from evaluate.study.blind_record import Reading, now, record_reading
from evaluate.study.check import CheckedStudy, check_study
from evaluate.study.freeze import Freeze, freeze_plan
from evaluate.study.locate import PLAN, find_plan
from evaluate.study.plan import Plan
from evaluate.study.plan_file import read_plan
from evaluate.study.run import Run, run_study
from evaluate.study.tasks import Progress

EXPECTED = "expected.csv"


@dataclass(frozen=True)
class Study:
    """A plan that was read and found to be one.

    Parameters
    ----------
    name : str
        Name of its folder.
    path : pathlib.Path
        Its plan file.
    plan : Plan
        The plan.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.load_study("sample_operation")
    Study(name='sample_operation')
    """

    name: str
    path: Path = field(repr=False)
    plan: Plan = field(repr=False)

    def check(
        self, data: str | Path | None = None, *, seed: int | None = None, blind: bool = False
    ) -> CheckedStudy:
        """Prove plan and data before anything is fitted.

        Parameters
        ----------
        data : str or path, optional
            The file to read; otherwise those of the plan are looked for.
        seed : int, optional
            Root seed instead of the plan's.
        blind : bool
            Hide the treated and buffer areas' counts from the operation on, and let control areas stand in. The first
            blind reading begins a record beside the plan, which every later reading is added to.

        Returns
        -------
        CheckedStudy

        Raises
        ------
        EvaluateError
            If anything is wrong: one message with the value, the rule and the fix.
        """
        checked = check_study(self.path, self.name, self.plan, data=data, seed=seed, blind=blind)
        files = {file.name: file.sha256 for file in checked.panel.provenance.files}
        stand_in = checked.blind.treated if checked.blind is not None else ()
        record_reading(self.path, Reading(now(), blind, checked.plan_sha256, files, stand_in))
        return checked

    def freeze(self, data: str | Path | None = None) -> Freeze:
        """Stamp the plan beside it, so that every later departure from it is reported.

        Parameters
        ----------
        data : str or path, optional
            The data file, if there is one already; otherwise those of the plan are looked for.

        Returns
        -------
        Freeze

        Raises
        ------
        DesignError
            If the plan was frozen before, or the stamp cannot be written.
        """
        return freeze_plan(self.path, self.plan, name=self.name, data=data)

    def run(
        self,
        data: str | Path | None = None,
        *,
        seed: int | None = None,
        quick: bool = False,
        engine: Literal["fast", "nuts"] | None = None,
        blind: bool = False,
        progress: Progress | None = None,
        keep: str | Path | None = None,
    ) -> Run:
        """Check, fit, check the fit and judge every claim.

        Parameters
        ----------
        data : str or path, optional
            The file to read; otherwise those of the plan are looked for.
        seed : int, optional
            Root seed instead of the plan's. The same seed gives the same numbers.
        quick : bool
            Fewer placebos and draws, for a first look; the report says so.
        engine : {"fast", "nuts"}, optional
            Of the structural model, instead of the plan's.
        blind : bool
            Try the plan on stand-ins: the treated and buffer areas' counts from the operation on are hidden, control
            areas take their place, and every page says so.
        progress : callable, optional
            Called with the share done and what was done last.
        keep : path, optional
            Folder in which finished fits and checks are kept, so that a run that was stopped goes on from there. They
            are used again only for the same settings, counts, seed, source and versions of packages.

        Returns
        -------
        Run

        Raises
        ------
        EvaluateError
            If plan or data are wrong, or the headline model cannot be fitted.
        """
        return run_study(
            self.check(data, seed=seed, blind=blind),
            engine=engine or self.plan.headline.engine,
            quick=quick,
            progress=progress,
            kept=None if keep is None else Kept(Path(keep)),
        )

    def expected(self) -> pd.DataFrame:
        """Return the study's expected numbers: ``quantity``, ``value``, ``tolerance`` and what else its file has.

        Returns
        -------
        pandas.DataFrame
            Empty where the study has no expected.csv.
        """
        file = self.path.parent / EXPECTED
        if not file.is_file():
            return pd.DataFrame(columns=["quantity", "value", "tolerance"])
        return pd.read_csv(file)


def load_study(study: str | Path) -> Study:
    """Read a study's plan.

    Parameters
    ----------
    study : str or path
        A folder with a plan.toml, a plan file, or the name of a study that comes with the package.

    Returns
    -------
    Study

    Raises
    ------
    DesignError
        If there is no such study, or its plan is wrong: one message with every problem and its line.

    Examples
    --------
    >>> import evaluate as ev
    >>> ev.load_study("sample_operation").plan.seed >= 0
    True
    """
    path = find_plan(study)
    name = path.resolve().parent.name if path.name == PLAN else path.stem
    return Study(name=name, path=path, plan=read_plan(path))
