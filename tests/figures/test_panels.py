"""Panels: numbers of a result as curves and matrices."""

from __future__ import annotations

import pytest

from synth_eval.errors import UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.figures import draw, panel_drawing
from synth_eval.figures.style import HOLDOUT, REAL, SYNTHETIC
from synth_eval.judging.panels import Grid, Panel, PlottedLine
from synth_eval.judging.results import Result, Status
from synth_eval.judging.versions import items_of_rows

LEARNING = Panel(
    name="learning_curve",
    title="Worth of <b>real</b> rows",
    x="real rows",
    y="ROC AUC",
    caption="Bad: the synthetic line below the curve.",
    lines=[
        PlottedLine("real rows", [100, 1000, 10000], [0.7, None, 0.9], [0.6, None, 0.88],
              [0.8, None, 0.92], side="real"),
        PlottedLine("synthetic rows", [100, 10000], [0.8, 0.8], side="synthetic", shape="dashes"),
        PlottedLine("holdout", [100], [0.75], [0.7], [0.8], side="holdout", shape="points"),
    ],
    log_x=True,
)  # fmt: skip
PAIR = Panel(
    name="pair",
    title="Two columns",
    x="age",
    y="hours",
    caption="Bad: strong colour in the difference.",
    grids=[
        Grid("real", [[0.1, 0.2], [None, 0.3]], side="real"),
        Grid("synthetic minus real", [[0.1, -0.4], [None, 0.2]], is_difference=True),
    ],
    x_ticks=["<i>", "old"],
    y_ticks=["few", "many"],
)


def result(*panels: Panel, details: list[dict[str, object]] | None = None) -> Result:
    return Result(
        "U006",
        "worth_real_rows",
        "utility",
        Status.PASS,
        "m",
        items=items_of_rows(details or []),
        panels=panels,
    )


def test_a_curve_has_its_band_its_gap_and_the_colour_of_its_table() -> None:
    band, line, dashes, points = panel_drawing(LEARNING).data
    assert line["y"] == [0.7, None, 0.9]
    assert line["line"]["color"] == REAL
    assert band["x"] == [100, 10000, 10000, 100]
    assert band["y"] == [0.6, 0.88, 0.92, 0.8]
    assert dashes["line"] == {"color": SYNTHETIC, "width": 2, "dash": "dash"}
    assert points["marker"]["color"] == HOLDOUT
    assert points["error_y"]["array"] == pytest.approx([0.05])
    assert points["error_y"]["arrayminus"] == pytest.approx([0.05])


def test_matrices_of_one_meaning_share_a_scale_and_a_difference_has_its_own() -> None:
    found = panel_drawing(PAIR)
    assert [trace["coloraxis"] for trace in found.data] == ["coloraxis", "coloraxis2"]
    assert found.layout["coloraxis"]["cmax"] == 0.3
    assert (found.layout["coloraxis2"]["cmin"], found.layout["coloraxis2"]["cmax"]) == (-0.4, 0.4)
    assert found.layout["yaxis2"]["showticklabels"] is False


def test_text_of_data_stays_text() -> None:
    assert "<b>real" not in str(panel_drawing(LEARNING).layout["title"])
    assert panel_drawing(PAIR).layout["xaxis"]["ticktext"] == ["&lt;i&gt;", "old"]


@pytest.mark.parametrize("panel", [LEARNING, PAIR])
def test_plotly_accepts_it_and_json_brings_it_back(panel: Panel) -> None:
    assert len(draw(result(panel), Evaluation([]), panel.name).data) >= 2
    again = Result.from_dict(result(panel).to_dict())
    assert again.to_dict() == result(panel).to_dict()
    assert panel_drawing(again.panels[0]) == panel_drawing(panel)


def test_a_result_without_items_is_drawn_by_its_first_panel() -> None:
    assert draw(result(LEARNING, PAIR), Evaluation([])).layout.xaxis.type == "log"


def test_an_unknown_item_is_told_with_the_names_of_the_panels() -> None:
    with pytest.raises(UsageError, match="learning_curve, pair"):
        draw(result(LEARNING, PAIR, details=[{"arm": "a", "estimate": 1.0}]), Evaluation([]), "x")


def test_a_curve_of_uneven_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        PlottedLine("c", [1, 2], [1.0])


def test_the_report_shows_a_panel_with_its_words() -> None:
    page = Evaluation([result(LEARNING)]).to_html()
    assert 'data-draw="panel-U006-0"' in page
    assert "Worth of &lt;b&gt;real&lt;/b&gt; rows" in page
