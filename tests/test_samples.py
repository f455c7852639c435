"""The sample is made again byte for byte, has the published layout, and holds the truth that it says was planted."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

COUNTS = "mps_ward_level_crime_sample.csv"
PUBLISHED = "mps_ward/mps_ward_level_crime_redbridge_barking_201004_202402.csv"
HEADS = ["WardName", "WardCode", "MajorText", "MinorText", "LookUp_BoroughName"]


@pytest.fixture(scope="module")
def sample(checkout: Path) -> Path:
    return checkout / "data_samples" / "sample_operation"


@pytest.fixture(scope="module")
def truth(sample: Path) -> dict:
    return tomllib.loads((sample / "truth.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wide(sample: Path) -> pd.DataFrame:
    return pd.read_csv(sample / COUNTS)


@pytest.fixture(scope="module")
def script(checkout: Path) -> dict:
    return runpy.run_path(str(checkout / "scripts" / "make_sample_operation.py"))


@pytest.fixture(scope="module")
def complaints(sample: Path) -> pd.DataFrame:
    return pd.read_csv(sample / "complaints.csv", dtype=str, keep_default_na=False)


def months_of(wide: pd.DataFrame) -> list[str]:
    return [head for head in wide.columns if head.isdigit()]


def series(wide: pd.DataFrame, ward: str, majors: list[str]) -> pd.Series:
    rows = wide[(wide["WardCode"] == ward) & wide["MajorText"].isin(majors)]
    return rows[months_of(wide)].sum()


def test_the_script_makes_the_committed_bytes(script, sample, tmp_path):
    script["make"](tmp_path)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert sorted(made) == ["complaints.csv", COUNTS, "truth.toml"]
    for name, content in made.items():
        assert content == (sample / name).read_bytes(), f"{name} differs from what the script makes"


def test_another_seed_makes_other_numbers(script):
    one, other = (script["Stream"](seed).uniform(3) for seed in (1, 2))
    assert not np.allclose(one, other)
    assert ((one > 0) & (one < 1)).all()


def test_the_files_are_small(sample):
    assert sum(file.stat().st_size for file in sample.iterdir()) < 1_500_000


def test_the_layout_is_the_published_one(sample, wide, shared_data):
    published = (shared_data / PUBLISHED).read_bytes()
    made = (sample / COUNTS).read_bytes()
    head, other = (text.split(b"\n", 1)[0].decode().split(",") for text in (made, published))
    assert head[:5] == other[:5] == HEADS
    assert set(other[5:]) >= set(head[8:])  # the published months begin in 2010-04, ours in 2010-01
    for text in (made, published):
        assert not text.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in text
        assert b'"' not in text
        assert text.endswith(b"\n")
    real = pd.read_csv(shared_data / PUBLISHED)
    majors = set(wide["MajorText"])
    assert majors <= set(real["MajorText"])
    invented = {"HARASSMENT", "SOLICITING FOR PROSTITUTION"}
    assert set(wide["MinorText"]) - invented <= set(real["MinorText"])
    for table in (real, wide):
        assert (table[months_of(table)].sum(axis=1) > 0).all()  # a category that never occurred has no row
        assert table.sort_values(["LookUp_BoroughName", "WardName", "MajorText", "MinorText"]).index.equals(
            table.index
        )


def test_wards_and_months(wide):
    assert list(wide.columns) == [*HEADS, *pd.period_range("2010-01", "2019-12", freq="M").strftime("%Y%m")]
    wards = wide[["WardCode", "WardName", "LookUp_BoroughName"]].drop_duplicates()
    assert len(wards) == wards["WardCode"].nunique() == 42
    assert wards["LookUp_BoroughName"].value_counts().to_dict() == {"Marlowbridge": 22, "Thornmere": 20}
    assert wards["WardName"].duplicated().sum() == 1  # Abbey stands in both boroughs, as names do
    assert wards["WardCode"].str.fullmatch(r"E059900\d\d").all()
    assert not wide.duplicated(["WardCode", "MajorText", "MinorText"]).any()
    assert 90 < wide.groupby("WardCode")[months_of(wide)].sum().to_numpy().mean() < 130


def test_no_code_or_borough_is_real(wide, shared_data):
    real = pd.read_csv(
        shared_data / "mps_ward/mps_ward_level_crime_london_201004_202402.csv.gz",
        usecols=["WardCode", "LookUp_BoroughName"],
    )
    assert not set(wide["WardCode"]) & set(real["WardCode"])
    assert not set(wide["LookUp_BoroughName"]) & set(real["LookUp_BoroughName"])


def test_wards_vary_as_published_ones_do(wide, shared_data):
    """Extra-Poisson variance of a ward's share and how much of it is there a month later, 2014-2019, all crime."""
    real = pd.read_csv(shared_data / "mps_ward/mps_ward_level_crime_london_201004_202402.csv.gz")
    sizes = []
    for table, left_out in ((wide, ["E05990020", "E05990021"]), (real, [])):
        months = [month for month in months_of(table) if "201401" <= month <= "201912"]
        found = ~table["MajorText"].isin(
            [
                "DRUG OFFENCES",
                "POSSESSION OF WEAPONS",
                "MISCELLANEOUS CRIMES AGAINST SOCIETY",
                "FRAUD AND FORGERY",
            ]
        )
        counts = table[found].groupby("WardCode")[months].sum().drop(index=left_out)
        counts = counts[counts.mean(axis=1) < 250].to_numpy()
        mean = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
        deviation = counts / mean - 1
        sizes.append(((deviation**2 - 1 / mean).mean(), (deviation[:, 1:] * deviation[:, :-1]).mean()))
    assert sizes[0] == pytest.approx(sizes[1], rel=0.25)


