"""Begin a study: a plan that explains itself, a notebook that shows its results, and a page to fill in."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from evaluate.errors import DesignError
from evaluate.study.locate import PLAN

TEMPLATES = {"new_plan.toml": PLAN, "new_notebook.ipynb": "notebook.ipynb"}

README = """# {title}

**Question.** One sentence: which operation, where, when, and what was said of it.

**Source.** Who said it and where it is printed, with the date.

**Data.** Which file, from whom, extracted when; what it cannot show.

**Answer.** The verdict and its probability, with the figure of the report.

Run it with `evaluate run {name}`; `evaluate check {name}` proves plan and data first. `notebook.ipynb` shows the
results one by one, for who works with Jupyter.
"""


def new_study(folder: str | Path) -> Path:
    """Make a folder with a commented plan.toml and a notebook, which run on the sample data as they stand.

    Parameters
    ----------
    folder : str or path
        Must not exist yet.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    DesignError
        If there is something of that name already, or it cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> made = new_study(Path(tempfile.mkdtemp()) / "my_operation")
    >>> sorted(path.name for path in made.iterdir())
    ['README.md', 'notebook.ipynb', 'plan.toml']
    """
    place = Path(folder)
    if place.exists():
        raise DesignError(
            f'"{folder}" exists already; name a folder that does not, so that nothing is overwritten.'
        )
    try:
        place.mkdir(parents=True)
        for template, name in TEMPLATES.items():
            with resources.as_file(resources.files("evaluate.study").joinpath(template)) as path:
                shutil.copyfile(path, place / name)
        title = place.name.replace("_", " ").capitalize()
        (place / "README.md").write_text(README.format(title=title, name=place.as_posix()), encoding="utf-8")
    except OSError as error:
        raise DesignError(f'"{folder}" cannot be made: {error.strerror or error}.') from error
    return place
