"""Seeds that depend on what they are for."""

from __future__ import annotations

from evaluate.numerics.seeds import child_seed


def test_seeds_are_the_same_everywhere():
    assert child_seed(20180522, "placebo in space") == 2814419067  # on every machine, in every process
    assert child_seed(1, "placebo in space") == child_seed(1, "placebo in space")


def test_seeds_differ_by_root_and_purpose():
    seeds = {
        child_seed(root, *purpose) for root in range(20) for purpose in (("a",), ("b",), ("a", "b"), ("ab",))
    }
    assert len(seeds) == 80
    assert all(0 <= seed < 2**32 for seed in seeds)
