"""Profiles: what figures are drawn from points at nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from synth_eval.data.load import load
from synth_eval.data.profiles import profiles

CELL = 11


def profile(real: Any, synthetic: Any) -> dict[str, Any]:
    [found] = profiles(load(pd.DataFrame({"x": real}), pd.DataFrame({"x": synthetic})), CELL)
    return found


def test_steps_are_means_of_sorted_values_without_the_outermost() -> None:
    real = np.arange(1000.0)
    found = profile(real, real * 2)["quantiles"]
    inner = np.arange(CELL, 1000 - CELL)
    assert found["real"] == pytest.approx([part.mean() for part in np.array_split(inner, 40)])
    assert found["synthetic"] == pytest.approx([2 * value for value in found["real"]])


def test_every_step_holds_enough_rows_of_the_smaller_table() -> None:
    found = profile(np.arange(1000.0), np.arange(110.0))["quantiles"]
    assert len(found["real"]) == len(found["synthetic"]) == (110 - 2 * CELL) // CELL


def test_one_extreme_value_moves_no_step() -> None:
    plain, odd = np.arange(1000.0), np.arange(1000.0)
    odd[-1] = 1e9
    assert profile(plain, plain)["quantiles"] == profile(odd, plain)["quantiles"]


@pytest.mark.parametrize("real", [np.arange(60.0), np.r_[np.zeros(995), np.arange(5.0)]])
def test_few_or_equal_values_have_no_steps(real: Any) -> None:
    assert profile(real, real)["quantiles"] is None


def test_enormous_and_infinite_values_do_no_harm() -> None:
    real = np.r_[np.linspace(-1, 1, 500) * 1e308, np.inf, np.nan]
    assert np.all(np.isfinite(profile(real, real)["quantiles"]["real"]))


def test_levels_have_none() -> None:
    assert profile(["a", "b"] * 100, ["a", "b"] * 100)["quantiles"] is None


def test_a_column_whose_profile_breaks_takes_no_other_with_it(monkeypatch, people):
    from synth_eval.data import profiles as module

    whole = module._profile

    def broken(data, column, small_cell):
        if column.name == "age":
            raise IndexError("a cell")
        return whole(data, column, small_cell)

    monkeypatch.setattr(module, "_profile", broken)
    data = load(people["real"], people["fresh"])
    found = [entry["column"] for entry in module.profiles(data, 11)]
    assert "age" not in found
    assert len(found) == len(data.compared) - 1
