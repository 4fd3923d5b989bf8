"""Pictures of utility hold the numbers of the results, and no small cell."""

import numpy as np
import pytest

from synth_eval.checks.utility.tstr_calibration import reliability_rows
from synth_eval.figures.panels import panel_drawing
from synth_eval.judging.settings import Config

FULL = Config(depth="full", model_rows=4000)


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


@pytest.mark.parametrize(("code", "target"), [("U001", "label"), ("U002", "amount")])
def test_coarse_learning_curve(check, people, code, target):
    result = check(code, people(2), target=target)
    panel = panels(result)["learning_curve"]
    real, synthetic = curve(panel, "real rows"), curve(panel, "2,000 synthetic")
    assert list(real.x) == [20, 200, 2000]
    assert real.y[-1] == result.reference.value
    assert set(synthetic.y) == {result.estimate.value}
    assert panel.log_x


def test_fine_learning_curve(check, people):
    result = check("U006", people(2), target="amount", config=FULL)
    panel = panels(result)["learning_curve"]
    assert len(curve(panel, "real rows").x) == len(result.rows()) - 1
    assert panel.y.startswith("R²")


def test_reliability_curve(check, people):
    result = check("U004", people(2), target="label")
    panel = panels(result)["reliability_curve"]
    synthetic = curve(panel, "trained on synthetic")
    assert list(synthetic.y) == [row["estimate"] for row in result.rows() if "arm" in row]
    assert list(curve(panel, "right").y) == [0.0, 1.0]


def test_small_groups_are_left_out_of_the_reliability_curve():
    few = np.linspace(0, 1, 60)  # ten groups of six rows
    assert reliability_rows(few > 0.5, few, 11, 0.05) == []
    assert len(reliability_rows(few > 0.5, few, 6, 0.05)) == 10
    many = np.repeat([0.1, 0.9], 100)
    positive = np.concatenate([np.arange(100) < 5, np.arange(100) < 80])  # five of one kind
    assert [row["estimate"] for row in reliability_rows(positive, many, 11, 0.05)] == [0.8]
    assert len(reliability_rows(positive, many, 5, 0.05)) == 2


def test_recall_by_class(check, people):
    result = check("U005", people(2), target="plan")
    panel = panels(result)["recall_by_class"]
    assert set(panel.x_ticks) == {"small", "medium", "large"}
    recalls = {row["level"]: row for row in result.rows() if row["arm"] == "recall"}
    for place, level in enumerate(panel.x_ticks):
        assert curve(panel, "synthetic").y[place] == recalls[level]["estimate"]
        assert curve(panel, "as many real").y[place] == recalls[level]["reference"]


@pytest.mark.slow
def test_mixing_and_replacing_curves(check, people):
    result = check("U009", people(2, 4000), target="label", config=FULL)
    found = panels(result)
    assert list(curve(found["mixing_curve"], "real and").x) == [0, 0.25, 0.5, 1, 2]
    assert list(curve(found["replacing_curve"], "real and").x) == [0, 0.25, 0.5, 0.75]
    rival = result.reference.what.removeprefix("best control: ")
    assert curve(found["mixing_curve"], rival)


@pytest.mark.slow
def test_importances_side_by_side(check, people):
    result = check("U008", people(2), target="label", config=FULL)
    panel = panels(result)["importances"]
    assert set(panel.x_ticks) == {row["column"] for row in result.rows()}
    for row in result.rows():
        place = list(panel.x_ticks).index(row["column"])
        assert curve(panel, "synthetic").y[place] == pytest.approx(row["estimate"])
        assert curve(panel, "real").y[place] == pytest.approx(row["reference"])
