"""The plan file, and running it: from a folder to everything a report says."""

from evaluate.study.run import Run
from evaluate.study.study import Study, load_study

__all__ = ["Run", "Study", "load_study"]
