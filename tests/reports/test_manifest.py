import json

import numpy as np
import pandas as pd

from evaluate.reports.manifest import manifest_json


def test_the_order_entries_came_in_does_not_matter():
    assert manifest_json({"b": 1, "a": {"d": 2, "c": 3}}) == manifest_json({"a": {"c": 3, "d": 2}, "b": 1})


def test_what_numpy_and_pandas_give_becomes_plain():
    entries = {
        "whole": np.int64(3),
        "part": np.float64(0.5),
        "yes": np.bool_(True),
        "row": np.array([1.0, np.nan]),
        "date": pd.Timestamp("2018-05-22").date(),
        "set": {"b", "a"},
        "nothing": None,
        "too much": float("inf"),
    }
    assert json.loads(manifest_json(entries)) == {
        "whole": 3,
        "part": 0.5,
        "yes": True,
        "row": [1.0, None],
        "date": "2018-05-22",
        "set": ["a", "b"],
        "nothing": None,
        "too much": None,
    }
