"""Rings of neighbours from a plain list."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evaluate as ev

# a - b - c - d and e beside b and c; f alone
MAP = {"a": ["b"], "b": ["c", "e"], "c": ["d"], "e": ["c"], "f": []}


def test_rings_go_outwards_and_leave_nothing_twice():
    neighbours = ev.read_neighbours(MAP)
    assert neighbours.ring(["a"]) == ("b",)
    assert neighbours.ring(["a"], 2) == ("c", "e")
    assert neighbours.ring(["a"], 3) == ("d",)
    assert neighbours.ring(["a"], 4) == ()
    assert neighbours.ring(["a", "d"]) == ("b", "c")
    assert neighbours.ring(["f"]) == ()
    assert repr(neighbours) == "Neighbours: 6 areas, each touching 0 to 3 others"


def test_steps_may_lead_through_areas_that_are_not_kept():
    assert ev.read_neighbours(MAP).ring(["a"], 2, within=["a", "c"]) == ("c",)


PAIRS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), min_size=1, max_size=20)


@given(pairs=PAIRS.map(lambda pairs: [pair for pair in pairs if pair[0] != pair[1]]).filter(bool))
def test_touching_goes_both_ways_and_rings_cover_all_that_can_be_reached(pairs):
    neighbours = ev.read_neighbours(pairs)
    assert neighbours.touching == ev.read_neighbours([pair[::-1] for pair in pairs]).touching
    start = pairs[0][0]
    rings = [neighbours.ring([start], number) for number in range(1, 9)]
    together = [area for ring in rings for area in ring]
    assert len(together) == len(set(together))
    assert start not in together
    for inner, outer in zip([(start,), *rings], rings, strict=False):
        assert all(neighbours.touching[area] & set(inner) for area in outer)


def test_a_design_takes_the_ring_as_its_buffer():
    panel = ev.simulate_panel(areas=6, periods=60, seed=1)
    codes = [str(area) for area in panel.areas]
    line = ev.read_neighbours(list(pairwise(codes)))
    design = ev.Design(
        panel,
        outcome="crime",
        treated=[codes[2]],
        buffer=line.ring([codes[2]], within=panel.areas),
        excluded=line.ring([codes[2]], 2, within=panel.areas),
        operations=[ev.Operation("patrols", "2013-06-01", "2013-06-30")],
    )
    assert design.buffer == (codes[1], codes[3])
    assert design.excluded == (codes[0], codes[4])
    assert design.control == (codes[5],)


def test_a_file_of_pairs(write):
    path = write("ward,next to\nE05011247,E05011240\nE05011246,E05011247\n")
    neighbours = ev.read_neighbours(path, area="ward", neighbour="next to")
    assert neighbours.ring(["E05011247"]) == ("E05011240", "E05011246")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({}, "The list of neighbours is empty. Give at least one pair."),
        ([], "The list of neighbours is empty. Give at least one pair."),
        ({"a": "b"}, 'The list of neighbours has "b" for a; write ["b"].'),
        (
            [("a", "a")],
            'The list of neighbours has the pair "a" and "a"; a pair is two different codes. Correct or remove it.',
        ),
        (
            [("a", "")],
            'The list of neighbours has the pair "a" and ""; a pair is two different codes. Correct or remove it.',
        ),
    ],
)
def test_lists_that_are_refused(source, message):
    with pytest.raises(ev.DataError) as raised:
        ev.read_neighbours(source)
    assert str(raised.value) == message


def test_files_that_are_refused(write):
    with pytest.raises(ev.DataError) as raised:
        ev.read_neighbours(write("area,next\na,b\n", "touching.csv"))
    assert str(raised.value).startswith(
        'touching.csv: there is no column "neighbour", which neighbour= names.'
    )
    with pytest.raises(ev.DataError) as raised:
        ev.read_neighbours(write("area,neighbour\na,\n", "touching.csv"))
    assert str(raised.value) == (
        'touching.csv has the pair "a" and ""; a pair is two different codes. Correct or remove it.'
    )


def test_what_a_ring_cannot_be_asked():
    neighbours = ev.read_neighbours({"E05011247": ["E05011240"]})
    for arguments, message in (
        (
            (["E05011274"],),
            'There is no area "E05011274" among these neighbours. Did you mean "E05011247" or "E05011240"?',
        ),
        (("E05011247",), 'ring takes a list of areas; write ["E05011247"].'),
        ((["E05011247"], 0), "The ring that touches an area is number 1; 0 is asked for. Count from 1."),
    ):
        with pytest.raises(ev.DataError) as raised:
            neighbours.ring(*arguments)
        assert str(raised.value) == message