def test_means_have_the_planted_ratios(script, truth):
    """In the means, before any noise, the ratios are exactly those of truth.toml."""
    stream, places, table = script["Stream"](truth["seed"]), script["wards"](), script["categories"]()
    untouched = script["untouched_means"](stream, places, table)
    planted = script["planted_means"](untouched, places, table)
    treated, touching = (list(places["code"]).index(truth[name]) for name in ("treated", "touching"))
    month = list(script["MONTHS"].astype(str)).index
    for number, (major, minor) in enumerate(zip(table["major"], table["minor"], strict=True)):
        if minor == "SOLICITING FOR PROSTITUTION":
            continue
        ratio = planted[treated, number] / untouched[treated, number]
        expected = truth["june_2017"][major]
        lasting = expected["after"]
        may = (
            1.0
            if expected["generation"] == "enforcement"
            else 1 - 5 / 31 * (1 - truth["may_2018"]["daily_rate_ratio"])
        )
        assert ratio[: month("2017-06")] == pytest.approx(1.0)
        assert ratio[month("2017-06")] == pytest.approx(expected["during"])
        assert ratio[[month("2017-07"), month("2019-12")]] == pytest.approx(lasting)
        assert ratio[month("2018-05")] == pytest.approx(lasting * may)
    reported = [truth["june_2017"][major]["generation"] != "enforcement" for major in table["major"]]
    prevented = (untouched - planted)[treated][reported].sum(axis=0)
    moved = (planted - untouched)[touching].sum(axis=0)
    assert moved == pytest.approx(truth["displaced"] * prevented)
    others = [row for row in range(len(places)) if row not in (treated, touching)]
    assert np.array_equal(planted[others], untouched[others])


def test_the_effect_shows_in_the_counts(wide, truth):
    """The treated ward's change relative to the others, against the planted ratio, within three standard errors.

    The standard errors are those of log ratios of a ward to the others over windows of this length, measured over the
    40 untreated wards of the sample.
    """
    majors = [major for major, kind in truth["june_2017"].items() if kind["generation"] != "enforcement"]
    months = months_of(wide)
    counts = wide[wide["MajorText"].isin(majors)].groupby("WardCode")[months].sum()
    total = counts.drop(index=[truth["treated"], truth["touching"]]).sum()
    before = [month for month in months if "201406" <= month <= "201702"]
    planted = {
        (row["operation"], row["window"]): row["rate_ratio"]
        for row in truth["windows"]
        if row["outcome"] == "all crime"
    }
    lasting = planted["June 2017", "after"]
    for first, last, ratio in (
        ("201706", "201706", planted["June 2017", "during"]),
        ("201707", "201804", lasting),
        ("201805", "201805", lasting * planted["May 2018", "during"]),
        ("201806", "201905", lasting * planted["May 2018", "after"]),
    ):
        window = [month for month in months if first <= month <= last]
        change = np.log(counts[window].sum(axis=1) / total[window].sum())
        change -= np.log(counts[before].sum(axis=1) / total[before].sum())
        error = change.drop(index=[truth["treated"], truth["touching"]]).std()
        assert abs(change[truth["treated"]] - np.log(ratio)) < 3 * error


