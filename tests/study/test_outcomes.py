"""From published categories to the outcomes of a plan: by name, by major category, by the common vocabulary."""

from __future__ import annotations

import pytest

import evaluate as ev
from evaluate.study.outcomes import matching, parts_of

NEW = [
    "BURGLARY: DOMESTIC BURGLARY",
    "BURGLARY: RES BURGLARY OF A HOME",
    "BURGLARY: RES BURGLARY OF UNCONNECTED BUILDING",
    "MISCELLANEOUS CRIMES AGAINST SOCIETY: MISC CRIMES AGAINST SOCIETY",
    "THEFT: THEFT FROM THE PERSON",
]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("theft", NEW[4:]),
        ("Theft: Theft from the Person", NEW[4:]),
        ("Theft: Theft from Person", NEW[4:]),
        ("BURGLARY: RESIDENTIAL BURGLARY", NEW[:3]),
        ("Burglary: Burglary in a Dwelling", NEW[:3]),
        ("BURGLARY: DOMESTIC BURGLARY", NEW[:1]),
        ("*", NEW),
    ],
)
def test_a_part_is_found_under_the_name_of_any_download(part, found):
    assert matching(part, NEW) == found


@pytest.mark.parametrize("part", ["THEFT AND HANDLING: THEFT PERSON", "VEHICLE OFFENCES"])
def test_what_is_only_nearly_the_same_is_not_taken_for_it(part):
    with pytest.raises(ev.DesignError, match="no category"):
        matching(part, NEW)


def test_a_category_of_other_downloads_is_explained():
    with pytest.raises(ev.DesignError) as refused:
        parts_of(["MISCELLANEOUS CRIMES AGAINST SOCIETY: SOLICITING FOR PROSTITUTION"], [], NEW)
    assert str(refused.value) == (
        'The data have no category "MISCELLANEOUS CRIMES AGAINST SOCIETY: SOLICITING FOR PROSTITUTION". Only downloads '
        "of 2019 to early 2022 name soliciting and exploitation of prostitution; in others they are inside the crimes "
        "against society (London Datastore, data.london.gov.uk/dataset/recorded_crime_summary; the files)."
    )
