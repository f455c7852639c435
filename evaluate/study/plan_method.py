"""The part of plan.toml that says how claims are judged: method, other choices, checks, disclosure."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, StrictBool, StrictInt

from evaluate.study.plan_fields import Count, Length, Table, Text, threshold_of


class Headline(Table):
    """The method that answers, chosen before anything is fitted.

    Parameters
    ----------
    estimator : str
        Such as "structural".
    engine : str
        "fast" or "nuts", for the structural model.
    """

    estimator: Text = "structural"
    engine: Literal["fast", "nuts"] = "fast"


class Sensitivity(Table):
    """What else the same question is put to.

    Parameters
    ----------
    estimators : list of str
        Other methods.
    start_dates : bool
        Try the alternative dates of the operations.
    """

    estimators: list[Text] = ["interrupted time series", "before-after"]
    start_dates: StrictBool = True


class Checks(Table):
    """Which checks are made of the headline.

    Parameters
    ----------
    run : list of str
        Names of checks.
    placebos : int
        Most placebo fits for one check.
    negative_controls : list of str
        Outcomes of this plan that the operations could not have changed; naming one asks for the check "negative
        control outcome".
    negative_control_dates : list of date
        Days before the operations on which one is pretended to begin, such as the same month of earlier years; the
        check "placebo in time" then takes these instead of starts of its own.
    adjustment : str
        "holm" or "false discovery": how the p-values of secondary effects are adjusted for there being several.
    """

    run: list[Text] = ["placebo in space", "minimum detectable effect"]
    placebos: Count = 40
    negative_controls: list[Text] = []
    negative_control_dates: list[datetime.date] = []
    adjustment: Literal["holm", "false discovery"] = "holm"


class Specifications(Table):
    """The reasonable choices that the check "specification curve" combines, listed before anything is fitted.

    Parameters
    ----------
    estimators : list of str
        Other methods.
    outcomes : list of str
        Outcomes of this plan that answer the primary outcome's question too; used for claims on that one.
    controls : list of str
        Rules for other sets of controls: "alike in size", "alike in course", "same larger area", "every other".
    before, after : list of str
        Other lengths.
    stand_ins : int
        Untreated areas for which the curve of the study's first claim is drawn too, for a test of it as a whole.
    """

    estimators: list[Text] = ["interrupted time series", "difference in differences"]
    outcomes: list[Text] = []
    controls: list[Text] = ["alike in size", "alike in course", "same larger area"]
    before: list[Length] = ["24 months", "30 months"]
    after: list[Length] = []
    stand_ins: Count = 19


class Dilution(Table):
    """How much of the area's count the street of the claim makes up, so that its share bounds what could show.

    Parameters
    ----------
    street_incidents, area_incidents : int
        Incidents on the street and in the whole area, in the same month and by the same counting.
    month : str
        Which month, as "2017-01".
    source : str
        Where the two counts come from.
    place : str
        Name of the street.
    """

    street_incidents: Count
    area_incidents: Count
    month: Text
    source: str = ""
    place: Text = "the street"

    @property
    def share(self) -> float:
        """Share of the area's incidents that the street has."""
        return self.street_incidents / self.area_incidents


class Disclosure(Table):
    """Disclosure control of person-related counts.

    Parameters
    ----------
    threshold : int
        Counts above zero and below this are suppressed; 3 or more, since 2 would hide nothing.
    rounding : int
        Totals that are left are rounded to a multiple of this, and counts by period are not published; 1 for neither.
    """

    threshold: Annotated[StrictInt, AfterValidator(threshold_of)] = 5
    rounding: Count = 1
