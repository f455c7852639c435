#!/usr/bin/env python3
"""Make data_samples/sample_operation: a fictional borough with operations whose true effect is known.

Usage: python scripts/make_sample_operation.py [FOLDER]

Writes three files: ward counts in the layout in which the Metropolitan Police publish theirs, dated
complaints, and truth.toml with what was planted. Nothing in them comes from a real record.

The same seed gives the same bytes everywhere: each number is an inverse transform of a bit generator's raw
stream, which NumPy keeps stable, and not of its samplers, which it may improve.

Levels, season, dispersion and wandering have the size measured in the published London ward file for
2014-2019: around its share of the London total and beyond Poisson noise, a ward's count of all crime varies
with a variance of 0.015 on the log scale, about half of which is still there a month later.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special, stats

SEED = 20180522
MONTHS = pd.period_range("2010-01", "2019-12", freq="M")
DAYS = MONTHS.days_in_month.to_numpy()
BOROUGHS = {
    "Marlowbridge": (
        "Abbey, Aldersea, Bellfounders, Bridgefoot, Chandlery, Cooperage, Drovers Cross, Eastlock, "
        "Fellmonger, Glasshouse Hill, Hollowmere, Inkerfield, Kilnhouse, Lanternhill, Marlow Quay, "
        "Netherwharf, Oldmint, Paddlers End, Quillstone, Ropewalk, Saltergate, Tidewell"
    ),
    "Thornmere": (
        "Abbey, Ashenden Park, Beaconmoor, Copperleigh, Dovehouse, Elmscroft, Foxhollow, Gorsebank, "
        "Hazelbrake, Ivyholme, Juniper Fields, Kestrel Heath, Larkrise End, Mossgate, Nightingale Cross, "
        "Orchard Vale, Plumtree, Rushcombe, Sedgeworth, Thornmere Green"
    ),
}
FIRST_CODE = 5990001  # E05990001, far above every ward code in use

TREATED, TOUCHING = "Ropewalk", "Saltergate"
LEVELS = {TREATED: 1.40, TOUCHING: 0.55}  # times an average ward
SPIKE = {"2017-03": 1.15, "2017-04": 1.25, "2017-05": 1.35}
FIRST, SECOND = pd.Period("2017-06"), pd.Period("2018-05")  # months of the two operations
SECOND_DAYS, SECOND_DAILY = (22, 26), 0.50  # first and last day in May 2018; rate ratio on those days
SECOND_SHARE = (SECOND_DAYS[1] - SECOND_DAYS[0] + 1) / SECOND.days_in_month
SECOND_MONTHLY = 1 - SECOND_SHARE * (1 - SECOND_DAILY)
DISPLACED = 0.30  # share of what was prevented that turned up in the touching ward
OLD_NAME, NEW_NAME, RENAMED = "HARASSMENT", "STALKING AND HARASSMENT", pd.Period("2016-04")


@dataclass(frozen=True)
class Kind:
    """How a major category behaves, and the first operation's planted rate ratios in the treated ward."""

    during: float
    after: float
    generation: str = "public-reported"
    season: float = 0.06  # amplitude on the log scale
    peak: int = 7  # month
    rise: float = 0.0  # over the ten years, on the log scale


