"""From a plan and a panel to designs: one question for each outcome and stretch of time that a claim is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluate.claims.claim import Claim
from evaluate.data.panel import Panel
from evaluate.design.design import ALL_OTHERS, Design
from evaluate.design.operation import Operation
from evaluate.errors import DataError, DesignError, did_you_mean
from evaluate.numerics.seeds import child_seed
from evaluate.study.plan import ClaimPlan, Plan
from evaluate.study.plan_file import refuse
from evaluate.study.rules import Location


@dataclass(frozen=True, eq=False)
class Question:
    """One design and the claims that are put to it.

    Parameters
    ----------
    key : str
        Name for seeds and messages: the outcome, and the claim's own period where it has one.
    design : Design
        What is fitted.
    claims : tuple of ClaimPlan
        The claims this fit answers.
    own_period : bool
        True where the claim names dates instead of an operation.
    """

    key: str
    design: Design
    claims: tuple[ClaimPlan, ...]
    own_period: bool


@dataclass(frozen=True)
class Roles:
    """The areas of a study by the part they play, as codes.

    Parameters
    ----------
    treated, control, buffer, excluded : tuple of str
        Codes.
    drawn_from : int
        Number of controls before a sample of them was drawn; equal to their number where none was.
    """

    treated: tuple[str, ...]
    control: tuple[str, ...]
    buffer: tuple[str, ...]
    excluded: tuple[str, ...]
    drawn_from: int


def roles_of(plan: Plan, panel: Panel, path: Path, *, seed: int) -> Roles:
    """Give every area its part, proving that each is in the data and has one part only.

    Parameters
    ----------
    plan : Plan
        The plan.
    panel : Panel
        The counts.
    path : pathlib.Path
        The plan's file, for messages.
    seed : int
        Root seed, for a random sample of controls.

    Returns
    -------
    Roles

    Raises
    ------
    DesignError
        If an area is unknown or has two parts, or no control is left.
    """
    areas = plan.areas
    control = [] if areas.control == ALL_OTHERS else list(areas.control)
    given = {"treated": areas.treated, "buffer": areas.buffer, "excluded": areas.excluded, "control": control}
    part_of: dict[str, str] = {}
    for part, codes in given.items():
        for code in codes:
            if code not in panel.areas:
                hint = did_you_mean(code, [str(area) for area in panel.areas], labels=_labels(panel))
                raise refuse(
                    path, ("areas", part), f'areas.{part} names "{code}", which is not in the data. {hint}'
                )
            if code in part_of:
                raise refuse(
                    path,
                    ("areas", part),
                    f"Each area has one part; {code} ({panel.label(code)}) is both {part_of[code]} and {part}. "
                    f"Take it out of areas.{part}.",
                )
            part_of[code] = part
    if areas.control == ALL_OTHERS:
        control = [str(area) for area in panel.areas if str(area) not in part_of]
    if not control:
        raise refuse(
            path,
            ("areas", "control"),
            "No control area is left: every area of the data is treated, a buffer or excluded, or areas.control is "
            "empty. Shorten one of those lists, or read a file with more areas.",
        )
    chosen = control
    if areas.control_sample is not None and areas.control_sample < len(control):
        random = np.random.default_rng(child_seed(seed, "control sample"))
        picked = random.choice(len(control), areas.control_sample, replace=False)
        chosen = [sorted(control)[number] for number in sorted(picked)]
    return Roles(
        treated=tuple(areas.treated),
        control=tuple(chosen),
        buffer=tuple(areas.buffer),
        excluded=tuple(areas.excluded),
        drawn_from=len(control),
    )


def questions_of(plan: Plan, panel: Panel, roles: Roles, path: Path) -> list[Question]:
    """State the question of every testable claim; claims about the same outcome and operations share one.

    Parameters
    ----------
    plan : Plan
        The plan.
    panel : Panel
        Counts of the plan's outcomes.
    roles : Roles
        Who is treated, control and buffer.
    path : pathlib.Path
        The plan's file, for messages.

    Returns
    -------
    list of Question
        In the order of the claims, those on the primary outcome first.

    Raises
    ------
    DesignError
        If an operation or window lies outside the data, or two windows overlap.
    """
    asked: dict[str, list[ClaimPlan]] = {}
    for claim in plan.claims_primary_first:
        if claim.untestable is None:
            period = period_of(claim)
            asked.setdefault(f"{claim.outcome}, {period}" if period else claim.outcome, []).append(claim)
    questions = []
    for key, claims in asked.items():
        first = claims[0]
        design = _design(plan, panel, roles, path, first, own=period_of(first))
        for claim in claims:
            _require_window(design, claim, path, plan)
        questions.append(Question(key, design, tuple(claims), own_period=first.start is not None))
    return questions


def main_design(plan: Plan, panel: Panel, roles: Roles, path: Path) -> Design:
    """State the design of the plan's operations, for the first outcome that a claim is about.

    Raises
    ------
    DesignError
        If an operation or window lies outside the data, or two windows overlap.
    """
    return _design(plan, panel, roles, path, plan.claims_primary_first[0], own="")


def period_of(claim: ClaimPlan) -> str:
    """Name of a claim's own period; empty where it is about an operation."""
    if claim.start is None or claim.end is None:
        return ""
    return claim.period or f"{claim.start:%B %Y} to {claim.end:%B %Y}"


