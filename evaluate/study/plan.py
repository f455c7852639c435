"""The shape of plan.toml: who claimed what, where, when, how it is judged; decided before anything is fitted."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from evaluate.design.design import ALL_OTHERS
from evaluate.study.plan_fields import Count, Length, Size, Table, Text, control_of
from evaluate.study.plan_method import Checks, Dilution, Disclosure, Headline, Sensitivity, Specifications

Generation = Literal["public-reported", "mixed", "enforcement"]


class IncidentSource(Table):
    """A second file, of dated incidents such as complaints, counted by the panel's period.

    Parameters
    ----------
    files : list of str
        The file, looked for where the main file is.
    area, date, outcome : str
        Heads of the columns with the area's code, the date and the kind of incident.
    duplicate : str, optional
        Head of the column that marks an incident as reported before; those are left out.
    between : list of two dates, optional
        First and last day that the file covers; otherwise taken from the dates in it.
    covers : list of str, optional
        Codes of the areas whose incidents the file holds, so that an area without one had none. Without it only
        the areas named in the file are known; the others are missing, not zero.
    """

    files: Annotated[list[Text], Field(min_length=1, max_length=1)]
    area: Text
    date: Text
    outcome: Text
    duplicate: Text | None = None
    between: Annotated[list[datetime.date], Field(min_length=2, max_length=2)] | None = None
    covers: list[Text] | None = None


class DataSource(Table):
    """Which published file holds the counts and where to look for it.

    Parameters
    ----------
    reader : str
        "mps", "counts" or "police_uk": which published layout.
    files : list of str
        Names looked for in the study's folder and in data_samples/; all of them are read together.
    search : list of str
        Paths looked for under the shared data folder; the first that is there is read.
    obtain : str
        One sentence for someone who has no data: which file, and from whom.
    areas : str, optional
        For reader "police_uk": the lookup file from small areas to the areas of this plan.
    area, period, outcome, count : str, optional
        For reader "counts": heads of the columns.
    missing : "zero", optional
        For reader "counts": an area, period and outcome without a row had none. Without it that is missing.
    every : str, optional
        For reader "counts": length of a period, where the file does not show it.
    simulated : bool
        True where the counts were made up; every page of the report then says so.
    incidents : IncidentSource, optional
        A second file of dated incidents.
    """

    reader: Literal["mps", "counts", "police_uk"]
    files: list[Text] = []
    search: list[Text] = []
    obtain: Text
    areas: Text | None = None
    area: Text = "area"
    period: Text = "period"
    outcome: Text = "outcome"
    count: Text = "count"
    missing: Literal["zero"] | None = None
    every: Text | None = None
    simulated: StrictBool = False
    incidents: IncidentSource | None = None


class Areas(Table):
    """Which areas play which part.

    Parameters
    ----------
    treated : list of str
        Codes of the areas of the operation.
    control : "all others" or list of str
        Codes of the comparison areas.
    control_sample : int, optional
        Keep only that many of the controls, drawn at random with the plan's seed.
    buffer : list of str
        Codes of areas that crime may have moved to.
    excluded : list of str
        Codes of areas to leave out altogether.
    same_outside : str
        What else the treated and the comparison areas share or do not share, for the reader.
    """

    treated: Annotated[list[Text], Field(min_length=1)]
    control: Annotated[Any, BeforeValidator(control_of)] = ALL_OTHERS
    control_sample: Count | None = None
    buffer: list[Text] = []
    excluded: list[Text] = []
    same_outside: str = ""


class Windows(Table):
    """How long "before", "after" and the spike before the operation last.

    Parameters
    ----------
    before, after : str
        Such as "36 months".
    trigger : str, optional
        The spike that prompted the first operation, kept out of the baseline.
    """

    before: Length = "36 months"
    after: Length = "12 months"
    trigger: Length | None = None


class Dates(Table):
    """Other dates given for an operation or a claim's period; each is a sensitivity, none is chosen by fit.

    Parameters
    ----------
    start, end : date
        First and last day.
    reason : str
        Who gives these dates.
    """

    start: datetime.date
    end: datetime.date
    reason: str = ""


class OperationPlan(Table):
    """One dated operation.

    Parameters
    ----------
    name : str
        What it is called in tables and figures.
    start, end : date
        First and last day; without ``end`` it lasted one day.
    source : str
        Where the dates come from.
    trigger : str, optional
        The spike that prompted this operation; only for a second or later one.
    alternatives : list of Dates
        Other dates given for it.
    """

    name: Text
    start: datetime.date
    end: datetime.date | None = None
    source: str = ""
    trigger: Length | None = None
    alternatives: list[Dates] = []


class EventPlan(Table):
    """Something else that was going on, drawn on the timeline.

    Parameters
    ----------
    name : str
        In a few words.
    start, end : date
        First and last day; without ``end`` it lasted one day.
    source : str
        Where it is said.
    """

    name: Text
    start: datetime.date
    end: datetime.date | None = None
    source: str = ""


class OutcomePlan(Table):
    """One outcome and how its numbers come about.

    Parameters
    ----------
    name : str
        Name used by the claims.
    generation : str
        "public-reported", "mixed" or "enforcement".
    parts : list of str
        What is added together: "*" for everything, a major category, or "major: minor". Empty where the data do
        not have it; only an untestable claim can be about such an outcome.
    except_parts : list of str
        Left out of the sum, written the same way; for instance what enforcement generates.
    source : str
        "data" or "incidents": which of the two files.
    origin : str, optional
        Where the counts come from, such as "calls to the police"; "recorded crime" or, from incidents, "complaints"
        otherwise. Outcomes of one origin are one source of what went on.
    primary : bool
        The one outcome that the study is about.
    person_related : bool
        Counts of 1-4 are suppressed in reports.
    note : str
        What a reader should know of it.
    """

    name: Text
    generation: Generation
    parts: list[Text]
    except_parts: list[Text] = []
    source: Literal["data", "incidents"] = "data"
    origin: Text | None = None
    primary: StrictBool = False
    person_related: StrictBool = False
    note: str = ""

    @property
    def came_from(self) -> str:
        """The origin, or what it usually is."""
        usual = "complaints" if self.source == "incidents" else "recorded crime"
        return self.origin or ("what officers did" if self.generation == "enforcement" else usual)


class ClaimPlan(Table):
    """One quoted claim: about an operation's window, or about dates of its own.

    Parameters
    ----------
    id : str
        Short name, used for the numbers in expected.csv.
    text, speaker, source : str
        What was said, by whom, and where that is printed.
    outcome : str
        Name of an outcome of this plan.
    operation, window : str, optional
        What it is about; ``window`` is "during" or "after" (the default).
    start, end : date, optional
        The claim's own dates, when it names a period instead of an operation.
    period : str, optional
        What to call that period in tables.
    alternatives : list of Dates
        Other readings of the claim's own dates; each is a sensitivity.
    place : str
        "place" where the claim is about the place that [dilution] names, "area" where it is about the whole area.
    reduction, increase : float, optional
        The claimed size as a fraction: 0.5 for half, 0 for no stated size.
    activity : bool
        True where the claim is about what went on, such as "activity", which no single count measures: that it is
        borne out takes outcomes of two origins that the public reports.
    untestable : str, optional
        Why these data cannot test the claim at all.
    """

    id: Text
    text: Text
    speaker: str = ""
    source: str = ""
    outcome: Text
    operation: Text | None = None
    window: Literal["during", "after"] | None = None
    start: datetime.date | None = None
    end: datetime.date | None = None
    period: Text | None = None
    alternatives: list[Dates] = []
    place: Literal["place", "area"] = "place"
    reduction: Size | None = None
    increase: Size | None = None
    activity: StrictBool = False
    untestable: Text | None = None

    @property
    def is_about_the_place(self) -> bool:
        """Whether the claim is about the place that [dilution] names, not about the whole area."""
        return self.place == "place"


class Plan(Table):
    """A whole plan. Its keys are those of plan.toml; an unknown key is refused.

    Parameters
    ----------
    title, question : str
        For the head of the report.
    seed : int
        Root of every random draw.
    date : date
        When the plan was written.
    data_accessed_before_plan : bool
        True makes the study exploratory, and the report says so.
    data, areas, windows, operations, outcomes, claims, events, headline, sensitivity, checks, specifications,
    dilution, disclosure
        Tables of the plan.

    Examples
    --------
    >>> import evaluate as ev
    >>> plan = ev.load_study("sample_operation").plan
    >>> plan.data.reader
    'mps'
    """

    title: Text
    question: Text
    seed: Annotated[StrictInt, Field(ge=0)]
    date: datetime.date
    data_accessed_before_plan: StrictBool
    data: DataSource
    areas: Areas
    windows: Windows = Windows()
    operations: Annotated[list[OperationPlan], Field(min_length=1)]
    outcomes: Annotated[list[OutcomePlan], Field(min_length=1)]
    claims: Annotated[list[ClaimPlan], Field(min_length=1)]
    events: list[EventPlan] = []
    headline: Headline = Headline()
    sensitivity: Sensitivity = Sensitivity()
    checks: Checks = Checks()
    specifications: Specifications = Specifications()
    dilution: Dilution | None = None
    disclosure: Disclosure = Disclosure()

    def outcome(self, name: str) -> OutcomePlan:
        """Return one outcome by its name."""
        return next(outcome for outcome in self.outcomes if outcome.name == name)

    @property
    def claims_primary_first(self) -> list[ClaimPlan]:
        """The claims with those on the primary outcome first, otherwise as written."""
        primary = {outcome.name for outcome in self.outcomes if outcome.primary}
        return sorted(
            self.claims, key=lambda claim: (claim.outcome not in primary, claim.untestable is not None)
        )
