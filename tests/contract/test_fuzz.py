"""Hostile triples, drawn at random: nothing breaks, nothing is altered, nothing depends on order.

A triple is described by a `Design`, small enough to be printed and run again:
``examine(Design(...))``. The fast test draws forty, always the same; the study draws as many as
the environment variable SYNTH_EVAL_FUZZ says (2,000 by default), with every check.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import synth_eval as se
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result, Status
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import verdicts

FAST = 40
STUDY = int(os.environ.get("SYNTH_EVAL_FUZZ", "2000"))
SMALL = Config(depth="fast", model_rows=300, neighbour_rows=200)
SIDES = ("real", "synthetic", "holdout")
DEAR = 4
"""Checks that are not made of counts are dealt in so many parts, one part to each fast triple."""

Generator = np.random.Generator
Column = Callable[[Generator, int], pa.Array]


def _numbers(values: Any) -> pa.Array:
    return pa.array(np.asarray(values, np.float64))


def _some(rng: Generator, n: int, *values: Any) -> list[Any]:
    return [values[place] for place in rng.integers(0, len(values), n)]


def _gaps(values: pa.Array, rng: Generator, share: float = 0.3) -> pa.Array:
    kept = pa.array(rng.random(len(values)) >= share)
    return pc.if_else(kept, values, pa.scalar(None, values.type))


COLUMNS: dict[str, Column] = {
    "normal": lambda rng, n: _numbers(rng.normal(0, 1, n)),
    "normal, gaps": lambda rng, n: _gaps(_numbers(rng.normal(0, 1, n)), rng),
    "denormal": lambda rng, n: _numbers(rng.integers(-9, 9, n) * 5e-324),
    "tiny": lambda rng, n: _numbers(rng.normal(0, 1, n) * 1e-300),
    "huge": lambda rng, n: _numbers(rng.choice([-1.7e308, 1.0, 1.7e308], n)),
    "wide range": lambda rng, n: _numbers(np.exp(np.clip(rng.normal(0, 200, n), -740, 700))),
    "infinities": lambda rng, n: _numbers(rng.choice([-np.inf, 0.0, 1.0, np.inf], n)),
    "not numbers": lambda rng, n: _numbers(rng.choice([np.nan, 1.0, 2.5], n)),
    "minus zero": lambda rng, n: _numbers(rng.choice([-0.0, 0.0, 1.0], n)),
    "zeros": lambda rng, n: _numbers(np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(5, 1, n))),
    "heavy": lambda rng, n: _numbers(rng.standard_cauchy(n)),
    "constant": lambda _, n: _numbers(np.full(n, 3.5)),
    "all missing": lambda _, n: pa.nulls(n, pa.float64()),
    "no type": lambda _, n: pa.nulls(n),
    "nearly constant": lambda _, n: _numbers([1.0] * (n - 1) + [2.0]),
    "integers": lambda rng, n: pa.array(rng.integers(0, 9, n)),
    "integers, gaps": lambda rng, n: _gaps(pa.array(rng.integers(0, 60, n)), rng),
    "big integers": lambda rng, n: pa.array(2**62 + rng.integers(0, 9, n)),
    "unsigned": lambda rng, n: pa.array(rng.integers(0, 2**64 - 1, n, np.uint64, endpoint=True)),
    "small": lambda rng, n: pa.array(rng.integers(-128, 128, n).astype(np.int8)),
    "decimal": lambda rng, n: pa.array(rng.integers(-99, 99, n)).cast(pa.decimal128(24, 2)),
    "row number": lambda _, n: pa.array(np.arange(n)),
    "levels": lambda rng, n: pa.array(_some(rng, n, "a", "b", "c")),
    "levels, gaps": lambda rng, n: _gaps(pa.array(_some(rng, n, "a", "b", "c")), rng),
    "many levels": lambda rng, n: pa.array([f"v{k}" for k in rng.integers(0, 3 * n, n)]),
    "one level": lambda _, n: pa.array(["only"] * n),
    "coded": lambda rng, n: pa.array(_some(rng, n, "x", "y", None)).dictionary_encode(),
    "hostile levels": lambda rng, n: pa.array(
        _some(rng, n, "", " ", "nan", "NULL", "<b>&amp;</b>", "a,b", '"', "\n", "\x00", "é", "−1")
    ),
    "markers": lambda rng, n: pa.array(_some(rng, n, "1", "2.5", ".", "-", "?", "N/A", "1e400")),
    "text": lambda rng, n: pa.array([" ".join(_some(rng, 12, "to", "be", "or")) for _ in range(n)]),
    "yes or no": lambda rng, n: pa.array(rng.random(n) < 0.5),
    "always": lambda _, n: pa.array([True] * n),
    "days": lambda rng, n: pa.array(rng.integers(0, 20_000, n).astype(np.int32)).cast(pa.date32()),
    "first and last days": lambda rng, n: pa.array(
        _some(rng, n, -719_162, 0, 2_932_896, None), pa.int32()
    ).cast(pa.date32()),
    "moments": lambda rng, n: pa.array(rng.integers(0, 2**31, n)).cast(pa.timestamp("s")),
    "first and last moments": lambda rng, n: pa.array(
        _some(rng, n, -(2**63) + 1, 0, 2**63 - 1), pa.int64()
    ).cast(pa.timestamp("ns")),
    "zones": lambda rng, n: pa.array(rng.integers(0, 2**31, n)).cast(pa.timestamp("s", "UTC")),
    "written days": lambda rng, n: pa.array(_some(rng, n, "2020-02-30", "31/01/2020", "1 Jan 99")),
}
"""Columns by kind."""

NAMES = ("", " ", "a", "A", "a.b", "<script>", "é", "x" * 300, "a\nb", '"', "count", "nan", "1",
         "\x00", "__class__", "; drop table", "{0}", "%s", "real", "synthetic", "🂡")  # fmt: skip

CHANGES = ("again", "rows", "columns", "names", "labels")


@dataclass(frozen=True)
class Design:
    """A triple in few words.

    Parameters
    ----------
    kinds : tuple of str
        Kinds of the columns, of `COLUMNS`.
    rows : tuple of int
        Rows of the real and the synthetic table and of the holdout; 0 rows of holdout is none.
    names : tuple of int
        Names of the columns, by their places among `NAMES`; all different.
    target : int or None
        Place of the target.
    other : str or None
        Kind of the first column in the synthetic table, where it is another one.
    repeated : bool
        Whether the synthetic rows are real ones, over and over.
    change : str
        What must not change the outcome.
    seed : int
        Seed of the cells.
    """

    kinds: tuple[str, ...]
    rows: tuple[int, int, int] = (20, 20, 20)
    names: tuple[int, ...] = ()
    target: int | None = None
    other: str | None = None
    repeated: bool = False
    change: str = "again"
    seed: int = 0

    def tables(self) -> dict[str, pa.Table]:
        rng = np.random.default_rng(self.seed)
        names = [NAMES[place] for place in self.names] or [
            f"c{place}" for place in range(len(self.kinds))
        ]
        tables = {}
        for side, rows in zip(SIDES, self.rows, strict=True):
            kinds = list(self.kinds)
            if side == "synthetic" and self.other is not None:
                kinds[0] = self.other
            if rows:
                columns = [COLUMNS[kind](rng, rows) for kind in kinds]
                tables[side] = pa.table(columns, names=names)
        if self.repeated:
            order = rng.integers(0, self.rows[0], self.rows[1])
            tables["synthetic"] = tables["real"].take(pa.array(order))
        return tables

    @property
    def target_name(self) -> str | None:
        if self.target is None:
            return None
        return self.tables()["real"].column_names[self.target]


@st.composite
def designs(draw: Any) -> Design:
    every = list(COLUMNS)
    kinds = draw(st.lists(st.sampled_from(every), min_size=1, max_size=5))
    size = st.sampled_from([20, 60, 7, 3, 2, 1])
    return Design(
        kinds=tuple(kinds),
        rows=(draw(size), draw(size), draw(st.sampled_from([20, 60, 3, 1, 0]))),
        names=tuple(draw(st.permutations(range(len(NAMES))))[: len(kinds)]),
        target=draw(st.none() | st.integers(0, len(kinds) - 1)),
        other=draw(st.none() | st.sampled_from(every)),
        repeated=draw(st.sampled_from([False, False, False, True])),
        change=draw(st.sampled_from(CHANGES)),
        seed=draw(st.integers(0, 999)),
    )


def changed(tables: dict[str, pa.Table], change: str) -> dict[str, pa.Table]:
    """The same triple in another order or other words."""
    if change == "rows":
        rng = np.random.default_rng(1)
        return {side: t.take(rng.permutation(t.num_rows)) for side, t in tables.items()}
    if change == "columns":
        return {side: t.select(t.column_names[::-1]) for side, t in tables.items()}
    if change == "names":
        return {
            side: t.rename_columns([f"column {name}" for name in t.column_names])
            for side, t in tables.items()
        }
    if change == "labels":
        return {side: relabelled(t) for side, t in tables.items()}
    return tables


def relabelled(table: pa.Table) -> pa.Table:
    """Other words for the three plain levels, in the same order."""
    for place, name in enumerate(table.column_names):
        column = table[name]
        if pa.types.is_string(column.type) and set(column.to_pylist()) <= {"a", "b", "c", None}:
            words = pc.binary_join_element_wise("level ", column, "")
            table = table.set_column(place, name, words)
    return table


def evaluated(design: Design, tables: dict[str, pa.Table], codes: Iterable[str]) -> list[Result]:
    target = design.target_name
    if target is not None and target not in tables["real"].column_names:
        target = f"column {target}"
    data = se.load(tables["real"], tables["synthetic"], tables.get("holdout"), target=target)
    return run(data, config=SMALL, select_checks=codes)


def told(results: Sequence[Result]) -> str:
    """What stands in results.json, without the time it took."""
    return json.dumps([replace(result, seconds=0.0).to_dict() for result in results])


def words(results: Sequence[Result]) -> dict[str, str]:
    return {name: str(verdict.word) for name, verdict in verdicts(results).items()}


def counting(results: Sequence[Result]) -> list[Result]:
    """Results of checks made of counts, which draw nothing."""
    return [found for found in results if available_checks()[found.code].cost == "counts"]


def numbers(result: Result) -> list[float]:
    """All numbers of a result, not as they are written but as they are."""
    parts = [result.estimate, result.reference, *result.items]
    fields = ("value", "low", "high", "estimate", "reference", "expected", "limit", "worth")
    found = [getattr(part, name, None) for part in parts if part is not None for name in fields]
    found += [number for item in result.items for number in item.more.values()]
    found += [*result.facts.values()]
    return [number for number in found if isinstance(number, float)]


def judged(result: Result) -> list[float]:
    """Numbers that were judged; the end of an interval may be infinite, none may be no number."""
    parts = [*result.decisions, *(part for item in result.items for part in item.decisions)]
    return [number for part in parts for number in (part.value, part.low, part.high)]


def bytes_of(tables: dict[str, pa.Table]) -> dict[str, bytes]:
    found = {}
    for side, table in tables.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        found[side] = sink.getvalue().to_pybytes()
    return found


def examine(design: Design, codes: Iterable[str] = ()) -> None:
    """Everything that must hold of a triple."""
    codes = tuple(codes)
    tables = design.tables()
    before = bytes_of(tables)
    results = evaluated(design, tables, codes)
    assert bytes_of(tables) == before, "inputs were changed"
    broken = {found.code: found.message for found in results if found.status is Status.ERROR}
    assert broken == {}, f"errors: {broken}"
    wild = {found.code for found in results if not all(map(math.isfinite, numbers(found)))}
    wild |= {found.code for found in results if any(map(math.isnan, judged(found)))}
    assert wild == set(), f"numbers that are none: {wild}"
    others = evaluated(design, changed(design.tables(), design.change), codes)
    if design.change == "again":
        assert told(results) == told(others), "another results.json"
    same = words(counting(results)), words(counting(others))
    assert same[0] == same[1], f"{design.change}: {same}"
    # What draws samples or folds of rows draws others of rows in another order: a number that
    # lies at its line may cross it, but no verdict turns round.
    before_and_after = zip(words(results).values(), words(others).values(), strict=True)
    assert not any({*pair} == {"GO", "NO-GO"} for pair in before_and_after), design.change


def cheap_and_some(seed: int) -> list[str]:
    """Checks made of counts, and one part of the dear ones; rules have an engine of their own."""
    specs = available_checks()
    dear = [code for code, spec in specs.items() if spec.cost != "counts"]
    cheap = [code for code, spec in specs.items() if spec.cost == "counts" and code != "V003"]
    return [*cheap, *dear[seed % DEAR :: DEAR]]


BROKE_ONCE = {
    "distances of rows, denormal": (Design(("denormal", "normal")), "F010 F011"),
    "groups of rows, denormal": (Design(("denormal",)), "C006"),
    "nearer rows, denormal": (Design(("denormal", "normal")), "P002 P003"),
    "attacks, denormal": (Design(("denormal", "levels"), (3, 20, 20), target=1), "P004 P006"),
    "Wasserstein distance, denormal": (
        Design(("denormal",), (2, 2, 1), other="not numbers", seed=739), "F003",
    ),
    "gaps in two numbers, picture": (Design(("normal", "normal, gaps"), (60, 60, 0)), "C008"),
    "huge target": (Design(("huge", "yes or no"), target=0), "U002 U013"),
    "any target, huge": (Design(("huge", "always"), (7, 1, 60), other="denormal"), "U011"),
}  # fmt: skip
"""The smallest triples that once broke a check, and the checks."""


@pytest.mark.parametrize("name", BROKE_ONCE)
def test_smallest_triples_that_once_broke_a_check(name: str) -> None:
    design, codes = BROKE_ONCE[name]
    examine(design, codes.split())


_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@settings(
    max_examples=FAST, derandomize=True, deadline=None, database=None,
    suppress_health_check=_QUIET, phases=[Phase.generate],
)  # fmt: skip
@given(designs())
def test_a_hostile_triple_breaks_nothing(design: Design) -> None:
    examine(design, cheap_and_some(design.seed))


@pytest.mark.slow
@pytest.mark.study
@pytest.mark.timeout(36_000)
@settings(
    max_examples=STUDY, deadline=None, database=None, print_blob=True,
    suppress_health_check=_QUIET,
)  # fmt: skip
@given(designs())
def test_no_hostile_triple_of_many_breaks_anything(design: Design) -> None:
    examine(design, list(available_checks()))