KINDS = {
    "ARSON AND CRIMINAL DAMAGE": Kind(0.70, 0.75, season=0.04, rise=-0.1),
    "BURGLARY": Kind(0.80, 0.85, season=0.10, peak=12),
    "DRUG OFFENCES": Kind(1.60, 1.10, "enforcement", rise=-0.3),
    "MISCELLANEOUS CRIMES AGAINST SOCIETY": Kind(1.0, 1.0, "enforcement"),
    "POSSESSION OF WEAPONS": Kind(1.60, 1.10, "enforcement", rise=0.3),
    "PUBLIC ORDER OFFENCES": Kind(0.60, 0.70, "mixed", season=0.12, rise=0.5),
    "ROBBERY": Kind(0.55, 0.65, peak=11),
    "SEXUAL OFFENCES": Kind(0.70, 0.80, "mixed", season=0.07, rise=0.5),
    "THEFT": Kind(0.70, 0.75),
    "VEHICLE OFFENCES": Kind(0.75, 0.80, season=0.05, peak=11),
    "VIOLENCE AGAINST THE PERSON": Kind(0.65, 0.75, season=0.08, rise=0.6),
}
# Mean of a month in an average ward; harassment is split by its two names when the file is written.
MINORS = {
    "ARSON AND CRIMINAL DAMAGE": {"ARSON": 0.25, "CRIMINAL DAMAGE": 7.0},
    "BURGLARY": {"BURGLARY BUSINESS AND COMMUNITY": 2.8, "DOMESTIC BURGLARY": 6.5},
    "DRUG OFFENCES": {"POSSESSION OF DRUGS": 4.4, "TRAFFICKING OF DRUGS": 0.4},
    "MISCELLANEOUS CRIMES AGAINST SOCIETY": {
        "MISC CRIMES AGAINST SOCIETY": 1.2,
        "SOLICITING FOR PROSTITUTION": 0.04,
    },
    "POSSESSION OF WEAPONS": {"POSSESSION OF WEAPONS": 0.8},
    "PUBLIC ORDER OFFENCES": {
        "OTHER OFFENCES PUBLIC ORDER": 0.7,
        "PUBLIC FEAR ALARM OR DISTRESS": 3.6,
        "RACE OR RELIGIOUS AGG PUBLIC FEAR": 1.0,
    },
    "ROBBERY": {"ROBBERY OF BUSINESS PROPERTY": 0.3, "ROBBERY OF PERSONAL PROPERTY": 3.8},
    "SEXUAL OFFENCES": {"OTHER SEXUAL OFFENCES": 1.3, "RAPE": 0.8},
    "THEFT": {"BICYCLE THEFT": 2.2, "OTHER THEFT": 13.5, "SHOPLIFTING": 5.2, "THEFT FROM THE PERSON": 4.8},
    "VEHICLE OFFENCES": {
        "AGGRAVATED VEHICLE TAKING": 0.1,
        "INTERFERING WITH A MOTOR VEHICLE": 1.6,
        "THEFT FROM A VEHICLE": 7.2,
        "THEFT OR UNAUTH TAKING OF A MOTOR VEH": 3.4,
    },
    "VIOLENCE AGAINST THE PERSON": {
        OLD_NAME: 4.2,
        "HOMICIDE": 0.015,
        "VIOLENCE WITH INJURY": 8.6,
        "VIOLENCE WITHOUT INJURY": 8.8,
    },
}
SOLICITING = "SOLICITING FOR PROSTITUTION"
SOLICITING_LEVELS = {TREATED: 3.0, TOUCHING: 0.5}  # a month
SOLICITING_DURING, SOLICITING_AFTER, SOLICITING_SECOND = 5.0, 0.40, 2.0

COMPLAINTS = {  # type: mean of a month in an average ward, in the treated ward, and whether it fell
    "kerb crawling": (0.6, 12.0, True),
    "street sex work": (0.4, 8.0, True),
    "sex litter": (0.3, 5.0, True),
    "noise at night": (1.2, 3.0, False),
}
FELL = np.array([fell for _, _, fell in COMPLAINTS.values()])
COMPLAINT_SPIKE = {"2017-03": 1.6, "2017-04": 2.0, "2017-05": 2.4}
COMPLAINTS_DURING, COMPLAINTS_AFTER = 0.45, 0.60
CHANNELS = {"phone": 0.50, "web form": 0.30, "app": 0.15, "councillor": 0.05}


