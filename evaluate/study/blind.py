"""A blind run: the counts that the claims are about are hidden, and areas where nothing was done stand in."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluate.data.panel import Panel
from evaluate.data.periods import period_bounds
from evaluate.design.design import Design
from evaluate.errors import DesignError, listed
from evaluate.numerics.seeds import child_seed
from evaluate.numerics.spikes import spike_scores
from evaluate.study.plan import Plan
from evaluate.study.questions import Roles

FEWEST_SHARE = 0.1
"""Where no area had a spike as high, one of the tenth with the highest stands in."""


@dataclass(frozen=True)
class Hidden:
    """Which counts nobody may see yet.

    Parameters
    ----------
    areas : tuple of str
        Codes of the treated and the buffer areas.
    start : datetime.date
        First day of the earliest operation or claimed period, other dates given for them included.

    Notes
    -----
    The counts are taken out as soon as a file is read. Whether a month was published in full is judged before that, by
    the total of the whole file.

    Examples
    --------
    >>> import evaluate as ev
    >>> panel = ev.simulate_panel(areas=2, periods=24, seed=1)
    >>> hidden = Hidden(("A01",), datetime.date(2011, 6, 15)).take_out(panel)
    >>> hidden.counts.isnull().sum("period").values.ravel()
    array([7, 0])
    """

    areas: tuple[str, ...]
    start: datetime.date

    def take_out(self, panel: Panel) -> Panel:
        """Return the panel with the hidden counts missing, as if nobody had published them."""
        _, last = period_bounds(panel.periods)
        rows = np.asarray(panel.areas.isin(list(self.areas)))
        columns = np.asarray(last >= pd.Timestamp(self.start))
        values = panel.counts.values.copy()
        values[np.ix_(rows, columns)] = np.nan
        return replace(panel, counts=panel.counts.copy(data=values))


@dataclass(frozen=True)
class Blind:
    """What a blind run looks at instead.

    Parameters
    ----------
    hidden : Hidden
        What it does not look at.
    treated, buffer : tuple of str
        Codes of the areas that stand in for the treated and the buffer areas.
    names, stand_in_names : tuple of str
        Readable names of the treated areas, and of those that stand in for them.
    chosen : str
        How the stand-ins were chosen, as a sentence.
    """

    hidden: Hidden
    treated: tuple[str, ...]
    buffer: tuple[str, ...]
    names: tuple[str, ...]
    stand_in_names: tuple[str, ...]
    chosen: str

    @property
    def banner(self) -> str:
        """What every page says."""
        return f"Blind: {listed(list(self.stand_in_names))}, a stand-in for {listed(list(self.names))}"

    @property
    def sentence(self) -> str:
        """What a report says of itself."""
        return (
            f"This is a blind run. {listed(list(self.stand_in_names))} stood in for {listed(list(self.names))}, whose "
            f"counts from {self.hidden.start} on were hidden from everything that was fitted, drawn or written, as "
            f"were those of the buffer areas. {self.chosen} Nothing was done there, so that no verdict below says "
            "anything of the operations; a claim that is borne out here is a false alarm of the method."
        )


def hidden_by(plan: Plan) -> Hidden:
    """Say what a blind run of a plan must not see."""
    starts = [one.start for one in plan.operations]
    starts += [dates.start for one in plan.operations for dates in one.alternatives]
    starts += [claim.start for claim in plan.claims if claim.start is not None]
    starts += [dates.start for claim in plan.claims for dates in claim.alternatives]
    return Hidden((*plan.areas.treated, *plan.areas.buffer), min(starts))


def stand_in(design: Design, roles: Roles, hidden: Hidden, *, seed: int) -> tuple[Blind, Roles]:
    """Choose stand-ins among the controls, by the seed and by what may be seen.

    Parameters
    ----------
    design : Design
        Of the plan's operations and primary outcome, with the hidden counts missing.
    roles : Roles
        Who is treated, control and buffer in earnest.
    hidden : Hidden
        What is missing.
    seed : int
        Root seed of the run.

    Returns
    -------
    blind : Blind
        What stands in for what.
    roles : Roles
        The same parts, played by the stand-ins; the real ones are excluded.

    Raises
    ------
    DesignError
        If there are too few controls.

    Notes
    -----
    Where the plan names a spike, as many areas as were treated are drawn from the controls whose standardised spike
    (``numerics.spikes``) in the same periods was at least as high as the treated areas', as far as these are not
    hidden; where there are too few of them, from the tenth with the highest. Those that stand in for the buffers are
    drawn from the other controls and need not touch: they let every part of the analysis be tried.
    """
    wanted = len(roles.treated) + len(roles.buffer)
    if len(roles.control) <= wanted:
        raise DesignError(
            f"A blind run needs {wanted} control areas to stand in for the treated and the buffer areas, and others to "
            f"compare them with; there are {len(roles.control)}. Name more controls."
        )
    random = np.random.default_rng(child_seed(seed, "stand-in"))
    candidates, chosen = _candidates(design, roles, hidden)
    treated = _drawn(random, candidates, len(roles.treated))
    buffer = _drawn(random, [code for code in roles.control if code not in treated], len(roles.buffer))
    names = tuple(design.panel.label(code) for code in roles.treated)
    stand_in_names = tuple(design.panel.label(code) for code in treated)
    blind = Blind(hidden, treated, buffer, names, stand_in_names, chosen)
    gone = {*treated, *buffer}
    return blind, replace(
        roles,
        treated=treated,
        buffer=buffer,
        control=tuple(code for code in roles.control if code not in gone),
        excluded=(*roles.excluded, *roles.treated, *roles.buffer),
        drawn_from=roles.drawn_from - len(gone),
    )


def _drawn(random: np.random.Generator, codes: Sequence[str], number: int) -> tuple[str, ...]:
    """Some of the codes, in their order."""
    picked = np.sort(random.choice(len(codes), number, replace=False))
    return tuple(codes[position] for position in picked)


def _candidates(design: Design, roles: Roles, hidden: Hidden) -> tuple[list[str], str]:
    """The controls to draw from, and how they were found."""
    anyone = "It was drawn from the control areas with the plan's seed."
    seen = np.asarray(period_bounds(design.periods)[1] < pd.Timestamp(hidden.start))
    spike = np.asarray(design.periods.isin(design.trigger_periods)) & seen
    baseline = design.baseline & seen
    if not spike.any() or not baseline.any():
        return list(roles.control), anyone
    counts = design.control_counts
    known = ~np.isnan(counts[:, spike | baseline]).any(axis=1)
    total = counts[known].sum(axis=0)
    own = spike_scores(design.treated_counts[None, :], total, spike=spike, baseline=baseline)[0]
    scores = spike_scores(counts, total - counts, spike=spike, baseline=baseline)
    scores[~known] = np.nan
    if np.isnan(own) or np.isnan(scores).all():
        return list(roles.control), anyone
    needed = len(roles.treated)
    codes = np.array(design.control, dtype=object)
    as_high = codes[scores >= own]
    if len(as_high) >= needed:
        return [str(code) for code in as_high], (
            f"It was drawn with the plan's seed from the {len(as_high)} control areas with a spike as high before."
        )
    most = max(needed, int(np.ceil(FEWEST_SHARE * np.isfinite(scores).sum())))
    highest = np.sort(np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")[:most])
    return [str(code) for code in codes[highest]], (
        f"No control area, or too few, had a spike as high before; it was drawn with the plan's seed from the {most} "
        "with the highest."
    )
