"""California's Proposition 99: cigarette sales by four methods, with the weights that the papers print."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from evaluate.numerics.predictor_weights import predictor_weights
from evaluate.numerics.synthetic import synthetic_fit

FILES = (
    "studies/prop99_smoking/california_prop99_synthdid.csv",
    "studies/prop99_smoking/smoking_tidysynth.csv",
)


def replicate(data: Path) -> dict[str, float]:
    """Compute every number of ``expected.csv``."""
    return arkhangelsky(data / FILES[0]) | abadie(data / FILES[1])


def arkhangelsky(file: Path) -> dict[str, float]:
    """Synthetic difference in differences, synthetic control and difference in differences; all years matched."""
    packs = pd.read_csv(file, sep=";").pivot(index="State", columns="Year", values="PacksPerCapita")
    treated, controls = packs.loc["California"].to_numpy(), packs.drop("California").to_numpy()
    before = np.asarray(packs.columns < 1989)
    sdid = synthetic_fit(treated, controls, before, ~before, "synthetic difference in differences")
    levels = synthetic_fit(treated, controls, before, ~before, "synthetic control")
    equal = synthetic_fit(treated, controls, before, ~before, "difference in differences")
    found = {
        "SDID: effect": sdid.effect,
        "SDID: ridge": sdid.ridge,
        "SC: effect": levels.effect,
        "SC: gap in 2000": treated[-1] - levels.synthetic[-1],
        "DID: effect": equal.effect,
        "SDID: placebo standard error": placebo_error(
            controls, before, "synthetic difference in differences"
        ),
        "SC: placebo standard error": placebo_error(controls, before, "synthetic control"),
        "DID: placebo standard error": placebo_error(controls, before, "difference in differences"),
    }
    years = dict(zip(packs.columns[before], sdid.period_weights, strict=True))
    return found | {f"SDID: weight of {year}": float(years[year]) for year in (1986, 1987, 1988)}


def placebo_error(controls: np.ndarray, before: np.ndarray, method: str) -> float:
    """Standard deviation of what each other state shows in California's place: the limit of many random placebos."""
    effects = [
        synthetic_fit(controls[row], np.delete(controls, row, axis=0), before, ~before, method).effect
        for row in range(len(controls))
    ]
    return float(np.std(effects))


def abadie(file: Path) -> dict[str, float]:
    """The synthetic control with seven predictors."""
    table = pd.read_csv(file)
    packs = table.pivot(index="state", columns="year", values="cigsale")

    def mean(column: str, first: int) -> pd.Series:
        """Mean from some year to 1988, by state."""
        return table[table["year"].between(first, 1988)].groupby("state")[column].mean()

    states = ["California", *packs.index.drop("California")]
    predictors = pd.concat(
        [mean("lnincome", 1980), mean("retprice", 1980), mean("age15to24", 1980), mean("beer", 1984),
         packs[1975], packs[1980], packs[1988]], axis=1,
    ).loc[states].to_numpy()  # fmt: skip
    counts, before = packs.loc[states].to_numpy(), np.asarray(packs.columns < 1989)
    california = gap(counts, predictors, before)
    named = dict(zip(states[1:], california[1], strict=True))
    weights = {
        f"ADH: weight of {state}": named[state]
        for state in ("Utah", "Nevada", "Montana", "Colorado", "Connecticut")
    }
    return weights | {
        "ADH: gap in 2000": california[0][-1],
        "ADH: mean squared gap before": float(np.mean(california[0][before] ** 2)),
        "ADH: mean squared gap after": float(np.mean(california[0][~before] ** 2)),
        "ADH: p-value": placebo_p_value(counts, predictors, before),
    }


def gap(counts: np.ndarray, predictors: np.ndarray, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Recorded less synthetic of the first state in every year, and the weights."""
    weights = predictor_weights(predictors, counts[:, before]).area_weights
    return counts[0] - weights @ counts[1:], weights


def placebo_p_value(counts: np.ndarray, predictors: np.ndarray, before: np.ndarray) -> float:
    """Share of the 39 states whose mean squared gap grew at least as much as California's."""
    growth = []
    for row in range(len(counts)):
        others = np.arange(1, len(counts))
        order = [row, *others[others != row]]
        found = gap(counts[order], predictors[order], before)[0]
        growth.append(np.mean(found[~before] ** 2) / np.mean(found[before] ** 2))
    return float(np.mean(np.array(growth) >= growth[0]))
