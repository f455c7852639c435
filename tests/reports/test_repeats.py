"""Each drawing stands in a report once."""

import pandas as pd

from evaluate.figures.bundle import Bundle
from evaluate.reports.blocks import FigureBlock, Heading, Paragraph, SideBySide
from evaluate.reports.repeats import without_repeats


def figure(name, *, count=1, title="Counts", alt="A chart."):
    return FigureBlock(Bundle(name, title, alt, "", pd.DataFrame({"count": [count]}), lambda ax: None))


def test_a_second_drawing_of_the_same_becomes_a_sentence():
    blocks = [
        SideBySide([Paragraph("Question")], [figure("counterfactual")]),
        Heading("Claim 1"),
        figure("claim_1_methods", title="Methods"),
        Heading("Claim 2"),
        figure("claim_2_counterfactual"),
        figure("claim_2_methods", title="Methods"),
    ]
    assert without_repeats(blocks)[:4] == tuple(blocks[:4])
    assert [block.text for block in without_repeats(blocks)[4:]] == [
        "The figure is the one at the top of this report: Counts.",
        "The figure is the one under “Claim 1”: Methods.",
    ]


def test_figures_that_differ_in_anything_a_reader_is_shown_are_kept():
    blocks = [
        Heading("Claim 1"), figure("one"),
        Heading("Claim 2"), figure("two", count=2), figure("three", title="Other"), figure("four", alt="Another."),
    ]  # fmt: skip
    assert without_repeats(blocks) == tuple(blocks)