class Stream:
    """Random numbers by inverse transform of a bit generator's raw output."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def uniform(self, *shape: int) -> np.ndarray:
        """Strictly between 0 and 1."""
        raw = self._bits.random_raw(int(np.prod(shape))).reshape(shape)
        return ((raw >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53

    def normal(self, *shape: int) -> np.ndarray:
        """Standard normal."""
        return special.ndtri(self.uniform(*shape))

    def counts(self, means: np.ndarray, extra: float) -> np.ndarray:
        """Negative binomial with variance ``mean + extra * mean ** 2``."""
        return stats.nbinom.ppf(self.uniform(*means.shape), 1 / extra, 1 / (1 + extra * means)).astype(int)

    def wandering(self, *shape: int, sd: float, memory: float) -> np.ndarray:
        """Stationary first-order autoregressions around zero, shape (..., months)."""
        path = self.normal(*shape, len(MONTHS)) * sd
        for month in range(1, len(MONTHS)):
            path[..., month] = memory * path[..., month - 1] + np.sqrt(1 - memory**2) * path[..., month]
        return path


def wards() -> pd.DataFrame:
    """Name, borough and code; codes run in alphabetical order within a borough, as real ones do."""
    named = [(name, borough) for borough, names in BOROUGHS.items() for name in names.split(", ")]
    table = pd.DataFrame(named, columns=["name", "borough"])
    table["code"] = [f"E{FIRST_CODE + number:08d}" for number in range(len(table))]
    return table


def row_of(places: pd.DataFrame, name: str) -> int:
    """Row of a ward whose name stands once."""
    return int(np.flatnonzero(places["name"] == name)[0])


def categories() -> pd.DataFrame:
    """Major and minor categories with the mean of an average ward."""
    rows = [(major, minor, mean) for major, minors in MINORS.items() for minor, mean in minors.items()]
    return pd.DataFrame(rows, columns=["major", "minor", "mean"])


def by_month(values: dict[str, float]) -> np.ndarray:
    """One for every month but those named."""
    return np.array([values.get(str(month), 1.0) for month in MONTHS])


def untouched_means(stream: Stream, places: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Mean counts had nothing been done, the spike included; shape (wards, categories, months)."""
    areas, size = len(places), len(table)
    kinds = [KINDS[major] for major in table["major"]]
    level = 0.35 * stream.normal(areas)
    for name, times in LEVELS.items():
        level[row_of(places, name)] = np.log(times)
    mix = np.clip(0.25 * stream.normal(areas, size), -0.5, 0.5)
    years = (np.arange(len(MONTHS)) - (len(MONTHS) - 1) / 2) / 12
    drift = 0.012 * stream.normal(areas)[:, None] * years + stream.wandering(areas, sd=0.085, memory=0.7)
    own = stream.wandering(areas, size, sd=0.20, memory=0.5)
    shocks = 0.03 * stream.normal(len(MONTHS)) + 0.04 * stream.normal(size, len(MONTHS))
    season = np.array([k.season * np.cos(2 * np.pi * (MONTHS.month - k.peak) / 12) for k in kinds])
    rise = np.array([k.rise * years / 10 for k in kinds])
    shared = np.log(table["mean"].to_numpy())[:, None] + season + rise + shocks + np.log(DAYS / 30.4375)
    means = np.exp(shared + (level[:, None] + mix)[:, :, None] + drift[:, None, :] + own)

    reported = np.array([k.generation != "enforcement" for k in kinds])
    means[row_of(places, TREATED), reported] *= by_month(SPIKE)
    for name, mean in SOLICITING_LEVELS.items():
        means[row_of(places, name), table["minor"] == SOLICITING] = mean
    return means


def first_effect(during: float, after: float) -> np.ndarray:
    """The first operation's rate ratio by month; its after lasts to the end."""
    return np.where(MONTHS > FIRST, after, np.where(MONTHS == FIRST, during, 1.0))