def stated(claim: ClaimPlan) -> Claim:
    """Turn a claim of the plan into the proposition that is judged."""
    own = period_of(claim)
    return Claim(
        claim.text,
        source=claim.source or "not stated",
        operation=own or claim.operation or "",
        window="during" if own else window_of(claim),
        reduction=claim.reduction,
        increase=claim.increase,
        outcome=claim.outcome,
        speaker=claim.speaker,
        id=claim.id,
        activity=claim.activity,
    )


def window_of(claim: ClaimPlan) -> str:
    """Name of the window a claim is about; empty for one that names no time."""
    if claim.start is not None:
        return "during"
    return (claim.window or "after") if claim.operation else ""


def operations_of(plan: Plan) -> list[Operation]:
    """List the plan's operations."""
    return [
        Operation(one.name, one.start, one.end or one.start, trigger=one.trigger, note=one.source)
        for one in plan.operations
    ]


def _design(plan: Plan, panel: Panel, roles: Roles, path: Path, claim: ClaimPlan, *, own: str) -> Design:
    """The design for one claim, of its own period where that is named; an error is placed in the plan."""
    where: Location = ("claims", plan.claims.index(claim)) if own else ("operations", 0)
    try:
        return Design(
            panel,
            outcome=claim.outcome,
            treated=roles.treated,
            control=roles.control,
            buffer=roles.buffer,
            excluded=roles.excluded,
            operations=[Operation(own, claim.start, claim.end)]
            if own and claim.start
            else operations_of(plan),
            before=plan.windows.before,
            after="0 months" if own else plan.windows.after,
            trigger=plan.windows.trigger,
        )
    except (DesignError, DataError) as error:
        raise refuse(path, _place(str(error), where, plan), str(error)) from error


def _place(message: str, where: Location, plan: Plan) -> Location:
    """The line a design's complaint is about: the operation or window length that it names."""
    for number, operation in enumerate(plan.operations):
        if f'"{operation.name}"' in message and where[0] == "operations":
            return ("operations", number)
    for length in ("before", "after", "trigger"):
        if message.startswith(f"{length}="):
            return ("windows", length)
    return where


def _require_window(design: Design, claim: ClaimPlan, path: Path, plan: Plan) -> None:
    """Prove that the window a claim is about exists."""
    try:
        design.window(period_of(claim) or claim.operation or "", window_of(claim))
    except DesignError as error:
        where = ("claims", plan.claims.index(claim), "window" if claim.window else "operation")
        raise refuse(
            path, where, f'Claim "{claim.id}" is about a window that is not there. {error}'
        ) from error


def _labels(panel: Panel) -> Mapping[str, str]:
    """Readable names of the areas, with the borough where the file gives one."""
    return {
        code: f"{name}, {panel.groups[code]}" if code in panel.groups else name
        for code, name in panel.labels.items()
    }
