"""Finished fits in a folder: whole at every moment, never mistaken for another's."""

from __future__ import annotations

import pickle

import pytest

from evaluate.effects.kept import ABSENT, Kept, kept_or_made


@pytest.fixture
def kept(tmp_path) -> Kept:
    return Kept(tmp_path / "fits")


def test_nothing_is_written_before_the_first(kept):
    assert kept.get(kept.key(1)) is ABSENT
    assert len(kept) == 0
    assert not kept.folder.exists()


def test_what_is_kept_is_found_again_even_none(kept):
    kept.put(kept.key("a"), None)
    kept.put(kept.key("b"), [1, 2])
    assert Kept(kept.folder).get(kept.key("a")) is None
    assert Kept(kept.folder).get(kept.key("b")) == [1, 2]
    assert len(kept) == 2


def test_a_damaged_file_is_made_again(kept):
    key = kept.key("a")
    kept.put(key, list(range(1000)))
    (file,) = kept.folder.iterdir()
    for damaged in (b"", file.read_bytes()[:-20], b"no pickle"):
        file.write_bytes(damaged)
        assert kept.get(key) is ABSENT
    assert kept_or_made(kept, key, lambda: 5) == 5
    assert kept.get(key) == 5


def test_a_write_that_is_stopped_leaves_nothing(kept, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(pickle, "dump", stopped)
    with pytest.raises(KeyboardInterrupt):
        kept.put(kept.key("a"), 1)
    assert list(kept.folder.iterdir()) == []


def test_what_cannot_be_told_apart_is_never_kept(kept):
    key = kept.key(lambda: 1)
    assert key == ""
    assert [kept_or_made(kept, key, made.pop) for made in ([1], [2])] == [1, 2]
    assert not kept.folder.exists()


def test_clearing_takes_only_what_was_kept(kept):
    kept.put(kept.key("a"), 1)
    (kept.folder / "begun.part").write_bytes(b"")
    other = kept.folder / "notes.txt"
    other.write_text("mine", encoding="utf-8")
    kept.clear()
    assert list(kept.folder.iterdir()) == [other]
    other.unlink()
    kept.clear()
    assert not kept.folder.exists()
    kept.clear()


def test_made_once_without_a_folder():
    assert kept_or_made(None, "key", lambda: 3) == 3