def effects(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Planted rate ratios of the first and of the second operation, each (categories, months)."""
    first, second = [], []
    for major, minor in zip(table["major"], table["minor"], strict=True):
        kind, ratio = KINDS[major], 1.0 if KINDS[major].generation == "enforcement" else SECOND_MONTHLY
        during, after = kind.during, kind.after
        if minor == SOLICITING:
            during, after, ratio = SOLICITING_DURING, SOLICITING_AFTER, SOLICITING_SECOND / SOLICITING_AFTER
        first.append(first_effect(during, after))
        second.append(np.where(MONTHS == SECOND, ratio, 1.0))
    return np.array(first), np.array(second)


def planted_means(untouched: np.ndarray, places: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Means with the operations: fewer crimes in the treated ward, some of them next door instead."""
    treated, touching = row_of(places, TREATED), row_of(places, TOUCHING)
    means = untouched.copy()
    means[treated] *= np.prod(effects(table), axis=0)
    reported = np.array([KINDS[major].generation != "enforcement" for major in table["major"]])
    means[touching, reported] += DISPLACED * (untouched[treated] - means[treated])[reported]
    return means


def ward_file(places: pd.DataFrame, table: pd.DataFrame, counts: np.ndarray) -> pd.DataFrame:
    """Lay the counts out as published: a row for each category that ever occurred in a ward."""
    months = MONTHS.strftime("%Y%m")
    where, what = (index.ravel() for index in np.indices(counts.shape[:2]))
    heads = pd.DataFrame(
        {
            "WardName": places["name"].to_numpy()[where],
            "WardCode": places["code"].to_numpy()[where],
            "MajorText": table["major"].to_numpy()[what],
            "MinorText": table["minor"].to_numpy()[what],
            "LookUp_BoroughName": places["borough"].to_numpy()[where],
        }
    )
    wide = pd.concat([heads, pd.DataFrame(counts.reshape(len(heads), -1), columns=months)], axis=1)
    old = wide["MinorText"] == OLD_NAME
    new = wide[old].assign(MinorText=NEW_NAME)
    new.loc[:, months[MONTHS < RENAMED]] = 0
    wide.loc[old, months[MONTHS >= RENAMED]] = 0
    wide = pd.concat([wide, new])
    wide = wide[wide[months].sum(axis=1) > 0]
    return wide.sort_values(["LookUp_BoroughName", "WardName", "MajorText", "MinorText"])


def complaint_means(places: pd.DataFrame) -> np.ndarray:
    """Mean complaints, shape (wards, types, months)."""
    elsewhere, treated, _ = (np.array(column) for column in zip(*COMPLAINTS.values(), strict=True))
    level = np.repeat([elsewhere], len(places), axis=0)
    level[row_of(places, TOUCHING)] *= 2
    level[row_of(places, TREATED)] = treated
    season = 1 + 0.15 * np.cos(2 * np.pi * (MONTHS.month.to_numpy() - 7) / 12)
    means = level[:, :, None] * season * DAYS / 30.4375
    ratio = first_effect(COMPLAINTS_DURING, COMPLAINTS_AFTER) * by_month(COMPLAINT_SPIKE)
    means[row_of(places, TREATED), FELL] *= ratio * by_month({str(SECOND): SECOND_MONTHLY})
    return means


def complaint_days(stream: Stream, months: pd.PeriodIndex, halved: np.ndarray) -> pd.DatetimeIndex:
    """Draw the day: any of the month, but half as likely during the second operation where it worked."""
    first, last = SECOND_DAYS
    place = stream.uniform(len(months))
    # Lay the days of May 2018 end to end, the operation's at half their width, and see in which one falls.
    widths = np.where((np.arange(1, 32) >= first) & (np.arange(1, 32) <= last), SECOND_DAILY, 1.0)
    narrow = np.searchsorted(np.cumsum(widths), place * widths.sum())
    day = np.where(halved & (months == SECOND), narrow, (place * months.days_in_month).astype(int))
    return pd.DatetimeIndex(months.start_time) + pd.to_timedelta(day, unit="D")


def complaints_file(stream: Stream, places: pd.DataFrame) -> pd.DataFrame:
    """Dated complaints: some without a ward, some made twice and flagged, more of those during the spike."""
    wander = np.exp(stream.wandering(len(places), 1, sd=0.12, memory=0.6))
    counts = stream.counts(complaint_means(places) * wander, 0.08)
    ward, what, month = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    halved = (ward == row_of(places, TREATED)) & FELL[what]
    channel = np.searchsorted(np.cumsum(list(CHANNELS.values()))[:-1], stream.uniform(len(ward)))
    table = pd.DataFrame(
        {
            "received": complaint_days(stream, MONTHS[month], halved).strftime("%Y-%m-%d"),
            "ward_code": places["code"].to_numpy()[ward],
            "type": np.array(list(COMPLAINTS))[what],
            "channel": np.array(list(CHANNELS))[channel],
            "duplicate": "no",
        }
    )
    in_spike = table["received"].str[:7].isin(list(COMPLAINT_SPIKE))
    again = stream.uniform(len(table)) < np.where(in_spike, 0.15, 0.04)
    table["ward_code"] = table["ward_code"].mask(stream.uniform(len(table)) < 0.03, "")
    table = pd.concat([table, table[again].assign(duplicate="yes")])
    table = table.sort_values(["received", "ward_code", "type", "channel", "duplicate"], kind="stable")
    table.insert(0, "id", [f"C{number:06d}" for number in range(1, len(table) + 1)])
    return table


def window_truth(places: pd.DataFrame, table: pd.DataFrame, untouched: np.ndarray) -> str:
    """Tabulate the treated ward's mean counts by outcome and window, without and with each operation."""
    first, second = effects(table)
    before = untouched[row_of(places, TREATED)]
    generation = np.array([KINDS[major].generation for major in table["major"]])
    groups = {"all crime": generation != "enforcement", "all recorded crime": generation != ""}
    for name, column, value in (
        ("violence", "major", "VIOLENCE AGAINST THE PERSON"),
        ("robbery", "major", "ROBBERY"),
        ("harassment", "minor", OLD_NAME),
    ):
        groups[name] = (table[column] == value).to_numpy()
    windows = {
        ("June 2017", "during"): (MONTHS == FIRST, before, first),
        ("June 2017", "after"): ((MONTHS > FIRST) & (MONTHS < SECOND), before, first),
        ("May 2018", "during"): (MONTHS == SECOND, before * first, second),
        ("May 2018", "after"): ((MONTHS > SECOND) & (MONTHS <= SECOND + 12), before * first, second),
    }
    rows = []
    for outcome, chosen in groups.items():
        for (operation, window), (months, without, ratio) in windows.items():
            mean, planted = (cells[chosen][:, months].sum() for cells in (without, without * ratio))
            named = f'outcome = "{outcome}", operation = "{operation}", window = "{window}"'
            means = f"without = {mean:.1f}, with = {planted:.1f}, rate_ratio = {planted / mean:.4f}"
            rows.append(f"{{ {named}, {means} }}")
    return "windows = [\n    " + ",\n    ".join(rows) + ",\n]\n"


def truth_file(places: pd.DataFrame, windows: str) -> str:
    """What was planted, for machines; the README says the same for people."""
    code = dict(zip(places["name"], places["code"], strict=True))
    spike, complaint_spike = (
        ", ".join(f'"{month}" = {value}' for month, value in values.items())
        for values in (SPIKE, COMPLAINT_SPIKE)
    )
    fell = ", ".join(f'"{kind}"' for kind, (_, _, falls) in COMPLAINTS.items() if falls)
    ratios = "\n".join(
        f'"{major}" = {{ generation = "{kind.generation}", during = {kind.during}, after = {kind.after} }}'
        for major, kind in KINDS.items()
    )
    return f"""# Written by scripts/make_sample_operation.py: what was planted in this simulated sample.
simulated = true
seed = {SEED}
treated = "{code[TREATED]}"
touching = "{code[TOUCHING]}"
displaced = {DISPLACED}
spike = {{ {spike} }}
renamed = {{ old = "{OLD_NAME}", new = "{NEW_NAME}", first_month = "{RENAMED}" }}

# Mean counts of the treated ward in each window, without and with the operation. Those of May 2018 are
# against what the operation of June 2017 left behind, which lasts to the end of the data.
{windows}
# Rate ratios of June 2017 in the treated ward: in that month, and in every month after it.
[june_2017]
{ratios}

# Five days; the rate of every outcome that is not enforcement was halved on them, and nothing lasted.
[may_2018]
start = 2018-05-{SECOND_DAYS[0]}
end = 2018-05-{SECOND_DAYS[1]}
daily_rate_ratio = {SECOND_DAILY}
monthly_rate_ratio = {SECOND_MONTHLY:.4f}
after = 1.0

# Recorded soliciting, times its level before: it follows the officers and says nothing of crime.
[soliciting]
june_2017 = {SOLICITING_DURING}
later = {SOLICITING_AFTER}
may_2018 = {SOLICITING_SECOND}

[complaints]
fell = [{fell}]
during = {COMPLAINTS_DURING}
after = {COMPLAINTS_AFTER}
spike = {{ {complaint_spike} }}
"""


def make(folder: Path) -> None:
    """Write the three files into a folder."""
    stream, places, table = Stream(SEED), wards(), categories()
    untouched = untouched_means(stream, places, table)
    counts = stream.counts(planted_means(untouched, places, table), 0.06)
    complaints = complaints_file(stream, places)
    truth = truth_file(places, window_truth(places, table, untouched))
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in {
        "mps_ward_level_crime_sample.csv": ward_file(places, table, counts),
        "complaints.csv": complaints,
    }.items():
        frame.to_csv(folder / name, index=False, lineterminator="\n", encoding="utf-8")
    (folder / "truth.toml").write_text(truth, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    home = Path(__file__).resolve().parents[1] / "data_samples" / "sample_operation"
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else home)
