"""The diagnostic of SDMetrics and its constraints on the same tables: where it says the same.

Differences, all of them on purpose: SDMetrics bounds a number by the extremes of the real
table and knows every level of it, ours leave out what fewer than eleven real rows have; it
counts rows with missing cells as kept, ours do not judge them; of values that occur twice it
forgives the first, ours count both; and an implication or a rate allowed it does not know. Its
constraints are named by hand and ours are found: fixed combinations are functional dependencies,
fixed combinations of gaps are implications about what is missing, (chained) inequalities and
ranges are orders, increments are steps, one-hot encodings are one rule, a formula is a sum or a
product (others are not looked for), and mixed scales (a number's decimals by group) have no rule.
Constraints between tables are outside of one table.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import Data, load
from synth_eval.data.table import Table
from synth_eval.rules.derived.derive import derive_rules
from synth_eval.rules.tally import Tally
from tests.conftest import replace_column

pytestmark = pytest.mark.filterwarnings("ignore")  # SDMetrics warns of its own future


def tallies(data: Data) -> dict[str, Tally]:
    rules, _ = derive_rules(data.real, data.holdout)
    return {rule.rule.text: rule.rule.count(data.synthetic) for rule in rules}


def frame(table: Table) -> Any:
    names = table.stored_names
    return pa.table({name: table.source.column(name) for name in names}).to_pandas()


def adherence(data: Data, name: str, **parameters: Any) -> float:
    from sdmetrics.multi_table.statistical import ConstraintAdherence

    return float(
        ConstraintAdherence.compute(
            {"t": frame(data.real)},
            {"t": frame(data.synthetic)},
            {"tables": {"t": data.schema.to_sdv()}},
            {"class_name": name, "parameters": {**parameters, "table_name": "t"}},
        )
    )


@pytest.fixture(scope="module")
def planted(simulated: Data) -> Data:
    """Ends before starts, a doubled key, an unknown level and an age beyond the real ones."""
    rows = pa.table(
        {name: simulated.synthetic.source.column(name) for name in simulated.synthetic.stored_names}
    )
    start = rows.column("start_date").to_pylist()
    end = rows.column("end_date").to_pylist()
    ended = [place for place, day in enumerate(end) if day is not None][:25]
    for place in ended:
        start[place], end[place] = end[place].replace(year=2030), start[place]
    key = rows.column("person_id").to_numpy().copy()
    key[1:8] = key[0]
    sex = np.array(rows.column("sex").to_pylist(), dtype=object)
    sex[:9] = "Unknown"
    age = rows.column("age").to_numpy().copy()
    age[:13] = 140
    for name, values in {
        "start_date": pa.array(start, pa.date32()),
        "end_date": pa.array(end, pa.date32()),
        "person_id": key,
        "sex": sex,
        "age": age,
    }.items():
        rows = replace_column(rows, name, values)
    return load(simulated.real.source._table, rows, simulated.holdout.source._table)  # type: ignore[attr-defined, union-attr]


def test_boundaries_categories_and_keys(planted: Data) -> None:
    from sdmetrics.single_column import BoundaryAdherence, CategoryAdherence, KeyUniqueness

    ours = tallies(planted)
    real, synthetic = frame(planted.real), frame(planted.synthetic)
    rows = len(synthetic)
    score = BoundaryAdherence.compute(real["age"], synthetic["age"])
    assert ours["age: from 16 to 90"].broken == 13
    assert 1 - score == pytest.approx(13 / rows)
    score = CategoryAdherence.compute(real["sex"], synthetic["sex"])
    (sex,) = [ours[text] for text in ours if text.startswith("sex: one of")]
    assert sex.broken == 9
    assert 1 - score == pytest.approx(9 / rows)
    score = KeyUniqueness.compute(real["person_id"], synthetic["person_id"])
    assert ours["person_id: no value occurs twice"].broken == 8
    assert 1 - score == pytest.approx(7 / rows)  # the first of the eight is forgiven


def test_rare_levels_are_a_difference(planted: Data) -> None:
    from sdmetrics.single_column import CategoryAdherence

    real, synthetic = frame(planted.real), frame(planted.synthetic)
    (region,) = [
        tally for text, tally in tallies(planted).items() if text.startswith("region: one")
    ]
    rare = real["region"].value_counts().loc[lambda counts: counts < 11].index
    theirs = 1 - CategoryAdherence.compute(real["region"], synthetic["region"])
    assert theirs == 0
    assert region.broken == synthetic["region"].isin(rare).sum() > 0


def test_inequality(planted: Data) -> None:
    ours = tallies(planted)["start_date <= end_date"]
    theirs = adherence(
        planted, "Inequality", low_column_name="start_date", high_column_name="end_date"
    )
    assert ours.broken == 25
    assert 1 - theirs == pytest.approx(25 / planted.synthetic.num_rows)
    assert ours.judged < planted.synthetic.num_rows  # open ends are not judged


def test_structure() -> None:
    from sdmetrics.single_table import TableStructure

    real = pa.table({"a": np.arange(200), "b": np.arange(200) % 3})
    data = load(real, real.drop_columns(["b"]))
    score = TableStructure.compute(frame(data.real), frame(data.synthetic))
    assert score < 1
    assert tallies(data)["all 2 columns are there"].broken == 200


def test_fixed_combinations_on_adult(shared_data: Path) -> None:
    data = load(
        shared_data / "mostly2023" / "adult_trn.csv.gz",
        shared_data / "planted" / "adult_impossible_1pct.parquet",
    )
    ours = tallies(data)["education and education-num determine each other"]
    theirs = adherence(data, "FixedCombinations", column_names=["education", "education-num"])
    assert ours == Tally(12_211, 60)
    assert 1 - theirs == pytest.approx(60 / 12_211)


class TestConstraintList:
    """Every constraint of one table, on one table with planted violations."""

    ROWS = 4_000

    def people(self, seed: int, broken: int = 0) -> pa.Table:
        rng = np.random.default_rng(seed)
        low = rng.integers(0, 5_000, self.ROWS)
        middle = low + rng.integers(0, 4_000, self.ROWS)
        high = middle + rng.integers(0, 4_000, self.ROWS)
        level = rng.integers(0, 4, self.ROWS)
        ended = rng.random(self.ROWS) < 0.4
        part, other = rng.integers(1, 500, self.ROWS), rng.integers(1, 500, self.ROWS)
        step = 500 * rng.integers(1, 90, self.ROWS)
        dummies = {f"level_{i}": (level == i).astype(int) for i in range(4)}
        total = part + other
        gaps = ~ended
        if broken:
            low[:broken] = high[:broken] + 9
            step[:broken] += 1
            total[:broken] -= 3
            for flags in dummies.values():
                flags[:broken] = 0
            ended[:broken], gaps[:broken] = True, True
        return pa.table(
            {
                "low": low, "middle": middle, "high": high, **dummies, "step": step,
                "part": part, "other": other, "total": total,
                "ended": np.where(ended, "yes", "no"),
                "weight": pa.array(rng.normal(70, 9, self.ROWS), mask=gaps),
            }
        )  # fmt: skip

    @pytest.fixture(scope="class")
    def both(self) -> tuple[Data, dict[str, Tally]]:
        data = load(self.people(0), self.people(1, broken=40))
        return data, tallies(data)

    @pytest.mark.parametrize(
        ("name", "parameters", "rules"),
        [
            ("Inequality", {"low_column_name": "low", "high_column_name": "high"}, ["low <= high"]),
            (
                "Range",
                {"low_column_name": "low", "middle_column_name": "middle",
                 "high_column_name": "high", "strict_boundaries": False},
                ["low <= middle", "middle <= high"],
            ),
            (
                "ChainedInequality",
                {"column_names": ["low", "middle", "high"], "strict_boundaries": False},
                ["low <= middle", "middle <= high"],
            ),
            (
                "FixedIncrements",
                {"column_name": "step", "increment_value": 500},
                ["step: multiples of 500"],
            ),
            (
                "OneHotEncoding",
                {"column_names": [f"level_{i}" for i in range(4)]},
                ["exactly one of level_0, level_1, level_2, level_3 is true"],
            ),
            (
                "ColumnFormula",
                {"input_column_names": ["part", "other"], "output_column_name": "total",
                 "formula_function_name": "added", "module_name": __name__},
                ["total = part + other"],
            ),
            (
                "FixedNullCombinations",
                {"column_names": ["ended", "weight"]},
                ["ended = yes implies weight is there"],
            ),
        ],
    )  # fmt: skip
    def test_the_same_rows_break_it(
        self,
        both: tuple[Data, dict[str, Tally]],
        name: str,
        parameters: dict[str, Any],
        rules: list[str],
    ) -> None:
        data, ours = both
        theirs = adherence(data, name, **parameters)
        assert 1 - theirs == pytest.approx(40 / self.ROWS)
        assert max(ours[rule].broken for rule in rules) == 40
        assert sum(ours[rule].broken for rule in rules) == 40


def added(table: Any) -> Any:
    return table["part"] + table["other"]
