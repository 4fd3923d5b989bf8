"""Figures: the numbers of the result, valid for plotly, and names that stay text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from synth_eval.errors import UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.figures import KINDS, draw, drawing, template
from synth_eval.figures.labels import number, plain, share
from synth_eval.figures.quantiles import quantile_plot
from synth_eval.figures.style import HOLDOUT, REAL, SYNTHETIC
from synth_eval.judging.registry import available_checks
from synth_eval.judging.results import Result, Status
from synth_eval.judging.versions import items_of_rows

ROWS = {
    "arms": [
        {"arm": "synthetic rows", "estimate": 0.8, "low": 0.7, "high": 0.85},
        {"arm": "real rows, as many", "estimate": 0.9, "low": 0.88, "high": 0.92},
        {"arm": "no model", "estimate": 0.5, "low": None, "high": None},
    ],
    "bars": [{"column": "a", "level": "x", "estimate": 0.1, "expected": 0.2}],
    "distribution": [
        {"column": "b", "estimate": 0.2, "low": 0.1, "high": 0.3},
        {"column": "a", "estimate": 0.1, "low": 0.0, "high": 0.2},
    ],
    "heatmap": [
        {"first": "b", "second": "a", "estimate": 0.123456789},
        {"first": "c", "second": "a", "estimate": 0.05},
    ],
    "association": [
        {"first": "b", "second": "a", "real": 0.5, "synthetic": 0.1, "estimate": 0.4},
        {"first": "c", "second": "a", "real": -0.2, "synthetic": -0.2, "estimate": 0.0},
    ],
    "levels": [
        {"column": "a", "level": "x", "estimate": 0.0, "real": 0.01, "reference": 0.012},
        {"column": "a", "level": "y", "estimate": 0.3, "real": 0.4, "reference": 0.38},
    ],
    "quantiles": [{"column": "a", "estimate": 0.1}],
    "ratios": [
        {
            "column": "a",
            "tail": "low",
            "estimate": 0.01,
            "real": 0.02,
            "ratio": 0.5,
            "ratio_low": 0.2,
            "ratio_high": 0.9,
            "reference_ratio": 1.1,
            "status": "fail",
        },
        {
            "column": "b",
            "tail": "high",
            "estimate": 0.02,
            "real": 0.02,
            "ratio": 1.0,
            "reference": 0.02,
            "status": "pass",
        },
    ],
    "intervals": [{"rule": "r", "estimate": 0.1, "low": 0.05, "high": 0.3, "reference": 0.02}],
}
PROFILES = [
    {
        "column": "a", "kind": "numerical", "labels": ["0 to 1", "1 to 3", "beyond", "missing"],
        "edges": [0.0, 1.0, 3.0], "real": [0.4, 0.5, 0.1, 0.0],
        "synthetic": [0.3, 0.6, 0.1, 0.0], "holdout": [0.4, 0.5, 0.1, 0.0],
        "quantiles": {"real": [0.5, 2.0], "synthetic": [0.4, 2.5], "holdout": [0.5, 2.0]},
    },
    {
        "column": "b", "kind": "categorical", "labels": ["<b>x</b>", "y", "missing"],
        "edges": None, "real": [0.7, 0.3, 0.0], "synthetic": [0.5, 0.5, 0.0], "holdout": None,
    },
    {
        "column": "when", "kind": "datetime", "labels": ["1970-01-01 to 1970-01-02", "beyond"],
        "edges": [0.0, 86_400_000_000.0], "real": [1.0, 0.0], "synthetic": [1.0, 0.0],
        "holdout": [1.0, 0.0],
    },
    {
        "column": "constant", "kind": "numerical", "labels": ["beyond", "missing"], "edges": [],
        "real": [1.0, 0.0], "synthetic": [1.0, 0.0], "holdout": None,
    },
]  # fmt: skip


def result(kind: str | None, rows: list[dict[str, Any]] | None = None) -> Result:
    rows = ROWS.get(kind or "", []) if rows is None else rows
    return Result(
        "F001", "ks_distance", "fidelity", Status.FAIL, "m", figure=kind, items=items_of_rows(rows)
    )


def evaluation(*results: Result) -> Evaluation:
    return Evaluation(list(results), profiles=PROFILES)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_a_valid_plotly_figure(kind: str) -> None:
    found = result(kind)
    figure = draw(found, evaluation(found))
    assert figure.data
    assert (
        figure.layout.template.layout.font.color == template("neutral")["layout"]["font"]["color"]
    )
    assert drawing(found, evaluation(found)).caption.count("Bad:") == 1


def test_every_registered_check_names_a_known_kind() -> None:
    kinds = {spec.figure for spec in available_checks().values()} - {None}
    assert kinds <= set(KINDS)


def test_intervals_show_estimate_interval_and_reference() -> None:
    found = result("intervals")
    estimates, references = draw(found, evaluation(found)).data
    assert list(estimates.x) == [0.1]
    assert list(estimates.error_x.array) == pytest.approx([0.2])
    assert list(estimates.error_x.arrayminus) == pytest.approx([0.05])
    assert list(references.x) == [0.02]
    assert (estimates.marker.color, references.marker.color) == (SYNTHETIC, HOLDOUT)


def test_distribution_draws_the_worst_column_or_the_one_asked_for() -> None:
    found = result("distribution")
    assert draw(found, evaluation(found)).layout.title.text == "b"
    assert draw(found, evaluation(found), "a").layout.title.text == "a"


def test_histogram_heights_are_shares_per_equal_width() -> None:
    found = result("distribution")
    real, synthetic, holdout, *beside = draw(found, evaluation(found), "a").data
    assert list(real.y) == pytest.approx([0.4, 0.25, 0.25])
    assert list(synthetic.y) == pytest.approx([0.3, 0.3, 0.3])
    assert [trace.line.color for trace in (real, synthetic, holdout)] == [REAL, SYNTHETIC, HOLDOUT]
    assert holdout.line.dash == "dot"
    assert [list(trace.y) for trace in beside] == [[0.1], [0.1], [0.1]]


def test_dates_and_constants_have_figures() -> None:
    found = result("distribution", [{"column": "when", "estimate": 0.1}])
    figure = draw(found, evaluation(found))
    assert figure.layout.xaxis.type == "date"
    assert list(figure.data[0].x) == [0.0, 86_400_000.0]
    found = result("distribution", [{"column": "constant", "estimate": 0.0}])
    assert list(draw(found, evaluation(found)).data[0].x) == [1.0]


def test_heatmap_holds_each_pair_once() -> None:
    found = result("heatmap")
    figure = draw(found, evaluation(found))
    assert [list(row) for row in figure.data[0].z] == [[0.12346], [None, 0.05]]
    assert list(figure.layout.yaxis.ticktext) == ["b", "a", "c"]
    of_one = draw(found, evaluation(found), "c")
    assert list(of_one.data[0].x) == [0.05]


def test_heatmap_of_many_columns_says_what_it_left_out() -> None:
    rows = [{"first": f"c{i}", "second": "c0", "estimate": 1 / i} for i in range(1, 60)]
    found = drawing(result("heatmap", rows), evaluation())
    assert "30 columns of the best pairs are left out" in found.caption
    assert len(found.layout["yaxis"]["ticktext"]) == 30


def test_arms_keep_their_order_and_the_colours_of_the_tables() -> None:
    found = result("arms")
    figure = draw(found, evaluation(found))
    colours = [trace.marker.color for trace in figure.data]
    assert colours[:2] == [SYNTHETIC, REAL]
    assert colours[2] not in (SYNTHETIC, REAL, HOLDOUT)


@pytest.mark.parametrize("kind", ["arms", "intervals"])
def test_controls_do_not_wear_the_colour_of_the_synthetic_table(kind: str) -> None:
    names = ["blind baseline (no synthetic table)", "synthetic rows, labels shuffled"]
    rows = [{"arm": name, "estimate": 0.5} for name in [*names, "holdout against real"]]
    colours = [trace.marker.color for trace in draw(result(kind, rows), evaluation()).data]
    assert SYNTHETIC not in colours
    assert colours[2] == HOLDOUT


def test_unknown_kind_falls_back_to_intervals() -> None:
    rows = [{"attack": "x", "estimate": 0.3}]
    figure = draw(result("hologram", rows), evaluation())
    assert list(figure.data[0].x) == [0.3]
    assert list(figure.layout.yaxis.ticktext) == ["item 1"]


@pytest.mark.parametrize(
    ("rows", "item", "reason"),
    [
        ([], None, "no items"),
        ([{"column": "a", "note": "x"}], None, "no numbers"),
        ([{"column": "a", "estimate": float("nan")}], None, "no numbers"),
        ([{"column": "a", "estimate": 0.1}], "zzz", "no item 'zzz'; it has a"),
    ],
)
def test_nothing_to_draw_says_why(
    rows: list[dict[str, Any]], item: str | None, reason: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(reason)):
        draw(result("intervals", rows), evaluation(), item)


def test_names_stay_text_in_figures() -> None:
    hostile = "<a href='x'>&lt;</a>{{x}}${y}"
    rows = [{"column": hostile, "estimate": 0.1, "status": "fail"}]
    found = json.dumps(draw(result("intervals", rows), evaluation()).to_plotly_json()["data"])
    assert "<a" not in found
    levels = drawing(result("distribution"), evaluation(), "b")
    assert levels.layout["yaxis"]["ticktext"][0] == "&lt;b&gt;x&lt;/b&gt;"


def test_templates_differ_only_where_the_page_does() -> None:
    light, dark = template("light"), template("dark")
    assert light["layout"]["colorway"] == dark["layout"]["colorway"]
    assert light["layout"]["font"]["color"] != dark["layout"]["font"]["color"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (6.7e-16, "0"),
        (1234567.8, "1,234,568"),
        (-0.00012345, "-0.000123"),
        (12, "12"),
    ],
)
def test_numbers_are_short(value: float | None, text: str) -> None:
    assert number(value) == text


def test_labels() -> None:
    assert share(0.12345) == "12.3\u00a0%"
    [item] = items_of_rows([{"rule": "a < b"}])
    assert item.label == "a < b"
    assert plain("x" * 100, 10) == "x" * 9 + "…"


def test_quantiles_lie_on_the_diagonal_where_tables_agree() -> None:
    steps = {"real": [1.0, 2.0, 3.0], "synthetic": [1.0, 2.0, 5.0], "holdout": [1.0, 2.0, 3.0]}
    found = quantile_plot({"column": "<b>", "kind": "numerical", "quantiles": steps})
    assert found is not None
    line, synthetic, holdout = found.data
    assert line["x"] == line["y"] == [1.0, 5.0]
    assert (synthetic["x"], synthetic["y"]) == ([1.0, 2.0, 3.0], [1.0, 2.0, 5.0])
    assert (synthetic["marker"]["color"], holdout["marker"]["color"]) == (SYNTHETIC, HOLDOUT)
    assert "83.3 % of the way up" in found.caption
    assert found.layout["title"]["text"] == "&lt;b&gt;"


def test_quantiles_of_dates_are_moments_and_nothing_is_nothing() -> None:
    steps = {"real": [0.0, 86_400_000_000.0], "synthetic": [0.0, 86_400_000_000.0]}
    found = quantile_plot({"column": "when", "kind": "datetime", "quantiles": steps})
    assert found is not None
    assert found.data[1]["x"] == [0.0, 86_400_000.0]
    assert found.caption.endswith("Here all dots lie on it.")
    assert quantile_plot({"column": "a", "kind": "numerical", "quantiles": None}) is None


def test_associations_are_three_matrices_with_signs() -> None:
    found = drawing(result("association"), evaluation())
    real, synthetic, difference = found.data
    assert found.layout["yaxis"]["ticktext"] == ["b", "a", "c"]
    assert real["z"] == [[None, 0.5, None], [0.5, None, -0.2], [None, -0.2, None]]
    assert synthetic["z"][0] == [None, 0.1, None]
    assert difference["z"][0] == [None, -0.4, None]
    assert (found.layout["coloraxis"]["cmin"], found.layout["coloraxis"]["cmax"]) == (-0.5, 0.5)


def test_levels_that_are_absent_stand_at_the_foot() -> None:
    found = result("levels")
    drawn = drawing(replace(found, n=1000), evaluation())
    band, diagonal, holdout, synthetic = drawn.data
    assert (synthetic["x"], holdout["y"]) == ([0.01, 0.4], [0.012, 0.38])
    assert 0 < synthetic["y"][0] < 0.01
    assert synthetic["y"][1] == 0.3
    assert min(band["y"]) < min(diagonal["y"])
    assert "Absent: 1 of 2 levels." in drawn.caption
    assert len(drawing(found, evaluation()).data) == 3


def test_ratios_stand_beside_the_line_of_the_real_table() -> None:
    drawn = drawing(result("ratios"), evaluation())
    synthetic, holdout = drawn.data
    assert synthetic["x"] == [0.5, 1.0]
    assert synthetic["error_x"]["array"] == pytest.approx([0.4, 0])
    assert holdout["x"] == [1.1, 1.0]
    assert drawn.layout["shapes"][0]["x0"] == 1
    assert "Here 1 of 2 are beyond their margin, a · low first." in drawn.caption


@pytest.mark.parametrize("kind", ["association", "levels", "quantiles", "ratios"])
def test_rows_without_the_numbers_of_a_kind_are_drawn_as_intervals(kind: str) -> None:
    rows = [{"column": "constant", "estimate": 0.25}]
    assert drawing(result(kind, rows), evaluation()).data[0]["x"] == [0.25]


def test_captions_say_what_is_seen_here() -> None:
    assert "Here synthetic rows is at 0.8" in drawing(result("arms"), evaluation()).caption
    levels = drawing(result("distribution"), evaluation(), "b").caption
    assert "Here the widest gap is at y: 50\u00a0% of synthetic rows" in levels
    passed = [{"column": "a", "estimate": 0.1, "status": "pass"}]
    assert "Here all 1 pass." in drawing(result("intervals", passed), evaluation()).caption
