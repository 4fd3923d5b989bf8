"""What the tests of utility share: rows of a result, tables made worse, tables of a rare class."""

from functools import cache

import numpy as np
import pyarrow as pa

from synth_eval.figures.panels import panel_drawing
from synth_eval.judging.settings import Config

FAST = Config(depth="fast")
"""For what is said in words, and does not depend on how many models are fitted."""


def arm(result, start):
    return next(row for row in result.rows() if row["arm"].startswith(start))


def with_labels(table, labels):
    return table.set_column(table.column_names.index("label"), "label", pa.array(labels))


def flipped(table, share, seed=0):
    """A share of the labels drawn anew: a relation that is there, but weaker."""
    rng = np.random.default_rng(seed)
    labels = np.array(table["label"].to_pylist())
    gone = rng.random(len(labels)) < share
    labels[gone] = rng.permutation(labels)[gone]
    return with_labels(table, labels)


@cache
def rare_table(seed, rows, prevalence=0.05):
    rng = np.random.default_rng(seed)
    fraud = rng.random(rows) < prevalence
    features = {f"x{k}": rng.normal(size=rows) + 0.8 * fraud for k in range(4)}
    return pa.table({**features, "fraud": np.where(fraud, "yes", "no")})


def panels(result):
    found = {panel.name: panel for panel in result.panels}
    for panel in result.panels:
        assert panel_drawing(panel).data
        for curve in panel.lines:
            assert list(curve.x) == sorted(curve.x)
            if curve.low is not None:
                for low, y, high in zip(curve.low, curve.y, curve.high, strict=True):
                    assert low <= y <= high
    return found


def curve(panel, start):
    return next(curve for curve in panel.lines if curve.name.startswith(start))


def assert_survives_hostile_tables(full, code, people):
    """No row of a class, one row, infinities and an absent column never crash a check."""
    table = people(2)
    gone = table.filter(pa.compute.equal(table["label"], "no"))
    assert full(code, gone).status == "fail"
    assert full(code, people(2, 1)).status in ("fail", "not_applicable", "inconclusive")
    age = table["age"].to_numpy().copy()
    age[:3] = [np.inf, 1e308, -np.inf]
    hostile = table.set_column(0, "age", pa.array(age)).drop_columns(["job"])
    assert full(code, hostile).status != "error"


def assert_runs_only_if_asked_for(check, code, people):
    result = check(code, people(2), target="label")
    assert result.status == "not_applicable"
    assert result.skipped.cause == "depth"
    assert result.skipped.remedy == "run with `--depth full`"
