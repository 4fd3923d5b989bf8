"""Simulated tables of shapes that break evaluations, and triples dealt alike from any table.

Every family draws its rows independently from one population, or, where it has an entity,
all rows of an entity at once; so three parts of it are exchangeable, and whoever finds a
difference between them is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_eval.demo import simulated_table

__all__ = ["FAMILIES", "Family", "deal"]

Generator = np.random.Generator
Columns = dict[str, Any]

_VISITS = 6  # rows of an entity, on average


@dataclass(frozen=True, slots=True)
class Family:
    """A population that any number of rows can be drawn from.

    Parameters
    ----------
    draw : callable
        ``draw(rows, rng)``; one with an entity may return a few rows more or less.
    target : str
        Column that models predict.
    entity : str
        Column that names whom rows belong to, where one has many.
    most : int
        Most rows that it makes sense with.
    """

    draw: Callable[[int, Generator], pa.Table]
    target: str = "outcome"
    entity: str = ""
    most: int = 1_000_000


def deal(
    table: pa.Table, rows: int, rng: Generator, entity: str = ""
) -> tuple[pa.Table, pa.Table, pa.Table] | None:
    """Three parts of a table, of so many rows each, dealt at random; None where it is too short.

    With an entity, its rows stay together and parts have about as many rows.

    Examples
    --------
    >>> parts = deal(pa.table({"x": range(9)}), 3, np.random.default_rng(0))
    >>> sorted(x for part in parts for x in part["x"].to_pylist())
    [0, 1, 2, 3, 4, 5, 6, 7, 8]
    """
    if table.num_rows < 3 * rows:
        return None
    if not entity:
        order = rng.permutation(table.num_rows)
        parts = [order[part * rows : (part + 1) * rows] for part in range(3)]
    else:
        names = table[entity].combine_chunks().dictionary_encode().indices.to_numpy()
        owners = rng.permutation(names.max() + 1)
        each = len(owners) * rows // table.num_rows
        dealt = [owners[part * each : (part + 1) * each] for part in range(3)]
        parts = [rng.permutation(np.flatnonzero(np.isin(names, part))) for part in dealt]
    real, holdout, fresh = (table.take(pa.array(part)) for part in parts)
    return real, holdout, fresh


def _frame(rows: int, rng: Generator, **columns: Any) -> pa.Table:
    """Columns beside a few ordinary ones that depend on each other."""
    score = rng.standard_normal(rows)
    ordinary = {
        "age": np.clip(45 + 15 * score, 18, 90).astype(np.int64),
        "income": np.round(np.exp(10 + 0.4 * score + 0.5 * rng.standard_normal(rows)), 2),
        "region": np.array(["north", "south", "east", "west"])[
            np.minimum(rng.geometric(0.5, rows) - 1, 3)
        ],
        "outcome": np.where(score + rng.standard_normal(rows) > 0.5, "yes", "no"),
    }
    return pa.table(ordinary | columns)


def _words(codes: npt.NDArray[Any], stem: str = "level") -> npt.NDArray[np.str_]:
    return np.array([f"{stem} {code}" for code in codes])


def _levels(count: int | None) -> Callable[[int, Generator], pa.Table]:
    def draw(rows: int, rng: Generator) -> pa.Table:
        codes = rng.integers(0, rows if count is None else count, rows)
        return _frame(rows, rng, code=_words(codes), other=_words(rng.integers(0, 30, rows)))

    return draw


def _zipf(rows: int, rng: Generator) -> pa.Table:
    return _frame(
        rows, rng, word=_words(np.minimum(rng.zipf(1.3, rows), 10**9), "word"),
        product=_words(np.minimum(rng.zipf(2.0, rows), 10**9), "product"),
    )  # fmt: skip


def _zero_inflated(rows: int, rng: Generator) -> pa.Table:
    def amounts(share: float) -> npt.NDArray[np.float64]:
        values = np.round(rng.lognormal(6, 1, rows), 2)
        return np.where(rng.random(rows) < share, 0.0, values)

    return _frame(rows, rng, gain=amounts(0.95), loss=amounts(0.8), claims=rng.poisson(0.2, rows))


def _heavy_tails(rows: int, rng: Generator) -> pa.Table:
    return _frame(
        rows, rng, cauchy=rng.standard_cauchy(rows), pareto=rng.pareto(0.8, rows),
        huge=np.exp(rng.normal(0, 6, rows)), small=rng.lognormal(-300, 20, rows),
    )  # fmt: skip


def _wide(rows: int, rng: Generator) -> pa.Table:
    factors = rng.standard_normal((rows, 3))
    columns: Columns = {}
    for number in range(80):
        latent = factors @ np.sin(np.arange(3) + number) + rng.standard_normal(rows)
        if number % 4 == 0:
            columns[f"c{number}"] = _words(np.digitize(latent, [-1, 0, 1]))
        else:
            columns[f"c{number}"] = np.round(latent, 2)
    target = np.where(factors[:, 0] + rng.standard_normal(rows) > 0, "yes", "no")
    return pa.table({**columns, "outcome": target})


def _gaps(rows: int, rng: Generator) -> pa.Table:
    table = _frame(
        rows, rng, dose=np.round(rng.gamma(2, 10, rows), 1), visits=rng.poisson(4, rows),
        drug=_words(rng.integers(0, 6, rows)),
    )  # fmt: skip
    ill = rng.random(rows) < 0.4  # what is missing is missing together
    for name, share in (("dose", 0.9), ("visits", 0.7), ("drug", 0.5), ("income", 0.1)):
        place = table.schema.get_field_index(name)
        mask = pa.array(ill & (rng.random(rows) < share))
        values = table[name].combine_chunks()
        if name == "visits":  # whole numbers with gaps are floats in most files
            values = values.cast(pa.float64())
        table = table.set_column(
            place, name, pa.compute.if_else(mask, pa.scalar(None, values.type), values)
        )
    return table


def _entities(rows: int, rng: Generator) -> pa.Table:
    people = max(rows // _VISITS, 3)
    visits = rng.poisson(_VISITS - 1, people) + 1
    owner = np.repeat(np.arange(people), visits)
    taste = rng.standard_normal(people)[owner]
    return pa.table(
        {
            "customer": _words(rng.permutation(10**6)[:people][owner], "customer"),
            "city": _words(rng.integers(0, 12, people), "city")[owner],
            "amount": np.round(np.exp(3 + taste + 0.5 * rng.standard_normal(len(owner))), 2),
            "items": 1 + rng.poisson(np.exp(0.5 * taste)),
            "outcome": np.where(taste + rng.standard_normal(len(owner)) > 0, "yes", "no"),
        }
    )


def _rare_target(rows: int, rng: Generator) -> pa.Table:
    return _frame(rows, rng, outcome=np.where(rng.random(rows) < 0.02, "yes", "no"))


def _dates(rows: int, rng: Generator) -> pa.Table:
    start = 10_957 + rng.integers(0, 8_000, rows)
    days = [start, start + rng.geometric(0.01, rows)]
    begin, end = (pa.array(day.astype(np.int32), pa.int32()).cast(pa.date32()) for day in days)
    moment = pa.array((1.6e9 + rng.exponential(1e7, rows)).astype(np.int64)).cast(pa.timestamp("s"))
    return _frame(rows, rng, begin=begin, end=end, moment=moment)


def _rules(rows: int, rng: Generator) -> pa.Table:
    """A function of a column, a sum, and a code with leading zeros."""
    town = rng.integers(0, 60, rows)
    first, second = rng.poisson(20, rows), rng.poisson(5, rows)
    return _frame(
        rows, rng, town=_words(town, "town"), county=_words(town // 7, "county"),
        postcode=np.array([f"0{1000 + 7 * code}" for code in town]),
        first=first, second=second, total=first + second,
    )  # fmt: skip


def _tiny(rows: int, rng: Generator) -> pa.Table:
    return _frame(rows, rng, score=rng.normal(0, 1, rows))


def _numbers(rows: int, rng: Generator) -> pa.Table:
    common = rng.standard_normal(rows)
    columns = {f"x{i}": common + rng.standard_normal(rows) for i in range(10)}
    return pa.table({**columns, "outcome": common + rng.standard_normal(rows)})


def _clusters(rows: int, rng: Generator) -> pa.Table:
    group = rng.choice(6, rows, p=[0.4, 0.25, 0.15, 0.1, 0.07, 0.03])
    centre = np.array([[0, 0], [5, 5], [-5, 5], [5, -5], [10, 0], [-8, -8]])[group]
    spread = centre + rng.standard_normal((rows, 2))
    return pa.table(
        {"x": spread[:, 0], "y": spread[:, 1], "kind": _words(group // 2, "kind"),
         "outcome": _words(group % 2, "class")}
    )  # fmt: skip


def _names(rows: int, rng: Generator) -> pa.Table:
    """First and last names of a long tail, an address of nearly everybody, a note."""
    first, last = (np.minimum(rng.zipf(a, rows), 10**7) for a in (1.5, 1.2))
    mail = [f"user{number}@example.org" for number in rng.integers(0, 50 * rows, rows)]
    return _frame(rows, rng, first=_words(first, "first"), last=_words(last, "last"),
                  mail=np.array(mail))  # fmt: skip


FAMILIES: Mapping[str, Family] = {
    "levels 2": Family(_levels(2)),
    "levels 30": Family(_levels(30)),
    "levels 300": Family(_levels(300)),
    "levels 3000": Family(_levels(3_000)),
    "levels n": Family(_levels(None)),
    "zipf": Family(_zipf),
    "zero inflated": Family(_zero_inflated),
    "heavy tails": Family(_heavy_tails),
    "tiny": Family(_tiny, most=100),
    "wide": Family(_wide),
    "gaps": Family(_gaps),
    "entities": Family(_entities, entity="customer"),
    "rare target": Family(_rare_target),
    "dates": Family(_dates),
    "rules": Family(_rules),
    "numbers": Family(_numbers),
    "clusters": Family(_clusters),
    "names": Family(_names),
    "people": Family(lambda rows, rng: simulated_table(rows, int(rng.integers(1 << 31))),
                     target="approved"),
}  # fmt: skip
"""The families by name."""
