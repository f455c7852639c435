"""Find the studies and samples that come with the package, in a checkout as well as after installation.

A checkout keeps them at its top, ``studies/`` and ``data_samples/``, where a reader looks for them. The wheel
carries the same two folders inside the package, as ``evaluate/_shipped/studies`` and
``evaluate/_shipped/data_samples`` (see ``[tool.setuptools]`` in ``pyproject.toml``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from evaluate.errors import DataError, did_you_mean

Kind = Literal["studies", "data_samples"]


def shipped_path(kind: Kind, name: str) -> Path:
    """Return the folder of a study or a sample that comes with the package.

    Parameters
    ----------
    kind : {"studies", "data_samples"}
        ``"studies"`` for plans with their expected numbers, ``"data_samples"`` for data made by this project.
    name : str
        Name of the study or sample, such as ``"sample_operation"``.

    Returns
    -------
    pathlib.Path
        The folder, which exists. Treat it as read-only: after installation it is inside the package.

    Raises
    ------
    DataError
        If no study or sample has that name; the message gives the nearest one.

    Examples
    --------
    >>> from evaluate.data.shipped import shipped_path
    >>> shipped_path("studies", "sample_operation").name
    'sample_operation'
    """
    names = shipped_names(kind)
    if name not in names:
        one = "study" if kind == "studies" else "data sample"
        raise DataError(f'No {one} called "{name}" comes with evaluate. {did_you_mean(name, names)}')
    return _shelf(kind) / name


def shipped_names(kind: Kind) -> list[str]:
    """List the studies with a plan, or the samples, that come with the package.

    Parameters
    ----------
    kind : {"studies", "data_samples"}
        Which of the two to list.

    Returns
    -------
    list of str
        Names in alphabetical order.

    Raises
    ------
    DataError
        If ``kind`` is neither of the two, or the folder is absent because the package was copied without it.

    Examples
    --------
    >>> from evaluate.data.shipped import shipped_names
    >>> "sample_operation" in shipped_names("studies")
    True
    """
    return sorted(
        folder.name
        for folder in _shelf(kind).iterdir()
        if folder.is_dir()
        and not folder.name.startswith((".", "_"))
        and not (folder / "replicate.py").is_file()  # reproduces a publication: no plan to run
    )


def _shelf(kind: Kind) -> Path:
    """The folder that holds every study or every sample."""
    if kind not in get_args(Kind):
        raise DataError(f'Only studies and data_samples come with evaluate, not "{kind}".')
    package = Path(__file__).resolve().parents[1]
    installed, checkout = package / "_shipped" / kind, package.parent / kind
    if installed.is_dir():
        return installed
    # Beside an installed package anything may be called "studies"; only a checkout has pyproject.toml there.
    if checkout.is_dir() and (package.parent / "pyproject.toml").is_file():
        return checkout
    raise DataError(
        f"The folder {kind} that comes with evaluate is missing: it is neither in {installed.parent} "
        f"nor in {package.parent}. Install the package again, or copy the whole checkout."
    )
