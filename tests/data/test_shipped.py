"""evaluate/data/shipped.py"""

from __future__ import annotations

import pytest

from evaluate.data import shipped
from evaluate.data.shipped import shipped_names, shipped_path
from evaluate.errors import DataError


def test_a_checkout_finds_its_own_folders(checkout):
    assert shipped_path("studies", "sample_operation") == checkout / "studies" / "sample_operation"
    assert shipped_path("data_samples", "sample_operation") == checkout / "data_samples" / "sample_operation"


def test_every_name_listed_is_a_folder():
    for kind in ("studies", "data_samples"):
        names = shipped_names(kind)
        assert names == sorted(names)
        assert all(shipped_path(kind, name).is_dir() for name in names)


def test_a_misspelt_study_gets_the_nearest_name():
    with pytest.raises(DataError) as error:
        shipped_path("studies", "sample_operatoin")
    assert str(error.value) == (
        'No study called "sample_operatoin" comes with evaluate. Did you mean "sample_operation"?'
    )


@pytest.mark.parametrize("name", ["../studies/sample_operation", "", ".", "/"])
def test_a_name_is_a_name_and_not_a_path(name):
    with pytest.raises(DataError, match="comes with evaluate"):
        shipped_path("studies", name)


def test_an_unknown_kind_says_what_there_is():
    with pytest.raises(DataError, match='Only studies and data_samples come with evaluate, not "plans"'):
        shipped_names("plans")


def test_a_stranger_beside_the_installed_package_is_not_taken_for_ours(tmp_path, monkeypatch):
    (tmp_path / "studies" / "someone_elses").mkdir(parents=True)
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "evaluate" / "data" / "shipped.py"))
    with pytest.raises(DataError, match="The folder studies that comes with evaluate is missing"):
        shipped_names("studies")


def test_an_installed_package_looks_inside_itself(tmp_path, monkeypatch):
    inside = tmp_path / "evaluate" / "_shipped" / "studies"
    for name in ("kerb", "__pycache__", ".hidden"):
        (inside / name).mkdir(parents=True)
    (inside / "README.md").touch()
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "evaluate" / "data" / "shipped.py"))
    assert shipped_names("studies") == ["kerb"]
    assert shipped_path("studies", "kerb") == inside / "kerb"
