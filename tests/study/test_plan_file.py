"""Messages about a plan: the rule, the value, the fix, the line."""

from __future__ import annotations

import pytest

import evaluate as ev
from evaluate.study import load_study
from evaluate.study.plan_file import line_of

WRONG = {
    "unknown key, misspelt": (
        [("treated =", "treatd =")],
        'Unknown key "treatd" in areas. Did you mean "treated"? (plan.toml, line 14)',
    ),
    "unknown table": (
        [("[windows]", "[windovs]")],
        'Unknown key "windovs". Did you mean "windows"? (plan.toml, line 18)',
    ),
    "unknown key in a list of tables": (
        [('speaker = "An inspector"', 'speeker = "An inspector"')],
        'Unknown key "speeker" in claims[1]. Did you mean "speaker"? (plan.toml, line 49)',
    ),
    "missing key": (
        [('obtain = "Ask the author of the tests for wards.csv."\n', "")],
        'The key "obtain" is missing in data. Add it. (plan.toml, line 7)',
    ),
    "number in quotes": (
        [("seed = 7", 'seed = "7"')],
        'seed is a whole number without quotes; it is "7". (plan.toml, line 3)',
    ),
    "text without quotes": (
        [('title = "A small study"', "title = 3")],
        'title is text in quotes, such as "all crime"; it is 3. (plan.toml, line 1)',
    ),
    "yes for true": (
        [("primary = true", 'primary = "yes"')],
        'outcomes[1].primary is true or false, without quotes; it is "yes". (plan.toml, line 38)',
    ),
    "list without brackets": (
        [('treated = ["E00000001"]', 'treated = "E00000001"')],
        'areas.treated is a list in square brackets, such as ["E05011247"]; it is "E00000001". (plan.toml, line 14)',
    ),
    "no date": (
        [("start = 2014-06-01", 'start = "June"')],
        'operations[1].start is a date, such as 2017-06-01; it is "June". (plan.toml, line 25)',
    ),
    "no length of time": (
        [('"36 months"', '"36 moons"')],
        'before is a whole number and a unit in quotes, such as "36 months" or "10 weeks"; it is \'36 moons\'. '
        "(plan.toml, line 19)",
    ),
    "per cent for a fraction": (
        [("reduction = 0.50", "reduction = 50")],
        "reduction is a fraction from 0 to 1 (0.21 for 21%); it is 50. (plan.toml, line 54)",
    ),
    "unknown word": (
        [('generation = "public-reported"', 'generation = "publicly reported"')],
        'outcomes[1].generation is one of public-reported, mixed, enforcement; it is "publicly reported". '
        'Did you mean "public-reported"? (plan.toml, line 37)',
    ),
    "table for a list of tables": (
        [("[[events]]", "[events]")],
        "events is a list of tables; begin each with [[events]] instead of [events]. (plan.toml, line 30)",
    ),
    "empty list": (
        [('treated = ["E00000001"]', "treated = []")],
        "areas.treated is empty; it needs at least one entry. (plan.toml, line 14)",
    ),
    "misspelt outcome": (
        [('outcome = "all crime"', 'outcome = "al crime"')],
        'Claim "half" is about the outcome "al crime", unknown here. Did you mean "all crime"? (plan.toml, line 51)',
    ),
    "misspelt operation": (
        [('operation = "June 2014"', 'operation = "Jun 2014"')],
        'Claim "half" is about the operation "Jun 2014", unknown here. Did you mean "June 2014"? (plan.toml, line 52)',
    ),
    "specification of no outcome": (
        [("placebos = 5", 'placebos = 5\n\n[specifications]\noutcomes = ["robery"]')],
        'A specification names the outcome "robery". Did you mean "robbery"? (plan.toml, line 81)',
    ),
    "misspelt negative control": (
        [("placebos = 5", 'negative_controls = ["robery"]')],
        'The negative control "robery" is no outcome of this plan with parts. Did you mean "robbery"? '
        "(plan.toml, line 78)",
    ),
    "negative control date after the start": (
        [("placebos = 5", "negative_control_dates = [2013-06-01, 2014-06-01]")],
        "The negative control date 2014-06-01 is not before the first operation, of 2014-06-01. Name an earlier. "
        "(plan.toml, line 78)",
    ),
    "a disclosure threshold that hides nothing": (
        [("[checks]", "[disclosure]\nthreshold = 2\n\n[checks]")],
        "A disclosure threshold below 3 hides nothing: with 2 a hidden count could only be 1. It is 2. Write 5, the "
        "usual one, or another whole number of 3 or more. (plan.toml, line 77)",
    ),
    "unknown adjustment": (
        [("placebos = 5", 'adjustment = "bonferroni"')],
        'checks.adjustment is one of holm, false discovery; it is "bonferroni". (plan.toml, line 78)',
    ),
    "end before start": (
        [("end = 2014-06-30", "end = 2014-05-30")],
        '"June 2014" ends on 2014-05-30, before it starts on 2014-06-01. Swap the two dates, or correct one. '
        "(plan.toml, line 26)",
    ),
    "a claim with two times": (
        [('period = "June to August 2014"', 'operation = "June 2014"')],
        'Claim "spring" has start and end as well as operation or window; a claim is about one of the operations, or '
        "about dates of its own. Keep one. (plan.toml, line 56)",
    ),
    "a claim without a size": (
        [("reduction = 0.50\n", "")],
        'Claim "half" says no size: give reduction or increase as a fraction (0.5 for half, 0 for no stated size), or '
        "untestable with the reason why the data cannot test it. (plan.toml, line 46)",
    ),
    "two claims of one id": (
        [('id = "spring"', 'id = "half"')],
        'Two claims have the id "half"; give one of them another. (plan.toml, line 57)',
    ),
    "not TOML": (
        [("seed = 7", "seed = ")],
        "plan.toml is not valid TOML: invalid value (at line 3, column 8). Texts stand in quotes, dates do not, lists "
        "stand in square brackets.",
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_plan_gives_one_message_with_its_line(mistake, make_study):
    changes, message = WRONG[mistake]
    with pytest.raises(ev.DesignError) as caught:
        load_study(make_study(*changes))
    assert str(caught.value) == message


def test_several_problems_are_listed_in_the_order_of_their_lines(make_study):
    folder = make_study(
        ("seed = 7", 'seed = "7"'), ("treated =", "treatd ="), ('text = "crime was', 'texte = "crime was')
    )
    with pytest.raises(ev.DesignError) as caught:
        load_study(folder)
    assert str(caught.value).splitlines() == [
        "plan.toml has 3 problems:",
        'seed is a whole number without quotes; it is "7". (plan.toml, line 3)',
        'Unknown key "treatd" in areas. Did you mean "treated"? (plan.toml, line 14)',
        'Unknown key "texte" in claims[1]. Did you mean "text"? (plan.toml, line 48)',
    ]


def test_windows_line_ends_and_a_byte_order_mark_are_no_mistake(make_study):
    file = make_study() / "plan.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert load_study(file.parent).plan.seed == 7


def test_a_plan_in_another_encoding_is_named_as_such(make_study):
    file = make_study() / "plan.toml"
    file.write_bytes('title = "Caf\xe9"'.encode("latin-1"))
    with pytest.raises(ev.DesignError, match=r"plan.toml is not UTF-8 text; save it as UTF-8"):
        load_study(file.parent)


def test_lines_are_found_by_key_and_otherwise_by_table():
    text = "a = 1\n[b]\nc = 2\n[[d]]\ne = 3\n[[d]]\ne = 4\n[f.g]\nh = 5"
    assert line_of(text, ("a",)) == 1
    assert line_of(text, ("b", "missing")) == 2
    assert line_of(text, ("d", 1, "e")) == 7
    assert line_of(text, ("f", "g", "h")) == 9
    assert line_of(text, ("nowhere",)) is None
