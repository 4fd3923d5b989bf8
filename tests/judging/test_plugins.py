"""Another package brings a check and a whole dimension: nothing of ours has to be edited."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

DIMENSION = """
from synth_eval.judging.dimensions import Axis, Dimension

DIMENSION = Dimension(
    "manners",
    "M",
    "Does it say please?",
    "by asking",
    place=60,
    aside={"software-testing": "programs do not mind"},
    axis=Axis("rudeness", is_lower_better=True, ideal=0.0, meaning="How rude the rows are."),
)
"""

CHECK = '''
"""Whether the rows are polite.

What it measures
    Nothing at all.

How to read it
    0 is best.

Formula
    r = 0

When it misleads
    Always.

Source
    The test of plug-ins.
"""

from synth_eval.judging.check import Context, OnAxis
from synth_eval.judging.items import Item
from synth_eval.judging.judge import Decision, Direction
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold


@check("M001", "rudeness", dimension="manners", title="Rudeness", figure="intervals",
       axis=OnAxis(0, "rudeness of rows"))
def rudeness(ctx: Context) -> Result:
    value = 0.9
    decision = Decision("all rows", value, 0.8, 1.0, fail=0.5, clear=0.5)
    item = Item("column", (ctx.data.schema.names[0],), estimate=value, decisions=(decision,))
    return ctx.judged(
        "The rows are rude.", decisions=[decision], items=[item],
        estimate=Estimate(value, 0.8, 1.0), reference=Reference("polite rows", 0.0),
        threshold=Threshold(0.5, "half of what one can bear"), direction=Direction.LOWER,
    )
'''

SCRIPT = """
import json, sys
import synth_eval as se
from synth_eval.comparing.comparison import compared
from synth_eval.judging.registry import explain
from synth_eval.report.page.html import render_page

data = se.demo_data("simulated")
found = se.evaluate(data, select=["manners", "V001"], reference_scores=False, progress=False)
page = render_page(found)
again = type(found).from_dict(json.loads(found.to_json()))
both = compared({"a": found, "b": found}, {"a": "a.csv", "b": "b.csv"}, {})
testing = se.evaluate(data, select=["M001"], purpose="software-testing", reference_scores=False,
                      progress=False)
print(json.dumps({
    "verdict": found.verdicts["manners"].word,
    "again": again.verdicts["manners"].word,
    "order": list(found.verdicts),
    "on_page": "Does it say please?" in page and "The rows are rude." in page,
    "explained": "Nothing at all" in explain("M001"),
    "axis": both.entries[0].positions["manners"].value,
    "decisive": testing.verdicts["manners"].decisive,
}))
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """An installed distribution with one package of checks, named by its entry point."""
    package = tmp_path / "polite"
    package.mkdir()
    (package / "__init__.py").write_text(DIMENSION)
    (package / "rudeness.py").write_text(CHECK)
    info = tmp_path / "polite-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: polite\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[synth_eval.checks]\npolite = polite\n")
    return tmp_path


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip


def test_a_package_brings_a_check_and_its_dimension(plugin: Path) -> None:
    done = run(plugin, SCRIPT)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["verdict"] == told["again"] == "NO-GO"
    assert told["order"][-1] == "manners"
    assert told["on_page"]
    assert told["explained"]
    assert told["axis"] == 0.9
    assert told["decisive"] is False


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (('"M001", "rudeness"', '"F901", "rudeness"'), "code 'F901' does not fit dimension"),
        (('figure="intervals"', 'figure="pie"'), "unknown figure 'pie' of check M001"),
        (('title="Rudeness"', 'title="Rudeness", cost="huge"'), "unknown cost 'huge'"),
        (('title="Rudeness"', 'title="Rudeness", needs=("holdout",)'), "unknown need 'holdout'"),
        (('dimension="manners"', 'dimension="taste"'), "unknown dimension 'taste'"),
    ],
)
def test_a_wrong_declaration_is_an_error_at_import(plugin, spoil, sentence) -> None:
    (plugin / "polite" / "rudeness.py").write_text(CHECK.replace(*spoil))
    done = run(plugin, "from synth_eval.judging.registry import available_checks as a; a()")
    assert done.returncode != 0
    assert sentence in done.stderr


def test_two_dimensions_cannot_share_a_letter(plugin: Path) -> None:
    text = DIMENSION.replace('"M"', '"F"')
    (plugin / "polite" / "__init__.py").write_text(text)
    done = run(plugin, "from synth_eval.judging.dimensions import dimensions as d; d()")
    assert "two dimensions have the letter 'F'" in done.stderr