def test_soliciting_follows_enforcement(wide, truth):
    rows = wide[wide["MinorText"] == "SOLICITING FOR PROSTITUTION"].set_index("WardCode")[months_of(wide)]
    treated = rows.loc[truth["treated"]]
    before, later = treated["201001":"201705"].mean(), treated["201707":"201804"].mean()
    assert treated["201706"] > 3 * before
    assert later < 0.7 * before
    assert rows.drop(index=[truth["treated"], truth["touching"]]).to_numpy().mean() < 0.1


def test_harassment_changes_its_name(wide, truth):
    old, new, first = (truth["renamed"][key] for key in ("old", "new", "first_month"))
    months = months_of(wide)
    turn = first.replace("-", "")
    by_name = wide[wide["MinorText"].isin([old, new])].groupby("MinorText")[months].sum().T
    assert (by_name.loc[by_name.index < turn, new] == 0).all()
    assert (by_name.loc[by_name.index >= turn, old] == 0).all()
    both = by_name.sum(axis=1)
    year_before, year_after = both["201504":"201603"].sum(), both["201604":"201703"].sum()
    assert 0.85 < year_after / year_before < 1.15


def test_complaints(complaints, truth, wide):
    assert list(complaints.columns) == ["id", "received", "ward_code", "type", "channel", "duplicate"]
    assert complaints["id"].is_unique
    assert complaints["received"].is_monotonic_increasing
    assert pd.to_datetime(complaints["received"], format="%Y-%m-%d").between("2010-01-01", "2019-12-31").all()
    assert set(complaints["ward_code"]) - {""} == set(wide["WardCode"])
    assert 0.02 < (complaints["ward_code"] == "").mean() < 0.04
    assert set(complaints["duplicate"]) == {"yes", "no"}
    repeated = complaints[complaints["duplicate"] == "yes"]
    first = complaints[complaints["duplicate"] == "no"]
    same = ["received", "ward_code", "type", "channel"]
    assert repeated[same].merge(first[same].drop_duplicates(), on=same).shape[0] == len(repeated)

    treated = first[
        (first["ward_code"] == truth["treated"]) & first["type"].isin(truth["complaints"]["fell"])
    ]
    monthly = (
        treated["received"]
        .str[:7]
        .value_counts()
        .reindex(pd.period_range("2014-06", "2019-05", freq="M").astype(str), fill_value=0)
    )
    before = monthly["2014-06":"2017-02"]
    after = monthly["2017-07":"2018-04"]
    error = np.sqrt(before.var() / len(before) + after.var() / len(after)) / before.mean()
    assert abs(after.mean() / before.mean() - truth["complaints"]["after"]) < 3 * error
    assert monthly["2017-03":"2017-05"].mean() > 1.5 * before.mean()


def test_the_halved_days_of_complaints(script):
    """Where the operation worked, its five days get half the complaints of other days of May 2018."""
    months = pd.PeriodIndex(["2018-05"] * 40_000, freq="M")
    days = script["complaint_days"](script["Stream"](3), months, np.ones(len(months), dtype=bool)).day
    daily = np.bincount(days, minlength=32)[1:] / (len(months) / (31 - 5 * 0.5))
    inside = (np.arange(1, 32) >= 22) & (np.arange(1, 32) <= 26)
    error = np.sqrt(28.5 / len(months))  # of one day's ratio, about 0.027
    assert daily[inside] == pytest.approx(0.5, abs=4 * error)
    assert daily[~inside] == pytest.approx(1.0, abs=4 * error)


def test_the_readme_says_what_was_planted(sample, truth):
    text = (sample / "README.md").read_text(encoding="utf-8")
    assert "Simulated" in text
    assert "python scripts/make_sample_operation.py" in text
    assert str(truth["seed"]) in text
    for row in truth["windows"]:
        if row["outcome"] == "all crime" and row["operation"] == "June 2017":
            assert f"**{row['rate_ratio']:.2f}**" in text
    for number in (
        f"**{truth['may_2018']['daily_rate_ratio']:.2f}**",
        f"**{truth['complaints']['after']:.2f}**",
        "30%",
    ):
        assert number in text
    for code in (truth["treated"], truth["touching"]):
        assert code in text


def test_it_reads_as_a_panel(sample, wide):
    import evaluate as ev

    panel = ev.read_mps(sample / COUNTS)
    assert panel.counts.shape == (42, 120, 11)
    assert float(panel.counts.sum()) == wide[months_of(wide)].to_numpy().sum()
    assert not np.isnan(panel.counts.values).any()
    assert panel.label("E05990020") == "Ropewalk"
