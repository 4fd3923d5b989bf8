"""Faults of known place and size, planted into fresh rows of any table.

Each is a pure function of a scene (real rows, fresh rows, roles) and a severity, and declares
its truth: the dimensions that should tell of it and the columns they should name. One that a
table has no place for (no zeros to lose, no rule to break) plants nothing and says so by None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["FAULTS", "Fault", "Planted", "Scene", "plant"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_MOST_COLUMNS = 40  # that are looked at where the most dependent ones are sought
_FEWEST_VALUES = 20  # of a column that is a measure rather than a code
_FEWEST_AMOUNTS = 8  # of a column that is zero in most rows
_MOST_LEVELS = 50
_FEW_ROWS = 25


@dataclass(frozen=True)
class Scene:
    """What a fault is planted into.

    Parameters
    ----------
    real, fresh : pyarrow.Table
        Rows that a generator would have seen, and as many others of the same population.
    target, entity : str
        Roles; empty where there is none. Only faults of the target touch it.
    seed : sequence of int
        Seed of what is drawn.
    """

    real: pa.Table
    fresh: pa.Table
    target: str = ""
    entity: str = ""
    seed: Sequence[int] = (0,)

    @cached_property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng(list(self.seed))

    @cached_property
    def measures(self) -> list[str]:
        """Columns of numbers with many values, most of them there."""
        return [name for name in self._free if _is_number(self.fresh[name].type)
                and pc.count_distinct(self.fresh[name]).as_py() > _FEWEST_VALUES
                and self.fresh[name].null_count < self.fresh.num_rows / 2]  # fmt: skip

    @cached_property
    def categories(self) -> list[str]:
        """Columns of two to fifty words."""
        return [name for name in self._free
                if _is_word(self.fresh[name].type)
                and 2 <= pc.count_distinct(self.fresh[name]).as_py() <= _MOST_LEVELS]  # fmt: skip

    @cached_property
    def heaped(self) -> list[str]:
        """Columns of numbers of which a fifth or more are zero, and not all."""
        found = []
        for name in self._free:
            if _is_number(self.fresh[name].type):
                zeros = _zeros(self.fresh[name])
                values = pc.count_distinct(self.fresh[name]).as_py()
                if 0.2 <= zeros.mean() <= 0.99 and values > _FEWEST_AMOUNTS:
                    found.append(name)
        return found

    @cached_property
    def dependent(self) -> list[str]:
        """Measures and categories, those that depend most on another one first."""
        names = [*self.measures, *self.categories][:_MOST_COLUMNS]
        codes = {name: _few_codes(self.fresh[name]) for name in names}
        strength = dict.fromkeys(names, 0.0)
        for place, first in enumerate(names):
            for second in names[place + 1 :]:
                found = _association(codes[first], codes[second])
                strength[first] = max(strength[first], found)
                strength[second] = max(strength[second], found)
        return sorted(names, key=lambda name: -strength[name])

    @property
    def _free(self) -> list[str]:
        return [n for n in self.fresh.column_names if n not in (self.target, self.entity)]

    def some(self, share: float) -> Flags:
        """Random rows, so many of them."""
        rows = self.fresh.num_rows
        chosen = np.zeros(rows, np.bool_)
        chosen[self.rng.permutation(rows)[: max(round(share * rows), 1)]] = True
        return chosen


@dataclass(frozen=True)
class Planted:
    """Rows with a fault, and the columns that it is in; none where it is of whole rows."""

    table: pa.Table
    columns: tuple[str, ...] = ()


Plant = Callable[[Scene, float], Planted | None]


@dataclass(frozen=True)
class Fault:
    """One fault.

    Parameters
    ----------
    name : str
        What it is called.
    dimensions : tuple of str
        Any of them may tell of it.
    severities : tuple of float
        Three sizes, small to large.
    what : str
        What the size is.
    plant : callable
        Plants it.
    """

    name: str
    dimensions: tuple[str, ...]
    severities: tuple[float, float, float]
    what: str
    plant: Plant = field(repr=False)


def plant(fault: Fault, scene: Scene, severity: float) -> Planted | None:
    """Fresh rows with the fault; None where the table has no place for it or it changes nothing."""
    planted = fault.plant(scene, severity)
    if planted is None or planted.table.equals(scene.fresh):
        return None
    return planted


# Columns that no longer go together.


def _shuffled(scene: Scene, share: float) -> Planted | None:
    if len(scene.dependent) < 2:
        return None
    name = scene.dependent[0]
    return Planted(_set(scene.fresh, name, _mixed(scene, name, scene.some(share))), (name,))


def _swapped(scene: Scene, share: float) -> Planted | None:
    names = [name for name in scene.dependent if name in scene.measures]
    pairs = [
        (first, second)
        for place, first in enumerate(names)
        for second in names[place + 1 :]
        if scene.fresh[first].type == scene.fresh[second].type
    ]
    if not pairs:
        return None
    first, second = pairs[0]
    chosen = pa.array(scene.some(share))
    one, two = scene.fresh[first], scene.fresh[second]
    table = _set(scene.fresh, first, pc.if_else(chosen, two, one))
    return Planted(_set(table, second, pc.if_else(chosen, one, two)), (first, second))


def _drawn_alone(scene: Scene, share: float) -> Planted | None:
    names = scene.dependent[: max(round(share * len(scene.dependent)), 2)]
    if len(names) < 2:
        return None
    table = scene.fresh
    for name in names:
        table = _set(table, name, _mixed(scene, name, scene.some(1.0)))
    return Planted(table, tuple(names))


def _broken_function(scene: Scene, share: float) -> Planted | None:
    """A column that another one decides, drawn anew in some rows."""
    rows = scene.fresh.num_rows
    codes = {}
    for name in scene._free[:_MOST_COLUMNS]:
        found = np.asarray(_plain(scene.fresh[name]).dictionary_encode("encode").indices)
        if 3 <= len(np.unique(found)) < rows / 5:
            codes[name] = found
    for first in codes:
        for second in codes:
            if first != second and _decides(codes[first], codes[second]):
                mixed = _mixed(scene, second, scene.some(share))
                return Planted(_set(scene.fresh, second, mixed), (first, second))
    return None


def _broken_order(scene: Scene, share: float) -> Planted | None:
    """Two numbers of which the first never exceeds the second, exchanged in some rows."""
    for first in scene.measures:
        for second in scene.measures:
            one, two = scene.fresh[first], scene.fresh[second]
            if first == second or one.type != two.type:
                continue
            if pc.all(pc.less_equal(one, two)).as_py() and _could_break(scene, one, two):
                chosen = pa.array(scene.some(share))
                table = _set(scene.fresh, first, pc.if_else(chosen, two, one))
                table = _set(table, second, pc.if_else(chosen, one, two))
                return Planted(table, (first, second))
    return None


# Numbers of another shape.


def _shifted(scene: Scene, spreads: float) -> Planted | None:
    return _of_measure(scene, lambda values: values + spreads * np.nanstd(values))


def _narrowed(scene: Scene, factor: float) -> Planted | None:
    def change(values: Floats) -> Floats:
        return np.nanmean(values) + factor * (values - np.nanmean(values))

    return _of_measure(scene, change)


def _other_unit(scene: Scene, share: float) -> Planted | None:
    chosen = scene.some(share)
    return _of_measure(scene, lambda values: np.where(chosen, 10 * values, values))


def _clipped(scene: Scene, tail: float) -> Planted | None:
    return _of_measure(
        scene, lambda values: np.clip(values, *np.nanquantile(values, [tail, 1 - tail]))
    )


def _rounded(scene: Scene, spreads: float) -> Planted | None:
    def change(values: Floats) -> Floats:
        step = spreads * np.nanstd(values)
        # Steps of a whole number stay whole numbers.
        step = max(np.round(step), 1.0) if np.nanstd(values) > 2 else step
        return np.round(values / step) * step if step else values

    return _of_measure(scene, change)


def _flattened(scene: Scene, share: float) -> Planted | None:
    chosen = scene.some(share)
    return _of_measure(scene, lambda values: np.where(chosen, np.nanmedian(values), values))


def _impossible(scene: Scene, share: float) -> Planted | None:
    chosen = scene.some(share)

    def change(values: Floats) -> Floats:
        low, high = np.nanmin(values), np.nanmax(values)
        return np.where(chosen, high + (high - low) * (1 + scene.rng.random(len(values))), values)

    return _of_measure(scene, change)


def _lost_zeros(scene: Scene, share: float) -> Planted | None:
    return _of_heap(scene, lambda zeros: zeros & scene.some(share), _another_amount)


def _lost_zeros_in_a_group(scene: Scene, share: float) -> Planted | None:
    """In one group of about an eighth of the rows, zeros become amounts of other rows."""
    groups = [(name, level, rows) for name, level, rows in _groups(scene) if 0.04 < rows < 0.3]
    if not groups:
        return None
    name, level, _ = min(groups, key=lambda group: abs(group[2] - 1 / 8))
    inside = np.asarray(pc.equal(scene.fresh[name], level).fill_null(False))
    return _of_heap(scene, lambda zeros: zeros & inside & scene.some(share), _another_amount)


def _equal_amounts(scene: Scene, share: float) -> Planted | None:
    """Amounts other than zero become their mean."""
    return _of_heap(scene, lambda zeros: ~zeros & scene.some(share), _mean_amount)


# Levels.


def _lost_level(scene: Scene, size: float) -> Planted | None:
    groups = _groups(scene)
    if not groups:
        return None
    name, level, share = min(groups, key=lambda group: abs(np.log(group[2] / size)))
    if not 0.4 < share / size < 2.5:
        return None
    others = [(n, other, rows) for n, other, rows in groups if n == name and other != level]
    commonest = max(others, key=lambda group: group[2])[1]
    lost = pc.equal(scene.fresh[name], level).fill_null(False)
    column = pc.if_else(lost, pa.scalar(commonest, _plain(scene.fresh[name]).type),
                        _plain(scene.fresh[name]))  # fmt: skip
    return Planted(_set(scene.fresh, name, column), (name,))


def _frequent_level(scene: Scene, share: float) -> Planted | None:
    if not scene.categories:
        return None
    name = scene.categories[0]
    levels = sorted((g for g in _groups(scene) if g[0] == name), key=lambda group: -group[2])
    column = _plain(scene.fresh[name])
    other = pa.scalar(levels[1][1], column.type)
    return Planted(
        _set(scene.fresh, name, pc.if_else(pa.array(scene.some(share)), other, column)), (name,)
    )


def _invented_level(scene: Scene, share: float) -> Planted | None:
    names = [name for name in scene.categories if not pa.types.is_boolean(scene.fresh[name].type)]
    if not names:
        return None
    column = _plain(scene.fresh[names[0]])
    chosen = pa.array(scene.some(share))
    made = pc.if_else(chosen, pa.scalar("never seen before", column.type), column)
    return Planted(_set(scene.fresh, names[0], made), (names[0],))


# Gaps.


def _new_gaps(scene: Scene, share: float) -> Planted | None:
    names = [n for n in scene.dependent if not scene.fresh[n].null_count]
    if not names:
        return None
    column = _plain(scene.fresh[names[0]])
    gaps = pc.if_else(pa.array(scene.some(share)), pa.scalar(None, column.type), column)
    return Planted(_set(scene.fresh, names[0], gaps), (names[0],))


def _filled_gaps(scene: Scene, share: float) -> Planted | None:
    rows = scene.fresh.num_rows
    names = [n for n in scene.dependent if scene.fresh[n].null_count > 0.02 * rows]
    if not names:
        return None
    name = max(names, key=lambda n: scene.fresh[n].null_count)
    column = _plain(scene.fresh[name])
    present = column.drop_null()
    drawn = present.take(pa.array(scene.rng.integers(0, len(present), rows)))
    chosen = pc.and_(column.is_null(), pa.array(scene.some(share)))
    return Planted(_set(scene.fresh, name, pc.if_else(chosen, drawn, column)), (name,))


def _marked_gaps(scene: Scene, share: float) -> Planted | None:
    """A word of another program in some cells of a number."""
    if not scene.measures:
        return None
    name = scene.measures[0]
    words = _plain(scene.fresh[name]).cast(pa.string())
    made = pc.if_else(pa.array(scene.some(share)), "n/k", words)
    return Planted(_set(scene.fresh, name, made), (name,))


# Whole rows.


def _copies(scene: Scene, share: float) -> Planted | None:
    return Planted(_with_copies(scene, share))


def _near_copies(scene: Scene, share: float) -> Planted | None:
    """Copies whose measures moved by one in a hundred of their spread."""
    if not scene.measures:
        return None
    rows, table = _copied_rows(scene, share), _with_copies(scene, share)
    for name in scene.measures:
        values = _floats(table[name])
        noise = 0.01 * np.nanstd(values) * scene.rng.standard_normal(len(values))
        moved = np.where(np.arange(len(values)) < rows, values + noise, values)
        table = _set(table, name, _like(moved, table[name]))
    return Planted(table)


def _repeated(scene: Scene, share: float) -> Planted | None:
    """All rows from a share of them; from 25 rows where the share is 0."""
    rows = scene.fresh.num_rows
    kept = max(round(share * rows), _FEW_ROWS)
    return Planted(scene.fresh.take(pa.array(scene.rng.integers(0, kept, rows))))


def _partly_repeated(scene: Scene, share: float) -> Planted | None:
    """A share of the rows from 25 rows."""
    rows = scene.fresh.num_rows
    order = np.where(scene.some(share), scene.rng.integers(0, _FEW_ROWS, rows), np.arange(rows))
    return Planted(scene.fresh.take(pa.array(order)))


def _lost_cluster(scene: Scene, share: float) -> Planted | None:
    """The rows nearest to one of them are gone, in the ranks of all measures."""
    names = scene.dependent[:6]
    if len(names) < 2:
        return None
    ranks = np.column_stack([_ranks(scene.fresh[name]) for name in names])
    centre = ranks[scene.rng.integers(len(ranks))]
    far = np.abs(ranks - centre).sum(axis=1)
    keep = np.sort(np.argsort(far, kind="stable")[max(round(share * len(far)), 1) :])
    return Planted(scene.fresh.take(pa.array(keep)))


def _thinned_mode(scene: Scene, share: float) -> Planted | None:
    """Rows of the second most frequent level of a category are left out."""
    groups = sorted(_groups(scene), key=lambda group: abs(group[2] - 0.25))
    if not groups:
        return None
    name, level, _ = groups[0]
    inside = np.asarray(pc.equal(scene.fresh[name], level).fill_null(False))
    out = inside & scene.some(share)
    return Planted(scene.fresh.filter(pa.array(~out)), (name,))


# The target.


def _shuffled_target(scene: Scene, share: float) -> Planted | None:
    if not scene.target:
        return None
    mixed = _mixed(scene, scene.target, scene.some(share))
    return Planted(_set(scene.fresh, scene.target, mixed), (scene.target,))


def _harmed_group(scene: Scene, size: float) -> Planted | None:
    """The target is shuffled among the rows of one group of about this size."""
    groups = _groups(scene)
    if not scene.target or not groups:
        return None
    name, level, share = min(groups, key=lambda group: abs(np.log(group[2] / size)))
    if not 0.4 < share / size < 2.5:
        return None
    inside = np.asarray(pc.equal(scene.fresh[name], level).fill_null(False))
    mixed = _mixed(scene, scene.target, inside)
    return Planted(_set(scene.fresh, scene.target, mixed), (scene.target, name))


def _moved_target(scene: Scene, share: float) -> Planted | None:
    """Some rows get the commonest answer."""
    if not scene.target or not _is_word(scene.fresh[scene.target].type):
        return None
    column = _plain(scene.fresh[scene.target])
    commonest = pc.mode(column.dictionary_encode().indices)[0]["mode"].as_py()
    level = column.dictionary_encode().dictionary[commonest]
    made = pc.if_else(pa.array(scene.some(share)), level, column)
    return Planted(_set(scene.fresh, scene.target, made), (scene.target,))


_F, _V, _C, _U, _P = "fidelity", "validity", "coverage", "utility", "privacy"
_LIST = (
    Fault("shuffled column", (_F, _V), (0.2, 0.5, 1.0), "share of its rows", _shuffled),
    Fault("swapped columns", (_F, _V), (0.05, 0.2, 1.0), "share of the rows", _swapped),
    Fault("columns drawn alone", (_F, _V), (0.3, 0.6, 1.0), "share of the columns", _drawn_alone),
    Fault("broken function", (_V, _F), (0.01, 0.05, 0.2), "share of the rows", _broken_function),
    Fault("broken order", (_V,), (0.01, 0.05, 0.2), "share of the rows", _broken_order),
    Fault("shifted mean", (_F,), (0.1, 0.2, 0.5), "standard deviations", _shifted),
    Fault("narrow spread", (_F, _C), (0.9, 0.7, 0.5), "of the spread left", _narrowed),
    Fault("other unit", (_V, _F), (0.02, 0.1, 1.0), "share of the rows", _other_unit),
    Fault("clipped tails", (_C, _F), (0.01, 0.02, 0.05), "at this quantile", _clipped),
    Fault("rounded numbers", (_F,), (0.05, 0.2, 0.5), "standard deviations", _rounded),
    Fault("one value too often", (_F,), (0.02, 0.1, 0.3), "share of the rows", _flattened),
    Fault("impossible numbers", (_V,), (0.005, 0.02, 0.1), "share of the rows", _impossible),
    Fault("lost zeros", (_F,), (0.1, 0.5, 1.0), "share of the zeros", _lost_zeros),
    Fault("zeros lost in a group", (_F,), (0.3, 0.6, 1.0), "share of its zeros",
          _lost_zeros_in_a_group),
    Fault("equal amounts", (_F, _C), (0.2, 0.5, 1.0), "share of the amounts", _equal_amounts),
    Fault("lost level", (_C, _F), (0.01, 0.05, 0.15), "share of the rows", _lost_level),
    Fault("level too frequent", (_F,), (0.02, 0.05, 0.15), "share of the rows", _frequent_level),
    Fault("invented level", (_V,), (0.005, 0.02, 0.1), "share of the rows", _invented_level),
    Fault("new gaps", (_F, _V), (0.02, 0.1, 0.3), "share of the rows", _new_gaps),
    Fault("filled gaps", (_F,), (0.2, 0.5, 1.0), "share of the gaps", _filled_gaps),
    Fault("marked gaps", (_V, _F), (0.002, 0.02, 0.1), "share of the rows", _marked_gaps),
    Fault("copies", (_P,), (0.01, 0.05, 0.3), "share of the rows", _copies),
    Fault("near copies", (_P,), (0.05, 0.2, 0.5), "share of the rows", _near_copies),
    Fault("repeated rows", (_C,), (0.5, 0.1, 0.0), "of the rows are different", _repeated),
    Fault("rows from 25 rows", (_C,), (0.1, 0.3, 0.6), "share of the rows", _partly_repeated),
    Fault("lost cluster", (_C, _F), (0.03, 0.1, 0.2), "share of the rows", _lost_cluster),
    Fault("thinned mode", (_F, _C), (0.2, 0.5, 0.9), "share of a level of a quarter",
          _thinned_mode),
    Fault("shuffled target", (_U, _F), (0.2, 0.5, 1.0), "share of the rows", _shuffled_target),
    Fault("harmed group", (_U, _F), (0.05, 0.15, 0.3), "size of the group", _harmed_group),
    Fault("commonest answer too often", (_U, _F), (0.05, 0.15, 0.3), "share of the rows",
          _moved_target),
)  # fmt: skip

FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _LIST}
"""The faults by name."""


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_word(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind)
                or pa.types.is_dictionary(kind) or pa.types.is_boolean(kind))  # fmt: skip


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """One array, levels as the words they stand for."""
    flat = column.combine_chunks()
    flat = flat.chunk(0) if isinstance(flat, pa.ChunkedArray) else flat
    return flat.cast(flat.type.value_type) if pa.types.is_dictionary(flat.type) else flat


def _set(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, values)


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(_plain(column).cast(pa.float64()).to_numpy(zero_copy_only=False))


def _like(values: Floats, column: pa.ChunkedArray) -> pa.Array:
    """Numbers in the type of a column: whole where it is whole, missing where it was."""
    missing = np.isnan(values)
    if pa.types.is_integer(column.type):
        whole = np.round(np.where(missing, 0, values)).astype(np.int64)
        return pa.array(whole, mask=missing)
    are_whole = bool(np.all(np.round(_floats(column)[~missing]) == _floats(column)[~missing]))
    return pa.array(np.round(values) if are_whole else values, mask=missing)


def _mixed(scene: Scene, name: str, chosen: Flags) -> pa.Array:
    """A column whose chosen cells are shuffled among themselves."""
    order = np.arange(scene.fresh.num_rows)
    order[chosen] = scene.rng.permutation(order[chosen])
    return _plain(scene.fresh[name]).take(pa.array(order))


def _of_measure(scene: Scene, change: Callable[[Floats], Floats]) -> Planted | None:
    """Change one measure: one that depends on others, so that it matters."""
    names = [name for name in scene.dependent if name in scene.measures]
    if not names:
        return None
    name = names[0]
    changed = _like(change(_floats(scene.fresh[name])), scene.fresh[name])
    return Planted(_set(scene.fresh, name, changed), (name,))


def _zeros(column: pa.ChunkedArray) -> Flags:
    return np.asarray(pc.equal(_plain(column), 0).fill_null(False))


def _another_amount(scene: Scene, amounts: Floats) -> Floats:
    return scene.rng.choice(amounts, scene.fresh.num_rows)


def _mean_amount(_: Scene, amounts: Floats) -> Floats:
    return np.full(1, amounts.mean())


def _of_heap(
    scene: Scene,
    choose: Callable[[Flags], Flags],
    amount: Callable[[Scene, Floats], Floats],
) -> Planted | None:
    """Give chosen cells of a column with many zeros another amount."""
    if not scene.heaped:
        return None
    name = scene.heaped[0]
    values, zeros = _floats(scene.fresh[name]), _zeros(scene.fresh[name])
    amounts = values[~zeros & ~np.isnan(values)]
    chosen = choose(zeros) & ~np.isnan(values)
    if not len(amounts) or not chosen.any():
        return None
    changed = _like(np.where(chosen, amount(scene, amounts), values), scene.fresh[name])
    return Planted(_set(scene.fresh, name, changed), (name,))


def _groups(scene: Scene) -> list[tuple[str, str, float]]:
    """Column, level and share of the rows, of every level of every category."""
    found = []
    for name in scene.categories:
        for pair in _plain(scene.fresh[name]).drop_null().value_counts():
            level, count = pair["values"].as_py(), pair["counts"].as_py()
            found.append((name, level, count / scene.fresh.num_rows))
    return found


def _decides(first: Codes, second: Codes) -> bool:
    """Whether each value of the first has one of the second, and the second has a few."""
    pairs = np.unique(np.column_stack([first, second]), axis=0)
    return len(pairs) == len(np.unique(first)) and np.bincount(second).max() < 0.8 * len(second)


def _could_break(scene: Scene, first: pa.ChunkedArray, second: pa.ChunkedArray) -> bool:
    """Whether the order of two numbers is more than that of their ranges."""
    one, two = _floats(first), scene.rng.permutation(_floats(second))
    return bool((one > two).mean() > 0.05)


def _few_codes(column: pa.ChunkedArray, most: int = 6) -> Codes:
    """Fifths of a number, or the most frequent levels; missing is one more."""
    if _is_number(column.type):
        values = _floats(column)
        edges = np.unique(np.nanquantile(values, [0.2, 0.4, 0.6, 0.8]))
        return np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values))
    flat = _plain(column)
    flat = flat.cast(pa.string()) if pa.types.is_boolean(flat.type) else flat
    codes = np.asarray(flat.dictionary_encode("encode").indices)
    counts = np.bincount(codes)
    rank = np.empty(len(counts), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(rank[codes], most - 1)


def _ranks(column: pa.ChunkedArray) -> Floats:
    codes = _few_codes(column, _MOST_LEVELS + 2)
    values = _floats(column) if _is_number(column.type) else codes.astype(np.float64)
    values = np.where(np.isnan(values), -np.inf, values)
    return np.argsort(np.argsort(values, kind="stable"), kind="stable") / len(values)


def _association(first: Codes, second: Codes) -> float:
    """Cramér's V, without correction."""
    counts = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(counts, (first, second), 1)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return 0.0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    chi = ((counts - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi / counts.sum() / (min(counts.shape) - 1)))


def _copied_rows(scene: Scene, share: float) -> int:
    return max(round(share * min(scene.fresh.num_rows, scene.real.num_rows)), 1)


def _with_copies(scene: Scene, share: float) -> pa.Table:
    """Real rows in place of the first fresh ones: the order of rows tells nothing."""
    rows = _copied_rows(scene, share)
    return pa.concat_tables([scene.real.slice(0, rows), scene.fresh.slice(rows)])
