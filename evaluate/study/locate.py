"""Where things are: a study by its folder, plan file or name, and the files its plan asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluate.data.fetch import MIRROR, named_folder
from evaluate.data.shipped import shipped_names, shipped_path
from evaluate.errors import DataError, DesignError, did_you_mean, listed
from evaluate.study.plan import DataSource, Plan

PLAN = "plan.toml"


@dataclass(frozen=True)
class DataFiles:
    """The files of one run.

    Parameters
    ----------
    main : tuple of pathlib.Path
        The counts.
    incidents : pathlib.Path or None
        The dated incidents, where the plan has any.
    lookup : pathlib.Path or None
        The lookup of small areas, where the plan names one.
    """

    main: tuple[Path, ...]
    incidents: Path | None = None
    lookup: Path | None = None


def find_plan(study: str | Path) -> Path:
    """Find the plan file of a study.

    Parameters
    ----------
    study : str or path
        A folder with a plan.toml, a plan file, or the name of a study that comes with the package.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DesignError
        If there is no such study; the message gives the nearest name.

    Examples
    --------
    >>> find_plan("sample_operation").name
    'plan.toml'
    """
    path = Path(study)
    if path.is_file():
        return path
    if (path / PLAN).is_file():
        return path / PLAN
    if path.is_dir():
        raise DesignError(f'The folder "{study}" holds no {PLAN}. Write one with: evaluate new {path.name}')
    names = shipped_names("studies")
    if str(study) in names:
        return shipped_path("studies", str(study)) / PLAN
    raise DesignError(
        f'There is no study "{study}": no folder or plan file of that name, and none that comes with evaluate. '
        f"{did_you_mean(str(study), names)}"
    )


def find_data(plan: Plan, folder: Path, name: str, *, data: str | Path | None = None) -> DataFiles:
    """Find the files a plan asks for.

    They are looked for in the study's folder, in data_samples/<study>/ and data_samples/ and under the shared data
    folder: the one the variable EVALUATE_DATA names, otherwise ../shared/data beside a checkout.

    Parameters
    ----------
    plan : Plan
        The plan.
    folder : pathlib.Path
        The study's folder.
    name : str
        The study's name.
    data : str or path, optional
        The file (or folder of street files) to read the counts from instead of searching.

    Returns
    -------
    DataFiles

    Raises
    ------
    DataError
        If a file is not there; the message says which, and from whom to get it.
    """
    places = list(_places(folder, name))
    if data is not None:
        given = _given(Path(data))
        main: tuple[Path, ...] = (given,)
        places.insert(0, given if given.is_dir() else given.parent)
    else:
        main = _main_files(plan.data, places)
    incidents = plan.data.incidents
    return DataFiles(
        main=main,
        incidents=_second_file(incidents.files[0], places, plan.data, "incidents") if incidents else None,
        lookup=_second_file(plan.data.areas, places, plan.data, "lookup") if plan.data.areas else None,
    )


def _given(path: Path) -> Path:
    """The file named on the command line, which must exist."""
    if path.exists():
        return path
    beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, beside) if beside else ""
    raise DataError(f'There is no file "{path}". {hint if hint.startswith("Did") else "Check the path."}')


def _places(folder: Path, name: str) -> Iterator[Path]:
    """Folders to look in, nearest first."""
    yield folder
    if name in shipped_names("data_samples"):
        yield shipped_path("data_samples", name)
    shelf = _shelf_of_samples()
    if shelf is not None:
        yield shelf
    shared = shared_folder()
    if shared is not None:
        yield shared


def _shelf_of_samples() -> Path | None:
    """The folder that holds every sample, for a plan that names the sample's folder itself."""
    names = shipped_names("data_samples")
    return shipped_path("data_samples", names[0]).parent if names else None


def shared_folder() -> Path | None:
    """Return the folder of published files kept outside the project, or None where there is none.

    Raises
    ------
    DataError
        If the variable EVALUATE_DATA names a folder that does not exist.
    """
    named = named_folder()
    if named is not None:
        return named
    checkout = Path(__file__).resolve().parents[2]
    beside = checkout.parent / "shared" / "data"
    return beside if (checkout / "pyproject.toml").is_file() and beside.is_dir() else None


def _main_files(source: DataSource, places: Sequence[Path]) -> tuple[Path, ...]:
    """All of ``files`` in one place, or the first of ``search``."""
    if source.files:
        for place in places:
            if all((place / file).exists() for file in source.files):
                return tuple(place / file for file in source.files)
    for file in source.search:
        for place in places:
            if (place / file).exists():
                return (place / file,)
    raise _not_found(listed([*source.files, *source.search], "or"), source)


def _second_file(file: str, places: Sequence[Path], source: DataSource, what: str) -> Path:
    """A file that goes with the main one."""
    for place in places:
        if (place / file).is_file():
            return place / file
    raise _not_found(f"{file} (data.{what})", source)


def _not_found(files: str, source: DataSource) -> DataError:
    """Say which file to get, and from whom."""
    return DataError(
        f"The data of this study are not here. {source.obtain}\n"
        f"Then name the file with --data FILE, put it into the study's folder, or let the variable {MIRROR} name "
        f"the folder it is in. Looked for: {files}."
    )
